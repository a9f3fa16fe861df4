"""A client of plain sockets that sees each byte, its time, and how a connection ends; and scripts, given by the API."""

import socket
from types import TracebackType
from typing import Any, Literal, NamedTuple, Self

import trio

from gateway.frontends.connexion import wire
from tests.api.gateways import FIRST, Api
from tests.server.running import HOST, PATIENCE

FILED = wire.reply(f"The record has been processed successfully.\nMMS ID: {FIRST}")
"""To the first record of the zone xyz."""

SLACK_SECONDS = PATIENCE / 2
"""Later than it should be nothing is by so much, however busy the machine."""


class Rest(NamedTuple):
    """What comes until a connection ends, and how it ends: in order, or reset."""

    octets: bytes
    end: Literal["closed", "reset"]


class Raw:
    """One connection, an asynchronous context manager. Raises ConnectionRefusedError where nothing listens."""

    def __init__(self, port: int, address: str = "127.0.0.1") -> None:
        self._socket = socket.create_connection((address, port))  # the system answers, whatever the gateway does
        self._socket.setblocking(False)
        self.since = trio.current_time()
        """When something was sent last, else when the connection was there."""
        self.pieces: list[bytes] = []
        """What came, as it came."""
        self.times: list[float] = []
        """When each piece came, in seconds after `since`."""

    def send(self, some: bytes) -> None:
        """Send bytes, few enough for the system to take."""
        self.since = trio.current_time()
        self._socket.sendall(some)

    def send_much(self) -> int:
        """Send until the system takes no more; how many bytes that were."""
        sent = 0
        try:
            while True:
                sent += self._socket.send(b"much" * 16_384)
        except BlockingIOError:
            return sent

    async def asks(self, some: bytes) -> bytes:
        """Send, and receive up to the NUL, behind which there is nothing."""
        self.send(some)
        received = await self.piece()
        while not received.endswith(b"\0"):
            received += await self.piece()
        assert received.count(b"\0") == 1
        return received

    async def exactly(self, count: int) -> bytes:
        """So many bytes, behind which there are no more."""
        received = b""
        while len(received) < count:
            received += await self.piece()
        assert len(received) == count
        return received

    async def piece(self) -> bytes:
        """What comes next. Raises ConnectionError where nothing does."""
        while True:
            try:
                piece = self._socket.recv(65_536)
            except BlockingIOError:
                await trio.lowlevel.wait_readable(self._socket)
                continue
            if not piece:
                raise EOFError
            self.pieces.append(piece)
            self.times.append(trio.current_time() - self.since)
            return piece

    async def rest(self) -> Rest:
        """Everything until the end."""
        received = b""
        while True:
            try:
                received += await self.piece()
            except EOFError:
                return Rest(received, "closed")
            except ConnectionResetError:
                return Rest(received, "reset")

    @property
    def waits(self) -> bool:
        """Whether neither a byte nor the end has come."""
        try:
            self._socket.recv(1, socket.MSG_PEEK)
        except BlockingIOError:
            return True
        except ConnectionResetError:
            return False
        return False

    def close(self) -> None:
        """Give up."""
        self._socket.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._socket.close()


async def accepted(port: int) -> Raw:
    """A connection, as soon as one is not refused."""
    while True:
        try:
            return Raw(port)
        except ConnectionRefusedError:
            await trio.lowlevel.checkpoint()


async def ask(port: int, some: bytes) -> bytes:
    """Send on a connection of its own; the reply with its NUL."""
    async with Raw(port) as client:
        return await client.asks(some)


async def script(one: Api, *steps: dict[str, Any], zone: str = "xyz") -> None:
    """Give a zone a script."""
    await one.asks("PUT", f"/zones/{zone}/script", json={"steps": steps})


async def host_script(one: Api, *steps: dict[str, Any], host: str = HOST) -> None:
    """Give a host a script."""
    await one.asks("PUT", f"/hosts/{host}/script", json={"steps": steps})


async def counts(one: Api, path: str) -> list[tuple[int, int]]:
    """How often each step of a script was taken and is to be; `path` such as `/zones/xyz`."""
    return [(step["used"], step["left"]) for step in (await one.get(f"{path}/script"))["steps"]]


async def records(one: Api, zone: str = "xyz") -> int:
    """How many records a zone has."""
    told: int = (await one.get(f"/zones/{zone}", counted="true"))["records"]
    return told


async def attempts(one: Api, zone: str = "xyz") -> list[dict[str, Any]]:
    """The zone's attempts, the first first, once there is one and it is known what became of each one's reply."""
    while True:
        lines = (await one.get("/submissions", zone=zone))["submissions"]
        if lines and all(line["delivered"] is not None for line in lines):
            return [await one.get(f"/submissions/{line['seq']}") for line in reversed(lines)]
