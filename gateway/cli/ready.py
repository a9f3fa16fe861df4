"""`gateway ready`: whether a gateway takes exports and answers searches, for scripts that wait for one."""

import errno
import math
import sys
from collections.abc import Sequence
from typing import Final, NamedTuple

import click

from gateway.cli.options import Options
from gateway.cli.seconds import seconds
from gateway.config import Settings

EXIT_NOT_READY: Final = 3
EXIT_TIMED_OUT: Final = 4
PAUSE_SECONDS: Final = 0.1
"""Between two questions to a listener that is not there yet."""
RESERVED_PORTS: Final = 1024
"""How many ports, from 0 on, most systems give to an administrator alone: the gateway goes on without one of these."""


@click.command()
@click.argument("listeners", metavar="[ADDRESS:PORT]…", nargs=-1)
@click.option("--wait", metavar="SECONDS", type=seconds, help="Wait so long for it, rather than ask once.")
@click.pass_obj
def ready(options: Options, listeners: Sequence[str], wait: float | None) -> None:
    """Ask whether the gateway takes exports.

    Asks at every host of the settings, and at the ports for Z39.50 that they choose; or at the given addresses.

    Exits 0 when it does, 3 when not, 4 when the wait is over.
    """
    import trio

    from gateway.frontends.base import spelled

    places = [_parsed(listener) for listener in listeners] or _of_settings(options.settings())
    missing = trio.run(_missing, places, wait)
    for place, why in missing.items():
        name = f" ({place.searched})" if place.searched else ""
        click.echo(f"not ready: {spelled(place.address, place.port)}{name}: {why}", err=True)
    if missing:
        sys.exit(EXIT_NOT_READY if wait is None else EXIT_TIMED_OUT)
    click.echo("ready")


class Place(NamedTuple):
    """A listener to ask."""

    address: str
    port: int
    host: str | None = None
    """Key of the host that it must be; None where it may be any."""
    searched: str = ""
    """What is searched there by Z39.50, such as `Z39.50 i-share-xyz`; empty where exports are taken."""


def _parsed(listener: str) -> Place:
    address, _, port = listener.rpartition(":")
    address = address.removeprefix("[").removesuffix("]")
    if not address or not (port.isascii() and port.isdigit() and len(port) <= 5 and 0 < int(port) < 65536):
        raise click.BadParameter(f"{listener!r} is not ADDRESS:PORT, such as 127.0.0.1:5500", param_hint="ADDRESS:PORT")
    return Place(address, int(port))


def _of_settings(settings: Settings) -> list[Place]:
    from gateway.addresses import reached_at

    if not settings.hosts:
        raise click.UsageError("the settings have no hosts; give an ADDRESS:PORT")
    unknown = [f"hosts.{key}.connexion" for key, host in settings.hosts.items() if not host.connexion]
    if unknown:
        raise click.UsageError(
            f"{', '.join(unknown)} = 0 is any free port; give the ADDRESS:PORT that gateway serve named"
        )
    exports = [Place(reached_at(host.address), host.connexion, key) for key, host in settings.hosts.items()]
    return [*exports, *_searched(settings)]


def _searched(settings: Settings) -> list[Place]:
    """Ports of Z39.50 that are chosen; one that nobody chose, or any free one, the gateway alone knows."""
    from gateway.addresses import reached_at

    chosen = [(f"Z39.50 {key}", host.address, host.z3950 or ()) for key, host in settings.hosts.items()]
    chosen.append(("WMS", settings.wms.address, settings.wms.ports))
    return [
        Place(reached_at(address), port, searched=name) for name, address, ports in chosen for port in ports if port
    ]


async def _missing(places: Sequence[Place], wait: float | None) -> dict[Place, str]:
    """Which of them are not ready, and why, in their order; asks again until all are or the wait is over."""
    import trio

    from gateway.addresses import ANSWER_SECONDS

    found: dict[Place, str] = {}
    deadline = -math.inf if wait is None else trio.current_time() + wait

    async def ask(place: Place) -> None:
        while True:
            left = ANSWER_SECONDS if wait is None else max(PAUSE_SECONDS, deadline - trio.current_time())
            why = await _why_not_ready(place, min(left, ANSWER_SECONDS))
            if why is None:
                return
            if trio.current_time() + PAUSE_SECONDS >= deadline:
                found[place] = why
                return
            await trio.sleep(PAUSE_SECONDS)

    async with trio.open_nursery() as nursery:
        for place in places:
            nursery.start_soon(ask, place)
    return {place: found[place] for place in places if place in found}


async def _why_not_ready(place: Place, seconds: float) -> str | None:
    """None where it is. Nobody need listen at a port of Z39.50 that may be an administrator's."""
    from gateway.addresses import why_not_live, why_not_searched
    from gateway.frontends.connexion.client import REFUSALS

    if not place.searched:
        return await why_not_live(place.address, place.port, place.host, seconds)
    why = await why_not_searched(place.address, place.port, seconds)
    return None if why == REFUSALS[errno.ECONNREFUSED] and place.port < RESERVED_PORTS else why
