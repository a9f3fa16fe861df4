"""Which stored records an incoming one is taken for. Source: spec, "Matching"."""

from typing import Final, NamedTuple

from gateway.marc.identifiers import by_size, system_number
from gateway.marc.record import Record
from gateway.model import Basis, BibRecord, Identifier, IdentifierKind, MatchMethod, Profile
from gateway.stores.base import Transaction

SERIAL_LEVELS: Final = b"bis"
"""Leader/07 of what the serial method matches: serial component part, integrating resource, serial [assumed: how Alma
divides them is not published]."""


class Method(NamedTuple):
    """A match method."""

    title: str
    """What Alma calls it."""
    number: str
    """What people call the numbers that it compares."""
    fields: str
    """Where they stand."""
    kinds: tuple[IdentifierKind, ...]
    """Kinds of identifiers that it compares, each with each."""
    compares: str
    basis: Basis


METHODS: Final[dict[MatchMethod, Method]] = {
    "unique-oclc-identifier": Method(
        "Unique OCLC Identifier",
        "OCLC number",
        "035",
        ("oclc", "oclc_cancelled"),
        "035 $a and $z on both sides, by the digits of OCLC numbers",
        Basis("doc", "CARLI, OCLC Gateway Export Errors"),
    ),
    "other-system-identifier": Method(
        "Other System Identifier",
        "System number",
        "035",
        ("oclc", "system"),
        "the whole of a 035 $a, prefix included",
        Basis("assumed", "Alma has a method of the name; how it compares is not published"),
    ),
    "isbn": Method(
        "020 ISBN",
        "ISBN",
        "020",
        ("isbn",),
        "020 $a, ten and thirteen digits alike",
        Basis("assumed", "Alma has a method of the name; how it compares is not published"),
    ),
    "issn": Method(
        "022 ISSN",
        "ISSN",
        "022",
        ("issn",),
        "022 $a",
        Basis("assumed", "Alma has a method of the name; how it compares is not published"),
    ),
}


class Match(NamedTuple):
    """What a match looked for, and what it found."""

    method: MatchMethod
    keys: tuple[str, ...]
    """Numbers it looked for."""
    matched: tuple[str, ...] = ()
    """Those of them that stored records bear."""
    stored: tuple[BibRecord, ...] = ()
    """These records, by rising MMS ID."""


def match(transaction: Transaction, profile: Profile, record: Record, found_by: frozenset[Identifier]) -> Match:
    """Seek the stored records that `record` is taken for; `found_by` are its identifiers."""
    method = profile.serial_match if record.leader[7] in SERIAL_LEVELS else profile.non_serial_match
    if method == "other-system-identifier":
        return _other_system(transaction, record)
    kinds = METHODS[method].kinds
    if not profile.match_cancelled:
        kinds = tuple(kind for kind in kinds if kind != "oclc_cancelled")
    keys = {value for kind, value in found_by if kind in kinds}
    stored = _holders(transaction, {Identifier(kind, key) for kind in kinds for key in keys})
    borne = {value for bib in stored for kind, value in bib.identifiers if kind in kinds}
    return Match(method, by_size(keys), by_size(keys & borne), stored)


def _other_system(transaction: Transaction, record: Record) -> Match:
    """What is found by the digits of an OCLC number counts only where the whole 035 $a is the same."""
    keys = _system_numbers(record)
    holders = _holders(transaction, set(map(system_number, keys)))
    borne = {bib: keys & _system_numbers(Record.parse(bib.marc)) for bib in holders}
    stored = tuple(bib for bib in holders if borne[bib])
    matched = set().union(*borne.values())
    return Match("other-system-identifier", by_size(keys), by_size(matched), stored)


def _holders(transaction: Transaction, wanted: set[Identifier]) -> tuple[BibRecord, ...]:
    if not wanted:
        return ()
    return tuple([bib for mms_id in transaction.holders(wanted) if (bib := transaction.get(mms_id)) is not None])


def _system_numbers(record: Record) -> set[str]:
    return {value for field in record.get("035") for value in field.values("a") if value.strip()}
