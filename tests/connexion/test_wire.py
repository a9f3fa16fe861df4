"""Bytes that reach the Gateway Export port, what is read from them, and what goes back."""

import string
from collections.abc import Callable
from typing import NamedTuple

import pytest

from gateway.frontends.connexion import wire
from gateway.frontends.connexion.readings import ITEM_VALUE_BYTES, SPACES
from gateway.frontends.connexion.vectors import events
from gateway.model import Logon, Reason

from .transcript import BROWSER, DESKTOP, END, LOGON, ONE, THREE, TWO, WHOLE, cut, hear, lines, record

HTTP_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
"""POST, PUT and PATCH begin like a P item."""
SMALL = 100
"""A limit on a message, in bytes, that a test can cross."""
RECORD_BYTES = 99_999
"""The longest record that five digits can declare."""
SERVED = DESKTOP + ONE


class Case(NamedTuple):
    """One connection: what the client sends, what is heard while it sends, and what when it then ends its side."""

    name: str
    sent: bytes
    heard: tuple[str, ...]
    at_end: tuple[str, ...] = ("closed",)
    message_bytes: int = wire.MESSAGE_BYTES


SPEC_EXAMPLES = (
    Case("desktop", b"AK01CARLI_XYZPFsecret" + ONE + b"\0", (LOGON, "record one")),
    Case("browser", b"A1101CARLI_XYZP6secret" + ONE, (LOGON, "record one")),
    Case(
        "spaces-and-empty-items", b" U@ A1501CARLI_NETWORK P0 " + ONE, ("logon U= A=01CARLI_NETWORK P=", "record one")
    ),
    Case("password-first", b"P6secretA1101CARLI_XYZ" + ONE, ("logon P=secret A=01CARLI_XYZ", "record one")),
    Case(
        "password-like-an-item",
        b"A1101CARLI_XYZP14ALEXANDRIA2026" + ONE,
        ("logon A=01CARLI_XYZ P=ALEXANDRIA2026", "record one"),
    ),
)

ITEMS = (
    Case("none", ONE, ("record one",)),
    Case("none-but-spaces", b"   " + ONE, ("record one",)),
    Case("logon-id-only", b"AK01CARLI_XYZ" + ONE, ("logon A=01CARLI_XYZ", "record one")),
    Case("password-only", b"P6secret" + ONE, ("logon P=secret", "record one")),
    Case("user-id-only", b"UCjoe" + ONE, ("logon U=joe", "record one")),
    Case("user-id-beside", b"UCjoe" + DESKTOP + ONE, ("logon U=joe A=01CARLI_XYZ P=secret", "record one")),
    Case("order-PUA", b"P6secretU3joeA1101CARLI_XYZ" + ONE, ("logon P=secret U=joe A=01CARLI_XYZ", "record one")),
    Case("all-empty-desktop", b"U@A@P@" + ONE, ("logon U= A= P=", "record one")),
    Case("all-empty-browser", b"U0A0P0" + ONE, ("logon U= A= P=", "record one")),
    Case("both-length-forms", b"AK01CARLI_XYZP6secret" + ONE, (LOGON, "record one")),
    Case("spaces-everywhere", b"  A1101CARLI_XYZ   P6secret  " + ONE, (LOGON, "record one")),
    Case("spaces-within-values", b"AC x PA " + ONE, ("logon A= x  P= ", "record one")),
    Case("two-digit-length", b"P12abcdefghijkl" + ONE, ("logon P=abcdefghijkl", "record one")),
    Case("three-digit-length", b"P100" + b"x" * 100 + ONE, ("logon P=" + "x" * 100, "record one")),
    Case("longest-desktop", b"P\xff" + b"x" * 191 + ONE, ("logon P=" + "x" * 191, "record one")),
    Case("longest-browser", b"P191" + b"x" * 191 + ONE, ("logon P=" + "x" * 191, "record one")),
    Case("bytes-not-characters-desktop", "PJpässwörd".encode() + ONE, ("logon P=pässwörd", "record one")),
    Case("bytes-not-characters-browser", "P10pässwörd".encode() + ONE, ("logon P=pässwörd", "record one")),
    Case("latin-1", "PHpässwörd".encode("latin-1") + ONE, (r"logon P=p\xe4ssw\xf6rd", "record one")),
    Case("controls-in-value", b"PD\0\x1d\r\n" + ONE, ("logon P=\0\x1d\r\n", "record one")),
    Case("telnet-octet-in-value", b"PC\xff\xfb\x01" + ONE, (r"logon P=\xff\xfb" + "\x01", "record one")),
    Case(
        "message-in-value",
        b"P" + bytes((0x40 + len(SERVED),)) + SERVED + TWO,
        (f"logon P={SERVED.decode()}", "record two"),
    ),
    Case("digits-desktop", b"AA1PH12345678" + ONE, ("logon A=1 P=12345678", "record one")),
    Case("digits-browser", b"A11P812345678" + ONE, ("logon A=1 P=12345678", "record one")),
    Case("record-length-in-value", b"P500026" + ONE, ("logon P=00026", "record one")),
    Case("empty-password-before-record", b"A1101CARLI_XYZP0" + ONE, ("logon A=01CARLI_XYZ P=", "record one")),
    Case("looks-like-POST", b"PO" + b"STamp-collector" + ONE, ("logon P=STamp-collector", "record one")),
    Case("looks-like-PUT", b"PU" + b"T-" * 10 + b"T" + ONE, ("logon P=" + "T-" * 10 + "T", "record one")),
)

CONVERSATIONS = (
    Case("nothing-between", SERVED + DESKTOP + TWO, (LOGON, "record one", LOGON, "record two")),
    Case("browser", BROWSER + ONE + BROWSER + TWO, (LOGON, "record one", LOGON, "record two")),
    Case("separators-first", b"\r\n\0 \n" + SERVED, (LOGON, "record one")),
    Case("NUL-between", SERVED + b"\0" + SERVED, (LOGON, "record one") * 2),
    Case("CR-LF-between", SERVED + b"\r\n" + SERVED, (LOGON, "record one") * 2),
    Case("spaces-between", SERVED + b"   " + SERVED, (LOGON, "record one") * 2),
    Case("all-between", SERVED + b" \0\0\n\r \0" + SERVED + b"\0\r\n ", (LOGON, "record one") * 2),
    Case("without-items-afterwards", SERVED + TWO + b"\0" + THREE, (LOGON, "record one", "record two", "record three")),
    Case(
        "new-items-replace-old",
        b"UCjoe" + SERVED + b"AC01B" + TWO + b"P0" + THREE,
        ("logon U=joe A=01CARLI_XYZ P=secret", "record one", "logon A=01B", "record two", "logon P=", "record three"),
    ),
)

DAMAGED = (
    Case("tail", ONE[:-1] + b"x" + b"the rest\x1d" + TWO, ("record 26 unterminated", "record two")),
    Case("tail-like-a-message", ONE[:-1] + b"." + SERVED + TWO, ("record 26 unterminated", "record two")),
    Case(
        "tail-like-a-foreigner", ONE[:-1] + b".GET / HTTP/1.1\r\n<\x1d" + TWO, ("record 26 unterminated", "record two")
    ),
    Case("tail-with-logon-kept", DESKTOP + ONE[:-1] + b".\x1d" + TWO, (LOGON, "record 26 unterminated", "record two")),
    Case("tail-without-end", ONE[:-1] + b"." * 50, ("record 26 unterminated",)),
    Case("no-tail", ONE[:-1] + b".", ("record 26 unterminated",)),
    Case("length-too-small", b"00025" + ONE[5:] + TWO, ("record 25 unterminated", "record two")),
    Case("length-reaches-into-next", b"%05d" % len(ONE + TWO[:9]) + ONE[5:] + TWO, ("record 26", "record two")),
    Case("two-terminators-within", b"00080" + ONE[5:] + TWO + THREE, ("record 26", "record two", "record three")),
    Case("length-24", b"00024" + ONE[5:] + TWO, ("record 24 unterminated", "record two")),
    Case("length-23", b"00023" + ONE[5:] + TWO, ("record 23 unterminated", "record two")),
    Case("length-5", b"00005" + ONE[5:] + TWO, ("record 5 unterminated", "record two")),
    Case("length-0", b"00000" + ONE[5:] + TWO, ("record 5 unterminated", "record two")),
    Case("length-0-with-items", DESKTOP + b"00000\x1d" + TWO, (LOGON, "record 5 unterminated", "record two")),
    Case("digits-for-a-leader", DESKTOP + b"00026" + b"1" * 20 + b"\x1d" + TWO, (LOGON, "record 26", "record two")),
    Case("implausible-leader", DESKTOP + b"00026" + b"?" * 20 + b"\x1d" + TWO, (LOGON, "record 26", "record two")),
)

LIMITS = (
    Case("message-as-long-as-allowed", DESKTOP + record(b"x" * 40), (LOGON, "record 79"), message_bytes=SMALL),
    Case("message-too-long", DESKTOP + record(b"x" * 41), ("too long at 100",), message_bytes=SMALL),
    Case("each-message-counts-alone", SERVED * 3, (LOGON, "record one") * 3, message_bytes=SMALL),
    Case("separators-do-not-count", b"\0 \r\n" * 50 + SERVED, (LOGON, "record one"), message_bytes=SMALL),
    Case("spaces-as-many-as-allowed", b"U@" + b" " * SPACES + ONE, ("logon U=", "record one")),
    Case("spaces-too-many", b"U@" + b" " * (SPACES + 1) + ONE, (f"malformed at {SPACES + 2}",)),
    Case("value-of-192", b"P192" + b"x" * 192 + ONE, ("malformed at 22",)),
    Case("value-of-1000", b"P1000" + b"x" * 1000 + ONE, ("malformed at 104",)),
    Case("tail-too-long", ONE[:-1] + b"." * 76, ("record 26 unterminated", "closed"), message_bytes=SMALL),
    Case("tail-as-long-as-allowed", ONE[:-1] + b"." * 74 + b"\x1d", ("record 26 unterminated",), message_bytes=SMALL),
    Case("telnet-command", b"\xff\xfa\x18" + b"x" * 95 + b"\xff\xf0", ("telnet",), ("probe",), message_bytes=SMALL),
    Case("telnet-too-long", b"\xff\xfa\x18" + b"x" * 300 + b"\xff\xf0", ("too long at 100",), message_bytes=SMALL),
)

HTTP = (
    Case("health-check", b"GET /livez HTTP/1.1\r\nHost: gateway:5500\r\n\r\n", ("foreign http GET /livez",)),
    Case("health-check-without-headers", b"GET /livez HTTP/1.0\r\n", ("foreign http GET /livez",)),
    Case("health-check-of-edge-connexion", b"GET /admin/health HTTP/1.1\r\n", ("foreign http GET /admin/health",)),
    Case("no-version", b"GET /livez\n", ("foreign http GET /livez",)),
    Case("query", b"GET /find?user=joe&password=secret HTTP/1.1\r\n", ("foreign http GET /find",)),
    Case("fragment", b"GET /find#secret HTTP/1.1\r\n", ("foreign http GET /find",)),
    Case("long-path", b"GET /" + b"x" * 300 + b" HTTP/1.1\r\n", ("foreign http GET /" + "x" * 195,)),
    Case("line-that-does-not-end", b"GET /" + b"x" * 1995, ("foreign http GET /" + "x" * 195,)),
    Case("line-that-may-yet-end", b"GET /" + b"x" * 1994, (), ("foreign http GET /" + "x" * 195, "closed")),
    Case("terminal-control-in-path", b"GET /\x1b[2J\x07 HTTP/1.1\r\n", ("foreign http GET /?[2J?",)),
    Case("after-separators", b"\r\n\r\nGET / HTTP/1.1\r\n", ("foreign http GET /",)),
    Case("after-a-message", SERVED + b"GET / HTTP/1.1\r\n", (LOGON, "record one", "foreign http GET /")),
    Case("method-without-target", b"GET HTTP", ("malformed at 0",)),
    Case("method-in-lower-case", b"get / HTTP/1.1\r\n", ("malformed at 0",)),
)

TLS_AND_XML = (
    Case("tls", bytes.fromhex("16030100c8 010000c4 0303"), ("foreign tls",)),
    Case("tls-after-a-message", SERVED + b"\x16\x03\x01", (LOGON, "record one", "foreign tls")),
    Case("not-tls", b"\x16\x04\x01", ("malformed at 0",)),
    Case("xml", b"<?xml version='1.0'?><record/>", ("foreign xml",)),
    Case("xml-after-spaces", b" \r\n <record/>", ("foreign xml",)),
    Case("xml-desktop", DESKTOP + b"<record/>", (LOGON, "foreign xml")),
    Case("xml-desktop-after-spaces", DESKTOP + b"  <record/>", (LOGON, "foreign xml")),
    Case("xml-browser", BROWSER + b"<dc:title>Tide table</dc:title>" * 9, (LOGON, "foreign xml")),
    Case("xml-browser-short", BROWSER + b"<record/>", (), (LOGON, "foreign xml", "closed")),
    Case("xml-after-a-message", SERVED + b"<record/>", (LOGON, "record one", "foreign xml")),
)

TELNET = (
    Case("WILL", b"\xff\xfb\x18" + SERVED, ("telnet FFFE18", LOGON, "record one")),
    Case("DO", b"\xff\xfd\x03" + SERVED, ("telnet FFFC03", LOGON, "record one")),
    Case("WONT", b"\xff\xfc\x18" + SERVED, ("telnet", LOGON, "record one")),
    Case("DONT", b"\xff\xfe\x03" + SERVED, ("telnet", LOGON, "record one")),
    Case("SB-SE", b"\xff\xfa\x18\x00vt100\xff\xf0" + SERVED, ("telnet", LOGON, "record one")),
    Case("SB-like-a-message", b"\xff\xfa" + SERVED + b"\xff\xf0" + TWO, ("telnet", "record two")),
    Case("are-you-there", b"\xff\xf6" + SERVED, ("telnet", LOGON, "record one")),
    Case(
        "several",
        b"\xff\xfd\x03\xff\xfb\x18\xff\xfe\x01" + ONE,
        ("telnet FFFC03", "telnet FFFE18", "telnet", "record one"),
    ),
    Case("separators-between", b"\xff\xfd\x03\r\n\0" + SERVED, ("telnet FFFC03", LOGON, "record one")),
    Case("between-messages", SERVED + b"\xff\xfd\x03" + TWO, (LOGON, "record one", "telnet FFFC03", "record two")),
    Case("and-no-more", b"\xff\xfd\x03", ("telnet FFFC03",), ("probe",)),
    Case("after-a-message-and-no-more", SERVED + b"\xff\xfd\x03", (LOGON, "record one", "telnet FFFC03")),
    Case("no-command", b"\xff\x05" + SERVED, ("malformed at 1",)),
    Case("octet-255", b"\xff\xff" + SERVED, ("malformed at 1",)),
)

MALFORMED = (
    Case("impossible-length", b"U?abcde" + SERVED, ("malformed at 1",)),
    Case("impossible-second-length", b"AK01CARLI_XYZP?" + SERVED, ("malformed at 14",)),
    Case("no-length", b"A" + b" " + SERVED, ("malformed at 1",)),
    Case("tag-twice", b"AAxAAy" + ONE, ("malformed at 3",)),
    Case("tag-in-lower-case", b"a3joe" + ONE, ("malformed at 0",)),
    Case("unknown-tag", b"AAxQAy" + ONE, ("malformed at 3",)),
    Case("letter-in-record-length", b"AAx000a6" + ONE, ("malformed at 6",)),
    Case("sign-in-record-length", b"+0026" + ONE[5:], ("malformed at 0",)),
    Case("underscore-in-record-length", b"0_026" + ONE[5:], ("malformed at 1",)),
    Case("space-in-record-length", b"   26" + ONE[5:], ("malformed at 2",)),
    Case("digits-of-another-script", "٠٠٠٢٦".encode() + ONE[5:], ("malformed at 0",)),
    Case("ssh", b"SSH-2.0-OpenSSH_9.6\r\n", ("malformed at 0",)),
    Case("smtp", b"EHLO library.example\r\n", ("malformed at 0",)),
    Case("counted-from-its-message", SERVED + b"\0\r\n" + b"U?" + b"x" * 63, (LOGON, "record one", "malformed at 1")),
)

PARTING = (
    Case("probe", b"", (), ("probe",)),
    Case("probe-of-separators", b"\r\n\0 ", (), ("probe",)),
    Case("goodbye", SERVED + b"LOGOFF\r\n", (LOGON, "record one"), ("goodbye",)),
    Case("goodbye-after-separators", SERVED + b"\0\r\nBYE", (LOGON, "record one"), ("goodbye",)),
    Case("goodbye-of-one-byte", SERVED + b"\x04", (LOGON, "record one"), ("goodbye",)),
    Case("goodbye-like-an-item", SERVED + b"U?bye", (LOGON, "record one"), ("goodbye",)),
    Case("goodbye-of-a-tag", SERVED + b"P", (LOGON, "record one"), ("goodbye",)),
    Case("goodbye-of-64", SERVED + b"?" * 64, (LOGON, "record one"), ("goodbye",)),
    Case("goodbye-of-65", SERVED + b"?" * 65, (LOGON, "record one", "malformed at 0")),
    Case("goodbye-before-any-message", b"LOGOFF\r\n", ("malformed at 0",)),
)

CUT_OFF = (
    Case("tag", b"A", (), ("incomplete 1", "closed")),
    Case("decimal-length", b"A1", (), ("incomplete 2", "closed")),
    Case("value", b"AK01CARLI", (), ("incomplete 9", "closed")),
    Case("browser-value", b"A1101CARLI", (), ("incomplete 10", "closed")),
    Case("items-without-record", DESKTOP, (), ("incomplete 21", "closed")),
    Case("record-length", DESKTOP + b"0002", (), ("incomplete 25", "closed")),
    Case("record-after-its-length", DESKTOP + b"00026", (), ("incomplete 26 of 47", "closed")),
    Case("record", (DESKTOP + TWO)[:-1], (), ("incomplete 62 of 63", "closed")),
    Case("record-without-items", TWO[:-1], (), ("incomplete 41 of 42", "closed")),
    Case("record-browser", (BROWSER + TWO)[:-1], (), ("incomplete 63 of 64", "closed")),
    Case("second-message", SERVED + b"\0" + TWO[:30], (LOGON, "record one"), ("incomplete 30 of 42", "closed")),
    Case("telnet-tag", b"\xff", (), ("incomplete 1", "closed")),
    Case("telnet-command", b"\xff\xfb", (), ("incomplete 2", "closed")),
    Case("telnet-subnegotiation", b"\xff\xfa\x18\x00vt", (), ("incomplete 6", "closed")),
    Case("tls", b"\x16", (), ("incomplete 1", "closed")),
    Case("http-GET", b"GET ", (), ("incomplete 4", "closed")),
    Case("http-PUT", b"PUT ", (), ("incomplete 4", "closed")),
)

CASES = [
    pytest.param(case, id=f"{group}-{case.name}")
    for group, cases in {
        "spec": SPEC_EXAMPLES,
        "items": ITEMS,
        "conversation": CONVERSATIONS,
        "damaged": DAMAGED,
        "limit": LIMITS,
        "http": HTTP,
        "other": TLS_AND_XML,
        "telnet": TELNET,
        "malformed": MALFORMED,
        "parting": PARTING,
        "cut-off": CUT_OFF,
    }.items()
    for case in cases
]


@pytest.mark.parametrize("step", [WHOLE, 1, 7])
@pytest.mark.parametrize("case", CASES)
def test_connection_reads_as(case: Case, step: int):
    connection = wire.Connection(message_bytes=case.message_bytes)
    assert hear(connection, *cut(case.sent, step)) == list(case.heard)
    assert hear(connection, END) == list(case.at_end)


@pytest.mark.parametrize("step", [WHOLE, 1, 7])
@pytest.mark.parametrize(
    ("rest", "path"),
    [
        ("/ HTTP/1.1\r\n", "/"),
        ("* HTTP/1.1\r\n", "*"),
        ("/api/v1/records HTTP/1.0\r\n\r\n", "/api/v1/records"),
        ("/\n", "/"),
    ],
)
@pytest.mark.parametrize("method", HTTP_METHODS)
def test_request_is_told_by_its_method_and_path(method, rest, path, step):
    assert hear(wire.Connection(), *cut(f"{method} {rest}".encode(), step)) == [f"foreign http {method} {path}"]


@pytest.mark.parametrize("method", HTTP_METHODS)
def test_request_whose_line_is_cut_off_is_still_a_request(method):
    connection = wire.Connection()
    assert hear(connection, *cut(f"{method} /livez".encode(), 1)) == []
    assert hear(connection, END) == [f"foreign http {method} /livez", "closed"]


@pytest.mark.parametrize("octet", [octet for octet in range(0x40) if octet not in string.digits.encode()])
def test_octet_that_is_no_length_is_malformed_at_once(octet):
    assert hear(wire.Connection(), bytes((0x55, octet))) == ["malformed at 1"]


@pytest.mark.parametrize("items", [DESKTOP, BROWSER, b""])
def test_record_is_complete_with_its_last_byte_and_not_before(items):
    connection = wire.Connection()
    message = items + TWO
    assert hear(connection, *cut(message[:-1], 1)) == []
    assert connection.state is wire.State.MESSAGE
    assert hear(connection, message[-1:])[-1:] == ["record two"]
    assert connection.state is wire.State.BETWEEN


@pytest.mark.parametrize("step", [WHOLE, 1000])
def test_longest_items_with_the_longest_record_are_within_the_limit(step):
    value = b"x" * ITEM_VALUE_BYTES
    longest = b"%05dcam a2200025 i 4500\x1e" % RECORD_BYTES + b"x" * (RECORD_BYTES - 26) + b"\x1d"
    message = b"U191" + value + b"A191" + value + b"P191" + value + longest
    shown = value.decode()
    assert hear(wire.Connection(), *cut(message, step)) == [f"logon U={shown} A={shown} P={shown}", "record 99999"]


@pytest.mark.parametrize("step", [WHOLE, 1000])
def test_message_over_the_limit_of_a_connection_that_sets_none(step):
    endless = b"\xff\xfa\x18" + b"x" * wire.MESSAGE_BYTES
    assert hear(wire.Connection(), *cut(endless, step)) == ["too long at 101000"]


@pytest.mark.parametrize(
    ("items", "claimed"),
    [
        (b"A3abc", b"abc"),
        (b"U3joe", b"joe"),
        (b"U3joeA3abc", b"abc"),
        (b"A3abcU3joe", b"abc"),
        (b"U3joeA0", b"joe"),
        (b"P6secret", b""),
    ],
)
def test_logon_is_claimed_by_the_logon_id_else_by_the_user_id(items, claimed):
    logon = received(items + ONE).logon
    assert logon is not None
    assert logon.claimed == claimed


def test_record_without_items_has_no_logon():
    assert received(ONE).logon is None


@pytest.mark.parametrize(
    ("items", "lengths"),
    [
        (DESKTOP, "desktop"),
        (BROWSER, "browser"),
        (b"U@A@", "desktop"),
        (b"U0A0", "browser"),
        (b"U@A0", "mixed"),
        (b"AK01CARLI_XYZP6secret", "mixed"),
    ],
)
def test_logon_knows_the_form_of_its_lengths(items, lengths):
    assert received(items + ONE).logon.lengths == lengths


def test_record_is_the_bytes_that_were_sent():
    assert received(b" " + DESKTOP + TWO + b"\0").raw == TWO


def test_connection_takes_a_bytearray_and_keeps_no_hold_of_it():
    connection, chunk = wire.Connection(), bytearray(SERVED)
    connection.receive(chunk)
    chunk.clear()
    assert list(lines(events(connection))) == [LOGON, "record one"]


def test_goodbye_counts_its_bytes_without_the_separators_before_it():
    connection = wire.Connection()
    hear(connection, SERVED + b"\0\r\nLOGOFF\r\n")
    connection.receive(END)
    assert connection.next_event() == wire.Goodbye(8)


def test_goodbye_is_not_waited_for_for_ever():
    connection = wire.Connection()
    assert hear(connection, SERVED + b"LOGOFF\r\n") == [LOGON, "record one"]
    connection.expire()
    assert list(lines(events(connection))) == ["malformed at 0", "closed"]


def test_message_that_begins_after_a_served_one_is_incomplete_when_patience_ends():
    connection = wire.Connection()
    assert hear(connection, SERVED + b"AK01") == [LOGON, "record one"]
    connection.expire()
    assert list(lines(events(connection))) == ["incomplete 4", "closed"]


@pytest.mark.parametrize(
    ("sent", "message_bytes"),
    [
        (b"U?abcde", wire.MESSAGE_BYTES),
        (SERVED + b"?" * 65, wire.MESSAGE_BYTES),
        (DESKTOP + TWO, len(DESKTOP + TWO) - 1),
        (b"GET / HTTP/1.1\r\n", wire.MESSAGE_BYTES),
        (b"\x16\x03\x01", wire.MESSAGE_BYTES),
        (b"<record/>", wire.MESSAGE_BYTES),
    ],
    ids=["malformed", "no-goodbye", "too-long", "http", "tls", "xml"],
)
@pytest.mark.parametrize("end", [lambda connection: connection.receive(END), wire.Connection.expire])
def test_nothing_more_is_read_after_malformed_or_foreign(sent, message_bytes, end: Callable[[wire.Connection], None]):
    connection = wire.Connection(message_bytes=message_bytes)
    hear(connection, sent)
    assert connection.state is wire.State.CLOSED
    assert hear(connection, SERVED, b"GET / HTTP/1.1\r\n", b"\xff\xfd\x03", b"U?") == []
    end(connection)
    assert [connection.next_event() for _ in range(3)] == [wire.Closed()] * 3


def test_malformed_holds_what_came_of_the_record_and_who_sent_it():
    error = malformed(DESKTOP + TWO[:30])
    assert (error.reason, error.offset, error.expected) == (Reason.INCOMPLETE, 51, 63)
    assert error.logon == Logon(logon_id=b"01CARLI_XYZ", password=b"secret", tags="AP", lengths="desktop")
    assert error.raw == TWO[:30]


def test_malformed_holds_no_more_of_a_record_than_a_message_may_have():
    error = malformed(DESKTOP + record(b"x" * 100), message_bytes=SMALL)
    assert (error.reason, error.offset, error.expected) == (Reason.MESSAGE_TOO_LONG, 100, 160)
    assert error.logon is not None
    assert error.raw == record(b"x" * 100)[:79]


@pytest.mark.parametrize("sent", [b"AK01CARLI_XYZPFsec", b"U?abcde", b"\xff\x05", b"AK01CARLI_XYZPFsecretQ"])
def test_malformed_without_a_record_holds_nothing_of_it(sent):
    error = malformed(sent)
    assert (error.expected, error.logon, error.raw) == (None, None, b"")


def test_malformed_says_where():
    assert str(malformed(b"U?abcde")) == "malformed at byte 1"
    assert str(malformed(b"AK01CARLI")) == "incomplete at byte 9"


def received(sent: bytes) -> wire.Record:
    """The one record that `sent` brings."""
    connection = wire.Connection()
    connection.receive(sent)
    event = connection.next_event()
    assert isinstance(event, wire.Record)
    return event


def malformed(sent: bytes, message_bytes: int = wire.MESSAGE_BYTES) -> wire.Malformed:
    """The error that `sent` brings, at the latest when nothing more comes."""
    connection = wire.Connection(message_bytes=message_bytes)
    connection.receive(sent)
    connection.receive(END)
    with pytest.raises(wire.Malformed) as raised:
        connection.next_event()
    return raised.value
