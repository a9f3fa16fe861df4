"""The zones in force: those of the settings, and those that were made at run time and are kept in the store.

An export finds its zone in dictionaries. The store is read again from time to time, and when a logon names what is in
none of them: several gateways may share it, and each of them makes zones. Source: design, "Stores".
"""

import math
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final, NamedTuple, TypeVar

import structlog
import trio

from gateway.errors import StoreError
from gateway.importer.fitting import Among, Fault, faults
from gateway.importer.scripts import Scripts
from gateway.model import Host, Profile, Zone, ZoneKind
from gateway.stores.base import KeptZone, Store

K = TypeVar("K")
V = TypeVar("V")

READ_SECONDS: Final = 2.0
"""Between two readings: how long a zone that another gateway has removed may still be exported to here."""
APART_SECONDS: Final = 0.25
"""Between two readings for the sake of unknown logons, so that a flood of these costs the store four a second."""
HASHED_AT_ONCE: Final = 2
"""Passwords of new zones that are hashed at once, some 25 ms each: cores are left to those who export."""
LOOK_SECONDS: Final = 2.0
"""How long an unknown logon waits for a store that does not answer."""

OF_THE_SETTINGS: Final = Fault("key", "the settings have a zone of this key")
"""Why a zone made at run time is left out."""
NOTHING: Final[Mapping[Any, Any]] = MappingProxyType({})  # Any: it has neither keys nor values


class Account(NamedTuple):
    """A zone and what opens it: a password, or its argon2 hash."""

    zone: Zone
    secret: str

    def __repr__(self) -> str:
        return f"<Account {self.zone.key}>"


class Zones:
    """Mappings that others may hold on to: what is in them changes when the store is read."""

    def __init__(
        self,
        accounts: Iterable[Account],
        *,
        hosts: Mapping[str, Host] = NOTHING,
        profiles: Mapping[str, Profile] = NOTHING,
        usual: Mapping[ZoneKind, tuple[str, ...]] = NOTHING,
    ) -> None:
        """`accounts` and `profiles` are the settings', `hosts` theirs at first; zones made at run time may name them.

        `usual` are the profiles, by kind, of a zone that names none.
        """
        self._fixed = tuple(accounts)
        self.hosts = dict(hosts)
        self.profiles = profiles
        self.usual = usual
        self.accounts: dict[tuple[str, str], Account] = {}
        """By host and logon ID."""
        self.by_key: dict[str, Zone] = {}
        self.made: dict[str, KeptZone] = {}
        """Those made at run time, in force or left out, by key; without those whose key is one of the settings'."""
        self.left_out: dict[str, tuple[Fault, ...]] = {}
        """Those made at run time that are not in force, and why."""
        self.scripts = Scripts()
        """What they are told for the sake of a test."""
        self.changing = trio.Lock()
        """Whoever makes or changes one at run time has it meanwhile."""
        self.hashing = trio.CapacityLimiter(HASHED_AT_ONCE)
        self._store: Store | None = None
        self._kept: list[KeptZone] = []
        self._reading = trio.Lock()
        self._begun = 0
        """Readings that have begun; the latest has this number."""
        self._read = 0
        """The latest that has ended well."""
        self._began_at = -math.inf
        self._failing = False
        self._log: structlog.stdlib.BoundLogger = structlog.get_logger("gateway.importer").bind()
        self.take(())

    @property
    def among(self) -> Among:
        """What a further zone has to fit in with."""
        return Among(self.hosts, self.profiles, self.by_key, {at: one.zone.key for at, one in self.accounts.items()})

    def take(self, kept: Iterable[KeptZone]) -> None:
        """Have these be the zones made at run time. One that does not fit in is left out.

        Of two that are in each other's way the settings' is in force, else the one that was made first.
        """
        zones = {account.zone.key: account.zone for account in self._fixed}
        accounts = {(account.zone.host, account.zone.code): account for account in self._fixed}
        codes = {at: account.zone.key for at, account in accounts.items()}
        fixed = frozenset(zones)
        among = Among(self.hosts, self.profiles, zones, codes)
        self._kept = list(kept)
        left_out: dict[str, tuple[Fault, ...]] = {}
        for one in sorted(self._kept, key=_networks_first):
            zone = one.zone
            wrong = (OF_THE_SETTINGS,) if zone.key in fixed else tuple(faults(zone, among))
            if wrong:
                left_out[zone.key] = wrong
                continue
            zones[zone.key] = zone
            accounts[zone.host, zone.code] = Account(zone, one.secret)
            codes[zone.host, zone.code] = zone.key
        for key in self.by_key.keys() - zones.keys():
            self.scripts.forget(key)
        _become(self.by_key, zones)
        _become(self.accounts, accounts)
        _become(self.made, {one.zone.key: one for one in self._kept if one.zone.key not in fixed})
        _become(self.left_out, left_out)

    def add_host(self, host: Host) -> None:
        """Zones may be at this host too; those kept that were left out for the lack of it are in force again."""
        self.hosts[host.key] = host
        self.take(self._kept)

    def remove_host(self, key: str) -> None:
        """No zone may be at this host any more."""
        del self.hosts[key]
        self.take(self._kept)

    @property
    def keys(self) -> list[str]:
        """Of all zones: those of the settings in their order, then those made at run time, in force or left out."""
        return [*(account.zone.key for account in self._fixed), *sorted(self.made)]

    async def begin(self, store: Store) -> None:
        """From here on those that this store keeps are in force too. Raises `StoreError` where it cannot say which."""
        self._store = store
        await self.read()

    async def read(self) -> None:
        """Read which zones the store keeps now. Raises `StoreError`, and nothing has changed then."""
        if self._store is not None:
            async with self._reading:
                await self._read_from(self._store)

    async def look_again(self, until: float = math.inf) -> None:
        """Read what was kept until now, for somebody who names an unknown zone; waits no longer than `until`.

        Those who ask within `APART_SECONDS` share one reading. A store that does not answer is no error.
        """
        if self._store is None:
            return
        asked = self._begun
        with trio.move_on_at(min(until, trio.current_time() + LOOK_SECONDS)):
            await trio.sleep_until(self._began_at + APART_SECONDS)
            async with self._reading:
                if self._read <= asked:
                    await self._try_to_read(self._store)

    async def keep_reading(self) -> None:
        """Read again and again, until cancelled, what other gateways have made and removed."""
        while self._store is not None:
            await trio.sleep(READ_SECONDS)
            async with self._reading:
                await self._try_to_read(self._store)

    async def _try_to_read(self, store: Store) -> None:
        """Read, and tell once where that fails."""
        try:
            await self._read_from(store)
        except StoreError as error:
            if not self._failing:
                self._log.warning("zones.not_read", error=str(error))
            self._failing = True

    async def _read_from(self, store: Store) -> None:
        self._begun += 1
        number = self._begun
        self._began_at = trio.current_time()
        kept = await store.zones()
        self._read = number
        self._failing = False
        if kept != self._kept:
            told = dict(self.left_out)
            self.take(kept)
            self._tell(told)

    def _tell(self, told: Mapping[str, tuple[Fault, ...]]) -> None:
        """What is left out, but for what was told before."""
        for key, wrong in self.left_out.items():
            if told.get(key) != wrong:
                why = "; ".join(f"{field}: {words}" for field, words in wrong)
                self._log.warning("zones.left_out", zone=key, why=why)


def _networks_first(kept: KeptZone) -> tuple[bool, float, str]:
    """Institutions name them. Then by time, then by key."""
    return kept.zone.kind != "network", kept.at.timestamp(), kept.zone.key


def _become(present: dict[K, V], wanted: Mapping[K, V]) -> None:
    """Change in place, without a moment in which what is in both is missing."""
    for key in present.keys() - wanted.keys():
        del present[key]
    present.update(wanted)
