"""A record's text forms for reading on a page, line by line: mnemonic form, MARCXML, MARC-in-JSON.

They are what `marc.forms` writes, spread out, but that what cannot be seen or sent is marked where `forms` has the
replacement character: a line joined again may hold what neither XML nor UTF-8 has. Files are written by `forms`.
"""

import json
from collections.abc import Iterator
from typing import Final
from xml.sax.saxutils import escape

from gateway.marc.forms.marcxml import NAMESPACE
from gateway.marc.forms.parts import parts
from gateway.marc.record import Field, Record
from gateway.marc.views.mnemonics import mnemonic
from gateway.marc.views.visible import BYTE_ERRORS, Line, Run, plain, text_of, visible

_QUOTES: Final = {'"': "&quot;"}
_MNEMONIC_HEAD: Final = len("=245  ")


def mnemonic_lines(record: Record) -> tuple[Line, ...]:
    """Mnemonic form, a field a line."""
    lines = mnemonic(record, BYTE_ERRORS).split("\n")
    return tuple([_line(0, line[:_MNEMONIC_HEAD], *visible(line[_MNEMONIC_HEAD:])) for line in lines])


def xml_lines(record: Record) -> tuple[Line, ...]:
    """MARCXML: one `record` with its name space."""
    return tuple(_xml(record))


def json_lines(record: Record) -> tuple[Line, ...]:
    """MARC-in-JSON, a subfield a line. Control characters of ASCII are spelled out as JSON does."""
    return tuple(_json(record))


def _xml(record: Record) -> Iterator[Line]:
    yield _line(0, f'<record xmlns="{NAMESPACE}">')
    yield _line(1, "<leader>", *_escaped(text_of(record.leader)), "</leader>")
    for field in record.fields:
        tag = _quoted(field.tag)
        if field.control:
            text = _escaped(text_of(field.body))
            yield _line(1, '<controlfield tag="', *tag, '">', *text, "</controlfield>")
            continue
        indicators, subfields = parts(field, BYTE_ERRORS)
        first, second = map(_quoted, indicators)
        yield _line(1, '<datafield tag="', *tag, '" ind1="', *first, '" ind2="', *second, '">')
        for code, value in subfields:
            yield _line(2, '<subfield code="', *_quoted(code), '">', *_escaped(value), "</subfield>")
        yield _line(1, "</datafield>")
    yield _line(0, "</record>")


def _escaped(text: str) -> Line:
    return visible(escape(text))


def _quoted(text: str) -> Line:
    """For an attribute, where one blank is plain to see."""
    return (plain(text),) if text == " " else visible(escape(text, _QUOTES))


def _json(record: Record) -> Iterator[Line]:
    yield _line(0, "{")
    yield _line(1, '"leader": ', *_string(text_of(record.leader)), ",")
    yield _line(1, '"fields": [')
    for place, field in enumerate(record.fields, 1):
        comma = "," if place < len(record.fields) else ""
        tag = _string(field.tag)
        if field.control:
            yield _line(2, "{", *tag, ": ", *_string(text_of(field.body)), "}" + comma)
        else:
            yield from _json_field(tag, field, comma)
    yield _line(1, "]")
    yield _line(0, "}")


def _json_field(tag: Line, field: Field, comma: str) -> Iterator[Line]:
    indicators, subfields = parts(field, BYTE_ERRORS)
    first, second = map(_string, indicators)
    yield _line(2, "{", *tag, ': {"ind1": ', *first, ', "ind2": ', *second, ', "subfields": [')
    for place, (code, value) in enumerate(subfields, 1):
        yield _line(3, "{", *_string(code), ": ", *_string(value), "}," if place < len(subfields) else "}")
    yield _line(2, "]}}" + comma)


def _string(text: str) -> Line:
    """A string of JSON, in its quotation marks."""
    spelled = json.dumps(text, ensure_ascii=False)[1:-1]
    return (plain('"'), *((plain(" "),) if text == " " else visible(spelled)), plain('"'))


def _line(depth: int, *pieces: str | Run) -> Line:
    """A line, two blanks a step to the right; plain runs that follow each other are one."""
    runs = [plain("  " * depth)] if depth else []
    for piece in pieces:
        run = plain(piece) if isinstance(piece, str) else piece
        if runs and runs[-1].kind == run.kind == "text":
            runs[-1] = plain(runs[-1].text + run.text)
        elif run.text:
            runs.append(run)
    return tuple(runs)
