"""What must hold across keys, and of single values beyond their type. Reads settings, changes none."""

import os
import re
from collections.abc import Collection

from gateway.config import ports
from gateway.config.problems import Problems, listed, nearest, quoted, shown
from gateway.config.secret import PASSWORD_BYTES
from gateway.config.tree import BUILT_IN, Settings
from gateway.model import REPLY_BYTES

CODE_BYTES = PASSWORD_BYTES
"""Longest institution code in UTF-8 bytes: it is a logon item as the password is."""


def check(settings: Settings, builtin_hosts: Collection[str], problems: Problems) -> None:
    """Adds what is wrong; `builtin_hosts` are the keys that a file which has hosts or zones of its own replaces."""
    _Checks(settings, builtin_hosts, problems).all()


class _Checks:
    def __init__(self, settings: Settings, builtin_hosts: Collection[str], problems: Problems) -> None:
        self.settings = settings
        self.builtin_hosts = builtin_hosts
        self.problems = problems

    def all(self) -> None:
        self.store()
        self.addresses()
        self.http()
        self.listeners()
        self.registry()
        self.codes()
        self.zones_on_hosts()
        self.logons()
        self.networks()
        self.profiles()
        self.network_profiles()
        self.replies()

    def report(self, key: str, text: str) -> None:
        self.problems.add(key, self.settings.where(key), text)

    def store(self) -> None:
        if self.problems.sound("store.url"):
            fault = _store_fault(self.settings.store.url)
            if fault is not None:
                self.report("store.url", fault)

    def addresses(self) -> None:
        for key, host in self.settings.hosts.items():
            at = f"hosts.{key}.address"
            fault = _address_fault(host.address) if self.problems.sound(at) else None
            if fault is not None:
                self.report(at, fault)
        fault = _address_fault(self.settings.wms.address) if self.problems.sound("wms.address") else None
        if fault is not None:
            self.report("wms.address", fault)

    def http(self) -> None:
        http, sound = self.settings.http, self.problems.sound
        fault = _address_fault(http.address) if sound("http.address") else None
        if fault is not None:
            self.report("http.address", fault)
        elif (
            sound("http.address", "http.token")
            and http.enabled
            and not (_is_local(http.address) or http.token.reveal())
        ):
            self.report(
                "http.address",
                f"{http.address} can be reached from other computers, and http.token is empty; set a token, here or as "
                "GATEWAY_HTTP__TOKEN in the environment (python3 -c 'import secrets; print(secrets.token_urlsafe(24))' "
                "makes one), or write 127.0.0.1",
            )
        for name, other in (("tls_cert", "tls_key"), ("tls_key", "tls_cert")):
            file = getattr(http, name)
            if sound(f"http.{name}", f"http.{other}") and file and not getattr(http, other):
                self.report(f"http.{name}", f"wants http.{other} beside it")
            elif sound(f"http.{name}") and file and not os.access(file, os.R_OK):
                self.report(f"http.{name}", f"{shown(file)} is no file that can be read")

    def listeners(self) -> None:
        """Ports that were chosen; for others the next free one is taken."""
        for one, other in ports.clashes(self.settings, self.problems.sound):
            self.problems.add(
                one.key,
                self.listener_place(one),
                f"{other.table} ({self.listener_place(other)}) listens on {one.address} port {one.port} already; "
                "give one of them another address or port, or port 0",
            )

    def listener_place(self, one: ports.Listener) -> str:
        """Where its port was set, or else its address, or else its table."""
        keys = (one.key, f"{one.table}.address", one.table)
        return next((self.settings.where(key) for key in keys if key in self.settings.origins.places), BUILT_IN)

    def registry(self) -> None:
        """Each institution of WMS is one zone's, and a key opens one."""
        for key, text in ports.institution_faults(self.settings):
            if self.problems.sound(key):
                self.report(key, text)

    def codes(self) -> None:
        for key, zone in self.settings.zones.items():
            at = f"zones.{key}.code"
            fault = _code_fault(zone.code) if self.problems.sound(at) else None
            if fault is not None:
                self.report(at, fault)

    def zones_on_hosts(self) -> None:
        hosts = self.settings.hosts
        for key, zone in self.settings.zones.items():
            at = f"zones.{key}.host"
            if self.problems.sound(at, "hosts", f"hosts.{zone.host}") and zone.host not in hosts:
                self.report(at, f"there is no host {shown(zone.host)}; {self.host_hint(zone.host)}")

    def host_hint(self, host: str) -> str:
        settings = self.settings
        if not settings.builtin_hosts and host in self.builtin_hosts:
            return (
                f"a file that has hosts or zones replaces all built-in ones, and {settings.origins.file} does; "
                f"write [hosts.{host}] into it too (see: gateway config example)"
            )
        near = nearest(host, settings.hosts)
        if near is not None:
            return f"did you mean {quoted(near)}?"
        return (
            f"there are {listed(settings.hosts)}" if settings.hosts else "there are no hosts at all; add [hosts.NAME]"
        )

    def logons(self) -> None:
        seen: dict[tuple[str, str], str] = {}
        for key, zone in self.settings.zones.items():
            at = f"zones.{key}.code"
            if not self.problems.sound(at, f"zones.{key}.host"):
                continue
            other = seen.setdefault((zone.host, zone.code), key)
            if other != key:
                where = self.settings.where(f"zones.{other}.code")
                self.report(
                    at,
                    f"{shown(zone.code)} is also the code of zones.{other} ({where}) on host {shown(zone.host)}; "
                    "a zone is found by its host and its code, so change one of them",
                )

    def networks(self) -> None:
        for key in self.settings.zones:
            fault = self.network_fault(key)
            if fault is not None:
                self.report(f"zones.{key}.network", fault)

    def network_fault(self, key: str) -> str | None:
        zones, sound = self.settings.zones, self.problems.sound
        zone = zones[key]
        network = zone.network
        at = f"zones.{network}"
        if network is None or not sound(f"zones.{key}.network", f"zones.{key}.kind", at, f"{at}.kind"):
            return None
        if zone.kind == "network":
            return "a network zone belongs to no other; leave the key out"
        if network in zones and zones[network].kind == "network":
            return None
        networks = [other for other, candidate in zones.items() if candidate.kind == "network"]
        near = nearest(network, networks)
        fix = f"did you mean {quoted(near)}?" if near else _choice(networks)
        if network in zones:
            return f'zones.{network} is not of kind "network"; {fix}'
        return f"there is no zone {shown(network)}; {fix}"

    def profiles(self) -> None:
        known = self.settings.profiles
        choice = f"there are {listed(known)}" if known else "add [profiles.NAME]"
        for key, zone in self.settings.zones.items():
            at = f"zones.{key}.profiles"
            if zone.profiles is None or not self.problems.sound(at, "profiles"):
                continue
            for name in zone.profiles:
                if name not in known and self.problems.sound(f"profiles.{name}"):
                    near = nearest(name, known)
                    fix = f"did you mean {quoted(near)}?" if near else choice
                    self.report(at, f"there is no profile {shown(name)}; {fix}")

    def network_profiles(self) -> None:
        """A zone whose profile works in the network zone must have one."""
        for key in self.settings.zones:
            name = self.network_profile(key)
            if name is None:
                continue
            at = f"profiles.{name}.use_network_zone"
            why = f"profile {quoted(name)} has use_network_zone = true ({self.settings.where(at)})"
            if self.settings.zones[key].kind == "network":
                fix = "name another profile here, or write false there"
                self.add_of(key, "profiles", f"{why}, but this is a network zone itself; {fix}")
            elif self.settings.zones[key].network is None:
                fix = "name the network zone it belongs to, or write false there"
                self.add_of(key, "network", f"is missing, and {why}; {fix}")

    def network_profile(self, key: str) -> str | None:
        """Key of the only profile of a zone, if it uses the network zone and nothing is wrong with either."""
        zone, at = self.settings.zones[key], f"zones.{key}"
        if not self.problems.sound(f"{at}.kind", f"{at}.network", f"{at}.profiles"):
            return None
        names = zone.profiles_in_force
        if len(names) != 1 or not self.problems.sound(f"profiles.{names[0]}.use_network_zone"):
            return None
        profile = self.settings.profiles.get(names[0])
        return names[0] if profile is not None and profile.use_network_zone else None

    def add_of(self, zone: str, name: str, text: str) -> None:
        """Reports a key of a zone, at the zone's place where the key itself was not set."""
        key = f"zones.{zone}.{name}"
        places = self.settings.origins.places
        self.problems.add(key, places.get(key) or self.settings.where(f"zones.{zone}"), text)

    def replies(self) -> None:
        for key, text in self.settings.replies.items():
            fault = _reply_fault(text)
            if fault is not None:
                self.report(f"replies.{key}", fault)


def _choice(networks: list[str]) -> str:
    if not networks:
        return 'no zone is of kind "network": add one, or leave the key out'
    return f'of kind "network": {listed(networks)}; or leave the key out'


def _store_fault(url: str) -> str | None:
    """Repeats no more of the URL than its scheme: a database's may hold a password."""
    scheme, colon, rest = url.partition(":")
    one = 'must be "memory:", "sqlite:FILE" or "postgresql://USER:PASSWORD@HOST/DATABASE"'
    if url == "memory:":
        return None
    if scheme == "sqlite" and rest in ("", ":memory:"):
        return f"{one}; for a store that is gone at the end write memory:"
    if scheme == "sqlite" and rest.startswith("//"):
        return f"{one}, with no // before FILE, such as sqlite:/var/lib/gateway/gateway.db"
    if scheme == "sqlite":
        return None
    if scheme in ("postgresql", "postgres"):
        return _database_fault(rest)
    if re.fullmatch(r"postgres(ql)?\+\w+", scheme):
        return f"{one}, with nothing between postgresql and ://"
    if colon and re.fullmatch(r"[a-z][a-z0-9+.-]{0,19}", scheme):
        return f"{one}; {scheme}: is none of these"
    return one


def _database_fault(rest: str) -> str | None:
    """What is wrong with a database's URL behind its scheme, where what reads it would repeat parts of a password."""
    if not rest.startswith("//"):
        return "must have // behind its scheme, such as postgresql://USER:PASSWORD@HOST/DATABASE"
    if not re.fullmatch(r"//([^@/?#\s]*@)?[^@#\s]*", rest) or re.search("%(?![0-9A-Fa-f]{2})", rest):
        return (
            "cannot be read: in a user name or a password write @ as %40, : as %3A, / as %2F, ? as %3F, # as %23, "
            "% as %25 and a space as %20"
        )
    return None


def _address_fault(address: str) -> str | None:
    if ports.ip(address) is not None:
        return None
    if not address:
        return 'is empty; 127.0.0.1 is this computer alone, "0.0.0.0" every address it has'
    if ":" in address or "/" in address:
        return f"{shown(address)} is not an address alone; leave port and brackets out, the port stands in connexion"
    if re.search(r"\s", address):
        return f"{shown(address)} is no address; take the white space out"
    return None


def _is_local(address: str) -> bool:
    """Whether other computers cannot reach it; a name but `localhost` may be anybody's."""
    ip = ports.ip(address)
    return address.lower() == "localhost" if ip is None else ip.is_loopback


def _code_fault(code: str) -> str | None:
    if not code:
        return "is empty; it is the logon ID that a client sends"
    if code != code.strip():
        return f"{shown(code)} has white space at an end; take it out"
    length = len(code.encode())
    if length > CODE_BYTES:
        return f"is {length} bytes long; Connexion can send at most {CODE_BYTES}"
    return None


def _reply_fault(text: str) -> str | None:
    length = len(text.encode())
    if length > REPLY_BYTES:
        return f"is {length} bytes long; Connexion can take at most {REPLY_BYTES}"
    odd = next((character for character in text if character != "\n" and not character.isprintable()), None)
    if odd is not None:
        return f"has a character that cannot be shown, U+{ord(odd):04X}; take it out (a new line is \\n)"
    return None
