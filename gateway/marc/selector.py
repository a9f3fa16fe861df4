"""Which fields of a record are meant: a line that a cataloguer can read, such as `035 9#` or `500 $5`.

541                  a tag; X stands for any character: 9XX; the Leader has none
035 9#               with these indicators, which a control field has not; # is a blank, X any
246 $5               with a subfield of this code, or of one of several: $az
035 $az(OCoLC)       with such a subfield that begins so; not with a digit or a small letter, which would be a code
035 !$az(OCoLC)      without one
"""

import re
from functools import cache, lru_cache
from typing import Final, NamedTuple

from gateway.marc.record import Field

_SELECTOR: Final = re.compile(
    r"(?P<tag>[0-9A-Za-wyz]{3})"
    r"(?: (?P<indicators>[0-9a-wyz#X]{2}))?"
    r"(?: (?P<without>!)?\$(?P<codes>[0-9a-z]+)(?P<begins>[^\s$][^\n$]*)?)?"
)
"""A small x, a blank at the end or a second subfield would be read as what never fits: these are taken for mistakes."""
_LEADER: Final = "LDR"
"""What cataloguers call the Leader, as if it were a field."""
_TAGS_KEPT: Final = 4096
"""Tags whose selectors are remembered: the thousand of MARC 21 four times over; a client may send any three letters."""


class Selector(NamedTuple):
    """What a field must have to be meant."""

    tag: str
    indicators: str = "XX"
    codes: str = ""
    """A subfield with one of these codes; empty where subfields do not matter."""
    begins: str = ""
    """How that subfield begins."""
    without: bool = False
    """There must be no such subfield."""

    def fits(self, field: Field) -> bool:
        """Whether the field is meant."""
        return _like(field.tag, self.tag) and self.fits_within(field)

    def fits_within(self, field: Field) -> bool:
        """Whether a field with the right tag is meant."""
        if field.control:
            return self.indicators == "XX" and (not self.codes or self.without)
        if self.indicators != "XX" and not _like(field.indicators, self.indicators):
            return False
        if not self.codes:
            return True
        return any(value.startswith(self.begins) for value in field.values(self.codes)) is not self.without


@cache
def selector(text: str) -> Selector:
    """The selector that a line means. Raises `ValueError`, which says how one is written, also for one that no field
    can fit: it would leave a setting without effect, and nobody would be told.
    """
    match = _SELECTOR.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} names no fields; write a tag such as 590 or 9XX, 035 9#, 500 $5, 035 $a(OCoLC)")
    tag, indicators, without, codes, begins = match.groups(default="")
    if tag.upper() == _LEADER:
        raise ValueError(f'{text!r} is no field; to keep the Leader of the stored record write leader = "stored"')
    made = Selector(tag, indicators.replace("#", " ") or "XX", codes, begins, bool(without))
    if tag.startswith("00") and (made.indicators != "XX" or (codes and not without)):
        raise ValueError(f"{text!r} fits no field; {tag} has neither indicators nor subfields, write {tag} alone")
    return made


def any_fits(selectors: tuple[Selector, ...], field: Field) -> bool:
    """Whether one of them means the field."""
    return any(one.fits_within(field) for one in _of_tag(selectors, field.tag))


@lru_cache(_TAGS_KEPT)
def _of_tag(selectors: tuple[Selector, ...], tag: str) -> tuple[Selector, ...]:
    return tuple(one for one in selectors if _like(tag, one.tag))


def _like(value: str, pattern: str) -> bool:
    """Whether `value` has the pattern's characters, X standing for any."""
    return len(value) == len(pattern) and all(p in ("X", v) for v, p in zip(value, pattern, strict=True))
