"""`gateway submissions …`: what arrived, what Connexion was answered, and why. Reads the store, changes nothing."""

from collections.abc import Awaitable, Callable, Iterable
from typing import TYPE_CHECKING

import click

from gateway.cli.options import Options
from gateway.cli.output import ROWS, echo_bytes, echo_json, echo_more, echo_table, echo_text, local_time
from gateway.cli.reading import check_zone, read_store
from gateway.cli.target import writing
from gateway.errors import NotFound
from gateway.model import Attempt, Outcome

if TYPE_CHECKING:
    from gateway.importer.beside import Beside
    from gateway.importer.report import Known
    from gateway.stores.base import Store

    Told = tuple[Attempt, float | None]
    """An attempt, and how many seconds before it the same record had come."""


@click.group()
def submissions() -> None:
    """What arrived, and what became of it."""


@submissions.command("list")
@click.option("--zone", metavar="ZONE", help="Only this zone's; @HOST are those that reached no zone of a host.")
@click.option("--outcome", type=click.Choice([outcome.value for outcome in Outcome]), help="Only those that ended so.")
@click.option("--limit", metavar="N", type=click.IntRange(0), default=ROWS, help=f"How many; 0 = all.  [{ROWS}]")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@click.pass_obj
def list_(options: Options, zone: str | None, outcome: str | None, limit: int, as_json: bool) -> None:
    """List what arrived, newest first.

    Times are those of this computer's clock.
    """
    from gateway.cli.report import known_with
    from gateway.desk.attempts import looked_beside, shown
    from gateway.importer.beside import Repetitions

    settings = options.settings()
    check_zone(settings, zone, unfiled=True)
    wanted = Outcome(outcome) if outcome else None
    rows: list[tuple[str, ...]] = []

    async def list_all(store: "Store") -> bool:
        about = await known_with(store, settings)

        async def show(told: "Told") -> None:
            attempt, again_after = told
            if as_json:
                echo_json(shown(attempt, about, await looked_beside(store, attempt, about, again_after)))
            else:
                rows.append(_row(attempt))

        settled = Repetitions().settled if as_json else _unasked
        return await _newest(store, zone, settled, _Chosen(wanted, limit, show))

    more = read_store(settings, list_all)
    if rows:
        echo_table(("No.", "Time", "Zone", "Logon ID", "Outcome", "Title", "OCLC", "MMS ID"), rows)
    elif not as_json:
        click.echo("nothing has arrived", err=True)
    if more:
        echo_more()


@submissions.command()
@click.argument("number", metavar="N", type=click.IntRange(1))
@click.option("--json", "as_json", is_flag=True, help="As a JSON object.")
@click.option("--raw", is_flag=True, help="Only the record's bytes, as they arrived.")
@click.option(
    "--html",
    metavar="FILE",
    type=click.Path(dir_okay=False, allow_dash=True),
    help="Write the report as a page to print; - is standard output.",
)
@click.pass_obj
def show(options: Options, number: int, as_json: bool, raw: bool, html: str | None) -> None:
    """Report one submission, for a help ticket.

    What happened and what to change; then how it came and was decided, what Connexion showed, and the record. It holds
    no password.
    """
    if as_json + raw + (html is not None) > 1:
        raise click.UsageError("give one of --json, --raw and --html")
    settings = options.settings()
    if raw:
        echo_bytes(read_store(settings, lambda store: _there(store, number)).submission.raw)
        return
    from gateway.cli.report import as_html, known_with
    from gateway.desk.attempts import read_beside, shown
    from gateway.desk.reporting import as_text
    from gateway.importer.report import report

    async def read(store: "Store") -> "tuple[Attempt, Known, Beside]":
        attempt, about = await _there(store, number), await known_with(store, settings)
        return attempt, about, await read_beside(store, attempt, about)

    attempt, about, beside = read_store(settings, read)
    if as_json:
        echo_json(shown(attempt, about, beside))
    elif html is None:
        echo_text(as_text(report(attempt, about, beside)))
    else:
        with writing(html) as stream:
            stream.write(as_html(report(attempt, about, beside)).encode())


async def _there(store: "Store", number: int) -> Attempt:
    """What was asked about is not so where there is none."""
    from gateway.desk.attempts import one

    try:
        return await one(store, number)
    except NotFound as error:
        raise click.ClickException(str(error)) from error


class _Chosen:
    """Hands on the attempts that are asked for."""

    def __init__(self, outcome: Outcome | None, limit: int, show: "Callable[[Told], Awaitable[None]]") -> None:
        """At most `limit`, or all where it is 0."""
        self._outcome = outcome
        self._limit = limit
        self._show = show
        self._shown = 0

    async def take(self, told: "Told") -> bool:
        """Whether there was room for it."""
        if self._outcome not in (None, told[0].receipt.outcome):
            return True
        if self._limit and self._shown == self._limit:
            return False
        await self._show(told)
        self._shown += 1
        return True


async def _newest(
    store: "Store", zone: str | None, settled: "Callable[[list[Attempt]], Iterable[Told]]", chosen: _Chosen
) -> bool:
    """Hand on the newest of them; whether there are more."""
    before = None
    page = None
    while page != []:
        page = await store.attempts(zone=zone, before=before)
        for told in settled(page):
            if not await chosen.take(told):
                return True
        before = page[-1].seq if page else None
    return False


def _unasked(page: list[Attempt]) -> "Iterable[Told]":
    """For a table, which does not tell what had come before."""
    return ((attempt, None) for attempt in page)


def _row(attempt: Attempt) -> tuple[str, ...]:
    from gateway.importer.report import ended

    submission, receipt = attempt.submission, attempt.receipt
    return (
        str(attempt.seq),
        local_time(submission.at),
        receipt.zone,
        submission.logon_id,
        ended(attempt),
        receipt.title,
        ", ".join(receipt.oclc_numbers),
        receipt.mms_id,
    )
