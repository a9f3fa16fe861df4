"""Fields in two scripts: whether each 880 and the field it stands for find each other through $6.

Source: MARC 21, Appendix A, "$6 - Linkage": `TTT-NN/script/r`, where a field names 880, and an 880 names the field.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from gateway.marc.places import Place, by_tag, fault, short
from gateway.marc.record import Record
from gateway.marc.table import is_local
from gateway.model import Finding

GRAPHIC: Final = "880"
"""Tag of a field in another script."""
UNLINKED: Final = "00"
"""Number of an 880 to which no other field belongs."""
UNREAD: Final = frozenset({"886"})
"""Fields whose $6 is no link: 886 holds another format's field with all of its subfields."""

_LINK = re.compile(r"([0-9]{3})-([0-9]{2})(?:/[^/]{0,4}(?:/r)?)?")
_UNSEEN = dict.fromkeys(map(ord, " \u200e\u200f\u202a\u202b\u202c\u202d\u202e"))
"""Blanks and marks of direction, which editors of right-to-left text leave in the links of real records."""


class Link(NamedTuple):
    """A $6 of a field, as far as it could be read."""

    place: Place
    value: str
    tag: str = ""
    """Of the field it names; empty when it names none."""
    number: str = ""

    @property
    def pair(self) -> tuple[str, str]:
        """What both ends have in common: the tag of the one that is no 880, and the number."""
        return (self.tag if self.place.tag == GRAPHIC else self.place.tag), self.number


def linkage(raw: bytes, record: Record) -> Iterator[Finding]:
    """Findings `invalidLinkage`, which warn: $6 is missing from an 880, or ill-formed, or its other end is not there.

    A local field may be the other end; its own $6 is not judged.
    """
    places = by_tag(record)
    links = links_of(record, places)
    graphic = {link.pair for link in links if link.place.tag == GRAPHIC}
    regular = {link.pair for link in links if link.place.tag != GRAPHIC and link.tag == GRAPHIC}
    linked = {link.place for link in links}
    for occurrence, entry in enumerate(places.get(GRAPHIC, ()), 1):
        place = Place(GRAPHIC, occurrence, entry)
        if place not in linked:
            yield fault("invalidLinkage", raw, place, "has no $6")
    for link in links:
        wrong = _wrong(link, regular if link.place.tag == GRAPHIC else graphic)
        if wrong and not is_local(link.place.tag):
            yield fault("invalidLinkage", raw, link.place, wrong)


def links_of(record: Record, places: Mapping[str, list[int]]) -> list[Link]:
    """Every $6 of a record, read as far as it can be; `places` are where its fields are, by tag."""
    return [link for tag, entries in places.items() for link in _links(record, tag, entries)]


def _links(record: Record, tag: str, entries: list[int]) -> Iterator[Link]:
    if tag in UNREAD:
        return
    for occurrence, entry in enumerate(entries, 1):
        if b"\x1f6" in record.fields[entry].body:
            for value in record.fields[entry].values("6"):
                match = _LINK.fullmatch(value.translate(_UNSEEN))
                yield Link(Place(tag, occurrence, entry), value, *(match.groups() if match else ()))


def _wrong(link: Link, others: set[tuple[str, str]]) -> str:
    """What is wrong with a link, whose other end must be one of `others`."""
    is_graphic = link.place.tag == GRAPHIC
    if not link.tag or is_graphic == (link.tag == GRAPHIC):
        form = "the tag of its field and a number, as in 245-01" if is_graphic else "880 and a number, as in 880-01"
        return f"has '{short(link.value)}' in $6, which should be {form}"
    if link.number == UNLINKED or link.pair in others:
        return ""
    if is_graphic:
        return f"has '{short(link.value)}' in $6, but no field {link.tag} has 880-{link.number}"
    return f"has '{short(link.value)}' in $6, but no field 880 has {link.place.tag}-{link.number}"
