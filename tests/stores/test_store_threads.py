"""Stores have threads of their own: who uses all of trio's keeps nobody from exporting, and nobody from reading."""

import threading
from collections.abc import Sequence
from pathlib import Path

import pytest
import trio
from trio.testing import wait_all_tasks_blocked

from gateway.stores import open_store
from gateway.stores.base import Published
from gateway.stores.sqlite import publishing
from tests.stores.nouns import PATIENCE, file, names, put, record


async def test_a_store_goes_on_when_all_of_trio_s_threads_are_taken(url: str) -> None:
    async with open_store(url) as store:
        threads = trio.to_thread.current_default_thread_limiter()
        takers = [object() for _ in range(int(threads.total_tokens))]
        for taker in takers:
            threads.acquire_on_behalf_of_nowait(taker)
        try:
            with trio.fail_after(PATIENCE):
                await put(store, record("A"))
                await file(store, "a")
                assert await store.record("xyz", "A") == record("A")
                assert names(await store.attempts()) == ["a"]
                await store.reset("xyz")
                assert await store.attempts() == []
        finally:
            for taker in takers:
                threads.release_on_behalf_of(taker)


async def test_who_harvests_a_file_keeps_no_other_reader_waiting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on = threading.Event()

    def slow(*_: object) -> Sequence[Published]:
        go_on.wait(PATIENCE)
        return []

    monkeypatch.setattr(publishing, "page", slow)
    async with open_store(f"sqlite:{tmp_path / 'gateway.db'}") as store, trio.open_nursery() as harvesters:
        await put(store, record("A"))
        harvesters.start_soon(store.published, "xyz", ["one"])
        await wait_all_tasks_blocked()
        try:
            with trio.fail_after(PATIENCE):
                assert await store.record("xyz", "A") == record("A")
        finally:
            go_on.set()
