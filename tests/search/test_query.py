"""The tree: what a term asks where nothing else is said, and the forms of WMS's and Bath's searches."""

import pytest

from gateway.search.evaluate import evaluate
from gateway.search.query import Index, Position, Query, Relation, Structure, Term, Truncation
from gateway.search.volumes import Recent
from tests.search.rows import catalogue, found


@pytest.fixture(scope="module")
def records() -> Recent:
    return catalogue()


def test_a_term_asks_for_its_words_anywhere_if_nothing_else_is_said() -> None:
    assert Term(Index.TITLE, "tides") == Term(
        index=Index.TITLE,
        text="tides",
        relation=Relation.EQUAL,
        structure=Structure.WORDS,
        position=Position.ANY,
        truncation=Truncation.NONE,
        complete=False,
        local=True,
    )


def wms(index: Index, text: str, *, position: int, structure: int, completeness: int, relation: int = 3) -> Term:
    """A term as Z39.50's attributes say it: one of the forms of the complex searches."""
    relations = [*Relation][:5]
    return Term(
        index,
        text,
        relation=Relation.WITHIN if relation == 104 else relations[relation - 1],
        structure=Structure.PHRASE if structure == 1 else Structure.WORDS,
        position=Position.FIRST if position == 1 else Position.ANY,
        complete=completeness == 3,
        local=False,
    )


def keyword(index: Index, text: str) -> Term:
    """Position 3, structure 2, completeness 1."""
    return wms(index, text, position=3, structure=2, completeness=1)


def exact(index: Index, text: str) -> Term:
    """Position 1, structure 1, completeness 3."""
    return wms(index, text, position=1, structure=1, completeness=3)


@pytest.mark.parametrize(
    ("query", "names"),
    [
        (keyword(Index.AUTHOR, "overhill"), ["monograph"]),
        (keyword(Index.AUTHOR, "lantern"), []),
        (keyword(Index.TITLE, "cafes"), ["monograph"]),
        (keyword(Index.TITLE, "coffeehouses"), []),
        (keyword(Index.SUBJECT, "coffeehouses"), ["monograph"]),
        (keyword(Index.SUBJECT, "springhaven"), []),
        (keyword(Index.ANY, "ledgers"), ["monograph"]),
        (keyword(Index.ANY, "gift"), []),
        (exact(Index.AUTHOR, "Potterwick, Ambrose."), ["former-numbers"]),
        (exact(Index.AUTHOR, "Potterwick"), []),
        (exact(Index.TITLE, "A walker's atlas of the Little Fen"), ["former-numbers"]),
        (exact(Index.TITLE, "Walker's atlas"), []),
        (exact(Index.SUBJECT, "Fens England Maps"), ["former-numbers"]),
        (exact(Index.SUBJECT, "England"), []),
        (wms(Index.STANDARD, "978-6990001067", position=1, structure=1, completeness=1), ["former-numbers"]),
        (wms(Index.STANDARD, "9786990001", position=1, structure=1, completeness=1), []),
        (wms(Index.DATE, "2010", position=1, structure=4, completeness=1, relation=1), ["former-numbers"]),
        (wms(Index.DATE, "1987", position=1, structure=4, completeness=1, relation=2), ["former-numbers"]),
        (wms(Index.DATE, "1987", position=1, structure=4, completeness=1, relation=3), ["former-numbers"]),
        (wms(Index.DATE, "2025", position=1, structure=4, completeness=1, relation=4), ["local-fields", "monograph"]),
        (wms(Index.DATE, "2025", position=1, structure=4, completeness=1, relation=5), []),
        (wms(Index.DATE, "1980-2010", position=3, structure=4, completeness=1, relation=104),
         ["former-numbers", "serial"]),
        (keyword(Index.KEY_TITLE, "imaginary"), ["serial"]),
        (keyword(Index.KEY_TITLE, "atlas"), []),
        (exact(Index.KEY_TITLE, "Journal of imaginary harbors (Springhaven, Ill.)"), ["serial"]),
        (exact(Index.KEY_TITLE, "imaginary harbors"), []),
        (wms(Index.FORMAT, "ser", position=3, structure=1, completeness=1), ["serial"]),
        (wms(Index.FORMAT, "ser", position=3, structure=2, completeness=1), ["serial"]),
        (wms(Index.LANGUAGE, "heb", position=3, structure=2, completeness=1), ["hebrew"]),
    ],
)  # fmt: skip
def test_the_complex_searches_find_what_they_should_and_no_more(
    records: Recent, query: Query, names: list[str]
) -> None:
    assert found(query, records) == names


def test_nothing_is_found_where_nothing_is() -> None:
    assert not evaluate(keyword(Index.ANY, "tides"), Recent())
