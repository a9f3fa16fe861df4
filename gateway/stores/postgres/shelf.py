"""What a group of plans knows of its zone: what it has asked the database, and on top of that what its plans made.

A plan that asks what is not known is stopped there. When every plan of the group is done or stopped, all that they have
asked is locked and fetched at once, and the stopped ones are run again from their beginning. So a group of sixty
imports asks the database twice, not a hundred times. Nothing is written here.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from gateway.errors import StoreError
from gateway.model import BibRecord, Delivery, Identifier, PendingLink
from gateway.stores.postgres import locks, rows
from gateway.stores.postgres.batch import Answer, Batch, Statement
from gateway.stores.postgres.leases import Ordinals
from gateway.stores.postgres.rows import Kept
from gateway.stores.postgres.session import Session
from gateway.stores.transacting import Changes, out_of_turn

_BEGIN: Final = Statement("BEGIN", "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE")


class Unanswered(BaseException):
    """Stops a plan that has asked what is not known yet. No `Exception`: a plan may catch those."""


@dataclass
class Made:
    """What the plans of a group want written, in the order in which they were done."""

    versions: dict[str, list[Kept]] = field(default_factory=dict)
    """By MMS ID, rising. The first may amend the one that the database has."""
    attempts: list[rows.AttemptRow] = field(default_factory=list)
    links: dict[str, PendingLink | None] = field(default_factory=dict)
    deliveries: list[tuple[str, str, Delivery]] = field(default_factory=list)
    """Zone and key of an attempt, and what became of its reply."""
    drawn: int = 0
    """How many of the leased ordinals."""

    def __bool__(self) -> bool:
        return bool(self.versions or self.attempts or self.links or self.deliveries)


class Shelf:
    """One zone, as far as one transaction is concerned with it."""

    def __init__(self, zone: str, ordinals: Ordinals, *, careful: bool) -> None:
        """Unless `careful`, a first version is taken for a new record's without a look: mostly it is."""
        self.made = Made()
        self._zone = zone
        self._ordinals = ordinals
        self._careful = careful
        self._begun = False
        self._locked: set[int] = set()
        self._holders: dict[str, set[str]] = {}
        self._newest: dict[str, Kept | None] = {}
        self._filed: dict[str, bool] = {}
        self._bearers: dict[str, set[str]] = {}
        """By number, the records that bear it in the newest version that was made here."""
        self._numbers: set[str] = set()
        self._records: set[str] = set()
        self._submissions: set[str] = set()
        """What has been asked and is not known."""

    def transaction(self) -> "PlanTransaction":
        """For one plan."""
        return PlanTransaction(self, self._ordinals)

    def holders(self, identifiers: Iterable[Identifier]) -> list[str]:
        """MMS IDs, rising."""
        numbers = {*map(rows.number_of, identifiers)}
        unknown = numbers - self._holders.keys()
        if unknown:
            self._numbers |= unknown
            raise Unanswered
        found = set().union(*(self._holders[number] for number in numbers)) - self.made.versions.keys()
        return sorted(found.union(*(self._bearers.get(number, ()) for number in numbers)))

    def newest(self, mms_id: str) -> Kept | None:
        """The newest version."""
        if made := self.made.versions.get(mms_id):
            return made[-1]
        if mms_id not in self._newest:
            self._records.add(mms_id)
            raise Unanswered
        return self._newest[mms_id]

    def filed(self, submission: str) -> bool:
        """Whether the attempt is kept."""
        name = rows.plain(submission)
        if name not in self._filed:
            self._submissions.add(name)
            raise Unanswered
        return self._filed[name]

    def take(self, changes: "PlanTransaction") -> None:
        """Count what a plan wants changed as made: all of it, or, where it raises, nothing."""
        new: dict[str, list[Kept]] = {}
        for record in changes.records:
            ours = new.setdefault(record.mms_id, [])
            present = ours[-1] if ours else self._before(record)
            turn = (present.record.version, present.record.version + 1) if present else (1,)
            if record.version not in turn:
                raise out_of_turn(record)
            if present and not ours:
                self._check_new(changes, record)
            ours.append(rows.kept(record))
        attempts = [rows.attempt_row(*attempt) for attempt in changes.attempts]
        for link in filter(None, changes.links.values()):
            rows.link_row(link)
        for mms_id, versions in new.items():
            self._put(mms_id, versions)
        self.made.attempts += attempts
        self._filed.update((row[1], True) for row in attempts if row[0] == self._zone)
        self.made.links.update(changes.links)
        zones = {row[1]: row[0] for row in attempts}
        for delivery in changes.deliveries:
            name = rows.plain(delivery.submission)
            self.made.deliveries.append((zones.get(name, self._zone), name, delivery))
        self.made.drawn = changes.ordinal

    def _before(self, record: BibRecord) -> Kept | None:
        if record.version == 1 and not self._careful and record.mms_id not in self._newest:
            made = self.made.versions.get(record.mms_id)
            return made[-1] if made else None
        return self.newest(record.mms_id)

    def _check_new(self, changes: "PlanTransaction", record: BibRecord) -> None:
        """Raise where the plan has made a record anew, of an ordinal it drew, which is somebody's already.

        It is not for this plan to amend. Its ordinals count as used, or the next would come upon the same record.
        """
        if record.version == 1 and changes.has_drawn and record.mms_id not in changes.seen:
            self.made.drawn = changes.ordinal
            raise StoreError(f"the record {record.mms_id} is there already, and was not looked at to be amended")

    def _put(self, mms_id: str, versions: Iterable[Kept]) -> None:
        made = self.made.versions.setdefault(mms_id, [])
        for number in rows.numbers_of(made[-1].record) if made else ():
            self._bearers[number].discard(mms_id)
        for version in versions:
            if made and made[-1].record.version == version.record.version:
                made.pop()
            made.append(version)
        for number in rows.numbers_of(made[-1].record):
            self._bearers.setdefault(number, set()).add(mms_id)

    def stored(self, mms_id: str) -> Kept | None:
        """The version that the database has, as far as that was asked."""
        return self._newest.get(mms_id)

    async def fetch(self, session: Session) -> None:
        """Lock all that was asked, then find it out. Raises `psycopg.Error`."""
        numbers, submissions = self._numbers, self._submissions
        holders, filed = Answer(), Answer()
        batch = Batch(session)
        if numbers or submissions:
            self.lock(batch, numbers=numbers, attempts=submissions)
        if numbers:
            holders = batch.add(rows.HOLDERS, [*numbers], self._zone)
        if submissions:
            filed = batch.add(rows.FILED, [*submissions], self._zone)
        await batch.run()
        self._holders.update((number, set()) for number in numbers)
        for number, mms_id in holders.rows:
            self._holders[number].add(mms_id)
            self._records.add(mms_id)  # who asks for the holders asks for their records next
        kept = {name for (name,) in filed.rows}
        self._filed.update((name, name in kept) for name in submissions)
        await self._fetch_records(session, self._records - self._newest.keys())
        self._numbers, self._records, self._submissions = set(), set(), set()

    async def _fetch_records(self, session: Session, mms_ids: set[str]) -> None:
        if not mms_ids:
            return
        batch = Batch(session)
        self.lock(batch, records=mms_ids)
        found = batch.add(rows.NEWEST, [*mms_ids], self._zone)
        await batch.run()
        self._newest.update(dict.fromkeys(mms_ids))
        for row in found.rows:
            version = rows.kept_of(row)
            self._newest[version.record.mms_id] = version

    def lock(
        self,
        batch: Batch,
        *,
        numbers: Iterable[str] = (),
        records: Iterable[str] = (),
        attempts: Iterable[str] = (),
    ) -> None:
        """Lock what is asked for, but what is locked already. The first call begins the transaction."""
        keys = {locks.key(self._zone, "number", number) for number in numbers}
        keys.update(locks.key(self._zone, "record", mms_id) for mms_id in records)
        keys.update(locks.key(self._zone, "attempt", submission) for submission in attempts)
        self.begin(batch)
        locks.take(batch, keys - self._locked)
        self._locked |= keys

    def share(self, batch: Batch, numbers: Iterable[str], *, at_once: bool) -> None:
        """Keep others from asking for these until the transaction is over, but not from changing whose they are."""
        self.begin(batch)
        keys = {locks.key(self._zone, "number", number) for number in numbers}
        locks.share(batch, keys - self._locked, at_once=at_once)

    def begin(self, batch: Batch) -> None:
        """Begin the transaction, if that has not been done."""
        if not self._begun:
            batch.add(_BEGIN)
            locks.enter(batch, self._zone)
            self._begun = True


class PlanTransaction(Changes):
    """One plan's: reads the shelf, and gathers what is to change."""

    def __init__(self, shelf: Shelf, ordinals: Ordinals) -> None:
        super().__init__(shelf.made.drawn)
        self.holders = shelf.holders
        self.filed = shelf.filed
        self.seen: set[str] = set()
        """Records that the plan has looked at."""
        self._newest = shelf.newest
        self._ordinals = ordinals
        self._first = self.ordinal

    @property
    def has_drawn(self) -> bool:
        """Whether the plan has drawn an ordinal."""
        return self.ordinal > self._first

    def get(self, mms_id: str) -> BibRecord | None:
        """The newest version."""
        newest = self._newest(mms_id)
        self.seen.add(mms_id)
        return newest.record if newest else None

    def next_ordinal(self) -> int:
        """The next of those that were leased for the zone."""
        return self._ordinals.nth(super().next_ordinal())
