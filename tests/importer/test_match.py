"""Which stored records an incoming one is taken for."""

import pytest
from msgspec.structs import replace

from gateway.importer.decide import Case, decide, examine
from gateway.importer.match import METHODS, Match, match
from gateway.importer.profile import prepare
from gateway.marc.identifiers import identifiers
from gateway.marc.record import Record
from gateway.model import BibRecord, Facts, Hit, MatchMethod, Profile, Receipt
from gateway.stores.base import Store, Transaction
from tests.importer.desk import NOON, XYZ, said
from tests.marc.mnemonic import mrk

BY_OCLC = Profile()
WITHOUT_CANCELLED = Profile(match_cancelled=False)
BY_SYSTEM = Profile(non_serial_match="other-system-identifier")
BY_ISBN = Profile(non_serial_match="isbn")
BY_ISSN = Profile(non_serial_match="issn")


async def shelve(store: Store, **stored: str) -> None:
    """Put records with these fields into the store; their names are their MMS IDs."""

    def plan(transaction: Transaction) -> None:
        for mms_id, fields in stored.items():
            record = mrk(f"{fields}\n=245  00$aTitle of {mms_id}")
            bib = BibRecord(mms_id, 1, record.serialize(), record.title, identifiers(record), "", "", NOON, "s")
            transaction.put(bib)

    await store.transact("xyz", plan, seconds=1)


async def found(store: Store, fields: str | Record, profile: Profile = BY_OCLC) -> Match:
    record = mrk(fields) if isinstance(fields, str) else fields
    return await store.transact("xyz", lambda t: match(t, profile, record, identifiers(record)), seconds=1)


async def matches(store: Store, fields: str, profile: Profile = BY_OCLC) -> str:
    return " ".join([bib.mms_id for bib in (await found(store, fields, profile)).stored])


async def export(store: Store, fields: str) -> Receipt:
    profile = prepare("p", BY_OCLC, {})
    examined = examine(mrk(fields).serialize(), profile)
    case = Case(XYZ, profile, examined, Facts(), NOON, "export")
    return await store.transact("xyz", lambda transaction: decide(transaction, case), seconds=1)


class TestOclcNumber:
    @pytest.mark.parametrize(
        "incoming",
        [
            "$a(OCoLC)123",
            "$a(OCoLC)ocm00000123 ",
            "$a(OCoLC)ocn000000123",
            "$a(OCoLC)on0000000123",
            "$a(OCoLC)000123",
            "$a(OCoLC) 123",
            "$a(OCoLC)123 ",
            "$z(OCoLC)123",
            "$z(OCoLC)ocn000000123",
            "$a(OCoLC)999$z(OCoLC)123",
            "$a(DLC)5$a(OCoLC)123",
        ],
    )
    @pytest.mark.parametrize(
        "stored",
        [
            "$a(OCoLC)123",
            "$a(OCoLC)ocm00000123 ",
            "$a(OCoLC)ocn000000123",
            "$a(OCoLC)on0000000123",
            "$z(OCoLC)123",
            "$a(OCoLC)5$z(OCoLC)0123",
        ],
    )
    async def test_in_common_suffices_however_written_valid_or_cancelled(
        self, store: Store, stored: str, incoming: str
    ) -> None:
        await shelve(store, A=f"=035  \\\\{stored}")
        assert await matches(store, f"=035  9\\{incoming}") == "A"

    @pytest.mark.parametrize(
        "incoming",
        [
            "$a(OCoLC)124",
            "$a(OCoLC)1230",
            "$a(OCoLC-M)123",
            "$aRB(OCoLC)123",
            "$a(oclc)123",
            "$a(DLC)123",
            "$b(OCoLC)123",
            "$a123",
            "$aocn000000123",
            "$z(DLC)123",
        ],
    )
    @pytest.mark.parametrize("profile", [BY_OCLC, WITHOUT_CANCELLED], ids=["with cancelled ones", "without"])
    async def test_that_is_another_or_none_matches_nothing(self, store: Store, incoming: str, profile: Profile) -> None:
        await shelve(store, A="=035  \\\\$a(OCoLC)123$z(OCoLC)99")
        assert await matches(store, f"=035  \\\\{incoming}", profile) == ""

    @pytest.mark.parametrize("stored", ["$a(OCoLC-M)123", "$aRB(OCoLC)123", "$a(DLC)123", "$a123"])
    async def test_that_is_none_is_not_found_either(self, store: Store, stored: str) -> None:
        await shelve(store, A=f"=035  \\\\{stored}")
        for incoming in (stored, "$a(OCoLC)123"):
            assert await matches(store, f"=035  \\\\{incoming}") == ""

    @pytest.mark.parametrize(
        ("stored", "incoming", "with_cancelled", "without"),
        [
            ("$a(OCoLC)123", "$a(OCoLC)123", "A", "A"),
            ("$z(OCoLC)123", "$a(OCoLC)123", "A", ""),
            ("$a(OCoLC)123", "$z(OCoLC)123", "A", ""),
            ("$z(OCoLC)123", "$z(OCoLC)123", "A", ""),
            ("$a(OCoLC)5$z(OCoLC)123", "$a(OCoLC)5$z(OCoLC)123", "A", "A"),
            ("$a(OCoLC)5$z(OCoLC)123", "$a(OCoLC)6$z(OCoLC)123", "A", ""),
        ],
    )
    async def test_that_is_cancelled_counts_on_both_sides_or_on_neither(
        self, store: Store, stored: str, incoming: str, with_cancelled: str, without: str
    ) -> None:
        await shelve(store, A=f"=035  \\\\{stored}")
        assert await matches(store, f"=035  \\\\{incoming}", BY_OCLC) == with_cancelled
        assert await matches(store, f"=035  \\\\{incoming}", WITHOUT_CANCELLED) == without

    async def test_is_told_with_those_that_matched(self, store: Store) -> None:
        await shelve(store, A="=035  \\\\$a(OCoLC)20", B="=035  \\\\$z(OCoLC)ocm00000003 ", C="=035  \\\\$a(OCoLC)5")
        incoming = "=035  \\\\$a(OCoLC)100$z(OCoLC)20$a(DLC)7\n=035  \\\\$a(OCoLC)ocm00000003 "
        with_cancelled = await found(store, incoming)
        assert (with_cancelled.keys, with_cancelled.matched) == (("3", "20", "100"), ("3", "20"))
        without = await found(store, incoming, WITHOUT_CANCELLED)
        assert (without.keys, without.matched) == (("3", "100"), ())

    @pytest.mark.parametrize("profile", [BY_OCLC, BY_SYSTEM, BY_ISBN, BY_ISSN], ids=lambda p: p.non_serial_match)
    async def test_is_what_a_record_without_numbers_lacks(self, store: Store, profile: Profile) -> None:
        await shelve(store, A="=035  \\\\$a", B="=020  \\\\$a", C="=022  \\\\$a", D="=035  \\\\$a(OCoLC)5")
        for incoming in ("=245  00$aTides", "=035  \\\\$a\n=020  \\\\$a\n=022  \\\\$a"):
            assert await found(store, incoming, profile) == Match(profile.non_serial_match, ())

    async def test_of_another_zone_matches_nothing(self, store: Store) -> None:
        await shelve(store, A="=035  \\\\$a(OCoLC)5")
        record = mrk("=035  \\\\$a(OCoLC)5")
        there = await store.transact("abc", lambda t: match(t, BY_OCLC, record, identifiers(record)), seconds=1)
        assert there.stored == ()


class TestSystemNumber:
    @pytest.mark.parametrize(
        "number", ["(XYZ)b10000017", "(OCoLC)123", "(OCoLC)ocn000000123", "(OCoLC-M)7", "RB(OCoLC)7", "b10000017", "7 "]
    )
    async def test_matches_the_same_035_a(self, store: Store, number: str) -> None:
        await shelve(store, A=f"=035  \\\\$a{number}", B="=035  \\\\$a(XYZ)other")
        hit = await found(store, f"=035  9\\$a{number}", BY_SYSTEM)
        assert [bib.mms_id for bib in hit.stored] == ["A"]
        assert (hit.method, hit.keys, hit.matched) == ("other-system-identifier", (number,), (number,))

    @pytest.mark.parametrize(
        ("stored", "incoming"),
        [
            ("$a(XYZ)b10000017", "$a(XYZ)B10000017"),
            ("$a(XYZ)b10000017", "$a(xyz)b10000017"),
            ("$a(XYZ)b10000017", "$ab10000017"),
            ("$a(XYZ)b10000017", "$a(XYZ)b10000017 "),
            ("$a(XYZ)b10000017", "$a(XYZ) b10000017"),
            ("$a(XYZ)b10000017", "$a(ABC)b10000017"),
            ("$a(XYZ)b10000017", "$z(XYZ)b10000017"),
            ("$z(XYZ)b10000017", "$a(XYZ)b10000017"),
            ("$z(OCoLC)123", "$a(OCoLC)123"),
            ("$a(OCoLC)123", "$a(OCoLC)ocn000000123"),
            ("$a(OCoLC)123", "$a(OCoLC)0123"),
            ("$a(OCoLC)123", "$z(OCoLC)123"),
        ],
    )
    async def test_that_differs_in_anything_or_is_cancelled_does_not(
        self, store: Store, stored: str, incoming: str
    ) -> None:
        await shelve(store, A=f"=035  \\\\{stored}")
        assert await matches(store, f"=035  \\\\{incoming}", BY_SYSTEM) == ""

    async def test_is_told_with_those_that_matched(self, store: Store) -> None:
        await shelve(store, A="=035  \\\\$a(XYZ)b17\n=035  \\\\$a(OCoLC)ocn000000123", B="=035  \\\\$a(OCoLC)123")
        hit = await found(store, "=035  \\\\$a(OCoLC)123\n=035  \\\\$a(XYZ)b17\n=035  \\\\$a(DLC)9", BY_SYSTEM)
        assert [bib.mms_id for bib in hit.stored] == ["A", "B"]
        assert (hit.keys, hit.matched) == (("(DLC)9", "(XYZ)b17", "(OCoLC)123"), ("(XYZ)b17", "(OCoLC)123"))


class TestStandardNumber:
    @pytest.mark.parametrize("incoming", ["0306406152", "0-306-40615-2", "9780306406157", "978-0-306-40615-7 (pbk.)"])
    @pytest.mark.parametrize("stored", ["0306406152", "9780306406157", "0306406152 (hbk.) :"])
    async def test_isbn_matches_of_10_digits_and_of_13(self, store: Store, stored: str, incoming: str) -> None:
        await shelve(store, A=f"=020  \\\\$a{stored}", B="=020  \\\\$a9791090636071")
        hit = await found(store, f"=020  \\\\$a{incoming}", BY_ISBN)
        assert [bib.mms_id for bib in hit.stored] == ["A"]
        assert (hit.method, hit.keys, hit.matched) == ("isbn", ("9780306406157",), ("9780306406157",))

    @pytest.mark.parametrize(
        "incoming",
        [
            "=020  \\\\$a0306406153",  # wrong check digit
            "=020  \\\\$z0306406152",
            "=020  \\\\$a9790306406156",  # a printed music's number
            "=022  \\\\$a0306406152",
            "=035  \\\\$a0306406152",
        ],
    )
    async def test_isbn_that_is_another_wrong_or_cancelled_matches_nothing(self, store: Store, incoming: str) -> None:
        await shelve(store, A="=020  \\\\$a0306406152")
        assert await matches(store, incoming, BY_ISBN) == ""

    @pytest.mark.parametrize("incoming", ["0378-5955", "03785955", "0378-5955 (print)"])
    async def test_issn_matches_with_and_without_hyphen(self, store: Store, incoming: str) -> None:
        await shelve(store, A="=022  \\\\$a0378-5955", B="=022  \\\\$a2434-561X")
        hit = await found(store, f"=022  0\\$a{incoming}", BY_ISSN)
        assert [bib.mms_id for bib in hit.stored] == ["A"]
        assert (hit.method, hit.keys, hit.matched) == ("issn", ("0378-5955",), ("0378-5955",))

    @pytest.mark.parametrize("incoming", ["$a2434-561x", "$a2434561X"])
    async def test_issn_may_end_in_x_of_either_case(self, store: Store, incoming: str) -> None:
        await shelve(store, A="=022  \\\\$a2434-561X")
        assert await matches(store, f"=022  \\\\{incoming}", BY_ISSN) == "A"

    @pytest.mark.parametrize("incoming", ["=022  \\\\$a0378-5956", "=022  \\\\$y0378-5955", "=022  \\\\$z0378-5955"])
    async def test_issn_that_is_another_wrong_or_cancelled_matches_nothing(self, store: Store, incoming: str) -> None:
        await shelve(store, A="=022  \\\\$a0378-5955")
        assert await matches(store, incoming, BY_ISSN) == ""


EVERY_NUMBER = {
    "A": "=035  \\\\$a(OCoLC)5",
    "B": "=035  \\\\$z(OCoLC)5",
    "C": "=035  \\\\$a(OCoLC)ocm00000005 ",
    "D": "=020  \\\\$a0306406152",
    "E": "=022  \\\\$a0378-5955",
}
FOUND: dict[MatchMethod, str] = {
    "unique-oclc-identifier": "A B C",
    "other-system-identifier": "A",
    "isbn": "D",
    "issn": "E",
}
"""Method -> which of these a record finds that bears OCLC number 5 in 035 $a, this ISBN and this ISSN."""


class TestMethod:
    @pytest.mark.parametrize("level", "bis")
    @pytest.mark.parametrize("method", METHODS)
    async def test_for_serials_is_chosen_by_leader_07(self, store: Store, level: str, method: MatchMethod) -> None:
        for other in METHODS:
            profile = Profile(serial_match=method, non_serial_match=other)
            assert await self.finds(store, level, profile) == FOUND[method]

    @pytest.mark.parametrize("level", ["a", "c", "d", "m", " ", "B", "I", "S", "x"])
    @pytest.mark.parametrize("method", METHODS)
    async def test_for_all_else_is_chosen_by_leader_07(self, store: Store, level: str, method: MatchMethod) -> None:
        for other in METHODS:
            profile = Profile(serial_match=other, non_serial_match=method)
            assert await self.finds(store, level, profile) == FOUND[method]

    async def test_of_the_stored_record_s_kind_does_not_matter(self, store: Store) -> None:
        profile = Profile(serial_match="issn", non_serial_match="isbn")
        await shelve(store, A="=LDR  00000nas\\a2200000\\i\\4500\n=020  \\\\$a0306406152\n=022  \\\\$a9999-9994")
        assert await matches(store, "=020  \\\\$a0306406152", profile) == "A"

    @staticmethod
    async def finds(store: Store, level: str, profile: Profile) -> str:
        if not await store.records("xyz"):
            await shelve(store, **EVERY_NUMBER)
        bare = mrk("=020  \\\\$a9780306406157\n=022  \\\\$a03785955\n=035  \\\\$a(OCoLC)5")
        record = Record(bare.leader[:7] + level.encode() + bare.leader[8:], bare.fields)
        return " ".join([bib.mms_id for bib in (await found(store, record, profile)).stored])


class TestSeveral:
    async def test_holders_are_found_once_each_by_rising_mms_id(self, store: Store) -> None:
        await shelve(
            store,
            C="=035  \\\\$a(OCoLC)1",
            A="=035  \\\\$a(OCoLC)2",
            B="=035  \\\\$z(OCoLC)1$a(OCoLC)2",
            D="=035  \\\\$a(OCoLC)3",
        )
        assert await matches(store, "=035  \\\\$a(OCoLC)1$z(OCoLC)2") == "A B C"

    async def test_are_refused_and_each_is_named(self, store: Store) -> None:
        await shelve(store, A="=035  \\\\$a(OCoLC)1", B="=035  \\\\$z(OCoLC)2", C="=035  \\\\$a(OCoLC)3")
        before = await store.records("xyz")
        receipt = await export(store, "=035  \\\\$a(OCoLC)1$a(OCoLC)2$a(OCoLC)4\n=245  00$aTides")
        assert said(receipt) == "refused several_matches"
        assert receipt.facts.hits == (Hit("A", "Title of A"), Hit("B", "Title of B"))
        assert (receipt.facts.keys, receipt.facts.matched) == (("1", "2", "4"), ("1", "2"))
        assert receipt.facts.match_method == "unique-oclc-identifier"
        assert await store.records("xyz") == before

    async def test_is_no_longer_a_record_that_has_lost_the_number(self, store: Store) -> None:
        await shelve(store, A="=035  \\\\$a(OCoLC)1", B="=035  \\\\$a(OCoLC)1$a(OCoLC)2")
        (_, second) = await store.records("xyz")
        corrected = mrk("=035  \\\\$a(OCoLC)2\n=245  00$aTitle of B")
        next_version = replace(
            second, version=2, marc=corrected.serialize(), identifiers=identifiers(corrected), submission="t"
        )
        await store.transact("xyz", lambda transaction: transaction.put(next_version), seconds=1)
        assert await matches(store, "=035  \\\\$a(OCoLC)1") == "A"
        assert said(await export(store, "=035  \\\\$a(OCoLC)1\n=245  00$aTides")) == "merged A"
