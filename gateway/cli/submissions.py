"""`gateway submissions …`: what arrived, what Connexion was answered, and why. Reads the store, changes nothing."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from gateway.cli.options import Options
from gateway.cli.output import ROWS, echo_bytes, echo_json, echo_more, echo_table, echo_text, local_time
from gateway.cli.reading import check_zone, read_store
from gateway.model import Attempt, Outcome

if TYPE_CHECKING:
    from gateway.importer.replies import Replies
    from gateway.stores.base import Store


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
    from gateway.rulebook import rulebook

    settings = options.settings()
    check_zone(settings, zone, unfiled=True)
    replies = rulebook(settings).replies
    wanted = Outcome(outcome) if outcome else None
    rows: list[tuple[str, ...]] = []

    def take(attempt: Attempt) -> None:
        if as_json:
            echo_json(as_object(attempt, replies))
        else:
            rows.append(_row(attempt))

    more = read_store(settings, lambda store: _take(store, zone, wanted, limit, take))
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
    attempt = read_store(settings, lambda store: store.attempt(number))
    if attempt is None:
        raise click.ClickException(f"there is no submission {number}")
    if raw:
        echo_bytes(attempt.submission.raw)
        return
    from gateway.cli.report import as_html, as_text, known
    from gateway.importer.report import report

    about = known(settings)
    if as_json:
        echo_json(as_object(attempt, about.replies))
    elif html is None:
        echo_text(as_text(report(attempt, about)))
    else:
        with click.open_file(html, "wb", atomic=html != "-") as stream:
            stream.write(as_html(report(attempt, about)).encode())


def as_object(attempt: Attempt, replies: "Replies") -> dict[str, object]:
    """An attempt for programs: the keys of `gateway submissions list --json`, in their order."""
    import msgspec

    from gateway.importer import report
    from gateway.marc import rules

    submission, receipt = attempt.submission, attempt.receipt
    found = report.findings(attempt)
    first, *also = report.diagnoses(attempt, found)
    return {
        "id": submission.id,
        "seq": attempt.seq,
        "at": submission.at,
        "host": submission.host,
        "peer": submission.peer,
        "zone": receipt.zone,
        "logon_id": submission.logon_id,
        "outcome": receipt.outcome,
        "reason": receipt.reason,
        "reply": replies.text(receipt),
        "mms_id": receipt.mms_id,
        "oclc_numbers": receipt.oclc_numbers,
        "title": receipt.title,
        "seconds": attempt.seconds,
        "delivered": attempt.delivered,
        "findings": [msgspec.structs.asdict(finding) | {"words": rules.words(finding)} for finding in found],
        "diagnosis": first,
        "also": also,
    }


async def _take(
    store: "Store", zone: str | None, outcome: Outcome | None, limit: int, take: Callable[[Attempt], None]
) -> bool:
    """Hand on the newest of them, at most `limit` or all where it is 0; whether there are more."""
    taken = 0
    before = None
    while page := await store.attempts(zone=zone, before=before):
        for attempt in page:
            if outcome in (None, attempt.receipt.outcome):
                if limit and taken == limit:
                    return True
                take(attempt)
                taken += 1
        before = page[-1].seq
    return False


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
