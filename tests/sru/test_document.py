"""docs/sru.md says what there is."""

import re
from pathlib import Path

from gateway.frontends.sru.wire import DIAGNOSTICS, MOST_RECORDS, PAGE, SCHEMAS
from gateway.search.cql_indexes import INDEXES, OTHER_NAMES
from gateway.search.cql_tokens import QUERY_CHARACTERS
from gateway.search.query import TREE_TERMS

TEXT = (Path(__file__).resolve().parents[2] / "docs" / "sru.md").read_text(encoding="utf-8")
ROWS = [[cell.strip() for cell in line.strip("|").split("|")] for line in TEXT.splitlines() if line.startswith("|")]


def test_it_names_every_index_with_its_relations():
    told = {
        name: re.findall(r"`(.+?)`", relations)
        for first, _, relations in (row for row in ROWS if row[0].startswith("`alma.") and len(row) == 3)
        for name in re.findall(r"`alma\.(\w+)`", first)
    }
    assert told == {one.name: [*one.relations] for one in INDEXES}
    sorts = {
        name for row in ROWS if row[1:] and row[1].endswith("; sorts") for name in re.findall(r"alma\.(\w+)", row[0])
    }
    assert sorts == {one.name for one in INDEXES if one.sort}
    assert {name for name in OTHER_NAMES if name.startswith("dc.") and f"`{name}`" not in TEXT} == set()


def test_it_names_every_diagnostic_and_no_other():
    listed = {int(number) for row in ROWS for number in row[0].split(" · ") if number.isdigit()}
    assert listed == {*DIAGNOSTICS}


def test_it_names_schemas_and_limits():
    assert all(f"`{name}`" in TEXT for name in SCHEMAS)
    assert f"{PAGE} unless it is said; {MOST_RECORDS} come at most" in TEXT
    assert f"at most {QUERY_CHARACTERS:,} characters and {TREE_TERMS} terms" in TEXT
