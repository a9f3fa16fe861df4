"""Files of patrons: CSV with a line for each, or TOML with a table for each."""

from typing import Final

from gateway.circulation import lines
from gateway.circulation.lines import Kind, Line, Tables
from gateway.circulation.patrons import ALSO, FIELDS, PatronEntry, read_patron

PATRONS: Final = Kind("patrons", "a patron", FIELDS, ALSO, read_patron)


def read(name: str, content: bytes) -> tuple[Line[PatronEntry], ...]:
    """All of a file, by its name or else what it looks like CSV or TOML. `name` is what people call it.

    Raises `Unusable` with all that is wrong in it, a line each; no PIN is told.
    """
    text = lines.text_of(name, content)
    if lines.is_toml(name, text):
        tables = Tables(name, text, (PATRONS.table,))
        found = tables.lines(PATRONS)
        tables.faults.raise_any()
    else:
        found = lines.csv_lines(name, text, PATRONS)
    lines.check_length(name, found)
    return found
