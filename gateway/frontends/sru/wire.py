"""SRU without I/O: what a request asks for, and what is wrong with it. No clock, no log, no store.

Source: SRU 1.2 of the Library of Congress; what Alma makes of its parameters [doc, seen] is marked. The words of
diagnostics are ours; clients tell them by their numbers.
"""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from gateway.errors import GatewayError

VERSION: Final = "1.2"
"""[doc]"""
VERSIONS: Final = ("1.1", VERSION)
"""Which are taken; the answer is of `VERSION` [assumed]."""
PAGE: Final = 10
"""Records of an answer where no number is asked for [seen]."""
MOST_RECORDS: Final = 50
"""Records of an answer; who asks for more gets so many, and is not told [seen]."""
LAST_RECORD: Final = 10_000
"""Records of a result that can be had [doc]; how many there are is told as it is [assumed]."""
NUMBER_DIGITS: Final = 9
"""Longest number: a billion records is more than any result."""
SCHEMAS: Final[Mapping[str, str]] = {
    "marcxml": "http://www.loc.gov/standards/marcxml/schema/MARC21slim.xsd",
    "dc": "info:srw/schema/1/dc-v1.1",
    "mods": "info:srw/schema/1/mods-v3.5",
}
"""Record schemas -> their identifiers [seen]; the first is given where none is asked for [assumed]."""
OTHER_SCHEMAS: Final[Mapping[str, str]] = {
    "info:srw/schema/1/marcxml-v1.1": "marcxml",
    "http://www.loc.gov/MARC21/slim": "marcxml",
    "http://purl.org/dc/elements/1.1/": "dc",
    "info:srw/schema/1/dc-v1.0": "dc",
    "http://www.loc.gov/mods/v3": "mods",
}
"""What else clients call them [assumed]."""
DIAGNOSTICS: Final[Mapping[int, str]] = {
    2: "the system cannot answer for now",
    4: "the operation is not supported",
    5: "the version is not supported",
    6: "the value of a parameter is not supported",
    7: "a parameter is missing",
    10: "the query is malformed",
    12: "the query has too many characters",
    13: "parentheses are misplaced",
    14: "quotes are misplaced",
    15: "the context set is not supported",
    16: "the index is not supported",
    19: "the relation is not supported",
    20: "the relation modifier is not supported",
    22: "the index is not asked with this relation",
    27: "empty terms are not supported",
    29: "a masked word is too short",
    32: "an anchor stands where it cannot",
    33: "words cannot be masked within a phrase",
    36: "the term has not the form that the index or the relation wants",
    38: "too many boolean operators",
    39: "proximity is not supported",
    46: "the modifier of a boolean operator is not supported",
    48: "a feature of the query language is not supported",
    49: "a masking character stands where it cannot",
    61: "the first record is beyond those that can be had",
    65: "the record is no longer there",
    66: "the record schema is unknown",
    67: "the record cannot be had in this schema",
    71: "the record packing is not supported",
    84: "too many sort keys",
    88: "what is sorted by is not supported",
    90: "the direction of sorting is not supported",
    235: "the institution is unknown",
}
"""Those of info:srw/diagnostic/1/ that are sent, and what they mean. That Alma sends 235 is [assumed]."""


class Diagnostic(NamedTuple):
    """What is wrong, for programs and for people."""

    number: int
    details: str = ""
    """What the number's definition says: a name, a value."""
    message: str = ""
    """More than the number means; empty for nothing."""


class Refused(GatewayError):
    """The request has a diagnostic as its answer."""

    def __init__(self, number: int, details: str = "", message: str = "") -> None:
        super().__init__(message or DIAGNOSTICS[number])
        self.diagnostic = Diagnostic(number, details, message)


class Explain(NamedTuple):
    """What is there?"""


class SearchRetrieve(NamedTuple):
    """What is found, and its records from a place on."""

    query: str
    """In CQL."""
    first: int
    """From 1."""
    most: int
    """Records of the answer: 0 to `MOST_RECORDS`."""
    schema: str
    """One of `SCHEMAS`."""
    as_text: bool
    """Whether records come as text, with its escapes, instead of elements."""


Request = Explain | SearchRetrieve


def request(arguments: Sequence[tuple[str, str]]) -> Request:
    """What is asked. Raises `Refused`.

    Where no operation is named a query says that it is a search [assumed]. What is not known is passed over, and so
    is `sortKeys` [seen]: the query itself says `sortBy`.
    """
    given = dict(reversed(arguments))
    version = given.get("version", VERSION)
    if version not in VERSIONS:
        raise Refused(5, VERSION, f"version {version[:20]} is not supported; ask for {VERSION}")
    query = given.get("query", "")
    operation = given.get("operation") or ("searchRetrieve" if query else "explain")
    if operation == "explain":
        return Explain()
    if operation != "searchRetrieve":
        raise Refused(4, operation[:50], f"{operation[:50]} is not supported; there are explain and searchRetrieve")
    if not query.strip():
        raise Refused(7, "query")
    return SearchRetrieve(
        query,
        _number(given, "startRecord", 1, least=1),
        min(_number(given, "maximumRecords", PAGE, least=0), MOST_RECORDS),
        _schema(given.get("recordSchema", "")),
        _is_text(given.get("recordPacking", "")),
    )


def _number(given: Mapping[str, str], name: str, usual: int, *, least: int) -> int:
    text = given.get(name, "").strip()
    if not text:
        return usual
    if not (text.isascii() and text.isdigit() and len(text) <= NUMBER_DIGITS) or int(text) < least:
        raise Refused(6, name, f"{name} is a number from {least} on")
    return int(text)


def _schema(name: str) -> str:
    usual = next(iter(SCHEMAS))
    if not name:
        return usual
    by_name = {key.lower(): key for key in SCHEMAS}
    by_identifier = {
        key.lower(): of for key, of in [*OTHER_SCHEMAS.items(), *[(of, key) for key, of in SCHEMAS.items()]]
    }
    found = by_name.get(name.lower()) or by_identifier.get(name.lower())
    if found is None:
        raise Refused(66, name[:200], f"there is no schema {name[:200]}; there are {', '.join(SCHEMAS)}")
    return found


def _is_text(packing: str) -> bool:
    if packing.lower() not in ("", "xml", "string"):
        raise Refused(71, packing[:50], f"{packing[:50]} is no packing; there are xml and string")
    return packing.lower() == "string"
