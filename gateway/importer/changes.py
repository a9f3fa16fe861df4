"""What differs between two versions of a record, field by field, and why each field went or came."""

from bisect import bisect_left
from collections import defaultdict, deque
from collections.abc import Hashable, Iterator, Mapping, Sequence
from typing import Final, Literal, NamedTuple, TypeVar

from gateway.importer.decide import STAMPED
from gateway.importer.edit import LOCAL_FIELD, REVERTED
from gateway.importer.merge import LINK, title_of
from gateway.marc.record import Field, Record
from gateway.model import MergeMethod

MOVED: Final = "stands in another place"
"""Of a field that went here and came there."""

Kind = Literal["same", "removed", "added"]
T = TypeVar("T", bound=Hashable)


class Change(NamedTuple):
    """A field of either version; the Leader is one too, with the tag `LDR`."""

    kind: Kind
    field: Field
    why: str = ""
    """For a field that went or came."""


def changes(
    before: Record, after: Record, made_by: str = "", own_methods: Mapping[str, MergeMethod] | None = None
) -> Iterator[Change]:
    """Every field of both in record order; what went stands before what came in its place.

    `made_by` is how `after` came about (`BibRecord.made_by`), empty where it is not the version next to `before`.
    """
    why = _reasons(made_by, own_methods or {})
    old, new = ([_leader(record), *record.fields] for record in (before, after))
    both = met(old, new)
    came_from_old = {*both.values()}
    begin = start = 0
    for here in (*in_place(both), len(old)):
        there = both.get(here, len(new))
        yield from (_change("removed", old[place], why, place in both) for place in range(begin, here))
        yield from (_change("added", new[place], why, place in came_from_old) for place in range(start, there))
        if here in both:
            yield Change("same", old[here])
        begin, start = here + 1, there + 1


def _reasons(made_by: str, own_methods: Mapping[str, MergeMethod]) -> Mapping[str, str]:
    """Why fields went and came."""
    how, _, version = made_by.partition(" ")
    if not made_by:
        return {"removed": "", "added": ""}
    if how == REVERTED:
        return {"removed": f"is not in version {version}", "added": f"is in version {version}"}
    if how == LOCAL_FIELD:
        return {"removed": "", "added": "was added by hand"}
    if how == LINK:
        return {
            "removed": "is not in the network's record, and no local extension",
            "added": "is in the network's record",
        }
    title = title_of(made_by, own_methods)
    return {"removed": f"is not protected by {title}", "added": f"comes in by {title}"}


def met(old: Sequence[T], new: Sequence[T]) -> dict[int, int]:
    """Place in `old` -> place in `new` of each field, or other thing, in both; the first such with the first."""
    places: dict[T, deque[int]] = defaultdict(deque)
    for place, one in enumerate(new):
        places[one].append(place)
    return {place: places[one].popleft() for place, one in enumerate(old) if places.get(one)}


def in_place(met: Mapping[int, int]) -> list[int]:
    """The places in the old record of as many fields as can be that follow each other in both records (`met`).

    The longest rising run (patience sorting): at worst n log n steps, where difflib takes minutes for a record of
    thousands of fields that are alike.
    """
    ends: list[int] = []  # at n: the lowest place in the new record at which a run of n + 1 ends
    last: list[int] = []  # and that field's place in the old one
    before: dict[int, int] = {}
    for here, there in met.items():
        longer = bisect_left(ends, there)
        if longer:
            before[here] = last[longer - 1]
        ends[longer : longer + 1], last[longer : longer + 1] = [there], [here]
    run = last[-1:]
    while run and run[-1] in before:
        run.append(before[run[-1]])
    return run[::-1]


def _change(kind: Literal["removed", "added"], field: Field, why: Mapping[str, str], moved: bool) -> Change:
    if field.tag in STAMPED:
        return Change(kind, field, "is made anew by every import")
    return Change(kind, field, MOVED if moved else why[kind])


def _leader(record: Record) -> Field:
    """Without the two lengths, which say nothing of the record."""
    return Field("LDR", b"00000" + record.leader[5:12] + b"00000" + record.leader[17:])
