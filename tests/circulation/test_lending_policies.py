"""For how long: the rules in their order, and the end of the last day."""

from datetime import UTC, datetime

import pytest

from gateway.circulation.lending import Policies
from gateway.circulation.lending.policies import Terms, due
from gateway.model import LoanPolicy
from tests.circulation.counter import POLICIES


@pytest.mark.parametrize(
    ("item_policy", "group", "terms"),
    [
        ("", "", Terms(28, 2, True)),
        ("Book1", "undergrad", Terms(28, 2, True)),
        ("Reserve", "faculty", Terms(14, 1, True)),
        ("Reserve", "undergrad", Terms(0, 0, True)),
        ("Reserve", "", Terms(0, 0, True)),
        ("Reference", "faculty", Terms(28, 2, False)),
    ],
)
def test_first_rule_that_fits_counts(item_policy: str, group: str, terms: Terms) -> None:
    assert POLICIES.terms(item_policy, group) == terms


def test_rule_for_all_comes_before_what_is_usual() -> None:
    policies = Policies(rules=(LoanPolicy(groups=("staff",), days=365), LoanPolicy(renewals=0)))
    assert policies.terms("Book1", "staff") == Terms(365, 3, True)
    assert policies.terms("Book1", "") == Terms(28, 0, True)


@pytest.mark.parametrize(
    ("now", "days", "until"),
    [
        (datetime(2026, 3, 2, 12, tzinfo=UTC), 0, datetime(2026, 3, 2, 23, 59, tzinfo=UTC)),
        (datetime(2026, 2, 28, 23, 59, 59, tzinfo=UTC), 1, datetime(2026, 3, 1, 23, 59, tzinfo=UTC)),
        (datetime(2026, 3, 2, tzinfo=UTC), 36_500, datetime(2126, 2, 6, 23, 59, tzinfo=UTC)),
    ],
)
def test_is_due_at_the_end_of_the_day(now: datetime, days: int, until: datetime) -> None:
    assert due(now, days) == until
