"""The Leader and the control fields element by element, as Connexion shows them. See `fixed_tables`."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from gateway.marc.record import Record
from gateway.marc.views.fixed_tables import (
    COMMON_008,
    FORMATS,
    LEADER,
    MATERIALS,
    PHYSICAL,
    REPLACED,
    ROWS,
    SERIAL_LEVELS,
    SHIFT_006,
    TYPE_006,
    Element,
)
from gateway.marc.views.visible import Line, text_of, visible


class Cell(NamedTuple):
    """An element of a record and what stands there."""

    label: str
    """Connexion's; in a 007 the subfield code that Connexion shows."""
    place: str
    """Such as `008/35-37` or `Leader/17`."""
    name: str
    """MARC 21's name of the element."""
    value: Line
    """With blanks at either end as marks; empty where the field is too short."""


class Block(NamedTuple):
    """The fixed field as Connexion shows it above a record."""

    format: str
    """Workform: BKS, SER, VIS, MIX, MAP, SCO, REC or COM; empty for a type that no bibliographic record has."""
    head: tuple[Cell, ...]
    """Rec stat, Entered, Replaced."""
    rows: tuple[tuple[Cell, ...], ...]


def format_of(record: Record) -> str:
    """The workform of a record (`Block.format`)."""
    kind, level = (chr(code) for code in record.leader.ljust(8)[6:8])
    return "SER" if kind == "a" and level in SERIAL_LEVELS else FORMATS.get(kind, "")


def block(record: Record) -> Block:
    """The fixed field of a record, from its Leader, its first 005 and its first 008."""
    workform = format_of(record)
    leader = {cell.label: cell for cell in cells("Leader", record.leader, LEADER)}
    fixed = _first(record, "008")
    found = {cell.label: cell for cell in cells("008", fixed, (*COMMON_008, *MATERIALS.get(workform, ())))} | leader
    (replaced,) = cells("005", _first(record, "005"), (REPLACED,))
    return Block(
        workform,
        (leader["Rec stat"], found["Entered"], replaced._replace(place="005")),
        tuple([tuple([found[label] for label in row.split()]) for row in ROWS[workform]]),
    )


def elements(record: Record, tag: str, value: bytes) -> tuple[Cell, ...]:
    """A 006, 007 or 008 of a record element by element; nothing for another field, or one of unknown material."""
    material = chr(value[0]) if value else ""
    if tag == "008":
        return tuple(cells(tag, value, (*COMMON_008, *MATERIALS.get(format_of(record), ()))))
    if tag == "006":
        form = "SER" if material == "s" else FORMATS.get(material, "")
        shifted = [
            Element(label, start - SHIFT_006, end - SHIFT_006, name)
            for label, start, end, name in MATERIALS.get(form, ())
        ]
        return tuple(cells(tag, value, (TYPE_006, *shifted))) if form else ()
    return tuple(cells(tag, value, PHYSICAL.get(material, ()))) if tag == "007" else ()


def cells(field: str, value: bytes, table: Iterable[Element]) -> Iterator[Cell]:
    """What stands in each of the elements."""
    text = text_of(value)
    for label, start, end, name in table:
        places = f"{start:02}" if end == start + 1 else f"{start:02}-{end - 1:02}"
        yield Cell(label, f"{field}/{places}", name, visible(text[start:end]))


def _first(record: Record, tag: str) -> bytes:
    field = record.first(tag)
    return field.body if field else b""
