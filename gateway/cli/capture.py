"""`gateway capture`: records what passes between Connexion and a real server, credentials masked."""

import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from gateway.cli.output import echo_json
from gateway.errors import Unusable

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    import trio

    from gateway.frontends.connexion.capture import Place, Tap

DEFAULT_LISTEN: Final = "127.0.0.1:5500"
PORTS: Final = range(65_536)
EXIT_NOT_RECORDED: Final = 1
"""The file could not be written to the end."""


def place(context: click.Context, parameter: click.Parameter, value: str) -> "Place":
    """An option's `HOST:PORT`, an IPv6 address in brackets. Raises a usage error."""
    from gateway.frontends.connexion.capture import Place

    address, colon, port = value.rpartition(":")
    address = address.removeprefix("[").removesuffix("]")
    usable = colon and address and "/" not in address and port.isascii() and port.isdigit() and len(port) < 6
    if not usable or int(port) not in PORTS:
        raise click.BadParameter(f"{value!r} is no HOST:PORT, such as {DEFAULT_LISTEN}", context, parameter)
    return Place(address, int(port))


@click.command()
@click.option("--upstream", metavar="HOST:PORT", required=True, callback=place, help="The server, such as Alma.")
@click.option(
    "--listen", metavar="HOST:PORT", default=DEFAULT_LISTEN, callback=place, help=f"For clients.  [{DEFAULT_LISTEN}]"
)
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="To record to.",
)
@click.option("--append", is_flag=True, help="FILE may be an earlier capture; this one is put behind it.")
@click.option("--mask-logon-id", is_flag=True, help="Keep no logon IDs either.")
def capture(upstream: "Place", listen: "Place", output: Path, append: bool, mask_logon_id: bool) -> None:
    """Record sessions with a real server.

    Stands between Connexion and the server at --upstream, passes on every byte as it comes, and records messages and
    replies in FILE. Passwords and user IDs are masked. Goes on until Ctrl-C.

    Exits 1 when FILE could not be written to the end.
    """
    import trio

    from gateway.frontends.base import loopback_only

    if upstream.port == listen.port and (
        upstream.address == listen.address or (loopback_only(upstream.address) and loopback_only(listen.address))
    ):
        raise click.UsageError(f"--upstream {upstream} is where it listens itself")
    tap = trio.run(_capture, upstream, listen, output, append, mask_logon_id)
    counts = f"{tap.connections} connections, {tap.messages} messages, {tap.replies} replies"
    click.echo(f"{counts} in {output}", err=True)
    if tap.failed:
        sys.exit(EXIT_NOT_RECORDED)


async def _capture(upstream: "Place", listen: "Place", output: Path, append: bool, mask_logon_id: bool) -> "Tap":
    import trio

    from gateway.frontends.connexion.capture import Place, Recording, Tap

    try:
        listeners = await trio.open_tcp_listeners(listen.port, host=listen.address)
    except OSError as error:
        raise Unusable(f"cannot listen on {listen}: {error.strerror or error}") from error
    try:
        recording = Recording(output, append=append)
    except (OSError, Unusable) as error:
        for listener in listeners:
            listener.socket.close()
        if isinstance(error, OSError):
            raise Unusable(f"{output} cannot be written: {error.strerror or error}") from error
        raise
    names = ("SIGINT", "SIGTERM", "SIGBREAK")  # SIGBREAK: Ctrl-Break on Windows
    signals = [getattr(signal, name) for name in names if hasattr(signal, name)]
    stop = trio.Event()
    tap = Tap(upstream, recording, _tell, mask_logon_id=mask_logon_id)
    bound = Place(*listeners[0].socket.getsockname()[:2])
    with recording, trio.open_signal_receiver(*signals) as arrivals, trio.CancelScope() as scope:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(tap.run, listeners, stop)
            _announce(tap, bound, output)
            await anext(arrivals)
            stop.set()
            trio.lowlevel.spawn_system_task(_end_now_on_a_second_signal, arrivals, scope)
    return tap


async def _end_now_on_a_second_signal(arrivals: "AsyncIterator[int]", scope: "trio.CancelScope") -> None:
    await anext(arrivals)
    scope.cancel()


def _announce(tap: "Tap", bound: "Place", output: Path) -> None:
    if not sys.stdout.isatty():
        echo_json({"ready": True, "listen": str(bound), "upstream": str(tap.upstream), "file": str(output)})
        sys.stdout.flush()
    for words in announced(bound, tap.upstream, output, mask_logon_id=tap.mask_logon_id):
        _tell(words)


def announced(bound: "Place", upstream: "Place", output: Path, *, mask_logon_id: bool) -> list[str]:
    """What it records, and where, in lines for people."""
    from gateway.frontends.base import loopback_only

    logon_ids = "" if mask_logon_id else "logon IDs, "
    masked = "passwords, user IDs and logon IDs" if mask_logon_id else "passwords and user IDs"
    lines = [
        f"What clients send to {bound} is passed on to {upstream}, and recorded in {output}.",
        f"Recorded: records, replies, {logon_ids}clients' addresses, times.",
        f"Masked: {masked}, and how long they are.",
        "Of what cannot be read, only a rough number of bytes is kept.",
    ]
    if not loopback_only(bound.address):
        lines.append("Other computers can reach it: whoever does speaks to that server from this computer's address.")
    return [*lines, "To stop: Ctrl-C."]


def _tell(words: str) -> None:
    click.echo(words, err=True)
