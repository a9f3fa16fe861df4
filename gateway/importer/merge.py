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
    unmet = Counter(field for field in stored.fields if is_local(field) or _rule(field, method).keep)
    taken: list[Field] = []
    for field in incoming.fields:
        if not _rule(field, method).take or unmet.get(field) == 0:
            continue
        taken.append(field)
        if field in unmet:
            unmet[field] -= 1
    return Record(incoming.leader, _interleave(stored, unmet, taken))


def _interleave(stored: Record, unmet: Counter[Field], taken: list[Field]) -> list[Field]:
    """Put each kept field that did not come in again where it stood among the `taken` ones.

    That is behind the one of its tag that it followed, else before its tag or a higher one; kept fields stay in their
    order.
    """
    before: list[list[Field]] = [[] for _ in range(len(taken) + 1)]
    last = {field: place for place, field in enumerate(taken)}
    behind: dict[str, int] = {}
    place = 0
    for field in stored.fields:
        if unmet[field] > 0:
            unmet[field] -= 1
            if field.tag in behind:
                place = max(place, behind[field.tag])
            else:
                while place < len(taken) and taken[place].tag < field.tag:
                    place += 1
            before[place].append(field)
            behind[field.tag] = place
        elif field in last:
            behind[field.tag] = last[field] + 1
    merged = []
    for kept, field in zip(before, taken, strict=False):
        merged += [*kept, field]
    return merged + before[-1]


def is_local(field: Field) -> bool:
    """Whether the field is a local extension ($9 LOCAL)."""
    return not field.control and any(value.upper() == LOCAL_EXTENSION for value in field.values("9"))


def _rule(field: Field, method: Method) -> Rule:
    return next((rule for rule in method.rules if rule.fits(field)), REPLACED)


def _like(value: str, pattern: str) -> bool:
    """Whether `value` has the pattern's characters, X standing for any."""
    return len(value) == len(pattern) and all(p in ("X", v) for v, p in zip(value, pattern, strict=True))
