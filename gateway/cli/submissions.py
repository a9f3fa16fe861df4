"""`gateway submissions …`: what arrived, what Connexion was answered, and why. Reads the store, changes nothing."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final

import click

from gateway.cli.options import Options
from gateway.cli.output import ROWS, echo_bytes, echo_json, echo_more, echo_table, echo_text, local_time
from gateway.cli.reading import check_zone, read_store
from gateway.config import Settings
from gateway.model import Attempt, Facts, Outcome

if TYPE_CHECKING:
    from gateway.stores.base import Store

OUTCOMES: Final[dict[Outcome, str]] = {
    Outcome.CREATED: "added",
    Outcome.MERGED: "replaced",
    Outcome.UNCHANGED: "replaced, no difference",
    Outcome.REFUSED: "refused",
    Outcome.LOGON_FAILED: "logon failed",
    Outcome.MALFORMED: "not readable",
    Outcome.FOREIGN: "no export",
    Outcome.BUSY: "too many connections",
    Outcome.TIMED_OUT: "store too slow",
    Outcome.ERROR: "gateway's own error",
}
"""Outcomes in plain words."""
SENDERS: Final = {
    "desktop": "Connexion client (one-byte lengths)",
    "browser": "Connexion browser or Record Manager (decimal lengths)",
    "mixed": "no Connexion (both one-byte and decimal lengths)",
    "": "a client without logon items",
}
"""Who sends logon items with lengths of this form (`Facts.lengths`)."""
LABEL_COLUMNS: Final = 13


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
    settings = options.settings()
    check_zone(settings, zone, unfiled=True)
    wanted = Outcome(outcome) if outcome else None
    rows: list[tuple[str, ...]] = []

    def take(attempt: Attempt) -> None:
        if as_json:
            echo_json(as_object(attempt))
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
@click.pass_obj
def show(options: Options, number: int, as_json: bool, raw: bool) -> None:
    """Show one submission.

    What arrived, what Connexion showed, why, and what to change.
    """
    settings = options.settings()
    attempt = read_store(settings, lambda store: store.attempt(number))
    if attempt is None:
        raise click.ClickException(f"there is no submission {number}")
    if raw:
        echo_bytes(attempt.submission.raw)
    elif as_json:
        echo_json(as_object(attempt))
    else:
        echo_text("\n".join(_story(settings, attempt)))


def as_object(attempt: Attempt) -> dict[str, object]:
    """An attempt for programs: the keys of `gateway submissions list --json`, in their order."""
    import msgspec

    from gateway.importer import replies
    from gateway.importer.diagnose import diagnose
    from gateway.marc import rules

    submission, receipt = attempt.submission, attempt.receipt
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
        "findings": [msgspec.structs.asdict(finding) | {"words": rules.words(finding)} for finding in receipt.findings],
        "diagnosis": diagnose(submission, receipt),
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
    submission, receipt = attempt.submission, attempt.receipt
    return (
        str(attempt.seq),
        local_time(submission.at),
        receipt.zone,
        submission.logon_id,
        _ended(attempt),
        receipt.title,
        ", ".join(receipt.oclc_numbers),
        receipt.mms_id,
    )


def _ended(attempt: Attempt) -> str:
    """Outcome and reason in words, such as `refused: several matches`."""
    words, reason = OUTCOMES[attempt.receipt.outcome], attempt.receipt.reason
    return f"{words}: {reason.value.replace('_', ' ')}" if reason else words


def _story(settings: Settings, attempt: Attempt) -> Iterator[str]:
    """All that is known of an attempt, line by line."""
    from gateway.importer import replies
    from gateway.importer.diagnose import diagnose
    from gateway.marc import rules

    submission, receipt = attempt.submission, attempt.receipt
    labelled = {
        "Submission": f"{attempt.seq} ({submission.id})",
        "Arrived": f"{local_time(submission.at)} from {submission.peer} at {submission.host}",
        "Sent by": _sent_by(receipt.facts),
        "Logon ID": submission.logon_id,
        "Zone": _zone_name(settings, receipt.zone),
        "Outcome": _ended(attempt),
        "Title": receipt.title,
        "OCLC number": ", ".join(receipt.oclc_numbers),
        "MMS ID": receipt.mms_id,
        "Answered": _answered(attempt),
    }
    for label, value in labelled.items():
        if value:
            yield f"{label:{LABEL_COLUMNS}}{value}"
    diagnosis = diagnose(submission, receipt)
    yield from _section("Connexion showed", replies.text(receipt) or "(nothing: the connection was closed)")
    yield from _section("Why", diagnosis.says)
    if diagnosis.fix:
        yield from _section("What to do", diagnosis.fix)
    if receipt.findings:
        found = (f"{finding.severity.value}: {rules.words(finding)}" for finding in receipt.findings)
        yield from _section("Found in the record", "\n".join(found))
    yield from _section(f"Record, {len(submission.raw):,} bytes", _record(submission.raw))


def _section(heading: str, text: str) -> Iterator[str]:
    yield ""
    yield heading
    for line in text.splitlines():
        yield f"  {line}"


def _zone_name(settings: Settings, key: str) -> str:
    if key in settings.zones:
        return f"{key} ({settings.zones[key].code})"
    return "none" if key.startswith("@") else f"{key} (no longer in the settings)"


def _sent_by(facts: Facts) -> str:
    """Which client it was by what it sent; empty where it sent nothing that tells."""
    if not (facts.items or facts.telnet):
        return ""
    parts = [SENDERS[facts.lengths]]
    if facts.items:
        parts.append(f"items {' '.join(facts.items)}")
    if facts.telnet:
        parts.append("opened with Telnet negotiation")
    return ", ".join(parts)


def _answered(attempt: Attempt) -> str:
    if attempt.seconds is None:
        return "not known"
    if attempt.delivered is False:
        return f"after {attempt.seconds:.3f} s, but the client had gone"
    return f"after {attempt.seconds:.3f} s"


def _record(raw: bytes) -> str:
    from gateway.marc.iso2709 import Damaged
    from gateway.marc.record import Record
    from gateway.marc.views import mnemonic

    if not raw:
        return "(none arrived)"
    try:
        return mnemonic(Record.parse(raw))
    except Damaged as error:
        return f"(cannot be shown: {error.detail}; --raw gives its bytes)"
