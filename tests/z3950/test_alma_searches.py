"""Alma's Z39.50 server as yaz-client and zoomsh find it: what is searched, and what is refused."""

import pytest

from .library import MMS_IDS, Library, hits, library, marc, said, titles


async def found(one: Library, query: str) -> list[str]:
    """The names of the records that a query finds."""
    printed = await one.yaz(f"find {query}")
    (count,) = hits(printed)
    if not count:
        return []
    names = titles(await one.yaz(f"find {query}", f"show 1+{count}"))
    assert len(names) == count
    return names


USE = [
    ("1=1016 ledger", "lantern"),
    ("1=1017 ferrymen", "lantern"),
    ("1=1 quillfeather", "lantern"),
    ("1=1003 springhaven", "chart journal"),
    ("1=1004 zoe", "poems"),
    ("1=21 lighthouses", "lantern"),
    ("1=21 lantern", "poems"),
    ("1=4 lantern", "poems lantern"),
    ("1=4 ærø", "chart"),
    ("1=4 aero", "chart"),
    ("1=4 海燈", "chart"),
    ("1=7 9786990001012", "lantern"),
    ("1=7 978-6-9900-0101-2", "lantern"),
    ("1=7 6990001011", "lantern"),
    ("1=8 0317-8471", "journal"),
    ("1=8 03178471", "journal"),
    ("1=31 1999", "lantern"),
    ("1=1211 1002", "journal"),
    ("1=1211 ocn000001002", "journal"),
    (f"1=12 {MMS_IDS['poems']}", "poems"),
    ("1=12 (OCoLC)1003", "poems"),
    ("1=12 (XyZ)77", "chart"),
    ("1=12 77", "chart"),
]
"""Use attribute and term, and what is found, the last exported first."""
OTHERS = [
    ("@attr 1=4 @attr 5=1 lant", "poems lantern"),
    ("@attr 1=4 @attr 5=100 lant", ""),
    ('@attr 1=4 @attr 4=1 "lantern keepers"', "lantern"),
    ('@attr 1=4 @attr 4=2 "lantern keepers"', "poems lantern"),
    ('@attr 1=4 @attr 4=6 "keepers lantern"', "poems lantern"),
    ('@attr 1=4 @attr 3=1 "keepers of"', "poems"),
    ('@attr 1=4 @attr 3=1 @attr 4=1 @attr 5=1 @attr 6=1 "lantern ke"', "lantern"),
    ('@attr 1=4 @attr 6=3 "harbor journal"', "journal"),
    ('@attr 1=4 @attr 6=3 "harbor"', ""),
    ("@attr 1=31 @attr 2=1 1999", "chart"),
    ("@attr 1=31 @attr 2=2 1999", "chart lantern"),
    ("@attr 1=31 @attr 2=4 2001", "poems journal"),
    ("@attr 1=31 @attr 2=5 2001", "poems"),
    ("@attr 2=3 @attr 3=3 @attr 4=2 @attr 5=100 @attr 6=1 @attr 1=1003 overhill", "poems"),
    ("@and @attr 1=4 lantern @attr 1=1003 overhill", "poems"),
    ("@or @attr 1=4 chart @attr 1=1003 overhill", "chart poems"),
    ("@not @attr 1=4 lantern @attr 1=1003 overhill", "lantern"),
    ("@or @and @attr 1=4 harbor @attr 1=31 1950 @not @attr 1=4 lantern @attr 1=21 history", "chart poems"),
    ("ledger", "lantern"),
    ("@attr 1=12 9999999999", ""),
]
REFUSED = [
    ("@attr 1=5000 x", "[114] Unsupported Use attribute -- v2 addinfo '5000'"),
    ("@attr 1=4 @attr 2=102 x", "[117] Unsupported Relation attribute -- v2 addinfo '102'"),
    ("@attr 1=4 @attr 2=1 x", "[117] Unsupported Relation attribute -- v2 addinfo '1'"),
    ("@attr 1=4 @attr 3=9 x", "[119] Unsupported Position attribute -- v2 addinfo '9'"),
    ("@attr 1=1016 @attr 3=1 x", "[119] Unsupported Position attribute -- v2 addinfo '1'"),
    ("@attr 1=4 @attr 4=104 x", "[118] Unsupported Structure attribute -- v2 addinfo '104'"),
    ("@attr 1=4 @attr 5=2 x", "[120] Unsupported Truncation attribute -- v2 addinfo '2'"),
    ("@attr 1=4 @attr 6=9 x", "[122] Unsupported Completeness attribute -- v2 addinfo '9'"),
    ("@attr 1=1016 @attr 6=3 x", "[122] Unsupported Completeness attribute -- v2 addinfo '3'"),
    ("@attr 1=4 @attr 7=1 x", "[113] Unsupported attribute type -- v2 addinfo '7'"),
    ("@attr exp1 1=4 x", "[121] Unsupported Attribute Set -- v2 addinfo '1.2.840.10003.3.2'"),
    ("@attr 1=title x", "[246] Type-1 query: 'complex' attributeValue not supported"),
    ("@attr 1=31 ninety", "[125] Malformed search term -- v2 addinfo 'ninety'"),
    ("@prox 0 1 0 2 k 2 x y", "[110] Operator unsupported -- v2 addinfo 'prox'"),
    ("@set nothing", "[30] Specified result set does not exist -- v2 addinfo 'nothing'"),
]
"""A query, and what YAZ says of bib-1's number."""


async def test_each_use_attribute_finds_what_it_should():
    async with library() as one:
        for attribute, names in USE:
            assert await found(one, f"@attr {attribute}") == names.split(), attribute


async def test_each_other_attribute_and_operator_does_what_it_says():
    async with library() as one:
        for query, names in OTHERS:
            assert await found(one, query) == names.split(), query


async def test_what_there_is_not_is_refused_with_its_diagnostic():
    async with library() as one:
        for query, words in REFUSED:
            printed = await one.yaz(f"find {query}")
            assert words in printed, query
            assert "Result Set Status: none" in printed
        for kind in ("ccl", "cql"):
            assert "[107] Query type not supported" in await one.yaz(f"querytype {kind}", "find x")


async def test_more_terms_than_a_tree_may_have():
    async with library() as one:
        assert hits(await one.yaz(f"find {'@or ' * 99}{'keepers ' * 100}")) == [2]
        printed = await one.yaz(f"find {'@or ' * 100}{'keepers ' * 101}")
        assert "[6] Too many boolean operators -- v2 addinfo '99'" in printed


@pytest.mark.parametrize(
    "database", ["01CARLI_XYZ", "01carli_xyz", "01CARLI_XYZ/MAIN", "01carli_xyz/", "01CARLI_XYZ 01carli_xyz"]
)
async def test_a_database_is_the_institution_code_however_it_is_written(database):
    async with library() as one:
        printed = await one.yaz(f"base {database}", "find @attr 1=4 lantern", "show 1")
        assert hits(printed) == [2]
        assert f"[{database.split()[0]}]Record type: USmarc" in printed


async def test_databases_that_cannot_be_searched():
    async with library("zones.network.host=i-share-xyz") as one:
        assert "[109] Database unavailable -- v2 addinfo '01CARLI_ABC'" in await one.yaz("base 01CARLI_ABC", "find x")
        assert "[109] Database unavailable -- v2 addinfo 'Default'" in await one.yaz("base Default", "find x")
        both = await one.yaz("base 01CARLI_XYZ 01CARLI_NETWORK", "find x")
        assert "[111] Too many databases specified -- v2 addinfo '1'" in both


async def test_each_host_has_its_own_zones():
    async with library() as one:
        here, there = (bound[0] for bound in list(one.running.z3950.values())[:2])
        printed = await one.yaz(
            *(f"open {here}/01CARLI_NETWORK", "find x", f"open {there}/01CARLI_NETWORK", "find x"), open_=False
        )
        assert printed.count("[109] Database unavailable") == 1
        assert hits(printed) == [0, 0]


async def test_a_record_is_found_by_the_search_that_follows_its_reply():
    async with library(shelf="") as one:
        assert hits(await one.yaz("find @attr 1=4 breakwater")) == [0]
        await one.exports(marc(1005, "s2020    eng", "245 10 $a Breakwater"))
        assert hits(await one.yaz("find @attr 1=4 breakwater")) == [1]


async def test_named_result_sets_are_operands():
    async with library() as one:
        printed = await one.yaz(
            *("find @attr 1=4 lantern", "find @attr 1=1003 overhill", "find @and @set 1 @set 2", "show 1"),
            *("find @not @set 1 @set 2", "show 1", "find @or @set 4 @attr 1=4 chart"),
        )
        assert hits(printed) == [2, 1, 1, 1, 2]
        assert titles(printed) == ["poems", "lantern"]


async def test_a_set_that_another_database_gave_is_no_operand():
    async with library("zones.network.host=i-share-xyz") as one:
        printed = await one.yaz("find @attr 1=4 lantern", "base 01CARLI_NETWORK", "find @and @set 1 x")
        assert "[18] Result set not supported as a search term -- v2 addinfo '1'" in printed


async def test_connexions_search_names_one_attribute():
    """Connexion's "Retrieve local system records": attribute 12 alone, one record at a time, any database name."""
    async with library() as one:
        printed = await one.yaz(
            *("format usmarc", "elements F", "base 01carli_xyz", f"find @attr 1=12 {MMS_IDS['poems']}", "show 1+1")
        )
        assert hits(printed) == [1]
        assert titles(printed) == ["poems"]


async def test_resharing_asks_for_one_record_with_its_holdings():
    async with library() as one:
        printed = await said(
            "zoomsh",
            [
                *("set preferredRecordSyntax opac", "set count 1", f"connect {one.at}/01CARLI_XYZ"),
                *(f"search @attr 1=12 {MMS_IDS['lantern']}", "show 0 1 opac", "quit"),
            ],
        )
        assert "01CARLI_XYZ: 1 hits" in printed
        assert "<localLocation>Staley Library</localLocation>" in printed
        assert '<availableNow value="1"/>' in printed
