"""docs/publishing.md tells what there is."""

from pathlib import Path

import pytest
from msgspec import structs

from gateway.config.tree import OaiSettings, SetSettings
from gateway.publishing.batch import BATCH
from gateway.publishing.enrichment import FACTS, FIELDS_OF_PROFILE, SUBFIELDS_OF_FIELD
from gateway.publishing.rules import LISTED_RECORDS, SETS_OF_ZONE
from gateway.stores.publishing import RUNS_KEPT

DOCUMENT = (Path(__file__).parents[2] / "docs" / "publishing.md").read_text("utf-8")
FIELDS = [field.name for settings in (OaiSettings, SetSettings) for field in structs.fields(settings)]


@pytest.mark.parametrize("word", [*FACTS["item"], *FIELDS])
def test_every_fact_and_every_setting_is_told(word: str) -> None:
    assert f"`{word}" in DOCUMENT


def test_limits_are_told() -> None:
    limits = f"At most {FIELDS_OF_PROFILE} fields with {SUBFIELDS_OF_FIELD} subfields each, and {SETS_OF_ZONE} sets"
    assert limits in DOCUMENT
    assert f"a list has at most {LISTED_RECORDS:,} records" in DOCUMENT
    assert f"The newest {RUNS_KEPT} runs of each set" in DOCUMENT
    assert BATCH == 100
