"""The gateway that the tests of a session use: one in a thread of theirs, or one that runs elsewhere."""

import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple
from urllib.parse import urlsplit

import argon2
from msgspec import Struct

from gateway.desk.desk import Place
from gateway.desk.hosts import HostWanted
from gateway.desk.zones import ZoneMade, ZoneWanted
from gateway.errors import SettingsError
from gateway.model import ZoneKind
from gateway.testing import logs
from gateway.testing.client import Client, NotDone
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


class Options(NamedTuple):
    """What the user has chosen."""

    url: str = ""
    """Of a gateway that runs already; empty = one in a thread."""
    token: str = ""
    address: tuple[str, int] | None = None
    """Where it takes exports, if that is not where it says, as behind a container's mapped port."""
    own_hosts: bool = True
    """Whether each zone gets a host, and so a port, of its own."""
    settings: Sequence[str] = ()
    """`KEY=VALUE`, for the one in a thread."""
    file: Path | None = None
    """A TOML file of settings, for the one in a thread."""


class _Hosts(Struct):
    hosts: tuple[Place, ...]


class Session:
    """One gateway, and the one password of all zones that tests make in it."""

    def __init__(self, options: Options) -> None:
        """Start it, or find it where it is. Raises `SettingsError`, `NotDone`."""
        self._options = options
        self._password = secrets.token_urlsafe(PASSWORD_BYTES)
        self._secret = _hash(self._password)
        self._thread: Thread | None = None
        if options.url:
            url = _checked(options.url)
        else:
            logs.lead()
            self._thread = Thread(settings(options.settings, options.file))
            url = self._thread.running.http
        self.client: Final = Client(url, options.token if options.url else "")
        self._shared: Place | None = None

    def close(self) -> None:
        """Stop it, if it is the one in a thread. Raises what went wrong in it."""
        self.client.close()
        if self._thread is not None:
            try:
                self._thread.stop()
            finally:
                logs.leave()

    def make(
        self,
        *,
        kind: ZoneKind = "institution",
        network: str | None = None,
        profiles: tuple[str, ...] | None = None,
        mms_suffix: str | None = None,
        code: str | None = None,
    ) -> Gateway:
        """A zone that nobody else has, and where it is reached. Raises `NotDone`."""
        if self._thread is not None:
            logs.lead()  # a test may have reset structlog
        name = secrets.token_hex(NAME_BYTES)
        place = self._own_host(f"{PREFIX}{name}") if self._options.own_hosts else self._shared_host()
        wanted = ZoneWanted(
            key=f"{PREFIX}{name}",
            code=code or f"{CODE}{name.upper()}",
            kind=kind,
            host=place.host,
            network=network,
            mms_suffix=mms_suffix or SUFFIXES[kind],
            profiles=profiles,
            password=self._secret,
        )
        try:
            zone = self.client.change("POST", "/zones", ZoneMade, wanted).zone
        except NotDone:
            if self._options.own_hosts:
                self.client.send("DELETE", f"/hosts/{place.host}")
            raise
        reached = Reached(place.host, *self._address(place), own=self._options.own_hosts)
        return Gateway(self.client, reached, zone, self._password)

    def _own_host(self, key: str) -> Place:
        return self.client.change("POST", "/hosts", Place, HostWanted(key=key))

    def _shared_host(self) -> Place:
        if self._shared is None:
            hosts = self.client.get("/hosts", _Hosts).hosts
            if not hosts:
                raise NotDone(f"the gateway at {self.client.url} has no host; add [hosts.NAME] to its settings")
            self._shared = hosts[0]
        return self._shared

    def _address(self, place: Place) -> tuple[str, int]:
        """Where a client reaches the host: at the name by which the gateway is known here, unless it is on this
        computer alone.
        """
        if self._options.address is not None:
            return self._options.address
        if self._thread is not None or place.only_here:
            return place.address, place.port
        return urlsplit(self.client.url).hostname or place.address, place.port


def _checked(url: str) -> str:
    read = urlsplit(url)
    if read.scheme not in ("http", "https") or not read.hostname:
        raise SettingsError(f"--gateway-url: {url!r} is no address such as http://127.0.0.1:8550")
    return url


def _hash(password: str) -> str:
    secret = argon2.low_level.hash_secret(
        password.encode(), secrets.token_bytes(SALT_BYTES), 1, LEAST_KIB, 1, HASH_BYTES, argon2.Type.ID
    )
    return secret.decode()
