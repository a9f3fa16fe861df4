"""What Alma shows to programs under `/view/`: OAI-PMH, NCIP, SRU. A small application beside the page's and the API's.

A protocol gives its `View`, which is told what was asked and says what to answer. Nothing here knows any of them.
"""

import ipaddress
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing
from functools import lru_cache
from http import HTTPStatus
from typing import Final, NamedTuple, cast

import msgspec
from litestar.types import ASGIApp, HTTPScope, Receive, Scope, Send

from gateway.frontends.base import PEERS_KNOWN, plain_address
from gateway.frontends.http.problems import PROBLEM, Refused, log_of, plain
from gateway.model import Host, Zone

VIEW: Final = "/view/"
HOSTS: Final = "/hosts/"
"""How the path begins that names an emulated host before `/view/`: HTTP has one listener for them all."""
VIEW_BYTES: Final = 1_000_000
"""Longest body of a request: NCIP's longest message is some 20 kB, and no SRU or OAI-PMH client sends more."""
METHODS: Final = ("GET", "POST")
CHANGING: Final = ("NCIPServlet",)
"""Views that change something when they are asked by POST; of the others POST is but another way to ask."""

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class Asked(NamedTuple):
    """A request."""

    method: str
    """`GET` or `POST`; HEAD is asked as GET."""
    path: str
    """Behind `/view/`, such as `oai/01CARLI_XYZ/request`."""
    hosts: Sequence[str]
    """Keys of the emulated hosts that it may be for, of which the first counts that has what is asked for: by
    `/hosts/KEY/` that one alone, else the one that the header Host names, and behind it all others. At least one.
    """
    query: bytes
    """As it was sent, behind `?`."""
    body: bytes
    """At most `VIEW_BYTES`."""
    content_type: str
    """The header's; empty without one."""
    address: Address
    """The client's."""
    url: str
    """As the client knows it, without the query."""


class Answer(NamedTuple):
    """What is said to it."""

    content_type: str
    body: bytes | AsyncGenerator[bytes]
    """Whole, or in pieces."""
    status: int = 200
    headers: Sequence[tuple[bytes, bytes]] = ()
    """Further ones, their names in small letters."""


View = Callable[[Asked], Awaitable[Answer]]
"""What it raises is told as problem details: a `GatewayError` in its words, all else as the gateway's own fault."""


class Place(NamedTuple):
    """Where under `/view/` a request leads."""

    host: str
    """Key of the emulated host that the path names; empty where it names none."""
    path: str

    @property
    def name(self) -> str:
        """Of the view."""
        return self.path.partition("/")[0]


def place(path: str) -> Place | None:
    """Of a path of a request; None where it leads elsewhere."""
    if path.startswith(VIEW):
        return Place("", path[len(VIEW) :])
    if path.startswith(HOSTS):
        key, found, rest = path[len(HOSTS) :].partition(VIEW)
        if found and key and "/" not in key:
            return Place(key, rest)
    return None


def zone_at(zones: Mapping[str, Zone], code: str, hosts: Sequence[str]) -> Zone | None:
    """The zone of this institution code at the first of these hosts, by their keys, that has one."""
    found = {zone.host: zone for zone in zones.values() if zone.code == code}
    return next((found[host] for host in hosts if host in found), None)


class Views:
    """Answers what is asked under `/view/`, and hands on all else."""

    def __init__(self, app: ASGIApp, views: Mapping[str, View], hosts: Mapping[str, Host]) -> None:
        """`views` by the first part of their path; `hosts` by key, as they are just now."""
        self._app = app
        self._views = views
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer it, or hand it on; the guard lets in nothing but HTTP."""
        asked = cast("HTTPScope", scope)
        at = place(asked["path"])
        if at is None:
            await self._app(scope, receive, send)
            return
        try:
            answer = await self._answer(at, asked, receive)
        except Exception as error:
            answer = _failed(error, asked["path"])
        await _send(answer, send)

    async def _answer(self, at: Place, scope: HTTPScope, receive: Receive) -> Answer:
        view = self._views.get(at.name)
        if view is None:
            raise Refused(HTTPStatus.NOT_FOUND, f"there is no view {at.name}; there are {', '.join(self._views)}")
        if at.host and at.host not in self._hosts:
            raise Refused(HTTPStatus.NOT_FOUND, f"there is no host {at.host}; there are {', '.join(self._hosts)}")
        if scope["method"] not in METHODS:
            return _allowed(scope["method"])
        headers = dict(scope["headers"])
        named = headers.get(b"host", b"").decode("latin-1")
        server = scope["server"]
        name = named or (f"{server[0]}:{server[1]}" if server else "localhost")
        return await view(
            Asked(
                scope["method"],
                at.path,
                (at.host,) if at.host else self._hosts_by_name(name),
                scope["query_string"],
                await _body(receive),
                headers.get(b"content-type", b"").decode("latin-1"),
                _address(scope["client"][0] if scope["client"] else "127.0.0.1"),
                f"{scope['scheme']}://{name}{scope['raw_path'].decode('latin-1')}",
            )
        )

    def _hosts_by_name(self, name: str) -> Sequence[str]:
        """Keys of all hosts, before the others those that have this name in real life."""
        plain_name = name.partition(":")[0].lower()
        named = [key for key, host in self._hosts.items() if plain_name in map(str.lower, host.names)]
        return (*dict.fromkeys((*named, *self._hosts)),)


async def _body(receive: Receive) -> bytes:
    """All of it. Raises `Refused` where it is too long, is cut off, or takes too long."""
    received = bytearray()
    more = True
    while more:
        message = await receive()
        if message["type"] != "http.request":
            raise Refused(HTTPStatus.BAD_REQUEST, "the request was cut off")
        received += message["body"]
        more = message["more_body"]
        if len(received) > VIEW_BYTES:
            raise Refused(
                HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
                f"the body is longer than {VIEW_BYTES:,} bytes, which is the most here",
            )
    return bytes(received)


async def _send(answer: Answer, send: Send) -> None:
    head = [(b"content-type", answer.content_type.encode()), *answer.headers]
    body = answer.body
    if isinstance(body, bytes):
        head.append((b"content-length", b"%d" % len(body)))
        await send({"type": "http.response.start", "status": answer.status, "headers": head})
        await send({"type": "http.response.body", "body": body, "more_body": False})
        return
    await send({"type": "http.response.start", "status": answer.status, "headers": head})
    async with aclosing(body):
        async for piece in body:
            await send({"type": "http.response.body", "body": piece, "more_body": True})
    await send({"type": "http.response.body", "body": b"", "more_body": False})


def _failed(error: Exception, path: str) -> Answer:
    told = plain(error)
    if told.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        log_of(error, told, path)
    return Answer(PROBLEM, msgspec.json.encode(told), told.status)


def _allowed(method: str) -> Answer:
    """To a method that no view has; OPTIONS asks for just that."""
    allow = ((b"allow", b"GET, HEAD, OPTIONS, POST"),)
    if method == "OPTIONS":
        return Answer("text/plain", b"", HTTPStatus.NO_CONTENT, allow)
    told = plain(Refused(HTTPStatus.METHOD_NOT_ALLOWED, f"{method} is not understood; ask by GET or POST"))
    return Answer(PROBLEM, msgspec.json.encode(told), told.status, allow)


@lru_cache(maxsize=PEERS_KNOWN)
def _address(client: str) -> Address:
    return ipaddress.ip_address(plain_address(client))
