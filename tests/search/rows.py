"""A zone's index for tests: of the records in `fixtures/marc`, and rows as a store keeps them, in a dictionary."""

from collections.abc import Collection, Iterable, Iterator
from typing import Final

from gateway.search.entries import entry
from gateway.search.evaluate import evaluate
from gateway.search.numbering import falling
from gateway.search.query import Query
from gateway.search.upkeep import Change, Merge, Source, State, Written
from gateway.search.volumes import Document, Posting, Recent, Rows, Volume
from tests.marc.mnemonic import sample

NAMES: Final = ("monograph", "serial", "cjk", "arabic", "hebrew", "former-numbers", "local-fields")
"""The records' file names; here they are their MMS IDs, too."""


def catalogue(*names: str) -> Recent:
    """An index of these records."""
    made = Recent()
    for name in names or NAMES:
        made.add(name, entry(name, sample(name)))
    return made


def found(query: Query, volume: Volume) -> list[str]:
    """MMS IDs, the record that was written last first."""
    numbers = [*falling(evaluate(query, volume))]
    documents = volume.documents(numbers)
    return [documents[number].mms_id for number in numbers]


class DictRows(Rows):
    """Rows in dictionaries, as `Recent.postings` and its documents put them."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, int], bytes] = {}
        self.filed: dict[int, Document] = {}

    def put(self, recent: Recent) -> None:
        """Keep all that `recent` has."""
        for key, block, numbers in [*recent.postings(self)]:
            self.kept[key, block] = numbers
        self.filed.update(recent.entries)

    def postings(self, keys: Collection[str]) -> Iterable[Posting]:
        """The contract's."""
        return [Posting(key, block, numbers) for (key, block), numbers in self.kept.items() if key in keys]

    def between(self, first: str, last: str, *, descending: bool) -> Iterator[Posting]:
        """The contract's."""
        for key, block in sorted(self.kept, reverse=descending):
            if first <= key < last:
                yield Posting(key, block, self.kept[key, block])

    def documents(self, numbers: Collection[int]) -> Iterable[Document]:
        """The contract's."""
        return [self.filed[number] for number in numbers if number in self.filed]

    def newest(self, mms_ids: Collection[str]) -> Iterable[tuple[str, int]]:
        """The contract's."""
        highest = {document.mms_id: number for number, document in sorted(self.filed.items())}
        return [(mms_id, highest[mms_id]) for mms_id in mms_ids if mms_id in highest]


class Shelf(DictRows, Source):
    """A zone of a store: its records and changes, and rows."""

    def __init__(self) -> None:
        super().__init__()
        self.held: dict[str, bytes] = {}
        self.waiting: list[Change] = []
        self.places = 0
        self.now = State()

    def write(self, mms_id: str, marc: bytes) -> None:
        """A record is written, or removed where it has no bytes."""
        self.places += 2
        self.waiting.append(Change(self.places, mms_id))
        if marc:
            self.held[mms_id] = marc
        else:
            self.held.pop(mms_id, None)

    def take(self, merge: Merge) -> bool:
        """Write a merge, if it still can be."""
        if self.now != merge.before:
            return False
        for key, block, numbers in [*merge.postings]:
            self.kept[key, block] = numbers
        self.filed.update((document.number, document) for document in merge.documents)
        self.waiting = [change for change in self.waiting if change.place > merge.last]
        self.now = merge.after
        return True

    def state(self) -> State:
        """The contract's."""
        return self.now

    def changes(self, after: int, most: int) -> list[Change]:
        """The contract's."""
        return [change for change in self.waiting if change.place > after][:most]

    def written(self, mms_ids: Collection[str]) -> Iterable[Written]:
        """The contract's; here none is suppressed."""
        return [Written(mms_id, self.held[mms_id], False) for mms_id in mms_ids if mms_id in self.held]
