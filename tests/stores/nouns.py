"""Records and attempts to put into a store, and the plans that do it."""

from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime, timedelta
from itertools import count

import trio

from gateway.model import (
    Attempt,
    BibRecord,
    Exchange,
    Holding,
    Identifier,
    Item,
    Library,
    Loan,
    Location,
    Outcome,
    Patron,
    PendingLink,
    Receipt,
    Request,
    RequestKind,
    Submission,
    Webhook,
    Zone,
)
from gateway.stores.base import KeptZone, Plan, Published, Stacks, Store, Transaction

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
PATIENCE = 60.0
"""Seconds that a transaction of a test may take: far more than it does."""
SECRET = "$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA"
"""Form of a hash; it is nobody's."""

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


def link(name: str, *, network: str = "network", zone: str = "xyz", mms_id: str = "N") -> PendingLink:
    """The link of this submission to the record N of the network zone."""
    return PendingLink(network, submission(name), Receipt(zone, Outcome.CREATED, mms_id=mms_id))


def made_zone(key: str, *, code: str = "01TEST_ABC", secret: str = SECRET, at: datetime = NOON) -> KeptZone:
    """A zone with everything that a zone can have."""
    zone = Zone(key, "i-share-xyz", "institution", code, "5900", network="network", profiles=("oclc", "brief"))
    return KeptZone(zone, secret, at)


def webhook(key: str, *, zone: str = "xyz", told: int = 0, at: datetime = NOON) -> Webhook:
    """A webhook of that zone."""
    return Webhook(zone=zone, key=key, url="http://127.0.0.1:9/hook", made_at=at, told=told)


def library(code: str = "MAIN", *, zone: str = "xyz", name: str = "Main Library") -> Library:
    """A library with a location."""
    return Library(zone=zone, code=code, name=name, locations=(Location("stacks", "Book Stacks"),))


def holding(id_: str, mms_id: str = "A", *, zone: str = "xyz", location: str = "stacks", note: str = "") -> Holding:
    """A holding of a record of that zone."""
    return Holding(zone=zone, id=id_, mms_id=mms_id, library="MAIN", location=location, public_note=note)


def item(barcode: str, holding: str, mms_id: str = "A", *, zone: str = "xyz", policy: str = "") -> Item:
    """An item of a holding of that record."""
    return Item(zone=zone, barcode=barcode, holding=holding, mms_id=mms_id, policy=policy)


def published(mms_id: str, at: int = 1, *, form: bytes = b"<record/>") -> Published:
    """A record that was published then; where the form is empty, deleted."""
    return Published(mms_id, at, b"d:" + form if form else b"", form)


def patron(barcode: str = "P1", *, zone: str = "xyz", name: str = "Doe, Jane") -> Patron:
    """A patron of that zone."""
    return Patron(zone=zone, barcode=barcode, name=name)


def loan(item: str, patron: str = "P1", mms_id: str = "A", *, zone: str = "xyz", renewals: int = 0) -> Loan:
    """A loan of an item of that record."""
    due_at = NOON + timedelta(days=28)
    return Loan(zone=zone, item=item, mms_id=mms_id, patron=patron, lent_at=NOON, due_at=due_at, renewals=renewals)


def request(
    id_: str,
    patron: str = "P1",
    mms_id: str = "A",
    *,
    item: str = "",
    zone: str = "xyz",
    at: datetime = NOON,
    external_id: str = "",
) -> Request:
    """A request for that record, or one of its items."""
    return Request(
        zone=zone,
        id=id_,
        kind=RequestKind.HOLD,
        mms_id=mms_id,
        item=item,
        patron=patron,
        made_at=at,
        external_id=external_id,
    )


def exchange(service: str = "LookupUser", *, zone: str = "xyz", problem: str = "", subject: str = "P1") -> Exchange:
    """A message of another system that asks for that service."""
    return Exchange(
        at=NOON,
        zone=zone,
        peer="192.0.2.7",
        protocol="NCIP 2",
        service=service,
        problem=problem,
        subject=subject,
        asked=b"<asked/>",
        answered=b"<answered/>",
    )


def lending(*nouns: Patron | Loan | Request) -> Callable[[Stacks], None]:
    """A plan that keeps these."""

    def plan(stacks: Stacks) -> None:
        for noun in nouns:
            match noun:
                case Patron():
                    stacks.put_patron(noun)
                case Loan():
                    stacks.put_loan(noun)
                case Request():
                    stacks.put_request(noun)

    return plan


def shelving(*nouns: Library | Holding | Item) -> Callable[[Stacks], None]:
    """A plan that keeps these."""

    def plan(stacks: Stacks) -> None:
        for noun in nouns:
            match noun:
                case Library():
                    stacks.put_library(noun)
                case Holding():
                    stacks.put_holding(noun)
                case Item():
                    stacks.put_item(noun)

    return plan


def putting(*records: BibRecord) -> Plan[None]:
    """A plan that keeps these versions."""

    def plan(transaction: Transaction) -> None:
        for version in records:
            transaction.put(version)

    return plan


def made_from(ordinal: int) -> str:
    """An MMS ID; they rise with the ordinals, however many there are."""
    return f"{ordinal:07}"


def creating(name: str) -> Plan[int]:
    """A plan that makes the zone's next record, files an attempt of this name, and returns the ordinal it drew."""

    def plan(transaction: Transaction) -> int:
        ordinal = transaction.next_ordinal()
        transaction.put(record(made_from(ordinal), oclc(f"{ordinal}")))
        transaction.file(submission(name), receipt())
        return ordinal

    return plan


def filing(*names: str, zone: str = "xyz", at: datetime = NOON) -> Plan[None]:
    """A plan that keeps attempts of these names."""

    def plan(transaction: Transaction) -> None:
        for name in names:
            transaction.file(submission(name, at=at), receipt(zone))

    return plan


def pending(*links: PendingLink) -> Plan[None]:
    """A plan that remembers these links."""

    def plan(transaction: Transaction) -> None:
        for still_to_be_made in links:
            transaction.pend(still_to_be_made)

    return plan


def settling(*names: str) -> Plan[None]:
    """A plan that forgets the links of these submissions."""

    def plan(transaction: Transaction) -> None:
        for name in names:
            transaction.settle(name)

    return plan


async def put(store: Store, *records: BibRecord, zone: str = "xyz") -> None:
    """Keep these versions."""
    await store.transact(zone, putting(*records), seconds=PATIENCE)


async def file(store: Store, *names: str, zone: str = "xyz", at: datetime = NOON) -> None:
    """Keep attempts of these names, in one transaction."""
    await store.transact(zone, filing(*names, zone=zone, at=at), seconds=PATIENCE)


async def pend(store: Store, *links: PendingLink, zone: str = "network") -> None:
    """Remember these links, in one transaction."""
    await store.transact(zone, pending(*links), seconds=PATIENCE)


async def settle(store: Store, *names: str, zone: str = "network") -> None:
    """Forget the links of these submissions, in one transaction."""
    await store.transact(zone, settling(*names), seconds=PATIENCE)


async def outcomes(store: Store, plans: dict[str, Callable[[Transaction], object]]) -> dict[str, str]:
    """What each plan ended with when all are run at once."""
    ended: dict[str, str] = {}

    async def run(name: str) -> None:
        try:
            await store.transact("xyz", plans[name], seconds=PATIENCE)
        except Exception as error:
            ended[name] = type(error).__name__
        else:
            ended[name] = "done"

    async with trio.open_nursery() as nursery:
        for name in plans:
            nursery.start_soon(run, name)
    return ended


async def soon(condition: Callable[[], Awaitable[bool]]) -> None:
    """Wait for what a store does soon after it has answered; `condition` asks the store."""
    with trio.fail_after(PATIENCE):
        while not await condition():
            pass


def names(attempts: Iterable[Attempt | PendingLink]) -> list[str]:
    """IDs of the submissions."""
    return [found.submission.id for found in attempts]


def mms_ids(records: Iterable[BibRecord]) -> list[str]:
    """MMS IDs."""
    return [found.mms_id for found in records]
