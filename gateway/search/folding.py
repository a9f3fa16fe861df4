"""The words of a text, folded so that what looks alike to a reader is found alike: for the search of records.

What is done to a character stands in tables here; no store folds anything itself, so all of them find the same. On
top of `fold.folded`, by which texts are compared as they were written, letters lose here what catalogues and keyboards
leave out.

- Case, and compatibility forms: full width, ligatures, the shapes of Arabic letters.
- Marks above, below and through a letter, vowel points of Hebrew and Arabic. What has no such class stays: vowel signs
  of Indic scripts and of Thai, and the voicing of kana.
- Apostrophes, and the signs of romanization that look like them (ayn, alif, the soft sign), are left out, and so join:
  `walker's` is `walkers`. Behind the short words that French and Italian elide they part: `l'histoire` is two words, so
  that `histoire` finds it. All other punctuation parts words, hyphens among it: `al-bahr` is two words.
- Digits of every script are 0 to 9.
- Chinese characters, kana and Hangul are a word each, for their text does not part words; `grams` pairs them.
  Traditional and simplified characters stay different, as do hiragana and katakana.
"""

# ruff: noqa: RUF001  # letters of other scripts are what this is about

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Final
from unicodedata import category, combining, decimal, normalize

from gateway.search.fold import folded

LETTERS: Final = {
    "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i", "ħ": "h", "ŧ": "t", "ŋ": "n",
    "ƀ": "b", "ɖ": "d", "ɗ": "d", "ɓ": "b", "ƙ": "k", "ɨ": "i", "ʉ": "u", "ơ": "o", "ư": "u", "ĸ": "k", "ſ": "s",
    "ґ": "г",
}  # fmt: skip
"""Letters of Latin and Cyrillic that Unicode does not take apart."""
ARABIC: Final = {
    "ٱ": "ا", "ة": "ه", "ى": "ي", "ی": "ي", "ې": "ي", "ک": "ك", "ڪ": "ك", "ھ": "ه", "ہ": "ه", "ە": "ه", "ۀ": "ه",
}  # fmt: skip
"""Alef of a join, teh marbuta, alef maksura, and the letters of Persian and Urdu that are others on Arabic keyboards.

Alef, waw and yeh with hamza or madda are a letter and a mark, which is taken off.
"""
HEBREW: Final = {"ך": "כ", "ם": "מ", "ן": "נ", "ף": "פ", "ץ": "צ"}
"""Letters that have another shape at the end of a word."""
JOINING: Final = "'`\u00b4\u00b7\u02b9\u02ba\u02bb\u02bc\u02bd\u02be\u02bf\u2018\u2019\u201b\u2032\u05f3\u05f4\u0640"
"""What is left out within a word: apostrophes, primes, ayn and alif, the dot of Catalan, geresh and gershayim,
tatweel. Characters that have no width, and direct others, are left out too (category Cf).
"""
ELIDED: Final = "l d j m n s t c qu un all dall dell nell sull"
"""Words that an apostrophe parts from the next."""
EACH_A_WORD: Final = (
    (0x1100, 0x11FF),  # Hangul jamo
    (0x3005, 0x3007),  # marks of repetition, ideographic zero
    (0x3040, 0x30FF),  # kana
    (0x3130, 0x318F),  # Hangul jamo
    (0x31F0, 0x31FF),  # kana
    (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF),  # Chinese characters
    (0xA960, 0xA97F),
    (0xAC00, 0xD7FF),  # Hangul
    (0xF900, 0xFAFF),
    (0x20000, 0x3FFFF),  # rarer Chinese characters
)
"""First and last code point of what is a word by itself."""
POINTS: Final = range(10, 37)
"""Canonical combining classes of the vowel points of Hebrew, Arabic and Syriac."""
ACCENTS: Final = 200
"""From this class on marks sit at a letter of any script; below it are vowels and tones of Thai, Lao and Tibetan."""

_SINGLE: Final = re.compile(f"([{''.join(f'{chr(first)}-{chr(last)}' for first, last in EACH_A_WORD)}])")
_DELIMITER: Final = "\x1f"
_ASCII: Final = bytes(
    ord(chr(code).lower()) if chr(code).isalnum() or chr(code) == _DELIMITER else ord(" ") for code in range(0x80)
) + bytes(range(0x80, 0x100))
_ELISION: Final = re.compile(rf"(?<![^\W_])({ELIDED.replace(' ', '|')})['\u2019](?=[^\W_])", re.IGNORECASE)
_LEFT_OUT: Final = b"'`"
_PARTS: Final = " "


def words(text: str) -> list[str]:
    """The folded words, in their order."""
    if "'" in text or "\u2019" in text:
        text = _ELISION.sub(r"\1 ", normalize("NFC", text))
    if text.isascii():
        return text.encode().translate(_ASCII, _LEFT_OUT).decode("ascii").replace(_DELIMITER, _PARTS).split()
    return _other_words(text)


def words_by_subfield(body: bytes) -> list[tuple[str, list[str]]]:
    """Code and words of each subfield of a field in UTF-8; what is none parts words.

    Most fields are ASCII, and quick.
    """
    if body.isascii() and b"'" not in body:
        parts = body.translate(_ASCII, _LEFT_OUT).decode("ascii").split(_DELIMITER)
        return [(part[0], part[1:].split()) for part in parts[1:] if part]
    parts = body.decode("utf-8", "replace").split(_DELIMITER)
    return [(part[0], words(part[1:])) for part in parts[1:] if part]


def is_single(word: str) -> bool:
    """Whether the word is a character that is a word by itself."""
    return len(word) == 1 and not word.isascii() and _SINGLE.match(word) is not None


def grams(among: Iterable[str]) -> Iterator[str]:
    """Pairs of neighbours that are a word each by themselves, such as `海燈` and `燈集` of `海 燈 集`."""
    for first, second in pairwise(among):
        if not first.isascii() and is_single(first) and is_single(second):
            yield first + second


def _other_words(text: str) -> list[str]:
    parted = normalize("NFC", normalize("NFKD", folded(text)).translate(_TABLE))
    return _SINGLE.sub(r" \1 ", parted).split()


class _Table(dict[int, str]):
    """What becomes of a character, found out when it is first met."""

    def __missing__(self, code: int) -> str:
        self[code] = becomes = _becomes(chr(code))
        return becomes


def _becomes(character: str) -> str:
    kind = category(character)
    if kind[0] == "M":
        place = combining(character)
        return "" if place in POINTS or place >= ACCENTS or kind == "Me" else character
    if kind == "Nd":
        return str(decimal(character))
    if kind[0] in "LN":
        small = character.casefold()  # compatibility forms come out as capitals and final letters, too
        return _FOLDS.get(small, small)
    return "" if kind == "Cf" else _PARTS


_FOLDS: Final = LETTERS | ARABIC | HEBREW
_TABLE: Final = _Table(dict.fromkeys(map(ord, JOINING), ""))
