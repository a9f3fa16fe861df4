"""Hostile XML in, elements out. No document type's own declarations, no entities, nothing fetched; all is bounded.

What programs send is read as far as it can be understood: without name space, with a prefix or none, in an encoding
that is not the one it says. Nothing is held against a schema.
"""

import codecs
import re
from typing import Final
from xml.parsers import expat

from gateway.errors import Unusable
from gateway.frontends.ncip.layout import Element

MESSAGE_BYTES: Final = 200_000
"""Longest message: the longest that any client sends, with a full description of an item, is some 20 kB."""
DEPTH: Final = 32
"""Elements within each other; NCIP's deepest message has 12."""
ELEMENTS: Final = 5_000
"""In a message; the longest has some 200."""
DECLARED: Final = re.compile(rb"""\A\s*<\?xml[^>]*?\sencoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
"""The encoding that the first line names."""
SIXTEEN_BITS: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, b"<\x00", b"\x00<")
SINGLE_BYTES: Final = "cp1252"
"""What is no UTF-8 is this: ISO-8859-1, which add-ons of ILLiad declare, with Windows' quotation marks."""


class Unread(Unusable):
    """It is no message that can be read; the text says what is wrong, and where."""


def read(body: bytes) -> Element:
    """The root element of a message; a blank line before it does not count. Raises `Unread`."""
    if len(body) > MESSAGE_BYTES:
        raise Unread(f"the message is longer than {MESSAGE_BYTES:,} bytes")
    if not body.strip():
        raise Unread("the message is empty")
    return _Reader().read(_text(body).lstrip())


def _text(body: bytes) -> str:
    """Whatever the first line says, UTF-8 is believed where it is UTF-8: other text is so by chance hardly ever."""
    if body.startswith(SIXTEEN_BITS):
        return _decoded(body, "utf-16" if body[:1] in b"\xff\xfe" else "utf-16-le" if body[0] else "utf-16-be")
    found = DECLARED.match(body)
    named = found[1].decode().lower() if found else "utf-8"
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if named in ("utf-8", "utf8"):
            raise Unread(f"byte {error.start} of the message is no UTF-8, which it says it is") from error
    return _decoded(body, SINGLE_BYTES)


def _decoded(body: bytes, encoding: str) -> str:
    try:
        return body.decode(encoding)
    except UnicodeDecodeError as error:
        raise Unread(f"byte {error.start} of the message stands for no character of {encoding}") from error


class _Reader:
    """One message."""

    def __init__(self) -> None:
        self._open: list[Element] = []
        self._root: Element | None = None
        self._count = 0
        parser = expat.ParserCreate("utf-8")
        parser.buffer_text = True
        parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
        parser.StartElementHandler = self._begin
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._say
        parser.StartDoctypeDeclHandler = self._doctype
        parser.SkippedEntityHandler = self._entity
        self._parser = parser

    def read(self, text: str) -> Element:
        try:
            self._parser.Parse(text.encode(), True)
        except expat.ExpatError as error:
            words = expat.ErrorString(error.code)
            raise Unread(f"line {error.lineno}, column {error.offset}: the message is no XML ({words})") from error
        except UnicodeEncodeError as error:
            raise Unread("the message has a character that XML has not") from error
        assert self._root is not None, "a document that was parsed has a root"
        return self._root

    def _begin(self, name: str, attributes: dict[str, str]) -> None:
        self._count += 1
        if self._count > ELEMENTS:
            raise self._unread(f"more than {ELEMENTS:,} elements")
        if len(self._open) >= DEPTH:
            raise self._unread(f"more than {DEPTH} elements within each other")
        element = Element(name.rpartition(":")[2])
        if self._open:
            self._open[-1].children.append(element)
        else:
            self._root = element
        self._open.append(element)

    def _end(self, name: str) -> None:
        element = self._open.pop()
        element.text = element.text.strip()

    def _say(self, text: str) -> None:
        self._open[-1].text += text

    def _doctype(self, name: str, system: str | None, public: str | None, declares: int) -> None:
        """Clients of the first edition name its document type, which is never fetched."""
        if declares:
            raise self._unread("declarations of a document type are not taken")

    def _entity(self, name: str, parameter: int) -> None:
        raise self._unread(f"the entity &{name[:40]}; is not known")

    def _unread(self, words: str) -> Unread:
        return Unread(f"line {self._parser.CurrentLineNumber}: {words}")
