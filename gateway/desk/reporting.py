"""A report of an attempt as plain text, to paste into a help ticket."""

import textwrap
from typing import Final

from gateway.importer.report import Pair, Report
from gateway.marc.record import CONTROLS, TURNS
from gateway.marc.views import mnemonic
from gateway.marc.views.visible import NAMES

COLUMNS: Final = 78
"""Width that mail keeps as it is; what cannot be broken, and the record's fields, may be wider."""
LABEL_COLUMNS: Final = 16
INDENT: Final = "  "
SHOWN: Final = CONTROLS | {code: f"⟨{NAMES[chr(code)]}⟩" for code in (*TURNS, 0x200E, 0x200F, 0x61C)}
"""What turns the direction of text about is seen, and turns nothing."""


def as_text(report: Report) -> str:
    """Plain text of `COLUMNS`; the record in mnemonic form, a field a line."""
    lines = [*_wrapped(report.heading, "")]
    for section in report.sections:
        lines += ["", section.heading]
        for pair in section.lines:
            lines += _lines(pair)
    lines += ["", report.record_heading]
    lines += [mnemonic(report.record)] if report.record else _wrapped(f"({report.unreadable})", INDENT)
    return "\n".join(lines).translate(SHOWN)


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
