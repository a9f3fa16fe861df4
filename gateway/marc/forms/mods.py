"""MODS 3.5, as harvesters and SRU have it.

Source: "MARC 21 to MODS" mapping of the Library of Congress; which release of its style sheet Alma uses is not known
[assumed]. Names, titles, subjects and related items are `mods_parts`'s; here stands what is said of the resource itself
and of the record. `mods` gives one element with its name spaces, and no declaration.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from gateway.marc.forms.described import Described, each, is_visual_moving, joined, second, years
from gateway.marc.forms.elements import SCHEMA_INSTANCE, element, leaf
from gateway.marc.forms.mods_parts import names, related_items, subjects, titles
from gateway.marc.record import Field, Record
from gateway.marc.views.languages import of_record

NAMESPACE: Final = "http://www.loc.gov/mods/v3"
VERSION: Final = "3.5"
SCHEMA: Final = "http://www.loc.gov/standards/mods/v3/mods-3-5.xsd"

RESOURCE_TYPES: Final[Mapping[str, str]] = {
    **dict.fromkeys("at", "text"),
    **dict.fromkeys("cd", "notated music"),
    **dict.fromkeys("ef", "cartographic"),
    "i": "sound recording-nonmusical",
    "j": "sound recording-musical",
    "k": "still image",
    "m": "software, multimedia",
    **dict.fromkeys("op", "mixed material"),
    "r": "three dimensional object",
}
"""Leader/06 -> typeOfResource; of what is projected (g), whether it moves says."""
MANUSCRIPTS: Final = "dft"
"""Leader/06 of manuscripts."""
ISSUANCES: Final[Mapping[str, str]] = {"s": "serial", "i": "integrating resource", "b": "continuing"}
"""Leader/07 -> issuance; all else is `monographic`."""
EVENTS: Final[Mapping[str, str]] = {"0": "production", "1": "publication", "2": "distribution", "3": "manufacture"}
"""Second indicator of 264 -> eventType."""
COPYRIGHT: Final = "4"
"""That of a copyright date."""
NO_PLACE: Final = ("xx", "|||", "")
"""008/15-17 of an unknown place."""
NOTES: Final[Mapping[str, str]] = {
    **dict.fromkeys(
        ("500", "513", "514", "516", "524", "525", "526", "544", "547", "550", "552", "555", "556", "565", "580"), ""
    ),
    "501": "with", "502": "thesis", "504": "bibliography", "507": "", "508": "creation/production credits",
    "510": "citation/reference", "511": "performers", "515": "numbering", "518": "venue", "522": "", "584": "",
    "530": "additional physical form", "533": "reproduction", "534": "original version",
    "535": "original location", "536": "funding", "538": "system details", "541": "acquisition",
    "545": "biographical/historical", "546": "language", "561": "ownership", "562": "version identification",
    "581": "publications", "583": "action", "585": "exhibitions", "586": "awards", "588": "",
}  # fmt: skip
"""Tag -> type of the note; empty for none."""
PRIVATE: Final = ("541", "561", "583")
"""Tags of notes that are not for the public where their first indicator is 0."""
NOTE_CODES: Final = "abcdefghijklmnopqrstuvwxyz"
OTHER_NUMBERS: Final[Mapping[str, str]] = {"0": "isrc", "1": "upc", "2": "ismn", "3": "ean", "4": "sici"}
"""First indicator of 024 -> type of the identifier; with 7 $2 says it."""
SOURCE_IN_FIELD: Final = "7"


class Class(NamedTuple):
    """A field with a classification number."""

    tag: str
    authority: str
    """Empty where $2 says it."""
    codes: str = "ab"


CLASSES: Final[Sequence[Class]] = (
    *(Class("050", "lcc"), Class("060", "nlm"), Class("080", "udc", "abx"), Class("082", "ddc", "a")),
    *(Class("084", ""), Class("086", "sudocs", "a")),
)


def mods(record: Record) -> bytes:
    """The record in MODS."""
    of = Described(record)
    body = "".join([part for said in PARTS for part in said(of)])
    spaces = f'xmlns="{NAMESPACE}" xmlns:xsi="{SCHEMA_INSTANCE}" xsi:schemaLocation="{NAMESPACE} {SCHEMA}"'
    return f'<mods {spaces} version="{VERSION}">{body}</mods>'.encode()


def _resource_type(of: Described) -> Iterator[str]:
    code = of.coded(6)
    moving = "moving image" if is_visual_moving(of) else "still image"
    value = moving if code == "g" else RESOURCE_TYPES.get(code, "")
    collection = "yes" if of.coded(7) == "c" else ""
    yield leaf("typeOfResource", value, collection=collection, manuscript="yes" if code in MANUSCRIPTS else "")


def _genres(of: Described) -> Iterator[str]:
    for _, field in of.fields("655"):
        yield leaf("genre", joined(field, "avxyz", "--").rstrip("."), authority="".join(field.values("2")[:1]))


def _origin(of: Described) -> Iterator[str]:
    by_event = [(second(field), field) for _, field in of.fields("264")]
    published = [field for _, field in of.fields("260")] + [field for event, field in by_event if event == "1"]
    coded = of.fixed(15, 17).strip()
    country = "" if coded in NO_PLACE else leaf("placeTerm", coded, type="code", authority="marccountry")
    editions = [leaf("edition", joined(field, "ab")) for _, field in of.fields("250")]
    copyrights = [
        leaf("copyrightDate", date) for event, field in by_event if event == COPYRIGHT for date in years(field)
    ]
    issuance = leaf("issuance", ISSUANCES.get(of.coded(7), "monographic"))
    frequencies = [leaf("frequency", joined(field, "ab")) for _, field in of.fields("310")]
    body = element("place", country) + "".join(map(_imprint, published[:1])) + _coded_dates(of)
    yield element("originInfo", body + "".join([*copyrights, *editions, issuance, *frequencies]))
    others = [("1", field) for field in published[1:]] + [one for one in by_event if one[0] != "1"]
    for event, field in others:
        if event in EVENTS:
            yield element("originInfo", _imprint(field), eventType=EVENTS[event])


def _imprint(field: Field) -> str:
    places = [element("place", leaf("placeTerm", value, type="text")) for value in each(field, "a")]
    publishers = [leaf("publisher", value) for value in each(field, "b")]
    return "".join([*places, *publishers, *[leaf("dateIssued", value) for value in years(field)]])


def _coded_dates(of: Described) -> str:
    """Of 008, whose letters are digits that are not known."""
    first, last = of.fixed(7, 10).strip(), of.fixed(11, 14).strip()
    if not first.rstrip("u").isdigit():
        return ""
    is_range = of.fixed(6, 6) in "cdikmqu" and last.rstrip("u").isdigit()
    if not is_range:
        return leaf("dateIssued", first, encoding="marc")
    start = leaf("dateIssued", first, encoding="marc", point="start")
    return start + leaf("dateIssued", last, encoding="marc", point="end")


def _languages(of: Described) -> Iterator[str]:
    for language in of_record(of.record):
        term = leaf("languageTerm", language.code, type="code", authority="iso639-2b")
        yield element("language", term + leaf("languageTerm", language.name, type="text"))


def _physical(of: Described) -> Iterator[str]:
    forms = [
        leaf("form", value, authority="".join(field.values("2")[:1]), type="media" if tag == "337" else "carrier")
        for tag, field in of.fields("337 338")
        for value in each(field, "a")
    ]
    media_types = [leaf("internetMediaType", value) for _, field in of.fields("856") for value in each(field, "q")]
    extents = [leaf("extent", joined(field, "abcefg")) for _, field in of.fields("300")]
    yield element("physicalDescription", "".join([*dict.fromkeys(forms), *dict.fromkeys(media_types), *extents]))


def _said_in_words(of: Described) -> Iterator[str]:
    yield from [leaf("abstract", joined(field, "abc")) for _, field in of.fields("520")]
    yield from [leaf("tableOfContents", joined(field, "agrtu")) for _, field in of.fields("505")]
    yield from [leaf("targetAudience", joined(field, "ab")) for _, field in of.fields("521")]
    for _, field in of.fields("245"):
        yield leaf("note", joined(field, "c"), type="statement of responsibility")
    for tag, field in of.fields(" ".join(NOTES)):
        if tag not in PRIVATE or field.indicators[:1] != "0":
            yield leaf("note", joined(field, NOTE_CODES), type=NOTES[tag])


def _classifications(of: Described) -> Iterator[str]:
    for tag, authority, codes in CLASSES:
        for _, field in of.fields(tag):
            source = "".join(field.values("2")[:1])
            edition = source if authority == "ddc" else ""
            yield leaf("classification", joined(field, codes), authority=authority or source, edition=edition)


def _identifiers(of: Described) -> Iterator[str]:
    for _, field in of.fields("010"):
        yield from [leaf("identifier", value, type="lccn") for value in each(field, "a")]
    for kind, tag, wrong in (("isbn", "020", "z"), ("issn", "022", "yz")):
        for _, field in of.fields(tag):
            yield from [leaf("identifier", value, type=kind) for value in each(field, "a")]
            yield from [leaf("identifier", value, type=kind, invalid="yes") for value in each(field, wrong)]
    for _, field in of.fields("024"):
        named = "".join(field.values("2")[:1])
        kind = named if field.indicators[:1] == SOURCE_IN_FIELD else OTHER_NUMBERS.get(field.indicators[:1], "")
        yield from [leaf("identifier", value, type=kind) for value in each(field, "a")]
    for _, field in of.fields("028"):
        yield leaf("identifier", joined(field, "ba"), type="music publisher")
    for _, field in of.fields("035"):
        numbers = [value for value in each(field, "a") if value.startswith("(OCoLC)")]
        yield from [leaf("identifier", value.removeprefix("(OCoLC)"), type="oclc") for value in numbers]


def _locations(of: Described) -> Iterator[str]:
    for _, field in of.fields("852"):
        shelf = leaf("shelfLocator", joined(field, "hijkm"))
        yield element("location", leaf("physicalLocation", joined(field, "abce")) + shelf)
    for _, field in of.fields("856"):
        label, note = joined(field, "3"), joined(field, "yz")
        urls = [leaf("url", value, displayLabel=label, note=note) for value in each(field, "u")]
        yield element("location", "".join(urls))


def _conditions(of: Described) -> Iterator[str]:
    for tag, kind in (("506", "restriction on access"), ("540", "use and reproduction")):
        yield from [leaf("accessCondition", joined(field, "abcdu"), type=kind) for _, field in of.fields(tag)]


def _record_info(of: Described) -> Iterator[str]:
    made, control = of.fixed(0, 5), of.record.control_value
    parts: list[str] = []
    for _, field in of.fields("040"):
        parts += [leaf("recordContentSource", value, authority="marcorg") for value in each(field, "a")]
        parts += [leaf("descriptionStandard", value) for value in each(field, "e")]
    parts.append(leaf("recordCreationDate", made if made.isdigit() else "", encoding="marc"))
    parts.append(leaf("recordChangeDate", control("005"), encoding="iso8601"))
    parts.append(leaf("recordIdentifier", control("001"), source=control("003").strip()))
    for _, field in of.fields("040"):
        terms = [leaf("languageTerm", value, type="code", authority="iso639-2b") for value in each(field, "b")]
        parts.append(element("languageOfCataloging", "".join(terms)))
    yield element("recordInfo", "".join(parts))


PARTS: Final[Sequence[Callable[[Described], Iterator[str]]]] = (
    *(titles, names, _resource_type, _genres, _origin, _languages, _physical, _said_in_words, subjects),
    *(_classifications, related_items, _identifiers, _locations, _conditions, _record_info),
)
"""What is said, in this order; each gives elements."""
