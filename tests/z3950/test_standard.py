"""The codec and the standard's own ASN.1 agree, both ways."""

import pytest

from gateway.frontends.z3950 import oids
from gateway.frontends.z3950.apdus import encode
from gateway.frontends.z3950.apdus.external import Encoded, External
from gateway.frontends.z3950.apdus.init import InitRequest, InitResponse
from gateway.frontends.z3950.apdus.present import PresentResponse

from .samples import ALL
from .standard import Standard, standard

__all__ = ["standard"]

INSIDE = {
    oids.OPAC: "OPACRecord",
    oids.SUTRS: "SutrsRecord",
    oids.CHARACTER_NEGOTIATION_3: "CharSetandLanguageNegotiation",
    oids.USER_INFO_1: "OtherInformation",
    oids.DIAG_1: "DiagnosticFormat",
}
"""The type of what an EXTERNAL holds, by its object identifier."""


def externals(apdu: object) -> list[External]:
    """What an APDU carries that the type of the APDU does not tell."""
    match apdu:
        case PresentResponse(records=tuple(records)):
            return [one.record for one in records if isinstance(one.record, External)]
        case InitRequest(other_information=others) | InitResponse(other_information=others):
            carried = [apdu.user_information, *(other.information for other in others)]
            return [one for one in carried if isinstance(one, External)]
        case _:
            return []


@pytest.mark.parametrize("name", ALL)
def test_standard_reads_what_is_written_and_writes_the_same(name: str, standard: Standard) -> None:
    octets = encode(ALL[name])
    assert standard.again(octets) == octets


@pytest.mark.parametrize("name", [name for name, apdu in ALL.items() if externals(apdu)])
def test_standard_reads_what_is_carried(name: str, standard: Standard) -> None:
    for external in externals(ALL[name]):
        if isinstance(external.encoding, Encoded) and external.encoding.octets not in (b"\x05\x00", b"\x30\x00"):
            octets = external.encoding.octets
            assert standard.again(octets, INSIDE[external.direct_reference]) == octets


FIELDS: list[tuple[str, str, object]] = [
    ("init-whole", "preferredMessageSize", 1),
    ("init-whole", "exceptionalRecordSize", 2),
    ("init-whole", "options", (b"\xff\xff\xfc", 24)),
    ("init-version-2", "protocolVersion", (b"\xc0", 8)),
    ("init-whole", "implementationId", "81"),
    ("init-whole", "implementationName", "Client"),
    ("init-whole", "implementationVersion", "5.34.0"),
    ("init-group", "idAuthentication.idPass.groupId", "group"),
    ("init-group", "idAuthentication.idPass.userId", "user"),
    ("init-group", "idAuthentication.idPass.password", "password"),
    ("init-whole", "idAuthentication.open", "user/password"),
    ("init-anonymous", "idAuthentication.anonymous", None),
    ("init-refused", "result", False),
    ("search-whole", "smallSetUpperBound", 5),
    ("search-whole", "largeSetLowerBound", 20),
    ("search-whole", "mediumSetPresentNumber", 10),
    ("search-whole", "replaceIndicator", False),
    ("search-whole", "smallSetElementSetNames.genericElementSetName", "B"),
    ("search-whole", "mediumSetElementSetNames.databaseSpecific.0.dbName", "Z39WMS~12345"),
    ("search-tree", "query.type-1.rpn.rpnRpnOp.op.or", None),
    ("search-tree", "query.type-1.rpn.rpnRpnOp.rpn1.rpnRpnOp.op.and", None),
    ("search-tree", "query.type-1.rpn.rpnRpnOp.rpn2.rpnRpnOp.rpn2.rpnRpnOp.op.and-not", None),
    ("search", "query.type-1.rpn.op.attrTerm.attributes.0.attributeType", 1),
    ("search", "query.type-1.rpn.op.attrTerm.attributes.0.attributeValue.numeric", 4),
    ("search-not-near", "query.type-101.rpn.rpnRpnOp.op.prox.exclusion", True),
    ("search-near", "query.type-101.rpn.rpnRpnOp.op.prox.distance", 3),
    ("search-near", "query.type-101.rpn.rpnRpnOp.op.prox.ordered", True),
    ("search-near", "query.type-101.rpn.rpnRpnOp.op.prox.relationType", 2),
    ("search-near", "query.type-101.rpn.rpnRpnOp.op.prox.proximityUnitCode.known", 2),
    ("searched-whole", "resultCount", 2**31),
    ("searched-whole", "numberOfRecordsReturned", 1),
    ("searched-whole", "nextResultSetPosition", 2),
    ("searched-whole", "presentStatus", 2),
    ("search-failed", "resultSetStatus", 3),
    ("search-failed", "records.nonSurrogateDiagnostic.condition", 235),
    ("present-whole", "resultSetStartPoint", 1),
    ("present-whole", "numberOfRecordsRequested", 10),
    ("present-whole", "additionalRanges.1.startingPosition", 200),
    ("present-whole", "maxSegmentCount", 1),
    ("present-whole", "maxRecordSize", 2),
    ("present-whole", "maxSegmentSize", 3),
    ("present-composition-whole", "recordComposition.complex.dbSpecific.0.db", "one"),
    ("present-composition-whole", "recordComposition.complex.generic.elementSpec.elementSetName", "F"),
    ("presented", "nextResultSetPosition", 0),
    ("presented-partly", "presentStatus", 4),
    ("scan-whole", "stepSize", 0),
    ("scan-whole", "numberOfTermsRequested", 20),
    ("scan-whole", "preferredPositionInResponse", 11),
    ("scanned-whole", "scanStatus", 5),
    ("scanned-whole", "numberOfEntriesReturned", 2),
    ("scanned-whole", "positionOfTerm", 1),
    ("scanned-whole", "entries.entries.0.termInfo.globalOccurrences", 3),
    ("sort-keys", "sortedResultSetName", "sorted"),
    ("sort-keys", "sortSequence.0.sortRelation", 1),
    ("sort-keys", "sortSequence.0.caseSensitivity", 0),
    ("sort-keys", "sortSequence.0.missingValueAction.abort", None),
    ("sort", "sortSequence.0.missingValueAction.null", None),
    ("sort-failed", "resultSetStatus", 3),
    ("sort-failed", "resultCount", 3),
    ("delete-all", "deleteFunction", 1),
    ("deleted-whole", "numberNotDeleted", 1),
    ("deleted-whole", "bulkStatuses.0.status", 1),
    ("resource-response", "continueFlag", True),
    ("resource-response", "resultSetWanted", False),
    ("resource-request-whole", "suspendedFlag", True),
    ("resource-request-whole", "responseRequired", False),
    ("trigger-whole", "requestedAction", 1),
    ("report", "resourceReportStatus", 3),
    ("update", "function", 1),
    ("update", "packageName", "package"),
    ("update", "userId", "user"),
    ("update", "waitAction", 1),
    ("update-refused", "operationStatus", 3),
    ("close-whole", "closeReason", 6),
    ("close-whole", "diagnosticInformation", "words"),
]
"""What the standard calls a field of a sample, and what it finds there."""
OPAC_FIELDS: list[tuple[str, object]] = [
    ("typeOfRecord", "0"),
    ("encodingLevel", "1"),
    ("format", "2"),
    ("receiptAcqStatus", "3"),
    ("generalRetention", "4"),
    ("completeness", "5"),
    ("dateOfReport", "6"),
    ("nucCode", "7"),
    ("localLocation", "8"),
    ("shelvingLocation", "9"),
    ("callNumber", "10"),
    ("shelvingData", "11"),
    ("copyNumber", "12"),
    ("publicNote", "13"),
    ("reproductionNote", "14"),
    ("termsUseRepro", "15"),
    ("enumAndChron", "16"),
    ("volumes", [{"enumeration": "a", "chronology": "b", "enumAndChron": "c"}, {}]),
]
CIRCULATION_FIELDS: dict[str, object] = {
    "availableNow": False,
    "availablityDate": "1",
    "availableThru": "2",
    "restrictions": "3",
    "itemId": "4",
    "renewable": True,
    "onHold": True,
    "enumAndChron": "5",
    "midspine": "6",
    "temporaryLocation": "7",
}


def at(value: object, path: str) -> object:
    """What stands in a value of asn1tools: a name is a field or an alternative, a number a place in a list."""
    for step in path.split("."):
        match value:
            case dict():
                value = value[step]
            case list():
                value = value[int(step)]
            case (str(chosen), inner):
                assert chosen == step
                value = inner
    return value


@pytest.mark.parametrize(("name", "path", "expected"), FIELDS)
def test_fields_are_those_of_the_standard(name: str, path: str, expected: object, standard: Standard) -> None:
    _, value = standard.decode(encode(ALL[name]))
    assert at(value, path) == expected


def test_fields_of_a_holding_are_those_of_the_standard(standard: Standard) -> None:
    first, *_ = externals(ALL["presented-opac"])
    assert isinstance(first.encoding, Encoded)
    record = standard.decode(first.encoding.octets, "OPACRecord")
    assert list(at(record, "holdingsData.1.holdingsAndCirc").items()) == OPAC_FIELDS
    assert at(record, "holdingsData.2.holdingsAndCirc.circulationData.1") == CIRCULATION_FIELDS
