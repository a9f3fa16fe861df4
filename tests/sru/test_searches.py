"""What is found over SRU by each index, page by page and sorted, and what comes of it in each schema."""

from pathlib import Path
from xml.etree import ElementTree

import pytest
from msgspec.structs import replace

from gateway.frontends.sru.wire import MOST_RECORDS, SCHEMAS
from gateway.marc.forms import mods
from gateway.marc.forms.dc import SRW_DC_NAMESPACE
from gateway.model import Flag
from gateway.search.cql_indexes import INDEXES
from tests.marc.mnemonic import mrk
from tests.stores.nouns import put

from .zone import CODE, MARC, MMS_IDS, SRU, item, served

FOUND = [
    ("ledger", "lantern"),
    ("alma.all_for_ui=ledger", "lantern"),
    ('alma.all_for_ui all "harbor lantern"', "lantern"),
    ("alma.title=lantern", "poems lantern"),
    ('alma.title="lantern keepers"', "lantern"),
    ('alma.title all "keepers lantern"', "poems lantern"),
    ('alma.title any "chart journal"', "chart journal"),
    ('alma.title == "harbor journal"', "journal"),
    ('alma.title="^keepers"', "poems"),
    ("alma.title=lan*", "poems lantern"),
    ("alma.title=aero", "chart"),
    ("alma.title=海燈", "chart"),
    ("alma.creator=springhaven", "chart journal"),
    ("alma.creator=zoe", "poems"),
    ("alma.subjects=lantern", "poems"),
    ("alma.isbn=9786990001012", "lantern"),
    ("alma.isbn=6990001011", "lantern"),
    ("alma.issn=0317-8471", "journal"),
    ("alma.issn=03178471", "journal"),
    ("alma.oclc_control_number_035_a=1002", "journal"),
    ('alma.oclc_control_number_035_a="(OCoLC)1002"', "journal"),
    (f"alma.mms_id={MMS_IDS['poems']}", "poems"),
    ("alma.main_pub_date=1999", "lantern"),
    ("alma.main_pub_date>=1999 and alma.main_pub_date<=2004", "journal lantern"),
    ('alma.main_pub_date within "1940 2000"', "chart lantern"),
    ("alma.standard_number=4006381333931", "poems"),
    ("alma.other_system_number=77", "chart"),
    ("alma.language=fre", "journal"),
    ("dc.title=chart", "chart"),
    ("alma.title=lantern and alma.creator=overhill", "poems"),
    ("alma.title=chart or alma.creator=overhill", "chart poems"),
    ("alma.title=lantern not (alma.creator=overhill)", "lantern"),
    ("alma.title=nothing", ""),
    ("alma.mms_tagSuppressed=false and (alma.title=lantern)", "poems lantern"),
    ("alma.title=lantern AND alma.mms_tagSuppressed=true", ""),
]
"""A query, and what is found, the last written first."""


async def test_each_index_finds_what_it_should():
    async with served() as one:
        for query, names in FOUND:
            answer = await one.search(query)
            assert (answer.names, answer.total) == (names.split(), len(names.split())), query
    asked = " ".join(query for query, _ in FOUND)
    assert [index.name for index in INDEXES if f"alma.{index.name}" not in asked] == []


@pytest.mark.parametrize(
    ("keys", "names"),
    [
        ("alma.title", "chart journal poems lantern"),
        ("alma.title/sort.descending", "lantern poems journal chart"),
        ("alma.main_pub_date/sort.descending", "poems journal lantern chart"),
        ("alma.creator/sort.ascending", "poems lantern journal chart"),
    ],
)
async def test_results_are_sorted_by_what_the_query_says(keys: str, names: str):
    async with served() as one:
        every = "keepers or harbor"
        answer = await one.search(f"{every} sortBy {keys}")
        assert answer.names == names.split()
        second = await one.search(f"{every} sortBy {keys}", startRecord=2, maximumRecords=2)
        assert (second.names, second.following) == (names.split()[1:3], 4)


async def test_a_result_is_read_page_by_page():
    async with served() as one:
        pages, start = [], 1
        while start:
            page = await one.search("keepers or harbor", startRecord=start, maximumRecords=3)
            positions = [int(record.findtext(f"{SRU}recordPosition") or "") for record in page.records]
            assert positions == [*range(start, start + len(positions))]
            assert page.total == 4
            pages.append(page.names)
            start = page.following
        assert pages == [["chart", "poems", "journal"], ["lantern"]]


@pytest.mark.parametrize(
    ("parameters", "names"),
    [
        ({"maximumRecords": 0}, ""),
        ({"startRecord": 5}, ""),
        ({"startRecord": 4}, "lantern"),
        ({"sortKeys": "title,,1", "x-unknown": "1"}, "chart poems journal lantern"),
    ],
)
async def test_a_page_may_have_no_records(parameters: dict[str, int | str], names: str):
    async with served() as one:
        answer = await one.search("keepers or harbor", **parameters)
        assert (answer.total, answer.names, answer.following) == (4, names.split(), 0)
        assert answer.diagnostic[0] == 0


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("alma.title=lantern", "poems lantern"),
        ("alma.title=lantern sortBy alma.title", "poems lantern"),
        (f"alma.mms_id={MMS_IDS['poems']}", "poems"),
        ("alma.title=lantern and alma.mms_tagSuppressed=false", "lantern"),
        ("alma.title=lantern and alma.mms_tagSuppressed=true", "poems"),
        ("alma.MMS_tagSuppressed==true", "poems"),
        ("alma.title=lantern and (alma.mms_tagSuppressed=true or alma.mms_tagSuppressed=false)", "poems lantern"),
        ("alma.title=lantern not alma.mms_tagSuppressed=true", "lantern"),
    ],
)
async def test_what_is_suppressed_is_found_unless_the_query_leaves_it_out(query: str, names: str):
    async with served() as one:
        poems = await one.store.record("xyz", MMS_IDS["poems"])
        assert poems is not None
        await put(one.store, replace(poems, flags=frozenset({Flag.SUPPRESSED})))
        answer = await one.search(query)
        assert sorted(answer.names) == sorted(names.split())
        assert answer.total == len(answer.names)


def tide(number: int, title: str = "Tides") -> str:
    return f"=001  99{number:08}5867\n=008  260301s1999\\\\\\\\xxu\n=245  10$a{title}"


async def test_a_page_has_ten_records_unless_told_and_never_more_than_fifty():
    async with served([mrk(tide(number)) for number in range(MOST_RECORDS + 5)]) as one:
        assert len((await one.search("tides")).names) == 10
        most = await one.search("tides", maximumRecords=100)
        assert (len(most.names), most.following) == (MOST_RECORDS, MOST_RECORDS + 1)
        long = await one.search("tides", maximumRecords=40, recordSchema="mods")
        assert len(long.names) == 40


async def test_marcxml_has_the_record_and_a_field_for_each_holding():
    async with served() as one:
        await one.shelve("lantern", "221", item("b1", "lantern", "221"), item("b2", "lantern", "221", lent=True))
        await one.shelve("lantern", "222", item("b3", "lantern", "222", lent=True))
        await one.shelve("lantern", "223")
        answer = await one.search("ledger")
        (record,) = answer.tree.iter(f"{MARC}record")
        assert record.findtext(f"{MARC}controlfield[@tag='001']") == MMS_IDS["lantern"]
        fields = [
            {one.get("code", ""): one.text for one in field}
            for field in record.iterfind(f"{MARC}datafield[@tag='AVA']")
        ]
        assert fields[0] == {
            "0": MMS_IDS["lantern"],
            "8": "221",
            "a": CODE,
            "b": "STALEY",
            "c": "Book Stacks",
            "j": "stacks",
            "d": "PE1408 .G585 2013",
            "e": "available",
            "f": "2",
            "g": "1",
            "k": "0",
            "p": "1",
            "q": "Staley Library",
        }
        assert [field["e"] for field in fields] == ["available", "unavailable", "check_holdings"]
        assert "f" not in fields[2]


@pytest.mark.parametrize(
    ("asked", "schema", "root"),
    [
        ("", "marcxml", f"{MARC}record"),
        ("marcxml", "marcxml", f"{MARC}record"),
        ("MARCXML", "marcxml", f"{MARC}record"),
        ("info:srw/schema/1/marcxml-v1.1", "marcxml", f"{MARC}record"),
        ("dc", "dc", f"{{{SRW_DC_NAMESPACE}}}dc"),
        ("info:srw/schema/1/dc-v1.1", "dc", f"{{{SRW_DC_NAMESPACE}}}dc"),
        ("mods", "mods", f"{{{mods.NAMESPACE}}}mods"),
        (SCHEMAS["mods"], "mods", f"{{{mods.NAMESPACE}}}mods"),
    ],
)
async def test_records_come_in_each_schema_as_elements_or_as_text(asked: str, schema: str, root: str):
    async with served() as one:
        for packing in ("xml", "string"):
            answer = await one.search("ledger", recordSchema=asked, recordPacking=packing)
            (record,) = answer.records
            assert record.findtext(f"{SRU}recordSchema") == schema
            assert record.findtext(f"{SRU}recordPacking") == packing
            content = record.find(f"{SRU}recordData")
            assert content is not None
            element = content[0] if packing == "xml" else ElementTree.fromstring(content.text or "")
            assert element.tag == root
            assert "With a harbor ledger & <map>" in [*element.itertext()]


async def test_a_store_that_reads_ahead_gives_the_same(tmp_path: Path):
    async with served(url=f"sqlite:{tmp_path / 'gateway.db'}") as one:
        await one.shelve("lantern", "221", item("b1", "lantern", "221"))
        first = await one.search("keepers or harbor", maximumRecords=2)
        assert (first.names, first.total, first.following) == (["chart", "poems"], 4, 3)
        rest = await one.search("keepers or harbor", startRecord=3)
        assert (rest.names, rest.following) == (["journal", "lantern"], 0)
        assert rest.tree.find(f".//{MARC}datafield[@tag='AVA']") is not None
        assert (await one.search("keepers or harbor sortBy title")).names == ["chart", "journal", "poems", "lantern"]
        assert (await one.search("keepers", maximumRecords=0)).total == 2


async def test_a_search_may_be_posted():
    async with served() as one:
        body = b"version=1.2&operation=searchRetrieve&query=alma.title%3Dlantern&maximumRecords=1"
        assert (await one.asks(b"", method="POST", body=body)).names == ["poems"]
        assert (await one.asks(b"query=chart", method="POST")).names == ["chart"]
