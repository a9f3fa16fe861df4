"""Refusals: each has its words, and names what is wrong."""

import pytest

from gateway.circulation.lending import Refusal, Refused
from gateway.circulation.lending.refusals import WORDS
from gateway.circulation.rules import SHOWN_CHARACTERS


@pytest.mark.parametrize("kind", Refusal)
def test_has_words_that_name_the_value(kind: Refusal) -> None:
    assert "'4711'" in str(Refused(kind, "item", "4711"))
    assert len(str(Refused(kind, "item", "x\n" * 1_000))) < len(WORDS[kind]) + 2 * SHOWN_CHARACTERS


def test_says_what_is_wrong_with_what() -> None:
    refused = Refused(Refusal.UNKNOWN_ITEM, "item", "4711")
    assert (refused.kind, refused.element, refused.value) == ("unknown-item", "item", "4711")
    assert str(refused) == "there is no item '4711'"
