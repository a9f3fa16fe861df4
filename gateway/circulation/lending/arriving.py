"""What another library lends comes for a patron: a brief record, a holding, an item on the hold shelf, a request.

All of it goes when the item goes back.
"""

from datetime import datetime
from typing import Final

from msgspec.structs import replace

from gateway.circulation import rules
from gateway.circulation.ids import free_id
from gateway.circulation.lending.asked import Arrived, RequestWanted
from gateway.circulation.lending.case import Case, check_texts
from gateway.circulation.lending.refusals import Refusal, Refused
from gateway.circulation.lending.requests import check_not_made, check_request, new_request
from gateway.circulation.lending.shelf import BORROWED, SHARING, with_sharing
from gateway.marc.identifiers import identifiers
from gateway.marc.record import Field, Record, printable
from gateway.model import BaseStatus, BibRecord, Flag, Holding, Item, ProcessType, Request, RequestKind

LEADER: Final = b"00000nam a22000003u 4500"
"""A book, as most are; Leader/17 says that little is known of it (3 = abbreviated level) [assumed]."""
FIXED: Final = "nuuuuuuuuxx " + "|" * 17 + "und d"
"""008 behind the date of entry: date, place and language are not known, another than a national agency made it."""
UNTITLED: Final = "Resource sharing request"
"""Title of a thing that has come without one."""
BARCODE: Final = rules.Text(rules.BARCODE_CHARACTERS, is_key=True)


def check(case: Case, arrived: Arrived) -> None:
    """Raises `Refused` for what cannot be taken in."""
    check_request(arrived.external_id, arrived.pickup, arrived.note)
    check_texts({"item": (arrived.item, BARCODE)})
    by = arrived.return_by
    if by is not None and (by.tzinfo is None or by.year not in rules.YEARS):
        raise Refused(Refusal.UNUSABLE_VALUE, "return_by", by.isoformat())
    check_not_made(case, arrived.external_id)
    if case.borrower(arrived.patron) is None:
        raise Refused(Refusal.UNKNOWN_USER, "patron", "")
    if arrived.item and case.stacks.item(arrived.item):
        raise Refused(Refusal.DUPLICATE_ITEM, "item", arrived.item)


def brief_record(mms_id: str, arrived: Arrived, now: datetime) -> BibRecord:
    """Author and title, as far as they are said: the first lines of them. It is suppressed from discovery [assumed]."""
    author, title = (printable(text)[: rules.TEXT_CHARACTERS].strip() for text in (arrived.author, arrived.title))
    title = title or " ".join(filter(None, (UNTITLED, arrived.external_id)))
    made = f"{now:%Y%m%d%H%M%S}.{now.microsecond // 100_000}"
    control = [("001", mms_id), ("005", made), ("008", f"{now:%y%m%d}{FIXED}")]
    fields = [*control, *([("100", f"1 \x1fa{author}")] if author else [])]
    fields.append(("245", f"{'1' if author else '0'}0\x1fa{title}"))
    record = Record(LEADER, [Field(tag, body.encode(errors="replace")) for tag, body in fields])
    return BibRecord(
        mms_id=mms_id,
        version=1,
        marc=record.serialize(),
        title=record.title,
        identifiers=identifiers(record),
        originating_system="",
        originating_version="",
        at=now,
        submission="",
        flags=frozenset({Flag.SUPPRESSED}),
    )


def take_in(case: Case, arrived: Arrived, mms_id: str) -> tuple[Request, Item]:
    """Give the brief record its holding and item, and let the patron be waited for."""
    check(case, arrived)
    stacks, zone = case.stacks, case.zone
    barcode = arrived.item or case.new_id()
    library = stacks.library(SHARING)
    if with_sharing(library, zone) != library:
        stacks.put_library(with_sharing(library, zone))
    id_ = free_id(stacks, mms_id, barcode, mms_id[-4:])
    holding = Holding(zone=zone, id=id_, mms_id=mms_id, library=SHARING, location=BORROWED)
    item = Item(
        zone=zone,
        barcode=barcode,
        holding=id_,
        mms_id=mms_id,
        process_type=ProcessType.HOLD_SHELF,
        base_status=BaseStatus.NOT_IN_PLACE,
    )
    stacks.put_holding(holding)
    stacks.put_item(item)
    wanted = RequestWanted(
        patron=arrived.patron, external_id=arrived.external_id, pickup=arrived.pickup, note=arrived.note
    )
    made = new_request(case, RequestKind.BORROWING, wanted, mms_id=mms_id, item=barcode)
    if arrived.return_by is not None:
        made = replace(made, return_by=rules.in_utc(arrived.return_by))
        stacks.put_request(made)
    return made, item
