"""The tables of problems: every refusal has its type, and every type its advice."""

from typing import get_args

from gateway.circulation.exchange_advice import CASES
from gateway.circulation.lending import Refusal
from gateway.circulation.lending.refusals import Element
from gateway.frontends.ncip import problems
from gateway.frontends.ncip.problems import PLACES, REFUSALS, REFUSALS_OF, Kind

OWN = [one for one in vars(problems).values() if isinstance(one, Kind)]
KINDS = {kind.words for kind in (*OWN, *REFUSALS.values(), *REFUSALS_OF.values())}


def test_every_refusal_has_a_type() -> None:
    assert set(REFUSALS) == set(Refusal)


def test_every_type_has_advice_and_no_other() -> None:
    assert {case.problem for case in CASES.values()} == KINDS


def test_every_kind_of_evidence_says_where_it_is_from() -> None:
    assert all(kind.basis.source for kind in (*OWN, *REFUSALS.values(), *REFUSALS_OF.values()))


def test_every_place_that_the_lender_names_is_known() -> None:
    assert set(get_args(Element)) <= set(PLACES)
