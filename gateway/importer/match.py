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


KEYS_TOLD: Final = 50
"""Most numbers that an attempt keeps of those it was matched by; a record can hold thousands."""
HITS_READ: Final = 25
"""Most stored records that are read of those that match: two are too many already, the others are named."""


class Match(NamedTuple):
    """What a match looked for, and what it found."""

    method: MatchMethod
    keys: tuple[str, ...]
    """Numbers it looked for."""
    matched: tuple[str, ...] = ()
    """Those of them that stored records bear."""
    stored: tuple[BibRecord, ...] = ()
    """These records, by rising MMS ID; of very many the first."""
    number: int = 0
    """How many there are."""


def match(transaction: Transaction, profile: Profile, record: Record, found_by: frozenset[Identifier]) -> Match:
    """Seek the stored records that `record` is taken for; `found_by` are its identifiers."""
    method = method_for(profile, record)
    if method == "other-system-identifier":
        return _other_system(transaction, record)
    kinds = _kinds(method, profile)
    keys = {value for kind, value in found_by if kind in kinds}
    if not keys:
        return Match(method, ())
    holders = transaction.holders({Identifier(kind, key) for kind in kinds for key in keys})
    stored = tuple([bib for mms_id in holders[:HITS_READ] if (bib := transaction.get(mms_id)) is not None])
    borne = {value for bib in stored for kind, value in bib.identifiers if kind in kinds}
    return Match(method, _told(keys), _told(keys & borne), stored, len(holders))


def method_for(profile: Profile, record: Record) -> MatchMethod:
    """The profile's method for a serial, or for what is none."""
    return profile.serial_match if record.leader[7] in SERIAL_LEVELS else profile.non_serial_match


def has_key(profile: Profile, record: Record, found_by: frozenset[Identifier]) -> bool:
    """Whether `record` has a number by which the profile's method could match it."""
    method = method_for(profile, record)
    if method == "other-system-identifier":
        return bool(_system_numbers(record))
    return any(kind in _kinds(method, profile) for kind, _ in found_by)


def _kinds(method: MatchMethod, profile: Profile) -> tuple[IdentifierKind, ...]:
    kinds = METHODS[method].kinds
    return kinds if profile.match_cancelled else tuple(kind for kind in kinds if kind != "oclc_cancelled")


def _other_system(transaction: Transaction, record: Record) -> Match:
    """What is found by the digits of an OCLC number counts only where the whole 035 $a is the same."""
    keys = _system_numbers(record)
    stored: list[BibRecord] = []
    matched: set[str] = set()
    count = 0
    for mms_id in transaction.holders(set(map(system_number, keys))) if keys else ():
        bib = transaction.get(mms_id)
        borne = keys & _system_numbers(Record.parse(bib.marc)) if bib else set()
        if bib and borne:
            count += 1
            matched |= borne
            stored += [bib] if count <= HITS_READ else []
    return Match("other-system-identifier", _told(keys), _told(matched), tuple(stored), count)


def _told(keys: set[str]) -> tuple[str, ...]:
    return by_size(keys)[:KEYS_TOLD]


def _system_numbers(record: Record) -> set[str]:
    return {value for field in record.get("035") for value in field.values("a") if value.strip()}
