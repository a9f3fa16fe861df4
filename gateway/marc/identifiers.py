"""Numbers by which records are found, in the one form that compares. Source: spec, "OCLC numbers, 001, 019, 035"."""

import re
from collections.abc import Iterable

from gateway.marc.record import Record
from gateway.marc.standard_numbers import isbn13, issn
from gateway.model import Identifier

OCLC_SOURCE = "OCoLC"
"""OCLC's code in the MARC organization code list, as it stands in 003 and in parentheses in 035."""

_OCLC_NUMBER = re.compile(r"(?:ocm|ocn|on)?0*([1-9][0-9]*)")
_OCLC_035 = f"({OCLC_SOURCE})"


def oclc_key(value: str) -> str:
    """The digits that tell one OCLC number from another, of a 035 $a or $z.

    That is without `(OCoLC)`, `ocm`, `ocn`, `on`, spaces and leading zeros. Empty when it is none: `(OCoLC-M)`,
    `RB(OCoLC)` and other prefixes are not OCLC's.
    """
    return bare_oclc_key(value[len(_OCLC_035) :]) if value.startswith(_OCLC_035) else ""


def bare_oclc_key(number: str) -> str:
    """The same of a number that stands alone, as in 001 and 019 $a."""
    match = _OCLC_NUMBER.fullmatch(number.replace(" ", ""))
    return match[1] if match else ""


def identifiers(record: Record) -> frozenset[Identifier]:
    """What `record` can be found by in its zone: 035 $a and $z, 020 $a, 022 $a."""
    found = set()
    for field in record.get("035"):
        for code, value in field.subfields():
            if code == "a":
                found.add(system_number(value))
            elif code == "z" and (key := oclc_key(value)):
                found.add(Identifier("oclc_cancelled", key))
    for field in record.get("020"):
        found.update(Identifier("isbn", key) for value in field.values("a") if (key := isbn13(value)))
    for field in record.get("022"):
        found.update(Identifier("issn", key) for value in field.values("a") if (key := issn(value)))
    return frozenset(found)


def system_number(value: str) -> Identifier:
    """What a 035 $a is found by: its digits where it is an OCLC number, else all of it."""
    key = oclc_key(value)
    return Identifier("oclc", key) if key else Identifier("system", value)


def oclc_numbers(found: Iterable[Identifier]) -> tuple[str, ...]:
    """The record's own OCLC numbers, those in 035 $a."""
    return by_size(i.value for i in found if i.kind == "oclc")


def by_size(numbers: Iterable[str]) -> tuple[str, ...]:
    """Digits without leading zeros, smallest number first; of any length, which `int` is not."""
    return tuple(sorted(numbers, key=lambda number: (len(number), number)))
