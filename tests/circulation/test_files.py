"""Files of holdings: what is read of them, and how each fault names its line and field."""

import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from gateway.circulation import lines
from gateway.circulation.availability import BASE_STATUS, BASE_STATUS_CODES, PROCESS_TYPES
from gateway.circulation.entries import ALSO, FIELDS, Entry
from gateway.circulation.files import ITEMS, File, read
from gateway.circulation.lines import Line
from gateway.errors import Unusable
from gateway.model import BaseStatus, Library, Location, ProcessType

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "holdings.md"
BARE = Entry(mms_id="1", library="M", location="s")


def csv(text: str, name: str = "a.csv") -> File:
    """A CSV file as it is read."""
    return read(name, text.encode(), "xyz")


def toml(text: str) -> File:
    """A TOML file as it is read."""
    return read("a.toml", text.encode(), "xyz")


def faults(text: str, name: str = "a.csv") -> list[str]:
    """What is wrong in a file, a line each."""
    with pytest.raises(Unusable) as caught:
        read(name, text.encode(), "xyz")
    return str(caught.value).splitlines()


def entry(**given: Any) -> Entry:
    """The entry of a CSV line with these cells beside those of `BARE`."""
    heading = ",".join(("mms_id", "library", "location", *given))
    [line] = csv(f"{heading}\n1,M,s,{','.join(given.values())}\n").lines
    return line.entry


class TestCsv:
    def test_line_is_an_entry(self) -> None:
        assert csv("mms_id,library,location\n1,M,s\n").lines == (Line(2, BARE),)

    @pytest.mark.parametrize("delimiter", [",", ";", "\t"])
    def test_is_divided_by_what_its_heading_is(self, delimiter: str) -> None:
        text = delimiter.join(("mms_id", "library", "location")) + "\n" + delimiter.join(("1", "M", "s"))
        assert csv(text).lines == (Line(2, BARE),)

    @pytest.mark.parametrize("end", ["\n", "\r\n"])
    def test_may_end_its_lines_either_way_and_begin_with_a_mark(self, end: str) -> None:
        assert csv(f"\ufeffmms_id,library,location{end}1,M,s{end}").lines == (Line(2, BARE),)

    def test_passes_over_empty_lines_and_cells(self) -> None:
        found = csv("mms_id,oclc,library,location,barcode\n\n,,,,\n1,,M,s,\n1, ,M,s,7 \n").lines
        assert found == (Line(4, BARE), Line(5, Entry(mms_id="1", library="M", location="s", barcode="7")))

    def test_counts_the_lines_that_cells_go_over(self) -> None:
        text = 'mms_id,library,location,public_note\n1,M,s,"one\ntwo"\n1,M,t,\n1,M,,\n'
        assert faults(text) == ["a.csv, line 5: location is missing"]

    def test_knows_alma_s_headings(self) -> None:
        text = "MMS ID,Library,Permanent Location,Barcode,Item Policy,Process type,Due Date,Status\n1,M,s,7,B,Loan,,\n"
        [line] = csv(text).lines
        assert (line.entry.policy, line.entry.process_type) == ("B", ProcessType.LOAN)
        assert {*ALSO.values()} <= {*FIELDS}
        assert not {*ALSO} & {*FIELDS}
        assert ITEMS.field("Item-Policy") == "policy"

    @pytest.mark.parametrize(
        ("text", "told"),
        [
            ("mms_id,libary,location\n", "1: 'libary' is no column; did you mean library?"),
            ("mms_id,library,location\n1,M,s,x\n", "2: it has 4 cells, the heading has 3"),
            ("mms_id,library,location\n,M,s\n", "2: mms_id is missing; name the record by mms_id, oclc, isbn, issn"),
            ("mms_id,library\n1,M\n", "2: location is missing"),
            ("mms_id,library,location,barcode\n1,M,s,7\n1,M,s,7\n", "3: barcode '7' stands on line 2 already"),
            ('mms_id,library,location\n1,M,"s\n', "2: is no CSV: unexpected end of data"),
        ],
    )
    def test_fault_names_its_line(self, text: str, told: str) -> None:
        assert faults(text) == [f"a.csv, line {told}"]

    def test_two_columns_of_a_field_are_told(self) -> None:
        told = "a.csv, line 1: {!r} heads a second column of policy"
        assert faults("mms_id,Policy,item policy\n") == [told.format("Policy"), told.format("item policy")]

    def test_so_many_faults_are_told(self) -> None:
        told = faults("mms_id,library,location\n" + "1,M,\n" * 25)
        assert len(told) == lines.FAULTS_TOLD + 1
        assert told[-1] == "and 5 more"

    def test_so_many_lines_are_read(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(lines, "LINES", 2)
        told = faults("mms_id,library,location\n" + "1,M,s\n" * 3)
        assert told == ["a.csv has 3 lines; at most 2 are read: split it"]

    @pytest.mark.parametrize("name", ["a.csv", "a.toml", "upload"])
    def test_nothing_is_no_file(self, name: str) -> None:
        assert faults(" \n", name) == [f"{name} is empty"]

    def test_other_encodings_are_told(self) -> None:
        with pytest.raises(Unusable, match=r"^a\.csv is not UTF-8 text; save it as UTF-8$"):
            read("a.csv", "mms_id,library,location\n1,Bücher,s\n".encode("cp1252"), "xyz")


class TestValues:
    @pytest.mark.parametrize("process_type", ProcessType)
    def test_process_type_is_a_code_or_a_word(self, process_type: ProcessType) -> None:
        for text in (process_type.value, process_type.value.lower(), PROCESS_TYPES[process_type].upper()):
            assert entry(process_type=text).process_type is process_type

    @pytest.mark.parametrize("status", BaseStatus)
    def test_base_status_is_a_name_a_word_or_a_digit(self, status: BaseStatus) -> None:
        for text in (status.value, BASE_STATUS[status].lower(), BASE_STATUS_CODES[status]):
            assert entry(base_status=text).base_status is status

    @pytest.mark.parametrize(
        ("text", "moment"),
        [
            ("2026-12-31", datetime(2026, 12, 31, 23, 59, tzinfo=UTC)),
            ("2026-12-31T18:00:00", datetime(2026, 12, 31, 18, tzinfo=UTC)),
            ("2026-12-31 18:00:00", datetime(2026, 12, 31, 18, tzinfo=UTC)),
            ("2026-12-31T18:00:00-06:00", datetime(2027, 1, 1, tzinfo=UTC)),
        ],
    )
    def test_due_is_a_day_or_a_moment(self, text: str, moment: datetime) -> None:
        assert entry(due=text).due == moment
        [line] = toml(f'[[items]]\nmms_id = "1"\nlibrary = "M"\nlocation = "s"\ndue = {text}').lines
        assert line.entry.due == moment

    def test_summary_may_have_several_texts(self) -> None:
        assert entry(summary="v.1-3 | Index |").summary == ("v.1-3", "Index")

    @pytest.mark.parametrize(
        ("field", "text", "words"),
        [
            ("process_type", "LENT", f"is 'LENT', must be one of {', '.join(ProcessType)}"),
            ("base_status", "2", "is '2', must be one of in_place, not_in_place"),
            ("retention", "9", "is '9', must be one of 0, 1, 2, 3, 4, 5, 6, 7, 8"),
            ("encoding_level", "x", "is 'x', must be one of 1, 2, 3, 4, 5, m, u, z"),
            ("due", "31.12.2026", "is '31.12.2026'; write a day as 2026-12-31, or a moment as 2026-12-31T18:00:00Z"),
        ],
    )
    def test_value_that_cannot_be_is_told(self, field: str, text: str, words: str) -> None:
        told = faults(f"mms_id,library,location,{field}\n1,M,s,{text}\n")
        assert told == [f"a.csv, line 2: {field} {words}"]


LIBRARY = '[[libraries]]\ncode = "M"\nname = "Main"\nlocations = [{code = "t"}, {code = "s", name = "Stacks"}]\n'
ITEM = '[[items]]\nmms_id = "1"\nlibrary = "M"\nlocation = "s"\n'


class TestToml:
    def test_has_libraries_and_items(self) -> None:
        library = Library(zone="xyz", code="M", name="Main", locations=(Location("s", "Stacks"), Location("t")))
        assert toml(LIBRARY + ITEM) == File((library,), (Line(5, BARE),))

    def test_may_have_libraries_alone(self) -> None:
        assert toml(LIBRARY).lines == ()

    def test_is_known_by_its_name_or_by_what_it_looks_like(self) -> None:
        assert read("upload", ITEM.encode(), "xyz").lines == (Line(1, BARE),)
        assert read("upload", b"mms_id,library,location\n1,M,s\n", "xyz").lines == (Line(2, BARE),)

    def test_summary_is_a_list(self) -> None:
        [line] = toml(f'{ITEM}summary = ["a|b", "c"]\n').lines
        assert line.entry.summary == ("a|b", "c")

    @pytest.mark.parametrize(
        ("text", "told"),
        [
            ("[[items]\n", "1: is no TOML: Expected ']]' at the end of an array declaration"),
            ("items = 1\n", "1: items are tables; write [[items]] above each"),
            ("[[item]]\n", "1: 'item' is no part of such a file; write [[libraries]] and [[items]]"),
            (f"{ITEM}\nbarcod = '1'", "6: barcod is no field of an item; did you mean barcode?"),
            (f"{ITEM}barcode = 1\n", "5: barcode is 1, must be text; write it in quotation marks"),
            (f"{ITEM}summary = [1]\n", "5: summary is 1, must be text; write it in quotation marks"),
            (f"{ITEM}\n{ITEM}retention = '9'\n", "10: retention is '9', must be one of 0, 1, 2, 3, 4, 5, 6, 7, 8"),
            (f"{ITEM}{ITEM[:-15]}", "5: location is missing"),
            ('[[libraries]]\ncode = "M"\n', "1: code and name are both needed, as texts in quotation marks"),
            ('\n[[libraries]]\ncode = "M"\nname = ""\n', "2: name is empty"),
            (
                '[[libraries]]\ncode = "M"\nname = "M"\nlocations = ["s"]\n',
                '1: locations are written as {code = "stacks", name = "Book Stacks"}',
            ),
        ],
    )
    def test_fault_names_its_line(self, text: str, told: str) -> None:
        assert faults(text, "a.toml") == [f"a.toml, line {told}"]


class TestDocument:
    TEXT = DOCUMENT.read_text("utf-8")

    def test_names_every_field(self) -> None:
        assert [field for field in FIELDS if f"`{field}`" not in self.TEXT] == []

    def test_names_every_status(self) -> None:
        rows = [f"| `{one.value}` | {PROCESS_TYPES[one]} |" for one in ProcessType]
        assert [row for row in rows if row not in self.TEXT] == []

    def test_its_files_are_read(self) -> None:
        [of_csv] = [block.split("```")[0] for block in self.TEXT.split("```csv\n")[1:]]
        [of_toml] = [block.split("```")[0] for block in self.TEXT.split("```toml\n")[1:]]
        assert len(csv(of_csv).lines) == 2
        assert tomllib.loads(of_toml)
        assert (len(toml(of_toml).libraries), len(toml(of_toml).lines)) == (1, 1)
