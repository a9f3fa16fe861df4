"""Records as answers have them: in the record syntax that was asked for, each as its bytes."""

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Final

from gateway.frontends.z3950 import oids
from gateway.frontends.z3950.apdus import opac as opac_syntax
from gateway.frontends.z3950.apdus.diagnostics import Diagnostic
from gateway.frontends.z3950.apdus.elements import CompSpec, ElementSetNames, SchemaUri, Specification
from gateway.frontends.z3950.apdus.external import External
from gateway.frontends.z3950.apdus.records import EncodedRecord, NamePlusRecord, SurrogateDiagnostic, encoded
from gateway.frontends.z3950.asked import Refused
from gateway.frontends.z3950.ber import Oid
from gateway.frontends.z3950.opac import holdings_of
from gateway.frontends.z3950.records import adding, readable, stub, usmarc, xml
from gateway.frontends.z3950.rules import Rules
from gateway.marc import iso2709
from gateway.marc.record import Record
from gateway.model import Inventory

Delivered = EncodedRecord | NamePlusRecord
USUAL_SYNTAX: Final = oids.USMARC
"""Where a client names none [assumed]."""
ELEMENT_SETS: Final = frozenset({"f", "b", ""})
"""Full and brief, which is answered as full; in capitals or not [assumed]."""
XML_ELEMENT_SETS: Final = frozenset({"marcxml", "marc21"})
"""What clients call MARCXML [assumed]."""
SCHEMAS: Final = frozenset({"marcxml", "info:srw/schema/1/marcxml-v1.1", "http://www.loc.gov/MARC21/slim"})
"""Names of MARCXML's schema [assumed]."""


def syntax_of(record_syntax: Oid | None, composition: ElementSetNames | CompSpec | None) -> Oid:
    """The record syntax that is asked for. Raises `Refused` for one, or an element set, that is not to be had."""
    named = composition.record_syntaxes if isinstance(composition, CompSpec) else ()
    wanted = named or (record_syntax or USUAL_SYNTAX,)
    syntax = next((one for one in wanted if one in SYNTAXES), None)
    if syntax is None:
        raise Refused(238 if len(wanted) > 1 else 239, wanted[0])
    for elements in _element_sets(composition):
        if elements.casefold() not in ELEMENT_SETS | (XML_ELEMENT_SETS if syntax == oids.XML else frozenset()):
            raise Refused(25, elements)
    return syntax


def _element_sets(composition: ElementSetNames | CompSpec | None) -> Iterable[str]:
    match composition:
        case None:
            return ()
        case str():
            return (composition,)
        case CompSpec(_, generic, by_database, _):
            found = [generic] if generic else []
            return [_elements(one) for one in (*found, *(of.specification for of in by_database))]
        case _:
            return [of.name for of in composition]


def _elements(specification: Specification) -> str:
    match specification.schema:
        case None:
            pass
        case SchemaUri(uri) if uri in SCHEMAS:
            pass
        case SchemaUri(schema) | schema:
            raise Refused(1066, schema)
    if isinstance(specification.elements, External):
        raise Refused(24)
    return specification.elements or ""


def deleted(mms_id: str, database: str) -> Delivered:
    """What is shown in place of a record that is no longer there."""
    return NamePlusRecord(SurrogateDiagnostic(Diagnostic(1028, mms_id)), database)


def delivered(inventory: Inventory, database: str, syntax: Oid, rules: Rules) -> EncodedRecord:
    """A record of this database in this syntax."""
    bare = readable(inventory.record, rules.kept)
    return encoded(SYNTAXES[syntax](inventory, bare, adding(bare, rules.shelved(inventory))), database)


def _usmarc(inventory: Inventory, bare: Record, whole: Record) -> External:
    try:
        return External(oids.USMARC, usmarc(whole))
    except iso2709.TooLong:
        return External(oids.USMARC, usmarc(stub(inventory.record, bare)))


def _xml(inventory: Inventory, bare: Record, whole: Record) -> External:
    return External(oids.XML, xml(whole))


def _opac(inventory: Inventory, bare: Record, whole: Record) -> External:
    """Its holdings are told beside it: so a record that has no room for them goes without."""
    try:
        marc = External(oids.USMARC, usmarc(whole))
    except iso2709.TooLong:
        marc = _usmarc(inventory, bare, bare)
    return opac_syntax.external(opac_syntax.OpacRecord(marc, holdings_of(inventory)))


SYNTAXES: Final[Mapping[Oid, Callable[[Inventory, Record, Record], External]]] = MappingProxyType(
    {oids.USMARC: _usmarc, oids.OPAC: _opac, oids.XML: _xml}
)
"""Record syntaxes that there are [doc for MARC 21 and OPAC]; given the record bare, and with its holdings in fields."""
