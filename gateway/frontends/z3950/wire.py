"""The Z39.50 protocol without I/O: bytes in, APDUs out. No clock, no log, no store.

    connection = Connection()
    connection.receive(b"\\xb4\\x14\\x83\\x02…")
    while (event := connection.next_event()) is not None: …

Incomplete is None, malformed is the exception `ProtocolError`, which says what is to be sent. What goes out is made by
`apdus.encode`. Source: spec, z3950.md; Z39.50-1995.
"""

from dataclasses import dataclass
from typing import Final, Literal

from gateway.errors import GatewayError
from gateway.frontends.z3950 import ber
from gateway.frontends.z3950.apdus import (
    KEYS,
    REQUEST_LIMITS,
    RESPONSE_LIMITS,
    Apdu,
    Close,
    CloseReason,
    decode,
    encode,
)
from gateway.frontends.z3950.ber import Limits, Malformed

DEFAULT_PORT: Final = 210
"""TCP port of Z39.50."""

Reads = Literal["requests", "responses"]
"""Whose bytes a connection reads: a server reads requests, a client responses."""
LIMITS: Final[dict[Reads, Limits]] = {"requests": REQUEST_LIMITS, "responses": RESPONSE_LIMITS}


@dataclass(frozen=True, slots=True)
class Closed:
    """The connection is over and nothing was cut off."""


Event = Apdu | Closed


class ProtocolError(GatewayError):
    """What came is no APDU, too large, or cut off: the peer's fault, answered with `close`.

    Nothing after it can be framed.
    """

    def __init__(self, error: Malformed) -> None:
        super().__init__(str(error))
        self.offset = error.offset
        """Counted from the beginning of the APDU."""
        self.close = Close(CloseReason.PROTOCOL_ERROR, str(error))
        """What to send; version 2 has no Close, and its clients take the end of the connection for one."""

    @property
    def answer(self) -> bytes:
        """The bytes of `close`."""
        return encode(self.close)


class Connection:
    """One connection's reading state."""

    def __init__(self, reads: Reads = "requests", *, limits: Limits | None = None) -> None:
        self._keys = KEYS[reads]
        self._limits = limits or LIMITS[reads]
        self._buffer = bytearray()
        self._need = 1  # octets the buffer must have before another look is worth it
        self._scan: ber.Scan | None = None  # where the APDU has an indefinite length
        self._ended = False
        self._over = False

    def receive(self, chunk: bytes | bytearray) -> None:
        """Take what the peer sent; empty when it has ended its side."""
        if not chunk:
            self._ended = True
        elif not self._over:
            self._buffer += chunk

    @property
    def within(self) -> bool:
        """Whether a part of an APDU has come: the server chooses its patience by it."""
        return bool(self._buffer)

    def next_event(self) -> Event | None:
        """The next event, or None when more bytes are needed.

        Raises `ProtocolError`; after that only `Closed` follows, once the peer has ended its side.
        """
        try:
            return self._next()
        except Malformed as error:
            self._over = True
            self._buffer.clear()
            raise ProtocolError(error) from error

    def _next(self) -> Event | None:
        if len(self._buffer) >= self._need:
            size = self._size()
            if size is not None:
                return self._take(size)
        if not self._ended:
            return None
        if self._buffer:
            raise Malformed("the connection ended within an APDU", len(self._buffer))
        return Closed()

    def _size(self) -> int | None:
        """Octets of the APDU that the buffer begins with; None while it is not there as a whole."""
        if self._scan:
            return self._scanned()
        found = ber.head(self._buffer)
        if found is None:
            return None
        key, start, size = found
        if key not in self._keys:
            raise Malformed("no APDU begins so", 0)
        if size is None:
            self._scan = ber.Scan(self._limits)
            return self._scanned()
        self._need = start + size
        if self._need > self._limits.octets:
            raise Malformed(f"an APDU of more than {self._limits.octets} octets", 0)
        return self._need if len(self._buffer) >= self._need else None

    def _scanned(self) -> int | None:
        assert self._scan is not None
        return self._scan.resume(self._buffer)

    def _take(self, size: int) -> Apdu:
        octets = bytes(self._buffer[:size])
        del self._buffer[:size]
        self._need = 1
        self._scan = None
        return decode(octets, self._limits)
