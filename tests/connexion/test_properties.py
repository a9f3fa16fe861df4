"""What holds of any bytes: how they are split does not matter, only Malformed escapes, and no password is shown."""

from collections.abc import Callable, Iterable
from itertools import pairwise

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from gateway.frontends.connexion import wire
from gateway.frontends.connexion.readings import ITEM_VALUE_BYTES
from gateway.frontends.connexion.vectors import events
from gateway.model import Logon

from .transcript import BROWSER, DESKTOP, END, ONE, TWO, record

SMALL = 100
"""A limit on a message, in bytes, that near-messages often cross."""

Ending = Callable[[wire.Connection], None]
ENDINGS: tuple[Ending, ...] = (lambda connection: connection.receive(END), wire.Connection.expire)

marc = st.binary(max_size=40).map(lambda value: record(value.replace(b"\x1d", b"")))
desktop_items = st.builds(
    lambda tag, value: tag + bytes((0x40 + len(value),)) + value,
    st.sampled_from([b"U", b"A", b"P"]),
    st.binary(max_size=12),
)
browser_items = st.builds(
    lambda tag, value: b"%c%d%b" % (tag, len(value), value),
    st.sampled_from(b"UAP"),
    st.text("0123456789UAPxyz <", max_size=24).map(str.encode),
)
digits = st.text("0123456789", min_size=1, max_size=7).map(str.encode)
words = st.sampled_from(
    [
        *(b"U", b"A", b"P", b"@", b"0", b" ", b"\0", b"\r\n", b"\x1d", b"\x1e", b"?", b"LOGOFF"),
        *(b"\xff", b"\xff\xfb\x18", b"\xff\xfd\x03", b"\xff\xfa\x18", b"\xff\xf0", b"\xff\xf6"),
        *(b"<", b"\x16", b"\x16\x03", b"GET /", b"GE", b"POST /", b"PUT /x\n", b"PUT", b"PATCH * ", b"OPTIONS *\r\n"),
        *(DESKTOP, BROWSER, ONE, TWO, DESKTOP + ONE, BROWSER + TWO),
        *(b"00000", b"00023", b"00060cam a2200025 i 4500"),
    ]
)
fragments = st.one_of(words, words, digits, desktop_items, browser_items, marc, st.binary(max_size=8))
near_messages = st.lists(fragments, max_size=9).map(b"".join)


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """Some messages with a few bytes changed, dropped or put in."""
    sent = bytearray(
        draw(st.lists(st.sampled_from([DESKTOP + TWO, BROWSER + TWO, TWO]), min_size=1, max_size=3).map(b"".join))
    )
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, len(sent)))
        sent[at : at + draw(st.integers(0, 2))] = draw(st.one_of(st.binary(max_size=2), words))
    return bytes(sent)


streams = st.one_of(st.binary(max_size=200), near_messages, near_messages, mutated())
cuts = st.lists(st.integers(0, 250), max_size=12)
limits = st.sampled_from([SMALL, wire.MESSAGE_BYTES])


def pieces(sent: bytes, at: Iterable[int]) -> list[bytes]:
    places = sorted({0, len(sent), *(place for place in at if place < len(sent))})
    return [sent[start:end] for start, end in pairwise(places)]


def told(chunks: Iterable[bytes], limit: int, end: Ending) -> tuple[list[object], list[object]]:
    """All that can be known of each event, before the end and with it."""
    connection = wire.Connection(message_bytes=limit)
    before: list[object] = []
    for chunk in chunks:
        connection.receive(chunk)
        before += map(_all_of, events(connection))
        if before[-1:] == [wire.Closed()]:  # a tail over the limit ends the connection; it says so again when asked
            break
    end(connection)
    return before, [_all_of(event) for event in events(connection)]


def _all_of(event: wire.Event | wire.Malformed) -> object:
    if isinstance(event, wire.Malformed):
        return event.reason, event.offset, event.expected, event.logon, event.raw
    return event


@pytest.mark.parametrize("end", ENDINGS, ids=["peer", "patience"])
@settings(max_examples=400, deadline=None)
@given(sent=streams, at=cuts, limit=limits)
@example(sent=b"PUT /\n", at=range(250), limit=wire.MESSAGE_BYTES)
@example(sent=b"POST /\n", at=[4], limit=wire.MESSAGE_BYTES)
@example(sent=b"\xff\xfa\x18" + b"x" * SMALL + b"\xff\xf0" + ONE, at=[SMALL + 2], limit=SMALL)
@example(sent=b"A" + bytes((0x40 + 95,)) + b"x" * 95 + ONE, at=[SMALL + 1], limit=SMALL)
@example(sent=DESKTOP + TWO + b"?" * 65, at=range(250), limit=wire.MESSAGE_BYTES)
def test_same_bytes_give_the_same_events_however_they_are_split(end, sent, at, limit):
    whole = told([sent] if sent else [], limit, end)
    assert told(pieces(sent, at), limit, end) == whole
    assert told((bytes((byte,)) for byte in sent), limit, end) == whole


@settings(max_examples=400, deadline=None)
@given(chunks=st.lists(streams, max_size=4), limit=limits, end=st.sampled_from(ENDINGS))
def test_nothing_but_malformed_escapes_and_every_connection_ends(chunks, limit, end):
    connection = wire.Connection(message_bytes=limit)
    for chunk in chunks:
        if chunk:
            connection.receive(chunk)
        list(events(connection))
    end(connection)
    list(events(connection))
    assert connection.state is wire.State.CLOSED
    assert connection.next_event() == wire.Closed()


values = st.none() | st.binary(max_size=ITEM_VALUE_BYTES)
unambiguous = st.binary(max_size=ITEM_VALUE_BYTES).map(lambda value: value.translate(None, b"0123456789UAP< "))
"""Values within which no item, record or document can begin, and which do not begin like more of their length."""


def sent_and_received(logon: Logon, raw: bytes, form: wire.LengthForm) -> None:
    connection = wire.Connection()
    connection.receive(wire.compose(logon, raw, form))
    assert list(events(connection)) == [wire.Record(raw, logon if logon.tags else None)]
    assert connection.state is wire.State.BETWEEN


def logon_of(user_id: bytes | None, logon_id: bytes | None, password: bytes | None, lengths: str) -> Logon:
    given = {"U": user_id, "A": logon_id, "P": password}
    tags = "".join(tag for tag, value in given.items() if value is not None)
    return Logon(user_id, logon_id, password, tags, lengths if tags else "")


@settings(max_examples=200, deadline=None)
@given(user_id=values, logon_id=values, password=values, raw=marc)
def test_desktop_message_comes_out_as_it_was_composed_whatever_its_values(user_id, logon_id, password, raw):
    logon = logon_of(user_id, logon_id, password, "desktop")
    assume(not wire.compose(logon, raw).startswith((b"POST /", b"POST *", b"PUT /", b"PUT *")))
    sent_and_received(logon, raw, "desktop")


@settings(max_examples=200, deadline=None)
@given(user_id=st.none() | unambiguous, logon_id=st.none() | unambiguous, password=st.none() | unambiguous, raw=marc)
def test_browser_message_comes_out_as_it_was_composed_where_it_can_be_read_in_one_way(user_id, logon_id, password, raw):
    sent_and_received(logon_of(user_id, logon_id, password, "browser"), raw, "browser")


passwords = st.text("QZqz", min_size=6, max_size=20).map(str.encode)
"""Of letters that stand so in no other word that an event shows."""


@settings(max_examples=300, deadline=None)
@given(
    password=passwords,
    user_id=st.none() | passwords,
    form=st.sampled_from(["desktop", "browser"]),
    behind=streams,
    length=st.integers(0, 250),
    end=st.sampled_from(ENDINGS),
)
def test_no_event_and_no_error_shows_a_password_or_a_user_id(password, user_id, form, behind, length, end):
    logon = Logon(user_id=user_id, logon_id=b"01CARLI_XYZ", password=password)
    connection = wire.Connection()
    connection.receive((wire.compose(logon, TWO, form) + behind)[:length] or ONE)
    heard = list(events(connection))
    end(connection)
    heard += events(connection)
    shown = " ".join(f"{event!r} {event}" for event in heard)
    assert password.decode() not in shown
    assert user_id is None or user_id.decode() not in shown
