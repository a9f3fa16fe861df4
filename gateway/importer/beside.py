"""What the store has beside an attempt that tells more of it: the same record shortly before it, what its import took
out of a stored record, what it did not take. Looked up when somebody reads the attempt; nothing of it is kept.
"""

import hashlib
from collections import deque
from collections.abc import AsyncGenerator, Iterable, Iterator, Sequence
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

from gateway.importer.decide import NOT_COMPARED
from gateway.importer.normalize import normalization
from gateway.marc.iso2709 import Damaged
from gateway.marc.record import Record
from gateway.model import Attempt, BibRecord, Outcome, Profile
from gateway.stores.base import Store

AGAIN_SECONDS: Final = 60.0
"""The same record within a minute was sent twice: by hand, or by a client that retries."""
AGAIN_TIME: Final = timedelta(seconds=AGAIN_SECONDS)
MOST_BEFORE: Final = 500
"""Attempts that are looked through for the same record: a busy minute of many people. More come of a program that loads
a store, which would wait for who looks."""
BEFORE_AT_ONCE: Final = 25
"""Of them in memory at a time, for each comes with its record: some 2 MB of the longest."""
MOST_STORED: Final = 5
"""Versions that are written while an attempt may be decided on, the first, with which it is compared. It is decided on
within milliseconds; more come of a program that imports a record again and again."""
NEW_IN_EACH_EXPORT: Final = frozenset({"005", "994"})
"""OCLC's 005 is the time of export, and it adds the 994 [doc]."""
IMPORT_TIME: Final = timedelta(seconds=10)
"""Within that after it has arrived a record is decided on: an import is given up before (`accept.IMPORT_SECONDS`)."""


class Replaced(NamedTuple):
    """A version of a stored record that an attempt made, and the one before it."""

    zone: str
    before: BibRecord
    after: BibRecord


class Beside(NamedTuple):
    """What the store tells of an attempt beside itself."""

    again_after: float | None = None
    """Seconds since the same record had come; None where it had not within `AGAIN_SECONDS`."""
    not_taken: bool = False
    """Whether nothing was changed though what came is not all in the stored record."""
    replaced: tuple[Replaced, ...] = ()
    """The zone's record, and the institution's that is linked to it."""


NOTHING: Final = Beside()

_BEGINNING: Final = datetime.min.replace(tzinfo=UTC)
_NEVER: Final = datetime.max.replace(tzinfo=UTC)


def again_after(attempt: Attempt, earlier: Iterable[Attempt]) -> float | None:
    """Seconds since the newest of the `earlier` attempts within a minute that brought the same record to the zone.

    The same but for what is new in each export. One that was refused, and answered, is none of them: whoever reads a
    refusal may well try again. None where there is none, and of an attempt whose second half was done later: it is kept
    among others than those that came with it.
    """
    brought = _brought(attempt)
    if brought is None or _is_late(attempt):
        return None
    near = (one for one in earlier if one.seq < attempt.seq and _seconds_between(one, attempt) is not None)
    found = (_seconds_between(one, attempt) for one in near if not _is_refused(one) and _brought(one) == brought)
    return min((seconds for seconds in found if seconds is not None), default=None)


async def attempts_before(store: Store, attempt: Attempt, *, zone: str | None) -> list[Attempt]:
    """The zone's attempts within a minute before it, newest first, and perhaps some more; None: those of all zones.

    Of very many the newest `MOST_BEFORE`; none of an attempt whose second half was done later.
    """
    async with aclosing(pages_before(store, attempt, zone=zone)) as pages:
        return [one async for page in pages for one in page]


async def pages_before(store: Store, attempt: Attempt, *, zone: str | None) -> AsyncGenerator[list[Attempt], None]:
    """The same a page at a time, for who needs but one page in memory; to be closed."""
    before = attempt.seq
    for _ in range(0, 0 if _is_late(attempt) else MOST_BEFORE, BEFORE_AT_ONCE):
        page = await store.attempts(zone=zone, before=before, limit=BEFORE_AT_ONCE)
        if not page:
            return
        yield page
        if attempt.submission.at - _reached(page) > AGAIN_TIME:
            return
        before = page[-1].seq


async def replaced(store: Store, attempt: Attempt) -> tuple[Replaced, ...]:
    """The versions that the attempt made of records that were there before; of no others the MARC is read."""
    receipt, facts = attempt.receipt, attempt.receipt.facts
    if not receipt.outcome.filed:
        return ()
    places = [(facts.network or receipt.zone, receipt.mms_id)]
    if facts.linked:
        places.append((receipt.zone, facts.linked))
    found = [await _replaced_in(store, zone, mms_id, attempt.submission.id) for zone, mms_id in places]
    return tuple([one for one in found if one])


async def _replaced_in(store: Store, zone: str, mms_id: str, submission: str) -> Replaced | None:
    async with aclosing(_history(store, zone, mms_id)) as versions:
        async for version in versions:
            if version.submission == submission:
                numbers = version.version - 1, version.version
                kept = await store.versions(zone, mms_id, numbers=numbers)
                return Replaced(zone, *kept) if len(kept) == len(numbers) else None
    return None


async def stored_at(store: Store, attempt: Attempt) -> Sequence[BibRecord]:
    """Of an attempt that changed nothing, the versions of the stored record that may have been its newest then.

    At most `MOST_STORED` and one; none of other attempts.
    """
    receipt = attempt.receipt
    if receipt.outcome is not Outcome.UNCHANGED:
        return ()
    zone, mms_id, at = receipt.facts.network or receipt.zone, receipt.mms_id, attempt.submission.at
    newest = await store.record(zone, mms_id)
    if newest is None or newest.at <= at:
        return [newest] if newest else ()
    begun: list[BibRecord] = []
    later: list[BibRecord] = []
    async with aclosing(_history(store, zone, mms_id)) as versions:
        async for version in versions:
            if version.at <= at:
                begun = [version]
                break
            later.append(version)
    soon = [version for version in reversed(later) if version.at <= at + IMPORT_TIME]
    meant = [*begun, *soon[:MOST_STORED]] or [*later[:1], *later[-1:]]  # somebody has set the clock back
    return await store.versions(zone, mms_id, numbers={version.version for version in meant})


def not_taken(attempt: Attempt, profile: Profile, stored: Sequence[BibRecord]) -> bool:
    """Whether nothing was changed though what came is not all in the stored record, of which `stored_at` tells.

    `profile` decided on the attempt. False where there is none, for nobody can tell. Of the longest record it takes
    long.
    """
    if not stored:
        return False
    came = normalization(profile.normalization, extraneous_035=profile.extraneous_035)(
        Record.parse(attempt.submission.raw)
    )
    return not any(_holds(Record.parse(version.marc), came) for version in stored)


class Recent:
    """Tells of attempts that come oldest first which of them bring a record again."""

    def __init__(self) -> None:
        self._window = _Window()

    def again_after(self, attempt: Attempt) -> float | None:
        """As the function of this name, of all that were asked about before."""
        same = self._window.of(attempt)
        other = next((one for one in same if not _is_refused(one)), None)
        if other is None or not _is_refused(attempt):
            same.clear()
            same.append(attempt)
        return _seconds_between(other, attempt) if other and not _is_late(attempt) else None


class Repetitions:
    """The same of attempts that come newest first: of each it is known when a minute before it has come by."""

    def __init__(self) -> None:
        self._window = _Window()
        self._waiting: deque[Attempt] = deque()
        self._found: dict[int, float] = {}
        """By `seq`."""

    def settled(self, page: Sequence[Attempt]) -> Iterator[tuple[Attempt, float | None]]:
        """Takes the next attempts and gives those that wait no longer, in their order; all, if none come any more."""
        for attempt in page:
            self._waiting.append(attempt)
            same = self._window.of(attempt)
            if not _is_refused(attempt):
                self._find(attempt, same)
                same.clear()
            same.append(attempt)
        reached = _reached(page)
        while self._waiting and self._is_known(self._waiting[0], reached):
            first = self._waiting.popleft()
            yield first, self._found.pop(first.seq, None)

    def _find(self, attempt: Attempt, later: Iterable[Attempt]) -> None:
        for one in later:
            if not _is_late(one) and (seconds := _seconds_between(attempt, one)) is not None:
                self._found[one.seq] = seconds

    def _is_known(self, attempt: Attempt, reached: datetime) -> bool:
        return attempt.seq in self._found or _is_late(attempt) or attempt.submission.at - reached > AGAIN_TIME


class _Window:
    """Attempts of about a minute by what they brought."""

    def __init__(self) -> None:
        self._by_record: dict[tuple[str, bytes], deque[Attempt]] = {}

    def of(self, attempt: Attempt) -> deque[Attempt]:
        """Where those stand that brought the same record to the same zone, and the attempt is to stand, for the next.

        Where no record came it is nobody else's.
        """
        brought = _brought(attempt)
        same = self._by_record.pop(brought, deque()) if brought else deque()
        if not _is_late(attempt):
            while self._by_record and _is_far(next(iter(self._by_record.values()))[-1], attempt):
                del self._by_record[next(iter(self._by_record))]
            while same and _is_far(same[0], attempt):
                same.popleft()
        if brought:
            self._by_record[brought] = same
        return same


def _brought(attempt: Attempt) -> tuple[str, bytes] | None:
    """What tells which record came to which zone, in whichever of its exports; None where none came."""
    raw = attempt.submission.raw
    if not raw:
        return None
    try:
        record = Record.parse(raw)
    except Damaged:
        return attempt.receipt.zone, raw
    fields = [tag.encode() + body for tag, body in record.fields if tag not in NEW_IN_EACH_EXPORT]
    told = (record.leader[5:12], record.leader[17:], *fields)
    return attempt.receipt.zone, hashlib.sha256(b"\x1e".join(told)).digest()


def _is_refused(attempt: Attempt) -> bool:
    """Whether it was not filed, and its client told so, as far as is known."""
    return not attempt.receipt.outcome.filed and attempt.delivered is not False


def _seconds_between(earlier: Attempt, later: Attempt) -> float | None:
    """None where they are not within a minute, or came the other way round."""
    passed = later.submission.at - earlier.submission.at
    return passed.total_seconds() if timedelta() <= passed <= AGAIN_TIME else None


def _is_far(one: Attempt, other: Attempt) -> bool:
    return abs(one.submission.at - other.submission.at) > AGAIN_TIME


def _is_late(attempt: Attempt) -> bool:
    """Whether it was kept long after it had arrived; all others are nearly in the order of arrival."""
    return attempt.receipt.facts.resumed


def _reached(page: Sequence[Attempt]) -> datetime:
    """The time to which a listing, newest first, has come with these attempts; the beginning where there are none."""
    times = [attempt.submission.at for attempt in page if not _is_late(attempt)]
    return min(times) if times else _NEVER if page else _BEGINNING


async def _history(store: Store, zone: str, mms_id: str) -> AsyncGenerator[BibRecord, None]:
    """A record's versions, newest first, without their MARC; to be closed."""
    before: int | None = None
    while page := await store.history(zone, mms_id, before=before):
        for version in page:
            yield version
        before = page[-1].version


def _holds(stored: Record, came: Record) -> bool:
    """Whether all that came stands in the stored record."""
    if (stored.leader[5:9], stored.leader[17:20]) != (came.leader[5:9], came.leader[17:20]):
        return False
    present = {*stored.fields}
    return all(field in present or field.tag in NOT_COMPARED for field in came.fields)
