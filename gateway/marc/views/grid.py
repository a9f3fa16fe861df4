"""A record as Connexion's editor shows it: the fixed field on top, below it a row a field."""

from collections.abc import Iterator
from typing import NamedTuple

from gateway.marc.places import Place
from gateway.marc.record import Record
from gateway.marc.table import definition, is_local
from gateway.marc.views.fieldwise import Parts, parts
from gateway.marc.views.fixed_block import Block, Cell, block, elements
from gateway.marc.views.scripts import Speaker
from gateway.marc.views.vernacular import Standing, side_by_side, standings
from gateway.marc.views.visible import Line, text_of, visible

LOCAL = "Local field"
"""What a field is called whose tag is for local use."""


class Row(NamedTuple):
    """A field."""

    place: Place
    """Its own tag, which of that tag it is, from 1, and which of the record's fields, from 0."""
    stands_for: str
    """Its tag; of an 880 the tag of the field that it is in another script, where $6 names one."""
    partners: tuple[int, ...]
    """Which of the record's fields, from 0, are the same field in another script."""
    name: str
    """MARC 21's name of the field; empty where it has none such."""
    parts: Parts
    cells: tuple[Cell, ...]
    """Of a 006, 007 or 008: its elements."""


class Grid(NamedTuple):
    """A record."""

    leader: Line
    """All of it."""
    block: Block
    """Leader and 008 under Connexion's labels."""
    rows: tuple[Row, ...]
    """All fields in record order."""
    order: tuple[int, ...]
    """Which of the rows, from 0, comes after which where each 880 stands above its field, as in Connexion."""


def grid(record: Record) -> Grid:
    """The grid of a record, whatever its fields hold."""
    made = standings(record)
    rows = tuple(_rows(record, made))
    return Grid(visible(text_of(record.leader)), block(record), rows, tuple(side_by_side(made)))


def _rows(record: Record, made: list[Standing]) -> Iterator[Row]:
    speaker = Speaker(record)
    seen: dict[str, int] = {}
    for entry, (field, standing) in enumerate(zip(record.fields, made, strict=True)):
        tag = field.tag
        seen[tag] = seen.get(tag, 0) + 1
        yield Row(
            Place(tag, seen[tag], entry),
            standing.tag,
            standing.partners,
            _name(standing.tag),
            parts(field, speaker, standing.tag),
            elements(record, tag, field.body),
        )


def _name(tag: str) -> str:
    found = definition(tag)
    if found:
        return found.name
    return LOCAL if is_local(tag) else ""
