"""A copy of an SQLite store that a gateway goes on serving: whole, checked, and never over something else."""

from itertools import count
from pathlib import Path

import apsw
import pytest
import trio

from gateway.errors import StoreError
from gateway.stores import open_store
from gateway.stores.base import Store
from gateway.stores.sqlite.backup import back_up, damage
from tests.stores.damage import damage_index
from tests.stores.nouns import PATIENCE, creating, link, made_from, mms_ids, names, oclc, pend, put, record
from tests.stores.sqlite_file import another_process_writes, made_by_schema

SOME = 40


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """Where the store is to be."""
    return tmp_path / "gateway.db"


@pytest.fixture
def target(tmp_path: Path) -> Path:
    """Where the copy is to be; nothing is there yet."""
    folder = tmp_path / "copies"
    folder.mkdir()
    return folder / "copy.db"


async def fill(store: Store, records: int = SOME) -> None:
    """Some records and attempts, and a link."""
    for _ in range(records):
        await store.transact("xyz", creating(""), seconds=PATIENCE)
    await put(store, record("N", oclc("1")), zone="network")
    await pend(store, link("pending"))


async def test_copy_is_a_store_that_holds_the_same(source: Path, target: Path) -> None:
    async with open_store(f"sqlite:{source}") as store:
        await fill(store)
        size = await back_up(source, target, replace=False)
        assert size == target.stat().st_size
        assert [*target.parent.iterdir()] == [target]
        async with open_store(f"sqlite:{target}", purpose="read") as copy:
            assert await copy.counts() == await store.counts()
            assert await copy.records("xyz") == await store.records("xyz")
            assert await copy.attempts() == await store.attempts()
            assert await copy.pending() == await store.pending()
    async with open_store(f"sqlite:{target}") as copy:
        assert await copy.transact("xyz", creating("next"), seconds=PATIENCE) == SOME + 1


async def test_copy_is_the_store_of_one_moment_though_the_gateway_goes_on_writing(source: Path, target: Path) -> None:
    written = 0

    async def write(store: Store) -> None:
        nonlocal written
        for _ in count():
            await store.transact("xyz", creating(""), seconds=PATIENCE)
            written += 1

    steps: list[int] = []
    async with open_store(f"sqlite:{source}") as store:
        await fill(store, 1_000)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(write, store)
            with trio.fail_after(PATIENCE):  # which is over where the gateway is stopped by it
                while not steps or steps[-1] == steps[0]:  # a busy machine may write nothing during a copy
                    steps.clear()
                    await back_up(source, target, replace=True, pages=1, tell=lambda done, of: steps.append(written))
            nursery.cancel_scope.cancel()
    assert len(steps) > 50
    async with open_store(f"sqlite:{target}", purpose="read") as copy:
        held = (await copy.counts())["xyz"]
        assert 1_000 <= held.records <= 1_000 + steps[0] + 1
        assert held.attempts == held.ordinal == held.records
        assert mms_ids(await copy.records("xyz", limit=10_000)) == [made_from(n + 1) for n in range(held.records)]


async def test_tells_how_far_it_is(source: Path, target: Path) -> None:
    told: list[tuple[int, int]] = []
    async with open_store(f"sqlite:{source}") as store:
        await fill(store)
        await back_up(source, target, replace=False, pages=3, tell=lambda done, of: told.append((done, of)))
    pages = told[0][1]
    assert [*dict.fromkeys(told)] == [(min(done, pages), pages) for done in range(3, pages + 3, 3)]


async def test_waits_for_no_other_writer(source: Path, target: Path) -> None:
    async with open_store(f"sqlite:{source}") as store:
        await fill(store)
        with another_process_writes(source), trio.fail_after(PATIENCE):
            await back_up(source, target, replace=False)
    assert damage(target) == []


async def test_copies_a_store_of_an_older_schema_as_it_is(tmp_path: Path, target: Path) -> None:
    old = tmp_path / "old" / "gateway.db"
    made_by_schema(1, old, "INSERT INTO zone VALUES ('xyz', 7)")
    await back_up(old, target, replace=False)
    async with open_store(f"sqlite:{target}") as copy:
        assert await copy.transact("xyz", lambda t: t.next_ordinal(), seconds=PATIENCE) == 8


class TestWhatIsThere:
    async def test_is_replaced_only_if_it_is_to_be(self, source: Path, target: Path) -> None:
        target.write_text("something")
        async with open_store(f"sqlite:{source}") as store:
            await fill(store)
            with pytest.raises(StoreError) as caught:
                await back_up(source, target, replace=False)
            assert str(caught.value) == f"{target} is there already; give another name, or --force to replace it"
            assert target.read_text() == "something"
            await back_up(source, target, replace=True)
        assert damage(target) == []
        assert [*target.parent.iterdir()] == [target]

    async def test_is_never_the_store_itself(self, source: Path, target: Path) -> None:
        async with open_store(f"sqlite:{source}"):
            pass
        target.hardlink_to(source)
        for same in (source, target):
            with pytest.raises(StoreError) as caught:
                await back_up(source, same, replace=True)
            assert str(caught.value) == f"{same} is the store itself; give another name"

    async def test_is_never_a_store_that_a_gateway_serves(self, source: Path, target: Path) -> None:
        async with open_store(f"sqlite:{source}"), open_store(f"sqlite:{target}") as other:
            await fill(other)
            with pytest.raises(StoreError, match=r"give another name$"):
                await back_up(source, target, replace=True)
            assert len(await other.records("xyz")) == SOME

    @pytest.mark.parametrize("end", ["-wal", "-journal"])
    async def test_is_never_part_of_a_database_in_use(self, source: Path, target: Path, end: str) -> None:
        async with open_store(f"sqlite:{source}"):
            pass
        beside = Path(f"{target}{end}")
        beside.write_bytes(b"")
        with pytest.raises(StoreError) as caught:
            await back_up(source, target, replace=True)
        assert str(caught.value) == f"{beside} shows that {target} is a database in use; give another name"

    async def test_is_no_folder(self, source: Path, target: Path) -> None:
        async with open_store(f"sqlite:{source}"):
            pass
        with pytest.raises(StoreError, match="is a folder; give the name of a file"):
            await back_up(source, target.parent, replace=True)
        with pytest.raises(StoreError, match=r"^the folder .*nowhere does not exist$"):
            await back_up(source, target.parent / "nowhere" / "copy.db", replace=True)


class TestCutOff:
    async def test_leaves_nothing_behind(self, source: Path, target: Path) -> None:
        target.write_text("something")
        async with open_store(f"sqlite:{source}") as store:
            await fill(store)
            with trio.CancelScope() as scope:
                await back_up(source, target, replace=True, pages=1, tell=lambda done, of: scope.cancel())
            assert scope.cancelled_caught
        assert [*target.parent.iterdir()] == [target]
        assert target.read_text() == "something"

    async def test_by_a_store_that_is_not_there(self, source: Path, target: Path) -> None:
        with pytest.raises(StoreError, match=r"^there is no store .* yet; gateway serve makes it$"):
            await back_up(source, target, replace=False)
        assert [*target.parent.iterdir()] == []

    async def test_by_a_file_that_is_no_store(self, source: Path, target: Path) -> None:
        other = apsw.Connection(str(source))
        other.execute("CREATE TABLE others (a)")
        other.close()
        with pytest.raises(StoreError, match="is no store of the gateway"):
            await back_up(source, target, replace=False)
        source.write_text("no database, though it is long enough to be looked at" * 100)
        with pytest.raises(StoreError, match=r"gateway\.db cannot be read: "):
            await back_up(source, target, replace=False)
        assert [*target.parent.iterdir()] == []

    async def test_by_a_copy_that_is_damaged(self, source: Path, target: Path) -> None:
        """The store itself is: its copy is as damaged, and nobody would find out until it is needed."""
        async with open_store(f"sqlite:{source}") as store:
            await fill(store, 300)
        damage_index(source)
        with pytest.raises(StoreError, match=r"^the copy of .*gateway\.db is damaged, and was thrown away: "):
            await back_up(source, target, replace=False)
        assert [*target.parent.iterdir()] == []


class TestDamage:
    async def test_of_a_sound_file_is_none_also_beside_a_gateway(self, source: Path) -> None:
        async with open_store(f"sqlite:{source}") as store:
            await fill(store)
            with another_process_writes(source):
                assert damage(source) == []
            assert len(names(await store.attempts())) == SOME

    async def test_is_told_a_line_a_fault(self, source: Path) -> None:
        async with open_store(f"sqlite:{source}") as store:
            await fill(store)
        damage_index(source)
        assert damage(source) == ["wrong # of entries in index attempt_by_zone"]
