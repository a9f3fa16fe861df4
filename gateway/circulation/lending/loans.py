"""Loans: lent, renewed, asked back, ended. Plans for a zone's stacks.

While it is lent an item says so: its process type is LOAN, and it has the loan's due date.
"""

from datetime import datetime

from msgspec.structs import replace

from gateway.circulation.availability import availability
from gateway.circulation.lending.asked import CheckedIn, RequestWanted
from gateway.circulation.lending.case import Case, check_texts
from gateway.circulation.lending.policies import due
from gateway.circulation.lending.refusals import Refusal, Refused
from gateway.circulation.lending.requests import REQUEST, check_not_made, end, new_request, of_record
from gateway.circulation.lending.shelf import holder, is_borrowed, is_free, pass_on
from gateway.model import BaseStatus, Item, Loan, Patron, ProcessType, Request, RequestKind


def check_out(case: Case, item: str, request: str, patron: str, due_at: datetime | None) -> Loan:
    """Lend an item, or the one of a request. A request that is known here is fulfilled and gone.

    One that is not is no obstacle where an item is named: partners lend without asking first [assumed].
    """
    wanted = case.called(request)
    check_texts({"request": (request, REQUEST)})
    if wanted is None and request and not item:
        raise Refused(Refusal.UNKNOWN_REQUEST, "request", request)
    borrower = _borrower(case, wanted, patron)
    found = _chosen(case, wanted, borrower) if wanted and not item else case.item(item)
    if wanted and found.mms_id != wanted.mms_id:
        raise Refused(Refusal.ITEM_NOT_BY_RECORD, "item", found.barcode)
    fulfilled = wanted or _own(case, found, borrower)
    _check_there(case, found, borrower, fulfilled)
    return_by = fulfilled.return_by if fulfilled else None
    loan = Loan(
        zone=case.zone,
        item=found.barcode,
        mms_id=found.mms_id,
        patron=borrower.barcode if borrower else "",
        lent_at=case.now,
        due_at=case.due(due_at, case.terms(found, borrower).days, return_by),
        external_id=fulfilled.external_id if fulfilled else request,
        return_by=return_by,
    )
    _keep(case, found, loan)
    if fulfilled:
        end(case, fulfilled, lent=found.barcode)
    return loan


def check_in(case: Case, barcode: str) -> CheckedIn:
    """End the loan, also one of which nobody knows whose it is. What is borrowed goes, lent or not."""
    item = case.item(barcode)
    loan = case.stacks.loan(barcode)
    borrowed = is_borrowed(case.stacks, item)
    if loan is None and item.process_type is not ProcessType.LOAN and not borrowed:
        raise Refused(Refusal.ITEM_NOT_CHECKED_OUT, "item", barcode)
    case.stacks.remove_loan(barcode)
    if borrowed:
        case.stacks.remove_item(barcode)
        if not case.stacks.items(item.holding):
            case.stacks.remove_holding(item.holding)
        gone = replace(item, process_type=None, base_status=BaseStatus.NOT_IN_PLACE, due_at=None)
        return CheckedIn(gone, loan, gone=True)
    item, waits = pass_on(case, item)
    return CheckedIn(item, loan, waits)


def renew(case: Case, barcode: str, patron: str, due_at: datetime | None) -> Loan:
    """Lend it for longer, from now on, unless it is asked back or somebody waits for it."""
    item, loan = _lent(case, barcode)
    if patron not in ("", loan.patron):
        raise Refused(Refusal.LENT_TO_ANOTHER, "item", barcode)
    terms = case.terms(item, case.borrower(loan.patron))
    for refusal, applies in {
        Refusal.RECALLED: loan.recalled,
        Refusal.ITEM_REQUESTED: any(one.patron != loan.patron for one in case.waiting(item)),
        Refusal.NOT_RENEWABLE: not terms.lent or not terms.renewals,
        Refusal.MOST_RENEWALS: loan.renewals >= terms.renewals,
    }.items():
        if applies:
            raise Refused(refusal, "item", barcode)
    longer = case.due(due_at, terms.days, loan.return_by)
    if due_at is None:
        longer = max(longer, loan.due_at)
    return _keep(case, item, replace(loan, due_at=longer, renewals=loan.renewals + 1))


def recall(case: Case, barcode: str, wanted: RequestWanted | None) -> Loan:
    """Ask it back, once; where it is `wanted` for somebody, he waits for it."""
    item, loan = _lent(case, barcode)
    if loan.recalled:
        raise Refused(Refusal.RECALLED, "item", barcode)
    if wanted is not None:
        check_not_made(case, wanted.external_id)
        case.borrower(wanted.patron)
        new_request(case, RequestKind.RECALL, wanted, mms_id=item.mms_id, item=barcode)
    sooner = min(loan.due_at, due(case.now, case.policies.recall_days))
    return _keep(case, item, replace(loan, due_at=sooner, recalled=True))


def _borrower(case: Case, wanted: Request | None, patron: str) -> Patron | None:
    """Who borrows; None = the partner who made the request."""
    if wanted and wanted.patron and patron not in ("", wanted.patron):
        raise Refused(Refusal.UNKNOWN_REQUEST, "request", wanted.external_id or wanted.id)
    if not patron and wanted is None:
        raise Refused(Refusal.UNKNOWN_USER, "patron", "")
    return case.borrower(patron or (wanted.patron if wanted else ""))


def _chosen(case: Case, wanted: Request, borrower: Patron | None) -> Item:
    """The item of a request, or one of its record that is free and lent to him."""
    if wanted.item:
        return case.item(wanted.item)
    items = of_record(case, wanted.mms_id)
    free = next((item for item in items if is_free(item) and case.terms(item, borrower).lent), None)
    if free is None:
        raise Refused(Refusal.ITEM_NOT_AVAILABLE, "record", wanted.mms_id)
    return free


def _own(case: Case, item: Item, borrower: Patron | None) -> Request | None:
    """The request of his that a loan of this item fulfils: the one that has it, or else his oldest one."""
    theirs = [one for one in case.waiting(item) if borrower and one.patron == borrower.barcode]
    has_it = holder(case.stacks, item)
    return has_it if has_it in theirs else next(iter(theirs), None)


def _check_there(case: Case, item: Item, borrower: Patron | None, fulfilled: Request | None) -> None:
    """Raises `Refused` for an item that cannot be lent to him now."""
    has_it = holder(case.stacks, item)
    for refusal, applies in {
        Refusal.ITEM_CHECKED_OUT: case.stacks.loan(item.barcode) or item.process_type is ProcessType.LOAN,
        Refusal.ITEM_NOT_LENT: not case.terms(item, borrower).lent,
        Refusal.ITEM_REQUESTED: has_it and has_it != fulfilled,
        Refusal.ITEM_NOT_AVAILABLE: not (has_it or availability(item).now),
    }.items():
        if applies:
            raise Refused(refusal, "item", item.barcode)


def _lent(case: Case, barcode: str) -> tuple[Item, Loan]:
    """An item that somebody has."""
    item = case.item(barcode)
    loan = case.stacks.loan(barcode)
    if loan is None:
        raise Refused(Refusal.ITEM_NOT_CHECKED_OUT, "item", barcode)
    return item, loan


def _keep(case: Case, item: Item, loan: Loan) -> Loan:
    """Keep a loan, and have its item say so."""
    case.stacks.put_item(
        replace(item, process_type=ProcessType.LOAN, base_status=BaseStatus.NOT_IN_PLACE, due_at=loan.due_at)
    )
    case.stacks.put_loan(loan)
    return loan
