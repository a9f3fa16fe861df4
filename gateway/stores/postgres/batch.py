"""Statements that go to the server together, and what it answers: one round trip, most often one packet each way.

libpq in its pipeline mode, in trio's thread: it waits for the server only where trio does. psycopg's own pipeline sends
each statement by itself; the server, woken by the first, then takes the processor from who is to send the next.
"""

from dataclasses import dataclass
from typing import Final

import psycopg
import trio
from psycopg import pq
from psycopg.errors import error_from_result

from gateway.stores.postgres.binary import UNPACK, Kind
from gateway.stores.postgres.session import Row, Session

_BINARY: Final = 1
"""libpq's word for the binary form, of parameters and of results."""
_DONE: Final = frozenset({pq.ExecStatus.COMMAND_OK, pq.ExecStatus.TUPLES_OK})


@dataclass(frozen=True, eq=False)
class Statement:
    """SQL that a connection prepares once; its parameters are `$1`, `$2`, … of these kinds."""

    name: str
    """Under which it is prepared: no two have the same."""
    sql: str
    takes: tuple[Kind, ...] = ()


class Answer:
    """What the server says to a statement, once its batch has run."""

    result: pq.abc.PGresult | None = None

    @property
    def rows(self) -> list[Row]:
        """What it returns; nothing where it was not asked."""
        result = self.result
        if result is None:
            return []
        read = [UNPACK[result.ftype(column)] for column in range(result.nfields)]
        return [
            tuple([unpack(result.get_value(row, column) or b"") for column, unpack in enumerate(read)])
            for row in range(result.ntuples)
        ]

    @property
    def tag(self) -> bytes:
        """What was done, such as `COMMIT`."""
        return (self.result and self.result.command_status) or b""


class Batch:
    """Statements for one connection. Those outside of BEGIN and COMMIT are one transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._asked: list[tuple[Statement, list[bytes], Answer]] = []

    def add(self, statement: Statement, *values: object) -> Answer:
        """Ask this too. Raises `psycopg.DataError` for text that no encoding has."""
        try:
            packed = [kind.pack(value) for kind, value in zip(statement.takes, values, strict=True)]
        except UnicodeEncodeError:
            raise psycopg.DataError("half a character cannot be written down") from None
        answer = Answer()
        self._asked.append((statement, packed, answer))
        return answer

    async def run(self) -> None:
        """Send them, and wait for the answers. Raises `psycopg.Error`: the first that the server says.

        Where the connection is lost, or the wait is cancelled, the connection is closed.
        """
        if not self._asked:
            return
        pgconn = self._session.connection.pgconn
        try:
            pgconn.enter_pipeline_mode()
            new = self._send(pgconn)
            await _flush(pgconn)
            results = await _results(pgconn)
            pgconn.exit_pipeline_mode()
        except BaseException:
            self._session.connection.close()
            raise
        self._take(new, results)

    def _send(self, pgconn: pq.abc.PGconn) -> list[Statement]:
        """Give everything to libpq; returns the statements that are to be prepared first."""
        prepared = self._session.prepared
        new = [
            *{statement.name: statement for statement, _, _ in self._asked if statement.name not in prepared}.values()
        ]
        for statement in new:
            pgconn.send_prepare(statement.name.encode(), statement.sql.encode(), [kind.oid for kind in statement.takes])
        for statement, values, _ in self._asked:
            pgconn.send_query_prepared(statement.name.encode(), values, [_BINARY] * len(values), _BINARY)
        pgconn.pipeline_sync()
        return new

    def _take(self, new: list[Statement], results: list[pq.abc.PGresult]) -> None:
        for statement, result in zip(new, results, strict=False):
            if result.status in _DONE:
                self._session.prepared.add(statement.name)
        for result in results:
            if result.status not in _DONE:
                raise error_from_result(result)
        for (_, _, answer), result in zip(self._asked, results[len(new) :], strict=True):
            answer.result = result


async def _flush(pgconn: pq.abc.PGconn) -> None:
    """Send what libpq still has. What comes meanwhile is taken: the server may wait for that before it reads on."""
    while pgconn.flush():
        async with trio.open_nursery() as nursery:

            async def wait_readable(socket: int, scope: trio.CancelScope) -> None:
                await trio.lowlevel.wait_readable(socket)
                scope.cancel()

            nursery.start_soon(wait_readable, pgconn.socket, nursery.cancel_scope)
            await trio.lowlevel.wait_writable(pgconn.socket)
            nursery.cancel_scope.cancel()
        pgconn.consume_input()


async def _results(pgconn: pq.abc.PGconn) -> list[pq.abc.PGresult]:
    """One for each statement, in their order."""
    results: list[pq.abc.PGresult] = []
    ended = False  # the last one is whole; said once more, it would mean that no other comes
    while True:
        while not pgconn.is_busy():
            result = pgconn.get_result()
            if result is None and (ended or pgconn.status != pq.ConnStatus.OK):
                raise psycopg.OperationalError("the connection was lost")
            ended = result is None
            if result is None:
                continue
            if result.status == pq.ExecStatus.PIPELINE_SYNC:
                return results
            results.append(result)
        await trio.lowlevel.wait_readable(pgconn.socket)
        pgconn.consume_input()
