"""MODS: titles, names, subjects and related items, which stand within each other. Its whole is `mods`."""

from collections.abc import Iterator, Mapping
from itertools import takewhile
from typing import Final

from gateway.marc.forms.described import Described, each, joined, second, trimmed
from gateway.marc.forms.elements import element, leaf
from gateway.marc.record import Field

TITLE_TYPES: Final[Mapping[str, str]] = {
    "245": "",
    "210": "abbreviated",
    "242": "translated",
    "246": "alternative",
    "740": "alternative",
    "130": "uniform",
    "240": "uniform",
}
"""Tag -> type of its titleInfo, in their order."""
UNFILED: Final[Mapping[str, int]] = {"245": 1, "242": 1, "240": 1, "130": 0, "740": 0, "730": 0, "440": 1, "830": 1}
"""Tag -> which of its indicators tells how many characters of $a are no part of the title's order."""
TITLE_CODES: Final = "adfgklmorst"
"""Subfields of the title itself; beside them stand $b, $n and $p."""
NAME_TYPES: Final[Mapping[str, str]] = {"00": "personal", "10": "corporate", "11": "conference"}
"""How the tag of a name, or of a subject that is one, ends."""
PERSON: Final = (("", "aq"), ("termsOfAddress", "b"), ("termsOfAddress", "c"), ("date", "d"))
"""Type of namePart, and the subfields that stand there; of bodies each part has one of its own."""
BODY_CODES: Final = {"10": "abcdgn", "11": "acdegnq"}
AUTHORITIES: Final[Mapping[str, str]] = {
    "0": "lcsh", "1": "lcshac", "2": "mesh", "3": "nal", "5": "csh", "6": "rvm",
}  # fmt: skip
"""Second indicator of a subject -> its vocabulary; with 7 $2 says it."""
SUBDIVISIONS: Final[Mapping[str, str]] = {"v": "genre", "x": "topic", "y": "temporal", "z": "geographic"}
TOPICS: Final[Mapping[str, str]] = {
    "647": "topic", "648": "temporal", "650": "topic", "651": "geographic", "653": "topic", "656": "occupation",
}  # fmt: skip
"""Tag -> what its $a is."""
PLACE_LEVELS: Final[Mapping[str, str]] = {"a": "country", "b": "state", "c": "county", "d": "city", "f": "citySection"}
"""Subfield of 752 -> element of a hierarchy of places."""
RELATED: Final[Mapping[str, str]] = {
    "773": "host", "774": "constituent", "775": "otherVersion", "776": "otherFormat", "780": "preceding",
    "785": "succeeding", "786": "original", "765": "original", "767": "otherVersion", "772": "host",
    "770": "", "777": "", "787": "", "760": "series", "762": "series",
}  # fmt: skip
"""Tag of a linking entry -> type of the related item; empty for none."""
RELATED_NUMBERS: Final[Mapping[str, str]] = {"x": "issn", "z": "isbn", "w": "local", "u": "stdrn", "r": "report number"}
VOLUMES: Final = ("440", "830")
"""Tags of titles whose $v is a volume."""
SERIES_NAMES: Final = ("800", "810", "811")
ADDED_NAMES: Final = ("700", "710", "711")
CONSTITUENT: Final = "2"
"""Second indicator of an added entry for a work that is within the resource."""


def titles(of: Described) -> Iterator[str]:
    """A titleInfo for each title."""
    for tag, kind in TITLE_TYPES.items():
        for _, field in of.fields(tag):
            yield title(tag, field, kind)


def title(tag: str, field: Field, kind: str = "") -> str:
    """The titleInfo of a field; empty where it has no title."""
    main = joined(field, TITLE_CODES)
    place = UNFILED.get(tag)
    counted = field.indicators[place : place + 1] if place is not None else ""
    unfiled = int(counted) if counted.isdigit() and int(counted) < len(main) else 0
    body = leaf("nonSort", main[:unfiled]) + leaf("title", main[unfiled:])
    parts = (("subTitle", "b"), ("partNumber", "nv" if tag in VOLUMES else "n"), ("partName", "p"))
    return element("titleInfo", body + "".join([leaf(name, joined(field, code)) for name, code in parts]), type=kind)


def names(of: Described) -> Iterator[str]:
    """Main entry and added entries; those for a work are related items."""
    for tag, field in of.fields("100 110 111"):
        yield name(tag, field, usage="primary" if field.tag == tag else "")
    for tag, field in of.fields("700 710 711"):
        if not field.values("t"):
            yield name(tag, field)
    for _, field in of.fields("720"):
        yield element("name", leaf("namePart", joined(field, "a")) + _roles(field, "e"))


def name(tag: str, field: Field, usage: str = "") -> str:
    """The name that a field begins with; `tag`, which of a field 880 is that of its other field, says of what kind."""
    kind = tag[1:]
    if kind == "00":
        parts = [leaf("namePart", joined(field, codes), type=of) for of, codes in PERSON]
    else:
        own = takewhile(lambda subfield: subfield[0] != "t", field.subfields())
        parts = [leaf("namePart", trimmed(value)) for code, value in own if code in BODY_CODES[kind]]
    body = "".join(parts) + _roles(field, "j" if kind == "11" else "e")
    return element("name", body, type=NAME_TYPES[kind], usage=usage)


def _roles(field: Field, code: str) -> str:
    terms = [leaf("roleTerm", value.rstrip("."), type="text") for value in each(field, code)]
    terms += [leaf("roleTerm", value, type="code", authority="marcrelator") for value in each(field, "4")]
    return "".join([element("role", term) for term in terms])


def subjects(of: Described) -> Iterator[str]:
    """A subject for each heading, whose parts stand in their order."""
    for tag, field in of.fields("600 610 611"):
        work = element("titleInfo", leaf("title", joined(field, "tfklmors").rstrip(".")))
        yield _subject(field, name(tag, field) + work)
    for tag, field in of.fields("630"):
        yield _subject(field, title(tag, field))
    for tag, field in of.fields(" ".join(TOPICS)):
        if tag == "653":
            yield from [element("subject", leaf("topic", value.rstrip("."))) for value in each(field, "a")]
        else:
            yield _subject(field, leaf(TOPICS[tag], joined(field, "abcd").rstrip(".")))
    for _, field in of.fields("752"):
        levels = [leaf(PLACE_LEVELS[code], trimmed(value)) for code, value in field.subfields() if code in PLACE_LEVELS]
        yield element("subject", element("hierarchicalGeographic", "".join(levels)))
    for _, field in of.fields("043"):
        codes = [leaf("geographicCode", value, authority="marcgac") for value in each(field, "a")]
        yield element("subject", "".join(codes))
    for _, field in of.fields("255"):
        said = (("scale", "a"), ("projection", "b"), ("coordinates", "c"))
        yield element("subject", element("cartographics", "".join([leaf(n, joined(field, c)) for n, c in said])))


def _subject(field: Field, main: str) -> str:
    vocabulary = AUTHORITIES.get(second(field)) or "".join(field.values("2")[:1])
    rest = [
        leaf(SUBDIVISIONS[code], trimmed(value).rstrip("."))
        for code, value in field.subfields()
        if code in SUBDIVISIONS
    ]
    return element("subject", main + "".join(rest), authority=vocabulary)


def related_items(of: Described) -> Iterator[str]:
    """Series, linking entries and works within the resource."""
    for tag, field in of.fields("440 490 830"):
        yield _series(field, title(tag, field) if tag != "490" else "")
    for tag, field in of.fields(" ".join(SERIES_NAMES)):
        yield _series(field, element("titleInfo", leaf("title", joined(field, "tfklmorsv"))) + name(tag, field))
    for tag, field in of.fields(" ".join(ADDED_NAMES)):
        if field.values("t"):
            work = element("titleInfo", leaf("title", joined(field, "tfklmors")))
            yield element("relatedItem", work + name(tag, field), type=_constituent(field))
    for tag, field in of.fields("730"):
        yield element("relatedItem", title(tag, field), type=_constituent(field))
    for tag, field in of.fields(" ".join(RELATED)):
        yield element("relatedItem", _linked(field), type=RELATED[tag])


def _constituent(field: Field) -> str:
    return "constituent" if second(field) == CONSTITUENT else ""


def _series(field: Field, body: str) -> str:
    stated = leaf("title", joined(field, "a")) + leaf("partNumber", joined(field, "v"))
    numbers = [leaf("identifier", value, type="issn") for value in each(field, "x")]
    return element("relatedItem", (body or element("titleInfo", stated)) + "".join(numbers), type="series")


def _linked(field: Field) -> str:
    """What a linking entry says of the other resource."""
    titled = element("titleInfo", leaf("title", joined(field, "t") or joined(field, "s")))
    named = element("name", leaf("namePart", joined(field, "a")))
    origin = element("originInfo", leaf("publisher", joined(field, "d")))
    part = element("part", leaf("text", joined(field, "g")))
    numbers = [
        leaf("identifier", trimmed(value), type=RELATED_NUMBERS[code])
        for code, value in field.subfields()
        if code in RELATED_NUMBERS
    ]
    return "".join([titled, named, origin, *[leaf("note", value) for value in each(field, "in")], *numbers, part])
