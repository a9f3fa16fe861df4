"""Object identifiers of Z39.50 and what is used beside it. Source: the registry of the Z39.50 Maintenance Agency."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from gateway.frontends.z3950.ber import Oid

_Z39_50: Final = "1.2.840.10003"

BIB_1: Final = Oid(f"{_Z39_50}.3.1")
"""Attribute set."""
EXP_1: Final = Oid(f"{_Z39_50}.3.2")
"""Attribute set of Explain databases."""
UTIL: Final = Oid(f"{_Z39_50}.3.11")
"""Attribute set, whose use and relation attributes some clients name beside bib-1's."""
BIB_2: Final = Oid(f"{_Z39_50}.3.18")
"""Attribute set."""

BIB_1_DIAGNOSTICS: Final = Oid(f"{_Z39_50}.4.1")
DIAG_1: Final = Oid(f"{_Z39_50}.4.2")
"""Diagnostic format: several at once."""

UNIMARC: Final = Oid(f"{_Z39_50}.5.1")
USMARC: Final = Oid(f"{_Z39_50}.5.10")
"""MARC 21 in ISO 2709."""
EXPLAIN: Final = Oid(f"{_Z39_50}.5.100")
SUTRS: Final = Oid(f"{_Z39_50}.5.101")
"""Plain text."""
OPAC: Final = Oid(f"{_Z39_50}.5.102")
SUMMARY: Final = Oid(f"{_Z39_50}.5.103")
GRS_1: Final = Oid(f"{_Z39_50}.5.105")
HTML: Final = Oid(f"{_Z39_50}.5.109.3")
XML: Final = Oid(f"{_Z39_50}.5.109.10")
"""MARCXML, unless an element set or a schema says another."""

RESOURCE_2: Final = Oid(f"{_Z39_50}.7.2")
"""Resource report."""
UPDATE: Final = Oid(f"{_Z39_50}.9.5.1.1")
"""Extended service."""
ITEM_ORDER: Final = Oid(f"{_Z39_50}.9.4")
"""Extended service."""
SEARCH_RESULT_1: Final = Oid(f"{_Z39_50}.10.1")
USER_INFO_1: Final = Oid(f"{_Z39_50}.10.3")
"""User information: other information, in an Init."""
CHARACTER_NEGOTIATION_3: Final = Oid(f"{_Z39_50}.15.3")
CHARACTER_SET_NAME: Final = Oid(f"{_Z39_50}.15.1000.81.1")
"""A character set by its name, as YAZ's clients propose one that is not of ISO 10646."""
CQL: Final = Oid(f"{_Z39_50}.16.2")
"""A query of type 104 in CQL."""

UCS_2: Final = Oid("1.0.10646.1.0.2")
UCS_4: Final = Oid("1.0.10646.1.0.4")
UTF_16: Final = Oid("1.0.10646.1.0.5")
UTF_8: Final = Oid("1.0.10646.1.0.8")

SYNTAXES: Final[Mapping[Oid, str]] = MappingProxyType(
    {
        UNIMARC: "UNIMARC",
        USMARC: "USMARC",
        EXPLAIN: "Explain",
        SUTRS: "SUTRS",
        OPAC: "OPAC",
        SUMMARY: "Summary",
        GRS_1: "GRS-1",
        HTML: "HTML",
        XML: "XML",
    }
)
"""What people call a record syntax."""

ATTRIBUTE_SETS: Final[Mapping[Oid, str]] = MappingProxyType(
    {BIB_1: "Bib-1", EXP_1: "Exp-1", UTIL: "Util", BIB_2: "Bib-2"}
)
"""What people call an attribute set."""

ENCODINGS: Final[Mapping[Oid, str]] = MappingProxyType(
    {UCS_2: "UCS-2", UCS_4: "UCS-4", UTF_16: "UTF-16", UTF_8: "UTF-8"}
)
"""What people call an encoding of ISO 10646."""
