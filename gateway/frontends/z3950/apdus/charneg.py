"""Character set and language negotiation 3, which an Init may carry.

A client proposes, in order of preference; a server chooses one and may leave the language out. YAZ's clients send it as
other information of an Init with `Option.NEGOTIATION_MODEL`, and older ones as user information. Source: the definition
1.2.840.10003.15.3.
"""

from typing import Final

from msgspec import Struct

from gateway.frontends.z3950 import oids
from gateway.frontends.z3950.apdus.external import EXTERNAL_CONTENT, Encoded, External, OtherInformation
from gateway.frontends.z3950.apdus.init import InitRequest, InitResponse
from gateway.frontends.z3950.asn1 import (
    BOOLEAN,
    NULL,
    OBJECT,
    OCTETS,
    OID,
    STRING,
    TEXT,
    Content,
    alone,
    around,
    choice,
    explicit,
    sequence,
    sequence_of,
    tagged,
    whole,
)
from gateway.frontends.z3950.ber import Oid, Reader

PROPOSED: Final = 50
"""Character sets, or languages, in a proposal: clients send one to three."""
ELEMENTS: Final = 1_000
"""Elements of a negotiation: far more than so many character sets and languages take."""


class Iso10646(Struct, frozen=True):
    """Unicode in an encoding."""

    encoding: Oid
    """`oids.UTF_8`, `UTF_16`, `UCS_2` or `UCS_4`."""
    collections: Oid | None = None


class Iso2022(Struct, frozen=True):
    """Registered sets that escape sequences change between: proposed by old clients, never chosen, so kept unread."""

    octets: bytes


class Private(Struct, frozen=True):
    """A set that both sides know: by object identifiers, by an external value such as a name, or agreed upon (None)."""

    known_by: tuple[Oid, ...] | External | None


class Unchosen(Struct, frozen=True):
    """The server chooses none: nothing has been negotiated."""

    none: None = None


CharacterSet = Iso10646 | Iso2022 | Private


class Proposal(Struct, frozen=True):
    """What a client proposes."""

    character_sets: tuple[CharacterSet, ...] = ()
    languages: tuple[str, ...] = ()
    """Codes of ANSI Z39.53: `eng`."""
    records_too: bool | None = None
    """Whether records are to be in the character set, too."""


class Choice(Struct, frozen=True):
    """What a server chooses."""

    character_set: CharacterSet | Unchosen | None = None
    """None if and only if no set was proposed."""
    language: str | None = None
    records_too: bool | None = None
    """None if and only if the proposal has none."""


_KNOWN_BY = choice(
    (tuple, tagged(1, sequence_of(OBJECT, PROPOSED))),
    (External, tagged(2, EXTERNAL_CONTENT)),
    (type(None), tagged(3, NULL)),
)
_SETS = (
    (Iso2022, tagged(1, alone(Iso2022, Content(None, OCTETS.primitive, OCTETS.write)))),
    (Iso10646, tagged(2, sequence(Iso10646, collections=tagged(1, OID), encoding=tagged(2, OID)))),
    (Private, tagged(3, alone(Private, around(_KNOWN_BY)))),
)
_NEGOTIATION = choice(
    (
        Proposal,
        tagged(
            1,
            sequence(
                Proposal,
                character_sets=tagged(1, sequence_of(choice(*_SETS), PROPOSED)),
                languages=tagged(2, sequence_of(TEXT, PROPOSED)),
                records_too=tagged(3, BOOLEAN),
            ),
        ),
    ),
    (
        Choice,
        tagged(
            2,
            sequence(
                Choice,
                character_set=explicit(1, choice(*_SETS, (Unchosen, tagged(4, alone(Unchosen, NULL))))),
                language=tagged(2, STRING),
                records_too=tagged(3, BOOLEAN),
            ),
        ),
    ),
)

_READ = whole(_NEGOTIATION)


def negotiated(init: InitRequest | InitResponse) -> Proposal | Choice | None:
    """What an Init says of character sets and languages: a client's a `Proposal`, a server's a `Choice`.

    Raises `Malformed` where it has a negotiation that is none.
    """
    carried = [other.information for other in init.other_information] + [init.user_information]
    for external in carried:
        if isinstance(external, External) and external.direct_reference == oids.CHARACTER_NEGOTIATION_3:
            return _read(external)
    return None


def _read(external: External) -> Proposal | Choice | None:
    if not isinstance(external.encoding, Encoded):
        return None
    found: Proposal | Choice = _READ(Reader(external.encoding.octets, ELEMENTS))
    return found


def information(negotiation: Proposal | Choice) -> OtherInformation:
    """A negotiation as an Init carries it."""
    octets = _NEGOTIATION.write(negotiation)
    return OtherInformation(External(oids.CHARACTER_NEGOTIATION_3, Encoded(octets)))


def name(character_set: CharacterSet) -> str | None:
    """What people call a character set: `UTF-8`, or the name that a client gave; None where it has no name here."""
    match character_set:
        case Iso10646():
            return oids.ENCODINGS.get(character_set.encoding)
        case Private(External(direct_reference=oids.CHARACTER_SET_NAME, encoding=bytes(octets))):
            return octets.decode("latin-1")
        case _:
            return None
