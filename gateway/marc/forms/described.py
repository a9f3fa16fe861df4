"""What a record says of a resource, for the forms that say it in other words than MARC: Dublin Core and MODS.

Their elements hold no punctuation that only parts one field of a card from the next. A field 880 counts as the field
that it stands for.
"""

import re
from collections.abc import Iterator
from typing import Final

from gateway.marc.record import Field, Record, one_line

GRAPHIC: Final = "880"
_PARTING: Final = " /:;,="
"""What ISBD has behind one part and before the next."""
_FINAL: Final = re.compile(r"(?<=[0-9)\]])\.$")
"""The full stop of a field that ends with a date."""
_SUBDIVISIONS: Final = "vxyz"
"""Subfields of a subject heading that stand behind dashes."""
_BRACKETS: Final = str.maketrans("", "", "[]")
BETWEEN: Final = "--"


class Described:
    """A record whose fields in other scripts stand where they belong."""

    def __init__(self, record: Record) -> None:
        self.record: Final = record
        self._graphic: dict[str, list[Field]] = {}
        for field in record.get(GRAPHIC):
            for link in field.values("6")[:1]:
                self._graphic.setdefault(link[:3], []).append(field)

    def fields(self, tags: str) -> Iterator[tuple[str, Field]]:
        """(tag, field) of each field with one of these tags, parted by blanks; those of another script come last."""
        for tag in tags.split():
            for field in (*self.record.get(tag), *self._graphic.get(tag, ())):
                yield tag, field

    def fixed(self, first: int, last: int) -> str:
        """Characters of 008, both ends included; fewer where it is shorter."""
        return self.record.control_value("008")[first : last + 1]

    def coded(self, at: int) -> str:
        """One character of the Leader."""
        return chr(self.record.leader[at])


def second(field: Field) -> str:
    """The second indicator; a blank where there is none."""
    return field.indicators[1:2] or " "


def trimmed(value: str) -> str:
    """The value on one line, without what parts it from the next, and without the full stop behind a date."""
    return _FINAL.sub("", one_line(value).strip().rstrip(_PARTING))


def joined(field: Field, codes: str, between: str = " ") -> str:
    """The subfields with these codes, in their order, as one text."""
    return trimmed(between.join([value.strip() for value in field.values(codes)]))


def each(field: Field, codes: str) -> list[str]:
    """Each of the subfields with these codes that says something."""
    return [value for value in map(trimmed, field.values(codes)) if value]


def heading(field: Field, codes: str) -> str:
    """A subject heading: dashes stand before its subdivisions."""
    main: list[str] = []
    rest: list[str] = []
    for code, value in field.subfields():
        if code in codes:
            (rest if code in _SUBDIVISIONS else main).append(value.strip())
    return BETWEEN.join(filter(None, map(trimmed, [" ".join(main), *rest]))).rstrip(".")


def years(field: Field) -> list[str]:
    """Dates of publication, without the brackets of what was supplied and a full stop at the end."""
    return [found for value in each(field, "c") if (found := value.translate(_BRACKETS).rstrip(". "))]


def is_visual_moving(of: Described) -> bool:
    """Whether what is projected moves: 008/33 says film or video."""
    return of.fixed(33, 33) in ("f", "m", "v")
