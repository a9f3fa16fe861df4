"""What was written is found by the next search, whichever process searches, and whoever puts it into rows."""

from collections.abc import Collection, Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import StoreError
from gateway.search import upkeep
from gateway.search.evaluate import evaluate
from gateway.search.indexes import RULES
from gateway.search.numbering import falling
from gateway.search.query import Index, Term
from gateway.search.upkeep import State, Upkeep
from gateway.search.volumes import Posting
from tests.marc.mnemonic import raw
from tests.search.rows import Shelf, found

TIDES = Term(Index.TITLE, "tides")


def tides(rest: str = "") -> bytes:
    """A record that `TIDES` finds."""
    return raw(f"=245  10$aTides{rest}")


RIVERS = raw("=245  10$aRivers")


def search(knows: Upkeep, shelf: Shelf) -> list[str]:
    """What a process finds."""
    while not knows.catch_up(shelf, 2):
        pass
    return found(TIDES, knows.volume(shelf))


def test_what_was_written_is_found_before_and_after_it_is_in_rows() -> None:
    shelf, knows = Shelf(), Upkeep()
    assert search(knows, shelf) == []
    shelf.write("991", tides())
    shelf.write("992", tides())
    assert search(knows, shelf) == ["992", "991"]
    assert shelf.take(knows.merge(shelf))
    assert (shelf.waiting, shelf.now) == ([], State(generation=1, numbers=2))
    assert search(knows, shelf) == ["992", "991"]
    shelf.write("991", RIVERS)
    shelf.write("993", tides())
    shelf.write("992", b"")
    assert search(knows, shelf) == ["993"]
    assert shelf.take(knows.merge(shelf))
    assert search(knows, shelf) == ["993"]
    assert search(Upkeep(), shelf) == ["993"]


def test_of_two_who_put_the_same_into_rows_one_is_told_to_begin_anew() -> None:
    shelf, one, other = Shelf(), Upkeep(), Upkeep()
    shelf.write("991", tides())
    assert search(one, shelf) == search(other, shelf) == ["991"]
    late = other.merge(shelf)
    assert shelf.take(one.merge(shelf))
    assert not shelf.take(late)
    assert search(other, shelf) == ["991"]


def test_it_is_ripe_when_many_changes_are_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upkeep, "RECENT_CHANGES", 2)
    shelf, knows = Shelf(), Upkeep()
    shelf.write("991", tides())
    search(knows, shelf)
    assert not knows.is_ripe
    shelf.write("991", b"")
    search(knows, shelf)
    assert knows.is_ripe


def test_rows_of_other_rules_are_outdated() -> None:
    assert State(rules=RULES - 1).is_outdated
    assert not State().is_outdated


def test_rows_that_are_mostly_dead_are_worn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.search.volumes.WORN_NUMBERS", 0)
    shelf, knows = Shelf(), Upkeep()
    for _ in range(2):
        shelf.write("991", tides())
        shelf.write("992", tides())
        search(knows, shelf)
        assert not knows.is_worn(shelf)
        assert shelf.take(knows.merge(shelf))
    shelf.write("991", tides())
    search(knows, shelf)
    assert shelf.take(knows.merge(shelf))
    search(knows, shelf)
    assert knows.is_worn(shelf)


STEPS = st.lists(
    st.tuples(st.sampled_from(["991", "992", "993"]), st.sampled_from([b"", tides(), tides(" of a river"), RIVERS]))
    | st.sampled_from(["one searches", "other searches", "one merges", "other merges"]),
    max_size=30,
)


@given(STEPS)
def test_every_process_gives_a_version_the_same_number(steps: list[tuple[str, bytes] | str]) -> None:
    shelf, knows = Shelf(), {"one": Upkeep(), "other": Upkeep()}
    order: list[str] = []
    for step in steps:
        if isinstance(step, tuple):
            shelf.write(*step)
            order = [mms_id for mms_id in order if mms_id != step[0]] + [step[0]]
            continue
        name, does = step.split()
        expected = [mms_id for mms_id in reversed(order) if b"Tides" in shelf.held.get(mms_id, b"")]
        assert search(knows[name], shelf) == expected
        if does == "merges":
            assert shelf.take(knows[name].merge(shelf))
    numbers = []
    for one in knows.values():
        search(one, shelf)
        numbers.append([*falling(evaluate(TIDES, one.volume(shelf)))])
    assert numbers[0] == numbers[1]


class Cut(Shelf):
    """A zone of a store whose connection is cut when rows are read, once for each time that is wanted."""

    cuts = 0

    def postings(self, keys: Collection[str]) -> Iterable[Posting]:
        """The contract's; or it raises."""
        if self.cuts:
            self.cuts -= 1
            raise StoreError("the connection was cut")
        return super().postings(keys)


def test_a_search_whose_connection_is_cut_leaves_nothing_of_the_rows_as_they_were() -> None:
    shelf, knows, other = Cut(), Upkeep(), Upkeep()
    shelf.write("991", tides())
    search(knows, shelf)
    assert shelf.take(knows.merge(shelf))
    assert search(knows, shelf) == ["991"]
    shelf.write("991", RIVERS)
    search(other, shelf)
    assert shelf.take(other.merge(shelf))
    shelf.cuts = 1
    with pytest.raises(StoreError):
        search(knows, shelf)
    assert search(knows, shelf) == []
