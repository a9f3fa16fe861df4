"""Stores have threads of their own: who uses all of trio's keeps nobody from exporting, and nobody from reading."""

import trio

from gateway.stores import open_store
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
