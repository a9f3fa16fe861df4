"""What is wrong with the settings, gathered over a whole load, and the words for it. Never shows a password."""

import difflib
import re
from collections.abc import Iterable

from gateway.errors import SettingsError

SHOWN_CHARACTERS = 60
"""How much of a wrong text an error repeats: enough to recognize it, and the error stays one line."""

BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
"""A part of a key that TOML takes without quotes."""

ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
"""What has an escape of its own within TOML's quotes; other control characters stand as their number."""

Path = tuple[str, ...]
"""A key's parts, such as `("limits", "connections")`."""


class Problems:
    """Problems in the order they were found, and which keys have one."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._keys: set[str] = set()

    def add(self, key: str, place: str, text: str) -> None:
        self._lines.append(f"{key} ({place}): {text}")
        self._keys.add(key)

    def sound(self, *keys: str) -> bool:
        """Whether none of the keys has a problem, so that a check across them makes sense."""
        return self._keys.isdisjoint(keys)

    def raise_any(self) -> None:
        """Raises one SettingsError with a line for each problem; returns when there is none."""
        if self._lines:
            raise SettingsError("\n".join(self._lines))


def dotted(path: Path) -> str:
    """A key as one writes it: `limits.connections`, `zones."a b".code`."""
    return ".".join(part if BARE_KEY.fullmatch(part) else quoted(part) for part in path)


def quoted(text: str) -> str:
    """Text in TOML's quotes, without control characters."""
    return f'"{"".join(map(_escaped, text))}"'


def _escaped(character: str) -> str:
    if character in ESCAPES:
        return ESCAPES[character]
    if character.isprintable():
        return character
    return f"\\u{ord(character):04x}" if ord(character) <= 0xFFFF else f"\\U{ord(character):08x}"


def shown(value: object) -> str:
    """A wrong value as an error repeats it: numbers and the beginning of texts, of all else its kind."""
    match value:
        case str():
            return quoted(value if len(value) <= SHOWN_CHARACTERS else value[:SHOWN_CHARACTERS] + "…")
        case bool():
            return "true" if value else "false"
        case int() if value.bit_length() > 64:
            return "a far larger number"
        case int() | float():
            return repr(value)
        case _:
            return kind(value)


def kind(value: object) -> str:
    """What a value is, without telling it."""
    match value:
        case str():
            return "text"
        case bool():
            return "true or false"
        case int() | float():
            return "a number"
        case list():
            return "a list"
        case dict():
            return "a table"
        case _:
            return "a date or time"


def listed(words: Iterable[str], last: str = "and") -> str:
    """`a`, `a and b`, `a, b and c`."""
    *front, end = words
    return f"{', '.join(front)} {last} {end}" if front else end


def nearest(word: str, known: Iterable[str], likeness: float = 0.6) -> str | None:
    """The known word that `word` seems to be a slip of; likeness by difflib's ratio, 1 = the same."""
    # The commonest slip is one for the other: keys have underscores, names of hosts, zones and profiles have hyphens.
    shapes = {name.replace("_", "-"): name for name in known}
    close = difflib.get_close_matches(word.lower().replace("_", "-"), shapes, n=1, cutoff=likeness)
    return shapes[close[0]] if close else None
