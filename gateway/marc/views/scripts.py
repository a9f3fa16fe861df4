"""Which language and direction a value has, for a page to say: `lang` and `dir` of HTML.

A value's script is read from its characters, and from $6 where it has no letters. What language is written in it is
said by 008/35-37 and 041; where they do not tell, the tag names the script alone (`und-Cyrl`).
"""

import re
from collections import Counter
from typing import Final, Literal, NamedTuple

from gateway.marc.record import Record
from gateway.marc.views import languages

Direction = Literal["ltr", "rtl", "auto"]

ESCAPE: Final = "\x1b"
"""Changes the character set in MARC-8: what follows is no letters of Latin script, though it looks like them."""
LETTERS_READ: Final = 1_000
"""Characters of a value from which its script is told: a paragraph, so that the longest value costs no more."""

_RANGES: Final = {
    "Latn": "A-Za-zªºÀ-ÖØ-öø-\u02af\u1d00-\u1d25\u1d2c-\u1d5c\u1d62-\u1d65\u1d6b-\u1d77\u1d79-\u1dbe\u1e00-\u1eff"
    "\u2c60-\u2c7f\ua722-\ua787\ua78b-\ua7ff\uab30-\uab5a\uff21-\uff3a\uff41-\uff5a",
    "Grek": "\u0370-\u0373\u0375-\u0377\u037a-\u037d\u037f\u0386-\u03ff\u1f00-\u1fff",
    "Cyrl": "\u0400-\u052f\u1c80-\u1c8f\u1d2b\u2de0-\u2dff\ua640-\ua69f",
    "Armn": "\u0531-\u0588\ufb13-\ufb17",
    "Hebr": "\u0591-\u05f4\ufb1d-\ufb4f",
    "Arab": "\u0620-\u063f\u0641-\u065f\u066e-\u06dc\u06de-\u06ff\u0750-\u077f\u0870-\u08ff\ufb50-\ufdff\ufe70-\ufefc",
    "Syrc": "\u0700-\u074f\u0860-\u086f",
    "Thaa": "\u0780-\u07bf",
    "Nkoo": "\u07c0-\u07ff",
    "Deva": "\u0900-\u0963\u0966-\u097f\ua8e0-\ua8ff",
    "Beng": "\u0980-\u09ff",
    "Guru": "\u0a00-\u0a7f",
    "Gujr": "\u0a80-\u0aff",
    "Orya": "\u0b00-\u0b7f",
    "Taml": "\u0b80-\u0bff",
    "Telu": "\u0c00-\u0c7f",
    "Knda": "\u0c80-\u0cff",
    "Mlym": "\u0d00-\u0d7f",
    "Sinh": "\u0d80-\u0dff",
    "Thai": "\u0e01-\u0e3a\u0e40-\u0e5b",
    "Laoo": "\u0e80-\u0eff",
    "Tibt": "\u0f00-\u0fff",
    "Mymr": "\u1000-\u109f\ua9e0-\ua9fe\uaa60-\uaa7f",
    "Geor": "\u10a0-\u10fa\u10fc-\u10ff\u1c90-\u1cbf\u2d00-\u2d2f",
    "Ethi": "\u1200-\u139f\u2d80-\u2dde\uab01-\uab2e",
    "Cans": "\u1400-\u167f\u18b0-\u18ff",
    "Khmr": "\u1780-\u17b3\u17b6-\u17ff",
    "Mong": "\u1800-\u180a\u1810-\u18af",
    "Yiii": "\ua000-\ua4cf",
    "Jpan": "\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fd-\u30ff\u31f0-\u31ff\uff66-\uff9f",
    "Kore": "\u1100-\u115e\u1161-\u11ff\u3131-\u3163\u3165-\u318e\ua960-\ua97f\uac00-\ud7ff\uffa1-\uffdc",
    "Bopo": "\u02ea\u02eb\u3105-\u312f\u31a0-\u31bf",
    "Hani": "\u2e80-\u2fd5\u3005\u3007\u3021-\u3029\u3038-\u303b\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\U00020000-\U0003ffff",
}
"""Script by ISO 15924 -> its letters (Unicode, Scripts). Those of the scripts in which libraries catalogue."""
_LETTER: Final = re.compile("|".join(f"(?P<{script}>[{letters}]+)" for script, letters in _RANGES.items()))
RIGHT_TO_LEFT: Final = frozenset({"Hebr", "Arab", "Syrc", "Thaa", "Nkoo"})
_WITH_HAN: Final = ("Jpan", "Kore", "Bopo")
"""Scripts whose letters stand among Han characters and say whose these are."""

_LANGUAGES: Final[dict[str, tuple[str, str]]] = {
    "Grek": ("el grc", "el"),
    "Cyrl": ("ru uk bg mk be kk ky tt tg mn ce cv ba os ab av kv udm sah cu", ""),
    "Armn": ("hy", "hy"),
    "Hebr": ("he yi", "he"),
    "Arab": ("ar fa ur ps sd ug ota", ""),
    "Syrc": ("syr syc arc", "syr"),
    "Thaa": ("dv", "dv"),
    "Nkoo": ("nqo", "nqo"),
    "Deva": ("hi sa mr ne bho mai new kok doi awa bra mag raj pi pra bh", ""),
    "Beng": ("bn as", ""),
    "Guru": ("pa", "pa"),
    "Gujr": ("gu", "gu"),
    "Orya": ("or", "or"),
    "Taml": ("ta", "ta"),
    "Telu": ("te", "te"),
    "Knda": ("kn", "kn"),
    "Mlym": ("ml", "ml"),
    "Sinh": ("si", "si"),
    "Thai": ("th", "th"),
    "Laoo": ("lo", "lo"),
    "Tibt": ("bo dz", "bo"),
    "Mymr": ("my shn", "my"),
    "Geor": ("ka", "ka"),
    "Ethi": ("am ti gez tig", ""),
    "Cans": ("iu cr", ""),
    "Khmr": ("km", "km"),
    "Mong": ("", ""),
    "Yiii": ("ii", "ii"),
    "Jpan": ("ja", "ja"),
    "Kore": ("ko", "ko"),
    "Bopo": ("zh", "zh"),
    "Hani": ("zh ja ko", ""),
}
"""Script -> languages that are written in it and in no other, and the one it is where the record does not say."""
_ALSO: Final[dict[str, str]] = {
    "Cyrl": "sr az uz tk bs ro",
    "Arab": "ku ms tr az pa ks uz ha sw jrb",
    "Hebr": "jrb jpr lad arc",
    "Deva": "sd ks",
    "Mong": "mn mnc xal bua",
    "Hani": "vi za",
}
"""Script -> languages that are written in it and in others too: their tags say in which."""
_OTHER_SCRIPTS: Final = frozenset(tag for tags, _ in _LANGUAGES.values() for tag in tags.split())
"""Languages whose own script is not the Latin: in it they stand transliterated."""

TRANSCRIBED: Final = re.compile("130|210|222|24[0235-7]|25[0456]|26[04]|440|490|505|730|740|780|785")
"""Fields whose words are the resource's own."""
OF_CATALOGUERS: Final = re.compile("[35][0-9]{2}")
"""Of the others, fields whose words are the cataloguer's, in the language of 040 $b."""
_CODES: Final = {
    "(3": "Arab",
    "(4": "Arab",
    "(2": "Hebr",
    "(B": "Latn",
    "(N": "Cyrl",
    "(Q": "Cyrl",
    "(S": "Grek",
    "$1": "Hani",
}
"""Script code in $6 -> script (MARC 21, Appendix A); scripts that it has no code for stand there by ISO 15924."""


class Speech(NamedTuple):
    """Of a value: what a page says in its attributes `lang` and `dir`."""

    lang: str
    """BCP 47; empty where nobody can tell."""
    dir: Direction


UNTOLD: Final = Speech("", "auto")


class Speaker:
    """Tells language and direction of the values of one record."""

    def __init__(self, record: Record) -> None:
        self._spoken = tuple(dict.fromkeys([found.tag for found in languages.of_record(record)]))
        self._cataloguing = languages.of_cataloguing(record)

    def of(self, tag: str, value: str, link: str = "") -> Speech:
        """Of a value in a field; of an 880, `tag` is the one of the field that it stands for and `link` its $6."""
        if not value.strip() or ESCAPE in value:
            return UNTOLD
        scripts = scripts_of(value) or _scripts_of_link(link)
        if not scripts:
            return UNTOLD
        direction = _direction(scripts, link)
        script = _main(scripts, direction)
        if script == "Latn":
            return Speech(self._in_latin(tag), direction)
        return Speech(self._in(script), direction)

    def _in_latin(self, tag: str) -> str:
        if not TRANSCRIBED.fullmatch(tag):
            return self._cataloguing if OF_CATALOGUERS.fullmatch(tag) else ""
        if not self._spoken:
            return ""
        spoken = self._spoken[0]
        return f"{spoken}-Latn" if spoken in _OTHER_SCRIPTS else spoken

    def _in(self, script: str) -> str:
        its_own, otherwise = _LANGUAGES[script]
        for spoken in self._spoken:
            if spoken in its_own.split():
                return spoken
            if spoken in _ALSO.get(script, "").split():
                return f"{spoken}-{script}"
        return otherwise or f"und-{script}"


def scripts_of(text: str) -> Counter[str]:
    """Script -> how many of the first letters of a text are of it."""
    found: Counter[str] = Counter()
    if text.isascii():
        if re.search("[A-Za-z]", text):
            found["Latn"] = 1
        return found
    for match in _LETTER.finditer(text, 0, LETTERS_READ):
        found[match.lastgroup or ""] += len(match[0])
    return found


def _main(scripts: Counter[str], direction: Direction) -> str:
    """The script that a text is in: most of it; Latin last, since names and numerals in it stand anywhere."""
    others = Counter({script: times for script, times in scripts.items() if script != "Latn"})
    if direction != "rtl" and 2 * others.total() < scripts["Latn"]:
        return "Latn"
    main = others.most_common(1)[0][0]
    if main == "Hani":
        return next((script for script in _WITH_HAN if others[script]), main)
    return main


def _direction(scripts: Counter[str], link: str) -> Direction:
    turned = sum(times for script, times in scripts.items() if script in RIGHT_TO_LEFT)
    if not turned:
        return "ltr"
    if turned == scripts.total() or "/r" in link:
        return "rtl"
    return "auto"


def _scripts_of_link(link: str) -> Counter[str]:
    """What $6 says, of a value without letters."""
    code = link.split("/")[1] if "/" in link else ""
    script = _CODES.get(code, code)
    return Counter([script] if script in _RANGES else ())
