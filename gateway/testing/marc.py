"""A record that a test holds against another: bytes, a `pymarc.Record`, or a file; and what differs, field by field."""

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, Protocol, TypeAlias, runtime_checkable

from gateway.importer.changes import Change, changes
from gateway.marc.iso2709 import Damaged
from gateway.marc.record import Field, Record, to_pymarc
from gateway.marc.views.mnemonics import mnemonic

if TYPE_CHECKING:
    import pymarc

SHOWN_TITLE: Final = 40
"""Characters of a title in a repr."""
SHOWN_LINE: Final = 300
"""Characters of a field in a diff: an abstract is known by its beginning."""
SHOWN_FIELDS: Final = 60
"""Most lines of a diff: of two records that have nothing in common, as many as one reads."""
SHOWN_BYTES: Final = 12
"""Bytes around the first that differs."""


@runtime_checkable
class Written(Protocol):
    """What can write itself as ISO 2709, such as a `pymarc.Record`."""

    def as_marc(self) -> bytes:
        """Its bytes."""


Given: TypeAlias = "Marc | bytes | bytearray | os.PathLike[str] | Written"
"""In which forms a test may give a record."""


class Marc:
    """A record as its bytes. Equals what has the same bytes; a `pymarc.Record` also where only lengths differ."""

    __slots__ = ("raw",)

    def __init__(self, raw: bytes) -> None:
        self.raw: Final = raw

    def __bytes__(self) -> bytes:
        return self.raw

    def __len__(self) -> int:
        return len(self.raw)

    def __eq__(self, other: object) -> bool:
        raw = raw_of(other)
        if raw is None:
            return NotImplemented
        return self.raw == raw or (isinstance(other, Written) and _same_fields(self.raw, raw))

    def __hash__(self) -> int:
        return hash(self.raw)

    def __str__(self) -> str:
        """Mnemonic form. Raises `iso2709.Damaged`."""
        return mnemonic(Record.parse(self.raw))

    def __repr__(self) -> str:
        try:
            title = Record.parse(self.raw).title
        except Damaged:
            title = "damaged"
        title = title if len(title) <= SHOWN_TITLE else f"{title[: SHOWN_TITLE - 1]}…"
        return f"<Marc {len(self.raw)} bytes: {title}>"

    @property
    def pymarc(self) -> "pymarc.Record":
        """In pymarc's objects. Raises `iso2709.Damaged`."""
        return to_pymarc(Record.parse(self.raw))


def raw_of(given: object) -> bytes | None:
    """The bytes of a record in one of the forms of `Given`; None of anything else. Raises `OSError` for a file."""
    match given:
        case Marc():
            return given.raw
        case bytes() | bytearray():
            return bytes(given)
        case os.PathLike():
            with open(given, "rb") as file:
                return file.read()
        case Written():
            return given.as_marc()
        case _:
            return None


def compared(left: object, right: object) -> list[str] | None:
    """What differs between the two sides of `==`, line by line, as pytest shows it: `+` is left, `-` right.

    None where one of them is no record.
    """
    ours, theirs = raw_of(left), raw_of(right)
    if ours is None or theirs is None:
        return None
    return [f"{_named(left)} == {_named(right)}", "", *_differing(ours, theirs)]


def _named(side: object) -> str:
    marc = Marc(raw_of(side) or b"")
    return repr(marc) if isinstance(side, Marc) else f"{type(side).__name__} {marc!r}"


def _differing(ours: bytes, theirs: bytes) -> Iterator[str]:
    try:
        left, right = Record.parse(ours), Record.parse(theirs)
    except Damaged as error:
        yield f"one of them cannot be read: {error}"
        yield _first_byte(ours, theirs)
        return
    found = [*changes(right, left)]
    differ = [change for change in found if change.kind != "same"]
    if not differ:
        yield "Every field is the same, the bytes are not."
        yield _first_byte(ours, theirs)
        return
    yield "What differs (+ left side, - right side):"
    yield from [f"  {line}" for change in differ[:SHOWN_FIELDS] for line in _lines(change)]
    if len(differ) > SHOWN_FIELDS:
        yield f"  and {len(differ) - SHOWN_FIELDS} more"
    same = len(found) - len(differ)
    yield f"The same: {same} {'fields' if same != 1 else 'field'}, the Leader counted as one."


def _lines(change: Change) -> Iterator[str]:
    text = spelled(change.field)
    yield f"{'+' if change.kind == 'added' else '-'} {text if len(text) <= SHOWN_LINE else text[:SHOWN_LINE] + '…'}"


def spelled(field: Field) -> str:
    """A field, or the Leader, in mnemonic form."""
    whole = mnemonic(Record(field.body, ()) if field.tag == "LDR" else Record(b"", [field]))
    return whole if field.tag == "LDR" else whole.partition("\n")[2]


def _first_byte(ours: bytes, theirs: bytes) -> str:
    at = next((at for at, (one, other) in enumerate(zip(ours, theirs, strict=False)) if one != other), None)
    if at is None:
        return f"+ has {len(ours):,} bytes, - has {len(theirs):,}, and as far as both go they are the same."
    left, right = (side[max(at - SHOWN_BYTES, 0) : at + SHOWN_BYTES] for side in (ours, theirs))
    return f"They differ from byte {at:,} on: + …{left!r}…, - …{right!r}…"


def _same_fields(ours: bytes, theirs: bytes) -> bool:
    try:
        found = [*changes(Record.parse(theirs), Record.parse(ours))]
    except Damaged:
        return False
    return all(change.kind == "same" for change in found)
