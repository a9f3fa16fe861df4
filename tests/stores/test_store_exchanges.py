"""What every store promises of the messages of other systems that people look into."""

import pytest
import trio
from msgspec.structs import replace

from gateway.desk import glancing
from gateway.desk.glancing import Glances
from gateway.model import Exchange
from gateway.stores import lending, lent, open_store
from gateway.stores.base import Store
from tests.stores.conftest import LASTING
from tests.stores.nouns import PATIENCE, exchange, made_zone, soon

FULL = replace(
    exchange("CheckOutItem", problem="Unknown User", subject="P1 11"),
    element="UserId",
    value="Jürgen\0",
    asked=bytes(range(256)),
    answered="Ä".encode(),
    seconds=1 / 3,
)


async def note(store: Store, *exchanges: Exchange) -> None:
    """Note these, and wait until the last of them is kept."""

    async def kept() -> bool:
        found = await store.exchanges(limit=1)
        return bool(found) and replace(found[0], seq=0) == lent.without_messages(exchanges[-1])

    for one in exchanges:
        store.note_exchange(one)
    await soon(kept)


@pytest.fixture
async def noted(store: Store) -> Store:
    """Four messages, of two zones; they have rising numbers."""
    others = exchange("LookupUser", subject="P2"), exchange("RenewItem", zone="network"), exchange("LookupUser")
    await note(store, FULL, *others)
    return store


def services(exchanges: list[Exchange]) -> list[str]:
    return [one.service for one in exchanges]


async def test_are_none_at_first(store: Store) -> None:
    assert await store.exchanges() == []
    assert await store.exchange(1) is None


async def test_come_newest_first_without_their_messages(noted: Store) -> None:
    found = await noted.exchanges()
    assert services(found) == ["LookupUser", "RenewItem", "LookupUser", "CheckOutItem"]
    assert found[-1] == replace(FULL, seq=found[-1].seq, asked=b"", answered=b"")
    numbers = [one.seq for one in found]
    assert numbers == sorted({*numbers}, reverse=True)
    assert numbers[-1] > 0


async def test_are_whole_by_their_numbers(noted: Store) -> None:
    *_, oldest = await noted.exchanges()
    assert await noted.exchange(oldest.seq) == replace(FULL, seq=oldest.seq)
    for nobody in (0, -1, 2**63 - 1):
        assert await noted.exchange(nobody) is None


async def test_are_read_whole_by_rising_number(noted: Store) -> None:
    first, second, third, fourth = [one.seq for one in reversed(await noted.exchanges())]
    assert [one.seq for one in await noted.whole_exchanges()] == [first, second, third, fourth]
    assert await noted.whole_exchanges(limit=1) == [replace(FULL, seq=first)]
    assert [one.seq for one in await noted.whole_exchanges(after=first, limit=2)] == [second, third]
    assert await noted.whole_exchanges(after=fourth) == []


async def test_are_put_under_their_own_numbers(store: Store) -> None:
    others = replace(FULL, seq=5), replace(exchange("RenewItem", zone="network"), seq=9)
    await store.put_exchanges(others)
    assert await store.whole_exchanges() == [*others]
    assert services(await store.exchanges(text="jürgen")) == ["CheckOutItem"]
    await note(store, exchange())
    (newest, *_) = await store.exchanges()
    assert newest.seq == 10


async def test_are_found_by_page_and_zone(noted: Store) -> None:
    newest, second, third, oldest = await noted.exchanges()
    assert await noted.exchanges(limit=2) == [newest, second]
    assert await noted.exchanges(before=second.seq) == [third, oldest]
    assert await noted.exchanges(before=oldest.seq) == []
    assert await noted.exchanges(zone="xyz", limit=2) == [newest, third]
    assert await noted.exchanges(zone="xyz", before=newest.seq) == [third, oldest]
    assert await noted.exchanges(zone="network") == [second]
    assert await noted.exchanges(zone="none") == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("checkout", ["CheckOutItem"]),
        ("unknown user", ["CheckOutItem"]),
        ("JÜRGEN", ["CheckOutItem"]),
        ("\0", ["CheckOutItem"]),
        ("p2", ["LookupUser"]),
        ("P1", ["LookupUser", "RenewItem", "CheckOutItem"]),
        ("UserId", []),
        ("asked", []),
        ("%", []),
    ],
)
async def test_are_found_by_what_they_say(noted: Store, text: str, found: list[str]) -> None:
    assert services(await noted.exchanges(text=text)) == found


async def test_are_found_by_all_of_it_together(noted: Store) -> None:
    newest, *_ = await noted.exchanges()
    assert services(await noted.exchanges(zone="xyz", text="p1", before=newest.seq)) == ["CheckOutItem"]
    assert services(await noted.exchanges(zone="xyz", text="p1", limit=1)) == ["LookupUser"]


async def test_oldest_go(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lending, "EXCHANGES_KEPT", 20)
    monkeypatch.setattr(lent, "LOOK_EVERY", 2)
    for tens in range(0, 40, 10):
        await note(store, *(exchange(subject=f"{number}", zone="xyz") for number in range(tens, tens + 10)))

    async def gone() -> bool:
        return len(await store.exchanges()) <= 22

    await soon(gone)
    kept = [one.subject for one in await store.exchanges()]
    assert kept[:20] == [f"{number}" for number in range(39, 19, -1)]


async def test_reset_forgets_those_of_the_zone(noted: Store) -> None:
    (newest, *_) = await noted.exchanges()
    await noted.reset("xyz")
    assert services(await noted.exchanges()) == ["RenewItem"]
    assert await noted.exchange(newest.seq) is None
    await note(noted, exchange("CheckInItem"))
    (later, _) = await noted.exchanges()
    assert later.seq > newest.seq


async def test_zone_that_is_removed_takes_its_own_along(store: Store) -> None:
    await store.keep_zone(made_zone("t1"))
    await note(store, exchange(), exchange(zone="t1"))
    await store.remove_zone("t1")
    assert [one.zone for one in await store.exchanges()] == ["xyz"]


async def test_who_notes_is_told_when_they_can_be_read(store: Store) -> None:
    kept = trio.Event()
    for name in ("LookupUser", "RenewItem"):
        store.note_exchange(exchange(name), kept.set)
    with trio.fail_after(PATIENCE):
        await kept.wait()
    assert services(await store.exchanges()) == ["RenewItem", "LookupUser"]


async def test_what_cannot_be_written_down_harms_nobody(store: Store) -> None:
    store.note_exchange(exchange(subject="\ud800"))
    await note(store, exchange(subject="later"), exchange(subject="last"))


@pytest.mark.parametrize("url", LASTING, indirect=True)
class TestBesideOthers:
    async def test_those_noted_last_stay(self, url: str) -> None:
        async with open_store(url) as store:
            store.note_exchange(FULL)
        async with open_store(url, purpose="read") as store:
            (kept,) = await store.exchanges()
            assert await store.exchange(kept.seq) == replace(FULL, seq=kept.seq)

    async def test_open_pages_are_shown_those_of_another_process(
        self, url: str, monkeypatch: pytest.MonkeyPatch, nursery: trio.Nursery
    ) -> None:
        for pause in ("POLL_SECONDS", "PAUSE_SECONDS"):
            monkeypatch.setattr(glancing, pause, 0)
        with trio.fail_after(PATIENCE):
            async with open_store(url) as store, open_store(url, purpose="change") as other:
                glances = Glances(lambda limit: store.exchanges(limit=limit))
                nursery.start_soon(glances.run)
                async with glances.follow() as viewer:
                    await glances.begun()
                    other.note_exchange(FULL)
                    glance = await anext(viewer)
                nursery.cancel_scope.cancel()
        assert services([*glance.fresh]) == ["CheckOutItem"]

    async def test_who_only_reads_notes_nothing(self, url: str, noted: Store) -> None:
        async with open_store(url, purpose="read") as reader:
            reader.note_exchange(FULL)
        assert len(await noted.exchanges()) == 4
