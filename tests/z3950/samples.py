"""One APDU at least of every shape that the codec knows."""

from gateway.frontends.z3950 import oids
from gateway.frontends.z3950.apdus import Apdu, Close, CloseReason, charneg, control, diagnostics, opac, sets
from gateway.frontends.z3950.apdus.elements import (
    CompSpec,
    DatabaseElements,
    DatabaseSpecification,
    SchemaUri,
    Specification,
)
from gateway.frontends.z3950.apdus.external import Arbitrary, Category, Encoded, External, OtherInformation
from gateway.frontends.z3950.apdus.init import Anonymous, Authentication, IdPass, InitRequest, InitResponse, Open
from gateway.frontends.z3950.apdus.present import PresentRequest, PresentResponse, PresentStatus, Range
from gateway.frontends.z3950.apdus.records import Diagnostics, NamePlusRecord, SurrogateDiagnostic
from gateway.frontends.z3950.apdus.rpn import (
    Attribute,
    AttributesPlusTerm,
    Boolean,
    Complex,
    DateTime,
    KnownUnit,
    Operation,
    PrivateUnit,
    Proximity,
    Quantity,
    RestrictedResultSet,
    ResultSet,
    RpnQuery,
    Term,
    Unit,
)
from gateway.frontends.z3950.apdus.scan import ListEntries, ScanRequest, ScanResponse, ScanStatus, TermInfo
from gateway.frontends.z3950.apdus.search import (
    Query,
    ResultSetStatus,
    SearchRequest,
    SearchResponse,
    Type0Query,
    Type2Query,
    Type100Query,
    Type101Query,
    Type102Query,
    Type104Query,
)
from gateway.frontends.z3950.apdus.services import (
    ExtendedServicesRequest,
    ExtendedServicesResponse,
    OperationStatus,
    PackageFunction,
)
from gateway.frontends.z3950.apdus.sort import (
    CaseSensitivity,
    DatabaseSort,
    MissingValue,
    SortAttributes,
    SortedSetStatus,
    SortKeySpec,
    SortRelation,
    SortRequest,
    SortResponse,
    SortStatus,
)
from gateway.frontends.z3950.ber import Oid

from .target import CIRCULATION, HOLDING, MARC, RECORDS

REFERENCE = b"\x00\x01ref"
TITLE = Attribute(1, 4)
RIVERS = AttributesPlusTerm((TITLE,), b"rivers")
CAFE = AttributesPlusTerm((TITLE, Attribute(5, 1)), "Café".encode("latin-1"))
RESTRICTED = RestrictedResultSet("default", (TITLE,))
OTHER = (
    OtherInformation("words"),
    OtherInformation(b"\x00octets", Category(3)),
    OtherInformation(External(oids.USER_INFO_1, b"octets"), Category(3, oids.USER_INFO_1)),
    OtherInformation(oids.USER_INFO_1),
)
OUT_OF_RANGE = diagnostics.Diagnostic(13, "")
DATABASE_GONE = diagnostics.Diagnostic(235, "Ærø")
FOREIGN_DIAGNOSTIC = External(oids.DIAG_1, Encoded(b"\x30\x00"))
TOO_LARGE = 99_999


def init(authentication: Authentication | None = None, *other: OtherInformation) -> InitRequest:
    return InitRequest(7, 0x1FF, 1_048_576, 2_097_152, authentication, other_information=other)


def search(query: Query) -> SearchRequest:
    return SearchRequest(0, 1, 0, True, "default", ("01CARLI_XYZ",), query)


def rpn(root: AttributesPlusTerm | ResultSet | RestrictedResultSet | Operation) -> SearchRequest:
    return search(RpnQuery(oids.BIB_1, root))


def term(value: Term) -> SearchRequest:
    return rpn(AttributesPlusTerm((TITLE,), value))


def near(proximity: Proximity) -> SearchRequest:
    return search(Type101Query(RpnQuery(oids.BIB_1, Operation(RIVERS, CAFE, proximity))))


def negotiation(carried: charneg.Proposal | charneg.Choice) -> InitRequest | InitResponse:
    information = charneg.information(carried)
    if isinstance(carried, charneg.Proposal):
        return init(None, information)
    return InitResponse(7, 0x1FF, 1_048_576, 2_097_152, True, other_information=(information,))


def sort(*keys: SortKeySpec) -> SortRequest:
    return SortRequest(("one", "two"), "sorted", keys)


def found(*records: NamePlusRecord) -> PresentResponse:
    return PresentResponse(len(records), 0, PresentStatus.SUCCESS, records)


ASCENDING = (SortRelation.ASCENDING, CaseSensitivity.INSENSITIVE)
NAMED = charneg.Private(External(oids.CHARACTER_SET_NAME, b"iso-8859-1"))

REQUESTS: dict[str, Apdu] = {
    "init": init(),
    "init-whole": InitRequest(
        *(7, 0x3FFFFF, 1, 2, Open("user/password"), "81", "Client", "5.34.0"),
        user_information=External(oids.USER_INFO_1, Encoded(b"\x05\x00")),
        other_information=OTHER,
        reference_id=REFERENCE,
    ),
    "init-version-2": InitRequest(3, 3, 0, 2**31),
    "init-group": init(IdPass("group", "user", "password")),
    "init-user": init(IdPass(user_id="Ærø", password="")),
    "init-anonymous": init(Anonymous.ANONYMOUS),
    "init-other": init(External(Oid("1.2.840.10003.8.1"), Encoded(b"\x04\x00"))),
    "init-utf-8": negotiation(charneg.Proposal((charneg.Iso10646(oids.UTF_8),), ("eng", "dan"), True)),
    "init-languages": negotiation(charneg.Proposal(languages=("eng",))),
    "init-sets": negotiation(
        charneg.Proposal(
            (
                charneg.Iso10646(oids.UTF_16, Oid("1.0.10646.1.3.0")),
                NAMED,
                charneg.Private((oids.CHARACTER_SET_NAME, oids.UTF_8)),
                charneg.Private(None),
            )
        )
    ),
    "search": rpn(RIVERS),
    "search-whole": SearchRequest(
        *(5, 20, 10, False, "1", ("Z39WMS~12345", "Ærø")),
        RpnQuery(oids.BIB_1, RIVERS),
        "B",
        (DatabaseElements("Z39WMS~12345", "F"), DatabaseElements("Ærø", "B")),
        oids.USMARC,
        OTHER,
        OTHER,
        REFERENCE,
    ),
    "search-result-set": rpn(ResultSet("default")),
    "search-restricted": rpn(RESTRICTED),
    "search-tree": rpn(
        Operation(
            Operation(RIVERS, ResultSet("1"), Boolean.AND),
            Operation(CAFE, Operation(RIVERS, RESTRICTED, Boolean.AND_NOT), Boolean.OR),
            Boolean.OR,
        )
    ),
    "search-near": near(Proximity(3, True, 2, KnownUnit(2))),
    "search-not-near": near(Proximity(0, False, 5, PrivateUnit(70_000), True)),
    "search-numeric": term(-129),
    "search-large-number": term(2**40),
    "search-characters": term("Ærø 書"),
    "search-oid": term(oids.USMARC),
    "search-date": term(DateTime("20261122153001Z")),
    "search-external": term(External(oids.SUTRS, Arbitrary(0b1010_0000_0000_0001))),
    "search-quantity": term(Quantity(3, Unit("SI", 5, "metre", -2))),
    "search-unit": term(Quantity(0, Unit())),
    "search-null": term(None),
    "search-no-attributes": rpn(AttributesPlusTerm((), b"")),
    "search-attributes": rpn(
        AttributesPlusTerm(
            (Attribute(1, Complex(("title", 4), (1, 2)), oids.UTIL), Attribute(2, Complex((3,)))), b"rivers"
        )
    ),
    "search-type-0": search(Type0Query(b"\x04\x01a")),
    "search-type-2": search(Type2Query(b"find rivers")),
    "search-type-100": search(Type100Query(b"find rivers")),
    "search-type-102": search(Type102Query(b"rivers")),
    "search-type-104": search(Type104Query(External(oids.CQL, Encoded(b"\x1b\x07title=x")))),
    "present": PresentRequest("default", 1, 10),
    "present-whole": PresentRequest(
        *("1", 1, 10, (Range(21, 1), Range(200, 300)), "F", oids.OPAC, 1, 2, 3, OTHER, REFERENCE),
    ),
    "present-elements": PresentRequest("1", 1, 1, (), (DatabaseElements("01CARLI_XYZ", "F"),)),
    "present-composition": PresentRequest("1", 1, 1, (), CompSpec(False, Specification())),
    "present-composition-whole": PresentRequest(
        *("1", 1, 1, ()),
        CompSpec(
            True,
            Specification(oids.XML, "F"),
            (
                DatabaseSpecification("one", Specification(SchemaUri("info:srw/schema/1/marcxml-v1.1"))),
                DatabaseSpecification("two", Specification(elements=External(Oid("1.2.840.10003.11.1"), b"e"))),
            ),
            (oids.XML, oids.USMARC),
        ),
    ),
    "delete": sets.DeleteResultSetRequest(sets.DeleteFunction.LIST, ("1", "2"), OTHER, REFERENCE),
    "delete-all": sets.DeleteResultSetRequest(sets.DeleteFunction.ALL),
    "scan": ScanRequest(("01CARLI_XYZ",), RIVERS, 20),
    "scan-whole": ScanRequest(("one", "two"), CAFE, 20, oids.BIB_1, 0, 11, OTHER, REFERENCE),
    "sort": sort(SortKeySpec(SortAttributes(oids.BIB_1, (TITLE,)), *ASCENDING, MissingValue.NULL)),
    "sort-keys": sort(
        SortKeySpec("title", SortRelation.DESCENDING, CaseSensitivity.SENSITIVE, MissingValue.ABORT),
        SortKeySpec(Specification(elements="245"), *ASCENDING, b"\xff"),
        SortKeySpec((DatabaseSort("one", "title"), DatabaseSort("two", Specification())), *ASCENDING),
    ),
    "access-response": control.AccessControlResponse(b"secret", None, OTHER, REFERENCE),
    "access-response-external": control.AccessControlResponse(External(oids.USER_INFO_1, b"x"), OUT_OF_RANGE),
    "access-response-none": control.AccessControlResponse(None, FOREIGN_DIAGNOSTIC),
    "resource-response": control.ResourceControlResponse(True, False, OTHER, REFERENCE),
    "trigger": control.TriggerResourceControlRequest(control.TriggeredAction.CANCEL),
    "trigger-whole": control.TriggerResourceControlRequest(
        control.TriggeredAction.RESOURCE_REPORT, oids.RESOURCE_2, True, OTHER, REFERENCE
    ),
    "report-request": control.ResourceReportRequest(),
    "report-request-whole": control.ResourceReportRequest(b"op", oids.RESOURCE_2, OTHER, REFERENCE),
    "update": ExtendedServicesRequest(
        *(PackageFunction.CREATE, oids.UPDATE, "package", "user"),
        External(oids.UPDATE, Encoded(b"\xa1\x02\x05\x00"), 3, "described"),
        *(1, OTHER, REFERENCE),
    ),
    "close": Close(CloseReason.FINISHED),
    "close-whole": Close(
        CloseReason.PROTOCOL_ERROR, "words", oids.RESOURCE_2, External(oids.RESOURCE_2, b"x"), OTHER, REFERENCE
    ),
}
RESPONSES: dict[str, Apdu] = {
    "init-accepted": InitResponse(7, 0x1FF, 1_048_576, 2_097_152, True, "81", "Server", "1", None, OTHER, REFERENCE),
    "init-refused": InitResponse(
        7, 0x1FF, 1, 2, False, user_information=diagnostics.refusal(diagnostics.Diagnostic(1011, "key"))
    ),
    "init-chosen": negotiation(charneg.Choice(charneg.Iso10646(oids.UTF_8), "eng", False)),
    "init-none-chosen": negotiation(charneg.Choice(charneg.Unchosen())),
    "init-private-chosen": negotiation(charneg.Choice(NAMED)),
    "searched": SearchResponse(10_001, 0, 1, True),
    "searched-whole": SearchResponse(
        *(2**31, 1, 2, True, None, PresentStatus.MESSAGE_SIZE),
        (NamePlusRecord(RECORDS[oids.USMARC], "01CARLI_XYZ"),),
        *(OTHER, OTHER, REFERENCE),
    ),
    "search-failed": SearchResponse(0, 0, 0, False, ResultSetStatus.NONE, None, DATABASE_GONE),
    "presented": found(*(NamePlusRecord(record, "01CARLI_XYZ") for record in RECORDS.values())),
    "presented-nameless": found(NamePlusRecord(External(oids.USMARC, bytes(TOO_LARGE)))),
    "presented-surrogates": found(
        NamePlusRecord(SurrogateDiagnostic(OUT_OF_RANGE), "01CARLI_XYZ"),
        NamePlusRecord(SurrogateDiagnostic(FOREIGN_DIAGNOSTIC)),
    ),
    "presented-partly": PresentResponse(0, 1, PresentStatus.SERVER_ENDED, (), OTHER, REFERENCE),
    "presented-nothing": PresentResponse(0, 1, PresentStatus.FAILURE),
    "present-failed": PresentResponse(0, 1, PresentStatus.FAILURE, OUT_OF_RANGE),
    "present-failed-twice": PresentResponse(
        0, 1, PresentStatus.FAILURE, Diagnostics((OUT_OF_RANGE, DATABASE_GONE, FOREIGN_DIAGNOSTIC))
    ),
    "presented-opac": found(
        NamePlusRecord(
            opac.external(
                opac.OpacRecord(
                    External(oids.USMARC, MARC),
                    (
                        HOLDING,
                        opac.Holding(*map(str, range(17)), (opac.Volume("a", "b", "c"), opac.Volume()), ()),
                        opac.Holding(circulation=(CIRCULATION, opac.Circulation(False, True, True, *"1234567"))),
                        External(oids.USMARC, MARC),
                    ),
                )
            )
        ),
        NamePlusRecord(opac.external(opac.OpacRecord(External(oids.USMARC, MARC), ()))),
        NamePlusRecord(opac.external(opac.OpacRecord())),
    ),
    "deleted": sets.DeleteResultSetResponse(sets.DeleteStatus.SUCCESS),
    "deleted-whole": sets.DeleteResultSetResponse(
        sets.DeleteStatus.NOT_ALL_OF_LIST,
        (sets.SetStatus("1", sets.DeleteStatus.SUCCESS), sets.SetStatus("2", sets.DeleteStatus.IN_USE)),
        1,
        (sets.SetStatus("3", sets.DeleteStatus.DID_NOT_EXIST),),
        *("words", OTHER, REFERENCE),
    ),
    "scanned": ScanResponse(ScanStatus.SUCCESS, 0),
    "scanned-whole": ScanResponse(
        *(ScanStatus.LIST_ENDS, 2, 0, 1),
        ListEntries(
            (
                TermInfo(b"rivers", "Rivers", (TITLE,), 3, (RIVERS, CAFE), OTHER),
                TermInfo("Ærø"),
                SurrogateDiagnostic(OUT_OF_RANGE),
            ),
            (DATABASE_GONE,),
        ),
        *(oids.BIB_1, OTHER, REFERENCE),
    ),
    "sorted": SortResponse(SortStatus.SUCCESS),
    "sort-failed": SortResponse(
        SortStatus.FAILURE, SortedSetStatus.UNCHANGED, (OUT_OF_RANGE, FOREIGN_DIAGNOSTIC), 3, OTHER, REFERENCE
    ),
    "access-request": control.AccessControlRequest(b"who are you", OTHER, REFERENCE),
    "access-request-external": control.AccessControlRequest(External(oids.USER_INFO_1, b"x")),
    "resource-request": control.ResourceControlRequest(True),
    "resource-request-whole": control.ResourceControlRequest(
        False, True, External(oids.RESOURCE_2, b"x"), 2, True, OTHER, REFERENCE
    ),
    "report": control.ResourceReportResponse(control.ReportStatus.FAILURE_2),
    "report-whole": control.ResourceReportResponse(
        control.ReportStatus.SUCCESS, External(oids.RESOURCE_2, b"x"), OTHER, REFERENCE
    ),
    "update-refused": ExtendedServicesResponse(OperationStatus.FAILURE, (diagnostics.Diagnostic(221, oids.UPDATE),)),
    "update-done": ExtendedServicesResponse(
        OperationStatus.DONE, (), External(oids.UPDATE, Encoded(b"\x05\x00")), OTHER, REFERENCE
    ),
}
ALL = REQUESTS | RESPONSES
