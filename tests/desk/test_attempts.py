"""Attempts as programs see them: page by page, and whole."""

from collections.abc import AsyncIterator

import msgspec
import pytest

from gateway.desk import attempts
from gateway.desk.attempts import MOST_ROWS, AttemptLine, AttemptShown
from gateway.errors import NotFound, Unusable
from gateway.importer.report import NOTHING_KNOWN
from gateway.model import Outcome, Reason
from gateway.search.attempts import Wanted
from gateway.stores import open_store
from gateway.stores.base import PAGE_ROWS, Store
from tests.desk.kept import keep

KEYS = (
    *("id", "seq", "at", "host", "peer", "zone", "logon_id", "outcome", "reason", "reply", "mms_id", "oclc_numbers"),
    *("title", "seconds", "delivered", "held_by", "findings", "diagnosis", "also", "facts", "leader_09", "characters"),
    "assumed",
)
LINE_KEYS = (
    *("seq", "id", "at", "host", "peer", "zone", "logon_id", "outcome", "reason", "words", "title", "oclc_numbers"),
    *("mms_id", "seconds", "delivered", "held_by"),
)


@pytest.fixture
async def store() -> AsyncIterator[Store]:
    async with open_store("memory:") as store:
        yield store


def test_keys_are_told_in_their_order():
    assert AttemptShown.__struct_fields__ == KEYS
    assert AttemptLine.__struct_fields__ == LINE_KEYS


@pytest.mark.parametrize("count", [0, 1, 5, 6, 10, 11])
async def test_page_by_page(store: Store, count: int):
    seqs = [await keep(store) for _ in range(count)]
    found = []
    before = None
    while True:
        page = await attempts.listed(store, before=before, limit=5)
        assert len(page.attempts) == 5 or page.before is None
        found += [line.seq for line in page.attempts]
        before = page.before
        if before is None:
            break
    assert found == seqs[::-1]


async def test_of_a_zone_and_as_wanted(store: Store):
    first = await keep(store, title="Rivers")
    await keep(store, "abc", title="Rivers")
    await keep(store)
    page = await attempts.listed(store, Wanted(title=("rivers",)), "xyz")
    assert ([line.seq for line in page.attempts], page.before) == ([first], None)


@pytest.mark.parametrize("limit", [-1, 0, MOST_ROWS + 1])
async def test_a_page_has_its_limits(store: Store, limit: int):
    with pytest.raises(Unusable, match=f"a page has 1 to 1,000 attempts, not {limit:,}"):
        await attempts.listed(store, limit=limit)


async def test_a_line_is_made_without_reading_the_record(store: Store):
    seq = await keep(store, outcome=Outcome.REFUSED, reason=Reason.SEVERAL_MATCHES, raw=b"no record")
    [line] = (await attempts.listed(store, limit=PAGE_ROWS)).attempts
    assert (line.seq, line.words, line.title) == (seq, "refused: several matches", "Notebook of tides")


async def test_one_whole(store: Store):
    seq = await keep(store, outcome=Outcome.REFUSED, reason=Reason.STRUCTURE, raw=b"00026nam a2200025   4500\x1e\x1d")
    attempt = await attempts.one(store, seq)
    told = msgspec.to_builtins(await attempts.described(store, attempt, NOTHING_KNOWN))
    assert (told["seq"], told["outcome"], told["reason"]) == (seq, "refused", "structure")
    assert told["diagnosis"]["says"]
    assert {*told["findings"][0]} == {"code", "severity", "field", "occurrence", "offset", "detail", "words"}


async def test_what_is_not_there(store: Store):
    with pytest.raises(NotFound, match="there is no submission 7"):
        await attempts.one(store, 7)
    with pytest.raises(NotFound, match="there is no submission 7"):
        await attempts.remove(store, 7)


async def test_what_is_removed_is_not_there(store: Store):
    seq = await keep(store)
    await attempts.remove(store, seq)
    with pytest.raises(NotFound):
        await attempts.one(store, seq)
