"""A gateway with its page on free ports within the test, and a browser without scripts that looks at it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import trio
from lxml import html

from gateway import app, config
from gateway.frontends.connexion import wire
from gateway.model import Logon, Zone
from gateway.stores import open_store
from gateway.stores.base import KeptZone
from tests.server.running import HOST, LOGON, PATIENCE, ask, http_client, overrides, record

MARC = Path(__file__).resolve().parent.parent / "fixtures" / "marc"


class Page:
    """What a browser shows."""

    def __init__(self, response: httpx.Response) -> None:
        self.status = response.status_code
        self.path = response.url.raw_path.decode()
        self.headers = response.headers
        self.source = response.text
        self.tree = html.document_fromstring(response.text)

    @property
    def title(self) -> str:
        """Of the tab."""
        return self.text("//title")

    @property
    def words(self) -> str:
        """All of the main part, with single blanks."""
        return self.text("//main")

    def text(self, path: str) -> str:
        """Of the one element at this XPath, with single blanks."""
        [found] = self.texts(path)
        return found

    def texts(self, path: str) -> list[str]:
        """Of each element, or the attributes, at this XPath."""
        return [_words(one if isinstance(one, str) else one.text_content()) for one in self.tree.xpath(path)]

    def link(self, words: str, within: str = "//body") -> str:
        """Where the one link with these words leads, in the element at this XPath."""
        links = self.tree.xpath(f"{within}//a")
        [where] = {one.get("href") for one in links if _words(one.text_content()) == words}
        return str(where)

    def fields(self, action: str) -> dict[str, str]:
        """What the form with this action sends where nobody fills it in."""
        [form] = self.tree.xpath(f"//form[@action='{action}']")
        return {name: value or "" for name, value in form.form_values()}


class Events:
    """A stream of events that is being read."""

    def __init__(self, stream: trio.SocketStream, head: str, begun: bytes) -> None:
        self.head = head
        self._stream = stream
        self._received = begun

    async def next(self) -> dict[str, str]:
        """The fields of the next event that says something."""
        while True:
            while b"\n\n" not in self._received:
                chunk = await self._stream.receive_some()
                assert chunk, f"the stream ended: {self._received!r}"
                self._received += chunk
            block, _, self._received = self._received.partition(b"\n\n")
            found: dict[str, str] = {}
            for line in block.decode().split("\n"):
                name, _, value = line.partition(": ")
                found[name] = f"{found[name]}\n{value}" if name in found else value
            if "data" in found:
                return found


class Browser:
    """Looks at pages, keeps cookies, sends forms; and a client that exports."""

    def __init__(self, client: httpx.AsyncClient, port: int) -> None:
        self.client = client
        self.port = port

    async def get(self, path: str, status: int | None = 200, **query: Any) -> Page:
        """The page, after redirections; it has this status, or None: any."""
        response = await self.client.get(path, params=query or None, follow_redirects=True)
        assert status in (None, response.status_code), f"{response.status_code} {response.text[:2000]}"
        return Page(response)

    async def submit(self, page: Page, action: str, status: int = 200, **filled: str) -> Page:
        """Send the form of a page; what comes then, after redirections, has this status."""
        response = await self.client.post(action, data=page.fields(action) | filled, follow_redirects=True)
        assert response.status_code == status, f"{response.status_code} {response.text[:2000]}"
        return Page(response)

    @asynccontextmanager
    async def following(self, path: str) -> AsyncIterator[Events]:
        """The stream of events at this path, once it has begun."""
        url = self.client.base_url
        async with await trio.open_tcp_stream(url.host, url.port or 80) as stream:
            await stream.send_all(f"GET {path} HTTP/1.0\r\nHost: {url.host}:{url.port}\r\n\r\n".encode())
            received = b""
            while not received.endswith(b"\n\n"):
                chunk = await stream.receive_some()
                assert chunk, f"no stream: {received!r}"
                received += chunk
            head, _, begun = received.partition(b"\r\n\r\n")
            yield Events(stream, head.decode(), begun)

    async def exports(self, name: str, logon: Logon = LOGON) -> str:
        """Export a file of `fixtures/marc` as Connexion does; the reply."""
        return await self.sends((MARC / f"{name}.mrc").read_bytes(), logon)

    async def exports_titled(self, number: int, title: str, logon: Logon = LOGON) -> str:
        """Export a record with this OCLC number and title."""
        return await self.sends(record(number, title), logon)

    async def sends(self, raw: bytes, logon: Logon = LOGON) -> str:
        """Export a record; the reply."""
        return await ask(self.port, wire.compose(logon, raw))


@asynccontextmanager
async def browsing(*more: str) -> AsyncIterator[Browser]:
    """A gateway with these settings, looked at by one browser."""
    settings = config.load(overrides=overrides("http.enabled=true", "http.port=0", *more))
    headers = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
    with trio.fail_after(PATIENCE):
        async with (
            app.running(settings) as running,
            http_client(running.http, headers=headers) as client,
        ):
            yield Browser(client, running.connexion[HOST].port)


async def leave_out_a_zone(store: str, key: str = "old") -> None:
    """Keep a zone in the store, made when the settings had a profile that they have no longer."""
    zone = Zone(key, HOST, "institution", "01CARLI_OLD", "4711", profiles=("gone",))
    async with open_store(store) as opened:
        await opened.keep_zone(
            KeptZone(zone, "$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$aGFzaGhhc2hoYXNoaGFzaA", datetime.now(UTC))
        )


def _words(text: str) -> str:
    return " ".join(text.split())
