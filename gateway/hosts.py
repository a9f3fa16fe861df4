"""The hosts that a gateway has just now: those of the settings, and those made while it runs, each with its listeners.

Part of the composition root. A host made at run time is gone with the gateway, for it is a listener of this process.
"""

from collections.abc import Callable

import trio

from gateway.addresses import lan_address, reached_at
from gateway.desk.desk import Place
from gateway.errors import Unfit
from gateway.frontends.base import loopback_only, spelled
from gateway.frontends.connexion.server import Server
from gateway.importer.scripts import tell_left
from gateway.importer.zones import Zones
from gateway.listeners import Listening, open_near
from gateway.model import Host, unfiled_zone
from gateway.searches import Searches
from gateway.stores.base import Store


class Hosts:
    """Their servers, by key, in the order in which they came."""

    def __init__(
        self,
        make_server: Callable[[Host], Server],
        zones: Zones,
        store: Store,
        *,
        searches: Searches,
        accepting: trio.Nursery,
        connections: trio.Nursery,
    ) -> None:
        """`searches`: where zones are searched by Z39.50.

        Servers accept in the one nursery, and those who connected are served in the other, which may outlast it.
        """
        self.servers: dict[str, Server] = {}
        self.listening: dict[str, Listening] = {}
        self.made: set[str] = set()
        """Keys of those that were made at run time, and of those that are being made."""
        self.searches = searches
        self._make_server = make_server
        self._zones = zones
        self._store = store
        self._accepting = accepting
        self._connections = connections
        self._scopes: dict[str, trio.CancelScope] = {}

    @property
    def places(self) -> list[Place]:
        """Where they take exports."""
        return [self._place(one) for one in self.listening.values()]

    @property
    def scripted(self) -> dict[str, Server]:
        """Those that can be told what to do with who connects, by key."""
        return self.servers

    def serve(self, one: Listening) -> None:
        """Take exports for this host."""
        key = one.host.key
        server = self._make_server(one.host)
        self.servers[key], self.listening[key] = server, one
        self._scopes[key] = scope = trio.CancelScope()

        async def accept() -> None:
            with scope:
                await server.accept(one.listeners, self._connections)

        self._accepting.start_soon(accept)

    async def make(self, host: Host, *, searched: bool | None = None) -> Place:
        """Take exports for a further host, on any free port beside the first one's.

        `searched`: whether it is searched by Z39.50, on another one; None = if a host of the settings is.
        Raises `SettingsError`, and `Unfit` where there is one, or somebody else makes it just now.
        """
        if host.key in self.servers or host.key in self.made:
            raise Unfit([("key", f"there is a host {host.key} already")])
        first = next(iter(self.listening.values()))
        wanted = bool(self.searches.listening.keys() - self.made) if searched is None else searched
        self.made.add(host.key)
        try:
            places = await open_near(host, first.bound, searched=wanted)
        except BaseException:
            self.made.remove(host.key)
            raise
        self._zones.add_host(host)
        if places.z3950:
            self.searches.serve(places.z3950)
        (listening,) = places.hosts
        self.serve(listening)
        return self._place(listening)

    async def remove(self, key: str) -> None:
        """Take none for it any more, let nobody search there, and forget the attempts that reached none of its zones.

        Raises `StoreError`.
        """
        self._scopes.pop(key).cancel()
        self.searches.end(key)
        server = self.servers.pop(key)
        server.close()
        tell_left(unfiled_zone(key), server.script)
        self.made.remove(key)
        del self.listening[key]
        self._zones.remove_host(key)
        await self._store.reset(unfiled_zone(key))

    def close(self) -> None:
        """End the connections on which nothing is under way."""
        for server in self.servers.values():
            server.close()

    def _place(self, one: Listening) -> Place:
        host, _, bound = one
        searched = [port.bound for port in self.searches.listening.get(host.key, ())]
        return Place(
            host.key,
            host.names,
            _typed(bound.address),
            bound.port,
            loopback_only(bound.address),
            bound.instead_of,
            tuple([spelled(_typed(other.address), other.port) for other in searched]),
        )

    def tell_left(self) -> None:
        """Say in the log which of their scripts were not used up."""
        for key, server in self.servers.items():
            tell_left(unfiled_zone(key), server.script)


def _typed(address: str) -> str:
    """What is typed to reach a listener there."""
    here = reached_at(address)
    return address if here == address else lan_address() or here
