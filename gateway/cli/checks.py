"""What `gateway doctor` looks at: each check says what it found and, where something is wrong, what to do.

Changes nothing: a listener is opened and closed again, a file without a name is made and is gone. To read a store,
SQLite may put its own files beside it (-shm, and -wal, which stays empty), as for every reader.
"""

import errno
import os
import socket
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final, Literal

from gateway.addresses import LISTENS_ELSEWHERE, ask, lan_address, reached_at
from gateway.cli.checking import Check, listening_error
from gateway.cli.search_checks import search_checks
from gateway.config import Settings, example_password_zones
from gateway.config.show import masked
from gateway.config.tree import HostSettings
from gateway.errors import NoStoreYet, Outdated, SettingsError, StoreError
from gateway.frontends.base import loopback_only
from gateway.published import published
from gateway.rulebook import rulebook
from gateway.stores import open_store
from gateway.stores.sqlite.connections import is_served

Answers = Literal["itself", "another"]
"""Which host a gateway answers for where one of the settings should listen."""

ALMA: Final = ".alma.exlibrisgroup.com"
"""How the names of real Alma hosts end."""
CORRECT_THEM: Final = "correct them; gateway config check looks at them again"
"""What to do with settings that cannot be used."""
SPARE_FILES: Final = 64
"""Open files that are no connections: the store's, the listeners', the logs'; with room to spare."""


async def every_check(settings: Settings, hosts_file: Path | None, open_files: int) -> list[Check]:
    """All checks, in the order to read them; `open_files` is how many the gateway asks the system for."""
    found = [_settings(settings)]
    answering = {}
    for key in settings.hosts:
        check, answers = await _host(settings, key)
        found.append(check)
        if answers:
            answering[key] = answers
    found += await search_checks(settings)
    found += await _store(settings.store.url)
    found.append(await _other_computers(settings, answering))
    found.append(_example_passwords(settings))
    found += _hosts_file(settings, hosts_file or _usual_hosts_file())
    found += _open_files(settings, open_files)
    return found


def _settings(settings: Settings) -> Check:
    try:
        rulebook(settings)
        published(settings)
    except SettingsError as error:
        return Check("settings", "fail", str(error), CORRECT_THEM)
    file = settings.origins.file
    return Check("settings", "ok", f"{file}" if file else "the built-in ones; there is no gateway.toml here")


async def _host(settings: Settings, key: str) -> tuple[Check, Answers | None]:
    """Whether its listener can be opened; and which host answers there already, if a gateway does."""
    host = settings.hosts[key]
    name, at = f"host {key}", f"{host.address} port {host.connexion}"
    error = await listening_error(host.address, host.connexion)
    if error is None:
        free = f"{at} is free" if host.connexion else f"takes any free port of {host.address}"
        return Check(name, "ok", free), None
    if error.errno == errno.EADDRINUSE:
        answer = await ask(reached_at(host.address), host.connexion)
        if answer.is_of_another(key):
            says = f"another host of the gateway answers at {at} ({answer.host})"
            return Check(name, "warn", says, LISTENS_ELSEWHERE), "another"
        if not answer.fault:
            return Check(name, "ok", f"a gateway answers at {at}"), "itself"
        fix = f"stop that program, or choose another port: --set hosts.{key}.connexion={host.connexion + 1}"
        return Check(name, "fail", f"another program uses {at}", fix), None
    if error.errno == errno.EADDRNOTAVAIL and settings.builtin_hosts:
        says = f"this computer has no address {host.address}; gateway serve takes the next free port of 127.0.0.1"
        return Check(name, "warn", says, "type the port that gateway serve says into Connexion"), None
    if error.errno == errno.EADDRNOTAVAIL or isinstance(error, socket.gaierror):
        fix = f"set hosts.{key}.address to 127.0.0.1, with a port of its own, or to an address of this computer"
        return Check(name, "fail", f"{host.address} is no address of this computer", fix), None
    if error.errno == errno.EACCES:
        fix = f"choose a port above 1023: --set hosts.{key}.connexion=5500"
        return Check(name, "fail", f"{at} is reserved for the administrator", fix), None
    return Check(name, "fail", f"cannot listen on {at}: {error.strerror}", "choose another address or port"), None


async def _store(url: str) -> list[Check]:
    """Whether there can be a store, and the one that is there can be read, and is free or served already."""
    scheme, _, location = url.partition(":")
    if scheme == "memory":
        return [Check("store", "ok", "memory: everything is gone when the gateway stops")]
    if scheme != "sqlite":
        return [await _database(url)]
    found = [_data_folder(location)]
    if is_missing(location):
        return [*found, Check("store", "ok", f"{location} will be made by gateway serve")]
    another = "give the gateway another one: --set store.url=sqlite:FILE"
    try:
        served = is_served(Path(location))
        async with open_store(url, purpose="read"):
            pass
    except Outdated as error:
        return [*found, Check("store", "warn", str(error), "gateway serve brings it up to date")]
    except StoreError as error:
        return [*found, Check("store", "fail", str(error), another)]
    if served:
        return [*found, Check("store", "ok", f"{url} is served by a gateway")]
    if not os.access(location, os.W_OK):
        return [*found, Check("store", "fail", f"{url} is readable, but cannot be written", another)]
    return [*found, Check("store", "ok", f"{url} is readable and free")]


async def _database(url: str) -> Check:
    """Whether a database can be read; what is said of it holds no password."""
    try:
        async with open_store(url, purpose="read"):
            pass
    except NoStoreYet:
        return Check("store", "ok", f"{masked(url)} can be reached; gateway serve makes the tables")
    except Outdated as error:
        return Check("store", "warn", str(error), "gateway serve brings it up to date")
    except StoreError as error:
        return Check("store", "fail", str(error), "is the server running, and is store.url right?")
    return Check("store", "ok", f"{masked(url)} is readable")


def is_missing(file: str) -> bool:
    """Whether there is no store in it: an empty file becomes one like a file that is not there."""
    return not Path(file).exists() or (Path(file).is_file() and not Path(file).stat().st_size)


def _data_folder(file: str) -> Check:
    """Whether files can be made in the store's folder, or the folder itself."""
    folder = Path(file).absolute().parent
    nearest = next(place for place in (folder, *folder.parents) if place.exists())
    try:
        with tempfile.TemporaryFile(dir=nearest):
            pass
    except OSError as error:
        fix = "let the user who runs the gateway write there, or name another place: --set store.url=sqlite:FILE"
        return Check("data folder", "fail", f"cannot write to {nearest}: {error.strerror}", fix)
    return Check("data folder", "ok", f"{folder} {'is writable' if nearest == folder else 'can be made'}")


async def _other_computers(settings: Settings, answering: dict[str, Answers]) -> Check:
    """Whether other computers reach the listeners, and what is to be typed there."""
    name = "other computers"
    lan = lan_address()
    if lan is None:
        return Check(name, "ok", "this computer is in no network; only it can export to the gateway")
    reached = [
        f"{key}: {typed}"
        for key, host in settings.hosts.items()
        if (typed := await _typed_elsewhere(lan, key, host, answering.get(key)))
    ]
    if reached:
        return Check(name, "ok", "; ".join(reached), "a firewall may still have to let them in")
    first = "give each zone a password of its own, then " if example_password_zones(settings) else ""
    fix = f"if others are to: {first}gateway serve --lan; their Host Name is then {lan}"
    return Check(name, "ok", "only this computer can export to the gateway", fix)


async def _typed_elsewhere(lan: str, key: str, host: HostSettings, answers: Answers | None) -> str:
    """What to type on another computer for this host; empty where it cannot be reached from there."""
    another = answers == "another"
    address = host.address if reached_at(host.address) == host.address else lan
    if loopback_only(host.address):
        if answers is None:
            return ""
        answer = await ask(lan, host.connexion)
        if answer.fault:
            return ""
        address, another = lan, answer.is_of_another(key)
    port = "type the port that gateway serve printed" if another else f"Port {host.connexion or 'any'}"
    return f"Host Name {address}, {port}"


def _example_passwords(settings: Settings) -> Check:
    zones = [
        key
        for key in example_password_zones(settings)
        if not loopback_only(settings.hosts[settings.zones[key].host].address)
    ]
    if not zones:
        return Check("passwords", "ok", "no example password where other computers can reach it")
    says = f"other computers could reach these zones with a password out of config.example.toml: {', '.join(zones)}"
    fix = (
        f"give each a password of its own, such as --set zones.{zones[0]}.password=…; until then gateway serve refuses"
    )
    return Check("passwords", "fail", says, fix)


def _usual_hosts_file() -> Path:
    if sys.platform == "win32":
        return Path(os.environ.get("SYSTEMROOT", r"C:\Windows"), "System32", "drivers", "etc", "hosts")
    return Path("/etc/hosts")


def _hosts_file(settings: Settings, file: Path) -> list[Check]:
    """A check for each name of real Alma that the system is told to find elsewhere; one if there is none."""
    try:
        lines = file.read_text("utf-8", "replace").splitlines()
    except OSError as error:
        return [Check("hosts file", "ok", f"{file} cannot be read ({error.strerror})")]
    ours = {name.lower() for host in settings.hosts.values() for name in host.names}
    found = [
        Check(
            "hosts file",
            "warn",
            f"{file}, line {number}, leads {name} to {address}: Alma's own pages in a browser go there too",
            f"take the line out, and type {address} into Connexion's Host Name instead",
        )
        for number, line in enumerate(lines, 1)
        for address, name in _mapped(line)
        if name.lower() in ours or name.lower().endswith(ALMA)
    ]
    return found or [Check("hosts file", "ok", f"{file} leads no name of Alma elsewhere")]


def _mapped(line: str) -> Iterator[tuple[str, str]]:
    """(address, name) of each name in a line of a hosts file."""
    address, *names = line.partition("#")[0].split() or [""]
    for name in names:
        yield address, name


def _open_files(settings: Settings, wanted: int) -> list[Check]:
    """Whether the system allows the connections of the settings; Windows has no such limit."""
    try:
        import resource
    except ImportError:
        return []
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if resource.RLIM_INFINITY in (soft, hard):
        return [Check("open files", "ok", "as many as wanted")]
    allowed = max(soft, min(wanted, hard))
    needed = settings.limits.connections + SPARE_FILES
    if allowed >= needed:
        return [Check("open files", "ok", f"{allowed} are allowed, {needed} may be needed")]
    says = (
        f"{allowed} are allowed, {needed} may be needed: {settings.limits.connections} connections, and its own files"
    )
    fix = f"raise the limit (ulimit -n), or --set limits.connections={max(1, allowed - SPARE_FILES)}"
    return [Check("open files", "warn", says, fix)]
