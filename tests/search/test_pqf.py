"""PQF: what a query in prefix notation asks, and what is said where it is none."""

from collections.abc import Mapping
from contextlib import suppress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gateway.errors import BadQuery
from gateway.search.evaluate import evaluate
from gateway.search.pqf import parse
from gateway.search.query import And, AndNot, Index, Or, Query, Term
from tests.search.rows import catalogue

USE = {4: Index.TITLE, 1003: Index.AUTHOR, 1016: Index.ANY}


def term(attributes: Mapping[int, int], text: str) -> Term:
    """As a server with three indexes takes it, which also tells of a fourth attribute."""
    if attributes.get(1, 1016) not in USE:
        raise BadQuery(f"no use attribute {attributes[1]}")
    return Term(USE[attributes.get(1, 1016)], text, complete=attributes.get(6) == 3)


def title(text: str) -> Term:
    return Term(Index.TITLE, text)


def author(text: str) -> Term:
    return Term(Index.AUTHOR, text)


def anywhere(text: str) -> Term:
    return Term(Index.ANY, text)


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("rivers", anywhere("rivers")),
        ('"great rivers"', anywhere("great rivers")),
        ("“great rivers”", anywhere("great rivers")),
        (r'"a \"great\" river \\"', anywhere('a "great" river \\')),
        ('"@and"', anywhere("@and")),
        ('""', anywhere("")),
        ("@attr 1=4 rivers", title("rivers")),
        ("@attr bib-1 1=4 rivers", title("rivers")),
        ("@attr 1.2.840.10003.3.1 1=4 rivers", title("rivers")),
        ("@attrset Bib-1 @attr 1=4 rivers", title("rivers")),
        ("@attr 1=4 @attr 6=3 rivers", Term(Index.TITLE, "rivers", complete=True)),
        ("@and @attr 1=4 rivers @attr 1=1003 guin", And(title("rivers"), author("guin"))),
        ("@or rivers @not lakes ice", Or(anywhere("rivers"), AndNot(anywhere("lakes"), anywhere("ice")))),
        ("@AND rivers lakes", And(anywhere("rivers"), anywhere("lakes"))),
        ("@attr 1=4 @and rivers @attr 1=1003 guin", And(title("rivers"), author("guin"))),
        ("@attr 1=4 @and @or rivers lakes ice", And(Or(title("rivers"), title("lakes")), title("ice"))),
        ("@and @attr 1=4 rivers lakes", And(title("rivers"), anywhere("lakes"))),
    ],
)
def test_asks(text: str, asked: Query):
    assert parse(text, term) == asked


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "the search is empty; write a term, such as @attr 1=4 rivers"),
        ("@attr 1=4", "the search is empty; write a term, such as @attr 1=4 rivers"),
        ("great rivers", "rivers: is left over; quote several words, or join two terms by @and"),
        ("@and rivers", "@and: joins two terms; one is missing at the end"),
        ("@or", "@or: joins two terms; one is missing at the end"),
        ("@attr title rivers", "@attr title: only the attributes of bib-1 are known"),
        ("@attr 1=title rivers", "@attr 1=title: write the numbers of its type and value, such as @attr 1=4"),
        ("@attr", "@attr : write the numbers of its type and value, such as @attr 1=4"),
        ("@attrset gils rivers", "@attrset gils: only the attributes of bib-1 are known"),
        ("@adn rivers lakes", "@adn: is not known here; did you mean @and?"),
        ("@prox 0 1 0 2 k 2 a b", "@prox: is not known here; there are @attr, @and, @or, @not."),
        ("@set 1", "@set: is not known here; there are @attr, @and, @or, @not."),
        ('"rivers', 'a quote is not closed: "rivers'),
        ("@attr 1=9999 rivers", "no use attribute 9999"),
        ("x" * 1_001, "the search has 1,001 characters; it may have 1,000"),
    ],
)
def test_says_what_is_wrong(text: str, says: str):
    with pytest.raises(BadQuery) as raised:
        parse(text, term)
    assert str(raised.value) == says


PIECES = st.one_of(
    st.sampled_from(["@and", "@or", "@not", "@attr 1=4", "@attr", "1=4", "rivers", '"a b"', '"', "\\", "@set", "\0"]),
    st.text(max_size=10),
)


@given(st.lists(PIECES).map(" ".join))
@example("@or " * 249 + "a")
@example("@or " * 150 + "a " * 151)
@example("\udc80")
def test_any_text_can_be_asked_or_is_told_to_be_wrong(text: str):
    with suppress(BadQuery):
        evaluate(parse(text, term), catalogue("monograph"))
