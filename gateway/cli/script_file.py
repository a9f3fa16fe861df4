"""The file of a script: its steps, or what is wrong with them, each fault with its step, its field and its line."""

import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from types import NoneType
from typing import Any, Final, Literal, get_args, get_origin, get_type_hints

import click

from gateway.config.problems import Problems, shown
from gateway.config.sources import decode, syntax_error
from gateway.errors import SettingsError
from gateway.importer.fitting import hint
from gateway.importer.scripts import S, StepFault

STEPS: Final = "steps"
JSON: Final = "{"
"""How a file begins that is JSON; no TOML does."""
WANTED: Final[dict[object, str]] = {
    str: "text",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    dict[str, str]: "a table of texts",
}
"""What a field of this type is to be."""
_HEADER = re.compile(r"[ \t]*\[\[[ \t]*steps[ \t]*\]\]")
_FIELD = re.compile(r"[ \t]*([A-Za-z0-9_-]+)[ \t]*[=.]")


def read(file: str, kind: type[S], faults: Callable[[Sequence[S]], Sequence[StepFault]]) -> list[S]:
    """The steps of a TOML or JSON file; `-` is standard input. `faults` knows what is wrong with steps of this kind.

    Raises a usage error where it cannot be read, and `SettingsError` with a line for all that is wrong in it.
    """
    name = "standard input" if file == "-" else file
    text = _text(file, name)
    place = partial(_place, name, find_lines(text))
    document = _document(text, name)
    problems = Problems()
    for key in document:
        if key != STEPS:
            problems.add(key, name, "is no part of a script; write [[steps]]")
    tables = document.get(STEPS, [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        problems.add(STEPS, place(STEPS), "are tables; write [[steps]] above each")
    elif not tables:
        problems.add(STEPS, name, "are missing; write [[steps]] above each")
    else:
        for number, table in enumerate(tables, 1):
            _check(f"{STEPS}.{number}", table, kind, problems, place)
    problems.raise_any()
    return _steps(tables, kind, faults, problems, place)


def find_lines(text: str) -> dict[str, int]:
    """Line, from 1, on which `steps.2` and `steps.2.reply` seem to stand: a text search, not a parse."""
    lines: dict[str, int] = {}
    number = 0
    for at, line in enumerate(text.split("\n"), 1):
        if _HEADER.match(line):
            number += 1
            lines[f"{STEPS}.{number}"] = at
        elif number and (field := _FIELD.match(line)):
            lines.setdefault(f"{STEPS}.{number}.{field[1]}", at)
    return lines


def _text(file: str, name: str) -> str:
    try:
        with click.open_file(file, "rb") as stream:
            text = decode(stream.read())
    except OSError as error:
        raise click.UsageError(f"{name} cannot be read: {error.strerror}") from error
    if text is None:
        raise click.UsageError(f"{name} is not UTF-8 text; save it as UTF-8")
    return text


def _document(text: str, name: str) -> dict[str, Any]:  # Any: whatever a file holds
    import msgspec

    try:
        if text.lstrip().startswith(JSON):
            return msgspec.json.decode(text, type=dict[str, Any])
        return tomllib.loads(text)
    except msgspec.MsgspecError as error:
        raise SettingsError(f"{name}: is not JSON: {error}") from error
    except (ValueError, RecursionError) as error:
        raise SettingsError(syntax_error(name, str(error))) from error


def _check(
    step: str, table: Mapping[str, object], kind: type[S], problems: Problems, place: Callable[[str], str]
) -> None:
    """Note the fields that a step has not, and values that are none."""
    import msgspec

    types = get_type_hints(kind)
    for field, value in table.items():
        key = f"{step}.{field}"
        if field not in types:
            problems.add(key, place(key), f"is no field of such a step; {hint(field, types)}")
            continue
        try:
            msgspec.convert(value, types[field])
        except msgspec.ValidationError:
            problems.add(key, place(key), f"is {shown(value)}, must be {_wanted(types[field])}")


def _steps(
    tables: Sequence[Mapping[str, object]],
    kind: type[S],
    faults: Callable[[Sequence[S]], Sequence[StepFault]],
    problems: Problems,
    place: Callable[[str], str],
) -> list[S]:
    import msgspec

    steps = [msgspec.convert(table, kind) for table in tables]
    for fault in faults(steps):
        problems.add(fault.field, place(fault.field), fault.words)
    problems.raise_any()
    return steps


def _wanted(kind: object) -> str:
    """In words, what a value of this type is."""
    choices = get_args(kind)
    if get_origin(kind) is Literal:
        return f"one of {', '.join(choices)}"
    return WANTED[choices[0] if NoneType in choices else kind]


def _place(name: str, lines: Mapping[str, int], key: str) -> str:
    """The line of a field, else that of its step."""
    line = lines.get(key) or lines.get(key.rpartition(".")[0])
    return f"{name}, line {line}" if line else name
