"""Alma's Z39.50 server: how records, holdings and items are shown. Source: "I-Share via Z39.50"."""

import re

import pytest

from gateway.frontends.z3950 import oids
from gateway.frontends.z3950.apdus.opac import opac
from gateway.frontends.z3950.apdus.records import SurrogateDiagnostic
from gateway.marc.record import Record

from .conversation import talking
from .library import DATABASE, MMS_IDS, RECORDS, SHELF, library, marc, said, titles

LANTERN = "find @attr 1=1211 1001"
SAMPLE = """\
Data holdings 0
encodingLevel: 4
receiptAcqStatus: 0
generalRetention: 8
completeness: 1
dateOfReport: 000000
localLocation: Staley Library
shelvingLocation: Book Stacks
callNumber: PE1408 .G585 2013
copyNumber: 1
volume 0
 enumeration:
 chronology:
circulation 0
 availableNow: 1
 availableThru: Book1
 itemId: 31111200048340
 renewable: 0
 onHold: 0
nextResultSetPosition = 2
"""
"""What the consortium prints, line by line."""
ITEM = "/zones/xyz/items/31111200048340"


def holdings_in(printed: str) -> str:
    """From the first holding on, without what yaz-client says of the time."""
    lines = printed[printed.index("Data holdings 0") :].splitlines()
    end = next(at for at, line in enumerate(lines) if line.startswith("Elapsed"))
    return "".join(f"{line.rstrip()}\n" for line in lines[:end])


async def test_the_sample_of_the_consortium_line_by_line():
    async with library() as one:
        printed = await one.yaz("find @attr 1=4 lantern", "sort 1=4 >i", "format opac", "show 1")
        assert holdings_in(printed) == SAMPLE


async def test_an_item_on_loan_is_not_available_and_says_till_when():
    """The word for the date is yaz-client's own."""
    async with library() as one:
        await one.asks("PUT", ITEM, process_type="LOAN", due_at="2026-12-31T18:00:00Z", policy="Book1")
        printed = holdings_in(await one.yaz(LANTERN, "format opac", "show 1"))
        assert " availableNow: 0\n availabiltyDate: 12/31/2026\n availableThru: Book1\n" in printed
        await one.asks("PUT", ITEM, base_status="not_in_place")
        printed = holdings_in(await one.yaz(LANTERN, "format opac", "show 1"))
        assert " availableNow: 0\n itemId: 31111200048340\n" in printed


async def test_a_title_without_holdings_has_an_empty_list():
    async with library() as one, talking(one.at) as client:
        await client.search("@attr 1=1211 1002")
        (record,) = await client.present(1, 1, oids.OPAC)
        assert opac(record).holdings == ()


async def test_true_is_1_and_not_255():
    """A client that prints the octet shows 255 as -1."""
    async with library() as one:
        assert "availableNow: 1" in await one.yaz(LANTERN, "format opac", "show 1")
        assert "availableNow: -1" not in await one.yaz(LANTERN, "format opac", "show 1")


@pytest.mark.parametrize(("zversion", "said_"), [(2, "v2"), (3, "v3")])
@pytest.mark.parametrize(
    ("syntax", "words"),
    [
        ("usmarc", r"Record type: USmarc\n[\s\S]*245 14 \$a The lantern keepers"),
        ("opac", r"Record type: OPAC\nRecord type: USmarc\n[\s\S]*localLocation: Staley Library"),
        ("xml", r'Record type: XML\n<record xmlns="http://www.loc.gov/MARC21/slim">\n  <leader>'),
        ("sutrs", r"\[239\] Record syntax not supported -- v2 addinfo '1\.2\.840\.10003\.5\.101'"),
        ("grs-1", r"\[239\] Record syntax not supported -- v2 addinfo '1\.2\.840\.10003\.5\.105'"),
    ],
)
async def test_each_syntax_in_each_version(zversion, said_, syntax, words):
    async with library() as one:
        printed = await one.yaz(
            *(f"zversion {zversion}", f"open {one.at}/{DATABASE}", LANTERN, f"format {syntax}", "show 1"), open_=False
        )
        assert f"Connection accepted by {said_} target." in printed
        assert re.search(words, printed)


@pytest.mark.parametrize(("elements", "there"), [("F", True), ("f", True), ("B", True), ("b", True), ("X", False)])
async def test_element_sets(elements, there):
    async with library() as one:
        printed = await one.yaz(LANTERN, "format usmarc", f"elements {elements}", "show 1")
        assert ("500    $a With a harbor ledger" in printed) is there
        assert ("[25] Specified element set name not valid for specified database -- v2 addinfo 'X'" in printed) is (
            not there
        )


async def test_one_852_for_each_holding():
    more = SHELF + (
        f"{MMS_IDS['lantern']},QUAY,Quayside,shelves,,QA76,.T4,2,31111200048341,Book1\n"
        f"{MMS_IDS['lantern']},QUAY,Quayside,desk,,QA76,.T4,3,31111200048342,Book1\n"
    )
    async with library(shelf=more) as one:
        printed = await one.yaz(LANTERN, "format usmarc", "show 1")
        assert sorted(re.findall(r"^852 .*", printed, re.MULTILINE)) == [
            "852    $b QUAY $c desk $h QA76 $i .T4 $t 3",
            "852    $b QUAY $c shelves $h QA76 $i .T4 $t 2",
            "852    $b STALEY $c stacks $h PE1408 $i .G585 2013 $t 1",
        ]
        assert "852" in await one.yaz(LANTERN, "format xml", "show 1")


async def test_fifty_holdings_with_twenty_items_each():
    head, _ = SHELF.split("\n", 1)
    rows = (
        f"{MMS_IDS['poems']},L{place:02},Library {place},s,,QA{place},,1,4{place:02}{item:02},Book1\n"
        for place in range(50)
        for item in range(20)
    )
    async with library(shelf=f"{head}\n{''.join(rows)}") as one, talking(one.at) as client:
        await client.search("@attr 1=1211 1003")
        (record,) = await client.present(1, 1, oids.OPAC)
        holdings = opac(record).holdings
        assert holdings is not None
        assert [len(holding.circulation) for holding in holdings] == [20] * 50
        printed = await one.yaz("find @attr 1=1211 1003", "format opac", "show 1")
        assert "Data holdings 49\n" in printed
        assert "circulation 19\n" in printed


def long(octets: int) -> bytes:
    """A record of so many bytes."""
    empty = len(marc(2001, "s2000    eng", "245 10 $a Long"))
    fields = []
    left = octets - empty
    while left > 0:
        size = min(left, 9_000)
        fields.append("500 __ $a " + "x" * (size - 12 - 2 - 3))
        left -= size
    made = marc(2001, "s2000    eng", "245 10 $a Long", *fields)
    assert len(made) == octets
    return made


async def test_the_longest_record_comes_whole():
    records = {**RECORDS, "long": long(99_900)}
    async with library(records=records) as one, talking(one.at) as client:
        await client.search("@attr 1=4 long")
        (record,) = await client.present(1, 1, oids.USMARC)
        assert len(marc_in(record)) > 99_000
        assert len(Record.parse(marc_in(record)).get("500")) == 12


async def test_a_record_without_room_for_its_holdings_comes_as_a_stub():
    head, _ = SHELF.split("\n", 1)
    mms_id = f"99{1_000_000_001 + len(RECORDS)}5867"
    shelf = f"{head}\n{mms_id},MAIN,Main,stacks,,{'Q' * 400},,1,31111200048340,Book1\n"
    records = {**RECORDS, "long": long(99_700)}
    async with library(records=records, shelf=shelf) as one, talking(one.at) as client:
        await client.search("@attr 1=4 long")
        (stub,) = await client.present(1, 1, oids.USMARC)
        fields = Record.parse(marc_in(stub)).fields
        assert {field.tag for field in fields} == {"001", "035", "245"}
        (whole,) = await client.present(1, 1, oids.OPAC)
        shown = opac(whole)
        assert shown.holdings
        assert shown.bibliographic is not None
        assert len(Record.parse(marc_in(shown.bibliographic)).get("500")) == 12
        (as_xml,) = await client.present(1, 1, oids.XML)
        assert marc_in(as_xml).count(b'<datafield tag="500"') == 12
        assert marc_in(as_xml).count(b'<datafield tag="852"') == 1


async def test_a_record_that_was_deleted_since_leaves_a_diagnostic_and_the_others_come():
    async with library() as one, talking(one.at) as client:
        await client.search("@attr 1=4 lantern")
        await one.asks("DELETE", f"/zones/xyz/records/{MMS_IDS['poems']}")
        first, second = await client.present(1, 2, oids.USMARC, whole=False)
        assert isinstance(first, SurrogateDiagnostic)
        assert first.diagnostic.condition == 1028
        assert Record.parse(marc_in(second)).control_value("001") == MMS_IDS["lantern"]


async def test_a_zone_that_was_reset_since_has_no_such_result_set():
    async with library() as one, talking(one.at) as client:
        await client.search("@attr 1=4 lantern")
        await one.asks("POST", "/zones/xyz/reset")
        await client.search("@attr 1=4 lantern", name="again")
        answer = await client.asks_present("default", 1, 1)
        assert answer.records.condition == 27


async def test_presents_across_pages():
    async with library() as one:
        printed = await one.yaz("find @or @attr 1=4 keepers @attr 1=4 harbor", "show 1+2", "show 3+2", "show 4")
        assert titles(printed) == ["chart", "poems", "journal", "lantern", "lantern"]
        printed = await one.yaz("find @attr 1=4 keepers", "show 2+2", "show 3", "show 0", "setnames", "show 1+1+nope")
        assert printed.count("[13] Present request out of range") == 3


async def test_records_come_with_a_search():
    async with library() as one:
        printed = await one.yaz("format usmarc", "ssub 2", "find @attr 1=4 keepers")
        assert titles(printed) == ["poems", "lantern"]
        printed = await one.yaz("format usmarc", "ssub 1", "lslb 9", "mspn 1", "find @attr 1=4 keepers")
        assert titles(printed) == ["poems"]
        printed = await one.yaz("format usmarc", "ssub 1", "lslb 2", "mspn 1", "find @attr 1=4 keepers")
        assert titles(printed) == []
        printed = await one.yaz("format sutrs", "ssub 2", "find @attr 1=4 keepers")
        assert "Number of hits: 2" in printed
        assert "[239] Record syntax not supported" in printed


async def test_zoom_reads_records():
    async with library() as one:
        printed = await said(
            "zoomsh",
            [
                *("set preferredRecordSyntax usmarc", f"connect {one.at}/{DATABASE}"),
                *("search @attr 1=4 keepers", "show 0 2", "quit"),
            ],
        )
        assert titles(printed) == ["poems", "lantern"]


def marc_in(record: object) -> bytes:
    """The bytes of a record that is no ASN.1."""
    octets = getattr(record, "encoding", None)
    assert isinstance(octets, bytes)
    return octets
