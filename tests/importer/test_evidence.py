"""What an answer rests on, and what of that is only assumed."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
import trio
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.importer import behaviours, evidence, report
from gateway.importer.beside import Beside, replaced
from gateway.importer.edit import flag
from gateway.importer.evidence import assumed, rests_on
from gateway.importer.known import Known
from gateway.importer.rehearsals import Script
from gateway.importer.replies import REPLIES, Replies, key
from gateway.model import (
    Attempt,
    Facts,
    Finding,
    Flag,
    Laid,
    Logon,
    MatchMethod,
    MergeMethod,
    OlderVersion,
    Outcome,
    Profile,
    Reason,
    Receipt,
    ReplyStep,
    Severity,
    Submission,
    Transcript,
)
from gateway.stores import open_store
from gateway.stores.base import Store
from tests.importer.desk import ACCOUNTS, NOON, PROFILES, Desk, said
from tests.importer.exports import FILED, TIDES, tides
from tests.marc.mnemonic import raw, sample
from tests.marc.mutations import mutated

PAGE = Path(__file__).resolve().parents[2] / "docs" / "fidelity.md"
SEA = TIDES.replace("Tides.", "Sea.")
ISSN = "=LDR  00000nas\\a2200000\\i\\4500\n=022  \\\\$a1234-5679\n=245  00$aTides"
OWN = MergeMethod(title="Ours", keep=("001",), leave_out=("001",))


def known(
    profiles: Mapping[str, Profile] = PROFILES,
    own_methods: Mapping[str, MergeMethod] = {},
    replies: Mapping[str, str] = {},
) -> Known:
    """What the settings say."""
    zones = {account.zone.key: account.zone for account in ACCOUNTS}
    return Known({}, zones, profiles, own_methods, Replies(replies))


async def grounds(desk: Desk, about: Known | None = None) -> list[str]:
    """What is assumed of the latest answer, of a reply its key alone."""
    about = about or known()
    *_, attempt = await desk.attempts()
    beside = Beside(replaced=await replaced(desk.store, attempt))
    found = report.findings(attempt, about)
    return [re.sub("(The reply .*?): .*", r"\1", one.words) for one in assumed(attempt, about, found, beside)]


def through(desk: Desk, *steps: ReplyStep) -> None:
    """Give the zone xyz this script."""
    desk.rehearsals.scripts["xyz"] = Script(steps)


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


def wire(*runs: Laid, **facts: object) -> Facts:
    """What the wire observed of a message that was laid out so."""
    return Facts(transcript=Transcript(runs), **facts)  # type: ignore[arg-type]  # whichever of its fields


ITEM, RECORD = Laid("A", 1, "desktop"), Laid("record", 714)
NUL = Laid("separators", 1, "00")


class TestWire:
    @pytest.mark.parametrize(
        ("observed", "told"),
        [
            (wire(ITEM, RECORD, items="A"), []),
            (wire(NUL, ITEM, RECORD, items="A"), [behaviours.SEPARATORS]),
            (wire(ITEM, NUL, RECORD, NUL, items="A"), []),
            (wire(NUL, ITEM, RECORD, items="A", earlier=1), []),
            (wire(Laid("telnet", 3, "fffd18"), NUL, ITEM, items="A"), [behaviours.SEPARATORS]),
            (wire(Laid("telnet", 3, "fffd18"), ITEM, items="A", telnet=True), [behaviours.TELNET]),
            (wire(Laid("tail", 9), ITEM, RECORD, items="A", earlier=1), [behaviours.TAIL]),
            (wire(RECORD, earlier=1), [behaviours.LATEST_LOGON]),
            (Facts(exported_by="page"), []),
        ],
    )
    async def test_of_a_message_that_was_read(
        self, desk: Desk, observed: Facts, told: Sequence[behaviours.Behaviour]
    ) -> None:
        await desk.export(raw(TIDES), observed=observed)
        assert await grounds(desk) == [one.words for one in told]

    @pytest.mark.parametrize(
        ("outcome", "reason", "observed", "told"),
        [
            (Outcome.MALFORMED, Reason.MALFORMED, Facts(offset=8), []),
            (Outcome.MALFORMED, Reason.MALFORMED, Facts(offset=8, earlier=1), [behaviours.GOODBYE]),
            (Outcome.MALFORMED, Reason.INCOMPLETE, Facts(arrived=8, earlier=1), []),
            (Outcome.FOREIGN, Reason.TLS, Facts(), [behaviours.FIRST_BYTES]),
            (Outcome.FOREIGN, Reason.TELNET, Facts(telnet=True), [behaviours.FIRST_BYTES]),
            (Outcome.FOREIGN, Reason.NOT_MARC, Facts(telnet=True), [behaviours.TELNET, behaviours.FIRST_BYTES]),
        ],
    )
    async def test_of_one_that_was_not(
        self, desk: Desk, outcome: Outcome, reason: Reason, observed: Facts, told: Sequence[behaviours.Behaviour]
    ) -> None:
        submission = desk.submission(b"00714cam", Logon(logon_id=b"01CARLI_XYZ"))
        await desk.importer.turn_away(submission, outcome, reason, observed)
        assert await grounds(desk) == [*[one.words for one in told], f"The reply {reason}"]


class TestScripts:
    @pytest.mark.parametrize(
        ("step", "told"),
        [
            (ReplyStep(reply="locked"), ["The reply locked"]),
            (ReplyStep(reply="structure"), ["The reply structure"]),
            (ReplyStep(reply="store_slow"), ["The reply store_slow"]),
            (ReplyStep(reply="logon_failed"), []),
            (ReplyStep(reply="locked", text="In use."), []),
            (ReplyStep(reply="locked", send="nothing"), []),
            (ReplyStep(reply="locked", send="garbage", garbage="00"), []),
            (ReplyStep(late_seconds=1), []),
        ],
    )
    async def test_a_step_rests_on_its_words_alone(self, desk: Desk, step: ReplyStep, told: list[str]) -> None:
        through(desk, step)
        await desk.export(raw(TIDES))
        assert await grounds(desk) == told

    async def test_one_that_leaves_it_to_the_gateway_rests_on_what_decided(self, desk: Desk) -> None:
        through(desk, ReplyStep(text="In use."), ReplyStep(text="In use."))
        await desk.export(raw(TIDES))
        await desk.export(raw(TIDES))
        assert await grounds(desk) == [behaviours.NOT_CHANGED.words]

    async def test_how_the_message_was_read_stays(self, desk: Desk) -> None:
        through(desk, ReplyStep(reply="locked"))
        await desk.export(raw(TIDES), observed=wire(NUL, ITEM, RECORD, items="A"))
        assert await grounds(desk) == [behaviours.SEPARATORS.words, "The reply locked"]


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


def attempt(receipt: Receipt) -> Attempt:
    """An attempt that ended so."""
    return Attempt(1, Submission("export-1", NOON, "i-share-xyz", "192.0.2.7", "01CARLI_XYZ", raw(TIDES)), receipt)


def briefer(text: str) -> bytes:
    """The record with Leader/17 3."""
    return raw("=LDR  00000nam\\a22000003i\\4500\n" + "\n".join(line.strip() for line in text.strip().splitlines()))


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
