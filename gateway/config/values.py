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
        hint = _hint(value, wanted, leaf)
    raise Unfit(f"must be {words(wanted)}, is {shown(value)}{hint}")


def words(wanted: object) -> str:
    """What a type takes, to complete "must be …"."""
    origin, arguments = get_origin(wanted), get_args(wanted)
    if origin is Literal:
        return listed([quoted(word) for word in arguments], "or")
    if origin in (Union, UnionType):
        return words(arguments[0])
    if origin is Annotated:
        return next(str(meta.description) for meta in arguments[1:] if isinstance(meta, Meta))
    assert wanted is Secret, f"no words for {wanted}"
    return "text in quotes"


def _encodable(text: str) -> bool:
    """Whether text is UTF-8; what is not comes from the environment or the command line as lone surrogates."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _takes_text(wanted: object) -> bool:
    origin, arguments = get_origin(wanted), get_args(wanted)
    if origin in (Union, UnionType, Annotated):
        return _takes_text(arguments[0])
    return origin is Literal or wanted is str


def _from_text(text: str, wanted: object) -> object:
    """Text of the environment or a flag by TOML's syntax of values where no text is wanted; else as it is."""
    if _takes_text(wanted):
        return text
    try:
        document = tomllib.loads(f"value = {text}")
    except (ValueError, RecursionError):
        return text
    return document["value"] if len(document) == 1 else text


def _hint(value: object, wanted: object, leaf: Leaf) -> str:
    if isinstance(value, str) and get_origin(wanted) is Literal:
        near = nearest(value, get_args(wanted))
        return f"; did you mean {quoted(near)}?" if near else ""
    if leaf.text:
        return ""
    if isinstance(value, str) and not _takes_text(wanted) and kind(_from_text(value, wanted)) != "text":
        return "; leave the quotes out"
    return ""
