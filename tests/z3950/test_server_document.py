"""docs/z3950.md names every use attribute and every diagnostic that the servers have."""

import re
from pathlib import Path

import pytest

from gateway.config import Z3950Settings
from gateway.frontends.z3950 import alma, bib1, sets, wms

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs" / "z3950.md").read_text(encoding="utf-8")
SOURCES = sorted((ROOT / "gateway" / "frontends" / "z3950").glob("*.py"))
REFUSED = re.compile(r"(?:Refused|Diagnostic)\((\d+)")


def numbers(text: str) -> set[int]:
    """All whole numbers of a text; those of a range such as `117 to 120` too."""
    found = {int(number) for number in re.findall(r"\d+", text)}
    for first, last in re.findall(r"(\d+) to (\d+)", text):
        found.update(range(int(first), int(last) + 1))
    return found


def diagnostics() -> set[int]:
    """Every condition that is answered."""
    found = {int(number) for path in SOURCES for number in REFUSED.findall(path.read_text(encoding="utf-8"))}
    found |= {condition for kind, condition in bib1.UNSUPPORTED_VALUE.items()}
    return found | {wms.DATABASE_UNKNOWN, wms.DATABASE_FORBIDDEN, wms.WRONG_KEY, wms.TOO_OFTEN, 1029, 239, 238}


def test_every_diagnostic_is_told():
    table = TEXT.partition("## Why is my search refused?")[2]
    assert diagnostics() - numbers(table) == set()


@pytest.mark.parametrize(
    ("uses", "start", "end"),
    [(alma.USE, "## What can be searched on Alma", "## What comes back"), (wms.USE, "Twelve simple", "## Why")],
)
def test_every_use_attribute_is_told(uses, start, end):
    section = TEXT[TEXT.index(start) : TEXT.index(end)]
    assert set(uses) - numbers(section) == set()


def test_limits_are_those_of_the_settings():
    settings = Z3950Settings()
    assert settings.result_sets == sets.SETS
    assert f"keeps {settings.result_sets} result sets" in TEXT
    assert f"one of {settings.sessions} [assumed]" in TEXT
    assert f"{settings.records:,} records of a result set" in TEXT
    assert settings.idle_seconds == 600
    assert "ends after ten minutes of silence" in TEXT
