"""Where settings are written, and how they are laid over each other: built-in, file, environment, `--set`.

Turns each source into a tree of entries that know their place. Knows no setting's type; never shows a value.
"""

import codecs
import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path as FilePath
from typing import Any

from gateway.config.problems import Path, Problems, dotted
from gateway.config.tree import BUILT_IN, FAMILIES, NESTED_FAMILIES, PASSWORD_KEYS, REPLACED_TOGETHER
from gateway.errors import SettingsError

DEFAULT_FILE = FilePath("gateway.toml")
"""Read from the working folder when no file is named."""

EXAMPLE = "config.example.toml"

PREFIX = "GATEWAY_"
"""What an environment name begins with to be a setting; it also contains `__`."""

_KEY = r"""(?:[A-Za-z0-9_-]+|"(?:[^"\\]|\\.)*"|'[^']*')"""
_DOTTED = rf"{_KEY}(?:[ \t]*\.[ \t]*{_KEY})*"
_HEADER = re.compile(rf"[ \t]*\[\[?[ \t]*({_DOTTED})[ \t]*\]")
_STATEMENT = re.compile(rf"[ \t]*({_DOTTED})[ \t]*=")

SYNTAX_HINTS = {
    "Invalid value": "text stands in quotes; numbers, true and false stand without, in small letters",
    "Unescaped '\\'": "write a Windows path in single quotes, or with / for \\",
    "Cannot overwrite": "the key stands there already",
    "Cannot declare": "the table stands there already",
}
"""Beginning of tomllib's message -> what to do about it."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """A value as it was written. Its repr leaves the value out, which may be a password."""

    value: object = field(repr=False)
    place: str
    text: bool = False
    """Whether it is text from the environment or a flag, still to be read by the type of its key."""


@dataclass(frozen=True, slots=True)
class Table:
    """Entries below a key, and where the first of them stands."""

    place: str
    entries: "dict[str, Table | Leaf]" = field(default_factory=dict)
    text: bool = False
    """Whether neither file nor built-in settings have it, only the environment or a flag."""


@dataclass(frozen=True, slots=True)
class Sources:
    """All sources, laid over each other."""

    tree: Table
    file: FilePath | None
    builtin_hosts: bool


def example_text() -> str:
    """The text of `config.example.toml`, which holds the built-in settings."""
    package = FilePath(__file__).parent.parent
    installed = package / EXAMPLE
    # In a checkout it stands beside the package, where people look for it.
    path = installed if installed.is_file() else package.parent / EXAMPLE
    return path.read_text(encoding="utf-8")


def builtin() -> Table:
    """The tree of `config.example.toml`."""
    return _table(_builtin_document(), lambda _: BUILT_IN)


@cache
def _builtin_document() -> dict[str, Any]:  # Any: what TOML holds
    return tomllib.loads(example_text())


def gather(file: FilePath | None, environ: Mapping[str, str], overrides: Sequence[str], problems: Problems) -> Sources:
    """Lays all sources over each other. Raises SettingsError for a file that cannot be read as TOML."""
    if file is None and DEFAULT_FILE.exists():
        file = DEFAULT_FILE
    tree = builtin()
    builtin_hosts = True
    if file is not None:
        written = read_file(file)
        builtin_hosts = not any(_has_entries(written, family) for family in REPLACED_TOGETHER)
        if not builtin_hosts:
            kept = {key: entry for key, entry in tree.entries.items() if key not in REPLACED_TOGETHER}
            tree = Table(tree.place, kept)
        tree = _lay(written, over=tree)
    tree = _lay(environment(environ, problems), over=tree)
    tree = _lay(flags(overrides, problems), over=tree)
    return Sources(tree, file, builtin_hosts)


def read_file(file: FilePath) -> Table:
    """A settings file's tree. Raises SettingsError that names file, line and column, never the line's text."""
    text = decode(_bytes(file))
    if text is None:
        raise SettingsError(f"{file}: is not UTF-8 text; save it as UTF-8")
    message = None
    try:
        document = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        # ValueError: TOMLDecodeError, and a number of thousands of digits.
        message = str(error)
    # Outside of the except clause: tomllib's error holds the whole text, and would be chained to this one.
    if message is not None:
        raise SettingsError(syntax_error(file, message))
    lines = find_lines(text)
    return _table(document, lambda path: _place(str(file), lines, path))


def decode(raw: bytes) -> str | None:
    """Text of a file that people edit; None if it is neither UTF-8 nor marked as UTF-16.

    UTF-16 is what Windows PowerShell 5 writes for `gateway config example > gateway.toml`.
    """
    encoding = "utf-16" if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8-sig"
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError:
        return None


def environment(environ: Mapping[str, str], problems: Problems) -> Table:
    """The settings among the environment's names; hyphens in the names of a family are written `_` there."""
    tree = Table("the environment")
    names: dict[Path, str] = {}
    for name in sorted(environ):
        if not name.upper().startswith(PREFIX) or "__" not in name:
            continue
        path = _environment_path(name)
        place = f"environment variable {name}"
        if path in names:
            problems.add(dotted(path), place, f"{names[path]} sets it too; keep one of the two")
        names[path] = name
        _put(tree, path, Leaf(environ[name], place, text=True))
    return tree


def flags(overrides: Sequence[str], problems: Problems) -> Table:
    """The settings of `--set KEY=VALUE`; of the same key given twice the last counts."""
    tree = Table("--set")
    for number, override in enumerate(overrides, start=1):
        key, equals, value = override.partition("=")
        if not equals:
            # Not repeated: a password may stand in it.
            problems.add("--set", f"number {number}", 'has no "="; write --set KEY=VALUE, as limits.connections=50')
            continue
        path = tuple(part.strip() for part in key.split("."))
        _put(tree, path, Leaf(value, f"--set {dotted(path)}", text=True))
    return tree


def find_lines(text: str) -> dict[Path, int]:
    """Line, from 1, on which a key or a table's first entry seems to stand: a text search, not a parse."""
    lines: dict[Path, int] = {}
    table: Path = ()
    within = ""
    for number, line in enumerate(text.split("\n"), start=1):
        if within:
            within = "" if within in line else within
            continue
        if header := _HEADER.match(line):
            path = table = _parts(header[1])
        elif statement := _STATEMENT.match(line):
            path = (*table, *_parts(statement[1]))
            within = next((mark for mark in ('"""', "'''") if line.count(mark) == 1), "")
        else:
            continue
        for depth in range(1, len(path) + 1):
            lines.setdefault(path[:depth], number)
    return lines


def _parts(key: str) -> Path:
    return tuple(part.strip("\"'") for part in re.findall(_KEY, key))


def _place(file: str, lines: Mapping[Path, int], path: Path) -> str:
    """The line of a key, or of the nearest key above it (an inline table's keys have none of their own)."""
    for depth in range(len(path), 0, -1):
        if path[:depth] in lines:
            return f"{file}, line {lines[path[:depth]]}"
    return file


def _bytes(file: FilePath) -> bytes:
    try:
        return file.read_bytes()
    except FileNotFoundError:
        reason = "there is no such file; `gateway config example` prints one to begin with"
    except IsADirectoryError:
        reason = "is a folder; name the file in it"
    except OSError as error:
        reason = f"cannot be read: {error.strerror}"
    raise SettingsError(f"{file}: {reason}")


def syntax_error(file: object, message: str) -> str:
    """What is wrong with a file that is no TOML, with line and column, by tomllib's message."""
    at = re.fullmatch(r"(.*) \(at (?:line (\d+), column (\d+)|end of document)\)", message, re.DOTALL)
    if at is None:
        return f"{file}: is not TOML: {message}"
    place = f"{file}, line {at[2]}, column {at[3]}" if at[2] else f"{file}, at its end"
    hint = next((hint for beginning, hint in SYNTAX_HINTS.items() if message.startswith(beginning)), "")
    return f"{place}: is not TOML: {at[1]}" + (f" ({hint})" if hint else "")


def _environment_path(name: str) -> Path:
    parts = name[len(PREFIX) :].lower().split("__")
    named = [at for at, part in enumerate(parts[:-1], 1) if part in (NESTED_FAMILIES if at > 1 else FAMILIES)]
    return tuple([part.replace("_", "-") if at in named else part for at, part in enumerate(parts)])


def _has_entries(tree: Table, family: str) -> bool:
    entry = tree.entries.get(family)
    return isinstance(entry, Table) and bool(entry.entries)


def _table(document: Mapping[str, object], place: Callable[[Path], str], path: Path = ()) -> Table:
    table = Table(place(path))
    for key, value in document.items():
        below = (*path, key)
        table.entries[key] = _table(value, place, below) if isinstance(value, dict) else Leaf(value, place(below))
    return table


def _put(tree: Table, path: Path, leaf: Leaf) -> None:
    *parents, last = path
    for part in parents:
        below = tree.entries.get(part)
        if not isinstance(below, Table):
            below = tree.entries[part] = Table(leaf.place, text=True)
        tree = below
    tree.entries[last] = leaf


def _lay(upper: Table, *, over: Table) -> Table:
    """A new tree: what both have is `upper`'s. A password that `upper` gives in another way replaces `over`'s."""
    entries = dict(over.entries)
    if any(key in upper.entries for key in PASSWORD_KEYS):
        for key in PASSWORD_KEYS:
            entries.pop(key, None)
    for key, entry in upper.entries.items():
        lower = entries.get(key)
        if isinstance(entry, Table) and isinstance(lower, Table):
            entry = _lay(entry, over=lower)
        entries[key] = entry
    return Table(over.place, entries, over.text)
