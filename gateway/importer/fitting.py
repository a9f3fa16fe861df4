"""Whether a zone can stand beside others: the rules of the settings, for zones that are made at run time.

The settings hold theirs against the same rules themselves, with the line of each key (`config.checks`).
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import Final, NamedTuple

from gateway.model import Profile, Zone

KEY: Final = re.compile(r"[a-z0-9][a-z0-9-]*")
"""Keys are names in the store and in URLs; `@` is reserved."""
KEY_CHARACTERS: Final = 64
"""Longest key: every row of the store and many a line has it."""
CODE_BYTES: Final = 191
"""Longest institution code in UTF-8 bytes: as a logon item it has one octet for its length (0xFF - 0x40)."""
SUFFIX: Final = re.compile(r"[0-9]{4}")
SHOWN_CHARACTERS: Final = 60
"""How much of a wrong text a fault repeats."""
NAMED: Final = 20
"""Most names that a hint lists."""


class Fault(NamedTuple):
    """What is wrong with a zone."""

    field: str
    """One of the zone's."""
    words: str
    """They go on from the field's name."""


class Among(NamedTuple):
    """What a zone has to fit in with."""

    hosts: Collection[str]
    """Keys."""
    profiles: Mapping[str, Profile]
    zones: Mapping[str, Zone]
    """The others, by key."""
    codes: Mapping[tuple[str, str], str]
    """The others' keys, by host and code."""


def faults(zone: Zone, among: Among) -> list[Fault]:
    """All that is wrong with a zone, in the order of its fields; that another has its key is for others to see."""
    return [Fault(field, words) for field, words in _found(zone, among)]


def _found(zone: Zone, among: Among) -> Iterator[tuple[str, str]]:
    if wrong := key_fault(zone.key):
        yield "key", wrong
    if zone.host not in among.hosts:
        yield "host", f"there is no host {_shown(zone.host)}; {hint(zone.host, among.hosts)}"
    if wrong := _code_fault(zone.code):
        yield "code", wrong
    elif other := among.codes.get((zone.host, zone.code)):
        yield (
            "code",
            f"{_shown(zone.code)} is also the code of zone {other} on host {zone.host}; a zone is found by its host "
            "and its code, so change one of them",
        )
    if wrong := _network_fault(zone, among):
        yield "network", wrong
    if not SUFFIX.fullmatch(zone.mms_suffix):
        yield "mms_suffix", "must be exactly four digits, such as 5867"
    for name in zone.profiles:
        if name not in among.profiles:
            yield "profiles", f"there is no profile {_shown(name)}; {hint(name, among.profiles)}"
    yield from _through_network(zone, among)


def key_fault(key: str) -> str:
    """What is wrong with the key of a zone or a host; goes on from `key`."""
    if not KEY.fullmatch(key):
        return "must be of small letters, digits and hyphens, with no hyphen first"
    return f"has {len(key)} characters; at most {KEY_CHARACTERS} can be kept" if len(key) > KEY_CHARACTERS else ""


def _code_fault(code: str) -> str:
    if not code:
        return "is empty; it is the logon ID that a client sends"
    if code != code.strip():
        return f"{_shown(code)} has white space at an end; take it out"
    if not code.isprintable():
        return "has a character that cannot be shown; take it out"
    length = len(code.encode())
    return f"is {length} bytes long; Connexion can send at most {CODE_BYTES}" if length > CODE_BYTES else ""


def _network_fault(zone: Zone, among: Among) -> str:
    if zone.network is None:
        return ""
    if zone.kind == "network":
        return "a network zone belongs to no other; leave it out"
    network = among.zones.get(zone.network)
    if network and network.kind == "network":
        return ""
    what = "is an institution's" if network else "is not there"
    networks = [key for key, other in among.zones.items() if other.kind == "network"]
    return f"zone {_shown(zone.network)} {what}; {hint(zone.network, networks)}"


def _through_network(zone: Zone, among: Among) -> Iterator[tuple[str, str]]:
    """A zone whose profile works in the network zone must have one."""
    profile = among.profiles.get(zone.profiles[0]) if len(zone.profiles) == 1 else None
    if profile is None or not profile.use_network_zone:
        return
    why = f"profile {zone.profiles[0]} has use_network_zone = true"
    if zone.kind == "network":
        yield "profiles", f"{why}, but this is a network zone itself; name another"
    elif zone.network is None:
        yield "network", f"is missing, and {why}; name the network zone it belongs to"


def hint(word: str, known: Iterable[str]) -> str:
    """The known word that this one seems to be a slip of, or else all of them."""
    words = list(known)
    near = get_close_matches(word.lower().replace("_", "-"), words, n=1)
    if near:
        return f"did you mean {near[0]}?"
    if len(words) > NAMED:
        return f"there are {len(words):,}"
    return f"there are {', '.join(words)}" if words else "there is none"


def _shown(text: str) -> str:
    """A wrong text, of a length that stays in its line."""
    return repr(text if len(text) <= SHOWN_CHARACTERS else f"{text[:SHOWN_CHARACTERS]}…")
