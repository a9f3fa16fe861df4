"""Every row of every table of the spec has its scenario, and every scenario its row."""

from collections.abc import Iterator
from typing import get_args

import pytest

from gateway.importer.match import METHODS as MATCH_METHODS
from gateway.importer.merge import METHODS as MERGE_METHODS
from gateway.importer.replies import REPLIES
from gateway.model import BriefLevels, ChosenGroup, OlderVersion, Outcome, Profile, Reason, Synchronization
from tests.scenarios.reading import Export, Scenario, read
from tests.scenarios.test_scenarios import FOLDER, SCENARIOS

ROWS: dict[str, dict[str, tuple[str, ...]]] = {
    "Zones and hosts": {
        "Institution (IZ)": ("zones/institution", "zones/institution-export-leaves-network"),
        "Network (NZ)": ("zones/network", "zones/network-export-leaves-institution"),
        "Sandbox": ("zones/sandbox",),
        "Network sandbox": ("zones/network-sandbox",),
        "the same logon ID means two zones on two hosts": ("zones/one-logon-id-on-two-hosts",),
        "a logon that is right on another host": ("zones/logon-of-another-host",),
        "a logon that differs in case": ("zones/logon-in-small-letters", "zones/password-in-capitals"),
        "a logon that differs by white space": ("zones/logon-with-white-space", "zones/password-with-white-space"),
        "use_network_zone": (
            "zones/use-network-zone-creates",
            "zones/use-network-zone-merges",
            "zones/use-network-zone-guards",
            "zones/use-network-zone-again",
            "zones/use-network-zone-links",
        ),
        "MMS ID": ("zones/mms-id",),
    },
    "The integration profile": {
        "target format": ("profile/target-format",),
        "normalization: Marc21 Bib Copy 019a to 035z": ("profile/normalization",),
        "normalization: an ordered list": ("profile/normalization-in-order",),
        "normalization: remove listed fields": ("profile/normalization-removes-fields",),
        "normalization: clear empty fields": (
            "profile/normalization-clears-empty-fields",
            "profile/normalization-leaves-empty-fields",
        ),
        "validation: which finding refuses": (
            "profile/validation-refuses-required",
            "profile/validation-refuses-fixed-fields",
            "profile/validation-refuses-fields",
            "profile/validation-refuses-indicators",
            "profile/validation-refuses-subfields",
            "profile/validation-refuses-standard-numbers",
            "profile/validation-refuses-linkage",
            "profile/validation-refuses-nothing",
        ),
        "serial / non-serial match method": ("matching/serial-and-non-serial", "matching/isbn", "matching/issn"),
        "merge method": ("profile/merge-method-of-the-institution-zone", "profile/merge-method-of-the-network-zone"),
        "lower brief version": ("guards/brief-level-carli-higher", "guards/brief-level-not-selected"),
        "older version: Consider Originating System": (
            "guards/older-version-older",
            "guards/older-version-of-another-system",
        ),
        "older version: Ignore Originating System": ("guards/older-version-ignore-originating-system",),
        "older version: Disabled": ("guards/older-version-disabled",),
        "synchronize with external catalog": (
            "profile/synchronize",
            "profile/synchronize-publish-holdings-only",
            "profile/synchronize-do-not-publish",
        ),
        "zero profiles": ("profile/none",),
        "several profiles": ("profile/several",),
        "a profile of one's own": ("profile/own",),
    },
    "The order of work": {
        "logon before frame": ("order/logon-before-frame", "order/logon-before-profile"),
        "frame before validate": ("order/structure-before-charset",),
        "within validate": (
            "order/charset-before-format",
            "order/charset-before-required",
            "order/required-before-field-rules",
        ),
        "validate before normalize": (
            "order/validate-before-normalize",
            "order/validate-before-normalize-what-was-there",
        ),
        "validate before match": ("order/validate-before-match",),
        "normalize before match": ("order/normalize-before-match", "order/normalize-before-match-too-long"),
        "match before guard": ("order/match-before-guard",),
        "guard before merge": ("order/guard-before-merge", "order/guard-before-merge-too-long"),
        "pushed past 99,999 bytes": ("validation/too-long-by-normalization", "validation/too-long-by-merging"),
    },
    "Validation": {
        "structure: record length": ("validation/structure-record-length",),
        "structure: base address": ("validation/structure-base-address",),
        "structure: directory entries": ("validation/structure-directory",),
        "structure: field and record terminators": (
            "validation/structure-field-terminator",
            "validation/structure-record-terminator",
        ),
        "structure: a field over 9,999 bytes": ("validation/structure-field-over-9999",),
        "structure: a record over 99,999 bytes": ("validation/structure-record-over-99999",),
        "structure: odd but legal": ("validation/structure-odd-but-legal",),
        "charset: UTF-8 claimed": ("validation/charset-utf8", "validation/charset-not-utf8"),
        "charset: MARC-8": ("validation/charset-marc8",),
        "charset: Leader/09 blank over pure ASCII": ("validation/charset-not-stated-over-ascii",),
        "required: Leader/06": ("validation/required-type",),
        "required: exactly one 245": ("validation/required-title-missing", "profile/validation-refuses-required"),
        "required: 008": ("validation/required-008-missing", "validation/required-008-not-40-characters"),
        "field rules warn": ("validation/field-rules-warn",),
        "no OCLC number at all": ("validation/no-oclc-number",),
        "undefined 9XX, 59X, 09X, 69X are info": ("validation/local-fields",),
    },
    "OCLC numbers, 001, 019, 035": {
        "001 and 003 to 035": ("oclc-numbers/001-and-003-to-035", "oclc-numbers/001-of-another-system"),
        "extraneous_035 = false": (
            "oclc-numbers/extraneous-035-left-out",
            "oclc-numbers/extraneous-035-the-only-one",
        ),
        "019 to 035 $z": ("oclc-numbers/019-to-035z",),
        "key of an OCLC number": ("oclc-numbers/prefixes",),
        "other prefixes": ("oclc-numbers/other-prefixes",),
    },
    "Matching": {
        "unique-oclc-identifier": ("matching/none", "matching/one"),
        "035 $z on either side": ("matching/cancelled-number-incoming", "matching/cancelled-number-stored"),
        "two or more": ("matching/several-of-one-number", "matching/several-merged-by-oclc"),
        "an option disregards $z": ("matching/cancelled-numbers-disregarded",),
        "other-system-identifier": ("matching/other-system-identifier",),
        "isbn": ("matching/isbn", "matching/isbn-and-not-the-oclc-number"),
        "issn": ("matching/issn",),
        "serial or not": ("matching/serial-and-non-serial",),
    },
    "Guards": {
        "brief level, table carli": (
            "guards/brief-level-carli-higher",
            "guards/brief-level-carli-equal",
            "guards/brief-level-carli-lower",
            "guards/brief-level-carli-others",
        ),
        "brief level, table csu": (
            "guards/brief-level-csu-higher",
            "guards/brief-level-csu-equal",
            "guards/brief-level-csu-lower",
            "guards/brief-level-csu-j",
        ),
        "brief level, table off": ("guards/brief-level-not-selected",),
        "older version": (
            "guards/older-version-older",
            "guards/older-version-equal",
            "guards/older-version-later",
            "guards/older-version-none-stored",
            "guards/older-version-not-the-live-005",
            "guards/older-version-of-another-system",
            "guards/older-version-after-an-import",
        ),
        "Community Zone link": ("guards/community-zone-link",),
        "locked": ("guards/locked", "guards/flag-of-another-record"),
    },
    "Merging": {
        "overlay-all-fields-but-local": ("merging/overlay-all-fields-but-local",),
        "conditional-subject-headings": ("merging/conditional-subject-headings",),
        "keep-only-old-value": ("merging/keep-only-old-value",),
        "replace-245-and-035-if-exist": ("merging/replace-245-and-035-if-exist",),
        "consortium-nz-overlay": ("merging/consortium-nz-overlay",),
        "replace-all": ("merging/replace-all",),
        "local extensions": ("merging/local-extension", "merging/local-extension-in-the-network-zone"),
        "identical fields stand once": ("merging/identical-fields",),
        "a site adds its own": ("merging/own-method",),
        "after import": ("merging/after-import",),
        "replaced, no difference": ("merging/unchanged",),
    },
    "Replies": {
        "created, merged, unchanged": ("replies/processed",),
        "refused": ("replies/refused",),
        "logon": ("replies/logon", "replies/logon-not-sent", "replies/user-id-as-logon"),
        "profile": ("profile/none", "profile/several"),
        "every other reason: what is no export": (
            "replies/malformed",
            "replies/incomplete",
            "replies/message-too-long",
            "replies/xml",
            "replies/browser",
            "replies/health-check",
            "replies/port-scan",
            "replies/tls",
            "replies/telnet",
        ),
        "overridable in settings": ("replies/own",),
        "words to aim for: MARC-8": ("validation/charset-marc8",),
        "words to aim for: several matches": ("matching/several-of-one-number",),
        "words to aim for: brief level": ("guards/brief-level-carli-higher",),
        "words to aim for: older": ("guards/older-version-older",),
        "words to aim for: CZ, lock": ("guards/community-zone-link", "guards/locked"),
        "words to aim for: authority, damage": ("profile/target-format", "validation/structure-field-terminator"),
    },
}
"""Section of the spec -> row -> scenarios. A row that has none yet is an empty tuple, and fails."""

ELSEWHERE: dict[tuple[Outcome, Reason | None], tuple[str, str]] = {
    (Outcome.BUSY, None): ("tests/server/test_exports.py", "takes a second connection while the first is open"),
    (Outcome.TIMED_OUT, Reason.LOGON_SLOW): ("tests/importer/test_logon.py", "takes more logons than can be checked"),
    (Outcome.TIMED_OUT, Reason.STORE_SLOW): ("tests/importer/test_store_failures.py", "takes a store that is slow"),
    (Outcome.ERROR, Reason.STORE_FAILED): ("tests/importer/test_store_failures.py", "takes a store that fails"),
    (Outcome.ERROR, Reason.OUTCOME_UNKNOWN): (
        "tests/importer/test_store_failures.py",
        "takes a store that is lost while it writes",
    ),
    (Outcome.ERROR, Reason.CRASHED): ("tests/server/test_exports.py", "takes a mistake of the gateway's own"),
    (Outcome.ERROR, Reason.LINK_PENDING): ("tests/importer/test_network.py", "takes a store that fails in between"),
    (Outcome.ERROR, Reason.INTERNAL): ("tests/importer/test_store_failures.py", "takes a mistake of the gateway's own"),
}
"""Ends that no bytes of one client alone lead to: the test that has them, and what they take."""

WITHOUT_CHOICE = ("title", "target_format")
"""Settings of a profile: the one is shown to people alone; of the other there is one value."""
CHOICES: dict[str, tuple[str, ...]] = {
    "brief_levels": get_args(BriefLevels),
    "older_version": get_args(OlderVersion),
    "synchronize": get_args(Synchronization),
}
"""Settings of a profile, and all that each may be."""


@pytest.fixture(scope="module")
def scenarios() -> list[Scenario]:
    """All of them."""
    return [read(FOLDER / f"{name}.txt") for name in SCENARIOS]


def tried(scenarios: list[Scenario], name: str) -> set[str]:
    """The values that scenarios give to this setting of a profile."""
    overrides = (text.partition("=") for scenario in scenarios for _, text in scenario.settings)
    return {value for key, _, value in overrides if key.startswith("profiles.") and key.endswith(f".{name}")}


def ends(scenarios: list[Scenario]) -> Iterator[str]:
    """The outcomes that they come to."""
    return (step.outcome for scenario in scenarios for step in scenario.steps if isinstance(step, Export))


@pytest.mark.parametrize(("section", "row"), [(section, row) for section, rows in ROWS.items() for row in rows])
def test_row_has_its_scenarios(section: str, row: str) -> None:
    assert ROWS[section][row] != ()
    assert {*ROWS[section][row]} <= {*SCENARIOS}


@pytest.mark.parametrize("name", SCENARIOS)
def test_scenario_belongs_to_a_row_and_says_to_which_section(name: str) -> None:
    sections = [section for section, rows in ROWS.items() for files in rows.values() if name in files]
    assert sections != []
    head = " ".join((FOLDER / f"{name}.txt").read_text(encoding="utf-8").partition("\n\n")[0].split("\n# "))
    assert "(spec, " in head


def test_every_reply_is_got_over_the_wire_or_by_another_test(scenarios: list[Scenario]) -> None:
    names = {" ".join(part for part in end if part): end for end in REPLIES}
    got = {names[end] for end in ends(scenarios) if end in names}
    assert {*ELSEWHERE} | got == {*REPLIES}
    assert {*ELSEWHERE} & got == set()
    assert [file for file, _ in ELSEWHERE.values() if not (FOLDER.parents[1] / file).exists()] == []


def test_every_merge_method_every_match_method_and_every_table_of_levels_is_a_row() -> None:
    assert {*MERGE_METHODS} <= {*ROWS["Merging"]}
    assert {*MATCH_METHODS} <= {*ROWS["Matching"]}
    assert {f"brief level, table {table}" for table in get_args(BriefLevels)} <= {*ROWS["Guards"]}


@pytest.mark.parametrize("name", [name for name in Profile.__struct_fields__ if name not in WITHOUT_CHOICE])
def test_every_setting_of_a_profile_is_tried(name: str, scenarios: list[Scenario]) -> None:
    assert tried(scenarios, name) != set()


@pytest.mark.parametrize(("name", "choices"), CHOICES.items())
def test_every_choice_of_a_setting_is_tried_or_the_default(
    name: str, choices: tuple[str, ...], scenarios: list[Scenario]
) -> None:
    assert {*choices} == {*tried(scenarios, name), getattr(Profile(), name)}


@pytest.mark.parametrize("group", get_args(ChosenGroup))
def test_every_group_of_findings_is_refused(group: str, scenarios: list[Scenario]) -> None:
    assert [groups for groups in tried(scenarios, "refuse") if f'"{group}"' in groups] != []
