"""What is said of patrons, and how much of it: the fields of a line of a file of them, and what a patron may be."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Final

from msgspec import Struct

from gateway.circulation import cells
from gateway.circulation.cells import moment, text, texts
from gateway.circulation.lines import Read
from gateway.circulation.rules import (
    BARCODE_CHARACTERS,
    CODE_CHARACTERS,
    NAME_CHARACTERS,
    TEXT_CHARACTERS,
    YEARS,
    Fault,
    Text,
    text_faults,
)
from gateway.model import Patron

EMAIL_CHARACTERS: Final = 254
"""Longest e-mail address that mail servers pass on (RFC 5321)."""
BLOCKS_OF_PATRON: Final = 20
"""Most blocks of a patron: all are told wherever the patron is shown; people have one or two."""
PIN_CHARACTERS: Final = 100
"""Longest PIN: most have four digits, some sites take passwords."""

PATRON: Final = {
    "barcode": Text(BARCODE_CHARACTERS, needed=True, is_key=True),
    "name": Text(NAME_CHARACTERS, needed=True),
    "group": Text(CODE_CHARACTERS),
    "email": Text(EMAIL_CHARACTERS),
}
"""By field of the noun, its text."""
PIN: Final = Text(PIN_CHARACTERS, needed=True)


class PatronEntry(Struct, frozen=True, kw_only=True):
    """What a line says of a patron; empty and None where it says nothing."""

    barcode: str = ""
    name: str = ""
    group: str = ""
    email: str = ""
    pin: str = ""
    """The PIN, or its argon2id hash; empty = it stays as it is."""
    expires: datetime | None = None
    blocks: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"<PatronEntry {self.barcode}>"

    def patron(self, zone: str, pin: str) -> Patron:
        """The patron that it describes; `pin`: the hash."""
        return Patron(
            zone=zone,
            barcode=self.barcode,
            name=self.name,
            group=self.group,
            email=self.email,
            pin=pin,
            expires_at=self.expires,
            blocks=self.blocks,
        )


ALSO: Final = {
    "user_id": "barcode",
    "full_name": "name",
    "user_group": "group",
    "patron_group": "group",
    "email_address": "email",
    "pin_number": "pin",
    "expiry_date": "expires",
    "expiration_date": "expires",
    "block": "blocks",
}
"""Other names of fields, as lists of users head their columns [assumed: in Alma a site names them]."""


def _pin(value: object) -> str:
    """Never told back where it is none."""
    if not isinstance(value, str):
        raise ValueError("must be text; write it in quotation marks")
    return value.strip()


FIELDS: Final[dict[str, Callable[[object], object]]] = {
    **dict.fromkeys(PatronEntry.__struct_fields__, text),
    "pin": _pin,
    "expires": moment,
    "blocks": texts,
}
"""By field, what makes its value of what a file has there; raises `ValueError`, whose words go on from its name."""


def read_patron(given: Mapping[str, object]) -> Read[PatronEntry]:
    """The entry of these fields, all of which are of `FIELDS`; empty texts say nothing.

    Whether its PIN can be one is for others to see who know hashes.
    """
    values, faults = cells.read(given, FIELDS)
    if faults:
        return Read(PatronEntry(), faults)
    faults = [(field, "is missing") for field in ("barcode", "name") if field not in values]
    entry = PatronEntry(**values)  # type: ignore[arg-type]  # FIELDS made them
    named = {"expires_at": "expires"}
    faults = faults or [(named.get(field, field), words) for field, words in patron_faults(entry.patron("", ""))]
    return Read(entry, faults)


def patron_faults(patron: Patron) -> list[Fault]:
    """What is wrong with a patron, in the order of the fields."""
    found = [(field, words) for field, rule in PATRON.items() for words in text_faults(getattr(patron, field), rule)]
    if patron.expires_at is not None and patron.expires_at.tzinfo is None:
        found.append(("expires_at", "has no time zone; write it as 2026-12-31T18:00:00Z"))
    if patron.expires_at is not None and patron.expires_at.year not in YEARS:
        words = f"is in the year {patron.expires_at.year}; write one from {YEARS[0]} to {YEARS[-1]}"
        found.append(("expires_at", words))
    if len(patron.blocks) > BLOCKS_OF_PATRON:
        found.append(("blocks", f"are {len(patron.blocks):,}; a patron has at most {BLOCKS_OF_PATRON}"))
    for number, block in enumerate(patron.blocks, 1):
        found += [(f"blocks.{number}", words) for words in text_faults(block, Text(TEXT_CHARACTERS, needed=True))]
    return found


def pin_faults(pin: str) -> Iterator[str]:
    """What is wrong with a PIN that is no hash, in words that go on from its name and never tell it."""
    if pin != pin.strip():
        yield "has spaces at its ends, which a message would lose"
    yield from text_faults(pin.strip(), PIN)
