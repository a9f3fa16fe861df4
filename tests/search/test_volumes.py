"""Indexes: whatever is kept in rows and whatever is not yet, a search reads the same."""

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.search import volumes
from gateway.search.entries import Entry, entry
from gateway.search.numbering import BLOCK, falling, without
from gateway.search.query import AndNot, Index, Term
from gateway.search.volumes import Kept, Layered, Recent, Volume
from tests.marc.mnemonic import raw
from tests.search.rows import DictRows, found

Change = tuple[str, str]
"""A record's MMS ID, and its title; empty where it is gone."""

CHANGES = st.lists(
    st.tuples(
        st.sampled_from(["991", "992", "993", "994"]),
        st.sampled_from(["", "tides", "rivers", "tides rivers", "hidden tides"]),
    ),
    max_size=12,
)


def of(title: str) -> Entry:
    """The entry of a record with this title; `hidden` is suppressed from discovery."""
    return entry("", raw(f"=245  10$a{title}"), suppressed="hidden" in title)


def change(recent: Recent, changes: Iterable[Change], below: dict[str, int]) -> Recent:
    """Index the changes."""
    for mms_id, title in changes:
        if title:
            recent.add(mms_id, of(title), below.get(mms_id))
        else:
            recent.remove(mms_id, below.get(mms_id))
    return recent


def read(volume: Volume) -> object:
    """All that a search can read of an index."""
    keys = ["ti tides", "ti rivers", "ti=tides rivers", "ti^tides", "ti none"]
    having = [*volume.having(keys).items(), *volume.between("ti", "ti~", 9)]
    living, shown = (
        {key: [*falling(without(numbers, unfound))] for key, numbers in having}
        for unfound in (volume.dead, volume.hidden)
    )
    numbers = {number for of in living.values() for number in of}
    return living, shown, volume.documents(numbers), volume.newest(["991", "992", "993", "994", "995"])


@given(st.lists(CHANGES, max_size=4), CHANGES)
def test_rows_and_memory_are_read_as_one(kept: list[list[Change]], since: list[Change]) -> None:
    whole = change(Recent(), [one for some in (*kept, since) for one in some], {})
    rows = DictRows()
    first = 0
    for some in kept:
        recent = change(Recent(first), some, Kept(rows).newest([mms_id for mms_id, _ in some]))
        rows.put(recent)
        first = recent.next
    recent = change(Recent(first), since, Kept(rows).newest([mms_id for mms_id, _ in since]))
    assert read(Layered(Kept(rows), recent)) == read(whole)


def test_numbers_go_on_in_the_next_block() -> None:
    rows = DictRows()
    for first in (BLOCK - 2, BLOCK, BLOCK + 2):
        recent = Recent(first)
        recent.add(f"99{first}", of("tides"))
        recent.add(f"99{first + 1}", of("tides"))
        rows.put(recent)
    assert [*falling(Kept(rows).having(["ti tides"])["ti tides"])] == [*range(BLOCK + 3, BLOCK - 3, -1)]


def test_a_record_is_found_by_its_newest_version_alone() -> None:
    recent = Recent()
    recent.add("991", of("tides"))
    recent.add("992", of("tides"))
    recent.add("991", of("rivers"))
    assert found(Term(Index.TITLE, "tides"), recent) == ["992"]
    assert found(Term(Index.TITLE, "rivers"), recent) == ["991"]
    recent.remove("992")
    assert found(Term(Index.TITLE, "tides"), recent) == []
    assert found(AndNot(Term(Index.TITLE, "rivers"), Term(Index.TITLE, "tides")), recent) == ["991"]


@pytest.mark.parametrize("descending", [False, True])
def test_no_more_keys_are_read_than_are_asked_for(descending: bool) -> None:
    recent = Recent()
    for letter in "abcdef":
        recent.add(letter, of(letter))
    rows = DictRows()
    rows.put(recent)
    later = Recent(recent.next)
    later.add("x", of("cc"))
    expected = ["b", "c", "cc", "d"] if not descending else ["e", "d", "cc", "c"]
    read = Layered(Kept(rows), later).between("ti b", "ti f", 4, descending=descending)
    assert [key for key, _ in read] == [f"ti {letter}" for letter in expected]


def test_an_index_is_worn_when_more_are_dead_than_live() -> None:
    assert not volumes.is_worn(100, 90)
    assert not volumes.is_worn(100_000, 50_000)
    assert volumes.is_worn(100_000, 50_001)
