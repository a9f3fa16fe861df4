"""The gateway that the tests of a session use: one in a thread of theirs, or one that runs elsewhere."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import argon2
import httpx
from msgspec import Struct, structs

from gateway.config import Secret
from gateway.desk.desk import Place
from gateway.desk.hosts import HostWanted
from gateway.desk.zones import ZoneMade, ZoneWanted
from gateway.errors import SettingsError
from gateway.model import ZoneKind
from gateway.testing import logs
from gateway.testing.client import NO_TOKEN, Client, NotDone
from gateway.testing.thread import Thread, settings
from gateway.testing.zone import Gateway, Reached

PREFIX: Final = "pytest-"
"""How the keys of zones and hosts begin that tests make: those of a run that was killed can be told from others."""
CODE: Final = "01PYTEST_"
"""How their logon IDs begin."""
NAME_BYTES: Final = 6
"""Of what is random in them: two of a million names are the same once in 500 runs of so many tests."""
PASSWORD_BYTES: Final = 18
SALT_BYTES: Final = 16
HASH_BYTES: Final = 16
LEAST_KIB: Final = 8
"""The least that argon2 computes with: a password of so many random bytes is not guessed, however fast that is."""
SUFFIXES: Final[Mapping[ZoneKind, str]] = {"institution": "5867", "network": "5816"}
"""The last four digits of MMS IDs: the same in every test, so that its first record has the same MMS ID."""


@dataclass(frozen=True)
class Options:
    """What the user has chosen."""

    url: str = ""
    """Of a gateway that runs already; empty = one in a thread."""
    token: Secret = NO_TOKEN
    address: str = ""
    """`HOST:PORT` where it takes exports, if that is not where it says, as behind a container's mapped port."""
    own_hosts: bool = False
    """Whether each zone gets a host, and so a port, of its own there; in a thread each does."""
    settings: Sequence[str] = field(default=(), repr=False)
    """`KEY=VALUE`, for the one in a thread; a value may be a credential."""
    file: Path | None = None
    """A TOML file of settings, for the one in a thread."""


class _Hosts(Struct):
    hosts: tuple[Place, ...]


class Session:
    """One gateway, and the one password of all zones that tests make in it."""

    def __init__(self, options: Options) -> None:
        """Start it, or find it where it is. Raises `SettingsError`, `NotDone`."""
        self._exports = _address(options.address)
        self._password = secrets.token_urlsafe(PASSWORD_BYTES)
        self._secret = _hash(self._password)
        self._thread: Thread | None = None
        if options.url:
            url = _checked(options.url)
        else:
            logs.lead()
            self._thread = Thread(settings(options.settings, options.file))
            url = self._thread.running.http
        self.client: Final = Client(url, options.token if options.url else NO_TOKEN)
        self._shared: Place | None = None
        """The host of all zones, where they have none of their own."""
        if options.url:
            first = self._first_host()  # also where it is not needed: so it is told at once that nobody answers
            self._shared = None if options.own_hosts else first

    def close(self) -> None:
        """Stop it, if it is the one in a thread. Raises what went wrong in it."""
        self.client.close()
        if self._thread is not None:
            try:
                self._thread.stop()
            finally:
                logs.leave()

    def make(self, wanted: ZoneWanted) -> Gateway:
        """Such a zone that nobody else has, and where it is reached. Raises `NotDone`.

        Its key, its host and its password are the session's to choose, and what else is not given.
        """
        name = secrets.token_hex(NAME_BYTES)
        place = self._shared or self._own_host(f"{PREFIX}{name}")
        named = structs.replace(
            wanted,
            key=f"{PREFIX}{name}",
            code=wanted.code or f"{CODE}{name.upper()}",
            host=place.host,
            mms_suffix=wanted.mms_suffix or SUFFIXES[wanted.kind],
            password=self._secret,
        )
        try:
            zone = self.client.change("POST", "/zones", ZoneMade, named).zone
        except NotDone:
            if self._shared is None:
                self.client.forget(f"/hosts/{place.host}")
            raise
        reached = Reached(place.host, *self._address(place), own=self._shared is None, z3950=_z3950(place))
        return Gateway(self.client, reached, zone, self._password)

    def _own_host(self, key: str) -> Place:
        return self.client.change("POST", "/hosts", Place, HostWanted(key=key))

    def _first_host(self) -> Place:
        try:
            hosts = self.client.get("/hosts", _Hosts).hosts
        except NotDone:
            self.client.close()
            raise
        if not hosts:
            raise NotDone(f"the gateway at {self.client.url} has no host; add [hosts.NAME] to its settings")
        return hosts[0]

    def _address(self, place: Place) -> tuple[str, int]:
        """Where a client reaches the host: at the name by which the gateway is known here, unless it is on this
        computer alone.
        """
        if self._exports is not None:
            return self._exports
        if self._thread is not None or place.only_here:
            return place.address, place.port
        return urlsplit(self.client.url).hostname or place.address, place.port


def _checked(url: str) -> str:
    if not _is_address(url):
        raise SettingsError(f"--gateway-url: {url!r} is no address such as http://127.0.0.1:8550")
    return url


def _is_address(url: str) -> bool:
    try:
        read = urlsplit(url)
        port = httpx.URL(url).port
    except (ValueError, httpx.InvalidURL):  # brackets without an end, say, or a port that is no number
        return False
    return read.scheme in ("http", "https") and bool(read.hostname) and port != 0


def _address(text: str) -> tuple[str, int] | None:
    host, _, port = text.rpartition(":")
    if text and not (host and port.isascii() and port.isdigit()):
        raise SettingsError(f"--gateway-connexion: {text!r} is no HOST:PORT such as 127.0.0.1:5500")
    return (host.strip("[]"), int(port)) if text else None


def _z3950(place: Place) -> int | None:
    """The first port where the host is searched."""
    return next((int(at.rpartition(":")[2]) for at in place.z3950), None)


def _hash(password: str) -> str:
    secret = argon2.low_level.hash_secret(
        password.encode(), secrets.token_bytes(SALT_BYTES), 1, LEAST_KIB, 1, HASH_BYTES, argon2.Type.ID
    )
    return secret.decode()
