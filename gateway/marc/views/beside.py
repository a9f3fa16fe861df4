"""Which findings belong beside which field of a record."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from gateway.marc.places import by_tag
from gateway.marc.record import Record
from gateway.model import Finding

_LEADER: Final = "Leader"


class Beside(NamedTuple):
    """Findings by their place; each is in one of the three, in the order in which they were given."""

    fields: Mapping[int, tuple[Finding, ...]]
    """By which of the record's fields, from 0 (`Place.entry`); a field with none is not here."""
    leader: tuple[Finding, ...]
    record: tuple[Finding, ...]
    """What concerns all of the record, or a field that it has not."""


def findings_by_field(findings: Iterable[Finding], record: Record) -> Beside:
    """The findings about `record`, each where a page shows it."""
    places = by_tag(record)
    fields: dict[int, list[Finding]] = defaultdict(list)
    leader, whole = [], []
    for finding in findings:
        tag = finding.field.partition("/")[0]
        entries = places.get(tag, [])
        if tag == _LEADER:
            leader.append(finding)
        elif 1 <= finding.occurrence <= len(entries):
            fields[entries[finding.occurrence - 1]].append(finding)
        else:
            whole.append(finding)
    return Beside({entry: tuple(found) for entry, found in fields.items()}, tuple(leader), tuple(whole))
