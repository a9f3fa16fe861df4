"""Where hosts listen: at the addresses of the settings, or where they are asked for instead. Accepts nothing."""

import errno
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import ExitStack, asynccontextmanager
from typing import Final, Literal, NamedTuple

import trio
from msgspec import Struct

from gateway import __version__, config
from gateway.addresses import reached_at
from gateway.errors import SettingsError
from gateway.frontends.base import is_loopback, loopback_only, spelled
from gateway.model import Host

EVERY_INTERFACE: Final = "0.0.0.0"  # noqa: S104 - what --lan asks for
FALLBACK_ADDRESS: Final = "127.0.0.1"
"""The one loopback address that each system has; macOS has no 127.0.0.2."""
WMS: Final = Host("wms", ("unified.z3950.oclc.org",))
"""OCLC's one host for all institutions."""
FALLBACK_PORTS: Final = 100
"""How many ports behind the wanted one are tried."""


class Bound(Struct, frozen=True):
    """Where a host listens."""

    address: str
    port: int
    instead_of: str = ""
    """`address:port` of the settings, where that could not be had."""

    def __str__(self) -> str:
        return spelled(self.address, self.port)


class Listening(NamedTuple):
    """A host whose clients can connect; whoever accepts them may not be there yet."""

    host: Host
    listeners: list[trio.SocketListener]
    bound: Bound


class Web(NamedTuple):
    """The listener of page and API."""

    listeners: list[trio.SocketListener]
    bound: Bound
    scheme: Literal["http", "https"]

    @property
    def url(self) -> str:
        """Where this computer reaches it."""
        return f"{self.scheme}://{spelled(reached_at(self.bound.address), self.bound.port)}"


class Places(NamedTuple):
    """Everything that clients can connect to."""

    hosts: list[Listening]
    web: Web | None = None
    """None where page and API are not enabled."""
    z3950: Sequence[Listening] = ()
    """Where hosts are searched, each port by itself."""
    wms: Sequence[Listening] = ()
    """Where WMS is; its host is `WMS`."""
    missing: Sequence[str] = ()
    """What is done without, in words for people: ports that the system does not give to everybody."""

    def close(self) -> None:
        """Take no more connections."""
        listeners = [listener for one in (*self.hosts, *self.z3950, *self.wms) for listener in one.listeners]
        for listener in (*listeners, *(self.web.listeners if self.web else ())):
            listener.socket.close()


class Running(Struct, frozen=True):
    """A gateway whose listeners accept and whose store is open."""

    connexion: dict[str, Bound]
    """Host key -> where it takes exports."""
    http: str = ""
    """URL of page and API; empty where they are not enabled."""
    z3950: dict[str, tuple[Bound, ...]] = {}
    """Host key -> where it is searched; hosts that are not are left out."""
    wms: tuple[Bound, ...] = ()
    """Where WMS is."""
    missing: tuple[str, ...] = ()
    """What is done without, in words for people."""

    @staticmethod
    def at(places: Places) -> "Running":
        """With these listeners."""
        z3950: dict[str, tuple[Bound, ...]] = {}
        for one in places.z3950:
            z3950[one.host.key] = (*z3950.get(one.host.key, ()), one.bound)
        return Running(
            {one.host.key: one.bound for one in places.hosts},
            places.web.url if places.web else "",
            z3950,
            tuple(one.bound for one in places.wms),
            tuple(places.missing),
        )

    def ready(self) -> dict[str, object]:
        """What the ready line says."""
        hosts: dict[str, dict[str, object]] = {key: {"connexion": str(at)} for key, at in self.connexion.items()}
        for key, bound in self.z3950.items():
            hosts[key]["z3950"] = [*map(str, bound)]
        line: dict[str, object] = {"ready": True, "version": __version__, "hosts": hosts}
        if self.wms:
            line["wms"] = [*map(str, self.wms)]
        return line | {"http": self.http} if self.http else line


@asynccontextmanager
async def listening(settings: config.Settings, *, lan: bool = False) -> AsyncIterator[Places]:
    """Every listener, closed at the end. Raises `SettingsError` when one cannot be had."""
    opened: list[Listening] = []
    searched: list[Listening] = []
    wms: list[Listening] = []
    missing: list[str] = []
    web: Web | None = None
    try:
        for host in settings.model_hosts().values():
            listeners, bound = await _listen_for(settings, host, lan=lan)
            opened.append(Listening(host, listeners, bound))
        open_to_others = [one for one in opened if not is_loopback(one.bound.address)]
        if open_to_others:
            _refuse_example_passwords(settings, open_to_others)
        for host in settings.model_hosts().values():
            for port in settings.hosts[host.key].z3950_ports:
                await _listen_for_searches(settings, host, port, searched, missing, lan=lan)
        for port in settings.wms.ports:
            await _listen_for_searches(settings, WMS, port, wms, missing, lan=lan)
        web = await _listen_for_browsers(settings.http, settings) if settings.http.enabled else None
        yield Places(opened, web, searched, wms, missing)
    finally:
        Places(opened, web, searched, wms).close()


async def open_near(host: Host, other: Bound, *, searched: bool) -> Places:
    """Listeners for a further host, for exports and perhaps for Z39.50, on any free ports of the address that another
    has. Raises `SettingsError`, and none is open then.
    """
    opened: list[Listening] = []
    with ExitStack() as closing:
        closing.callback(Places(opened).close)
        try:
            for _ in range(2 if searched else 1):
                opened.append(Listening(host, *await _open(other.address, 0)))
        except OSError as error:
            raise SettingsError(f"cannot listen on another port of {other.address}: {error.strerror}") from error
        closing.pop_all()
    return Places(opened[:1], z3950=opened[1:])


def _refuse_example_passwords(settings: config.Settings, open_to_others: list[Listening]) -> None:
    hosts = {one.host.key for one in open_to_others}
    zones = [key for key in config.example_password_zones(settings) if settings.zones[key].host in hosts]
    if zones:
        lines = "\n".join(f"  zones.{key}.password ({settings.where(f'zones.{key}.password')})" for key in zones)
        raise SettingsError(
            f"these passwords stand in config.example.toml, where anybody can read them:\n{lines}\n"
            "Give each zone a password of its own before other computers may reach the gateway, in gateway.toml or by "
            f"--set zones.{zones[0]}.password=…"
        )


async def _listen_for(settings: config.Settings, host: Host, *, lan: bool) -> tuple[list[trio.SocketListener], Bound]:
    """Open a host's listener where the settings say, or where it is asked for instead."""
    wanted = settings.hosts[host.key]
    address, port = wanted.address, wanted.connexion
    asked = f"{address}:{port}"
    if lan and loopback_only(address):
        return await _listen_near(EVERY_INTERFACE, port, asked)
    try:
        return await _open(address, port)
    except OSError as error:
        if error.errno == errno.EADDRNOTAVAIL and settings.builtin_hosts:
            return await _listen_near(FALLBACK_ADDRESS, port, asked)
        keys = f"hosts.{host.key}.address", f"hosts.{host.key}.connexion"
        raise _cannot_listen(settings, *keys, address, port, error) from error


async def _listen_for_searches(
    settings: config.Settings, host: Host, port: int, opened: list[Listening], missing: list[str], *, lan: bool
) -> None:
    """Add a host's listener for Z39.50; or why there is none, where only the administrator could have it."""
    if host is WMS:
        table, key, address, chosen = "wms", "wms.ports", settings.wms.address, True
    else:
        table, key = f"hosts.{host.key}", f"hosts.{host.key}.z3950"
        address, chosen = settings.hosts[host.key].address, settings.hosts[host.key].z3950 is not None
    asked = f"{address}:{port}"
    moved = lan and loopback_only(address)
    address = EVERY_INTERFACE if moved else address
    try:
        opened.append(Listening(host, *await _open(address, port, instead_of=asked if moved else "")))
    except OSError as error:
        if error.errno in (errno.EACCES, errno.EPERM):
            missing.append(f"{key} ({settings.where(key)}): {asked} is reserved for the administrator; done without it")
        elif error.errno == errno.EADDRINUSE and (moved or not chosen):
            opened.append(Listening(host, *await _listen_near(address, port, asked)))
        elif error.errno == errno.EADDRNOTAVAIL and settings.builtin_hosts:
            opened.append(Listening(host, *await _listen_near(FALLBACK_ADDRESS, port, asked)))
        else:
            raise _cannot_listen(settings, f"{table}.address", key, address, port, error) from error


async def _listen_for_browsers(http: config.HttpSettings, settings: config.Settings) -> Web:
    try:
        listeners, bound = await _open(http.address, http.port)
    except OSError as error:
        raise _cannot_listen(settings, "http.address", "http.port", http.address, http.port, error) from error
    return Web(listeners, bound, "https" if http.tls_cert else "http")


async def _open(address: str, port: int, *, instead_of: str = "") -> tuple[list[trio.SocketListener], Bound]:
    listeners = await trio.open_tcp_listeners(port, host=address)
    name = listeners[0].socket.getsockname()
    return listeners, Bound(name[0], name[1], instead_of)


async def _listen_near(address: str, port: int, asked: str) -> tuple[list[trio.SocketListener], Bound]:
    """The wanted port of another address, or the next one that is free."""
    last = port + FALLBACK_PORTS if port else port
    for candidate in range(port, last + 1):
        try:
            return await _open(address, candidate, instead_of=asked)
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise SettingsError(f"cannot listen on {address}:{candidate}: {error.strerror}") from error
    raise SettingsError(f"no port from {port} to {last} of {address} is free for {asked}")


def _cannot_listen(
    settings: config.Settings, address_key: str, port_key: str, address: str, port: int, error: OSError
) -> SettingsError:
    """Say which key, why, and what to do."""
    at = f"{address}:{port}"
    written = port + 1 if port_key.endswith(("connexion", "port")) else f"[{port + 1}]"
    if isinstance(error, socket.gaierror):
        return SettingsError(
            f"{address_key} ({settings.where(address_key)}): {address} is no address or name of this computer; "
            "write 127.0.0.1, or an address of this computer's own"
        )
    if error.errno == errno.EADDRINUSE:
        return SettingsError(
            f"{port_key} ({settings.where(port_key)}): {at} is in use, perhaps by another gateway. "
            f"Stop that program, or choose another port: --set {port_key}={written} (0 = any free one)"
        )
    if error.errno == errno.EADDRNOTAVAIL:
        its_own = "a port of its own" + ("" if address_key == "http.address" else " for each host")
        return SettingsError(
            f"{address_key} ({settings.where(address_key)}): {address} is no address of this computer; "
            f"write 127.0.0.1 with {its_own}"
        )
    if error.errno == errno.EACCES:
        return SettingsError(
            f"{port_key} ({settings.where(port_key)}): {at} is reserved for the administrator; choose a port above 1023"
        )
    return SettingsError(f"{port_key} ({settings.where(port_key)}): cannot listen on {at}: {error.strerror}")
