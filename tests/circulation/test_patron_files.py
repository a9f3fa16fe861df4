"""Files of patrons: what is read of them, and how each fault names its line and field and no PIN."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.circulation.lines import Line
from gateway.circulation.patron_files import PATRONS, read
from gateway.circulation.patrons import ALSO, FIELDS, PatronEntry
from gateway.errors import Unusable

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "lending.md"
BARE = PatronEntry(barcode="7", name="Doe, Jane")
TABLE = '[[patrons]]\nbarcode = "7"\nname = "Doe, Jane"\n'
PIN = "4711-secret"


def lines(text: str, name: str = "a.csv") -> tuple[Line[PatronEntry], ...]:
    """A file as it is read."""
    return read(name, text.encode())


def faults(text: str, name: str = "a.csv") -> list[str]:
    """What is wrong in a file, a line each."""
    with pytest.raises(Unusable) as caught:
        lines(text, name)
    return str(caught.value).splitlines()


class TestCsv:
    def test_line_is_a_patron(self) -> None:
        assert lines("barcode;name\n7;Doe, Jane\n") == (Line(2, BARE),)

    def test_has_all_that_is_said_of_one(self) -> None:
        [line] = lines(
            "barcode,name,group,email,pin,expires,blocks\n"
            '7,"Doe, Jane",staff,jane@example.org,4711,2027-06-30,Owes a fine | Lost a key\n'
        )
        assert line.entry == PatronEntry(
            barcode="7",
            name="Doe, Jane",
            group="staff",
            email="jane@example.org",
            pin="4711",
            expires=datetime(2027, 6, 30, 23, 59, tzinfo=UTC),
            blocks=("Owes a fine", "Lost a key"),
        )

    def test_knows_other_headings(self) -> None:
        [line] = lines("Barcode,Full Name,User Group,Expiry Date,PIN number,Block\n7,J,staff,2027-06-30,1,x\n")
        assert (line.entry.name, line.entry.group, line.entry.pin, line.entry.blocks) == ("J", "staff", "1", ("x",))
        assert {*ALSO.values()} <= {*FIELDS}
        assert not {*ALSO} & {*FIELDS}

    @pytest.mark.parametrize(
        ("text", "told"),
        [
            ("barcode,nmae\n", "1: 'nmae' is no column; did you mean name?"),
            ("barcode,name\n7,\n", "2: name is missing"),
            ("barcode,name\n,J\n", "2: barcode is missing"),
            ("barcode,name\n7,J\n7,J\n", "3: barcode '7' stands on line 2 already"),
            (f"barcode,name\n{'7' * 101},J\n", "2: barcode has 101 characters; at most 100 can be kept"),
            ("barcode,name\n7,a\tb\n", "2: name has a character that nobody sees, U+0009"),
            (
                "barcode,name,expires\n7,J,soon\n",
                "2: expires is 'soon'; write a day as 2026-12-31, or a moment as 2026-12-31T18:00:00Z",
            ),
            ("barcode,name,expires\n7,J,1066-10-14\n", "2: expires is in the year 1066; write one from 1900 to 9998"),
            (
                f"barcode,name,blocks\n7,J,{'|'.join(map(str, range(21)))}\n",
                "2: blocks are 21; a patron has at most 20",
            ),
            (f"barcode,name,blocks\n7,J,{'x' * 1001}\n", "2: blocks.1 has 1,001 characters; at most 1,000 can be kept"),
        ],
    )
    def test_fault_names_its_line(self, text: str, told: str) -> None:
        assert faults(text) == [f"a.csv, line {told}"]


class TestToml:
    def test_has_patrons(self) -> None:
        assert lines(TABLE, "a.toml") == (Line(1, BARE),)

    def test_blocks_are_a_list(self) -> None:
        [line] = lines(f'{TABLE}blocks = ["a|b", "c"]\nexpires = 2027-06-30\n', "a.toml")
        assert line.entry.blocks == ("a|b", "c")
        assert line.entry.expires == datetime(2027, 6, 30, 23, 59, tzinfo=UTC)

    @pytest.mark.parametrize(
        ("text", "told"),
        [
            ("[[items]]\n", "1: 'items' is no part of such a file; write [[patrons]]"),
            (f"{TABLE}phone = '1'\n", "4: phone is no field of a patron; there are " + ", ".join(FIELDS)),
            (f"{TABLE}blocks = 1\n", "4: blocks is 1, must be text; write it in quotation marks"),
            (f"{TABLE}pin = 4711\n", "4: pin must be text; write it in quotation marks"),
        ],
    )
    def test_fault_names_its_line(self, text: str, told: str) -> None:
        assert faults(text, "a.toml") == [f"a.toml, line {told}"]


def test_pin_is_shown_nowhere() -> None:
    [line] = lines(f"barcode,name,pin\n7,J,{PIN}\n")
    assert line.entry.pin == PIN
    assert PIN not in repr(line)
    assert PIN not in "".join(faults(f"barcode,name,pin\n,J,{PIN}\n"))


CELLS = st.one_of(st.text(max_size=12), st.sampled_from(["2026-12-31", "0001-01-01T00:00:00+23:00", "|", '"', " 1"]))


@given(st.lists(st.dictionaries(st.sampled_from([*FIELDS]), CELLS), max_size=4))
def test_any_cells_are_read_or_told(rows: list[dict[str, str]]) -> None:
    cells = [",".join('"' + row.get(field, "").replace('"', '""') + '"' for field in FIELDS) for row in rows]
    try:
        found = lines("\n".join([",".join(FIELDS), *cells]))
    except Unusable:
        return
    assert all(line.entry.barcode and line.entry.name for line in found)


@given(st.dictionaries(st.sampled_from([*FIELDS, "odd"]), st.sampled_from(["1", "true", "[1]", "12:00:00", '"x"'])))
def test_any_toml_is_read_or_told(fields: dict[str, str]) -> None:
    try:
        lines("\n".join(["[[patrons]]", *(f"{name} = {value}" for name, value in fields.items())]), "a.toml")
    except Unusable:
        return


class TestDocument:
    TEXT = DOCUMENT.read_text("utf-8")

    def test_names_every_field(self) -> None:
        assert [field for field in FIELDS if f"`{field}`" not in self.TEXT] == []

    def test_its_files_are_read(self) -> None:
        [of_csv] = [block.split("```")[0] for block in self.TEXT.split("```csv\n")[1:]]
        [of_toml] = [block.split("```")[0] for block in self.TEXT.split(f"```toml\n[[{PATRONS.table}]]")[1:]]
        assert len(lines(of_csv)) == 2
        assert len(lines(f"[[{PATRONS.table}]]{of_toml}", "a.toml")) == 1
