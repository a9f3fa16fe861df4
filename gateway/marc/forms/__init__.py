"""Records as text in files: mnemonic form, MARCXML and MARC-in-JSON, each written and read record by record.

What one of them writes of a sound record it reads back byte for byte. They open no file: bytes go in and out. ISO 2709
is `marc.iso2709`'s; how a file of it is cut into records, the sender's.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Final, NamedTuple

from gateway.marc.forms import jsonl, marcxml, mrk
from gateway.marc.forms.parts import Unreadable
from gateway.marc.record import Record


class Form(NamedTuple):
    """A way to write records down."""

    title: str
    write: Callable[[Record], bytes]
    """What is not UTF-8 becomes the replacement character, and a missing indicator a blank."""
    read: Callable[[Iterable[bytes]], Iterator[Record | Unreadable]]
    """The records of a file that comes in pieces. One that cannot be read is told of and passed over."""
    objection: Callable[[Record], str] = lambda record: ""
    """What of a record the form's own rules do not allow, though it is written; mostly nothing."""
    head: bytes = b""
    """Before the first record of a file."""
    foot: bytes = b""
    """Behind the last."""


FORMS: Final[dict[str, Form]] = {
    "mrk": Form("mnemonic form of MARCMaker and MarcEdit", mrk.write, mrk.read),
    "xml": Form("MARCXML", marcxml.write, marcxml.read, marcxml.objection, marcxml.HEAD, marcxml.FOOT),
    "jsonl": Form("MARC-in-JSON, a record a line", jsonl.write, jsonl.read),
}
"""By name, which is also the end of such a file's name."""
ISO_2709: Final = "mrc"
"""The name of the one form that is no text."""
ENDINGS: Final[dict[str, str]] = {
    **dict.fromkeys(("mrc", "marc", "dat", "out"), ISO_2709),
    **dict.fromkeys(("mrk", "mrk8"), "mrk"),
    **dict.fromkeys(("xml", "marcxml"), "xml"),
    **dict.fromkeys(("jsonl", "ndjson", "json"), "jsonl"),
}
"""How names of files end -> the form that is meant."""
BEGINNINGS: Final = {b"=": "mrk", b"<": "xml", b"{": "jsonl"}
"""First byte of a file, behind blanks and a byte order mark; ISO 2709 begins with five digits."""


def by_name(file: str) -> str | None:
    """The form that a file's name promises."""
    _, dot, ending = file.rpartition(".")
    return ENDINGS.get(ending.lower()) if dot else None


def is_utf16(beginning: bytes) -> bool:
    """Whether a file's first bytes say so; only XML is read in it."""
    return beginning.startswith((b"\xff\xfe", b"\xfe\xff"))


def by_beginning(beginning: bytes) -> str | None:
    """The form that a file's first bytes show."""
    if is_utf16(beginning):
        text = beginning[: len(beginning) // 2 * 2].decode("utf-16", "replace")
        return "xml" if text.lstrip().startswith("<") else None
    start = beginning.removeprefix(b"\xef\xbb\xbf").lstrip()
    if start[:5].isdigit() and len(start) >= 5:
        return ISO_2709
    return BEGINNINGS.get(start[:1])
