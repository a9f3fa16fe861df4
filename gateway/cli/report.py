"""A report of an attempt as one page of HTML to print, which asks for nothing beyond itself and runs nothing."""

from collections.abc import Iterator
from html import escape
from itertools import groupby
from pathlib import Path
from string import Template
from typing import Final

from gateway.cli.reading import zones_with
from gateway.config import Settings
from gateway.importer.report import Known, Pair, Report, Section
from gateway.marc.record import CONTROLS, Field, Record
from gateway.rulebook import rulebook
from gateway.stores.base import Store

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


async def known_with(store: Store, settings: Settings) -> Known:
    """The same, with the zones that this store keeps too."""
    return known(settings)._replace(zones=(await zones_with(store, settings)).by_key)


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
