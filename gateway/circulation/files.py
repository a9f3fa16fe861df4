"""Files of holdings: CSV with a line for each item, or TOML with a table for each."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from gateway.circulation import lines
from gateway.circulation.entries import ALSO, FIELDS, Entry, read_entry
from gateway.circulation.lines import Faults, Kind, Line, Tables
from gateway.circulation.rules import library_faults
from gateway.model import Library, Location

LIBRARIES: Final = "libraries"
ITEMS: Final = Kind("items", "an item", FIELDS, ALSO, read_entry)


class File(NamedTuple):
    """What a file holds."""

    libraries: tuple[Library, ...]
    """Of the zone it is read for; only TOML has them apart from the items."""
    lines: tuple[Line[Entry], ...]


def read(name: str, content: bytes, zone: str) -> File:
    """All of a file, by its name or else what it looks like CSV or TOML. `name` is what people call it.

    Raises `Unusable` with all that is wrong in it, a line each.
    """
    text = lines.text_of(name, content)
    file = _toml(name, text, zone) if lines.is_toml(name, text) else File((), lines.csv_lines(name, text, ITEMS))
    lines.check_length(name, file.lines)
    return file


def _toml(name: str, text: str, zone: str) -> File:
    tables = Tables(name, text, (LIBRARIES, ITEMS.table))
    libraries = [
        library for line, table in tables.of(LIBRARIES) if (library := _library(table, zone, line, tables.faults))
    ]
    items = tables.lines(ITEMS)
    tables.faults.raise_any()
    return File(tuple(libraries), items)


def _library(table: Mapping[str, Any], zone: str, line: int, faults: Faults) -> Library | None:
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
