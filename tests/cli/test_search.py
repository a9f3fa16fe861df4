"""`gateway search …` beside a running gateway."""

import json
import re

import pytest

from .gateways import MARC, Gateway, run

MONOGRAPH, CJK, SERIAL = "9910000000015867", "9910000000025867", "9910000000035867"


@pytest.fixture
def filled(gateway: Gateway) -> Gateway:
    """A gateway whose zone `xyz` has three records, and whose `network` has none."""
    sent = run("send", *gateway.options, *(MARC / f"{name}.mrc" for name in ("monograph", "cjk", "serial")))
    assert sent.exit_code == 0
    return gateway


def found(gateway: Gateway, *query: str) -> list[str]:
    """MMS IDs, in their order."""
    result = run("search", *gateway.options, "--json", "xyz", *query)
    assert result.exit_code == 0, result.output
    return [json.loads(line)["mms_id"] for line in result.stdout.splitlines()]


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        (("title:lantern",), [MONOGRAPH]),
        (("title:lantern", "not", "title:lantern"), []),
        (('title:"lantern keepers"', "author:quillfeather"), [MONOGRAPH]),
        (("isbn:6990001038",), [CJK]),
        (("format:serial or isbn:6990001038",), [SERIAL, CJK]),
        (("--order", "written", "mms:99*"), [SERIAL, CJK, MONOGRAPH]),
        (("--order", "written", "lang:eng"), [SERIAL, MONOGRAPH]),
        ((SERIAL,), [SERIAL]),
        (("--pqf", "@attr 1=4 lantern"), [MONOGRAPH]),
        (("--pqf", "@and", "@attr", "1=4", "lantern", "@attr", "1=1003", "quillfeather"), [MONOGRAPH]),
        (("--pqf", "@attr 1=7 6990001038"), [CJK]),
        (("--pqf", '@attr 1=4 @attr 4=1 "keepers lantern"'), []),
        (("--cql", "alma.title=lantern"), [MONOGRAPH]),
        (("--cql", "alma.mms_id=99* sortBy alma.main_pub_date/sort.descending"), [MONOGRAPH, CJK, SERIAL]),
        (("--cql", "--limit", "1", "alma.mms_id=99* sortBy alma.title"), [CJK]),
    ],
)
def test_finds(filled: Gateway, query: tuple[str, ...], ids: list[str]):
    assert found(filled, *query) == ids


def test_table(filled: Gateway):
    result = run("search", *filled.options, "xyz", "lantern")
    heading, line = result.stdout.splitlines()
    assert re.split("  +", heading.strip()) == ["Zone", "MMS ID", "Version", "Time", "Title", "OCLC"]
    assert line.split()[:3] == ["xyz", MONOGRAPH, "1"]
    assert result.stderr == "1 record\n"


def test_what_was_answered_is_found(filled: Gateway):
    assert found(filled, "former") == []
    run("send", *filled.options, MARC / "former-numbers.mrc")
    shown = json.loads(run("records", "show", "9910000000045867", "--format", "json", *filled.options).stdout)
    assert found(filled, f"oclc:{shown['oclc_numbers'][0]}") == ["9910000000045867"]


def test_limit(filled: Gateway):
    result = run("search", *filled.options, "xyz", "--limit", "2", "mms:99*")
    assert (len(result.stdout.splitlines()), result.stderr) == (3, "the first 2 of 3 records; --limit 0 lists all\n")
    result = run("search", *filled.options, "xyz", "--limit", "0", "mms:99*")
    assert (len(result.stdout.splitlines()), result.stderr) == (4, "3 records\n")


def test_count(filled: Gateway):
    result = run("search", *filled.options, "xyz", "--count", "--limit", "1", "mms:99*")
    assert (result.stdout, result.stderr) == ("3\n", "")


@pytest.mark.parametrize("zone", ["xyz", "network"])
def test_nothing(filled: Gateway, zone: str):
    result = run("search", *filled.options, zone, "nowhere")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "no records\n")
    assert run("search", *filled.options, zone, "--count", "nowhere").stdout == "0\n"


@pytest.mark.parametrize(
    ("query", "said"),
    [
        (("xyz", "titel:rivers"), "QUERY: titel: is no word of a search; did you mean title? To look for it as it is"),
        (("xyz", "a " * 101), "QUERY: the search has 101 terms; it may have 100"),
        (("xyz", "--pqf", "great rivers"), "QUERY: rivers: is left over; quote several words, or join two"),
        (("xyz", "--pqf", "@attr 1=9999 rivers"), "rivers: the use attribute is not supported: 9999 (bib-1 114)"),
        (("xyz", "--cql", "alma.tilte=rivers"), "QUERY: at character 1: alma.tilte: did you mean alma.title?"),
        (("xyz", "--cql", "--pqf", "rivers"), "QUERY is in one of PQF and CQL; give --pqf or --cql"),
        (("xyz", "--pqf", "@attr 9=1 rivers"), "rivers: the attribute type is not supported: 9 (bib-1 113)"),
        (("xyz", "--pqf", "@attr 1=31 soon"), "soon: the term is malformed: soon (bib-1 125)"),
        (("xzy", "rivers"), "ZONE: there is no zone 'xzy'; did you mean xyz?"),
        (("xyz",), "Missing argument 'QUERY…'"),
    ],
)
def test_what_cannot_be_asked(filled: Gateway, query: tuple[str, ...], said: str):
    result = run("search", *filled.options, *query)
    assert result.exit_code == 2
    assert said in result.stderr
