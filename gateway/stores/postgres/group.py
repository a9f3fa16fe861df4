"""A group of plans of one zone in one durable transaction.

The plans run in trio's thread, where nothing contends for the interpreter; others have their turn between two plans.
"""

import time
from collections.abc import Mapping, Sequence
from enum import Enum, auto
from typing import Any, Final, NamedTuple

import psycopg
import trio
from psycopg.pq import TransactionStatus

from gateway.model import Delivery
from gateway.stores.postgres import locks, unpublished, writes
from gateway.stores.postgres.batch import Answer, Batch, Statement
from gateway.stores.postgres.binary import BIGINT
from gateway.stores.postgres.job import Job
from gateway.stores.postgres.leases import Ordinals
from gateway.stores.postgres.session import Connection, Session
from gateway.stores.postgres.shelf import Shelf, Unanswered

AGAIN: Final = frozenset({"40001", "40P01", "55P03", "53200", "23505"})
"""What may go well another time, SQLSTATE: serialization failure, deadlock, a lock not had in time, no room for locks,
and a key that another transaction has taken since it was looked for."""
HOLD_SECONDS: Final = 0.005
"""How long plans may keep all else waiting before it has a turn: as long as a thread keeps the interpreter."""
_COMMIT: Final = Statement("COMMIT", "COMMIT")
_ROLLBACK: Final = Statement("ROLLBACK", "ROLLBACK")
_AWAIT_END: Final = Statement("await_end", "SELECT pg_advisory_lock($1)", (BIGINT,))
_ENDED: Final = Statement("ended", "SELECT pg_advisory_unlock($1)", (BIGINT,))


class Ending(Enum):
    """How a transaction ended."""

    COMMITTED = auto()
    REFUSED = auto()
    """The database would not; nothing has happened."""
    LOST = auto()
    """The connection was lost before COMMIT was sent; nothing has happened."""
    UNKNOWN = auto()
    """It was lost after that."""


class Filed(NamedTuple):
    """An attempt that has its number."""

    zone: str
    submission: str
    """As a key (`rows.plain`)."""
    seq: int


class Group:
    """One try at it."""

    def __init__(
        self,
        zone: str,
        jobs: Sequence[Job[Any]],
        ordinals: Ordinals,
        notes: Mapping[int, Delivery],
        *,
        careful: bool = False,
    ) -> None:
        """`notes` by the numbers of their attempts. `careful`: see `Shelf`."""
        self.jobs = jobs
        self.notes = notes
        self.filed: list[Filed] = []
        self.committing = False
        """COMMIT is on its way, or may be."""
        self.error: Exception | None = None
        """Why it was refused, or how the connection was lost; mostly the database's word."""
        self._zone = zone
        self._ordinals = ordinals
        self._careful = careful
        self._life = 0
        self._shelf = Shelf(zone, ordinals, careful=careful)

    @property
    def drawn(self) -> int:
        """How many of the leased ordinals it has used."""
        return self._shelf.made.drawn

    async def commit(self, session: Session) -> Ending:
        """Run the plans and write what they want. Each job then has its result, or the error that was its own.

        Not to be cancelled: `Session.interrupt` ends it.
        """
        self._life = session.life
        try:
            try:
                await self._ordinals.prepare(session, len(self.jobs))
                await self._run(session)
                await self._write(session)
            except Exception as error:
                self.error = error
                return self._ending(session.connection, error)
        finally:
            await _end(session)
        return Ending.COMMITTED

    def _ending(self, connection: Connection, error: Exception) -> Ending:
        """By what was raised. Only what the server says of a statement proves that COMMIT, if it came, was in vain."""
        if isinstance(error, psycopg.Error) and error.diag.severity_nonlocalized == "ERROR":
            return Ending.REFUSED
        if self.committing or connection.closed or isinstance(error, psycopg.OperationalError):
            connection.close()
            return Ending.UNKNOWN if self.committing else Ending.LOST
        return Ending.REFUSED

    async def _run(self, session: Session) -> None:
        """Run each plan until it is done; all of them anew where they draw more ordinals than were leased."""
        while True:
            stopped = await self._stopped(self.jobs)
            while stopped:
                await self._shelf.fetch(session)
                stopped = await self._stopped(stopped)
            if self.drawn <= self._ordinals.left:
                return
            wanted = self.drawn
            await _end(session)
            self._shelf = Shelf(self._zone, self._ordinals, careful=self._careful)
            await self._ordinals.lease(session, wanted)

    async def _stopped(self, jobs: Sequence[Job[Any]]) -> list[Job[Any]]:
        """Run these plans; those that could not get to their end."""
        stopped = []
        since = time.perf_counter()
        for job in jobs:
            if time.perf_counter() - since > HOLD_SECONDS:
                await trio.lowlevel.cancel_shielded_checkpoint()
                since = time.perf_counter()
            if not self._is_done(job):
                stopped.append(job)
        return stopped

    def _is_done(self, job: Job[Any]) -> bool:
        """Run its plan; whether it got to its end."""
        job.result = job.error = None
        transaction = self._shelf.transaction()
        try:
            job.result = job.plan(transaction)
            self._shelf.take(transaction)
        except Unanswered:
            return False
        except Exception as error:
            job.error = error
            if transaction.ordinal > self._ordinals.left:  # it may come of a guess: `_run` leases, and runs it again
                self._shelf.made.drawn = transaction.ordinal
        return True

    async def _write(self, session: Session) -> None:
        """Write everything and commit, all sent at once: from there on nothing is waited for but the zone's lock, which
        nobody has for longer than a commit. Whoever asks for a number that is given or taken here is waited for before,
        by the careful; others fail at once where there is one, which is seldom, and are then careful.
        """
        shelf, made = self._shelf, self._shelf.made
        if not made and not self.notes and not made.drawn:
            return
        records = [
            writes.Change.of(shelf.stored(mms_id), versions) for mms_id, versions in sorted(made.versions.items())
        ]
        numbers = {number for change in records for number in change.numbers}
        batch = Batch(session)
        shelf.share(batch, numbers, at_once=not self._careful)
        if self._careful:
            await batch.run()
            batch = Batch(session)
        if made.drawn:
            self._ordinals.check(batch)
        writes.put_records(batch, self._zone, records)
        unpublished.note_changed(batch, self._zone, [change.newest[0] for change in records if not change.is_rewritten])
        writes.put_links(batch, self._zone, made.links)
        writes.put_deliveries(batch, self._zone, self.notes)
        inserted = Answer()
        # Until its end, so that numbers rise in the order of commits within each of these zones.
        numbered = {row[0] for row in made.attempts} | {self._zone for change in records if change.is_rewritten}
        locks.take(batch, {locks.key(zone, "zone", "") for zone in numbered})
        writes.insert_index_changes(batch, self._zone, records)
        if made.attempts:
            inserted = writes.insert_attempts(batch, made.attempts)
        writes.add_deliveries(batch, made.deliveries)
        ended = batch.add(_COMMIT)
        self.committing = True
        await batch.run()
        if ended.tag != b"COMMIT":
            raise psycopg.OperationalError("the server did not commit")
        self.filed = [Filed(*row) for row in inserted.rows]

    async def happened(self, session: Session) -> bool:
        """Whether the transaction whose end is unknown was committed; asked over another connection.

        If it is not seen, waits until the old one's server process is gone, with whatever it still had to do, and looks
        once more. Raises `psycopg.Error`.
        """
        for before in ((), (_AWAIT_END, _ENDED)):
            batch = Batch(session)
            for statement in before:
                batch.add(statement, self._life)
            asked = writes.traces(batch, self._zone, self._shelf.made)
            await batch.run()
            if any(answer.rows for answer in asked):
                return True
        return False


async def _end(session: Session) -> None:
    """End what has not been committed, and let go of its locks."""
    connection = session.connection
    if connection.closed or connection.pgconn.transaction_status == TransactionStatus.IDLE:
        return
    batch = Batch(session)
    batch.add(_ROLLBACK)
    try:
        await batch.run()
    except psycopg.Error:
        connection.close()
