"""The composition root: from settings to a running gateway, and to its orderly end."""

import errno
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Final, NamedTuple

import structlog
import trio
from msgspec import Struct

from gateway import __version__, config
from gateway.errors import SettingsError
from gateway.frontends.base import Admission, is_loopback, loopback_only, open_files, spelled
from gateway.frontends.connexion.server import Patience, Server
from gateway.importer.accept import Importer
from gateway.importer.logon import Account, Logons
from gateway.model import Host
from gateway.rulebook import rulebook
from gateway.stores import open_store
from gateway.stores.base import Retention

EVERY_INTERFACE: Final = "0.0.0.0"  # noqa: S104 - what --lan asks for
FALLBACK_ADDRESS: Final = "127.0.0.1"
"""The one loopback address that each system has; macOS has no 127.0.0.2."""
SPARE_FILES: Final = 32
"""Open files that are no connections: listeners, the store's, standard streams, and one more connection to be told."""
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


class Running(Struct, frozen=True):
    """A gateway whose listeners accept and whose store is open."""

    connexion: dict[str, Bound]
    """Host key -> where it takes exports."""

    def ready(self) -> dict[str, object]:
        """What the ready line says."""
        hosts = {key: {"connexion": str(bound)} for key, bound in self.connexion.items()}
        return {"ready": True, "version": __version__, "hosts": hosts}


class _Listening(NamedTuple):
    host: Host
    listeners: list[trio.SocketListener]
    bound: Bound


@asynccontextmanager
async def running(settings: config.Settings, *, lan: bool = False) -> AsyncIterator[Running]:
    """Serve within the context; at its end stop accepting, finish what is in flight, close the store.

    Raises `SettingsError` when a listener cannot be had, `StoreError` when the store cannot.
    """
    rules = rulebook(settings)
    retention = Retention(settings.submissions.keep, _days(settings.submissions.keep_days))
    async with (
        _listeners(settings, lan=lan) as listening,
        open_store(settings.store.url, retention=retention) as store,
        trio.open_nursery() as connections,
    ):
        limits = settings.limits
        logons = Logons(_accounts(settings), longest_delay=limits.failed_logon_seconds)
        importer = Importer(store, logons, rules.profiles, import_seconds=limits.import_seconds)
        await importer.finish_pending()
        in_all = min(limits.connections, open_files() - SPARE_FILES)
        if in_all < limits.connections:
            _log().warning("gateway.few_open_files", connections=in_all, wanted=limits.connections)
        admission = Admission(in_all=in_all, per_peer=limits.connections_per_peer)
        patience = Patience(limits.first_byte_seconds, limits.message_seconds, limits.idle_seconds)
        servers = []
        async with trio.open_nursery() as accepting:
            accepting.start_soon(importer.keep_finishing)
            for host, listeners, _ in listening:
                server = Server(
                    host,
                    importer,
                    admission,
                    replies=rules.replies,
                    patience=patience,
                    message_bytes=limits.message_bytes,
                )
                servers.append(server)
                accepting.start_soon(server.accept, listeners, connections)
            yield Running({host.key: bound for host, _, bound in listening})
            accepting.cancel_scope.cancel()
        for server in servers:
            server.close()
        connections.cancel_scope.deadline = trio.current_time() + limits.shutdown_seconds
    _log().info("gateway.stopped", not_kept={server.host.key: dict(server.counts) for server in servers})


def _log() -> structlog.stdlib.BoundLogger:
    log: structlog.stdlib.BoundLogger = structlog.get_logger("gateway.app")
    return log


def _accounts(settings: config.Settings) -> Iterator[Account]:
    zones = settings.model_zones()
    for key, zone in settings.zones.items():
        yield Account(zones[key], zone.password.reveal())


def _days(days: int) -> timedelta | None:
    return timedelta(days=days) if days else None


@asynccontextmanager
async def _listeners(settings: config.Settings, *, lan: bool) -> AsyncIterator[list[_Listening]]:
    """Every host's, closed at the end."""
    listening: list[_Listening] = []
    try:
        for host in settings.model_hosts().values():
            listeners, bound = await _listen_for(settings, host, lan=lan)
            listening.append(_Listening(host, listeners, bound))
        open_to_others = [one for one in listening if not is_loopback(one.bound.address)]
        if open_to_others:
            _refuse_example_passwords(settings, open_to_others)
        yield listening
    finally:
        for one in listening:
            for listener in one.listeners:
                listener.socket.close()


def _refuse_example_passwords(settings: config.Settings, open_to_others: list[_Listening]) -> None:
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
        raise _cannot_listen(settings, host.key, error) from error


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


def _cannot_listen(settings: config.Settings, key: str, error: OSError) -> SettingsError:
    """Say which key, why, and what to do."""
    host = settings.hosts[key]
    at = f"{host.address}:{host.connexion}"
    port_key, address_key = f"hosts.{key}.connexion", f"hosts.{key}.address"
    if isinstance(error, socket.gaierror):
        return SettingsError(
            f"{address_key} ({settings.where(address_key)}): {host.address} is no address or name of this computer; "
            "write 127.0.0.1, or an address of this computer's own"
        )
    if error.errno == errno.EADDRINUSE:
        return SettingsError(
            f"{port_key} ({settings.where(port_key)}): {at} is in use, perhaps by another gateway. "
            f"Stop that program, or choose another port: --set {port_key}={host.connexion + 1} (0 = any free one)"
        )
    if error.errno == errno.EADDRNOTAVAIL:
        return SettingsError(
            f"{address_key} ({settings.where(address_key)}): {host.address} is no address of this computer; "
            "write 127.0.0.1 with a port of its own for each host"
        )
    if error.errno == errno.EACCES:
        return SettingsError(
            f"{port_key} ({settings.where(port_key)}): {at} is reserved for the administrator; choose a port above 1023"
        )
    return SettingsError(f"{port_key} ({settings.where(port_key)}): cannot listen on {at}: {error.strerror}")
