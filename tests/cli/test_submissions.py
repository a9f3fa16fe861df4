"""`gateway submissions …` beside a running gateway, and after its end."""

import json
import re
import socket
from html.parser import HTMLParser
from pathlib import Path
from typing import get_args

import pytest

from gateway.cli.report import COLUMNS
from gateway.errors import StoreError
from gateway.frontends.connexion.readings import LengthForm
from gateway.importer.report import BLOCKED, OUTCOMES, SENDERS, SEVERITIES
from gateway.marc.record import Field, Record
from gateway.model import Outcome, Severity

from .gateways import HOST, MARC, ROOT, Gateway, run, serving, words

KEYS = [
    *("id", "seq", "at", "host", "peer", "zone", "logon_id", "outcome", "reason", "reply", "mms_id", "oclc_numbers"),
    *("title", "seconds", "delivered", "findings", "diagnosis", "also"),
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


def test_report_tells_how_it_was_matched_and_merged(gateway: Gateway):
    send(gateway, "cjk", "cjk")
    first, second = (section(shown(gateway, number), "What became of it") for number in (1, 2))
    assert first.endswith("Match method Unique OCLC Identifier Looked for 1999000033 Found no record")
    assert "Found 9910000000015867 (Hai deng ji = Tōdaishū = Tŭngdaejip)" in second
    assert second.endswith("Merge method Overlay all fields but local")


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


def test_every_severity_and_every_obstacle_has_words():
    assert set(SEVERITIES) == set(Severity)
    assert all(words and words.isprintable() for words in BLOCKED.values())
