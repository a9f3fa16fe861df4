"""ASN.1 types as tables that read and write: a `Content` stands between a length and its end, an `Element` has a tag.

    RANGE = sequence(Range, start=tagged(1, INTEGER), count=tagged(2, INTEGER))

The names are those of a msgspec Struct's fields, in the order of the standard. A field whose default is None or () is
OPTIONAL, and left out while it has it. What a SEQUENCE has besides is passed over, as version 3 asks; of a field that
comes twice the last counts.
"""

from collections.abc import Callable, Mapping
from enum import Enum
from operator import attrgetter
from typing import Any, Final, NamedTuple

from msgspec import Struct

from gateway.frontends.z3950 import values
from gateway.frontends.z3950.ber import CONSTRUCTED, DEPTH, Malformed, Reader, Universal, identifier, key, length

Read = Callable[[Reader, int, int, int], Any]
"""Of a reader, where a content starts and stops, and how many levels may still be below it: the value. Any: a table's
rows differ in type; the Struct's annotations say which."""
Write = Callable[[Any], bytes]
"""A value's content, or its whole element."""

_MISSING: Final = object()
_LENGTHS: Final = tuple(map(length, range(4_096)))
"""Lengths up to that of most records, ready: an answer of ten records has some fifty."""


class Content(NamedTuple):
    """How what stands inside an element is read and written."""

    primitive: Read | None
    """Reads it from an element without parts; None where it must have some."""
    constructed: Read | None
    """Reads it from an element with parts; None where it must have none."""
    write: Write
    """Writes it; with parts only if it cannot be without."""


class Element(NamedTuple):
    """How one element, or one of several that exclude each other, is read and written."""

    readers: Mapping[int, Read]
    """By the element's key, what reads its content."""
    write: Write
    """The element with its tag and length."""


NULL: Final = Content(values.read_null, None, lambda _: b"")
BOOLEAN: Final = Content(values.read_boolean, None, values.write_boolean)
INTEGER: Final = Content(values.read_integer, None, values.write_integer)
BITS: Final = Content(values.read_bits, None, values.write_bits)
OCTETS: Final = Content(values.read_octets, values.read_segments, bytes)
STRING: Final = Content(values.read_string, values.read_string_segments, values.write_string)
OID: Final = Content(values.read_oid, None, values.write_oid)


def tagged(tag: int, content: Content) -> Element:
    """An element of this tag: a `Universal`, or else a number of context class (`[13] IMPLICIT`)."""
    readers = {
        key(tag, constructed): read
        for constructed, read in ((False, content.primitive), (True, content.constructed))
        if read is not None
    }
    head = identifier(tag, content.primitive is None)
    write = content.write
    ready = len(_LENGTHS)

    def element(value: Any) -> bytes:
        octets = write(value)
        size = len(octets)
        return head + (_LENGTHS[size] if size < ready else length(size)) + octets

    return Element(readers, element)


def around(element: Element) -> Content:
    """What is inside of an element that has another one around it: a content that is one element."""
    return Content(None, _only(element.readers), element.write)


def explicit(tag: int, element: Element) -> Element:
    """An element of this tag around another."""
    return tagged(tag, around(element))


def choice(*alternatives: tuple[type | tuple[type, ...], Element]) -> Element:
    """One of several elements; a value's own type says which, and no subclass of it does."""
    writers = {
        kind: element.write
        for kinds, element in alternatives
        for kind in (kinds if isinstance(kinds, tuple) else (kinds,))
    }

    def write(value: Any) -> bytes:
        return writers[type(value)](value)

    return Element({tag: read for _, element in alternatives for tag, read in element.readers.items()}, write)


def named(tags: Mapping[int, Enum]) -> Element:
    """A choice whose alternatives are all NULL, each with a name of its own."""
    written = {value: tagged(tag, NULL).write(None) for tag, value in tags.items()}

    def reading(value: Enum) -> Read:
        def read(reader: Reader, start: int, stop: int, depth: int) -> Enum:
            values.read_null(reader, start, stop, depth)
            return value

        return read

    return Element({key(tag, False): reading(value) for tag, value in tags.items()}, written.__getitem__)


def enumerated(kind: type[Enum]) -> Content:
    """An INTEGER whose values have names; one without stays an int, which a server refuses in the protocol's words."""
    names = {member.value: member for member in kind}

    def read(reader: Reader, start: int, stop: int, depth: int) -> Any:
        value = values.read_integer(reader, start, stop, depth)
        return names.get(value, value)

    return Content(read, None, lambda value: values.write_integer(int(value)))


def sequence(struct: type[Struct], /, **fields: Element) -> Content:
    """A SEQUENCE as a Struct; all its fields are named, in the order in which they are sent."""
    names = struct.__struct_fields__
    assert set(fields) == set(names), f"{struct.__name__} has other fields"
    defaults = [_MISSING] * (len(names) - len(struct.__struct_defaults__)) + list(struct.__struct_defaults__)
    begin = [default if default is None or default == () else _MISSING for default in defaults]
    required = max((number for number, value in enumerate(begin, start=1) if value is _MISSING), default=0)
    readers = {
        tag: (names.index(name), read) for name, element in fields.items() for tag, read in element.readers.items()
    }
    writers = [element.write for element in fields.values()]
    absent = [begin[names.index(name)] for name in fields]
    get = attrgetter(*fields) if len(fields) > 1 else lambda value: (getattr(value, *fields),)

    def read(reader: Reader, at: int, end: int, depth: int) -> Struct:
        if depth <= 0:
            raise Malformed("nested too deep", at)
        found = begin.copy()
        for tag, start, stop in reader.elements(at, end):
            row = readers.get(tag)
            if row is not None:
                found[row[0]] = row[1](reader, start, stop, depth - 1)
            elif tag ^ CONSTRUCTED in readers:
                raise Malformed(f"a field of {struct.__name__} in another form", start)
        if _MISSING in found[:required]:
            raise Malformed(f"{struct.__name__} without {names[found.index(_MISSING)]}", at)
        return struct(*found)

    def write(value: Struct) -> bytes:
        found = zip(writers, absent, get(value), strict=True)
        return b"".join([element(item) for element, default, item in found if item is not default])

    return Content(None, read, write)


def sequence_of(element: Element, most: int) -> Content:
    """A SEQUENCE OF as a tuple of at most so many."""
    readers, write = element.readers, element.write

    def read(reader: Reader, at: int, end: int, depth: int) -> tuple[Any, ...]:
        if depth <= 0:
            raise Malformed("nested too deep", at)
        found = reader.elements(at, end)
        if len(found) > most:
            raise Malformed(f"more than {most} in a list", at)
        try:
            return tuple([readers[tag](reader, start, stop, depth - 1) for tag, start, stop in found])
        except KeyError:
            raise Malformed("an element of another kind in a list", at) from None

    return Content(None, read, lambda items: b"".join(map(write, items)))


def alone(struct: type[Struct], content: Content) -> Content:
    """A content as the only field of a Struct, where its own type would not tell which alternative it is."""
    (name,) = struct.__struct_fields__

    def reading(inner: Read | None) -> Read | None:
        if inner is None:
            return None
        return lambda *content: struct(inner(*content))

    return Content(
        reading(content.primitive), reading(content.constructed), lambda value: content.write(getattr(value, name))
    )


def up_to(most: int, content: Content) -> Content:
    """A content of at most so many octets."""

    def reading(inner: Read | None) -> Read | None:
        if inner is None:
            return None

        def read(reader: Reader, start: int, stop: int, depth: int) -> Any:
            if stop - start > most:
                raise Malformed(f"more than {most} octets", start)
            return inner(reader, start, stop, depth)

        return read

    return Content(reading(content.primitive), reading(content.constructed), content.write)


def _only(readers: Mapping[int, Read]) -> Read:
    """Reads the only element of a content."""

    def read(reader: Reader, at: int, end: int, depth: int) -> Any:
        if depth <= 0:
            raise Malformed("nested too deep", at)
        found = reader.elements(at, end)
        if len(found) != 1:
            raise Malformed("one element must stand here", at)
        tag, start, stop = found[0]
        if tag not in readers:
            raise Malformed("an element of another kind", at)
        return readers[tag](reader, start, stop, depth - 1)

    return read


def whole(element: Element) -> Callable[[Reader], Any]:
    """Reads what is that element and no more. It raises `Malformed`."""
    read = _only(element.readers)
    return lambda reader: read(reader, 0, len(reader.buffer), DEPTH)


OBJECT: Final = tagged(Universal.OBJECT_IDENTIFIER, OID)
TEXT: Final = tagged(Universal.GENERAL_STRING, STRING)
"""An InternationalString with its own tag."""
