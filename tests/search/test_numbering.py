"""Sets of numbers: as Python's own sets, however many there are and in whichever form they are kept."""

import weakref
from itertools import groupby

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.search.numbering import (
    BLOCK,
    BLOCK_BITS,
    PLACES,
    SPARSE,
    as_bits,
    both,
    falling,
    highest,
    is_in,
    listed,
    numbers_of,
    octets,
    packed,
    size,
    union,
    unpacked,
    without,
)

SETS = st.one_of(
    st.sets(st.integers(0, 3 * BLOCK), max_size=20),
    st.builds(lambda start, step, count: set(range(start, start + step * count, step)),
              st.integers(0, BLOCK), st.integers(1, 200), st.integers(0, 2 * SPARSE)),
    st.builds(lambda start, count: set(range(start, start + count)),
              st.integers(0, BLOCK), st.sampled_from([PLACES, PLACES + 1])),
)  # fmt: skip


@given(SETS, SETS)
def test_sets_are_compared(one: set[int], other: set[int]) -> None:
    first, second = numbers_of(one), numbers_of(other)
    assert {*falling(both(first, second))} == one & other
    assert {*falling(union((first, second)))} == one | other
    assert {*falling(without(first, second))} == {*falling(without(first, as_bits(second)))} == one - other
    assert size(first) == len(one)
    assert [*falling(first)] == sorted(one, reverse=True)
    assert all(is_in(number, first) for number in one)
    assert not any(is_in(number, first) for number in other - one)
    assert all(numbers_of(one).values())
    assert sorted(falling(highest(first, 5)))[-5:] == sorted(one)[-5:]
    assert [*falling(listed(first))] == sorted(one, reverse=True)
    assert octets(listed(first)) == 2 * len(one)


@given(SETS, st.integers(0, 4 * BLOCK))
def test_what_is_kept_in_two_steps_is_read_as_one(numbers: set[int], cut: int) -> None:
    for block, of in groupby(sorted(numbers), lambda number: number >> BLOCK_BITS):
        places = [*of]
        kept = b""
        for step in ([n for n in places if n < cut], [n for n in places if n >= cut]):
            kept = packed(kept, step) if step else kept
        assert [*falling({block: unpacked(kept)})] == places[::-1]


def test_many_take_no_more_memory_than_bits():
    few, many = numbers_of(range(PLACES)), numbers_of(range(PLACES + 1))
    assert [type(few[0]), type(many[0])] == [frozenset, int]
    assert octets(highest(few, 1)) == octets(highest(many, 1)) == BLOCK // 8


def test_nothing_is_remembered_of_what_was_taken_out():
    few = numbers_of(range(PLACES))
    gone = weakref.ref(few[0])
    assert size(without(numbers_of(range(BLOCK)), few)) == BLOCK - PLACES
    del few
    assert gone() is None


@pytest.mark.parametrize(("numbers", "kept"), [(1, 3), (SPARSE, 1 + 2 * SPARSE), (SPARSE + 1, 2 + SPARSE // 8)])
def test_many_are_kept_as_bits(numbers: int, kept: int) -> None:
    assert len(packed(b"", range(numbers))) == kept
