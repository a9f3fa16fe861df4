"""`gateway script`: what a zone, or a host, of a running gateway does with those who export next, through its API."""

import sys
from typing import Any, Final, NamedTuple
from urllib.parse import quote

import click

from gateway.cli.options import Options
from gateway.cli.output import echo_json, echo_table, echo_text
from gateway.cli.remote import EXIT_NOT_SO, client, remote, say

HEADINGS: Final = ("Step", "Used", "Left", "What it does")


class Whose(NamedTuple):
    """Of which zone or host a script is."""

    key: str
    is_host: bool

    @property
    def path(self) -> str:
        """Of its script, below the API."""
        return f"/{'hosts' if self.is_host else 'zones'}/{quote(self.key, safe='')}/script"

    def counted(self, number: int) -> str:
        """So many of what takes its steps."""
        noun = "connection" if self.is_host else "export"
        return f"{number:,} {noun}{'' if number == 1 else 's'}"


@click.command()
@click.argument("given", metavar="[ZONE] [FILE]", nargs=-1)
@click.option("--host", metavar="HOST", help="The script of this host: for whoever connects, before a logon.")
@click.option("--used-up", is_flag=True, help="Exit with 1 unless all its steps were used.")
@click.option("--clear", is_flag=True, help="End it, and say what of it was not used.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a step.")
@remote
@click.pass_obj
def script(
    options: Options,
    /,
    given: tuple[str, ...],
    host: str | None,
    used_up: bool,
    clear: bool,
    as_json: bool,
    url: str | None,
    token: str | None,
) -> None:
    """Have a zone answer the exports that come next by a script, or show how far its script has come.

    FILE is TOML, a [[steps]] table for each; - is standard input. Without FILE the script is shown. With --host the
    only argument is FILE.
    """
    whose, file = _meant(given, host)
    if file is not None and (used_up or clear):
        raise click.UsageError("a script is given, or asked about: leave out FILE, or --used-up and --clear")
    body = None if file is None else _body(whose, file)
    with client(options, url, token) as api:
        if body is not None:
            answer = api.put(whose.path, content=body, headers={"content-type": "application/json"})
        else:
            answer = api.request("DELETE" if clear else "GET", whose.path)
        found = answer.raise_for_status().json()
        _show(whose, found["steps"], as_json=as_json)
        left = int(found["left"])
    if left and (used_up or clear):
        say(f"gateway: the script of {whose.key} is not used up: {whose.counted(left)} did not come")
    if used_up and (left or not found["steps"]):
        sys.exit(EXIT_NOT_SO)


def _meant(given: tuple[str, ...], host: str | None) -> tuple[Whose, str | None]:
    """Whose script, and the file it is to have."""
    words = given if host is None else (host, *given)
    if not words:
        raise click.UsageError("whose script? Name the zone, or --host HOST")
    if len(words) > 2:
        raise click.UsageError(f"got {words[2]!r} too many: a script is of one file")
    key, *file = words
    return Whose(key, host is not None), file[0] if file else None


def _body(whose: Whose, file: str) -> bytes:
    """The script of a file, as the API takes it."""
    import msgspec

    from gateway.cli import script_file
    from gateway.importer.scripts import connection_faults, reply_faults
    from gateway.model import ConnectionStep, ReplyStep

    if whose.is_host:
        return msgspec.json.encode({"steps": script_file.read(file, ConnectionStep, connection_faults)})
    return msgspec.json.encode({"steps": script_file.read(file, ReplyStep, reply_faults)})


def _show(whose: Whose, steps: list[dict[str, Any]], *, as_json: bool) -> None:
    if as_json:
        for step in steps:
            echo_json(step)
    elif not steps:
        echo_text(f"{whose.key} has no script")
    else:
        echo_table(HEADINGS, [[str(step[name]) for name in ("number", "used", "left", "words")] for step in steps])
