"""One thing that `gateway doctor` has looked at, and how it is shown."""

from typing import Final, Literal

import click
import trio
from msgspec import Struct

from gateway.cli.output import shown_in_line

Status = Literal["ok", "warn", "fail"]

COLOURS: Final[dict[Status, str]] = {"ok": "green", "warn": "yellow", "fail": "red"}


class Check(Struct, frozen=True):
    """One thing that was looked at."""

    check: str
    """What, such as `host i-share-xyz`."""
    status: Status
    """`fail`: the gateway, or this part of it, will not serve."""
    says: str
    fix: str = ""
    """What to do; empty where there is nothing."""


def echo(check: Check, *, err: bool = False) -> None:
    """Show a check: what was found, and below it what to do."""
    status = click.style(f"{check.status:4}", fg=COLOURS[check.status])
    click.echo(f"{status}  {check.check}: {shown_in_line(check.says)}", err=err)
    if check.fix:
        click.echo(f"      {shown_in_line(check.fix)}", err=err)


async def listening_error(address: str, port: int) -> OSError | None:
    """Why nobody could listen there; None if one could. What is opened is closed again."""
    try:
        listeners = await trio.open_tcp_listeners(port, host=address)
    except OSError as error:
        return error
    for listener in listeners:
        await listener.aclose()
    return None
