"""CQL: what a query asks, and what is said where it is none, with SRU's number for it."""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gateway.errors import BadQuery
from gateway.search.cql import NESTED, parse
from gateway.search.cql_indexes import BY_NAME, INDEXES, OTHER_NAMES, index_named
from gateway.search.cql_tokens import QUERY_CHARACTERS, Wrong
from gateway.search.evaluate import evaluate
from gateway.search.query import (
    TREE_TERMS,
    And,
    AndNot,
    Index,
    Or,
    Position,
    Query,
    Relation,
    Structure,
    Term,
    Truncation,
)
from gateway.search.ranking import Sorting, SortKey
from tests.search.rows import catalogue

PHRASE = Structure.PHRASE
CUT = Truncation.RIGHT
ANCHORED = "^ stands before the first word of a title, creator or subject"


def title(text: str, **more: Any) -> Term:
    return Term(Index.TITLE, text, **more)


def anywhere(text: str, **more: Any) -> Term:
    return Term(Index.ANY, text, **more)


def date(text: str, relation: Relation = Relation.EQUAL) -> Term:
    return Term(Index.DATE, text, relation)


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("rivers", anywhere("rivers")),
        ("  rivers  ", anywhere("rivers")),
        ('"great rivers"', anywhere("great rivers", structure=PHRASE)),
        ('alma.all_for_ui all "great rivers"', anywhere("great rivers")),
        ("alma.title=rivers", title("rivers")),
        ("alma.title = rivers", title("rivers")),
        ("ALMA.Title=rivers", title("rivers")),
        ("title=rivers", title("rivers")),
        ("dc.title=rivers", title("rivers")),
        ('"alma.title" = rivers', title("rivers")),
        ('alma.title="great rivers"', title("great rivers", structure=PHRASE)),
        ('alma.title adj "great rivers"', title("great rivers", structure=PHRASE)),
        ('alma.title all "great rivers"', title("great rivers")),
        ('alma.title cql.all "great rivers"', title("great rivers")),
        ('alma.title any "great rivers"', Or(title("great"), title("rivers"))),
        ('alma.title == "great rivers"', title("great rivers", structure=PHRASE, complete=True)),
        ('alma.title exact "rivers"', title("rivers", complete=True)),
        ("alma.title=riv*", title("riv", truncation=CUT)),
        ('alma.title="great riv*"', title("great riv", structure=PHRASE, truncation=CUT)),
        (
            'alma.title all "great riv* lak*"',
            And(And(title("great"), title("riv", truncation=CUT)), title("lak", truncation=CUT)),
        ),
        ("alma.title=*rivers", title("rivers")),
        ('alma.title="^great rivers"', title("great rivers", structure=PHRASE, position=Position.FIRST)),
        ('alma.title="^rivers^"', title("rivers", position=Position.FIRST, complete=True)),
        (r'alma.title="a \"great\" river \\"', title('a "great" river \\', structure=PHRASE)),
        (r"alma.title=riv\*", title("riv*")),
        (r"alma.title=\^rivers", title("^rivers")),
        ('alma.title="what is?"', title("what is?", structure=PHRASE)),
        ("alma.title=/ignoreCase rivers", title("rivers")),
        ("alma.title all/cql.masked/relevant rivers", title("rivers")),
        ("alma.creator=guin", Term(Index.AUTHOR, "guin")),
        ("alma.subjects=lakes", Term(Index.SUBJECT, "lakes")),
        ("alma.isbn=9786990001012", Term(Index.ISBN, "9786990001012")),
        ('alma.isbn="978 6990001012"', Term(Index.ISBN, "978 6990001012")),
        ("alma.isbn any 9786990001012", Term(Index.ISBN, "9786990001012")),
        ('alma.issn any "0317-8471 1234-5679"', Or(Term(Index.ISSN, "0317-8471"), Term(Index.ISSN, "1234-5679"))),
        ("alma.oclc_control_number_035_a==1002", Term(Index.OCLC, "1002")),
        ('alma.oclc_control_number_035_a="(OCoLC)1002"', Term(Index.OCLC, "(OCoLC)1002")),
        ("alma.mms_id=9910000000015867", Term(Index.MMS, "9910000000015867")),
        ("alma.mms_id=99100*", Term(Index.MMS, "99100", truncation=CUT)),
        ("alma.main_pub_date=1999", date("1999")),
        ("alma.main_pub_date<1999", date("1999", Relation.LESS)),
        ("alma.main_pub_date <= 1999", date("1999", Relation.LESS_OR_EQUAL)),
        ("alma.main_pub_date>1999", date("1999", Relation.GREATER)),
        ("alma.main_pub_date>=1999", date("1999", Relation.GREATER_OR_EQUAL)),
        ('alma.main_pub_date within "1990 1999"', date("1990 1999", Relation.WITHIN)),
        ("rivers and lakes", And(anywhere("rivers"), anywhere("lakes"))),
        ("rivers AND lakes Or ice", Or(And(anywhere("rivers"), anywhere("lakes")), anywhere("ice"))),
        ("rivers not (lakes or ice)", AndNot(anywhere("rivers"), Or(anywhere("lakes"), anywhere("ice")))),
        ("((rivers))", anywhere("rivers")),
        ('"and"', anywhere("and")),
        ("alma.title all all", title("all")),
        ("“rivers”", anywhere("“rivers”")),
        ("rivers\x00lakes", None),
    ],
)  # fmt: skip
def test_asks(text: str, asked: Query | None):
    if asked is None:
        with pytest.raises(Wrong, match="left over"):
            parse(text)
        return
    assert parse(text) == (asked, ())


@pytest.mark.parametrize(
    ("text", "by"),
    [
        ("rivers sortBy alma.title", [Sorting(SortKey.TITLE)]),
        ("rivers sortby alma.main_pub_date/sort.descending", [Sorting(SortKey.DATE, True)]),
        ("rivers sortBy alma.main_pub_date/descending", [Sorting(SortKey.DATE, True)]),
        (
            "rivers sortBy alma.creator/sort.ascending title/sort.descending",
            [Sorting(SortKey.AUTHOR), Sorting(SortKey.TITLE, True)],
        ),
    ],
)
def test_sorts(text: str, by: list[Sorting]):
    assert parse(text) == (anywhere("rivers"), tuple(by))


@pytest.mark.parametrize(
    ("text", "number", "says"),
    [
        ("", 10, "at character 1: the query is empty; write one, such as alma.title = rivers"),
        ("great rivers", 10, "at character 7: rivers: is left over; quote several words, or join two terms by and"),
        ("rivers and", 10, "at character 11: a term is missing at the end"),
        ("and", 10, "at character 1: and: a term should stand here; quote it to look for it"),
        ("rivers or and", 10, "at character 11: and: a term should stand here; quote it to look for it"),
        ("alma.title=", 10, "at character 12: a term is missing behind ="),
        ("alma.title==(rivers)", 10, "at character 13: (: a term should stand here"),
        ("= rivers", 10, "at character 1: =: a term should stand here"),
        ("x" * (QUERY_CHARACTERS + 1), 12, "at character 4001: the query has 4,001 characters; it may have 4,000"),
        ("(rivers", 13, "at character 1: a parenthesis is not closed"),
        ("rivers)", 13, "at character 7: a parenthesis is closed that was not opened"),
        (
            "(" * (NESTED + 1) + "a" + ")" * (NESTED + 1),
            *(13, "at character 21: more than 20 parentheses stand within each other; leave some out"),
        ),
        ('alma.title="rivers', 14, "at character 12: a quote is not closed"),
        ("bath.title=rivers", 15, "at character 1: bath: is no context set that is known; there are cql, dc, alma."),
        ("alma.tilte=rivers", 16, "at character 1: alma.tilte: did you mean alma.title?"),
        ("alma.title encloses rivers", 19, "at character 21: encloses: is no relation that is known here"),
        ("alma.title <> rivers", 19, "at character 15: <>: is no relation that is known here"),
        ("alma.title =/stem rivers", 20, "at character 14: /stem: is no modifier that is known here"),
        ("alma.isbn > 3", 22, "at character 13: alma.isbn is not asked with >; write =, ==, any"),
        ("alma.all_for_ui == rivers", 22, "at character 20: alma.all_for_ui is not asked with ==; write all, any, ="),
        ('alma.title=" "', 27, "at character 12: an empty term finds nothing; write one"),
        ("alma.title=*", 27, "at character 12: an empty term finds nothing; write one"),
        ("alma.title=rivers^", 32, "at character 12: " + ANCHORED),
        ("^rivers", 32, "at character 1: " + ANCHORED),
        ("alma.isbn=^9786990001012", 32, "at character 11: " + ANCHORED),
        ('alma.title="riv* great"', 33, "at character 12: * stands behind the last word of a phrase alone; write all"),
        ("alma.main_pub_date=ninety", 36, "at character 20: ninety is no year; write its four digits, such as 1999"),
        (" or ".join(["a"] * (TREE_TERMS + 1)), 38, "at character 501: the query may have 100 terms"),
        (f'alma.title any "{"a " * (TREE_TERMS + 1)}"', 38, "at character 16: the query may have 100 terms"),
        (f'a or title any "{"a " * TREE_TERMS}"', 38, "at character 218: the query may have 100 terms"),
        ("rivers prox/distance=1 lakes", 39, "at character 8: prox: nearness is not asked here; write a phrase"),
        ("rivers and/rel.sum lakes", 46, "at character 12: /rel.sum: and takes no modifier here"),
        ('> dc = "x" dc.title=a', 48, "at character 1: prefixes are not read here; there are cql, dc, alma"),
        ("alma.title=ri*vers", 49, "at character 12: * stands at the end of a word alone"),
        ("rivers sortBy", 10, "at character 14: what is sorted by is missing"),
        (
            "rivers sortBy alma.isbn",
            *(88, "at character 15: alma.isbn: is not sorted by; alma.title, alma.creator, alma.main_pub_date are"),
        ),
        (
            "rivers sortBy alma.title/respectCase",
            *(90, "at character 26: /respectcase: write sort.ascending or sort.descending"),
        ),
        ("rivers sortBy" + " title" * 6, 84, "at character 45: more than 5 keys"),
    ],
)  # fmt: skip
def test_says_what_is_wrong(text: str, number: int, says: str):
    with pytest.raises(Wrong) as raised:
        parse(text)
    assert (raised.value.diagnostic, str(raised.value)) == (number, says)


@pytest.mark.parametrize("index", INDEXES, ids=lambda one: one.name)
def test_every_index_is_asked_with_each_of_its_relations_and_no_other(index):
    term = {Index.DATE: "1999 2001"}.get(index.place, "rivers")
    for relation in ("=", "==", "all", "any", "<", "<=", ">", ">=", "within"):
        query = f'alma.{index.name} {relation} "{term}"'
        if relation in index.relations:
            evaluate(parse(query).query, catalogue("monograph"))
        else:
            with pytest.raises(Wrong, match=f"is not asked with {relation}"):
                parse(query)


def test_names_of_other_sets_are_those_of_indexes():
    assert {*OTHER_NAMES.values()} <= {*BY_NAME}
    assert {name for name in OTHER_NAMES if index_named(name.upper()) is None} == set()


PIECES = st.one_of(
    st.sampled_from(["and", "or", "not", "prox", "sortBy", "alma.title", "=", "==", "all", "any", "(", ")", "/", '"']),
    st.sampled_from(['"a b"', '"^a b*"', "\\", "*", "^", "\0", ">", "alma.main_pub_date", "within", "1999"]),
    st.text(max_size=10),
)


@given(st.lists(PIECES).map(" ".join))
@example(" or ".join(["a"] * 100))
@example("(" * 2_000)
@example('title any "' + "a " * 1_900)
@example("\udc80")
def test_any_text_can_be_asked_or_is_told_to_be_wrong(text: str):
    with suppress(BadQuery):
        evaluate(parse(text).query, catalogue("monograph"))
