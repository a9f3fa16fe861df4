"""`gateway serve`: the signals and the words around `gateway.app`."""

import gc
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import TYPE_CHECKING

import click

from gateway.cli.options import Options
from gateway.cli.store.index import index_first, is_behind
from gateway.cli.store.places import check_whole
from gateway.config import Settings
from gateway.errors import SettingsError
from gateway.stores import SEVERAL_SERVE, scheme_of

if TYPE_CHECKING:
    import trio
    from rich.console import Console

    from gateway.listeners import Bound, Running

OPEN_FILES = 8_192
"""Open files to ask the system for: the connections of the default limit, four times over."""

EXIT_CRASHED = 1
"""A worker died as it began, and said no reason."""

COLLECT_EVERY = 20_000
"""Objects made between two looks for cycles; an export makes some hundreds, nearly all of them gone at its end."""


MOST_WORKERS = 64
"""Each takes some 50 MB and up to six connections of the database."""


@click.command()
@click.option("--lan", is_flag=True, help="Let other computers of the local network export to it; wants own passwords.")
@click.option(
    "--workers",
    metavar="N",
    type=click.IntRange(1, MOST_WORKERS),
    default=1,
    help="Serve with so many processes, which share the ports; wants PostgreSQL.  [1]",
)
@click.pass_obj
def serve(options: Options, lan: bool, workers: int) -> None:
    """Take exports until stopped (Ctrl-C). Says what to type into Connexion; to a pipe, one JSON line when ready."""
    import trio

    from gateway import logs
    from gateway.rulebook import rulebook, zones_of

    settings = options.settings()
    if workers > 1 and (why_not := no_workers(settings)):
        raise SettingsError(f"--workers {workers}: {why_not}")
    logs.configure(level=settings.log.level, form=settings.log.format, secrets=settings.secrets())
    trio.run(check_whole, settings.store.url)
    if trio.run(is_behind, settings.store.url):
        rulebook(settings, zones_of(settings).by_key)  # settings that cannot be served leave the store as it is
        trio.run(index_first, settings.store.url)
    prepare()
    if workers > 1:
        _supervise(settings, lan, workers)
    else:
        trio.run(_serve, settings, lan)


def no_workers(settings: Settings, platform: str = sys.platform) -> str:
    """Why there cannot be more than one worker, and what to do; empty where there can."""
    if platform == "win32":
        return "on Windows processes cannot share a port; leave it out"
    url = settings.store.url
    if scheme_of(url) in SEVERAL_SERVE:
        return ""
    why = (
        "what memory: keeps is seen by one process alone"
        if scheme_of(url) == "memory"
        else "one process at a time may serve an SQLite file"
    )
    return (
        f"{why}, and that is the store (store.url, {settings.where('store.url')}). Leave it out, or use PostgreSQL: "
        "--set store.url=postgresql://USER:PASSWORD@HOST/DATABASE"
    )


def prepare() -> None:
    """Make this process fit to serve."""
    _raise_open_files()
    gc.freeze()
    gc.set_threshold(COLLECT_EVERY)


def _supervise(settings: Settings, lan: bool, workers: int) -> None:
    from functools import partial

    import trio

    from gateway.cli.workers.supervisor import supervise

    announce = partial(_announce, settings)
    failure = trio.run(partial(supervise, settings, lan=lan, workers=workers, announce=announce))
    if failure and failure.foreseen:
        raise SettingsError(failure.words)
    if failure:
        click.echo(f"gateway: {failure.words}", err=True)
        sys.exit(EXIT_CRASHED)


async def _serve(settings: Settings, lan: bool) -> None:
    import trio

    from gateway import app

    names = ("SIGINT", "SIGTERM", "SIGBREAK")  # SIGBREAK: Ctrl-Break on Windows
    signals = [getattr(signal, name) for name in names if hasattr(signal, name)]
    with trio.open_signal_receiver(*signals) as arrivals, trio.CancelScope() as scope:
        async with app.running(settings, lan=lan) as running:
            _announce(settings, running)
            await anext(arrivals)
            trio.lowlevel.spawn_system_task(_end_now_on_a_second_signal, arrivals, scope)


async def _end_now_on_a_second_signal(arrivals: AsyncIterator[int], scope: "trio.CancelScope") -> None:
    """Who stops the gateway twice does not want to wait for what is in flight."""
    await anext(arrivals)
    scope.cancel()


def _announce(settings: Settings, running: "Running") -> None:
    if sys.stdout.isatty():
        _print_table(settings, running)
    else:
        import msgspec

        print(msgspec.json.encode(running.ready()).decode(), flush=True)


def _print_table(settings: Settings, running: "Running") -> None:
    """What to type into Connexion, and where to look then. Nothing that is to be copied is cut or wrapped."""
    from rich.console import Console

    from gateway.frontends.base import loopback_only

    console = Console(highlight=False, markup=False, emoji=False, soft_wrap=True)
    rows = [("Host Name", "Port", "Logon ID", "Password", "stands for")]
    for zone in settings.zones.values():
        bound = running.connexion[zone.host]
        password = "(known as a hash only)" if zone.password.hashed else zone.password.reveal()
        names = ", ".join(settings.hosts[zone.host].names)
        rows.append((_host_name(bound), str(bound.port), zone.code, password, names))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    console.print("Type into Connexion: Tools > Options > Export > Create > OCLC Gateway Export", style="bold")
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]
        console.print("  " + "  ".join(cells).rstrip())
    for key, bound in running.connexion.items():
        if bound.instead_of:
            console.print(f"{key} listens on {bound} instead of {bound.instead_of}.")
    _print_searches(console, settings, running)
    if all(loopback_only(bound.address) for bound in running.connexion.values()):
        console.print(
            "Only this computer can export to it; gateway serve --lan lets others of the local network do so."
        )
    kept = scheme_of(settings.store.url) != "memory"
    if running.http:
        console.print(f"What arrives: {running.http}", style="bold")
    elif kept:
        console.print("What arrives: gateway submissions list.")
    if not kept:
        console.print("Nothing is kept beyond its end (memory:).")
    console.print("To stop: Ctrl-C.")


def _print_searches(console: "Console", settings: Settings, running: "Running") -> None:
    """Where zones are searched by Z39.50."""
    from gateway.frontends.z3950.wms import PREFIX

    rows = [
        (zone.code, ", ".join(f"{_host_name(bound)} port {bound.port}" for bound in running.z3950[zone.host]))
        for zone in settings.zones.values()
        if zone.host in running.z3950
    ]
    rows += [
        (f"{PREFIX}{zone.registry_id}", ", ".join(f"{_host_name(at)} port {at.port}" for at in running.wms))
        for zone in settings.zones.values()
        if zone.registry_id and running.wms
    ]
    if rows:
        console.print("Search by Z39.50, with the database on the left:", style="bold")
    width = max((len(database) for database, _ in rows), default=0)
    for database, places in rows:
        console.print(f"  {database.ljust(width)}  {places}")
    for words in running.missing:
        console.print(words)


def _host_name(bound: "Bound") -> str:
    """What a client types as Host Name."""
    from gateway.addresses import lan_address, reached_at

    if reached_at(bound.address) == bound.address:
        return bound.address
    return lan_address() or reached_at(bound.address)


def _raise_open_files() -> None:
    """A connection takes an open file; many systems allow only a few hundred until asked."""
    with suppress(ImportError, OSError, ValueError):
        import resource

        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        wanted = OPEN_FILES if hard == resource.RLIM_INFINITY else min(OPEN_FILES, hard)
        if soft != resource.RLIM_INFINITY and soft < wanted:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
