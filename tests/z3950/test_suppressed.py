"""Records that are suppressed from discovery, as yaz-client sees them: it does not."""

from .library import MMS_IDS, WMS, hits, library, titles

FLAGS = f"/zones/xyz/records/{MMS_IDS['lantern']}/flags"


async def test_a_suppressed_record_is_neither_found_nor_counted_shown_or_sorted():
    async with library() as one:
        assert hits(await one.yaz("find @attr 1=4 lantern")) == [2]
        await one.asks("PUT", FLAGS, flags=["suppressed"])
        printed = await one.yaz(
            *("find @attr 1=4 lantern", "sort 1=4 ia", "show 1", "find @or @set 1 @attr 1=4 keepers", "show 1"),
            *(f"find @attr 1=12 {MMS_IDS['lantern']}", "find @attr 1=7 9786990001012", "find @attr 1=1016 ledger"),
        )
        assert hits(printed) == [1, 1, 0, 0, 0]
        assert titles(printed) == ["poems", "poems"]
        found = (await one.client.get("/api/v1/records", params={"q": "title:lantern", "zone": "xyz"})).json()
        assert {record["mms_id"] for record in found["records"]} == {MMS_IDS["poems"], MMS_IDS["lantern"]}
        await one.asks("PUT", FLAGS, flags=[])
        assert hits(await one.yaz("find @attr 1=4 lantern")) == [2]


async def test_a_scan_counts_what_a_search_finds():
    async with library() as one:
        assert "lantern (2)" in await one.yaz("scan @attr 1=4 keepers")
        await one.asks("PUT", FLAGS, flags=["suppressed"])
        printed = await one.yaz("scan @attr 1=4 keepers", "scan @attr 1=4 history")
        assert "keepers (1)" in printed
        assert "lantern (1)" in printed
        assert "history (" not in printed


async def test_wms_does_not_find_it_either():
    async with library(*WMS) as one:
        await one.asks("PUT", FLAGS, flags=["suppressed"])
        printed = await one.unified("find @attr 1=4 lantern", "show 1", "find @attr 1=1211 1001")
        assert hits(printed) == [1, 0]
        assert titles(printed) == ["poems"]
