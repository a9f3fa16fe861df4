"""A gateway on a free port within the test, and a client that speaks to it byte by byte."""

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Any

import httpx
import trio

from gateway import app, config
from gateway.frontends.connexion import wire
from gateway.model import Logon

PATIENCE = 120.0
"""Seconds after which a test gives up: many times what any takes, for machines that are busy."""
NOBODY_TRUSTED = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
HOST = "i-share-xyz"
LOGON = Logon(logon_id=b"01CARLI_XYZ", password=b"xyz-secret")
WRONG = Logon(logon_id=b"01CARLI_XYZ", password=b"not the password")


def record(number: int, title: str = "A title") -> bytes:
    """A bibliographic record with this OCLC number."""
    fields = [
        (b"001", b"ocn%09d" % number),
        (b"003", b"OCoLC"),
        (b"005", b"20260301120000.0"),
        (b"008", b"260301s2026    xxu           000 0 eng d"),
        (b"035", b"  \x1fa(OCoLC)%d" % number),
        (b"245", b"00\x1fa" + title.encode()),
    ]
    directory, bodies = b"", b""
    for tag, value in fields:
        directory += b"%b%04d%05d" % (tag, len(value) + 1, len(bodies))
        bodies += value + b"\x1e"
    base = 24 + len(directory) + 1
    return b"%05dnam a22%05d a 4500%b\x1e%b\x1d" % (base + len(bodies) + 1, base, directory, bodies)


def message(number: int, logon: Logon = LOGON, title: str = "A title") -> bytes:
    """What Connexion sends for that record."""
    return wire.compose(logon, record(number, title))


def overrides(*more: str) -> list[str]:
    """Settings of a gateway that disturbs no other: free ports, no store on disk, no wait for wrong logons."""
    hosts = ("i-share-xyz", "i-share-network", "sandbox02-na")
    ports = [f"hosts.{host}.connexion=0" for host in hosts]
    return ["store.url=memory:", "limits.failed_logon_seconds=0", "http.enabled=false", *ports, *more]


def http_client(url: str = "", **how: Any) -> httpx.AsyncClient:  # Any: what httpx takes
    """A client of a page and an API. To read whom the system trusts would take longer than most tests do."""
    return httpx.AsyncClient(**{"base_url": url, "timeout": PATIENCE, "verify": NOBODY_TRUSTED, **how})


@asynccontextmanager
async def gateway(*more: str) -> AsyncIterator[int]:
    """A gateway with these settings; gives the port of `HOST`."""
    settings = config.load(overrides=overrides(*more))
    with trio.fail_after(PATIENCE):
        async with app.running(settings) as running:
            yield running.connexion[HOST].port


class Client:
    """One connection."""

    def __init__(self, port: int) -> None:
        self._port = port

    async def __aenter__(self) -> "Client":
        self.stream = await trio.open_tcp_stream("127.0.0.1", self._port)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await trio.aclose_forcefully(self.stream)

    async def send(self, some: bytes) -> None:
        """Send bytes as they are."""
        await self.stream.send_all(some)

    async def reply(self) -> str:
        """The next reply, without its NUL."""
        received = b""
        while not received.endswith(b"\0"):
            chunk = await self.stream.receive_some()
            assert chunk, f"closed after {received!r}"
            received += chunk
        assert received.count(b"\0") == 1
        return received[:-1].decode()

    async def rest(self) -> bytes:
        """Everything until the gateway closes."""
        received = b""
        while chunk := await self.stream.receive_some():
            received += chunk
        return received

    async def asks(self, some: bytes) -> str:
        """Send, and read the reply."""
        await self.send(some)
        return await self.reply()


async def ask(port: int, some: bytes) -> str:
    """Send on a connection of its own, and read the reply."""
    async with Client(port) as client:
        return await client.asks(some)
