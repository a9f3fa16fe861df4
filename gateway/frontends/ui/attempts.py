"""What arrives, newest first: a page that can be searched and filtered, and grows while it is open."""

from datetime import datetime
from functools import lru_cache
from typing import Any, Final, NamedTuple

from litestar import Response, get
from litestar.response import Stream
from msgspec.structs import replace

from gateway.desk import attempts
from gateway.desk.attempts import AttemptLine, AttemptPage
from gateway.desk.desk import Desk
from gateway.desk.glancing import Glance, Row
from gateway.errors import BadQuery
from gateway.frontends.ui import coming, welcome
from gateway.frontends.ui.finding import records_of
from gateway.frontends.ui.parameters import Before, Text, TheDesk, TheStreams
from gateway.frontends.ui.render import PageRequest, link, macro, page
from gateway.model import Attempt, Outcome, unfiled_zone
from gateway.search import box
from gateway.search.attempts import Wanted

ZONES_AS_LINKS: Final = 12
"""Most zones that are offered as links; more are a list to choose from."""
ROWS_KEPT: Final = 1_024
"""Rows that are kept as they look, for all who have the page open."""
MORE: Final = "Exports come faster than this list grows: load the page again to see them all."
NOTHING: Final = AttemptPage((), None)


class Asked(NamedTuple):
    """What a page of attempts is to show."""

    q: str
    """As it stands in the search box."""
    zone: str
    outcome: str
    wanted: Wanted
    mistake: str
    """What is wrong with the search; empty where nothing is."""

    def shows(self, attempt: Attempt) -> bool:
        """Whether it is as asked."""
        return self.zone in ("", attempt.receipt.zone) and self.wanted.matches(attempt)

    @property
    def everything(self) -> bool:
        """Whether nothing is left out."""
        return not (self.q or self.zone or self.outcome)

    def link(self, **other: object) -> str:
        """The page of the same, but for what is given."""
        return link("/", **({"q": self.q, "zone": self.zone, "outcome": self.outcome} | other))


@get("/")
async def listing(
    request: PageRequest,
    desk: TheDesk,
    q: Text = "",
    zone: Text = "",
    outcome: Text = "",
    before: Before = None,
) -> Response[Any]:  # Any: a page, or nothing
    """The newest attempts, or the next older ones; of a number that a record has, the record."""
    asked = _asked(q, zone, outcome)
    if found := await records_of(desk, asked.q):
        return Response(None, status_code=303, headers={"location": found, "cache-control": "no-store"})
    live = before is None and not asked.mistake
    newest = await desk.glances.present() if live and not asked.everything else ()
    shown = NOTHING if asked.mistake else await attempts.listed(desk.store, asked.wanted, asked.zone or None, before)
    if asked.everything and before is None and not shown.attempts:
        return await welcome.first(request, desk, await desk.watch.here())
    there: tuple[Row, ...] = (*newest, *shown.attempts)
    zones = [*desk.zones.by_key, *(unfiled_zone(place.host) for place in desk.places)]
    return page(
        request,
        "attempts.html",
        status=400 if asked.mistake else 200,
        asked=asked,
        shown=shown,
        row=row,
        zones=zones,
        zones_as_links=len(zones) <= ZONES_AS_LINKS,
        kind=_kind(desk, asked.zone),
        live=coming.following("/events", there, q=asked.q, zone=asked.zone, outcome=asked.outcome) if live else "",
        older=asked.link(before=shown.before) if shown.before else "",
        newest=asked.link() if before is not None else "",
        q=asked.q,
        mistake=asked.mistake,
    )


@get("/events")
async def events(
    request: PageRequest,
    desk: TheDesk,
    streams: TheStreams,
    q: Text = "",
    zone: Text = "",
    outcome: Text = "",
) -> Stream:
    """Rows of the attempts that arrive and are as asked, of a flood the newest. Raises `BadQuery`."""
    asked = _asked(q, zone, outcome)
    if asked.mistake:
        raise BadQuery(asked.mistake)

    def written(glance: Glance[Attempt]) -> bytes:
        return coming.told(glance, asked.shows, lambda one: row(attempts.line(one), fresh=True), more=MORE)

    return streams.glances(request, desk.glances, written)


@lru_cache(ROWS_KEPT)
def row(line: AttemptLine, *, fresh: bool = False) -> str:
    """An attempt as a row of the table; `fresh` where it has just come."""
    written: str = macro("_attempt_row.html", "row")(line, fresh)
    return written


def _asked(q: str, zone: str, outcome: str) -> Asked:
    """What is meant by the parameters; an outcome that there is not leaves nothing out."""
    chosen = outcome if outcome in {one.value for one in Outcome} else ""
    try:
        wanted, mistake = box.parse(q, datetime.now().astimezone()), ""
    except BadQuery as error:
        wanted, mistake = Wanted(), str(error)
    if chosen:
        wanted = replace(wanted, outcomes=(Outcome(chosen),))
    return Asked(q.strip(), zone, chosen, wanted, mistake)


def _kind(desk: Desk, zone: str) -> str:
    """What the tab's icon shows."""
    return desk.zones.by_key[zone].kind if zone in desk.zones.by_key else "gateway"


handlers = (listing, events)
