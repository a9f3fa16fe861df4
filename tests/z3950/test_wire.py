"""Framing: APDUs out of bytes, however they come, and what is to be sent for what is none."""

import pytest

from gateway.frontends.z3950 import wire
from gateway.frontends.z3950.apdus import REQUEST_LIMITS, Close, CloseReason, decode, encode
from gateway.frontends.z3950.ber import DEPTH, Limits

from .rewriting import endless_inside, indefinite
from .samples import REQUESTS, RESPONSES
from .transcript import END, hear

INIT, SEARCH, PRESENT = (encode(REQUESTS[name]) for name in ("init", "search-tree", "present"))
SMALL = Limits(octets=100, elements=20)


def octet_by_octet(sent: bytes) -> list[bytes]:
    return [bytes((octet,)) for octet in sent]


def test_conversation():
    connection = wire.Connection()
    assert hear(connection, INIT) == ["InitRequest"]
    assert hear(connection, SEARCH + PRESENT) == ["SearchRequest", "PresentRequest"]
    assert hear(connection, PRESENT[:5]) == []
    assert hear(connection, PRESENT[5:]) == ["PresentRequest"]
    assert hear(connection, END) == ["closed"]


def test_client_reads_responses():
    connection = wire.Connection("responses")
    sent = encode(RESPONSES["init-accepted"]) + encode(RESPONSES["presented"])
    assert hear(connection, sent, END) == ["InitResponse", "PresentResponse", "closed"]


@pytest.mark.parametrize("rewritten", [indefinite, endless_inside])
def test_indefinite_lengths_octet_by_octet(rewritten):
    connection = wire.Connection()
    sent = rewritten(SEARCH)
    assert hear(connection, *octet_by_octet(sent)[:-1]) == []
    assert hear(connection, sent[-1:]) == ["SearchRequest"]
    assert hear(connection, INIT) == ["InitRequest"]


def test_connection_that_says_nothing():
    assert hear(wire.Connection(), END) == ["closed"]


@pytest.mark.parametrize("end", range(1, len(PRESENT)))
def test_connection_that_ends_within_an_apdu(end):
    connection = wire.Connection()
    assert hear(connection, PRESENT[:end], END) == [
        f"error: the connection ended within an APDU at octet {end}",
        "closed",
    ]


@pytest.mark.parametrize(
    "sent",
    [
        b"GET / HTTP/1.1\r\n",
        b"\x16\x03\x01\x02\x00",
        b"AK01CARLI_XYZ",
        b"\0\0",
        b"\x30\x80",
        b"\x94\x00",
        b"\xb3\x00",
        b"\xbf\x25\x00",
        b"\xbf\x85\x34\x00",
        encode(RESPONSES["init-accepted"]),
    ],
)
def test_what_is_no_request_is_told_at_once(sent):
    connection = wire.Connection()
    assert hear(connection, sent) == ["error: no APDU begins so at octet 0"]
    assert hear(connection, INIT, END) == ["closed"]


def test_responses_and_requests_are_not_mixed_up():
    assert hear(wire.Connection("responses"), INIT) == ["error: no APDU begins so at octet 0"]


def test_close_is_read_from_both_sides():
    sent = encode(REQUESTS["close"])
    assert hear(wire.Connection("requests"), sent) == hear(wire.Connection("responses"), sent) == ["Close"]


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        (b"\xb4\x89" + bytes(9), "a length is too long at octet 1"),
        (b"\xb4\xff", "a length is too long at octet 1"),
        (b"\xbf\x80\x80\x80\x00", "a tag number is too long at octet 1"),
        (b"\xb4\x84\x7f\xff\xff\xff", f"an APDU of more than {REQUEST_LIMITS.octets} octets at octet 0"),
        (b"\xb4\x88" + b"\xff" * 8, f"an APDU of more than {REQUEST_LIMITS.octets} octets at octet 0"),
        (b"\xb4\x80\x83\x84\x7f\xff\xff\xff", "an element is longer than what it stands in at octet 2"),
        (b"\xb4\x80\x83\x80", "an indefinite length of what has no parts at octet 2"),
        (b"\xb4\x80\xa3\x02\x00\x00", "an end mark where nothing ends at octet 4"),
        (b"\xb4\x80\xa3\x01\x83\x01", "an element is longer than what it stands in at octet 4"),
        (b"\xb4\x80" * (DEPTH + 1), f"nested too deep at octet {2 * DEPTH}"),
        (b"\xb4\x00", "InitRequest without protocol_version at octet 2"),
        (b"\xb4\x02\x83\x09", "an element is longer than what it stands in at octet 13"),
        (b"\xb4\x01\x83", "an element is cut off at octet 3"),
    ],
)
def test_what_is_malformed_is_told_before_more_comes(sent, said):
    assert hear(wire.Connection(), sent) == [f"error: {said}"]
    assert hear(wire.Connection(), *octet_by_octet(sent)) == [f"error: {said}"]


def test_error_says_what_to_send():
    connection = wire.Connection()
    connection.receive(b"\xb4\x00")
    with pytest.raises(wire.ProtocolError) as caught:
        connection.next_event()
    words = "InitRequest without protocol_version at octet 2"
    assert caught.value.close == Close(CloseReason.PROTOCOL_ERROR, words)
    assert decode(caught.value.answer) == caught.value.close
    assert caught.value.offset == 2


def test_error_shows_nothing_that_was_sent():
    sent = encode(REQUESTS["init-group"]).replace(b"\x85\x03", b"\x85\x09")
    assert [line for line in hear(wire.Connection(), sent) if "password" in line] == []


@pytest.mark.parametrize("endless", [False, True])
def test_apdu_of_the_largest_size_is_read(endless):
    sent = indefinite(PRESENT) if endless else PRESENT
    assert hear(wire.Connection(limits=Limits(len(sent), 100)), sent) == ["PresentRequest"]
    refused = hear(wire.Connection(limits=Limits(len(sent) - 3, 100)), sent)
    assert len(refused) == 1
    assert refused[0].startswith("error: an")


@pytest.mark.parametrize("endless", [False, True])
def test_elements_are_counted(endless):
    sent = indefinite(PRESENT) if endless else PRESENT
    assert hear(wire.Connection(limits=Limits(1_000, 4)), sent) == ["PresentRequest"]
    assert hear(wire.Connection(limits=Limits(1_000, 3)), sent)[0].startswith("error: too many elements at octet")


def test_endless_apdu_takes_no_more_memory_than_allowed():
    connection = wire.Connection(limits=SMALL)
    lines = hear(connection, b"\xb4\x80", *[b"\x83\x05abcde"] * 50)
    assert lines == ["error: an element is longer than what it stands in at octet 100"]
    assert not connection.within
