"""One connection to the database, for one thread at a time: made when it is needed, and anew after it was lost."""

import logging
import math
import secrets
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final

import psycopg

from gateway.errors import StoreError, Unreachable
from gateway.stores.postgres.address import (
    KEEPALIVE_IDLE_SECONDS,
    KEEPALIVE_INTERVAL_SECONDS,
    KEEPALIVES,
    Address,
)

logging.getLogger("psycopg").setLevel(logging.CRITICAL)  # it warns of the second error where the first was raised

LOCK_SECONDS: Final = 2
"""Longest wait for a lock: who holds one longer than some commits hangs, and his imports must not take others along."""
IDLE_SECONDS: Final = 10
"""After so long in a transaction without a word the server ends it: a gateway that hangs lets its locks go."""
STATEMENT_SECONDS: Final = 15
"""Longest statement: many times what a page of a listing or a group of imports takes."""
GREETING_SECONDS: Final = 3.0
"""For a server that has taken a connection to be told how it is to be used: as long as it has to take one."""
_SETTINGS: Final = f"""
SET lock_timeout = '{LOCK_SECONDS}s';
SET idle_in_transaction_session_timeout = '{IDLE_SECONDS}s';
SET statement_timeout = '{STATEMENT_SECONDS}s';
SET tcp_keepalives_idle = {KEEPALIVE_IDLE_SECONDS};
SET tcp_keepalives_interval = {KEEPALIVE_INTERVAL_SECONDS};
SET tcp_keepalives_count = {KEEPALIVES};
SET enable_seqscan = off; SET enable_bitmapscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off;
SET jit = off;
SET default_transaction_isolation = 'read committed';
SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') IN ('off', 'local');
"""
"""A gateway that went without a word is found out. Every query goes by an index, and in its order: the planner, which
knows nothing yet of a table that has just grown, would scan and sort it. Each statement sees what was committed before
it, whatever the database is set to (`locks`). An answer promises that the record stays: a server that is set to confirm
before it has written is told not to."""

Row = tuple[Any, ...]
"""What a query returns; Any is what the columns hold."""
Connection = psycopg.Connection[Row]


class Session:
    """A connection that may be lost."""

    def __init__(self, address: Address) -> None:
        self._address = address
        self._connection: Connection | None = None
        self._handle: socket.socket | None = None
        self.prepared: set[str] = set()
        """Names of the statements that the present connection has prepared (`batch`)."""
        self.life = 0
        """Key of the advisory lock that the present connection holds until its last transaction is over."""
        self.until = math.inf
        """When the watch of its store is to interrupt it, in trio's time."""

    @property
    def connected(self) -> bool:
        """Whether there is a connection, as far as is known."""
        return self._connection is not None and not self._connection.closed

    @property
    def connection(self) -> Connection:
        """The present one; another that was lost before."""
        assert self._connection is not None, "connect() comes first"
        return self._connection

    def connect(self) -> None:
        """Make a connection where there is none. Blocks. Raises `Unreachable`."""
        if self.connected:
            return
        self.close()
        life = secrets.randbits(63)
        try:
            made = psycopg.connect(self._address.conninfo, autocommit=True, cursor_factory=psycopg.RawCursor)
            self._connection = made
            self.prepared = set()
            # A handle of our own: libpq may close its socket at any moment, and the number then be another's.
            self._handle = socket.fromfd(made.fileno(), socket.AF_INET, socket.SOCK_STREAM)
            with self._interrupted_after(GREETING_SECONDS):
                made.execute(_SETTINGS)
                made.execute("SELECT pg_advisory_lock($1)", (life,))
        except (psycopg.Error, OSError) as error:
            self.close()
            words = self._address.words(error) if isinstance(error, psycopg.Error) else f"{error}"
            raise Unreachable(f"{self._address.name} cannot be reached: {words}") from None
        self.life = life

    @contextmanager
    def _interrupted_after(self, seconds: float) -> Iterator[None]:
        """By a thread of its own: a store that is being opened or closed has no watch."""
        timer = threading.Timer(seconds, self.interrupt)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def interrupt(self) -> None:
        """Cut the connection, from any thread: what waits for the server then fails at once."""
        if self._handle is not None:
            with suppress(OSError):
                self._handle.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """End the connection, if there is one."""
        if self._handle is not None:
            self._handle.close()
        if self._connection is not None:
            self._connection.close()
        self._connection = self._handle = None

    def failure(self, what: str, error: Exception) -> StoreError:
        """The database's error in the store's words, or that of what it holds and nobody can read."""
        words = self._address.words(error) if isinstance(error, psycopg.Error) else f"{error}"
        return StoreError(f"{what}: {words}")
