"""A record in each of the forms in which people read it: what `templates/_record_views.html` needs to lay it out.

Whatever the bytes hold, each form shows all of it; of a record that cannot be read as fields, only its bytes are shown.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Final, NamedTuple

from gateway.desk.attempts import FindingShown
from gateway.marc import rules
from gateway.marc.iso2709 import Damaged
from gateway.marc.record import Record
from gateway.marc.views.beside import Beside, findings_by_field
from gateway.marc.views.field_layout import STRAY, UNKNOWN, Part
from gateway.marc.views.grid import grid
from gateway.marc.views.hexdump import HexRow, Span, hex_dump
from gateway.marc.views.labelled import labelled
from gateway.marc.views.texts import json_lines, mnemonic_lines, xml_lines
from gateway.model import BibRecord, Finding

VIEWS: Final = {
    "grid": "As in Connexion",
    "mnemonic": "Mnemonic",
    "labelled": "Labelled",
    "xml": "MARCXML",
    "json": "JSON",
    "hex": "Bytes",
}
"""Forms by what the query calls them, with the words of their tabs."""
HEX_BYTES: Final = 4_096
"""Bytes of one page of the form `hex`, a multiple of a row's sixteen: most records are shorter, and a page of bytes
that are a part each has still no more than some 600 kB."""
KINDS: Final = {
    "Leader": "leader",
    "directory": "directory",
    "field": "terminator",
    "record": "terminator",
    UNKNOWN: "odd",
    STRAY: "odd",
}
"""First word of a part's name -> what it is as a class of `style.css`; for the parts of fields `WITHIN` says it."""
WITHIN: Final = {"delimiter": "delimiter", "code": "delimiter", "indicators": "indicators", "text": "odd"}
"""Last word of the name of a part of a field -> its class; any other is a value."""
LEGEND: Final = {
    "leader": "Leader",
    "directory": "directory",
    "indicators": "indicators",
    "delimiter": "subfield delimiter and code",
    "value": "value",
    "terminator": "terminator",
    "odd": "what should not be there",
}
"""Classes in words, each with a look of its own."""


MADE: Final[Mapping[str, Callable[[Record], object]]] = {
    "grid": grid,
    "mnemonic": mnemonic_lines,
    "labelled": labelled,
    "xml": xml_lines,
    "json": json_lines,
}
"""What is laid out in each form but `hex`."""


class Page(NamedTuple):
    """Some of the bytes."""

    rows: tuple["RowShown", ...]
    start: int
    end: int
    total: int
    before: str
    """View of the bytes before these; empty where these are the first."""
    after: str
    """View of those behind them."""


class Bytes(NamedTuple):
    """Bytes of a row that are of one part."""

    part: int
    """Which of the parts, from 0."""
    hex: str
    text: str
    kind: str
    """Class of `LEGEND`."""
    title: str
    """What they are."""
    first: bool
    """Whether the part begins with them."""


class RowShown(NamedTuple):
    """Sixteen bytes, or what is left."""

    offset: int
    spans: tuple[Bytes, ...]
    begins: tuple[tuple[int, Part], ...]
    """Parts that begin here, each with its number."""
    findings: tuple[Finding, ...]
    """About these bytes."""


def shown(raw: bytes, view: str, findings: Iterable[Finding | FindingShown] = ()) -> dict[str, object]:
    """What the macro `record` of `_record_views.html` is called with.

    `view` is one of `VIEWS`, `hex:4096` for bytes from there on; anything else is the first of them.
    """
    name, _, start = view.partition(":")
    name = name if name in VIEWS else next(iter(VIEWS))
    found = [_finding(one) for one in findings]
    try:
        record = Record.parse(raw)
    except Damaged as error:
        return {
            "words": rules.words,
            "view": "hex",
            "views": {"hex": VIEWS["hex"]},
            "damaged": str(error),
            "beside": Beside({}, (), tuple(found)),
            "made": hex_page(raw, _start(start), found),
            "legend": LEGEND,
        }
    return {
        "words": rules.words,
        "view": name,
        "views": VIEWS,
        "damaged": "",
        "beside": findings_by_field(found, record),
        "made": _made(name, record, raw, _start(start), found),
        "legend": LEGEND,
    }


def findings_of(record: BibRecord) -> list[Finding]:
    """What is wrong or odd in a record that a zone holds; nothing of it refuses, for it is there."""
    numbered = any(one.kind == "oclc" for one in record.identifiers)
    try:
        return rules.findings(record.marc, Record.parse(record.marc), (), numbered=numbered)
    except Damaged as error:
        return [rules.damage(error)]


def hex_page(raw: bytes, start: int, findings: Iterable[Finding] = ()) -> Page:
    """The bytes from `start` on, with the directory laid over them."""
    dump = hex_dump(raw)
    begin = min(start, max(0, len(raw) - 1)) // HEX_BYTES * HEX_BYTES
    rows = [row for row in dump.rows if begin <= row.offset < begin + HEX_BYTES]
    starts = _by_row((part.start, number) for number, part in enumerate(dump.parts))
    found = [*findings]
    said = _by_row((one.offset, at) for at, one in enumerate(found) if one.offset is not None)
    end = min(begin + HEX_BYTES, len(raw))
    return Page(
        tuple([_row(row, dump.parts, starts, [found[at] for at in said.get(row.offset, ())]) for row in rows]),
        begin,
        end,
        len(raw),
        f"hex:{begin - HEX_BYTES}" if begin else "",
        f"hex:{end}" if end < len(raw) else "",
    )


def _by_row(starts: Iterable[tuple[int, int]]) -> dict[int, list[int]]:
    """Offset of a row -> what begins in it."""
    found: dict[int, list[int]] = {}
    for start, number in starts:
        found.setdefault(start // 16 * 16, []).append(number)
    return found


def _row(row: HexRow, parts: tuple[Part, ...], starts: Mapping[int, list[int]], findings: list[Finding]) -> RowShown:
    begins = [(number, parts[number]) for number in starts.get(row.offset, ())]
    spans, at = [], row.offset
    for span in row.spans:
        spans.append(_bytes(span, parts[span.part], at))
        at += len(span.raw)
    return RowShown(row.offset, tuple(spans), tuple(begins), tuple(findings))


def _bytes(span: Span, part: Part, at: int) -> Bytes:
    title = f"{part.name}: {part.explanation}" if part.explanation else part.name
    return Bytes(span.part, span.hex, span.text, kind_of(part), title, part.start == at)


def kind_of(part: Part) -> str:
    """Which class of `LEGEND` a part is of."""
    words = part.name.replace("/", " ").split()
    kind = KINDS.get(words[0]) if words else None
    return kind or WITHIN.get(words[-1], "value")


def _made(view: str, record: Record, raw: bytes, start: int, findings: list[Finding]) -> object:
    if view == "hex":
        return hex_page(raw, start, findings)
    made: object = MADE[view](record)
    return made


def _start(text: str) -> int:
    """The byte that is asked for; the first where that is no number of few figures."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _finding(one: Finding | FindingShown) -> Finding:
    if isinstance(one, Finding):
        return one
    return Finding(one.code, one.severity, one.field, one.occurrence, one.offset, one.detail)
