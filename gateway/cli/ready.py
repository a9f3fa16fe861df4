"""`gateway ready`: whether a gateway takes exports, for scripts that wait for one."""

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


@click.command()
@click.argument("listeners", metavar="[ADDRESS:PORT]…", nargs=-1)
@click.option("--wait", metavar="SECONDS", type=seconds, help="Wait so long for it, rather than ask once.")
@click.pass_obj
def ready(options: Options, listeners: Sequence[str], wait: float | None) -> None:
    """Ask whether the gateway takes exports.

    Asks at every host of the settings, or at the given addresses.

    Exits 0 when it does, 3 when not, 4 when the wait is over.
    """
    import trio

    from gateway.frontends.base import spelled

    places = [_parsed(listener) for listener in listeners] or _of_settings(options.settings())
    missing = trio.run(_missing, places, wait)
    for place, why in missing.items():
        click.echo(f"not ready: {spelled(place.address, place.port)}: {why}", err=True)
    if missing:
        sys.exit(EXIT_NOT_READY if wait is None else EXIT_TIMED_OUT)
    click.echo("ready")


class Place(NamedTuple):
    """A listener to ask."""

    address: str
    port: int
    host: str | None = None
    """Key of the host that it must be; None where it may be any."""


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
    return [Place(reached_at(host.address), host.connexion, key) for key, host in settings.hosts.items()]


async def _missing(places: Sequence[Place], wait: float | None) -> dict[Place, str]:
    """Which of them are not ready, and why, in their order; asks again until all are or the wait is over."""
    import trio

    from gateway.addresses import ANSWER_SECONDS, why_not_live

    found: dict[Place, str] = {}
    deadline = -math.inf if wait is None else trio.current_time() + wait

    async def ask(place: Place) -> None:
        while True:
            left = ANSWER_SECONDS if wait is None else max(PAUSE_SECONDS, deadline - trio.current_time())
            why = await why_not_live(*place, seconds=min(left, ANSWER_SECONDS))
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
