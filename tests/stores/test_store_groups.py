"""Plans that are committed together stand and fall each by itself, in every store that lasts."""

import pytest

from gateway.model import Outcome, Receipt
from gateway.stores.base import Store
from tests.stores.conftest import LASTING
from tests.stores.nouns import file, filing, mms_ids, names, oclc, outcomes, putting, record, submission

pytestmark = pytest.mark.parametrize("url", LASTING, indirect=True)


async def test_what_the_database_refuses_fails_alone(store: Store) -> None:
    await file(store, "taken")
    plans = {
        "one": filing("a"),
        "submission that is there": filing("b", "taken"),
        "two": putting(record("A", oclc("1"))),
        "version out of turn": putting(record("B"), record("C", version=2)),
        "three": filing("c"),
    }
    assert await outcomes(store, plans) == {
        "one": "done",
        "submission that is there": "StoreError",
        "two": "done",
        "version out of turn": "StoreError",
        "three": "done",
    }
    assert sorted(names(await store.attempts())) == ["a", "c", "taken"]
    assert mms_ids(await store.records("xyz")) == ["A"]


async def test_what_cannot_be_written_down_fails_alone(store: Store) -> None:
    unwritable = Receipt("xyz", Outcome.CREATED, title="\ud800")
    plans = {
        "one": filing("a"),
        "half a character": lambda transaction: transaction.file(submission("b"), unwritable),
        "two": filing("c"),
    }
    ended = await outcomes(store, plans)
    assert ended.pop("half a character") != "done"
    assert ended == {"one": "done", "two": "done"}
    assert sorted(names(await store.attempts())) == ["a", "c"]
    await file(store, "d")


async def test_more_than_one_group_takes_at_once_are_all_done(store: Store) -> None:
    plans = {f"{number:03}": filing(f"{number:03}") for number in range(600)}
    assert {*(await outcomes(store, plans)).values()} == {"done"}
    assert sorted(names(await store.attempts(limit=1_000))) == sorted(plans)
