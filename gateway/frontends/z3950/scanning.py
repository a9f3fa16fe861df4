"""Scan: the terms of an index around one. Source: Z39.50-1995, 3.2.8."""

from typing import Final

from gateway.frontends.z3950.apdus.scan import ListEntries, ScanRequest, ScanResponse, ScanStatus, TermInfo
from gateway.frontends.z3950.asked import Refused, attributes_of, text_of
from gateway.frontends.z3950.rules import Rules
from gateway.search.scan import SCANNED_TERMS
from gateway.stores.base import Store

USUAL_POSITION: Final = 1
"""Where in the list the term stands if a client does not say: at its beginning."""


async def scanned(request: ScanRequest, zone: str, rules: Rules, store: Store) -> ScanResponse:
    """The answer. Raises `Refused`."""
    if not rules.services.scan:
        raise Refused(1025, request.databases[0])
    if request.step:
        raise Refused(205, request.step)
    position = USUAL_POSITION if request.position is None else request.position
    if not 1 <= request.count <= SCANNED_TERMS:
        raise Refused(1029 if request.count > 0 else 228, SCANNED_TERMS if request.count > 0 else request.count)
    if not 0 <= position <= request.count + 1:
        raise Refused(233, position)
    index, structure = rules.scanned(attributes_of(request.term.attributes, request.attribute_set))
    before = max(0, position - 1)
    first, last = await store.scan_records(
        zone,
        index,
        text_of(request.term.term),
        before=before,
        after=request.count - before + (position == 0),
        structure=structure,
        suppressed=False,
    )
    terms = [*first, *last[position == 0 :]]
    entries = tuple([TermInfo(one.term.encode(), occurrences=one.records) for one in terms])
    return ScanResponse(
        ScanStatus.SUCCESS if len(entries) == request.count else ScanStatus.LIST_ENDS,
        len(entries),
        request.step,
        len(first) + 1 if position else 0,
        ListEntries(entries) if entries else None,
        reference_id=request.reference_id,
    )
