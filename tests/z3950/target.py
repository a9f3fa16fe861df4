"""A server of a few lines for clients of Z39.50 in tests: it holds three records, and keeps what it is sent."""

from functools import singledispatchmethod

import trio

from gateway.frontends.z3950 import oids, wire
from gateway.frontends.z3950.apdus import Apdu, Close, CloseReason, charneg, encode, opac, sutrs
from gateway.frontends.z3950.apdus.control import TriggerResourceControlRequest
from gateway.frontends.z3950.apdus.diagnostics import Diagnostic, refusal
from gateway.frontends.z3950.apdus.elements import CompSpec
from gateway.frontends.z3950.apdus.external import External
from gateway.frontends.z3950.apdus.init import InitRequest, InitResponse, Option, Version
from gateway.frontends.z3950.apdus.present import PresentRequest, PresentResponse, PresentStatus
from gateway.frontends.z3950.apdus.records import (
    EncodedRecord,
    NamePlusRecord,
    Records,
    SurrogateDiagnostic,
    encoded,
)
from gateway.frontends.z3950.apdus.rpn import AttributesPlusTerm
from gateway.frontends.z3950.apdus.scan import ListEntries, ScanRequest, ScanResponse, ScanStatus, TermInfo
from gateway.frontends.z3950.apdus.search import ResultSetStatus, SearchRequest, SearchResponse
from gateway.frontends.z3950.apdus.services import (
    ExtendedServicesRequest,
    ExtendedServicesResponse,
    OperationStatus,
)
from gateway.frontends.z3950.apdus.sets import DeleteResultSetRequest, DeleteResultSetResponse, DeleteStatus
from gateway.frontends.z3950.apdus.sort import SortRequest, SortResponse, SortStatus

DATABASE = "01CARLI_XYZ"
SERVICES = (
    *(Option.SEARCH, Option.PRESENT, Option.DELETE_SET, Option.SCAN, Option.SORT),
    *(Option.NAMED_RESULT_SETS, Option.EXTENDED_SERVICES, Option.NEGOTIATION_MODEL),
)
TITLE = "Grafische Sammlung Ærø 書"
_TITLE_FIELD = b"10\x1fa%b\x1e" % TITLE.encode()
_FIELDS = b"rivers\x1e" + _TITLE_FIELD
_DIRECTORY = b"001000700000245%04d00007\x1e" % len(_TITLE_FIELD)
MARC = b"%05dcam a22%05d i 4500" % (24 + len(_DIRECTORY) + len(_FIELDS) + 1, 24 + len(_DIRECTORY))
MARC += _DIRECTORY + _FIELDS + b"\x1d"
XML = f"<record><title>{TITLE}</title></record>".encode()
CIRCULATION = opac.Circulation(True, False, False, available_thru="Book loan", item_id="31111200048340")
HOLDING = opac.Holding(
    encoding_level="4",
    receipt_status="0",
    general_retention="8",
    completeness="4",
    local_location="Main Library",
    shelving_location="Stacks",
    call_number="PE1408 .G585 2013",
    copy_number="1",
    volumes=(opac.Volume("v.1", "2013"),),
    circulation=(CIRCULATION,),
)
OPAC = opac.OpacRecord(External(oids.USMARC, MARC), (HOLDING,))
RECORDS = {
    oids.USMARC: External(oids.USMARC, MARC),
    oids.XML: External(oids.XML, XML),
    oids.OPAC: opac.external(OPAC),
    oids.SUTRS: sutrs.external("Grafische Sammlung\n"),
}
"""One record in each syntax."""
SET_SIZE = 3
"""Records that every search finds; the last cannot be shown."""


class Target:
    """Answers one connection after another, with what was negotiated on each."""

    def __init__(self, versions: int = Version.V1 | Version.V2 | Version.V3, refuse: Diagnostic | None = None) -> None:
        self.heard: list[Apdu] = []
        """Every APDU that has come."""
        self.raw: list[bytes] = []
        """The bytes of each piece that has come."""
        self.sent: list[bytes] = []
        """The bytes of each APDU that was answered."""
        self._versions = versions
        self._refuse = refuse

    async def serve(self, stream: trio.SocketStream) -> None:
        """Answer until the client is gone or either side has said Close."""
        connection = wire.Connection()
        async with stream:
            async for piece in stream:
                self.raw.append(bytes(piece))
                connection.receive(piece)
                while (event := connection.next_event()) is not None:
                    assert not isinstance(event, wire.Closed)
                    self.heard.append(event)
                    answer = self.answer(event)
                    if answer is not None:
                        self.sent.append(encode(answer))
                        await stream.send_all(self.sent[-1])
                    if isinstance(answer, Close):
                        return

    @singledispatchmethod
    def answer(self, request: Apdu) -> Apdu | None:
        """What is to be sent for a request."""
        return Close(CloseReason.PROTOCOL_ERROR, f"{type(request).__name__} is not expected")

    @answer.register
    def _(self, request: InitRequest) -> InitResponse:
        proposal = charneg.negotiated(request)
        chosen = ()
        if isinstance(proposal, charneg.Proposal):
            chosen = (charneg.information(charneg.Choice(proposal.character_sets[0], "eng", proposal.records_too)),)
        return InitResponse(
            request.protocol_version & self._versions,
            request.options & sum(SERVICES),
            request.preferred_message_size,
            request.exceptional_record_size,
            self._refuse is None,
            "81/1",
            "gateway",
            "1",
            user_information=refusal(self._refuse) if self._refuse else None,
            other_information=chosen,
            reference_id=request.reference_id,
        )

    @answer.register
    def _(self, request: SearchRequest) -> SearchResponse:
        if request.databases != (DATABASE,):
            why = Diagnostic(109, request.databases[0])
            return SearchResponse(0, 0, 1, False, ResultSetStatus.NONE, None, why, reference_id=request.reference_id)
        wanted = 0
        if request.small_set_upper_bound >= SET_SIZE:
            wanted = SET_SIZE
        elif request.large_set_lower_bound > SET_SIZE:
            wanted = min(request.medium_set_present_number, SET_SIZE)
        records = tuple(map(self._record, range(1, wanted + 1), [request.record_syntax or oids.USMARC] * wanted))
        return SearchResponse(
            SET_SIZE,
            wanted,
            wanted + 1 if wanted < SET_SIZE else 0,
            True,
            present_status=PresentStatus.SUCCESS if wanted else None,
            records=records or None,
            reference_id=request.reference_id,
        )

    @answer.register
    def _(self, request: PresentRequest) -> PresentResponse:
        last = request.start + request.count - 1
        syntax = request.record_syntax or oids.USMARC
        if isinstance(request.composition, CompSpec) and request.composition.record_syntaxes:
            syntax = request.composition.record_syntaxes[0]
        records: Records = Diagnostic(13, "")
        if syntax not in RECORDS:
            records = Diagnostic(239, syntax)
        elif 1 <= request.start <= last <= SET_SIZE:
            records = tuple(self._record(position, syntax) for position in range(request.start, last + 1))
        shown = len(records) if isinstance(records, tuple) else 0
        return PresentResponse(
            shown,
            request.start + shown if last < SET_SIZE else 0,
            PresentStatus.SUCCESS if shown else PresentStatus.FAILURE,
            records,
            reference_id=request.reference_id,
        )

    def _record(self, position: int, syntax: str) -> NamePlusRecord | EncodedRecord:
        if position < SET_SIZE:
            return encoded(RECORDS[oids.Oid(syntax)], DATABASE)
        return NamePlusRecord(SurrogateDiagnostic(Diagnostic(14, "not to be had")), DATABASE)

    @answer.register
    def _(self, request: ScanRequest) -> ScanResponse:
        term = request.term
        assert isinstance(term, AttributesPlusTerm)
        entries = (TermInfo(term.term, occurrences=2), TermInfo(b"zebra", occurrences=1))
        return ScanResponse(ScanStatus.LIST_ENDS, 2, 0, 1, ListEntries(entries), reference_id=request.reference_id)

    @answer.register
    def _(self, request: SortRequest) -> SortResponse:
        if request.input_sets != ("1",):
            return SortResponse(SortStatus.FAILURE, diagnostics=(Diagnostic(30, request.input_sets[0]),))
        return SortResponse(SortStatus.SUCCESS, reference_id=request.reference_id)

    @answer.register
    def _(self, request: DeleteResultSetRequest) -> DeleteResultSetResponse:
        return DeleteResultSetResponse(DeleteStatus.SUCCESS, reference_id=request.reference_id)

    @answer.register
    def _(self, request: ExtendedServicesRequest) -> ExtendedServicesResponse:
        why = (Diagnostic(221, request.package_type),)
        return ExtendedServicesResponse(OperationStatus.FAILURE, why, reference_id=request.reference_id)

    @answer.register
    def _(self, request: TriggerResourceControlRequest) -> None:
        return None

    @answer.register
    def _(self, request: Close) -> Close:
        return Close(CloseReason.FINISHED, reference_id=request.reference_id)
