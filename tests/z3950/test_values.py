"""Integers, bit strings, strings and object identifiers: what they say, and how long they may be."""

import pytest

from gateway.frontends.z3950 import asn1, values
from gateway.frontends.z3950.ber import DEPTH, Malformed, Oid, Reader, Universal


def whole(content: asn1.Content, octets: bytes) -> object:
    """What a content of these octets says."""
    element = asn1.tagged(Universal.SEQUENCE, content)
    constructed = content.primitive is None
    head = bytes((0x30 if constructed else 0x10,)) + b"\x84" + len(octets).to_bytes(4, "big")
    return asn1.whole(element)(Reader(head + octets, 10_000))


@pytest.mark.parametrize("value", [0, 1, 127, 128, 255, 256, -1, -128, -129, 2**31, -(2**31), 2**63 - 1, -(2**63)])
def test_integer_is_read_as_it_was_written(value):
    assert whole(asn1.INTEGER, values.write_integer(value)) == value


def test_integer_may_be_padded():
    assert whole(asn1.INTEGER, bytes(7) + b"\x05") == 5


@pytest.mark.parametrize("octets", [b"", bytes(values.INTEGER_OCTETS + 1)])
def test_integer_of_another_length_is_malformed(octets):
    with pytest.raises(Malformed):
        whole(asn1.INTEGER, octets)


@pytest.mark.parametrize(
    ("octets", "bits"),
    [
        (b"\x00", 0),
        (b"\x00\xe0", 0b111),
        (b"\x05\xe0", 0b111),
        (b"\x05\xff", 0b111),
        (b"\x00\xe9\xa2", 0x4597),
        (b"\x07\x00\x80", 1 << 8),
        (b"\x00" + b"\xff" * 8, 2**64 - 1),
        (b"\x07", 0),
    ],
)
def test_bits_are_counted_from_the_first(octets, bits):
    assert whole(asn1.BITS, octets) == bits


@pytest.mark.parametrize("octets", [b"", b"\x08\xff", bytes(values.INTEGER_OCTETS + 2)])
def test_bits_of_another_length_are_malformed(octets):
    with pytest.raises(Malformed):
        whole(asn1.BITS, octets)


@pytest.mark.parametrize(
    ("octets", "dotted"),
    [
        ("2a8648ce13050a", "1.2.840.10003.5.10"),
        ("28d316010008", "1.0.10646.1.0.8"),
        ("00", "0.0"),
        ("27", "0.39"),
        ("8837", "2.999"),
        ("2a" + "ff" * 62 + "7f", f"1.2.{2 ** (7 * 63) - 1}"),
    ],
)
def test_object_identifier_is_read_and_written(octets, dotted):
    assert whole(asn1.OID, bytes.fromhex(octets)) == dotted
    assert values.write_oid(Oid(dotted)).hex() == octets


@pytest.mark.parametrize("octets", [b"", b"\x80", b"\x2a\x86", b"\x2a" + b"\xff" * 63 + b"\x7f"])
def test_object_identifier_that_is_none_is_malformed(octets):
    with pytest.raises(Malformed):
        whole(asn1.OID, octets)


@pytest.mark.parametrize(("octets", "value"), [(b"\x00", False), (b"\x01", True), (b"\xff", True)])
def test_boolean_is_read(octets, value):
    assert whole(asn1.BOOLEAN, octets) is value


@pytest.mark.parametrize(
    ("content", "octets"), [(asn1.BOOLEAN, b""), (asn1.BOOLEAN, b"\0\1"), (asn1.NULL, b"\0")], ids=["b0", "b2", "n1"]
)
def test_boolean_and_null_of_another_length_are_malformed(content, octets):
    with pytest.raises(Malformed):
        whole(content, octets)


@pytest.mark.parametrize(("octets", "text"), [("Ærø 書".encode(), "Ærø 書"), (b"Caf\xe9", "Café"), (b"", "")])
def test_string_is_utf_8_or_else_latin_1(octets, text):
    assert whole(asn1.STRING, octets) == text


def test_string_that_cannot_be_encoded_is_written_all_the_same():
    assert values.write_string("a\udc80b") == b"a?b"


@pytest.mark.parametrize(
    ("octets", "joined"),
    [(b"\xa5\x00", b""), (b"\xa5\x08\x04\x01a\x24\x03\x04\x01b", b"ab"), (b"\xa5\x80\x04\x02ab\x00\x00", b"ab")],
)
def test_string_in_parts_is_joined(octets, joined):
    read = asn1.whole(asn1.tagged(5, asn1.OCTETS))
    assert read(Reader(octets, 10)) == joined
    assert asn1.whole(asn1.tagged(5, asn1.STRING))(Reader(octets, 10)) == joined.decode()


def test_parts_of_a_string_are_not_nested_without_end():
    octets = b"\x04\x00"
    for _ in range(DEPTH):
        octets = b"\x24\x84" + len(octets).to_bytes(4, "big") + octets
    with pytest.raises(Malformed, match="nested too deep"):
        asn1.whole(asn1.tagged(Universal.OCTET_STRING, asn1.OCTETS))(Reader(octets, 1_000))
