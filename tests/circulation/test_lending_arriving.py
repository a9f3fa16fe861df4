"""What other libraries lend: how it comes for a patron, how it is lent to him, and that nothing of it stays."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta, timezone

import pytest
import trio
from msgspec.structs import replace

from gateway.circulation import rules
from gateway.circulation.lending import Arrived
from gateway.errors import OutcomeUnknown, StoreError
from gateway.marc import iso2709
from gateway.marc.record import Record
from gateway.model import Library, Location, RequestKind
from gateway.stores.base import Stacks
from tests.circulation.counter import NOON, Counter, refused
from tests.stores.nouns import holding, shelving

TIDES = Arrived(
    patron="jane", item="RS-B1", external_id="RS-1", title="Tides and waves", author="Roe, Max", pickup="Main Library"
)
SOON = NOON + timedelta(days=10, hours=6)
"""When it has to be back."""
MMS_ID = "9910000000015867"
"""Of the first record that comes."""


async def arrives(counter: Counter, arrived: Arrived = TIDES) -> str:
    """What the item says when it has come."""
    request, item = await counter.lender.accept("xyz", arrived)
    assert item == await counter.store.item("xyz", item.barcode)
    assert (request.kind, request.item, request.mms_id) == (RequestKind.BORROWING, item.barcode, item.mms_id)
    return await counter.looks(item.barcode)


class TestArrived:
    async def test_stands_on_the_hold_shelf_for_its_patron(self, counter: Counter) -> None:
        assert await arrives(counter) == "HOLDSHELF not_in_place"
        assert await counter.waiting(MMS_ID) == ["jane: RS-B1"]
        assert await refused(counter.out("RS-B1", "max")) == "item-requested item RS-B1"
        assert await counter.out("RS-B1", "jane") == "RS-B1 to jane until 30 Mar 23:59"

    async def test_has_a_brief_record(self, counter: Counter) -> None:
        await arrives(counter)
        kept = await counter.store.record("xyz", MMS_ID)
        assert kept is not None
        record = Record.parse(kept.marc)
        assert (kept.title, kept.version, kept.at, kept.submission) == ("Tides and waves", 1, NOON, "")
        assert [(field.tag, field.body.decode()) for field in record.fields] == [
            ("001", MMS_ID),
            ("005", "20260302120000.0"),
            ("008", "260302nuuuuuuuuxx |||||||||||||||||und d"),
            ("100", "1 \x1faRoe, Max"),
            ("245", "10\x1faTides and waves"),
        ]
        assert len(record.control_value("008")) == 40
        assert kept.is_suppressed

    async def test_stands_in_alma_s_library_for_that(self, counter: Counter) -> None:
        await arrives(counter)
        (found,) = (await counter.store.shelves("xyz", [MMS_ID])).holdings
        assert (found.library, found.location, found.id[:2], found.id[-4:]) == ("RES_SHARE", "IN_RS_REQ", "22", "5867")
        assert [library.code for library in await counter.store.libraries("xyz")] == ["MAIN", "RES_SHARE"]

    async def test_leaves_the_names_that_a_site_gave_it(self, counter: Counter) -> None:
        theirs = Library(zone="xyz", code="RES_SHARE", name="Fernleihe", locations=(Location("OUT_RS_REQ", "Gebend"),))
        await counter.store.rearrange("xyz", shelving(theirs))
        await arrives(counter)
        (_, found) = await counter.store.libraries("xyz")
        assert (found.name, [place.code for place in found.locations]) == ("Fernleihe", ["IN_RS_REQ", "OUT_RS_REQ"])
        assert found.location_name("OUT_RS_REQ") == "Gebend"

    async def test_says_as_little_as_it_was_told(self, counter: Counter) -> None:
        request, item = await counter.lender.accept("xyz", Arrived(patron="jane"))
        kept = await counter.store.record("xyz", MMS_ID)
        assert kept is not None
        assert (item.barcode.isdigit(), kept.title) == (True, "Resource sharing request")
        assert await counter.out(request=request.id) == f"{item.barcode} to jane until 30 Mar 23:59"

    async def test_says_no_more_than_a_record_can_hold(self, counter: Counter) -> None:
        odd = "Tides\x1e\x1f\x1d" + "☂" * 200_000
        await arrives(counter, Arrived(patron="jane", title=odd, author=odd))
        kept = await counter.store.record("xyz", MMS_ID)
        assert kept is not None
        assert len(kept.title) == rules.TEXT_CHARACTERS
        assert len(iso2709.split(kept.marc)) == 5

    async def test_is_nobody_else_s_to_want(self, counter: Counter) -> None:
        await arrives(counter)
        assert await refused(counter.wants(MMS_ID, patron="max")) == f"item-not-lent record {MMS_ID}"
        assert await refused(counter.wants(item="RS-B1", patron="max")) == "item-not-lent item RS-B1"


class TestReturn:
    async def out(self, counter: Counter, return_by: datetime | None, due_at: datetime | None = None) -> str:
        await arrives(counter, replace(TIDES, return_by=return_by))
        return (await counter.out("RS-B1", "jane", due_at=due_at)).removeprefix("RS-B1 to jane until ")

    async def test_comes_before_the_policy_s_end(self, counter: Counter) -> None:
        assert await self.out(counter, SOON) == "12 Mar 18:00"
        assert await counter.renewed("RS-B1") == "until 12 Mar 18:00, 1"

    async def test_later_than_that_changes_nothing(self, counter: Counter) -> None:
        assert await self.out(counter, SOON + timedelta(days=30)) == "30 Mar 23:59"
        counter.later(days=20)
        assert await counter.renewed("RS-B1") == "until 11 Apr 18:00, 1"

    async def test_that_is_past_limits_nothing(self, counter: Counter) -> None:
        assert await self.out(counter, NOON) == "30 Mar 23:59"

    async def test_gives_way_to_who_says_another(self, counter: Counter) -> None:
        assert await self.out(counter, SOON, SOON + timedelta(days=7)) == "19 Mar 18:00"
        assert await counter.renewed("RS-B1") == "until 19 Mar 18:00, 1"
        assert await counter.renewed("RS-B1", due_at=SOON + timedelta(days=8)) == "until 20 Mar 18:00, 2"

    async def test_is_kept_in_utc(self, counter: Counter) -> None:
        there = timezone(timedelta(hours=-6))
        assert await self.out(counter, SOON.astimezone(there)) == "12 Mar 18:00"
        (loan,) = await counter.store.loans("xyz")
        assert (loan.return_by, loan.return_by and loan.return_by.utcoffset()) == (SOON, timedelta())


class TestHalfWay:
    """The store, or the gateway's end, lets one change be made and not the next."""

    @pytest.mark.parametrize("error", [StoreError("the disk is full"), OutcomeUnknown("it was lost"), None])
    async def test_nothing_is_left_of_what_came(
        self, counter: Counter, monkeypatch: pytest.MonkeyPatch, error: StoreError | None
    ) -> None:
        rearrange = counter.store.rearrange
        asked = 0

        async def second_fails(zone: str, plan: Callable[[Stacks], object]) -> object:
            nonlocal asked
            asked += 1
            if asked != 2:
                return await rearrange(zone, plan)
            if error is None:
                coming.cancel()
                await trio.lowlevel.checkpoint()
            elif isinstance(error, OutcomeUnknown):
                await rearrange(zone, plan)
            raise error or AssertionError

        monkeypatch.setattr(counter.store, "rearrange", second_fails)
        with trio.CancelScope() as coming, suppress(StoreError):
            await counter.lender.accept("xyz", TIDES)
        assert asked == 2
        assert [record.mms_id for record in await counter.store.records("xyz")] == [*"ABCD"]
        assert await counter.store.requests("xyz") == []
        assert await arrives(counter) == "HOLDSHELF not_in_place"

    async def test_what_went_is_gone_though_its_record_stays(
        self, counter: Counter, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async def failing(zone: str, mms_id: str) -> bool:
            raise StoreError("the disk is full")

        await arrives(counter)
        monkeypatch.setattr(counter.store, "remove_record", failing)
        assert await counter.back("RS-B1") == "gone"
        assert await counter.store.record("xyz", MMS_ID) is not None


class TestGone:
    async def nothing_is_left(self, counter: Counter) -> bool:
        holdings, items = await counter.store.shelves("xyz", [MMS_ID])
        return not (
            holdings
            or items
            or await counter.store.record("xyz", MMS_ID)
            or await counter.store.lent_of("xyz", MMS_ID) != ([], [])
        )

    async def test_when_it_comes_back(self, counter: Counter) -> None:
        await arrives(counter)
        await counter.out("RS-B1", "jane")
        assert await counter.back("RS-B1") == "gone"
        assert await self.nothing_is_left(counter)

    async def test_when_nobody_fetched_it(self, counter: Counter) -> None:
        await arrives(counter)
        assert await counter.back("RS-B1") == "gone"
        assert await self.nothing_is_left(counter)

    async def test_when_it_was_not_wanted_any_more(self, counter: Counter) -> None:
        await arrives(counter)
        await counter.lender.cancel("xyz", id_="RS-1")
        assert await counter.looks("RS-B1") == "ILL not_in_place"
        assert await refused(counter.out("RS-B1", "jane")) == "item-not-available item RS-B1"
        assert await counter.back("RS-B1") == "gone"

    async def test_but_not_a_record_that_has_more(self, counter: Counter) -> None:
        await arrives(counter)
        await counter.store.rearrange("xyz", shelving(holding("77", MMS_ID)))
        assert await counter.back("RS-B1") == "gone"
        assert await counter.store.record("xyz", MMS_ID) is not None

    async def test_and_can_come_again(self, counter: Counter) -> None:
        await arrives(counter)
        await counter.back("RS-B1")
        assert await arrives(counter) == "HOLDSHELF not_in_place"


class TestRefused:
    async def test_leaves_nothing(self, counter: Counter) -> None:
        await counter.wants("A", id_="RS-2")
        for arrived, why in {
            Arrived(patron="nobody"): "unknown-user patron nobody",
            Arrived(patron=""): "unknown-user patron",
            Arrived(patron="blocked"): "user-blocked patron blocked",
            Arrived(patron="jane", item="11"): "duplicate-item item 11",
            Arrived(patron="jane", item="RS\x1f1"): "unusable-value item RS\x1f1",
            Arrived(patron="jane", external_id="RS-2"): "duplicate-request request RS-2",
        }.items():
            assert await refused(counter.lender.accept("xyz", arrived)) == why
        assert [record.mms_id for record in await counter.store.records("xyz")] == [*"ABCD"]
