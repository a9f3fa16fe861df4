"""What an answer rests on that depends on the records that are stored: match, guards, merge, network zone."""

from collections.abc import Mapping

import pytest

from gateway.importer import behaviours
from gateway.importer.edit import flag
from gateway.importer.evidence import rests_on
from gateway.model import Flag, MatchMethod, MergeMethod, OlderVersion, Outcome, Profile, Reason
from gateway.stores.base import Store
from tests.importer.desk import PROFILES, Desk
from tests.importer.exports import FILED, TIDES, tides
from tests.importer.grounds import briefer, grounds, known
from tests.marc.mnemonic import raw

SEA = TIDES.replace("Tides.", "Sea.")
ISSN = "=LDR  00000nas\\a2200000\\i\\4500\n=022  \\\\$a1234-5679\n=245  00$aTides"
OWN = MergeMethod(title="Ours", keep=("001",), leave_out=("001",))


class TestMatch:
    @pytest.mark.parametrize(
        ("method", "told"),
        [("isbn", ["Match method 020 ISBN: 020 $a, ten and thirteen digits alike"]), ("unique-oclc-identifier", [])],
    )
    async def test_by_a_method(self, store: Store, method: MatchMethod, told: list[str]) -> None:
        profiles = {**PROFILES, "carli-iz": Profile(serial_match=method, non_serial_match=method)}
        desk = Desk(store, profiles=profiles)
        await desk.export(raw(TIDES))
        assert await grounds(desk, known(profiles)) == told

    async def test_of_serials_and_of_others_by_different_ones(self, store: Store) -> None:
        profiles = {**PROFILES, "carli-iz": Profile(serial_match="issn")}
        desk = Desk(store, profiles=profiles)
        await desk.export(raw(TIDES))
        assert await grounds(desk, known(profiles)) == []
        await desk.export(raw(ISSN))
        told = await grounds(desk, known(profiles))
        assert [behaviours.SERIALS.words, "Match method 022 ISSN: 022 $a"] == [
            words for words in told if words != behaviours.CHOSEN.words
        ]

    async def test_that_finds_several(self, desk: Desk) -> None:
        await desk.export(tides("$a(OCoLC)1"))
        await desk.export(tides("$a(OCoLC)2"))
        assert (await desk.export(tides("$a(OCoLC)1$z(OCoLC)2"))).reason is Reason.SEVERAL_MATCHES
        assert await grounds(desk) == ["The reply several_matches"]


class TestGuards:
    @pytest.mark.parametrize(("flagged", "reason"), [(Flag.LOCKED, "locked"), (Flag.CZ_LINKED, "cz_linked")])
    async def test_that_are_documented_refuse_in_words_of_ours(self, desk: Desk, flagged: Flag, reason: str) -> None:
        await desk.export(raw(TIDES))
        await desk.store.transact("xyz", lambda transaction: flag(transaction, FILED, [flagged]), seconds=1)
        assert (await desk.export(raw(SEA))).reason == reason
        assert await grounds(desk) == [f"The reply {reason}"]

    async def test_brief_levels(self, desk: Desk) -> None:
        await desk.export(raw(TIDES))
        assert (await desk.export(briefer(TIDES))).reason is Reason.LOWER_BRIEF_LEVEL
        assert await grounds(desk) == ["The reply lower_brief_level"]
        *_, refused = await desk.attempts()
        assert "Brief levels carli" in [one.words for one in rests_on(refused, known(), ())]

    @pytest.mark.parametrize(
        ("setting", "told"),
        [("consider-originating-system", []), ("ignore-originating-system", [behaviours.IGNORED_SYSTEM.words])],
    )
    async def test_older_versions(self, store: Store, setting: OlderVersion, told: list[str]) -> None:
        profiles = {**PROFILES, "carli-iz": Profile(older_version=setting)}
        desk = Desk(store, profiles=profiles)
        await desk.export(raw(TIDES))
        assert (await desk.export(raw(SEA.replace("20260302", "20250302")))).reason is Reason.OLDER_VERSION
        assert await grounds(desk, known(profiles)) == [*told, "The reply older_version"]

    async def test_a_005_that_cannot_be_compared(self, desk: Desk) -> None:
        await desk.export(raw(TIDES))
        await desk.export(raw(SEA.replace("20260302141507.0", "yesterday")))
        assert behaviours.NO_005.words in await grounds(desk)
        await desk.export(raw(TIDES))  # the stored one cannot be, now
        assert await grounds(desk) == [behaviours.NO_005.words]
        await desk.export(raw(SEA))
        assert await grounds(desk) == []


class TestMerging:
    async def test_what_changes_nothing(self, desk: Desk) -> None:
        await desk.export(raw(TIDES))
        await desk.export(raw(TIDES))
        assert await grounds(desk) == [behaviours.NOT_CHANGED.words]

    async def test_whose_leader_a_merged_record_has(self, desk: Desk) -> None:
        await desk.export(briefer(TIDES))
        assert (await desk.export(raw(TIDES))).outcome is Outcome.MERGED
        assert await grounds(desk) == [behaviours.LEADER.words]

    @pytest.mark.parametrize(
        ("method", "told"),
        [
            ("replace-all", ["Merge method Replace all"]),
            ("conditional-subject-headings", [behaviours.READINGS["conditional-subject-headings"].words]),
            ("consortium-nz-overlay", []),
            ("ours", []),
        ],
    )
    async def test_by_a_method(self, store: Store, method: str, told: list[str]) -> None:
        profiles = {**PROFILES, "carli-iz": Profile(merge_method=method)}
        desk = Desk(store, profiles=profiles, own_methods={"ours": OWN})
        await desk.export(raw(TIDES))
        assert (await desk.export(raw(SEA))).outcome is Outcome.MERGED
        assert await grounds(desk, known(profiles, {"ours": OWN})) == told

    async def test_by_a_method_of_the_settings_with_the_name_of_a_built_in_one(self, store: Store) -> None:
        profiles = {**PROFILES, "carli-iz": Profile(merge_method="replace-all")}
        desk = Desk(store, profiles=profiles, own_methods={"replace-all": OWN})
        await desk.export(raw(TIDES))
        await desk.export(raw(SEA))
        assert await grounds(desk, known(profiles, {"replace-all": OWN})) == []

    async def test_by_the_method_that_a_built_in_profile_chooses(self, desk: Desk) -> None:
        network = ("01CARLI_NETWORK", "network-secret")
        await desk.export(raw(TIDES), *network, host="i-share-network")
        await desk.export(raw(SEA), *network, host="i-share-network")
        assert await grounds(desk) == [behaviours.CHOICES["carli-nz", "consortium-nz-overlay"].words]

    async def test_only_rules_that_changed_the_record_took_part(self, desk: Desk) -> None:
        await desk.export(raw(f"{TIDES}    =019  \\\\$a5"))
        await desk.export(tides("$a(OCoLC)7"))
        normalized = [
            [one.words for one in rests_on(kept, known(), ()) if one.words.startswith("Normalization")]
            for kept in await desk.attempts()
        ]
        assert normalized == [
            ["Normalization 001 and 003 to 035 $a", "Normalization Marc21 Bib Copy 019a to 035z"],
            [],
        ]


class TestUseNetworkZone:
    PROFILES: Mapping[str, Profile] = {**PROFILES, "carli-iz": Profile(use_network_zone=True)}

    async def test_files_there_and_links(self, store: Store) -> None:
        desk = Desk(store, profiles=self.PROFILES)
        await desk.export(raw(TIDES))
        assert await grounds(desk, known(self.PROFILES)) == [
            behaviours.NETWORK_PROFILE.words,
            behaviours.NETWORK_MMS_ID.words,
            behaviours.LINKED.words,
        ]

    async def test_or_does_not_link(self, store: Store) -> None:
        await Desk(store).export(raw(TIDES))
        desk = Desk(store, profiles=self.PROFILES)
        desk.submission(b"", None)  # the number of that export is taken
        await store.transact("xyz", lambda transaction: flag(transaction, FILED, [Flag.LOCKED]), seconds=1)
        await desk.export(raw(SEA))
        assert await grounds(desk, known(self.PROFILES)) == [
            behaviours.NETWORK_PROFILE.words,
            behaviours.NETWORK_MMS_ID.words,
            behaviours.NOT_LINKED.words,
        ]
