"""What differs between two versions of a record, for a page: `changes`, with what replaced what and where they differ.

A field that went and one of its tag that came in its place are one difference if they are alike, or if there can be but
one of them; within it the characters and words that differ are marked. Nothing is left out: the `before` of all
differences are the fields of the one record in their order, the `after` those of the other.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, Literal, NamedTuple

from gateway.importer.changes import MOVED, Change, changes, in_place
from gateway.importer.marked import Side, Token, changed, side, tokens
from gateway.marc.places import Place, by_tag
from gateway.marc.record import Record
from gateway.marc.table import definition
from gateway.marc.views.scripts import Speaker
from gateway.marc.views.vernacular import standings
from gateway.model import MergeMethod

ALIKE: Final = 0.5
"""Part of the letters and figures of two fields that must be the same for one to be shown as a change of the other."""
COMPARED: Final = 900
"""Most pairs of fields of one tag that are held against each other where some went and some came: thirty of each. Of
more, each is held against the one that has its place."""

Kind = Literal["same", "removed", "added", "replaced"]


class Difference(NamedTuple):
    """A field of either version, or of both; the Leader is one too, with the tag `LDR`."""

    kind: Kind
    before: Side | None
    after: Side | None
    why_gone: str = ""
    why_come: str = ""


class _One(NamedTuple):
    """A field that went or came."""

    change: Change
    at: int
    """Which field it is in its record, from 0; the Leader is -1."""
    tokens: list[Token]


class _Version:
    """One of the two records, and how far its fields have been told."""

    def __init__(self, record: Record) -> None:
        self._next = -1
        self._standings = standings(record)
        self._nth = {entry: nth for entries in by_tag(record).values() for nth, entry in enumerate(entries, 1)}
        self._speaker = Speaker(record)

    def take(self, change: Change) -> _One:
        """The next field of the record."""
        self._next += 1
        return _One(change, self._next - 1, tokens(change.field))

    def side(self, one: _One, odd: Iterable[int] = ()) -> Side:
        """A field as it is shown, with the tokens `odd` marked."""
        field = one.change.field
        if one.at < 0:
            return side(field, one.tokens, odd, None, field.tag, self._speaker)
        place = Place(field.tag, self._nth[one.at], one.at)
        return side(field, one.tokens, odd, place, self._standings[one.at].tag, self._speaker)


def differences(
    before: Record, after: Record, made_by: str = "", own_methods: Mapping[str, MergeMethod] | None = None
) -> Iterator[Difference]:
    """Every field of both; the arguments are those of `changes.changes`."""
    old, new = _Version(before), _Version(after)
    gone: list[_One] = []
    come: list[_One] = []
    for change in changes(before, after, made_by, own_methods):
        if change.kind == "removed":
            gone.append(old.take(change))
        elif change.kind == "added":
            come.append(new.take(change))
        else:
            yield from _between(gone, come, old, new)
            gone, come = [], []
            yield Difference("same", old.side(old.take(change)), new.side(new.take(change)))
    yield from _between(gone, come, old, new)


def _between(gone: list[_One], come: list[_One], old: _Version, new: _Version) -> Iterator[Difference]:
    """What went and what came between two fields that stay."""
    pairs = _pairs(gone, come)
    begin = start = 0
    for here in (*in_place(pairs), len(gone)):
        there = pairs.get(here, len(come))
        for one in gone[begin:here]:
            yield Difference("removed", old.side(one), None, why_gone=one.change.why)
        for one in come[start:there]:
            yield Difference("added", None, new.side(one), why_come=one.change.why)
        if here in pairs:
            went, came = gone[here], come[there]
            odd, even = changed(went.tokens, came.tokens)
            yield Difference("replaced", old.side(went, odd), new.side(came, even), went.change.why, came.change.why)
        begin, start = here + 1, there + 1


def _pairs(gone: list[_One], come: list[_One]) -> dict[int, int]:
    """Which of those that went is now which of those that came, in the order of the former.

    Identical ones are not: of them one stands in another place, whatever else is said of why.
    """
    by_tag_gone, by_tag_come = _by_tag(gone), _by_tag(come)
    pairs: dict[int, int] = {}
    for tag, went in by_tag_gone.items():
        pairs |= _pairs_of_tag(tag, went, by_tag_come.get(tag, {}))
    return {here: there for here, there in sorted(pairs.items()) if gone[here].change.field != come[there].change.field}


def _by_tag(ones: list[_One]) -> dict[str, dict[int, Counter[Token]]]:
    """Tag -> which of the fields have it, with their words; those that merely stand in another place left out."""
    found: dict[str, dict[int, Counter[Token]]] = defaultdict(dict)
    for at, one in enumerate(ones):
        if one.change.why != MOVED:
            found[one.change.field.tag][at] = Counter([token for token in one.tokens if token.run.text[:1].isalnum()])
    return found


def _pairs_of_tag(tag: str, went: dict[int, Counter[Token]], came: dict[int, Counter[Token]]) -> dict[int, int]:
    defined = definition(tag)
    if len(went) == len(came) == 1 and (tag == "LDR" or (defined and not defined.repeatable)):
        return dict(zip(went, came, strict=True))
    if len(went) * len(came) <= COMPARED:
        held = [(_likeness(went[here], came[there]), here, there) for here in went for there in came]
    else:
        held = [(_likeness(went[here], came[there]), here, there) for here, there in zip(went, came, strict=False)]
    pairs: dict[int, int] = {}
    taken: set[int] = set()
    for likeness, here, there in sorted(held, key=_best_first):
        if likeness >= ALIKE and here not in pairs and there not in taken:
            pairs[here] = there
            taken.add(there)
    return pairs


def _likeness(old: Counter[Token], new: Counter[Token]) -> float:
    """How much of the letters and figures of two fields is the same, from 0 to 1."""
    total = _size(old) + _size(new)
    return 2 * _size(old & new) / total if total else 1.0


def _size(words: Counter[Token]) -> int:
    return sum(len(token.run.text) * times for token, times in words.items())


def _best_first(held: tuple[float, int, int]) -> tuple[float, int, int]:
    likeness, here, there = held
    return -likeness, here, there
