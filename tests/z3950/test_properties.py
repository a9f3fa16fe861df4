"""What holds of any bytes: how they are split does not matter, and only the protocol's error escapes."""

import tracemalloc

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.frontends.z3950 import oids, wire
from gateway.frontends.z3950.apdus import (
    REQUEST_LIMITS,
    RESPONSE_LIMITS,
    charneg,
    decode,
    diagnostics,
    encode,
    opac,
    sutrs,
)
from gateway.frontends.z3950.apdus.external import Encoded, External
from gateway.frontends.z3950.apdus.init import InitRequest, InitResponse, Open
from gateway.frontends.z3950.apdus.present import PresentResponse
from gateway.frontends.z3950.apdus.rpn import Attribute, AttributesPlusTerm, Boolean, Operation, ResultSet, RpnQuery
from gateway.frontends.z3950.apdus.search import SearchRequest
from gateway.frontends.z3950.ber import Malformed

from .rewriting import endless_inside, indefinite
from .samples import ALL, REQUESTS
from .target import OPAC
from .transcript import END, events, pieces

MEMORY = 64 * 1024 * 1024
"""Octets that a request of the largest size may take while it is read: 128 for each of its own."""
MUTATIONS = 6

SMALL = {name: octets for name, apdu in ALL.items() if len(octets := encode(apdu)) < 2_000}
ASKED = [octets for name, octets in SMALL.items() if name in REQUESTS]
TOLD = list(SMALL.values())
tags = [b"\x30\x80", b"\xa0\x80", b"\x00\x00", b"\xbf\x2c", b"\xbf\x66", b"\x9f\x2d", b"\x28", b"\x84\x7f\xff\xff\xff"]
fragments = st.one_of(st.binary(max_size=4), st.sampled_from(tags), st.sampled_from(ASKED))
cuts = st.lists(st.integers(0, 400), max_size=12)


@st.composite
def mutated(draw: st.DrawFn, originals: list[bytes]) -> bytes:
    """One of these units with a few octets changed, dropped or put in."""
    sent = bytearray(draw(st.sampled_from(originals)))
    if draw(st.booleans()):
        sent = bytearray(draw(st.sampled_from([indefinite, endless_inside]))(bytes(sent)))
    for _ in range(draw(st.integers(0, MUTATIONS))):
        at = draw(st.integers(0, len(sent)))
        sent[at : at + draw(st.integers(0, 3))] = draw(fragments)
    return bytes(sent)


streams = st.one_of(
    st.binary(max_size=60),
    st.lists(fragments, max_size=6).map(b"".join),
    st.lists(mutated(ASKED), max_size=3).map(b"".join),
)


def told(chunks: list[bytes]) -> list[object]:
    """All that a connection says of these chunks and of the end."""
    connection = wire.Connection()
    lines: list[object] = []
    for chunk in [*filter(None, chunks), END]:
        connection.receive(chunk)
        for event in events(connection):
            lines.append((str(event), event.close) if isinstance(event, wire.ProtocolError) else event)
    return lines


@given(streams, cuts)
@settings(max_examples=400)
def test_how_bytes_are_split_does_not_matter(sent, at):
    whole = told([sent])
    assert told(pieces(sent, at)) == whole
    assert told(pieces(sent, range(len(sent)))) == whole
    assert whole[-1] == wire.Closed()


@given(mutated(TOLD))
@settings(max_examples=1_000)
def test_only_malformed_escapes(octets):
    try:
        apdu = decode(octets, RESPONSE_LIMITS)
    except Malformed:
        return
    assert decode(encode(apdu)) == apdu


@given(mutated([encode_ for name, encode_ in SMALL.items() if name.startswith(("init", "presented"))]))
@settings(max_examples=400)
def test_only_malformed_escapes_from_what_is_carried(octets):
    try:
        read_carried(decode(octets, RESPONSE_LIMITS))
    except Malformed:
        return


def read_carried(apdu: object) -> None:
    match apdu:
        case InitResponse():
            charneg.negotiated(apdu)
            diagnostics.reasons(apdu)
        case InitRequest():
            carried = charneg.negotiated(apdu)
            for character_set in carried.character_sets if isinstance(carried, charneg.Proposal) else ():
                charneg.name(character_set)
        case PresentResponse(records=tuple(records)):
            for record in records:
                if isinstance(record.record, External):
                    (opac.opac if record.record.direct_reference == oids.OPAC else sutrs.sutrs)(record.record)


opac_octets = opac.external(OPAC).encoding
assert isinstance(opac_octets, Encoded)


@given(mutated([opac_octets.octets]))
@settings(max_examples=400)
def test_only_malformed_escapes_from_an_opac_record(octets):
    try:
        opac.opac(External(oids.OPAC, Encoded(octets)))
    except Malformed:
        return


numbers = st.integers(-(2**63), 2**63 - 1)
attributes = st.builds(Attribute, numbers, numbers)
terms = st.one_of(st.binary(max_size=20), numbers, st.text(st.characters(codec="utf-8"), max_size=20), st.none())
operands = st.one_of(
    st.builds(AttributesPlusTerm, st.lists(attributes, max_size=3).map(tuple), terms),
    st.builds(ResultSet, st.text(st.characters(codec="utf-8"), max_size=8)),
)
trees = st.recursive(
    operands, lambda nodes: st.builds(Operation, nodes, nodes, st.sampled_from(Boolean)), max_leaves=30
)


@given(trees, st.lists(st.text(st.characters(codec="utf-8"), max_size=8), max_size=3), numbers)
@settings(max_examples=200)
def test_any_query_is_read_as_it_was_written(root, databases, bound):
    request = SearchRequest(bound, 1, 0, True, "default", tuple(databases), RpnQuery(oids.BIB_1, root))
    assert decode(encode(request), REQUEST_LIMITS) == request
    assert decode(indefinite(encode(request)), REQUEST_LIMITS) == request


def test_memory_for_the_largest_request_is_bounded():
    count = REQUEST_LIMITS.octets // 2 - 10
    octets = b"\xb6\x83" + (count * 2).to_bytes(3, "big") + b"\x05\x00" * count
    tracemalloc.start()
    for sent in (octets, b"\xb6\x80" + b"\xb2\x80\x00\x00" * (count // 2)):
        connection = wire.Connection()
        connection.receive(sent)
        assert any(isinstance(event, wire.ProtocolError) for event in events(connection))
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < MEMORY


def test_credentials_are_not_in_a_text_of_an_apdu():
    assert "password" not in repr(Open("user/password"))
    assert "='password'" not in repr(REQUESTS["init-group"])
