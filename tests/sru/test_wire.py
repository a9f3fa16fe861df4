"""Requests and answers of SRU without a server: whatever arguments say, there is a request or a refusal in XML."""

from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.frontends.sru import layout
from gateway.frontends.sru.wire import (
    DIAGNOSTICS,
    MOST_RECORDS,
    SCHEMAS,
    Diagnostic,
    Explain,
    Refused,
    Request,
    SearchRetrieve,
    request,
)

from .zone import Answered

SEARCH = SearchRetrieve("rivers", 1, 10, "marcxml", False)


@pytest.mark.parametrize(
    ("arguments", "asked"),
    [
        ([], Explain()),
        ([("operation", "explain"), ("query", "rivers")], Explain()),
        ([("query", "rivers")], SEARCH),
        ([("version", "1.2"), ("operation", "searchRetrieve"), ("query", "rivers")], SEARCH),
        ([("query", "rivers"), ("query", "lakes")], SEARCH),
        ([("query", "rivers"), ("startRecord", "11"), ("maximumRecords", "5")], SEARCH._replace(first=11, most=5)),
        ([("query", "rivers"), ("startRecord", ""), ("maximumRecords", " 0 ")], SEARCH._replace(most=0)),
        ([("query", "rivers"), ("maximumRecords", "999999999")], SEARCH._replace(most=MOST_RECORDS)),
        ([("query", "rivers"), ("recordSchema", "MODS")], SEARCH._replace(schema="mods")),
        ([("query", "rivers"), ("recordPacking", "string")], SEARCH._replace(as_text=True)),
        ([("query", "rivers"), ("x-anything", "1"), ("stylesheet", "/s.xsl")], SEARCH),
    ],
)
def test_asks(arguments: list[tuple[str, str]], asked: Explain | SearchRetrieve):
    assert request(arguments) == asked


NAMES = st.sampled_from(
    ["version", "operation", "query", "startRecord", "maximumRecords", "recordSchema", "recordPacking", "x"]
)
VALUES = st.one_of(st.text(max_size=20), st.sampled_from(["1.2", "searchRetrieve", "explain", "dc", "10", "xml", "٣"]))


def request_or_refusal(arguments: list[tuple[str, str]]) -> Request | Diagnostic:
    try:
        return request(arguments)
    except Refused as refused:
        return refused.diagnostic


@given(st.lists(st.tuples(NAMES, VALUES)))
def test_any_arguments_are_a_request_or_refused_in_xml(arguments: list[tuple[str, str]]):
    asked = request_or_refusal(arguments)
    if isinstance(asked, Diagnostic):
        assert Answered(layout.refused(asked)).diagnostic[0] == asked.number
    if isinstance(asked, SearchRetrieve):
        assert asked.query
        assert asked.first >= 1
        assert 0 <= asked.most <= MOST_RECORDS
        assert asked.schema in SCHEMAS


@pytest.mark.parametrize("number", DIAGNOSTICS)
def test_every_diagnostic_has_words(number: int):
    alone = Answered(layout.refused(Diagnostic(number), explaining=True))
    assert alone.diagnostic == (number, "", DIAGNOSTICS[number])
    assert alone.tree.tag.endswith("explainResponse")
    more = Answered(layout.refused(Diagnostic(number, "<&>\0", 'said "so"')))
    assert more.diagnostic == (number, "<&>\N{REPLACEMENT CHARACTER}", f'{DIAGNOSTICS[number]}: said "so"')


def test_records_come_as_elements_or_as_text():
    shown = [layout.Shown("99<1>", "<a>ö &amp; </a>".encode()), layout.Shown("992", Diagnostic(65, "992"))]
    elements = Answered(layout.found(7, shown, first=3, following=5, schema="dc", as_text=False))
    assert (elements.total, elements.names, elements.following) == (7, ["99<1>", "992"], 5)
    assert elements.diagnostic[:2] == (65, "992")
    text = Answered(layout.found(7, shown, first=3, following=0, schema="dc", as_text=True))
    contents = [one.text or "" for one in text.tree.iter("{http://www.loc.gov/zing/srw/}recordData")]
    assert contents[0] == "<a>ö &amp; </a>"
    assert ElementTree.fromstring(contents[1]).tag.endswith("diagnostic")
