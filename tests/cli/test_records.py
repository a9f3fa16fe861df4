"""`gateway records …` beside a running gateway."""

import json
import re
import sys
from pathlib import Path

import pytest

from gateway.marc.record import Field, Record
from gateway.marc.splitting import split_records
from gateway.marc.views import mnemonic

from .gateways import MARC, ROOT, Gateway, run, serving

sys.path.insert(0, str(ROOT / "fixtures"))  # its modules stand beside a script; they are no package

import build

MNEMONIC = sorted(MARC.glob("*.mrk"))
FIRST, SECOND = "9910000000015867", "9910000000025867"


def send(gateway: Gateway, *files: Path, options: tuple[str, ...] = ()) -> None:
    assert run("send", *gateway.options, *options, *files).exit_code == 0


@pytest.fixture
def filled(gateway: Gateway, folder: Path) -> Gateway:
    """A gateway whose zone `xyz` has two records, the first in two versions, and whose `network` has one."""
    later = folder / "later.mrc"
    cjk = (MARC / "cjk.mrc").read_bytes()
    later.write_bytes(cjk.replace(b"268 pages", b"269 pages"))
    send(gateway, MARC / "cjk.mrc", MARC / "former-numbers.mrc", later)
    send(gateway, MARC / "cjk.mrc", options=("--zone", "network"))
    return gateway


def listed(gateway: Gateway, *options: str) -> list[dict]:
    result = run("records", "list", *gateway.options, "--json", *options)
    assert result.exit_code == 0
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_list(filled: Gateway):
    found = listed(filled)
    assert [(one["zone"], one["mms_id"], one["version"]) for one in found] == [
        ("xyz", FIRST, 2),
        ("xyz", SECOND, 1),
        ("network", "9910000000015816", 1),
    ]
    assert list(found[0]) == [
        *("zone", "mms_id", "version", "at", "title", "oclc_numbers", "originating_system", "originating_version"),
        *("submission", "made_by", "flags", "linked_to", "management_tag"),
    ]
    assert found[0]["oclc_numbers"] == ["1999000033"]
    assert found[0]["originating_system"] == "OCoLC"
    assert found[0]["made_by"] == "overlay-all-fields-but-local"
    assert (found[0]["flags"], found[0]["linked_to"]) == ([], "")
    assert found[0]["management_tag"] == "publish-bibliographic-records"
    [attempt] = run("submissions", "list", *filled.options, "--json", "--zone", "network").stdout.splitlines()
    assert found[2]["submission"] == json.loads(attempt)["id"]


def test_list_of_a_zone(filled: Gateway):
    assert [one["zone"] for one in listed(filled, "--zone", "network")] == ["network"]


@pytest.mark.parametrize("number", ["1999000033", "(OCoLC)on1999000033", "on1999000033", "(OCoLC)1999000033"])
def test_list_by_oclc_number(filled: Gateway, number):
    assert [one["mms_id"] for one in listed(filled, "--oclc", number)] == [FIRST, "9910000000015816"]


def test_list_by_a_former_oclc_number(filled: Gateway):
    marc = json.loads(run("records", "show", SECOND, "--format", "json", *filled.options).stdout)["marc"]
    [former, *_] = [
        value["z"] for field in marc["fields"] for value in field.get("035", {}).get("subfields", []) if "z" in value
    ]
    assert [one["mms_id"] for one in listed(filled, "--zone", "xyz", "--oclc", former)] == [SECOND]


@pytest.mark.parametrize("isbn", ["9786990001036", "978-6-99-000103-6", "6990001038"])
def test_list_by_isbn(filled: Gateway, isbn):
    assert [one["mms_id"] for one in listed(filled, "--isbn", isbn)] == [FIRST, "9910000000015816"]


@pytest.mark.parametrize("number", ["9871-001X", "9871001x"])
def test_list_by_issn(gateway: Gateway, number):
    send(gateway, MARC / "cjk.mrc", MARC / "serial.mrc")
    assert [one["mms_id"] for one in listed(gateway, "--issn", number)] == [SECOND]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--oclc", "DLC123"), "--oclc: is no OCLC number; write its digits, such as 1000001"),
        (("--isbn", "9786990001037"), "--isbn: is no ISBN; write all 10 or 13 digits, the check digit too"),
        (("--issn", "29990007x"), "--issn: is no ISSN; write all 8 digits, the check digit too"),
        (("--isbn", "9786990001036", "--oclc", "1"), "give one of --oclc and --isbn"),
    ],
)
def test_list_by_what_is_no_number(filled: Gateway, options, said):
    result = run("records", "list", *filled.options, *options)
    assert result.exit_code == 2
    assert said in result.stderr


def test_limit(filled: Gateway):
    result = run("records", "list", *filled.options, "--json", "--limit", "2")
    assert (len(result.stdout.splitlines()), result.stderr) == (2, "there are more: --limit 0 lists all\n")
    assert len(listed(filled, "--limit", "0")) == 3


def test_table(filled: Gateway):
    result = run("records", "list", *filled.options, "--zone", "network")
    heading, line = result.stdout.splitlines()
    assert re.split("  +", heading.strip()) == ["Zone", "MMS ID", "Version", "Time", "Title", "OCLC"]
    assert line.split()[:3] == ["network", "9910000000015816", "1"]


def test_table_with_flags_and_links(store):
    with serving(store, "profiles.carli-iz.use_network_zone=true") as gateway:
        send(gateway, MARC / "cjk.mrc")
        run("records", "flag", FIRST, "--locked", "--cz-linked", *gateway.options)
        heading, ours, theirs = run("records", "list", *gateway.options).stdout.splitlines()
        shown = run("records", "show", FIRST, *gateway.options).stdout
    assert re.split("  +", heading.strip())[6:] == ["Flags", "Linked to"]
    told = ["locked, linked to the Community Zone", "9910000000015816"]
    assert re.split("  +", ours.strip())[6:] == told
    assert re.split("  +", theirs.strip())[6:] == []
    assert f"\nFlags           {told[0]}\n" in shown
    assert f"\nLinked to       {told[1]} in the Network Zone\n" in shown
    assert "\nManagement tag  Publish Bibliographic Records\n" in shown


def test_table_of_records_with_different_management_tags(store):
    with serving(store, "profiles.carli-nz.synchronize=do-not-publish") as gateway:
        send(gateway, MARC / "cjk.mrc")
        send(gateway, MARC / "cjk.mrc", options=("--zone", "network"))
        heading, ours, theirs = run("records", "list", *gateway.options).stdout.splitlines()
    assert re.split("  +", heading.strip())[6:] == ["Management tag"]
    assert re.split("  +", ours.strip())[6:] == ["Publish Bibliographic Records"]
    assert re.split("  +", theirs.strip())[6:] == ["Don't Publish"]


def test_no_records(gateway: Gateway):
    result = run("records", "list", *gateway.options)
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "no records\n")


def test_show_text(filled: Gateway):
    result = run("records", "show", FIRST, *filled.options)
    assert result.exit_code == 0
    labels = [line.partition("  ")[0] for line in result.stdout.partition("\n\n")[0].splitlines()]
    assert labels == [
        *("MMS ID", "Zone", "Version", "Came about", "Title", "OCLC number", "From", "Submission", "Management tag"),
    ]
    assert "Version         2 of 2, " in result.stdout
    assert "Came about      Replaced by Overlay all fields but local\n" in result.stdout
    assert "=300  \\\\$a269 pages" in result.stdout


def test_show_an_earlier_version(filled: Gateway):
    result = run("records", "show", FIRST, "--version", "1", *filled.options)
    assert "Version         1 of 2, " in result.stdout
    assert "=300  \\\\$a268 pages" in result.stdout


def test_show_mrc_and_mrk_are_the_same_record(filled: Gateway, folder: Path):
    raw = run("records", "show", FIRST, "--format", "mrc", *filled.options).stdout_bytes
    file = folder / "one.mrk"
    file.write_bytes(run("records", "show", FIRST, "--format", "mrk", *filled.options).stdout_bytes)
    assert build.encode(build.read(file)) == raw
    assert Record.parse(raw).control_value("001") == FIRST


def test_show_json(filled: Gateway):
    result = run("records", "show", FIRST, "--format", "json", *filled.options)
    shown = json.loads(result.stdout)
    assert (shown["zone"], shown["mms_id"], shown["version"], shown["versions"]) == ("xyz", FIRST, 2, 2)
    assert shown["marc"]["fields"][0] == {"001": FIRST}


def test_show_a_field_without_subfields(gateway: Gateway, folder: Path):
    """From the load corpus: it is filed as it is, and every view shows it."""
    cjk = Record.parse((MARC / "cjk.mrc").read_bytes())
    (folder / "odd.mrc").write_bytes(cjk.adding(Field("505", "0 zLes années creuses".encode())).serialize())
    send(gateway, folder / "odd.mrc")
    as_json = run("records", "show", FIRST, "--format", "json", *gateway.options)
    assert (as_json.exit_code, as_json.stderr) == (0, "")
    [field] = [field["505"] for field in json.loads(as_json.stdout)["marc"]["fields"] if "505" in field]
    assert field == {"ind1": "0", "ind2": " ", "subfields": [{"?": "zLes années creuses"}]}
    assert "\n=505  0\\zLes années creuses\n" in run("records", "show", FIRST, *gateway.options).stdout


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("991",), "no record has the MMS ID 991"),
        ((FIRST, "--zone", "network"), f"no record has the MMS ID {FIRST}"),
        ((FIRST, "--version", "3"), f"{FIRST} has no version 3; its newest is 2"),
    ],
)
def test_show_what_is_not_there(filled: Gateway, options, said):
    result = run("records", "show", *options, *filled.options)
    assert (result.exit_code, result.stderr) == (1, f"Error: {said}\n")


def test_export_by_mms_id(filled: Gateway, folder: Path):
    result = run("records", "export", *filled.options)
    assert (result.exit_code, result.stderr) == (0, "2 records of zone xyz\n")
    records = split_records(result.stdout_bytes)
    assert [Record.parse(raw).control_value("001") for raw in records] == [FIRST, SECOND]
    to_file = run("records", "export", *filled.options, "-o", "out.mrc", "--json")
    assert (to_file.stdout, json.loads(to_file.stderr)) == (
        "",
        {"zone": "xyz", "records": 2, "left_out": 0, "objections": 0},
    )
    assert (folder / "out.mrc").read_bytes() == result.stdout_bytes


def test_export_is_paged(gateway: Gateway):
    send(gateway, *[MARC / "no-oclc-number.mrc"] * 250)
    result = run("records", "export", *gateway.options, "-o", "-")
    numbers = [Record.parse(raw).control_value("001") for raw in split_records(result.stdout_bytes)]
    assert len(numbers) == 250
    assert numbers == sorted(set(numbers))


def test_export_of_an_empty_zone(gateway: Gateway):
    result = run("records", "export", *gateway.options, "--zone", "network")
    assert (result.exit_code, result.stdout_bytes, result.stderr) == (0, b"", "0 records of zone network\n")


@pytest.mark.parametrize("file", MNEMONIC, ids=lambda file: file.stem)
def test_mnemonic_form_is_read_back_as_it_was(file: Path, folder: Path):
    raw = build.sound_records()[file.stem]
    copy = folder / "copy.mrk"
    copy.write_text(mnemonic(Record.parse(raw)) + "\n", "utf-8")
    assert build.encode(build.read(copy)) == raw
