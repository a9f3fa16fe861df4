"""`gateway submissions …` beside a running gateway, and after its end."""

import json
import re
import socket
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import get_args

import pytest

from gateway.cli.report import known
from gateway.config import load
from gateway.desk.reporting import COLUMNS, as_text
from gateway.errors import StoreError
from gateway.frontends.connexion.readings import LengthForm
from gateway.importer import advice
from gateway.importer.report import (
    BLOCKED,
    FIELDS_SHOWN,
    FINDINGS_SHOWN,
    NOT_LINKED,
    OUTCOMES,
    SENDERS,
    SEVERITIES,
    ended,
    report,
)
from gateway.marc.record import Field, Record
from gateway.model import Attempt, Facts, Outcome, Reason, Receipt, Severity, Submission

from .gateways import HOST, MARC, ROOT, Gateway, run, serving, words

KEYS = [
    *("id", "seq", "at", "host", "peer", "zone", "logon_id", "outcome", "reason", "reply", "mms_id", "oclc_numbers"),
    *("title", "seconds", "delivered", "held_by", "findings", "diagnosis", "also", "facts", "leader_09", "characters"),
    "assumed",
]


def send(gateway: Gateway, *names: str, options: tuple[str, ...] = ()) -> None:
    run("send", *gateway.options, *options, *(MARC / f"{name}.mrc" for name in names))


def listed(gateway: Gateway, *options: str) -> list[dict]:
    result = run("submissions", "list", *gateway.options, "--json", *options)
    assert result.exit_code == 0
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_newest_first(gateway: Gateway):
    send(gateway, "cjk", "cjk", "refused-no-245")
    found = listed(gateway)
    assert [one["seq"] for one in found] == [3, 2, 1]
    assert [one["outcome"] for one in found] == ["refused", "unchanged", "created"]


def test_keys(gateway: Gateway):
    send(gateway, "refused-no-245")
    [one] = listed(gateway)
    assert list(one) == KEYS
    assert (one["host"], one["peer"], one["zone"], one["logon_id"]) == (HOST, "127.0.0.1", "xyz", "01CARLI_XYZ")
    assert (one["outcome"], one["reason"], one["mms_id"]) == ("refused", "required", "")
    assert one["oclc_numbers"] == ["1999000165"]
    assert one["reply"] == "Import Failed\nNot imported: there is no title field (245)."
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z", one["at"])
    assert [finding for finding in one["findings"] if finding["severity"] == "refuse"] == [
        {
            "code": "titleMissing",
            "severity": "refuse",
            "field": "245",
            "occurrence": 0,
            "offset": None,
            "detail": "",
            "words": "there is no title field (245)",
        }
    ]
    assert one["diagnosis"] == {
        "code": "required",
        "says": "Alma does not take it as it is: there is no title field (245).",
        "fix": "Correct the record in Connexion.",
    }
    assert one["also"] == []


def test_facts_are_told_as_data(gateway: Gateway):
    send(gateway, "cjk", "refused-marc8")
    send(gateway, "cjk", options=("--logon-id", "01carli_xyz", "--password", "xyz-secret"))
    failed, refused, created = listed(gateway)
    assert created["facts"].pop("arriving") >= 0
    assert [kind for kind, *_ in created["facts"].pop("transcript")["runs"]] == ["A", "P", "record"]
    assert created["facts"] == {
        "items": "AP",
        "lengths": "desktop",
        "profile": "carli-iz",
        "match_method": "unique-oclc-identifier",
        "keys": ["1999000033"],
    }
    assert (failed["facts"]["logon_hint"], failed["facts"]["logon_hint_for"]) == ("case", "01CARLI_XYZ")
    assert [(one["leader_09"], one["characters"]) for one in (created, refused)] == [("a", "utf-8"), (" ", "other")]


@pytest.mark.parametrize("fact", Facts.__struct_fields__)
def test_facts_are_documented(fact: str):
    assert f"`{fact}`" in (ROOT / "docs" / "commands.md").read_text("utf-8")


def test_findings_are_those_of_the_zone_s_profile(gateway: Gateway):
    send(gateway, "refused-no-245", options=("--password", "no"))
    no_group = ("--set", "profiles.carli-iz.refuse=[]")
    assert [also["code"] for also in listed(gateway)[0]["also"]] == ["required"]
    assert listed(gateway, *no_group)[0]["also"] == []
    assert "Once the logon is right" not in run("submissions", "show", "1", *gateway.options, *no_group).stdout


class TestAgain:
    """The same record within a minute is told of by the listing and by the report."""

    def test_is_told_of_the_later_one(self, gateway: Gateway):
        send(gateway, "cjk", "serial", "cjk")
        codes = [one["diagnosis"]["code"] for one in listed(gateway)]
        assert codes == ["sent_twice", "created", "created"]
        for number, told in ((1, False), (2, False), (3, True)):
            assert ("The same record had come" in section(shown(gateway, number), "What happened")) == told

    def test_is_not_told_where_it_had_been_refused_and_its_client_knew(self, gateway: Gateway):
        send(gateway, "refused-no-245", "refused-no-245")
        assert [one["also"] for one in listed(gateway)] == [[], []]
        assert "The same record had come" not in section(shown(gateway, 2), "What happened")

    def test_is_told_where_the_listing_ends_before_the_first_one(self, gateway: Gateway):
        send(gateway, "cjk", "serial", "cjk")
        for options in (("--limit", "1"), ("--outcome", "unchanged"), ("--zone", "xyz", "--limit", "1")):
            assert [one["diagnosis"]["code"] for one in listed(gateway, *options)] == ["sent_twice"]


def test_further_diagnoses(gateway: Gateway):
    send(gateway, "refused-marc8", options=("--logon-id", "01carli_xyz", "--password", "xyz-secret"))
    [one] = listed(gateway)
    assert one["diagnosis"]["code"] == "case"
    assert [also["code"] for also in one["also"]] == ["charset"]
    assert set(one["also"][0]) == set(one["diagnosis"])


def test_what_became_of_the_reply(store):
    with serving(store) as gateway:
        send(gateway, "cjk")
    [one] = listed(gateway)
    assert one["delivered"] is True
    assert one["seconds"] > 0


def test_by_zone_and_outcome(gateway: Gateway):
    send(gateway, "cjk", "refused-no-245", "serial")
    send(gateway, "cjk", options=("--zone", "network"))
    send(gateway, "cjk", options=("--logon-id", "nobody", "--password", "x"))
    assert [one["seq"] for one in listed(gateway, "--zone", "xyz")] == [3, 2, 1]
    assert [one["seq"] for one in listed(gateway, "--zone", "network")] == [4]
    assert [one["seq"] for one in listed(gateway, "--zone", f"@{HOST}")] == [5]
    assert [one["seq"] for one in listed(gateway, "--outcome", "created")] == [4, 3, 1]
    assert [one["seq"] for one in listed(gateway, "--outcome", "created", "--zone", "xyz", "--limit", "1")] == [3]


def test_limit_says_that_there_is_more(gateway: Gateway):
    send(gateway, *["no-oclc-number"] * 120)
    first = run("submissions", "list", *gateway.options, "--json")
    assert (len(first.stdout.splitlines()), first.stderr) == (50, "there are more: --limit 0 lists all\n")
    assert len(listed(gateway, "--limit", "120")) == 120
    whole = run("submissions", "list", *gateway.options, "--json", "--limit", "0")
    assert (len(whole.stdout.splitlines()), whole.stderr) == (120, "")


def test_table(gateway: Gateway):
    send(gateway, "cjk", "refused-no-245")
    result = run("submissions", "list", *gateway.options)
    heading, refused, added = result.stdout.splitlines()
    assert heading.split() == ["No.", "Time", "Zone", "Logon", "ID", "Outcome", "Title", "OCLC", "MMS", "ID"]
    assert re.match(r"2 +\d{4}-\d\d-\d\d \d\d:\d\d:\d\d +xyz +01CARLI_XYZ +refused: required +1999000165", refused)
    assert "added" in added
    assert "Hai deng ji = Tōdaishū = Tŭngdaejip" in added
    assert "9910000000015867" in added


def test_nothing_yet(gateway: Gateway):
    result = run("submissions", "list", *gateway.options)
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "nothing has arrived\n")


def shown(gateway: Gateway, number: int = 1) -> str:
    """The report of a submission."""
    result = run("submissions", "show", str(number), *gateway.options)
    assert result.exit_code == 0
    return result.stdout


def section(report: str, heading: str) -> str:
    """What stands under a heading, its lines joined."""
    _, _, rest = report.partition(f"\n\n{heading}\n")
    return " ".join(rest.partition("\n\n")[0].split())


def test_report_begins_with_what_happened_and_what_to_change(gateway: Gateway):
    send(gateway, "refused-marc8")
    assert shown(gateway).splitlines()[:9] == [
        "Submission 1: refused: charset",
        "",
        "What happened",
        "  Alma cannot read the characters: field 100 holds MARC-8 characters (byte",
        "  E2); Leader/09 is not a.",
        "",
        "What to change",
        "  Choose UTF-8 Unicode at Tools > Options > Export > Record Characteristics,",
        "  for bibliographic and authority records.",
    ]


def test_report_has_the_facts_then_the_reply_the_findings_and_the_record(gateway: Gateway):
    send(gateway, "refused-marc8")
    report = shown(gateway)
    export = section(report, "The export")
    assert re.search(r"When \d{4}-\d\d-\d\d \d\d:\d\d:\d\d [+-]\d{4} From 127\.0\.0\.1 ", export)
    assert "Sent by Connexion client (one-byte lengths), items A P Host i-share-xyz (i-share-xyz.alma." in export
    assert "Zone xyz, because the host i-share-xyz has it under the logon ID 01CARLI_XYZ" in export
    assert "Leader/09 blank (MARC-8); the bytes are not UTF-8 (byte 320 is E2)" in export
    assert section(report, "What became of it") == "Outcome refused: charset Profile carli-iz (CARLI, institution zone)"
    assert section(report, "Connexion showed") == (
        "Import Failed Not imported: the characters are MARC-8, Alma needs UTF-8. "
        "Tools > Options > Export > Record Characteristics > UTF-8 Unicode."
    )
    assert "100 refused: field 100 holds MARC-8 characters (byte E2)" in section(report, "Found in the record")
    assert "\nThe record as it arrived, 527 bytes\n=LDR  00527cam" in report
    assert report.endswith("\n=994  \\\\$aC0$bXYZ\n")


def test_report_tells_what_of_the_answer_is_assumed(gateway: Gateway):
    send(gateway, "refused-marc8", "cjk")
    assert section(shown(gateway), "What of this answer is assumed") == (
        'The reply charset: "Import Failed / Not imported: {characters}, Alma needs UTF-8. '
        'Tools > Options > Export > Record Characteristics > UTF-8 Unicode." '
        "(Import Failed is documented, the reason's words are ours)."
    )
    assert "assumed" not in shown(gateway, 2)


def test_what_of_the_answer_is_assumed_is_the_same_in_listings(gateway: Gateway, folder: Path):
    full = Record.parse((MARC / "monograph.mrc").read_bytes())
    briefer = Record(full.leader[:17] + b"3" + full.leader[18:], full.fields)
    (folder / "briefer.mrc").write_bytes(briefer.serialize())
    run("send", *gateway.options, folder / "briefer.mrc")
    send(gateway, "monograph")
    merged, created = listed(gateway)
    assert created["assumed"] == []
    assert [one["behaviour"] for one in merged["assumed"]] == ["The Leader of a merged record is the incoming one's"]
    whole = run("submissions", "show", "2", *gateway.options, "--json")
    assert json.loads(whole.stdout)["assumed"] == merged["assumed"]


def test_report_tells_how_it_was_matched_and_merged(gateway: Gateway):
    send(gateway, "cjk", "cjk")
    first, second = (section(shown(gateway, number), "What became of it") for number in (1, 2))
    assert first.endswith("Match method Unique OCLC Identifier Looked for 1999000033 Found no record")
    assert "Found 9910000000015867 (Hai deng ji = Tōdaishū = Tŭngdaejip)" in second
    assert second.endswith("Merge method Overlay all fields but local")


def merged(gateway: Gateway, folder: Path, notes: int) -> str:
    """The report of an export that took so many notes out of a record, and a subject."""
    full = Record.parse((MARC / "monograph.mrc").read_bytes())
    fields = [Field("500", b"  \x1faNote %d" % number) for number in range(1, notes + 1)]
    more = Record(full.leader, [*full.fields, *fields, Field("590", b"  \x1faLocal.")])
    (folder / "more.mrc").write_bytes(more.serialize())
    run("send", *gateway.options, folder / "more.mrc")
    send(gateway, "monograph")
    return shown(gateway, 2)


def test_report_of_a_merge_tells_what_went_and_why(gateway: Gateway, folder: Path):
    went = section(merged(gateway, folder, 2), "What went")
    why = "(is not protected by Overlay all fields but local)"
    assert went == (
        rf"500 \\$aNote 1 {why} 500 \\$aNote 2 {why} 590 \\$aLocal. {why} "
        "what came instead: gateway records diff 9910000000015867 2 --zone xyz"
    )
    assert run("records", "diff", "9910000000015867", "2", "--zone", "xyz", *gateway.options).exit_code == 0
    assert "What went" not in shown(gateway, 1)


def test_report_of_a_merge_tells_of_the_first_twenty_fields(gateway: Gateway, folder: Path):
    report = merged(gateway, folder, 30)
    assert report.count("(is not protected by Overlay all") == FIELDS_SHOWN
    went = section(report, "What went")
    assert went.endswith("and 11 more fields: gateway records diff 9910000000015867 2 --zone xyz")


def test_report_of_a_merge_that_took_nothing_out_says_so(gateway: Gateway, folder: Path):
    full = Record.parse((MARC / "monograph.mrc").read_bytes())
    send(gateway, "monograph")
    (folder / "more.mrc").write_bytes(full.adding(Field("500", b"  \x1faA note.")).serialize())
    run("send", *gateway.options, folder / "more.mrc")
    assert section(shown(gateway, 2), "What went") == (
        "No field; what came: gateway records diff 9910000000015867 2 --zone xyz"
    )


def test_report_tells_why_nothing_was_changed(gateway: Gateway, folder: Path):
    full = Record.parse((MARC / "monograph.mrc").read_bytes())
    send(gateway, "monograph", "monograph")
    (folder / "local.mrc").write_bytes(full.adding(Field("938", b"  \x1faOurs.")).serialize())
    run("send", *gateway.options, folder / "local.mrc")
    same, differs = (section(shown(gateway, number), "What happened") for number in (2, 3))
    assert same.startswith("Replaced, no difference: the zone holds this record already.")
    assert differs == (
        "Not replaced: what is different in the exported record is not taken by the merge method "
        "Overlay all fields but local."
    )
    assert listed(gateway)[0]["diagnosis"]["says"] == differs


def test_report_tells_where_the_merge_method_keeps_everything(store):
    with serving(store, "profiles.carli-iz.merge_method=keep-only-old-value") as gateway:
        send(gateway, "cjk", "cjk")
        assert shown(gateway, 2).startswith("Submission 2: not replaced\n")


def test_report_has_fifty_findings_at_most(gateway: Gateway, folder: Path):
    full = Record.parse((MARC / "monograph.mrc").read_bytes())
    odd = [Field("500", b"99\x1faNote %d" % number) for number in range(60)]
    (folder / "odd.mrc").write_bytes(Record(full.leader, [*full.fields, *odd]).serialize())
    run("send", *gateway.options, folder / "odd.mrc")
    [one] = listed(gateway)
    found = section(shown(gateway), "Found in the record")
    assert found.count("warning: ") + found.count("note: ") == FINDINGS_SHOWN
    assert found.endswith(f"and {len(one['findings']) - FINDINGS_SHOWN} more")
    assert page(gateway).text.rstrip().count(f"and {len(one['findings']) - FINDINGS_SHOWN} more") == 1


def test_nothing_in_a_title_turns_the_rest_of_a_line_about(gateway: Gateway, folder: Path):
    full = Record.parse((MARC / "monograph.mrc").read_bytes())
    fields = [field for field in full.fields if field.tag != "245"]
    title = Field("245", "00\x1faTides\u202e\u2066 of old".encode())
    turned = Record(full.leader, fields).adding(title).serialize()
    (folder / "turned.mrc").write_bytes(turned)
    run("send", *gateway.options, folder / "turned.mrc")
    listing = run("submissions", "list", *gateway.options).stdout
    reported = shown(gateway)
    assert "Tides⟨RLO⟩⟨LRI⟩ of old" in reported
    for told in (listing, page(gateway).text):
        assert "Tides of old" in told
    for told in (listing, reported, page(gateway).text):
        assert not {"\u202e", "\u2066"} & {*told}
    assert run("submissions", "show", "1", "--raw", *gateway.options).stdout_bytes == turned


def test_report_tells_what_blocked_with_both_values(gateway: Gateway, folder: Path):
    full = Record.parse((MARC / "monograph.mrc").read_bytes())
    brief = Record(full.leader[:17] + b"3" + full.leader[18:], [*full.fields, Field("500", b"  \x1faBrief.")])
    (folder / "brief.mrc").write_bytes(brief.serialize())
    (folder / "older.mrc").write_bytes(re.sub(rb"20260\d{9}\.0", b"20250101000000.0", full.serialize()))
    send(gateway, "monograph")
    for name in ("brief", "older"):
        run("send", *gateway.options, folder / f"{name}.mrc")
    assert (
        "Blocked by lower brief version: stored ELvl blank (brief level 10), exported ELvl 3 (brief level 03)"
        in section(shown(gateway, 2), "What became of it")
    )
    assert re.search(
        r"Blocked by older version: stored 005 2026\S+, exported 005 20250101000000\.0",
        section(shown(gateway, 3), "What became of it"),
    )


def test_report_tells_what_comes_up_next(gateway: Gateway):
    send(gateway, "refused-marc8", options=("--logon-id", "01carli_xyz", "--password", "no"))
    report = shown(gateway)
    assert section(report, "What happened") == "Logon ID 01carli_xyz differs from 01CARLI_XYZ only in capitals."
    assert section(report, "Also").startswith("The password is not right either. Retype it at Tools > ")
    assert "\n\nAlso\n  Once the logon is right, the record will be refused too. Alma cannot read" in report
    assert "Zone none: the host i-share-xyz has no zone with this logon ID" in section(report, "The export")


@pytest.mark.parametrize(
    ("credentials", "zone"),
    [
        (("--logon-id", "nobody", "--password", "x"), "none: the host i-share-xyz has no zone with this logon ID"),
        (("--logon-id", "", "--password", ""), "none: no logon ID was sent"),
        (
            ("--logon-id", "01CARLI_XYZ", "--password", "x"),
            "xyz, because the host i-share-xyz has it under the logon ID 01CARLI_XYZ",
        ),
    ],
)
def test_report_tells_why_that_zone(gateway: Gateway, credentials, zone):
    send(gateway, "cjk", options=credentials)
    assert f"Zone {zone} " in section(shown(gateway), "The export")


def test_report_of_what_cannot_be_shown(gateway: Gateway):
    send(gateway, "broken-directory-length")
    assert shown(gateway).endswith(
        "\nThe record as it arrived, 1,763 bytes\n"
        "  (it cannot be shown: the directory's length, 409, is no multiple of 12)\n"
    )


@pytest.mark.parametrize("name", ["longest", "cjk", "refused-authority", "broken-field-over-9999"])
def test_report_can_be_pasted_into_mail(gateway: Gateway, name):
    send(gateway, name)
    above_the_record, _, _ = shown(gateway).partition("\nThe record as it arrived")
    assert max(map(len, above_the_record.splitlines())) <= COLUMNS


CREDENTIALS = {
    "wrong password": ("01CARLI_XYZ", "Blu3-Wolf"),
    "password in place of the logon": ("Blu3-Wolf", "01CARLI_XYZ"),
    "another zone's password": ("01CARLI_XYZ", "network-secret"),
    "right": ("01CARLI_XYZ", "xyz-secret"),
}


@pytest.mark.parametrize("how", CREDENTIALS)
def test_report_has_no_credential(gateway: Gateway, how):
    logon_id, password = CREDENTIALS[how]
    user = ("--user-id", "100-123-456")
    send(gateway, "cjk", options=("--logon-id", logon_id, "--password", password, *user))
    for form in ((), ("--json",), ("--html", "-")):
        report = run("submissions", "show", "1", *form, *gateway.options).stdout
        assert not [secret for secret in ("Blu3-Wolf", "-secret", "100-123-456") if secret in report]


class Page(HTMLParser):
    """What a browser makes of a page, as far as the tests ask."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def page(gateway: Gateway) -> Page:
    """The first submission's."""
    result = run("submissions", "show", "1", "--html", "-", *gateway.options)
    assert result.exit_code == 0
    assert result.stdout.startswith("<!doctype html>\n")
    return Page(result.stdout)


def test_page_says_what_the_text_says(gateway: Gateway):
    send(gateway, "refused-marc8")
    text = " ".join(page(gateway).text.split())
    for heading in ("What happened", "What to change", "The export", "What became of it", "Connexion showed"):
        assert section(shown(gateway), heading).partition(" ")[0] in text
        assert heading in text
    assert "Alma cannot read the characters: field 100 holds MARC-8 characters (byte E2); Leader/09 is not a." in text


def test_page_needs_nothing_beyond_itself_and_runs_nothing(gateway: Gateway):
    send(gateway, "hebrew")
    tags = page(gateway).tags
    assert ("html", {"lang": "en"}) in tags
    assert {tag for tag, _ in tags}.isdisjoint({"script", "link", "img", "iframe", "object", "form", "a", "base"})
    assert not [attributes for _, attributes in tags if {*attributes} & {"src", "href", "srcset", "style"}]
    assert not [name for _, attributes in tags for name in attributes if name.startswith("on")]
    policy = next(attributes for _, attributes in tags if attributes.get("http-equiv"))
    assert policy["content"] == "default-src 'none'; style-src 'unsafe-inline'"


def test_page_has_each_value_of_the_record_in_the_direction_of_its_script(gateway: Gateway):
    send(gateway, "hebrew")
    found = page(gateway)
    record = Record.parse((MARC / "hebrew.mrc").read_bytes())
    values = [value for field in record.fields if not field.control for _, value in field.subfields()]
    assert [attributes["dir"] for tag, attributes in found.tags if tag == "bdi"] == ["auto"] * len(values)
    assert "מגדלור בחולות" in found.text


def test_page_shows_markup_that_a_record_holds(gateway: Gateway, folder: Path):
    trap = "</pre><script>alert('$heading')</script>&amp;<b title=\"x\">"
    record = Record.parse((MARC / "monograph.mrc").read_bytes())
    fields = [field for field in record.fields if field.tag != "245"]
    record = Record(record.leader, fields).adding(Field("245", f"00\x1fa{trap}".encode()))
    (folder / "trap.mrc").write_bytes(record.serialize())
    run("send", *gateway.options, folder / "trap.mrc")
    found = page(gateway)
    assert found.text.count(trap) == 2
    assert {tag for tag, _ in found.tags}.isdisjoint({"script", "b", "pre"})


def test_page_keeps_every_blank_of_the_fixed_fields(gateway: Gateway):
    send(gateway, "monograph")
    found = page(gateway)
    assert Record.parse((MARC / "monograph.mrc").read_bytes()).control_value("008") in found.text
    assert found.tags.count(("td", {"class": "value"})) == found.tags.count(("tr", {}))
    assert ".value { white-space: pre-wrap; }" in found.text


def test_page_goes_into_a_file(gateway: Gateway, folder: Path):
    send(gateway, "cjk")
    result = run("submissions", "show", "1", "--html", "report.html", *gateway.options)
    assert (result.exit_code, result.stdout) == (0, "")
    assert "海燈集" in (folder / "report.html").read_text("utf-8")


@pytest.mark.parametrize("forms", [("--json", "--raw"), ("--json", "--html", "x"), ("--raw", "--html", "-")])
def test_one_form_at_a_time(gateway: Gateway, forms, folder: Path):
    result = run("submissions", "show", "1", *forms, *gateway.options)
    assert (result.exit_code, "give one of --json, --raw and --html" in result.stderr) == (2, True)
    assert not (folder / "x").exists()


def test_show_as_json_and_raw(gateway: Gateway):
    send(gateway, "refused-not-utf8")
    [one] = listed(gateway)
    shown = json.loads(run("submissions", "show", "1", "--json", *gateway.options).stdout)
    assert shown | {"seconds": 0, "delivered": 0} == one | {"seconds": 0, "delivered": 0}
    raw = run("submissions", "show", "1", "--raw", *gateway.options).stdout_bytes
    assert raw == (MARC / "refused-not-utf8.mrc").read_bytes()


def test_show_an_unknown_one(gateway: Gateway):
    result = run("submissions", "show", "7", *gateway.options)
    assert (result.exit_code, result.stderr) == (1, "Error: there is no submission 7\n")


@pytest.mark.parametrize("command", [("submissions", "list"), ("records", "list"), ("records", "export", "-o", "-")])
def test_a_zone_that_is_none(command):
    result = run(*command, "--zone", "netwrk")
    assert result.exit_code == 2
    assert "there is no zone 'netwrk'; did you mean network?" in result.stderr


def test_no_store_yet(folder: Path):
    result = run("submissions", "list")
    assert isinstance(result.exception, StoreError)
    assert "gateway serve makes it" in words(result)


def test_a_memory_store_is_for_its_gateway_alone():
    result = run("submissions", "list", "--set", "store.url=memory:")
    assert isinstance(result.exception, StoreError)
    assert words(result) == "a memory: store can be read only by the gateway that serves it"


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ("desktop", "Connexion client (one-byte lengths), items A P"),
        ("browser", "Connexion browser or Record Manager (decimal lengths), items A P"),
    ],
)
def test_show_says_which_client_it_was(gateway: Gateway, form, words):
    send(gateway, "cjk", options=("--form", form))
    assert f" Sent by {words} Host " in section(shown(gateway), "The export")


@pytest.mark.parametrize(
    ("message", "sent_by"),
    [
        ("telnet", "Connexion client (one-byte lengths), items A P, opened with Telnet negotiation Host "),
        ("items-replaced", "Connexion client (one-byte lengths), items "),
        ("http-post", None),
    ],
)
def test_show_says_how_it_was_opened(gateway: Gateway, message, sent_by):
    with socket.create_connection((gateway.address, gateway.port)) as client:
        client.sendall((ROOT / "fixtures" / "connexion" / f"{message}.bin").read_bytes())
        client.shutdown(socket.SHUT_WR)
        while client.recv(4_096):
            pass
    export = section(shown(gateway), "The export")
    assert f" Sent by {sent_by}" in export if sent_by else "Sent by" not in export


def test_every_length_form_has_words():
    assert set(SENDERS) == {*get_args(LengthForm), "mixed", ""}


def test_every_outcome_has_words():
    assert set(OUTCOMES) == set(Outcome)
    assert len(set(OUTCOMES.values())) == len(OUTCOMES)


@pytest.mark.parametrize("reason", [Reason.LOGON_SLOW, Reason.STORE_SLOW])
def test_what_took_too_long_is_said_to_have_timed_out(reason: Reason):
    submission = Submission("1", datetime.now(UTC), HOST, "192.0.2.7", "01CARLI_XYZ", b"")
    attempt = Attempt(1, submission, Receipt("xyz", Outcome.TIMED_OUT, reason))
    assert ended(attempt) == f"timed out: {reason.value.replace('_', ' ')}"


@pytest.mark.parametrize("why", advice.NOT_LINKED)
def test_report_tells_why_nothing_was_linked_and_what_stands_in_the_way(why: str):
    submission = Submission("1", datetime.now(UTC), HOST, "192.0.2.7", "01CARLI_XYZ", b"")
    facts = Facts(network="network", not_linked=why, in_the_way=("991", "992"))
    text = as_text(report(Attempt(1, submission, Receipt("xyz", Outcome.CREATED, facts=facts)), known(load())))
    assert f"Not linked {NOT_LINKED[why]}: 991, 992" in section(text, "What became of it")


def test_every_severity_and_every_obstacle_has_words():
    assert set(SEVERITIES) == set(Severity)
    assert all(words and words.isprintable() for words in BLOCKED.values())
