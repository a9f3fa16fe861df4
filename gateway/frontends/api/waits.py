"""Waiting for a submission, for tests that export and then want to know what became of it."""

from http import HTTPStatus
from typing import Any

from litestar import Response, get

from gateway.desk import attempts, waiting
from gateway.desk.attempts import AttemptShown
from gateway.desk.waiting import Near
from gateway.frontends.api import asked
from gateway.frontends.api.parameters import (
    WAIT_SECONDS,
    After,
    InZone,
    Mms,
    Oclc,
    Outcomes,
    Reasons,
    TheDesk,
    TheStreams,
    Timeout,
    Title,
    Words,
)
from gateway.frontends.http.problems import PROBLEM, Problem, Refused


class Missed(Problem, frozen=True):
    """Nothing that was waited for has come in time."""

    near: tuple[Near, ...] = ()
    """The newest that came meanwhile; first those that are as asked in most things."""


@get("/submissions/wait", operation_id="waitForSubmission", tags=["submissions"])
async def wait(
    desk: TheDesk,
    streams: TheStreams,
    after: After = None,
    zone: InZone = None,
    oclc: Oclc = None,
    mms: Mms = None,
    title: Title = None,
    outcome: Outcomes = None,
    reason: Reasons = None,
    q: Words = None,
    seconds: Timeout = WAIT_SECONDS,
) -> Response[AttemptShown]:
    """Wait for the first submission that is as asked.

    In time it is answered at once, as `getSubmission` does; else 408, with those that came near.
    """
    where = await asked.attempts_zone(desk, zone)
    wanted = asked.wanted(q=q, zone=where, outcomes=outcome, reasons=reason, title=title, oclc=oclc, mms=mms)
    found = None
    with streams.until_closed():
        found = await waiting.wait(desk.store, desk.watch, wanted, after=after, seconds=seconds)
    if found is None:
        raise Refused(HTTPStatus.SERVICE_UNAVAILABLE, "the gateway is being stopped")
    if found.attempt is None:
        return _missed(found.near, seconds)
    return Response(await attempts.described(desk.store, found.attempt, desk.known()))


def _missed(near: tuple[Near, ...], seconds: float) -> Response[Any]:
    """The same as any problem, with what came near."""
    came = "only others came" if near else "none came at all"
    if near and near[0].right:
        came = f"submission {near[0].attempt.seq} came near: {near[0].words}"
    status = HTTPStatus.REQUEST_TIMEOUT
    told = Missed(status.phrase, int(status), f"no such submission within {seconds:g} s; {came}", near=near)
    return Response(told, status_code=status, media_type=PROBLEM)
