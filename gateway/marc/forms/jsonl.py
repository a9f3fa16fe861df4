"""MARC-in-JSON, a record a line, as pymarc, ruby-marc and others read and write it.

{"leader": "00714cam…", "fields": [{"001": "ocn123"}, {"245": {"ind1": "1", "ind2": "0", "subfields": [{"a": "…"}]}}]}
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import TypeGuard

from gateway.marc.forms.parts import (
    Fields,
    Unreadable,
    Wrong,
    control_field,
    data_field,
    leader,
    lines,
    parts,
    record,
    text_of,
    unreadable,
)
from gateway.marc.record import Field, Record


def write(record: Record) -> bytes:
    """The record on a line of its own."""
    fields = [{field.tag: field.text if field.control else _data(field)} for field in record.fields]
    shown = {"leader": record.leader.decode("ascii", "replace"), "fields": fields}
    return json.dumps(shown, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def read(pieces: Iterable[bytes]) -> Iterator[Record | Unreadable]:
    """The records of a file; lines that are blank are passed over."""
    for number, line in lines(pieces):
        if line.strip():
            try:
                yield _record(text_of(line))
            except Wrong as error:
                yield unreadable(number, error)


def _data(field: Field) -> dict[str, object]:
    indicators, subfields = parts(field)
    return {
        "ind1": indicators[0],
        "ind2": indicators[1],
        "subfields": [{code: value} for code, value in subfields],
    }


def _record(line: str) -> Record:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise Wrong("the line is not JSON; each holds one record, whole") from error
    if not _is_object(found):
        raise Wrong("the line is no JSON object")
    shown, fields = found.get("leader"), found.get("fields")
    if not isinstance(fields, list) or not all(map(_is_object, fields)):
        raise Wrong('"fields" is no list of objects')
    if shown is not None and not isinstance(shown, str):
        raise Wrong('"leader" is no text')
    made = Fields()
    for field in fields:
        for tag, value in field.items():
            made.add(_field(tag, value))
    return record(None if shown is None else leader(shown), made.so_far)


def _field(tag: str, value: object) -> Field:
    if isinstance(value, str):
        return control_field(tag, value)
    if not _is_object(value):
        raise Wrong(f"field {tag} is neither text nor an object")
    indicators = value.get("ind1"), value.get("ind2")
    subfields = value.get("subfields")
    if not isinstance(subfields, list) or not all(map(_is_object, subfields)):
        raise Wrong(f'field {tag} has no list "subfields" of objects')
    pairs = [pair for subfield in subfields for pair in subfield.items()]
    if not all(isinstance(text, str) for text in (*indicators, *(text for _, text in pairs))):
        raise Wrong(f"field {tag} has an indicator or a subfield that is no text")
    return data_field(tag, [str(indicator) for indicator in indicators], [(code, str(text)) for code, text in pairs])


def _is_object(value: object) -> TypeGuard[Mapping[str, object]]:
    return isinstance(value, dict)
