"""Dublin Core of a record: which field stands in which element, and that whatever a record holds comes out as XML."""

from collections.abc import Callable
from itertools import chain
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.marc.forms.dc import (
    BASE,
    ELEMENTS_NAMESPACE,
    OAI_DC_NAMESPACE,
    OAI_QDC_NAMESPACE,
    SRW_DC_NAMESPACE,
    TERMS_NAMESPACE,
    dc,
    oai_dc,
    oai_qdc,
)
from gateway.marc.forms.elements import SCHEMA_INSTANCE
from gateway.marc.record import Field, Record
from tests.marc.mnemonic import LEADER, mrk, records_in

PREFIXES = {ELEMENTS_NAMESPACE: "", TERMS_NAMESPACE: "dcterms:"}
FIFTEEN = {
    *("title", "creator", "subject", "description", "publisher", "contributor", "date", "type", "format"),
    *("identifier", "source", "language", "relation", "coverage", "rights"),
}
LANTERN = mrk(r"""
    =001  9910000000015867
    =008  260301s1999\\\\xxu\\\\\\\\\\\000\0\eng\d
    =020  \\$a6990001011 (pbk.)
    =020  \\$a12345 (set)
    =022  \\$a0317-8471
    =024  3\$a4006381333931
    =041  0\$aengger
    =100  1\$aQuillfeather, Orsolya,$d1934-1999.$eauthor
    =245  14$aThe lantern keepers :$ba history /$cO. Quillfeather.
    =246  30$aKeepers of the lantern
    =264  \1$aAlton :$bStaley Press,$c[1999]
    =264  \4$c©1998
    =300  \\$a311 pages :$billustrations ;$c24 cm
    =490  1\$aHarbor studies ;$v4
    =500  \\$aWith a ledger.
    =505  0\$aThe coast -- The towers
    =506  \\$aReaders of the library alone.
    =520  \\$aLives of those who kept the light.
    =521  \\$aGeneral.
    =540  \\$aNo copies.
    =590  \\$aGift of the ferrymen
    =650  \0$aLighthouses$zDenmark$xHistory.
    =650  \2$aLight
    =651  \0$aÆrø (Denmark)
    =653  \\$atowers & <coasts>
    =655  \7$aHistories.$2lcgft
    =700  1\$aOverhill, Zoë,$eeditor
    =710  2\$aSpringhaven Press
    =752  \\$aDenmark$dÆrøskøbing
    =776  08$iOnline version:$tThe lantern keepers$w(OCoLC)1
    =856  40$uhttps://example.org/lantern?a=1&b=2$qtext/html
    =880  14$6245-01$a海燈
""")
QUALIFIED = """
title: The lantern keepers : a history
title: 海燈
dcterms:alternative: Keepers of the lantern
creator: Quillfeather, Orsolya, 1934-1999
contributor: Overhill, Zoë
contributor: Springhaven Press
dcterms:tableOfContents: The coast -- The towers
dcterms:abstract: Lives of those who kept the light.
description: With a ledger.
dcterms:audience: General.
publisher: Alton : Staley Press
dcterms:extent: 311 pages : illustrations ; 24 cm
format: text/html [dcterms:IMT]
identifier: https://example.org/lantern?a=1&b=2 [dcterms:URI]
dcterms:isPartOf: Harbor studies ; 4
dcterms:hasFormat: The lantern keepers
dcterms:spatial: Denmark Ærøskøbing
dcterms:accessRights: Readers of the library alone.
dcterms:license: No copies.
dcterms:issued: 1999
subject: Lighthouses--Denmark--History [dcterms:LCSH]
subject: Light [dcterms:MESH]
subject: towers & <coasts>
dcterms:spatial: Ærø (Denmark) [dcterms:LCSH]
type: Histories
identifier: urn:ISBN:9786990001012 [dcterms:URI]
identifier: 12345 (set)
identifier: urn:ISSN:0317-8471 [dcterms:URI]
identifier: 4006381333931
language: eng [dcterms:ISO639-2]
language: ger [dcterms:ISO639-2]
type: Text [dcterms:DCMIType]
""".strip().splitlines()


def shown(written: bytes) -> list[str]:
    """Element, text and scheme of each statement."""
    lines = []
    for child in ElementTree.fromstring(written):
        namespace, _, name = child.tag[1:].partition("}")
        scheme = child.get(f"{{{SCHEMA_INSTANCE}}}type")
        lines.append(f"{PREFIXES[namespace]}{name}: {child.text}" + (f" [{scheme}]" if scheme else ""))
    return lines


def test_each_field_stands_in_its_qualified_element():
    assert shown(oai_qdc(LANTERN)) == QUALIFIED


def test_the_fifteen_elements_are_what_the_qualified_ones_refine():
    plain = [line.partition(" [dcterms")[0] for line in QUALIFIED]
    names = [line.partition(": ")[0] for line in plain]
    dumbed = [line.replace(name, BASE.get(name, name), 1) for name, line in zip(names, plain, strict=True)]
    assert shown(oai_dc(LANTERN)) == [*dict.fromkeys(dumbed)]
    assert shown(dc(LANTERN)) == shown(oai_dc(LANTERN))
    assert {line.partition(": ")[0] for line in shown(oai_dc(LANTERN))} <= FIFTEEN


@pytest.mark.parametrize(
    ("write", "name", "namespace"),
    [
        (oai_dc, "dc", OAI_DC_NAMESPACE),
        (oai_qdc, "qualifieddc", OAI_QDC_NAMESPACE),
        (dc, "dc", SRW_DC_NAMESPACE),
    ],
)
def test_the_element_has_its_name_spaces_and_no_declaration(
    write: Callable[[Record], bytes], name: str, namespace: str
):
    written = write(LANTERN)
    root = ElementTree.fromstring(written)
    assert root.tag == f"{{{namespace}}}{name}"
    assert root.get(f"{{{SCHEMA_INSTANCE}}}schemaLocation", "").split()[0] == namespace
    assert not written.startswith(b"<?xml")


@pytest.mark.parametrize(
    ("code", "visual", "types"),
    [
        *(("a", " ", "Text"), ("c", " ", "Text"), ("t", " ", "Text"), ("e", " ", "Image"), ("k", " ", "StillImage")),
        *(("i", " ", "Sound"), ("j", " ", "Sound"), ("m", " ", "Software"), ("p", " ", "Collection")),
        *(("r", " ", "PhysicalObject"), ("g", "v", "MovingImage"), ("g", "s", "StillImage"), ("8", " ", "")),
    ],
)
def test_leader_and_008_say_the_type(code: str, visual: str, types: str):
    record = Record(LEADER[:6] + code.encode() + LEADER[7:], [Field("008", b" " * 33 + visual.encode() + b" " * 6)])
    assert shown(oai_dc(record)) == ([f"type: {types}"] if types else [])


@pytest.mark.parametrize(
    ("imprint", "dates"),
    [
        (r"=260  \\$aAlton$c1999-", ["1999-"]),
        (r"=260  \\$c1999, ©1998.", ["1999, ©1998"]),
        (r"=264  \4$c©1998", ["2001"]),
        (r"=500  \\$aNo imprint", ["2001"]),
    ],
)
def test_the_date_is_that_of_the_imprint_or_else_of_008(imprint: str, dates: list[str]):
    record = mrk(f"=008  260301s2001\\\\\\\\xxu\n{imprint}")
    assert [line[6:] for line in shown(oai_dc(record)) if line.startswith("date: ")] == dates


def test_a_record_that_says_nothing_has_an_empty_element():
    assert shown(oai_dc(Record(b" " * 24, []))) == []


@given(st.lists(st.tuples(st.sampled_from(["245", "650", "880", "008", "020", "264", "24"]), st.binary(max_size=30))))
def test_whatever_a_record_holds_is_written_as_xml(fields: list[tuple[str, bytes]]):
    record = Record(LEADER, [Field(*field) for field in fields])
    for write in (oai_dc, oai_qdc, dc):
        assert all(": " in line for line in shown(write(record)))


def test_real_records_are_written_with_a_title_each(conformance: Path):
    real = (records_in(conformance / "marc" / f"{name}.mrc") for name in ("blacklight_30_utf8", "yaz_nonlatin_utf8"))
    for raw in chain.from_iterable(real):
        lines = shown(oai_dc(Record.parse(raw)))
        assert any(line.startswith("title: ") for line in lines)
        assert len(lines) == len(set(lines))
