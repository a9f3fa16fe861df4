"""One session of Z39.50: each request and its answer. No sockets; what goes wrong with one is told in its answer."""

from collections import Counter
from collections.abc import Sequence
from typing import Final

import structlog

from gateway.errors import BadQuery, GatewayError, NotFound
from gateway.frontends.z3950 import init
from gateway.frontends.z3950.apdus import Apdu, Close, CloseReason
from gateway.frontends.z3950.apdus.control import (
    ReportStatus,
    ResourceReportRequest,
    ResourceReportResponse,
    TriggerResourceControlRequest,
)
from gateway.frontends.z3950.apdus.diagnostics import Diagnostic
from gateway.frontends.z3950.apdus.init import InitRequest, InitResponse, Version
from gateway.frontends.z3950.apdus.present import PresentRequest, PresentResponse, PresentStatus, Range
from gateway.frontends.z3950.apdus.scan import ListEntries, ScanRequest, ScanResponse, ScanStatus
from gateway.frontends.z3950.apdus.search import ResultSetStatus, SearchRequest, SearchResponse
from gateway.frontends.z3950.apdus.services import (
    ExtendedServicesRequest,
    ExtendedServicesResponse,
    OperationStatus,
)
from gateway.frontends.z3950.apdus.sets import DeleteResultSetRequest
from gateway.frontends.z3950.apdus.sort import SortedSetStatus, SortRequest, SortResponse, SortStatus
from gateway.frontends.z3950.asked import Refused, sets_of, tree_of
from gateway.frontends.z3950.ber import Oid
from gateway.frontends.z3950.catalogue import Catalogue
from gateway.frontends.z3950.delivery import syntax_of
from gateway.frontends.z3950.page import Page, Sizes, page
from gateway.frontends.z3950.rules import Database, Rules
from gateway.frontends.z3950.scanning import scanned
from gateway.frontends.z3950.sets import ResultSet, ResultSets, deleted
from gateway.frontends.z3950.sorting import sort
from gateway.search.evaluate import TooShort
from gateway.stores.base import Store

DATABASES: Final = 1
"""Most databases of a search: they are searched one by one [assumed]."""
UNAVAILABLE: Final = "the catalogue cannot be read just now"


class Session:
    """From Init to Close."""

    def __init__(self, rules: Rules, store: Store, catalogue: Catalogue, sets: ResultSets) -> None:
        self.over = False
        """Whether the connection ends with the last answer."""
        self.version_3 = True
        """Whether the client knows Close; before its Init nobody knows."""
        self.counts: Counter[str] = Counter()
        """Searches, presents and so on, by name; the records that were shown, and the requests that were refused."""
        self.refusal: Diagnostic | None = None
        """Why the last request was refused; None where it was not."""
        self._rules = rules
        self._store = store
        self._catalogue = catalogue
        self._sets = sets
        self._sizes: Sizes | None = None
        """None before the Init."""
        self._access = ""
        self._shows = True
        """Whether the last search was followed by a present; before the first it is likely to be."""

    async def answer(self, request: Apdu) -> Apdu | None:
        """What is to be sent for a request; None for one that has no answer."""
        self.refusal = None
        if isinstance(request, Close):
            self.over = True
            return Close(CloseReason.FINISHED, reference_id=request.reference_id) if self.version_3 else None
        if isinstance(request, InitRequest) is (self._sizes is not None):
            return self._out_of_turn(request)
        match request:
            case InitRequest():
                return self._init(request)
            case SearchRequest():
                return await self._search(request)
            case PresentRequest():
                return await self._present(request)
            case ScanRequest():
                return await self._scan(request)
            case SortRequest():
                return await self._sort(request)
            case DeleteResultSetRequest():
                return deleted(request, self._sets)
            case ExtendedServicesRequest():
                why = self._refuse(Refused(221, request.package_type))
                return ExtendedServicesResponse(OperationStatus.FAILURE, (why,), reference_id=request.reference_id)
            case ResourceReportRequest():
                return ResourceReportResponse(ReportStatus.FAILURE_1, reference_id=request.reference_id)
            case TriggerResourceControlRequest():
                return None
            case _:
                return self._out_of_turn(request)

    def _out_of_turn(self, request: Apdu) -> Close | None:
        """The end: one Init begins a session, and what a server has not asked is not answered."""
        self.over = True
        words = f"{type(request).__name__} is not expected here"
        return Close(CloseReason.PROTOCOL_ERROR, words) if self.version_3 else None

    def _init(self, request: InitRequest) -> InitResponse:
        try:
            self._access = self._rules.open(request)
        except Refused as refused:
            self.over = True
            return init.answered(request, self._rules.services, self._refuse(refused))
        answer = init.answered(request, self._rules.services)
        self.version_3 = bool(answer.protocol_version & Version.V3)
        self._sizes = Sizes(answer.preferred_message_size, answer.exceptional_record_size)
        return answer

    async def _search(self, request: SearchRequest) -> SearchResponse:
        self.counts["searches"] += 1
        try:
            self._rules.begin(self._access)
            result_set = await self._find(request)
        except GatewayError as error:
            why = self._refuse(error)
            return SearchResponse(0, 0, 0, False, ResultSetStatus.NONE, records=why, reference_id=request.reference_id)
        wanted = self._wanted(request, result_set)
        count = result_set.result.total
        if not wanted:
            return SearchResponse(count, 0, min(1, count), True, reference_id=request.reference_id)
        elements = request.small_set_elements if count <= request.small_set_upper_bound else request.medium_set_elements
        try:
            syntax = syntax_of(request.record_syntax, elements)
            shown = await self._page(result_set, [Range(1, wanted)], syntax)
        except GatewayError as error:
            status, why = PresentStatus.FAILURE, self._refuse(error, request.result_set)
            return SearchResponse(
                count, 0, 1, True, present_status=status, records=why, reference_id=request.reference_id
            )
        return SearchResponse(
            count,
            len(shown.records),
            _next(len(shown.records), count),
            True,
            present_status=shown.status,
            records=shown.records,
            reference_id=request.reference_id,
        )

    async def _find(self, request: SearchRequest) -> ResultSet:
        """Search, and keep what was found under its name; without it, nothing is kept there."""
        self._sets.check(request.result_set, replace=request.replace)
        database = self._database(request.databases)
        named = {name: self._sets.find(name) for name in sets_of(request.query)}
        operands: dict[str, tuple[str, ...]] = {}
        for name, one in named.items():
            if one.database.zone != database.zone:
                raise Refused(18, name)
            numbers = one.numbers(0, one.size)
            operands[name] = tuple(await self._store.found_records(database.zone, numbers, one.epoch))
        self._sets.remove(request.result_set)
        asked = tree_of(request.query, self._rules.term, operands)
        found = await self._catalogue.find(database.zone, asked, ahead=self._shows)
        self._shows = False
        shown = min(found.result.total, self._rules.services.records)
        result_set = ResultSet(database, found.result, found.epoch, shown)
        self._sets.put(request.result_set, result_set)
        return result_set

    def _database(self, names: Sequence[str]) -> Database:
        """The one that a request names. Raises `Refused`."""
        found = [self._rules.database(self._access, name) for name in dict.fromkeys(names)]
        if not found:
            raise Refused(109)
        if len({one.zone for one in found}) > 1:
            raise Refused(111, DATABASES)
        return found[0]

    def _wanted(self, request: SearchRequest, result_set: ResultSet) -> int:
        """How many records are to come with the answer. Source: Z39.50-1995, 3.2.2.1.6."""
        count = result_set.result.total
        if count <= request.small_set_upper_bound:
            wanted = count
        elif count < request.large_set_lower_bound:
            wanted = min(count, request.medium_set_present_number)
        else:
            return 0
        return max(0, min(wanted, result_set.size, self._rules.services.page or wanted))

    async def _present(self, request: PresentRequest) -> PresentResponse:
        self.counts["presents"] += 1
        try:
            self._rules.begin(self._access)
            result_set = self._sets.find(request.result_set)
            ranges = self._ranges(request, result_set)
            syntax = syntax_of(request.record_syntax, request.composition)
            shown = await self._page(result_set, ranges, syntax)
        except GatewayError as error:
            why = self._refuse(error, request.result_set)
            return PresentResponse(0, 0, PresentStatus.FAILURE, why, reference_id=request.reference_id)
        return PresentResponse(
            len(shown.records),
            _next(_last(ranges, len(shown.records)), result_set.result.total),
            shown.status,
            shown.records or None,
            reference_id=request.reference_id,
        )

    def _ranges(self, request: PresentRequest, result_set: ResultSet) -> list[Range]:
        """Which records are asked for. Raises `Refused`."""
        ranges = [Range(request.start, request.count), *request.additional_ranges]
        for one in ranges:
            if one.start < 1 or one.count < 0 or one.start + one.count - 1 > result_set.size:
                raise Refused(13)
        if sum(one.count for one in ranges) > (self._rules.services.page or result_set.size):
            raise Refused(13)
        return ranges

    async def _page(self, result_set: ResultSet, ranges: Sequence[Range], syntax: Oid) -> Page:
        assert self._sizes is not None
        found = await page(self._catalogue, result_set, ranges, syntax, self._sizes)
        self.counts["records"] += len(found.records)
        self._shows = True
        return found

    async def _scan(self, request: ScanRequest) -> ScanResponse:
        self.counts["scans"] += 1
        try:
            database = self._database(request.databases)
            return await scanned(request, database.zone, self._rules, self._store)
        except GatewayError as error:
            why = ListEntries(diagnostics=(self._refuse(error),))
            return ScanResponse(ScanStatus.FAILURE, 0, entries=why, reference_id=request.reference_id)

    async def _sort(self, request: SortRequest) -> SortResponse:
        self.counts["sorts"] += 1
        try:
            await sort(request, self._sets, self._rules, self._store)
        except GatewayError as error:
            return SortResponse(
                SortStatus.FAILURE,
                SortedSetStatus.UNCHANGED,
                (self._refuse(error, *request.input_sets[:1]),),
                reference_id=request.reference_id,
            )
        return SortResponse(SortStatus.SUCCESS, reference_id=request.reference_id)

    def _refuse(self, error: GatewayError, result_set: str = "") -> Diagnostic:
        """What the client is told of an error; `result_set` is the one that was asked for."""
        self.counts["refused"] += 1
        self.refusal = _diagnostic(error, result_set)
        return self.refusal


def _last(ranges: Sequence[Range], shown: int) -> int:
    """Position of the last record that was shown, of which there are so many."""
    for one in ranges:
        if shown <= one.count:
            return one.start + shown - 1
        shown -= one.count
    return 0


def _next(shown: int, count: int) -> int:
    """Position behind the last record that was shown; 0 where that was the last there is."""
    return shown + 1 if shown < count else 0


def _diagnostic(error: GatewayError, result_set: str = "") -> Diagnostic:
    """What a client is told of an error; `result_set` is the one that was asked for."""
    match error:
        case Refused():
            return error.diagnostic
        case TooShort():
            return Diagnostic(9, str(error))
        case BadQuery():
            return Diagnostic(125, str(error))
        case NotFound():
            return Diagnostic(27, result_set)
        case _:
            log: structlog.stdlib.BoundLogger = structlog.get_logger("gateway.z3950")
            log.error("z3950.not_read", error=str(error))
            return Diagnostic(2, UNAVAILABLE)
