"""What stands in a cell of a file, made into what it means.

What makes a value raises `ValueError` for what cannot be; its words go on from the field's name.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, time
from enum import StrEnum
from typing import Final, TypeVar

from gateway.circulation.rules import Fault, in_utc, shown

E = TypeVar("E", bound=StrEnum)

SEVERAL: Final = "|"
"""Stands between the texts of a column that may have several."""
END_OF_DAY: Final = time(23, 59, tzinfo=UTC)
"""Which moment is meant where a day alone is said: what is due on that day is not overdue yet."""


class _Wrong(ValueError):
    """What is wrong with a value, in words that go on from its field's name."""


def text(value: object) -> str:
    """Without blanks at its ends."""
    if not isinstance(value, str):
        raise _Wrong(f"is {value!r}, must be text; write it in quotation marks")
    return value.strip()


def texts(value: object) -> tuple[str, ...]:
    """Those of a list, or those that `SEVERAL` divides; empty ones are none."""
    parts = value if isinstance(value, list) else text(value).split(SEVERAL)
    return tuple(one for part in parts if (one := text(part)))


def code(choices: Iterable[str]) -> Callable[[object], str]:
    """What reads one of these codes."""
    there = tuple(choices)

    def read(value: object) -> str:
        said = text(value)
        if said not in there:
            raise _Wrong(f"is {shown(said)}, must be one of {', '.join(filter(None, there))}")
        return said

    return read


def choice(words: Mapping[E, str], codes: Mapping[E, str]) -> Callable[[object], E]:
    """What reads one of an enumeration, by its value, its code in Alma, or Alma's word for it; case does not count."""
    by_name = {
        name.casefold(): one for one, word in words.items() for name in (one.value, word, codes.get(one, one.value))
    }

    def read(value: object) -> E:
        said = text(value)
        found = by_name.get(said.casefold())
        if found is None:
            raise _Wrong(f"is {shown(said)}, must be one of {', '.join(one.value for one in words)}")
        return found

    return read


def moment(value: object) -> datetime:
    """A day or a moment, in UTC; a moment without a time zone is UTC."""
    if isinstance(value, datetime):
        found = value
    elif isinstance(value, date):
        return datetime.combine(value, END_OF_DAY)
    else:
        try:
            said = text(value)
            found = datetime.fromisoformat(said)
            if "T" not in said and " " not in said:
                return datetime.combine(found.date(), END_OF_DAY)
        except ValueError:
            raise _Wrong(f"is {value!r}; write a day as 2026-12-31, or a moment as 2026-12-31T18:00:00Z") from None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else in_utc(found)


def read(
    given: Mapping[str, object], fields: Mapping[str, Callable[[object], object]]
) -> tuple[dict[str, object], list[Fault]]:
    """The values of these cells by what `fields` has for each, and the faults of others; empty ones say nothing."""
    values: dict[str, object] = {}
    faults: list[Fault] = []
    for field, value in given.items():
        if isinstance(value, str) and not value.strip():
            continue
        try:
            values[field] = fields[field](value)
        except ValueError as error:
            faults.append((field, str(error)))
    return values, faults
