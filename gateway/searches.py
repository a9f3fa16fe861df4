"""The Z39.50 servers of a gateway: Alma's at each host, and OCLC's WMS. Part of the composition root.

What they are made of is imported when the first of them is wanted: of several workers but one has any.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import cached_property
from typing import TYPE_CHECKING

import structlog
import trio

from gateway import __version__, config
from gateway.frontends.base import Admission
from gateway.importer.zones import Zones
from gateway.listeners import WMS, Bound, Listening, Places
from gateway.model import Host
from gateway.stores.base import Store

if TYPE_CHECKING:
    from gateway.frontends.z3950.kept import Kept
    from gateway.frontends.z3950.rules import Rules
    from gateway.frontends.z3950.server import Server
    from gateway.frontends.z3950.wms import Wms


@asynccontextmanager
async def searching(settings: config.Settings, places: Places, store: Store, zones: Zones) -> AsyncIterator["Searches"]:
    """Answer those who search, within the context; at its end sessions are told so, and end."""
    log: structlog.stdlib.BoundLogger = structlog.get_logger("gateway.z3950")
    for words in places.missing:
        log.warning("z3950.port_missing", why=words)
    async with trio.open_nursery() as nursery:
        searches = Searches(settings, store, zones, nursery)
        for ports in _by_host(places.z3950).values():
            searches.serve(ports)
        if places.wms:
            searches.serve_wms(places.wms)
        yield searches
        searches.close()


class Searches:
    """Those that there are just now."""

    def __init__(self, settings: config.Settings, store: Store, zones: Zones, nursery: trio.Nursery) -> None:
        """They run in the nursery."""
        chosen = settings.z3950
        self.listening: dict[str, Sequence[Listening]] = {}
        """Ports of those that are searched, by the key of the host."""
        self.wms: Sequence[Listening] = ()
        """Ports of WMS."""
        self._settings = settings
        self._store = store
        self._zones = zones
        self._nursery = nursery
        self._admission = Admission(in_all=chosen.sessions, per_peer=chosen.sessions_per_peer)
        self._accepting: dict[str, trio.CancelScope] = {}
        self._accepting_wms: list[trio.CancelScope] = []

    @property
    def ports(self) -> dict[str, Bound]:
        """All of them, by what they are called, such as `Z39.50 i-share-xyz port 1921`."""
        named = [(f"Z39.50 {key}", one.bound) for key, ports in self.listening.items() for one in ports]
        named += [("WMS", one.bound) for one in self.wms]
        return {f"{name} port {at.port}": at for name, at in named}

    def serve(self, ports: Sequence[Listening]) -> None:
        """Answer at these ports, all of one host, those who search its zones."""
        from gateway.frontends.z3950.alma import Alma
        from gateway.frontends.z3950.rules import Services

        chosen, host = self._settings.z3950, ports[0].host
        services = Services(scan=chosen.scan, sort=chosen.sort, records=chosen.records, version=__version__)
        rules = Alma(host.key, self._zones.by_key, services)
        self.listening[host.key] = ports
        self._accepting[host.key] = self._begin(host, rules, ports)

    def serve_wms(self, ports: Sequence[Listening]) -> None:
        """Answer at these ports as OCLC's WMS."""
        self.wms = ports
        self._accepting_wms.append(self._begin(WMS, wms(self._settings), ports))

    def end(self, key: str) -> None:
        """Take no more sessions at a host, and end its sessions: each after what it answers just now, if anything.

        A host that is not searched is passed over.
        """
        if key in self.listening:
            del self.listening[key]
            self._accepting.pop(key).cancel()

    def close(self) -> None:
        """The same everywhere."""
        for accepting in (*self._accepting.values(), *self._accepting_wms):
            accepting.cancel()

    def _begin(self, host: Host, rules: "Rules", ports: Sequence[Listening]) -> trio.CancelScope:
        """Serve until what is given back is cancelled."""
        from gateway.frontends.z3950.server import Patience, Server

        chosen = self._settings.z3950
        patience = Patience(request=self._settings.limits.message_seconds, idle=chosen.idle_seconds)
        server = Server(
            host.key,
            rules,
            self._store,
            self._kept,
            self._admission,
            patience=patience,
            result_sets=chosen.result_sets,
        )
        accepting = trio.CancelScope()
        self._nursery.start_soon(self._run, server, [one for port in ports for one in port.listeners], accepting)
        return accepting

    async def _run(self, server: "Server", listeners: list[trio.SocketListener], accepting: trio.CancelScope) -> None:
        """At its end a client that does not read an answer is not waited for long."""
        async with trio.open_nursery() as sessions:
            with accepting:
                await server.accept(listeners, sessions)
            server.close()
            sessions.cancel_scope.deadline = trio.current_time() + self._settings.limits.shutdown_seconds

    @cached_property
    def _kept(self) -> "Kept":
        """What all of them remember."""
        from gateway.frontends.z3950.kept import Kept

        return Kept()


def wms(settings: config.Settings) -> "Wms":
    """OCLC's, for the zones that have a registry ID; those without a key nobody can open."""
    from gateway.frontends.z3950.rules import Services
    from gateway.frontends.z3950.wms import Institution, Pace, Wms

    chosen = settings.wms
    institutions = [
        Institution(key, zone.registry_id, _revealed(zone.wskey), _revealed(zone.wskey_secret))
        for key, zone in settings.zones.items()
        if zone.registry_id
    ]
    services = Services(scan=False, sort=False, records=chosen.results, page=chosen.page, version=__version__)
    return Wms(institutions, services, Pace(chosen.requests, chosen.seconds), trio.current_time)


def _revealed(secret: config.Secret | None) -> str:
    return secret.reveal() if secret else ""


def _by_host(places: Sequence[Listening]) -> Mapping[str, Sequence[Listening]]:
    found: dict[str, list[Listening]] = {}
    for one in places:
        found.setdefault(one.host.key, []).append(one)
    return found
