"""One store into another: everything, between any two kinds, also when it is cut off in between."""

from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path

import pytest
import trio
from msgspec.structs import replace

from gateway.errors import StoreError
from gateway.model import Delivery, Flag, Loan, Patron, PublishingProfile, PublishingRun, Repository, Request
from gateway.stores import moving, open_store
from gateway.stores.base import Counts, Store, Transaction
from gateway.stores.moving import Copied, Differs
from gateway.stores.moving.exchanges import EXCHANGES_AT_ONCE
from tests.stores.conftest import KINDS
from tests.stores.nouns import (
    NOON,
    PATIENCE,
    creating,
    exchange,
    file,
    holding,
    item,
    lending,
    library,
    link,
    loan,
    made_from,
    made_zone,
    names,
    oclc,
    patron,
    pend,
    pending,
    published,
    put,
    receipt,
    record,
    request,
    shelving,
    submission,
    webhook,
)
from tests.stores.sqlite_file import schema

PAIRS = [(one, other) for one in KINDS for other in KINDS]
MANY = 2 * moving.ROWS_AT_ONCE + 7
"""Records or attempts that need three transactions."""

LENT = Counter(patrons=3, loans=1, requests=2)
"""What is lent in a store that `fill` has filled."""


class CutOff(Exception):
    """What ends a copy in these tests."""


def cutting_off(after: int) -> Callable[[int], None]:
    """What a copy tells, and is ended by when it has told so often."""
    told = count(1)

    def tell(_: int) -> None:
        if next(told) == after:
            raise CutOff

    return tell


@asynccontextmanager
async def two_stores(tmp_path: Path, kinds: tuple[str, str]) -> AsyncIterator[tuple[Store, Store]]:
    """Two empty stores of these kinds."""
    folders = [tmp_path / "source", tmp_path / "target"]
    for folder in folders:
        folder.mkdir()
    one, other = (KINDS[kind](folder) for kind, folder in zip(kinds, folders, strict=True))
    async with open_store(one) as source, open_store(other) as target:
        yield source, target


@pytest.fixture
async def stores(tmp_path: Path) -> AsyncIterator[tuple[Store, Store]]:
    """A store in a file with something of everything, and an empty one."""
    async with two_stores(tmp_path, ("sqlite", "sqlite")) as (source, target):
        await fill(source)
        yield source, target


async def fill(store: Store) -> None:
    """Something of everything that a store can hold."""

    def plan(transaction: Transaction) -> None:
        for name, seconds, delivered in (("a", 0.1, True), ("b", 1 / 3, False)):
            transaction.file(submission(name), receipt("network"))
            transaction.note(Delivery(name, seconds, delivered))
        transaction.file(replace(submission("c"), raw=bytes(range(256))), receipt("network"))

    await put(store, record("A"), zone="t1")
    await store.reset("t1")
    for number in range(3):
        await store.transact("xyz", creating(f"first {number}"), seconds=PATIENCE)
    await put(store, record(made_from(2), oclc("22"), version=2), record(made_from(2), oclc("23"), version=3))
    amended = replace(
        record(made_from(3), oclc("3")),
        flags=frozenset({Flag.LOCKED}),
        management_tag="do-not-publish",
        linked_to="N",
        made_by="link",
    )
    await put(store, amended)
    await store.transact("xyz", lambda transaction: transaction.next_ordinal(), seconds=PATIENCE)
    await store.transact("network", plan, seconds=PATIENCE)
    await file(store, "between", zone="xyz")
    await file(store, "last", zone="@i-share-xyz")
    await put(store, record("N", oclc("9")), zone="network")
    await pend(store, link("pending"), link("another"))
    for key in ("t1", "t2"):
        await store.keep_zone(made_zone(key))
    await put(store, record("M", oclc("8")), zone="network")
    await store.remove_record("network", "M")
    told = {attempt.submission.id: attempt.seq for attempt in await store.attempts()}
    for one in (webhook("a"), webhook("b", told=told["first 1"]), webhook("a", zone="network", told=told["last"])):
        assert await store.swap_webhook(None, one)
    first = made_from(1)
    things = holding("1", first), item("11", "1", first), item("12", "1", first), holding("2", made_from(2))
    await store.rearrange("xyz", shelving(library(), library("EMPTY"), *things))
    await store.rearrange("network", shelving(holding("1", "N", zone="network")))
    lent = patron(), patron("P2"), loan("11", mms_id=first), request("1", "P2", first), request("2", "", first)
    await store.rearrange("xyz", lending(*lent))
    await store.rearrange("t2", lending(patron(zone="t2")))
    await store.keep_repository(Repository(zone="network", page=7))
    await store.keep_publishing_profile(PublishingProfile(zone="xyz", key="all", name="all"))
    await store.publish("xyz", "all", [published(first), published("gone", form=b"")])
    await store.publish("xyz", "", [published(first)])
    await store.keep_publishing_run("xyz", "all", PublishingRun(kind="run", began_at=NOON))
    await store.put_exchanges([replace(exchange("CheckOutItem"), seq=3), replace(exchange(zone="@h"), seq=7)])


async def contents(store: Store) -> dict[str, object]:
    """All that a store holds, but for the numbers of attempts."""
    counts = await store.counts()
    return {
        "counts": counts,
        "records": {
            zone: [await store.versions(zone, one.mms_id) for one in await store.records(zone, limit=10_000)]
            for zone in counts
        },
        "index": {zone: sorted(await store.indexed(zone, limit=10_000)) for zone in counts},
        "attempts": [replace(attempt, seq=0) for attempt in await store.attempts(limit=10_000)],
        "pending": await store.pending(),
        "zones": await store.zones(),
        "webhooks": [replace(one, told=0) for one in await store.webhooks()],
        "removed": {*await store.removed()},
        "libraries": {zone: await store.libraries(zone) for zone in await store.shelved()},
        "holdings": {
            zone: await store.shelves(zone, {one.mms_id for one in await store.holdings(zone)})
            for zone in await store.shelved()
        },
        "lent": {
            zone: (await store.patrons(zone), await store.loans(zone), await store.requests(zone))
            for zone in await store.lending_zones()
        },
        "published": {
            zone: {
                set_: (
                    await store.published(zone, [set_], limit=10_000),
                    await store.publishing_runs(zone, set_),
                )
                for set_ in await store.published_counts(zone)
            }
            for zone in await store.publishing_zones()
        },
        "repositories": [await store.repository(zone) for zone in await store.publishing_zones()],
        "profiles": [await store.publishing_profiles(zone) for zone in await store.publishing_zones()],
        "exchanges": await store.whole_exchanges(),
    }


async def behind(store: Store) -> dict[tuple[str, str], list[str]]:
    """By zone and key of each webhook, the attempts of which it has not been told."""
    return {
        (one.zone, one.key): names(await store.newer({one.zone: one.told}, limit=10_000))
        for one in await store.webhooks()
    }


class TestCopy:
    @pytest.mark.parametrize("kinds", PAIRS, ids=" to ".join)
    async def test_has_everything_whatever_the_kinds_of_store(self, tmp_path: Path, kinds: tuple[str, str]) -> None:
        async with two_stores(tmp_path, kinds) as (source, target):
            await fill(source)
            copied = Copied()
            await moving.copy(source, target, copied)
            made = {"zones": 2, "webhooks": 3, "holdings": 3, "items": 2}
            assert copied == Copied(
                records=4, versions=6, attempts=8, links=2, lent=LENT, published=3, exchanges=2, **made
            )
            assert await contents(target) == await contents(source)
            await moving.compare(source, target)

    async def test_goes_on_with_the_next_mms_id(self, stores: tuple[Store, Store]) -> None:
        source, target = stores
        await moving.copy(source, target, Copied())
        drawn = [
            await store.transact("xyz", lambda transaction: transaction.next_ordinal(), seconds=PATIENCE)
            for store in stores
        ]
        assert drawn == [5, 5]

    async def test_keeps_the_order_of_attempts_over_all_zones(self, stores: tuple[Store, Store]) -> None:
        source, target = stores
        for number in range(30):
            await file(source, f"{number}", zone=("xyz", "network", "@h")[number % 3])
        await moving.copy(source, target, Copied())
        assert names(await target.attempts()) == names(await source.attempts())

    async def test_keeps_the_numbers_of_exchanges(self, stores: tuple[Store, Store]) -> None:
        source, target = stores
        many = [replace(exchange(subject=f"{number}"), seq=10 + 2 * number) for number in range(EXCHANGES_AT_ONCE + 1)]
        await source.put_exchanges(many)
        copied = Copied()
        await moving.copy(source, target, copied)
        assert copied.exchanges == len(many) + 2
        assert await target.whole_exchanges(limit=1_000) == await source.whole_exchanges(limit=1_000)
        assert await target.exchange(12) == many[1]

    async def test_begins_with_nothing(self, stores: tuple[Store, Store]) -> None:
        source, target = stores
        await moving.check_beginning(source, target)
        assert await target.counts() == {}

    async def test_of_an_empty_store_is_empty(self, tmp_path: Path) -> None:
        async with two_stores(tmp_path, ("sqlite", "sqlite")) as (source, target):
            await moving.copy(source, target, Copied())
            await moving.compare(source, target)
            assert await target.counts() == {}

    async def test_tells_webhooks_of_what_the_source_s_were_not_told_of(self, stores: tuple[Store, Store]) -> None:
        source, target = stores
        await source.reset("network")  # so that attempts have other numbers in the copy
        await file(source, *(f"{number}" for number in range(MANY)))
        told = await source.attempts(zone="xyz", limit=MANY)
        assert await source.swap_webhook(
            None, replace(webhook("far-behind", told=told[-1].seq), failures=1, tried=told[-2].seq)
        )
        assert await source.swap_webhook(None, webhook("up-to-date", told=told[0].seq))
        await moving.copy(source, target, Copied())
        assert await behind(target) == await behind(source)
        assert {key: len(names) for (zone, key), names in (await behind(target)).items() if zone == "xyz"} == {
            "a": MANY + 4,
            "b": MANY + 2,
            "far-behind": MANY - 1,
            "up-to-date": 0,
        }
        (copied,) = [one for one in await target.webhooks() if one.tried]
        tried = await target.attempt(copied.tried)
        assert tried is not None
        assert (copied.key, tried.submission) == ("far-behind", told[-2].submission)

    async def test_is_made_by_pages(self, stores: tuple[Store, Store]) -> None:
        source, target = stores
        told: list[int] = []
        await put(source, *(record(f"1{number:06}") for number in range(MANY)))
        await file(source, *(f"{number:06}" for number in range(MANY)))
        copied = Copied()
        await moving.copy(source, target, copied, told.append)
        made = {"zones": 2, "webhooks": 3, "holdings": 3, "items": 2}
        assert copied == Copied(
            records=MANY + 4, versions=MANY + 6, attempts=MANY + 8, links=2, lent=LENT, published=3, exchanges=2, **made
        )
        assert sum(told) == copied.records + copied.attempts
        assert max(told) == moving.ROWS_AT_ONCE
        assert await contents(target) == await contents(source)

    async def test_of_a_record_whose_versions_have_a_gap_names_it(self, tmp_path: Path) -> None:
        async with two_stores(tmp_path, ("sqlite", "sqlite")) as (source, target):
            await put(source, *(record("A", version=version) for version in (1, 2, 3)))
            schema(tmp_path / "source" / "gateway.db", "DELETE FROM record_version WHERE version = 2")
            with pytest.raises(StoreError, match="version 3 of the record A is neither its newest nor its next"):
                await moving.copy(source, target, Copied())


class TestCutOff:
    @pytest.mark.parametrize("after", [1, 2, 3, 4, 5, 6, 7, 8, 9])
    async def test_goes_on_where_it_ended(self, stores: tuple[Store, Store], after: int) -> None:
        source, target = stores
        await put(source, *(record(f"1{number:06}") for number in range(MANY)))
        await file(source, *(f"{number:06}" for number in range(MANY)))
        first, second = Copied(), Copied()
        with pytest.raises(CutOff):
            await moving.copy(source, target, first, cutting_off(after))
        with pytest.raises(Differs, match=r"^the target lacks "):
            await moving.compare(source, target)
        await moving.check_beginning(source, target)
        await moving.copy(source, target, second)
        assert first.records + second.records == MANY + 4
        assert first.attempts + second.attempts == MANY + 8
        await moving.compare(source, target)
        assert await contents(target) == await contents(source)

    async def test_that_was_not_cut_off_writes_nothing_more(self, stores: tuple[Store, Store]) -> None:
        source, target = stores
        await moving.copy(source, target, Copied())
        again = Copied()
        await moving.copy(source, target, again)
        assert again == Copied()

    async def test_cancelled_leaves_a_beginning(self, stores: tuple[Store, Store]) -> None:
        source, target = stores
        await put(source, *(record(f"1{number:06}") for number in range(MANY)))
        with trio.CancelScope() as scope:
            await moving.copy(source, target, Copied(), lambda _: scope.cancel())
        assert scope.cancelled_caught
        await moving.copy(source, target, Copied())
        await moving.compare(source, target)

    async def test_has_drawn_every_mms_id_before_the_first_record(self, stores: tuple[Store, Store]) -> None:
        source, target = stores
        await put(source, *(record(f"1{number:06}") for number in range(MANY)))
        with pytest.raises(CutOff):  # behind the only record of `network`, and the first ones of `xyz`
            await moving.copy(source, target, Copied(), cutting_off(2))
        counts = (await target.counts())["xyz"]
        assert counts == Counts(moving.ROWS_AT_ONCE, moving.ROWS_AT_ONCE + 2, 0, 4)


class TestMark:
    """What tells a copy that is not whole, in every kind of store."""

    async def test_is_seen_until_it_is_taken_away(self, store: Store) -> None:
        await moving.check_whole(store, "here")
        await moving.mark(store)
        await moving.mark(store)
        with pytest.raises(StoreError, match=r"^here is a copy that was cut off, and not all is in it: "):
            await moving.check_whole(store, "here")
        await moving.unmark(store)
        await moving.check_whole(store, "here")
        assert (await store.counts(), await store.pending()) == ({}, [])

    async def test_is_no_part_of_the_copy(self, stores: tuple[Store, Store]) -> None:
        source, target = stores
        await moving.mark(target)
        await moving.check_beginning(source, target)
        await moving.copy(source, target, Copied())
        await moving.compare(source, target)
        assert await moving.is_unfinished(target)
        await moving.unmark(target)
        assert await contents(target) == await contents(source)


class TestTargetWithSomethingElse:
    """It is named, and nothing is written from there on."""

    @staticmethod
    async def refused(source: Store, target: Store) -> str:
        before = await contents(target)
        copied = Copied()
        with pytest.raises(Differs) as caught:
            await moving.copy(source, target, copied)
        assert copied == Copied()
        assert await contents(target) == before
        for look in (moving.compare, moving.check_beginning):
            with pytest.raises(Differs):
                await look(source, target)
        return str(caught.value)

    async def test_a_zone_of_its_own(self, stores: tuple[Store, Store]) -> None:
        source, target = stores
        await file(target, "x", zone="abc")
        assert await self.refused(source, target) == "the target has a zone 'abc', the source has none"

    async def test_another_record(self, stores: tuple[Store, Store]) -> None:
        source, target = stores
        await moving.copy(source, target, Copied())
        await put(target, record("ZZZ"), zone="xyz")
        assert await self.refused(source, target) == (
            "zone 'xyz' of the target has a record ZZZ, the source's has none"
        )

    async def test_another_title(self, stores: tuple[Store, Store]) -> None:
        source, target = stores
        await moving.copy(source, target, Copied())
        await put(target, record(made_from(1), oclc("1"), title="Waves"))
        assert await self.refused(source, target) == ("the record 0000001 of zone 'xyz' is not as the source has it")

    async def test_another_past(self, tmp_path: Path, stores: tuple[Store, Store]) -> None:
        source, target = stores
        await moving.copy(source, target, Copied())
        schema(tmp_path / "target" / "gateway.db", "UPDATE record_version SET title = 'Waves' WHERE version = 1")
        assert await self.refused(source, target) == ("the record 0000002 of zone 'xyz' is not as the source has it")

    async def test_another_attempt(self, stores: tuple[Store, Store]) -> None:
        source, target = stores
        await moving.copy(source, target, Copied())
        await file(target, "x")
        assert await self.refused(source, target) == "the target has an attempt 9 that the source has not"

    async def test_another_delivery(self, stores: tuple[Store, Store]) -> None:
        source, target = stores
        await moving.copy(source, target, Copied())
        await target.transact("network", lambda t: t.note(Delivery("a", 9.0, delivered=True)), seconds=PATIENCE)
        assert await self.refused(source, target) == "the target's attempt 4 is not the source's 4"

    async def test_another_link(self, stores: tuple[Store, Store]) -> None:
        source, target = stores
        await moving.copy(source, target, Copied())
        await target.transact("network", pending(link("theirs")), seconds=PATIENCE)
        assert await self.refused(source, target) == "the target has a pending link of theirs, the source has none"

    async def test_another_removal(self, stores: tuple[Store, Store]) -> None:
        source, target = stores
        await moving.copy(source, target, Copied())
        await target.remove_record("xyz", "L")
        assert await self.refused(source, target) == (
            "the target's zone 'xyz' was rid of the record L, the source's was not"
        )

    async def test_another_zone(self, stores: tuple[Store, Store]) -> None:
        source, target = stores
        await moving.copy(source, target, Copied())
        await target.keep_zone(made_zone("t2", code="01TEST_DEF"))
        assert await self.refused(source, target) == (
            "the zone 't2' that was made at run time is not as the source has it"
        )

    async def test_another_library(self, stores: tuple[Store, Store]) -> None:
        source, target = stores
        await moving.copy(source, target, Copied())
        await target.rearrange("xyz", shelving(library(name="Other")))
        assert await self.refused(source, target) == "the library 'MAIN' of zone 'xyz' is not as the source has it"

    async def test_another_item(self, stores: tuple[Store, Store]) -> None:
        source, target = stores
        await moving.copy(source, target, Copied())
        await target.rearrange("xyz", shelving(item("13", "1", made_from(1))))
        assert await self.refused(source, target) == "the holding 1 of zone 'xyz' is not as the source has it"

    async def test_holding_more(self, stores: tuple[Store, Store]) -> None:
        source, target = stores
        await moving.copy(source, target, Copied())
        await target.rearrange("xyz", shelving(holding("9", made_from(3))))
        words = "zone 'xyz' of the target has a holding 9, the source's has none"
        assert await self.refused(source, target) == words

    async def test_holdings_of_another_zone(self, stores: tuple[Store, Store]) -> None:
        source, target = stores
        await moving.copy(source, target, Copied())
        await target.rearrange("t2", shelving(library(zone="t2")))
        words = "zone 't2' of the target has holdings or libraries, the source's has none"
        assert await self.refused(source, target) == words

    async def test_another_loan(self, stores: tuple[Store, Store]) -> None:
        source, target = stores
        await moving.copy(source, target, Copied())
        await target.rearrange("xyz", lending(loan("11", mms_id=made_from(1), renewals=1)))
        assert await self.refused(source, target) == "the loan 11 of zone 'xyz' is not as the source has it"

    async def test_request_more(self, stores: tuple[Store, Store]) -> None:
        source, target = stores
        await moving.copy(source, target, Copied())
        await target.rearrange("xyz", lending(request("9")))
        words = "zone 'xyz' of the target has a request 9, the source's has none"
        assert await self.refused(source, target) == words

    async def test_patrons_of_another_zone(self, stores: tuple[Store, Store]) -> None:
        source, target = stores
        await moving.copy(source, target, Copied())
        await target.rearrange("network", lending(patron(zone="network")))
        words = "zone 'network' of the target has patrons, loans or requests, the source's has none"
        assert await self.refused(source, target) == words

    async def test_another_form(self, stores: tuple[Store, Store]) -> None:
        source, target = stores
        await moving.copy(source, target, Copied())
        await target.publish("xyz", "", [published(made_from(1), form=b"<other/>")])
        words = "the record 0000001 in the set '' of zone 'xyz' is not as the source has it"
        assert await self.refused(source, target) == words

    async def test_record_more_in_a_set(self, stores: tuple[Store, Store]) -> None:
        source, target = stores
        await moving.copy(source, target, Copied())
        await target.publish("xyz", "all", [published("more")])
        words = "the target has a record more in the set 'all' of zone 'xyz', the source has none"
        assert await self.refused(source, target) == words

    async def test_another_exchange(self, tmp_path: Path, stores: tuple[Store, Store]) -> None:
        source, target = stores
        await moving.copy(source, target, Copied())
        schema(tmp_path / "target" / "gateway.db", "UPDATE exchange SET answered = x'00' WHERE seq = 3")
        assert await self.refused(source, target) == "the exchange 3 of the target is not the source's 3"

    async def test_exchange_more(self, stores: tuple[Store, Store]) -> None:
        source, target = stores
        await moving.copy(source, target, Copied())
        await target.put_exchanges([replace(exchange(), seq=8)])
        assert await self.refused(source, target) == "the target has an exchange 8, the source has none"

    async def test_another_set(self, stores: tuple[Store, Store]) -> None:
        source, target = stores
        await moving.copy(source, target, Copied())
        await target.keep_publishing_run("xyz", "new", PublishingRun(kind="run", began_at=NOON))
        words = "zone 'xyz' of the target has a set 'new', the source's has none"
        assert await self.refused(source, target) == words

    async def test_another_repository(self, stores: tuple[Store, Store]) -> None:
        source, target = stores
        await moving.copy(source, target, Copied())
        await target.keep_repository(Repository(zone="network", page=8))
        words = "the repository of zone 'network' is not as the source has it"
        assert await self.refused(source, target) == words

    async def test_a_zone_that_publishes(self, stores: tuple[Store, Store]) -> None:
        source, target = stores
        await moving.copy(source, target, Copied())
        await target.keep_repository(Repository(zone="t2"))
        words = "zone 't2' of the target publishes something, the source's does not"
        assert await self.refused(source, target) == words

    async def test_another_webhook(self, stores: tuple[Store, Store]) -> None:
        source, target = stores
        await moving.copy(source, target, Copied())
        present = (await target.webhooks())[-1]
        assert await target.swap_webhook(present, replace(present, told=present.told + 1))
        assert await self.refused(source, target) == "the webhook 'b' of zone 'xyz' is not as the source has it"


class TestSourceThatIsChangedMeanwhile:
    async def test_by_an_export_is_found_by_comparing(self, stores: tuple[Store, Store]) -> None:
        source, target = stores
        await moving.copy(source, target, Copied())
        await source.transact("xyz", creating("later"), seconds=PATIENCE)
        with pytest.raises(Differs, match=r"^the target lacks the MMS IDs of zone 'xyz'$"):
            await moving.compare(source, target)

    async def test_by_a_zone_is_found_by_comparing(self, stores: tuple[Store, Store]) -> None:
        source, target = stores
        await moving.copy(source, target, Copied())
        await source.keep_zone(made_zone("t3"))
        with pytest.raises(Differs, match=r"^the target lacks the zone 't3' that was made at run time$"):
            await moving.compare(source, target)

    async def test_by_a_holding_is_found_by_comparing(self, stores: tuple[Store, Store]) -> None:
        source, target = stores
        await moving.copy(source, target, Copied())
        await source.rearrange("xyz", shelving(holding("9", made_from(3))))
        with pytest.raises(Differs, match=r"^the target lacks the holding 9 of zone 'xyz'$"):
            await moving.compare(source, target)
        await moving.copy(source, target, Copied())
        await moving.compare(source, target)

    async def test_by_a_library_is_found_by_comparing(self, stores: tuple[Store, Store]) -> None:
        source, target = stores
        await moving.copy(source, target, Copied())
        await source.rearrange("xyz", shelving(library("NEW")))
        with pytest.raises(Differs, match=r"^the target lacks the library 'NEW' of zone 'xyz'$"):
            await moving.compare(source, target)

    @pytest.mark.parametrize("noun", [patron("P9"), loan("9"), request("9")])
    async def test_by_what_is_lent_is_found_by_comparing(
        self, stores: tuple[Store, Store], noun: Patron | Loan | Request
    ) -> None:
        source, target = stores
        await moving.copy(source, target, Copied())
        await source.rearrange("xyz", lending(noun))
        with pytest.raises(Differs, match=r"^the target lacks the (patron P9|loan 9|request 9) of zone 'xyz'$"):
            await moving.compare(source, target)
        await moving.copy(source, target, Copied())
        await moving.compare(source, target)

    async def test_by_what_is_published_is_found_by_comparing(self, stores: tuple[Store, Store]) -> None:
        source, target = stores
        await moving.copy(source, target, Copied())
        changes: dict[str, Awaitable[None]] = {
            "the record more in the set '' of zone 'xyz'": source.publish("xyz", "", [published("more")]),
            "the repository of zone 't2'": source.keep_repository(Repository(zone="t2")),
            "a publishing profile of zone 'xyz'": source.keep_publishing_profile(
                PublishingProfile(zone="xyz", key="new", name="new")
            ),
            "a run of the set 'new' of zone 'xyz'": source.keep_publishing_run(
                "xyz", "new", PublishingRun(kind="run", began_at=NOON)
            ),
        }
        for lacking, change in changes.items():
            await change
            with pytest.raises(Differs, match=f"^the target lacks {lacking}$"):
                await moving.compare(source, target)
            await moving.copy(source, target, Copied())
            await moving.compare(source, target)

    async def test_by_an_exchange_is_found_by_comparing(self, stores: tuple[Store, Store]) -> None:
        source, target = stores
        await moving.copy(source, target, Copied())
        await source.put_exchanges([replace(exchange(), seq=8)])
        with pytest.raises(Differs, match=r"^the target lacks the exchange 8$"):
            await moving.compare(source, target)

    async def test_by_a_webhook_is_found_by_comparing(self, stores: tuple[Store, Store]) -> None:
        source, target = stores
        await moving.copy(source, target, Copied())
        assert await source.swap_webhook(None, webhook("c"))
        with pytest.raises(Differs, match=r"^the target lacks the webhook 'c' of zone 'xyz'$"):
            await moving.compare(source, target)

    async def test_by_a_removal_is_found_by_comparing(self, stores: tuple[Store, Store]) -> None:
        source, target = stores
        await moving.copy(source, target, Copied())
        await source.remove_record("network", "N")
        with pytest.raises(Differs, match=r"^the target lacks that zone 'network' was rid of the record N$"):
            await moving.compare(source, target)

    async def test_by_a_reset_is_found_by_comparing(self, stores: tuple[Store, Store]) -> None:
        source, target = stores
        await moving.copy(source, target, Copied())
        await source.reset("t2")
        with pytest.raises(Differs, match=r"^the target lacks that zone 't2' was reset$"):
            await moving.compare(source, target)

    async def test_by_a_flag_is_found_by_comparing(self, stores: tuple[Store, Store]) -> None:
        source, target = stores
        await moving.copy(source, target, Copied())
        await put(source, replace(record(made_from(1), oclc("1")), flags=frozenset({Flag.CZ_LINKED})))
        with pytest.raises(Differs, match=r"^the record 0000001 of zone 'xyz' is not as the source has it$"):
            await moving.compare(source, target)

    async def test_by_a_submission_that_has_expired_is_found_by_comparing(
        self, tmp_path: Path, stores: tuple[Store, Store]
    ) -> None:
        source, target = stores
        await moving.copy(source, target, Copied())
        schema(tmp_path / "source" / "gateway.db", "DELETE FROM attempt WHERE seq = 1")
        with pytest.raises(Differs, match=r"^the target's attempt 1 is not the source's 2$"):
            await moving.compare(source, target)
