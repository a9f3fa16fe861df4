"""What a zone has of a record on its shelves: libraries with their locations, holdings, items. In Alma's terms.

A loan (`model.lending`) names an item by its barcode, sets its process type and its due date, and clears both when it
ends; for how long is for the item's policy to say.
"""

from datetime import datetime
from enum import StrEnum
from typing import Literal, NamedTuple

from msgspec import Struct

from gateway.model.records import BibRecord

EncodingLevel = Literal["1", "2", "3", "4", "5", "m", "u", "z"]
"""Leader/17 of a holding record: 3 = summary, 4 = extent, z = other; MARC 21 has the others too."""
ReceiptStatus = Literal["0", "1", "2", "3", "4", "5"]
"""008/06: 0 unknown, 1 other, 2 complete or ceased, 3 on order, 4 currently received, 5 no longer received."""
GeneralRetention = Literal["0", "1", "2", "3", "4", "5", "6", "7", "8"]
"""008/12: 0 unknown, 1 other, 2 retained until replaced, 3 sample, 4 until microform, 5 until cumulation, 6 limited
period, 7 not retained, 8 permanently retained."""
Completeness = Literal["0", "1", "2", "3", "4"]
"""008/16: 0 other, 1 complete, 2 incomplete, 3 very incomplete or scattered, 4 not applicable."""
CallNumberType = Literal["", "0", "1", "2", "3", "4", "5", "6", "7", "8"]
"""852, first indicator: empty = no word on it, 0 = Library of Congress, 1 = Dewey, 2 = National Library of Medicine,
3 = Superintendent of Documents, 4 = shelving control number, 5 = title, 6 = shelved separately, 7 = source in $2,
8 = other."""


class BaseStatus(StrEnum):
    """Whether an item is where it belongs."""

    IN_PLACE = "in_place"
    """Item in place (1)."""
    NOT_IN_PLACE = "not_in_place"
    """Item not in place (0)."""


class ProcessType(StrEnum):
    """What is being done with an item: Alma's codes."""

    ACQUISITION = "ACQ"
    CLAIMED_RETURNED = "CLAIM_RETURNED_LOAN"
    HOLD_SHELF = "HOLDSHELF"
    RESOURCE_SHARING = "ILL"
    LOAN = "LOAN"
    LOST_RESOURCE_SHARING = "LOST_ILL"
    LOST = "LOST_LOAN"
    LOST_AND_PAID = "LOST_LOAN_AND_PAID"
    MISSING = "MISSING"
    REQUESTED = "REQUESTED"
    TECHNICAL = "TECHNICAL"
    TRANSIT = "TRANSIT"
    TRANSIT_TO_STORAGE = "TRANSIT_TO_REMOTE_STORAGE"
    WORK_ORDER = "WORK_ORDER_DEPARTMENT"


class Location(Struct, frozen=True):
    """A place of a library where items are shelved."""

    code: str
    """852 $c."""
    name: str = ""
    """What readers call it; where it is empty, they see the code."""


class Library(Struct, frozen=True, kw_only=True):
    """A library of a zone, and its locations."""

    zone: str
    code: str
    """852 $b; unique in the zone."""
    name: str
    """What readers call it; not empty."""
    locations: tuple[Location, ...] = ()
    """By rising code."""

    def location_name(self, code: str) -> str:
        """What readers call this location; its code where it has no name, or is none of the library's."""
        return next((one.name for one in self.locations if one.code == code and one.name), code)


class HoldingFacts(Struct, frozen=True, kw_only=True):
    """What a holding says: its 852 in parts, and what of it OPAC records show."""

    library: str
    """852 $b: code of a library of the zone."""
    location: str
    """852 $c: code of a location of that library."""
    call_number_type: CallNumberType = ""
    """First indicator of 852: 0 = Library of Congress, 1 = Dewey, and so on; empty = no word on it."""
    call_number: str = ""
    """852 $h: the class, such as `PE1408`."""
    item_part: str = ""
    """852 $i, such as `.G585 2013`."""
    prefix: str = ""
    """852 $k, before the call number."""
    suffix: str = ""
    """852 $m, behind it."""
    copy_number: str = ""
    """852 $t."""
    public_note: str = ""
    """852 $z."""
    summary: tuple[str, ...] = ()
    """Textual holdings: $a of each 866."""
    encoding_level: EncodingLevel = "4"
    """Leader/17."""
    receipt_status: ReceiptStatus = "0"
    """008/06."""
    retention: GeneralRetention = "8"
    """008/12."""
    completeness: Completeness = "1"
    """008/16."""
    date_of_report: str = "000000"
    """008/26-31, as yymmdd; 000000 = no word on it."""

    @property
    def shelf_mark(self) -> str:
        """The call number as OPAC records have it: $h and $i."""
        return " ".join(filter(None, (self.call_number, self.item_part)))


class Holding(HoldingFacts, frozen=True, kw_only=True):
    """A holding record: where and how a library has a record."""

    zone: str
    id: str
    """Digits; unique in the zone."""
    mms_id: str
    """Of the zone's record that it is of."""


class ItemFacts(Struct, frozen=True, kw_only=True):
    """What an item says, but for its base status."""

    enumeration: str = ""
    """Such as `v.12 no.3`."""
    chronology: str = ""
    """Such as `2013 Mar.`."""
    description: str = ""
    """What readers tell it from its neighbours by, mostly enumeration and chronology together."""
    copy_id: str = ""
    policy: str = ""
    """Item policy, such as `Book1`: who may borrow it, and for how long."""
    process_type: ProcessType | None = None
    """What is done with it, by Alma's codes; null = nothing."""
    due_at: datetime | None = None
    """When it is due back, UTC; only of one that is on loan."""


class Item(ItemFacts, frozen=True, kw_only=True):
    """A thing on the shelf, or that should be there."""

    zone: str
    barcode: str
    """Unique in the zone."""
    holding: str
    """ID of its holding."""
    mms_id: str
    """Of the holding's record."""
    base_status: BaseStatus = BaseStatus.IN_PLACE


class Inventory(NamedTuple):
    """A record with what its zone has of it. Two that are equal look alike."""

    record: BibRecord
    holdings: tuple[Holding, ...]
    """By rising ID."""
    items: tuple[Item, ...]
    """By rising holding and barcode."""
    libraries: tuple[Library | None, ...]
    """Of each holding; None for one that the zone does not have."""
