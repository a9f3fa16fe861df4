"""An attempt as the steps of a set-up: what is right, what is wrong, and what to change.

What lies behind the step at which an attempt ended is told as far as the record itself tells it, and no further.
"""

from collections.abc import Callable
from typing import Final, Literal, NamedTuple

from gateway.importer.beside import NOTHING, Beside
from gateway.importer.diagnose import FAULTS, INFOS, outcome_words
from gateway.importer.match import METHODS
from gateway.importer.replies import hit_count, listed
from gateway.importer.report import Known, answered, characters, diagnoses, readable, sent_by, zone_and_why
from gateway.model import Attempt, Diagnosis

Status = Literal["ok", "warn", "fail"]


class Step(NamedTuple):
    """One thing that has to be right."""

    step: str
    status: Status
    """`fail`: it keeps, or would keep, the record out."""
    says: str
    fix: str = ""


STEPS: Final[dict[str, tuple[str, ...]]] = {
    "connected": ("busy", "http", "tls", "permanent_connection"),
    "destination": ("telnet", "plain_tcp_ip", "malformed", "message_too_long"),
    "transfer": ("incomplete", "length", "slow_arrival"),
    "format": ("not_marc",),
    "logon": (
        *("no_logon", "logon_empty", "user_id_sent", "unknown_logon", "case", "white_space", "case_and_white_space"),
        *("other_host", "swapped", "wrong_password", "no_password", "password_case", "password_white_space"),
        *("other_password", "password_too", "logon_slow"),
    ),
    "profile": ("none_named", "several_named"),
    "structure": ("structure", "too_long"),
    "character set": ("charset",),
    "contents": ("not_bibliographic", "required", "rules", "many_029s"),
    "match": ("several_matches", "no_number"),
    "overlay": ("lower_brief_level", "older_version", "cz_linked", "locked"),
    "filed": (
        *("created", "merged", "unchanged", "store_slow", "store_failed", "outcome_unknown", "internal", "crashed"),
    ),
    "network zone": ("network_zone", "not_linked", "resumed", "link_pending"),
    "answered": ("slow_reply", "client_gone", "sent_twice"),
}
"""In the order in which they are taken: the codes of `importer.advice` that tell of each."""
OF_THE_RECORD: Final = ("structure", "character set", "contents")
"""Steps of which a record itself tells, whatever became of it."""

RIGHT: Final[dict[str, Callable[[Attempt, Known], str]]] = {
    "connected": lambda attempt, _: f"{attempt.submission.peer} reached the host {attempt.submission.host}",
    "destination": lambda attempt, _: sent_by(attempt.receipt.facts),
    "transfer": lambda attempt, _: f"{len(attempt.submission.raw):,} bytes",
    "format": lambda *_: "MARC 21",
    "logon": lambda attempt, known: zone_and_why(attempt, known),
    "profile": lambda attempt, _: attempt.receipt.facts.profile,
    "structure": lambda *_: "sound",
    "character set": lambda attempt, _: characters(attempt.submission.raw),
    "contents": lambda attempt, _: attempt.receipt.title or "nothing that refuses it",
    "match": lambda attempt, _: _match(attempt),
    "overlay": lambda attempt, _: "nothing speaks against it" if attempt.receipt.facts.hits else "",
    "filed": lambda attempt, _: f"MMS ID {attempt.receipt.mms_id}.",
    "network zone": lambda attempt, _: attempt.receipt.facts.network,
    "answered": lambda attempt, _: answered(attempt),
}
"""What to say of a step that is right; an empty text where it was not taken. Of `filed` behind the outcome's words."""


def steps(attempt: Attempt, known: Known, beside: Beside = NOTHING) -> tuple[Step, ...]:
    """The steps of which anything is known, in their order; a step of which several things are to be told, several
    times.
    """
    receipt = attempt.receipt
    told = diagnoses(attempt, known=known, beside=beside)
    filed = receipt.outcome.filed
    outcome = f"{outcome_words(attempt.submission, receipt, not_taken=beside.not_taken)} " if filed else ""
    end = len(STEPS) if filed else _place((receipt.reason or receipt.outcome).value)
    also_right = OF_THE_RECORD if readable(attempt.submission.raw) else ()
    found: list[Step] = []
    for place, (step, codes) in enumerate(STEPS.items()):
        telling = [
            Step(step, _status(one, attempt, first=one is told[0]), one.says.removeprefix(outcome), one.fix)
            for one in told
            if one.code in codes and not (filed and one.code == receipt.outcome)
        ]
        found += telling
        if not telling and (place < end or step in also_right) and (says := RIGHT[step](attempt, known)):
            found.append(Step(step, "ok", f"{outcome}{says}" if step == "filed" else says))
    return tuple(found)


def _place(code: str) -> int:
    return next(place for place, codes in enumerate(STEPS.values()) if code in codes)


def _status(one: Diagnosis, attempt: Attempt, *, first: bool) -> Status:
    """A fault warns where the record was filed in spite of it, or stands beside the cause."""
    if one.code in INFOS:
        return "ok"
    beside = one.code in FAULTS or one.code == "plain_tcp_ip"
    return "warn" if attempt.receipt.outcome.filed or (beside and not first) else "fail"


def _match(attempt: Attempt) -> str:
    """What was looked for, and what was found."""
    facts = attempt.receipt.facts
    if not facts.match_method:
        return ""
    found = listed([hit.mms_id for hit in facts.hits], of=hit_count(facts)) or "no record"
    return f"{METHODS[facts.match_method].number} {listed(facts.keys)}: {found}"
