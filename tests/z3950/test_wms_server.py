"""OCLC's WMS server as yaz-client finds it. Source: "Search collection using WMS Z39.50"."""

import re

import pytest
import structlog
import trio

from gateway.frontends.z3950 import oids
from gateway.frontends.z3950.apdus.diagnostics import reasons
from gateway.frontends.z3950.apdus.init import Authentication, IdPass, Open
from gateway.frontends.z3950.apdus.opac import opac
from gateway.frontends.z3950.apdus.present import PresentStatus

from .conversation import connected
from .library import (
    DATABASE,
    HOST,
    OTHER_KEY,
    WMS,
    WMS_DATABASE,
    WSKEY,
    WSKEY_SECRET,
    Library,
    hits,
    library,
    marc,
    titles,
)

KEYWORD = "@attr 2=3 @attr 3=3 @attr 4=2 @attr 5=100 @attr 6=1"
EXACT = "@attr 2=3 @attr 3=1 @attr 4=1 @attr 5=100 @attr 6=3"
IDENTIFIER = "@attr 2=3 @attr 3=1 @attr 4=1 @attr 5=100 @attr 6=1"
DATE = "@attr 3=1 @attr 4=4 @attr 5=100 @attr 6=1"
SIMPLE = [
    ("author", "@attr 1=1003 quillfeather", "lantern"),
    ("date of publication", "@attr 1=31 1999", "lantern"),
    ("format", "@attr 1=1031 map", "chart"),
    ("ISBN", "@attr 1=7 6990001011", "lantern"),
    ("ISSN", "@attr 1=8 0317-8471", "journal"),
    ("key title", "@attr 1=33 harbor", "journal"),
    ("keyword", "@attr 1=1016 ledger", "lantern"),
    ("language", "@attr 1=54 fre", "journal"),
    ("OCLC number", "@attr 1=1211 1003", "poems"),
    ("standard identifier", "@attr 1=1007 4006381333931", "poems"),
    ("subject", "@attr 1=21 lighthouses", "lantern"),
    ("title", "@attr 1=4 chart", "chart"),
]
COMPLEX = [
    ("author, keyword", f"{KEYWORD} @attr 1=1003 orsolya", "lantern"),
    ("title, keyword", f'{KEYWORD} @attr 1=4 "keepers of"', "poems"),
    ("subject, keyword", f"{KEYWORD} @attr 1=21 slides", "poems"),
    ("any, keyword", f'{KEYWORD} @attr 1=1016 "history lighthouses"', "lantern"),
    ("author, exact", f'{EXACT} @attr 1=1003 "springhaven press"', "chart journal"),
    ("title, exact", f'{EXACT} @attr 1=4 "keepers of the lantern"', "poems"),
    ("title, exact, of one word", f"{EXACT} @attr 1=4 keepers", ""),
    ("subject, exact", f"{EXACT} @attr 1=21 harbors", "journal"),
    ("subject, exact, of one word", f"{EXACT} @attr 1=21 lantern", ""),
    ("standard identifier", f"{IDENTIFIER} @attr 1=107 9786990001012", "lantern"),
    ("standard identifier by bib-1's number", f"{IDENTIFIER} @attr 1=1007 0317-8471", "journal"),
    ("before", f"@attr 2=1 {DATE} @attr 1=31 1999", "chart"),
    ("up to", f"@attr 2=2 {DATE} @attr 1=31 1999", "lantern chart"),
    ("in", f"@attr 2=3 {DATE} @attr 1=31 2005", "poems"),
    ("from", f"@attr 2=4 {DATE} @attr 1=31 2001", "poems journal"),
    ("after", f"@attr 2=5 {DATE} @attr 1=31 2001", "poems"),
    ("key title, keyword", "@attr 2=3 @attr 3=1 @attr 4=2 @attr 5=100 @attr 6=1 @attr 1=33 journal", "journal"),
    ("key title, exact", f'{EXACT} @attr 1=33 "harbor journal"', "journal"),
    ("key title, exact, of one word", f"{EXACT} @attr 1=33 journal", ""),
    ("format as a phrase", "@attr 2=3 @attr 3=3 @attr 4=1 @attr 5=100 @attr 6=1 @attr 1=1031 serial", "journal"),
    ("format as a word", "@attr 2=3 @attr 3=3 @attr 4=2 @attr 5=100 @attr 6=1 @attr 1=1031 map", "chart"),
    ("language", f"{KEYWORD} @attr 1=54 ger", "chart"),
    (
        "date range",
        '@attr 2=104 @attr 3=3 @attr 4=4 @attr 5=100 @attr 6=1 @attr 1=31 "1990-2001"',
        "journal lantern",
    ),
    ("of both", f"@and @attr 1=4 lantern {KEYWORD} @attr 1=21 slides", "poems"),
    ("of one", f"@or @attr 1=54 fre {EXACT} @attr 1=4 keepers", "journal"),
    ("of one and not the other", "@not @attr 1=4 lantern @attr 1=21 slides", "lantern"),
]
NOT_FOUND = [
    *("@attr 1=1016 ferrymen", "@attr 1=1016 gift", "@attr 1=4 ledger", "@attr 1=33 chart", "@attr 1=1003 lantern"),
    *("@attr 1=21 quillfeather", "@attr 1=31 1998", "@attr 1=54 spa", "@attr 1=1031 score", "@attr 1=8 9786990001012"),
]
REFUSED = [
    ("lantern", "[116] Use attribute required but not supplied"),
    ("@attr 1=12 1003", "[114] Unsupported Use attribute -- v2 addinfo '12'"),
    ("@attr 1=4 @attr 2=4 x", "[117] Unsupported Relation attribute -- v2 addinfo '4'"),
    ("@attr 1=4 @attr 3=2 x", "[119] Unsupported Position attribute -- v2 addinfo '2'"),
    ("@attr 1=4 @attr 4=6 x", "[118] Unsupported Structure attribute -- v2 addinfo '6'"),
    ("@attr 1=4 @attr 5=1 x", "[120] Unsupported Truncation attribute -- v2 addinfo '1'"),
    ("@attr 1=4 @attr 6=2 x", "[122] Unsupported Completeness attribute -- v2 addinfo '2'"),
    ("@attr 1=4 @attr 4=2 @attr 6=3 x", "[123] Unsupported attribute combination"),
    ('@attr 1=31 @attr 2=104 "1990"', "[125] Malformed search term -- v2 addinfo '1990'"),
]
CREDENTIALS: list[tuple[Authentication | None, bool]] = [
    (IdPass(None, WSKEY, WSKEY_SECRET), True),
    (IdPass("group", WSKEY, WSKEY_SECRET), True),
    (Open(f"{WSKEY}/{WSKEY_SECRET}"), True),
    (IdPass(None, WSKEY, "another secret"), False),
    (IdPass(None, "another key", WSKEY_SECRET), False),
    (IdPass(None, WSKEY, None), False),
    (IdPass(None, "", ""), False),
    (Open(WSKEY), False),
    (None, False),
]


async def found(one: Library, query: str) -> list[str]:
    printed = await one.unified("format usmarc", f"find {query}", "show 1+20", "show 1")
    (count,) = hits(printed)
    return titles(await one.unified("format usmarc", f"find {query}", f"show 1+{count}")) if count else []


@pytest.mark.parametrize("searches", [SIMPLE, COMPLEX], ids=["simple", "complex"])
async def test_each_search_finds_what_it_should(searches):
    async with library(*WMS) as one:
        for name, query, names in searches:
            assert sorted(await found(one, query)) == sorted(names.split()), name


async def test_fields_for_local_use_are_not_searched_and_other_fields_not_either():
    async with library(*WMS) as one:
        for query in NOT_FOUND:
            assert await found(one, query) == [], query


async def test_other_searches_are_refused():
    async with library(*WMS) as one:
        for query, words in REFUSED:
            assert words in await one.unified(f"find {query}"), query


async def test_results_come_by_relevance():
    async with library(*WMS) as one:
        await one.exports(marc(1009, "s2020    eng", "245 10 $a Harbor", "500 __ $a chart"))
        printed = await one.unified("find @attr 1=1016 harbor", "show 1+4")
        assert re.findall(r"^245 .. \$a (\S+)", printed, re.MULTILINE)[0] == "Harbor"
        assert hits(printed) == [4]
        assert titles(printed.replace("9910000000055867", "9910000000015867"))[-1] == "lantern"


async def test_fields_for_local_use_and_links_are_not_shown():
    async with library(*WMS) as one:
        printed = await one.unified("find @attr 1=1211 1001", "format usmarc", "show 1")
        shown = set(re.findall(r"^(\d{3}) ", printed, re.MULTILINE))
        assert {"245", "500", "650"} <= shown
        assert not {"590", "856"} & shown


@pytest.mark.parametrize("syntax", ["usmarc", "opac"])
async def test_holdings_and_availability_come_in_each_syntax(syntax):
    async with library(*WMS) as one:
        printed = await one.unified("find @attr 1=1211 1001", f"format {syntax}", "show 1")
        assert "852    $b STALEY $c stacks $h PE1408 $i .G585 2013 $t 1\n" in printed
        assert "876    $j Item in place $p 31111200048340\n" in printed
        assert ("availableNow: 1\n" in printed) is (syntax == "opac")


async def test_an_available_item_is_so_wherever_it_is_shelved():
    async with library(*WMS) as one, connected(one.wms, WMS_DATABASE) as client:
        await client.begins(authentication=IdPass(None, WSKEY, WSKEY_SECRET))
        await client.search("@attr 1=1211 1001")
        (record,) = await client.present(1, 1, oids.OPAC)
        holdings = opac(record).holdings
        assert holdings is not None
        assert [item.available_now for holding in holdings for item in holding.circulation] == [True]


@pytest.mark.parametrize(("authentication", "opens"), CREDENTIALS)
async def test_a_key_and_its_secret_open_the_connection(authentication, opens):
    async with library(*WMS, records={}) as one, connected(one.wms, WMS_DATABASE) as client:
        answer = await client.begins(authentication=authentication)
        assert answer.result is opens
        assert [one.condition for one in reasons(answer)] == ([] if opens else [1011])


async def test_no_key_is_logged():
    with structlog.testing.capture_logs() as logs:
        async with library(*WMS, records={}) as one:
            assert "Connection accepted" in await one.unified()
            assert "Connection rejected" in await one.unified(auth=f"auth {WSKEY}/wrong-{WSKEY_SECRET}")
    assert WSKEY not in str(logs)
    assert WSKEY_SECRET not in str(logs)


async def test_yaz_is_told_why_it_is_turned_away():
    async with library(*WMS, records={}) as one:
        printed = await one.unified(auth="auth nobody/nothing")
        assert "Connection rejected by v3 target." in printed
        assert "code=1011" in printed


@pytest.mark.parametrize(
    ("database", "words"),
    [
        (WMS_DATABASE, "Search was a success."),
        (WMS_DATABASE.lower(), "Search was a success."),
        ("Z39WMS~67890", "[236] Access to specified database denied -- v2 addinfo 'Z39WMS~67890'"),
        ("Z39WMS~99999", "[235] Database does not exist -- v2 addinfo 'Z39WMS~99999'"),
        ("12345", "[235] Database does not exist -- v2 addinfo '12345'"),
        (DATABASE, f"[235] Database does not exist -- v2 addinfo '{DATABASE}'"),
    ],
)
async def test_a_database_is_the_registry_id(database, words):
    async with library(*WMS) as one:
        assert words in await one.unified(f"base {database}", "find @attr 1=4 lantern")
        assert OTHER_KEY not in words


async def test_hosts_have_no_database_of_wms_and_wms_none_of_theirs():
    async with library(*WMS) as one:
        assert "[109] Database unavailable" in await one.yaz(f"base {WMS_DATABASE}", "find @attr 1=4 lantern")
        assert one.wms not in [str(bound) for bound in one.running.z3950[HOST]]


MANY = {f"many{place}": marc(5000 + place, "s2000    eng", f"245 10 $a Many {place}") for place in range(101)}


async def test_at_most_100_results_and_20_at_once():
    async with library(*WMS, records=MANY, shelf="") as one, connected(one.wms, WMS_DATABASE) as client:
        await client.begins(authentication=IdPass(None, WSKEY, WSKEY_SECRET))
        assert (await client.search("@attr 1=4 many")).result_count == 101
        assert (await client.asks_present("default", 1, 20)).records_returned == 20
        assert (await client.asks_present("default", 81, 20)).present_status is PresentStatus.SUCCESS
        for start, count in ((1, 21), (82, 20), (101, 1)):
            refused = await client.asks_present("default", start, count)
            assert refused.records.condition == 13
        printed = await one.unified("format usmarc", "ssub 200", "find @attr 1=4 many")
        assert "records returned: 20" in printed


async def test_the_eleventh_request_within_five_seconds_is_refused_and_the_connection_lives():
    paced = ("wms.requests=10", "wms.seconds=600")
    async with library(*WMS, *paced) as one, connected(one.wms, WMS_DATABASE) as client:
        await client.begins(authentication=IdPass(None, WSKEY, WSKEY_SECRET))
        for _ in range(5):
            assert (await client.search("@attr 1=4 lantern")).search_status
            assert (await client.asks_present("default", 1, 1)).records_returned == 1
        eleventh = await client.search("@attr 1=4 lantern")
        assert eleventh.records.condition == 2
        assert eleventh.records.additional.startswith("more than 10 requests in 600 seconds; wait ")
        assert (await client.asks_present("default", 1, 1)).records.condition == 2
        async with connected(one.wms, "Z39WMS~67890") as other:
            await other.begins(authentication=IdPass(None, OTHER_KEY, WSKEY_SECRET))
            assert (await other.search("@attr 1=4 lantern")).search_status
        printed = await one.unified("find @attr 1=4 lantern")
        assert "[2] Temporary system error -- v2 addinfo 'more than 10 requests" in printed


async def test_requests_are_counted_again_when_their_time_is_over():
    paced = ("wms.requests=1", "wms.seconds=0.05")
    async with library(*WMS, *paced) as one, connected(one.wms, WMS_DATABASE) as client:
        await client.begins(authentication=IdPass(None, WSKEY, WSKEY_SECRET))
        await client.search("@attr 1=4 lantern")
        while not (await client.search("@attr 1=4 lantern")).search_status:
            await trio.lowlevel.checkpoint()


async def test_there_is_neither_scan_nor_sort():
    async with library(*WMS, records={}) as one:
        assert "Options: search present delSet namedResultSets\n" in await one.unified()
