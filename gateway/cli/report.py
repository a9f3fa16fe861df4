"""A report of an attempt as text to paste into a help ticket, and as one page of HTML to print.

The page asks for nothing beyond itself and runs nothing.
"""

import textwrap
from collections.abc import Iterator
from html import escape
from itertools import groupby
from pathlib import Path
from string import Template
from typing import Final

from gateway.cli.output import CONTROLS
from gateway.config import Settings
from gateway.importer.beside import Beside, again_after, attempts_before, not_taken, replaced
from gateway.importer.report import Known, Pair, Report, Section, deciding
from gateway.marc.record import Field, Record
from gateway.marc.views import mnemonic
from gateway.model import Attempt
from gateway.rulebook import rulebook
from gateway.stores.base import Store

COLUMNS: Final = 78
"""Width that mail keeps as it is; what cannot be broken, and the record's fields, may be wider."""
LABEL_COLUMNS: Final = 16
INDENT: Final = "  "
PAGE: Final = Path(__file__).with_name("report.html")


def known(settings: Settings) -> Known:
    """What a report says of the settings."""
    return Known(
        settings.model_hosts(),
        settings.model_zones(),
        settings.profiles,
        settings.merge_methods,
        rulebook(settings).replies,
    )


async def read_beside(store: Store, attempt: Attempt, known: Known) -> Beside:
    """All that the store has to tell beside an attempt."""
    before = await attempts_before(store, attempt, zone=attempt.receipt.zone)
    beside = await looked_beside(store, attempt, known, again_after(attempt, before))
    return beside._replace(replaced=await replaced(store, attempt))


async def looked_beside(store: Store, attempt: Attempt, known: Known, seconds: float | None) -> Beside:
    """What of it a diagnosis is made of; `seconds` since the same record had come are known already."""
    return Beside(seconds, await not_taken(store, attempt, deciding(attempt, known)))


def as_text(report: Report) -> str:
    """Plain text of `COLUMNS`; the record in mnemonic form, a field a line."""
    lines = [*_wrapped(report.heading, "")]
    for section in report.sections:
        lines += ["", section.heading]
        for pair in section.lines:
            lines += _lines(pair)
    lines += ["", report.record_heading]
    lines += [mnemonic(report.record)] if report.record else _wrapped(f"({report.unreadable})", INDENT)
    return "\n".join(lines).translate(CONTROLS)


def _lines(pair: Pair) -> list[str]:
    """A pair's lines, the value's own further ones under its first."""
    if not pair.label:
        return _wrapped(pair.value, INDENT)
    first = f"{INDENT}{pair.label:{LABEL_COLUMNS - 1}} "
    return _wrapped(pair.value, first, " " * len(first))


def _wrapped(text: str, first: str, further: str | None = None) -> list[str]:
    """The text within `COLUMNS`; numbers, addresses and the like are not broken."""
    return textwrap.wrap(
        text,
        COLUMNS,
        initial_indent=first,
        subsequent_indent=first if further is None else further,
        break_long_words=False,
        break_on_hyphens=False,
    )


def as_html(report: Report) -> str:
    """A whole page."""
    return Template(PAGE.read_text("utf-8")).substitute(
        heading=_escaped(report.heading),
        sections="\n".join(map(_section, report.sections)),
        record_heading=_escaped(report.record_heading),
        record=_table(report.record) if report.record else f"<p>({_escaped(report.unreadable)})</p>",
    )


def _section(section: Section) -> str:
    return f"<section>\n<h2>{_escaped(section.heading)}</h2>\n{''.join(_listed(section.lines))}\n</section>"


def _listed(pairs: tuple[Pair, ...]) -> Iterator[str]:
    """Prose in paragraphs, the rest in a list."""
    for is_labelled, some in groupby(pairs, key=lambda pair: bool(pair.label)):
        if is_labelled:
            terms = (f'<dt>{_escaped(pair.label)}</dt><dd dir="auto">{_escaped(pair.value)}</dd>' for pair in some)
            yield f"<dl>{''.join(terms)}</dl>"
        else:
            yield from (f'<p dir="auto">{_escaped(pair.value)}</p>' for pair in some)


def _table(record: Record) -> str:
    """The fields, each value in the direction of its own script."""
    leader = record.leader.decode("ascii", "replace")
    rows = [_row("LDR", "", _escaped(leader)), *map(_field, record.fields)]
    return f"<table>\n{''.join(rows)}</table>"


def _field(field: Field) -> str:
    if field.control:
        return _row(field.tag, "", _escaped(field.text))
    indicators, stray = field.head
    values = (f'<span class="code">${_escaped(code)}</span> {_bdi(value)}' for code, value in field.subfields())
    return _row(field.tag, indicators, " ".join([*([_bdi(stray)] if stray else []), *values]))


def _row(tag: str, indicators: str, content: str) -> str:
    cells = f'<td class="indicators">{_escaped(indicators)}</td><td class="value">{content}</td>'
    return f'<tr><th scope="row">{_escaped(tag)}</th>{cells}</tr>\n'


def _bdi(value: str) -> str:
    return f'<bdi dir="auto">{_escaped(value)}</bdi>'


def _escaped(text: str) -> str:
    return escape(text.translate(CONTROLS))
