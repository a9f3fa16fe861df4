"""Listeners that are in each other's way, and institutions of WMS: what must hold between tables of the settings."""

import ipaddress
from collections.abc import Callable, Iterator
from typing import NamedTuple

from gateway.config.tree import Settings

IP = ipaddress.IPv4Address | ipaddress.IPv6Address


class Listener(NamedTuple):
    """A port that is to be had."""

    table: str
    name: str
    """Key within the table."""
    address: str
    port: int

    @property
    def key(self) -> str:
        """Dotted."""
        return f"{self.table}.{self.name}"


def clashes(settings: Settings, sound: Callable[..., bool]) -> Iterator[tuple[Listener, Listener]]:
    """Each listener that is in the way of an earlier one, and that one; only of keys that are `sound`."""
    seen: list[Listener] = []
    for one in _listeners(settings):
        if not sound(one.key, f"{one.table}.address"):
            continue
        other = next((earlier for earlier in seen if _in_each_others_way(earlier, one)), None)
        if other is not None:
            yield one, other
        seen.append(one)


def institution_faults(settings: Settings) -> Iterator[tuple[str, str]]:
    """Keys of zones, and what is wrong with what they say of WMS."""
    seen: dict[str, str] = {}
    for key, zone in settings.zones.items():
        at = f"zones.{key}"
        other = seen.setdefault(zone.registry_id, key) if isinstance(zone.registry_id, str) else key
        if other != key:
            yield f"{at}.registry_id", f"is also that of zones.{other}; an institution is one zone"
        if zone.wskey is not None and zone.wskey_secret is None:
            yield f"{at}.wskey", "wants wskey_secret beside it"
        elif zone.wskey is None and zone.wskey_secret is not None:
            yield f"{at}.wskey_secret", "wants wskey beside it"
        elif zone.wskey is not None and zone.registry_id is None:
            yield f"{at}.wskey", "wants registry_id beside it: the institution whose database it opens"


def ip(address: str) -> IP | None:
    """The address, if it is one and no name."""
    try:
        return ipaddress.ip_address(address)
    except ValueError:
        return None


def _listeners(settings: Settings) -> Iterator[Listener]:
    """Those with a port of their own, in the order of the settings."""
    for key, host in settings.hosts.items():
        yield from _of(f"hosts.{key}", "connexion", host.address, (host.connexion,))
        yield from _of(f"hosts.{key}", "z3950", host.address, host.z3950)
    yield from _of("wms", "ports", settings.wms.address, settings.wms.ports)


def _of(table: str, name: str, address: str, ports: object) -> Iterator[Listener]:
    """`ports` are none where they could not be read."""
    if isinstance(ports, tuple):
        yield from (Listener(table, name, address, port) for port in ports if isinstance(port, int) and port)


def _in_each_others_way(one: Listener, other: Listener) -> bool:
    """Whether they are; names of computers are not resolved."""
    if one.port != other.port:
        return False
    first, second = ip(one.address), ip(other.address)
    if first is None or second is None:
        return one.address.lower() == other.address.lower()
    return first == second or (first.version == second.version and (first.is_unspecified or second.is_unspecified))
