"""How an index comes to have what was written: before the next search, and never by who writes.

Whoever writes a record, or removes one, leaves a `Change` in the same transaction, and that is all it costs him. A
search first reads the changes that it has not seen (`Upkeep.catch_up`) and indexes their records in memory; so it finds
what was answered before it, also where it may not write. When many have gathered, they are put into the store's rows
(`Upkeep.merge`), by whichever process comes first; the others see that by the `generation` and begin anew.

Every change has a number of its own, that of its place among all changes of the zone. So each process gives a version
the same number, before it is put into rows and after.
"""

from collections.abc import Collection, Iterable, Iterator
from typing import Final, NamedTuple, Protocol

from gateway.search.entries import entry
from gateway.search.indexes import RULES
from gateway.search.numbering import size
from gateway.search.volumes import Document, Kept, Layered, Posting, Recent, Rows, Unfound, Volume, is_worn

RECENT_CHANGES: Final = 1_000
"""From so many changes on they are put into rows: some 10 MB of memory, and less than a second of writing."""
CAUGHT_UP_AT_ONCE: Final = 5_000
"""Most changes that are indexed before they are put into rows: some 50 MB of memory, and a second or two."""


class State(NamedTuple):
    """How far a zone's rows are."""

    rules: int = RULES
    """Version of the rules (`indexes.RULES`) by which they were made."""
    epoch: int = 0
    """How often they were made anew. Numbers of another epoch mean nothing."""
    generation: int = 0
    """How often something was put into them; never the same again, whatever the epoch."""
    numbers: int = 0
    """How many changes they have."""

    @property
    def is_outdated(self) -> bool:
        """Whether they were made by other rules, and are to be made anew."""
        return self.rules != RULES


class Change(NamedTuple):
    """A record was written or removed."""

    place: int
    """Rising in the order in which the zone's changes come to be seen; need not be without gaps."""
    mms_id: str


class Written(NamedTuple):
    """The newest version of a record, as far as it is indexed."""

    mms_id: str
    marc: bytes
    suppressed: bool
    """Whether it is suppressed from discovery."""


class Source(Rows, Protocol):
    """What a store keeps of a zone, in one state of it."""

    def state(self) -> State:
        """How far the rows are; of a zone without rows, a `State` of nothing."""

    def changes(self, after: int, most: int) -> list[Change]:
        """The first changes behind this place that are not in the rows, by rising place."""

    def written(self, mms_ids: Collection[str]) -> Iterable[Written]:
        """The newest versions of these records, of those that are there; read no earlier than the changes."""


class Merge(NamedTuple):
    """What is to be written in one transaction, in which `state` is still what it was when this was made."""

    before: State
    after: State
    postings: Iterator[Posting]
    """Each in place of that with its key and block."""
    documents: Iterable[Document]
    """New ones."""
    last: int
    """The changes up to this place are done with, and deleted."""


class Upkeep:
    """What a process knows of one zone's index. Used by one thread at a time."""

    def __init__(self) -> None:
        self._state = State()
        self._recent = Recent()
        self._unfound = Unfound()
        """Of the rows: it is the same until the state is another."""
        self._seen = 0

    @property
    def is_ripe(self) -> bool:
        """Whether so much is in memory that it should be put into rows."""
        return self._recent.next - self._recent.first >= RECENT_CHANGES

    @property
    def epoch(self) -> int:
        """Of the rows, as they were when it was caught up."""
        return self._state.epoch

    @property
    def seen(self) -> int:
        """Place of the last change that is in memory; 0 where there is none."""
        return self._seen

    def catch_up(self, source: Source, most: int = CAUGHT_UP_AT_ONCE) -> bool:
        """Index the next changes; whether those are all. Who may write merges before he goes on."""
        state = source.state()
        if state != self._state:
            unfound = Kept(source).unfound  # read first: where that fails, what was known of other rows is still whole
            self._state, self._recent, self._unfound, self._seen = state, Recent(state.numbers), unfound, 0
        changes = source.changes(self._seen, most)
        if not changes:
            return True
        mms_ids = {change.mms_id for change in changes}
        written = {one.mms_id: one for one in source.written(mms_ids)}
        below = Kept(source, self._unfound).newest(mms_ids)
        for place, mms_id in changes:
            if one := written.get(mms_id):
                self._recent.add(mms_id, entry(mms_id, one.marc, suppressed=one.suppressed), below.get(mms_id))
            else:
                self._recent.remove(mms_id, below.get(mms_id))
            self._seen = place
        return len(changes) < most

    def volume(self, source: Source) -> Volume:
        """What a search reads; of the same state of the store in which it was caught up."""
        return Layered(Kept(source, self._unfound), self._recent)

    def merge(self, source: Source) -> Merge:
        """Put what is in memory into rows. When it is written, `catch_up` sees so, and memory is empty."""
        before = self._state
        after = before._replace(generation=before.generation + 1, numbers=self._recent.next)
        return Merge(before, after, self._recent.postings(source), self._recent.entries.values(), self._seen)

    def is_worn(self, source: Source) -> bool:
        """Whether the rows are to be made anew, for they are mostly dead."""
        return is_worn(self._state.numbers, size(Kept(source).dead))
