"""Everything of one store into another, of whatever kinds: what was copied is the beginning of what there is, always.

What was removed goes first, then records by zone and MMS ID with all their versions, then attempts, oldest first, then
pending links, then zones that were made at run time, then webhooks, then libraries and holdings with their items, by
zone, then patrons, loans and requests, by zone, then what zones publish, then messages of other systems, oldest first;
each transaction leaves a beginning of that order.
So a copy that was cut off goes on where it ended, and a copy that would write nothing more is proof that the stores
hold the same. A target is marked until that is proven, whatever ends the copy before.
It reads nothing but `stores.base`.
"""

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from datetime import UTC, datetime
from typing import Final

from msgspec.structs import replace

from gateway.errors import StoreError
from gateway.model import (
    Attempt,
    BibRecord,
    Delivery,
    Outcome,
    PendingLink,
    Receipt,
    Submission,
    Webhook,
)
from gateway.stores.base import Counts, Plan, Store, Transaction
from gateway.stores.moving.copied import Both
from gateway.stores.moving.copied import Copied as Copied
from gateway.stores.moving.copied import Differs as Differs
from gateway.stores.moving.exchanges import copy_exchanges
from gateway.stores.moving.lent import copy_lent
from gateway.stores.moving.published import copy_published
from gateway.stores.moving.shelved import copy_shelved

ROWS_AT_ONCE: Final = 200
"""Records or attempts of one transaction: some 400 kB, with the longest records 20 MB."""
PATIENCE_SECONDS: Final = 60.0
"""For one transaction to begin: nobody waits for an answer, and a database may be busy with others' work."""

UNFINISHED: Final = "@unfinished"
"""Zone that no settings can name; a link pending in it marks a copy that is not whole."""
MARK: Final = PendingLink(
    UNFINISHED,
    Submission("unfinished-copy", datetime.max.replace(tzinfo=UTC), "", "", "", b""),
    Receipt(UNFINISHED, Outcome.ERROR),
)
"""That link. It came in no time that has been, so that nobody takes it for overdue."""

Tell = Callable[[int], None]
"""Told of each so many records or attempts that have been dealt with."""


async def mark(target: Store) -> None:
    """Let everybody see that this is a copy which is not whole."""
    await target.transact(UNFINISHED, lambda transaction: transaction.pend(MARK), seconds=PATIENCE_SECONDS)


async def unmark(target: Store) -> None:
    """Now it is."""
    settled = MARK.submission.id
    await target.transact(UNFINISHED, lambda transaction: transaction.settle(settled), seconds=PATIENCE_SECONDS)


async def is_unfinished(store: Store) -> bool:
    """Whether it is a copy that is not whole."""
    return MARK in await store.pending()


async def check_whole(store: Store, name: str) -> None:
    """Raise `StoreError` for a copy that is not whole; `name` is what people call the store."""
    if await is_unfinished(store):
        raise StoreError(
            f"{name} is a copy that was cut off, and not all is in it: gateway store migrate FROM TO --resume goes on"
        )


async def copy(source: Store, target: Store, copied: Copied, tell: Tell = lambda done: None) -> None:
    """Write into `target` what it lacks of `source`, and count it in `copied`.

    The target is empty, or holds a beginning of the source that an earlier copy has left. Raises `Differs` where it
    holds anything else, `StoreError` where one of the stores fails; what has been counted is there all the same.
    """
    await _Copy(source, target, tell, copied=copied).run()


async def check_beginning(source: Store, target: Store) -> None:
    """Raise `Differs`, which says where, unless `target` holds nothing but a beginning of `source`."""
    await _Copy(source, target, lambda done: None, whole=False).run()


async def compare(source: Store, target: Store, tell: Tell = lambda done: None) -> None:
    """Raise `Differs`, which says where, unless both hold the same."""
    await _Copy(source, target, tell).run()


class _Copy:
    """One run through both stores."""

    def __init__(
        self, source: Store, target: Store, tell: Tell, *, copied: Copied | None = None, whole: bool = True
    ) -> None:
        """Without `copied` nothing is written; then what the target lacks differs, if it is to be `whole`."""
        self._source = source
        self._target = target
        self._tell = tell
        self._copied = copied
        self._both = Both(source, target, copied, whole)

    async def run(self) -> None:
        """In the order that the module's first lines give."""
        wanted, present = await self._source.counts(), await self._target.counts()
        for zone in present:
            if zone not in wanted:
                raise Differs(f"the target has a zone {zone!r}, the source has none")
        await self._removed()
        for zone, counts in wanted.items():
            await self._ordinals(zone, counts, present.get(zone, Counts()))
            await self._records(zone)
        await self._attempts()
        await self._links()
        await self._zones()
        await self._webhooks()
        await copy_shelved(self._both)
        await copy_lent(self._both)
        await copy_published(self._both)
        await copy_exchanges(self._both)

    async def _ordinals(self, zone: str, wanted: Counts, present: Counts) -> None:
        """Before any record: whatever happens then, no MMS ID of the copy is given again."""
        if present.ordinal >= wanted.ordinal:  # above it where a store leases them in blocks
            return

        def draw(transaction: Transaction) -> None:
            while transaction.next_ordinal() < wanted.ordinal:
                pass

        await self._write(zone, draw, f"the MMS IDs of zone {zone!r}")

    async def _removed(self) -> None:
        """Before anything else: the target then removes nothing, and remembers that it did."""
        wanted, present = await self._source.removed(), await self._target.removed()
        for zone, mms_id in present.keys() - wanted.keys():
            raise Differs(f"the target's zone {zone!r} was {_removal(mms_id)}, the source's was not")
        for zone, mms_id in sorted(wanted.keys() - present.keys()):
            self._both.lacking(f"that zone {zone!r} was {_removal(mms_id)}")
            if self._copied is None:
                continue
            if mms_id:
                await self._target.remove_record(zone, mms_id)
            else:
                await self._target.reset(zone)

    async def _records(self, zone: str) -> None:
        after = ""
        while page := await self._source.records(zone, after=after, limit=ROWS_AT_ONCE):
            present = await self._target.records(zone, after=after, limit=len(page))
            for ours, theirs in zip(page, present, strict=False):
                if ours != theirs or await self._past(zone, ours) != await self._past(zone, theirs, self._target):
                    raise Differs(f"the record {theirs.mms_id} of zone {zone!r} is not as the source has it")
            await self._write_records(zone, page[len(present) :])
            self._tell(len(page))
            after = page[-1].mms_id
        for more in await self._target.records(zone, after=after, limit=1):
            raise Differs(f"zone {zone!r} of the target has a record {more.mms_id}, the source's has none")

    async def _past(self, zone: str, record: BibRecord, store: Store | None = None) -> list[BibRecord]:
        """Every version of a record; those of the source unless told."""
        if record.version == 1:
            return [record]
        return await (store or self._source).versions(zone, record.mms_id)

    async def _write_records(self, zone: str, records: Sequence[BibRecord]) -> None:
        if not records:
            return
        versions = [version for record in records for version in await self._past(zone, record)]

        def put(transaction: Transaction) -> None:
            for version in versions:
                transaction.put(version)

        copied = await self._write(zone, put, f"the record {records[0].mms_id} of zone {zone!r}")
        copied.records += len(records)
        copied.versions += len(versions)

    async def _attempts(self) -> None:
        """In the order of all zones, as listings have it: a transaction for each run of attempts of one zone."""
        run: list[Attempt] = []
        async with aclosing(_oldest_first(self._source)) as ours, aclosing(_oldest_first(self._target)) as theirs:
            async for attempt in ours:
                present = await anext(theirs, None)
                if present is not None:
                    if _unnumbered(present) != _unnumbered(attempt):
                        raise Differs(f"the target's attempt {present.seq} is not the source's {attempt.seq}")
                    self._tell(1)
                    continue
                if run and (run[0].receipt.zone != attempt.receipt.zone or len(run) == ROWS_AT_ONCE):
                    await self._write_attempts(run)
                    run = []
                run.append(attempt)
            if (more := await anext(theirs, None)) is not None:
                raise Differs(f"the target has an attempt {more.seq} that the source has not")
        if run:
            await self._write_attempts(run)

    async def _write_attempts(self, run: Sequence[Attempt]) -> None:
        def file(transaction: Transaction) -> None:
            for attempt in run:
                transaction.file(attempt.submission, attempt.receipt)
                if attempt.seconds is not None and attempt.delivered is not None:
                    transaction.note(Delivery(attempt.submission.id, attempt.seconds, attempt.delivered))

        zone = run[0].receipt.zone
        copied = await self._write(zone, file, f"the attempt {run[0].seq} of zone {zone!r}")
        copied.attempts += len(run)
        self._tell(len(run))

    async def _links(self) -> None:
        wanted = await self._source.pending()
        present = [link for link in await self._target.pending() if link != MARK]
        for link in present:
            if link not in wanted:
                raise Differs(f"the target has a pending link of {link.submission.id}, the source has none")
        for link in wanted:
            if link not in present:
                await self._pend(link)

    async def _pend(self, link: PendingLink) -> None:
        words = f"the pending link of {link.submission.id}"
        copied = await self._write(link.network, lambda transaction: transaction.pend(link), words)
        copied.links += 1

    async def _zones(self) -> None:
        wanted = {made.zone.key: made for made in await self._source.zones()}
        present = {made.zone.key: made for made in await self._target.zones()}
        for key, made in present.items():
            if made != wanted.get(key):
                raise Differs(f"the zone {key!r} that was made at run time is not as the source has it")
        for key, made in wanted.items():
            if key not in present:
                self._both.lacking(f"the zone {key!r} that was made at run time")
                if self._copied is not None:
                    await self._target.keep_zone(made)
                    self._copied.zones += 1

    async def _webhooks(self) -> None:
        wanted = {(one.zone, one.key): await self._renumbered(one) for one in await self._source.webhooks()}
        present = {(one.zone, one.key): one for one in await self._target.webhooks()}
        for (zone, key), webhook in present.items():
            if webhook != wanted.get((zone, key)):
                raise Differs(f"the webhook {key!r} of zone {zone!r} is not as the source has it")
        for (zone, key), webhook in wanted.items():
            if (zone, key) not in present:
                self._both.lacking(f"the webhook {key!r} of zone {zone!r}")
                if self._copied is not None:
                    await self._target.swap_webhook(None, webhook)
                    self._copied.webhooks += 1

    async def _renumbered(self, webhook: Webhook) -> Webhook:
        """As the target is to have it: there, attempts have other numbers."""
        told, tried = [await self._renumber(webhook.zone, number) for number in (webhook.told, webhook.tried)]
        return replace(webhook, told=told, tried=tried)

    async def _renumber(self, zone: str, number: int) -> int:
        """The target's number of the zone's attempt that has this one in the source, or of the last one before."""
        for attempt in await self._source.attempts(zone=zone, before=number + 1, limit=1):
            return await _number(self._target, attempt)
        return 0

    async def _write(self, zone: str, plan: Plan[None], what: str) -> Copied:
        """Run the plan; what it counts in. Where nothing is to be written, say that `what` is lacking."""
        copied = self._both.lacking(what)
        if copied is None:
            return Copied()
        await self._target.transact(zone, plan, seconds=PATIENCE_SECONDS)
        return copied


def _removal(mms_id: str) -> str:
    return f"rid of the record {mms_id}" if mms_id else "reset"


def _unnumbered(attempt: Attempt) -> tuple[object, ...]:
    """What of an attempt is the same in every store."""
    return attempt.submission, attempt.receipt, attempt.seconds, attempt.delivered


async def _number(store: Store, attempt: Attempt) -> int:
    """The attempt's number in a store that copied it; 0 where it is not there.

    Looked for among its zone's from the newest on: most webhooks have been told of nearly all.
    """
    before = None
    while page := await store.attempts(zone=attempt.receipt.zone, before=before, limit=ROWS_AT_ONCE):
        for copied in page:
            if copied.submission.id == attempt.submission.id:
                return copied.seq
        before = page[-1].seq
    return 0


async def _oldest_first(store: Store) -> AsyncGenerator[Attempt]:
    """The attempts that are kept when it begins: their pages are looked up from the newest on, then read backwards."""
    newest = await store.attempts(limit=1)
    if not newest:
        return
    before = [newest[0].seq + 1]
    while page := await store.attempts(before=before[-1], limit=ROWS_AT_ONCE):
        before.append(page[-1].seq)
    for end in reversed(before[:-1]):
        for attempt in reversed(await store.attempts(before=end, limit=ROWS_AT_ONCE)):
            yield attempt
