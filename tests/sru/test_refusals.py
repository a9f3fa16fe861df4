"""What SRU refuses, each with its diagnostic, and what it tells where records or the store are not there any more."""

from array import array
from typing import Any

import pytest
from msgspec.structs import replace
from structlog.testing import capture_logs

from gateway.errors import NotFound, StoreError
from gateway.frontends.sru.layout import DIAGNOSTIC_SCHEMA
from gateway.frontends.sru.server import ARGUMENTS, TRIES, Sru
from gateway.frontends.sru.wire import DIAGNOSTICS, LAST_RECORD
from gateway.model import Inventory
from gateway.search import cql
from gateway.search.cql_tokens import Diagnostic
from gateway.search.evaluate import TooShort
from gateway.search.query import Query
from gateway.search.ranking import Result
from gateway.stores.base import Found, Listed, Store

from .zone import RECORDS, SRU, ZONES, Served, served

REFUSED = [
    (b"operation=searchRetrieve&version=1.2", 7, "query", "a parameter is missing"),
    (b"operation=searchRetrieve&query=%20", 7, "query", "a parameter is missing"),
    (b"version=2.0&query=a", 5, "1.2", "the version is not supported: version 2.0 is not supported; ask for 1.2"),
    (b"operation=scan&scanClause=a", 4, "scan", "scan is not supported; there are explain and searchRetrieve"),
    (b"query=a&startRecord=0", 6, "startRecord", "startRecord is a number from 1 on"),
    (b"query=a&startRecord=1_0", 6, "startRecord", "startRecord is a number from 1 on"),
    (b"query=a&maximumRecords=-1", 6, "maximumRecords", "maximumRecords is a number from 0 on"),
    (b"query=a&maximumRecords=9999999999", 6, "maximumRecords", "maximumRecords is a number from 0 on"),
    (
        b"query=a&recordSchema=unimarcxml",
        66,
        "unimarcxml",
        "there is no schema unimarcxml; there are marcxml, dc, mods",
    ),
    (b"query=a&recordPacking=json", 71, "json", "json is no packing; there are xml and string"),
    (b"query=%FF", 6, "query", "the arguments are no text in UTF-8"),
    ("query=é".encode(), 6, "query", "the arguments are no text in UTF-8"),
    (b"query=a" + b"&x=1" * ARGUMENTS, 6, "", "there are more than 100 arguments"),
    (b"query=alma.tilte=a", 16, "alma.tilte", "at character 1: alma.tilte: did you mean alma.title?"),
    (b"query=great+rivers", 10, "rivers", "at character 7: rivers: is left over"),
    (b"query=alma.isbn%3E3", 22, ">", "at character 11: alma.isbn is not asked with >; write =, ==, any"),
]


async def test_what_is_not_understood_is_refused_with_its_diagnostic():
    async with served(()) as one:
        for query, number, details, words in REFUSED:
            answer = await one.asks(query)
            assert answer.diagnostic[:2] == (number, details), query
            assert words in answer.diagnostic[2]
            assert DIAGNOSTICS[number] in answer.diagnostic[2]
            assert (answer.total, answer.records) == (0, [])


@pytest.mark.parametrize("path", ["sru", "sru/", "sru/01CARLI_ABC", "sru/01CARLI_XYZ/more"])
async def test_an_institution_that_there_is_not(path: str):
    async with served(()) as one:
        assert (await one.asks(b"query=a", path=path)).diagnostic[0] == 235


async def test_an_institution_that_only_another_host_has():
    async with served(()) as one:
        assert (await one.asks(b"query=a", hosts=["i-share-network"])).diagnostic[0] == 235


def test_every_diagnostic_of_a_query_has_its_words():
    assert {*map(int, Diagnostic)} <= {*DIAGNOSTICS}


class Standing:
    """A store that stands before another, and has some of its reads done otherwise."""

    def __init__(self, store: Store, **reads: Any) -> None:
        self._store = store
        self._reads = reads

    def __getattr__(self, name: str) -> Any:
        return self._reads.get(name, getattr(self._store, name))


def standing(one: Served, **reads: Any) -> Served:
    """The servers over such a store."""
    one.sru = Sru(Standing(one.store, **reads), ZONES)
    return one


async def test_records_that_cannot_be_shown_have_a_diagnostic_in_their_place():
    async with served() as one:
        found = await one.store.find_records("xyz", _anything())
        whole, other, third = await one.store.found_inventory("xyz", found.result.numbers(0, 3), found.epoch)
        assert whole.there is not None
        assert other.there is not None
        damaged = replace(other.there.record, marc=b"00042nam a22 no record")
        read = (whole, Listed(other.mms_id, Inventory(damaged, (), (), ())), Listed(third.mms_id, None))

        async def find_records(*_: object, **__: object) -> Found:
            return found._replace(read=read)  # as a store that reads ahead

        answer = await standing(one, find_records=find_records).search("harbor", maximumRecords=3, recordSchema="dc")
        schemas = [record.findtext(f"{SRU}recordSchema") for record in answer.records]
        assert schemas == ["dc", DIAGNOSTIC_SCHEMA, DIAGNOSTIC_SCHEMA]
        assert answer.names == ["chart", "poems", "journal"]
        assert answer.diagnostic[:2] == (67, "dc")


def _anything() -> Query:
    return cql.parse("harbor or lantern").query


async def test_ten_thousand_records_of_a_result_can_be_had():
    async with served([RECORDS["lantern"]]) as one:
        found = await one.store.find_records("xyz", _anything())
        (number,) = found.result.numbers()
        many = Found(Result(12_000, ({0: array("H", [number] * LAST_RECORD)},)), found.epoch)

        async def find_records(*_: object, **__: object) -> Found:
            return many

        large = standing(one, find_records=find_records)
        last = await large.search("lantern", startRecord=9_995, maximumRecords=50)
        assert (last.total, len(last.names), last.following) == (12_000, 6, 10_001)
        beyond = await large.search("lantern", startRecord=10_001)
        assert beyond.diagnostic[:2] == (61, "10001")
        assert "10,000 records can be had; narrow the search" in beyond.diagnostic[2]
        assert (await large.search("lantern", startRecord=12_001)).names == []


async def test_a_search_begins_anew_where_the_index_was_made_anew():
    async with served() as one:
        times: list[None] = []

        async def found_inventory(zone: str, numbers: list[int], epoch: int) -> list[Listed]:
            times.append(None)
            if len(times) < TRIES:
                raise NotFound("the index was made anew")
            return await one.store.found_inventory(zone, numbers, epoch)

        anew = standing(one, found_inventory=found_inventory)
        assert (await anew.search("harbor", startRecord=2, maximumRecords=1)).names == ["journal"]
        times[:] = []

        async def gone(*_: object) -> list[Listed]:
            raise NotFound("the index was made anew")

        assert (await standing(one, found_inventory=gone).search("harbor", startRecord=2)).diagnostic[0] == 2


async def test_a_store_that_does_not_answer():
    async with served() as one:

        async def find_records(*_: object, **__: object) -> Found:
            raise StoreError("the disk is full")

        with capture_logs() as logs:
            answer = await standing(one, find_records=find_records).search("harbor")
        assert answer.diagnostic == (2, "", "the system cannot answer for now")
        assert [(log["event"], log["error"]) for log in logs] == [("sru.failed", "the disk is full")]


async def test_a_word_that_begins_too_many():
    async with served(()) as one:

        async def find_records(*_: object, **__: object) -> Found:
            raise TooShort("more than 50,000 terms begin with a; write more of it")

        answer = await standing(one, find_records=find_records).search("a*")
        assert answer.diagnostic[0] == 29
        assert "write more of it" in answer.diagnostic[2]
