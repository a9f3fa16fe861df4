"""What is searched for in a zone's records: a tree, and the one thing that stores understand.

Z39.50's RPN, CQL and the words of a search box are translated to it. A result set that a query names is put in its
place by whoever keeps the set (`Among`). Nearness in words (Z39.50's proximity) is not asked: neither server that the
gateway stands for offers it; words beside each other are a phrase.
"""

from enum import StrEnum
from typing import Final

from msgspec import Struct

TREE_TERMS: Final = 100
"""Most terms of a tree: a query of some 2 kB. Each costs a read of the index."""


class Index(StrEnum):
    """Where a term is looked for. `search.indexes` says what of a record stands in each."""

    TITLE = "ti"
    KEY_TITLE = "kt"
    AUTHOR = "au"
    SUBJECT = "su"
    ANY = "kw"
    ISBN = "ib"
    ISSN = "is"
    OCLC = "oc"
    MMS = "mm"
    SYSTEM = "sn"
    """MMS ID, or the number that another system gave."""
    STANDARD = "si"
    DATE = "da"
    LANGUAGE = "la"
    FORMAT = "fm"
    SUPPRESSED = "sp"
    """`true` of records that are suppressed from discovery, `false` of all others."""


class Relation(StrEnum):
    """How a date must stand to the term's. All else is asked with `EQUAL` alone."""

    LESS = "<"
    LESS_OR_EQUAL = "<="
    EQUAL = "="
    GREATER_OR_EQUAL = ">="
    GREATER = ">"
    WITHIN = "within"
    """From the first date of the term to its second, both included."""


class Structure(StrEnum):
    """How the words of a term must stand."""

    WORDS = "words"
    """Each of them somewhere in the index; of Chinese, Japanese and Korean text all characters beside each other."""
    PHRASE = "phrase"
    """Beside each other, in their order, in one field."""


class Position(StrEnum):
    """Where in a field they must stand."""

    ANY = "any"
    FIRST = "first"
    """The term begins the field; it is then a phrase, whatever its structure."""


class Truncation(StrEnum):
    """What may follow."""

    NONE = "none"
    RIGHT = "right"
    """The last word of the term may go on."""


class Term(Struct, frozen=True):
    """Words, a number or a code, and how they are looked for."""

    index: Index
    text: str
    relation: Relation = Relation.EQUAL
    structure: Structure = Structure.WORDS
    position: Position = Position.ANY
    truncation: Truncation = Truncation.NONE
    complete: bool = False
    """Whether nothing else may stand in the field, or in that part of it which is a heading by itself."""
    local: bool = True
    """Whether fields for local use count (5XX and 6XX with a 9, 9XX): they do in Alma, in WMS they do not."""


class Among(Struct, frozen=True):
    """The records of a result set."""

    mms_ids: tuple[str, ...]


class And(Struct, frozen=True):
    """Records that both sides find."""

    left: "Query"
    right: "Query"


class Or(Struct, frozen=True):
    """Records that one of both sides finds."""

    left: "Query"
    right: "Query"


class AndNot(Struct, frozen=True):
    """Records that the left side finds and the right side does not."""

    left: "Query"
    right: "Query"


Query = Term | Among | And | Or | AndNot


class Order(StrEnum):
    """In which order records are found. What is equal comes with the record that was written last before."""

    WRITTEN = "written"
    """The record that was written last comes first."""
    RELEVANCE = "relevance"
    """`search.ranking` says what that is."""
