"""Messages of other systems by NCIP: the listing, which grows while it is open, and one with what it was answered."""

from typing import Final, NamedTuple

from litestar import Response, get
from litestar.response import Stream

from gateway.circulation.exchange_advice import Known
from gateway.circulation.exchanges import KEPT_BYTES, diagnose
from gateway.desk.desk import Desk
from gateway.desk.glancing import Glance
from gateway.errors import NotFound
from gateway.frontends.ui import coming
from gateway.frontends.ui.attempts import ZONES_AS_LINKS
from gateway.frontends.ui.parameters import Before, Seq, Text, TheDesk, TheStreams
from gateway.frontends.ui.patrons import patron_path
from gateway.frontends.ui.records import record_path
from gateway.frontends.ui.render import PageRequest, link, macro, page
from gateway.frontends.ui.xml_lines import lines
from gateway.model import Exchange, unfiled_zone
from gateway.search.terms import TEXT_CHARACTERS
from gateway.stores.base import PAGE_ROWS
from gateway.stores.lending import holds

MORE: Final = "Messages come faster than this list grows: load the page again to see them all."
NAMED_LOOKED_FOR: Final = 6
"""Of what a message names, so much is looked for in the zone; messages name a patron, an item and a request."""


class Named(NamedTuple):
    """What a message names, and the zone has."""

    words: str
    where: str
    """Its page."""


@get("/exchanges")
async def listing(
    request: PageRequest, desk: TheDesk, q: Text = "", zone: Text = "", before: Before = None
) -> Response[str]:
    """The newest, or the next older ones; of a zone, and those in which a text stands, where these are given."""
    q = _text(q)
    zones = [*desk.zones.by_key, *(unfiled_zone(place.host) for place in desk.places)]
    is_here = zone in ("", *zones)
    found: list[Exchange] = []
    live = is_here and before is None
    newest = await desk.exchanges.present() if live and (q or zone) else ()
    if is_here:
        found = await desk.store.exchanges(zone=zone or None, before=before, text=q, limit=PAGE_ROWS + 1)
    shown = found[:PAGE_ROWS]
    return page(
        request,
        "exchanges.html",
        asked=q,
        zone=zone,
        zones=zones,
        zones_as_links=len(zones) <= ZONES_AS_LINKS,
        kind=_kind(desk, zone),
        exchanges=shown,
        row=row,
        live=coming.following("/exchanges/events", (*newest, *shown), q=q, zone=zone) if live else "",
        newest=link("/exchanges", q=q, zone=zone) if before is not None else "",
        older=link("/exchanges", q=q, zone=zone, before=shown[-1].seq) if len(found) > PAGE_ROWS else "",
    )


@get("/exchanges/events")
async def events(request: PageRequest, desk: TheDesk, streams: TheStreams, q: Text = "", zone: Text = "") -> Stream:
    """Rows of those that come and are as asked, of a flood the newest."""
    q = _text(q)

    def shows(exchange: Exchange) -> bool:
        return zone in ("", exchange.zone) and holds(exchange, q)

    def written(glance: Glance[Exchange]) -> bytes:
        return coming.told(glance, shows, lambda one: row(one, fresh=True), more=MORE)

    return streams.glances(request, desk.exchanges, written)


@get("/exchanges/{seq:int}")
async def show(request: PageRequest, desk: TheDesk, seq: Seq) -> Response[str]:
    """One of them."""
    exchange = await desk.store.exchange(seq)
    if exchange is None:
        raise NotFound(f"there is no exchange {seq}; the newest are kept, so it may be gone")
    earlier = await desk.store.exchanges(zone=exchange.zone, before=seq, limit=1)
    return page(
        request,
        "exchange.html",
        exchange=exchange,
        diagnosis=diagnose(exchange, Known(desk.zones.by_key, desk.partners(exchange.zone))),
        named=await _named(desk, exchange),
        asked=lines(exchange.asked),
        answered=lines(exchange.answered),
        kept_bytes=KEPT_BYTES,
        earlier=earlier[0].seq if earlier else None,
        kind=_kind(desk, exchange.zone),
    )


def row(exchange: Exchange, *, fresh: bool = False) -> str:
    """One as a row of the table; `fresh` where it has just come."""
    written: str = macro("_exchange.html", "row")(exchange, fresh)
    return written


def _text(q: str) -> str:
    """What is looked for."""
    return q.strip()[:TEXT_CHARACTERS]


async def _named(desk: Desk, exchange: Exchange) -> list[Named]:
    """Of what it names, the patrons and the items that the zone has now."""
    found: list[Named] = []
    if exchange.zone not in desk.zones.by_key:
        return found
    for word in dict.fromkeys(exchange.subject.split()[:NAMED_LOOKED_FOR]):
        if lent := await desk.store.lent(exchange.zone, word):
            found.append(Named(f"patron {lent.patron.name}", patron_path(exchange.zone, word)))
        if item := await desk.store.item(exchange.zone, word):
            found.append(Named(f"item {word}", f"{record_path(exchange.zone, item.mms_id)}#holdings"))
    return found


def _kind(desk: Desk, zone: str) -> str:
    """What the tab's icon shows."""
    return desk.zones.by_key[zone].kind if zone in desk.zones.by_key else "gateway"


handlers = (listing, events, show)
