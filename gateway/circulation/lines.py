"""Files of what circulation knows: CSV with a line for each, or TOML with a table for each.

Faults name line and field. Of which fields a line is, its `Kind` says.
"""

import csv
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from io import StringIO
from typing import Any, Final, Generic, NamedTuple, Protocol, TypeVar

from gateway.circulation.rules import Fault, shown
from gateway.errors import Unusable

LINES: Final = 200_000
"""Most lines of a file that are read: some 100 MB in memory. Split a longer one."""
FAULTS_TOLD: Final = 20
"""Faults of a file that are told, the first ones; how many more there are is said."""
CELL_CHARACTERS: Final = 100_000
"""Longest cell of a CSV file: no field may be as long, but a mark that opens a quotation may stand alone."""
DELIMITERS: Final = ",;\t"
"""Between the cells of a CSV file: the one that is most frequent in its first line."""
_HEADER: Final = re.compile(r"[ \t]*\[\[[ \t]*(\w+)[ \t]*\]\]")
_KEY: Final = re.compile(r"[ \t]*([A-Za-z0-9_-]+)[ \t]*=")
_TOML_PLACE: Final = re.compile(r" \(at line (\d+), column \d+\)$")


class Scanned(Protocol):
    """What a line may be: something with a barcode, which stands in a file once."""

    @property
    def barcode(self) -> str:
        """May be empty."""


E = TypeVar("E", bound=Scanned)


class Kind(NamedTuple, Generic[E]):
    """What the lines of a file are."""

    table: str
    """Name of a TOML file's tables."""
    noun: str
    """Such as `an item`."""
    fields: Mapping[str, object]
    """By name; only the names count here."""
    also: Mapping[str, str]
    """Other names of fields."""
    read: "Callable[[Mapping[str, object]], Read[E]]"
    """What makes a line of its fields, all of which are of `fields`; empty texts say nothing."""

    def field(self, heading: str) -> str:
        """The field that a column's heading names, such as `Item Policy`; else what it is called."""
        name = "_".join(heading.lower().replace("-", " ").split())
        return self.also.get(name, name)

    def hint(self, field: str) -> str:
        """What may have been meant by it."""
        near = get_close_matches(field, self.fields, 1)
        return f"did you mean {near[0]}?" if near else f"there are {', '.join(self.fields)}"


class Read(NamedTuple, Generic[E]):
    """A line that was read, or what is wrong with it."""

    entry: E
    faults: list[Fault]
    """Then the entry is not to be used."""


class Line(NamedTuple, Generic[E]):
    """An entry, and where it stands."""

    number: int
    """Of the file, from 1."""
    entry: E


class Faults:
    """What is wrong in a file, as it is found."""

    def __init__(self, name: str) -> None:
        """`name`: what people call the file."""
        self._name = name
        self._found: list[tuple[int, str, str]] = []

    def add(self, line: int, field: str, words: str) -> None:
        """One more; `words` go on from the field's name."""
        self._found.append((line, field, words))

    def raise_any(self) -> None:
        """Raise `Unusable` with a line for each, in the order of the file."""
        if not self._found:
            return
        first = sorted(self._found)[:FAULTS_TOLD]
        told = [f"{self._name}, line {line}: {field} {words}" for line, field, words in first]
        more = len(self._found) - len(told)
        raise Unusable("\n".join([*told, *([f"and {more:,} more"] if more else [])]))


class Tables:
    """A TOML file: tables of some kinds, each with the line that it seems to stand on."""

    def __init__(self, name: str, text: str, kinds: Sequence[str]) -> None:
        """`kinds`: the names that its tables may have. Raises `Unusable` where it is no TOML."""
        try:
            self._document = tomllib.loads(text)
        except (ValueError, RecursionError) as error:
            found = _TOML_PLACE.search(str(error))
            where = f"{name}, line {found[1]}" if found else name
            raise Unusable(f"{where}: is no TOML: {_TOML_PLACE.sub('', str(error))}") from None
        self.faults = Faults(name)
        self._text = text
        for key in self._document:
            if key not in kinds:
                there = " and ".join(f"[[{kind}]]" for kind in kinds)
                self.faults.add(1, shown(key), f"is no part of such a file; write {there}")

    def of(self, key: str) -> Iterator[tuple[int, dict[str, Any]]]:  # Any: tomllib's own
        """The tables of this name, with their lines."""
        places = _places(self._text, str)
        for place, table in self._numbered(key):
            yield places.get(f"{key}.{place}", 1), table

    def lines(self, kind: Kind[E]) -> tuple[Line[E], ...]:
        """The tables of this kind as it reads them; what is wrong is among the faults."""
        places = _places(self._text, kind.field)
        lines: list[Line[E]] = []
        for place, table in self._numbered(kind.table):
            key = f"{kind.table}.{place}"
            line = places.get(key, 1)
            named = {kind.field(field): value for field, value in table.items()}
            for field in [field for field in named if field not in kind.fields]:
                words = f"is no field of {kind.noun}; {kind.hint(field)}"
                self.faults.add(places.get(f"{key}.{field}", line), field, words)
                del named[field]
            made = kind.read(named)
            for field, words in made.faults:
                self.faults.add(places.get(f"{key}.{field}", line), field, words)
            lines.append(Line(line, made.entry))
        _check_barcodes(lines, self.faults)
        return tuple(lines)

    def _numbered(self, key: str) -> Iterator[tuple[int, dict[str, Any]]]:
        tables = self._document.get(key, [])
        if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
            self.faults.add(1, key, f"are tables; write [[{key}]] above each")
            return
        yield from enumerate(tables, 1)


def text_of(name: str, content: bytes) -> str:
    """The file's text. Raises `Unusable` where it is none, or empty."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Unusable(f"{name} is not UTF-8 text; save it as UTF-8") from None
    if not text.strip():
        raise Unusable(f"{name} is empty")
    return text


def is_toml(name: str, text: str) -> bool:
    """Whether a file is TOML, by its name or else by what it looks like; else it is CSV."""
    if name.lower().endswith((".toml", ".csv", ".tsv")):
        return name.lower().endswith(".toml")
    return "[[" in text


def check_length(name: str, lines: Sequence[object]) -> None:
    """Raise `Unusable` where there are more than are read."""
    if len(lines) > LINES:
        raise Unusable(f"{name} has {len(lines):,} lines; at most {LINES:,} are read: split it")


def csv_lines(name: str, text: str, kind: Kind[E]) -> tuple[Line[E], ...]:
    """The lines of a CSV file. Raises `Unusable` with all that is wrong in it, a line each."""
    first = text.split("\n", 1)[0]
    delimiter = max(DELIMITERS, key=first.count)
    faults = Faults(name)
    rows = _rows(name, text, delimiter)
    _, headings = next(rows)
    fields = [kind.field(heading) for heading in headings]
    for field, heading in zip(fields, headings, strict=True):
        if field not in kind.fields:
            faults.add(1, shown(heading), f"is no column; {kind.hint(field)}")
        elif fields.count(field) > 1:
            faults.add(1, shown(heading), f"heads a second column of {field}")
    faults.raise_any()
    lines: list[Line[E]] = []
    for number, cells in rows:
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) > len(fields):
            faults.add(number, "it", f"has {len(cells)} cells, the heading has {len(fields)}")
            continue
        found = kind.read(dict(zip(fields, cells, strict=False)))
        for field, words in found.faults:
            faults.add(number, field, words)
        lines.append(Line(number, found.entry))
    _check_barcodes(lines, faults)
    faults.raise_any()
    return tuple(lines)


def _rows(name: str, text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """The rows, each with the line that it begins on."""
    csv.field_size_limit(CELL_CHARACTERS)
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True)
    begins = 1
    try:
        for cells in reader:
            yield begins, cells
            begins = reader.line_num + 1
    except csv.Error as error:
        raise Unusable(f"{name}, line {begins}: is no CSV: {error}") from None


def _check_barcodes(lines: Sequence[Line[E]], faults: Faults) -> None:
    seen: dict[str, int] = {}
    for number, entry in lines:
        if entry.barcode and entry.barcode in seen:
            faults.add(number, "barcode", f"{shown(entry.barcode)} stands on line {seen[entry.barcode]} already")
        seen.setdefault(entry.barcode, number)


def _places(text: str, named: Callable[[str], str]) -> dict[str, int]:
    """Line, from 1, on which `items.2` and `items.2.barcode` seem to stand: a text search, not a parse."""
    places: dict[str, int] = {}
    counts: dict[str, int] = {}
    table = ""
    for number, line in enumerate(text.split("\n"), 1):
        if header := _HEADER.match(line):
            counts[header[1]] = counts.get(header[1], 0) + 1
            table = f"{header[1]}.{counts[header[1]]}"
            places[table] = number
        elif table and (key := _KEY.match(line)):
            places.setdefault(f"{table}.{named(key[1])}", number)
    return places
