"""What goes out on the Gateway Export port: messages as a client composes them, replies, an answer to a browser."""

import pytest

from gateway.frontends.connexion import wire
from gateway.model import Logon

from .transcript import ONE


@pytest.mark.parametrize(
    ("form", "sent"),
    [("desktop", b"UCjoeAK01CARLI_XYZP@"), ("browser", b"U3joeA1101CARLI_XYZP0")],
)
def test_compose_states_each_item_that_is_given(form, sent):
    logon = Logon(user_id=b"joe", logon_id=b"01CARLI_XYZ", password=b"")
    assert wire.compose(logon, ONE, form) == sent + ONE


@pytest.mark.parametrize("form", ["desktop", "browser"])
def test_compose_without_items_is_the_record(form):
    assert wire.compose(Logon(), ONE, form) == ONE


@pytest.mark.parametrize("form", ["desktop", "browser"])
def test_compose_refuses_a_value_that_no_length_can_state(form):
    assert len(wire.compose(Logon(password=b"x" * 191), ONE, form)) > 191
    with pytest.raises(ValueError, match="item P is 192 bytes long; the protocol carries at most 191") as refusal:
        wire.compose(Logon(password=b"x" * 192), ONE, form)
    assert "xx" not in str(refusal.value)


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("", b"\0"),
        ("Record imported.", b"Record imported.\0"),
        ("One\nTwo", b"One\nTwo\0"),
        ("Überlingen 東京", "Überlingen 東京".encode() + b"\0"),
        ("a\0b\0", b"ab\0"),
        ("x" * 2000, b"x" * 2000 + b"\0"),
        ("x" * 2001, b"x" * 2000 + b"\0"),
        ("\0" + "x" * 2000, b"x" * 2000 + b"\0"),
        ("é" * 1000, "é".encode() * 1000 + b"\0"),
        ("x" + "é" * 1000, b"x" + "é".encode() * 999 + b"\0"),
        ("東" * 700, "東".encode() * 666 + b"\0"),
        ("😀" * 501, "😀".encode() * 500 + b"\0"),
        ("x" + "😀" * 500, b"x" + "😀".encode() * 499 + b"\0"),
    ],
)
def test_reply_is_text_of_at_most_2000_bytes_and_one_nul(text, sent):
    assert wire.reply(text) == sent


def test_http_response_is_one_line_of_text_whose_length_counts_bytes():
    assert wire.http_response("400 Bad Request", "Page not found: « é »") == (
        b"HTTP/1.0 400 Bad Request\r\n"
        b"Content-Type: text/plain; charset=utf-8\r\n"
        b"Content-Length: 25\r\n"
        b"\r\n" + "Page not found: « é »\n".encode()
    )
