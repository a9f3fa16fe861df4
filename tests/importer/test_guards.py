"""What keeps an incoming record from replacing the one it matches."""

from collections.abc import Iterable
from datetime import datetime

import pytest
from msgspec.structs import replace

from gateway.importer.decide import Case, decide, examine
from gateway.importer.guards import BRIEF_LEVELS, Incoming, Obstacle, obstacle
from gateway.importer.profile import prepare
from gateway.marc.identifiers import identifiers
from gateway.model import BibRecord, BriefLevels, Facts, Flag, OlderVersion, Profile, Reason, Receipt
from gateway.stores.base import Store
from tests.importer.desk import NOON, XYZ, said
from tests.marc.mnemonic import mrk, raw

MMS_ID = "9910000000015867"
BLANK = "\\"
NUMBER = r"=035  9\$a(OCoLC)5"


def leader(level: str) -> str:
    """The line of a Leader with this encoding level."""
    return rf"=LDR  00000nam\a2200000{level.replace(' ', BLANK)}i\4500"


def bib(
    level: str = " ", version: str = "", system: str = "", *, flags: Iterable[Flag] = (), fields: str = NUMBER
) -> BibRecord:
    """A stored record with this Leader/17, of this version of its originating system."""
    record = mrk(f"{leader(level)}\n{fields}\n=245  00$aOurs")
    return BibRecord(
        MMS_ID, 1, record.serialize(), "Ours", identifiers(record), system, version, NOON, "s", flags=frozenset(flags)
    )


async def shelve(store: Store, stored: BibRecord) -> None:
    await store.transact("xyz", lambda transaction: transaction.put(stored), seconds=1)


async def export(store: Store, record: bytes, profile: Profile, at: datetime = NOON) -> Receipt:
    prepared = prepare("p", profile, {})
    case = Case(XYZ, prepared, examine(record, prepared), Facts(), at, "export")
    return await store.transact("xyz", lambda transaction: decide(transaction, case), seconds=1)


async def newest(store: Store) -> BibRecord:
    record = await store.record("xyz", MMS_ID)
    assert record is not None
    return record


OTHER = "JE069ikmU|#"
"""Some of the values of Leader/17 that a table may leave to `other`."""


def levels(words: str) -> dict[str, int]:
    """Leader/17 -> brief level, read from the words of the spec."""
    groups = [group.split() for group in words.split(" · ")]
    meant = {"blank": " ", "other": OTHER}
    return {value: int(level) for *names, level in groups for name in names for value in meant.get(name, name)}


LEVELS: dict[BriefLevels, dict[str, int]] = {
    "carli": levels("blank 1 I L 10 · 2 4 M 07 · 7 K 05 · 8 04 · 3 03 · 5 02 · u z other 01"),
    "csu": levels("blank 10 · I L 09 · 1 08 · 4 07 · K M 06 · 2 7 05 · 8 04 · 3 03 · 5 u z other 02 · J 01"),
}
"""Source: spec, "Guards"."""
ALL_LEVELS = sorted({level for table in LEVELS.values() for level in table})


class TestBriefLevel:
    def test_tables_are_those_of_the_spec(self) -> None:
        assert {*BRIEF_LEVELS} == {*LEVELS}

    @pytest.mark.parametrize(("table", "value"), [(table, value) for table in LEVELS for value in LEVELS[table]])
    def test_is_read_from_leader_17(self, table: BriefLevels, value: str) -> None:
        assert BRIEF_LEVELS[table].of(value) == LEVELS[table][value]

    @pytest.mark.parametrize(("table", "ours"), [(table, value) for table in LEVELS for value in LEVELS[table]])
    def test_of_a_fuller_record_protects_it_and_equal_ones_pass(self, table: BriefLevels, ours: str) -> None:
        profile, stored = Profile(brief_levels=table), bib(ours)
        for theirs, level in LEVELS[table].items():
            before = LEVELS[table][ours]
            refused = Obstacle(Reason.LOWER_BRIEF_LEVEL, (ours, theirs), (before, level)) if before > level else None
            assert obstacle(profile, stored, Incoming(theirs, "", "")) == refused

    @pytest.mark.parametrize("ours", ALL_LEVELS)
    def test_switched_off_protects_nothing(self, ours: str) -> None:
        profile, stored = Profile(brief_levels="off"), bib(ours)
        assert [theirs for theirs in ALL_LEVELS if obstacle(profile, stored, Incoming(theirs, "", ""))] == []

    async def test_that_protects_is_told_with_both_values(self, store: Store) -> None:
        await shelve(store, bib(" "))
        receipt = await export(store, raw(f"{leader('3')}\n{NUMBER}\n=245  00$aTheirs"), Profile())
        assert said(receipt) == "refused lower_brief_level"
        assert (receipt.facts.compared, receipt.facts.levels) == ((" ", "3"), (10, 3))
        assert [hit.mms_id for hit in receipt.facts.hits] == [MMS_ID]

    async def test_is_that_of_the_record_as_it_was_merged_last(self, store: Store) -> None:
        await shelve(store, bib("3"))
        outcomes = [
            said(await export(store, raw(f"{leader(level)}\n{NUMBER}\n=245  00$aLevel {level}"), Profile()))
            for level in ("3", "8", "3", "4", "2", "8")
        ]
        refused = "refused lower_brief_level"
        assert outcomes == [f"merged {MMS_ID}", f"merged {MMS_ID}", refused, *[f"merged {MMS_ID}"] * 2, refused]


EARLIER, LATER = "20260301115959.9", "20260301120000.0"

VERSIONS = {
    "earlier": (("OCoLC", LATER), ("OCoLC", EARLIER), True, True),
    "earlier by a tenth": (("OCoLC", "20260301120000.1"), ("OCoLC", "20260301120000.0"), True, True),
    "earlier by years": (("OCoLC", "20260301120000.0"), ("OCoLC", "19991231235959.9"), True, True),
    "equal": (("OCoLC", LATER), ("OCoLC", LATER), False, False),
    "later": (("OCoLC", EARLIER), ("OCoLC", LATER), False, False),
    "earlier of another system": (("OCoLC", LATER), ("DLC", EARLIER), False, True),
    "later of another system": (("OCoLC", EARLIER), ("DLC", LATER), False, False),
    "earlier of a system in other capitals": (("OCoLC", LATER), ("OCOLC", EARLIER), False, True),
    "earlier of no system": (("OCoLC", LATER), ("", EARLIER), False, True),
    "earlier where ours is of no system": (("", LATER), ("OCoLC", EARLIER), False, True),
    "earlier of no system, nor is ours": (("", LATER), ("", EARLIER), True, True),
    "no stored version": (("OCoLC", ""), ("OCoLC", EARLIER), False, False),
    "no incoming version": (("OCoLC", LATER), ("OCoLC", ""), False, False),
    "neither version": (("OCoLC", ""), ("OCoLC", ""), False, False),
    "stored version that is none": (("OCoLC", "9"), ("OCoLC", EARLIER), False, False),
    "incoming version that is none": (("OCoLC", LATER), ("OCoLC", "0"), False, False),
    "incoming version of a day": (("OCoLC", LATER), ("OCoLC", "20250101"), False, False),
    "stored version without tenths": (("OCoLC", "20260301120000"), ("OCoLC", EARLIER), True, True),
    "incoming version without tenths": (("OCoLC", "20260301120001.0"), ("OCoLC", "20260301120000"), True, True),
    "equal, stored without tenths": (("OCoLC", "20260301120000"), ("OCoLC", "20260301120000.0"), False, False),
    "equal, incoming without tenths": (("OCoLC", "20260301120000.0"), ("OCoLC", "20260301120000"), False, False),
}
"""What it shows -> stored 003 and 005, incoming ones, whether refused by the first and by the second setting."""
SETTINGS: tuple[OlderVersion, ...] = ("consider-originating-system", "ignore-originating-system", "disabled")


class TestOlderVersion:
    @pytest.mark.parametrize("what", VERSIONS)
    def test_protects_a_later_one(self, what: str) -> None:
        (our_system, ours), (their_system, theirs), considering, ignoring = VERSIONS[what]
        stored, incoming = bib(version=ours, system=our_system), Incoming(" ", their_system, theirs)
        refused = Obstacle(Reason.OLDER_VERSION, (ours, theirs))
        for setting, protects in zip(SETTINGS, (considering, ignoring, False), strict=True):
            found = obstacle(Profile(older_version=setting), stored, incoming)
            assert found == (refused if protects else None)

    @pytest.mark.parametrize(
        ("live", "stored", "outcome"),
        [
            ("20990101000000.0", EARLIER, f"merged {MMS_ID}"),
            ("19990101000000.0", "20260301120000.1", "refused older_version"),
        ],
    )
    async def test_is_not_that_of_the_live_005(self, store: Store, live: str, stored: str, outcome: str) -> None:
        ours = bib(version=stored, system="OCoLC", fields=f"=005  {live}\n{NUMBER}")
        await shelve(store, ours)
        assert said(await export(store, theirs(LATER), Profile())) == outcome

    async def test_that_protects_is_told_with_both_values(self, store: Store) -> None:
        await shelve(store, bib(version=LATER, system="OCoLC"))
        receipt = await export(store, theirs(EARLIER), Profile())
        assert said(receipt) == "refused older_version"
        assert (receipt.facts.compared, receipt.facts.levels) == ((LATER, EARLIER), None)

    async def test_is_that_of_the_last_export_though_it_changed_nothing(self, store: Store) -> None:
        january, february, march = (f"2026{month:02}01000000.0" for month in (1, 2, 3))
        await shelve(store, bib())
        assert said(await export(store, theirs(january), Profile())) == f"merged {MMS_ID}"
        merged = await newest(store)
        assert said(await export(store, theirs(march), Profile())) == f"unchanged {MMS_ID}"
        assert await newest(store) == replace(merged, originating_version=march)
        receipt = await export(store, theirs(february, title="Theirs, corrected"), Profile())
        assert said(receipt) == "refused older_version"
        assert receipt.facts.compared == (march, february)
        assert said(await export(store, theirs(february), Profile())) == "refused older_version"
        assert said(await export(store, theirs(march, title="Theirs, corrected"), Profile())) == f"merged {MMS_ID}"
        assert [version.originating_version for version in await store.versions("xyz", MMS_ID)] == ["", march, march]

    async def test_is_that_of_the_last_export_where_only_the_old_value_is_kept(self, store: Store) -> None:
        profile = Profile(merge_method="keep-only-old-value")
        before = bib(version=EARLIER, system="OCoLC")
        await shelve(store, before)
        assert said(await export(store, theirs(LATER), profile)) == f"unchanged {MMS_ID}"
        (after,) = await store.versions("xyz", MMS_ID)
        assert after == replace(before, originating_version=LATER, management_tag="publish-bibliographic-records")
        assert said(await export(store, theirs(EARLIER), profile)) == "refused older_version"


def theirs(version: str, level: str = " ", title: str = "Theirs") -> bytes:
    """An OCLC export of the stored record, of this version and encoding level."""
    return raw(f"{leader(level)}\n=003  OCoLC\n=005  {version}\n{NUMBER}\n=245  00$a{title}")


FLAGS = {Flag.CZ_LINKED: Reason.CZ_LINKED, Flag.LOCKED: Reason.LOCKED}


class TestFlags:
    @pytest.mark.parametrize("flag", FLAGS)
    async def test_protects_the_record_until_it_is_taken_off(self, store: Store, flag: Flag) -> None:
        stored = bib(flags=[flag])
        await shelve(store, stored)
        receipt = await export(store, theirs(LATER), Profile())
        assert said(receipt) == f"refused {FLAGS[flag]}"
        assert (receipt.facts.compared, receipt.facts.levels) == (None, None)
        assert await store.versions("xyz", MMS_ID) == [stored]
        await shelve(store, replace(stored, flags=frozenset()))
        assert said(await export(store, theirs(LATER), Profile())) == f"merged {MMS_ID}"

    @pytest.mark.parametrize("flag", FLAGS)
    async def test_protects_the_record_from_what_would_change_nothing_too(self, store: Store, flag: Flag) -> None:
        await shelve(store, bib(flags=[flag]))
        receipt = await export(store, theirs(LATER), Profile(merge_method="keep-only-old-value"))
        assert said(receipt) == f"refused {FLAGS[flag]}"

    async def test_of_a_record_that_is_not_matched_protects_nothing(self, store: Store) -> None:
        await shelve(store, bib(flags=Flag, fields="=035  9\\$a(OCoLC)6"))
        assert (await export(store, theirs(LATER), Profile())).outcome.filed


async def test_first_of_several_obstacles_is_told(store: Store) -> None:
    stored = bib(" ", LATER, "OCoLC", flags=Flag)
    await shelve(store, stored)
    for record, profile, reason in (
        (theirs(EARLIER, "3"), Profile(), Reason.LOWER_BRIEF_LEVEL),
        (theirs(EARLIER, "3"), Profile(brief_levels="off"), Reason.OLDER_VERSION),
        (theirs(EARLIER, " "), Profile(), Reason.OLDER_VERSION),
        (theirs(EARLIER, " "), Profile(older_version="disabled"), Reason.CZ_LINKED),
        (theirs(LATER, " "), Profile(), Reason.CZ_LINKED),
    ):
        assert said(await export(store, record, profile)) == f"refused {reason}"
    assert await store.versions("xyz", MMS_ID) == [stored]
    await shelve(store, replace(stored, flags=frozenset([Flag.LOCKED])))
    assert said(await export(store, theirs(LATER), Profile())) == "refused locked"
    await shelve(store, replace(stored, flags=frozenset()))
    assert said(await export(store, theirs(LATER), Profile())) == f"merged {MMS_ID}"
