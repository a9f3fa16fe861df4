"""How one value is read by the type of its key, and what is said of one that does not fit. Knows no key."""

import tomllib
from types import UnionType
from typing import Annotated, Literal, Union, get_args, get_origin

import msgspec
from msgspec import Meta

from gateway.config.problems import kind, listed, nearest, quoted, shown
from gateway.config.secret import Secret
from gateway.config.sources import Leaf


class Unfit(Exception):
    """A value that its key cannot have; the text goes on from the key."""


def read(leaf: Leaf, wanted: object) -> object:
    """The leaf's value as the type `wanted`. A whole number does for a number; true and false do for neither."""
    if isinstance(leaf.value, Secret):
        return leaf.value
    value = leaf.value
    if leaf.text:
        text = str(value)
        if not _encodable(text):
            raise Unfit("is not UTF-8 text")
        value = _from_text(text, wanted)
    try:
        return msgspec.convert(value, wanted)
    except msgspec.ValidationError:
        found = f"a list{_stranger(value, wanted)}" if isinstance(value, list) else shown(value)
        hint = _hint(value, wanted, leaf)
    raise Unfit(f"must be {words(wanted)}, is {found}{hint}")


def words(wanted: object) -> str:
    """What a type takes, to complete "must be …"."""
    origin, arguments = get_origin(wanted), get_args(wanted)
    if origin is Literal:
        return listed([quoted(word) for word in arguments], "or")
    if origin in (Union, UnionType):
        return words(arguments[0])
    if origin is Annotated:
        return next(str(meta.description) for meta in arguments[1:] if isinstance(meta, Meta))
    if origin is tuple:
        return f"a list of {'texts' if arguments[0] is str else words(arguments[0])}"
    if wanted is bool:
        return "true or false"
    assert wanted in (str, Secret), f"no words for {wanted}"
    return "text in quotes"


def _encodable(text: str) -> bool:
    """Whether text is UTF-8; what is not comes from the environment or the command line as lone surrogates."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _bare(wanted: object) -> object:
    """A type without its words, and without the None of a key that may be left out."""
    while get_origin(wanted) in (Union, UnionType, Annotated):
        wanted = get_args(wanted)[0]
    return wanted


def _takes_text(wanted: object) -> bool:
    bare = _bare(wanted)
    return bare is str or get_origin(bare) is Literal


def _takes_list(wanted: object) -> bool:
    return get_origin(_bare(wanted)) is tuple


def _from_text(text: str, wanted: object) -> object:
    """Text of the environment or a flag by TOML's syntax of values where no text is wanted; else as it is."""
    if _takes_text(wanted):
        return text
    try:
        document = tomllib.loads(f"value = {text}")
    except (ValueError, RecursionError):
        return text
    return document["value"] if len(document) == 1 else text


def _stranger(value: list[object], wanted: object) -> str:
    """The first entry of a list that cannot stand in it; nothing where no list is wanted."""
    if not _takes_list(wanted):
        return ""
    of = get_args(_bare(wanted))[0]
    entry = next(entry for entry in value if not _fits(entry, of))
    return f" with {shown(entry)} in it{_suggestion(entry, of)}"


def _fits(value: object, wanted: object) -> bool:
    try:
        msgspec.convert(value, wanted)
    except msgspec.ValidationError:
        return False
    return True


def _suggestion(value: object, wanted: object) -> str:
    if not isinstance(value, str) or get_origin(wanted) is not Literal:
        return ""
    near = nearest(value, get_args(wanted))
    return f"; did you mean {quoted(near)}?" if near else ""


def _hint(value: object, wanted: object, leaf: Leaf) -> str:
    if not isinstance(value, str):
        return ""
    if _takes_text(wanted):
        return _suggestion(value, _bare(wanted))
    if not leaf.text and kind(_from_text(value, wanted)) != "text":
        return "; leave the quotes out"
    if _takes_list(wanted):
        # Without brackets, or without the quotes, which a shell takes away.
        written = [part.strip() for part in value.strip("[] ").split(",")]
        listing = f"[{', '.join(shown(part) for part in written if part)}]"
        return f"; write {listing}" + (", in a shell within '…'" if leaf.text else "")
    if _bare(wanted) is bool and value.lower() in ("true", "false"):
        return f"; write {value.lower()}"
    return ""
