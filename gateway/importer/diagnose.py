"""Why an attempt ended as it did, and what to change: which of `importer.advice` holds, the most important first.

Derived from what the attempt left, when somebody reads it. For the operator: a client is never told as much.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from msgspec.structs import replace

from gateway.importer import replies
from gateway.importer.advice import (
    ADVICE,
    CLIENT,
    HOSTED,
    IN_NETWORK,
    KEPT,
    LINKED,
    NOT_LINKED,
    NOT_TAKEN,
    SCRIPTED,
    THEN_TOO,
    Words,
)
from gateway.importer.decide import reason_for
from gateway.importer.match import METHODS
from gateway.importer.merge import title_of
from gateway.importer.script_words import reply_words
from gateway.importer.scripts import ACCEPT, kept_back
from gateway.marc.iso2709 import RECORD_TERMINATOR
from gateway.marc.record import one_line
from gateway.model import Diagnosis, Facts, Finding, Outcome, Reason, Receipt, Severity, Submission

SLOW_SECONDS: Final = 10.0
"""Record Manager waits so long for an answer [doc]."""
SLOW_ARRIVAL_SECONDS: Final = 10.0
"""The longest record, 99,999 bytes, comes within that even at a modem's 100 kbit/s."""
KEEPS_ALL: Final = "keep-only-old-value"
"""Key of the merge method that takes nothing of what is exported."""
PASSED_VALIDATION: Final = frozenset(
    {
        *(Reason.SEVERAL_MATCHES, Reason.LOWER_BRIEF_LEVEL, Reason.OLDER_VERSION, Reason.CZ_LINKED, Reason.LOCKED),
        Reason.LINK_PENDING,
    }
)
"""Reasons that come up only with a record in which nothing was found that refuses it."""
NOTHING_BEHIND: Final = frozenset({Reason.STRUCTURE, Reason.NOT_BIBLIOGRAPHIC})
"""Of a record that is refused for one of these, what else is found in it means nothing."""


NO_EXPORT: Final = frozenset({Outcome.MALFORMED, Outcome.FOREIGN})
"""Outcomes of what brought no whole record: that the client had gone then tells nothing more."""


class Seen(NamedTuple):
    """What is known of an attempt."""

    submission: Submission
    receipt: Receipt
    seconds: float | None
    delivered: bool | None
    findings: Sequence[Finding]
    again_after: float | None = None
    not_taken: bool = False

    @property
    def facts(self) -> Facts:
        """What was observed."""
        return self.receipt.facts

    @property
    def answer_seconds(self) -> float:
        """How long the answer took; 0 where that is not known."""
        return answer_seconds(self.seconds, self.facts) or 0.0


Holds = Callable[[Seen], bool]

NEARER: Final[dict[str, Holds]] = {
    "user_id_sent": lambda seen: (
        seen.receipt.reason is Reason.NO_LOGON and "U" in seen.facts.items and "A" not in seen.facts.items
    ),
    "logon_empty": lambda seen: seen.receipt.reason is Reason.NO_LOGON and "A" in seen.facts.items,
    "length": lambda seen: seen.receipt.reason is Reason.INCOMPLETE and _came_to_its_end(seen.submission.raw),
}
"""What says more than the reason; the first that holds takes its place."""

BESIDE: Final[dict[str, Holds]] = {
    "plain_tcp_ip": lambda seen: seen.receipt.reason is Reason.NO_LOGON and not seen.facts.items,
    "no_logon": lambda seen: seen.receipt.reason is Reason.NOT_MARC and not seen.facts.items,
}
"""What may be the cause instead, or comes up next; where there was no Telnet, which tells it already."""

FAULTS: Final[dict[str, Holds]] = {
    "telnet": lambda seen: seen.facts.telnet and seen.receipt.reason is not Reason.TELNET,
    "permanent_connection": lambda seen: seen.facts.earlier > 0,
    "many_029s": lambda seen: any(finding.code == "many029" for finding in seen.findings),
    "slow_arrival": lambda seen: (seen.facts.arriving or 0.0) > SLOW_ARRIVAL_SECONDS,
    "slow_reply": lambda seen: seen.answer_seconds > SLOW_SECONDS,
    "client_gone": lambda seen: (
        seen.delivered is False and seen.receipt.outcome not in NO_EXPORT and not kept_back(seen.facts)
    ),
    "sent_twice": lambda seen: seen.again_after is not None,
    "no_number": lambda seen: (
        seen.receipt.outcome is Outcome.CREATED and bool(seen.facts.match_method) and not seen.facts.keys
    ),
    "not_linked": lambda seen: seen.receipt.outcome.filed and bool(seen.facts.network) and not seen.facts.linked,
}
"""What else is wrong with the set-up or the record, the most important first."""

INFOS: Final[dict[str, Holds]] = {
    "resumed": lambda seen: seen.facts.resumed,
    "network_zone": lambda seen: seen.facts.to_network,
}
"""What one should know of a filed record, though nothing is wrong."""


def diagnose(
    submission: Submission,
    receipt: Receipt,
    *,
    seconds: float | None = None,
    delivered: bool | None = None,
    findings: Sequence[Finding] = (),
    again_after: float | None = None,
    not_taken: bool = False,
) -> tuple[Diagnosis, ...]:
    """What to tell the operator of an attempt, the most important first; at least one.

    `seconds` and `delivered` are the attempt's, `findings` all that was found in the record. `again_after` and
    `not_taken` are what the store tells beside it (`importer.beside`).
    """
    seen = Seen(submission, receipt, seconds, delivered, findings or receipt.findings, again_after, not_taken)
    scripted = receipt.facts.scripted
    if scripted is None:
        return tuple(_filed(seen) if receipt.outcome.filed else _failed(seen))
    told = Diagnosis("scripted", SCRIPTED.format(number=scripted.number, done=reply_words(scripted.step)))
    if scripted.step.reply != ACCEPT:
        return (told,)
    return (*(_filed(seen) if receipt.outcome.filed else _failed(seen)), told)


def outcome_words(submission: Submission, receipt: Receipt, *, not_taken: bool = False) -> str:
    """The words of an outcome that filed the record, with which its first diagnosis begins."""
    words = ADVICE[receipt.outcome.value].says
    if receipt.outcome is Outcome.UNCHANGED and receipt.facts.merge_method == KEEPS_ALL:
        words = KEPT
    elif receipt.outcome is Outcome.UNCHANGED and not_taken:
        words = NOT_TAKEN
    words += LINKED if receipt.facts.linked else ""
    return words.format_map(_values(Seen(submission, receipt, None, None, ())))


def answer_seconds(seconds: float | None, facts: Facts) -> float | None:
    """From the message's last byte to the reply's; None before that has gone out. `seconds` is the attempt's."""
    return None if seconds is None else max(0.0, seconds - (facts.arriving or 0.0))


def _filed(seen: Seen) -> Iterator[Diagnosis]:
    """What is wrong, behind the words of the outcome; the outcome alone where nothing is. Then what else to know."""
    outcome = outcome_words(seen.submission, seen.receipt, not_taken=seen.not_taken)
    faults = _told_all(FAULTS, seen)
    if faults:
        yield replace(faults[0], says=f"{outcome} {faults[0].says}")
    else:
        yield Diagnosis(seen.receipt.outcome.value, outcome)
    yield from faults[1:]
    yield from _told_all(INFOS, seen)


def _failed(seen: Seen) -> Iterator[Diagnosis]:
    """What made the outcome, what would have made the next one, what else is wrong.

    Telnet comes first where no logon ID came: such a destination cannot send one.
    """
    cause, *also = _causes(seen)
    faults = _told_all(FAULTS, seen)
    telnet = [fault for fault in faults if fault.code == "telnet"]
    yield from (cause, *telnet) if "A" in seen.facts.items else (*telnet, cause)
    yield from also
    if not telnet:
        yield from _told_all(BESIDE, seen)
    yield from _other_refusals(seen)
    yield from (fault for fault in faults if fault not in telnet)


def _causes(seen: Seen) -> Iterator[Diagnosis]:
    """What made the outcome, as exactly as it is known; and what of the logon would have been wrong then."""
    receipt, facts = seen.receipt, seen.facts
    if facts.logon_hint:
        yield _told(facts.logon_hint, ADVICE[facts.logon_hint], seen, facts.logon_hint_for)
        if facts.logon_also:
            yield _told(facts.logon_also, ADVICE[facts.logon_also], seen, facts.logon_also_for)
        return
    nearer = (code for code, holds in NEARER.items() if holds(seen))
    code = next(nearer, (receipt.reason or receipt.outcome).value)
    says, fix = ADVICE[code]
    yield _told(code, Words(says + (IN_NETWORK if facts.network and facts.hits else ""), fix), seen)


def _other_refusals(seen: Seen) -> Iterator[Diagnosis]:
    """What the record would be refused for once the cause is mended, since people mend one thing at a time."""
    receipt = seen.receipt
    if receipt.outcome not in THEN_TOO or receipt.reason in PASSED_VALIDATION:
        return
    told = {receipt.reason}
    for finding in seen.findings:
        if not told.isdisjoint(NOTHING_BEHIND):
            return
        reason = reason_for(finding)
        if finding.severity is Severity.REFUSE and reason not in told:
            told.add(reason)
            says, fix = ADVICE[reason.value]
            refused = seen._replace(receipt=replace(receipt, findings=(finding,)))
            yield _told(reason.value, Words(f"{THEN_TOO[receipt.outcome]} {says}", fix), refused)


def _told_all(where: Mapping[str, Holds], seen: Seen) -> list[Diagnosis]:
    return [_told(code, _words(code, seen), seen) for code, holds in where.items() if holds(seen)]


def _words(code: str, seen: Seen) -> Words:
    return NOT_LINKED.get(seen.facts.not_linked, ADVICE[code]) if code == "not_linked" else ADVICE[code]


def _came_to_its_end(raw: bytes) -> bool:
    """Whether the record is whole by how it ends, whatever length it states."""
    return raw.rstrip(b"\0\r\n ").endswith(RECORD_TERMINATOR)


def _told(code: str, words: Words, seen: Seen, points_to: str = "") -> Diagnosis:
    values = _values(seen, points_to)
    return Diagnosis(code, words.says.format_map(values), words.fix.format_map(values))


def _values(seen: Seen, points_to: str = "") -> dict[str, object]:
    """What may stand in braces in the words of `importer.advice`."""
    submission, facts = seen.submission, seen.facts
    method = METHODS[facts.match_method or "unique-oclc-identifier"]
    menus = HOSTED if facts.lengths == "browser" else CLIENT
    return {
        **replies.Values(seen.receipt),
        **menus._asdict(),
        "logon_id": one_line(submission.logon_id) or "that was sent (not shown: it is like none of this gateway's)",
        "host": submission.host,
        "zone": seen.receipt.zone,
        "points_to": points_to,
        "first_bytes": facts.first_bytes,
        "earlier": facts.earlier,
        "again_after": f"{seen.again_after:.0f}" if (seen.again_after or 0.0) >= 1 else "less than 1",
        "arriving": f"{facts.arriving or 0.0:.1f}",
        "seconds": f"{seen.answer_seconds:.1f}",
        "network": facts.network,
        "linked": facts.linked,
        "in_the_way": replies.listed(facts.in_the_way),
        "merge_method": title_of(facts.merge_method, {}),
        "number_name": method.number,
        "number_fields": method.fields,
    }
