"""Text as runs: what can be shown as it is, and marks for what cannot, must not, or would not be seen.

Bytes of a record are read by `text_of`, so that those which are not UTF-8 are still there to be shown.
"""

import re
import unicodedata
from collections.abc import Iterator
from typing import Final, Literal, NamedTuple

from gateway.marc.record import TURNS

Kind = Literal[
    "text",
    "space",
    "control",
    "turn",
    "invisible",
    "combining",
    "byte",
    "replacement",
    "private",
    "noncharacter",
    "surrogate",
]
"""What a run is. All but `text` are marks."""

BYTE_ERRORS: Final = "surrogateescape"
"""How bytes that are not UTF-8 are kept in text: each as a surrogate, U+DC80 to U+DCFF."""


class Run(NamedTuple):
    """A piece of text whose characters are shown in one way."""

    text: str
    """What the record holds. Of a mark it is never to be sent to a reader: it may not even be UTF-8."""
    kind: Kind = "text"
    shown: str = ""
    """What to show: for plain text the text itself, for a mark a few characters that are harmless."""
    name: str = ""
    """Of a mark: what the character is called, such as `ESC` or `NO-BREAK SPACE`."""
    code: str = ""
    """Of a mark: `U+001B`, with how often where it is repeated; of bytes their hexadecimal figures."""


Line = tuple[Run, ...]

_NAMED: Final = {
    0x00: "NUL SOH STX ETX EOT ENQ ACK BEL BS HT LF VT FF CR SO SI",
    0x10: "DLE DC1 DC2 DC3 DC4 NAK SYN ETB CAN EM SUB ESC FS GS RS US",
    0x7F: "DEL",
    0x80: "PAD HOP BPH NBH IND NEL SSA ESA HTS HTJ VTS PLD PLU RI SS2 SS3",
    0x90: "DCS PU1 PU2 STS CCH MW SPA EPA SOS SGC SCI CSI ST OSC PM APC",
    0xA0: "NBSP",
    0xAD: "SHY",
    0x34F: "CGJ",
    0x61C: "ALM",
    0x200B: "ZWSP ZWNJ ZWJ LRM RLM",
    0x2028: "LSEP PSEP LRE RLE PDF LRO RLO NNBSP",
    0x2060: "WJ",
    0x2066: "LRI RLI FSI PDI",
    0xFEFF: "BOM",
}
NAMES: Final = {chr(code): name for first, names in _NAMED.items() for code, name in enumerate(names.split(), first)}
"""Character -> its short name, by which people know it (Unicode, NamesList; UAX 9); others have Unicode's own."""
GLYPHS: Final = {" ": "·", "\u00a0": "⍽", "\u3000": "□", "\t": "⇥", "\n": "↵", "\ufffd": "\ufffd"}
"""Character -> what is shown in its place; a control of ASCII has its own picture, any other its short name."""

PICTURES: Final = 0x2400
"""Of the picture of NUL; those of the other controls of ASCII follow in their order."""

COMBINING: Final = "\u0300-\u036f\u0483-\u0489\u20d0-\u20f0\ufe20-\ufe2f"
"""Marks that stand on the letter before them; at the beginning of a text they would stand on what is not its own."""
CARRIER: Final = "\u25cc"
"""The dotted circle, on which such a mark is shown."""

_TURN = "".join(map(chr, TURNS)) + "\u200e\u200f\u061c"
_INVISIBLE = (
    "\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200d\u2060-\u2065\u206a-\u206f\u3164\ufe00-\ufe0f\ufeff"
    "\uffa0\ufff0-\ufff8\ufff9-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
"""Default-ignorable code points (Unicode, DerivedCoreProperties) and the three of interlinear annotation."""
_SPACE = "\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
"""Spaces other than the one of ASCII."""
_LAST = (0xFFFE, 0xFFFF)
"""The last two places of every plane, which are no characters."""
_NONCHARACTER = "\ufdd0-\ufdef" + "".join(chr(plane + last) for plane in range(0, 0x110000, 0x10000) for last in _LAST)
_CLASSES: Final[dict[Kind, str]] = {
    "space": rf"\t{_SPACE}",
    "control": r"\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029",
    "turn": _TURN,
    "invisible": _INVISIBLE,
    "private": "\ue000-\uf8ff\U000f0000-\U000ffffd\U00100000-\U0010fffd",
    "noncharacter": _NONCHARACTER,
    "replacement": "\ufffd",
    "surrogate": "\ud800-\udc7f\udd00-\udfff",
}
"""Kind -> the characters of which one, as often as it is repeated, is a mark."""
_ODD: Final = re.compile(
    "|".join(
        (
            r"(?P<byte>[\udc80-\udcff]+)",
            r"(?P<blank> {2,}|\A | \Z)",
            rf"(?P<combining>\A(?P<first>[{COMBINING}])(?P=first)*)",
            *(f"(?P<{kind}>(?P<{kind}_>[{members}])(?P={kind}_)*)" for kind, members in _CLASSES.items()),
        )
    )
)
_KINDS: Final[dict[str, Kind]] = {
    "byte": "byte",
    "blank": "space",
    "combining": "combining",
    **{kind: kind for kind in _CLASSES},
}
"""Group of the expression -> kind of mark."""


def text_of(value: bytes) -> str:
    """The text of bytes as `visible` takes it; it gives the same bytes back with `BYTE_ERRORS`."""
    return value.decode("utf-8", BYTE_ERRORS)


def visible(text: str) -> Line:
    """The text in runs, which joined are the text again.

    Marked are control characters, what turns the direction of text about, what cannot be seen, bytes that are not UTF-8
    (`text_of`), half of a character, what Unicode leaves to others or to none, an accent without its letter at the
    beginning; and of spaces leading, trailing and doubled ones and all that are not the ordinary one.
    """
    if text.isascii() and text.isprintable() and "  " not in text and text.strip(" ") == text:
        return (Run(text, "text", text),) if text else ()
    return tuple(_runs(text))


def joined(line: Line) -> str:
    """The text that the runs are of."""
    return "".join([run.text for run in line])


def shown(line: Line) -> str:
    """What a reader sees of the runs, as one text, which is UTF-8 and harmless."""
    return "".join([run.shown for run in line])


def plain(text: str) -> Run:
    """A run of text that has nothing in it to be marked."""
    return Run(text, "text", text)


def _runs(text: str) -> Iterator[Run]:
    begin = 0
    for match in _ODD.finditer(text):
        if match.start() > begin:
            yield plain(text[begin : match.start()])
        begin = match.end()
        yield _mark(match[0], _KINDS[(match.lastgroup or "").rstrip("_")])
    if begin < len(text):
        yield plain(text[begin:])


def _mark(text: str, kind: Kind) -> Run:
    if kind == "byte":
        figures = text.encode("ascii", BYTE_ERRORS).hex(" ").upper()
        return Run(text, kind, f"⟨{figures}⟩", "not UTF-8", figures)
    char, times = text[0], len(text)
    code = f"U+{ord(char):04X}"
    name = NAMES.get(char, "")
    glyph = GLYPHS.get(char) or (chr(PICTURES + ord(char)) if char < " " else f"⟨{name or code}⟩")
    if kind == "combining":
        glyph = CARRIER + char
    spelled = code if times == 1 else f"{code} {times} times"
    return Run(text, kind, glyph * times, name or unicodedata.name(char, code), spelled)
