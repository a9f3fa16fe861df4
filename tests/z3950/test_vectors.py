"""What a real client sends is read, whole, octet by octet, and with more behind it."""

import pytest

from gateway.frontends.z3950 import wire
from gateway.frontends.z3950.apdus import charneg, encode
from gateway.frontends.z3950.apdus.init import InitRequest

from .rewriting import definite
from .samples import REQUESTS
from .vectors import UTF_8, VECTORS


def heard(connection: wire.Connection, *pieces: bytes) -> list[wire.Event]:
    found = []
    for piece in pieces:
        connection.receive(piece)
        while (event := connection.next_event()) is not None:
            found.append(event)
    return found


@pytest.mark.parametrize("command", VECTORS)
def test_command_is_read_whole(command):
    octets, apdu = VECTORS[command]
    assert heard(wire.Connection(), bytes.fromhex(octets)) == [apdu]


@pytest.mark.parametrize("command", VECTORS)
def test_command_is_read_octet_by_octet(command):
    octets, apdu = VECTORS[command]
    pieces = [bytes((octet,)) for octet in bytes.fromhex(octets)]
    connection = wire.Connection()
    assert heard(connection, *pieces[:-1]) == []
    assert connection.within
    assert heard(connection, pieces[-1]) == [apdu]
    assert not connection.within


@pytest.mark.parametrize("command", VECTORS)
def test_command_is_read_before_junk(command):
    octets, apdu = VECTORS[command]
    connection = wire.Connection()
    connection.receive(bytes.fromhex(octets) + b"\r\n")
    assert connection.next_event() == apdu
    with pytest.raises(wire.ProtocolError):
        connection.next_event()


@pytest.mark.parametrize("command", VECTORS)
def test_command_is_written_as_the_client_does(command):
    octets, apdu = VECTORS[command]
    assert encode(apdu) == definite(bytes.fromhex(octets))


def test_commands_are_read_in_one_piece():
    octets = b"".join(bytes.fromhex(octets) for octets, _ in VECTORS.values())
    assert heard(wire.Connection(), octets) == [apdu for _, apdu in VECTORS.values()]


def test_negotiation_of_a_client_is_read():
    _, apdu = VECTORS["init, authentication grp user secret, negcharset utf-8, lang eng"]
    assert isinstance(apdu, InitRequest)
    assert charneg.negotiated(apdu) == UTF_8


def test_all_requests_are_read_in_one_piece():
    octets = b"".join(map(encode, REQUESTS.values()))
    assert heard(wire.Connection(), octets) == list(REQUESTS.values())
