"""The fields that MARC 21 defines for a bibliographic record, as `bibliographic.txt` beside this module states them.

The file is read when the first field is asked for, once.
"""

import re
from functools import cache
from importlib.resources import files
from itertools import groupby
from string import ascii_lowercase, digits, punctuation
from typing import Final, NamedTuple

FILE: Final = "bibliographic.txt"
ANY_INDICATOR: Final = f" {digits}{ascii_lowercase}"
"""What MARC 21 allows as an indicator at all (Record Structure: blank, digit, lower-case letter)."""
ANY_CODE: Final = f"{digits}{ascii_lowercase}"
"""What MARC 21 allows as a subfield code at all, but for `LOCAL_CODES` that are signs."""
LOCAL_CODES: Final = frozenset(f"9{punctuation}")
"""Subfield codes for local use, in any field (MARC 21, Record Structure: 9 and graphic symbols)."""

_RANGE = re.compile("([0-9])-([0-9])")
_LOCAL = re.compile("[0-9]*9[0-9]*")


class Definition(NamedTuple):
    """What MARC 21 says of a field."""

    tag: str
    name: str
    repeatable: bool
    indicators: tuple[str, str]
    """The characters allowed as first and as second; a control field has none."""
    subfields: dict[str, bool]
    """Subfield code -> whether it may repeat. Empty for a control field."""


def definition(tag: str) -> Definition | None:
    """The definition of a field; None where MARC 21 has no field of this tag, or leaves it to local use."""
    return definitions().get(tag)


def is_local(tag: str) -> bool:
    """Whether a tag is for local use: it holds a 9, and no definition.

    Source: MARC 21, "Content Designation": any tag with a 9 is reserved for local implementation, but for 490.
    """
    return bool(_LOCAL.fullmatch(tag)) and tag not in definitions()


@cache
def definitions() -> dict[str, Definition]:
    """All of the table, by tag."""
    text = files(__package__).joinpath(FILE).read_text("utf-8")
    lines = (line for line in text.splitlines() if line and not line.startswith("#"))
    return {line[:3]: _definition(line) for line in lines}


def spelled(allowed: str) -> str:
    """Characters allowed in a place, for people: `blank, 0 or 3-8`."""
    runs = [_run([char for _, char in run]) for _, run in groupby(enumerate(sorted(allowed)), _distance)]
    parts = [part for run in runs for part in run]
    return " or ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)


def _definition(line: str) -> Definition:
    tag, repeatable, first, second, subfields, name = line.split(maxsplit=5)
    return Definition(tag, name, repeatable == "R", (_indicator(first), _indicator(second)), _subfields(subfields))


def _indicator(column: str) -> str:
    if column in "*-":
        return ANY_INDICATOR if column == "*" else ""
    return _RANGE.sub(lambda ends: digits[int(ends[1]) : int(ends[2]) + 1], column).replace("#", " ")


def _subfields(column: str) -> dict[str, bool]:
    if column in "*-":
        return dict.fromkeys(ANY_CODE, True) if column == "*" else {}
    return {code: mark == "+" for code, mark in re.findall("([a-z0-9])([+]?)", column)}


def _distance(place: tuple[int, str]) -> int:
    """The same for characters that follow upon one another."""
    return ord(place[1]) - place[0]


def _run(run: list[str]) -> list[str]:
    """Three and more in a row as a range."""
    if len(run) > 2:
        return [f"{run[0]}-{run[-1]}"]
    return ["blank" if char == " " else char for char in run]
