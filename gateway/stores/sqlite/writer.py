"""The one writer that a process has to an SQLite store: group commit.

Plans run in the event loop, where nothing contends for the interpreter; only the commit, which waits for the disk,
goes to a thread. What arrives meanwhile makes the next group.
"""

import math
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Generic, NamedTuple, cast

import apsw
import trio

from gateway.errors import ImportTimedOut, OutcomeUnknown, StoreError
from gateway.model import BibRecord, Delivery, Identifier
from gateway.stores.base import Plan, Retention, T
from gateway.stores.sqlite import rows, unpublished
from gateway.stores.transacting import Changes

GROUP_JOBS: Final = 256
"""Most plans in one commit: what two hundred clients have under way; more would keep the first of them waiting."""
BUSY_SECONDS: Final = 5.0
"""How long a group that is rerun waits in all for another process that writes: a command, or the gateway beside it."""
BUSY_LOOK_SECONDS: Final = 0.002
"""Between two tries while another process writes: often enough to fall soon between two of its commits."""
WORK_SECONDS: Final = 10.0
"""How long what is no plan waits for its turn: people wait for it, and no longer than for an export."""
OVERDUE_LOOK_SECONDS: Final = 0.25
"""Between two looks for plans whose time is up: those wait for seconds, and the answer has a second to spare."""
NOTE_SECONDS: Final = 0.2
"""How long what became of a reply waits for a commit to ride along with, before it gets one of its own."""
NOTES: Final = 10_000
"""Most attempts whose replies are still to be told of, the newest: more than clients can be connected. While the disk
is full, each export adds one."""
UNSYNCED: Final = (apsw.SQLITE_IOERR_FSYNC, apsw.SQLITE_IOERR_DIR_FSYNC)
"""Errors after which all of a commit may be in the file none the less: a gateway that starts then would find it."""
EXPIRE_EVERY: Final = 100
"""Attempts filed between two looks at which have expired, so that the oldest go in batches; a tenth of those to keep
where that is less."""


@dataclass(eq=False, slots=True)
class _Job(Generic[T]):
    """A plan that waits for the writer, or is with it; or other work."""

    zone: str
    plan: Plan[T] | None
    work: Callable[[rows.Execute], T] | None
    """In place of a plan."""
    task: trio.lowlevel.Task
    deadline: float
    alone: bool = False
    """In a transaction of its own, and its work in a thread, for that may take long."""
    result: T | None = None
    error: BaseException | None = None
    """What the plan raised, or why it could not be committed."""
    settled: bool = False
    """The transaction it was in has been committed, be it without this plan's changes."""


class _Written(NamedTuple):
    """Records of a zone that a group has written, by MMS ID."""

    to_index: list[str]
    """For who searches next, in this order."""
    to_publish: set[str]
    """Those that were amended so that nobody need index them again."""


class _Transaction(Changes):
    """One plan's: reads through the writer's connection, and gathers what is to change."""

    def __init__(self, execute: rows.Execute, zone: str, ordinal: int) -> None:
        super().__init__(ordinal)
        self._execute = execute
        self._zone = zone

    def holders(self, identifiers: Iterable[Identifier]) -> list[str]:
        """MMS IDs, rising."""
        return rows.holders(self._execute, self._zone, identifiers)

    def get(self, mms_id: str) -> BibRecord | None:
        """The newest version."""
        return rows.record(self._execute, self._zone, mms_id)

    def filed(self, submission: str) -> bool:
        """Whether it is in the table, or an earlier plan of the group has put it there."""
        return rows.filed(self._execute, self._zone, submission)


class Writer:
    """Takes all plans that wait, runs one after the other, and commits once for all."""

    def __init__(self, connection: apsw.Connection, retention: Retention | None) -> None:
        """Without `retention` no attempt expires."""
        self._connection = connection
        self._execute = connection.execute
        self._retention = retention
        self._queue: deque[_Job[Any]] = deque()  # Any: each job's own result type
        self._notes: list[Delivery] = []
        self._work = trio.Event()
        self._noted = trio.Event()
        self._thread = trio.CapacityLimiter(1)
        """Its own, so that no commit waits for those who use trio's."""
        self._expire_every = max(1, min(EXPIRE_EVERY, retention.keep // 10)) if retention else math.inf
        self._filed = EXPIRE_EVERY  # the first commit looks: a gateway may be started more often than it files so many

    async def transact(self, zone: str, plan: Plan[T], *, seconds: float) -> T:
        """Queue the plan and wait for the commit that holds it.

        Withdrawn while it is queued, it has not happened; after that the answer is the truth, however long it takes.
        """
        return await self._queued(_Job(zone, plan, None, trio.lowlevel.current_task(), trio.current_time() + seconds))

    async def work(self, work: Callable[[rows.Execute], T], *, brief: bool = False) -> T:
        """Queue what is no plan, and wait for the commit that holds it: its own, or, if it is of a row or two and so
        `brief`, that of plans which wait too. Raises as `transact`.
        """
        until = trio.current_time() + WORK_SECONDS
        return await self._queued(_Job("", None, work, trio.lowlevel.current_task(), until, alone=not brief))

    async def _queued(self, job: _Job[T]) -> T:
        await trio.lowlevel.checkpoint_if_cancelled()
        self._queue.append(job)
        self._work.set()

        def withdraw(_: object) -> trio.lowlevel.Abort:
            if job not in self._queue:
                return trio.lowlevel.Abort.FAILED
            self._queue.remove(job)
            return trio.lowlevel.Abort.SUCCEEDED

        await trio.lowlevel.wait_task_rescheduled(withdraw)
        if job.error is not None:
            raise job.error
        if not job.settled:
            raise StoreError("the gateway was stopped before this was done")
        return cast("T", job.result)

    def note(self, delivery: Delivery) -> None:
        """Keep it for the next commit."""
        self._notes.append(delivery)
        del self._notes[:-NOTES]
        self._noted.set()

    def finish(self, last: Callable[[rows.Execute], object]) -> None:
        """After `run`: write what was noted and has found no commit, and do what is last, unless another process writes
        just then.
        """
        with suppress(apsw.Error), self._connection:
            if self._notes:
                rows.update_deliveries(self._execute, self._notes)
            last(self._execute)

    async def run(self) -> None:
        """Write until cancelled; what is with the writer then is still committed."""
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._give_up_overdue)
            nursery.start_soon(self._write_lonely_notes)
            while True:
                await self._work.wait()
                self._work = trio.Event()
                while self._queue:
                    await self._write_group()

    async def _write_group(self) -> None:
        failure: BaseException | None = None
        try:
            await self._begin(math.inf)
        except apsw.Error as error:
            failure = _failure(error)
        group = self._take()
        try:
            if failure is None:
                notes, self._notes = self._notes, []
                with trio.CancelScope(shield=True):
                    await self._commit_together_or_singly(group, notes)
        except BaseException as error:
            failure = error
            raise
        finally:
            for job in group:
                if not job.settled:
                    job.error = failure or job.error
                trio.lowlevel.reschedule(job.task)

    def _take(self) -> list[_Job[Any]]:
        """The jobs that are next, or one that is alone."""
        if self._queue and self._queue[0].alone:
            return [self._queue.popleft()]
        group: list[_Job[Any]] = []
        while self._queue and len(group) < GROUP_JOBS and not self._queue[0].alone:
            group.append(self._queue.popleft())
        return group

    async def _commit_together_or_singly(self, group: Sequence[_Job[Any]], notes: Sequence[Delivery]) -> None:
        """Commit all at once; where the database would not, each alone, so that one harms no other.

        What is tried again is written over what was there before; if not even that can be done, it may still be there.
        """
        try:
            await self._commit(group, notes)
        except Exception as failure:
            unsynced = _is_unsynced(failure)
            self._notes[:0] = notes
            until = trio.current_time() + BUSY_SECONDS
            for job in group:
                try:
                    await self._begin(until)
                    await self._commit([job], ())
                except apsw.Error as error:
                    unsynced = unsynced or _is_unsynced(error)
                    job.error = _unknown(error) if unsynced else _failure(error)
                except Exception as error:
                    job.error = error

    async def _begin(self, until: float) -> None:
        """Begin a transaction. While another process writes, the queue goes on filling and emptying."""
        while True:
            try:
                self._execute("BEGIN IMMEDIATE")
            except apsw.BusyError:
                if trio.current_time() >= until:
                    raise
                await trio.sleep(BUSY_LOOK_SECONDS)
            else:
                return

    async def _commit(self, group: Sequence[_Job[Any]], notes: Sequence[Delivery]) -> None:
        """Run the plans in the transaction that has begun, and end it. When it raises, nothing has happened."""
        try:
            for job in group:
                if job.work and job.alone:
                    job.result = await trio.to_thread.run_sync(job.work, self._execute, limiter=self._thread)
                elif job.work:
                    job.result = job.work(self._execute)
            self._run(job for job in group if job.plan)
            if notes:
                rows.update_deliveries(self._execute, notes)
            await trio.to_thread.run_sync(self._execute, "COMMIT", limiter=self._thread)
            for job in group:
                job.settled = True
        finally:
            if self._connection.in_transaction:
                self._execute("ROLLBACK")

    def _run(self, group: Iterable[_Job[Any]]) -> None:
        """Run each plan on what those before it have left, and write what it wants changed."""
        ordinals: dict[str, int] = {}
        drawn = set()
        written: dict[str, _Written] = {}
        for job in group:
            zone = job.zone
            if zone not in ordinals:
                ordinals[zone] = rows.ordinal(self._execute, zone)
            transaction = _Transaction(self._execute, zone, ordinals[zone])
            assert job.plan is not None
            try:
                job.result = job.plan(transaction)
            except apsw.Error:
                raise
            except Exception as error:
                job.error = error
                continue
            job.error = None
            self._write(zone, transaction, written.setdefault(zone, _Written([], set())))
            if transaction.ordinal != ordinals[zone]:
                ordinals[zone] = transaction.ordinal
                drawn.add(zone)
        for zone in drawn:
            rows.set_ordinal(self._execute, zone, ordinals[zone])
        for zone, (to_index, to_publish) in written.items():
            if to_index:
                rows.changed(self._execute, zone, to_index)
            if to_publish:
                unpublished.changed(self._execute, zone, to_publish)

    def _write(self, zone: str, changes: Changes, written: "_Written") -> None:
        """What a plan wants changed; `written` gets the MMS IDs of its records."""
        for record in changes.records:
            if rows.put_record(self._execute, zone, record):
                written.to_index.append(record.mms_id)
            else:
                written.to_publish.add(record.mms_id)
        for submission, receipt in changes.attempts:
            rows.insert_attempt(self._execute, submission, receipt)
            self._filed += 1
        for delivery in changes.deliveries:
            rows.set_delivery(self._execute, delivery)
        for name, link in changes.links.items():
            if link is None:
                rows.delete_link(self._execute, zone, name)
            else:
                rows.put_link(self._execute, zone, link)
        if self._retention is not None and self._filed >= self._expire_every:
            self._filed = 0
            rows.expire(self._execute, self._retention, datetime.now(UTC))

    async def _give_up_overdue(self) -> None:
        """Answer for plans whose time is up and that nothing has begun."""
        while True:
            await trio.sleep(OVERDUE_LOOK_SECONDS)
            now = trio.current_time()
            for job in [job for job in self._queue if job.deadline <= now]:
                self._queue.remove(job)
                job.error = ImportTimedOut("the store did not begin in time; nothing has happened")
                trio.lowlevel.reschedule(job.task)

    async def _write_lonely_notes(self) -> None:
        """See that what is noted does not wait for an export that may never come."""
        while True:
            await self._noted.wait()
            self._noted = trio.Event()
            await trio.sleep(NOTE_SECONDS)
            if self._notes:
                with suppress(StoreError):
                    await self.transact("", lambda _: None, seconds=math.inf)


def _is_unsynced(error: Exception) -> bool:
    return isinstance(error, apsw.Error) and error.extendedresult in UNSYNCED  # type: ignore[attr-defined]  # no stub


def _failure(error: apsw.Error) -> StoreError:
    return StoreError(f"the store could not write: {error}")


def _unknown(error: apsw.Error) -> OutcomeUnknown:
    return OutcomeUnknown(f"the store could not make sure of what it wrote: {error}")
