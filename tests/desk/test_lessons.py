"""Lessons in a zone with the built-in settings: the scene is set, the record exported, and what was expected comes."""

import json
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import get_args

import pytest
from msgspec.structs import replace

from gateway import config
from gateway.desk import lessons
from gateway.desk.lessons.lesson import RESERVED, Lesson, parsed
from gateway.errors import Conflict, NotFound
from gateway.importer.accept import Importer
from gateway.importer.loading import Loader
from gateway.importer.logon import Logons
from gateway.importer.replies import Replies
from gateway.importer.report import NOTHING_KNOWN, report
from gateway.model import Attempt, ChosenGroup, Logon, Outcome, Submission
from gateway.rulebook import rulebook, zones_of
from gateway.stores import open_store
from gateway.stores.base import Store
from tests.importer.desk import OBSERVED
from tests.importer.exports import tides
from tests.stores.nouns import PATIENCE

ALL = lessons.lessons()
NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
OVERRIDES = {
    "use-network-zone": (
        "profiles.carli-iz.use_network_zone=true",
        "profiles.carli-iz.merge_method=consortium-nz-overlay",
    )
}
"""What a lesson needs beside the built-in settings."""


class Classroom:
    """An importer before an empty store, and a clock that moves on a minute with every look at it."""

    def __init__(self, store: Store, settings: config.Settings) -> None:
        self.store = store
        zones = zones_of(settings)
        self.zones = zones.by_key
        self.accounts = zones.accounts
        profiles = rulebook(settings, zones.by_key).profiles
        self.importer = Importer(store, Logons(zones, longest_delay=0.0), profiles, now=self.now)
        self._minutes = count()

    def now(self) -> datetime:
        """The time."""
        return NOON + timedelta(minutes=next(self._minutes))

    async def set_scene(self, lesson: Lesson, zone: str = "xyz") -> lessons.Scene:
        """Set the scene in a zone."""
        return await lessons.set_scene(self.store, self.importer.profiles, self.zones[zone], lesson, now=self.now())

    async def export(self, lesson: Lesson, zone: str = "xyz") -> Attempt:
        """Export for the reader; the attempt as it is kept."""
        exported = await lessons.export_for_me(self.importer, self.zones[zone], lesson, now=self.now())
        newest, *_ = await self.store.attempts(zone=exported.receipt.zone, limit=1)
        assert newest.submission == exported.submission
        return newest

    async def judged(self, lesson: Lesson, attempt: Attempt) -> tuple[lessons.Judged, ...]:
        """What was expected, and what came."""
        return lessons.judge(lesson, attempt, await lessons.record_after(self.store, attempt))

    async def numbers(self, zone: str) -> list[str]:
        """MMS IDs of the zone's records."""
        return [record.mms_id for record in await self.store.records(zone)]


@asynccontextmanager
async def classroom(*overrides: str) -> AsyncIterator[Classroom]:
    """One with the built-in settings, changed as the overrides say."""
    async with open_store("memory:") as store:
        yield Classroom(store, config.load(overrides=overrides))


@pytest.fixture
async def room() -> AsyncIterator[Classroom]:
    """A classroom with the built-in settings."""
    async with classroom() as room:
        yield room


lesson = lessons.lesson


def wrong(judged: Sequence[lessons.Judged]) -> list[lessons.Judged]:
    return [one for one in judged if one.right is not True]


@pytest.mark.parametrize("one", ALL, ids=lambda one: one.key)
async def test_what_is_expected_comes_the_first_time_and_the_next(one: Lesson) -> None:
    async with classroom(*OVERRIDES.get(one.key, ())) as room:
        for _ in range(2):
            await room.set_scene(one)
            judged = await room.judged(one, await room.export(one))
            assert wrong(judged) == []
            assert len(judged) >= 2 + len(one.expected.fields)


@pytest.mark.parametrize("one", ALL, ids=lambda one: one.key)
async def test_the_same_comes_of_the_record_when_a_client_exports_it(one: Lesson) -> None:
    async with classroom(*OVERRIDES.get(one.key, ())) as room:
        to = (await room.set_scene(one)).exported_to
        password = "no password" if one.export.logon == "wrong password" else room.accounts[to.host, to.code].secret
        logon = Logon(None, to.code.encode(), password.encode(), "AP", "desktop")
        raw = lessons.export_bytes(one)
        await room.importer.accept(Submission("one", room.now(), to.host, "192.0.2.7", to.code, raw), logon, OBSERVED)
        [attempt] = await room.store.attempts()
        assert wrong(await room.judged(one, attempt)) == []


@pytest.mark.parametrize("one", ALL, ids=lambda one: one.key)
async def test_lessons_hold_where_a_profile_refuses_whatever_it_can(one: Lesson) -> None:
    strict = [f"profiles.{key}.refuse={json.dumps(get_args(ChosenGroup))}" for key in ("carli-iz", "carli-nz")]
    async with classroom(*OVERRIDES.get(one.key, ()), *strict) as room:
        await room.set_scene(one)
        assert wrong(await room.judged(one, await room.export(one))) == []


async def test_lessons_may_follow_each_other_in_any_order_in_one_zone(room: Classroom) -> None:
    playable = [one for one in ALL if one.key not in OVERRIDES]
    for one in (*playable, *reversed(playable)):
        await room.set_scene(one)
        assert wrong(await room.judged(one, await room.export(one))) == [], one.key


@pytest.mark.parametrize("one", ALL, ids=lambda one: one.key)
async def test_a_lesson_leaves_all_other_records_alone(one: Lesson) -> None:
    async with classroom(*OVERRIDES.get(one.key, ())) as room:
        others = {}
        for zone in ("xyz", "network", "sandbox-abc"):
            loader = Loader(room.store, room.zones[zone], room.now, seconds=PATIENCE)
            await loader.as_is([tides("$a(OCoLC)999000031"), tides("$a(OCoLC)999000032")])
            others[zone] = await room.store.records(zone)
        await room.set_scene(one)
        await room.export(one)
        await room.set_scene(one)
        for zone, records in others.items():
            kept = await room.store.records(zone)
            assert [record for record in kept if record in records] == records
        assert await room.store.records("sandbox-abc") == others["sandbox-abc"]


async def test_setting_a_scene_removes_what_earlier_lessons_left(room: Classroom) -> None:
    for key in ("first-record", "several-matches", "merged-oclc-numbers"):
        await room.set_scene(lesson(key))
        await room.export(lesson(key))
    scene = await room.set_scene(lesson("locked"))
    assert scene.stored == (("xyz", (await room.numbers("xyz"))[0]),)
    assert scene.exported_to == room.zones["xyz"]
    assert await lessons.clear(room.store, "xyz") == 1
    assert await room.numbers("xyz") == []


async def test_a_scene_in_both_zones_gives_the_record_a_number_in_each(room: Classroom) -> None:
    scene = await room.set_scene(lesson("network-zone"))
    assert [(zone, mms_id[-4:]) for zone, mms_id in scene.stored] == [("network", "5816"), ("xyz", "5867")]
    before = await room.store.records("xyz")
    attempt = await room.export(lesson("network-zone"))
    assert attempt.receipt.zone == "network"
    assert await room.store.records("xyz") == before


async def test_scenes_keep_no_attempt(room: Classroom) -> None:
    for one in ALL:
        if one.key not in OVERRIDES:
            await room.set_scene(one)
    assert await room.store.attempts() == []


@pytest.mark.parametrize(
    ("key", "zone", "overrides", "says"),
    [
        (
            "use-network-zone",
            "xyz",
            (),
            "It needs a profile with Use network zone: Selected; carli-iz has Not selected. In the settings, in "
            "[profiles.carli-iz] or a profile of the zone's own: use_network_zone = true.",
        ),
        ("network-zone", "network", (), "Zone network belongs to no network zone; choose an institution's zone"),
        ("use-network-zone", "network", (), "Zone network belongs to no network zone"),
        ("local-fields", "network", (), "It needs a profile with Merge Method: Overlay all fields but local; carli-nz"),
        ("no-title", "xyz", ('profiles.carli-iz.refuse=["linkage"]',), 'own: refuse = ["linkage","required"].'),
        ("lower-brief-level", "xyz", ("profiles.carli-iz.brief_levels=off",), "lower brief version: Selected (CARLI"),
        ("same-again", "xyz", ("profiles.carli-iz.use_network_zone=true",), "Use network zone: Not selected"),
        ("locked", "xyz", ("zones.xyz.profiles=[]",), "Zone xyz has not exactly one integration profile"),
    ],
)
async def test_a_scene_that_a_zone_cannot_play_is_refused_and_nothing_changes(
    key: str, zone: str, overrides: tuple[str, ...], says: str
) -> None:
    async with classroom(*overrides) as room:
        await Loader(room.store, room.zones["xyz"], room.now, seconds=PATIENCE).as_is([tides("$a(OCoLC)9990000001")])
        before = await room.store.counts()
        with pytest.raises(Conflict) as refused:
            await room.set_scene(lesson(key), zone)
        assert says in str(refused.value)
        assert await room.store.counts() == before


async def test_the_page_on_lessons_has_the_settings_for_the_network_lesson(tmp_path: Path) -> None:
    page = Path(__file__).resolve().parents[2] / "docs" / "lessons.md"
    [lines] = re.findall(r"```toml\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    file = tmp_path / "gateway.toml"
    file.write_text(lines, encoding="utf-8")
    async with open_store(f"sqlite:{tmp_path / 'gateway.db'}") as store:
        room = Classroom(store, config.load(file))
        for _ in range(2):
            await room.set_scene(lesson("use-network-zone"))
            attempt = await room.export(lesson("use-network-zone"))
            assert wrong(await room.judged(lesson("use-network-zone"), attempt)) == []


async def test_a_wrong_logon_needs_no_profile_and_opens_nothing() -> None:
    async with classroom("zones.xyz.profiles=[]") as room:
        one = lesson("wrong-logon")
        await room.set_scene(one)
        attempt = await room.export(one)
        assert attempt.receipt.zone == "xyz"
        assert wrong(await room.judged(one, attempt)) == []


async def test_an_attempt_says_that_the_page_exported_it(room: Classroom) -> None:
    await room.set_scene(lesson("first-record"))
    attempt = await room.export(lesson("first-record"))
    told = report(attempt, NOTHING_KNOWN)
    lines = {line.label: line.value for section in told.sections for line in section.lines}
    assert lines["Sent by"] == "the gateway's own page, in place of a client"
    assert lines["From"] == "127.0.0.1"


async def test_the_network_export_links_a_record_of_the_institution() -> None:
    async with classroom(*OVERRIDES["use-network-zone"]) as room:
        one = lesson("use-network-zone")
        scene = await room.set_scene(one)
        attempt = await room.export(one)
        assert ("network", attempt.receipt.mms_id) == scene.stored[0]
        assert [record.linked_to for record in await room.store.records("xyz")] == [attempt.receipt.mms_id]
        await room.set_scene(lesson("use-network-zone"))
        assert await room.numbers("xyz") == []


async def test_another_answer_than_expected_is_told(room: Classroom) -> None:
    one = lesson("locked")
    await room.set_scene(one)
    await lessons.clear(room.store, "xyz")
    outcome, reply, *fields = await room.judged(one, await room.export(one))
    assert outcome == ("Outcome", "refused: locked", "added", False)
    assert reply.right is False
    assert reply.came.startswith("The record has been processed successfully.")
    assert [(field.came, field.right) for field in fields] == [
        ("stands in the record", True),
        ("stands in the record", False),
    ]


async def test_of_a_readers_own_record_only_outcome_and_reply_are_compared(room: Classroom) -> None:
    one = lesson("first-record")
    own = replace(one, export=replace(one.export, record=lesson("locked").export.record))
    await room.set_scene(one)
    outcome, reply, *fields = await room.judged(one, await room.export(own))
    assert (outcome.right, reply.right) == (True, True)
    assert {(field.came, field.right) for field in fields} == {("another record was exported", None)}


async def test_of_the_reply_to_a_readers_own_record_the_first_line_is_compared(room: Classroom) -> None:
    one = lesson("several-matches")
    await Loader(room.store, room.zones["xyz"], room.now, seconds=PATIENCE).as_is([tides("$a(OCoLC)999000031")] * 2)
    receipt = await room.importer.accept_for(
        room.zones["xyz"],
        Submission("own", room.now(), "i-share-xyz", "192.0.2.7", "01CARLI_XYZ", tides("$a(OCoLC)999000031")),
        OBSERVED,
    )
    [attempt] = await room.store.attempts()
    _, reply, *_ = await room.judged(one, attempt)
    assert receipt.outcome is Outcome.REFUSED
    assert "OCLC number 999000031" in reply.came
    assert reply.right is True


async def test_a_sites_own_words_are_shown_and_count_as_right(room: Classroom) -> None:
    one = lesson("locked")
    await room.set_scene(one)
    attempt = await room.export(one)
    record = await lessons.record_after(room.store, attempt)
    _, reply, *_ = lessons.judge(one, attempt, record, Replies({"locked": "Somebody is at it."}))
    assert (reply.came, reply.right) == ("Somebody is at it.", True)


def test_records_of_lessons_are_known_by_numbers_that_worldcat_has_not() -> None:
    texts = [text for one in ALL for text in (one.export.record, *(stored.record for stored in one.scene))]
    for text in texts:
        numbers = [value for field in parsed(text).get("035") for value in field.values("a")]
        assert [int(number.removeprefix("(OCoLC)")) in RESERVED for number in numbers] == [True]


def test_a_lesson_that_there_is_not_is_told_with_those_that_there_are() -> None:
    with pytest.raises(NotFound, match="there is no lesson loked; there are first-record, same-again, "):
        lesson("loked")
