"""The settings in force for people and programs: every value with its place, every password behind a mask."""

import re
from collections.abc import Iterable, Iterator

from msgspec import Struct, structs

from gateway.config.problems import Path, dotted, quoted
from gateway.config.secret import MASK, Secret
from gateway.config.tree import (
    FAMILIES,
    PASSWORD_KEYS,
    REPLIES,
    SECTIONS,
    Settings,
    StoreSettings,
    ZoneSettings,
)

Value = str | bool | int | float | tuple[str | int, ...]


class Entry(Struct, frozen=True):
    """One setting in force."""

    key: str
    """Dotted, such as `limits.connections`."""
    value: Value
    """A password is `********`."""
    origin: str
    """Its place (`Settings.where`)."""


def entries(settings: Settings) -> tuple[Entry, ...]:
    """Every setting that has a value, in the order of `config.example.toml`."""
    return tuple(
        Entry(key=dotted((*path, name)), value=value, origin=settings.where(dotted((*path, name))))
        for path, table in _tables(settings)
        for name, value in table
    )


def toml(settings: Settings) -> str:
    """The same as TOML, a comment behind each value telling its place."""
    blocks = []
    for path, table in _tables(settings):
        lines = [f"[{dotted(path)}]"]
        for name, value in table:
            lines.append(f"{name} = {_literal(value)}  # {settings.where(dotted((*path, name)))}")
        blocks.append("\n".join(lines) + "\n")
    return "\n".join(blocks)


def masked(url: str) -> str:
    """The store's URL without the password that a database's may hold."""
    if not url.startswith(("postgresql:", "postgres:")):
        return url
    return re.sub(r"(?<=//)([^:@/?#]*):[^@/?#]*@|([?&](?:ssl)?password=)[^&]*", _mask, url)


def _mask(password: re.Match[str]) -> str:
    user, parameter = password.groups()
    return f"{parameter}{MASK}" if parameter else f"{user}:{MASK}@"


def _tables(settings: Settings) -> Iterator[tuple[Path, Iterable[tuple[str, Value]]]]:
    for name in SECTIONS:
        yield from _with_those_within((name,), getattr(settings, name))
    for family in FAMILIES:
        for key, struct in getattr(settings, family).items():
            yield from _with_those_within((family, key), struct)
    if settings.replies:
        yield (REPLIES,), settings.replies.items()


def _with_those_within(path: Path, struct: Struct) -> Iterator[tuple[Path, Iterable[tuple[str, Value]]]]:
    """A table, and those that are within it."""
    yield path, _values(struct)
    for name in struct.__struct_fields__:
        value = getattr(struct, name)
        if isinstance(value, Struct):
            yield from _with_those_within((*path, name), value)
        for key, one in value.items() if isinstance(value, dict) else ():
            yield from _with_those_within((*path, name, key), one)


def _values(struct: Struct) -> Iterator[tuple[str, Value]]:
    for name in _names(struct):
        value = getattr(struct, name)
        if isinstance(struct, ZoneSettings) and name == "profiles":
            value = struct.profiles_in_force
        if isinstance(value, Secret):
            yield name, MASK
        elif isinstance(struct, StoreSettings) and name == "url":
            yield name, masked(struct.url)
        elif value is not None and not isinstance(value, dict | Struct):
            yield name, value


def _names(struct: Struct) -> list[str]:
    """The keys, without `password` where the settings only say where it stands."""
    names = [field.name for field in structs.fields(struct)]
    elsewhere = isinstance(struct, ZoneSettings) and (struct.password_file or struct.password_env)
    return [name for name in names if not (elsewhere and name == PASSWORD_KEYS[0])]


def _literal(value: Value) -> str:
    match value:
        case str():
            return quoted(value)
        case tuple():
            return f"[{', '.join(_literal(one) for one in value)}]"
        case bool():
            return "true" if value else "false"
        case _:
            return repr(value)
