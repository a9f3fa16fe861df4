"""Records and attempts to put into a store, and the plans that do it."""

from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import count

from gateway.model import Attempt, BibRecord, Identifier, Outcome, Receipt, Submission
from gateway.stores.base import Plan, Store, Transaction

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
PATIENCE = 20.0
"""Seconds that a transaction of a test may take: far more than it does."""

_ids = count(1)


def oclc(*numbers: str) -> frozenset[Identifier]:
    """Identifiers as 035 $a has them."""
    return frozenset(Identifier("oclc", number) for number in numbers)


def cancelled(*numbers: str) -> frozenset[Identifier]:
    """Identifiers as 035 $z has them."""
    return frozenset(Identifier("oclc_cancelled", number) for number in numbers)


def record(
    mms_id: str, found_by: Iterable[Identifier] = (), *, version: int = 1, title: str = "Tides", marc: bytes = b"00026"
) -> BibRecord:
    """A version of a record; no store looks into its bytes."""
    return BibRecord(
        mms_id=mms_id,
        version=version,
        marc=marc,
        title=title,
        identifiers=frozenset(found_by),
        originating_system="OCoLC",
        originating_version="20260302141507.0",
        at=NOON,
        submission=f"for {mms_id} {version}",
    )


def submission(name: str = "", *, at: datetime = NOON) -> Submission:
    """A submission with an ID of its own, unless it is given one."""
    return Submission(name or f"s{next(_ids)}", at, "i-share-xyz", "192.0.2.7", "01CARLI_XYZ", b"00026")


def receipt(zone: str = "xyz") -> Receipt:
    """What became of it."""
    return Receipt(zone, Outcome.CREATED, mms_id="A")


def putting(*records: BibRecord) -> Plan[None]:
    """A plan that keeps these versions."""

    def plan(transaction: Transaction) -> None:
        for version in records:
            transaction.put(version)

    return plan


def filing(*names: str, zone: str = "xyz", at: datetime = NOON) -> Plan[None]:
    """A plan that keeps attempts of these names."""

    def plan(transaction: Transaction) -> None:
        for name in names:
            transaction.file(submission(name, at=at), receipt(zone))

    return plan


async def put(store: Store, *records: BibRecord, zone: str = "xyz") -> None:
    """Keep these versions."""
    await store.transact(zone, putting(*records), seconds=PATIENCE)


async def file(store: Store, *names: str, zone: str = "xyz", at: datetime = NOON) -> None:
    """Keep attempts of these names, in one transaction."""
    await store.transact(zone, filing(*names, zone=zone, at=at), seconds=PATIENCE)


def names(attempts: Iterable[Attempt]) -> list[str]:
    """IDs of the submissions."""
    return [attempt.submission.id for attempt in attempts]


def mms_ids(records: Iterable[BibRecord]) -> list[str]:
    """MMS IDs."""
    return [found.mms_id for found in records]
