"""The records of an answer: some of a result set, in one syntax, as many as its size allows.

Source: Z39.50-1995, 3.3 (message and record sizes).
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

from gateway.frontends.z3950.apdus.diagnostics import Diagnostic
from gateway.frontends.z3950.apdus.present import PresentStatus, Range
from gateway.frontends.z3950.apdus.records import EncodedRecord, NamePlusRecord, SurrogateDiagnostic
from gateway.frontends.z3950.ber import Oid
from gateway.frontends.z3950.catalogue import Catalogue
from gateway.frontends.z3950.delivery import Delivered
from gateway.frontends.z3950.sets import ResultSet

READ_AT_ONCE: Final = 20
"""Records that are read and laid out together: of the longest ones 2 MB."""


class Sizes(NamedTuple):
    """What client and server have agreed upon, in octets."""

    preferred: int
    """Of the records of an answer."""
    exceptional: int
    """Of one record that is asked for alone."""


class Page(NamedTuple):
    """Records, from the first one that was asked for."""

    records: tuple[Delivered, ...]
    status: PresentStatus


async def page(catalogue: Catalogue, result_set: ResultSet, ranges: Sequence[Range], syntax: Oid, sizes: Sizes) -> Page:
    """The records in these ranges, which the set has. Raises `NotFound` where the set is of another epoch."""
    wanted = [number for one in ranges for number in result_set.numbers(one.start - 1, one.count)]
    records: list[Delivered] = []
    used = 0
    for start in range(0, len(wanted), READ_AT_ONCE):
        numbers = wanted[start : start + READ_AT_ONCE]
        for one in await catalogue.records(result_set.database, numbers, result_set.epoch, syntax):
            size = one.size if isinstance(one, EncodedRecord) else 0
            if size > sizes.preferred and not records:
                one = _oversized(one, size, sizes, result_set.database.name, alone=len(wanted) == 1)
            elif used + size > sizes.preferred:
                return Page(tuple(records), PresentStatus.MESSAGE_SIZE)
            used += size
            records.append(one)
    return Page(tuple(records), PresentStatus.SUCCESS)


def _oversized(record: Delivered, size: int, sizes: Sizes, database: str, *, alone: bool) -> Delivered:
    """A record that is larger than an answer is to be: itself, where it is all that was asked for."""
    if size <= sizes.exceptional and alone:
        return record
    diagnostic = Diagnostic(16 if size <= sizes.exceptional else 17, str(size))
    return NamePlusRecord(SurrogateDiagnostic(diagnostic), database)
