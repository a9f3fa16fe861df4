"""A gateway with its page, exported to as Connexion does, and a real browser that looks at it.

A page that reports an error, asks another host for something or opens a dialog fails the test that looked at it.
"""

import shutil
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import httpx
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Dialog,
    Page,
    Request,
    Response,
    WebError,
    expect,
)

from gateway.frontends.connexion import wire
from gateway.model import Logon
from tests.cli.gateways import HOST, MARC, Gateway, serving
from tests.server.running import LOGON, PATIENCE, record

BROWSERS: Final = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
"""Programs that are looked for, in this order: without its windows Chromium is the same and takes half the time."""
ARGUMENTS: Final = (
    *("--no-sandbox", "--disable-gpu", "--disable-software-rasterizer", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
"""It asks nobody but the gateway for anything, and needs no display."""
MILLISECONDS: Final = 1_000 * PATIENCE
RECEIVED_BYTES: Final = 65_536
NOT_LOADED: Final = "Failed to load resource"
"""How Chromium's console tells of a status that is no success; statuses are looked at themselves."""


@dataclass(frozen=True)
class Connexion:
    """A client that exports to a gateway."""

    gateway: Gateway

    def exports(self, name: str, logon: Logon = LOGON) -> str:
        """Export a file of `fixtures/marc`; the reply."""
        return self.sends((MARC / f"{name}.mrc").read_bytes(), logon)

    def exports_titled(self, number: int, title: str, logon: Logon = LOGON) -> str:
        """Export a record with this OCLC number and title; the reply."""
        return self.sends(record(number, title), logon)

    def sends(self, raw: bytes, logon: Logon = LOGON, host: str = HOST) -> str:
        """Export a record; the reply."""
        return self.says(wire.compose(logon, raw), host).partition(wire.NUL)[0].decode()

    def says(self, message: bytes, host: str = HOST) -> bytes:
        """Say these bytes where exports are taken; what is said back, to the first NUL or the end."""
        bound = self.gateway.running.connexion[host]
        with socket.create_connection((bound.address, bound.port), timeout=PATIENCE) as connection:
            connection.sendall(message)
            received = b""
            while wire.NUL not in received and (chunk := connection.recv(RECEIVED_BYTES)):
                received += chunk
        return received


@dataclass
class Site:
    """A running gateway, a browser's window on it, and a client that exports to it."""

    gateway: Gateway
    context: BrowserContext
    expected: set[int] = field(default_factory=lambda: set[int]())
    """Statuses that are no success, and that the test wants to see."""
    problems: list[str] = field(default_factory=lambda: list[str]())
    """What must not be; where some is left at the end, the test fails."""

    @property
    def url(self) -> str:
        """Where the page is."""
        return self.gateway.running.http or ""

    @property
    def connexion(self) -> Connexion:
        """The client."""
        return Connexion(self.gateway)

    def open(self, path: str = "/") -> Page:
        """A tab of its own with this page."""
        tab = self.context.new_page()
        tab.goto(self.url + path)
        return tab

    def says_by_ncip(self, *messages: bytes) -> None:
        """Send these one after another, as another system does."""
        for message in messages:
            httpx.post(f"{self.url}/view/NCIPServlet", content=message, timeout=PATIENCE).raise_for_status()

    def until(self, path: str, **told: object) -> None:
        """Ask the API until this is among what it tells."""
        end = time.monotonic() + PATIENCE
        while not told.items() <= self.context.request.get(f"{self.url}/api/v1{path}").json().items():
            assert time.monotonic() < end

    def watch(self) -> None:
        """Note from now on whatever must not be."""
        self.context.on("console", self._console)
        self.context.on("weberror", self._error)
        self.context.on("request", self._request)
        self.context.on("response", self._response)
        self.context.on("dialog", self._dialog)

    def noted(self) -> list[str]:
        """What must not be, and was noted since one last asked."""
        noted, self.problems = self.problems, []
        return noted

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not message.text.startswith(NOT_LOADED):
            self.problems.append(f"console: {message.text}")

    def _error(self, error: WebError) -> None:
        self.problems.append(f"script: {error.error}")

    def _request(self, request: Request) -> None:
        if not request.url.startswith((f"{self.url}/", "data:")):
            self.problems.append(f"asked elsewhere: {request.url}")

    def _response(self, response: Response) -> None:
        if response.status >= 400 and response.status not in self.expected:
            self.problems.append(f"{response.status} from {response.url}")

    def _dialog(self, dialog: Dialog) -> None:
        self.problems.append(f"dialog: {dialog.message}")
        dialog.dismiss()


def browser_program() -> str | None:
    """Where a browser is, if there is one."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def expect_rows(tab: Page, *rows: str) -> None:
    """What heads the rows of a table that grows, from top to bottom."""
    expect(tab.locator("[data-rows] th")).to_have_text(rows, use_inner_text=True)


@contextmanager
def gateway(*settings: str) -> Iterator[Gateway]:
    """A gateway with its page on a free port, with nothing in its store."""
    with serving("memory:", "http.enabled=true", "http.port=0", *settings) as running:
        yield running


@contextmanager
def window(browser: Browser, running: Gateway, **looks: Any) -> Iterator[Site]:  # Any: options of a browser's context
    """A window of its own, without cookies; nothing that must not be has happened in it when it is closed."""
    context = browser.new_context(**looks)
    context.set_default_timeout(MILLISECONDS)
    site = Site(running, context)
    site.watch()
    try:
        yield site
    finally:
        context.close()
    noted = site.noted()
    assert not noted, noted


@contextmanager
def visiting(browser: Browser, *settings: str, **looks: Any) -> Iterator[Site]:  # Any: options of a browser's context
    """A gateway of one's own with these settings, and a window on it."""
    with gateway(*settings) as running, window(browser, running, **looks) as site:
        yield site
