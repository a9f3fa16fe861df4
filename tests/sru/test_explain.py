"""What an SRU server tells of itself, and that it keeps to it."""

from ipaddress import ip_address
from xml.etree import ElementTree

import pytest

from gateway.frontends.http.views import Asked
from gateway.frontends.sru.server import explained
from gateway.frontends.sru.wire import MOST_RECORDS, PAGE, SCHEMAS
from gateway.search.cql_indexes import INDEXES, SETS

from .zone import CODE, EXPLAIN, HOSTS, PATH, SRU, ZONES, served


@pytest.mark.parametrize("query", [b"version=1.2&operation=explain", b"", b"version=1.1", b"operation=explain"])
async def test_it_names_its_place_indexes_schemas_and_limits(query: bytes):
    async with served(()) as one:
        answer = (await one.asks(query)).tree
    assert answer.tag == f"{SRU}explainResponse"
    explain = answer.find(f"{SRU}record/{SRU}recordData/{EXPLAIN}explain")
    assert explain is not None
    server = [explain.findtext(f"{EXPLAIN}serverInfo/{EXPLAIN}{name}") for name in ("host", "port", "database")]
    assert server == ["xyz.alma.example", "443", f"view/sru/{CODE}"]
    assert {one.get("name"): one.get("identifier") for one in explain.iter(f"{EXPLAIN}set")} == SETS
    assert {one.get("name"): one.get("identifier") for one in explain.iter(f"{EXPLAIN}schema")} == SCHEMAS
    assert explain.findtext(f".//{EXPLAIN}default[@type='numberOfRecords']") == str(PAGE)
    assert explain.findtext(f".//{EXPLAIN}setting[@type='maximumRecords']") == str(MOST_RECORDS)
    names = [one.text for one in explain.iterfind(f".//{EXPLAIN}map/{EXPLAIN}name[@set='alma']")]
    assert names == [one.name for one in INDEXES]
    sorted_by = [one for one in explain.iter(f"{EXPLAIN}index") if one.get("sort") == "true"]
    assert len(sorted_by) == 3


async def test_every_index_is_asked_with_each_relation_that_is_named():
    async with served() as one:
        tree = (await one.asks(b"")).tree
        for index in tree.iter(f"{EXPLAIN}index"):
            name = index.findtext(f"{EXPLAIN}map/{EXPLAIN}name")
            relations = [of.text for of in index.iter(f"{EXPLAIN}supports")]
            assert relations
            for relation in relations:
                term = "1999 2001" if relation == "within" else "1999"
                answer = await one.search(f'alma.{name} {relation} "{term}"')
                assert answer.diagnostic[0] == 0, (name, relation)
            if index.get("sort") == "true":
                assert (await one.search(f"harbor sortBy alma.{name}")).diagnostic[0] == 0


@pytest.mark.parametrize(
    ("url", "host", "port"),
    [
        (f"http://127.0.0.1:8550/view/{PATH}", "127.0.0.1", "8550"),
        (f"http://[::1]/view/{PATH}", "::1", "80"),
        (f"https://xyz:what/view/{PATH}", "", "443"),
        (f"http://xyz<&/view/{PATH}", "xyz<&", "80"),
        (f"http://[/view/{PATH}", "", "80"),
        (f"http://[::1/view/{PATH}", "", "80"),
        (f"https://℀/view/{PATH}", "", "443"),
    ],
)
def test_it_is_reached_by_the_name_that_was_asked(url: str, host: str, port: str):
    asked = Asked("GET", PATH, HOSTS, b"", b"", "", ip_address("127.0.0.1"), url)
    tree = ElementTree.fromstring(explained(ZONES["xyz"], asked))
    said = [tree.findtext(f".//{EXPLAIN}{name}") for name in ("host", "port", "database")]
    assert said == [host, port, f"view/{PATH}"]
