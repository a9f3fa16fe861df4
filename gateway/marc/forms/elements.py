"""XML as text: what the forms that are XML put their elements together of.

Whatever a record holds comes out well-formed: a character that XML has not becomes the replacement character.
"""

import re
from typing import Final

SCHEMA_INSTANCE: Final = "http://www.w3.org/2001/XMLSchema-instance"
"""The name space of `xsi:schemaLocation` and `xsi:type`."""
_NOT_IN_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ESCAPES: Final = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"})
_ATTRIBUTE_ESCAPES: Final = _ESCAPES | str.maketrans({'"': "&quot;", "\t": "&#9;", "\n": "&#10;"})


def text(value: str) -> str:
    """What stands between two tags."""
    return _NOT_IN_XML.sub("\N{REPLACEMENT CHARACTER}", value).translate(_ESCAPES)


def attribute(value: str) -> str:
    """What stands in an attribute, between double quotes."""
    return _NOT_IN_XML.sub("\N{REPLACEMENT CHARACTER}", value).translate(_ATTRIBUTE_ESCAPES)


def element(name: str, content: str, **attributes: str) -> str:
    """An element around what is XML already; empty where there is nothing. Attributes that are empty are left out.

    An attribute's name is written with `_` for `:`, and without one at its end, which keeps it from being a keyword.
    """
    if not content:
        return ""
    return f"<{name}{_written(attributes)}>{content}</{name}>" if attributes else f"<{name}>{content}</{name}>"


def leaf(name: str, value: str, **attributes: str) -> str:
    """An element around text; empty where there is nothing but blanks. Attributes as of `element`."""
    return element(name, text(value.strip()), **attributes)


def _written(attributes: dict[str, str]) -> str:
    given = [(name.rstrip("_").replace("_", ":"), value) for name, value in attributes.items() if value]
    return "".join([f' {name}="{attribute(value)}"' for name, value in given])
