"""Who borrows: patrons, their loans and their requests. In Alma's terms."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from msgspec import Meta, Struct

# `description` completes the sentence "must be …" where settings are read. A century is as good as for ever.
Days = Annotated[int, Meta(ge=0, le=36_500, description="a whole number of days from 0 to 36,500")]
Renewals = Annotated[int, Meta(ge=0, le=1_000, description="a whole number from 0 to 1,000")]


class Patron(Struct, frozen=True, kw_only=True):
    """Somebody who borrows, or a library that does."""

    zone: str
    barcode: str
    """Unique in the zone, as are those of items: what is scanned, and what NCIP calls the user identifier."""
    name: str
    """As people write it: `Doe, Jane`."""
    group: str = ""
    """User group, such as `undergrad`: with the item's policy it decides for how long is lent."""
    email: str = ""
    pin: str = ""
    """The PIN's argon2id hash; empty = none, and nobody can authenticate by one. Never the PIN itself."""
    expires_at: datetime | None = None
    """Since when nothing is lent any more, UTC; None = never."""
    blocks: tuple[str, ...] = ()
    """Why nothing is lent, in words for people; empty = it is."""


class LoanPolicy(Struct, frozen=True, kw_only=True):
    """A rule of for how long what is lent to whom."""

    items: tuple[str, ...] = ()
    """Item policies it is for, such as `Book1`; empty = all, and items without one."""
    groups: tuple[str, ...] = ()
    """User groups it is for; empty = all, and patrons without one."""
    days: Days | None = None
    """For how long; None = as everything else."""
    renewals: Renewals | None = None
    """How often it may be renewed; None = as everything else."""
    lent: bool = True
    """Whether it is lent at all."""

    def fits(self, item_policy: str, group: str) -> bool:
        """Whether it is for an item of this policy and a patron of this group."""
        return (not self.items or item_policy in self.items) and (not self.groups or group in self.groups)


class Loan(Struct, frozen=True, kw_only=True):
    """An item that somebody has. There is at most one of each item."""

    zone: str
    item: str
    """Barcode."""
    mms_id: str
    """Of the item's record."""
    patron: str
    """Barcode."""
    lent_at: datetime
    """UTC."""
    due_at: datetime
    """UTC; also the item's own."""
    renewals: int = 0
    recalled: bool = False
    """Whether it was asked back: it cannot be renewed then."""
    external_id: str = ""
    """The request of another system that it fulfils; empty where there is none."""
    return_by: datetime | None = None
    """When it has to be back at the library whose it is, UTC: no policy lends it for longer. None = nothing is said."""


class RequestKind(StrEnum):
    """What is wanted."""

    HOLD = "hold"
    """An item for a patron, or for another library; NCIP's RequestItem."""
    BORROWING = "borrowing"
    """A thing of another library that has come for a patron; NCIP's AcceptItem."""
    RECALL = "recall"
    """A loan is to be ended early; NCIP's RecallItem."""


class Request(Struct, frozen=True, kw_only=True):
    """Somebody waits for something. It is gone when it is fulfilled or cancelled."""

    zone: str
    id: str
    """Digits; unique in the zone."""
    kind: RequestKind
    mms_id: str
    """Of the record that is wanted."""
    item: str = ""
    """Barcode of the item that is wanted, or was chosen; empty = any of the record's."""
    patron: str = ""
    """Barcode; empty = of the partner itself."""
    made_at: datetime
    """UTC. Who has waited longest is served first."""
    external_id: str = ""
    """What another system calls it; unique in the zone unless empty."""
    pickup: str = ""
    """Code of the library, or name of the place, where it is to be fetched."""
    note: str = ""
    return_by: datetime | None = None
    """Of a thing of another library: when it has to be back there, UTC. None = nothing is said."""


class Exchange(Struct, frozen=True, kw_only=True):
    """A message of another system, and what it was answered: kept for people to see, and for nothing else."""

    seq: int = 0
    """Given by the store, rising; 0 = none yet."""
    at: datetime
    """When it had come, UTC."""
    zone: str
    """Key of the zone, or the reserved one of the host (`unfiled_zone`) where it reached none."""
    peer: str
    """IP address of the client."""
    protocol: str
    """`NCIP 2` or `NCIP 1`."""
    service: str
    """Such as `CheckOutItem`; empty where none could be read."""
    problem: str = ""
    """Problem type of the answer; empty = it went well."""
    element: str = ""
    """What the problem is with."""
    value: str = ""
    subject: str = ""
    """Barcodes and request IDs that it named, between blanks: what is looked for."""
    asked: bytes = b""
    """The message, PINs and passwords cut out; its first `circulation.exchanges.KEPT_BYTES`."""
    answered: bytes = b""
    seconds: float = 0.0
    """From its last byte to the answer's first."""
