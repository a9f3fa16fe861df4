"""In which order records are found, and sorted."""

import pytest

from gateway.search.entries import entry
from gateway.search.evaluate import evaluate
from gateway.search.numbering import BLOCK, numbers_of
from gateway.search.query import And, AndNot, Index, Or, Order, Query, Term
from gateway.search.ranking import RESULT_RECORDS, Sorting, SortKey, ordered, sort
from gateway.search.volumes import Document, Recent
from tests.marc.mnemonic import raw

TITLES = {
    "subject": "=245  10$aWater\n=650  \\0$aRiver tides",
    "whole": "=245  10$aRiver tides",
    "words": "=245  10$aTides of a river",
    "later": "=245  10$aRiver and tides",
    "half": "=245  10$aRiver\n=500  \\\\$aTides",
}


@pytest.fixture(scope="module")
def records() -> Recent:
    made = Recent()
    for name, record in TITLES.items():
        made.add(name, entry(name, raw(record)))
    return made


RIVER, TIDES, WATER = (Term(Index.ANY, text) for text in ("river", "tides", "water"))


@pytest.mark.parametrize(
    ("query", "order", "names"),
    [
        (Term(Index.ANY, "river tides"), Order.WRITTEN, ["half", "later", "words", "whole", "subject"]),
        (Term(Index.ANY, "river tides"), Order.RELEVANCE, ["whole", "later", "words", "half", "subject"]),
        (And(RIVER, TIDES), Order.RELEVANCE, ["whole", "later", "words", "half", "subject"]),
        (Or(RIVER, WATER), Order.RELEVANCE, ["half", "later", "words", "whole", "subject"]),
        (AndNot(TIDES, WATER), Order.RELEVANCE, ["later", "words", "whole", "half"]),
        (Term(Index.SUBJECT, "river tides"), Order.RELEVANCE, ["subject"]),
        (Term(Index.ANY, "none"), Order.RELEVANCE, []),
    ],
)
def test_titles_come_first_and_what_was_written_last(
    records: Recent, query: Query, order: Order, names: list[str]
) -> None:
    result = ordered(evaluate(query, records), query, order, records)
    numbers = result.numbers()
    documents = records.documents(numbers)
    assert result.total == len(names)
    assert [documents[number].mms_id for number in numbers] == names


def test_a_result_is_read_page_by_page(records: Recent) -> None:
    query = Term(Index.ANY, "tides")
    result = ordered(evaluate(query, records), query, Order.RELEVANCE, records)
    assert result.numbers() == [3, 2, 1, 4, 0]
    assert [result.numbers(first, 2) for first in (0, 2, 4, 6)] == [[3, 2], [1, 4], [0], []]


def test_no_more_can_be_read_than_a_result_has(records: Recent) -> None:
    found = numbers_of(range(3 * BLOCK))
    result = ordered(found, Term(Index.ANY, "tides"), Order.WRITTEN, records)
    last = 3 * BLOCK - 1
    assert result.total == 3 * BLOCK
    assert result.numbers(RESULT_RECORDS - 2, 9) == [last - RESULT_RECORDS + 2, last - RESULT_RECORDS + 1]
    assert len(result.tiers[0]) == 1


def documents() -> list[Document]:
    """Five records, in the order in which they were found."""
    return [
        Document(5, "991", "tides", "", "1999", ""),
        Document(4, "993", "rivers", "abel", "", ""),
        Document(3, "992", "tides", "cain", "1888", ""),
        Document(2, "995", "", "abel", "1999", ""),
        Document(1, "994", "atlas", "eve", "2001", ""),
    ]


@pytest.mark.parametrize(
    ("by", "numbers"),
    [
        ([], [5, 4, 3, 2, 1]),
        ([Sorting(SortKey.TITLE)], [1, 4, 5, 3, 2]),
        ([Sorting(SortKey.TITLE, descending=True)], [5, 3, 4, 1, 2]),
        ([Sorting(SortKey.AUTHOR), Sorting(SortKey.DATE)], [2, 4, 3, 1, 5]),
        ([Sorting(SortKey.DATE, descending=True), Sorting(SortKey.MMS, descending=True)], [1, 2, 5, 3, 4]),
    ],
)
def test_a_result_is_sorted_and_what_has_no_value_comes_last(by: list[Sorting], numbers: list[int]) -> None:
    assert [document.number for document in sort(documents(), by)] == numbers
