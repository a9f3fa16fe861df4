"""The lender: what front ends ask, each call a plan on the zone's stacks."""

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from typing import Final

import trio

from gateway.circulation.lending import arriving, loans, requests
from gateway.circulation.lending.asked import Arrived, CheckedIn, RequestWanted
from gateway.circulation.lending.case import Case
from gateway.circulation.lending.pins import WRONG_SECONDS, Pins
from gateway.circulation.lending.policies import Policies
from gateway.circulation.lending.refusals import Refusal, Refused
from gateway.errors import GatewayError, StoreError
from gateway.model import Item, Loan, Request
from gateway.stores.base import Lent, Store, T, Transaction

RECORD_SECONDS: Final = 10.0
"""How long a brief record, and its end, waits for its turn among exports: many times what a group of these takes."""


def utc_now() -> datetime:
    """The time."""
    return datetime.now(UTC)


class Lender:
    """Lends what the zones have. Each method raises `Refused`, then nothing has changed, and `StoreError`."""

    def __init__(
        self,
        store: Store,
        policies: Policies,
        *,
        new_mms_id: Callable[[str, int], str],
        clock: Callable[[], datetime] = utc_now,
        wrong_pin_seconds: float = WRONG_SECONDS,
    ) -> None:
        """`new_mms_id`: the MMS ID of a zone, by its key, and an ordinal. `clock` is UTC."""
        self._store = store
        self.policies = policies
        self._new_mms_id = new_mms_id
        self._clock = clock
        self._pins = Pins(wrong_seconds=wrong_pin_seconds)

    async def user(self, zone: str, barcode: str, pin: str | None = None, *, peer: str = "") -> Lent:
        """A patron with what he has and waits for, also one who may not borrow; with a PIN only if it is his.

        None for the PIN: he is not asked for it. `peer`: the address that it comes from. A wrong one is answered late,
        and of too many at once from there some are not looked at.
        """
        lent = await self._store.lent(zone, barcode) if barcode else None
        if lent is None:
            raise Refused(Refusal.UNKNOWN_USER, "patron", barcode)
        if pin is not None and not await self._pins.is_right(lent.patron, pin, peer):
            raise Refused(Refusal.AUTHENTICATION_FAILED, "patron", barcode)
        return lent

    async def request(self, zone: str, wanted: RequestWanted) -> Request:
        """Have somebody wait for an item, or for any one of a record. One that is there is set aside for him: it is
        `REQUESTED`, and the request names it; else he has the first one that comes back.
        """
        requests.check_request(wanted.external_id, wanted.pickup, wanted.note)
        return await self._change(zone, partial(requests.request, wanted=wanted))

    async def cancel(self, zone: str, *, id_: str, patron: str = "") -> Request:
        """End a request, by what another system calls it or by its own ID, and where one is named of this patron.

        Returns it as it was. Its item is for who waits longest then.
        """
        return await self._change(zone, partial(requests.cancel, id_=id_, patron=patron))

    async def accept(self, zone: str, arrived: Arrived) -> tuple[Request, Item]:
        """Take in a thing of another library for a patron: a brief record, and an item on the hold shelf for him.

        The record is kept first, and goes again where the rest was not done, or may not have been: who asks once more
        finds nothing in the way.
        """
        await self._change(zone, partial(arriving.check, arrived=arrived))
        mms_id = await self._store.transact(zone, self._new_record(zone, arrived), seconds=RECORD_SECONDS)
        try:
            return await self._change(zone, partial(arriving.take_in, arrived=arrived, mms_id=mms_id))
        except (GatewayError, trio.Cancelled):
            await self._forget(zone, mms_id)
            raise

    async def check_out(
        self, zone: str, *, item: str = "", request: str = "", patron: str = "", due_at: datetime | None = None
    ) -> Loan:
        """Lend an item, by its barcode, or the one of a request, to a patron, or to whom the request is for.

        A request of his that it fulfils is gone then. `due_at`: until when, instead of what policies say.
        """
        return await self._change(
            zone, partial(loans.check_out, item=item, request=request, patron=patron, due_at=due_at)
        )

    async def check_in(self, zone: str, *, item: str) -> CheckedIn:
        """Take an item back: it goes to the hold shelf for who waits longest, or to its place.

        What is borrowed from another library goes with its record, also where nobody has fetched it.
        """
        checked, record_goes = await self._change(zone, partial(_check_in, barcode=item))
        if record_goes:
            await self._forget(zone, checked.item.mms_id)
        return checked

    async def renew(self, zone: str, *, item: str, patron: str = "", due_at: datetime | None = None) -> Loan:
        """Lend it for longer, from now on; where a patron is named, only if he has it."""
        return await self._change(zone, partial(loans.renew, barcode=item, patron=patron, due_at=due_at))

    async def recall(self, zone: str, *, item: str, wanted: RequestWanted | None) -> Loan:
        """Ask an item back: its due date comes nearer, and it cannot be renewed. `wanted`: for whom, who waits then."""
        if wanted is not None:
            requests.check_request(wanted.external_id, wanted.pickup, wanted.note)
        return await self._change(zone, partial(loans.recall, barcode=item, wanted=wanted))

    async def _change(self, zone: str, plan: Callable[[Case], T]) -> T:
        now = self._clock()
        return await self._store.rearrange(zone, lambda stacks: plan(Case(stacks, zone, now, self.policies)))

    async def _forget(self, zone: str, mms_id: str) -> None:
        """Remove a brief record, and whatever is of it; where the store does not do that soon, it stays."""
        with trio.move_on_after(RECORD_SECONDS, shield=True), suppress(StoreError):
            await self._store.remove_record(zone, mms_id)

    def _new_record(self, zone: str, arrived: Arrived) -> Callable[[Transaction], str]:
        now = self._clock()

        def keep(transaction: Transaction) -> str:
            mms_id = self._new_mms_id(zone, transaction.next_ordinal())
            transaction.put(arriving.brief_record(mms_id, arrived, now))
            return mms_id

        return keep


def _check_in(case: Case, barcode: str) -> tuple[CheckedIn, bool]:
    """What became of the item, and whether its record goes too: that has nothing else."""
    checked = loans.check_in(case, barcode)
    return checked, checked.gone and not case.stacks.holdings(checked.item.mms_id)
