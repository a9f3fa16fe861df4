"""A look through a store: nothing is wrong in what the importer files, and each fault is told with what to do."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
import trio
from msgspec.structs import replace

from gateway.importer import checking, checking_searches, checking_shelves, faults
from gateway.importer.checking import Check, Looked
from gateway.importer.edit import flag, revert
from gateway.importer.faults import FAULTS, Fault
from gateway.model import Flag, Identifier, Profile
from gateway.stores import open_store
from gateway.stores.base import PAGE_ROWS, Store
from tests.importer.desk import ABC, NETWORK, NOON, PROFILES, XYZ, Desk
from tests.marc.mnemonic import mrk, raw, records_in, sample
from tests.stores.nouns import PATIENCE, link, pend, put, record
from tests.stores.sqlite_file import schema

KINDS: dict[str, Callable[[Path], str]] = {
    "memory": lambda _: "memory:",
    "sqlite": lambda folder: f"sqlite:{folder / 'gateway.db'}",
}
"""Stores that need nothing else to be there."""
ZONES = {zone.key: zone for zone in (XYZ, NETWORK, ABC)}
FIRST, SECOND, THIRD = (f"991000000{number:03}5867" for number in (1, 2, 3))
LATER = NOON + timedelta(days=1)


async def found(store: Store, looked: Looked | None = None) -> list[Fault]:
    """What is wrong in the store."""
    told: list[Fault] = []
    await Check(store, ZONES, LATER, looked or Looked(), found=lambda fault, _: told.append(fault)).run()
    return told


def said(told: list[Fault]) -> list[str]:
    """Faults, a line each."""
    return [f"{one.code} {one.zone} {one.mms_id}: {one.says}" for one in told]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """The store's file."""
    return tmp_path / "gateway.db"


@pytest.fixture
async def filled(path: Path) -> Path:
    """A file with two records in the zone xyz, the first in two versions, and one in its network zone."""
    async with open_store(f"sqlite:{path}") as store:
        desk = Desk(store)
        await desk.export(sample("cjk"))
        await desk.export(sample("former-numbers"))
        await desk.export(sample("cjk").replace(b"268 pages", b"269 pages"))
        await desk.export(sample("cjk"), "01CARLI_NETWORK", "network-secret", host="i-share-network")
        assert await found(store) == []
    return path


async def found_after(path: Path, *statements: str) -> list[str]:
    """What is wrong when somebody has run these statements in the file."""
    schema(path, *statements)
    async with open_store(f"sqlite:{path}", purpose="read") as store:
        return said(await found(store))


class TestSound:
    @pytest.mark.parametrize("kind", KINDS)
    async def test_is_an_empty_store(self, tmp_path: Path, kind: str) -> None:
        async with open_store(KINDS[kind](tmp_path)) as store:
            assert await found(store) == []

    @pytest.mark.parametrize("kind", KINDS)
    async def test_is_what_exports_and_people_leave(self, tmp_path: Path, kind: str) -> None:
        profiles = {**PROFILES, "carli-iz": Profile(use_network_zone=True)}
        async with open_store(KINDS[kind](tmp_path)) as store:
            desk = Desk(store, profiles=profiles)
            for name in ("cjk", "former-numbers", "cjk", "no-oclc-number", "hebrew", "refused-no-245", "serial"):
                await desk.export(sample(name))
            await desk.export(sample("cjk").replace(b"268 pages", b"269 pages"))
            await desk.export(sample("cjk"), "01CARLI_ABC", "abc-secret", host="sandbox02-na")
            await desk.export(sample("cjk"), password="wrong")
            [first, *_] = await store.versions("xyz", FIRST)
            await store.transact("xyz", lambda t: revert(t, FIRST, first, NOON), seconds=PATIENCE)
            await store.transact("xyz", lambda t: flag(t, SECOND, {Flag.LOCKED}), seconds=PATIENCE)
            looked = Looked()
            assert said(await found(store, looked)) == []
            counts = await store.counts()
            assert looked == Looked(
                zones=len(counts),
                records=sum(held.records for held in counts.values()),
                versions=sum(held.versions for held in counts.values()),
                attempts=10,
            )
            assert looked.versions > looked.records

    @pytest.mark.parametrize("kind", KINDS)
    async def test_is_what_remains_when_people_have_removed_much(self, tmp_path: Path, kind: str) -> None:
        profiles = {**PROFILES, "carli-iz": Profile(use_network_zone=True)}
        async with open_store(KINDS[kind](tmp_path)) as store:
            desk = Desk(store, profiles=profiles)
            for name in ("cjk", "former-numbers", "cjk", "hebrew", "serial"):
                await desk.export(sample(name))
            (newest, *_) = await store.attempts()
            await store.remove_attempt(newest.seq)
            linked = [one for one in await store.records("xyz") if one.linked_to]
            assert len(linked) > 2
            await store.remove_record("network", linked[0].linked_to)
            await store.remove_record("xyz", linked[1].mms_id)
            assert said(await found(store)) == []
            for zone in ("network", "xyz"):
                await store.reset(zone)
                assert said(await found(store)) == []
                await desk.export(sample("cjk"))
                assert said(await found(store)) == []

    async def test_are_thousands_of_real_records(self, path: Path, conformance: Path) -> None:
        async with open_store(f"sqlite:{path}") as store:
            desk = Desk(store)
            for record in records_in(conformance / "marc" / "uva_2000_utf8.mrc"):
                await desk.export(record)
            looked = Looked()
            assert await found(store, looked) == []
            assert (looked.records, looked.attempts) == (1_998, 2_000)

    async def test_is_told_how_far_it_is(self, filled: Path) -> None:
        told: list[int] = []
        async with open_store(f"sqlite:{filled}", purpose="read") as store:
            await Check(store, ZONES, LATER, Looked(), found=lambda *_: None, tell=told.append).run()
        assert told == [1, 1, 1, 4]


class TestFaults:
    async def test_version_that_is_missing(self, filled: Path) -> None:
        assert await found_after(filled, "DELETE FROM record_version") == [
            f"versions xyz {FIRST}: its versions should be 1, 2 and so on to 2; there are 2"
        ]

    async def test_version_that_stands_there_twice(self, filled: Path) -> None:
        copy = "INSERT INTO record_version SELECT * FROM record WHERE version = 2"
        assert await found_after(filled, copy) == [
            f"versions xyz {FIRST}: its versions should be 1, 2 and so on to 2; there are 1, 2, 2"
        ]

    async def test_record_that_cannot_be_read(self, filled: Path) -> None:
        told = await found_after(filled, f"UPDATE record SET marc = X'3030' WHERE mms_id = '{SECOND}'")
        assert told == [
            f"unreadable_record xyz {SECOND}: it cannot be read: "
            "recordLength at byte 0: 2 bytes are too few for a record"
        ]

    async def test_earlier_version_that_cannot_be_read(self, filled: Path) -> None:
        assert await found_after(filled, "UPDATE record_version SET marc = X'3030'") == [
            f"unreadable_version xyz {FIRST}: its version 1 cannot be read: "
            "recordLength at byte 0: 2 bytes are too few for a record"
        ]

    async def test_control_number_that_is_not_the_mms_id(self, filled: Path) -> None:
        moved = "UPDATE record SET mms_id = '9910000000025816' WHERE zone = 'network'"
        indexed = "UPDATE identifier SET mms_id = '9910000000025816' WHERE zone = 'network'"
        counted = "UPDATE zone SET ordinal = 2 WHERE zone = 'network'"
        attempt = "UPDATE attempt SET mms_id = '9910000000025816' WHERE zone = 'network'"
        searched = "UPDATE index_change SET mms_id = '9910000000025816' WHERE zone = 'network'"
        assert await found_after(filled, moved, indexed, counted, attempt, searched) == [
            "control_number network 9910000000025816: its version 1 has 9910000000015816 in 001, not its MMS ID"
        ]

    async def test_numbers_under_which_a_record_is_kept_but_which_it_does_not_bear(self, filled: Path) -> None:
        other = """UPDATE record SET identifiers = CAST('[["oclc","7"]]' AS BLOB) WHERE zone = 'network'"""
        index = "DELETE FROM identifier WHERE zone = 'network'"
        new = "INSERT INTO identifier VALUES ('network', '7', 'oclc', '9910000000015816')"
        assert await found_after(filled, other, index, new) == [
            "identifiers network 9910000000015816: it is kept under other numbers than it bears: "
            "without isbn 9786990001036, oclc 1999000033 and with oclc 7"
        ]

    async def test_records_that_no_search_finds(self, filled: Path) -> None:
        assert await found_after(filled, "DELETE FROM index_change WHERE zone = 'xyz'") == [
            f"not_searchable xyz : searches do not find 2 of its records, such as {FIRST}"
        ]

    async def test_records_that_are_not_indexed_by_far_are_not_read_to_look(
        self, filled: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(checking_searches, "BEHIND", 0)
        assert await found_after(filled, f"DELETE FROM index_change WHERE mms_id = '{FIRST}'") == []

    async def test_number_that_the_index_lacks(self, filled: Path) -> None:
        gone = "DELETE FROM identifier WHERE zone = 'network' AND kind = 'oclc'"
        assert await found_after(filled, gone) == [
            "not_indexed network 9910000000015816: it is not found by oclc 1999000033, which it bears, "
            "so a match misses it"
        ]

    async def test_number_that_the_index_has_too_many(self, filled: Path) -> None:
        more = f"INSERT INTO identifier VALUES ('xyz', '7', 'oclc', '{SECOND}')"
        ghost = "INSERT INTO identifier VALUES ('xyz', '8', 'oclc', 'ghost')"
        assert await found_after(filled, more, ghost) == [
            f"wrongly_indexed xyz {SECOND}: it is found by oclc 7, which it does not bear, "
            "so a match takes it for another",
            "leads_nowhere xyz ghost: there is no such record, but oclc 8 leads to it, so a match counts one too many",
        ]

    async def test_index_of_another_record(self, filled: Path) -> None:
        exchanged = f"UPDATE identifier SET mms_id = '{SECOND}' WHERE mms_id = '{FIRST}' AND kind = 'oclc'"
        assert await found_after(filled, exchanged) == [
            f"not_indexed xyz {FIRST}: it is not found by oclc 1999000033, which it bears, so a match misses it",
            f"wrongly_indexed xyz {SECOND}: it is found by oclc 1999000033, which it does not bear, "
            "so a match takes it for another",
        ]

    @pytest.mark.parametrize(
        "mms_id", ["A", "99", "9900000000005867", "991000000001586", "98100000000015867", "991000000000586é"]
    )
    async def test_mms_id_that_no_zone_gives(self, path: Path, mms_id: str) -> None:
        async with open_store(f"sqlite:{path}") as store:
            await put(store, record(mms_id, marc=mrk(f"=001  {mms_id}").serialize()))
            assert said(await found(store)) == [f"mms_id xyz {mms_id}: no zone gives such an MMS ID"]

    async def test_mms_id_beyond_the_counter(self, filled: Path) -> None:
        told = await found_after(filled, "UPDATE zone SET ordinal = 1 WHERE zone = 'xyz'")
        assert told == [
            f"counter xyz {SECOND}: its number lies beyond the zone's counter, which is at 1: "
            "it will be given again to another record"
        ]

    async def test_number_that_was_given_twice(self, path: Path) -> None:
        other_end = FIRST[:-4] + "9999"
        async with open_store(f"sqlite:{path}") as store:
            await store.transact("xyz", lambda transaction: transaction.next_ordinal(), seconds=PATIENCE)
            for mms_id in (FIRST, other_end):
                await put(store, record(mms_id, marc=mrk(f"=001  {mms_id}").serialize()))
            assert said(await found(store)) == [
                f"same_number xyz {other_end}: its number is that of {FIRST}, only the end differs"
            ]

    async def test_network_record_that_is_not_there(self, path: Path) -> None:
        async with open_store(f"sqlite:{path}") as store:
            desk = Desk(store, profiles={**PROFILES, "carli-iz": Profile(use_network_zone=True)})
            await desk.export(sample("cjk"))
            assert await found(store) == []
        gone = [f"DELETE FROM {table} WHERE zone = 'network'" for table in ("record", "identifier")]
        told = await found_after(path, *gone, "DELETE FROM attempt")
        assert told == [
            f"no_network_record xyz {FIRST}: it is linked to 9910000000015816 in the network zone, "
            "where there is no such record",
        ]

    async def test_record_of_an_attempt_that_is_not_there(self, filled: Path) -> None:
        gone = [f"DELETE FROM {table} WHERE mms_id = '{SECOND}'" for table in ("record", "identifier")]
        assert await found_after(filled, *gone) == [
            f"no_record xyz {SECOND}: submission 2 was filed as this record, which is not there"
        ]

    async def test_records_of_an_attempt_through_the_network_zone(self, path: Path) -> None:
        async with open_store(f"sqlite:{path}") as store:
            desk = Desk(store, profiles={**PROFILES, "carli-iz": Profile(use_network_zone=True)})
            await desk.export(sample("cjk"))
        told = await found_after(path, "DELETE FROM record", "DELETE FROM identifier")
        assert told == [
            "no_record network 9910000000015816: submission 1 was filed as this record, which is not there",
            f"no_record xyz {FIRST}: submission 1 was filed as this record, which is not there",
        ]

    async def test_two_attempts_with_one_id(self, filled: Path) -> None:
        unique = [
            "PRAGMA writable_schema = on",
            "CREATE TABLE copy AS SELECT * FROM attempt",
            "DROP TABLE attempt",
            "CREATE TABLE attempt AS SELECT * FROM copy",
            "UPDATE attempt SET id = 'export-1' WHERE seq = 3",
        ]
        assert await found_after(filled, *unique) == [f"same_id xyz {FIRST}: submissions 1 and 3 have the same ID"]

    async def test_link_that_is_still_to_be_made(self, path: Path) -> None:
        async with open_store(f"sqlite:{path}") as store:
            old = link("old", mms_id="9910000000015816")
            under_way = link("young")
            young = replace(under_way, submission=replace(under_way.submission, at=LATER - timedelta(seconds=30)))
            await pend(store, old, young)
            assert said(await found(store)) == [
                "pending_link network 9910000000015816: an export of zone xyz is only half done: "
                "that zone's record is still to be linked to it"
            ]


class TestFaultsInAStoreOfManyPages:
    async def test_are_all_told(self, path: Path) -> None:
        many = 2 * PAGE_ROWS + 7
        async with open_store(f"sqlite:{path}") as store:
            desk = Desk(store)
            for number in range(many):
                await desk.export(raw(f"=035  \\\\$a(OCoLC){number + 1}\n=245  10$aSea {number}"))
            assert await found(store) == []
        told = await found_after(
            path, "UPDATE record SET marc = X'3030'", "DELETE FROM identifier WHERE value LIKE '1%'"
        )
        assert sum(one.startswith("unreadable_record ") for one in told) == many
        lost = [number for number in range(1, many + 1) if f"{number}".startswith("1")]
        assert [one.split()[9] for one in told if one.startswith("not_indexed ")] == [f"{number}," for number in lost]


class TestBesideAGateway:
    async def test_nothing_is_wrong_though_records_come_and_change_all_the_time(self, path: Path) -> None:
        numbers = iter(range(10_000, 99_999))

        async def export() -> None:
            while True:
                changed = b"p%04d" % (next(numbers) % 10_000)
                await desk.export(sample("former-numbers").replace(b"pages", changed))
                await desk.export(sample("no-oclc-number"))

        async with open_store(f"sqlite:{path}") as store:
            desk = Desk(store)
            for _ in range(PAGE_ROWS):
                await desk.export(sample("no-oclc-number"))
            async with open_store(f"sqlite:{path}", purpose="read") as reader, trio.open_nursery() as nursery:
                nursery.start_soon(export)
                for _ in range(5):
                    assert said(await found(reader)) == []
                nursery.cancel_scope.cancel()

    async def test_index_that_changes_meanwhile_is_looked_at_again(self, path: Path) -> None:
        """A record whose numbers change with each version, all the time between two looks."""

        async def change(store: Store) -> None:
            for version in range(2, 1_000_000):
                numbers = {Identifier("oclc", f"{version}"), Identifier("oclc", f"{version + 1}")}
                marc = mrk(f"=001  {FIRST}\n=035  \\\\$a(OCoLC){version}\n=035  \\\\$a(OCoLC){version + 1}").serialize()
                await put(store, record(FIRST, numbers, version=version, marc=marc))

        async with open_store(f"sqlite:{path}") as store:
            await store.transact("xyz", lambda transaction: transaction.next_ordinal(), seconds=PATIENCE)
            await put(store, record(FIRST, marc=mrk(f"=001  {FIRST}").serialize()))
            async with open_store(f"sqlite:{path}", purpose="read") as reader, trio.open_nursery() as nursery:
                nursery.start_soon(change, store)
                for _ in range(20):
                    assert said(await found(reader)) == []
                nursery.cancel_scope.cancel()


@pytest.mark.parametrize("code", FAULTS)
def test_words_of_every_fault_are_whole(code: str) -> None:
    known = {"detail": "D\x1b", "version": 3, "newest": 4}
    one = faults.fault(code, "xyz", FIRST, **known)
    for words in (one.says, one.fix):
        assert words
        assert "{" not in words
        assert words.isprintable()
    assert one.fix.endswith(".")
    assert not one.says.endswith(".")


def test_every_fault_of_the_table_is_told_by_somebody() -> None:
    modules = (checking.__file__, checking_searches.__file__, checking_shelves.__file__, __file__)
    source = "".join(Path(one).read_text("utf-8") for one in modules)
    commands = (Path(checking.__file__).parents[1] / "cli" / "store" / "check.py").read_text("utf-8")
    assert [code for code in FAULTS if f'"{code}"' not in source + commands] == []
