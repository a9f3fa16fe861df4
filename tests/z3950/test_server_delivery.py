"""In which syntax a record comes, and what comes of one that cannot be read."""

import pytest

from gateway.frontends.z3950 import oids
from gateway.frontends.z3950.alma import Alma
from gateway.frontends.z3950.apdus.elements import (
    CompSpec,
    DatabaseElements,
    DatabaseSpecification,
    SchemaUri,
    Specification,
)
from gateway.frontends.z3950.apdus.external import Arbitrary, External
from gateway.frontends.z3950.asked import Refused
from gateway.frontends.z3950.delivery import SYNTAXES, delivered, syntax_of
from gateway.frontends.z3950.records import readable, usmarc
from gateway.frontends.z3950.rules import Services
from gateway.marc.record import Record
from gateway.model import Inventory

from .library import DAMAGED

ALMA = Alma("host", {}, Services())


def test_a_record_that_cannot_be_read_is_a_stub_of_what_is_known_of_it():
    stub = Record.parse(usmarc(readable(DAMAGED, ALMA.kept)))
    assert [(field.tag, field.body.decode()) for field in stub.fields] == [
        ("001", "9910000000015867"),
        ("035", "  \x1fa(OCoLC)1001"),
        ("245", "00\x1faGrafische Sammlung Ærø"),
    ]


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_a_record_that_cannot_be_read_comes_in_each_syntax(syntax):
    found = delivered(Inventory(DAMAGED, (), (), ()), "01CARLI_XYZ", syntax, ALMA)
    assert "Grafische Sammlung Ærø".encode() in found.octets


def comp_spec(*syntaxes: str, generic: Specification | None = None) -> CompSpec:
    """A composition specification."""
    return CompSpec(False, generic, (), tuple(oids.Oid(one) for one in syntaxes))


@pytest.mark.parametrize(
    ("record_syntax", "composition", "syntax"),
    [
        (None, None, oids.USMARC),
        (oids.OPAC, None, oids.OPAC),
        (oids.XML, "F", oids.XML),
        (oids.XML, "marcxml", oids.XML),
        (oids.USMARC, "b", oids.USMARC),
        (oids.USMARC, (DatabaseElements("01CARLI_XYZ", "F"),), oids.USMARC),
        (None, comp_spec(oids.GRS_1, oids.OPAC, oids.USMARC), oids.OPAC),
        (oids.XML, comp_spec(generic=Specification(SchemaUri("http://www.loc.gov/MARC21/slim"), "F")), oids.XML),
    ],
)
def test_the_first_syntax_that_can_be_had_comes(record_syntax, composition, syntax):
    assert syntax_of(record_syntax, composition) == syntax


@pytest.mark.parametrize(
    ("record_syntax", "composition", "condition", "additional"),
    [
        (oids.GRS_1, None, 239, oids.GRS_1),
        (None, comp_spec(oids.UNIMARC), 239, oids.UNIMARC),
        (None, comp_spec(oids.GRS_1, oids.SUTRS), 238, oids.GRS_1),
        (oids.USMARC, "marcxml", 25, "marcxml"),
        (oids.USMARC, (DatabaseElements("01CARLI_XYZ", "X"),), 25, "X"),
        (oids.XML, comp_spec(generic=Specification(SchemaUri("mods"), "F")), 1066, "mods"),
        (oids.XML, comp_spec(generic=Specification(oids.GRS_1, "F")), 1066, oids.GRS_1),
        (oids.XML, comp_spec(generic=Specification(None, External(oids.XML, Arbitrary(1)))), 24, ""),
        (
            oids.XML,
            CompSpec(False, None, (DatabaseSpecification("01CARLI_XYZ", Specification(None, "X")),)),
            25,
            "X",
        ),
    ],
)
def test_what_cannot_be_had_is_refused(record_syntax, composition, condition, additional):
    with pytest.raises(Refused) as caught:
        syntax_of(record_syntax, composition)
    assert (caught.value.diagnostic.condition, caught.value.diagnostic.additional) == (condition, additional)
