"""Records of files into a zone: by its profile as if each had been exported, or as they are."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path

import trio
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from gateway.importer.edit import flag
from gateway.importer.loading import PEER, Loaded, Loader
from gateway.importer.profile import Prepared, Profiles, prepare
from gateway.marc.record import Field, Record
from gateway.model import BibRecord, Facts, Flag, Identifier, Outcome, Profile, Zone
from gateway.stores import open_store
from gateway.stores.base import Store
from tests.importer.desk import ABC, NETWORK, NOON, PROFILES, XYZ, Desk, said
from tests.importer.exports import FILED, tides
from tests.marc.mnemonic import raw, records_in, sample, shown
from tests.stores.nouns import PATIENCE

SECOND = "9910000000025867"
MINUTES = count()
LONGEST = Record(
    Record.parse(sample("longest")).leader,
    [Field("500", b"  \x1fa" + b"x" * 9_900)] * 10 + [Field("245", b"10\x1fa" + b"Sea" * 250)],
).serialize()
"""As long as can be but for the room that 001 and 005 take."""


def now() -> datetime:
    """The time; each call is a minute later than the one before."""
    return NOON + timedelta(minutes=next(MINUTES))


def profile_of(zone: Zone) -> Prepared:
    """The profile by which the desk's zone takes records."""
    [key] = zone.profiles
    return prepare(key, PROFILES[key], {})


async def load(store: Store, records: Sequence[bytes], zone: Zone = XYZ, *, together: int = 100) -> list[Loaded]:
    """File them by the zone's profile, so many at once."""
    loader = Loader(store, zone, now, seconds=PATIENCE)
    loaded = []
    for start in range(0, len(records), together):
        loaded += await loader.by_profile(records[start : start + together], profile_of(zone))
    return loaded


async def keep(store: Store, *records: bytes, zone: Zone = XYZ) -> list[Loaded]:
    """Keep them as they are."""
    return await Loader(store, zone, now, seconds=PATIENCE).as_is(records)


def outcomes(loaded: Sequence[Loaded]) -> list[str]:
    """What became of each, a line each."""
    return [said(one.receipt) for one in loaded]


def undated(record: BibRecord) -> BibRecord:
    """A version without what differs between two imports of the same: times, and the submission's ID."""
    marc = Record.parse(record.marc)
    fields = [field for field in marc.fields if field.tag != "005"]
    return replace(record, marc=Record(marc.leader, fields).serialize(), at=NOON, submission="")


async def everything(store: Store, zone: str = "xyz") -> list[list[BibRecord]]:
    """All records of a zone with all versions, undated."""
    found = []
    for record in await store.records(zone, limit=10_000):
        found.append([undated(version) for version in await store.versions(zone, record.mms_id)])
    return found


class TestByProfile:
    async def test_each_is_filed_as_an_export_would_be(self, store: Store) -> None:
        loaded = await load(store, [tides("$a(OCoLC)1"), tides("$a(OCoLC)2"), tides("$a(OCoLC)1", "Waves")])
        assert outcomes(loaded) == [f"created {FILED}", f"created {SECOND}", f"merged {FILED}"]
        assert [record.title for record in await store.records("xyz")] == ["Waves", "Notebook of tides"]
        assert [version.made_by for version in await store.versions("xyz", FILED)] == [
            *("create", "overlay-all-fields-but-local"),
        ]

    async def test_attempts_are_kept_in_their_order(self, store: Store) -> None:
        records = [tides("$a(OCoLC)1"), b"junk", tides("$a(OCoLC)2")]
        loaded = await load(store, records)
        attempts = [*reversed(await store.attempts(zone="xyz"))]
        assert [(one.submission, one.receipt) for one in attempts] == [*loaded]
        assert [one.submission.raw for one in attempts] == records
        assert {one.submission.peer for one in attempts} == {PEER}
        assert {one.submission.host for one in attempts} == {"i-share-xyz"}
        assert {one.submission.logon_id for one in attempts} == {""}
        assert len({one.submission.id for one in attempts}) == 3
        assert attempts[0].receipt.facts.profile == "carli-iz"
        [first, _] = await store.records("xyz")
        assert first.submission == attempts[0].submission.id

    async def test_a_record_sees_those_before_it_in_the_same_transaction(self, store: Store) -> None:
        one, other = tides("$a(OCoLC)1"), tides("$a(OCoLC)2")
        both = tides("$a(OCoLC)1\x1fz(OCoLC)3")
        loaded = await load(store, [one, one, both, tides("$a(OCoLC)3"), other, tides("$a(OCoLC)2\x1fa(OCoLC)3")])
        assert outcomes(loaded) == [
            *(f"created {FILED}", f"unchanged {FILED}", f"merged {FILED}", f"merged {FILED}", f"created {SECOND}"),
            "refused several_matches",
        ]
        assert [len(versions) for versions in await everything(store)] == [3, 1]

    async def test_numbers_that_a_merge_took_away_match_no_more(self, store: Store) -> None:
        """A merge leaves the former 035 out, and the next record of the same transaction finds it gone."""
        loaded = await load(
            store, [tides("$a(OCoLC)1\x1fz(OCoLC)2"), tides("$a(OCoLC)1"), tides("$a(OCoLC)2")], together=3
        )
        assert outcomes(loaded) == [f"created {FILED}", f"merged {FILED}", f"created {SECOND}"]

    async def test_guards_hold(self, store: Store) -> None:
        await load(store, [tides("$a(OCoLC)1")])
        await store.transact("xyz", lambda t: flag(t, FILED, {Flag.LOCKED}), seconds=PATIENCE)
        assert outcomes(await load(store, [tides("$a(OCoLC)1", "Waves")])) == ["refused locked"]

    async def test_damaged_records_are_refused_and_disturb_no_other(self, store: Store) -> None:
        names = ("broken-truncated", "cjk", "refused-marc8", "refused-no-245", "refused-authority", "hebrew")
        loaded = await load(store, [sample(name) for name in names])
        assert outcomes(loaded) == [
            *("refused structure", f"created {FILED}", "refused charset", "refused required"),
            *("refused not_bibliographic", f"created {SECOND}"),
        ]
        assert len(await store.attempts()) == 6

    async def test_into_a_network_zone(self, store: Store) -> None:
        [loaded] = await load(store, [tides("$a(OCoLC)1")], NETWORK)
        assert said(loaded.receipt) == "created 9910000000015816"
        assert loaded.receipt.facts.to_network
        assert loaded.submission.host == "i-share-network"

    @settings(max_examples=30)
    @given(
        st.lists(
            st.builds(
                lambda numbers, title: tides("\x1f".join(numbers) and "$" + "\x1f".join(numbers), title),
                st.lists(
                    st.sampled_from(["a(OCoLC)1", "a(OCoLC)2", "a(OCoLC)3", "z(OCoLC)1", "z(OCoLC)2"]), max_size=2
                ),
                st.sampled_from(["Tides", "Waves"]),
            ),
            max_size=12,
        ),
        st.integers(1, 12),
    )
    def test_is_the_same_however_many_come_together(self, records: list[bytes], together: int) -> None:
        async def main() -> None:
            async with open_store("memory:") as one_by_one, open_store("memory:") as batch:
                desk = Desk(one_by_one)
                exported = [said(await desk.export(record)) for record in records]
                assert outcomes(await load(batch, records, together=together)) == exported
                assert await everything(batch) == await everything(one_by_one)

        trio.run(main)

    async def test_thousands_of_real_records_come_to_what_their_exports_come_to(self, conformance: Path) -> None:
        records = [*records_in(conformance / "marc" / "uva_2000_utf8.mrc")]
        async with open_store("memory:") as one_by_one, open_store("memory:") as batch:
            desk = Desk(one_by_one)
            exported = [said(await desk.export(record)) for record in records]
            loaded = await load(batch, records)
            assert outcomes(loaded) == exported
            assert Counter(one.receipt.outcome for one in loaded) == {Outcome.CREATED: 1_998, Outcome.MERGED: 2}
            assert await everything(batch) == await everything(one_by_one)


class TestThroughTheNetworkZone:
    async def test_records_are_filed_there_and_linked(self, store: Store) -> None:
        own = prepare("carli-iz", Profile(use_network_zone=True), {})
        profiles = Profiles({"xyz": XYZ, "network": NETWORK}, {"carli-iz": own, "carli-nz": profile_of(NETWORK)})
        records = [tides("$a(OCoLC)1"), b"junk", tides("$a(OCoLC)1", "Waves")]
        loader = Loader(store, XYZ, now, seconds=PATIENCE)
        loaded = await loader.through_network(records, own, NETWORK, profiles)
        theirs = "9910000000015816"
        assert outcomes(loaded) == [f"created {theirs}", "refused structure", f"merged {theirs}"]
        assert [one.receipt.zone for one in loaded] == ["xyz"] * 3
        [linked] = await store.records("xyz")
        assert (linked.mms_id, linked.linked_to, linked.title) == (FILED, theirs, "Waves")
        assert [one.submission.raw for one in reversed(await store.attempts(zone="xyz"))] == records
        assert await store.pending() == []


class TestAsIs:
    async def test_each_is_a_new_record_whatever_the_zone_holds(self, store: Store) -> None:
        await load(store, [tides("$a(OCoLC)1")])
        loaded = await keep(store, tides("$a(OCoLC)1"), tides("$a(OCoLC)1"))
        assert outcomes(loaded) == [f"created {SECOND}", "created 9910000000035867"]
        assert len(await store.find("xyz", [Identifier("oclc", "1")])) == 3

    async def test_no_attempt_is_kept(self, store: Store) -> None:
        await keep(store, tides("$a(OCoLC)1"), b"junk")
        assert await store.attempts() == []
        [record] = await store.records("xyz")
        assert (record.submission, record.made_by, record.version) == ("", "create", 1)

    async def test_fields_are_those_of_the_file(self, store: Store) -> None:
        record = raw(r"""
            =008  100304c20109999iluqr\p\\\\\\\0\\\a0eng\c
            =019  \\$a77
            =029  1\$aXYZ
            =245  10$aNotebook of tides
            =035  \\$a(OCoLC)1
            =500  \\$a
        """)
        await keep(store, record)
        [kept] = await store.records("xyz")
        fields = Record.parse(kept.marc).fields
        assert fields[:2] == (Field("001", FILED.encode()), fields[1])
        assert fields[2:] == Record.parse(record).fields
        assert kept.identifiers == {Identifier("oclc", "1")}

    async def test_number_in_001_is_not_lost(self, store: Store) -> None:
        numbered = "=001  {}\n=003  OCoLC\n{}=245  10$aSea"
        await keep(
            store, raw(numbered.format("ocm00000007", "")), raw(numbered.format("ocm8", "=035  \\\\$a(OCoLC)8\n"))
        )
        assert [shown(Record.parse(record.marc)).splitlines()[-2:] for record in await store.records("xyz")] == [
            [r"=035  \\$a(OCoLC)ocm00000007", "=245  10$aSea"],
            [r"=035  \\$a(OCoLC)8", "=245  10$aSea"],
        ]

    async def test_what_a_zone_cannot_hold_is_refused(self, store: Store) -> None:
        names = ("broken-truncated", "refused-marc8", "refused-authority", "refused-no-245", "longest")
        assert outcomes(await keep(store, *map(sample, names))) == [
            *("refused structure", "refused charset", "refused not_bibliographic"),
            *(f"created {FILED}", f"created {SECOND}"),
        ]

    async def test_later_exports_match_them(self, store: Store) -> None:
        await keep(store, tides("$a(OCoLC)1"))
        assert said(await Desk(store).export(tides("$a(OCoLC)1", "Waves"))) == f"merged {FILED}"

    async def test_in_another_zone(self, store: Store) -> None:
        await keep(store, tides("$a(OCoLC)1"), zone=ABC)
        assert [record.mms_id for record in await store.records("sandbox-abc")] == ["9910000000015900"]

    async def test_facts_are_none_but_the_match_that_was_not_made(self, store: Store) -> None:
        [loaded] = await keep(store, tides("$a(OCoLC)1"))
        assert loaded.receipt.facts == Facts(match_method="unique-oclc-identifier", keys=("1",))


class TestTooLong:
    """A record whose MMS ID makes it too long is refused, and no other is; its number goes to the next one."""

    RECORDS = (sample("cjk"), LONGEST, sample("hebrew"))
    COME_TO = (f"created {FILED}", "refused too_long", f"created {SECOND}")

    async def test_by_profile(self, store: Store) -> None:
        loaded = await load(store, self.RECORDS)
        assert outcomes(loaded) == [*self.COME_TO]
        assert [one.receipt for one in reversed(await store.attempts())] == [one.receipt for one in loaded]
        assert [said(await Desk(store).export(LONGEST))] == ["refused too_long"]

    async def test_as_is(self, store: Store) -> None:
        assert outcomes(await keep(store, *self.RECORDS)) == [*self.COME_TO]
        assert await store.attempts() == []
