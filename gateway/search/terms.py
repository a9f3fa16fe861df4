"""The words of a search box: `title:rivers`, `"a phrase"`, `after:"2026-11-22 14:30"`. Knows not what they mean."""

import difflib
import re
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from gateway.errors import BadQuery
from gateway.marc.record import printable

TEXT_CHARACTERS: Final = 1_000
"""Longest search: a title pasted into it fits ten times over, and what it costs stays small."""
LIKENESS: Final = 0.6
"""At least so like a word must a known one be to be suggested, by difflib's ratio, 1 = the same."""
AS_IT_IS: Final = "To look for it as it is, quote it"
"""What may have been meant by a word that means something else."""
_QUOTES: Final = dict.fromkeys(map(ord, "“”„‟"), '"')
"""Word processors and telephones make these of a plain one."""
_TERM: Final = re.compile(
    r"\s*(?:(?P<key>[^\W\d][\w-]*|[0-9X]{3}):)?"
    r'(?:"(?P<quoted>[^"]*)"|(?P<open>"[^"]*\Z)|(?P<plain>\S*))',
    re.IGNORECASE,
)
_SAFE: Final = re.compile(r"[^\W_][\w.+-]*")
"""What means itself without quotes."""


class Term(NamedTuple):
    """A word, or a phrase in quotes, and what stands before its colon."""

    key: str
    """Empty where nothing stands there."""
    value: str
    phrase: bool
    """Whether it stood in quotes."""

    def __str__(self) -> str:
        value = self.value if '"' in self.value or _SAFE.fullmatch(self.value) else f'"{self.value}"'
        return f"{self.key}:{value}" if self.key else value


def terms(text: str) -> Iterator[Term]:
    """The terms of a search. Raises `BadQuery` where it is too long or a quote is not closed."""
    clean = cleaned(text)
    at = 0
    while at < len(clean):
        match = _TERM.match(clean, at)
        assert match is not None  # each part may be empty
        at = match.end()
        if match["open"] is not None:
            raise not_closed(match["open"])
        phrase = match["quoted"] is not None
        value = match["quoted"] if phrase else match["plain"]
        yield Term(match["key"] or "", value.strip(), phrase)


def cleaned(text: str) -> str:
    """A search without what nobody means: control characters are blanks, and quotes are plain ones.

    Raises `BadQuery` where it is too long.
    """
    if len(text) > TEXT_CHARACTERS:
        raise BadQuery(f"the search has {len(text):,} characters; it may have {TEXT_CHARACTERS:,}")
    return printable(text.encode("utf-8", "replace").decode("utf-8")).translate(_QUOTES).strip()


def not_closed(rest: str) -> BadQuery:
    """Why a search is not read whose last quote is open; `rest` begins with it."""
    return BadQuery(f"a quote is not closed: {rest.strip()}")


def no_word(key: str, known: Iterable[str]) -> BadQuery:
    """Why a search is not read in which this stands before a colon."""
    return BadQuery(f"{key}: is no word of a search; {suggestion(key, known)} {AS_IT_IS}")


def suggestion(word: str, known: Iterable[str]) -> str:
    """`did you mean …?` where one of the known words is like it, else what there is. A sentence's end."""
    names = [*known]
    close = difflib.get_close_matches(word.lower(), names, n=1, cutoff=LIKENESS)
    return f"did you mean {close[0]}?" if close else f"there are {', '.join(names)}."
