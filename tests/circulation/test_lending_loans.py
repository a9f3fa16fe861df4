"""Loans: who gets an item, until when, what it says meanwhile, and how a loan ends."""

from datetime import UTC, datetime, timedelta

import pytest

from gateway.circulation.lending import RequestWanted
from gateway.model import ProcessType
from tests.circulation.counter import NOON, Counter, day, refused


class TestLent:
    async def test_until_the_end_of_the_last_day(self, counter: Counter) -> None:
        assert await counter.out("11", "jane") == "11 to jane until 30 Mar 23:59"
        assert await counter.looks("11") == "LOAN not_in_place until 30 Mar 23:59"
        assert await counter.looks("12") == "in_place"
        lent = await counter.lender.user("xyz", "jane")
        assert [(loan.item, loan.mms_id, loan.lent_at) for loan in lent.loans] == [("11", "A", NOON)]

    async def test_by_item_policy_and_user_group(self, counter: Counter) -> None:
        assert await counter.out("13", "max") == "13 to max until 16 Mar 23:59"
        assert await counter.back("13") == "to its place"
        assert await counter.out("13", "jane") == "13 to jane until 2 Mar 23:59"

    async def test_until_when_it_is_asked_for(self, counter: Counter) -> None:
        assert await counter.out("11", "jane", due_at=NOON + timedelta(hours=3)) == "11 to jane until 2 Mar 15:00"

    async def test_once_at_a_time(self, counter: Counter) -> None:
        await counter.out("11", "jane")
        assert await refused(counter.out("11", "max")) == "item-checked-out item 11"
        assert await refused(counter.out("11", "jane")) == "item-checked-out item 11"

    async def test_to_a_partner_who_did_not_ask_first(self, counter: Counter) -> None:
        assert await counter.out("11", "partner", request="RS-1") == "11 to partner until 30 Mar 23:59"
        lent = await counter.lender.user("xyz", "partner")
        assert [loan.external_id for loan in lent.loans] == ["RS-1"]

    @pytest.mark.parametrize(
        ("asked", "why"),
        {
            ("11", "nobody", ""): "unknown-user patron nobody",
            ("11", "", ""): "unknown-user patron",
            ("11", "", "RS-9"): "unknown-user patron",
            ("11", "blocked", ""): "user-blocked patron blocked",
            ("11", "expired", ""): "user-expired patron expired",
            ("99", "jane", ""): "unknown-item item 99",
            ("", "jane", ""): "unknown-item item",
            ("", "jane", "RS-9"): "unknown-request request RS-9",
            ("11", "jane", "R" * 101): f"unusable-value request {'R' * 101}",
            ("11", "jane", "R\t9"): "unusable-value request R\t9",
            ("41", "jane", ""): "item-not-lent item 41",
        }.items(),
    )
    async def test_not_where(self, counter: Counter, asked: tuple[str, str, str], why: str) -> None:
        item, patron, request = asked
        assert await refused(counter.out(item, patron, request=request)) == why
        assert await counter.looks("11") == "in_place"

    @pytest.mark.parametrize(
        "due_at", [NOON, datetime(2026, 4, 1), datetime(9999, 12, 31, tzinfo=UTC)], ids=["past", "no-zone", "far"]
    )
    async def test_not_until_a_day_that_cannot_be(self, counter: Counter, due_at: datetime) -> None:
        assert await refused(counter.out("11", "jane", due_at=due_at)) == f"unusable-value due_at {due_at.isoformat()}"

    @pytest.mark.parametrize("process", [one for one in ProcessType if one is not ProcessType.LOAN])
    async def test_what_is_elsewhere_is_not_lent(self, counter: Counter, process: ProcessType) -> None:
        await counter.becomes("11", process)
        if process is ProcessType.REQUESTED:  # by hand, so for nobody
            assert await counter.out("11", "jane") == "11 to jane until 30 Mar 23:59"
        else:
            assert await refused(counter.out("11", "jane")) == "item-not-available item 11"


class TestBack:
    async def test_in_its_place(self, counter: Counter) -> None:
        await counter.out("11", "jane")
        assert await counter.back("11") == "to its place"
        assert await counter.looks("11") == "in_place"
        assert (await counter.lender.user("xyz", "jane")).loans == []

    async def test_is_the_loan_that_ended(self, counter: Counter) -> None:
        await counter.out("11", "jane")
        checked = await counter.lender.check_in("xyz", item="11")
        assert checked.loan is not None
        assert (checked.loan.patron, day(checked.loan.due_at)) == ("jane", "30 Mar 23:59")

    async def test_for_who_has_waited_longest(self, counter: Counter) -> None:
        await counter.out("31", "jane")
        await counter.wants("B", patron="max")
        await counter.wants(item="31", patron="partner")
        assert await counter.back("31") == "for max"
        assert await counter.looks("31") == "HOLDSHELF not_in_place"
        assert await refused(counter.out("31", "partner")) == "item-requested item 31"
        assert await counter.out("31", "max") == "31 to max until 30 Mar 23:59"
        assert await counter.back("31") == "for partner"

    async def test_of_somebody_nobody_knows(self, counter: Counter) -> None:
        await counter.becomes("11", ProcessType.LOAN)
        assert await refused(counter.out("11", "jane")) == "item-checked-out item 11"
        assert await refused(counter.renewed("11")) == "item-not-checked-out item 11"
        checked = await counter.lender.check_in("xyz", item="11")
        assert checked.loan is None
        assert await counter.looks("11") == "in_place"

    async def test_not_what_was_not_lent(self, counter: Counter) -> None:
        assert await refused(counter.back("11")) == "item-not-checked-out item 11"
        assert await refused(counter.back("99")) == "unknown-item item 99"
        await counter.out("11", "jane")
        await counter.back("11")
        assert await refused(counter.back("11")) == "item-not-checked-out item 11"


class TestRenewed:
    async def test_from_then_on_as_often_as_may_be(self, counter: Counter) -> None:
        await counter.out("11", "jane")
        counter.later(days=10)
        assert await counter.renewed("11") == "until 9 Apr 23:59, 1"
        assert await counter.looks("11") == "LOAN not_in_place until 9 Apr 23:59"
        assert await counter.renewed("11", "jane", due_at=NOON + timedelta(days=60)) == "until 1 May 12:00, 2"
        assert await refused(counter.renewed("11")) == "most-renewals item 11"

    async def test_never_for_a_shorter_time(self, counter: Counter) -> None:
        await counter.out("11", "jane", due_at=NOON + timedelta(days=60))
        assert await counter.renewed("11") == "until 1 May 12:00, 1"

    async def test_not_by_another(self, counter: Counter) -> None:
        await counter.out("11", "jane")
        assert await refused(counter.renewed("11", "max")) == "lent-to-another item 11"

    async def test_not_where_its_policy_says_so(self, counter: Counter) -> None:
        await counter.out("13", "jane")
        assert await refused(counter.renewed("13")) == "not-renewable item 13"

    async def test_not_where_somebody_else_waits(self, counter: Counter) -> None:
        await counter.out("31", "jane")
        await counter.wants("B", patron="max")
        assert await refused(counter.renewed("31")) == "item-requested item 31"

    async def test_not_by_one_who_may_not_borrow_any_more(self, counter: Counter) -> None:
        await counter.out("11", "max")
        counter.later(days=365)
        assert await refused(counter.renewed("11")) == "user-expired patron max"
        assert await counter.back("11") == "to its place"

    async def test_not_what_is_not_lent(self, counter: Counter) -> None:
        assert await refused(counter.renewed("11")) == "item-not-checked-out item 11"
        assert await refused(counter.renewed("99")) == "unknown-item item 99"


class TestRecalled:
    async def recalled(self, counter: Counter, item: str, wanted: RequestWanted | None = None) -> str:
        loan = await counter.lender.recall("xyz", item=item, wanted=wanted)
        assert loan.recalled
        return day(loan.due_at)

    async def test_is_due_sooner_and_not_renewed(self, counter: Counter) -> None:
        await counter.out("11", "jane")
        assert await self.recalled(counter, "11") == "9 Mar 23:59"
        assert await counter.looks("11") == "LOAN not_in_place until 9 Mar 23:59"
        assert await refused(counter.renewed("11")) == "recalled item 11"
        assert await refused(self.recalled(counter, "11")) == "recalled item 11"

    async def test_is_never_due_later(self, counter: Counter) -> None:
        await counter.out("13", "jane")
        assert await self.recalled(counter, "13") == "2 Mar 23:59"

    async def test_for_somebody_who_waits_then(self, counter: Counter) -> None:
        await counter.out("11", "jane")
        await self.recalled(counter, "11", RequestWanted(patron="max", external_id="RS-7"))
        assert await counter.waiting("A") == ["max: 11"]
        assert await counter.back("11") == "for max"
        assert await counter.out(request="RS-7") == "11 to max until 30 Mar 23:59"
        assert await counter.waiting("A") == []

    async def test_for_nobody_who_may_not(self, counter: Counter) -> None:
        await counter.out("11", "jane")
        await counter.wants("B", id_="RS-7")
        for wanted, why in {
            RequestWanted(patron="blocked"): "user-blocked patron blocked",
            RequestWanted(external_id="RS-7"): "duplicate-request request RS-7",
            RequestWanted(external_id="RS\n7"): "unusable-value request RS\n7",
        }.items():
            assert await refused(self.recalled(counter, "11", wanted)) == why
        assert await counter.looks("11") == "LOAN not_in_place until 30 Mar 23:59"

    async def test_not_what_is_not_lent(self, counter: Counter) -> None:
        assert await refused(self.recalled(counter, "11")) == "item-not-checked-out item 11"
