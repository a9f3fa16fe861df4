"""Files of holdings: CSV with a line for each item, or TOML with a table for each. Faults name line and field."""

import csv
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from io import StringIO
from typing import Any, Final, NamedTuple

from gateway.circulation.entries import FIELDS, Entry, field_named, read_entry
from gateway.circulation.rules import library_faults, shown
from gateway.errors import Unusable
from gateway.model import Library, Location

LINES: Final = 200_000
"""Most lines of a file that are read: some 100 MB in memory. Split a longer one."""
FAULTS_TOLD: Final = 20
"""Faults of a file that are told, the first ones; how many more there are is said."""
CELL_CHARACTERS: Final = 100_000
"""Longest cell of a CSV file: no field may be as long, but a mark that opens a quotation may stand alone."""
DELIMITERS: Final = ",;\t"
"""Between the cells of a CSV file: the one that is most frequent in its first line."""
LIBRARIES: Final = "libraries"
ITEMS: Final = "items"
_HEADER: Final = re.compile(r"[ \t]*\[\[[ \t]*(\w+)[ \t]*\]\]")
_KEY: Final = re.compile(r"[ \t]*([A-Za-z0-9_-]+)[ \t]*=")
_TOML_PLACE: Final = re.compile(r" \(at line (\d+), column \d+\)$")


class Line(NamedTuple):
    """An entry, and where it stands."""

    number: int
    """Of the file, from 1."""
    entry: Entry


class File(NamedTuple):
    """What a file holds."""

    libraries: tuple[Library, ...]
    """Of the zone it is read for; only TOML has them apart from the items."""
    lines: tuple[Line, ...]


class _Fault(NamedTuple):
    line: int
    field: str
    words: str


class _Faults:
    """What is wrong in a file, as it is found."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._found: list[_Fault] = []

    def add(self, line: int, field: str, words: str) -> None:
        """One more."""
        self._found.append(_Fault(line, field, words))

    def raise_any(self) -> None:
        """Raise `Unusable` with a line for each, in the order of the file."""
        if not self._found:
            return
        told = [f"{self._name}, line {one.line}: {one.field} {one.words}" for one in sorted(self._found)[:FAULTS_TOLD]]
        more = len(self._found) - len(told)
        raise Unusable("\n".join([*told, *([f"and {more:,} more"] if more else [])]))


def read(name: str, content: bytes, zone: str) -> File:
    """All of a file, by its name or else what it looks like CSV or TOML. `name` is what people call it.

    Raises `Unusable` with all that is wrong in it, a line each.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Unusable(f"{name} is not UTF-8 text; save it as UTF-8") from None
    if not text.strip():
        raise Unusable(f"{name} is empty")
    file = _toml(name, text, zone) if _is_toml(name, text) else _csv(name, text)
    if len(file.lines) > LINES:
        raise Unusable(f"{name} has {len(file.lines):,} lines; at most {LINES:,} are read: split it")
    return file


def _is_toml(name: str, text: str) -> bool:
    if name.lower().endswith((".toml", ".csv", ".tsv")):
        return name.lower().endswith(".toml")
    return "[[" in text


def _csv(name: str, text: str) -> File:
    first = text.split("\n", 1)[0]
    delimiter = max(DELIMITERS, key=first.count)
    faults = _Faults(name)
    rows = _rows(name, text, delimiter)
    _, headings = next(rows)
    fields = [field_named(heading) for heading in headings]
    for field, heading in zip(fields, headings, strict=True):
        if field not in FIELDS:
            faults.add(1, shown(heading), f"is no column; {_hint(field)}")
        elif fields.count(field) > 1:
            faults.add(1, shown(heading), f"heads a second column of {field}")
    faults.raise_any()
    lines: list[Line] = []
    for number, cells in rows:
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) > len(fields):
            faults.add(number, "it", f"has {len(cells)} cells, the heading has {len(fields)}")
            continue
        found = read_entry(dict(zip(fields, cells, strict=False)))
        for field, words in found.faults:
            faults.add(number, field, words)
        lines.append(Line(number, found.entry))
    _check_barcodes(lines, faults)
    faults.raise_any()
    return File((), tuple(lines))


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


def _toml(name: str, text: str, zone: str) -> File:
    try:
        document = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        found = _TOML_PLACE.search(str(error))
        where = f"{name}, line {found[1]}" if found else name
        raise Unusable(f"{where}: is no TOML: {_TOML_PLACE.sub('', str(error))}") from None
    faults = _Faults(name)
    places = _places(text)
    for key in document:
        if key not in (LIBRARIES, ITEMS):
            faults.add(1, shown(key), f"is no part of such a file; write [[{LIBRARIES}]] and [[{ITEMS}]]")
    libraries = [
        library
        for place, table in _tables(document, LIBRARIES, faults)
        if (library := _library(table, zone, places.get(f"{LIBRARIES}.{place}", 1), faults))
    ]
    lines: list[Line] = []
    for place, table in _tables(document, ITEMS, faults):
        key = f"{ITEMS}.{place}"
        line = places.get(key, 1)
        named = {field_named(field): value for field, value in table.items()}
        for field in [field for field in named if field not in FIELDS]:
            faults.add(places.get(f"{key}.{field}", line), field, f"is no field of an item; {_hint(field)}")
            del named[field]
        made = read_entry(named)
        for field, words in made.faults:
            faults.add(places.get(f"{key}.{field}", line), field, words)
        lines.append(Line(line, made.entry))
    _check_barcodes(lines, faults)
    faults.raise_any()
    return File(tuple(libraries), tuple(lines))


def _tables(document: Mapping[str, Any], key: str, faults: _Faults) -> Iterator[tuple[int, dict[str, Any]]]:
    """The tables of this name, from 1."""
    tables = document.get(key, [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        faults.add(1, key, f"are tables; write [[{key}]] above each")
        return
    yield from enumerate(tables, 1)


def _library(table: Mapping[str, Any], zone: str, line: int, faults: _Faults) -> Library | None:
    """A library of the file; None where it is none, which is noted."""
    fields = {"code": str, "name": str, "locations": list}
    for field in [field for field in table if field not in fields]:
        faults.add(line, field, f"is no field of a library; there are {', '.join(fields)}")
    locations = table.get("locations", [])
    if not isinstance(locations, list) or not all(map(_is_location, locations)):
        faults.add(line, "locations", 'are written as {code = "stacks", name = "Book Stacks"}')
        return None
    if not all(isinstance(table.get(field), str) for field in ("code", "name")):
        faults.add(line, "code and name", "are both needed, as texts in quotation marks")
        return None
    made = tuple(sorted((Location(one["code"], one.get("name", "")) for one in locations), key=lambda one: one.code))
    library = Library(zone=zone, code=table["code"], name=table["name"], locations=made)
    wrong = library_faults(library)
    for field, words in wrong:
        faults.add(line, field, words)
    return None if wrong else library


def _is_location(table: object) -> bool:
    return (
        isinstance(table, dict)
        and "code" in table
        and {*table} <= {"code", "name"}
        and all(isinstance(value, str) for value in table.values())
    )


def _check_barcodes(lines: Sequence[Line], faults: _Faults) -> None:
    seen: dict[str, int] = {}
    for number, entry in lines:
        if entry.barcode and entry.barcode in seen:
            faults.add(number, "barcode", f"{shown(entry.barcode)} stands on line {seen[entry.barcode]} already")
        seen.setdefault(entry.barcode, number)


def _places(text: str) -> dict[str, int]:
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
            places.setdefault(f"{table}.{field_named(key[1])}", number)
    return places


def _hint(field: str) -> str:
    near = get_close_matches(field, FIELDS, 1)
    return f"did you mean {near[0]}?" if near else f"there are {', '.join(FIELDS)}"
