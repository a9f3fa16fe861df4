"""The Z39.50 servers of a gateway: Alma's at each host, and OCLC's WMS. Part of the composition root."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

import structlog
import trio

from gateway import __version__, config
from gateway.frontends.base import Admission
from gateway.frontends.z3950.alma import Alma
from gateway.frontends.z3950.kept import Kept
from gateway.frontends.z3950.rules import Rules, Services
from gateway.frontends.z3950.server import Patience, Server
from gateway.frontends.z3950.wms import Institution, Pace, Wms
from gateway.importer.zones import Zones
from gateway.listeners import Listening, Places
from gateway.stores.base import Store


@asynccontextmanager
async def searching(settings: config.Settings, places: Places, store: Store, zones: Zones) -> AsyncIterator[None]:
    """Answer those who search, within the context; at its end sessions are told so, and end."""
    chosen = settings.z3950
    log: structlog.stdlib.BoundLogger = structlog.get_logger("gateway.z3950")
    for words in places.missing:
        log.warning("z3950.port_missing", why=words)
    kept = Kept()
    admission = Admission(in_all=chosen.sessions, per_peer=chosen.sessions_per_peer)
    patience = Patience(request=settings.limits.message_seconds, idle=chosen.idle_seconds)
    services = Services(scan=chosen.scan, sort=chosen.sort, records=chosen.records, version=__version__)

    def server(host: str, rules: Rules) -> Server:
        return Server(host, rules, store, kept, admission, patience=patience, result_sets=chosen.result_sets)

    served = [(server(host, Alma(host, zones.by_key, services)), of) for host, of in _by_host(places.z3950).items()]
    served += [(server(host, wms(settings)), of) for host, of in _by_host(places.wms).items()]
    async with trio.open_nursery() as sessions:
        async with trio.open_nursery() as accepting:
            for one, listeners in served:
                accepting.start_soon(one.accept, listeners, sessions)
            yield
            accepting.cancel_scope.cancel()
        for one, _ in served:
            one.close()
        sessions.cancel_scope.deadline = trio.current_time() + settings.limits.shutdown_seconds


def wms(settings: config.Settings) -> Wms:
    """OCLC's, for the zones that have a registry ID; those without a key nobody can open."""
    chosen = settings.wms
    institutions = [
        Institution(key, zone.registry_id, _revealed(zone.wskey), _revealed(zone.wskey_secret))
        for key, zone in settings.zones.items()
        if zone.registry_id
    ]
    services = Services(scan=False, sort=False, records=chosen.results, page=chosen.page, version=__version__)
    return Wms(institutions, services, Pace(chosen.requests, chosen.seconds), trio.current_time)


def _revealed(secret: config.Secret | None) -> str:
    return secret.reveal() if secret else ""


def _by_host(places: Iterable[Listening]) -> dict[str, list[trio.SocketListener]]:
    found: dict[str, list[trio.SocketListener]] = {}
    for host, listeners, _ in places:
        found.setdefault(host.key, []).extend(listeners)
    return found
