"""What an answer rests on, and what of that is only assumed."""

from pathlib import Path

import pytest
import trio
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.importer import behaviours, evidence, report
from gateway.importer.evidence import assumed, rests_on
from gateway.importer.replies import REPLIES, key
from gateway.model import Finding, Outcome, Profile, Reason, Receipt, Severity
from gateway.stores import open_store
from gateway.stores.base import Store
from tests.importer.desk import ACCOUNTS, PROFILES, Desk, said
from tests.importer.exports import FILED, TIDES
from tests.importer.grounds import attempt, grounds, known
from tests.marc.mnemonic import raw, sample
from tests.marc.mutations import mutated

PAGE = Path(__file__).resolve().parents[2] / "docs" / "fidelity.md"
SEA = TIDES.replace("Tides.", "Sea.")


class TestWhatIsPublished:
    """The ordinary ways of an export rest on nothing that is assumed."""

    @pytest.mark.parametrize("name", ["monograph", "serial", "cjk", "former-numbers", "no-oclc-number"])
    async def test_a_new_record(self, desk: Desk, name: str) -> None:
        assert (await desk.export(sample(name))).outcome is Outcome.CREATED
        assert await grounds(desk) == []

    async def test_one_that_replaces_another(self, desk: Desk) -> None:
        await desk.export(raw(TIDES))
        assert said(await desk.export(raw(SEA))) == f"merged {FILED}"
        assert await grounds(desk) == []

    async def test_one_for_the_network_zone(self, desk: Desk) -> None:
        await desk.export(raw(TIDES), "01CARLI_NETWORK", "network-secret", host="i-share-network")
        assert await grounds(desk) == []

    @pytest.mark.parametrize("logon", [("01CARLI_XYZ", "?"), ("01CARLI_QQQ", "?"), ("", "")])
    async def test_a_failed_logon(self, desk: Desk, logon: tuple[str, str]) -> None:
        assert (await desk.export(raw(TIDES), *logon)).outcome is Outcome.LOGON_FAILED
        assert await grounds(desk) == []

    async def test_a_zone_without_a_profile(self, store: Store) -> None:
        zone = ACCOUNTS[0]._replace(zone=type(ACCOUNTS[0].zone)("xyz", "i-share-xyz", "institution", "C", "5867"))
        desk = Desk(store, accounts=[zone])
        assert (await desk.export(raw(TIDES), "C")).outcome is Outcome.NO_PROFILE
        assert await grounds(desk) == []

    async def test_everything_is_told_with_its_source(self, desk: Desk) -> None:
        await desk.export(raw(TIDES))
        [attempt] = await desk.attempts()
        found = [(one.basis.evidence, one.words, one.basis.source) for one in rests_on(attempt, known(), ())]
        assert found == [
            ("doc", "Normalization 001 and 003 to 035 $a", "Ex Libris; seen in records of TCNJ and Harvard"),
            (
                "doc",
                "Match method Unique OCLC Identifier: 035 $a and $z on both sides, by the digits of OCLC numbers",
                "CARLI, OCLC Gateway Export Errors",
            ),
            (
                "doc",
                'The reply created: "The record has been processed successfully. / MMS ID: {mms_id}"',
                "CARLI, OCLC Gateway Export Errors",
            ),
        ]


class TestWords:
    async def test_of_a_refusal_are_ours(self, desk: Desk) -> None:
        await desk.export(sample("refused-marc8"))
        [attempt] = await desk.attempts()
        [only] = assumed(attempt, known(), ())
        assert only.words == (
            'The reply charset: "Import Failed / Not imported: {characters}, Alma needs UTF-8. '
            'Tools > Options > Export > Record Characteristics > UTF-8 Unicode."'
        )
        assert only.basis.source == "Import Failed is documented, the reason's words are ours"

    async def test_of_the_settings_are_not(self, desk: Desk) -> None:
        await desk.export(sample("refused-marc8"))
        assert await grounds(desk, known(replies={"charset": "Our text."})) == []
        assert await grounds(desk, known(replies={"locked": "Our text."})) == ["The reply charset"]

    @pytest.mark.parametrize("end", REPLIES, ids=key)
    def test_are_assumed_where_the_table_says_so(self, end: tuple[Outcome, Reason | None]) -> None:
        kept = attempt(Receipt("xyz", *end))
        told = [one.words for one in assumed(kept, known(), ()) if one.words.startswith(f"The reply {key(end)}: ")]
        assert len(told) == (REPLIES[end].evidence == "assumed")


class TestValidation:
    @pytest.mark.parametrize(
        ("name", "told"),
        [
            ("refused-no-245", [behaviours.STRUCTURE.words, "The reply required"]),
            ("broken-truncated", [behaviours.STRUCTURE.words, "The reply structure"]),
            ("broken-field-over-9999", [behaviours.STRUCTURE.words, "The reply too_long"]),
            ("refused-authority", ["The reply not_bibliographic"]),
            ("minimal", [behaviours.PLAIN_ASCII.words]),
        ],
    )
    async def test_refuses_and_takes(self, desk: Desk, name: str, told: list[str]) -> None:
        await desk.export(sample(name))
        assert await grounds(desk) == told

    async def test_a_record_that_is_taken_with_what_others_may_refuse(self, desk: Desk) -> None:
        await desk.export(raw(f"{TIDES}    =020  \\\\$a9780000000001"))
        assert await grounds(desk) == [behaviours.CHOSEN.words]

    async def test_a_chosen_group_that_refuses(self, store: Store) -> None:
        profiles = {**PROFILES, "carli-iz": Profile(refuse=("standard-numbers",))}
        desk = Desk(store, profiles=profiles)
        await desk.export(raw(f"{TIDES}    =020  \\\\$a9780000000001"))
        assert await grounds(desk, known(profiles)) == [behaviours.CHOSEN.words, "The reply rules"]

    def test_very_many_029s(self) -> None:
        found = (Finding("many029", Severity.REFUSE, "029", 51, 400, "60"),)
        refused = attempt(Receipt("xyz", Outcome.REFUSED, Reason.RULES, findings=found))
        assert behaviours.MANY_029 in assumed(refused, known(), found)

    def test_a_record_that_is_too_long_as_it_would_be_filed(self) -> None:
        found = (Finding("tooLong", Severity.REFUSE, detail="the record is too long"),)
        refused = attempt(Receipt("xyz", Outcome.REFUSED, Reason.TOO_LONG, findings=found))
        assert behaviours.TOO_LONG in assumed(refused, known(), found)


class TestLogons:
    @pytest.mark.parametrize(
        ("logon", "told"),
        [
            (("01CARLI_XYZ", "XYZ-SECRET"), [behaviours.NEARLY.words]),
            (("01CARLI_XYZ ", "xyz-secret"), [behaviours.NEARLY.words]),
            (("01CARLI_ABC", "abc-secret"), [behaviours.OTHER_HOST.words]),
            (("01carli_abc", "abc-secret"), [behaviours.OTHER_HOST.words, behaviours.NEARLY.words]),
            (("01carli_xyz", "quite another"), []),
        ],
        ids=" ".join,
    )
    async def test_that_are_nearly_right(self, desk: Desk, logon: tuple[str, str], told: list[str]) -> None:
        await desk.export(raw(TIDES), *logon)
        assert await grounds(desk) == told

    async def test_that_are_not_checked_in_time(self) -> None:
        slow = attempt(Receipt("xyz", Outcome.TIMED_OUT, Reason.LOGON_SLOW))
        assert behaviours.GIVEN_UP in assumed(slow, known(), ())


def constants() -> set[behaviours.Behaviour]:
    """All that stand in the module, alone or in a table."""
    found = [one for one in vars(behaviours).values() if isinstance(one, behaviours.Behaviour)]
    return {*found, *behaviours.READINGS.values(), *behaviours.CHOICES.values()}


def test_every_behaviour_can_take_part() -> None:
    tables = [*behaviours.BY_REASON.values(), *behaviours.OLDER_VERSION.values()]
    used = {one for table in tables for one in table} | {one for one, _ in (*evidence.WIRE, *evidence.DECISION)}
    apart = {behaviours.LEADER, *behaviours.READINGS.values(), *behaviours.CHOICES.values()}
    assert used | apart == constants()


def test_every_behaviour_stands_in_the_page_on_fidelity() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert [one.words for one in constants() if one.words not in page] == []
    listed = page.partition("## All that is assumed")[2]
    told = {one.words for one in constants() if one.basis.evidence == "assumed"}
    assert [words for words in told if f"- {words}\n" not in listed] == []


def test_a_built_in_profile_has_the_method_that_is_assumed_of_it() -> None:
    built_in = (PAGE.parents[1] / "config.example.toml").read_text(encoding="utf-8")
    for profile, method in behaviours.CHOICES:
        written = built_in.partition(f"[profiles.{profile}]")[2].partition("[profiles.")[0]
        assert f'merge_method = "{method}"' in written


@settings(max_examples=60)
@given(st.lists(mutated() | st.binary(max_size=100), min_size=1, max_size=4))
def test_of_whatever_is_exported_something_is_told(records: list[bytes]) -> None:
    async def main() -> None:
        async with open_store("memory:") as store:
            desk = Desk(store)
            for record in records:
                await desk.export(record)
            for kept in await desk.attempts():
                found = report.findings(kept, known())
                words = [one.words for one in rests_on(kept, known(), found)]
                assert len({*words}) == len(words) >= 1
                assert kept.receipt.outcome.filed or assumed(kept, known(), found)

    trio.run(main)
