"""`gateway doctor`: what would keep the gateway from serving or clients from reaching it, and what to do about it."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from gateway.cli.options import Options
from gateway.cli.output import echo_json, shown
from gateway.errors import SettingsError

if TYPE_CHECKING:
    from gateway.cli.checks import Check

EXIT_FAILED: Final = 1
COLOURS: Final = {"ok": "green", "warn": "yellow", "fail": "red"}


@click.command()
@click.option(
    "--hosts-file",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Hosts file to look into, instead of the system's.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a check.")
@click.pass_obj
def doctor(options: Options, hosts_file: Path | None, as_json: bool) -> None:
    """Check settings, ports, store, network.

    Says what is wrong and what to do. Exits 1 when something fails.
    """
    found = _checks(options, hosts_file)
    for check in found:
        if as_json:
            echo_json(check)
        else:
            _echo(check)
    if any(check.status == "fail" for check in found):
        sys.exit(EXIT_FAILED)


def _checks(options: Options, hosts_file: Path | None) -> "list[Check]":
    """What was found; without usable settings there is nothing else to look at."""
    import trio

    from gateway.cli.checks import Check, every_check
    from gateway.cli.serve import OPEN_FILES

    try:
        settings = options.settings()
    except SettingsError as error:
        return [Check("settings", "fail", str(error), "correct them; gateway config check looks at them again")]
    return trio.run(every_check, settings, hosts_file, OPEN_FILES)


def _echo(check: "Check") -> None:
    click.echo(f"{click.style(f'{check.status:4}', fg=COLOURS[check.status])}  {check.check}: {shown(check.says)}")
    if check.fix:
        click.echo(f"      {shown(check.fix)}")
