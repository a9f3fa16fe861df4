"""A group of plans of one zone in one durable transaction. Runs in a thread."""

from collections.abc import Mapping, Sequence
from enum import Enum, auto
from typing import Any, Final, NamedTuple

import psycopg

from gateway.model import Delivery
from gateway.stores.postgres import locks, writes
from gateway.stores.postgres.job import Job
from gateway.stores.postgres.leases import Ordinals
from gateway.stores.postgres.session import Connection, Session
from gateway.stores.postgres.shelf import Shelf, Unanswered

AGAIN: Final = frozenset({"40001", "40P01", "55P03", "53200", "23505"})
"""What may go well another time, SQLSTATE: serialization failure, deadlock, a lock not had in time, no room for locks,
and a key that another transaction has taken since it was looked for."""


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
        self.error: psycopg.Error | None = None
        """Why it was refused, or how the connection was lost."""
        self._zone = zone
        self._ordinals = ordinals
        self._careful = careful
        self._life = 0
        self._shelf = Shelf(zone, ordinals, careful=careful)

    @property
    def drawn(self) -> int:
        """How many of the leased ordinals it has used."""
        return self._shelf.made.drawn

    def commit(self, session: Session) -> Ending:
        """Run the plans and write what they want. Each job then has its result, or the error that was its own."""
        self._life = session.life
        connection = session.connection
        try:
            try:
                self._ordinals.prepare(connection, len(self.jobs))
                self._run(connection)
                self._write(connection)
            except psycopg.Error as error:
                self.error = error
                return self._ending(connection, error)
        finally:
            _end(connection)
        return Ending.COMMITTED

    def _ending(self, connection: Connection, error: psycopg.Error) -> Ending:
        """By what was raised. Only what the server says of a statement proves that COMMIT, if it came, was in vain."""
        if error.diag.severity_nonlocalized == "ERROR":
            return Ending.REFUSED
        if self.committing or connection.closed or isinstance(error, psycopg.OperationalError):
            connection.close()
            return Ending.UNKNOWN if self.committing else Ending.LOST
        return Ending.REFUSED

    def _run(self, connection: Connection) -> None:
        """Run each plan until it is done; all of them anew where they draw more ordinals than were leased."""
        while True:
            stopped = list(self.jobs)
            while stopped := [job for job in stopped if not self._is_done(job)]:
                self._shelf.fetch(connection)
            if self.drawn <= self._ordinals.left:
                return
            wanted = self.drawn
            _end(connection)
            self._shelf = Shelf(self._zone, self._ordinals, careful=self._careful)
            self._ordinals.lease(connection, wanted)

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
        return True

    def _write(self, connection: Connection) -> None:
        """Write everything and commit, all sent at once: between the zone's lock and COMMIT this thread waits for
        nothing, neither for the server nor for the interpreter. What may have to be waited for is locked before.
        """
        shelf, made = self._shelf, self._shelf.made
        if not made and not self.notes:
            connection.commit()  # lets the locks go
            return
        records = [
            writes.Change.of(shelf.stored(mms_id), versions) for mms_id, versions in sorted(made.versions.items())
        ]
        numbers = {number for change in records for number in change.numbers}
        with connection.pipeline():
            shelf.lock(connection, numbers=numbers)
        with connection.pipeline():
            writes.put_records(connection, self._zone, records)
            writes.put_links(connection, self._zone, made.links)
            writes.put_deliveries(connection, self._zone, self.notes)
            if made.attempts:
                # Until its end, so that numbers rise in the order of commits within each of these zones.
                locks.take(connection, {locks.key(row[0], "zone", "") for row in made.attempts})
                inserted = writes.insert_attempts(connection, made.attempts)
            writes.add_deliveries(connection, made.deliveries)
            self.committing = True
            ended = connection.execute("COMMIT")
        if ended.statusmessage != "COMMIT":
            # psycopg's pipeline may end without a word where the connection was lost among the answers.
            raise psycopg.OperationalError("the connection was lost")
        if made.attempts:
            self.filed = [Filed(*row) for row in inserted]

    def happened(self, session: Session) -> bool:
        """Whether the transaction whose end is unknown was committed; asked over another connection.

        Waits until the old one's server process is gone, with whatever it still had to do. Raises `psycopg.Error`.
        """
        connection = session.connection
        connection.execute("SELECT pg_advisory_lock(%s)", (self._life,))
        connection.execute("SELECT pg_advisory_unlock(%s)", (self._life,))
        return writes.are_there(connection, self._zone, self._shelf.made)


def _end(connection: Connection) -> None:
    """End what has not been committed, and let go of its locks.

    psycopg's own method also forgets the statements that it takes for prepared, though they stood behind an error.
    """
    try:
        if not connection.closed:
            connection.rollback()
    except psycopg.Error:
        connection.close()
