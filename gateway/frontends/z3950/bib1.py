"""Attribute set bib-1 and its diagnostics, as tables. Source: the Z39.50 Maintenance Agency's lists, in our words."""

from collections.abc import Mapping
from enum import IntEnum
from types import MappingProxyType
from typing import Final


class Kind(IntEnum):
    """Types of attribute."""

    USE = 1
    RELATION = 2
    POSITION = 3
    STRUCTURE = 4
    TRUNCATION = 5
    COMPLETENESS = 6


class Relation(IntEnum):
    """Values of attribute type 2: how an access point's content stands to the term."""

    LESS = 1
    LESS_OR_EQUAL = 2
    EQUAL = 3
    GREATER_OR_EQUAL = 4
    GREATER = 5
    NOT_EQUAL = 6
    PHONETIC = 100
    STEM = 101
    RELEVANCE = 102
    ALWAYS_MATCHES = 103
    WITHIN = 104
    """Between the two dates that the term has."""


class Position(IntEnum):
    """Values of attribute type 3: where the term stands."""

    FIRST_IN_FIELD = 1
    FIRST_IN_SUBFIELD = 2
    ANY = 3


class Structure(IntEnum):
    """Values of attribute type 4: what the term is."""

    PHRASE = 1
    WORD = 2
    KEY = 3
    YEAR = 4
    DATE_NORMALIZED = 5
    WORD_LIST = 6
    DATE_UNNORMALIZED = 100
    NAME_NORMALIZED = 101
    NAME_UNNORMALIZED = 102
    STRUCTURE = 103
    URX = 104
    FREE_TEXT = 105
    DOCUMENT_TEXT = 106
    LOCAL_NUMBER = 107
    STRING = 108
    NUMERIC_STRING = 109


class Truncation(IntEnum):
    """Values of attribute type 5: where the term may go on."""

    RIGHT = 1
    LEFT = 2
    LEFT_AND_RIGHT = 3
    NONE = 100
    PROCESS_HASH = 101
    """`#` in the term stands for any character."""
    REGULAR_EXPRESSION_1 = 102
    REGULAR_EXPRESSION_2 = 103
    Z39_58 = 104
    """`?` and `#` in the term."""


class Completeness(IntEnum):
    """Values of attribute type 6: how much of the field the term is."""

    INCOMPLETE_SUBFIELD = 1
    COMPLETE_SUBFIELD = 2
    COMPLETE_FIELD = 3


DIAGNOSTICS: Final[Mapping[int, str]] = MappingProxyType(
    {
        1: "the system has failed and will go on failing",
        2: "the system has failed for now",
        3: "such a search is not supported",
        4: "the terms are all stop words",
        5: "too many words in a term",
        6: "too many boolean operators",
        7: "too many truncated words",
        9: "a truncated word is too short",
        10: "no record number is written so",
        11: "the search has too many characters",
        12: "too many records were found",
        13: "records outside the result set were asked for",
        14: "a record could not be presented",
        16: "the record is larger than the preferred message size",
        17: "the record is larger than the exceptional record size",
        18: "a result set cannot be an operand",
        21: "a result set of this name exists, and must not be replaced",
        22: "result sets cannot be named",
        23: "these databases cannot be searched together",
        24: "element set names are not supported",
        25: "the database has no element set of this name",
        26: "only one element set name can be given",
        27: "the result set was deleted by the server",
        30: "no result set has this name",
        31: "resources are exhausted, and nothing was found",
        32: "resources are exhausted; the results so far may be incomplete",
        33: "resources are exhausted; the results so far are sound",
        100: "an error of another kind",
        101: "access is refused",
        106: "no syntax has been agreed for this record",
        107: "a query of this type is not supported",
        108: "the query is malformed",
        109: "the database cannot be used",
        110: "the operator is not supported",
        111: "too many databases were named",
        112: "too many result sets were made",
        113: "the attribute type is not supported",
        114: "the use attribute is not supported",
        115: "the use attribute does not take this value",
        116: "a use attribute is missing",
        117: "the relation attribute is not supported",
        118: "the structure attribute is not supported",
        119: "the position attribute is not supported",
        120: "the truncation attribute is not supported",
        121: "the attribute set is not supported",
        122: "the completeness attribute is not supported",
        123: "these attributes cannot be combined",
        124: "the coded value in the term is not supported",
        125: "the term is malformed",
        126: "the attribute cannot have this term",
        127: "the term has no form that is understood",
        128: "no result set may have this name",
        129: "proximity of result sets is not supported",
        131: "the relation of the proximity operator is not supported",
        132: "the unit of the proximity operator is not supported",
        201: "proximity is not supported with these attributes",
        202: "the distance of the proximity operator is not supported",
        203: "the order flag of the proximity operator is not supported",
        205: "a scan can only have step size 0",
        206: "a scan cannot have this step size",
        207: "records cannot be sorted so",
        208: "the sort names no result set",
        209: "only sorts for single databases are supported",
        210: "sorts for single databases are not supported",
        211: "too many sort keys",
        212: "a sort key is given twice",
        213: "what is to be done with records without the sort key is not supported",
        214: "no sort has this relation",
        215: "no sort has this case sensitivity",
        216: "no sort does this with records without the sort key",
        221: "the extended service is not supported",
        222: "the extended service is refused to this user",
        227: "the record has nothing to show in this syntax",
        228: "the scan is malformed",
        229: "a term of this type is not supported",
        230: "too many result sets are to be sorted",
        232: "the terms of this access point cannot be scanned",
        233: "the scan cannot answer with the term at this position",
        235: "the database does not exist",
        236: "access to the database is refused",
        237: "the sort makes no sense",
        238: "the record cannot be had in this syntax",
        239: "the record syntax is not supported",
        240: "resources were exhausted while terms were looked for",
        241: "the list of terms begins or ends there",
        243: "additional ranges are not supported",
        244: "a composition specification is not supported",
        245: "a result set with attributes cannot be an operand",
        246: "complex attribute values are not supported",
        247: "an attribute cannot name a set of its own",
        1001: "the unit is malformed",
        1005: "records cannot come with the answer to a search",
        1010: "the user ID is wrong",
        1011: "the user ID or the password is wrong",
        1014: "the system that checks users has failed",
        1015: "the user has too many sessions",
        1016: "the network address is blocked",
        1017: "the user may use no database",
        1018: "the system has no resources for now",
        1020: "the system cannot be used for now",
        1024: "the attribute is not supported",
        1025: "the service is not supported for the database",
        1028: "the record was deleted",
        1029: "too many terms are to be scanned",
        1051: "the scan names no attribute set",
        1056: "the database does not support the attribute",
        1066: "the schema is unknown or not supported",
        1069: "no syntax can be had for this request",
        1070: "the user may not have records in this syntax",
        1071: "no record syntax is preferred",
        1072: "the term has characters that cannot be searched",
        1073: "no record has anything at this access point",
    }
)
"""What each condition of the diagnostic set means; clients show words of their own by its number."""

UNSUPPORTED_VALUE: Final[Mapping[int, int]] = MappingProxyType(
    {
        Kind.USE: 114,
        Kind.RELATION: 117,
        Kind.POSITION: 119,
        Kind.STRUCTURE: 118,
        Kind.TRUNCATION: 120,
        Kind.COMPLETENESS: 122,
    }
)
"""The condition that refuses a value, by the type of its attribute; its additional information is the value."""
