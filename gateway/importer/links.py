"""A record of the institution that is linked to the network zone's: a plan, to be run in the institution's zone.

What real Alma keeps in such a record is not published; here it is a copy of the network's record as it was imported,
with the institution's local extensions, and a 035 that names the network's record [assumed].
"""

from datetime import datetime
from typing import Final, NamedTuple

from msgspec.structs import replace

from gateway.importer.decide import found_by, same, stamp, succeeding
from gateway.importer.guards import flagged
from gateway.importer.match import match
from gateway.importer.merge import LINK, LINKED, merger
from gateway.importer.mms import mms_id
from gateway.marc.record import Field, Record
from gateway.model import BibRecord, Identifier, Profile, Reason, Zone
from gateway.stores.base import Transaction

SOURCE: Final = "EXLNZ-"
"""Stands before the network's code in 035 $a of a linked record [seen in libraries' records]."""
_MERGER: Final = merger(LINK, LINKED)


class Link(NamedTuple):
    """What is to be linked, and what marks the version that it makes."""

    zone: Zone
    """The institution's."""
    network: Zone
    profile: Profile
    """By whose method a record of the institution is found that has no link yet."""
    theirs: BibRecord
    """The network's record."""
    now: datetime
    submission: str
    """ID."""


class Made(NamedTuple):
    """What came of it."""

    mms_id: str = ""
    """The institution's record that is linked; empty where none is."""
    obstacle: Reason | None = None
    """Why none is."""
    in_the_way: tuple[str, ...] = ()
    """MMS IDs of the records for which that holds."""


def make(transaction: Transaction, link: Link) -> Made:
    """Link a record of the institution; changes nothing where it is already as it should be, or must not be changed.

    Raises `TooLong` where the linked record would be too long to be kept.
    """
    theirs = link.theirs
    number = f"({SOURCE}{link.network.code}){theirs.mms_id}"
    record = Record.parse(theirs.marc).adding(Field("035", b"  \x1fa" + number.encode()))
    candidates = _ours(transaction, link, record)
    if not candidates:
        return Made(_add(transaction, link, record))
    if len(candidates) > 1:
        return Made(obstacle=Reason.SEVERAL_MATCHES, in_the_way=tuple(bib.mms_id for bib in candidates))
    (ours,) = candidates
    present = Record.parse(ours.marc)
    merged = _MERGER.merge(present, record)
    linked = replace(ours, linked_to=theirs.mms_id, identifiers=found_by(present, theirs.mms_id))
    if not same(merged, present):
        linked = succeeding(linked, merged, now=link.now, submission=link.submission, made_by=_MERGER.key)
    if linked == ours:
        return Made(ours.mms_id)
    if protected := flagged(ours):
        return Made(obstacle=protected, in_the_way=(ours.mms_id,))
    transaction.put(linked)
    return Made(ours.mms_id)


def _add(transaction: Transaction, link: Link, record: Record) -> str:
    made = mms_id(transaction.next_ordinal(), link.zone.mms_suffix)
    transaction.put(
        replace(
            link.theirs,
            mms_id=made,
            version=1,
            marc=stamp(record, made, link.now).serialize(),
            identifiers=found_by(record, link.theirs.mms_id),
            at=link.now,
            submission=link.submission,
            made_by=_MERGER.key,
            flags=frozenset(),
            linked_to=link.theirs.mms_id,
        )
    )
    return made


def _ours(transaction: Transaction, link: Link, record: Record) -> tuple[BibRecord, ...]:
    """The institution's record that is linked already, else those that the profile's method matches."""
    linked = transaction.holders([Identifier("network", link.theirs.mms_id)])
    if linked:
        ours = transaction.get(linked[0])
        return (ours,) if ours else ()
    return match(transaction, link.profile, record, link.theirs.identifiers).stored
