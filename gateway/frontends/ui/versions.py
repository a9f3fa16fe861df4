"""The past of a record: its versions, how each came about, and what changed between two."""

from typing import Any, Final

from litestar import Response, get

from gateway.desk import records, zones
from gateway.desk.records import Pair
from gateway.desk.threads import beside
from gateway.frontends.ui.parameters import Number, NumberFrom, Segment, TheDesk, YesOrNo
from gateway.frontends.ui.records import AMONG_RECORDS, RECORD, made_by, record_path, the_record
from gateway.frontends.ui.render import PageRequest, link, page
from gateway.importer.differences import Kind, differences
from gateway.marc.record import Record

KINDS: Final[dict[Kind, tuple[str, str, str]]] = {
    "same": ("equals", "same", "the same"),
    "removed": ("minus", "bad", "gone"),
    "added": ("plus", "good", "new"),
    "replaced": ("change", "warn", "changed"),
}
"""Icon, class of colour and words for what became of a field."""
VERSIONS_LISTED: Final = 200
"""Versions of a page: more than all but a record that a program imports again and again."""


@get(f"{RECORD}/history")
async def history(
    request: PageRequest, desk: TheDesk, zone: Segment, mms: Segment, before: Number = None
) -> Response[str]:
    """Its versions, newest first, and how each came about; those with a lower number than `before`."""
    found = await the_record(desk, zone, mms)
    versions = await records.history(
        desk.store, found, desk.known().merge_methods, before=before, limit=VERSIONS_LISTED
    )
    where = record_path(found.zone, found.mms_id)
    is_more = bool(versions) and versions[-1].version > 1
    told: dict[str, Any] = {  # Any: what a template is given
        "zone": await zones.one(desk.store, desk.zones, zone),
        "record": found.newest,
        "versions": versions,
        "attempts": await made_by(desk, versions),
        "flags": records.flags,
        "where": where,
        "earlier": link(f"{where}/history", before=versions[-1].version) if is_more else "",
    }
    return await beside(lambda: page(request, "record_history.html", path=AMONG_RECORDS, **told))


@get(f"{RECORD}/diff")
async def diff(
    request: PageRequest,
    desk: TheDesk,
    zone: Segment,
    mms: Segment,
    from_: NumberFrom = None,
    to: Number = None,
    every: YesOrNo = False,
) -> Response[str]:
    """Two versions field by field, and why each field went or came; with one number, that one and the one before it.

    `every`: whether fields are shown that are the same.
    """
    found = await the_record(desk, zone, mms)
    first, second = (to, None) if from_ is None else (from_, to)
    pair = await records.pair(desk.store, found, first, second)
    known = desk.known()
    made = pair.after.made_by if pair.after.version == pair.before.version + 1 else ""
    where = record_path(found.zone, found.mms_id)
    asked = {"from": pair.before.version, "to": pair.after.version}
    told = {
        "zone": await zones.one(desk.store, desk.zones, zone),
        "record": found.newest,
        "pair": pair,
        "versions": _choices(found.newest.version, pair),
        "how": records.came_about(pair.after, known.merge_methods) if made else "",
        "attempt": (await made_by(desk, [pair.after])).get(pair.after.submission) if made else None,
        "kinds": KINDS,
        "every": every,
        "other": link(f"{where}/diff", **asked, every="" if every else "true"),
        "where": where,
    }

    def laid_out() -> Response[str]:
        before, after = Record.parse(pair.before.marc), Record.parse(pair.after.marc)
        compared = [*differences(before, after, made, known.merge_methods)]
        counts = {kind: sum(one.kind == kind for one in compared) for kind in KINDS}
        chosen = [one for one in compared if every or one.kind != "same"]
        return page(request, "record_diff.html", status=200, path=AMONG_RECORDS, counts=counts, shown=chosen, **told)

    return await beside(laid_out)


def _choices(newest: int, pair: Pair) -> list[int]:
    """Numbers of the versions that can be chosen, newest first: the newest, and those that are compared."""
    listed = range(newest, max(0, newest - VERSIONS_LISTED), -1)
    return sorted({*listed, pair.before.version, pair.after.version}, reverse=True)


handlers = (history, diff)
