"""What the lender is asked for, and what he answers."""

from datetime import datetime
from typing import NamedTuple

from msgspec import Struct

from gateway.model import Item, Loan, Request


class RequestWanted(Struct, frozen=True, kw_only=True):
    """A request as it is to be. It names an item, or a record of which any item will do; of a recall neither."""

    mms_id: str = ""
    item: str = ""
    """Barcode."""
    patron: str = ""
    """Barcode; empty = for the partner itself."""
    external_id: str = ""
    pickup: str = ""
    note: str = ""


class Arrived(Struct, frozen=True, kw_only=True):
    """A thing of another library that has come for a patron."""

    patron: str
    """Barcode."""
    item: str = ""
    """Barcode; empty = it is given the request's ID."""
    external_id: str = ""
    """What the partner calls the request."""
    title: str = ""
    author: str = ""
    pickup: str = ""
    note: str = ""
    return_by: datetime | None = None
    """When it has to be back there; a moment that is past limits nothing [assumed]."""


class CheckedIn(NamedTuple):
    """What became of an item that came back."""

    item: Item
    """As it is now; of one that is gone, as it was without its loan."""
    loan: Loan | None
    """That has ended; None where nobody knew who had it."""
    waits: Request | None = None
    """For whom it stands on the hold shelf now."""
    gone: bool = False
    """Whether it was another library's, and has gone back there with its record."""
