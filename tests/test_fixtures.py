"""The fixtures are what their sources say, and what their names promise."""

import json
import re
import sys
import tomllib
from pathlib import Path

import pymarc
import pytest
from click.testing import CliRunner

from gateway.cli import root

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"
sys.path.insert(0, str(FIXTURES))  # its modules stand beside a script; they are no package

import build  # noqa: E402
from altered import ALTERED, Altered, Edit  # noqa: E402
from captures import CAPTURES  # noqa: E402

CAUSES_OF_REFUSAL = ("refused-", "broken-")
GOOD = sorted(path.stem for path in (FIXTURES / "marc").glob("*.mrc") if not path.name.startswith(CAUSES_OF_REFUSAL))
VECTORS = tomllib.loads((FIXTURES / "connexion" / "expected.toml").read_text("utf-8"))["vector"]
EVENT = re.compile(
    r"logon( [UAP]=\S*)+|record \d+( unterminated)?|telnet [0-9A-F]+|foreign (http [A-Z]+ \S+|tls|xml)|malformed at \d+"
)
AT_EOF = re.compile(r"closed|probe|goodbye|incomplete \d+( of \d+)?")


@pytest.fixture(scope="module")
def sound() -> dict[str, bytes]:
    return build.sound_records()


def stored(name: str) -> bytes:
    return (FIXTURES / "marc" / f"{name}.mrc").read_bytes()


def test_files_are_what_their_sources_build():
    assert build.differences(build.build()) == []


def test_difference_names_the_file(tmp_path, monkeypatch):
    (tmp_path / "marc").mkdir()
    (tmp_path / "connexion").mkdir()
    for name in ("same", "other", "stray"):
        (tmp_path / "marc" / f"{name}.mrc").write_bytes(b"1")
    monkeypatch.setattr(build, "FIXTURES", tmp_path)
    built = {tmp_path / "marc" / f"{name}.mrc": b"1" for name in ("same", "absent")}
    built[tmp_path / "marc" / "other.mrc"] = b"2"
    assert build.differences(built) == [
        "marc/absent.mrc is missing",
        "marc/other.mrc differs from its source",
        "marc/stray.mrc has no source",
    ]


def test_blanks_and_mnemonics_become_characters(tmp_path):
    source = tmp_path / "one.mrk"
    source.write_text("=LDR  00000nam\\a2200000\\i\\4500\n=001  a\\b\n=245  0\\$aC:\\{bsol} {lcub}{dollar}1{rcub}\n")
    record = build.read(source)
    assert str(record.leader) == "00000nam a2200000 i 4500"
    assert record["001"].data == "a b"
    assert tuple(record["245"].indicators) == ("0", " ")
    assert record["245"]["a"] == "C:\\\\ {$1}"


def test_record_with_blank_leader_09_must_be_ascii(tmp_path):
    source = tmp_path / "one.mrk"
    source.write_text("=LDR  00000nam\\\\2200000\\i\\4500\n=245  00$aé\n", "utf-8")
    with pytest.raises(ValueError, match="ASCII"):
        build.encode(build.read(source))


@pytest.mark.parametrize("name", GOOD)
def test_good_record_is_sound_bibliographic_marc(name):
    raw = stored(name)
    (record,) = pymarc.MARCReader(raw)
    assert record is not None, "pymarc cannot read it"
    assert int(raw[:5]) == len(raw)
    assert raw.endswith(b"\x1e\x1d")
    assert re.fullmatch(
        r"\d{5}[acdnp][aceijmprt][abcdims][ a][ a]22\d{5}[ 1-8uzIKLM][ aciu][ abc].{4}", str(record.leader)
    )
    assert raw[9:10] == b"a" or raw.isascii()
    assert [len(field.data) for field in record.get_fields("008")] == [40]
    assert len(record.get_fields("245")) == 1


@pytest.mark.parametrize("name", GOOD)
def test_good_record_has_its_oclc_number_in_035(name):
    (record,) = pymarc.MARCReader(stored(name))
    numbers = [value for field in record.get_fields("035") for value in field.get_subfields("a")]
    if name == "no-oclc-number":
        assert not record.get_fields("001", "003")
        assert not any("OCoLC" in number for number in numbers)
        return
    control = re.fullmatch(r"ocm(\d{8}) |ocn(\d{9})|on(\d{10,})", record["001"].data)
    assert control
    assert record["003"].data == "OCoLC"
    assert f"(OCoLC){control[control.lastindex]}" in numbers


def test_good_records_have_different_oclc_numbers():
    keys = [
        value
        for name in GOOD
        if name != "revised-local-fields"
        for field in pymarc.Record(stored(name)).get_fields("035")
        for value in field.get_subfields("a", "z")
    ]
    assert len(keys) == len(set(keys))


def test_revised_record_is_the_same_title_later_without_the_local_fields():
    first, revised = (pymarc.Record(stored(name)) for name in ("local-fields", "revised-local-fields"))
    for tag in ("001", "035", "245"):
        assert str(first[tag]) == str(revised[tag])
    assert first["005"].data < revised["005"].data
    assert str(first.leader)[5:12] + str(first.leader)[17:] == str(revised.leader)[5:12] + str(revised.leader)[17:]
    local = {field.tag for field in first.fields} - {field.tag for field in revised.fields}
    assert local == {"099", "500", "590", "690", "910", "949"}


def test_good_records_are_clean_but_for_what_they_show():
    files = [str(FIXTURES / "marc" / f"{name}.mrc") for name in GOOD]
    result = CliRunner().invoke(root, ["records", "check", "--json", *files])
    assert result.exit_code == 0
    checked = [json.loads(line) for line in result.stdout.splitlines()]
    warnings = {
        Path(record["file"]).stem: [finding["code"] for finding in record["findings"] if finding["severity"] != "info"]
        for record in checked
    }
    shown = {"minimal": ["charsetNotStated"], "no-oclc-number": ["noOclcNumber"]}
    assert warnings == {name: shown.get(name, []) for name in GOOD}


@pytest.mark.parametrize("name", GOOD)
def test_every_linked_880_has_its_partner(name):
    record = pymarc.Record(stored(name))
    links = {field["6"][:6]: field.tag for field in record.fields if not field.control_field and "6" in field}
    for link, tag in links.items():
        if tag == "880" and not link.endswith("-00"):
            assert links[f"880-{link[4:]}"] == link[:3]


def test_longest_record_has_99999_bytes_in_fields_of_at_most_9999():
    raw = stored("longest")
    assert len(raw) == 99_999
    assert max(map(len, raw.split(b"\x1e"))) + 1 == 9_999


@pytest.mark.parametrize("altered", ALTERED, ids=lambda altered: altered.name)
def test_undoing_the_edits_gives_the_base_back(altered, sound):
    undone = tuple(Edit(edit.new, edit.old, edit.at) for edit in reversed(altered.edits))
    assert stored(altered.name) != sound[altered.base]
    assert build.alter(stored(altered.name), altered._replace(edits=undone)) == sound[altered.base]


@pytest.mark.parametrize("edit", [Edit(b"x", b"y"), Edit(b"x", b"y", at=1)])
def test_edit_that_does_not_fit_its_base_is_an_error(edit):
    with pytest.raises(ValueError, match="broken-somehow"):
        build.alter(b"abc", Altered("broken-somehow", "monograph", (edit,), "nothing"))


@pytest.mark.parametrize("name", ["refused-marc8", "minimal"])
def test_blank_leader_09(name):
    assert stored(name)[9:10] == b" "


def test_marc8_record_reads_as_ansel():
    (record,) = pymarc.MARCReader(stored("refused-marc8"))
    assert record.title == "Café du récif : trois récits /"


def test_every_capture_has_a_vector_and_a_line_in_the_readme():
    names = [f"{capture.name}.bin" for capture in CAPTURES]
    assert sorted(names) == sorted(vector["file"] for vector in VECTORS)
    readme = (FIXTURES / "connexion" / "README.md").read_text("utf-8")
    assert [name for name in names if f"`{name}`" not in readme] == []


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["file"])
def test_vector_keeps_to_its_vocabulary_and_its_records(vector):
    assert set(vector) == {"file", "events", "at_eof"}
    assert [event for event in vector["events"] if not EVENT.fullmatch(event)] == []
    assert AT_EOF.fullmatch(vector["at_eof"])
    (capture,) = (capture for capture in CAPTURES if f"{capture.name}.bin" == vector["file"])
    declared = [int(stored(part)[:5]) for part in capture.parts if isinstance(part, str)]
    received = [int(event.split()[1]) for event in vector["events"] if event.startswith("record ")]
    if not vector["at_eof"].startswith("incomplete") and not any("malformed" in event for event in vector["events"]):
        assert received == declared
