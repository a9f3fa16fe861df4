"""Dublin Core, as harvesters and SRU have it: qualified, and with its fifteen elements alone.

What stands in which element is a table that a librarian can check. Source: "MARC to Dublin Core Crosswalk" of the
Library of Congress; where Alma's own differs from it is not known [assumed]. The fifteen elements come of the
qualified ones: each refines one of them. Each function gives one element with its name spaces, and no declaration.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from gateway.marc.forms.described import Described, each, heading, is_visual_moving, joined, second, years
from gateway.marc.forms.elements import SCHEMA_INSTANCE, leaf
from gateway.marc.record import Field, Record
from gateway.marc.standard_numbers import isbn13, issn
from gateway.marc.views.languages import of_record

ELEMENTS_NAMESPACE: Final = "http://purl.org/dc/elements/1.1/"
TERMS_NAMESPACE: Final = "http://purl.org/dc/terms/"
OAI_DC_NAMESPACE: Final = "http://www.openarchives.org/OAI/2.0/oai_dc/"
OAI_DC_SCHEMA: Final = "http://www.openarchives.org/OAI/2.0/oai_dc.xsd"
OAI_QDC_NAMESPACE: Final = "http://worldcat.org/xmlschemas/qdc-1.0/"
OAI_QDC_SCHEMA: Final = "http://worldcat.org/xmlschemas/qdc/1.0/qdc-1.0.xsd"
"""OCLC's, which harvesters know under this prefix [assumed of Alma]."""
SRW_DC_NAMESPACE: Final = "info:srw/schema/1/dc-schema"
SRW_DC_SCHEMA: Final = "http://www.loc.gov/standards/sru/recordSchemas/dc-schema.xsd"

BASE: Final[Mapping[str, str]] = {
    "dcterms:alternative": "title",
    "dcterms:tableOfContents": "description",
    "dcterms:abstract": "description",
    "dcterms:audience": "description",
    "dcterms:issued": "date",
    "dcterms:extent": "format",
    "dcterms:medium": "format",
    "dcterms:isPartOf": "relation",
    "dcterms:hasPart": "relation",
    "dcterms:isVersionOf": "relation",
    "dcterms:hasFormat": "relation",
    "dcterms:replaces": "relation",
    "dcterms:isReplacedBy": "relation",
    "dcterms:spatial": "coverage",
    "dcterms:accessRights": "rights",
    "dcterms:license": "rights",
}
"""The element of the fifteen that a qualified one refines; `audience` refines none, and is a description."""


class Source(NamedTuple):
    """Fields that stand in an element."""

    element: str
    tags: str
    codes: str
    """Subfields whose values stand there as one text."""
    apart: bool = False
    """Whether each subfield has an element of its own."""
    indicator: str = ""
    """Which second indicators are meant; empty for any."""
    scheme: str = ""
    """Encoding scheme, of qualified Dublin Core alone."""


_NOTES: Final = (
    "500 501 502 504 507 508 510 511 513 514 515 516 518 524 525 526 536 538 545 547 550 555 556 580 581 585 586 588"
)
SOURCES: Final[Sequence[Source]] = (
    Source("dc:title", "245", "abfgknps"),
    Source("dcterms:alternative", "130 210 240 242 246 730 740", "abfgklmnoprst"),
    Source("dc:creator", "100", "abcdq"),
    Source("dc:creator", "110 111", "abcdegnq"),
    Source("dc:contributor", "700 720", "abcdq"),
    Source("dc:contributor", "710 711", "abcdegnq"),
    Source("dcterms:tableOfContents", "505", "agrtu"),
    Source("dcterms:abstract", "520", "ab"),
    Source("dc:description", _NOTES, "ab"),
    Source("dcterms:audience", "521", "ab"),
    Source("dc:publisher", "260", "ab"),
    Source("dc:publisher", "264", "ab", indicator="1"),
    Source("dcterms:extent", "300", "abce"),
    Source("dcterms:medium", "340", "a", True),
    Source("dc:format", "856", "q", True, scheme="dcterms:IMT"),
    Source("dc:identifier", "856", "u", True, scheme="dcterms:URI"),
    Source("dc:source", "786", "ot"),
    Source("dcterms:isPartOf", "440 490 800 810 811 830", "anptv"),
    Source("dcterms:isPartOf", "773", "atg"),
    Source("dcterms:hasPart", "774", "at"),
    Source("dcterms:isVersionOf", "775", "at"),
    Source("dcterms:hasFormat", "530", "ad"),
    Source("dcterms:hasFormat", "776", "at"),
    Source("dcterms:replaces", "780", "at"),
    Source("dcterms:isReplacedBy", "785", "at"),
    Source("dc:relation", "760 762 765 767 770 772 777 787", "ot"),
    Source("dcterms:spatial", "522 752", "abcd"),
    Source("dcterms:accessRights", "506", "abcd"),
    Source("dcterms:license", "540", "abcdu"),
)
"""Beside these: dates, subjects, standard numbers, languages and the type."""
SUBJECTS: Final[Mapping[str, tuple[str, str]]] = {
    **dict.fromkeys(("600", "610", "611", "630"), ("dc:subject", "abcdefghklmnopqrstvxyz")),
    **dict.fromkeys(("647", "648", "650", "653", "656", "657"), ("dc:subject", "abcdvxyz")),
    "651": ("dcterms:spatial", "avxyz"),
    "655": ("dc:type", "avxyz"),
}
"""Tag -> its element and the subfields of its heading."""
VOCABULARIES: Final[Mapping[str, str]] = {"0": "dcterms:LCSH", "2": "dcterms:MESH"}
"""Second indicator of a subject -> encoding scheme."""
TYPES: Final[Mapping[str, str]] = {
    **dict.fromkeys("acdt", "Text"),
    **dict.fromkeys("ef", "Image"),
    "k": "StillImage",
    **dict.fromkeys("ij", "Sound"),
    "m": "Software",
    **dict.fromkeys("op", "Collection"),
    "r": "PhysicalObject",
}
"""Leader/06 -> DCMI type; of what is projected, whether it moves says."""
PROJECTED: Final = "g"

Statement = tuple[str, str, str]
"""Element, text and encoding scheme, which may be empty."""


def oai_dc(record: Record) -> bytes:
    """Its fifteen elements, for harvesters."""
    return _simple(record, "oai_dc", OAI_DC_NAMESPACE, OAI_DC_SCHEMA)


def dc(record: Record) -> bytes:
    """The same as SRU has it."""
    return _simple(record, "srw_dc", SRW_DC_NAMESPACE, SRW_DC_SCHEMA)


def oai_qdc(record: Record) -> bytes:
    """Qualified Dublin Core, for harvesters."""
    body = "".join([leaf(name, value, xsi_type=scheme) for name, value, scheme in statements(record)])
    spaces = f'xmlns:dcterms="{TERMS_NAMESPACE}" '
    return _root("oai_qdc:qualifieddc", "oai_qdc", OAI_QDC_NAMESPACE, OAI_QDC_SCHEMA, body, spaces)


def statements(record: Record) -> list[Statement]:
    """What a record says, in qualified Dublin Core; each statement once."""
    of = Described(record)
    found = (*_by_table(of), *_dates(of), *_subjects(of), *_numbers(of), *_languages(record), *_type(of))
    return [*dict.fromkeys([statement for statement in found if statement[1]])]


def _simple(record: Record, prefix: str, namespace: str, schema: str) -> bytes:
    plain = dict.fromkeys([(_base(name), value) for name, value, _ in statements(record)])
    body = "".join([leaf(f"dc:{name}", value) for name, value in plain])
    return _root(f"{prefix}:dc", prefix, namespace, schema, body)


def _base(name: str) -> str:
    return BASE.get(name) or name.removeprefix("dc:")


def _root(name: str, prefix: str, namespace: str, schema: str, body: str, spaces: str = "") -> bytes:
    location = f'xmlns:xsi="{SCHEMA_INSTANCE}" xsi:schemaLocation="{namespace} {schema}"'
    head = f'<{name} xmlns:{prefix}="{namespace}" xmlns:dc="{ELEMENTS_NAMESPACE}" {spaces}{location}>'
    return f"{head}{body}</{name}>".encode()


def _by_table(of: Described) -> Iterator[Statement]:
    for source in SOURCES:
        for _, field in of.fields(source.tags):
            if not source.indicator or second(field) in source.indicator:
                values = each(field, source.codes) if source.apart else [joined(field, source.codes)]
                yield from [(source.element, value, source.scheme) for value in values]


def _dates(of: Described) -> Iterator[Statement]:
    """Of publication: as the fields say it, or else the first of 008."""
    fields = [*of.fields("260"), *[(tag, field) for tag, field in of.fields("264") if second(field) == "1"]]
    said = [value for _, field in fields for value in years(field)]
    coded = of.fixed(7, 10)
    yield from [("dcterms:issued", value, "") for value in said or ([coded] if coded.isdigit() else [])]


def _subjects(of: Described) -> Iterator[Statement]:
    for tag, (element, codes) in SUBJECTS.items():
        for _, field in of.fields(tag):
            scheme = VOCABULARIES.get(second(field), "") if tag not in ("653", "655") else ""
            yield element, heading(field, codes), scheme


def _numbers(of: Described) -> Iterator[Statement]:
    for _, field in of.fields("020"):
        for value in each(field, "a"):
            yield "dc:identifier", _urn("ISBN", isbn13(value)) or value, "dcterms:URI" if isbn13(value) else ""
    for _, field in of.fields("022"):
        for value in each(field, "a"):
            yield "dc:identifier", _urn("ISSN", issn(value)) or value, "dcterms:URI" if issn(value) else ""
    for _, field in of.fields("024"):
        yield "dc:identifier", _first(field), ""


def _urn(space: str, number: str) -> str:
    return f"urn:{space}:{number}" if number else ""


def _first(field: Field) -> str:
    return next(iter(each(field, "a")), "")


def _languages(record: Record) -> Iterator[Statement]:
    for language in of_record(record):
        yield "dc:language", language.code, "dcterms:ISO639-2"


def _type(of: Described) -> Iterator[Statement]:
    code = of.coded(6)
    if code == PROJECTED:
        yield "dc:type", "MovingImage" if is_visual_moving(of) else "StillImage", "dcterms:DCMIType"
    elif code in TYPES:
        yield "dc:type", TYPES[code], "dcterms:DCMIType"
