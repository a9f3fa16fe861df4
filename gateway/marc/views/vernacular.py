"""Which fields of a record are one field in two scripts, and how they stand side by side. See `marc.linkage`."""

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from gateway.marc.linkage import GRAPHIC, UNLINKED, Link, links_of
from gateway.marc.places import by_tag
from gateway.marc.record import Record


class Standing(NamedTuple):
    """How a field stands among the others."""

    tag: str
    """Its own tag; of an 880 that of the field it stands for, where $6 names one."""
    graphic: bool
    """Whether it is an 880."""
    partners: tuple[int, ...]
    """Which of the record's fields, from 0, are the same field in another script."""


def standings(record: Record) -> list[Standing]:
    """Of each field of a record, in their order."""
    graphic: dict[tuple[str, str], list[int]] = defaultdict(list)
    regular: dict[tuple[str, str], list[int]] = defaultdict(list)
    links: dict[int, Link] = {}
    for link in links_of(record, by_tag(record)):
        if not link.tag or (link.place.tag == GRAPHIC) == (link.tag == GRAPHIC) or link.place.entry in links:
            continue
        links[link.place.entry] = link
        if link.number != UNLINKED:
            (graphic if link.place.tag == GRAPHIC else regular)[link.pair].append(link.place.entry)
    others = {
        True: {pair: tuple(entries) for pair, entries in regular.items()},
        False: {pair: tuple(entries) for pair, entries in graphic.items()},
    }
    made = []
    for entry, field in enumerate(record.fields):
        is_graphic, found = field.tag == GRAPHIC, links.get(entry)
        tag = found.tag if found and is_graphic else field.tag
        made.append(Standing(tag, is_graphic, others[is_graphic].get(found.pair, ()) if found else ()))
    return made


def side_by_side(made: Sequence[Standing]) -> list[int]:
    """Which field comes after which where each 880 stands before the field that it belongs to, as in Connexion.

    `made` are the `standings` of a record. An 880 that belongs to none stays where it is.
    """
    before: dict[int, list[int]] = defaultdict(list)
    for entry, standing in enumerate(made):
        if standing.graphic and standing.partners:
            before[standing.partners[0]].append(entry)
    order: list[int] = []
    for entry, standing in enumerate(made):
        if not (standing.graphic and standing.partners):
            order += [*before[entry], entry]
    return order
