"""Hostile XML, and XML that is merely odd."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.frontends.ncip.layout import Element
from gateway.frontends.ncip.reading import DEPTH, ELEMENTS, MESSAGE_BYTES, Unread, read

LATIN = '<?xml version="1.0" encoding="ISO-8859-1"?>'


def shown(element: Element) -> str:
    """As `Name(text, Child(text))`."""
    return f"{element.name}({', '.join(filter(None, (element.text, *map(shown, element.children))))})"


class TestRead:
    @pytest.mark.parametrize(
        ("message", "elements"),
        [
            ("<A><B>1</B><B> 2\n</B></A>", "A(B(1), B(2))"),
            ('<n:A xmlns:n="http://www.niso.org/2008/ncip"><n:B>1</n:B></n:A>', "A(B(1))"),
            ("<n:A><n:B>1</n:B></n:A>", "A(B(1))"),  # a prefix that nobody declares
            ("<A><B>a &amp; b &#xFC;</B><C><![CDATA[<1>]]></C></A>", "A(B(a & b ü), C(<1>))"),
            ("\ufeff<A><B>ü</B></A>", "A(B(ü))"),
            ('<!DOCTYPE A PUBLIC "-//NISO//NCIP DTD Version 1//EN" "http://127.0.0.1:9/x.dtd"><A>1</A>', "A(1)"),
            ("<A>1<!-- 2 -->3<?php 4 ?></A>", "A(13)"),
            ('\r\n <?xml version="1.0"?><A>1</A>', "A(1)"),
        ],
        ids=["plain", "prefix", "undeclared", "escaped", "byte-order-mark", "named-type", "remarks", "blank-line"],
    )
    def test_finds_elements_by_their_names(self, message: str, elements: str) -> None:
        assert shown(read(message.encode())) == elements

    @pytest.mark.parametrize(
        "message",
        [
            "<A>Brücke</A>".encode(),
            f"{LATIN}<A>Brücke</A>".encode("latin-1"),
            f"{LATIN}<A>Brücke</A>".encode(),  # as .NET sends what says that it is ISO-8859-1
            '<?xml version="1.0" encoding="UTF-16"?><A>Brücke</A>'.encode("utf-16"),
            '<?xml version="1.0" encoding="UTF-16"?><A>Brücke</A>'.encode("utf-16-le"),
            '<?xml version="1.0" encoding="UTF-16"?><A>Brücke</A>'.encode("utf-16-be"),
            '<?xml version="1.0" encoding="windows-1252"?><A>Brücke</A>'.encode("cp1252"),
        ],
        ids=["utf-8", "latin-1", "not-as-it-says", "utf-16", "utf-16-le", "utf-16-be", "windows"],
    )
    def test_takes_the_encoding_that_it_is_in(self, message: bytes) -> None:
        assert read(message).text == "Brücke"


def deep(levels: int) -> bytes:
    return b"<A>" * levels + b"</A>" * levels


def broad(elements: int) -> bytes:
    return b"<A>%b</A>" % (b"<B/>" * (elements - 1))


LAUGHS = '<!DOCTYPE A [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><A>&b;</A>'
SPIES = '<!DOCTYPE A [<!ENTITY a SYSTEM "file:///etc/passwd">]><A>&a;</A>'


class TestUnread:
    @pytest.mark.parametrize(
        ("message", "why"),
        [
            (b"", "the message is empty"),
            (b" \n", "the message is empty"),
            (b"hello", "line 1, column 0: the message is no XML (syntax error)"),
            (b"<A>\n<B></A>", "line 2, column 5: the message is no XML (mismatched tag)"),
            (b"<A/><B/>", "line 1, column 4: the message is no XML (junk after document element)"),
            (b"<A>\xfc</A>", "byte 3 of the message is no UTF-8, which it says it is"),
            (f"{LATIN}<A>".encode() + b"\x81</A>", "byte 46 of the message stands for no character of cp1252"),
            ("<A>\ud800</A>".encode("utf-16-le", "surrogatepass"), "byte 6 of the message stands for no character of"),
            (LAUGHS.encode(), "line 1: declarations of a document type are not taken"),
            (SPIES.encode(), "line 1: declarations of a document type are not taken"),
            (b'<!DOCTYPE A SYSTEM "http://127.0.0.1:9/x.dtd"><A>&a;</A>', "line 1: the entity &a; is not known"),
            (b"<A>&a;</A>", "line 1, column 3: the message is no XML (undefined entity)"),
            (deep(DEPTH + 1), f"line 1: more than {DEPTH} elements within each other"),
            (broad(ELEMENTS + 1), f"line 1: more than {ELEMENTS:,} elements"),
            (b"<A>%b</A>" % (b"x" * (MESSAGE_BYTES - 6)), f"the message is longer than {MESSAGE_BYTES:,} bytes"),
        ],
        ids=[
            *("empty", "blank", "no-xml", "mismatched", "two-roots", "no-utf-8", "no-windows", "half-a-character"),
            *("laughs", "spies", "entity-of-elsewhere", "entity", "deep", "broad", "long"),
        ],
    )
    def test_says_what_is_wrong_and_where(self, message: bytes, why: str) -> None:
        with pytest.raises(Unread) as caught:
            read(message)
        assert str(caught.value).startswith(why)

    @pytest.mark.parametrize("message", [deep(DEPTH), broad(ELEMENTS), b"<A>%b</A>" % (b"x" * (MESSAGE_BYTES - 7))])
    def test_takes_as_much_as_it_may(self, message: bytes) -> None:
        assert read(message).name == "A"

    @given(
        st.one_of(
            st.binary(max_size=200),
            st.text(max_size=200).map(lambda text: f"<A>{text}</A>".encode("utf-8", "surrogatepass")),
            st.lists(st.sampled_from([b"<A>", b"</A>", b"<!--", b"&#0;", b"]]>", b"\x00", b"\xff\xfe", b"<?xml "])).map(
                b"".join
            ),
        )
    )
    def test_raises_nothing_else(self, message: bytes) -> None:
        with suppress(Unread):
            read(message)
