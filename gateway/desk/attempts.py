"""Attempts as programs and pages see them: one whole, with its diagnosis, or a line of a listing."""

from contextlib import aclosing
from datetime import datetime
from typing import Final

from msgspec import Struct
from msgspec.structs import asdict

from gateway.desk.threads import beside
from gateway.errors import NotFound, Unusable
from gateway.importer import report
from gateway.importer.beside import Beside, again_after, not_taken, pages_before, replaced, stored_at
from gateway.importer.evidence import assumed
from gateway.importer.report import Characters, Known
from gateway.marc import rules
from gateway.model import Attempt, Diagnosis, Facts, Outcome, Reason, Receipt, Severity
from gateway.search.attempts import Wanted
from gateway.stores.base import PAGE_ROWS, Store

MOST_ROWS: Final = 1_000
"""Most attempts of one page: some 2 MB of records are read for them."""


class FindingShown(Struct, frozen=True):
    """One thing that is wrong or odd in a record, with its words."""

    code: str
    """Which kind of thing."""
    severity: Severity
    """`refuse` ends the import; the others are shown."""
    field: str
    """Tag, or `Leader/09` and the like; empty when it concerns the whole record."""
    occurrence: int
    """Which of the fields of that tag, from 1; 0 when it does not matter."""
    offset: int | None
    """Byte in the record as it arrived, from 0."""
    detail: str
    """The value or figure at fault, short and printable."""
    words: str
    """What is wrong, for people."""


class Assumed(Struct, frozen=True):
    """A behaviour that nobody has published."""

    behaviour: str
    """What the gateway does, as docs/fidelity.md has it; of a reply its key and its text before it is filled in."""
    source: str
    """Why it is assumed so."""


class AttemptShown(Struct, frozen=True):
    """An attempt whole, without its record's bytes."""

    id: str
    """Unique across gateways."""
    seq: int
    """Its number. Rises within a zone, in the order of commits."""
    at: datetime
    """When its last byte arrived, UTC."""
    host: str
    """The emulated host that it came to."""
    peer: str
    """The client's address, without port; `import` for a record of a file."""
    zone: str
    """Key of the zone that it reached; `@` and the host where it reached none."""
    logon_id: str
    """As it was sent."""
    outcome: Outcome
    reason: Reason | None
    """Why it was not filed; null where it was."""
    reply: str
    """What the client was answered."""
    mms_id: str
    """The record that was created, merged or left as it was; empty where none was."""
    oclc_numbers: tuple[str, ...]
    """Of 035 $a, in their plain form."""
    title: str
    seconds: float | None
    """From the message's first byte to the reply's last; null until the reply has gone out."""
    delivered: bool | None
    """False when the client had gone before its reply; null until that is known."""
    held_by: str
    """Key of the zone whose record has that MMS ID, perhaps the network zone; empty where none was."""
    findings: tuple[FindingShown, ...]
    """What refused it first."""
    diagnosis: Diagnosis
    """Why it ended as it did, and what to change."""
    also: tuple[Diagnosis, ...]
    """What else there is to change."""
    facts: Facts
    """What was observed."""
    leader_09: str
    """The character that says which characters the record has; empty where not so much of it came."""
    characters: Characters
    """What the bytes are, whatever the Leader says."""
    assumed: tuple[Assumed, ...]
    """What of its answer is assumed: each behaviour that took part in it and that nobody has published. None where all
    of them are published, or seen in public code or records."""


class AttemptLine(Struct, frozen=True):
    """An attempt in a listing: nothing of it is worked out of the record."""

    seq: int
    """Its number. Rises within a zone, in the order of commits."""
    id: str
    """Unique across gateways."""
    at: datetime
    """When its last byte arrived, UTC."""
    host: str
    """The emulated host that it came to."""
    peer: str
    """The client's address, without port; `import` for a record of a file."""
    zone: str
    """Key of the zone that it reached; `@` and the host where it reached none."""
    logon_id: str
    """As it was sent."""
    outcome: Outcome
    reason: Reason | None
    """Why it was not filed; null where it was."""
    words: str
    """Outcome and reason for people, such as `refused: several matches`."""
    title: str
    oclc_numbers: tuple[str, ...]
    """Of 035 $a, in their plain form."""
    mms_id: str
    """The record that was created, merged or left as it was; empty where none was."""
    seconds: float | None
    """From the message's first byte to the reply's last; null until the reply has gone out."""
    delivered: bool | None
    """False when the client had gone before its reply; null until that is known."""
    held_by: str
    """Key of the zone whose record has that MMS ID, perhaps the network zone; empty where none was."""


class AttemptPage(Struct, frozen=True):
    """Some attempts, newest first."""

    attempts: tuple[AttemptLine, ...]
    before: int | None
    """What to ask for as `before` to have the next page; null where this is the last."""


async def listed(
    store: Store,
    wanted: Wanted | None = None,
    zone: str | None = None,
    before: int | None = None,
    limit: int = PAGE_ROWS,
) -> AttemptPage:
    """The newest attempts with a lower number than `before`, of the zone and as wanted where these are given.

    At most `limit`. Raises `Unusable` where that is not 1 to `MOST_ROWS`.
    """
    if not 1 <= limit <= MOST_ROWS:
        raise Unusable(f"a page has 1 to {MOST_ROWS:,} attempts, not {limit:,}")
    found = await store.attempts(zone=zone, before=before, limit=limit + 1, wanted=wanted)
    more = len(found) > limit
    return AttemptPage(tuple(map(line, found[:limit])), found[limit - 1].seq if more else None)


async def one(store: Store, seq: int) -> Attempt:
    """The attempt of this number. Raises `NotFound`."""
    attempt = await store.attempt(seq)
    if attempt is None:
        raise absent(seq)
    return attempt


async def remove(store: Store, seq: int) -> None:
    """Forget the attempt of this number; what it made of the zone's records stays. Raises `NotFound`."""
    if not await store.remove_attempt(seq):
        raise absent(seq)


def absent(seq: int) -> NotFound:
    """What to raise where there is no such attempt."""
    return NotFound(f"there is no submission {seq}")


def line(attempt: Attempt) -> AttemptLine:
    """The attempt in a listing; does not read its record."""
    submission, receipt = attempt.submission, attempt.receipt
    return AttemptLine(
        seq=attempt.seq,
        id=submission.id,
        at=submission.at,
        host=submission.host,
        peer=submission.peer,
        zone=receipt.zone,
        logon_id=submission.logon_id,
        outcome=receipt.outcome,
        reason=receipt.reason,
        words=report.ended(attempt),
        title=receipt.title,
        oclc_numbers=receipt.oclc_numbers,
        mms_id=receipt.mms_id,
        seconds=attempt.seconds,
        delivered=attempt.delivered,
        held_by=held_by(receipt),
    )


def held_by(receipt: Receipt) -> str:
    """Key of the zone whose record has the receipt's MMS ID; empty where it has none.

    An institution's exports that its profile files in the network zone have the MMS ID of the record there.
    """
    return (receipt.facts.network or receipt.zone) if receipt.mms_id else ""


async def described(store: Store, attempt: Attempt, known: Known) -> AttemptShown:
    """The attempt whole, with what the store tells of it beside itself."""
    return await beside(shown, attempt, known, await read_beside(store, attempt, known))


def shown(attempt: Attempt, known: Known, beside: Beside) -> AttemptShown:
    """The attempt whole; `known` is what the settings say now."""
    submission, receipt = attempt.submission, attempt.receipt
    found = report.findings(attempt, known)
    first, *also = report.diagnoses(attempt, found, known=known, beside=beside)
    return AttemptShown(
        id=submission.id,
        seq=attempt.seq,
        at=submission.at,
        host=submission.host,
        peer=submission.peer,
        zone=receipt.zone,
        logon_id=submission.logon_id,
        outcome=receipt.outcome,
        reason=receipt.reason,
        reply=known.replies.text(receipt),
        mms_id=receipt.mms_id,
        oclc_numbers=receipt.oclc_numbers,
        title=receipt.title,
        seconds=attempt.seconds,
        delivered=attempt.delivered,
        held_by=held_by(receipt),
        findings=tuple([FindingShown(**asdict(finding), words=rules.words(finding)) for finding in found]),
        diagnosis=first,
        also=tuple(also),
        facts=receipt.facts,
        leader_09=report.leader_09(submission.raw),
        characters=report.characters_of(submission.raw),
        assumed=tuple([Assumed(words, basis.source) for words, basis in assumed(attempt, known, found, beside)]),
    )


async def read_beside(store: Store, attempt: Attempt, known: Known) -> Beside:
    """All that the store has to tell beside an attempt."""
    again: float | None = None
    async with aclosing(pages_before(store, attempt, zone=attempt.receipt.zone)) as pages:
        async for page in pages:
            again = await beside(again_after, attempt, page)
            if again is not None:
                break
    stored = await stored_at(store, attempt)
    left = await beside(not_taken, attempt, report.deciding(attempt, known), stored)
    return Beside(again, left, await replaced(store, attempt))


async def looked_beside(store: Store, attempt: Attempt, known: Known, seconds: float | None) -> Beside:
    """What of it an attempt whole is made of; `seconds` since the same record had come are known already.

    For commands: it parses in the thread of the loop.
    """
    left = not_taken(attempt, report.deciding(attempt, known), await stored_at(store, attempt))
    merged = attempt.receipt.outcome is Outcome.MERGED
    return Beside(seconds, left, await replaced(store, attempt) if merged else ())
