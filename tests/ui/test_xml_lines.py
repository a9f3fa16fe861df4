"""XML as lines: indented, whatever it is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.frontends.ui.xml_lines import DEEPEST, lines


def written(message: bytes) -> list[str]:
    return [". " * line.depth + line.text for line in lines(message)]


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        (b"", []),
        (b"<a/>", ["<a/>"]),
        (b"<a><b>text</b><c/></a>", ["<a>", ". <b>text</b>", ". <c/>", "</a>"]),
        (b"<a>\n  <b>\n one\n two\n</b>\n</a>\n", ["<a>", ". <b>one two</b>", "</a>"]),
        (b"<b> with blanks </b>", ["<b> with blanks </b>"]),
        (b"<a></a>", ["<a></a>"]),
        (
            b'<?xml version="1.0"?><!DOCTYPE a><a>x<b/>y</a>',
            ['<?xml version="1.0"?>', "<!DOCTYPE a>", "<a>x", ". <b/>", ". y", "</a>"],
        ),
        (b"<a><b>cut of", ["<a>", ". <b>cut of"]),
        (b"<a><b", ["<a>", ". <b"]),
        (b"</a></a><b/>", ["</a>", "</a>", "<b/>"]),
        ("<a>Café</a>".encode("latin-1"), ["<a>Café</a>"]),
        ("<a>Café".encode()[:-1], ["<a>Caf"]),
        (b"GET / HTTP/1.1", ["GET / HTTP/1.1"]),
    ],
)
def test_element_a_line(message, shown):
    assert written(message) == shown


def test_no_deeper_than_fits():
    assert max(line.depth for line in lines(b"<a>" * 1_000)) == DEEPEST


@given(st.text(alphabet='<>/?! \nab"é'))
def test_nothing_is_lost_but_white_space(text):
    shown = "".join(line.text for line in lines(text.encode()))
    assert "".join(shown.split()) == "".join(text.split())


@given(st.binary())
def test_anything_can_be_shown(message):
    assert all(line.text for line in lines(message))
