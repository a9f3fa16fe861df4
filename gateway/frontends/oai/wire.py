"""OAI-PMH without I/O: what a request asks for, and what is wrong with it. No clock, no log, no store.

Source: The Open Archives Initiative Protocol for Metadata Harvesting 2.0. Words marked [doc] are Alma's own.
"""

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Final, NamedTuple

from gateway.errors import GatewayError
from gateway.frontends.oai.layout import NOT_IN_XML

ARGUMENT_CHARACTERS: Final = 2_000
"""Longest argument: a resumptionToken with the longest of everything is some 500."""


class Verb(StrEnum):
    """What is asked."""

    IDENTIFY = "Identify"
    LIST_METADATA_FORMATS = "ListMetadataFormats"
    LIST_SETS = "ListSets"
    GET_RECORD = "GetRecord"
    LIST_IDENTIFIERS = "ListIdentifiers"
    LIST_RECORDS = "ListRecords"


class Code(StrEnum):
    """What may be wrong."""

    BAD_VERB = "badVerb"
    BAD_ARGUMENT = "badArgument"
    BAD_RESUMPTION_TOKEN = "badResumptionToken"  # noqa: S105 - the protocol's word
    CANNOT_DISSEMINATE_FORMAT = "cannotDisseminateFormat"
    ID_DOES_NOT_EXIST = "idDoesNotExist"
    NO_RECORDS_MATCH = "noRecordsMatch"
    NO_SET_HIERARCHY = "noSetHierarchy"


NOT_UNDERSTOOD: Final = (Code.BAD_VERB, Code.BAD_ARGUMENT)
"""To these the answer does not repeat the arguments (protocol, 3.2)."""


class Refused(GatewayError):
    """The request has an error of the protocol as its answer."""

    def __init__(self, code: Code, words: str) -> None:
        super().__init__(words)
        self.code = code
        self.words = words


class Request(NamedTuple):
    """One that keeps the rules; whether there is what it asks for is another matter."""

    verb: Verb
    arguments: Mapping[str, str]
    """By name, without the verb."""

    def get(self, name: str) -> str:
        """An argument; empty where it was not given."""
        return self.arguments.get(name, "")


class Arguments(NamedTuple):
    """Which arguments a verb has."""

    required: Sequence[str] = ()
    optional: Sequence[str] = ()
    resumed: bool = False
    """Whether `resumptionToken` can stand instead of them all."""


_LISTS: Final = Arguments(("metadataPrefix",), ("from", "until", "set"), resumed=True)
ARGUMENTS: Final[Mapping[Verb, Arguments]] = {
    Verb.IDENTIFY: Arguments(),
    Verb.LIST_METADATA_FORMATS: Arguments(optional=("identifier",)),
    Verb.LIST_SETS: Arguments(resumed=True),
    Verb.GET_RECORD: Arguments(("identifier", "metadataPrefix")),
    Verb.LIST_IDENTIFIERS: _LISTS,
    Verb.LIST_RECORDS: _LISTS,
}
TOKEN: Final = "resumptionToken"  # noqa: S105 - the protocol's word

_WORD: Final = r"[A-Za-z0-9\-_.!~*'()]+"
_DATE: Final = r"[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}:[0-9]{2}Z)?"
SYNTAX: Final[Mapping[str, tuple[re.Pattern[str], str]]] = {
    "metadataPrefix": (re.compile(_WORD), "a name of letters, digits and -_.!~*'()"),
    "set": (
        re.compile(f"{_WORD}(:{_WORD})*"),
        "a setSpec: names of letters, digits and -_.!~*'(), with colons between",
    ),
    "from": (re.compile(_DATE), "a date such as 2026-11-22 or 2026-11-22T15:30:00Z"),
    "until": (re.compile(_DATE), "a date such as 2026-11-22 or 2026-11-22T15:30:00Z"),
}
"""By argument, what it looks like (the protocol's schema), and that in words."""

MISSING: Final = "The request is missing required arguments."
"""[doc]"""


def request(arguments: Sequence[tuple[str, str]]) -> Request:
    """What is asked by these arguments, the verb among them. Raises `Refused`."""
    verbs = [value for name, value in arguments if name == "verb"]
    if len(verbs) != 1 or verbs[0] not in [*Verb]:
        raise Refused(Code.BAD_VERB, f"{_verbs_in_words(verbs)}; the verbs are {', '.join(Verb)}")
    verb = Verb(verbs[0])
    rules = ARGUMENTS[verb]
    given: dict[str, str] = {}
    known = (*rules.required, *rules.optional, *([TOKEN] if rules.resumed else []))
    for name, value in arguments:
        if name == "verb":
            continue
        if name not in known:
            raise Refused(Code.BAD_ARGUMENT, f"{verb} has no argument {name[:50]}")
        if name in given:
            raise Refused(Code.BAD_ARGUMENT, f"{name} is given twice")
        given[name] = _checked(name, value)
    if TOKEN in given:
        if len(given) > 1:
            raise Refused(Code.BAD_ARGUMENT, f"{TOKEN} stands alone, without other arguments")
    elif any(name not in given for name in rules.required):
        raise Refused(Code.BAD_ARGUMENT, MISSING)
    check_dates(given.get("from", ""), given.get("until", ""))
    return Request(verb, given)


def _verbs_in_words(verbs: Sequence[str]) -> str:
    if not verbs:
        return "there is no verb"
    return "there are several verbs" if len(verbs) > 1 else f"{verbs[0][:50]} is no verb"


def _checked(name: str, value: str) -> str:
    if not value or len(value) > ARGUMENT_CHARACTERS or NOT_IN_XML.search(value):
        raise Refused(Code.BAD_ARGUMENT, f"{name} is empty, too long, or no text")
    if name in SYNTAX:
        form, words = SYNTAX[name]
        if not form.fullmatch(value):
            raise Refused(Code.BAD_ARGUMENT, f"{name} is not {words}")
    return value


def check_dates(from_: str, until: str) -> None:
    """Raise `Refused` for dates of two granularities, or in the wrong order; either may be empty."""
    if from_ and until:
        if len(from_) != len(until):
            raise Refused(Code.BAD_ARGUMENT, "from and until are of two granularities; give both a time, or none")
        if from_ > until:
            raise Refused(Code.BAD_ARGUMENT, "from is later than until")
