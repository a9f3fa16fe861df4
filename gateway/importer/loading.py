"""Records of files into a zone, without logon and wire: by its integration profile, or as they are.

By the profile each is decided on as if it had been exported when the one before it was answered, and its attempt is
kept; but many of them share a transaction, which is what makes a million of them bearable.
"""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Final, NamedTuple

import trio
from msgspec.structs import replace

from gateway.importer.decide import Case, Examined, Now, decide, examine, too_long
from gateway.importer.network import NetworkExports
from gateway.importer.profile import Prepared, Profiles, prepare
from gateway.marc.iso2709 import TooLong
from gateway.model import (
    BibRecord,
    Facts,
    Identifier,
    Outcome,
    Profile,
    Reason,
    Receipt,
    Submission,
    Zone,
    new_submission_id,
)
from gateway.stores.base import Store, Transaction

PEER: Final = "import"
"""Stands where an export has its client's address."""
RECORDS_AT_ONCE: Final = 100
"""Records of one transaction: a gateway beside it waits for a few hundredths of a second."""
BYTES_AT_ONCE: Final = 2_000_000
"""And so many bytes, lest the longest records make it a second."""
EXAMINING: Final = 1
"""Threads in which such records are examined, for which no export may wait: the longest ones together take a second."""
AS_IS: Final = prepare("", Profile(normalization=("001-to-035",), extraneous_035=False, refuse=()), {})
"""What keeps a record as it is: only what cannot be a record of a zone is refused, and the number in 001, which every
record of a zone gives up for its MMS ID, goes where it is found again."""


_examining: Final = trio.CapacityLimiter(EXAMINING)

_Case = tuple[Submission, Case]
_Plan = Callable[[Transaction, Sequence[_Case]], list[Receipt]]
_Keep = Callable[[Submission, Receipt], Awaitable[None]]


class Loaded(NamedTuple):
    """A record, and what became of it."""

    submission: Submission
    receipt: Receipt


class Loader:
    """The way into one zone."""

    def __init__(self, store: Store, zone: Zone, now: Now, *, seconds: float) -> None:
        """`seconds` is how long a transaction waits for its turn."""
        self._store = store
        self._zone = zone
        self._now = now
        self._seconds = seconds

    async def as_is(self, records: Sequence[bytes]) -> list[Loaded]:
        """Keep each as a new record, whatever the zone holds; no attempt is kept. Raises `StoreError`."""

        def plan(transaction: Transaction, cases: Sequence[_Case]) -> list[Receipt]:
            return [decide(_Unmatched(transaction), case._replace(submission="")) for _, case in cases]

        return await self._together(await self._cases(records, AS_IS, Facts()), plan)

    async def by_profile(self, records: Sequence[bytes], profile: Prepared) -> list[Loaded]:
        """File each as an export of it would be, and keep the attempts. Raises `StoreError`."""

        def plan(transaction: Transaction, cases: Sequence[_Case]) -> list[Receipt]:
            in_turn = _InTurn(transaction)
            receipts = []
            for submission, case in cases:
                receipts.append(decide(in_turn, case))
                in_turn.file(submission, receipts[-1])
            return receipts

        cases = await self._cases(records, profile, self._observed(profile))
        return await self._together(cases, plan, refused=self._keep)

    async def through_network(
        self, records: Sequence[bytes], profile: Prepared, network: Zone, profiles: Profiles
    ) -> list[Loaded]:
        """The same where the profile files in the network zone: one after the other, two transactions each."""
        exports = NetworkExports(self._store, profiles, lambda _: self._now())
        loaded = []
        for submission, case in await self._cases(records, profile, self._observed(profile)):
            try:
                until = trio.current_time() + self._seconds
                receipt = await exports.decide(submission, case, network, until)
            except TooLong as error:
                receipt = _too_long(case, error)
            if receipt.outcome is Outcome.REFUSED:
                await self._keep(submission, receipt)
            loaded.append(Loaded(submission, receipt))
        return loaded

    async def _together(self, cases: Sequence[_Case], plan: _Plan, *, refused: _Keep | None = None) -> list[Loaded]:
        """What the plan makes of them in one transaction; where one turns out to be too long, each in one of its own:
        what it had drawn and put by then must not stay.
        """
        try:
            receipts = await self._store.transact(
                self._zone.key, lambda transaction: plan(transaction, cases), seconds=self._seconds
            )
        except TooLong as error:
            if len(cases) > 1:
                return [one for case in cases for one in await self._together([case], plan, refused=refused)]
            [(submission, case)] = cases
            receipts = [_too_long(case, error)]
            if refused is not None:
                await refused(submission, receipts[0])
        return [Loaded(submission, receipt) for (submission, _), receipt in zip(cases, receipts, strict=True)]

    async def _keep(self, submission: Submission, receipt: Receipt) -> None:
        await self._store.transact(
            receipt.zone, lambda transaction: transaction.file(submission, receipt), seconds=self._seconds
        )

    async def _cases(self, records: Sequence[bytes], profile: Prepared, observed: Facts) -> list[_Case]:
        """What is to be decided of each."""

        def examined() -> list[_Case]:
            return [self._case(raw, profile, observed) for raw in records]

        return await trio.to_thread.run_sync(examined, limiter=_examining)

    def _case(self, raw: bytes, profile: Prepared, observed: Facts) -> _Case:
        submission = Submission(new_submission_id(), self._now(), self._zone.host, PEER, "", raw)
        examined = examine(raw, profile)
        return submission, Case(self._zone, profile, examined, observed, submission.at, submission.id)

    def _observed(self, profile: Prepared) -> Facts:
        return Facts(profile=profile.key, to_network=self._zone.kind == "network")


def _too_long(case: Case, error: TooLong) -> Receipt:
    examined: Examined = replace(case.examined, findings=(*case.examined.findings, too_long(error)))
    return examined.receipt(case.zone.key, Outcome.REFUSED, Reason.TOO_LONG, case.observed)


class _Through:
    """A transaction that hands on what is to be done."""

    def __init__(self, transaction: Transaction) -> None:
        self.next_ordinal = transaction.next_ordinal
        self.filed = transaction.filed
        self.file = transaction.file
        self.note = transaction.note
        self.pend = transaction.pend
        self.settle = transaction.settle


class _Unmatched(_Through):
    """One to which the zone looks empty."""

    def __init__(self, transaction: Transaction) -> None:
        super().__init__(transaction)
        self.put = transaction.put

    def holders(self, identifiers: Iterable[Identifier]) -> list[str]:
        """None."""
        return []

    def get(self, mms_id: str) -> BibRecord | None:
        """None."""
        return None


class _InTurn(_Through):
    """One in which each of many plans sees what those before it have put, which a store's own does not show."""

    def __init__(self, transaction: Transaction) -> None:
        super().__init__(transaction)
        self._transaction = transaction
        self._put: dict[str, BibRecord] = {}
        """By MMS ID, the newest version of each that was put."""

    def holders(self, identifiers: Iterable[Identifier]) -> list[str]:
        """MMS IDs, rising, of records that bear one of them by now."""
        wanted = {*identifiers}
        before = {mms_id for mms_id in self._transaction.holders(wanted) if mms_id not in self._put}
        return sorted(before | {mms_id for mms_id, record in self._put.items() if wanted & record.identifiers})

    def get(self, mms_id: str) -> BibRecord | None:
        """The newest version by now."""
        return self._put.get(mms_id) or self._transaction.get(mms_id)

    def put(self, record: BibRecord) -> None:
        """Keep it, and show it from now on."""
        self._transaction.put(record)
        self._put[record.mms_id] = record
