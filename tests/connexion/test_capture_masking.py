"""No credential stands in a capture, and nothing that tells how long one is; all else does."""

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gateway.frontends.connexion import wire
from gateway.frontends.connexion.captures import End, Message, NotKept, Part, Reply, parse
from gateway.frontends.connexion.credentials import SECRETS
from gateway.frontends.connexion.masking import REPLY_BYTES
from gateway.frontends.connexion.pieces import ARRIVALS, STEP_BYTES
from gateway.frontends.connexion.vectors import pieces
from gateway.model import Logon

from .captured import OK, client, recorded, server, told, written
from .test_properties import mutated, near_messages
from .transcript import BROWSER, DESKTOP, ONE, TWO, cut, record

A = Part("A", "desktop", text="01CARLI_XYZ")
P = Part("P", "desktop")
MARC = Path(__file__).resolve().parents[2] / "fixtures" / "marc"
SERVER_END = End(1, "server", "closed", 1.0)
LONG = record(b"x" * 2000)
MASKED = st.text("QZqz", min_size=6, max_size=40).map(str.encode)
"""Passwords and user IDs of letters that stand so in nothing else that is sent."""


def shown(raw: bytes) -> Part:
    return Part("record", text=raw.decode())


@pytest.mark.parametrize(
    ("sent", "parts"),
    [
        (DESKTOP + TWO, [A, P, shown(TWO)]),
        (BROWSER + TWO, [Part("A", "browser", text="01CARLI_XYZ"), Part("P", "browser"), shown(TWO)]),
        (b"PFsecretAK01CARLI_XYZ" + TWO, [P, A, shown(TWO)]),
        (
            b"U@ AI01COS_XYZ  P@" + TWO,
            [
                *(Part("U", "desktop", empty=True), Part("separators", text=" ", size=1)),
                Part("A", "desktop", text="01COS_XYZ"),
                *(Part("separators", text="  ", size=2), Part("P", "desktop", empty=True), shown(TWO)),
            ],
        ),
        (b"UK100-123-456" + DESKTOP + TWO, [Part("U", "desktop"), A, P, shown(TWO)]),
        (
            b"\xff\xfb\x18\r\n" + ONE,
            [Part("telnet", base64=b"\xff\xfb\x18"), Part("separators", text="\r\n", size=2), shown(ONE)],
        ),
        (b"\xff\xfa\x18secret\xff\xf0" + ONE, [Part("telnet", up_to=STEP_BYTES), shown(ONE)]),
        (TWO + b"\0" * 20, [shown(TWO), Part("separators", text="\0" * 8, size=20)]),
        (record(b"\xff"), [Part("record", base64=record(b"\xff"))]),
    ],
)
def test_a_message_is_kept_with_its_credentials_masked(sent, parts):
    message = recorded(client(sent))[0]
    assert message == Message(1, 1.0, tuple(parts))


@pytest.mark.parametrize("form", ["desktop", "browser"])
@pytest.mark.parametrize("file", [file for file in MARC.glob("*.mrc") if not file.name.startswith("broken-")])
def test_a_record_is_kept_as_it_is(file, form):
    raw = file.read_bytes()
    logon = Logon(user_id=b"100-123-456", logon_id=b"01CARLI_XYZ", password=b"14UA-xyz-secret")
    message = recorded(client(wire.compose(logon, raw, form)))[0]
    assert message.parts[-1].content == raw
    assert [part.kind for part in message.parts] == ["U", "A", "P", "record"]


def test_a_conversation_line_by_line():
    said = [*client(DESKTOP, TWO), *server(OK[:3], OK[3:]), *client(b"\r\n"), *client(BROWSER + ONE), *server(b"No\0")]
    assert recorded([*said, *client(b"\0")]) == [
        Message(1, 1.0, (A, P, shown(TWO)), ((0.0, 4), (1.0, len(TWO)))),
        Reply(1, 1.0, OK[:-1].decode(), pieces=((0.0, 3), (1.0, len(OK) - 3))),
        Message(
            *(1, 1.0),
            (
                Part("separators", text="\r\n", size=2),
                *(Part("A", "browser", text="01CARLI_XYZ"), Part("P", "browser"), shown(ONE)),
            ),
            ((0.0, 2), (1.0, 4 + len(ONE))),
        ),
        Reply(1, 1.0, "No"),
        End(1, "client", "closed", 2.0, parts=(Part("separators", text="\0", size=1),)),
        SERVER_END,
    ]


def test_logon_ids_are_masked_if_wanted():
    said = [*client(DESKTOP + TWO), *server(b"Welcome, 01CARLI_XYZ\0")]
    message, reply, *_ = recorded(said, mask_logon_id=True)
    assert message == Message(1, 1.0, (Part("A", "desktop"), P, shown(TWO)))
    assert reply == Reply(1, 1.0, withheld=True)


@pytest.mark.parametrize(
    ("sent", "what"),
    [
        (b"GET /?password=secret HTTP/1.0\r\n\r\n", "http"),
        (b"\x16\x03\x01secret", "tls"),
        (DESKTOP + b"<?xml secret", "not_marc"),
        (b"Username: 01CARLI_XYZ Password: secret", "malformed"),
        (DESKTOP + b"secret", "malformed"),
        (b"PDsecret" + TWO, "malformed"),
        (b"\xff\xfa" + b"secret" * 20_000, "message_too_long"),
        (DESKTOP + TWO[:-1] + b"x" + DESKTOP + TWO, "unsafe"),
        (DESKTOP + record(b"my secret"), "unsafe"),
        (DESKTOP + b"00100cam a2200025 i 4500\x1e" + DESKTOP + TWO + b"\x1d", "unsafe"),
    ],
)
def test_what_cannot_be_read_or_may_hold_a_password_is_a_rough_number_of_bytes(sent, what):
    lines = recorded([*client(*cut(sent, 5000)), *server(b"I read secret\0"), *client(DESKTOP + TWO), *server(OK)])
    assert told(lines) == [f"client {what}", "server reply", "end", "end"]
    assert b"secret" not in written(lines)
    assert all(line.up_to % STEP_BYTES == 0 for line in lines if isinstance(line, NotKept))


@pytest.mark.parametrize("sent", [DESKTOP[:3], DESKTOP[:-2], DESKTOP, DESKTOP + b"00714cam", DESKTOP + TWO[:-1]])
def test_of_a_message_that_is_cut_off_nothing_is_kept(sent):
    lines = recorded(client(sent))
    assert lines == [NotKept(1, "client", "incomplete", STEP_BYTES), End(1, "client", "closed", 2.0), SERVER_END]


def test_a_goodbye_is_not_kept_but_all_before_it_is():
    lines = recorded([*client(DESKTOP + TWO), *server(OK), *client(b"LOGOFF secret")])
    assert told(lines) == ["message", "reply", "client goodbye", "end", "end"]


def test_a_reply_that_repeats_a_credential_is_withheld():
    said = [*client(DESKTOP + TWO), *server(b"Bad request: AK01CARLI_XYZPFsecret\0", OK)]
    assert recorded(said)[1:3] == [Reply(1, 1.0, withheld=True), Reply(1, 1.0, OK[:-1].decode())]


def test_what_the_server_says_within_a_message_waits_for_its_end():
    kept = recorded([*client(DESKTOP), *server(b"PFsecret\0"), *client(TWO)])
    assert told(kept) == ["reply", "message", "end", "end"]
    assert kept[0].withheld
    lost = recorded([*client(DESKTOP), *server(b"PFsecret\0"), *client(b"?")])
    assert told(lost) == ["client malformed", "server reply", "end", "end"]


def test_a_reply_without_nul_ends_with_the_connection():
    assert recorded([*client(DESKTOP + TWO), *server(b"No")])[2] == Reply(1, 0.0, "No", ended=False)


@pytest.mark.parametrize(("size", "kinds"), [(REPLY_BYTES, ["reply"]), (REPLY_BYTES + 1, ["server reply"])])
def test_a_reply_that_does_not_end_is_not_kept(size, kinds):
    lines = recorded([*client(TWO), *server(*cut(b"x" * size, 10_000))])
    assert [word for word in told(lines) if "reply" in word] == kinds


@pytest.mark.parametrize("passwords", [SECRETS, SECRETS + 1])
def test_a_client_with_ever_new_passwords_is_recorded_no_further(passwords):
    sent = [wire.compose(Logon(password=b"pass%05d" % number), TWO) for number in range(passwords)]
    assert ("client unsafe" in told(recorded(client(*sent)))) == (passwords > SECRETS)


@pytest.mark.parametrize("ahead", [0, 1])
def test_of_very_many_pieces_the_last_ones_are_one(ahead):
    raw = record(b"x" * (ARRIVALS - 39 + ahead))
    message = recorded(client(*cut(raw, 1)))[0]
    assert len(message.pieces) == ARRIVALS
    assert sum(size for _, size in message.pieces) == len(raw)
    assert message.pieces[-1][1] == 1 + ahead


@pytest.mark.parametrize(
    "way",
    [
        lambda items, raw: [items + raw],
        lambda items, raw: [items, raw],
        lambda items, raw: [items, raw, b"\r\n"],
        lambda items, raw: [*cut(items + raw, 1)],
        lambda items, raw: [items[:7], items[7:], raw[:300], raw[300:]],
        lambda items, raw: [items[:10], items[10:] + raw],
        lambda items, raw: [*cut(items + raw, 1460)],
        lambda items, raw: [items, b"?"],
        lambda items, raw: [items],
        lambda items, raw: [items + raw[:40]],
    ],
    ids=[
        "whole",
        "record-apart",
        "end-apart",
        "byte-by-byte",
        "several",
        "early",
        "packets",
        "malformed",
        "no-record",
        "cut-off",
    ],
)
@pytest.mark.parametrize("form", ["desktop", "browser"])
def test_nothing_tells_how_long_a_password_is(way, form):
    files = set()
    for password in (b"secret", b"xyz-secret", b"a very long word to remember"):
        items = wire.compose(Logon(user_id=password, logon_id=b"01CARLI_XYZ", password=password), b"", form)
        files.add(written(recorded([*client(*way(items, LONG)), *server(OK)])))
    assert len(files) == 1


@pytest.mark.parametrize("step", [2, 10, len(DESKTOP) + 1, len(DESKTOP) + 2, 1460])
def test_the_places_of_cuts_in_a_record_are_rough_where_a_password_stands_before_it(step):
    message = recorded(client(*cut(DESKTOP + LONG, step)))[0]
    ends = [sum(size for _, size in message.pieces[: number + 1]) for number in range(len(message.pieces) - 1)]
    assert ends
    assert all(end <= 4 or (end - 4) % STEP_BYTES == 0 for end in ends)
    exact = recorded(client(*cut(LONG, step)))[0]
    assert [size for _, size in exact.pieces] == [len(chunk) for chunk in cut(LONG, step)]


def everything(content: bytes) -> bytes:
    """A file, and all that stands in it in another form, such as Base64."""
    found = [content]
    for session in parse(content, "capture"):
        for event in session.events:
            contents = [part.content for part in getattr(event, "parts", ())] + [getattr(event, "content", None)]
            found += filter(None, contents)
    return b"\n".join(found)


@pytest.mark.parametrize(
    ("logon_id", "form", "first"),
    [
        (b"01CARLI_NETWORK", "browser", "kept"),
        (b"01ABC", "desktop", "kept"),
        (b"01UAB", "browser", "masked"),
        (b"01UAB_INST", "browser", "kept"),
        (b"01ABC_INSTP8DYJnkS", "browser", "masked"),
        (b"01CARLI_XYZPFsecret", "desktop", "masked"),
        (b"?A1101CARLI_XYZP6secret", "browser", "lost"),
        (b"x" * 40, "desktop", "kept"),
        (b"x" * 41, "desktop", "lost"),
        (b"\0", "desktop", "lost"),
    ],
)
def test_a_logon_id_that_may_have_swallowed_a_password_is_not_kept(logon_id, form, first):
    line = recorded(client(wire.compose(Logon(logon_id=logon_id, password=b"QZQZQZ"), TWO, form)))[0]
    shown = {"kept": Part("A", form, text=logon_id.decode()), "masked": Part("A", form), "lost": None}
    assert (line.parts[0] if isinstance(line, Message) else None) == shown[first]


@pytest.mark.parametrize(
    ("before", "items", "text"),
    [
        (b"", b"AK01CARLI_XYZ", None),
        (b"", b"AI01COS_XYZ", "01COS_XYZ"),
        (b"", b"A1101CARLI_XYZ", "01CARLI_XYZ"),
        (DESKTOP + TWO, b"AK01CARLI_XYZ", "01CARLI_XYZ"),
        (b"", b"AK01CARLI_XYZP@", None),
        (b"", b"U@AK01CARLI_XYZPFsecret", None),
        (b"", b"AK01CARLI_XYZP6secret", None),
    ],
    ids=["no-password", "no-tag", "no-digit", "password-before", "password-empty", "user-id-empty", "mixed"],
)
def test_a_logon_id_is_kept_where_nothing_else_can_be_in_it(before, items, text):
    messages = [line for line in recorded(client(before + items + TWO)) if isinstance(line, Message)]
    [shown] = [part for part in messages[-1].parts if part.kind == "A"]
    assert shown.text == text


@pytest.mark.parametrize(
    ("sent", "secrets"),
    [
        (b"A2101CARLI_XYZP12ufV_3HlUCGak", [b"ufV_3HlUCGak"]),
        (b"A1801ABC_INSTP8DYJnkSP0", [b"DYJnkSP0"]),
        (b"A[01CARLI_XYZPPBB$nWojF6E5EvfU0", [b"BB$nWojF6E5EvfU0"]),
        (b"A\\01UIUC_INSTUK100-320-433PJlMU6r0lupP0", [b"100-320-433", b"lMU6r0lupP"]),
        (b"U28Z9qGPCRybQtnyT4DkaKoX8ZRVAa7A22P8XRZ9QGliphU4XQAPDT9e", [b"Z9QGliphU4XQAPDT9e"]),
        (b"A22P8U12Z9Ya2Ic1iZekNFYRUP8Z9L8xXF2", [b"Z9Ya2Ic1iZekNFYRU", b"Z9L8xXF2"]),
        (b"U33999-888-777aaA0601XP_8P08Secret99", [b"999-888-777aa", b"Secret99"]),
        (b"U]999-888-777AK01CARLI_XYZPCxxx", [b"999-888-777"]),
        (b"P23Secret99secretU7999-888", [b"Secret99secret", b"999-888"]),
        (b"P[Secret99secretUKUserUserXXX", [b"Secret99secret", b"UserUserXXX"]),
    ],
)
def test_nothing_that_a_miscounted_item_has_swallowed_is_told(sent, secrets):
    said = server(*(b"No such: " + secret + b"\0" for secret in secrets))
    content = everything(written(recorded([*client(sent + TWO), *said])))
    for secret in secrets:
        for start in range(len(secret) - 4):
            assert secret[start : start + 5] not in content


@settings(max_examples=500, deadline=None, derandomize=True)
@given(
    password=MASKED,
    user_id=st.none() | MASKED,
    form=st.sampled_from(["desktop", "browser"]),
    first=st.booleans(),
    before=st.one_of(st.just(b""), st.just(DESKTOP + TWO), near_messages),
    behind=st.one_of(st.just(b""), near_messages, mutated()),
    again=st.booleans(),
    length=st.integers(0, 400),
    at=st.lists(st.integers(0, 400), max_size=12) | st.just(range(400)),
    echo=st.sampled_from(["none", "reply", "echo"]),
    raw=st.sampled_from([TWO, TWO[:-1] + b"x", TWO[:20], b"00099" + TWO[5:], b"<x>", b"?", b""]),
)
@example(
    *(b"QQQQQQQQQQQ", None, "browser", False, b"", record(b"\0\0\0\0") + DESKTOP + TWO, True, 148),
    *(range(400), "none", b"?"),
)
@example(*(b"QQQQQQ", None, "browser", False, b"A23\0", b"", False, 64, range(400), "none", TWO))
@example(*(b"QZQZQZQZ", None, "desktop", False, b"", b"", True, 400, [], "reply", b"00099" + TWO[5:]))
def test_no_password_and_no_user_id_stands_in_the_file(
    password, user_id, form, first, before, behind, again, length, at, echo, raw
):
    logon = Logon(user_id=user_id, logon_id=None if first else b"01CARLI_XYZ", password=password)
    items = wire.compose(logon, wire.compose(Logon(logon_id=b"01CARLI_XYZ"), b"", form) if first else b"", form)
    sent = (before + (items + raw) * (1 + again) + behind)[: len(before) + length]
    places = sorted({0, len(sent), *(place for place in at if place < len(sent))})
    said = []
    for start, end in pairwise(places):
        said += client(sent[start:end])
        said += server(sent[start:end]) if echo == "echo" else []
    said += server(b"You sent " + sent + b"\0") if echo == "reply" else server(OK)
    content = everything(written(recorded(said)))
    for secret in filter(None, (password, user_id)):
        for start in range(len(secret) - 4):
            assert secret[start : start + 5] not in content
        assert secret.hex().encode() not in content


@settings(max_examples=200, deadline=None)
@given(
    password=st.none() | st.binary(min_size=5, max_size=191),
    logon_id=st.none() | st.binary(min_size=5, max_size=191),
    at=st.lists(st.integers(0, 500), max_size=6) | st.just(range(500)),
)
def test_a_kept_message_with_its_logon_is_the_one_that_was_sent(password, logon_id, at):
    logon = Logon(logon_id=logon_id, password=password)
    sent = wire.compose(logon, TWO)
    places = sorted({0, len(sent), *(place for place in at if place < len(sent))})
    line = recorded(client(*(sent[start:end] for start, end in pairwise(places))))[0]
    if isinstance(line, Message):
        assert b"".join(some for _, some in pieces(line, logon)) == sent
    else:
        assert line.what in ("http", "unsafe")
