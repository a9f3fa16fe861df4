"""The indexes that Alma's SRU has in CQL: their names, what they are here, and how each can be asked.

Source: spec, oai-ncip.md, "SRU"; names of further indexes are those of Alma's own search [assumed]. Alma has some 400,
of which these are the ones that there is something behind here.
"""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from gateway.search.indexes import HEADED, TEXTS
from gateway.search.query import Index
from gateway.search.ranking import SortKey

ALMA: Final = "alma"
"""Context set of Alma's indexes. A name without a set is one of these [assumed]."""
DC: Final = "dc"
CQL: Final = "cql"

SAME: Final = "="
EXACT: Final = "=="
ALL: Final = "all"
SOME: Final = "any"
WITHIN: Final = "within"
LESS: Final = "<"
LESS_OR_EQUAL: Final = "<="
GREATER_OR_EQUAL: Final = ">="
GREATER: Final = ">"
ORDERED: Final = (LESS, LESS_OR_EQUAL, GREATER_OR_EQUAL, GREATER, WITHIN)


class CqlIndex(NamedTuple):
    """An index, as CQL names it."""

    name: str
    """In its context set `alma`."""
    place: Index
    title: str
    """For people."""
    sort: SortKey | None = None
    """By what a result is sorted that is sorted by it; None where it cannot be [seen]."""

    @property
    def relations(self) -> Sequence[str]:
        """How it can stand to a term."""
        if self.place in HEADED:
            return (ALL, SOME, SAME, EXACT)
        if self.place is Index.DATE:
            return (SAME, EXACT, *ORDERED)
        return (ALL, SOME, SAME) if self.place in TEXTS else (SAME, EXACT, SOME)


INDEXES: Final[Sequence[CqlIndex]] = (
    CqlIndex("all_for_ui", Index.ANY, "Keywords"),
    CqlIndex("title", Index.TITLE, "Title", SortKey.TITLE),
    CqlIndex("creator", Index.AUTHOR, "Creator", SortKey.AUTHOR),
    CqlIndex("subjects", Index.SUBJECT, "Subjects"),
    CqlIndex("isbn", Index.ISBN, "ISBN"),
    CqlIndex("issn", Index.ISSN, "ISSN"),
    CqlIndex("oclc_control_number_035_a", Index.OCLC, "OCLC Control Number (035a+z)"),
    CqlIndex("mms_id", Index.MMS, "MMS ID"),
    CqlIndex("main_pub_date", Index.DATE, "Publication Date", SortKey.DATE),
    CqlIndex("standard_number", Index.STANDARD, "Standard Number"),
    CqlIndex("other_system_number", Index.SYSTEM, "Other System Number"),
    CqlIndex("language", Index.LANGUAGE, "Language"),
    CqlIndex("mms_tagSuppressed", Index.SUPPRESSED, "Suppressed from Discovery"),
)
BY_NAME: Final[Mapping[str, CqlIndex]] = {one.name.lower(): one for one in INDEXES}
ANYWHERE: Final = BY_NAME["all_for_ui"]
"""Where a term without an index is looked for."""
OTHER_NAMES: Final[Mapping[str, str]] = {
    "dc.title": "title",
    "dc.creator": "creator",
    "dc.subject": "subjects",
    "dc.date": "main_pub_date",
    "dc.language": "language",
    "dc.identifier": "standard_number",
    "cql.anywhere": "all_for_ui",
    "cql.serverchoice": "all_for_ui",
    "cql.keywords": "all_for_ui",
}
"""Names of other context sets, in small letters -> the index [assumed]: what clients ask that know no Alma."""
SETS: Final[Mapping[str, str]] = {
    CQL: "info:srw/cql-context-set/1/cql-v1.2",
    DC: "info:srw/cql-context-set/1/dc-v1.1",
    ALMA: "http://www.exlibrisgroup.com/alma/sru",
}
"""Context sets -> identifiers; that of Alma's is [assumed]."""


def index_named(name: str) -> CqlIndex | None:
    """The index of a name, in capitals or not; None where there is none."""
    small = name.lower()
    return BY_NAME.get(OTHER_NAMES.get(small, small.removeprefix(f"{ALMA}.")))
