"""A line of a file of holdings: an item with its holding and its record, or a holding without an item.

`FIELDS` has what each of its fields takes; the same names head the columns of a CSV file and stand in a TOML file's
tables.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, time
from enum import StrEnum
from typing import Any, Final, NamedTuple, TypeVar, get_args

from msgspec import Struct

from gateway.circulation.availability import BASE_STATUS, BASE_STATUS_CODES, PROCESS_TYPES, STILL_THERE
from gateway.circulation.rules import in_utc, shown
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

E = TypeVar("E", bound=StrEnum)

SEVERAL: Final = "|"
"""Stands between the texts of a column that may have several."""
END_OF_DAY: Final = time(23, 59, tzinfo=UTC)
"""When an item is due of which the day alone is said: on that day it is not overdue yet."""


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


def field_named(heading: str) -> str:
    """The field that a column's heading names, such as `MMS ID` or `Item Policy`; else what it is called."""
    name = "_".join(heading.lower().replace("-", " ").split())
    return ALSO.get(name, name)


def new_holding(zone: str, id_: str, mms_id: str, entry: Entry) -> Holding:
    """The holding that a line describes."""
    said: dict[str, Any] = {field: getattr(entry, field) for field in WHICH_HOLDING} | said_of_holding(entry)
    return Holding(zone=zone, id=id_, mms_id=mms_id, **said)


def said_of_holding(entry: Entry) -> dict[str, Any]:  # Any: each field's own type
    """What a line says of its holding beside which it is."""
    values = {field: getattr(entry, field) for field in OF_HOLDING}
    return {field: value for field, value in values.items() if value is not None}


class _Wrong(ValueError):
    """What is wrong with a value, in words that go on from its field's name."""


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise _Wrong(f"is {value!r}, must be text; write it in quotation marks")
    return value.strip()


def _texts(value: object) -> tuple[str, ...]:
    parts = value if isinstance(value, list) else _text(value).split(SEVERAL)
    return tuple(text for part in parts if (text := _text(part)))


def _code(choices: Iterable[str]) -> Callable[[object], str]:
    there = tuple(choices)

    def read(value: object) -> str:
        text = _text(value)
        if text not in there:
            raise _Wrong(f"is {shown(text)}, must be one of {', '.join(filter(None, there))}")
        return text

    return read


def _choice(words: Mapping[E, str], codes: Mapping[E, str]) -> Callable[[object], E]:
    """One of an enumeration, by its value, its code in Alma, or Alma's word for it; case does not count."""
    by_name = {
        name.casefold(): one for one, word in words.items() for name in (one.value, word, codes.get(one, one.value))
    }

    def read(value: object) -> E:
        text = _text(value)
        found = by_name.get(text.casefold())
        if found is None:
            raise _Wrong(f"is {shown(text)}, must be one of {', '.join(one.value for one in words)}")
        return found

    return read


def _due(value: object) -> datetime:
    """A day or a moment; a moment without a time zone is UTC."""
    if isinstance(value, datetime):
        found = value
    elif isinstance(value, date):
        return datetime.combine(value, END_OF_DAY)
    else:
        try:
            text = _text(value)
            found = datetime.fromisoformat(text)
            if "T" not in text and " " not in text:
                return datetime.combine(found.date(), END_OF_DAY)
        except ValueError:
            raise _Wrong(f"is {value!r}; write a day as 2026-12-31, or a moment as 2026-12-31T18:00:00Z") from None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else in_utc(found)


FIELDS: Final[dict[str, Callable[[object], object]]] = {
    **dict.fromkeys(Entry.__struct_fields__, _text),
    "summary": _texts,
    "call_number_type": _code(get_args(CallNumberType)),
    "encoding_level": _code(get_args(EncodingLevel)),
    "receipt_status": _code(get_args(ReceiptStatus)),
    "retention": _code(get_args(GeneralRetention)),
    "completeness": _code(get_args(Completeness)),
    "base_status": _choice(BASE_STATUS, BASE_STATUS_CODES),
    "process_type": _choice(PROCESS_TYPES, {}),
    "due": _due,
}
"""By field, what makes its value of what a file has there; raises `ValueError`, whose words go on from its name."""


class Read(NamedTuple):
    """A line that was read, or what is wrong with it."""

    entry: Entry
    faults: list[tuple[str, str]]
    """Field, and words that go on from its name; then the entry is not to be used."""


def read_entry(given: Mapping[str, object]) -> Read:
    """The entry of these fields, all of which are of `FIELDS`; empty texts say nothing."""
    values: dict[str, object] = {}
    faults: list[tuple[str, str]] = []
    for field, value in given.items():
        if isinstance(value, str) and not value.strip():
            continue
        try:
            values[field] = FIELDS[field](value)
        except ValueError as error:
            faults.append((field, str(error)))
    named = [field for field in WHICH_RECORD if field in values]
    if not faults:
        if not named:
            faults.append((WHICH_RECORD[0], f"is missing; name the record by {', '.join(WHICH_RECORD)}"))
        faults += [(field, "is missing") for field in ("library", "location") if field not in values]
    return Read(Entry() if faults else Entry(**values), faults)  # type: ignore[arg-type]  # FIELDS made them
