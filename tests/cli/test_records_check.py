"""`gateway records check`: what an import would say, without a gateway."""

import csv
import json
import time
from pathlib import Path

import pytest

from gateway.marc.record import Field, Record
from gateway.marc.splitting import split_records
from gateway.model import Severity

from .gateways import MARC, Gateway, is_good, process, run, words

FILES = sorted(MARC.glob("*.mrc"))
GOOD = [file for file in FILES if is_good(file)]
COLUMNS = ["file", "record", "title", "code", "severity", "field", "occurrence", "offset", "words"]
CORPUS_SECONDS = 60.0
"""Many times what two thousand records take, for machines that are busy."""


def checked(*arguments: str | Path, exit_code: int = 0) -> list[dict]:
    result = run("records", "check", "--json", *arguments)
    assert (result.exit_code, result.stderr) == (exit_code, "")
    return [json.loads(line) for line in result.stdout.splitlines()]


@pytest.fixture
def odd(folder: Path) -> Path:
    """A sound record, one with an ISBN that is none, and one without a title."""
    cjk = Record.parse((MARC / "cjk.mrc").read_bytes())
    bad_isbn = cjk.adding(Field("020", b"  \x1fa9786990001037"))
    file = folder / "odd.mrc"
    no_title = (MARC / "refused-no-245.mrc").read_bytes()
    file.write_bytes((MARC / "minimal.mrc").read_bytes() + bad_isbn.serialize() + no_title)
    return file


def test_a_line_a_finding(odd: Path):
    result = run("records", "check", odd)
    assert (result.exit_code, result.stderr) == (1, "3 records, 1 would be refused\n")
    heading, *rows = csv.reader(result.stdout.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)
    assert heading == COLUMNS
    found = {row[3]: row for row in rows}
    title = "Hai deng ji = Tōdaishū = Tŭngdaejip"
    assert found["invalidISBN"][:7] == [str(odd), "2", title, "invalidISBN", "warn", "020", "2"]
    assert found["invalidISBN"][7].isdigit()
    assert found["invalidISBN"][8] == "field 020 has '9786990001037' in $a, which is no valid ISBN"
    assert found["titleMissing"] == [
        *(str(odd), "3", "1999000165", "titleMissing", "refuse", "245", "", "", "there is no title field (245)"),
    ]


def test_records_in_which_nothing_is_found():
    result = run("records", "check", MARC / "longest.mrc")
    assert (result.exit_code, result.stderr) == (0, "1 record, 0 would be refused\n")
    assert result.stdout == "\t".join(COLUMNS) + "\n"


def test_json_keys(odd: Path):
    minimal, _, no_title = checked(odd, exit_code=1)
    assert list(no_title) == ["file", "record", "title", "oclc_numbers", "refused", "reason", "findings"]
    assert (no_title["file"], no_title["record"], no_title["title"]) == (str(odd), 3, "")
    assert no_title["oclc_numbers"] == ["1999000165"]
    assert (no_title["refused"], no_title["reason"]) == (True, "required")
    assert (minimal["refused"], minimal["reason"]) == (False, None)
    assert [finding["code"] for finding in minimal["findings"]] == ["charsetNotStated"]
    [finding] = [one for one in no_title["findings"] if one["severity"] == "refuse"]
    assert finding == {
        "code": "titleMissing",
        "severity": "refuse",
        "field": "245",
        "occurrence": 0,
        "offset": None,
        "detail": "",
        "words": "there is no title field (245)",
    }


def test_the_same_records_are_refused_as_on_export(gateway: Gateway):
    sent = run("send", *gateway.options, "--json", *FILES).stdout.splitlines()
    filed = [json.loads(line)["filed"] for line in sent]
    assert [not one["refused"] for one in checked(*FILES, exit_code=1)] == filed


def test_damaged_files_are_refused_and_no_more(folder: Path):
    (folder / "text.mrc").write_text("Dear diary, today I catalogued nothing.\n")
    (folder / "bytes.mrc").write_bytes(bytes(range(256)) * 40)
    found = checked("text.mrc", "bytes.mrc", *[file for file in FILES if file not in GOOD], exit_code=1)
    assert all(one["refused"] for one in found)
    assert all(one["findings"][0]["severity"] == "refuse" for one in found)


def test_summary(odd: Path):
    result = run("records", "check", "--summary", odd, MARC / "refused-no-245.mrc")
    assert (result.exit_code, result.stderr) == (1, "4 records, 2 would be refused\n")
    heading, *rows = result.stdout.splitlines()
    assert heading.split() == ["Count", "Severity", "Code", "First", "in", "There"]
    counts = [int(row.split()[0]) for row in rows]
    assert counts == sorted(counts, reverse=True)
    [missing] = [row for row in rows if " titleMissing " in row]
    assert missing.split()[:3] == ["2", "refuse", "titleMissing"]
    assert f" {odd} record 3 " in missing
    assert missing.rstrip().endswith("  there is no title field (245)")


def test_summary_in_json(odd: Path):
    found = {one["code"]: one for one in checked("--summary", odd, exit_code=1)}
    assert found["titleMissing"] == {
        "code": "titleMissing",
        "severity": "refuse",
        "count": 1,
        "file": str(odd),
        "record": 3,
        "field": "245",
        "occurrence": 0,
        "words": "there is no title field (245)",
    }


STRICT = ("--set", "profiles.carli-nz.refuse=['standard-numbers']")


@pytest.mark.parametrize(
    ("options", "reasons"),
    [
        ((), [None, None, "required"]),
        (("--zone", "network"), [None, "rules", None]),
        (("--profile", "carli-nz"), [None, "rules", None]),
        (("--zone", "sandbox-abc"), [None, None, "required"]),
    ],
)
def test_what_refuses_is_the_profiles(odd: Path, options, reasons):
    assert [one["reason"] for one in checked(odd, *STRICT, *options, exit_code=1)] == reasons


def test_a_finding_refuses_where_the_profile_says_so(odd: Path):
    findings = checked(odd, *STRICT, "--profile", "carli-nz", exit_code=1)[1]["findings"]
    assert [one["code"] for one in findings if one["severity"] == Severity.REFUSE] == ["invalidISBN"]


def test_a_record_that_the_import_makes_too_long(folder: Path):
    """As long as a record may be, without the 035 that the import then makes."""
    longest = Record.parse((MARC / "longest.mrc").read_bytes())
    fields = [Field("500", field.body) if field.tag == "035" else field for field in longest.fields]
    (folder / "long.mrc").write_bytes(Record(longest.leader, fields).serialize())
    [one] = checked("long.mrc", exit_code=1)
    assert (one["refused"], one["reason"]) == (True, "too_long")
    [finding] = [finding for finding in one["findings"] if finding["severity"] == "refuse"]
    assert finding["words"].endswith("MARC 21 allows 99,999")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--zone", "netwrk"), "there is no zone 'netwrk'; did you mean network?"),
        (("--profile", "carli_iz"), "there is no profile 'carli_iz'; did you mean carli-iz?"),
        (("--profile", "q"), "there is no profile 'q'; there are carli-iz, carli-nz and csu-nz"),
        (("--profile", "carli-iz", "--zone", "xyz"), "give one of --zone and --profile"),
        (
            ("--set", "zones.xyz.profiles=[]"),
            "zone xyz has no integration profile, so no record comes in; choose one by",
        ),
        (
            ("--zone", "network", "--set", "zones.network.profiles=['carli-iz', 'csu-nz']"),
            "zone network has several integration profiles, so no record comes in; choose one by --profile",
        ),
        (("--set", "profiles.carli-nz.merge_method=q"), "profiles.carli-nz.merge_method (--set profiles.carli-nz."),
        (("no-such-file.mrc",), "no-such-file.mrc"),
    ],
)
def test_usage(options, said):
    result = run("records", "check", *options, MARC / "cjk.mrc")
    assert result.exit_code == 2 or type(result.exception).__name__ == "SettingsError"
    assert said in " ".join(words(result).split())


def test_an_empty_file_is_no_success(folder: Path):
    (folder / "empty.mrc").write_bytes(b"\n")
    result = run("records", "check", "empty.mrc")
    assert result.exit_code == 2
    assert "empty.mrc is empty" in result.stderr


def test_standard_input():
    result = run("records", "check", "--json", "-", given=(MARC / "cjk.mrc").read_bytes())
    assert result.exit_code == 0
    assert json.loads(result.stdout)["file"] == "-"


def test_no_store_is_opened(folder: Path):
    run("records", "check", MARC / "cjk.mrc", "--set", "store.url=sqlite:gateway.db")
    assert list(folder.iterdir()) == []


def test_who_reads_only_the_beginning_disturbs_nothing(folder: Path):
    """More than a pipe holds, as behind `| head -1`."""
    (folder / "many.mrc").write_bytes((MARC / "no-oclc-number.mrc").read_bytes() * 2_000)
    with process("records", "check", str(folder / "many.mrc")) as started:
        assert started.stdout is not None
        assert started.stderr is not None
        assert started.stdout.readline().startswith(b"file\trecord\t")
        started.stdout.close()
        assert started.wait(30) == 1
        assert started.stderr.read() == b""


def test_two_thousand_real_records_in_seconds(conformance: Path):
    file = conformance / "marc" / "uva_2000_utf8.mrc"
    began = time.perf_counter()
    result = run("records", "check", file)
    assert time.perf_counter() - began < CORPUS_SECONDS
    assert (result.exit_code, result.stderr) == (0, "2,000 records, 0 would be refused\n")


def test_real_damage(conformance: Path):
    files = [file for file in (conformance / "marc" / "broken").rglob("*") if file.suffix in (".mrc", ".bin", ".marc")]
    filled = [file for file in files if split_records(file.read_bytes())]
    result = run("records", "check", *filled)
    assert isinstance(result.exception, SystemExit)
    assert result.exit_code == 1
    marc8 = run("records", "check", "--summary", conformance / "marc" / "solrmarc_spec_76.mrc")
    assert marc8.exit_code == 1
    assert "marc8" in marc8.stdout
