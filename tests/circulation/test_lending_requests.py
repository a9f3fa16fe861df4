"""Requests: who waits for what, who has it first, and what becomes of it when he does not want it any more."""

import pytest
from msgspec.structs import replace

from gateway.circulation import rules
from gateway.circulation.lending import RequestWanted
from gateway.circulation.lending.shelf import GONE
from gateway.model import ProcessType, RequestKind
from tests.circulation.counter import Counter, refused
from tests.stores.nouns import shelving


class TestRequested:
    async def test_has_an_item_that_stands_there(self, counter: Counter) -> None:
        made = await counter.wants("A", id_="RS-1")
        assert (made.kind, made.mms_id, made.item, made.patron) == (RequestKind.HOLD, "A", "11", "jane")
        assert await counter.looks("11") == "REQUESTED in_place"
        assert (await counter.lender.user("xyz", "jane")).requests == [made]

    async def test_has_the_item_that_is_named(self, counter: Counter) -> None:
        assert (await counter.wants("A", item="12")).item == "12"
        assert (await counter.wants(item="13", patron="max")).mms_id == "A"
        assert await counter.waiting("A") == ["jane: 12", "max: 13"]

    async def test_waits_where_none_is_there(self, counter: Counter) -> None:
        await counter.out("31", "jane")
        assert (await counter.wants("B", patron="max")).item == ""
        assert (await counter.wants(item="31", patron="partner")).item == "31"
        assert await counter.looks("31") == "LOAN not_in_place until 30 Mar 23:59"
        assert await counter.waiting("B") == ["max: any", "partner: 31"]

    async def test_has_a_number_of_its_own_that_rises(self, counter: Counter) -> None:
        first = await counter.wants("A")
        at_once = await counter.lender.request("xyz", RequestWanted(mms_id="A", patron="max"))
        later = await counter.wants("B")
        assert first.id.isdigit()
        assert int(first.id) + 1 == int(at_once.id) < int(later.id)

    async def test_says_what_it_was_given(self, counter: Counter) -> None:
        wanted = RequestWanted(item="11", patron="", external_id="RS-1", pickup="Main Library", note="for Dr. Roe")
        made = await counter.lender.request("xyz", wanted)
        assert (made.patron, made.external_id, made.pickup, made.note) == ("", "RS-1", "Main Library", "for Dr. Roe")

    async def test_is_of_what_is_lent_to_him(self, counter: Counter) -> None:
        assert await refused(counter.wants("C")) == "item-not-lent record C"
        assert await refused(counter.wants(item="41")) == "item-not-lent item 41"

    @pytest.mark.parametrize("process", sorted(GONE))
    async def test_does_not_wait_in_vain(self, counter: Counter, process: ProcessType) -> None:
        await counter.becomes("31", process)
        assert await refused(counter.wants("B")) == "item-not-available record B"
        assert await refused(counter.wants(item="31")) == "item-not-available item 31"

    @pytest.mark.parametrize(
        ("wanted", "why"),
        [
            (RequestWanted(mms_id="A", patron="nobody"), "unknown-user patron nobody"),
            (RequestWanted(mms_id="A", patron="blocked"), "user-blocked patron blocked"),
            (RequestWanted(mms_id="A", patron="expired"), "user-expired patron expired"),
            (RequestWanted(mms_id="Z", patron="jane"), "unknown-item record Z"),
            (RequestWanted(mms_id="D", patron="jane"), "unknown-item record D"),
            (RequestWanted(patron="jane"), "unknown-item record"),
            (RequestWanted(item="99", patron="jane"), "unknown-item item 99"),
            (RequestWanted(item="31", mms_id="A", patron="jane"), "item-not-by-record item 31"),
            (RequestWanted(item="31", external_id=" RS"), "unusable-value request  RS"),
            (RequestWanted(item="31", pickup="a\nb"), "unusable-value pickup a\nb"),
            (RequestWanted(item="31", external_id="1" * 101), f"unusable-value request {'1' * 101}"),
            (RequestWanted(item="31", note="x" * 1_001), f"unusable-value note {'x' * 1_001}"),
        ],
    )
    async def test_not_where(self, counter: Counter, wanted: RequestWanted, why: str) -> None:
        assert await refused(counter.lender.request("xyz", wanted)) == why
        assert await counter.waiting("A") == await counter.waiting("B") == []

    async def test_as_long_a_text_as_can_be_kept(self, counter: Counter) -> None:
        note, id_ = "x" * rules.TEXT_CHARACTERS, "1" * rules.BARCODE_CHARACTERS
        made = await counter.lender.request("xyz", RequestWanted(item="31", external_id=id_, note=note))
        assert (made.external_id, made.note) == (id_, note)


class TestTwice:
    async def test_is_refused_by_its_id(self, counter: Counter) -> None:
        await counter.wants("A", id_="RS-1")
        assert await refused(counter.wants("B", patron="max", id_="RS-1")) == "duplicate-request request RS-1"

    async def test_is_refused_of_a_patron(self, counter: Counter) -> None:
        await counter.wants(item="11")
        assert await refused(counter.wants(item="11")) == "duplicate-request item 11"
        assert await refused(counter.wants("A")) == "duplicate-request record A"
        assert (await counter.wants(item="12")).item == "12"
        assert (await counter.wants("B")).item == "31"

    async def test_is_well_of_a_partner_whose_requests_have_ids(self, counter: Counter) -> None:
        await counter.wants("A", patron="partner", id_="RS-1")
        await counter.wants("A", patron="partner", id_="RS-2")
        assert await counter.waiting("A") == ["partner: 11", "partner: 12"]

    async def test_is_well_in_another_zone(self, counter: Counter) -> None:
        await counter.wants("A", id_="RS-1")
        wanted = RequestWanted(mms_id="A", external_id="RS-1")
        assert await refused(counter.lender.request("abc", wanted)) == "unknown-item record A"


class TestFulfilled:
    async def test_by_its_id_alone(self, counter: Counter) -> None:
        await counter.wants("A", patron="partner", id_="RS-1")
        assert await counter.out(request="RS-1") == "11 to partner until 30 Mar 23:59"
        assert await counter.waiting("A") == []

    async def test_by_its_own_id(self, counter: Counter) -> None:
        made = await counter.wants("A")
        assert await counter.out(request=made.id) == "11 to jane until 30 Mar 23:59"

    async def test_by_a_loan_of_what_was_set_aside(self, counter: Counter) -> None:
        await counter.wants(item="11", patron="max")
        await counter.wants(item="11")
        assert await refused(counter.out("11", "jane")) == "item-requested item 11"
        assert await refused(counter.out("11", "partner")) == "item-requested item 11"
        assert await counter.out("11", "max") == "11 to max until 30 Mar 23:59"
        assert await counter.waiting("A") == ["jane: 11"]

    async def test_by_another_item_of_the_record(self, counter: Counter) -> None:
        await counter.wants("A", id_="RS-1")
        assert await counter.out("12", request="RS-1") == "12 to jane until 30 Mar 23:59"
        assert await counter.looks("11") == "in_place"
        assert await counter.waiting("A") == []

    async def test_not_by_an_item_of_another_record(self, counter: Counter) -> None:
        await counter.wants("A", id_="RS-1")
        assert await refused(counter.out("31", request="RS-1")) == "item-not-by-record item 31"

    async def test_not_for_somebody_else(self, counter: Counter) -> None:
        await counter.wants("A", id_="RS-1")
        assert await refused(counter.out("11", "max", request="RS-1")) == "unknown-request request RS-1"

    async def test_for_the_partner_itself(self, counter: Counter) -> None:
        await counter.wants("A", patron="", id_="RS-1")
        assert await counter.out("11", request="RS-1") == "11 to RS-1 until 30 Mar 23:59"
        assert await counter.renewed("11") == "until 30 Mar 23:59, 1"
        assert await counter.back("11") == "to its place"

    async def test_for_a_patron_whom_the_partner_names_then(self, counter: Counter) -> None:
        await counter.wants("A", patron="", id_="RS-1")
        assert await counter.out("11", "jane", request="RS-1") == "11 to jane until 30 Mar 23:59"

    async def test_by_what_stands_there_meanwhile(self, counter: Counter) -> None:
        await counter.becomes("31", ProcessType.TRANSIT)
        await counter.wants("B", id_="RS-1")
        assert await refused(counter.out(request="RS-1")) == "item-not-available record B"
        await counter.becomes("31", None)
        assert await counter.out(request="RS-1") == "31 to jane until 30 Mar 23:59"

    async def test_by_nothing_that_is_not_lent_to_him(self, counter: Counter) -> None:
        await counter.becomes("11", ProcessType.TRANSIT)
        await counter.becomes("13", ProcessType.MISSING)
        await counter.out("12", "partner")
        await counter.wants("A", patron="visitor", id_="RS-1")
        await counter.becomes("13", None)
        assert await refused(counter.out(request="RS-1")) == "item-not-available record A"
        await counter.out("13", "max")
        assert await counter.back("13") == "to its place"
        assert await counter.back("12") == "for visitor"

    async def test_the_one_that_has_the_item_first(self, counter: Counter) -> None:
        await counter.out("31", "max")
        await counter.wants("B", patron="partner", id_="RS-1")
        await counter.wants(item="31", patron="partner", id_="RS-2")
        assert await counter.back("31") == "for partner"
        assert await counter.out("31", "partner") == "31 to partner until 30 Mar 23:59"
        _, left = await counter.store.lent_of("xyz", "B")
        assert [one.external_id for one in left] == ["RS-2"]


class TestCancelled:
    async def cancelled(self, counter: Counter, id_: str, patron: str = "") -> str:
        return (await counter.lender.cancel("xyz", id_=id_, patron=patron)).id

    async def test_leaves_the_item_in_its_place(self, counter: Counter) -> None:
        made = await counter.wants("A", id_="RS-1")
        assert await self.cancelled(counter, "RS-1") == made.id
        assert await counter.looks("11") == "in_place"
        assert await counter.waiting("A") == []
        assert await refused(self.cancelled(counter, "RS-1")) == "unknown-request request RS-1"

    async def test_by_its_own_id_and_patron(self, counter: Counter) -> None:
        made = await counter.wants("A")
        assert await refused(self.cancelled(counter, made.id, "max")) == f"unknown-request request {made.id}"
        assert await self.cancelled(counter, made.id, "jane") == made.id

    async def test_hands_it_to_who_waits_next(self, counter: Counter) -> None:
        first = await counter.wants("B")
        await counter.wants("B", patron="max")
        await self.cancelled(counter, first.id)
        assert await counter.waiting("B") == ["max: 31"]
        assert await counter.looks("31") == "REQUESTED in_place"

    async def test_leaves_it_on_the_hold_shelf_for_who_waits_next(self, counter: Counter) -> None:
        await counter.out("31", "partner")
        first = await counter.wants("B")
        second = await counter.wants("B", patron="max")
        assert await counter.back("31") == "for jane"
        await self.cancelled(counter, first.id)
        assert await counter.waiting("B") == ["max: 31"]
        assert await counter.looks("31") == "HOLDSHELF not_in_place"
        await self.cancelled(counter, second.id)
        assert await counter.looks("31") == "in_place"

    async def test_changes_nothing_for_who_has_the_item(self, counter: Counter) -> None:
        await counter.wants(item="31", patron="max")
        behind = await counter.wants(item="31")
        await self.cancelled(counter, behind.id)
        assert await counter.waiting("B") == ["max: 31"]
        assert await counter.looks("31") == "REQUESTED in_place"

    async def test_while_it_is_lent(self, counter: Counter) -> None:
        await counter.out("31", "max")
        made = await counter.wants("B")
        await self.cancelled(counter, made.id)
        assert await counter.looks("31") == "LOAN not_in_place until 30 Mar 23:59"
        assert await counter.back("31") == "to its place"

    async def test_whose_item_somebody_took_away(self, counter: Counter) -> None:
        made = await counter.wants("A")
        found = await counter.store.item("xyz", "11")
        assert found is not None
        await counter.store.rearrange("xyz", shelving(replace(found, process_type=ProcessType.MISSING)))
        await self.cancelled(counter, made.id)
        assert await counter.looks("11") == "MISSING in_place"

    async def test_not_without_an_id(self, counter: Counter) -> None:
        await counter.wants("A", patron="jane")
        assert await refused(self.cancelled(counter, "", "jane")) == "unknown-request request"
