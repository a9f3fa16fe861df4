"""The index of a zone's records: what a search reads, in memory and on a store's rows.

Each change of a record gets the next number: a number is a version that was indexed. That of an earlier version, or of
a record that is gone, is dead: its keys stay, and what a search finds is held against the dead ones. So nothing in an
index is looked for and taken out; where `is_worn`, it is made anew.

`Recent` is an index in memory: all that a store in memory has, and for the others the records that were written since
their rows were brought up to date. `Kept` reads rows, and `Layered` is both as one.
"""

from bisect import bisect_left, insort
from collections.abc import Collection, Iterable, Iterator
from heapq import merge
from itertools import groupby, islice
from operator import itemgetter
from typing import Final, NamedTuple, Protocol

from gateway.search.entries import Entry
from gateway.search.numbering import (
    BLOCK,
    BLOCK_BITS,
    NONE,
    Block,
    Numbers,
    as_bits,
    falling,
    is_in,
    numbers_of,
    packed,
    union,
    unpacked,
)
from gateway.search.tokens import SUPPRESSED

DEAD: Final = "!dead"
"""Key of the dead numbers among a store's rows: it stands before all others."""
_SUPPRESSED: Final = (SUPPRESSED[True],)
WORN_NUMBERS: Final = 10_000
"""Dead numbers that are no burden, however few live."""


class Document(NamedTuple):
    """A version that was indexed."""

    number: int
    mms_id: str
    title: str
    author: str
    date: str
    """To sort by (`Entry`)."""
    text: str
    """To look phrases up in (`Entry`)."""


class Posting(NamedTuple):
    """A store's row: the numbers of one block that have a key."""

    key: str
    block: int
    numbers: bytes
    """`numbering.packed`."""


def is_worn(numbers: int, dead: int) -> bool:
    """Whether an index with so many numbers is to be made anew: it reads and keeps twice what it need."""
    return dead > WORN_NUMBERS and dead * 2 > numbers


class Rows(Protocol):
    """What a store keeps of a zone's index. Synchronous: read within one state of the store."""

    def postings(self, keys: Collection[str]) -> Iterable[Posting]:
        """All rows of these keys, in any order."""

    def between(self, first: str, last: str, *, descending: bool) -> Iterator[Posting]:
        """Rows with `first <= key < last`, those of a key behind each other, by rising key, or by falling.

        Read as they are asked for: who has enough asks no further.
        """

    def documents(self, numbers: Collection[int]) -> Iterable[Document]:
        """Those with these numbers, in any order."""

    def newest(self, mms_ids: Collection[str]) -> Iterable[tuple[str, int]]:
        """MMS ID and the highest number that each of these records ever had; dead ones too."""


class Volume(Protocol):
    """What a search reads."""

    @property
    def dead(self) -> Numbers:
        """Numbers that are found no more."""

    @property
    def hidden(self) -> Numbers:
        """The same, and the numbers of records that are suppressed from discovery."""

    def having(self, keys: Collection[str]) -> dict[str, Numbers]:
        """By key, who has it; keys that nobody has are left out."""

    def between(self, first: str, last: str, most: int, *, descending: bool = False) -> list[tuple[str, Numbers]]:
        """The first keys with `first <= key < last`, at most so many, and who has them."""

    def documents(self, numbers: Collection[int]) -> dict[int, Document]:
        """Those with these numbers, dead ones too."""

    def newest(self, mms_ids: Collection[str]) -> dict[str, int]:
        """By MMS ID the number of its newest version; records that are not there are left out."""


class Recent:
    """An index in memory."""

    def __init__(self, first: int = 0) -> None:
        """`first`: the number of its first version, with rows below it how many numbers they have."""
        self.first: Final = first
        self.next = first
        """The number that the next change gets."""
        self.entries: Final[dict[int, Document]] = {}
        """By number, rising."""
        self._having: dict[str, list[int]] = {}
        self._order: list[str] = []
        """Keys, rising."""
        self._unordered: set[str] = set()
        self._newest: dict[str, int] = {}
        self._dead: dict[int, None] = {}

    @property
    def dead(self) -> Numbers:
        """Those of its own, and those of the rows below it whose records were written since."""
        return numbers_of(self._dead) if self._dead else NONE

    @property
    def hidden(self) -> Numbers:
        """The contract's."""
        suppressed = self.having(_SUPPRESSED)
        return union((self.dead, *suppressed.values())) if suppressed else self.dead

    def add(self, mms_id: str, entry: Entry, below: int | None = None) -> None:
        """A record's newest version. `below`: the number that the rows below have for the record, if they have one."""
        number = self.next
        self.remove(mms_id, below)
        self.entries[number] = Document(number, mms_id, entry.title, entry.author, entry.date, entry.text)
        self._newest[mms_id] = number
        for key in entry.keys:
            having = self._having.get(key)
            if having is None:
                self._having[key] = [number]
                self._unordered.add(key)
            else:
                having.append(number)

    def remove(self, mms_id: str, below: int | None = None) -> None:
        """A record is gone. `below` as for `add`. That takes a number, too, as each change does."""
        self.next += 1
        for number in (self._newest.pop(mms_id, None), below):
            if number is not None:
                self._dead[number] = None

    def having(self, keys: Collection[str]) -> dict[str, Numbers]:
        """The contract's."""
        return {key: numbers_of(self._having[key]) for key in keys if key in self._having}

    def between(self, first: str, last: str, most: int, *, descending: bool = False) -> list[tuple[str, Numbers]]:
        """The contract's."""
        self._put_in_order()
        start, end = bisect_left(self._order, first), bisect_left(self._order, last)
        end = max(start, end)
        keys = (
            self._order[max(start, end - most) : end][::-1]
            if descending
            else self._order[start : min(end, start + most)]
        )
        return [(key, numbers_of(self._having[key])) for key in keys]

    def documents(self, numbers: Collection[int]) -> dict[int, Document]:
        """The contract's."""
        return {number: self.entries[number] for number in numbers if number in self.entries}

    def newest(self, mms_ids: Collection[str]) -> dict[str, int]:
        """The contract's."""
        return {mms_id: self._newest[mms_id] for mms_id in mms_ids if mms_id in self._newest}

    def gone(self) -> frozenset[int]:
        """Dead numbers of the rows below."""
        return frozenset(number for number in self._dead if number < self.first)

    def _put_in_order(self) -> None:
        if len(self._unordered) > len(self._order) // 16:  # to sort all is quicker then than to put each in its place
            self._order = [*merge(self._order, sorted(self._unordered))]
        else:
            for key in self._unordered:
                insort(self._order, key)
        self._unordered.clear()

    def postings(self, rows: Rows) -> Iterator[Posting]:
        """The rows to be put, in place of those of the same key and block, for `rows` to have all that is here.

        By rising key. With all `entries` put as documents too, they have it.
        """
        shared = self.first >> BLOCK_BITS
        keys = self._having.keys() if self.first % BLOCK else ()
        before = {key: kept for key, block, kept in rows.postings(keys) if block == shared}
        if self._dead:
            yield from _dead(union((Kept(rows).dead, self.dead)))
        for key, having in sorted(self._having.items()):
            for block, numbers in groupby(having, _block_of):
                yield Posting(key, block, packed(before.get(key, b"") if block == shared else b"", [*numbers]))


def _block_of(number: int) -> int:
    return number >> BLOCK_BITS


def _dead(numbers: Numbers) -> Iterator[Posting]:
    for block, of in groupby([*falling(numbers)][::-1], _block_of):
        yield Posting(DEAD, block, packed(b"", [*of]))


class Unfound(NamedTuple):
    """What of a store's rows is not found, whatever is asked (`Volume`)."""

    dead: Numbers = NONE
    hidden: Numbers = NONE


class Kept:
    """The index that a store's rows hold."""

    def __init__(self, rows: Rows, unfound: Unfound | None = None) -> None:
        """`unfound`: of these rows, where it was read before."""
        self._rows = rows
        self._unfound = unfound

    @property
    def unfound(self) -> Unfound:
        """All of it."""
        if self._unfound is None:
            found = self.having([DEAD, *_SUPPRESSED])
            dead = as_bits(found.pop(DEAD, NONE))
            self._unfound = Unfound(dead, union((dead, *map(as_bits, found.values()))) if found else dead)
        return self._unfound

    @property
    def dead(self) -> Numbers:
        """The contract's."""
        return self.unfound.dead

    @property
    def hidden(self) -> Numbers:
        """The contract's."""
        return self.unfound.hidden

    def having(self, keys: Collection[str]) -> dict[str, Numbers]:
        """The contract's."""
        found: dict[str, dict[int, Block]] = {}
        for key, block, kept in self._rows.postings(keys):
            found.setdefault(key, {})[block] = unpacked(kept)
        return dict(found)

    def between(self, first: str, last: str, most: int, *, descending: bool = False) -> list[tuple[str, Numbers]]:
        """The contract's."""
        rows = groupby(self._rows.between(first, last, descending=descending), itemgetter(0))
        return [(key, {block: unpacked(kept) for _, block, kept in of}) for key, of in islice(rows, most)]

    def documents(self, numbers: Collection[int]) -> dict[int, Document]:
        """The contract's."""
        return {document.number: document for document in self._rows.documents(numbers)} if numbers else {}

    def newest(self, mms_ids: Collection[str]) -> dict[str, int]:
        """The contract's."""
        dead = self.dead
        return {mms_id: number for mms_id, number in self._rows.newest(mms_ids) if not is_in(number, dead)}


class Layered:
    """What was written since, upon what is kept."""

    def __init__(self, kept: Volume, recent: Recent) -> None:
        self._kept = kept
        self._recent = recent

    @property
    def dead(self) -> Numbers:
        """The contract's."""
        recent = self._recent.dead
        return union((self._kept.dead, recent)) if recent else self._kept.dead

    @property
    def hidden(self) -> Numbers:
        """The contract's."""
        recent = self._recent.hidden
        return union((self._kept.hidden, recent)) if recent else self._kept.hidden

    def having(self, keys: Collection[str]) -> dict[str, Numbers]:
        """The contract's."""
        return _joined((*self._kept.having(keys).items(), *self._recent.having(keys).items()))

    def between(self, first: str, last: str, most: int, *, descending: bool = False) -> list[tuple[str, Numbers]]:
        """The contract's."""
        layers = (layer.between(first, last, most, descending=descending) for layer in (self._kept, self._recent))
        found = _joined(pair for layer in layers for pair in layer)
        return sorted(found.items(), reverse=descending, key=itemgetter(0))[:most]

    def documents(self, numbers: Collection[int]) -> dict[int, Document]:
        """The contract's."""
        recent = self._recent.documents(numbers)
        return self._kept.documents([number for number in numbers if number < self._recent.first]) | recent

    def newest(self, mms_ids: Collection[str]) -> dict[str, int]:
        """The contract's."""
        gone = self._recent.gone()
        kept = self._kept.newest(mms_ids)
        return {mms_id: at for mms_id, at in kept.items() if at not in gone} | self._recent.newest(mms_ids)


def _joined(pairs: Iterable[tuple[str, Numbers]]) -> dict[str, Numbers]:
    found: dict[str, Numbers] = {}
    for key, numbers in pairs:
        found[key] = union((found[key], numbers)) if key in found else numbers
    return found
