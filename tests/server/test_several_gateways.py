"""Gateways that were started by themselves, on other ports, and serve one PostgreSQL database."""

from collections import Counter

import pytest
import structlog
import trio

from gateway.stores import open_store
from tests.importer.desk import Desk, said
from tests.importer.exports import TIDES
from tests.importer.test_network import THEIRS, THROUGH, CutOff
from tests.marc.mnemonic import raw
from tests.server.running import ask, message
from tests.server.workers import serving
from tests.stores.postgres_server import SHARED

TITLES = 64
GATEWAYS = 4


@pytest.fixture
def url() -> str:
    """The URL of an empty store."""
    return SHARED.new_url()


async def test_the_same_titles_through_two_at_once_are_there_once(url: str) -> None:
    answers: list[tuple[int, str]] = []

    async def export(port: int, number: int) -> None:
        reply = await ask(port, message(number))
        assert reply.startswith("The record has been processed successfully.\n"), reply
        answers.append((number, reply.rpartition("MMS ID: ")[2]))

    async with serving(1, url) as (one, _), serving(1, url) as (other, _), trio.open_nursery() as nursery:
        assert one.port != other.port
        for number in range(1, TITLES + 1):
            nursery.start_soon(export, one.port, number)
            nursery.start_soon(export, other.port, number)
    assert len(answers) == 2 * TITLES
    told = dict(answers)
    assert {*answers} == {*told.items()}
    assert len({*told.values()}) == TITLES
    async with open_store(url, purpose="read") as store:
        records = await store.records("xyz", limit=1_000)
        attempts = await store.attempts(limit=1_000)
    assert {record.mms_id for record in records} == {*told.values()}
    assert len(records) == TITLES
    assert Counter(attempt.receipt.outcome.value for attempt in attempts) == {"created": TITLES, "unchanged": TITLES}


async def test_what_was_half_done_is_finished_once_though_all_of_them_begin_at_once(url: str) -> None:
    """Each looks at its start for links to the network zone that are still to be made."""
    async with open_store(url) as store:
        cut_off = Desk(CutOff(store), profiles=THROUGH)  # type: ignore[arg-type]  # it is one but for its own transact
        assert said(await cut_off.export(raw(TIDES))) == f"error {THEIRS} link_pending"
    begin = trio.Event()

    async def finish(task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        async with open_store(url) as store:
            desk = Desk(store, profiles=THROUGH)
            task_status.started()
            await begin.wait()
            while await store.pending():
                await desk.importer.finish_pending()

    structlog.reset_defaults()
    with structlog.testing.capture_logs() as logged:
        async with trio.open_nursery() as nursery:
            for _ in range(GATEWAYS):
                await nursery.start(finish)
            begin.set()
    async with open_store(url, purpose="read") as store:
        (record,) = await store.records("xyz")  # its MMS ID is the first of those that whichever gateway has leased
        assert record.linked_to == THEIRS
        assert len(await store.versions("xyz", record.mms_id)) == 1
        (attempt,) = await store.attempts()
        assert (said(attempt.receipt), attempt.receipt.facts.linked) == (f"created {THEIRS}", record.mms_id)
        assert await store.pending() == []
    assert [line["event"] for line in logged].count("import.created") == 1
