"""The services: what each needs of a message, has the lender do, and answers."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Final, NamedTuple

from gateway.circulation.cells import moment
from gateway.circulation.lending import Arrived, Lender, RequestWanted
from gateway.frontends.ncip import answers, problems
from gateway.frontends.ncip.layout import Service, Tag
from gateway.frontends.ncip.wire import Message, Problem
from gateway.marc.identifiers import OCLC_SOURCE, bare_oclc_key, oclc_key, system_number
from gateway.model import Zone
from gateway.stores.base import Store


class Wrong(Exception):
    """It is not done, for a reason that the lender is not needed for."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.kind)
        self.problem = problem


class Case(NamedTuple):
    """A message to a zone, now."""

    lender: Lender
    store: Store
    zone: Zone
    message: Message
    peer: str
    """Address that it comes from."""
    now: datetime


NEEDED: Final = {
    Service.LOOKUP_USER: {"user": "patron"},
    Service.REQUEST_ITEM: {"item": "item", "record": "record"},
    Service.CANCEL_REQUEST_ITEM: {"request": "request"},
    Service.ACCEPT_ITEM: {"user": "patron"},
    Service.CHECK_OUT_ITEM: {"item": "item", "request": "request"},
    Service.CHECK_IN_ITEM: {"item": "item"},
    Service.RENEW_ITEM: {"item": "item"},
    Service.RECALL_ITEM: {"item": "item"},
}
"""Values of a message of which it needs any, and their place in `problems.PLACES`: the first is said to be missing."""


async def carry_out(service: Service, case: Case) -> list[Tag]:
    """Do what is asked, and say what goes into the answer. Raises `Wrong`, `Refused`, `GatewayError`.

    Where a PIN comes with it nothing is done unless it is the user's, whatever the service [assumed].
    """
    needed = NEEDED[service]
    if not any(getattr(case.message, name) for name in needed):
        raise Wrong(problems.problem(problems.MISSING, service, next(iter(needed.values()))))
    if case.message.pin is not None and service is not Service.LOOKUP_USER:
        await case.lender.user(case.zone.key, case.message.user, case.message.pin, peer=case.peer)
    return await _DONE_BY[service](case)


async def _lookup_user(case: Case) -> list[Tag]:
    asked = case.message
    found = await case.lender.user(case.zone.key, asked.user, asked.pin, peer=case.peer)
    return answers.user(found, asked, case.zone.code, case.now)


async def _request_item(case: Case) -> list[Tag]:
    asked = case.message
    wanted = RequestWanted(
        mms_id=await _mms_id(case),
        item=asked.item,
        patron=asked.user,
        external_id=asked.request,
        pickup=asked.pickup,
        note=asked.note,
    )
    return answers.requested(await case.lender.request(case.zone.key, wanted), asked)


async def _mms_id(case: Case) -> str:
    """Of the record that is asked for, by its MMS ID or by its OCLC number: a partner in Alma may be set to these.

    Where several have the number the first one is meant [assumed].
    """
    number, kind = case.message.record, case.message.record_kind
    if "oclc" not in kind.lower():
        return number
    key = oclc_key(number) or bare_oclc_key(number)
    found = await case.store.find(case.zone.key, [system_number(f"({OCLC_SOURCE}){key}")]) if key else []
    if not found:
        raise Wrong(problems.problem(problems.UNKNOWN_ITEM, Service.REQUEST_ITEM, "record", number))
    return found[0].mms_id


async def _cancel_request_item(case: Case) -> list[Tag]:
    asked = case.message
    request = await case.lender.cancel(case.zone.key, id_=asked.request, patron=asked.user)
    return answers.cancelled(request, asked)


async def _accept_item(case: Case) -> list[Tag]:
    asked = case.message
    arrived = Arrived(
        patron=asked.user,
        item=asked.item,
        external_id=asked.request,
        title=asked.title,
        author=asked.author,
        pickup=asked.pickup,
        note=asked.note,
        return_by=_due(case, "return_by"),
    )
    request, item = await case.lender.accept(case.zone.key, arrived)
    return answers.accepted(request, item.barcode)


async def _check_out_item(case: Case) -> list[Tag]:
    asked = case.message
    loan = await case.lender.check_out(
        case.zone.key, item=asked.item, request=asked.request, patron=asked.user, due_at=_due(case)
    )
    return answers.lent(loan)


async def _check_in_item(case: Case) -> list[Tag]:
    done = await case.lender.check_in(case.zone.key, item=case.message.item)
    return answers.returned(done.item.barcode, done.loan)


async def _renew_item(case: Case) -> list[Tag]:
    asked = case.message
    loan = await case.lender.renew(case.zone.key, item=asked.item, patron=asked.user, due_at=_due(case))
    return answers.lent(loan)


async def _recall_item(case: Case) -> list[Tag]:
    """For a patron only where the message names one, for which NCIP 2 has no place."""
    asked = case.message
    wanted = RequestWanted(patron=asked.user, external_id=asked.request, pickup=asked.pickup) if asked.user else None
    return answers.lent(await case.lender.recall(case.zone.key, item=asked.item, wanted=wanted))


def _due(case: Case, place: str = "due_at") -> datetime | None:
    """Until when it is wanted, UTC; a day alone means its end [assumed]. None where nothing is said."""
    said = case.message.due
    try:
        return moment(said) if said else None
    except ValueError:
        raise Wrong(problems.problem(problems.INVALID_DATE, case.message.service, place, said)) from None


_DONE_BY: Final[dict[Service, Callable[[Case], Awaitable[list[Tag]]]]] = {
    Service.LOOKUP_USER: _lookup_user,
    Service.REQUEST_ITEM: _request_item,
    Service.CANCEL_REQUEST_ITEM: _cancel_request_item,
    Service.ACCEPT_ITEM: _accept_item,
    Service.CHECK_OUT_ITEM: _check_out_item,
    Service.CHECK_IN_ITEM: _check_in_item,
    Service.RENEW_ITEM: _renew_item,
    Service.RECALL_ITEM: _recall_item,
}
