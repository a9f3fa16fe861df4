"""What becomes of an SQLite store that an older gateway made."""

import json
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from gateway.errors import StoreError
from gateway.model import BibRecord, Flag
from gateway.search.attempts import Wanted
from gateway.search.query import Among
from gateway.stores import open_store
from gateway.stores.base import Lent, Purpose
from gateway.stores.sqlite.rows import to_json
from tests.stores.nouns import (
    NOON,
    PATIENCE,
    SECRET,
    cancelled,
    file,
    holding,
    item,
    lending,
    link,
    loan,
    made_zone,
    mms_ids,
    names,
    oclc,
    patron,
    pend,
    put,
    record,
    webhook,
)
from tests.stores.sqlite_file import SCHEMA, made_by_schema, schema

OVERLAY = "overlay-all-fields-but-local"
NOON_IN_STORE = int(NOON.timestamp() * 1_000_000)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the store is to be; nothing is there yet."""
    return tmp_path / "folder" / "gateway.db"


@pytest.fixture
def url(path: Path) -> str:
    """The store's URL."""
    return f"sqlite:{path}"


def kept(table: str, version: BibRecord) -> str:
    """The statement by which schema 1 keeps a version in the zone xyz."""
    found_by = json.dumps(sorted(version.identifiers)).encode().hex()
    return (
        f"INSERT INTO {table} VALUES ('xyz', '{version.mms_id}', {version.version}, X'{version.marc.hex()}', "
        f"'{version.title}', X'{found_by}', '{version.originating_system}', '{version.originating_version}', "
        f"{NOON_IN_STORE}, '{version.submission}')"
    )


ONCE = record("A", oclc("1"))
THRICE = [
    record("B", oclc("2"), version=1),
    replace(record("B", oclc("2", "3"), version=2), made_by=OVERLAY),
    replace(record("B", oclc("3") | cancelled("2"), version=3, title="Waves", marc=b"newest"), made_by=OVERLAY),
]
STORED = (
    "INSERT INTO zone VALUES ('xyz', 2)",
    kept("record", ONCE),
    *(kept("record_version", version) for version in THRICE[:-1]),
    kept("record", THRICE[-1]),
    *(
        f"INSERT INTO identifier VALUES ('xyz', '{value}', '{kind}', '{found.mms_id}')"
        for found in (ONCE, THRICE[-1])
        for kind, value in found.identifiers
    ),
    f"INSERT INTO attempt VALUES (7, 'a', 'xyz', {NOON_IN_STORE}, 'i-share-xyz', '192.0.2.7', '01CARLI_XYZ', "
    "'created', NULL, 'A', X'5B5D', 'Tides', X'5B5D', X'7B7D', X'3030303236', 0.25, 1)",
)
"""What schema 1 has of a record that came once, and of one that came three times."""


class TestMigrations:
    async def test_are_applied_once_each(self, path: Path, url: str) -> None:
        for _ in range(3):
            async with open_store(url):
                pass
        assert schema(path) == [(int(step.name[:4]),) for step in sorted(SCHEMA.glob("*.sql"))]

    async def test_of_an_empty_file_are_all(self, path: Path, url: str) -> None:
        path.parent.mkdir()
        path.touch()
        async with open_store(url) as store:
            await put(store, record("A"))

    def test_are_numbered_from_1_without_gaps(self) -> None:
        numbers = [int(step.name[:4]) for step in sorted(SCHEMA.glob("*.sql"))]
        assert numbers == [*range(1, len(numbers) + 1)]

    @pytest.mark.parametrize("purpose", ["change", "read"])
    async def test_are_applied_only_to_serve(self, path: Path, url: str, purpose: Purpose) -> None:
        made_by_schema(1, path, *STORED)
        before = path.read_bytes()
        with pytest.raises(StoreError) as caught:
            async with open_store(url, purpose=purpose):
                pass
        newest = len([*SCHEMA.glob("*.sql")])
        assert str(caught.value) == f"{path} has schema 1, not {newest}; gateway serve brings an older one up to date"
        assert path.read_bytes() == before


class TestSchema1:
    async def test_leaves_every_record_and_how_it_came_about(self, path: Path, url: str) -> None:
        made_by_schema(1, path, *STORED)
        for purpose in ("serve", "read", "change"):
            async with open_store(url, purpose=purpose) as store:
                assert await store.records("xyz") == [ONCE, THRICE[-1]]
                assert await store.record("xyz", "B") == THRICE[-1]
                assert await store.versions("xyz", "A") == [ONCE]
                assert await store.versions("xyz", "B") == THRICE
                assert await store.find("xyz", cancelled("2")) == [THRICE[-1]]
                assert await store.find("xyz", oclc("1", "2")) == [ONCE]
                assert await store.pending() == []
                (attempt,) = await store.attempts()
                assert (attempt.seq, attempt.submission.id, attempt.delivered) == (7, "a", True)
                assert await store.attempts(wanted=Wanted(title=("tides",))) == [attempt]
                assert await store.zones() == []
                assert await store.webhooks() == []

    async def test_is_changed_as_a_store_of_today(self, path: Path, url: str) -> None:
        made_by_schema(1, path, *STORED)
        amended = replace(ONCE, flags=frozenset({Flag.LOCKED}), linked_to="N")
        fourth = replace(record("B", oclc("4"), version=4), made_by="revert", management_tag="do-not-publish")
        async with open_store(url) as store:
            await put(store, amended, fourth)
            await pend(store, link("b"))
            await file(store, "b")
            assert await store.versions("xyz", "A") == [amended]
            assert await store.versions("xyz", "B") == [*THRICE, fourth]
            assert mms_ids(await store.find("xyz", oclc("3", "4") | cancelled("2"))) == ["B"]
            assert await store.find("xyz", cancelled("2")) == []
            assert names(await store.attempts()) == ["b", "a"]
            assert await store.pending() == [link("b")]
            assert await store.transact("xyz", lambda t: t.filed("a"), seconds=PATIENCE)
            assert await store.transact("xyz", lambda t: t.next_ordinal(), seconds=PATIENCE) == 3


class TestSchema5:
    async def test_is_searched_as_records_were_written(self, path: Path, url: str) -> None:
        """Also before all of it is indexed, and by who may only read."""
        later = kept("record", record("C")).replace(f"{NOON_IN_STORE}", f"{NOON_IN_STORE + 1}")
        made_by_schema(1, path, kept("record", record("B")), later, kept("record", record("A")))
        async with open_store(url) as store:
            assert await store.unindexed() == {"xyz": 3}
            for reading in ("before", "after"):
                async with open_store(url, purpose="read") as reader:
                    found = await reader.find_records("xyz", Among(("A", "B", "C")))
                    mms_ids = await reader.found_records("xyz", found.result.numbers(), found.epoch)
                    assert mms_ids == ["C", "B", "A"], reading
                await store.index_records("xyz")
                assert await store.unindexed() == {}


class TestSchema6:
    async def test_has_what_can_be_lent_now(self, path: Path, url: str) -> None:
        bodies = [to_json(noun).hex() for noun in (holding("1"), item("11", "1"))]
        shelved = (
            f"INSERT INTO holding VALUES ('xyz', 'A', '1', 'MAIN', 'stacks', X'{bodies[0]}')",
            f"INSERT INTO item VALUES ('xyz', 'A', '1', '11', X'{bodies[1]}')",
        )
        made_by_schema(6, path, *shelved)
        async with open_store(url) as store:
            assert await store.lending_zones() == []
            assert await store.exchanges() == []
            await store.rearrange("xyz", lending(patron(), loan("11")))
            assert await store.item("xyz", "11") == item("11", "1")
        async with open_store(url, purpose="read") as store:
            assert await store.lent("xyz", "P1") == Lent(patron(), [loan("11")], [])


class TestSchema7:
    async def test_has_everything_to_be_published_also_what_was_removed(self, path: Path, url: str) -> None:
        waiting = [
            f"INSERT INTO index_change VALUES ('xyz', {place}, '{mms_id}')" for place, mms_id in ((8, "B"), (9, "C"))
        ]
        records = [kept("record", record(mms_id))[:-1] + ", 'create', X'5B5D', '', '')" for mms_id in "BA"]
        made_by_schema(7, path, *records, *waiting)
        async with open_store(url) as store:
            found = await store.unpublished("xyz")
            assert [one.mms_id for one in found] == ["A", "B", "C"]
            await store.publish("xyz", "", [], found)
            assert await store.unpublished("xyz") == []
            await put(store, record("D"))
            assert [one.mms_id for one in await store.unpublished("xyz")] == ["D"]


class TestSchema3:
    async def test_leaves_its_zones_which_may_have_webhooks_now(self, path: Path, url: str) -> None:
        settings = msgspec.json.encode(made_zone("t1").zone).hex()
        made_by_schema(3, path, f"INSERT INTO kept_zone VALUES ('t1', X'{settings}', '{SECRET}', {NOON_IN_STORE})")
        async with open_store(url) as store:
            assert await store.zones() == [made_zone("t1")]
            assert await store.webhooks() == []
            assert await store.swap_webhook(None, webhook("ci", zone="t1"))
        async with open_store(url, purpose="read") as store:
            assert await store.zones() == [made_zone("t1")]
            assert await store.webhooks() == [webhook("ci", zone="t1")]
