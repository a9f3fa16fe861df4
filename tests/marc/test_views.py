"""Views of a record: that each shows all of it. (tests/cli/test_records.py: mnemonic form is read back as it was.)"""

import json
import logging
from pathlib import Path

import pytest

from gateway.marc.iso2709 import Damaged
from gateway.marc.record import Field, Record, to_pymarc
from gateway.marc.views import mnemonic
from tests.marc.mnemonic import FIXTURES, LEADER, records_in


def line(tag: str, body: bytes) -> str:
    """The one field's line."""
    return mnemonic(Record(LEADER, [Field(tag, body)])).splitlines()[1]


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        ("10\x1faSea /\x1fcZoë.", "10$aSea /$cZoë."),
        ("  \x1fa$5 {net} \\", r"\\$a{dollar}5 {lcub}net{rcub} {bsol}"),
        ("0 zLes années creuses", r"0\zLes années creuses"),
        ("0 $5\x1faSea", r"0\{dollar}5$aSea"),
        ("", r"\\"),
        ("1\x1faSea", r"1\$aSea"),
        ("\x1faSea", r"\\$aSea"),
        ("é1\x1faSea", "é1$aSea"),
    ],
)
def test_mnemonic_form_of_a_data_field(body: str, shown: str) -> None:
    assert line("505", body.encode()) == f"=505  {shown}"


def test_mnemonic_form_of_a_control_field() -> None:
    assert line("008", b"260301s2026    xxu") == r"=008  260301s2026\\\\xxu"


def test_mnemonic_form_of_bytes_that_are_not_utf8() -> None:
    assert line("505", b"00\x1fa\xe9t\xe9") == "=505  00$a\ufffdt\ufffd"


def check_views(raw: bytes) -> None:
    """Every view has a line, or an object, for each field."""
    record = Record.parse(raw)
    converted = json.loads(json.dumps(to_pymarc(record).as_dict()))
    assert [[*field] for field in converted["fields"]] == [[field.tag] for field in record.fields]
    for field, shown in zip(record.fields, converted["fields"], strict=True):
        if not field.control:
            found = [pair for subfield in shown[field.tag]["subfields"] for pair in subfield.items()]
            assert [pair for pair in found if pair[0] != "?"] == [pair for pair in field.subfields() if pair[0] != "?"]
    assert mnemonic(record).startswith("=LDR  ")


@pytest.mark.parametrize("file", sorted(FIXTURES.glob("*.mrc")), ids=lambda file: file.stem)
def test_fixture_has_every_view(
    file: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    try:
        check_views(file.read_bytes())
    except Damaged:
        assert file.stem.startswith("broken-")
    assert not caplog.records
    assert capfd.readouterr() == ("", "")


def test_real_records_have_every_view(
    conformance: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    for file in sorted((conformance / "marc").glob("*.mrc")):
        for raw in records_in(file):
            check_views(raw)
    assert not caplog.records
    assert capfd.readouterr() == ("", "")
