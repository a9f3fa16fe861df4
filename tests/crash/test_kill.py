"""A gateway that is killed at any moment under load: what it answered is there once, and what it left it finishes."""

import random
import shutil
import signal
from functools import partial
from pathlib import Path

import apsw
import pytest
import trio

from gateway.errors import NoStoreYet
from gateway.stores import open_store
from gateway.stores.base import Store, Transaction
from tests.crash.exporting import CLIENTS, PATIENCE, ZONE, Ledger, Load, every_record
from tests.crash.gateways import Gateway, begun, faults, forgotten, serving
from tests.stores.nouns import creating, made_from, mms_ids, oclc, put, record
from tests.stores.postgres_server import SHARED

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system cannot kill without warning"),
]

BY_WAY_OF_THE_NETWORK = ("profiles.carli-iz.use_network_zone=true",)
"""Settings with which an export is two transactions: the network zone's, then the institution's link."""
NETWORK = "network"
MOST_ANSWERS = 300
"""Before a gateway is killed."""
LATER_SECONDS = 0.02
"""A kill comes up to so long after an answer: several commits, so that it falls into each of their steps, or into
those of an orderly end."""


async def export_and_kill(gateway: Gateway, ledger: Ledger, chance: random.Random) -> None:
    """First what nobody knows of, once more, as clients do; then load, and in its midst the end."""
    load = Load(ledger, gateway.port)
    with trio.fail_after(PATIENCE):
        for title in ledger.unanswered():
            assert (await load.export(title)).filed
        async with trio.open_nursery() as nursery:
            nursery.start_soon(load.run)
            await load.more(chance.randint(1, MOST_ANSWERS), "filed", "not filed")
            ending = chance.random() < 0.3  # it may be killed while it ends, too
            if ending:
                gateway.process.terminate()
            await trio.sleep(chance.uniform(0, LATER_SECONDS))
            gateway.kill()
    assert ending or not load.refusals


async def test_what_was_answered_is_there_once(url: str, tmp_path: Path, rounds: int, chance: random.Random) -> None:
    ledger = Ledger(chance)
    for _ in range(rounds):
        with serving(url, tmp_path / "log") as gateway:
            await export_and_kill(gateway, ledger, chance)
        await forgotten(url)
        async with open_store(url, purpose="read") as store:
            assert await ledger.differences(store) == []
        assert faults(url) == ""
    with serving(url, tmp_path / "log") as gateway:
        load = Load(ledger, gateway.port)
        assert (await load.export(ledger.new())).filed
        async with open_store(url, purpose="read") as store:
            assert await ledger.differences(store) == []
        gateway.stop()


async def test_links_to_the_network_zone_are_finished(
    url: str, tmp_path: Path, rounds: int, chance: random.Random
) -> None:
    ledger = Ledger(chance)
    for _ in range(rounds):
        with serving(url, tmp_path / "log", *BY_WAY_OF_THE_NETWORK) as gateway:
            await export_and_kill(gateway, ledger, chance)
        await forgotten(url)
        with serving(url, tmp_path / "log", *BY_WAY_OF_THE_NETWORK) as gateway:
            async with open_store(url, purpose="read") as store:
                assert await store.pending() == []
                assert await ledger.differences(store, NETWORK) == []
                linked = [found.linked_to async for found in every_record(store, ZONE)]
                assert sorted(linked) == [found.mms_id async for found in every_record(store, NETWORK)]
            assert faults(url) == ""
            gateway.stop()


async def test_another_gateway_on_the_same_database_goes_on(tmp_path: Path, rounds: int, chance: random.Random) -> None:
    url, ledger = SHARED.new_url(), Ledger(chance)
    with serving(url, tmp_path / "log") as lasting, trio.fail_after(PATIENCE * rounds):
        load = Load(ledger, lasting.port)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(load.run, CLIENTS // 2)
            for _ in range(max(1, rounds // 2)):  # each takes two gateways
                with serving(url, tmp_path / "killed") as gateway:
                    await export_and_kill(gateway, ledger, chance)
                await load.more(CLIENTS, "filed")
            load.stopped = True
        assert not load.refusals
        lasting.stop()
    await forgotten(url)
    async with open_store(url, purpose="read") as store:
        assert await ledger.differences(store) == []
    assert faults(url) == ""


async def test_a_store_that_is_being_made(tmp_path: Path, rounds: int, chance: random.Random) -> None:
    """Killed while it makes its store, the gateway leaves none, or one that the next can make whole."""
    for number in range(rounds):
        path = tmp_path / f"{number}.db"
        with begun(f"sqlite:{path}", tmp_path / "log") as process:
            with trio.fail_after(PATIENCE):
                while not path.exists():
                    await trio.lowlevel.checkpoint()
            await trio.sleep(chance.uniform(0, LATER_SECONDS))
            process.kill()
        with serving(f"sqlite:{path}", tmp_path / "log") as gateway:
            ledger = Ledger(chance)
            assert (await Load(ledger, gateway.port).export(ledger.new())).filed
            gateway.kill()
        assert faults(f"sqlite:{path}") == ""


async def test_a_file_that_a_killed_gateway_was_making_is_made_anew(tmp_path: Path) -> None:
    """Also where somebody looks at it first, who only reads."""
    making = apsw.Connection(str(tmp_path / "gateway.db"))
    for statement in ("PRAGMA cache_size = 1", "BEGIN", "CREATE TABLE record (marc)"):
        making.execute(statement)
    for _ in range(20):
        making.execute("INSERT INTO record VALUES (zeroblob(9000))")
    left = shutil.copytree(tmp_path, tmp_path / "left")
    making.close()
    assert (left / "gateway.db-journal").stat().st_size > 0
    url = f"sqlite:{left / 'gateway.db'}"
    with pytest.raises(NoStoreYet):
        async with open_store(url, purpose="read"):
            pass
    async with open_store(url) as store:
        await put(store, record("A"))


async def test_the_next_gateway_makes_records_beside_those_that_it_finds(url: str) -> None:
    """In its very first group, when it has drawn no number yet."""
    async with open_store(url) as store:
        await store.transact(ZONE, creating("before"), seconds=PATIENCE)
        await put(store, record(made_from(1), version=2))

    async def read(store: Store) -> None:
        found = await store.transact(ZONE, lambda transaction: transaction.get(made_from(1)), seconds=PATIENCE)
        assert found is not None

    def look_and_make(name: str, transaction: Transaction) -> int:
        assert not transaction.holders(oclc(f"1{name}"))
        return creating(name)(transaction)

    async with open_store(url) as store:
        async with trio.open_nursery() as nursery:
            for number in range(4):
                nursery.start_soon(read, store)
                plan = partial(look_and_make, f"{number}")
                nursery.start_soon(partial(store.transact, ZONE, plan, seconds=PATIENCE))
        assert mms_ids(await store.records(ZONE)) == [made_from(ordinal) for ordinal in range(1, 6)]
