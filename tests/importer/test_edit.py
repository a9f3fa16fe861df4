"""What people change in a zone by hand: flags, and the way back to an earlier version."""

from datetime import datetime, timedelta

import pytest
from msgspec.structs import replace

from gateway.importer.decide import Case, decide, examine
from gateway.importer.edit import flag, revert
from gateway.importer.profile import prepare
from gateway.marc.identifiers import identifiers
from gateway.marc.record import Record
from gateway.model import BibRecord, Facts, Flag, Identifier, Profile
from gateway.stores.base import Store
from tests.importer.desk import NOON, XYZ, said
from tests.marc.mnemonic import mrk, raw, shown

MMS_ID = "9910000000015867"
ATLAS = r"""
    =LDR  00000cam\a2200000Ia\4500
    =003  OCoLC
    =005  20260101000000.0
    =020  \\$a9786990001067
    =035  \\$a(OCoLC)5
    =245  12$aA walkers atlas
    =590  \\$aCopy 2 lacks the maps.
    =650  \0$aFens.
    =949  \\$aOurs
"""
CORRECTED = r"""
    =LDR  00000cam\a2200000\i\4500
    =003  OCoLC
    =005  20260301000000.0
    =035  \\$a(OCoLC)6$z(OCoLC)5
    =245  12$aA walker's atlas
    =650  \0$aWalking.
    =650  \0$aFens.
    =949  \\$aTheirs
"""


async def export(store: Store, record: str, minute: int) -> str:
    """What becomes of it in a minute after noon."""
    profile = prepare("p", Profile(), {})
    case = Case(XYZ, profile, examine(raw(record), profile), Facts(), at(minute), f"export-{minute}")
    return said(await store.transact("xyz", lambda transaction: decide(transaction, case), seconds=1))


def canonical(text: str) -> str:
    return shown(mrk(text))


def at(minute: int) -> datetime:
    return NOON + timedelta(minutes=minute)


async def newest(store: Store) -> BibRecord:
    record = await store.record("xyz", MMS_ID)
    assert record is not None
    return record


async def flagged(store: Store, *flags: Flag, mms_id: str = MMS_ID) -> BibRecord | None:
    return await store.transact("xyz", lambda transaction: flag(transaction, mms_id, flags), seconds=1)


async def reverted(store: Store, earlier: BibRecord, minute: int, mms_id: str = MMS_ID) -> BibRecord | None:
    return await store.transact("xyz", lambda t: revert(t, mms_id, earlier, at(minute)), seconds=1)


async def corrected(store: Store) -> tuple[BibRecord, BibRecord]:
    """Both versions of a record that came in and was then corrected by its next export."""
    assert await export(store, ATLAS, 0) == f"created {MMS_ID}"
    assert await export(store, CORRECTED, 1) == f"merged {MMS_ID}"
    first, second = await store.versions("xyz", MMS_ID)
    return first, second


class TestFlag:
    @pytest.mark.parametrize("before", [(), (Flag.LOCKED,), tuple(Flag)])
    @pytest.mark.parametrize("after", [(), (Flag.CZ_LINKED,), (Flag.LOCKED,), tuple(Flag)])
    async def test_gives_these_flags_and_no_others_to_the_same_version(
        self, store: Store, before: tuple[Flag, ...], after: tuple[Flag, ...]
    ) -> None:
        first, second = await corrected(store)
        await flagged(store, *before)
        assert await store.versions("xyz", MMS_ID) == [first, replace(second, flags=frozenset(before))]
        returned = await flagged(store, *after)
        assert returned == replace(second, flags=frozenset(after))
        assert await store.versions("xyz", MMS_ID) == [first, returned]
        assert await store.find("xyz", second.identifiers) == [returned]

    async def test_stays_when_the_record_is_merged(self, store: Store) -> None:
        await corrected(store)
        await flagged(store, Flag.LOCKED)
        assert await export(store, CORRECTED, 2) == "refused locked"
        await flagged(store)
        assert await export(store, CORRECTED, 3) == f"unchanged {MMS_ID}"

    async def test_is_of_no_record_that_there_is_not(self, store: Store) -> None:
        await corrected(store)
        assert await flagged(store, Flag.LOCKED, mms_id="9910000000025867") is None
        assert [bib.mms_id for bib in await store.records("xyz")] == [MMS_ID]


class TestRevert:
    async def test_makes_a_next_version_with_the_earlier_fields(self, store: Store) -> None:
        first, second = await corrected(store)
        third = await reverted(store, first, 2)
        assert third is not None
        assert await store.versions("xyz", MMS_ID) == [first, second, third]
        assert shown(Record.parse(second.marc)) == canonical(r"""
            =LDR  00000cam\a2200000\i\4500
            =001  9910000000015867
            =005  20260301120100.0
            =035  \\$a(OCoLC)6$z(OCoLC)5
            =245  12$aA walker's atlas
            =650  \0$aWalking.
            =650  \0$aFens.
            =949  \\$aOurs
        """)
        assert shown(Record.parse(third.marc)) == canonical(r"""
            =LDR  00000cam\a2200000Ia\4500
            =001  9910000000015867
            =005  20260301120200.0
            =020  \\$a9786990001067
            =035  \\$a(OCoLC)5
            =245  12$aA walkers atlas
            =590  \\$aCopy 2 lacks the maps.
            =650  \0$aFens.
            =949  \\$aOurs
        """)
        assert (third.version, third.title, third.at) == (3, "A walkers atlas", at(2))
        assert (third.made_by, third.submission) == ("revert 1", "")

    async def test_lets_it_be_found_by_the_earlier_identifiers_alone(self, store: Store) -> None:
        first, second = await corrected(store)
        third = await reverted(store, first, 2)
        assert third is not None
        assert third.identifiers == first.identifiers == identifiers(Record.parse(third.marc))
        for identifier in first.identifiers:
            assert await store.find("xyz", [identifier]) == [third]
        assert await store.find("xyz", second.identifiers - first.identifiers) == []
        assert await export(store, CORRECTED.replace("$z(OCoLC)5", ""), 3) == "created 9910000000025867"

    async def test_lets_the_next_export_be_merged(self, store: Store) -> None:
        first, second = await corrected(store)
        await reverted(store, first, 2)
        assert await export(store, CORRECTED, 3) == f"merged {MMS_ID}"
        fourth = await newest(store)
        assert (fourth.version, fourth.made_by, fourth.submission) == (4, "overlay-all-fields-but-local", "export-3")
        assert fourth.identifiers == second.identifiers
        assert shown(Record.parse(fourth.marc)).replace("120300.0", "120100.0") == shown(Record.parse(second.marc))

    async def test_brings_back_the_originating_version_to_compare_with(self, store: Store) -> None:
        first, _ = await corrected(store)
        between = CORRECTED.replace("20260301000000.0", "20260201000000.0")
        assert await export(store, between, 2) == "refused older_version"
        third = await reverted(store, first, 3)
        assert third is not None
        assert (third.originating_system, third.originating_version) == ("OCoLC", "20260101000000.0")
        assert await export(store, between, 4) == f"merged {MMS_ID}"

    async def test_leaves_flags_and_takes_tag_and_link_back(self, store: Store) -> None:
        first, second = await corrected(store)
        network = Identifier("network", "9910000000015816")
        linked = replace(
            second,
            flags=frozenset([Flag.CZ_LINKED]),
            management_tag="do-not-publish",
            linked_to=network.value,
            identifiers=second.identifiers | {network},
        )
        await store.transact("xyz", lambda transaction: transaction.put(linked), seconds=1)
        third = await reverted(store, first, 2)
        assert third is not None
        assert third.flags == frozenset([Flag.CZ_LINKED])
        assert (third.management_tag, third.linked_to) == (first.management_tag, "")
        assert third.identifiers == first.identifiers
        assert await store.find("xyz", [network]) == []
        assert await reverted(store, linked, 3) == await newest(store)
        assert (await newest(store)).linked_to == network.value
        assert await store.find("xyz", [network]) == [await newest(store)]

    async def test_may_be_taken_back_by_another(self, store: Store) -> None:
        first, second = await corrected(store)
        await reverted(store, first, 2)
        fourth = await reverted(store, second, 3)
        assert fourth is not None
        assert fourth == replace(second, version=4, marc=fourth.marc, at=at(3), submission="", made_by="revert 2")
        assert shown(Record.parse(fourth.marc)).replace("120300.0", "120100.0") == shown(Record.parse(second.marc))
        assert [bib.version for bib in await store.versions("xyz", MMS_ID)] == [1, 2, 3, 4]

    async def test_is_of_no_record_that_there_is_not(self, store: Store) -> None:
        first, second = await corrected(store)
        assert await reverted(store, first, 2, mms_id="9910000000025867") is None
        assert await store.versions("xyz", MMS_ID) == [first, second]
        assert len(await store.records("xyz")) == 1
