"""Each limit of an APDU is kept: what reaches it is read, what is beyond is malformed, and neither costs much."""

from collections.abc import Callable
from time import process_time

import pytest

from gateway.frontends.z3950 import oids
from gateway.frontends.z3950.apdus import (
    REQUEST_LIMITS,
    Apdu,
    charneg,
    control,
    decode,
    diagnostics,
    elements,
    encode,
    opac,
    present,
    records,
    rpn,
    scan,
    search,
    sets,
    sort,
)
from gateway.frontends.z3950.apdus.external import OTHER_INFORMATION, OtherInformation
from gateway.frontends.z3950.apdus.init import InitRequest
from gateway.frontends.z3950.apdus.records import NamePlusRecord
from gateway.frontends.z3950.ber import DEPTH, Malformed

from .samples import ASCENDING, OUT_OF_RANGE, RIVERS, TITLE, found, init, term
from .samples import search as searching
from .target import RECORDS

QUICK = 2.0
"""Seconds of work that the costliest unit may take, on a machine that has other things to do."""


def chain(operands: int) -> Apdu:
    """A query of so many operands, each or'ed to all before it."""
    root: rpn.Node = RIVERS
    for _ in range(operands - 1):
        root = rpn.Operation(root, RIVERS, rpn.Boolean.OR)
    return searching(rpn.RpnQuery(oids.BIB_1, root))


def broad(operands: int) -> Apdu:
    """A query of so many operands that is as flat as it can be."""
    nodes: list[rpn.Node] = [RIVERS] * operands
    while len(nodes) > 1:
        pairs = [
            rpn.Operation(left, right, rpn.Boolean.OR) for left, right in zip(nodes[::2], nodes[1::2], strict=False)
        ]
        nodes = pairs + nodes[len(pairs) * 2 :]
    return searching(rpn.RpnQuery(oids.BIB_1, nodes[0]))


def proposing(character_sets: int) -> Apdu:
    return init(None, charneg.information(charneg.Proposal((charneg.Iso10646(oids.UTF_8),) * character_sets)))


LIMITS: dict[str, tuple[Callable[[int], Apdu], int]] = {
    "operands": (broad, rpn.OPERANDS),
    "attributes": (
        lambda count: searching(rpn.RpnQuery(oids.BIB_1, rpn.AttributesPlusTerm((TITLE,) * count, b""))),
        rpn.ATTRIBUTES,
    ),
    "values": (
        lambda count: searching(
            rpn.RpnQuery(oids.BIB_1, rpn.AttributesPlusTerm((rpn.Attribute(1, rpn.Complex((4,) * count)),), b""))
        ),
        rpn.VALUES,
    ),
    "term": (lambda count: term(bytes(count)), rpn.TERM_OCTETS),
    "term in characters": (lambda count: term("x" * count), rpn.TERM_OCTETS),
    "databases": (
        lambda count: search.SearchRequest(0, 1, 0, True, "1", ("x",) * count, search.Type2Query(b"")),
        elements.DATABASES,
    ),
    "element sets": (
        lambda count: present.PresentRequest("1", 1, 1, (), (elements.DatabaseElements("x", "F"),) * count),
        elements.DATABASES,
    ),
    "syntaxes": (
        lambda count: present.PresentRequest(
            "1", 1, 1, (), elements.CompSpec(True, record_syntaxes=(oids.XML,) * count)
        ),
        elements.SYNTAXES,
    ),
    "ranges": (lambda count: present.PresentRequest("1", 1, 1, (present.Range(1, 1),) * count), present.RANGES),
    "sort keys": (
        lambda count: sort.SortRequest(("1",), "1", (sort.SortKeySpec("title", *ASCENDING),) * count),
        sort.KEYS,
    ),
    "sorted sets": (lambda count: sort.SortRequest(("1",) * count, "1", ()), sort.SETS),
    "deleted sets": (
        lambda count: sets.DeleteResultSetRequest(sets.DeleteFunction.LIST, ("1",) * count),
        sets.SETS,
    ),
    "other information": (
        lambda count: control.ResourceReportRequest(other_information=(OtherInformation("x"),) * count),
        OTHER_INFORMATION,
    ),
}
"""What makes a request of so many, and how many may be."""


ANSWER_LIMITS: dict[str, tuple[Callable[[int], Apdu], int]] = {
    "records": (lambda count: found(*[NamePlusRecord(RECORDS[oids.SUTRS])] * count), records.AT_ONCE),
    "diagnostics": (
        lambda count: sort.SortResponse(sort.SortStatus.FAILURE, None, (OUT_OF_RANGE,) * count),
        diagnostics.AT_ONCE,
    ),
    "terms": (
        lambda count: scan.ScanResponse(
            scan.ScanStatus.SUCCESS, count, entries=scan.ListEntries((scan.TermInfo(b"x"),) * count)
        ),
        scan.ENTRIES,
    ),
    "other terms": (
        lambda count: scan.ScanResponse(
            scan.ScanStatus.SUCCESS, 1, entries=scan.ListEntries((scan.TermInfo(b"", alternatives=(RIVERS,) * count),))
        ),
        scan.ALTERNATIVES,
    ),
    "sets that are gone": (
        lambda count: sets.DeleteResultSetResponse(
            sets.DeleteStatus.SUCCESS, (sets.SetStatus("1", sets.DeleteStatus.SUCCESS),) * count
        ),
        sets.SETS,
    ),
}
"""The same of answers."""


@pytest.mark.parametrize("what", ANSWER_LIMITS)
def test_limit_of_an_answer_is_kept(what):
    make, most = ANSWER_LIMITS[what]
    assert decode(encode(make(most))) == make(most)
    with pytest.raises(Malformed):
        decode(encode(make(most + 1)))


@pytest.mark.parametrize("what", LIMITS)
def test_limit_is_kept(what):
    make, most = LIMITS[what]
    assert decode(encode(make(most)), REQUEST_LIMITS) == make(most)
    with pytest.raises(Malformed):
        decode(encode(make(most + 1)), REQUEST_LIMITS)


def test_character_sets_of_a_proposal_are_limited():
    for count, sound in ((charneg.PROPOSED, True), (charneg.PROPOSED + 1, False)):
        request = decode(encode(proposing(count)))
        assert isinstance(request, InitRequest)
        if sound:
            assert charneg.negotiated(request)
            continue
        with pytest.raises(Malformed):
            charneg.negotiated(request)


def test_holdings_of_a_record_are_limited():
    assert opac.opac(opac.external(opac.OpacRecord(None, (opac.Holding(),) * opac.HOLDINGS)))
    with pytest.raises(Malformed):
        opac.opac(opac.external(opac.OpacRecord(None, (opac.Holding(),) * (opac.HOLDINGS + 1))))


def test_query_is_nested_as_deep_as_people_write_it():
    assert decode(encode(chain(100)), REQUEST_LIMITS) == chain(100)


def test_query_that_is_nested_deeper_is_malformed():
    with pytest.raises(Malformed, match="nested too deep"):
        decode(encode(chain(DEPTH)), REQUEST_LIMITS)


def filled(tag: bytes, content: bytes) -> bytes:
    """An element with a length of three octets."""
    return tag + b"\x83" + len(content).to_bytes(3, "big") + content


FILL = REQUEST_LIMITS.octets - 100
DEAR: dict[str, bytes] = {
    "empty elements": filled(b"\xb4", b"\x05\x00" * (FILL // 2)),
    "empty lists": filled(b"\xb6", b"\xb2\x00" * (FILL // 2)),
    "open ends": b"\xb4\x80" + b"\xb4\x80" * (FILL // 2),
    "open ends in turn": b"\xb4\x80" + b"\xb4\x80\x00\x00" * (FILL // 4),
    "open ends inside": filled(b"\xb4", b"\xb4\x80\x00\x00" * (FILL // 4)),
    "tag numbers": filled(b"\xb4", b"\xbf\xff\x7f\x00" * (FILL // 4)),
    "one octet string": filled(b"\xb4", filled(b"\x82", bytes(FILL))),
    "parts of a string": filled(b"\xb4", filled(b"\xa2", b"\x04\x00" * (FILL // 2))),
}


@pytest.mark.parametrize("what", DEAR)
def test_dearest_requests_are_cheap(what):
    began = process_time()
    with pytest.raises(Malformed):
        decode(DEAR[what], REQUEST_LIMITS)
    assert process_time() - began < QUICK
