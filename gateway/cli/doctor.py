"""`gateway doctor`: what would keep the gateway from serving or clients from reaching it, and what to do about it."""

import math
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from gateway.cli.options import Options
from gateway.cli.output import echo_json
from gateway.cli.reading import check_zone
from gateway.cli.seconds import seconds
from gateway.errors import SettingsError

if TYPE_CHECKING:
    from gateway.cli.checking import Check

EXIT_FAILED: Final = 1


@click.command()
@click.option(
    "--hosts-file",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Hosts file to look into, instead of the system's.",
)
@click.option("--watch", is_flag=True, help="Wait for exports, and tell of each what is right and what is wrong.")
@click.option("--zone", metavar="ZONE", help="With --watch: only exports to its host or with its logon ID.  [all]")
@click.option("--once", is_flag=True, help="With --watch: end after one; exits 1 where it was not filed.")
@click.option("--timeout", metavar="SECONDS", type=seconds, help="With --watch: wait so long, then exit 4.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a check, or an export.")
@click.pass_obj
def doctor(
    options: Options,
    hosts_file: Path | None,
    watch: bool,
    zone: str | None,
    once: bool,
    timeout: float | None,
    as_json: bool,
) -> None:
    """Check settings, ports, store, network.

    Says what is wrong and what to do. Exits 1 when something fails.

    With --watch follows a set-up while you try it in Connexion, until Ctrl-C.
    """
    if watch:
        if hosts_file is not None:
            raise click.UsageError("--hosts-file does not go with --watch, which looks into none")
        sys.exit(_watch(options, zone, once=once, timeout=timeout, as_json=as_json))
    if zone or once or timeout is not None:
        raise click.UsageError("--zone, --once and --timeout go with --watch")
    from gateway.cli.checking import echo

    found = _checks(options, hosts_file)
    for check in found:
        if as_json:
            echo_json(check)
        else:
            echo(check)
    if any(check.status == "fail" for check in found):
        sys.exit(EXIT_FAILED)


def _checks(options: Options, hosts_file: Path | None) -> "list[Check]":
    """What was found; without usable settings there is nothing else to look at."""
    import trio

    from gateway.cli.checking import Check
    from gateway.cli.checks import CORRECT_THEM, every_check
    from gateway.cli.serve import OPEN_FILES

    try:
        settings = options.settings()
    except SettingsError as error:
        return [Check("settings", "fail", str(error), CORRECT_THEM)]
    return trio.run(every_check, settings, hosts_file, OPEN_FILES)


def _watch(options: Options, zone: str | None, *, once: bool, timeout: float | None, as_json: bool) -> int:
    from gateway.cli.watch import Wanted, watch

    settings = options.settings()
    meant = check_zone(settings, zone)[zone] if zone else None
    return watch(settings, Wanted(meant, once, math.inf if timeout is None else timeout, as_json))
