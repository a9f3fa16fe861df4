"""Which attempts are wanted, and whether an attempt is one of them. The words for it are `search.box`'s."""

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import lru_cache
from typing import Final, NamedTuple

from msgspec import Struct

from gateway.model import Attempt, Outcome, Reason
from gateway.search.contents import InField
from gateway.search.fold import folded

SEARCHES_KEPT: Final = 256
"""Searches that are kept ready: those that people and programs ask just now."""


class Wanted(Struct, frozen=True):
    """All that is given must hold; what is empty asks nothing. Texts are compared by `search.fold`."""

    zones: tuple[str, ...] = ()
    """Of one of these zones."""
    hosts: tuple[str, ...] = ()
    """That came to one of these hosts."""
    outcomes: tuple[Outcome, ...] = ()
    """That ended in one of these ways."""
    reasons: tuple[Reason, ...] = ()
    """For one of these reasons."""
    logon_id: str = ""
    """A part of it."""
    title: tuple[str, ...] = ()
    """Parts, all of which stand in the title."""
    oclc: str = ""
    """The OCLC number in its plain form (`marc.identifiers`)."""
    mms: str = ""
    """The whole MMS ID."""
    fields: tuple[tuple[str, str], ...] = ()
    """Tag, in which X is any character, and what stands in a field of that tag of the record that came."""
    anywhere: tuple[str, ...] = ()
    """Parts, each of which stands in the title, an OCLC number, the MMS ID, the logon ID, or is the submission's ID."""
    since: datetime | None = None
    """That arrived then or later."""
    until: datetime | None = None
    """That arrived earlier than this."""

    def matches(self, attempt: Attempt) -> bool:
        """Whether the attempt is meant."""
        return all(condition.holds(attempt) for condition in conditions(self))

    def record_test(self) -> Callable[[bytes], bool]:
        """Whether what is asked of the record that came holds for it; for who has not the rest of an attempt."""
        tests = in_fields(self.fields)
        return tests[0] if len(tests) == 1 else lambda raw: all(test(raw) for test in tests)


class Condition(NamedTuple):
    """One of the things that are asked."""

    name: str
    """Such as `title`."""
    holds: Callable[[Attempt], bool]
    miss: Callable[[Attempt], str]
    """What of an attempt for which it does not hold is otherwise, such as `outcome is refused, not created`."""


@lru_cache(SEARCHES_KEPT)
def conditions(wanted: Wanted) -> tuple[Condition, ...]:
    """What is asked, the cheapest to tell first."""
    return tuple(_conditions(wanted))


def _conditions(wanted: Wanted) -> Iterator[Condition]:
    if wanted.zones:
        yield _one_of("zone", wanted.zones, lambda attempt: attempt.receipt.zone)
    if wanted.hosts:
        yield _one_of("host", wanted.hosts, lambda attempt: attempt.submission.host)
    if wanted.outcomes:
        yield _one_of("outcome", wanted.outcomes, lambda attempt: attempt.receipt.outcome)
    if wanted.reasons:
        yield _one_of("reason", wanted.reasons, lambda attempt: attempt.receipt.reason or "")
    if wanted.mms:
        yield _one_of("MMS ID", (wanted.mms,), lambda attempt: attempt.receipt.mms_id)
    if wanted.oclc:
        yield _oclc(wanted.oclc)
    if wanted.since:
        yield _since(wanted.since)
    if wanted.until:
        yield _until(wanted.until)
    if wanted.logon_id:
        yield _part("logon ID", wanted.logon_id, lambda attempt: attempt.submission.logon_id)
    for part in wanted.title:
        yield _part("title", part, lambda attempt: attempt.receipt.title)
    for part in wanted.anywhere:
        yield _anywhere(part)
    for tag, part in wanted.fields:
        yield _in_field(tag, part)


def _one_of(name: str, values: tuple[str, ...], value_of: Callable[[Attempt], str]) -> Condition:
    asked = " or ".join(values)
    return Condition(
        name,
        lambda attempt: value_of(attempt) in values,
        lambda attempt: f"{name} is {value_of(attempt) or 'none'}, not {asked}",
    )


def _oclc(number: str) -> Condition:
    return Condition(
        "OCLC number",
        lambda attempt: number in attempt.receipt.oclc_numbers,
        lambda attempt: f"OCLC number is {', '.join(attempt.receipt.oclc_numbers) or 'none'}, not {number}",
    )


def _since(at: datetime) -> Condition:
    return Condition(
        "time",
        lambda attempt: attempt.submission.at >= at,
        lambda attempt: f"it arrived {_time(attempt.submission.at)}, before {_time(at)}",
    )


def _until(at: datetime) -> Condition:
    return Condition(
        "time",
        lambda attempt: attempt.submission.at < at,
        lambda attempt: f"it arrived {_time(attempt.submission.at)}, not before {_time(at)}",
    )


def _time(at: datetime) -> str:
    return f"{at.astimezone():%Y-%m-%d %H:%M:%S}"


def _part(name: str, part: str, text_of: Callable[[Attempt], str]) -> Condition:
    needle = folded(part)
    return Condition(
        name,
        lambda attempt: needle in folded(text_of(attempt)),
        lambda attempt: f"{name} is {text_of(attempt) or 'none'}, without {part}",
    )


def _anywhere(part: str) -> Condition:
    needle = folded(part)

    def holds(attempt: Attempt) -> bool:
        submission, receipt = attempt.submission, attempt.receipt
        return (
            needle in folded(receipt.title)
            or any(needle in number for number in receipt.oclc_numbers)
            or needle in receipt.mms_id
            or needle in folded(submission.logon_id)
            or needle == submission.id
        )

    return Condition("text", holds, lambda attempt: f"{part} stands in neither title, numbers nor logon ID")


def _in_field(tag: str, part: str) -> Condition:
    stands_in = InField(tag, part)
    return Condition(tag, lambda attempt: stands_in(attempt.submission.raw), lambda attempt: f"no {tag} has {part}")


@lru_cache(SEARCHES_KEPT)
def in_fields(fields: tuple[tuple[str, str], ...]) -> tuple[InField, ...]:
    """Of `Wanted.fields`, ready to be asked."""
    return tuple(InField(tag, part) for tag, part in fields)
