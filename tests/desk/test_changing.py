"""What people change in a zone's records, and what they may not."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from gateway.desk import changing, records
from gateway.errors import NotFound, Unusable
from gateway.marc.record import Record
from gateway.model import Flag
from gateway.stores import open_store
from gateway.stores.base import Store
from tests.desk.zone import filled
from tests.importer.desk import Desk
from tests.importer.exports import FILED, tides

ZONES = ("xyz", "network")
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
async def store() -> AsyncIterator[Store]:
    """With one record."""
    async with open_store("memory:") as store:
        await filled(store, ["Notebook of tides"])
        yield store


async def fields(store: Store, tag: str) -> list[bytes]:
    record = await store.record("xyz", FILED)
    assert record is not None
    return [field.body for field in Record.parse(record.marc).get(tag)]


async def test_an_earlier_version_comes_back(store: Store):
    await Desk(store).export(tides("$a(OCoLC)1", "Notebook of rivers"))
    zone, made = await changing.revert(store, ZONES, FILED, 1, NOW)
    assert (zone, made.version, made.title, made.made_by) == ("xyz", 3, "Notebook of tides", "revert 1")
    assert (await changing.revert(store, ZONES, FILED, 3, NOW)).record.version == 3
    with pytest.raises(NotFound, match="has no version 4"):
        await changing.revert(store, ZONES, FILED, 4, NOW)


async def test_flags(store: Store):
    zone, flagged = await changing.flag(store, ZONES, FILED, [Flag.LOCKED])
    assert (zone, flagged.flags, flagged.version) == ("xyz", {Flag.LOCKED}, 1)
    assert (await changing.flag(store, ZONES, FILED, [])).record.flags == set()


async def test_a_local_field_is_added_as_a_next_version(store: Store):
    for text in ("Copy 2 lacks the maps.", "$a Gift of the Friends, $5 million later $5 XYZ"):
        await changing.add_field(store, ZONES, FILED, "590", text, NOW)
    assert await fields(store, "590") == [
        b"  \x1faCopy 2 lacks the maps.",
        b"  \x1faGift of the Friends,\x1f5million later\x1f5XYZ",
    ]
    found = await records.find(store, ZONES, FILED)
    assert [(one.version, one.how) for one in await records.history(store, found, {})] == [
        (3, "Field 590 added by hand"),
        (2, "Field 590 added by hand"),
        (1, "Added"),
    ]
    assert found.newest.submission == ""
    pair = await records.pair(store, found)
    assert [
        (change.kind, change.field.tag, change.why)
        for change in records.differences(pair, {})
        if change.kind != "same" and change.field.tag != "005"
    ] == [("added", "590", "was added by hand")]


async def test_a_local_field_outlives_the_next_export(store: Store):
    await changing.add_field(store, ZONES, FILED, "949", "Shelf 4", NOW)
    await Desk(store).export(tides("$a(OCoLC)1", "Notebook of rivers"))
    assert await fields(store, "949") == [b"  \x1faShelf 4"]


@pytest.mark.parametrize(
    ("text", "body"),
    [
        ("costs $5 or less", "  \x1facosts $5 or less"),
        ("ǂa One ‡b two", "  \x1faOne\x1fbtwo"),
        (" a\x1eb\x1dc\x1fd ", "  \x1faa b c d"),
        ("Ærø \udc80", "  \x1faÆrø ?"),
    ],
)
def test_what_text_makes_of_a_field(text: str, body: str):
    assert changing.local_field("900", text).body == body.encode()


@pytest.mark.parametrize("tag", ["245", "59", "59X", "9XX", "9٣0", "", "9000"])
def test_other_fields_are_not_added(tag: str):
    with pytest.raises(Unusable, match="is no tag of a local field; they are 590, 690 and 900 to 999"):
        changing.local_field(tag, "text")


def test_a_tag_that_is_none_is_shown_in_part():
    with pytest.raises(Unusable, match=f"^'{'9' * 20}' is no tag"):
        changing.local_field("9" * 10_000, "text")


@pytest.mark.parametrize("text", ["", "  ", "\x1f", "$a", "$a text $b"])
def test_a_field_needs_text(text: str):
    with pytest.raises(Unusable, match="field 590 needs text"):
        changing.local_field("590", text)


async def test_a_field_that_is_too_long(store: Store):
    for text, says in (
        ("x" * 9_995, "the field is too long: field 590 would be 10,000 bytes"),
        ("x" * 10_000, "the field is too long: its text has 10,000 bytes; MARC 21 allows 9,999"),
    ):
        with pytest.raises(Unusable, match=says):
            await changing.add_field(store, ZONES, FILED, "590", text, NOW)
    assert await fields(store, "590") == []


async def test_a_record_is_removed_with_its_past(store: Store):
    assert await changing.remove(store, ZONES, FILED) == "xyz"
    assert await store.versions("xyz", FILED) == []
    with pytest.raises(NotFound):
        await changing.remove(store, ZONES, FILED)
