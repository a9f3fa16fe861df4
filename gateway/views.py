"""The views that a gateway shows to programs under `/view/`, as Alma does. Part of the composition root."""

from gateway import config
from gateway.desk.desk import Desk
from gateway.frontends.http.views import View
from gateway.frontends.ncip.server import Ncip
from gateway.frontends.oai.server import Oai
from gateway.frontends.sru.server import Sru


def views(settings: config.Settings, desk: Desk) -> dict[str, View]:
    """By the first part of their path."""
    ncip = Ncip(
        desk.store,
        desk.lender,
        desk.zones.by_key,
        partners=settings.partners_of,
        profile_checked=settings.ncip.profile_checked,
        kept=desk.exchanges.wake,
    )
    return {
        "oai": Oai(desk.publisher, desk.zones.by_key).answer,
        "NCIPServlet": ncip.answer,
        "sru": Sru(desk.store, desk.zones.by_key).answer,
    }
