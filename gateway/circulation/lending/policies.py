"""For how long is lent, and how often renewed: by the item's policy and the patron's user group."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from gateway.circulation.cells import END_OF_DAY
from gateway.model import LoanPolicy


class Terms(Struct, frozen=True):
    """On which an item is lent to a patron."""

    days: int
    renewals: int
    lent: bool


class Policies(Struct, frozen=True, kw_only=True):
    """The settings' say on loans."""

    loan_days: int = 28
    """Unless a rule says otherwise."""
    renewals: int = 3
    """The same: how often."""
    recall_days: int = 7
    """For how long somebody may keep what is asked back."""
    rules: Sequence[LoanPolicy] = ()
    """The first one that fits counts."""

    def terms(self, item_policy: str, group: str) -> Terms:
        """For an item of this policy and a patron of this group; either may be empty."""
        rule = next((one for one in self.rules if one.fits(item_policy, group)), LoanPolicy())
        days = self.loan_days if rule.days is None else rule.days
        renewals = self.renewals if rule.renewals is None else rule.renewals
        return Terms(days, renewals, rule.lent)


def due(now: datetime, days: int) -> datetime:
    """The end of the day, UTC, that is so many days off [assumed: Alma's would be that of the library's calendar]."""
    return datetime.combine((now + timedelta(days=days)).date(), END_OF_DAY)
