"""Requests: somebody waits for an item, or for any one of a record. Plans for a zone's stacks."""

from collections.abc import Sequence
from typing import Final

from msgspec.structs import replace

from gateway.circulation import rules
from gateway.circulation.lending.asked import RequestWanted
from gateway.circulation.lending.case import Case, check_texts
from gateway.circulation.lending.refusals import Element, Refusal, Refused
from gateway.circulation.lending.shelf import GONE, holder, is_borrowed, is_free, pass_on
from gateway.model import Item, Patron, ProcessType, Request, RequestKind

REQUEST: Final = rules.Text(rules.BARCODE_CHARACTERS, is_key=True)
"""What another system calls a request: ReShare's are some 20 characters."""
PICKUP: Final = rules.Text(rules.NAME_CHARACTERS)
NOTE: Final = rules.Text(rules.TEXT_CHARACTERS)


def check_request(external_id: str, pickup: str, note: str) -> None:
    """Raises `Refused` for a text that cannot be kept."""
    check_texts({"request": (external_id, REQUEST), "pickup": (pickup, PICKUP), "note": (note, NOTE)})


def request(case: Case, wanted: RequestWanted) -> Request:
    """Have somebody wait. An item that stands there is his; where none does, he waits until one comes back."""
    check_not_made(case, wanted.external_id)
    patron = case.borrower(wanted.patron)
    items = _lent(case, _wanted_items(case, wanted), patron, wanted)
    _check_not_waiting(case, wanted, items[0].mms_id)
    free = next(filter(is_free, items), None)
    if free is None and all(item.process_type in GONE for item in items):
        raise Refused(Refusal.ITEM_NOT_AVAILABLE, *_named(wanted))
    made = new_request(
        case, RequestKind.HOLD, wanted, mms_id=items[0].mms_id, item=free.barcode if free else wanted.item
    )
    if free is not None:
        case.stacks.put_item(replace(free, process_type=ProcessType.REQUESTED))
    return made


def cancel(case: Case, id_: str, patron: str) -> Request:
    """End a request; who waits longest then has its item."""
    found = case.called(id_)
    if found is None or (patron and found.patron != patron):
        raise Refused(Refusal.UNKNOWN_REQUEST, "request", id_)
    end(case, found)
    return found


def end(case: Case, ended: Request, *, lent: str = "") -> None:
    """Forget a request; an item that it had is for others then, unless it is that which is `lent` for it."""
    item = case.stacks.item(ended.item) if ended.item not in ("", lent) else None
    had = item is not None and holder(case.stacks, item) == ended
    case.stacks.remove_request(ended.id)
    if item is not None and had:
        pass_on(case, item)


def new_request(case: Case, kind: RequestKind, wanted: RequestWanted, *, mms_id: str, item: str) -> Request:
    """Keep a request for this item, which may be empty, of this record."""
    made = Request(
        zone=case.zone,
        id=case.new_id(),
        kind=kind,
        mms_id=mms_id,
        item=item,
        patron=wanted.patron,
        made_at=case.now,
        external_id=wanted.external_id,
        pickup=wanted.pickup,
        note=wanted.note,
    )
    case.stacks.put_request(made)
    return made


def check_not_made(case: Case, external_id: str) -> None:
    """Raises `Refused` where another system's request has this ID already."""
    if external_id and case.stacks.request_called(external_id):
        raise Refused(Refusal.DUPLICATE_REQUEST, "request", external_id)


def of_record(case: Case, mms_id: str) -> list[Item]:
    """The items of a record, by rising holding and barcode."""
    return [item for holding in case.stacks.holdings(mms_id) for item in case.stacks.items(holding.id)]


def _wanted_items(case: Case, wanted: RequestWanted) -> list[Item]:
    """Of which any one will do; at least one."""
    if wanted.item:
        item = case.item(wanted.item)
        if wanted.mms_id not in ("", item.mms_id):
            raise Refused(Refusal.ITEM_NOT_BY_RECORD, "item", wanted.item)
        return [item]
    items = of_record(case, wanted.mms_id)
    if not items:
        raise Refused(Refusal.UNKNOWN_ITEM, "record", wanted.mms_id)
    return items


def _lent(case: Case, items: Sequence[Item], patron: Patron | None, wanted: RequestWanted) -> list[Item]:
    """Those that are lent to him; at least one. What is borrowed itself is not."""
    lent = [item for item in items if case.terms(item, patron).lent and not is_borrowed(case.stacks, item)]
    if not lent:
        raise Refused(Refusal.ITEM_NOT_LENT, *_named(wanted))
    return lent


def _check_not_waiting(case: Case, wanted: RequestWanted, mms_id: str) -> None:
    """A patron waits once for a thing. A partner's requests are told by their IDs: one patron may stand for many
    [assumed].
    """
    if not wanted.patron or wanted.external_id:
        return
    theirs = [one for one in case.stacks.requests_of(mms_id) if one.patron == wanted.patron]
    if any(not wanted.item or one.item in ("", wanted.item) for one in theirs):
        raise Refused(Refusal.DUPLICATE_REQUEST, *_named(wanted))


def _named(wanted: RequestWanted) -> tuple[Element, str]:
    """What it names."""
    return ("item", wanted.item) if wanted.item else ("record", wanted.mms_id)
