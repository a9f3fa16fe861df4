"""What of a store's faults can be mended without a guess: by what records are found, and the counters of MMS IDs.

Works beside running gateways: each record in a transaction of its own, by what it holds at that moment. No version,
flag or submission is changed.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence, Set
from functools import partial
from typing import Final, TypeVar

import trio
from msgspec.structs import replace

from gateway.errors import StoreError
from gateway.importer.decide import found_by
from gateway.marc.iso2709 import Damaged
from gateway.marc.record import Record
from gateway.model import BibRecord, Identifier
from gateway.stores.base import Store, Transaction

T = TypeVar("T")

MOST_DRAWN: Final = 1_000_000
"""Ordinals that a counter is moved on at once: some seconds. A greater gap shows an MMS ID that no zone has given."""


class Mender:
    """Mends one store."""

    def __init__(self, store: Store, *, seconds: float) -> None:
        """`seconds` is how long a transaction waits for its turn."""
        self._store = store
        self._seconds = seconds

    async def reindex(self, zone: str, off: Mapping[str, Set[Identifier]]) -> set[str]:
        """Let these records be found by what they bear, and by nothing else; the MMS IDs of those that are now.

        By MMS ID those numbers for which the index was seen to differ from the record: none where the record itself is
        kept under others than it bears. Raises `StoreError`.
        """
        done = await together([partial(self._reindex, zone, mms_id, differing) for mms_id, differing in off.items()])
        return {mms_id for mms_id, mended in zip(off, done, strict=True) if mended}

    async def count_to(self, zone: str, ordinal: int, present: int) -> bool:
        """Move the zone's counter on from `present`, that none up to `ordinal` is given again; False where that is too
        far. Raises `StoreError`.
        """
        if ordinal - present > MOST_DRAWN:
            return False

        def draw(transaction: Transaction) -> None:
            while transaction.next_ordinal() < ordinal:
                pass

        await self._store.transact(zone, draw, seconds=self._seconds)
        return True

    async def _reindex(self, zone: str, mms_id: str, differing: Set[Identifier]) -> bool:
        """Stores write to the index what an amended record has gained and lost. So what differs is first kept as the
        index has it, which changes nothing in how the record is found, and then as the record bears it.
        """

        def keep(transaction: Transaction) -> None:
            record = transaction.get(mms_id)
            if record is not None and borne(record) is not None:
                transaction.put(replace(record, identifiers=record.identifiers ^ differing))

        def mend(transaction: Transaction) -> bool:
            record = transaction.get(mms_id)
            bears = borne(record) if record else None
            if record is None or bears is None:
                return False
            if bears != record.identifiers:
                transaction.put(replace(record, identifiers=bears))
            return True

        if differing:
            await self._store.transact(zone, keep, seconds=self._seconds)
        return await self._store.transact(zone, mend, seconds=self._seconds)


async def together(asked: Sequence[Callable[[], Awaitable[T]]]) -> list[T]:
    """What each of these comes to, all asked of the store at once: it may have several ways to answer.

    Raises the first `StoreError`, when all have come to an end.
    """
    answers: dict[int, T] = {}
    failures: list[StoreError] = []

    async def ask(number: int, one: Callable[[], Awaitable[T]]) -> None:
        try:
            answers[number] = await one()
        except StoreError as error:
            failures.append(error)

    interrupted = False
    try:
        async with trio.open_nursery() as nursery:
            for number, one in enumerate(asked):
                nursery.start_soon(ask, number, one)
    except* KeyboardInterrupt:
        interrupted = True
    if interrupted:
        raise KeyboardInterrupt  # by itself, as it comes where nothing is done at once
    if failures:
        raise failures[0]
    return [answers[number] for number in range(len(asked))]


def borne(record: BibRecord) -> frozenset[Identifier] | None:
    """By what a stored record should be found; None where it cannot be read."""
    try:
        return found_by(Record.parse(record.marc), record.linked_to)
    except Damaged:
        return None
