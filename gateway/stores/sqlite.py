"""A store in one SQLite file: one writer that commits whole groups of imports, and readers beside it.

apsw brings a SQLite of its own: the one that many Pythons link is of a range of versions that can corrupt a WAL.
"""

import math
import threading
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Generic, cast

import apsw
import trio

from gateway.errors import ImportTimedOut, StoreError, StoreInUse
from gateway.model import Attempt, BibRecord, Delivery, Identifier, Receipt, Submission
from gateway.stores import migrations, rows
from gateway.stores.base import PAGE_ROWS, Changes, Plan, Purpose, Retention, T

GROUP_JOBS: Final = 256
"""Most imports in one commit: what two hundred clients have under way; more would only keep the first of them waiting."""
BUSY_MILLISECONDS: Final = 5_000
"""How long to wait for another process that writes (a command beside the gateway): less than an import's 9 s."""
NOTE_SECONDS: Final = 0.2
"""How long what became of a reply waits for a commit to ride along with, before it gets one of its own."""
EXPIRE_EVERY: Final = 500
"""Attempts filed between two looks at which have expired: so the oldest go in batches, and cost little each."""
CACHE_KIB: Final = 16_384
"""Page cache of the writer: the index pages that a zone of a hundred thousand titles touches at random."""


@asynccontextmanager
async def open_store(location: str, *, purpose: Purpose, retention: Retention) -> AsyncIterator["SqliteStore"]:
    """The store in the file `location`; to serve it, the file and its folder are made."""
    if not location:
        raise StoreError("sqlite: takes a file, such as sqlite:gateway-data/gateway.db")
    with _Connections(Path(location), purpose) as connections:
        async with trio.open_nursery() as nursery:
            store = SqliteStore(connections, retention)
            if purpose == "serve":
                nursery.start_soon(store._write)
                nursery.start_soon(store._write_notes)
            try:
                yield store
            finally:
                with trio.CancelScope(shield=True):
                    await store._drain()
                nursery.cancel_scope.cancel()


class _Connections:
    """The writer's connection, the readers', and the lock that tells a second gateway that the file is served."""

    def __init__(self, path: Path, purpose: Purpose) -> None:
        self.path = path
        self._purpose = purpose
        self._open: list[apsw.Connection] = []

    def __enter__(self) -> "_Connections":
        try:
            if self._purpose == "serve":
                self.path.parent.mkdir(parents=True, exist_ok=True)
                self._hold_lock()
                self.writer = self._connect(apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE)
                for setting in ("journal_mode = wal", "synchronous = full", f"cache_size = -{CACHE_KIB}"):
                    self.writer.execute(f"PRAGMA {setting}")
                migrations.migrate(self.writer)
            elif not self.path.exists():
                raise StoreError(f"there is no store {self.path} yet; gateway serve makes it")
            self.reader = self._connect(apsw.SQLITE_OPEN_READONLY)
            migrations.check(self.reader, self.path)
        except OSError as error:
            self.__exit__()
            raise StoreError(f"the store's folder {self.path.parent} cannot be made: {error.strerror}") from error
        except apsw.Error as error:
            self.__exit__()
            raise StoreError(f"the store {self.path} cannot be opened: {error}") from error
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        for connection in reversed(self._open):
            connection.close()

    def _connect(self, flags: int, path: Path | None = None) -> apsw.Connection:
        connection = apsw.Connection(str(path or self.path), flags=flags)
        self._open.append(connection)
        connection.set_busy_timeout(BUSY_MILLISECONDS)
        return connection

    def _hold_lock(self) -> None:
        """A transaction that stays open in a file beside the store; it ends with the process, however that ends."""
        lock_file = self.path.with_name(f"{self.path.name}-serving")
        lock = self._connect(apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE, lock_file)
        lock.set_busy_timeout(0)
        try:
            lock.execute("BEGIN EXCLUSIVE")
        except apsw.BusyError:
            raise StoreInUse(
                f"another gateway serves the store {self.path}. Stop it, or give this one a store of its own: "
                "--set store.url=sqlite:FILE"
            ) from None


@dataclass(eq=False)
class _Job(Generic[T]):
    """A plan that waits for the writer, or is with it."""

    zone: str
    plan: Plan[T]
    done: trio.Event = field(default_factory=trio.Event)
    abandoned: bool = False
    result: T | None = None
    error: BaseException | None = None


class _Pending:
    """What the plans of a group have changed so far: seen by those behind them, and written at the group's end."""

    def __init__(self, execute: rows.Execute) -> None:
        self._execute = execute
        self._ordinals: dict[str, int] = {}
        self._drawn: set[str] = set()
        self._newest: dict[tuple[str, str], BibRecord] = {}
        self._borne: dict[tuple[str, Identifier], set[str]] = {}
        self._records: list[tuple[str, BibRecord]] = []
        self.attempts: list[tuple[Submission, Receipt]] = []

    def take(self, zone: str, changes: Changes) -> None:
        """Add what one plan wants changed."""
        if changes.ordinal != self._ordinals[zone]:
            self._ordinals[zone] = changes.ordinal
            self._drawn.add(zone)
        self.attempts += changes.attempts
        for record in changes.records:
            self._records.append((zone, record))
            self._newest[zone, record.mms_id] = record
            for identifier in record.identifiers:
                self._borne.setdefault((zone, identifier), set()).add(record.mms_id)

    def ordinal(self, zone: str) -> int:
        """The last number drawn."""
        if zone not in self._ordinals:
            self._ordinals[zone] = rows.ordinal(self._execute, zone)
        return self._ordinals[zone]

    def get(self, zone: str, mms_id: str) -> BibRecord | None:
        """The newest version."""
        return self._newest.get((zone, mms_id)) or rows.record(self._execute, zone, mms_id)

    def holders(self, zone: str, identifiers: Iterable[Identifier]) -> list[str]:
        """MMS IDs, rising."""
        wanted = frozenset(identifiers)
        kept = rows.holders(self._execute, zone, wanted)
        found = {mms_id for mms_id in kept if (zone, mms_id) not in self._newest}
        for identifier in wanted:
            for mms_id in self._borne.get((zone, identifier), ()):
                if identifier in self._newest[zone, mms_id].identifiers:
                    found.add(mms_id)
        return sorted(found)

    def write(self) -> None:
        """Put it all into the database."""
        rows.insert_records(self._execute, self._records)
        rows.insert_attempts(self._execute, self.attempts)
        for zone in self._drawn:
            rows.set_ordinal(self._execute, zone, self._ordinals[zone])


class _Transaction(Changes):
    """One plan's: reads what is there, and gathers what is to change."""

    def __init__(self, pending: _Pending, zone: str) -> None:
        super().__init__(pending.ordinal(zone))
        self._pending = pending
        self._zone = zone

    def holders(self, identifiers: Iterable[Identifier]) -> list[str]:
        """MMS IDs, rising."""
        return self._pending.holders(self._zone, identifiers)

    def get(self, mms_id: str) -> BibRecord | None:
        """The newest version."""
        return self._pending.get(self._zone, mms_id)


class SqliteStore:
    """Group commit: the writer takes all plans that wait, runs one after the other, and commits once for all."""

    def __init__(self, connections: _Connections, retention: Retention) -> None:
        self._connections = connections
        self._retention = retention
        self._queue: deque[_Job[Any]] = deque()  # Any: each job's own result type
        self._notes: list[Delivery] = []
        self._work = trio.Event()
        self._noted = trio.Event()
        self._reading = trio.Lock()
        self._filed = 0
        self._commit_lock = threading.Lock()
        self._group: Sequence[_Job[Any]] = ()  # with the writer, and not yet being committed

    # Writing, in the event loop

    async def transact(self, zone: str, plan: Plan[T], *, seconds: float) -> T:
        """Queue the plan and wait for the commit that holds it."""
        job = _Job(zone, plan)
        self._queue.append(job)
        self._work.set()
        try:
            with trio.move_on_after(seconds):
                await job.done.wait()
        finally:
            if not job.done.is_set():
                await self._withdraw(job)
        if job.error is not None:
            raise job.error
        return cast("T", job.result)

    async def _withdraw(self, job: _Job[Any]) -> None:
        """Take the job back if it still waits; else stop the writer short of its commit, or wait for the truth."""
        if job in self._queue:
            self._queue.remove(job)
            job.error = ImportTimedOut("the store did not begin in time")
            return
        with self._commit_lock:
            job.abandoned = True
            if job in self._group:
                self._connections.writer.interrupt()
        with trio.CancelScope(shield=True):
            await job.done.wait()

    def note(self, delivery: Delivery) -> None:
        """Keep it for the next commit."""
        self._notes.append(delivery)
        self._noted.set()

    async def _write(self) -> None:
        while True:
            await self._work.wait()
            self._work = trio.Event()
            while self._queue:
                group = [self._queue.popleft() for _ in range(min(len(self._queue), GROUP_JOBS))]
                notes, self._notes = self._notes, []
                with trio.CancelScope(shield=True):
                    await trio.to_thread.run_sync(self._commit_group, group, notes)
                for job in group:
                    job.done.set()

    async def _write_notes(self) -> None:
        while True:
            await self._noted.wait()
            self._noted = trio.Event()
            await trio.sleep(NOTE_SECONDS)
            if self._notes:
                self._queue.append(_Job("", lambda _: None))
                self._work.set()

    async def _drain(self) -> None:
        """Write what was noted and has not found a commit yet."""
        if self._notes:
            with suppress(StoreError):
                await self.transact("", lambda _: None, seconds=math.inf)

    # Writing, in the writer's thread

    def _commit_group(self, group: Sequence[_Job[Any]], notes: Sequence[Delivery]) -> None:
        """Commit all at once; if the database would not, each alone, so that one harms no other."""
        try:
            self._commit(group, notes)
        except apsw.Error:
            for job in group:
                job.error = None
                try:
                    self._commit([job], ())
                except apsw.Error as error:
                    job.error = ImportTimedOut("stopped before its commit") if job.abandoned else _store_error(error)
        except BaseException as error:
            for job in group:
                job.error = error

    def _commit(self, group: Sequence[_Job[Any]], notes: Sequence[Delivery]) -> None:
        """One transaction. Raises `apsw.Error` when nothing of it has happened."""
        writer = self._connections.writer
        execute = writer.execute
        with self._commit_lock:
            self._group = group
        try:
            execute("BEGIN IMMEDIATE")
            filed = self._run_plans(execute, group)
            if notes:
                rows.update_deliveries(execute, notes)
            self._expire(execute, filed)
            with self._commit_lock:
                if any(job.abandoned for job in group):
                    raise apsw.InterruptError("given up before the commit")
                self._group = ()
            execute("COMMIT")
        finally:
            with self._commit_lock:
                self._group = ()
            if writer.in_transaction:
                execute("ROLLBACK")

    def _run_plans(self, execute: rows.Execute, group: Sequence[_Job[Any]]) -> int:
        """Run each plan on what those before it have left, then write it all; returns how many attempts were filed."""
        pending = _Pending(execute)
        for job in group:
            transaction = _Transaction(pending, job.zone)
            try:
                job.result = job.plan(transaction)
            except apsw.Error:
                raise
            except Exception as error:
                job.error = error
            else:
                pending.take(job.zone, transaction)
        pending.write()
        return len(pending.attempts)

    def _expire(self, execute: rows.Execute, filed: int) -> None:
        self._filed += filed
        if self._filed >= EXPIRE_EVERY:
            self._filed = 0
            rows.expire(execute, self._retention, datetime.now(UTC))

    # Reading

    async def attempt(self, seq: int) -> Attempt | None:
        """One attempt by its number."""
        return await self._read(lambda execute: rows.attempt(execute, seq))

    async def attempts(
        self, *, zone: str | None = None, before: int | None = None, limit: int = PAGE_ROWS
    ) -> list[Attempt]:
        """Attempts, newest first."""
        return await self._read(lambda execute: rows.attempts(execute, zone, before, limit))

    async def record(self, zone: str, mms_id: str) -> BibRecord | None:
        """A record's newest version."""
        return await self._read(lambda execute: rows.record(execute, zone, mms_id))

    async def records(self, zone: str, *, after: str = "", limit: int = PAGE_ROWS) -> list[BibRecord]:
        """The zone's records by rising MMS ID."""
        return await self._read(lambda execute: rows.records(execute, zone, after, limit))

    async def find(self, zone: str, identifiers: Iterable[Identifier]) -> list[BibRecord]:
        """The records that bear one of `identifiers`."""
        wanted = tuple(identifiers)

        def found(execute: rows.Execute) -> list[BibRecord]:
            holders = rows.holders(execute, zone, wanted)
            return [record for mms_id in holders if (record := rows.record(execute, zone, mms_id))]

        return await self._read(found)

    async def versions(self, zone: str, mms_id: str) -> list[BibRecord]:
        """Every version, oldest first."""
        return await self._read(lambda execute: rows.versions(execute, zone, mms_id))

    async def _read(self, query: Callable[[rows.Execute], T]) -> T:
        """Run `query` in a thread, over one state of the database."""

        execute = self._connections.reader.execute

        def run() -> T:
            execute("BEGIN")
            try:
                return query(execute)
            finally:
                execute("COMMIT")

        async with self._reading:
            try:
                return await trio.to_thread.run_sync(run)
            except apsw.Error as error:
                raise _store_error(error) from error


def _store_error(error: apsw.Error) -> StoreError:
    return StoreError(f"the store could not do it: {error}")
