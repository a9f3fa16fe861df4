"""All that a front end is given to answer what people and programs ask: one object for the API and the page."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from msgspec import Struct

from gateway.circulation.lending import Lender
from gateway.desk.glancing import Glances
from gateway.desk.statistics import Statistics
from gateway.desk.watching import Watch
from gateway.importer.accept import Importer
from gateway.importer.report import Known
from gateway.importer.scripts import ScriptedHost
from gateway.importer.zones import Zones
from gateway.model import Attempt, Delivery, Exchange, Host, Receipt
from gateway.publishing import Publisher
from gateway.stores.base import Store
from gateway.webhooks.deliverer import Deliverer


class Place(Struct, frozen=True):
    """Where a host takes exports."""

    host: str
    """Key of the host."""
    names: tuple[str, ...]
    """The names that real Alma has for it."""
    address: str
    """What is typed as Host Name: where this computer, or where others of the network reach it."""
    port: int
    only_here: bool
    """Whether other computers cannot reach it."""
    instead_of: str
    """`address:port` of the settings, where that could not be had."""
    z3950: tuple[str, ...] = ()
    """`address:port` of each place where its zones are searched by Z39.50; empty where they are not."""


class Setting(Struct, frozen=True):
    """A setting in force."""

    key: str
    """Dotted, such as `limits.connections`."""
    value: str | bool | int | float | tuple[str | int, ...]
    """A password or token is `********`."""
    origin: str
    """Where it was set, such as `gateway.toml, line 12`."""


@dataclass(frozen=True)
class Audience:
    """Who is told of every attempt (`importer.accept.Audience`): those who watch, webhooks, and the counting."""

    watch: Watch
    glances: Glances[Attempt]
    statistics: Statistics
    deliverer: Deliverer

    def kept(self, receipt: Receipt) -> None:
        """Count it, and have those who watch or deliver look."""
        self.statistics.kept(receipt)
        self.watch.wake()
        self.glances.wake()
        self.deliverer.wake(receipt.zone)

    def noted(self, delivery: Delivery) -> None:
        """Count it."""
        self.statistics.noted(delivery)


class Hosts(Protocol):
    """The hosts that there are just now."""

    @property
    def places(self) -> Sequence[Place]:
        """Where each takes exports."""

    @property
    def scripted(self) -> Mapping[str, ScriptedHost]:
        """Those that can be told what to do with who connects, by key."""

    @property
    def made(self) -> Collection[str]:
        """Keys of those that were made at run time, and of those that are being made."""

    async def make(self, host: Host, *, searched: bool | None = None) -> Place:
        """Take exports for a further host, until the gateway stops.

        `searched`: whether it is searched by Z39.50; None = if a host of the settings is. Raises `SettingsError`, and
        `Unfit` for its key.
        """

    async def remove(self, key: str) -> None:
        """Take none for it any more, and let nobody search there. Raises `StoreError`."""


@dataclass(frozen=True)
class Desk:
    """A running gateway, as far as a front end may know it."""

    store: Store
    importer: Importer
    audience: Audience
    zones: Zones
    hosts: Hosts
    lender: Lender
    publisher: Publisher
    exchanges: Glances[Exchange]
    """Through which open pages are shown the messages of other systems, as they come."""
    partners: Callable[[str], Sequence[str]]
    """Codes of a zone's resource sharing partners, by its key."""
    alone: bool
    """Whether no other worker takes exports at the same hosts: scripts and clocks are kept by one process."""
    settings: Sequence[Setting]
    known: Callable[[], Known]
    """What the settings, and the zones made since, say now."""
    missing: Callable[[float], Awaitable[Mapping[str, str]]]
    """Listeners that do not answer within so many seconds, each with the reason: those that take exports by the key of
    their host, those of Z39.50 by words, such as `Z39.50 i-share-xyz port 1921`."""
    read_only: bool
    version: str

    @property
    def places(self) -> Sequence[Place]:
        """Where each host takes exports."""
        return self.hosts.places

    @property
    def watch(self) -> Watch:
        """Through which one is told what arrives."""
        return self.audience.watch

    @property
    def glances(self) -> Glances[Attempt]:
        """The same for open pages: of a flood no more than people can see."""
        return self.audience.glances

    @property
    def deliverer(self) -> Deliverer:
        """Who tells webhooks."""
        return self.audience.deliverer

    @property
    def statistics(self) -> Statistics:
        """What has happened since the start."""
        return self.audience.statistics
