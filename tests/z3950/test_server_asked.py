"""Any query becomes a tree or is refused, on both servers; each refusal is a diagnostic of bib-1."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.frontends.z3950 import oids
from gateway.frontends.z3950.alma import Alma
from gateway.frontends.z3950.apdus.external import Arbitrary, External
from gateway.frontends.z3950.apdus.rpn import (
    Attribute,
    AttributesPlusTerm,
    Boolean,
    Complex,
    DateTime,
    KnownUnit,
    Operation,
    Proximity,
    Quantity,
    RestrictedResultSet,
    ResultSet,
    RpnQuery,
    Unit,
)
from gateway.frontends.z3950.apdus.search import Type101Query, Type104Query
from gateway.frontends.z3950.asked import MakeTerm, Refused, sets_of, tree_of
from gateway.frontends.z3950.bib1 import DIAGNOSTICS
from gateway.frontends.z3950.rules import Services
from gateway.frontends.z3950.wms import Pace, Wms
from gateway.search.evaluate import evaluate
from gateway.search.query import Among, And, Index, Position, Query, Structure, Term, Truncation
from gateway.search.volumes import Recent

ALMA = Alma("host", {}, Services())
WMS = Wms((), Services(), Pace(), lambda: 0.0)
SETS = {"1": ("9910000000015867",), "2": ()}

values = st.one_of(
    st.sampled_from(
        (1, 2, 3, 4, 5, 6, 7, 8, 12, 21, 31, 33, 54, 100, 101, 103, 104, 107, 1003, 1007, 1016, 1031, 1211)
    ),
    st.integers(-1, 2_000),
    st.just(Complex((1, "a"))),
)
attributes = st.lists(
    st.builds(Attribute, st.integers(0, 7), values, st.sampled_from((None, None, None, oids.BIB_1, oids.EXP_1))),
    max_size=6,
).map(tuple)
terms = st.one_of(
    st.binary(max_size=12),
    st.text(max_size=12),
    st.integers(),
    st.sampled_from(("1999", "1990-2001", "978-6-9900-0101-2", "")),
    st.builds(DateTime, st.just("20261122153000Z")),
    st.sampled_from((None, oids.BIB_1, Quantity(1, Unit()), External(oids.XML, Arbitrary(1)))),
)
operands = st.one_of(
    st.builds(AttributesPlusTerm, attributes, terms),
    st.builds(ResultSet, st.sampled_from(("1", "2"))),
    st.builds(RestrictedResultSet, st.just("1"), attributes),
)
operators = st.one_of(
    st.sampled_from(Boolean),
    st.builds(Proximity, st.integers(0, 3), st.booleans(), st.just(2), st.builds(KnownUnit, st.just(2))),
)
nodes = st.recursive(operands, lambda below: st.builds(Operation, below, below, operators), max_leaves=6)


def asked(query: RpnQuery, make_term: MakeTerm) -> Query | Refused:
    """What becomes of a query."""
    try:
        return tree_of(query, make_term, SETS)
    except Refused as refused:
        return refused


@given(root=nodes, attribute_set=st.sampled_from((oids.BIB_1, oids.BIB_1, oids.UTIL)))
@pytest.mark.parametrize("rules", [ALMA, WMS], ids=["alma", "wms"])
def test_any_query_is_a_tree_that_can_be_evaluated_or_is_refused(rules, root, attribute_set):
    query = RpnQuery(attribute_set, root)
    assert sets_of(query) <= {*SETS}
    found = asked(query, rules.term)
    if isinstance(found, Refused):
        assert found.diagnostic.condition in DIAGNOSTICS
    else:
        evaluate(found, Recent())


def term(*pairs: tuple[int, int], text: object = b"rivers") -> AttributesPlusTerm:
    """An operand."""
    return AttributesPlusTerm(tuple(Attribute(kind, value) for kind, value in pairs), text)  # type: ignore[arg-type]


def test_a_query_becomes_its_tree():
    root = Operation(term((1, 4), (3, 1), (4, 1), (5, 1)), ResultSet("1"), Boolean.AND)
    title = Term(
        Index.TITLE, "rivers", structure=Structure.PHRASE, position=Position.FIRST, truncation=Truncation.RIGHT
    )
    tree = And(title, Among(SETS["1"]))
    for query in (RpnQuery(oids.BIB_1, root), Type101Query(RpnQuery(oids.BIB_1, root))):
        assert tree_of(query, ALMA.term, SETS) == tree


@pytest.mark.parametrize(
    ("root", "condition", "additional"),
    [
        (term((1, 4), (1, 21)), 123, ""),
        (term((1, 4), text=None), 229, ""),
        (term((1, 4), text=oids.BIB_1), 229, ""),
        (RestrictedResultSet("1", ()), 245, "1"),
        (term((9, 1)), 113, "9"),
    ],
)
def test_what_no_client_at_hand_can_ask_is_refused(root, condition, additional):
    with pytest.raises(Refused) as caught:
        tree_of(RpnQuery(oids.BIB_1, root), ALMA.term, SETS)
    assert (caught.value.diagnostic.condition, caught.value.diagnostic.additional) == (condition, additional)


def test_a_query_of_another_language_is_refused():
    with pytest.raises(Refused) as caught:
        sets_of(Type104Query(External(oids.CQL, b"rivers")))
    assert (caught.value.diagnostic.condition, caught.value.diagnostic.additional) == (107, "104")
