"""What every store promises of a search of records: `gateway.search` says what is found, the store what there is.

So each kind of index, order and page is asked once, and above all what became of records before and beside a search.
"""

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest
import trio

from gateway.errors import BadQuery, NotFound, StoreError
from gateway.search.evaluate import TooShort
from gateway.search.indexes import RULES
from gateway.search.query import (
    Among,
    And,
    AndNot,
    Index,
    Or,
    Order,
    Position,
    Query,
    Relation,
    Structure,
    Term,
    Truncation,
)
from gateway.search.ranking import Sorting, SortKey
from gateway.search.scan import Scanned
from gateway.stores import indexing, moving, open_store
from gateway.stores.base import Found, Store
from tests.marc.mnemonic import raw, sample
from tests.search.rows import NAMES
from tests.stores.conftest import KINDS, LASTING
from tests.stores.nouns import put, record, soon

ANY, TITLE, AUTHOR = Index.ANY, Index.TITLE, Index.AUTHOR
MODULES = {"sqlite": "sqlite", "postgresql": "postgres", "citus": "postgres"}
"""Folder of each kind of store with rows."""
TIDES = Term(TITLE, "tides")


def marc(title: str, *more: str) -> bytes:
    """A record with this title, and these lines."""
    return raw("\n".join([f"=245  10$a{title}", *more]))


async def write(store: Store, mms_id: str, title: str, *, version: int = 1, zone: str = "xyz") -> None:
    """Keep this version."""
    await put(store, record(mms_id, version=version, marc=marc(title)), zone=zone)


async def page(store: Store, found: Found, first: int = 0, most: int = 10_000, zone: str = "xyz") -> list[str]:
    """MMS IDs of a page of a result."""
    return await store.found_records(zone, found.result.numbers(first, most), found.epoch)


async def find(store: Store, query: Query = TIDES, zone: str = "xyz", order: Order = Order.WRITTEN) -> list[str]:
    """MMS IDs of all that a query finds, which are as many as it says."""
    result = await store.find_records(zone, query, order=order)
    mms_ids = await page(store, result, zone=zone)
    assert len(mms_ids) == result.result.total
    return mms_ids


async def samples(store: Store) -> None:
    """Keep the records of `fixtures/marc`, whose names are their MMS IDs."""
    await put(store, *(record(name, marc=sample(name)) for name in NAMES))


@pytest.fixture(params=["in memory", "in rows"])
async def full(request: pytest.FixtureRequest, store: Store) -> Store:
    """The store with those records: their index brought up to date by the search, or before it."""
    await samples(store)
    if request.param == "in rows":
        await store.index_records("xyz")
    return store


class TestFind:
    @pytest.mark.parametrize(
        ("query", "names"),
        [
            (Term(ANY, "quay harrow"), ["monograph"]),
            (Term(ANY, "harrow poetry"), []),
            (Term(ANY, "harrow quay", structure=Structure.PHRASE), ["monograph"]),
            (Term(ANY, "quay harrow", structure=Structure.PHRASE), []),
            (Term(TITLE, "燈集", structure=Structure.PHRASE), ["cjk"]),
            (Term(ANY, "منارة البحر", structure=Structure.PHRASE), ["arabic"]),
            (Term(ANY, "תל אביב", structure=Structure.PHRASE), ["hebrew"]),
            (Term(TITLE, "lantern", position=Position.FIRST), ["monograph"]),
            (Term(TITLE, "keepers", position=Position.FIRST), []),
            (Term(AUTHOR, "Quillfeather, Orsolya", structure=Structure.PHRASE, complete=True), ["monograph"]),
            (Term(AUTHOR, "Quillfeather", structure=Structure.PHRASE, complete=True), []),
            (Term(Index.SUBJECT, "coffeehouses"), ["monograph"]),
            (Term(Index.KEY_TITLE, "imaginary harbors"), ["serial"]),
            (Term(ANY, "lant", truncation=Truncation.RIGHT), ["monograph"]),
            (Term(ANY, "lant"), []),
            (
                Term(Index.ISBN, "978-6990001", truncation=Truncation.RIGHT),
                ["local-fields", "former-numbers", "hebrew", "arabic", "cjk", "monograph"],
            ),
            (Term(Index.OCLC, "99900002", truncation=Truncation.RIGHT), ["serial"]),
            (Term(Index.MMS, "cjk"), ["cjk"]),
            (Term(Index.SYSTEM, "cjk"), ["cjk"]),
            (Term(Index.DATE, "2024"), ["arabic", "cjk"]),
            (Term(Index.DATE, "2023", relation=Relation.GREATER), ["arabic", "cjk", "local-fields", "monograph"]),
            (Term(Index.LANGUAGE, "arabic"), ["arabic"]),
            (And(Term(Index.DATE, "2024"), Term(Index.LANGUAGE, "ara")), ["arabic"]),
            (Or(Term(Index.LANGUAGE, "heb"), Term(Index.LANGUAGE, "ara")), ["hebrew", "arabic"]),
            (AndNot(Term(Index.DATE, "2024"), Term(Index.LANGUAGE, "ara")), ["cjk"]),
            (Among(("serial", "nobody", "cjk")), ["cjk", "serial"]),
            (Among(("\ud800", "a\0b", "")), []),
            (Term(ANY, "\ud800 \0 '\" %"), []),
        ],
        ids=str,
    )
    async def test_finds_by_each_kind_of_index(self, full: Store, query: Query, names: list[str]) -> None:
        assert sorted(await find(full, query)) == sorted(names)

    async def test_finds_letters_as_people_write_them(self, store: Store) -> None:
        titles = {
            "991": "Ørken og Łódź",
            "992": "ÆGIR i Åsgard",
            "993": "Straße",
            "994": "La Pléiade",
            "995": "İstanbul",
        }
        for mms_id, title in titles.items():
            await write(store, mms_id, title)
        asked = {"orken lodz": "991", "aegir": "992", "strasse": "993", "PLEIADE": "994", "istanbul": "995"}
        for words, mms_id in asked.items():
            assert await find(store, Term(ANY, words)) == [mms_id]

    async def test_orders_by_when_records_were_written_or_by_relevance(self, store: Store) -> None:
        await write(store, "991", "Tides")
        await put(store, record("992", marc=marc("Rivers", "=500  \\\\$aWith tides")))
        await write(store, "993", "Tides of the sea")
        anywhere = Term(ANY, "tides")
        assert await find(store, anywhere) == ["993", "992", "991"]
        assert await find(store, anywhere, order=Order.RELEVANCE) == ["991", "993", "992"]
        await store.index_records("xyz")
        assert await find(store, anywhere, order=Order.RELEVANCE) == ["991", "993", "992"]

    async def test_counts_all_and_gives_them_page_by_page(self, store: Store) -> None:
        await put(store, *(record(f"{number:05}", marc=marc(f"Tides {number}")) for number in range(120)))
        result = await store.find_records("xyz", TIDES)
        assert result.result.total == 120
        assert await page(store, result, 0, 3) == ["00119", "00118", "00117"]
        assert await page(store, result, 118, 10) == ["00001", "00000"]
        assert await page(store, result, 120, 10) == []

    async def test_of_a_query_that_means_nothing_is_refused(self, full: Store, monkeypatch: pytest.MonkeyPatch) -> None:
        with pytest.raises(BadQuery):
            await full.find_records("xyz", Term(Index.DATE, "soon"))
        monkeypatch.setattr("gateway.search.evaluate.RANGE_KEYS", 3)
        with pytest.raises(TooShort):
            await full.find_records("xyz", Term(ANY, "a", truncation=Truncation.RIGHT))
        assert await find(full, Term(ANY, "lantern")) == ["monograph"]

    async def test_of_a_zone_finds_its_own_records(self, store: Store) -> None:
        await write(store, "991", "Tides")
        await write(store, "992", "Tides", zone="network")
        for zone, mms_ids in {"xyz": ["991"], "network": ["992"], "nobody": []}.items():
            assert await find(store, zone=zone) == mms_ids


class TestWhatIsWritten:
    """Each search follows the reply at once; then the same when all is in rows."""

    async def find(self, store: Store) -> list[str]:
        mms_ids = await find(store)
        await store.index_records("xyz")
        assert await find(store) == mms_ids
        return mms_ids

    async def test_is_found_at_once_with_each_version(self, store: Store) -> None:
        await write(store, "991", "Tides")
        await write(store, "992", "Tides")
        assert await self.find(store) == ["992", "991"]
        await write(store, "991", "Rivers", version=2)
        assert await self.find(store) == ["992"]
        assert await find(store, Term(TITLE, "rivers")) == ["991"]
        await write(store, "991", "Tides", version=3)
        assert await self.find(store) == ["991", "992"]

    async def test_is_found_as_it_is_amended(self, store: Store) -> None:
        await write(store, "991", "Tides")
        await write(store, "992", "Tides")
        assert await self.find(store) == ["992", "991"]
        await write(store, "991", "Rivers")
        assert await self.find(store) == ["992"]

    async def test_keeps_its_place_when_its_flags_alone_change(self, store: Store) -> None:
        await write(store, "991", "Tides")
        await write(store, "992", "Tides")
        await put(store, record("991", title="Flagged", marc=marc("Tides")))
        assert await self.find(store) == ["992", "991"]

    async def test_is_found_once_though_a_plan_writes_it_twice(self, store: Store) -> None:
        await put(store, record("991", marc=marc("Tides")), record("991", version=2, marc=marc("Tides again")))
        assert await self.find(store) == ["991"]

    async def test_is_not_found_where_the_plan_failed(self, store: Store) -> None:
        with pytest.raises(StoreError):
            await put(store, record("991", version=7, marc=marc("Tides")))
        assert await self.find(store) == []

    async def test_is_found_no_more_when_it_is_removed(self, store: Store) -> None:
        await write(store, "991", "Tides")
        await write(store, "992", "Tides")
        assert await self.find(store) == ["992", "991"]
        await store.remove_record("xyz", "992")
        await store.remove_record("xyz", "never")
        assert await self.find(store) == ["991"]
        await write(store, "992", "Tides")
        assert await self.find(store) == ["992", "991"]

    async def test_is_found_by_its_mms_id_though_its_bytes_are_damaged(self, store: Store) -> None:
        await put(store, record("991", marc=b"00026"))
        assert await find(store, Term(Index.MMS, "991")) == ["991"]


class TestEpoch:
    async def test_ends_with_a_reset(self, store: Store) -> None:
        await write(store, "991", "Tides")
        await write(store, "992", "Tides", zone="network")
        await store.index_records("xyz")
        before, elsewhere = await store.find_records("xyz", TIDES), await store.find_records("network", TIDES)
        await store.reset("xyz")
        assert await find(store) == []
        with pytest.raises(NotFound, match="search again"):
            await page(store, before)
        with pytest.raises(NotFound, match="search again"):
            await store.sort_records("xyz", before.result.numbers(), before.epoch, [])
        assert await page(store, elsewhere, zone="network") == ["992"]
        await write(store, "991", "Tides")
        assert await find(store) == ["991"]

    async def test_lasts_while_records_come_and_go(self, store: Store) -> None:
        await write(store, "991", "Tides")
        await write(store, "992", "Tides")
        before = await store.find_records("xyz", TIDES)
        await write(store, "991", "Rivers", version=2)
        await store.remove_record("xyz", "992")
        assert await page(store, before) == ["992", "991"]
        await store.index_records("xyz")
        assert await page(store, before) == ["992", "991"]
        assert await find(store) == []

    async def test_has_no_other_numbers_than_were_found(self, store: Store) -> None:
        await write(store, "991", "Tides")
        result = await store.find_records("xyz", TIDES)
        with pytest.raises(NotFound):
            await store.found_records("xyz", [*result.result.numbers(), 7_000_000], result.epoch)


class TestSort:
    async def test_sorts_what_was_found(self, full: Store) -> None:
        await write(full, "991", "Zebras")
        await write(full, "992", "")
        result = await full.find_records("xyz", Among(("monograph", "serial", "991", "992")))

        async def by(*keys: Sorting) -> list[str]:
            numbers = await full.sort_records("xyz", result.result.numbers(), result.epoch, keys)
            return await full.found_records("xyz", numbers, result.epoch)

        assert await by(Sorting(SortKey.TITLE)) == ["serial", "monograph", "991", "992"]
        assert await by(Sorting(SortKey.TITLE, descending=True)) == ["991", "monograph", "serial", "992"]
        assert await by(Sorting(SortKey.MMS)) == ["991", "992", "monograph", "serial"]
        assert await by() == ["992", "991", "serial", "monograph"]


class TestScan:
    async def test_shows_the_terms_around_a_term(self, store: Store) -> None:
        for number, title in enumerate(["Alpha", "Beta", "Beta gamma", "Delta"]):
            await write(store, f"{number}", title)

        async def around(text: str, structure: Structure) -> tuple[list[Scanned], list[Scanned]]:
            return await store.scan_records("xyz", TITLE, text, before=2, after=2, structure=structure)

        words = [Scanned("alpha", 1)], [Scanned("beta", 2), Scanned("delta", 1)]
        assert await around("b", Structure.WORDS) == words
        await store.index_records("xyz")
        assert await around("b", Structure.WORDS) == words
        phrases = [Scanned("alpha", 1), Scanned("beta", 1)], [Scanned("beta gamma", 1), Scanned("delta", 1)]
        assert await around("beta c", Structure.PHRASE) == phrases
        await store.remove_record("xyz", "3")
        assert await around("gamma", Structure.WORDS) == (
            [Scanned("alpha", 1), Scanned("beta", 2)],
            [Scanned("gamma", 1)],
        )


class TestIndexing:
    async def test_tells_how_far_it_is(self, store: Store) -> None:
        await put(store, *(record(f"{number}", marc=marc("Tides")) for number in range(5)))
        told: list[tuple[int, int]] = []
        await store.index_records("xyz", lambda done, of: told.append((done, of)))
        await store.index_records("nobody")
        assert [done for done, _ in told] == sorted(done for done, _ in told)
        assert all(done <= of for done, of in told)

    async def test_runs_beside_searches_and_those_who_write(self, store: Store) -> None:
        async def export() -> None:
            for number in range(40):
                await write(store, f"{number:03}", "Tides")
                assert (await find(store))[0] == f"{number:03}"

        async with trio.open_nursery() as nursery:
            nursery.start_soon(export)
            for _ in range(10):
                nursery.start_soon(store.index_records, "xyz")
        assert await find(store) == [f"{number:03}" for number in reversed(range(40))]


@pytest.mark.parametrize("kind", LASTING)
class TestBesideOthers:
    async def test_a_command_finds_what_the_gateway_wrote_and_the_other_way_round(
        self, kind: str, tmp_path: Path
    ) -> None:
        url = KINDS[kind](tmp_path)
        async with open_store(url) as gateway, open_store(url, purpose="change") as command:
            for mms_id, one, other in (("991", gateway, command), ("992", command, gateway)):
                await write(one, mms_id, "Tides")
                assert await find(other) == await find(one)
                assert mms_id in await find(other)
            await command.index_records("xyz")
            await write(gateway, "993", "Tides")
            assert await find(gateway) == await find(command) == ["993", "992", "991"]
            before = await gateway.find_records("xyz", TIDES)
            await command.reset("xyz")
            with pytest.raises(NotFound):
                await page(gateway, before)
            assert await find(gateway) == await find(command) == []

    async def test_who_may_only_read_finds_everything_and_writes_nothing(
        self, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        url = KINDS[kind](tmp_path)
        monkeypatch.setattr(indexing, "MERGED_AT_ONCE", 2)
        async with open_store(url) as gateway:
            await put(gateway, *(record(f"{number}", marc=marc("Tides")) for number in range(5)))
            async with open_store(url, purpose="read") as reader:
                assert await find(reader) == [*"43210"]
                with pytest.raises(StoreError):
                    await reader.index_records("xyz")
                await gateway.index_records("xyz")
                assert await find(reader) == [*"43210"]

    async def test_it_is_there_when_the_store_is_opened_again(self, kind: str, tmp_path: Path) -> None:
        url = KINDS[kind](tmp_path)
        async with open_store(url) as store:
            await write(store, "991", "Tides")
            await store.index_records("xyz")
            await write(store, "992", "Tides")
        async with open_store(url) as store:
            assert await find(store) == ["992", "991"]

    async def test_a_search_puts_what_has_gathered_into_rows_on_its_way(
        self, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(indexing, "RECENT_CHANGES", 2)
        async with open_store(KINDS[kind](tmp_path), purpose="serve") as store:
            for number in range(7):
                await write(store, f"{number}", "Tides")
            assert await find(store) == [*"6543210"]
            assert (await store.unindexed())["xyz"] < 2

    async def test_of_other_rules_it_is_made_anew_in_the_order_in_which_records_were_written(
        self, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        url = KINDS[kind](tmp_path)
        async with open_store(url) as store:
            for mms_id in ("992", "991"):
                await write(store, mms_id, "Tides")
            await store.index_records("xyz")
            assert await find(store) == ["991", "992"]
            before = await store.find_records("xyz", TIDES)
            monkeypatch.setattr("gateway.search.upkeep.RULES", RULES + 1)
            monkeypatch.setattr(index_module(kind), "RULES", RULES + 1)
            await store.index_records("xyz")
            with pytest.raises(NotFound):
                await page(store, before)
            assert sorted(await find(store)) == ["991", "992"]
            again = await store.find_records("xyz", TIDES)
            await store.index_records("xyz")
            assert sorted(await page(store, again)) == ["991", "992"]

    async def test_of_other_rules_it_is_made_anew_by_the_gateway_that_serves_it(
        self, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        url = KINDS[kind](tmp_path)
        async with open_store(url) as store:
            await write(store, "991", "Tides")
            await store.index_records("xyz")
        monkeypatch.setattr("gateway.search.upkeep.RULES", RULES + 1)
        monkeypatch.setattr(index_module(kind), "RULES", RULES + 1)
        async with open_store(url, purpose="read") as reader:
            assert await reader.unindexed() == {"xyz": 1}
        async with open_store(url) as store:

            async def nothing_is_left() -> bool:
                return not await store.unindexed()

            await soon(nothing_is_left)
            assert await find(store) == ["991"]

    async def test_what_could_not_be_made_anew_is_tried_again_and_holds_up_no_other_zone(
        self, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        url = KINDS[kind](tmp_path)
        async with open_store(url) as store:
            for zone in ("abc", "xyz"):
                await write(store, "991", "Tides", zone=zone)
                await store.index_records(zone)
        module = index_module(kind)
        monkeypatch.setattr("gateway.search.upkeep.RULES", RULES + 1)
        monkeypatch.setattr(module, "RULES", RULES + 1)
        monkeypatch.setattr(indexing, "LOOK_SECONDS", 0.01)
        tried: list[str] = []

        def fails_first(run: object, zone: str, begin: Callable[[object, str], None] = module.begin_anew) -> None:
            tried.append(zone)
            if len({*tried}) == 1:
                raise StoreError("the disk is full")
            begin(run, zone)

        monkeypatch.setattr(module, "begin_anew", fails_first)
        async with open_store(url) as store:

            async def nothing_is_left() -> bool:
                return not await store.unindexed()

            await soon(nothing_is_left)
        assert tried[0] == tried[-1]
        assert {*tried} == {"abc", "xyz"}

    async def test_mostly_of_versions_that_are_gone_it_is_made_anew(
        self, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("gateway.search.volumes.WORN_NUMBERS", 0)
        async with open_store(KINDS[kind](tmp_path)) as store:
            await write(store, "991", "Tides")
            before = await store.find_records("xyz", TIDES)
            for version in (2, 3, 4):
                await write(store, "991", "Tides", version=version)
                await store.index_records("xyz")
            with pytest.raises(NotFound):
                await page(store, before)
            assert await find(store) == ["991"]

    async def test_it_goes_with_the_records_into_another_store(self, kind: str, tmp_path: Path) -> None:
        async with open_store(KINDS[kind](tmp_path)) as source, open_store(f"sqlite:{tmp_path / 'copy.db'}") as target:
            await samples(source)
            await source.index_records("xyz")
            await moving.copy(source, target, moving.Copied())
            await moving.compare(source, target)
            assert await find(target, Term(ANY, "lantern")) == ["monograph"]


class Interrupted(Exception):
    """What a test raises in the midst of something."""


def index_module(kind: str) -> ModuleType:
    """Where the SQL of this kind of store for its index is."""
    return import_module(f"gateway.stores.{MODULES[kind]}.index")


@pytest.mark.parametrize("kind", LASTING)
class TestMerge:
    async def test_that_is_interrupted_leaves_all_as_it_was(
        self, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with open_store(KINDS[kind](tmp_path)) as store:
            await write(store, "991", "Tides")
            await write(store, "992", "Tides")

            def fail(*_: object) -> None:
                raise Interrupted

            with monkeypatch.context() as patched:
                patched.setattr(index_module(kind), "_set_state", fail)
                with pytest.raises(Interrupted):
                    await store.index_records("xyz")
            assert await store.unindexed() == {"xyz": 2}
            assert await find(store) == ["992", "991"]
            await store.index_records("xyz")
            assert await find(store) == ["992", "991"]
            assert await store.unindexed() == {}

    async def test_of_two_gateways_or_commands_at_once_counts_once(self, kind: str, tmp_path: Path) -> None:
        url = KINDS[kind](tmp_path)
        async with (
            open_store(url) as gateway,
            open_store(url, purpose="change" if kind == "sqlite" else "serve") as one,
            open_store(url, purpose="change") as other,
            trio.open_nursery() as nursery,
        ):

            async def export(which: Store, start: int) -> None:
                for number in range(start, start + 20):
                    await write(which, f"{number:03}", "Tides")
                    assert f"{number:03}" in await find(which)

            for store, start in ((gateway, 0), (one, 20), (other, 40)):
                nursery.start_soon(export, store, start)
                for _ in range(5):
                    nursery.start_soon(store.index_records, "xyz")
        async with open_store(url, purpose="read") as reader:
            assert sorted(await find(reader)) == [f"{number:03}" for number in range(60)]

    async def test_is_made_by_the_gateway_when_nobody_has_written_for_a_while(
        self, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(indexing, "LOOK_SECONDS", 0.01)
        monkeypatch.setattr(indexing, "RECENT_CHANGES", 3)
        url = KINDS[kind](tmp_path)
        async with open_store(url) as gateway, open_store(url, purpose="read") as reader:
            for number in range(7):
                await write(gateway, f"{number}", "Tides")

            async def little_is_left() -> bool:
                return (await reader.unindexed()).get("xyz", 0) < 3

            await soon(little_is_left)
            assert await find(gateway) == await find(reader) == [*"6543210"]

    async def test_is_made_by_the_gateway_when_searches_have_much_in_memory(
        self, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("gateway.search.upkeep.RECENT_CHANGES", 3)
        url = KINDS[kind](tmp_path)
        async with open_store(url) as gateway, open_store(url, purpose="read") as reader:
            for number in range(4):
                await write(gateway, f"{number}", "Tides")
            assert await find(gateway) == [*"3210"]

            async def nothing_is_left() -> bool:
                return not await reader.unindexed()

            await soon(nothing_is_left)
            assert await find(gateway) == await find(reader) == [*"3210"]
