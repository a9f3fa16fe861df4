"""What every store promises of listings: page 1,000 costs what page 1 costs, counted, not by the clock.

What is counted is the store's own: lines of Python that run, steps of SQLite's machine, entries that PostgreSQL reads.
"""

import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import apsw
import psycopg
import pytest
import trio

from gateway.stores import memory, open_store
from gateway.stores.base import Indexed, Store, Transaction
from gateway.stores.memory import MemoryStore
from gateway.stores.postgres import PostgresStore
from gateway.stores.sqlite import SqliteStore
from tests.stores.conftest import LASTING
from tests.stores.nouns import (
    PATIENCE,
    lending,
    loan,
    made_from,
    oclc,
    patron,
    receipt,
    record,
    request,
    soon,
    submission,
)

ROWS = 4
PAGES = 1_000
HELD = ROWS * (PAGES + 1)
"""Records, and attempts, of each of two zones."""
LENT = 400
"""Patrons, each with a loan and a request."""
OLDEST_WITH_COUNTS = 150_000
"""The first PostgreSQL server that tells at once what was read."""
Listing = Callable[[], Awaitable[object]]


@asynccontextmanager
async def at_rest(url: str, fill: Callable[[Store], Awaitable[None]]) -> AsyncIterator[Store]:
    """The store at that URL, with this in it. Nobody reads but the test: a gateway that serves it would, now and then,
    and a PostgreSQL server counts what all read, and does so when it finds the time.
    """
    async with open_store(url) as store:
        await fill(store)
        if isinstance(store, MemoryStore):
            yield store
            return
    if isinstance(store, PostgresStore):
        await soon(lambda: trio.to_thread.run_sync(nobody_is_connected, url))
    async with open_store(url, purpose="read") as store:
        yield store


def nobody_is_connected(url: str) -> bool:
    """Whether all gateways of the database have gone, so that what they read has been counted."""
    query = "SELECT FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'connexion-gateway'"
    with psycopg.connect(url) as connection:
        return connection.execute(query).rowcount == 0


@pytest.fixture
async def full(url: str) -> AsyncIterator[Store]:
    """The store at that URL, with two zones."""

    def plan(transaction: Transaction) -> None:
        for number in range(HELD):
            transaction.put(record(made_from(number), oclc(made_from(number))))

    async def fill(store: Store) -> None:
        for zone in ("xyz", "network"):
            await store.transact(zone, plan, seconds=PATIENCE)
        for start in range(0, HELD, 400):
            for zone in ("xyz", "network"):

                def file(transaction: Transaction, zone: str = zone, start: int = start) -> None:
                    for _ in range(start, min(start + 400, HELD)):
                        transaction.file(submission(), receipt(zone))

                await store.transact(zone, file, seconds=PATIENCE)

    async with at_rest(url, fill) as store:
        yield store


async def cost(url: str, store: Store, listing: Listing) -> int:
    """How much the store reads for it."""
    match store:
        case MemoryStore():
            return await lines(listing)
        case SqliteStore():
            return await steps(store, listing)
        case PostgresStore():
            return await entries(url, store, listing)
    raise AssertionError(store)


async def lines(listing: Listing) -> int:
    """Of the memory store's modules, that run."""
    count = 0
    folder = str(Path(memory.__file__).parent)

    def trace(frame: Any, event: str, _: object) -> Any:
        nonlocal count
        if not frame.f_code.co_filename.startswith(folder):
            return None
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        await listing()
    finally:
        sys.settrace(before)
    return count


async def steps(store: SqliteStore, listing: Listing) -> int:
    """Of SQLite's virtual machine, for the store's reader."""
    count = 0

    def profile(event: dict[str, Any]) -> None:
        nonlocal count
        count += event["stmt_status"]["SQLITE_STMTSTATUS_VM_STEP"]

    reader = store._reader._execute.__self__  # type: ignore[attr-defined]  # a method of the connection
    reader.trace_v2(apsw.SQLITE_TRACE_PROFILE, profile)
    try:
        await listing()
    finally:
        reader.trace_v2(0, None)
    return count


async def entries(url: str, store: PostgresStore, listing: Listing) -> int:
    """Of indexes, and rows of whole tables, that the database's server reads."""
    query = """
    SELECT (SELECT sum(idx_tup_read) FROM pg_stat_user_indexes WHERE schemaname = current_schema())
         + (SELECT sum(seq_tup_read) FROM pg_stat_user_tables WHERE schemaname = current_schema())
    """

    async def read() -> int:
        await store._read(lambda reader: reader.execute("SELECT pg_stat_force_next_flush()").fetchone())
        with psycopg.connect(url) as connection:
            if connection.info.server_version < OLDEST_WITH_COUNTS:
                pytest.skip("this PostgreSQL does not tell at once what was read")
            row = connection.execute(query).fetchone()
        assert row is not None
        return int(row[0])

    before = await read()
    await listing()
    return await read() - before


async def test_page_of_records_costs_the_same(url: str, full: Store) -> None:
    pages = (made_from(ROWS * page - 1) for page in (1, PAGES // 2, PAGES))
    first, *others = [
        await cost(url, full, lambda after=after: full.records("xyz", after=after, limit=ROWS)) for after in pages
    ]
    assert first > 0
    assert others == [first, first]


@pytest.mark.parametrize("zone", [None, "xyz", "network"])
async def test_page_of_attempts_costs_the_same(url: str, full: Store, zone: str | None) -> None:
    every = [attempt.seq for attempt in await full.attempts(zone=zone, limit=2 * HELD)]
    pages = (every[ROWS * page - 1] for page in (1, PAGES // 2, PAGES))
    first, *others = [
        await cost(url, full, lambda before=before: full.attempts(zone=zone, before=before, limit=ROWS))
        for before in pages
    ]
    assert first > 0
    assert others == [first, first]


async def test_page_of_the_index_costs_the_same(url: str, full: Store) -> None:
    every = await full.indexed("xyz", limit=2 * HELD)
    pages = (every[ROWS * page - 1] for page in (1, PAGES // 2, PAGES))

    async def page(after: Indexed) -> int:
        return await cost(url, full, lambda: full.indexed("xyz", after=after, limit=ROWS))

    first, *others = [await page(after) for after in pages]
    assert first > 0
    assert others == [first, first]


async def test_nothing_newer_costs_little_whatever_the_zones_hold(url: str, full: Store) -> None:
    marks = {zone: (await full.attempts(zone=zone, limit=1))[0].seq for zone in ("xyz", "network")}
    marks |= {f"t{number}": 0 for number in range(20)}
    assert await full.newer(marks) == []
    assert await cost(url, full, lambda: full.newer(marks)) < HELD / 10


async def test_search_costs_the_same_whatever_the_zone_holds(url: str, full: Store) -> None:
    first, middle = [
        await cost(url, full, lambda number=number: full.find("xyz", oclc(number)))
        for number in (made_from(1), made_from(HELD // 2))
    ]
    assert 0 < first == middle
    assert first < HELD / 10


@pytest.mark.parametrize("url", LASTING, indirect=True)
async def test_what_a_patron_has_costs_the_same_whatever_others_have(url: str) -> None:
    async def fill(store: Store) -> None:
        numbers = [f"{number:03}" for number in range(LENT)]
        await store.rearrange("xyz", lending(*map(patron, numbers)))
        await store.rearrange("xyz", lending(*(loan(number, number, number) for number in numbers)))
        await store.rearrange("xyz", lending(*(request(number, number, number, item=number) for number in numbers)))

    async with at_rest(url, fill) as store:
        listings: list[Callable[[str], Awaitable[object]]] = [
            lambda number: store.lent("xyz", number),
            lambda number: store.lent_of("xyz", number),
            lambda number: store.patrons("xyz", after=number, limit=ROWS),
            lambda number: store.loans("xyz", after=number, limit=ROWS),
            lambda number: store.requests("xyz", after=number, limit=ROWS),
        ]
        for listing in listings:
            first, middle = [await cost(url, store, partial(listing, number)) for number in ("001", "300")]
            assert 0 < first == middle
            assert first < LENT
