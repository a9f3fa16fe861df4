"""Submissions: what arrived, what became of it, why, and how it came over the wire."""

from litestar import Response, delete, get
from msgspec import Struct

from gateway.desk import attempts
from gateway.desk.attempts import AttemptLine, AttemptShown, FindingShown
from gateway.desk.desk import Desk
from gateway.desk.transcript import Run, transcript
from gateway.errors import NotFound
from gateway.frontends.api import asked
from gateway.frontends.api.links import following
from gateway.frontends.api.parameters import (
    MOST_NUMBER,
    AnyRequest,
    Before,
    InZone,
    Limit,
    Outcomes,
    Reasons,
    Submission,
    TheDesk,
    Words,
)
from gateway.model import Attempt, Diagnosis
from gateway.search.attempts import Wanted
from gateway.stores.base import PAGE_ROWS

TAGS = ["submissions"]


class SubmissionPage(Struct, frozen=True):
    """Some submissions, newest first."""

    submissions: tuple[AttemptLine, ...]
    before: int | None
    """What to ask for as `before` to have the next page; null where this is the last."""
    next: str | None
    """Path and query of the next page; null where this is the last."""


class DiagnosisShown(Struct, frozen=True):
    """Why a submission ended as it did."""

    seq: int
    words: str
    """Outcome and reason for people, such as `refused: several matches`."""
    diagnosis: Diagnosis
    """Why, and what to change."""
    also: tuple[Diagnosis, ...]
    """What else there is to change."""
    findings: tuple[FindingShown, ...]
    """What is wrong or odd in its record; what refused it first."""


class TranscriptShown(Struct, frozen=True):
    """How a submission came over the wire, and what was answered."""

    seq: int
    runs: tuple[Run, ...]
    """In the order of the message; those of one direction follow each other without a gap."""


@get("/submissions", operation_id="listSubmissions", tags=TAGS)
async def list_submissions(
    request: AnyRequest,
    desk: TheDesk,
    zone: InZone = None,
    outcome: Outcomes = None,
    reason: Reasons = None,
    q: Words = None,
    before: Before = None,
    limit: Limit = PAGE_ROWS,
) -> SubmissionPage:
    """List what arrived, newest first.

    As zone, `@` and the key of a host stands for submissions that reached none of its zones.
    """
    where = await asked.attempts_zone(desk, zone)
    wanted = asked.wanted(q=q, zone=where, outcomes=outcome, reasons=reason)
    page = await attempts.listed(desk.store, wanted, where, before, limit)
    return SubmissionPage(page.attempts, page.before, following(request, "before", page.before))


@get("/submissions/{submission:str}", operation_id="getSubmission", tags=TAGS)
async def get_submission(desk: TheDesk, submission: Submission) -> AttemptShown:
    """Tell all of one submission: what came, what became of it, the answer, and the diagnosis."""
    return await attempts.described(desk.store, await _one(desk, submission), desk.known())


@get("/submissions/{submission:str}/raw", operation_id="getSubmissionRecord", tags=TAGS, media_type="application/marc")
async def get_raw(desk: TheDesk, submission: Submission) -> Response[bytes]:
    """Give the record as it arrived, byte by byte; of a message that was cut off, the part that came."""
    attempt = await _one(desk, submission)
    named = f'attachment; filename="submission-{attempt.seq}.mrc"'
    return Response(attempt.submission.raw, media_type="application/marc", headers={"content-disposition": named})


@get("/submissions/{submission:str}/transcript", operation_id="getSubmissionTranscript", tags=TAGS)
async def get_transcript(desk: TheDesk, submission: Submission) -> TranscriptShown:
    """Explain each run of bytes that came over the wire, with its place and time."""
    attempt = await _one(desk, submission)
    return TranscriptShown(attempt.seq, transcript(attempt, desk.known().replies.words(attempt.receipt)))


@get("/submissions/{submission:str}/diagnosis", operation_id="getSubmissionDiagnosis", tags=TAGS)
async def get_diagnosis(desk: TheDesk, submission: Submission) -> DiagnosisShown:
    """Tell why a submission ended as it did, and what to change."""
    attempt = await _one(desk, submission)
    shown = await attempts.described(desk.store, attempt, desk.known())
    return DiagnosisShown(attempt.seq, attempts.line(attempt).words, shown.diagnosis, shown.also, shown.findings)


@delete("/submissions/{submission:str}", operation_id="deleteSubmission", tags=TAGS)
async def delete_submission(desk: TheDesk, submission: Submission) -> None:
    """Forget a submission; what it made of the zone's records stays."""
    await attempts.remove(desk.store, (await _one(desk, submission)).seq)


async def _one(desk: Desk, named: str) -> Attempt:
    """By number or ID. Raises `NotFound`."""
    if named.isascii() and named.isdigit():
        if len(named) > len(str(MOST_NUMBER)) or int(named) > MOST_NUMBER:
            raise NotFound(f"there is no submission {named}")
        return await attempts.one(desk.store, int(named))
    found = await desk.store.attempts(limit=1, wanted=Wanted(anywhere=(named,)))
    if not found or found[0].submission.id != named:
        raise NotFound(f"there is no submission {named!r}; name its number or its ID")
    return found[0]
