"""What each plan of the lender works on, and what all of them ask first: who borrows, which item, until when."""

from datetime import datetime
from itertools import count
from typing import NamedTuple

from gateway.circulation import rules
from gateway.circulation.lending.policies import Policies, Terms, due
from gateway.circulation.lending.refusals import Element, Refusal, Refused
from gateway.model import Item, Patron, Request
from gateway.stores.base import Stacks


class Case(NamedTuple):
    """A zone's stacks, now."""

    stacks: Stacks
    zone: str
    now: datetime
    policies: Policies

    def borrower(self, barcode: str) -> Patron | None:
        """The patron, who may borrow; None = the partner itself, who has no barcode. Raises `Refused`."""
        if not barcode:
            return None
        patron = self.stacks.patron(barcode)
        if patron is None:
            raise Refused(Refusal.UNKNOWN_USER, "patron", barcode)
        if patron.blocks:
            raise Refused(Refusal.USER_BLOCKED, "patron", barcode)
        if patron.expires_at is not None and patron.expires_at <= self.now:
            raise Refused(Refusal.USER_EXPIRED, "patron", barcode)
        return patron

    def item(self, barcode: str) -> Item:
        """The item. Raises `Refused`."""
        item = self.stacks.item(barcode) if barcode else None
        if item is None:
            raise Refused(Refusal.UNKNOWN_ITEM, "item", barcode)
        return item

    def called(self, id_: str) -> Request | None:
        """The request that another system calls so, or else whose own ID it is."""
        return (self.stacks.request_called(id_) or self.stacks.request(id_)) if id_ else None

    def terms(self, item: Item, patron: Patron | None) -> Terms:
        """On which it is lent to him; None = to the partner."""
        return self.policies.terms(item.policy, patron.group if patron else "")

    def waiting(self, item: Item) -> list[Request]:
        """For it, or for any one of its record, of those to whom it is lent; who has waited longest comes first."""
        return [
            one
            for one in self.stacks.requests_of(item.mms_id)
            if one.item in ("", item.barcode) and self.terms(item, self.stacks.patron(one.patron)).lent
        ]

    def due(self, asked: datetime | None, days: int, by: datetime | None = None) -> datetime:
        """When it is due: as was asked, or else after so many days, and not behind `by`, unless that is past.

        Who asks knows more of another library's wishes than what was said when the thing came [assumed].
        Raises `Refused`.
        """
        if asked is None:
            usual = due(self.now, days)
            return usual if by is None or by <= self.now else min(usual, by)
        if asked.tzinfo is None or asked.year not in rules.YEARS or asked <= self.now:
            raise Refused(Refusal.UNUSABLE_VALUE, "due_at", asked.isoformat())
        return rules.in_utc(asked)

    def new_id(self) -> str:
        """A request's: the microsecond that it is made in, or the next one that is free, so that IDs rise."""
        first = int(self.now.timestamp() * 1_000_000)
        return next(id_ for id_ in map(str, count(first)) if self.stacks.request(id_) is None)


def check_texts(values: dict[Element, tuple[str, rules.Text]]) -> None:
    """Raises `Refused` for the first value that cannot be kept."""
    for element, (text, rule) in values.items():
        if any(rules.text_faults(text, rule)):
            raise Refused(Refusal.UNUSABLE_VALUE, element, text)
