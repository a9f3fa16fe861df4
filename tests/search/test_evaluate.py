"""What a query finds: the forms of a term, the tree, and that an index finds what one would find field by field."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import BadQuery
from gateway.search import evaluate as evaluation
from gateway.search.entries import entry
from gateway.search.evaluate import TooShort, evaluate, terms_of
from gateway.search.folding import is_single, words
from gateway.search.numbering import falling
from gateway.search.query import (
    TREE_TERMS,
    Among,
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
from tests.marc.mnemonic import raw
from tests.search.rows import catalogue, found

PHRASE, FIRST, RIGHT = Structure.PHRASE, Position.FIRST, Truncation.RIGHT


@pytest.fixture(scope="module")
def records() -> Recent:
    return catalogue()


def phrase(index: Index, text: str) -> Term:
    """Words beside each other."""
    return Term(index, text, structure=PHRASE)


def exact(index: Index, text: str) -> Term:
    """Bath's exact match: relation 3, position 1, structure 1, truncation 100, completeness 3."""
    return Term(index, text, structure=PHRASE, position=FIRST, complete=True)


def first(index: Index, text: str) -> Term:
    """Bath's first words in field: position 1, completeness 1."""
    return Term(index, text, structure=PHRASE, position=FIRST)


def begun(index: Index, text: str) -> Term:
    """Bath's first characters in field: position 1, truncation 1."""
    return Term(index, text, structure=PHRASE, position=FIRST, truncation=RIGHT)


def cut(index: Index, text: str) -> Term:
    """Bath's keyword with right truncation."""
    return Term(index, text, truncation=RIGHT)


def dated(text: str, relation: Relation) -> Term:
    """A date in relation to the term's."""
    return Term(Index.DATE, text, relation=relation)


@pytest.mark.parametrize(
    ("term", "names"),
    [
        (Term(Index.ANY, "quay harrow"), ["monograph"]),
        (Term(Index.ANY, "harrow poetry"), []),
        (Term(Index.ANY, ""), []),
        (Term(Index.ANY, " - / "), []),
        (Term(Index.ANY, "e-harbor"), []),
        (phrase(Index.ANY, "harrow quay"), ["monograph"]),
        (phrase(Index.ANY, "quay harrow"), []),
        (phrase(Index.ANY, "cafes 1871 1939 orsolya quillfeather"), ["monograph"]),
        (phrase(Index.TITLE, "1939 orsolya"), []),
        (phrase(Index.TITLE, "of harrow quay"), ["monograph"]),
        (phrase(Index.TITLE, "keepers harrow"), []),
        (phrase(Index.SUBJECT, "illinois history 19th"), ["monograph"]),
        (phrase(Index.SUBJECT, "history coffeehouses"), []),
        (phrase(Index.TITLE, "燈集"), ["cjk"]),
        (phrase(Index.TITLE, "集 灯台 集"), ["cjk"]),
        (phrase(Index.AUTHOR, "海燈塔研究"), ["cjk"]),
        (phrase(Index.AUTHOR, "海塔研究"), []),
        (phrase(Index.ANY, "منارة البحر"), ["arabic"]),
        (phrase(Index.ANY, "תל אביב"), ["hebrew"]),
        (phrase(Index.ANY, "gift of the friends"), ["local-fields"]),
        (Term(Index.ANY, "gift of the friends", structure=PHRASE, local=False), []),
        (Term(Index.ANY, "the exercises", structure=PHRASE, local=False), []),
        (Term(Index.ANY, "with exercises", structure=PHRASE, local=False), ["local-fields"]),
        (cut(Index.ANY, "lantern"), ["monograph"]),
        (cut(Index.ANY, "lant"), ["monograph"]),
        (cut(Index.ANY, "harrow qu"), ["monograph"]),
        (cut(Index.ANY, "harr quay"), []),
        (cut(Index.ANY, "灯"), ["cjk"]),
        (Term(Index.TITLE, "of harrow qu", structure=PHRASE, truncation=RIGHT), ["monograph"]),
        (Term(Index.TITLE, "harrow ke", structure=PHRASE, truncation=RIGHT), []),
        (Term(Index.ANY, "lant"), []),
        (exact(Index.TITLE, "The Lantern Keepers of Harrow Quay"), ["monograph"]),
        (exact(Index.TITLE, "lantern keepers of Harrow Quay"), ["monograph"]),
        (
            exact(Index.TITLE, "Lantern keepers of Harrow Quay : a history of harbor cafes, 1871-1939"),
            ["monograph"],
        ),
        (exact(Index.TITLE, "lantern keepers"), []),
        (exact(Index.TITLE, "keepers of harrow quay"), []),
        (exact(Index.TITLE, "海燈集"), ["cjk"]),
        (exact(Index.TITLE, "海燈"), []),
        (exact(Index.AUTHOR, "Quillfeather, Orsolya, 1961-"), ["monograph"]),
        (exact(Index.AUTHOR, "Quillfeather, Orsolya"), ["monograph"]),
        (exact(Index.AUTHOR, "Quillfeather"), []),
        (exact(Index.AUTHOR, "نورسي، سمير لامع"), ["arabic"]),
        (exact(Index.SUBJECT, "Coffeehouses"), ["monograph"]),
        (exact(Index.SUBJECT, "Coffeehouses Illinois History 19th century"), ["monograph"]),
        (exact(Index.SUBJECT, "Illinois"), []),
        (exact(Index.KEY_TITLE, "Journal of imaginary harbors"), ["serial"]),
        (exact(Index.KEY_TITLE, "Journal"), []),
        (first(Index.TITLE, "the lantern"), ["monograph"]),
        (first(Index.TITLE, "lantern"), ["monograph"]),
        (first(Index.TITLE, "lant"), []),
        (first(Index.TITLE, "lantern keep"), []),
        (first(Index.TITLE, "harrow quay"), []),
        (first(Index.AUTHOR, "quillfeather"), ["monograph"]),
        (first(Index.AUTHOR, "orsolya"), []),
        (first(Index.TITLE, "מגדלור"), ["hebrew"]),
        (first(Index.TITLE, "灯"), ["cjk"]),
        (first(Index.TITLE, ""), []),
        (begun(Index.TITLE, "lantern keep"), ["monograph"]),
        (begun(Index.TITLE, "journ"), ["serial"]),
        (begun(Index.TITLE, "harb"), ["monograph"]),
        (Term(Index.TITLE, "lantern ke", truncation=RIGHT, complete=True), ["monograph"]),
        (cut(Index.ISBN, "978-6990001"), ["local-fields", "former-numbers", "hebrew", "arabic", "cjk", "monograph"]),
        (cut(Index.OCLC, "99900002"), ["serial"]),
        (cut(Index.ISBN, ""), []),
        (dated("2024", Relation.EQUAL), ["arabic", "cjk"]),
        (dated("2010-05-01", Relation.EQUAL), ["serial"]),
        (dated("2010", Relation.LESS), ["former-numbers"]),
        (dated("2010", Relation.LESS_OR_EQUAL), ["former-numbers", "serial"]),
        (dated("2024", Relation.GREATER), ["local-fields", "monograph"]),
        (dated("2024", Relation.GREATER_OR_EQUAL), ["local-fields", "arabic", "cjk", "monograph"]),
        (dated("2010-2023", Relation.WITHIN), ["hebrew", "serial"]),
        (dated("1980 1990", Relation.WITHIN), ["former-numbers"]),
        (dated("1990-1980", Relation.WITHIN), []),
        (dated("9999", Relation.GREATER), []),
        (dated("0000", Relation.LESS), []),
        (cut(Index.DATE, "198"), ["former-numbers"]),
    ],
)
def test_a_term_finds_what_it_should_and_no_more(records: Recent, term: Term, names: list[str]) -> None:
    assert found(term, records) == names


HARBOR, QUAY, SERIAL = (Term(Index.ANY, text) for text in ("harbor", "quay", "periodicals"))


@pytest.mark.parametrize(
    ("query", "names"),
    [
        (And(HARBOR, QUAY), ["monograph"]),
        (Or(QUAY, SERIAL), ["serial", "monograph"]),
        (AndNot(HARBOR, QUAY), ["local-fields", "serial"]),
        (AndNot(AndNot(HARBOR, QUAY), SERIAL), ["local-fields"]),
        (AndNot(QUAY, HARBOR), []),
        (And(Term(Index.ANY, "none"), QUAY), []),
        (And(Or(QUAY, SERIAL), dated("2020", Relation.GREATER)), ["monograph"]),
        (Among(("serial", "hebrew", "gone")), ["hebrew", "serial"]),
        (And(Among(("serial", "hebrew")), HARBOR), ["serial"]),
        (AndNot(HARBOR, Among(("serial",))), ["local-fields", "monograph"]),
        (Among(()), []),
    ],
)
def test_a_tree_joins_what_its_branches_find(records: Recent, query: Query, names: list[str]) -> None:
    assert found(query, records) == names


def test_terms_come_from_left_to_right() -> None:
    assert [*terms_of(AndNot(And(HARBOR, Among(("991",))), Or(QUAY, SERIAL)))] == [HARBOR, QUAY, SERIAL]


@pytest.mark.parametrize(
    ("term", "says"),
    [
        (Term(Index.TITLE, "tides", relation=Relation.LESS), "title has no order: only a date can be < another"),
        (exact(Index.ANY, "tides"), "any has no fields of its own: a term can stand anywhere in it alone"),
        (dated("soon", Relation.EQUAL), "soon is no year; write its four digits, such as 1999"),
        (dated("20245", Relation.EQUAL), "20245 is no year; write its four digits, such as 1999"),
        (dated("1999", Relation.WITHIN), "1999 is no range of years; write two of four digits, such as 1999-2003"),
    ],
)
def test_what_cannot_be_asked_is_named(records: Recent, term: Term, says: str) -> None:
    with pytest.raises(BadQuery) as raised:
        evaluate(Or(QUAY, term), records)
    assert str(raised.value) == says


def test_a_tree_has_an_end(records: Recent) -> None:
    tree: Query = QUAY
    for _ in range(TREE_TERMS - 1):
        tree = Or(tree, QUAY)
    assert found(tree, records) == ["monograph"]
    with pytest.raises(BadQuery) as raised:
        evaluate(Or(tree, QUAY), records)
    assert str(raised.value) == "the search has 101 terms; it may have 100"


def test_too_many_terms_are_not_gone_through(records: Recent, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evaluation, "RANGE_KEYS", 3)
    assert found(cut(Index.TITLE, "harb"), records) == ["serial", "monograph"]
    with pytest.raises(TooShort) as raised:
        evaluate(cut(Index.TITLE, "h"), records)
    assert str(raised.value) == "more than 3 terms begin with h; write more of it"


def test_many_texts_are_looked_at_in_turns(records: Recent, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evaluation, "TEXTS_AT_ONCE", 1)
    assert found(phrase(Index.ANY, "includes bibliographical references"), records) == ["cjk", "monograph"]


def test_what_a_field_for_local_use_says_too_is_found_without_it() -> None:
    made = Recent()
    made.add(
        "991",
        entry(
            "991", raw("=500  \\\\$aHigh tides\n=690  \\\\$aHigh tides\n=650  \\0$aLow tides\n=590  \\\\$aLow tides")
        ),
    )
    for text, index in (("high tides", Index.ANY), ("low tides", Index.ANY), ("low tides", Index.SUBJECT)):
        assert found(Term(index, text, structure=PHRASE, local=False), made) == ["991"]
    assert found(Term(Index.SUBJECT, "high tides", structure=PHRASE, local=False), made) == []
    assert found(phrase(Index.SUBJECT, "high tides"), made) == ["991"]


FIELDS = {"245": "ab", "246": "a", "500": "a", "590": "a", "650": "ax", "690": "a", "100": "ae"}
WORDS = st.sampled_from(["the", "tides", "tide", "river", "al-baḥr", "海燈集", "燈", "海燈", "灯台.", "Øre", "a", "/"])
TEXT = st.lists(WORDS, min_size=1, max_size=4).map(" ".join)
FIELD = st.sampled_from([*FIELDS]).flatmap(
    lambda tag: st.tuples(st.just(tag), st.lists(st.tuples(st.sampled_from(FIELDS[tag]), TEXT), min_size=1, max_size=2))
)
Field = tuple[str, list[tuple[str, str]]]
READ: dict[Index, tuple[dict[str, str], dict[str, tuple[str, ...]]]] = {
    Index.TITLE: ({"245": "ab", "246": "a"}, {"245": ("a", "ab"), "246": ("a",)}),
    Index.SUBJECT: ({"650": "ax", "690": "a"}, {"650": ("a", "ax"), "690": ("a",)}),
    Index.AUTHOR: ({"100": "a"}, {"100": ("a",)}),
    Index.ANY: (FIELDS, {}),
}
"""What of these fields stands in an index, and what of it is a heading."""
TERMS = st.builds(
    Term,
    st.sampled_from([*READ]),
    TEXT,
    structure=st.sampled_from(Structure),
    truncation=st.sampled_from(Truncation),
    local=st.booleans(),
) | st.builds(
    Term,
    st.sampled_from([Index.TITLE, Index.SUBJECT, Index.AUTHOR]),
    TEXT,
    position=st.sampled_from(Position),
    truncation=st.sampled_from(Truncation),
    complete=st.booleans(),
    local=st.booleans(),
)
QUERIES = st.recursive(
    TERMS,
    lambda some: st.builds(And, some, some) | st.builds(Or, some, some) | st.builds(AndNot, some, some),
    max_leaves=4,
)


@given(st.lists(st.lists(FIELD, max_size=4), max_size=5), QUERIES)
def test_an_index_finds_what_is_found_field_by_field(catalogued: list[list[Field]], query: Query) -> None:
    made = Recent()
    for number, fields in enumerate(catalogued):
        made.add(f"99{number}", entry(f"99{number}", raw("\n".join(map(mnemonic, fields)))))
    expected = [number for number, fields in enumerate(catalogued) if holds(query, fields)]
    assert [*falling(evaluate(query, made))][::-1] == expected


def mnemonic(field: Field) -> str:
    """A field as `raw` takes it."""
    tag, subfields = field
    return f"={tag}  \\\\" + "".join(f"${code}{text}" for code, text in subfields)


def holds(query: Query, fields: list[Field]) -> bool:
    """Whether a record of these fields is found, from the meaning of the words of `search.query` alone."""
    match query:
        case Term():
            return term_holds(query, fields)
        case And(left, right):
            return holds(left, fields) and holds(right, fields)
        case Or(left, right):
            return holds(left, fields) or holds(right, fields)
        case AndNot(left, right):
            return holds(left, fields) and not holds(right, fields)
        case _:
            raise AssertionError(query)


def term_holds(term: Term, fields: list[Field]) -> bool:
    """The same of a term."""
    codes, headings = READ[term.index]
    counted = [(tag, subfields) for tag, subfields in fields if tag in codes and (term.local or "9" not in tag)]
    lines = [read_of(subfields, codes[tag]) for tag, subfields in counted]
    goes_on = term.truncation is RIGHT
    of = words(term.text)
    if not of:
        return False
    if term.complete or term.position is FIRST:
        heads = [" ".join(read_of(subfields, one)) for tag, subfields in counted for one in headings[tag]]
        text = " ".join(of)
        if goes_on:
            return any(head.startswith(text) for head in heads)
        return any(head == text or (not term.complete and head.startswith(f"{text} ")) for head in heads)
    if term.structure is PHRASE:
        return any(stands_in(line, of, goes_on) for line in lines)
    runs: list[list[str]] = []
    for piece in term.text.split():
        beside = False
        for word in words(piece):
            if beside and is_single(word):
                runs[-1].append(word)
            else:
                runs.append([word])
            beside = is_single(word)
    return all(
        any(stands_in(line, run, goes_on and place == len(runs)) for line in lines) for place, run in enumerate(runs, 1)
    )


def read_of(subfields: list[tuple[str, str]], codes: str) -> list[str]:
    """The words of subfields."""
    return [word for code, text in subfields if code in codes for word in words(text)]


def stands_in(line: list[str], of: list[str], goes_on: bool) -> bool:
    """Whether words stand beside each other, of the last of them perhaps the beginning."""
    for start in range(len(line) - len(of) + 1):
        some = line[start : start + len(of)]
        if some[:-1] == of[:-1] and (some[-1] == of[-1] or (goes_on and some[-1].startswith(of[-1]))):
            return True
    return False
