"""Which elements of a record are wanted, and in which syntax. Source: Z39.50-1995, 3.6 and 4.1."""

from typing import Final

from msgspec import Struct

from gateway.frontends.z3950.apdus.external import EXTERNAL_CONTENT, External
from gateway.frontends.z3950.asn1 import (
    BOOLEAN,
    OBJECT,
    OID,
    STRING,
    alone,
    choice,
    explicit,
    sequence,
    sequence_of,
    tagged,
)
from gateway.frontends.z3950.ber import Oid, Universal

DATABASES: Final = 1_000
"""Databases named in one request: a consortium has some hundreds of members."""
SYNTAXES: Final = 100
"""Record syntaxes in a composition specification: some dozens are registered."""


class DatabaseElements(Struct, frozen=True):
    """The element set name for records of one database."""

    database: str
    name: str


ElementSetNames = str | tuple[DatabaseElements, ...]
"""`F` or `B` for all, or one name for each database."""


class SchemaUri(Struct, frozen=True):
    """A schema by its name in text."""

    uri: str


class Specification(Struct, frozen=True):
    """A schema, and elements of it: a name, or a specification of another type."""

    schema: Oid | SchemaUri | None = None
    elements: str | External | None = None


class DatabaseSpecification(Struct, frozen=True):
    """The specification for records of one database."""

    database: str
    specification: Specification


class CompSpec(Struct, frozen=True):
    """A composition specification, which version 3 has in place of element set names."""

    select_alternative_syntax: bool
    """Whether a syntax that is not named may be sent where none of those named can."""
    generic: Specification | None = None
    by_database: tuple[DatabaseSpecification, ...] = ()
    record_syntaxes: tuple[Oid, ...] = ()
    """The first that can be had is to be sent."""


DATABASE: Final = tagged(105, STRING)
ELEMENT_SET_NAME: Final = tagged(103, STRING)
_DATABASE_ELEMENTS = sequence(DatabaseElements, database=DATABASE, name=ELEMENT_SET_NAME)
ELEMENT_SET_NAMES: Final = choice(
    (str, tagged(0, STRING)),
    (tuple, tagged(1, sequence_of(tagged(Universal.SEQUENCE, _DATABASE_ELEMENTS), DATABASES))),
)
SPECIFICATION: Final = sequence(
    Specification,
    schema=choice((Oid, tagged(1, OID)), (SchemaUri, tagged(300, alone(SchemaUri, STRING)))),
    elements=explicit(2, choice((str, tagged(1, STRING)), (External, tagged(2, EXTERNAL_CONTENT)))),
)
_DATABASE_SPECIFICATION = sequence(
    DatabaseSpecification, database=explicit(1, DATABASE), specification=tagged(2, SPECIFICATION)
)
COMP_SPEC: Final = sequence(
    CompSpec,
    select_alternative_syntax=tagged(1, BOOLEAN),
    generic=tagged(2, SPECIFICATION),
    by_database=tagged(3, sequence_of(tagged(Universal.SEQUENCE, _DATABASE_SPECIFICATION), DATABASES)),
    record_syntaxes=tagged(4, sequence_of(OBJECT, SYNTAXES)),
)
