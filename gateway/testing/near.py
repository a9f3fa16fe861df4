"""Which attempts came near the one that was waited for in vain, and in what they differ."""

from collections.abc import Collection, Iterator, Sequence
from typing import Final

from gateway import model
from gateway.desk import waiting
from gateway.desk.waiting import Near
from gateway.model import Outcome, Reason, Receipt, Submission
from gateway.search.attempts import Wanted
from gateway.search.numbers import oclc_number
from gateway.testing.attempt import Attempt, summary
from gateway.testing.client import Parameters

TOLD: Final = 10
"""Most attempts that are told of."""


def first(asked: Parameters, came: Sequence[Attempt], waited_for: Collection[int]) -> Attempt | None:
    """The first of those that came that is as asked, and was not waited for before."""
    wanted = _wanted(asked)
    others = (attempt for attempt in came if attempt.seq not in waited_for)
    return next((attempt for attempt in others if wanted.matches(_bare(attempt))), None)


def near(
    asked: Parameters, came: Sequence[Attempt], waited_for: Collection[int], seconds: float, place: str
) -> Iterator[str]:
    """What to say, line by line: those that are as asked in most things first."""
    what = ", ".join(f"{name} {_spelled(value)}" for name, value in asked.items())
    yield f"no attempt with {what} came within {seconds:g} s" if what else f"no attempt came within {seconds:g} s"
    if not came:
        yield f"Nothing came at all: no client has sent a record to {place}."
        return
    yield "These came:"
    wanted = _wanted(asked)
    judged = [(waiting.near(wanted, _bare(attempt)), attempt) for attempt in came]
    for one, attempt in sorted(judged, key=lambda pair: -len(pair[0].right))[:TOLD]:
        yield f"  {summary(attempt)}"
        yield f"    {_words(one, waited=attempt.seq in waited_for)}"
    if len(came) > TOLD:
        yield f"  and {len(came) - TOLD} more"


def _words(one: Near, *, waited: bool) -> str:
    before = "it was waited for before" if waited else ""
    return "; ".join(filter(None, [one.words, before]))


def _spelled(value: object) -> str:
    return " or ".join(map(str, value)) if isinstance(value, list) else str(value)


def _wanted(asked: Parameters) -> Wanted:
    def several(name: str) -> list[str]:
        value = asked.get(name, [])
        return value if isinstance(value, list) else [str(value)]

    title = str(asked.get("title", ""))
    return Wanted(
        outcomes=tuple(map(Outcome, several("outcome"))),
        reasons=tuple(map(Reason, several("reason"))),
        title=(title,) if title else (),
        oclc=oclc_number(str(asked.get("oclc", ""))),
        mms=str(asked.get("mms", "")),
    )


def _bare(attempt: Attempt) -> model.Attempt:
    """As much of it as a question can be about."""
    submission = Submission("", attempt.at, "", "", attempt.logon_id, b"")
    receipt = Receipt(
        attempt.zone, attempt.outcome, attempt.reason, attempt.mms_id, attempt.oclc_numbers, attempt.title
    )
    return model.Attempt(attempt.seq, submission, receipt)
