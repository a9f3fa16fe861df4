"""The table of replies has a version, which programs go by: who changes the one has to change the other."""

import hashlib
import json
from pathlib import Path

from gateway.importer.replies import CHANGES, CHARACTERS, COUNTS, PLACES, REPLIES, VERSION, key
from gateway.marc import rules
from gateway.model import Outcome, Reason

DIGESTS = {3: "28d36270a8e562770487b6fee3a41f8c"}
"""Of each version since they are kept, what `digest` made of its table."""
PAGE = Path(__file__).resolve().parents[2] / "docs" / "fidelity.md"


def digest() -> str:
    """Of all that a version stands for: codes, keys, texts, and the words with which texts are filled in."""
    told = [
        [*Outcome],
        [*Reason],
        [[outcome, reason, key((outcome, reason)), reply.text] for (outcome, reason), reply in REPLIES.items()],
        sorted(PLACES),
        [COUNTS, CHARACTERS],
        {code: rule.words for code, rule in rules.RULES.items()},
    ]
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:32]


def test_a_table_that_has_changed_has_a_new_version() -> None:
    assert DIGESTS.get(VERSION) == digest(), (
        f"The replies are others than those of version {VERSION}. Add version {VERSION + 1} to CHANGES in "
        f'gateway/importer/replies.py, with what is new, and to DIGESTS here, with "{digest()}".'
    )


def test_a_version_stands_for_one_table() -> None:
    assert len({*DIGESTS.values()}) == len(DIGESTS)


def test_versions_rise_one_by_one_and_say_what_is_new() -> None:
    assert [*CHANGES] == [*range(1, VERSION + 1)]
    assert all(CHANGES.values())
    assert max(DIGESTS) == VERSION


def test_the_page_on_fidelity_says_what_is_new_in_each() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert f"The table has version {VERSION}: " in page
    assert [changed for version, changed in CHANGES.items() if f"| {version} | {changed} |" not in page] == []
