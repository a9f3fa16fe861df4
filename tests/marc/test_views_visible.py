"""Text in runs: plain, and marks for what cannot or must not be shown as it is."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.marc.views.visible import BYTE_ERRORS, Run, joined, shown, text_of, visible

ODD = st.sampled_from(
    [*" \t\n\x00\x1b\x1f\x7f\x85\u00a0\u00ad\u200d\u202e\u2066\u3000\ufeff\ufffd\ue000\uffff\U0010ffff\ud800"]
)
TEXTS = st.text(st.characters() | ODD | st.sampled_from("aé日\udce9\u0306"))


def marks(text: str) -> list[tuple[str, str, str, str]]:
    """(kind, shown, name, code) of each mark."""
    return [run[1:] for run in visible(text) if run.kind != "text"]


@pytest.mark.parametrize("text", ["", "a", "Sea /", "Voĭna i mir", "日本", "été", "a b c"])
def test_text_that_can_be_shown_has_no_mark(text: str) -> None:
    assert marks(text) == []
    assert shown(visible(text)) == text


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        ("a\x1bb", ("control", "␛", "ESC", "U+001B")),
        ("a\x00\x00b", ("control", "␀␀", "NUL", "U+0000 2 times")),
        ("a\x7fb", ("control", "⟨DEL⟩", "DEL", "U+007F")),
        ("a\x98b", ("control", "⟨SOS⟩", "SOS", "U+0098")),
        ("a\nb", ("control", "↵", "LF", "U+000A")),
        ("a\u2028b", ("control", "⟨LSEP⟩", "LSEP", "U+2028")),
        ("a\u202eb", ("turn", "⟨RLO⟩", "RLO", "U+202E")),
        ("a\u2067b", ("turn", "⟨RLI⟩", "RLI", "U+2067")),
        ("a\u200fb", ("turn", "⟨RLM⟩", "RLM", "U+200F")),
        ("a\u200bb", ("invisible", "⟨ZWSP⟩", "ZWSP", "U+200B")),
        ("a\ufe0fb", ("invisible", "⟨U+FE0F⟩", "VARIATION SELECTOR-16", "U+FE0F")),
        ("a\U000e0041b", ("invisible", "⟨U+E0041⟩", "TAG LATIN CAPITAL LETTER A", "U+E0041")),
        ("a\ufffdb", ("replacement", "\ufffd", "REPLACEMENT CHARACTER", "U+FFFD")),
        ("a\ue001b", ("private", "⟨U+E001⟩", "U+E001", "U+E001")),
        ("a\ufdd0b", ("noncharacter", "⟨U+FDD0⟩", "U+FDD0", "U+FDD0")),
        ("a\U0001ffffb", ("noncharacter", "⟨U+1FFFF⟩", "U+1FFFF", "U+1FFFF")),
        ("a\ud800b", ("surrogate", "⟨U+D800⟩", "U+D800", "U+D800")),
        (text_of(b"a\xe9\xe8b"), ("byte", "⟨E9 E8⟩", "not UTF-8", "E9 E8")),
        ("a\u00a0b", ("space", "⍽", "NBSP", "U+00A0")),
        ("a\tb", ("space", "⇥", "HT", "U+0009")),
        ("a  b", ("space", "··", "SPACE", "U+0020 2 times")),
        (" ab", ("space", "·", "SPACE", "U+0020")),
        ("ab ", ("space", "·", "SPACE", "U+0020")),
        ("\u0306ai\u0306", ("combining", "\u25cc\u0306", "COMBINING BREVE", "U+0306")),
        ("a\u3000b", ("space", "□", "IDEOGRAPHIC SPACE", "U+3000")),
    ],
)
def test_mark(text: str, mark: tuple[str, str, str, str]) -> None:
    assert marks(text) == [mark]


def test_one_space_between_words_is_plain() -> None:
    assert [run.text for run in visible(" a b  c ")] == [" ", "a b", "  ", "c", " "]


def test_runs_of_a_value_that_turns_text_about() -> None:
    assert visible("a\u202e<b>") == (
        Run("a", "text", "a"),
        Run("\u202e", "turn", "⟨RLO⟩", "RLO", "U+202E"),
        Run("<b>", "text", "<b>"),
    )


@given(TEXTS)
def test_runs_joined_are_the_text_and_what_is_shown_is_harmless(text: str) -> None:
    line = visible(text)
    assert joined(line) == text
    assert all(run.text and run.shown for run in line)
    assert shown(line).encode("utf-8") or not text
    assert not [run for run in visible(shown(line)) if run.kind not in ("text", "space", "replacement")]


@given(st.binary())
def test_bytes_are_given_back(value: bytes) -> None:
    assert joined(visible(text_of(value))).encode("utf-8", BYTE_ERRORS) == value


@pytest.mark.parametrize("value", ["é ", "\x1b\x00", "日  ", " ", "\u202e", "\udce9a", "a  ", "\ufeff\u00a0"])
def test_longest_value_is_split_at_once(value: str) -> None:
    text = (value * 9_000)[:9_000] + "é"
    before = time.process_time()
    assert joined(visible(text)) == text
    assert time.process_time() - before < 2
