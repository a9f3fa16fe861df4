"""What differs between two versions of a record, and why each field went or came."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.importer.changes import MOVED, changes
from gateway.importer.merge import METHODS, merger
from gateway.marc.record import Field, Record
from gateway.model import MergeMethod
from tests.marc.mnemonic import LEADER, mrk

MARKS = {"same": " ", "removed": "-", "added": "+"}
OVERLAY = "overlay-all-fields-but-local"
OWN = {"ours": MergeMethod(title="Keep our notes")}


def told(before: str | Record, after: str | Record, made_by: str = "") -> str:
    """The changes as people would write them down: a mark, the field, and why."""
    old, new = (mrk(text) if isinstance(text, str) else text for text in (before, after))
    lines = []
    for change in changes(old, new, made_by, OWN):
        tag, text = change.field.tag, change.field.text.replace("\x1f", "$")
        shown = text.replace(" ", "\\") if change.field.control or tag == "LDR" else text[:2].replace(" ", "\\") + text[2:]
        lines.append(f"{MARKS[change.kind]} {tag} {shown}{change.why and f' ({change.why})'}")
    return "\n".join(lines)


def expected(text: str) -> str:
    return "\n".join(line[4:] for line in text.strip("\n").splitlines()).rstrip()
