"""The Z39.50 server over each store: the same answers, after a restart too, and words where a store cannot be read."""

from collections.abc import Sequence
from typing import Any

import pytest
import trio
import trio.lowlevel
from msgspec.structs import replace
from structlog.testing import capture_logs

from gateway.errors import StoreError
from gateway.frontends.base import Admission
from gateway.frontends.z3950 import oids
from gateway.frontends.z3950.alma import Alma
from gateway.frontends.z3950.apdus import encode
from gateway.frontends.z3950.apdus.init import InitRequest, InitResponse, Version
from gateway.frontends.z3950.apdus.present import PresentRequest
from gateway.frontends.z3950.apdus.records import EncodedRecord
from gateway.frontends.z3950.apdus.search import SearchRequest, SearchResponse
from gateway.frontends.z3950.bib1 import DIAGNOSTICS
from gateway.frontends.z3950.catalogue import Catalogue
from gateway.frontends.z3950.kept import LARGEST_OCTETS, Kept, Key, Lately, Number, Search
from gateway.frontends.z3950.rules import Database, Services
from gateway.frontends.z3950.server import Patience, Server
from gateway.frontends.z3950.session import Session
from gateway.frontends.z3950.sets import ResultSets
from gateway.model import Inventory, Zone
from gateway.search.numbering import numbers_of
from gateway.search.query import Among, And, Index, Order, Term
from gateway.search.ranking import Result
from gateway.stores import open_store
from gateway.stores.base import Found, Listed
from gateway.stores.finding import Known
from tests.server.running import PATIENCE
from tests.stores.postgres_server import SHARED

from .conversation import SERVICES, query, talking
from .library import DAMAGED, DATABASE, HOST, MMS_IDS, RECORDS, hits, library, marc, titles

ZONE = Zone(key="xyz", host=HOST, kind="institution", code=DATABASE, mms_suffix="5867")
ALMA = Alma(HOST, {"xyz": ZONE}, Services())
READ = ("find @or @attr 1=4 lantern @attr 1=1003 springhaven", "format opac", "show 1+4")


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path):
    """The URL of an empty store."""
    return f"sqlite:{tmp_path / 'gateway.db'}" if request.param == "sqlite" else SHARED.new_url()


async def test_a_store_answers_and_answers_again_after_a_restart(url):
    async with library(f"store.url={url}") as one:
        before = await one.yaz(*READ)
        assert titles(before) == ["chart", "poems", "journal", "lantern"]
        assert "availableNow: 1" in before
        await one.exports(marc(1005, "s2020    eng", "245 10 $a Breakwater"))
        assert hits(await one.yaz("find @attr 1=4 breakwater")) == [1]
    async with library(f"store.url={url}", records={}) as one:
        assert titles(await one.yaz(*READ)) == titles(before)
        assert hits(await one.yaz("find @attr 1=4 breakwater")) == [1]


async def test_what_was_changed_is_shown_as_it_is_now():
    async with library() as one:
        assert "With a harbor ledger" in await one.yaz("find @attr 1=1211 1001", "show 1")
        revised = RECORDS["lantern"].replace(b"With a harbor ledger", b"With a lawyer's note")
        await one.exports(revised.replace(b"20260301120000.0", b"20260401120000.0"))
        printed = await one.yaz("find @attr 1=1211 1001", "show 1")
        assert "With a lawyer's note" in printed
        await one.asks("PUT", "/zones/xyz/libraries/STALEY", name="Another Name", locations=[{"code": "stacks"}])
        printed = await one.yaz("find @attr 1=1211 1001", "format opac", "show 1")
        assert "localLocation: Another Name\nshelvingLocation: stacks\n" in printed


async def test_a_zone_that_is_made_while_the_gateway_runs_is_searched():
    async with library() as one:
        assert "[109] Database unavailable" in await one.yaz("base 01CARLI_NEW", "find x")
        await one.asks("POST", "/zones", key="new", code="01CARLI_NEW", host=HOST)
        assert hits(await one.yaz("base 01CARLI_NEW", "find x")) == [0]


class Broken:
    """A store that cannot be read."""

    async def mark(self) -> None:
        raise StoreError("the disk is gone")


async def test_a_store_that_cannot_be_read_is_told_and_the_session_lives():
    store: Any = Broken()
    session = Session(ALMA, store, Catalogue(store, ALMA, Kept()), ResultSets())
    opened = await session.answer(InitRequest(Version.V3, SERVICES, 1000, 1000))
    assert isinstance(opened, InitResponse)
    asked = SearchRequest(0, 1, 0, True, "default", (DATABASE,), query("@attr 1=4 lantern"))
    with capture_logs() as logs:
        answers = [await session.answer(asked) for _ in range(2)]
    for answer in answers:
        assert isinstance(answer, SearchResponse)
        assert answer.records.condition == 2
        assert "disk" not in answer.records.additional
    assert not session.over
    assert [(event["event"], event["error"]) for event in logs] == [("z3950.not_read", "the disk is gone")] * 2


class Endless:
    """A store of which every search finds a thousand long records."""

    async def mark(self) -> object:
        return object()

    async def find_records(self, *_: Any, **__: Any) -> Found:
        return Found(Result(1_000, (numbers_of(range(1_000)),)), 0)

    async def found_inventory(self, zone: str, numbers: Sequence[int], epoch: int) -> list[Listed]:
        records = [replace(DAMAGED, mms_id=f"99{number}", title="x" * 9_000) for number in numbers]
        return [Listed(record.mms_id, Inventory(record, (), (), ())) for record in records]


async def test_a_client_that_does_not_read_is_parted_with():
    store: Any = Endless()
    patience = Patience(reading=0.05)
    server = Server(HOST, ALMA, store, Kept(), Admission(in_all=9, per_peer=9), patience=patience)
    listeners = await trio.open_tcp_listeners(0, host="127.0.0.1")
    at = "{}:{}".format(*listeners[0].socket.getsockname())
    with capture_logs() as logs, trio.fail_after(PATIENCE):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(server.accept, listeners, nursery)
            async with talking(at) as client:
                await client.search("@attr 1=4 lantern")
                request = encode(PresentRequest("default", 1, 100, record_syntax=oids.USMARC))
                await client.stream.send_all(request * 100)
                while not any(event["event"] == "z3950.ended" for event in logs):
                    await trio.lowlevel.checkpoint()
            nursery.cancel_scope.cancel()
    assert [event["event"] for event in logs] == ["z3950.unread", "z3950.ended"]


def test_what_was_used_lately_is_kept_as_far_as_there_is_room():
    lately = Lately(octets=250)
    for key in "abc":
        lately.put(key, key.upper(), 100)
    assert lately.get("a") == "A"
    lately.put("d", "D", 100)
    assert [lately.get(key) for key in "abcd"] == ["A", None, "C", "D"]
    assert [key in lately for key in "abcd"] == [True, False, True, True]
    lately.put("a", "another", 1)
    assert lately.get("a") == "another"
    lately.clear()
    assert [lately.get(key) for key in "ad"] == [None, None]


def test_what_was_laid_out_is_kept_while_it_is_the_same():
    kept = Kept()
    old, new = Inventory("one record", (), (), ()), Inventory("another", (), (), ())
    key = Key(ALMA, oids.USMARC, Database("xyz", DATABASE), MMS_IDS["lantern"])
    kept.put_made(key, old, EncodedRecord(b"x", 1))
    assert kept.made(key, Inventory("one record", (), (), ())) == EncodedRecord(b"x", 1)
    assert kept.made(key, new) is None
    assert kept.made(key._replace(syntax=oids.OPAC), old) is None
    kept.put_made(key, new, EncodedRecord(b"y", 1))
    assert kept.made(key, new) == EncodedRecord(b"y", 1)
    kept.put_made(key, old, EncodedRecord(b"x" * (LARGEST_OCTETS + 1), LARGEST_OCTETS))
    assert kept.made(key, old) is None


def test_what_was_found_and_read_is_kept_until_something_changes():
    kept = Kept()
    found, listed = Found(Result(1, (numbers_of([7]),)), 0), Listed("991", None)
    search, number = Search("xyz", Term(Index.TITLE, "lantern"), Order.WRITTEN), Number("xyz", 0, 7)
    kept.at(1)
    kept.put_found(1, search, found)
    kept.put_listed(1, number, listed)
    kept.at(1)
    assert kept.found(search) == found
    assert kept.listed(number) == listed
    assert kept.found(search._replace(zone="abc")) is None
    assert kept.found(search._replace(order=Order.RELEVANCE)) is None
    assert kept.listed(number._replace(epoch=1)) is None
    assert kept.lists("xyz", [7], 0)
    assert not kept.lists("xyz", [7, 8], 0)
    assert not kept.lists("xyz", [7], 1)
    kept.at(2)
    assert not kept.lists("xyz", [7], 0)
    assert kept.found(search) is None
    assert kept.listed(number) is None
    kept.put_found(1, search, found)
    kept.put_listed(1, number, listed)
    assert kept.found(search) is None
    assert kept.listed(number) is None


class Same:
    """A store of which every search finds the same two records, and reads them where they are not known."""

    def __init__(self) -> None:
        self.read: list[int] = []
        """How many, by each search."""

    async def mark(self) -> int:
        return 1

    async def find_records(self, *_: Any, known: Known, **__: Any) -> Found:
        listed = () if known([1, 0], 0) else (Listed("992", None), Listed("991", None))
        self.read.append(len(listed))
        return Found(Result(2, (numbers_of([0, 1]),)), 0, listed)


async def test_what_another_search_has_read_is_not_read_again():
    store: Any = Same()
    catalogue = Catalogue(store, ALMA, Kept())
    for word in ("lantern", "harbor"):
        await catalogue.find("xyz", Term(Index.TITLE, word), ahead=True)
    await catalogue.find("abc", Term(Index.TITLE, "lantern"), ahead=True)
    assert store.read == [2, 0, 2]


@pytest.mark.parametrize("other", [Term(Index.ANY, "x" * 1_000), Among(("991",))], ids=["long", "of a result set"])
def test_what_a_query_finds_is_not_kept_where_the_query_is_more_than_its_answer(other):
    kept = Kept()
    search = Search("xyz", And(Term(Index.TITLE, "lantern"), other), Order.WRITTEN)
    kept.put_found(None, search, Found(Result(0, ()), 0))
    assert kept.found(search) is None


async def test_an_answer_is_of_what_was_written_before_it_whoever_wrote_it(url):
    async with library(f"store.url={url}") as one, open_store(url, purpose="change") as beside:
        assert hits(await one.yaz("find @attr 1=4 lantern", "show 1")) == [2]
        await beside.remove_record("xyz", MMS_IDS["lantern"])
        assert hits(await one.yaz("find @attr 1=4 lantern", "show 1")) == [1]


async def test_what_is_refused_is_logged():
    with capture_logs() as logs:
        async with library(records={}) as one, talking(one.at, "01NONE") as client:
            await client.search("@attr 1=4 lantern")
        refused = [event for event in logs if event["event"] == "z3950.refused"]
    assert [(event["request"], event["databases"], event["diagnostic"], event["additional"]) for event in refused] == [
        ("search", ["01NONE"], 109, "01NONE")
    ]
    assert refused[0]["host"] == HOST
    assert refused[0]["peer"] == "127.0.0.1"
    assert refused[0]["says"] == DIAGNOSTICS[109]
