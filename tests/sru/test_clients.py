"""SRU as clients reach it: over HTTP at Alma's path, and as YAZ's zoomsh speaks it."""

import re

from tests.z3950.library import Library, library, said

from .test_searches import FOUND
from .zone import CODE, MMS_IDS, Answered


async def zoomsh(one: Library, *commands: str) -> str:
    """What it prints that has connected in its SRU mode."""
    at = f"{one.running.http}/view/sru/{CODE}"
    return await said("zoomsh", ["set sru get", "set sru_version 1.2", f"connect {at}", *commands, "quit"])


async def test_each_index_is_found_by_over_http_and_by_zoomsh():
    async with library() as one:
        for query, names in FOUND:
            asked = {"version": "1.2", "operation": "searchRetrieve", "query": query}
            answer = await one.client.get(f"/view/sru/{CODE}", params=asked)
            assert answer.headers["content-type"] == "text/xml;charset=UTF-8"
            assert Answered(answer.content).names == names.split(), query
        printed = await zoomsh(one, *[f"search cql:{query}" for query, _ in FOUND])
        assert [int(hits) for hits in re.findall(r"(\d+) hits", printed)] == [len(names.split()) for _, names in FOUND]
        printed = await zoomsh(one, "search cql:alma.title=keepers", "show 0 2 xml")
        shown = re.findall(r'<controlfield tag="001">(\d+)<', printed)
        assert shown == [MMS_IDS["poems"], MMS_IDS["lantern"]]
        assert '<datafield tag="AVA"' in printed
        assert "Unsupported index" in await zoomsh(one, "search cql:alma.tilte=keepers")
