"""Where `gateway send` and `gateway replay` send to: a zone of the settings, and what the command line says instead."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeVar

import click

from gateway.cli.reading import check_zone, default_zone
from gateway.config import Settings
from gateway.model import Logon, Zone

if TYPE_CHECKING:
    from gateway.frontends.connexion.client import Destination
    from gateway.frontends.connexion.readings import LengthForm

F = TypeVar("F", bound=Callable[..., Any])

SAY_WHERE: Final = "give the address and port that gateway serve named, with --host and --port"


OPTIONS: Final = (
    click.option("--zone", metavar="ZONE", help="Zone that gives address and logon.  [the first institution]"),
    click.option("--host", metavar="NAME", help="Another address than the settings'."),
    click.option("--port", metavar="N", type=click.IntRange(1, 65535), help="Another port."),
    click.option("--logon-id", metavar="ID", help="Another logon ID than the zone's."),
    click.option("--password", metavar="TEXT", help="Its password; other users of this computer may see it."),
    click.option("--password-env", metavar="NAME", help="Environment variable that holds the password."),
    click.option(
        "--password-file", metavar="FILE", type=click.Path(exists=True, path_type=Path), help="File that does."
    ),
)
"""In the order in which `--help` lists them."""


def to_whom(command: F) -> F:
    """Let a command take the options that say where to send to, and with which logon: fields of `Wanted`."""
    for option in reversed(OPTIONS):
        command = option(command)
    return command


class Wanted(NamedTuple):
    """What the command line asks for; None where it leaves that to the settings."""

    zone: str | None
    host: str | None
    port: int | None
    logon_id: str | None
    password: str | None
    password_env: str | None
    password_file: Path | None
    user_id: str | None
    form: "LengthForm"
    keep_open: bool
    retries: int | None
    delay: float | None
    timeout: float | None


class Target(NamedTuple):
    """Where to send to."""

    destination: "Destination"
    host: str | None
    """Host of the settings that is to be found there; None where the command line says where to."""


class _Known(NamedTuple):
    """What the settings know of a zone."""

    key: str
    host: str
    address: str
    port: int
    logon_id: str


def target(settings: Settings, wanted: Wanted) -> Target:
    """Where to send to. Says on standard error which zone is used where none was asked for.

    Raises a usage error where something is missing or cannot be: a password that the settings hold as a hash, a port
    that is chosen when the gateway starts, a logon item that the protocol cannot carry.
    """
    from gateway.frontends.base import spelled
    from gateway.frontends.connexion import client

    zones = check_zone(settings, wanted.zone)
    _check(wanted)
    known = _known(settings, zones, wanted)
    address, port, logon_id = wanted.host, wanted.port, wanted.logon_id
    if known is not None:
        address, port = address or known.address, port or known.port
        logon_id = known.logon_id if logon_id is None else logon_id
        if not port:
            raise click.UsageError(f"the port of zone {known.key} is any free one (0 in the settings); {SAY_WHERE}")
        if not wanted.zone:
            click.echo(f"to {spelled(address, port)} as {logon_id} (zone {known.key})", err=True)
    assert address is not None
    assert port is not None
    assert logon_id is not None
    destination = client.Destination(
        address=address,
        port=port,
        logon=_logon(logon_id, _password(settings, wanted, known, logon_id), wanted),
        form=wanted.form,
        keep_open=wanted.keep_open,
        timeout=client.TIMEOUT_SECONDS if wanted.timeout is None else wanted.timeout,
        retries=client.RETRIES if wanted.retries is None else wanted.retries,
        delay=client.DELAY_SECONDS if wanted.delay is None else wanted.delay,
    )
    return Target(destination, known.host if known and not (wanted.host or wanted.port) else None)


async def wrong_host(where: Target) -> str:
    """What is wrong where a gateway says that it is another host than the one meant; empty if none says so.

    With `serve --lan` the ports of the settings may be those of other hosts.
    """
    from gateway.addresses import ask
    from gateway.frontends.base import spelled

    if where.host is None:
        return ""
    address, port = where.destination.address, where.destination.port
    answer = await ask(address, port)
    if not answer.is_of_another(where.host):
        return ""
    return f"{spelled(address, port)} is the host {answer.host}, not {where.host}, perhaps because of --lan"


def _check(wanted: Wanted) -> None:
    if wanted.host is not None and ("/" in wanted.host or not wanted.host.strip()):
        raise click.BadParameter("a name or an address alone, without https:// and without /", param_hint="--host")
    if sum(given is not None for given in (wanted.password, wanted.password_env, wanted.password_file)) > 1:
        raise click.UsageError("give one of --password, --password-env and --password-file")


def _known(settings: Settings, zones: Mapping[str, Zone], wanted: Wanted) -> _Known | None:
    """What the zone says that was asked for, or the default one where the command line does not say all itself."""
    if not wanted.zone and None not in (wanted.host, wanted.port, wanted.logon_id):
        return None
    from gateway.addresses import reached_at

    key = wanted.zone or default_zone(settings)
    zone = zones[key]
    host = settings.hosts[zone.host]
    return _Known(key, zone.host, reached_at(host.address), host.connexion, zone.code)


def _logon(logon_id: str, password: str, wanted: Wanted) -> Logon:
    from gateway.frontends.connexion import wire

    logon = Logon(
        user_id=None if wanted.user_id is None else _encoded(wanted.user_id),
        logon_id=_encoded(logon_id),
        password=_encoded(password),
    )
    try:
        wire.compose(logon, b"", wanted.form)
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    return logon


def _encoded(value: str) -> bytes:
    """As it was typed, even where that is not UTF-8."""
    return value.encode("utf-8", "surrogateescape")


def _password(settings: Settings, wanted: Wanted, known: _Known | None, logon_id: str) -> str:
    if wanted.password is not None:
        return wanted.password
    if wanted.password_env is not None:
        if wanted.password_env not in os.environ:
            raise click.UsageError(f"there is no environment variable {wanted.password_env}")
        return os.environ[wanted.password_env]
    if wanted.password_file is not None:
        return _first_line(wanted.password_file)
    if known is None or logon_id != known.logon_id:
        raise click.UsageError("--logon-id wants --password, --password-env or --password-file too")
    zone = settings.zones.get(known.key)
    if zone is None or zone.password.hashed:
        who_hold = "the settings hold" if zone else "the store holds"
        raise click.UsageError(
            f"{who_hold} the password of zone {known.key} as a hash only; "
            "give it with --password, --password-env or --password-file"
        )
    return zone.password.reveal()


def _first_line(file: Path) -> str:
    try:
        return next(iter(file.read_text("utf-8-sig").splitlines()), "")
    except (OSError, UnicodeDecodeError) as error:
        raise click.UsageError(f"{file} cannot be read as text: {error}") from error
