"""The part of a zone's page on what it publishes for harvesters, and where other systems reach it."""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from gateway.desk import publishing
from gateway.desk.desk import Desk
from gateway.desk.publishing import RepositoryShown, SetShown
from gateway.frontends.ui.outcomes import Look
from gateway.frontends.ui.render import PageRequest, link
from gateway.model import PublishingRun, RunKind

RUNS_SHOWN: Final = 20
"""Newest runs of a zone on its page: of a daily set nearly three weeks. The API lists all."""
VIEW: Final = "/view/"
KINDS: Final[dict[RunKind, str]] = {"run": "run: what has changed", "republish": "republish: everything again"}


class Addresses(NamedTuple):
    """Where other systems reach a zone, and what they are to say there."""

    oai: str
    ncip: str
    ncip_1: str
    sru: str
    z3950: Sequence[str]
    """With the database behind it."""
    partners: Sequence[str]
    """Codes of its resource sharing partners."""


class SetLine(NamedTuple):
    """A set on the page."""

    set_: SetShown
    what: str
    """What is in it; empty where a search says so."""
    when: str
    """When it is published."""
    harvest: str
    """Where a harvester begins with it."""
    run: str
    """Where the form is sent that publishes it."""


class RunLine(NamedTuple):
    """A run on the page."""

    key: str
    run: PublishingRun
    look: Look
    words: str
    """How it ended."""


class Section(NamedTuple):
    """All that the template shows."""

    repository: RepositoryShown
    addresses: Addresses
    sets: tuple[SetLine, ...]
    runs: tuple[RunLine, ...]
    """Newest first."""
    kinds: Mapping[RunKind, str] = KINDS


async def section(request: PageRequest, desk: Desk, zone: str) -> Section:
    """Of a zone that is in force. Raises `NotFound`, `StoreError`."""
    repository = await publishing.repository(desk, zone)
    sets = await publishing.listed(desk, zone)
    own = str(request.base_url).rstrip("/")
    host = desk.zones.by_key[zone].host
    z3950 = next((place.z3950 for place in desk.places if place.host == host), ())
    addresses = _addresses(own, repository.path, z3950, desk.partners(zone))
    return Section(
        repository,
        addresses,
        tuple([_set_line(zone, one, addresses.oai) for one in sets]),
        tuple(await _runs(desk, zone, sets)),
    )


def _addresses(own: str, oai: str, z3950: Sequence[str], partners: Sequence[str]) -> Addresses:
    """`own`: where the page is; `oai`: the path of the repository, which names zone and host as the others do."""
    host, _, view = oai.partition(VIEW)
    code = view.split("/")[1]
    root = f"{own}{host}{VIEW}"
    ncip = f"{root}NCIPServlet"
    searched = [f"{at}/{code}" for at in z3950]
    return Addresses(own + oai, ncip, f"{ncip}/v1", f"{root}sru/{code}", searched, partners)


def _set_line(zone: str, one: SetShown, oai: str) -> SetLine:
    first = f"{oai}{link('', verb='ListRecords', metadataPrefix='marc21', set=one.key)}"
    return SetLine(one, _what(one), _when(one), first, link(f"/zones/{zone}/publish", set=one.key))


def _what(one: SetShown) -> str:
    if one.mms_ids:
        return f"a list of {len(one.mms_ids):,} record{'' if len(one.mms_ids) == 1 else 's'}"
    return "" if one.query else "all records"


def _when(one: SetShown) -> str:
    if one.at_once:
        return "as soon as somebody harvests"
    if not one.every_hours:
        return "when somebody says so"
    return {1: "every hour", 24: "daily"}.get(one.every_hours, f"every {one.every_hours:,} hours")


async def _runs(desk: Desk, zone: str, sets: tuple[SetShown, ...]) -> list[RunLine]:
    found: list[RunLine] = []
    for one in sets:
        if one.last_run is None:
            continue
        runs = await desk.store.publishing_runs(zone, one.key)
        going = runs[0] if one.goes_on else None
        found += [RunLine(one.key, run, *_ended(run, goes_on=run is going)) for run in runs[:RUNS_SHOWN]]
    return sorted(found, key=lambda line: line.run.began_at, reverse=True)[:RUNS_SHOWN]


def _ended(run: PublishingRun, *, goes_on: bool) -> tuple[Look, str]:
    if run.fault:
        return Look("cross", "bad"), f"ended early: {run.fault}"
    if run.ended_at is not None:
        return Look("merge", "good"), "done"
    return (Look("clock", "same"), "goes on") if goes_on else (Look("alert", "warn"), "cut off, or another's")
