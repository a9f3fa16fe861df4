"""`gateway send`: exports the records of files as Connexion does, and tells what was answered."""

import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import click

from gateway.cli.destination import SAY_WHERE, Target, Wanted, target, to_whom, wrong_host
from gateway.cli.files import FileRecord, read
from gateway.cli.options import Options
from gateway.cli.output import echo_json, echo_text, shown
from gateway.cli.seconds import seconds, seconds_above_0

if TYPE_CHECKING:
    from gateway.frontends.connexion.client import Sent

EXIT_NOT_FILED: Final = 1
"""A record was not filed, or got no reply."""
EXIT_UNREACHABLE: Final = 3
"""No gateway could be reached, or that of another host, so nothing was sent."""
LAST_TRANSACTION: Final = re.compile(r"[0-9]{14}\.[0-9]")
"""A 005: year to second, and a tenth of it (MARC 21)."""


Tell = Callable[[FileRecord, "Sent"], None]


@dataclass
class Tally:
    """What has come of the exports so far."""

    filed: int = 0
    not_filed: int = 0
    """Answered otherwise: a refusal, a failed logon, an error of the gateway."""
    unanswered: int = 0
    unreachable: str = ""
    """Why no gateway could be reached, which ends it."""

    @property
    def sent(self) -> int:
        """Records that went out."""
        return self.filed + self.not_filed + self.unanswered

    def take(self, sent: "Sent") -> None:
        """Count one."""
        if not sent.reached:
            self.unreachable = sent.error
        elif sent.error:
            self.unanswered += 1
        elif sent.filed:
            self.filed += 1
        else:
            self.not_filed += 1

    def summary(self, of: int) -> str:
        """For the last line."""
        parts = [f"{self.filed} filed", f"{self.not_filed} not filed"]
        if self.unanswered:
            parts.append(f"{self.unanswered} without a reply")
        if self.sent < of:
            parts.append(f"{of - self.sent} not sent")
        return ", ".join(parts)


@click.command()
@click.argument("files", metavar="FILE…", nargs=-1, required=True, type=click.Path(exists=True, allow_dash=True))
@to_whom
@click.option("--user-id", metavar="ID", help="Send a user ID too.")
@click.option("--form", type=click.Choice(["desktop", "browser"]), default="desktop", help="Which Connexion to be.")
@click.option("--keep-open", is_flag=True, help="One connection for all records.")
@click.option("--retries", metavar="N", type=click.IntRange(0), help="Further tries without a reply.  [3]")
@click.option("--delay", metavar="SECONDS", type=seconds, help="Between two tries.  [0]")
@click.option("--timeout", metavar="SECONDS", type=seconds_above_0, help="For each try.  [90]")
@click.option("--set-005", metavar="VALUE", help="Set 005 of each record first, such as 20260301000000.0.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a record.")
@click.pass_obj
def send(
    options: Options,
    /,
    files: Sequence[str],
    set_005: str | None,
    as_json: bool,
    **wanted: Any,  # click's values, each of its option's type
) -> None:
    """Export records as Connexion does.

    Sends each record of the .mrc FILEs (- is standard input) and says what was answered.

    Exits 0 when all were filed, 1 when one was not, 3 when no gateway could be reached.
    """
    import trio

    if set_005 is not None and not LAST_TRANSACTION.fullmatch(set_005):
        raise click.BadParameter("must be 14 digits, a full stop and a digit", param_hint="--set-005")
    exports = [export for file in files for export in read(file)]
    if set_005 is not None:
        exports = [_with_005(export, set_005) for export in exports]
    where = target(options.settings(), Wanted(**wanted))
    tally = Tally()
    with _telling(len(exports), as_json=as_json) as tell:
        trio.run(_send, where, exports, tally, tell)
    if tally.unreachable:
        hint = "" if wanted["host"] and wanted["port"] else f"; if it runs elsewhere, {SAY_WHERE}"
        click.echo(f"gateway: {tally.unreachable}{hint}", err=True)
    if len(exports) > 1 and not as_json:
        echo_text(tally.summary(len(exports)))
    if tally.filed < len(exports):
        sys.exit(EXIT_NOT_FILED if tally.sent else EXIT_UNREACHABLE)


async def _send(where: Target, exports: Sequence[FileRecord], tally: Tally, tell: Tell) -> None:
    from gateway.frontends.connexion.client import Sent, sending

    wrong = await wrong_host(where)
    async with sending(where.destination) as sender:
        for export in exports:
            sent = Sent(False, "", "", 0.0, 0, wrong, reached=False) if wrong else await sender.send(export.raw)
            tally.take(sent)
            tell(export, sent)
            if tally.unreachable:
                return


def _with_005(export: FileRecord, value: str) -> FileRecord:
    """The same with that 005; one that cannot be read, or would be too long, goes as it is."""
    from gateway.marc.iso2709 import Damaged, TooLong
    from gateway.marc.record import Field, Record

    try:
        record = Record.parse(export.raw)
        others = Record(record.leader, (field for field in record.fields if field.tag != "005"))
        return export._replace(raw=others.adding(Field("005", value.encode())).serialize())
    except (Damaged, TooLong) as error:
        click.echo(f"{export.name}: goes with its 005 as it is; {error}", err=True)
        return export


@contextmanager
def _telling(records: int, *, as_json: bool) -> Iterator[Tell]:
    """How to tell of each record: as JSON, the reply of a single one, or what was not filed beside a progress bar."""
    if as_json:
        yield _tell_json
    elif records == 1:
        yield lambda _, sent: echo_text(sent.reply or sent.error) if sent.reached else None
    elif not sys.stdout.isatty():
        yield lambda export, sent: echo_text(_line(export, sent)) if _is_told(sent) else None
    else:
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

        with Progress(BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), transient=True) as progress:
            task = progress.add_task("", total=records)

            def tell(export: FileRecord, sent: "Sent") -> None:
                progress.advance(task)
                if _is_told(sent):
                    progress.console.print(shown(_line(export, sent)), markup=False, highlight=False, soft_wrap=True)

            yield tell


def _tell_json(export: FileRecord, sent: "Sent") -> None:
    from gateway.importer.decide import examine
    from gateway.importer.profile import ORDINARY

    examined = examine(export.raw, ORDINARY)
    echo_json(
        {
            "file": export.file,
            "record": export.number,
            "filed": sent.filed,
            "reply": sent.reply,
            "mms_id": sent.mms_id,
            "oclc_numbers": examined.oclc_numbers,
            "title": examined.title,
            "seconds": sent.seconds,
            "tries": sent.tries,
            "error": sent.error,
        }
    )


def _is_told(sent: "Sent") -> bool:
    """Whether a record among many has a line of its own; that no gateway was there is told at the end, once."""
    return sent.reached and not sent.filed


def _line(export: FileRecord, sent: "Sent") -> str:
    """A record that was not filed, in one line."""
    return f"{export.name}: {'. '.join((sent.reply or sent.error).splitlines())}"
