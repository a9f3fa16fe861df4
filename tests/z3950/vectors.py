"""What yaz-client 5.34 sends, octet by octet, and what it means. `test_yaz` hears the same from the client itself."""

from gateway.frontends.z3950 import oids
from gateway.frontends.z3950.apdus import Apdu, Close, CloseReason, charneg
from gateway.frontends.z3950.apdus.elements import CompSpec, Specification
from gateway.frontends.z3950.apdus.external import Encoded, External
from gateway.frontends.z3950.apdus.init import IdPass, InitRequest, Open
from gateway.frontends.z3950.apdus.present import PresentRequest
from gateway.frontends.z3950.apdus.rpn import (
    Attribute,
    AttributesPlusTerm,
    Boolean,
    KnownUnit,
    Operation,
    Proximity,
    ResultSet,
    RpnQuery,
)
from gateway.frontends.z3950.apdus.scan import ScanRequest
from gateway.frontends.z3950.apdus.search import SearchRequest, Type104Query
from gateway.frontends.z3950.apdus.sets import DeleteFunction, DeleteResultSetRequest
from gateway.frontends.z3950.apdus.sort import (
    CaseSensitivity,
    MissingValue,
    SortAttributes,
    SortKeySpec,
    SortRelation,
    SortRequest,
)
from gateway.frontends.z3950.ber import Oid

DATABASES = ("01CARLI_XYZ",)
YAZ = ("81", "YAZ", "5.34.0 dec0c8a0b762132468cc8264c1b220eae1c67bd7")
SIZES = (67_108_864, 67_108_864)
YAZ_OCTETS = (
    "9f6e0238319f6f0359415a9f702f352e33342e302064656330633861306237363231333234363863633832363463316232323065616531"
    "633637626437"
)
UTF_8 = charneg.Proposal((charneg.Iso10646(oids.UTF_8),), ("eng",), True)


def term(text: bytes, *attributes: Attribute) -> AttributesPlusTerm:
    return AttributesPlusTerm(attributes, text)


def by(use: int, relation: SortRelation, case: CaseSensitivity) -> SortKeySpec:
    return SortKeySpec(SortAttributes(oids.BIB_1, (Attribute(1, use),)), relation, case, MissingValue.NULL)


VECTORS: dict[str, tuple[str, Apdu]] = {
    "init, version 3": (
        f"b452830200e0840300e9a2850404000000860404000000{YAZ_OCTETS}",
        InitRequest(7, 0x4597, *SIZES, None, *YAZ),
    ),
    "init, version 2, authentication user/secret": (
        f"b461830200c0840300e9a2850404000000860404000000a70d1a0b757365722f736563726574{YAZ_OCTETS}",
        InitRequest(3, 0x4597, *SIZES, Open("user/secret"), *YAZ),
    ),
    "init, authentication grp user secret, negcharset utf-8, lang eng": (
        "b480830200e0840400e9a240850404000000860404000000a7153013800475736572810367727082067365637265"
        f"74{YAZ_OCTETS}bf8149273025a42306072a8648ce130f03a018a116a10aa208820628d316010008a2051b03656e678301010000",
        InitRequest(
            *(7, 0x24597, *SIZES, IdPass("user", "grp", "secret"), *YAZ),
            other_information=(charneg.information(UTF_8),),
        ),
    ),
    'find @attr 1=4 @attr 5=1 "rivers and"': (
        "b6558d01008e01018f0100900101910131b20e9f690b30314341524c495f58595ab534a13206072a8648ce130301a027bf6624bf2c14"
        "30089f7801059f79010130089f7801019f7901049f2d0a72697665727320616e64",
        SearchRequest(
            *(0, 1, 0, True, "1", DATABASES),
            RpnQuery(oids.BIB_1, term(b"rivers and", Attribute(5, 1), Attribute(1, 4))),
        ),
    ),
    "find @or @and @attr 1=4 a @attr 1=1003 b @not @attr 2=5 @attr 1=31 @attr 4=4 1999 @set 1": (
        "b68082036162638d01058e01018f0100900101910131b20e9f690b30314341524c495f58595a9f68072a8648ce13050ab580a17e06072a"
        "8648ce130301a173a132a014bf6611bf2c0a30089f7801019f7901049f2d0161a015bf6612bf2c0b30099f7801019f790203eb9f2d0162"
        "bf2e028000a138a02bbf6628bf2c1e30089f7801049f79010430089f7801019f79011f30089f7801029f7901059f2d0431393939a0049f"
        "1f0131bf2e028200bf2e02810000000000",
        SearchRequest(
            *(5, 1, 0, True, "1", DATABASES),
            RpnQuery(
                oids.BIB_1,
                Operation(
                    Operation(term(b"a", Attribute(1, 4)), term(b"b", Attribute(1, 1003)), Boolean.AND),
                    Operation(
                        term(b"1999", Attribute(4, 4), Attribute(1, 31), Attribute(2, 5)),
                        ResultSet("1"),
                        Boolean.AND_NOT,
                    ),
                    Boolean.OR,
                ),
            ),
            record_syntax=oids.USMARC,
            reference_id=b"abc",
        ),
    ),
    "find @prox 0 3 1 2 k 2 a b": (
        "b66b82036162638d01008e010a8f0102900101910132b20e9f690b30314341524c495f58595a9f68072a8648ce13050ab53ba13906072a"
        "8648ce130301a12ea00abf6607bf2c009f2d0161a00abf6607bf2c009f2d0162bf2e13a311810100820103830101840102a503810102",
        SearchRequest(
            *(0, 10, 2, True, "2", DATABASES),
            RpnQuery(
                oids.BIB_1, Operation(term(b"a"), term(b"b"), Proximity(3, True, 2, KnownUnit(2), exclusion=False))
            ),
            record_syntax=oids.USMARC,
            reference_id=b"abc",
        ),
    ),
    "find @term numeric 42": (
        "b64882036162638d01008e010a8f0102900101910135b20e9f690b30314341524c495f58595a9f68072a8648ce13050ab518a11606072a"
        "8648ce130301a00bbf6608bf2c009f8157012a",
        SearchRequest(
            *(0, 10, 2, True, "5", DATABASES),
            RpnQuery(oids.BIB_1, AttributesPlusTerm((), 42)),
            record_syntax=oids.USMARC,
            reference_id=b"abc",
        ),
    ),
    "find @attr gils 1=4 x": (
        "b65a82036162638d01008e010a8f0102900101910136b20e9f690b30314341524c495f58595a9f68072a8648ce13050ab52aa12806072a"
        "8648ce130301a01dbf661abf2c13301181072a8648ce1303059f7801019f7901049f2d0178",
        SearchRequest(
            *(0, 10, 2, True, "6", DATABASES),
            RpnQuery(oids.BIB_1, term(b"x", Attribute(1, 4, Oid("1.2.840.10003.3.5")))),
            record_syntax=oids.USMARC,
            reference_id=b"abc",
        ),
    ),
    "querytype cql, find title=x": (
        "b64782036162638d01008e010a8f0102900101910138b20e9f690b30314341524c495f58595a9f68072a8648ce13050ab517bf68140607"
        "2a8648ce131002a0091b077469746c653d78",
        SearchRequest(
            *(0, 10, 2, True, "8", DATABASES),
            Type104Query(External(oids.CQL, Encoded(b"\x1b\x07title=x"))),
            record_syntax=oids.USMARC,
            reference_id=b"abc",
        ),
    ),
    "show 1+2": (
        "b8149f1f01319e01019d01029f68072a8648ce13050a",
        PresentRequest("1", 1, 2, record_syntax=oids.USMARC),
    ),
    "elements F, format xml, show 1": (
        "b81a9f1f01319e01019d0101b3038001469f68082a8648ce13056d0a",
        PresentRequest("1", 1, 1, composition="F", record_syntax=oids.XML),
    ),
    "schema marcxml, show 1": (
        "b82282036162639f1f01389e01019d0101bf815105810100a2009f68072a8648ce13050a",
        PresentRequest(
            *("8", 1, 1, (), CompSpec(False, Specification()), oids.USMARC),
            reference_id=b"abc",
        ),
    ),
    "scan @attr 1=4 riv": (
        "bf2338a30e9f690b30314341524c495f58595a06072a8648ce130301bf6613bf2c0a30089f7801019f7901049f2d037269768501008601"
        "14870101",
        ScanRequest(DATABASES, term(b"riv", Attribute(1, 4)), 20, oids.BIB_1, 0, 1),
    ),
    "sort 1=4 <i 1=31 >s": (
        "bf2b56a3031b0131840131a54c3024a118a21606072a8648ce130301bf2c0a30089f7801019f790104810100820101a30282003024a118"
        "a21606072a8648ce130301bf2c0a30089f7801019f79011f810101820100a3028200",
        SortRequest(
            *(("1",), "1"),
            (
                by(4, SortRelation.ASCENDING, CaseSensitivity.INSENSITIVE),
                by(31, SortRelation.DESCENDING, CaseSensitivity.SENSITIVE),
            ),
        ),
    ),
    "delete 1": ("ba0a9f20010030049f1f0131", DeleteResultSetRequest(DeleteFunction.LIST, ("1",))),
    "close": ("bf30059f81530100", Close(CloseReason.FINISHED)),
}
"""By the command that was typed: the octets, and the APDU."""
