"""A client of Z39.50 that speaks by the codec, for what the clients of others do not let one ask."""

import shlex
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import TypeVar

import trio

from gateway.frontends.z3950 import oids, wire
from gateway.frontends.z3950.apdus import Apdu, Close, encode
from gateway.frontends.z3950.apdus.external import External
from gateway.frontends.z3950.apdus.init import Authentication, InitRequest, InitResponse, Option, Version
from gateway.frontends.z3950.apdus.present import PresentRequest, PresentResponse
from gateway.frontends.z3950.apdus.records import SurrogateDiagnostic
from gateway.frontends.z3950.apdus.rpn import Attribute, AttributesPlusTerm, RpnQuery
from gateway.frontends.z3950.apdus.search import SearchRequest, SearchResponse
from gateway.frontends.z3950.ber import Oid

from .library import DATABASE

A = TypeVar("A", bound=Apdu)
SERVICES = Option.SEARCH | Option.PRESENT | Option.SCAN | Option.SORT | Option.DELETE_SET | Option.NAMED_RESULT_SETS


def query(text: str) -> RpnQuery:
    """A query of one term, written as yaz-client has it: `@attr 1=4 rivers`."""
    *words, term = shlex.split(text)
    pairs = [word.split("=") for word in words if word != "@attr"]
    attributes = tuple(Attribute(int(kind), int(value)) for kind, value in pairs)
    return RpnQuery(oids.BIB_1, AttributesPlusTerm(attributes, term.encode()))


class Client:
    """One connection."""

    def __init__(self, stream: trio.SocketStream, database: str) -> None:
        self.stream = stream
        self.answers: list[bytes] = []
        """The octets of each."""
        self._received = b""
        self._database = database
        self._connection = wire.Connection("responses")

    async def receives(self) -> Apdu | wire.Closed:
        """What the server sends next."""
        while (event := self._connection.next_event()) is None:
            chunk = await self.stream.receive_some()
            self._received += chunk
            self._connection.receive(chunk)
        self.answers.append(self._received)
        self._received = b""
        return event

    async def asks(self, request: Apdu, answer: type[A]) -> A:
        """Send a request; what is answered is of this kind."""
        await self.stream.send_all(encode(request))
        found = await self.receives()
        assert isinstance(found, answer), found
        return found

    async def begins(
        self,
        *,
        version: int = Version.V1 | Version.V2 | Version.V3,
        sizes: tuple[int, int] = (1 << 20, 1 << 26),
        authentication: Authentication | None = None,
    ) -> InitResponse:
        """Init."""
        return await self.asks(InitRequest(version, SERVICES, *sizes, authentication), InitResponse)

    async def search(self, text: str, *, name: str = "default", replace: bool = True) -> SearchResponse:
        """Search; no records come with the answer."""
        request = SearchRequest(0, 1, 0, replace, name, (self._database,), query(text))
        return await self.asks(request, SearchResponse)

    async def asks_present(
        self, name: str, start: int, count: int, syntax: Oid | None = oids.USMARC
    ) -> PresentResponse:
        """Present."""
        return await self.asks(PresentRequest(name, start, count, record_syntax=syntax), PresentResponse)

    async def present(
        self, start: int, count: int, syntax: Oid, *, whole: bool = True
    ) -> Sequence[External | SurrogateDiagnostic]:
        """The records of the last search at these positions; `whole`: none of them is a diagnostic."""
        answer = await self.asks_present("default", start, count, syntax)
        assert isinstance(answer.records, tuple), answer
        assert answer.records_returned == len(answer.records)
        assert not whole or all(isinstance(one.record, External) for one in answer.records)
        return [one.record for one in answer.records if not isinstance(one.record, bytes)]

    async def is_closed(self) -> Close | None:
        """Wait for the end; how the server takes its leave, if it does."""
        found = await self.receives()
        if isinstance(found, wire.Closed):
            return None
        assert isinstance(found, Close), found
        assert isinstance(await self.receives(), wire.Closed)
        return found


@asynccontextmanager
async def connected(at: str, database: str = DATABASE) -> AsyncIterator[Client]:
    """A client that has said nothing yet."""
    address, _, port = at.rpartition(":")
    stream = await trio.open_tcp_stream(address, int(port))
    try:
        yield Client(stream, database)
    finally:
        await trio.aclose_forcefully(stream)


@asynccontextmanager
async def talking(at: str, database: str = DATABASE) -> AsyncIterator[Client]:
    """A client after its Init."""
    async with connected(at, database) as client:
        assert (await client.begins()).result
        yield client
