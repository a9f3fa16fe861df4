"""How an incoming record changes the stored one it matches: methods as tables of rules, and what applies them.

The stored record is primary. Source: spec, "Merging".
"""

from collections import Counter
from typing import Final, NamedTuple

from gateway.marc.record import Field, Record

LOCAL_EXTENSION: Final = "LOCAL"
"""Value of $9, in any case, of a field that no merge overlays."""


class Rule(NamedTuple):
    """What becomes of the fields it fits. The first rule of a method that fits a field decides."""

    tags: str
    """A tag in which X stands for any character, such as `9XX`."""
    keep: bool
    """Whether the stored record's fields stay."""
    take: bool
    """Whether the incoming record's fields come in."""
    indicators: str = "XX"
    """The same for the indicators; a blank is a blank."""

    def fits(self, field: Field) -> bool:
        """Whether the field has these tags and indicators."""
        return _like(field.tag, self.tags) and (field.control or _like(field.indicators, self.indicators))


class Method(NamedTuple):
    """A merge method: its name in Alma's words, and its rules. What no rule fits is replaced by what comes in."""

    title: str
    rules: tuple[Rule, ...]


METHODS: Final[dict[str, Method]] = {
    "overlay-all-fields-but-local": Method(
        "Overlay all fields but local",
        (
            Rule("001", keep=True, take=False),
            Rule("9XX", keep=True, take=False),
            Rule("035", keep=True, take=True, indicators="9 "),
        ),
    ),
}
"""By name. 035s of the stored record go unless their first indicator is 9 and the second blank [doc: PALS]; the Leader
comes from the incoming record [assumed]."""

REPLACED: Final = Rule("XXX", keep=False, take=True)


def merge(stored: Record, incoming: Record, method: Method) -> Record:
    """The record that results. Pure; where a stored and an incoming field are both kept, identical ones stand once."""
    kept = [field for field in stored.fields if is_local(field) or _rule(field, method).keep]
    unmet = Counter(kept)
    fields = []
    for field in incoming.fields:
        if not _rule(field, method).take or unmet.get(field) == 0:
            continue
        fields.append(field)
        if field in unmet:
            unmet[field] -= 1
    behind: dict[str, Field] = {}
    start = 0
    for field in stored.fields:
        if unmet[field] > 0:
            unmet[field] -= 1
            start = _place(field, behind.get(field.tag), start, fields)
        if field in fields:
            behind[field.tag] = field
    return Record(incoming.leader, fields)


def _place(kept: Field, behind: Field | None, start: int, fields: list[Field]) -> int:
    """Insert a kept field where it stood: behind the one of its tag that it followed, else before its tag.

    Never before `start`, so that kept fields stay in their order; returns the next start.
    """
    if behind is not None:
        place = max(start, len(fields) - fields[::-1].index(behind))
    else:
        place = next((i for i in range(start, len(fields)) if fields[i].tag >= kept.tag), len(fields))
    fields.insert(place, kept)
    return place + 1


def is_local(field: Field) -> bool:
    """Whether the field is a local extension ($9 LOCAL)."""
    return not field.control and any(value.upper() == LOCAL_EXTENSION for value in field.values("9"))


def _rule(field: Field, method: Method) -> Rule:
    return next((rule for rule in method.rules if rule.fits(field)), REPLACED)


def _like(value: str, pattern: str) -> bool:
    """Whether `value` has the pattern's characters, X standing for any."""
    return len(value) == len(pattern) and all(p in ("X", v) for v, p in zip(value, pattern, strict=True))
