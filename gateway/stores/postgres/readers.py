"""The connections of a gateway that read. Each query is one statement, and so sees one state of the database."""

from collections.abc import Awaitable, Callable
from typing import Final, Protocol

import psycopg
import trio

from gateway.errors import Unreachable, Unreadable
from gateway.stores.base import T
from gateway.stores.postgres.address import Address
from gateway.stores.postgres.session import STATEMENT_SECONDS, Connection, Session

READERS: Final = 3
"""Listings at once, and connections of a gateway that read."""
LOOK_SECONDS: Final = 0.5
"""Between two looks for what a server does not answer."""


class Reading(Protocol):
    """`Readers.run`."""

    def __call__(self, query: Callable[[Connection], T], failing: str = ...) -> Awaitable[T]: ...


class Readers:
    """Those of one store."""

    def __init__(self, address: Address) -> None:
        self._sessions = [Session(address) for _ in range(READERS)]
        self._idle = [*self._sessions]
        self._limiter = trio.CapacityLimiter(READERS)
        self._threads = trio.CapacityLimiter(READERS)

    @property
    def first(self) -> Session:
        """One of their connections, to open the store with."""
        return self._sessions[0]

    async def run(self, query: Callable[[Connection], T], failing: str = "the store cannot be read") -> T:
        """What `query` returns, run in a thread. Raises `Unreachable` or `Unreadable`, which begin with `failing`."""
        async with self._limiter:
            session = self._idle.pop()
            session.until = trio.current_time() + 2 * STATEMENT_SECONDS
            try:
                return await trio.to_thread.run_sync(_run, session, query, limiter=self._threads)
            except psycopg.Error as error:
                kind = Unreachable if isinstance(error, psycopg.OperationalError) else Unreadable
                raise kind(f"{session.failure(failing, error)}") from None
            finally:
                self._idle.append(session)

    async def watch(self) -> None:
        """Until cancelled, cut the connections to a server that says nothing, that nobody wait for it for ever."""
        while True:
            await trio.sleep(LOOK_SECONDS)
            for session in self._sessions:
                if session not in self._idle and session.until <= trio.current_time():
                    session.interrupt()

    def interrupt(self) -> None:
        """Let nothing wait for the server any more."""
        for session in self._sessions:
            session.interrupt()

    def close(self) -> None:
        """End the connections."""
        for session in self._sessions:
            session.close()


def _run(session: Session, query: Callable[[Connection], T]) -> T:
    """Ask, and where the connection was lost since the last time, ask once more over another."""
    was_connected = session.connected
    session.connect()
    try:
        return query(session.connection)
    except psycopg.Error:
        if not (was_connected and session.connection.closed):
            raise
    session.connect()
    return query(session.connection)
