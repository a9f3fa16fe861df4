"""Why something is not lent, requested, renewed or taken back: kinds for programs, words for people."""

from enum import StrEnum
from typing import Final, Literal

from gateway.circulation.rules import shown
from gateway.errors import GatewayError

Element = Literal["patron", "item", "record", "request", "due_at", "return_by", "pickup", "note"]
"""What is wrong: a patron's, an item's barcode, an MMS ID, a request's ID, or one of the other values."""


class Refusal(StrEnum):
    """What stands against it."""

    UNKNOWN_USER = "unknown-user"
    """The zone has no such patron, or none was named where one is needed."""
    USER_BLOCKED = "user-blocked"
    USER_EXPIRED = "user-expired"
    AUTHENTICATION_FAILED = "authentication-failed"
    """The PIN is wrong, or the patron has none."""
    TOO_MANY_PINS = "too-many-pins"
    """Others of the patron wait behind a wrong one; this one was not looked at."""
    UNKNOWN_ITEM = "unknown-item"
    """The zone has no such item, or no item of such a record."""
    DUPLICATE_ITEM = "duplicate-item"
    """A thing has come whose barcode another item has."""
    ITEM_NOT_BY_RECORD = "item-not-by-record"
    """The item is not of the record that was named, or is requested."""
    ITEM_NOT_LENT = "item-not-lent"
    """Its policy says so, of this user group."""
    ITEM_NOT_AVAILABLE = "item-not-available"
    """It is not there to be lent; of a request: and will not be."""
    ITEM_CHECKED_OUT = "item-checked-out"
    ITEM_NOT_CHECKED_OUT = "item-not-checked-out"
    ITEM_REQUESTED = "item-requested"
    """Somebody else waits for it."""
    LENT_TO_ANOTHER = "lent-to-another"
    """The loan is another patron's than the one who was named."""
    UNKNOWN_REQUEST = "unknown-request"
    DUPLICATE_REQUEST = "duplicate-request"
    """Its ID is another's, or the patron waits for it already."""
    NOT_RENEWABLE = "not-renewable"
    """Its policy allows no renewal at all."""
    MOST_RENEWALS = "most-renewals"
    """It was renewed as often as its policy allows."""
    RECALLED = "recalled"
    """It was asked back already."""
    UNUSABLE_VALUE = "unusable-value"
    """A text is too long or has what nobody sees, or a date is past."""


WORDS: Final = {
    Refusal.UNKNOWN_USER: "there is no patron {value}",
    Refusal.USER_BLOCKED: "patron {value} is blocked",
    Refusal.USER_EXPIRED: "patron {value} has expired",
    Refusal.AUTHENTICATION_FAILED: "the PIN is not that of patron {value}",
    Refusal.TOO_MANY_PINS: "too many PINs of patron {value} at once; try again in a while",
    Refusal.UNKNOWN_ITEM: "there is no item {value}",
    Refusal.DUPLICATE_ITEM: "there is an item {value} already",
    Refusal.ITEM_NOT_BY_RECORD: "item {value} is of another record than was asked for",
    Refusal.ITEM_NOT_LENT: "by its policy {value} is not lent to this user group",
    Refusal.ITEM_NOT_AVAILABLE: "{value} is not available",
    Refusal.ITEM_CHECKED_OUT: "item {value} is on loan",
    Refusal.ITEM_NOT_CHECKED_OUT: "item {value} is not on loan",
    Refusal.ITEM_REQUESTED: "somebody else waits for item {value}",
    Refusal.LENT_TO_ANOTHER: "item {value} is on loan to somebody else",
    Refusal.UNKNOWN_REQUEST: "there is no request {value}",
    Refusal.DUPLICATE_REQUEST: "{value} is requested already",
    Refusal.NOT_RENEWABLE: "by its policy item {value} is not renewed",
    Refusal.MOST_RENEWALS: "item {value} was renewed as often as its policy allows",
    Refusal.RECALLED: "item {value} was recalled",
    Refusal.UNUSABLE_VALUE: "{value} cannot be used",
}
"""For people; `{value}` is what is wrong."""


class Refused(GatewayError):
    """It is not done, and nothing has changed. Never holds a PIN."""

    def __init__(self, kind: Refusal, element: Element, value: str) -> None:
        """`value`: what the message said there; empty where it said nothing."""
        super().__init__(WORDS[kind].format(value=shown(value)))
        self.kind = kind
        self.element = element
        self.value = value
