"""`gateway replay`: sends the sessions of a capture again, and tells where replies differ from the recorded ones."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from gateway.cli.destination import SAY_WHERE, Wanted, target, to_whom, wrong_host
from gateway.cli.options import Options
from gateway.cli.output import echo_json, echo_text
from gateway.cli.seconds import seconds_above_0
from gateway.errors import Unusable, failing

if TYPE_CHECKING:
    from gateway.frontends.connexion.captures import Session
    from gateway.frontends.connexion.replay import Answered, Same

EXIT_DIFFERS: Final = 1
"""A reply is not as it was recorded."""
EXIT_UNREACHABLE: Final = 3
"""Nobody could be reached, so nothing was sent."""
NOT_KEPT: Final = "(not in the capture)"
NONE: Final = "(none)"


@dataclass
class Tally:
    """What has come of the messages so far."""

    sent: int = 0
    same: int = 0
    differ: int = 0
    not_compared: int = 0

    def take(self, answered: "Answered") -> None:
        """Count one."""
        self.sent += 1
        if not answered.same:
            self.differ += 1
        elif answered.compared:
            self.same += 1
        else:
            self.not_compared += 1

    def summary(self) -> str:
        """For the last line."""
        parts = [f"{self.same} as recorded", f"{self.differ} not"]
        if self.not_compared:
            parts.append(f"{self.not_compared} with nothing to compare")
        return ", ".join(parts)


@click.command()
@click.argument("file", metavar="FILE", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@to_whom
@click.option("--user-id", metavar="ID", help="User ID where a message had one.  [100-000-000]")
@click.option("--timeout", metavar="SECONDS", type=seconds_above_0, help="For each reply.  [90]")
@click.option("--timing", is_flag=True, help="With the pauses of the capture, not as fast as it goes.")
@click.option("--exact", is_flag=True, help="MMS IDs must be the same too.")
@click.option("--no-compare", is_flag=True, help="Any reply will do.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a message.")
@click.pass_obj
def replay(
    options: Options,
    /,
    file: Path,
    timing: bool,
    exact: bool,
    no_compare: bool,
    as_json: bool,
    **wanted: Any,  # click's values, each of its option's type
) -> None:
    """Send a capture again.

    Sends the messages that gateway capture recorded in FILE, with another logon, in the same pieces, and holds the
    replies against the recorded ones.

    Exits 0 when all are the same but for MMS IDs, 1 when one differs, 3 when nobody could be reached.
    """
    import trio

    from gateway.frontends.connexion.captures import read
    from gateway.frontends.connexion.replay import Unreached, alike, exactly, replay

    try:
        sessions = read(file)
    except OSError as error:
        raise Unusable(f"{file} cannot be read: {error.strerror or error}") from error
    if not any(session.messages for session in sessions):
        raise Unusable(f"{file} has no message that could be sent again")
    where = target(options.settings(), Wanted(**wanted, form="desktop", keep_open=False, retries=0, delay=0.0))
    tally = Tally()
    same: Same = (lambda _, __: True) if no_compare else exactly if exact else alike

    def tell(answered: "Answered") -> None:
        tally.take(answered)
        if as_json:
            echo_json(_json(answered))
        else:
            echo_text("\n".join(_lines(answered)))

    _tell_left_out(sessions)

    async def send() -> None:
        wrong = await wrong_host(where)
        if wrong:
            raise Unreached(wrong)
        await replay(sessions, where.destination, tell, same=same, timing=timing)

    failure = failing(lambda: trio.run(send))
    if failure is not None:
        hint = "" if wanted["host"] and wanted["port"] else f"; if it runs elsewhere, {SAY_WHERE}"
        click.echo(f"gateway: {failure}{hint}", err=True)
    if not as_json:
        echo_text(tally.summary())
    if failure is not None and not tally.sent:
        sys.exit(EXIT_UNREACHABLE)
    if failure is not None or (tally.differ and not no_compare):
        sys.exit(EXIT_DIFFERS)


def _tell_left_out(sessions: "Sequence[Session]") -> None:
    """What of the capture cannot be sent."""
    from gateway.frontends.connexion.captures import NotKept

    for session in sessions:
        for event in session.events:
            if isinstance(event, NotKept) and event.side == "client":
                what = f"what came behind {len(session.messages)} messages" if session.messages else "what it sent"
                click.echo(f"connection {session.number}: {what} is not in the capture ({event.what})", err=True)
                break


def _json(answered: "Answered") -> dict[str, object]:
    return {
        "connection": answered.connection,
        "message": answered.message,
        "same": answered.same if answered.compared else None,
        "recorded": _text(answered.recorded),
        "reply": _text(answered.reply),
        "error": answered.error,
    }


def _lines(answered: "Answered") -> list[str]:
    """One message: how its replies compare, and both where they are not the same."""
    place = f"connection {answered.connection}, message {answered.message}"
    reply = _text(answered.reply)
    recorded = _text(answered.recorded)
    if not answered.compared:
        return [f"{place}: nothing to compare", *_beside(NOT_KEPT, reply)]
    if answered.same and reply == recorded:
        return [f"{place}: as recorded", *(f"  {line}" for line in (reply or NONE).splitlines())]
    if answered.same:
        return [f"{place}: as recorded but for MMS IDs", *_beside(recorded, reply)]
    why = f" ({answered.error})" if answered.error else ""
    return [f"{place}: differs{why}", *_beside(recorded, reply)]


def _beside(recorded: str | None, reply: str | None) -> list[str]:
    """Two replies line by line, `!` before those that differ."""
    lines = zip_longest((recorded or NONE).splitlines(), (reply or NONE).splitlines())
    found = []
    for before, now in lines:
        mark = " " if before == now else "!"
        found += [f"{mark} recorded: {before or ''}", f"{mark} now:      {now or ''}"]
    return found


def _text(reply: bytes | None) -> str | None:
    return None if reply is None else reply.decode("utf-8", "backslashreplace")
