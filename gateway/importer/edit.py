"""What people change in a zone by hand: flags, local fields, the way back to an earlier version. Plans for a store."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from msgspec.structs import replace

from gateway.importer.decide import succeeding
from gateway.marc.record import Field, Record
from gateway.model import BibRecord, Flag
from gateway.stores.base import Transaction

REVERTED: Final = "revert"
"""With a blank and the earlier version's number, `BibRecord.made_by` of a version that brings that one back."""
LOCAL_FIELD: Final = "local-field"
"""With a blank and the tag, the same of a version to which somebody added a field."""


def flag(transaction: Transaction, mms_id: str, flags: Iterable[Flag]) -> BibRecord | None:
    """Give the record these flags and no others; None where there is no such record."""
    record = transaction.get(mms_id)
    if record is None:
        return None
    flagged = replace(record, flags=frozenset(flags))
    if flagged != record:
        transaction.put(flagged)
    return flagged


def revert(transaction: Transaction, mms_id: str, earlier: BibRecord, now: datetime) -> BibRecord | None:
    """Make a next version with the fields of an `earlier` one; None where there is no such record.

    What later imports compare with, the originating version, becomes that of the earlier one too, and so do the link to
    a network zone's record and the management tag. Flags stay.
    """
    record = transaction.get(mms_id)
    if record is None:
        return None
    before = replace(earlier, version=record.version, flags=record.flags)
    made_by = f"{REVERTED} {earlier.version}"
    next_version = succeeding(before, Record.parse(earlier.marc), now=now, submission="", made_by=made_by)
    transaction.put(next_version)
    return next_version


def add_field(transaction: Transaction, mms_id: str, field: Field, now: datetime) -> BibRecord | None:
    """Make a next version that has this field too, behind those of its tag; None where there is no such record.

    Raises `TooLong`.
    """
    record = transaction.get(mms_id)
    if record is None:
        return None
    longer = Record.parse(record.marc).adding(field)
    made_by = f"{LOCAL_FIELD} {field.tag}"
    next_version = succeeding(record, longer, now=now, submission="", made_by=made_by)
    transaction.put(next_version)
    return next_version
