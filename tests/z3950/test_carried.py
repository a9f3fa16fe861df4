"""What APDUs carry within an EXTERNAL: negotiation, the reasons of a refusal, OPAC records, texts."""

import pytest

from gateway.frontends.z3950 import bib1, oids
from gateway.frontends.z3950.apdus import charneg, decode, diagnostics, encode, opac, records, sutrs
from gateway.frontends.z3950.apdus.external import EXTERNAL, Encoded, External, OtherInformation
from gateway.frontends.z3950.apdus.init import InitRequest, InitResponse, Open
from gateway.frontends.z3950.apdus.present import PresentResponse
from gateway.frontends.z3950.ber import Malformed

from .samples import ALL, NAMED, found, init
from .target import OPAC, RECORDS

WRONG_KEY = diagnostics.Diagnostic(1011, "key")
LATIN = charneg.Proposal((NAMED, charneg.Iso10646(oids.UTF_8)), ("eng",), False)


def refused(user_information: External | None) -> InitResponse:
    return InitResponse(7, 3, 1, 2, False, user_information=user_information)


def test_proposal_is_read_from_other_information():
    request = decode(encode(init(None, OtherInformation("words"), charneg.information(LATIN))))
    assert isinstance(request, InitRequest)
    assert charneg.negotiated(request) == LATIN


@pytest.mark.parametrize("tag", [4, 12, 19, 22, 26, 27])
def test_open_text_is_read_whatever_string_it_is(tag):
    sent = encode(init(Open("user/password")))
    request = decode(sent.replace(b"\x1a\x0duser", bytes((tag,)) + b"\x0duser"))
    assert isinstance(request, InitRequest)
    assert request.authentication == Open("user/password")


def test_proposal_is_read_from_user_information():
    carried = charneg.information(LATIN).information
    assert isinstance(carried, External)
    assert charneg.negotiated(InitRequest(7, 3, 1, 2, user_information=carried)) == LATIN


@pytest.mark.parametrize(
    "other", ["words", External(oids.USER_INFO_1, b"x"), External(oids.CHARACTER_NEGOTIATION_3, b"octets")]
)
def test_init_without_a_negotiation_has_none(other):
    assert charneg.negotiated(init(None, OtherInformation(other))) is None


def test_negotiation_that_is_none_is_malformed():
    other = OtherInformation(External(oids.CHARACTER_NEGOTIATION_3, Encoded(b"\x05\x00")))
    with pytest.raises(Malformed):
        charneg.negotiated(init(None, other))


@pytest.mark.parametrize(
    ("character_set", "name"),
    [
        (charneg.Iso10646(oids.UTF_8), "UTF-8"),
        (charneg.Iso10646(oids.UTF_16), "UTF-16"),
        (charneg.Iso10646(oids.UCS_2), "UCS-2"),
        (charneg.Iso10646(oids.UCS_4), "UCS-4"),
        (charneg.Iso10646(oids.Oid("1.0.10646.1.0.9")), None),
        (NAMED, "iso-8859-1"),
        (charneg.Private(None), None),
        (charneg.Private((oids.UTF_8,)), None),
        (charneg.Iso2022(b""), None),
    ],
)
def test_character_set_has_a_name(character_set, name):
    assert charneg.name(character_set) == name


def test_registered_sets_are_kept_as_they_came():
    old = charneg.Iso2022(bytes.fromhex("a10da1030201 01a2023000a302830100".replace(" ", "")))
    carried = charneg.information(charneg.Proposal((old,)))
    request = decode(encode(init(None, carried)))
    assert isinstance(request, InitRequest)
    assert charneg.negotiated(request) == charneg.Proposal((old,))


def test_refusal_has_its_reason():
    response = decode(encode(refused(diagnostics.refusal(WRONG_KEY))))
    assert isinstance(response, InitResponse)
    assert diagnostics.reasons(response) == (WRONG_KEY,)


@pytest.mark.parametrize(
    "carried", [None, External(oids.UPDATE, Encoded(b"\x05\x00")), External(oids.USER_INFO_1, b"words")]
)
def test_refusal_without_a_reason_has_none(carried):
    assert diagnostics.reasons(refused(carried)) == ()


@pytest.mark.parametrize(("additional", "tag"), [("key", b"\x1a"), ("", b"\x1a"), ("Ærø", b"\x1b")])
def test_additional_information_is_of_version_2_where_it_can_be(additional, tag):
    octets = encode(PresentResponse(0, 1, 5, diagnostics.Diagnostic(109, additional)))
    assert octets.endswith(tag + bytes((len(additional.encode()),)) + additional.encode())


@pytest.mark.parametrize("name", ["presented", "presented-opac"])
def test_opac_record_is_read_as_it_was_written(name):
    answer = decode(encode(ALL[name]))
    assert isinstance(answer, PresentResponse)
    assert isinstance(answer.records, tuple)
    shown = [one.record for one in answer.records if isinstance(one.record, External)]
    carried = [external for external in shown if external.direct_reference == oids.OPAC]
    assert [opac.external(opac.opac(external)) for external in carried] == carried


def test_opac_record_is_what_it_was():
    assert opac.opac(opac.external(OPAC)) == OPAC


def test_true_is_sent_as_1():
    octets = opac.external(OPAC).encoding
    assert isinstance(octets, Encoded)
    assert bytes.fromhex("810101") in octets.octets
    assert b"\xff" not in octets.octets


@pytest.mark.parametrize("external", [RECORDS[oids.USMARC], External(oids.OPAC, b"x"), External(None, b"x")])
def test_other_records_are_no_opac_record(external):
    with pytest.raises(Malformed):
        opac.opac(external)


@pytest.mark.parametrize("external", [sutrs.external("Ærø\n"), External(oids.SUTRS, "Ærø\n".encode())])
def test_text_is_read(external):
    assert sutrs.sutrs(external) == "Ærø\n"


def test_other_records_are_no_text():
    with pytest.raises(Malformed):
        sutrs.sutrs(RECORDS[oids.USMARC])


@pytest.mark.parametrize("syntax", RECORDS)
def test_record_that_is_kept_is_sent_as_one_that_is_not(syntax):
    kept = records.encoded(RECORDS[syntax], "01CARLI_XYZ")
    assert kept.size == len(EXTERNAL.write(RECORDS[syntax]))
    assert encode(found(kept)) == encode(found(records.NamePlusRecord(RECORDS[syntax], "01CARLI_XYZ")))


def test_every_attribute_type_has_a_diagnostic():
    assert set(bib1.UNSUPPORTED_VALUE) == set(bib1.Kind)
    assert set(bib1.UNSUPPORTED_VALUE.values()) <= set(bib1.DIAGNOSTICS)
    assert all(bib1.DIAGNOSTICS.values())
