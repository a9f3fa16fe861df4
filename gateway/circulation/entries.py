"""A line of a file of holdings: an item with its holding and its record, or a holding without an item.

`FIELDS` has what each of its fields takes; the same names head the columns of a CSV file and stand in a TOML file's
tables.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final, get_args

from msgspec import Struct

from gateway.circulation import cells
from gateway.circulation.availability import BASE_STATUS, BASE_STATUS_CODES, PROCESS_TYPES, STILL_THERE
from gateway.circulation.cells import choice, code, moment, text, texts
from gateway.circulation.lines import Read
from gateway.model import (
    BaseStatus,
    CallNumberType,
    Completeness,
    EncodingLevel,
    GeneralRetention,
    Holding,
    Item,
    ProcessType,
    ReceiptStatus,
)


class Entry(Struct, frozen=True, kw_only=True):
    """What a line says; None and empty where it says nothing."""

    mms_id: str = ""
    oclc: str = ""
    isbn: str = ""
    issn: str = ""
    library: str = ""
    library_name: str = ""
    location: str = ""
    location_name: str = ""
    call_number_type: CallNumberType | None = None
    call_number: str = ""
    item_part: str = ""
    prefix: str = ""
    suffix: str = ""
    copy_number: str = ""
    public_note: str | None = None
    summary: tuple[str, ...] | None = None
    encoding_level: EncodingLevel | None = None
    receipt_status: ReceiptStatus | None = None
    retention: GeneralRetention | None = None
    completeness: Completeness | None = None
    date_of_report: str | None = None
    barcode: str = ""
    enumeration: str = ""
    chronology: str = ""
    description: str = ""
    copy_id: str = ""
    policy: str = ""
    base_status: BaseStatus | None = None
    process_type: ProcessType | None = None
    due: datetime | None = None

    def is_of(self, holding: Holding) -> bool:
        """Whether it is this holding of the record: the same place, the same call number, the same copy."""
        return all(getattr(self, field) == getattr(holding, field) for field in WHICH_HOLDING)

    def item(self, holding: Holding) -> Item:
        """The item that it describes, of this holding."""
        return Item(
            zone=holding.zone,
            barcode=self.barcode,
            holding=holding.id,
            mms_id=holding.mms_id,
            enumeration=self.enumeration,
            chronology=self.chronology,
            description=self.description or " ".join(filter(None, (self.enumeration, self.chronology))),
            copy_id=self.copy_id,
            policy=self.policy,
            base_status=self.base_status or usual_status(self.process_type),
            process_type=self.process_type,
            due_at=self.due,
        )


WHICH_HOLDING: Final = ("library", "location", "call_number", "item_part", "prefix", "suffix", "copy_number")
"""By these a record's holdings are told from each other."""
OF_HOLDING: Final = (
    *("call_number_type", "public_note", "summary"),
    *("encoding_level", "receipt_status", "retention", "completeness", "date_of_report"),
)
"""What else a line may say of its holding."""
WHICH_RECORD: Final = ("mms_id", "oclc", "isbn", "issn")
"""By one of these a line names its record."""
ALSO: Final = {
    "item_policy": "policy",
    "due_date": "due",
    "due_back": "due",
    "status": "base_status",
    "permanent_location": "location",
    "oclc_number": "oclc",
    "process": "process_type",
    "copy": "copy_id",
}
"""Other names of fields, as Alma's lists of items head their columns."""


def usual_status(process_type: ProcessType | None) -> BaseStatus:
    """Where an item is of which no more is said than what is done with it."""
    return BaseStatus.IN_PLACE if process_type in STILL_THERE else BaseStatus.NOT_IN_PLACE


def new_holding(zone: str, id_: str, mms_id: str, entry: Entry) -> Holding:
    """The holding that a line describes."""
    said: dict[str, Any] = {field: getattr(entry, field) for field in WHICH_HOLDING} | said_of_holding(entry)
    return Holding(zone=zone, id=id_, mms_id=mms_id, **said)


def said_of_holding(entry: Entry) -> dict[str, Any]:  # Any: each field's own type
    """What a line says of its holding beside which it is."""
    values = {field: getattr(entry, field) for field in OF_HOLDING}
    return {field: value for field, value in values.items() if value is not None}


FIELDS: Final[dict[str, Callable[[object], object]]] = {
    **dict.fromkeys(Entry.__struct_fields__, text),
    "summary": texts,
    "call_number_type": code(get_args(CallNumberType)),
    "encoding_level": code(get_args(EncodingLevel)),
    "receipt_status": code(get_args(ReceiptStatus)),
    "retention": code(get_args(GeneralRetention)),
    "completeness": code(get_args(Completeness)),
    "base_status": choice(BASE_STATUS, BASE_STATUS_CODES),
    "process_type": choice(PROCESS_TYPES, {}),
    "due": moment,
}
"""By field, what makes its value of what a file has there; raises `ValueError`, whose words go on from its name."""


def read_entry(given: Mapping[str, object]) -> Read[Entry]:
    """The entry of these fields, all of which are of `FIELDS`; empty texts say nothing."""
    values, faults = cells.read(given, FIELDS)
    named = [field for field in WHICH_RECORD if field in values]
    if not faults:
        if not named:
            faults.append((WHICH_RECORD[0], f"is missing; name the record by {', '.join(WHICH_RECORD)}"))
        faults += [(field, "is missing") for field in ("library", "location") if field not in values]
    return Read(Entry() if faults else Entry(**values), faults)  # type: ignore[arg-type]  # FIELDS made them
