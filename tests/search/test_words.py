"""A search for records in people's words: what it asks, what it finds, and what is said where a word means nothing."""

from contextlib import suppress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gateway.errors import BadQuery
from gateway.search.asking import asked
from gateway.search.evaluate import evaluate, terms_of
from gateway.search.named import NAMES, SHORT
from gateway.search.query import (
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
from gateway.search.volumes import Recent
from gateway.search.words import NESTED, parse
from tests.search.rows import catalogue, found


@pytest.fixture(scope="module")
def records() -> Recent:
    return catalogue()


def anywhere(text: str) -> Term:
    return Term(Index.ANY, text)


def phrase(index: Index, text: str) -> Term:
    """Words beside each other."""
    return Term(index, text, structure=Structure.PHRASE)


def cut(index: Index, text: str) -> Term:
    """Words that begin so."""
    return Term(index, text, truncation=Truncation.RIGHT)


def number(text: str) -> Query:
    """What a number alone asks."""
    return Or(anywhere(text), Or(Term(Index.STANDARD, text), Term(Index.SYSTEM, text)))


NO_FIELDS = "only title, author, subject, keytitle can be asked for a field's beginning, or for all of it"
RIVERS, LAKES, ICE = anywhere("rivers"), anywhere("lakes"), anywhere("ice")


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("rivers", RIVERS),
        ("any:rivers", RIVERS),
        ("title:rivers", Term(Index.TITLE, "rivers")),
        ("TITLE=rivers", Term(Index.TITLE, "rivers")),
        ("title = rivers", Term(Index.TITLE, "rivers")),
        ("ti:rivers", Term(Index.TITLE, "rivers")),
        ('author="le guin"', phrase(Index.AUTHOR, "le guin")),
        ("author:“le guin”", phrase(Index.AUTHOR, "le guin")),
        ('"exact phrase"', phrase(Index.ANY, "exact phrase")),
        ('"title:rivers"', phrase(Index.ANY, "title:rivers")),
        ('"M*A*S*H"', phrase(Index.ANY, "M*A*S*H")),
        ("rive*", cut(Index.ANY, "rive")),
        ("title:rive*", cut(Index.TITLE, "rive")),
        ("isbn:97869*", cut(Index.ISBN, "97869")),
        (
            'title:"great rive"*',
            Term(Index.TITLE, "great rive", structure=Structure.PHRASE, truncation=Truncation.RIGHT),
        ),
        ("title:^the", Term(Index.TITLE, "the", position=Position.FIRST)),
        (
            'title=="the rivers"',
            Term(Index.TITLE, "the rivers", structure=Structure.PHRASE, position=Position.FIRST, complete=True),
        ),
        ('isbn:"978 6 990 00103 6"', Term(Index.ISBN, "978 6 990 00103 6")),
        ("oclc:(OCoLC)on1999000001", Term(Index.OCLC, "(OCoLC)on1999000001")),
        ("system:(DLC)2026001", Term(Index.SYSTEM, "(DLC)2026001")),
        ("lang:eng", Term(Index.LANGUAGE, "eng")),
        ("format:book", Term(Index.FORMAT, "book")),
        ("year:1990", Term(Index.DATE, "1990")),
        ("date=1990", Term(Index.DATE, "1990")),
        ("year:199*", cut(Index.DATE, "199")),
        ("year:1990-1999", Term(Index.DATE, "1990-1999", Relation.WITHIN)),
        ("year:1990–1999", Term(Index.DATE, "1990-1999", Relation.WITHIN)),  # noqa: RUF001  # as word processors write
        ("year:1990-", Term(Index.DATE, "1990", Relation.GREATER_OR_EQUAL)),
        ("year:-1999", Term(Index.DATE, "1999", Relation.LESS_OR_EQUAL)),
        ("year<1990", Term(Index.DATE, "1990", Relation.LESS)),
        ("year <= 1990", Term(Index.DATE, "1990", Relation.LESS_OR_EQUAL)),
        ("year>1990", Term(Index.DATE, "1990", Relation.GREATER)),
        ("year>=1990", Term(Index.DATE, "1990", Relation.GREATER_OR_EQUAL)),
        ("rivers lakes ice", And(And(RIVERS, LAKES), ICE)),
        ("rivers AND lakes", And(RIVERS, LAKES)),
        ("rivers or lakes ice", And(Or(RIVERS, LAKES), ICE)),
        ("rivers not lakes", AndNot(RIVERS, LAKES)),
        ("rivers and not lakes", AndNot(RIVERS, LAKES)),
        ("rivers (lakes or ice)", And(RIVERS, Or(LAKES, ICE))),
        ("(rivers)or((lakes)not(ice))", Or(RIVERS, AndNot(LAKES, ICE))),
        ('rivers "and" lakes', And(And(RIVERS, phrase(Index.ANY, "and")), LAKES)),
        ("Rivers : lakes / ice.", And(And(anywhere("Rivers"), LAKES), anywhere("ice."))),
        ("Rivers: lakes", And(anywhere("Rivers:"), LAKES)),
        ("In: lakes", And(anywhere("In:"), LAKES)),
        ("Rivers = lakes", And(anywhere("Rivers"), LAKES)),
        ("rivers ( ) - lakes", And(RIVERS, LAKES)),
        ('5" lakes', And(anywhere('5"'), LAKES)),
        ("14:30", anywhere("14:30")),
        ("1999", anywhere("1999")),
        ("9910000000015867", number("9910000000015867")),
        ("978-6-990-00103-6", number("978-6-990-00103-6")),
        ("9871-001X", number("9871-001X")),
        ("on1999000001", number("on1999000001")),
        ("(OCoLC)1999000001 rivers", And(number("(OCoLC)1999000001"), RIVERS)),
        ("19990*", cut(Index.ANY, "19990")),
    ],
)
def test_asks(text: str, asks: Query):
    assert parse(text) == asks


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "the search has no word; write one, such as title:rivers"),
        ("( / )", "the search has no word; write one, such as title:rivers"),
        ("titel:rivers", "titel: is no word of a search; did you mean title? To look for it as it is, quote it"),
        ('Auther="le guin"', "Auther: is no word of a search; did you mean author? To look for it as it is, quote it"),
        (
            "245:rivers",
            f"245: is no word of a search; there are {', '.join(NAMES)}. To look for it as it is, quote it",
        ),
        ("title:", "title: asks nothing; write title:rivers"),
        ("title: rivers", "title: asks nothing; write title:rivers"),
        ('lang:""', 'lang:"" asks nothing; write lang:eng'),
        ("author:*", 'author:* asks nothing; write author:"le guin"'),
        (
            "title:(rivers or lakes)",
            "title:( … ): a name stands before a word or a quote; write it before each of them",
        ),
        ("title<rivers", "title<rivers: only a year can be < another; write title:rivers"),
        ("oclc:RB123", "oclc:RB123 is no OCLC number; write its digits, such as oclc:1234567"),
        ("mms:99x", "mms:99x is no MMS ID; write all its digits, such as mms:9910000000015867"),
        ("isbn:123", "isbn:123 is no ISBN; write all 10 or 13 digits, such as isbn:9780000000002"),
        ("issn:123", "issn:123 is no ISSN; write all 8 digits, such as issn:1234-5678"),
        ("year:soon", "year:soon: a year has four digits; write year:1999, year:1990-1999 or year>=1990"),
        ("yr>=199*", "yr>=199*: a year has four digits; write year:1999, year:1990-1999 or year>=1990"),
        ("year:1999-1990", "year:1999-1990: no year is in it; did you mean year:1990-1999?"),
        ("*", "*: write the beginning of a word before the *"),
        ("ri*er", "ri*er: a * can only stand at the end of a word. To look for it as it is, quote it"),
        (
            "^rivers",
            "^rivers: only title, author, subject, keytitle can be asked for a field's beginning, or for all of it",
        ),
        (
            "any==ice",
            "any==ice: only title, author, subject, keytitle can be asked for a field's beginning, or for all of it",
        ),
        ("-rivers", "-rivers: write not rivers to leave it out. To look for it as it is, quote it"),
        ("not rivers", "not: nothing stands before it. To look for it as it is, quote it"),
        ("rivers or", "or: nothing stands behind it. To look for it as it is, quote it"),
        ("rivers OR not lakes", "OR not: one of them can stand between two words. To look for it as it is, quote it"),
        ("(rivers", "a parenthesis is not closed"),
        ("rivers) lakes", "a parenthesis is closed that was not opened"),
        ("(" * (NESTED + 1), f"more than {NESTED} parentheses stand within each other; leave some out"),
        ('title:"rivers', 'a quote is not closed: "rivers'),
        ("x" * 1_001, "the search has 1,001 characters; it may have 1,000"),
    ],
)
def test_names_the_word_that_means_nothing(text: str, says: str):
    with pytest.raises(BadQuery) as raised:
        parse(text)
    assert str(raised.value) == says


@pytest.mark.parametrize("name", NAMES)
def test_examples_can_be_asked(name: str):
    [term] = terms_of(parse(NAMES[name].example))
    assert term.index == NAMES[name].place
    assert asked(term).all_of


def test_every_index_has_a_name_and_every_short_name_means_one():
    assert {index for index, _ in NAMES.values()} == {*Index}
    assert {*SHORT.values()} <= {*NAMES}
    assert not {*SHORT} & {*NAMES}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("title:lantern", ["monograph"]),
        ('title:"lantern keepers" author:quillfeather', ["monograph"]),
        ("author:lantern", []),
        ("title==lanterns", []),
        ("isbn:6990001038", ["cjk"]),
        ("6990001038", ["cjk"]),
        ("(OCoLC)on1999000033", ["cjk"]),
        ("issn:9871001x", ["serial"]),
        ("9871-001X", ["serial"]),
        ("lang:arabic or lang:hebrew", ["hebrew", "arabic"]),
        ("format:serial not lang:ara", ["serial"]),
        ("mt:ser", ["serial"]),
    ],
)
def test_finds(records: Recent, text: str, names: list[str]):
    assert found(parse(text), records) == names


def test_terms_beyond_the_most_are_refused(records: Recent):
    with pytest.raises(BadQuery, match="the search has 500 terms; it may have 100"):
        evaluate(parse("a " * 500), records)


PIECES = st.one_of(
    st.sampled_from([example for _, example in NAMES.values()]),
    st.sampled_from(["and", "or", "not", "(", ")", '"', "“", "title:", "year>=", "*", "^", "==", "(a)1", "-"]),
    st.text(max_size=20),
    st.text(alphabet='abc:"()<=*^0129X- T+', max_size=20),
)


@given(st.lists(PIECES).map(" ".join))
@example("\udc80 \x00 \u202e")
@example("(" * 500 + ")" * 500)
@example("9" * 5 + " 99999" * 165)
def test_any_text_asks_something_or_is_told_to_be_wrong(text: str):
    with suppress(BadQuery):
        evaluate(parse(text), catalogue("monograph"))
