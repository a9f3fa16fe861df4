"""What every listener does for its connections: admit them, guard them, close them so that nothing is lost."""

import ipaddress
import sys
from collections import Counter
from functools import lru_cache
from typing import Final

import trio

CHUNK_BYTES: Final = 65_536
"""Most bytes taken from a connection at once: most records in one piece."""
GONE: Final = (trio.BrokenResourceError, trio.ClosedResourceError)
"""What a stream raises when its peer has gone, or is waited for no longer."""
PEERS_KNOWN: Final = 4_096
"""Client addresses whose spelling is remembered, some 1 MB."""


class Admission:
    """Counts connections over all listeners of one protocol."""

    def __init__(self, *, in_all: int, per_peer: int) -> None:
        """`per_peer` holds for each client address but this computer's own."""
        self._in_all = in_all
        self._per_peer = per_peer
        self._count = 0
        self._of_peer: Counter[str] = Counter()

    def enter(self, peer: str) -> bool:
        """Whether there is room for one more connection of `peer`; if so it is counted until it leaves."""
        if self._count >= self._in_all or (self._of_peer[peer] >= self._per_peer and not is_loopback(peer)):
            return False
        self._count += 1
        self._of_peer[peer] += 1
        return True

    def leave(self, peer: str) -> None:
        """A connection that had entered is over."""
        self._count -= 1
        self._of_peer[peer] -= 1
        if not self._of_peer[peer]:
            del self._of_peer[peer]


def open_files() -> int:
    """How many files, connections among them, the system lets this process have open."""
    try:
        import resource
    except ImportError:
        return sys.maxsize  # Windows counts otherwise, and allows thousands
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return sys.maxsize if soft == resource.RLIM_INFINITY else soft


@lru_cache(maxsize=PEERS_KNOWN)
def is_loopback(address: str) -> bool:
    """Whether the address is this computer's own. Raises ValueError where it is no IP address."""
    return ipaddress.ip_address(address).is_loopback


def loopback_only(address: str) -> bool:
    """Whether a listener on this address, or name of this computer, is beyond the reach of other computers."""
    try:
        return is_loopback(address)
    except ValueError:
        return address == "localhost"


def spelled(address: str, port: int) -> str:
    """`address:port`, an IPv6 address in brackets."""
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


@lru_cache(maxsize=PEERS_KNOWN)
def plain_address(name: str) -> str:
    """Without an IPv6 scope; an IPv4 address that came over IPv6 as what it is."""
    address = ipaddress.ip_address(name.partition("%")[0])
    return str(getattr(address, "ipv4_mapped", None) or address)
