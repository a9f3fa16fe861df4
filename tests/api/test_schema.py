"""What holds answers against the description finds what is otherwise."""

import pytest

from tests.api.asked import DESCRIPTION
from tests.api.schema import objections

ZONE = {"$ref": "#/components/schemas/ReplyShown"}
RIGHT = {"outcome": "refused", "reason": "locked", "key": "locked", "text": "", "evidence": "doc"}


def test_what_is_as_described_is_not_objected_to():
    assert objections(RIGHT, ZONE, DESCRIPTION) == []
    assert objections({**RIGHT, "reason": None}, ZONE, DESCRIPTION) == []


@pytest.mark.parametrize(
    "wrong",
    [
        {**RIGHT, "outcome": "gone"},
        {**RIGHT, "reason": "gone"},
        {**RIGHT, "text": None},
        {**RIGHT, "more": 1},
        {name: value for name, value in RIGHT.items() if name != "key"},
        [RIGHT],
    ],
)
def test_what_is_otherwise_is_objected_to(wrong):
    assert objections(wrong, ZONE, DESCRIPTION)
