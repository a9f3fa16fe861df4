"""MODS of a record: which field stands in which element, in the structure that MODS 3.5 has."""

from itertools import chain
from pathlib import Path
from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from gateway.marc.forms.elements import SCHEMA_INSTANCE
from gateway.marc.forms.mods import NAMESPACE, VERSION, mods
from gateway.marc.record import Field, Record
from tests.marc.mnemonic import LEADER, mrk, records_in

MODS = f"{{{NAMESPACE}}}"
LANTERN = mrk(r"""
    =001  9910000000015867
    =003  OCoLC
    =005  20260301120000.0
    =008  260301m19992001ilua\\\\\\\\\\000\0\eng\d
    =010  \\$a  99012345
    =020  \\$a9786990001012 (pbk.)$z6990001012
    =024  3\$a4006381333931
    =024  7\$a10.1000/182$2doi
    =035  \\$a(OCoLC)1001
    =040  \\$aXYZ$beng$erda$cXYZ
    =043  \\$ae-dk---
    =050  \4$aVK1015$b.Q55 1999
    =082  04$a387.155$223
    =100  1\$aQuillfeather, Orsolya,$cDame,$d1934-1999,$eauthor.$4aut
    =240  10$aFyrpassere.$lEnglish
    =245  14$aThe lantern keepers :$ba history.$nPart 1,$pCoasts /$cby O. Quillfeather.
    =246  30$aKeepers of the lantern
    =250  \\$aSecond edition.
    =264  \1$aAlton, Illinois :$bStaley Press,$c[1999]-2001.
    =264  \3$aOdense :$bPrinters,$c2001.
    =264  \4$c©1998
    =300  \\$a2 volumes :$billustrations ;$c24 cm
    =338  \\$avolume$bnc$2rdacarrier
    =490  1\$aHarbor studies ;$v4
    =500  \\$aWith a ledger.
    =504  \\$aIncludes references.
    =505  0\$aThe coast -- The towers
    =506  \\$aReaders of the library alone.
    =520  \\$aLives of those who kept the light.
    =561  0\$aBought from a widow.
    =561  1\$aOnce in a tower.
    =600  10$aOverhill, Zoë.$tLamps.
    =650  \0$aLighthouses$zDenmark$xHistory$y20th century.
    =651  \7$aÆrø$2geo
    =653  \\$atowers & <coasts>$asea
    =655  \7$aHistories.$2lcgft
    =700  1\$aOverhill, Zoë,$eeditor.
    =700  12$aOverhill, Zoë.$tPoems.
    =710  2\$aSpringhaven Press.$bCharts.
    =773  08$tHarbor annals$gv. 3$x0317-8471
    =830  \0$aHarbor studies ;$v4.
    =852  \\$bSTALEY$cstacks$hVK1015$i.Q55
    =856  40$uhttps://example.org/lantern$qtext/html$3Table
    =880  14$6245-01$a海燈
""")
SHOWN = (
    """
titleInfo(nonSort: The | title: lantern keepers | subTitle: a history. | partNumber: Part 1 | partName: Coasts)
titleInfo(title: 海燈)
titleInfo type=alternative(title: Keepers of the lantern)
titleInfo type=uniform(title: Fyrpassere. English)
name type=personal usage=primary(namePart: Quillfeather, Orsolya | namePart type=termsOfAddress: Dame
 | namePart type=date: 1934-1999 | role(roleTerm type=text: author)
 | role(roleTerm authority=marcrelator type=code: aut))
name type=personal(namePart: Overhill, Zoë | role(roleTerm type=text: editor))
name type=corporate(namePart: Springhaven Press. | namePart: Charts.)
typeOfResource: text
genre authority=lcgft: Histories
originInfo(place(placeTerm authority=marccountry type=code: ilu) | place(placeTerm type=text: Alton, Illinois)
 | publisher: Staley Press | dateIssued: 1999-2001 | dateIssued encoding=marc point=start: 1999
 | dateIssued encoding=marc point=end: 2001 | copyrightDate: ©1998 | edition: Second edition. | issuance: monographic)
originInfo eventType=manufacture(place(placeTerm type=text: Odense) | publisher: Printers | dateIssued: 2001)
language(languageTerm authority=iso639-2b type=code: eng | languageTerm type=text: English)
physicalDescription(form authority=rdacarrier type=carrier: volume | internetMediaType: text/html
 | extent: 2 volumes : illustrations ; 24 cm)
abstract: Lives of those who kept the light.
tableOfContents: The coast -- The towers
note type=statement of responsibility: by O. Quillfeather.
note: With a ledger.
note type=bibliography: Includes references.
note type=ownership: Once in a tower.
subject authority=lcsh(name type=personal(namePart: Overhill, Zoë.) | titleInfo(title: Lamps))
subject authority=lcsh(topic: Lighthouses | geographic: Denmark | topic: History | temporal: 20th century)
subject authority=geo(geographic: Ærø)
subject(topic: towers & <coasts>)
subject(topic: sea)
subject(geographicCode authority=marcgac: e-dk---)
classification authority=lcc: VK1015 .Q55 1999
classification authority=ddc edition=23: 387.155
relatedItem type=series(titleInfo(title: Harbor studies | partNumber: 4))
relatedItem type=series(titleInfo(title: Harbor studies | partNumber: 4))
relatedItem type=constituent(titleInfo(title: Poems.) | name type=personal(namePart: Overhill, Zoë.))
relatedItem type=host(titleInfo(title: Harbor annals) | identifier type=issn: 0317-8471 | part(text: v. 3))
identifier type=lccn: 99012345
identifier type=isbn: 9786990001012 (pbk.)
identifier invalid=yes type=isbn: 6990001012
identifier type=ean: 4006381333931
identifier type=doi: 10.1000/182
identifier type=oclc: 1001
location(physicalLocation: STALEY stacks | shelfLocator: VK1015 .Q55)
location(url displayLabel=Table: https://example.org/lantern)
accessCondition type=restriction on access: Readers of the library alone.
recordInfo(recordContentSource authority=marcorg: XYZ
 | descriptionStandard: rda | recordCreationDate encoding=marc: 260301
 | recordChangeDate encoding=iso8601: 20260301120000.0 | recordIdentifier source=OCoLC: 9910000000015867
 | languageOfCataloging(languageTerm authority=iso639-2b type=code: eng))
""".strip()
    .replace("\n ", " ")
    .splitlines()
)

_NAME = "namePart role"
_TITLE = "nonSort title subTitle partNumber partName"
_TOP = (
    "titleInfo name typeOfResource genre originInfo language physicalDescription abstract tableOfContents "
    "targetAudience note subject classification relatedItem identifier location accessCondition part recordInfo"
)
CHILDREN = {
    "mods": _TOP,
    "relatedItem": _TOP,
    "titleInfo": _TITLE,
    "name": _NAME,
    "role": "roleTerm",
    "originInfo": "place publisher dateIssued copyrightDate edition issuance frequency",
    "place": "placeTerm",
    "language": "languageTerm",
    "languageOfCataloging": "languageTerm",
    "physicalDescription": "form internetMediaType extent",
    "subject": "topic geographic temporal titleInfo name genre occupation hierarchicalGeographic geographicCode "
    "cartographics",
    "hierarchicalGeographic": "country state county city citySection",
    "cartographics": "scale projection coordinates",
    "location": "physicalLocation shelfLocator url",
    "part": "text",
    "recordInfo": "recordContentSource descriptionStandard recordCreationDate recordChangeDate recordIdentifier "
    "languageOfCataloging",
}
"""What MODS 3.5 allows within what, as far as it is written; all else is text."""
CHOICES = {
    ("relatedItem", "type"): "host constituent otherVersion otherFormat preceding succeeding original series",
    ("titleInfo", "type"): "abbreviated translated alternative uniform",
    ("name", "type"): "personal corporate conference",
    ("namePart", "type"): "date termsOfAddress",
    ("dateIssued", "encoding"): "marc",
    ("dateIssued", "point"): "start end",
}
"""Values of an attribute that are a closed list."""


def shown(element: ElementTree.Element) -> str:
    """An element on a line, with its attributes and what stands within it."""
    name = " ".join([local(element), *[f"{key}={value}" for key, value in sorted(element.attrib.items())]])
    return f"{name}({' | '.join(map(shown, element))})" if len(element) else f"{name}: {element.text}"


def local(element: ElementTree.Element) -> str:
    assert element.tag.startswith(MODS)
    return element.tag.removeprefix(MODS)


def check(element: ElementTree.Element) -> None:
    """Hold it against what MODS allows."""
    name = local(element)
    assert {local(child) for child in element} <= {*CHILDREN.get(name, "").split()}, name
    assert len(element) or name == "mods" or (element.text or "").strip(), name
    for (of, attribute), values in CHOICES.items():
        if of == name and attribute in element.attrib:
            assert element.attrib[attribute] in values.split()
    for child in element:
        check(child)


def test_each_field_stands_in_its_element():
    assert [*map(shown, ElementTree.fromstring(mods(LANTERN)))] == SHOWN


def test_the_element_says_of_which_version_it_is():
    root = ElementTree.fromstring(mods(LANTERN))
    assert root.tag == f"{MODS}mods"
    assert root.get("version") == VERSION
    assert root.get(f"{{{SCHEMA_INSTANCE}}}schemaLocation", "").split()[0] == NAMESPACE
    check(root)


def test_what_is_projected_moves_or_not_as_008_says():
    for visual, kind in ((b"v", "moving image"), (b"s", "still image")):
        record = Record(LEADER[:6] + b"g" + LEADER[7:], [Field("008", b" " * 33 + visual + b" " * 6)])
        assert f"typeOfResource: {kind}" in [*map(shown, ElementTree.fromstring(mods(record)))]


def test_maps_have_their_place_and_scale():
    record = mrk("=255  \\\\$aScale 1:50,000 ;$bMercator$c(E 10°)\n=752  \\\\$aDenmark$dÆrøskøbing")
    assert [shown(one) for one in ElementTree.fromstring(mods(record)).iter(f"{MODS}subject")] == [
        "subject(hierarchicalGeographic(country: Denmark | city: Ærøskøbing))",
        "subject(cartographics(scale: Scale 1:50,000 | projection: Mercator | coordinates: (E 10°)))",
    ]


TAGS = st.sampled_from(["245", "100", "710", "650", "880", "008", "264", "600", "773", "856", "040", "24"])


@given(st.lists(st.tuples(TAGS, st.binary(max_size=30))))
def test_whatever_a_record_holds_is_written_as_mods(fields: list[tuple[str, bytes]]):
    check(ElementTree.fromstring(mods(Record(LEADER, [Field(*field) for field in fields]))))


def test_real_records_are_written_as_mods(conformance: Path):
    real = (records_in(conformance / "marc" / f"{name}.mrc") for name in ("blacklight_30_utf8", "yaz_nonlatin_utf8"))
    for raw in chain.from_iterable(real):
        root = ElementTree.fromstring(mods(Record.parse(raw)))
        check(root)
        assert root.find(f"{MODS}titleInfo/{MODS}title") is not None
