"""Holds JSON against a schema of the API's description (JSON Schema 2020-12, as far as the description uses it)."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

Schema = dict[str, Any]
ABOUT = {"title", "description", "default", "examples", "discriminator", "contentMediaType", "format"}
"""Keywords that ask nothing, or are asked beside `type`."""
TYPES: dict[str, Callable[[Any], bool]] = {
    "null": lambda value: value is None,
    "boolean": lambda value: isinstance(value, bool),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "string": lambda value: isinstance(value, str),
    "array": lambda value: isinstance(value, list),
    "object": lambda value: isinstance(value, dict),
}


def objections(value: Any, schema: Schema, whole: Schema, place: str = "$") -> list[str]:
    """All that is otherwise than the schema says; `whole` is the description that it stands in."""
    return [*_objections(value, schema, whole, place)]


def _objections(value: Any, schema: Schema, whole: Schema, place: str) -> Iterator[str]:
    for keyword, asked in schema.items():
        if keyword not in ABOUT:
            yield from KEYWORDS[keyword](value, asked, schema, whole, place)
    if schema.get("format") == "date-time" and isinstance(value, str) and not _is_utc(value):
        yield f"{place}: {value} is no time of RFC 3339 in UTC"


def _is_utc(text: str) -> bool:
    return text.endswith("Z") and datetime.fromisoformat(text).utcoffset() is not None


def _ref(value: Any, asked: str, schema: Schema, whole: Schema, place: str) -> Iterator[str]:
    target = whole
    for part in asked.removeprefix("#/").split("/"):
        target = target[part]
    yield from _objections(value, target, whole, place)


def _type(value: Any, asked: str | list[str], schema: Schema, whole: Schema, place: str) -> Iterator[str]:
    kinds = [asked] if isinstance(asked, str) else asked
    if not any(TYPES[kind](value) for kind in kinds):
        yield f"{place}: {value!r} is not of type {asked}"


def _properties(value: Any, asked: Schema, schema: Schema, whole: Schema, place: str) -> Iterator[str]:
    for name, inner in asked.items():
        if isinstance(value, dict) and name in value:
            yield from _objections(value[name], inner, whole, f"{place}.{name}")
    if isinstance(value, dict) and "additionalProperties" not in schema:
        yield from (f"{place}: {name} is not described" for name in value if name not in asked)


def _additional(value: Any, asked: Schema | bool, schema: Schema, whole: Schema, place: str) -> Iterator[str]:
    given = value if isinstance(value, dict) else {}
    others = {name: one for name, one in given.items() if name not in schema.get("properties", {})}
    for name, one in others.items():
        if isinstance(asked, dict):
            yield from _objections(one, asked, whole, f"{place}.{name}")
        elif not asked:
            yield f"{place}: {name} may not be"


def _required(value: Any, asked: list[str], schema: Schema, whole: Schema, place: str) -> Iterator[str]:
    if isinstance(value, dict):
        yield from (f"{place}: {name} is missing" for name in asked if name not in value)


def _any_of(value: Any, asked: list[Schema], schema: Schema, whole: Schema, place: str) -> Iterator[str]:
    if all(objections(value, one, whole, place) for one in asked):
        yield f"{place}: {value!r} is none of {asked}"


def _items(value: Any, asked: Schema | bool, schema: Schema, whole: Schema, place: str) -> Iterator[str]:
    rest = value[len(schema.get("prefixItems", [])) :]
    for at, one in enumerate(rest):
        if isinstance(asked, dict):
            yield from _objections(one, asked, whole, f"{place}[{at}]")
        elif not asked:
            yield f"{place}: too many"


def _prefix(value: Any, asked: list[Schema], schema: Schema, whole: Schema, place: str) -> Iterator[str]:
    for at, (one, inner) in enumerate(zip(value, asked, strict=False)):
        yield from _objections(one, inner, whole, f"{place}[{at}]")


def _says(holds: Callable[[Any, Any], bool]) -> Callable[..., Iterator[str]]:
    def found(value: Any, asked: Any, schema: Schema, whole: Schema, place: str) -> Iterator[str]:
        if not holds(value, asked):
            yield f"{place}: {value!r} does not go with {asked!r}"

    return found


KEYWORDS: dict[str, Callable[..., Iterator[str]]] = {
    "$ref": _ref,
    "type": _type,
    "properties": _properties,
    "additionalProperties": _additional,
    "required": _required,
    "anyOf": _any_of,
    "oneOf": _any_of,
    "items": _items,
    "prefixItems": _prefix,
    "enum": _says(lambda value, asked: value in asked),
    "const": _says(lambda value, asked: value == asked),
    "minimum": _says(lambda value, asked: value is None or value >= asked),
    "maximum": _says(lambda value, asked: value is None or value <= asked),
    "exclusiveMinimum": _says(lambda value, asked: value is None or value > asked),
    "maxLength": _says(lambda value, asked: len(value) <= asked),
    "minItems": _says(lambda value, asked: len(value) >= asked),
    "maxItems": _says(lambda value, asked: len(value) <= asked),
}
"""A keyword that is not here is a mistake of this module: it would ask nothing."""
