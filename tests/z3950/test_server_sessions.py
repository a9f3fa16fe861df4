"""Sessions of the Z39.50 server: init, result sets, scan, sort, what ends them, and who is not disturbed by it."""

import re
from contextlib import AsyncExitStack, suppress
from random import Random

import pytest
import trio

from gateway.frontends.base import GONE
from gateway.frontends.z3950 import oids
from gateway.frontends.z3950.apdus import Close, CloseReason, encode
from gateway.frontends.z3950.apdus.control import (
    ResourceReportRequest,
    ResourceReportResponse,
    TriggeredAction,
    TriggerResourceControlRequest,
)
from gateway.frontends.z3950.apdus.diagnostics import Diagnostic
from gateway.frontends.z3950.apdus.init import Anonymous, IdPass, InitRequest, Open, Version
from gateway.frontends.z3950.apdus.present import PresentRequest, PresentResponse, PresentStatus, Range
from gateway.frontends.z3950.apdus.records import SurrogateDiagnostic
from gateway.frontends.z3950.apdus.rpn import Attribute, AttributesPlusTerm, RpnQuery
from gateway.frontends.z3950.apdus.scan import ListEntries, ScanRequest, ScanResponse
from gateway.frontends.z3950.apdus.search import SearchRequest, SearchResponse
from gateway.frontends.z3950.apdus.sets import (
    DeleteFunction,
    DeleteResultSetRequest,
    DeleteResultSetResponse,
    DeleteStatus,
)
from gateway.frontends.z3950.apdus.sort import CaseSensitivity, SortKeySpec, SortRelation, SortRequest, SortResponse
from tests.server.running import PATIENCE

from .conversation import SERVICES, connected, query, talking
from .library import DATABASE, hits, library, marc, titles

LANTERN = "@attr 1=4 lantern"


@pytest.mark.parametrize(("zversion", "said_"), [(2, "v2"), (3, "v3")])
async def test_version_and_services_are_agreed(zversion, said_):
    async with library(records={}) as one:
        printed = await one.yaz(f"zversion {zversion}", f"open {one.at}/{DATABASE}", open_=False)
        assert f"Connection accepted by {said_} target." in printed
        assert "Name   : Connexion Gateway\n" in printed
        assert "Options: search present delSet scan sort namedResultSets\n" in printed


async def test_scan_and_sort_can_be_switched_off():
    async with library("z3950.scan=false", "z3950.sort=false") as one:
        assert "Options: search present delSet namedResultSets\n" in await one.yaz()
        async with talking(one.at) as client:
            await client.search(LANTERN)
            term = AttributesPlusTerm((Attribute(1, 4),), b"lantern")
            scanned = await client.asks(ScanRequest((DATABASE,), term, 5, oids.BIB_1), ScanResponse)
            assert scanned.entries == ListEntries(diagnostics=(Diagnostic(1025, DATABASE),))
            by = SortKeySpec("title", SortRelation.ASCENDING, CaseSensitivity.INSENSITIVE)
            answer = await client.asks(SortRequest(("default",), "default", (by,)), SortResponse)
            assert answer.diagnostics == (Diagnostic(207, ""),)


async def test_character_set_is_negotiated():
    async with library(records={}) as one:
        opening = (f"open {one.at}/{DATABASE}",)
        printed = await one.yaz("negcharset utf-8", *opening, open_=False)
        assert "Accepted character set : UTF-8" in printed
        assert "negotiation" in printed
        printed = await one.yaz("negcharset iso-8859-1", *opening, open_=False)
        assert "Connection accepted" in printed
        assert "Accepted character set : none" in printed


async def test_terms_are_read_in_utf_8_and_in_latin_1():
    async with library() as one, talking(one.at) as client:
        for term in ("zoë".encode(), "zoë".encode("latin-1")):
            asked = RpnQuery(oids.BIB_1, AttributesPlusTerm((Attribute(1, 1003),), term))
            request = SearchRequest(0, 1, 0, True, "default", (DATABASE,), asked)
            assert (await client.asks(request, SearchResponse)).result_count == 1


@pytest.mark.parametrize(
    "authentication", [None, Open("user/password"), IdPass("group", "user", "password"), Anonymous.ANONYMOUS]
)
async def test_everybody_may_come_in(authentication):
    async with library(records={}) as one, connected(one.at) as client:
        assert (await client.begins(authentication=authentication)).result


async def test_result_sets_of_one_name_are_replaced_where_they_may_be():
    async with library() as one, talking(one.at) as client:
        assert (await client.search(LANTERN, name="a")).result_count == 2
        refused = await client.search("@attr 1=4 harbor", name="a", replace=False)
        assert refused.records.condition == 21
        assert (await client.asks_present("a", 2, 1)).present_status is PresentStatus.SUCCESS
        assert (await client.search("@attr 1=4 chart", name="a")).result_count == 1
        assert (await client.asks_present("a", 2, 1)).records.condition == 13


async def test_result_sets_are_deleted():
    async with library() as one, talking(one.at) as client:
        for name in "abc":
            await client.search(LANTERN, name=name)
        some = DeleteResultSetRequest(DeleteFunction.LIST, ("a", "x"))
        answer = await client.asks(some, DeleteResultSetResponse)
        assert answer.status is DeleteStatus.NOT_ALL_OF_LIST
        assert [one.status for one in answer.statuses] == [DeleteStatus.SUCCESS, DeleteStatus.DID_NOT_EXIST]
        assert (await client.asks_present("a", 1, 1)).records.condition == 30
        assert (await client.asks_present("b", 1, 1)).records_returned == 1
        everything = await client.asks(DeleteResultSetRequest(DeleteFunction.ALL), DeleteResultSetResponse)
        assert everything.status is DeleteStatus.SUCCESS
        assert (await client.asks_present("c", 1, 1)).records.condition == 30
        printed = await one.yaz("find @attr 1=4 lantern", "delete 1", "show 1")
        assert "[30] Specified result set does not exist -- v2 addinfo '1'" in printed


async def test_the_set_that_was_used_least_lately_goes_and_its_client_is_told_so():
    async with library("z3950.result_sets=3") as one, talking(one.at) as client:
        for name in "abc":
            await client.search(LANTERN, name=name)
        await client.asks_present("a", 1, 1)
        await client.search(LANTERN, name="d")
        gone = (await client.asks_present("b", 1, 1)).records
        assert (gone.condition, gone.additional) == (27, "b")
        for name in "acd":
            assert (await client.asks_present(name, 1, 1)).records_returned == 1


async def test_result_sets_are_a_sessions_own():
    async with library() as one, talking(one.at) as first, talking(one.at) as second:
        await first.search(LANTERN, name="a")
        assert (await second.asks_present("a", 1, 1)).records.condition == 30


async def test_ranges_of_a_present():
    async with library() as one, talking(one.at) as client:
        await client.search("@attr 1=31 @attr 2=5 1900")
        request = PresentRequest("default", 3, 2, (Range(1, 1),), record_syntax=oids.USMARC)
        answer = await client.asks(request, PresentResponse)
        assert answer.records_returned == 3
        assert answer.next_position == 2
        request = PresentRequest("default", 3, 2, (Range(4, 2),), record_syntax=oids.USMARC)
        assert (await client.asks(request, PresentResponse)).records.condition == 13


async def test_records_beyond_a_result_sets_limit_are_counted_and_not_shown():
    async with library("z3950.records=2") as one, talking(one.at) as client:
        assert (await client.search("@attr 1=31 @attr 2=5 1900")).result_count == 4
        assert (await client.asks_present("default", 1, 2)).records_returned == 2
        assert (await client.asks_present("default", 2, 2)).records.condition == 13


async def test_an_answer_is_no_larger_than_the_client_wants():
    async with library() as one, connected(one.at) as client:
        await client.begins(sizes=(800, 100_000))
        await client.search("@attr 1=31 @attr 2=5 1900")
        answer = await client.asks_present("default", 1, 4)
        assert answer.present_status is PresentStatus.MESSAGE_SIZE
        assert 1 <= answer.records_returned < 4
        assert answer.next_position == answer.records_returned + 1
        more = await client.asks_present("default", answer.next_position, 1)
        assert more.records_returned == 1


async def test_a_record_that_is_larger_than_an_answer_comes_alone():
    async with library() as one, connected(one.at) as client:
        await client.begins(sizes=(100, 500))
        await client.search(LANTERN)
        answer = await client.asks_present("default", 1, 2)
        assert isinstance(answer.records, tuple)
        (first,) = (found.record for found in answer.records[:1])
        assert isinstance(first, SurrogateDiagnostic)
        assert first.diagnostic.condition == 16
        (alone,) = (await client.asks_present("default", 1, 1)).records
        assert not isinstance(alone.record, SurrogateDiagnostic)
        await client.search("@attr 1=1016 ferrymen")
        (never,) = (await client.asks_present("default", 1, 1)).records
        assert never.record.diagnostic.condition == 17


SCANNED = """\
* harbor (2)
  history (1)
  journal (1)
  keepers (2)
"""


async def test_terms_are_listed():
    async with library() as one:
        printed = await one.yaz("scanpos 1", "scansize 4", "scan @attr 1=4 harbor")
        assert SCANNED in printed
        printed = await one.yaz("scanpos 2", "scansize 3", "scan @attr 1=4 @attr 4=1 harbor")
        assert "* harbor chart of aero" in printed
        assert "  harbor journal (1)" in printed
        printed = await one.yaz("scanpos 3", "scansize 5", "scan @attr 1=31 1990")
        assert re.findall(r"^[* ] (\d{4}) \(1\)$", printed, re.MULTILINE) == ["1950", "1999", "2001", "2005"]


@pytest.mark.parametrize(
    ("commands", "words"),
    [
        (["scanstep 3", "scan @attr 1=4 x"], "[205] Only zero step size supported for Scan"),
        (["scan @attr 1=5000 x"], "[114] Unsupported Use attribute -- v2 addinfo '5000'"),
        (
            ["scansize 101", "scan @attr 1=4 x"],
            "[1029] Scan: too many terms requested",
        ),
        (
            ["scanpos 30", "scan @attr 1=4 x"],
            "[233] Scan: unsupported value of position",
        ),
        (["base NONE", "scan @attr 1=4 x"], "[109] Database unavailable -- v2 addinfo 'NONE'"),
    ],
)
async def test_lists_that_there_are_not(commands, words):
    async with library() as one:
        assert words in await one.yaz(*commands)


@pytest.mark.parametrize(
    ("by", "order"),
    [
        ("1=4 <i", "chart journal poems lantern"),
        ("1=4 >i", "lantern poems journal chart"),
        ("1=31 <i", "chart lantern journal poems"),
        ("1=1003 <i", "poems lantern journal chart"),
        ("1=12 >i", "chart poems journal lantern"),
        ("title <i", "chart journal poems lantern"),
        ("1=31 >i 1=4 <i", "poems journal lantern chart"),
    ],
)
async def test_a_result_set_is_sorted(by, order):
    async with library() as one:
        printed = await one.yaz("find @attr 1=31 @attr 2=5 1900", f"sort {by}", "show 1+4")
        assert "Received SortResponse: status=success" in printed
        assert titles(printed) == order.split()


@pytest.mark.parametrize(
    ("by", "words"), [("1=7 <i", "[207] Cannot sort"), ("publisher <i", "[207] Cannot sort"), ("1=4 <!i", "[213]")]
)
async def test_orders_that_there_are_not(by, words):
    async with library() as one:
        printed = await one.yaz("find @attr 1=4 lantern", f"sort {by}", "show 1+2")
        assert words in printed
        assert titles(printed) == ["poems", "lantern"]


async def test_a_sorted_set_may_have_another_name():
    async with library() as one:
        printed = await one.yaz("find @attr 1=4 lantern", "sort+ 1=4 >i", "show 1+1+1", "show 1")
        assert "Received SortResponse: status=success" in printed


async def test_services_that_there_are_not_are_declined_and_the_session_goes_on():
    async with library() as one:
        printed = await one.yaz("find @attr 1=4 lantern", "update insert 1 x", "find @attr 1=4 chart")
        assert hits(printed) == [2, 1]
        async with talking(one.at) as client:
            report = await client.asks(ResourceReportRequest(), ResourceReportResponse)
            assert report.status >= 2
            await client.stream.send_all(encode(TriggerResourceControlRequest(TriggeredAction.CANCEL)))
            assert (await client.search(LANTERN)).result_count == 2


async def test_close_is_answered():
    async with library(records={}) as one:
        assert "Reason: finished" in await one.yaz("close")
        async with talking(one.at) as client:
            await client.stream.send_all(encode(Close(CloseReason.FINISHED)))
            close = await client.is_closed()
            assert close is not None
            assert close.reason is CloseReason.FINISHED


async def test_a_client_of_version_2_is_sent_no_close():
    async with library(records={}) as one, connected(one.at) as client:
        await client.begins(version=Version.V1 | Version.V2)
        await client.stream.send_all(b"GET / HTTP/1.0\r\n\r\n")
        assert await client.is_closed() is None


async def test_what_is_out_of_turn_ends_the_session():
    async with library(records={}) as one:
        async with connected(one.at) as client:
            await client.stream.send_all(encode(PresentRequest("default", 1, 1)))
            close = await client.is_closed()
            assert close is not None
            assert close.reason is CloseReason.PROTOCOL_ERROR
        async with talking(one.at) as client:
            await client.stream.send_all(encode(InitRequest(Version.V3, SERVICES, 1000, 1000)))
            close = await client.is_closed()
            assert close is not None
            assert close.reason is CloseReason.PROTOCOL_ERROR


async def test_requests_that_come_at_once_are_answered_in_their_order():
    async with library() as one, talking(one.at) as client:
        requests = [encode(PresentRequest("default", place, 1, record_syntax=oids.USMARC)) for place in (1, 2, 3)]
        await client.search(LANTERN)
        await client.stream.send_all(b"".join(requests))
        answers = [await client.receives() for _ in requests]
        assert [one.records_returned for one in answers if isinstance(one, PresentResponse)] == [1, 1, 0]


async def test_a_client_that_says_nothing_is_parted_with():
    async with library("z3950.idle_seconds=0.05", records={}) as one, talking(one.at) as client:
        close = await client.is_closed()
        assert close is not None
        assert close.reason is CloseReason.LACK_OF_ACTIVITY


async def test_a_session_too_many_is_told_so():
    async with library("z3950.sessions=1", records={}) as one, talking(one.at), connected(one.at) as second:
        close = await second.is_closed()
        assert close is not None
        assert close.reason is CloseReason.RESOURCES


async def test_the_end_of_the_gateway_ends_sessions_at_once():
    async with library("limits.shutdown_seconds=600", records={}) as one:
        sessions = AsyncExitStack()
        silent = await sessions.enter_async_context(connected(one.at))
        client = await sessions.enter_async_context(talking(one.at))  # so the one before it has been taken too
        began = trio.current_time()
    async with sessions:
        for ended in (client, silent):
            close = await ended.is_closed()
            assert close is not None
            assert close.reason is CloseReason.SHUTDOWN
    assert trio.current_time() - began < PATIENCE


JUNK = (
    b"\x00" * 9,
    b"GET / HTTP/1.1\r\n\r\n",
    b"\xb4\x84\xff\xff\xff\xff",
    bytes(range(0x100)) * 40,
    b"\xb4\x80" + b"\x30\x80" * 5_000,
)


async def test_garbage_disturbs_no_export_and_no_other_session():
    async with library() as one, talking(one.at) as steady:
        for junk in JUNK:
            async with connected(one.at) as client:
                await client.stream.send_all(junk)
                close = await client.is_closed()
                assert close is not None
                assert close.reason is CloseReason.PROTOCOL_ERROR
            await one.exports(marc(3000, "s2000    eng", "245 10 $a Steady"))
            assert (await steady.search("@attr 1=4 steady")).result_count == 1


async def test_a_client_that_does_not_read_disturbs_nobody():
    """It asks for megabytes and leaves them in the system's buffers; the gateway is not held up, nor its end."""
    big = {f"big{place}": marc(4000 + place, "s2000    eng", "245 10 $a Big", *BIG) for place in range(10)}
    async with library("limits.shutdown_seconds=1", records=big, shelf="") as one, talking(one.at) as greedy:
        await greedy.search("@attr 1=4 big")
        request = encode(PresentRequest("default", 1, 10, record_syntax=oids.USMARC))
        with trio.move_on_after(0.5):
            await greedy.stream.send_all(request * 50)
        await one.exports(marc(3000, "s2000    eng", "245 10 $a Steady"))
        async with talking(one.at) as other:
            assert (await other.search("@attr 1=4 steady")).result_count == 1


BIG = ["500 __ $a " + "x" * 9_000] * 10
MUTATED = [
    encode(InitRequest(Version.V3, SERVICES, 1 << 20, 1 << 20)),
    encode(SearchRequest(0, 1, 0, True, "default", (DATABASE,), query(LANTERN), record_syntax=oids.USMARC)),
    encode(PresentRequest("default", 1, 2, record_syntax=oids.OPAC)),
]


async def test_mutated_requests_end_in_an_answer_or_the_end_of_the_session():
    """A thousand of them; whatever they say, the gateway takes exports behind them."""
    random = Random(3950)
    async with library() as one:
        for _ in range(1_000):
            octets = bytearray(b"".join(MUTATED))
            for _ in range(random.randint(1, 4)):
                octets[random.randrange(len(octets))] = random.randrange(0x100)
            async with connected(one.at) as client:
                with suppress(*GONE):
                    await client.stream.send_all(bytes(octets))
                    await client.stream.send_eof()
                    while await client.stream.receive_some():
                        pass
        await one.exports(marc(3000, "s2000    eng", "245 10 $a Steady"))
        assert hits(await one.yaz("find @attr 1=4 steady")) == [1]
