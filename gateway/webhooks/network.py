"""Connections to receivers: how a name is looked up, and how much of an answer is read. Imported by the first message.

What a receiver sends costs exports time, for one event loop serves both: so it is read in small pieces, between which
others have their turn, and not without end.
"""

import ipaddress
import math
import socket
import ssl
from collections.abc import Iterable
from typing import Any, Final

import httpcore
import trio

READ_BYTES: Final = 1024
"""Read at once: nobody else has a turn while that is parsed, and it may be hundreds of chunks of one byte."""
EXCHANGE_BYTES: Final = 65_536
"""Most that is read of one answer, with its headers and with what comes before its status: no server's is as long."""
LOOK_UPS: Final = 128
"""Names that are looked up at once, each in a thread: two for each message at once, for where a name server does not
answer, a look-up goes on when nobody waits for it any more. So they take none of the threads that others need."""
ADDRESS_SECONDS: Final = 1.0
"""For an address of a name to take the connection before the next one is tried; the last has all the time left."""

Options = Iterable[httpcore.SOCKET_OPTION]


class TooLong(httpcore.ReadError):
    """An answer has more than `EXCHANGE_BYTES`."""


class Network(httpcore.AsyncNetworkBackend):
    """Opens connections over TCP."""

    def __init__(self) -> None:
        self._trio = httpcore.TrioBackend()
        self._look_ups = trio.CapacityLimiter(LOOK_UPS)

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 (the library's contract)
        local_address: str | None = None,
        socket_options: Options | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """A stream to the host, by name or address. Raises `httpcore.ConnectError` or `httpcore.ConnectTimeout`."""
        seconds = math.inf if timeout is None else timeout
        fault = "its name is not resolved"
        with trio.move_on_after(seconds):
            addresses = await self._addresses(host)
            fault = "takes no connection"
            return Stream(await self._reached(addresses, port, local_address, socket_options))
        raise httpcore.ConnectTimeout(f"{fault} within {seconds:g} s")

    async def _addresses(self, host: str) -> list[str]:
        try:
            return [str(ipaddress.ip_address(host))]
        except ValueError:
            pass
        try:
            return await trio.to_thread.run_sync(_look_up, host, abandon_on_cancel=True, limiter=self._look_ups)
        except OSError as error:
            raise httpcore.ConnectError(str(error)) from error

    async def _reached(
        self, addresses: list[str], port: int, local_address: str | None, options: Options | None
    ) -> httpcore.AsyncNetworkStream:
        """A stream to the first address that takes a connection."""
        *others, last = addresses
        for address in others:
            with trio.move_on_after(ADDRESS_SECONDS):
                try:
                    return await self._trio.connect_tcp(address, port, None, local_address, options)
                except httpcore.ConnectError:
                    continue
        return await self._trio.connect_tcp(last, port, None, local_address, options)


class Stream(httpcore.AsyncNetworkStream):
    """A connection. Ends an answer that is too long."""

    def __init__(self, stream: httpcore.AsyncNetworkStream) -> None:
        self._stream = stream
        self._left = EXCHANGE_BYTES

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109
        """Some bytes, none at the end. Raises `TooLong` beside the library's errors."""
        if not self._left:
            raise TooLong(f"answers with more than {EXCHANGE_BYTES:,} bytes")
        some = await self._stream.read(min(max_bytes, READ_BYTES, self._left), timeout)
        self._left -= len(some)
        return some

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109
        """Send it; the answer to it may be as long as any."""
        self._left = EXCHANGE_BYTES
        await self._stream.write(buffer, timeout)

    async def aclose(self) -> None:
        """End the connection."""
        await self._stream.aclose()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109
    ) -> httpcore.AsyncNetworkStream:
        """The same over TLS."""
        try:
            return Stream(await self._stream.start_tls(ssl_context, server_hostname, timeout))
        except httpcore.ConnectTimeout as error:
            raise httpcore.ConnectTimeout(f"does not go over to TLS within {timeout or math.inf:g} s") from error

    def get_extra_info(self, info: str) -> Any:  # Any: the library's contract
        """What the library asks of the connection."""
        return self._stream.get_extra_info(info)


def _look_up(host: str) -> list[str]:
    """The addresses of a name, the best first."""
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))
