"""Lessons: a scene that is set with one click, what to export, and the answer that came beside the one to expect."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final, NamedTuple

from litestar import Response, get, post
from litestar.response import Stream

from gateway.desk import attempts, cursors, lessons, zones
from gateway.desk.desk import Desk
from gateway.desk.lessons import Judged, Lesson
from gateway.desk.lessons.lesson import parsed
from gateway.desk.lessons.scene import NUMBERS
from gateway.desk.records import FLAGS
from gateway.desk.threads import beside
from gateway.desk.watching import Arrival
from gateway.errors import Conflict, NotFound
from gateway.frontends.http.events import event
from gateway.frontends.ui import forms, record_views
from gateway.frontends.ui.parameters import MOST_NUMBER, Number, Segment, Text, TheDesk, TheStreams
from gateway.frontends.ui.records import gone_to, record_path
from gateway.frontends.ui.render import PageRequest, fragment, link, page
from gateway.importer import report
from gateway.model import Attempt, BibRecord, Zone, unfiled_zone

EVIDENCE: Final = {
    "doc": "published by a vendor or consortium",
    "seen": "seen in public code or records",
    "assumed": "assumed",
}
"""How a behaviour of Alma is known, in words."""
LONGEST_KEY: Final = 100
"""Characters of a lesson's or zone's key that is repeated in an error."""


class Stage(NamedTuple):
    """Where a lesson is played."""

    lesson: Lesson
    zone: Zone
    """The reader's choice."""
    target: Zone | None
    """Where its record is exported to; None where that zone belongs to no network zone."""
    obstacles: tuple[str, ...]
    """Why it cannot be played there."""

    def path(self, **asked: object) -> str:
        """Its page."""
        return link(f"/lessons/{self.lesson.key}", zone=self.zone.key, **asked)


class Came(NamedTuple):
    """What came of the export."""

    attempt: Attempt
    words: str
    judged: tuple[Judged, ...]
    record: str
    """Where the record is that it made or found; empty where there is none."""
    difference: str
    """Where that is held against the version before; empty where there is none."""

    @property
    def as_expected(self) -> bool:
        """Whether nothing that can be compared is otherwise."""
        return all(one.right is not False for one in self.judged)


class OnStage(NamedTuple):
    """A record of the scene that stands in a zone."""

    zone: str
    record: BibRecord

    @property
    def path(self) -> str:
        """Its page."""
        return record_path(self.zone, self.record.mms_id)


@get("/lessons")
async def listing(request: PageRequest, desk: TheDesk, zone: Text = "", cleared: Number = None) -> Response[str]:
    """All of them."""
    chosen = desk.zones.by_key.get(zone)
    return page(
        request,
        "lessons.html",
        lessons=lessons.lessons(),
        zone=zone if chosen else "",
        zones=[*desk.zones.by_key],
        cleared=cleared,
    )


@get("/lessons/{key:str}")
async def show(
    request: PageRequest,
    desk: TheDesk,
    key: Segment,
    zone: Text = "",
    since: Text = "",
    attempt: Number = None,
    view: Text = "",
) -> Response[str]:
    """One of them; `since` when its scene was set, `attempt` what is to be judged."""
    stage = _stage(desk, key, zone)
    came = await _came(desk, stage, since, attempt)
    on_stage = await _on_stage(desk, stage) if since else []
    lesson = stage.lesson

    def laid_out() -> Response[str]:
        return page(
            request,
            "lesson.html",
            stage=stage,
            lesson=lesson,
            number=[one.key for one in lessons.lessons()].index(lesson.key) + 1,
            zones=desk.zones.by_key,
            since=since,
            came=came,
            on_stage=on_stage,
            flag_words=FLAGS,
            scene=[(one, record_views.shown(parsed(one.record).serialize(), "grid")) for one in lesson.scene],
            record_shown=record_views.shown(lessons.export_bytes(lesson), view),
            asked={"zone": stage.zone.key, "since": since, "attempt": attempt},
            expected_words=report.end_words(lesson.expected.outcome, lesson.expected.reason),
            in_force=_in_force(desk, stage),
            others={one.key: one.title for one in lessons.lessons()},
            fields={f"{one.field} {one.becomes}": one for one in lesson.expected.fields},
            evidence=EVIDENCE,
        )

    return await beside(laid_out)


@get("/lessons/{key:str}/record.mrc")
async def record(key: Segment) -> Response[bytes]:
    """The record to export, as a file."""
    raw = lessons.export_bytes(lessons.lesson(key[:LONGEST_KEY]))
    headers = {"content-disposition": f'attachment; filename="{key}.mrc"'}
    return Response(raw, media_type="application/marc", headers=headers)


@post("/lessons/{key:str}/scene")
async def scene(request: PageRequest, desk: TheDesk, key: Segment) -> Response[None]:
    """Set the scene. Raises `Conflict` where the zone lacks what the lesson needs."""
    given = await forms.fields(request)
    stage = _stage(desk, key, given.get("zone", ""))
    await lessons.set_scene(desk.store, desk.importer.profiles, stage.zone, stage.lesson, now=datetime.now(UTC))
    return gone_to(stage.path(since=await desk.watch.here()) + "#export")


@post("/lessons/{key:str}/export")
async def export(request: PageRequest, desk: TheDesk, key: Segment) -> Response[None]:
    """Export its record in place of a client. Raises `Conflict`."""
    given = await forms.fields(request)
    stage = _stage(desk, key, given.get("zone", ""))
    since = given.get("since", "")
    cursors.read(since)
    exported = await lessons.export_for_me(desk.importer, stage.zone, stage.lesson, now=datetime.now(UTC))
    newest = await desk.store.attempts(zone=exported.receipt.zone)
    seq = next((one.seq for one in newest if one.submission.id == exported.submission.id), None)
    return gone_to(stage.path(since=since, attempt=seq) + "#came")


@post("/lessons/clear")
async def clear(request: PageRequest, desk: TheDesk) -> Response[None]:
    """Take what lessons left in a zone and its network zone out again."""
    given = await forms.fields(request)
    zone = _zone(desk, given.get("zone", ""))
    there = [zone.key, *([zone.network] if zone.network else [])]
    removed = sum([await lessons.clear(desk.store, key) for key in there])
    return gone_to(link("/lessons", zone=zone.key, cleared=removed))


@get("/lessons/{key:str}/events")
async def events(request: PageRequest, desk: TheDesk, streams: TheStreams, key: Segment, zone: Text = "") -> Stream:
    """A link to the judged answer, when an export comes to where the lesson is played."""
    stage = _stage(desk, key, zone)
    watched = _watched(stage)
    since = request.query_params.get("since", "")

    def written(arrivals: Sequence[Arrival]) -> bytes:
        cursor = arrivals[-1].cursor
        lines = [one.line for one in arrivals if one.line.zone in watched]
        if not lines:
            return f"id: {cursor}\n\n".encode()
        where = stage.path(since=since, attempt=lines[-1].seq)
        return event(fragment("_lesson_came.html", line=lines[-1], where=where), id_=cursor, name="come")

    return streams.stream(request, written)


def _stage(desk: Desk, key: str, zone: str) -> Stage:
    """A lesson in the zone that is named, else in the first in which it can be played. Raises `NotFound`."""
    lesson = lessons.lesson(key[:LONGEST_KEY])
    profiles = desk.importer.profiles
    there = [_zone(desk, zone)] if zone else [*desk.zones.by_key.values()]
    if not there:
        raise NotFound("there is no zone to play a lesson in; make one at Zones")
    fit = [one for one in there if not lessons.obstacles(lesson, one, profiles)]
    chosen = (fit or there)[0]
    obstacles = lessons.obstacles(lesson, chosen, profiles)
    try:
        target = lessons.target(lesson, chosen, profiles)
    except Conflict:
        target = None
    return Stage(lesson, chosen, target, obstacles)


def _zone(desk: Desk, key: str) -> Zone:
    """The zone of this key that is in force. Raises `NotFound`."""
    if key not in desk.zones.by_key:
        raise NotFound(f"there is no zone {key[:LONGEST_KEY]!r} in force; there are {', '.join(desk.zones.by_key)}")
    return desk.zones.by_key[key]


def _watched(stage: Stage) -> tuple[str, ...]:
    """Where attempts are filed that may be the lesson's."""
    if stage.target is None:
        return ()
    return tuple(dict.fromkeys((stage.target.key, stage.zone.key, unfiled_zone(stage.target.host))))


async def _came(desk: Desk, stage: Stage, since: str, seq: int | None) -> Came | None:
    """The attempt that is named, else the latest since the scene was set. Raises `NotFound`, `Unusable`."""
    if seq is not None:
        found = await attempts.one(desk.store, min(max(seq, 0), MOST_NUMBER))
    elif since:
        place = cursors.read(since)
        newer = await desk.store.newer({key: place.mark(key) for key in _watched(stage)})
        if not newer:
            return None
        found = newer[-1]
    else:
        return None
    after = await lessons.record_after(desk.store, found)
    where = record_path(found.receipt.facts.network or found.receipt.zone, after.mms_id) if after else ""
    has_two = after is not None and after.version > 1
    return Came(
        found,
        report.ended(found),
        await beside(lessons.judge, stage.lesson, found, after, desk.known().replies),
        where,
        link(f"{where}/diff", to=after.version) if after and has_two else "",
    )


async def _on_stage(desk: Desk, stage: Stage) -> list[OnStage]:
    """The records of lessons in the zones where this one plays, as they stand now."""
    places = stage.lesson.places | ({"zone"} if stage.lesson.expected.linked else set())
    keys = [{"zone": stage.zone.key, "network": stage.zone.network}[place] for place in sorted(places)]
    there = [key for key in keys if key in desk.zones.by_key]
    return [OnStage(key, one) for key in there for one in await desk.store.find(key, NUMBERS)]


def _in_force(desk: Desk, stage: Stage) -> str:
    """What the setting that decides is set to where the record is exported to; empty where none does."""
    label = stage.lesson.decided_by.setting
    if not label or stage.target is None:
        return ""
    known = desk.known()
    return (zones.profile_words(desk.zones, stage.target.key, known) or {}).get(label, "")


handlers = (listing, show, record, scene, export, clear, events)
