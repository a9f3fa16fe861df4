"""Listings of the records that zones hold: all, or those with a number or a title, a page at a time."""

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from typing import Final, NamedTuple

from msgspec import Struct

from gateway.desk import cursors
from gateway.desk.attempts import MOST_ROWS
from gateway.desk.cursors import RecordPlace
from gateway.desk.records import Held, RecordShown, shown
from gateway.errors import Unusable
from gateway.marc.standard_numbers import isbn13, issn
from gateway.model import BibRecord, Identifier, IdentifierKind
from gateway.search.fold import folded
from gateway.search.numbers import oclc_number
from gateway.stores.base import PAGE_ROWS, Store

LOOKED_AT: Final = 2_000
"""Records that are looked at for one page: some 50 ms. Where few of them are meant, a page is short, or empty."""


class Number(NamedTuple):
    """A number that people look for."""

    kinds: tuple[IdentifierKind, ...]
    """Identifiers that are such a number."""
    key: Callable[[str], str]
    """What compares of the number as people write it; empty where it is none."""
    fault: str
    """What to say then."""


NUMBERS: Final = {
    "oclc": Number(("oclc", "oclc_cancelled"), oclc_number, "is no OCLC number; write its digits, such as 1000001"),
    "isbn": Number(("isbn",), isbn13, "is no ISBN; write all 10 or 13 digits, the check digit too"),
    "issn": Number(("issn",), issn, "is no ISSN; write all 8 digits, the check digit too"),
}
"""By the name of the parameter, and of the command's option."""


class Sought(Struct, frozen=True):
    """Which records are meant: those for which all holds that is given."""

    numbers: tuple[Identifier, ...] = ()
    """That bear one of these."""
    mms_id: str = ""
    title: tuple[str, ...] = ()
    """Words that stand in the title, in the form in which they are compared (`search.fold`)."""

    def fits(self, record: BibRecord) -> bool:
        """Whether its title is as asked, and its MMS ID."""
        if self.mms_id not in ("", record.mms_id):
            return False
        title = folded(record.title) if self.title else ""
        return all(word in title for word in self.title)


class RecordPage(Struct, frozen=True):
    """Some records, by zone and MMS ID."""

    records: tuple[RecordShown, ...]
    """May be none though there is a next page: for one page only so many records are looked at."""
    after: str | None
    """What to ask for as `after` to have the next page; null where this is the last."""


def sought(*, oclc: str = "", mms: str = "", isbn: str = "", issn: str = "", title: str = "") -> Sought:
    """What these parameters ask for; empty ones ask nothing.

    Numbers may be spelled as people do. Raises `Unusable` for what is no such number, and for more than one of oclc,
    isbn and issn.
    """
    given = {name: text for name, text in (("oclc", oclc), ("isbn", isbn), ("issn", issn)) if text}
    if len(given) > 1:
        raise Unusable(f"give one of {' and '.join(given)}")
    numbers = tuple(identifier for name, text in given.items() for identifier in identifiers(name, text))
    return Sought(numbers, mms.strip(), tuple(folded(title).split()))


def identifiers(name: str, text: str) -> tuple[Identifier, ...]:
    """By what a number of this name is found. Raises `Unusable` where the text is none."""
    number = NUMBERS[name]
    key = number.key(text)
    if not key:
        raise Unusable(f"{name}: {text!r} {number.fault}")
    return tuple(Identifier(kind, key) for kind in number.kinds)


async def listed(
    store: Store, zones: Sequence[str], wanted: Sought, *, after: str = "", limit: int = PAGE_ROWS
) -> RecordPage:
    """Records of these zones, in the order in which the zones are given, by MMS ID; at most `limit`, 1 to `MOST_ROWS`.

    Raises `Unusable` for another limit, and for an `after` that no page has given.
    """
    if not 1 <= limit <= MOST_ROWS:
        raise Unusable(f"a page has 1 to {MOST_ROWS:,} records, not {limit:,}")
    place = cursors.read_record(after) if after else None
    found: list[RecordShown] = []
    looked = 0
    async with aclosing(_behind(store, zones, wanted, place)) as behind:
        async for held in behind:
            if place and (len(found) == limit or looked == LOOKED_AT):
                return RecordPage(tuple(found), cursors.written(place))
            looked += 1
            place = RecordPlace(held.zone, held.record.mms_id)
            if wanted.fits(held.record):
                found.append(shown(held))
    return RecordPage(tuple(found), None)


async def of_zone(store: Store, zone: str, after: str = "") -> AsyncGenerator[BibRecord]:
    """A zone's records behind this MMS ID, page by page."""
    while page := await store.records(zone, after=after):
        for record in page:
            yield record
        after = page[-1].mms_id


async def _behind(
    store: Store, zones: Sequence[str], wanted: Sought, place: RecordPlace | None
) -> AsyncGenerator[Held]:
    """The records among which those are that are wanted."""
    if place and place.zone not in zones:
        raise Unusable(f"the listing has no zone {place.zone!r} to go on in; begin it anew")
    for zone in zones[zones.index(place.zone) if place else 0 :]:
        after = place.mms_id if place and zone == place.zone else ""
        async with aclosing(_of(store, zone, wanted, after)) as records:
            async for record in records:
                yield Held(zone, record)


async def _of(store: Store, zone: str, wanted: Sought, after: str) -> AsyncGenerator[BibRecord]:
    """The same of one zone."""
    if wanted.numbers:
        for record in await store.find(zone, wanted.numbers):
            if record.mms_id > after:
                yield record
    elif wanted.mms_id:
        one = await store.record(zone, wanted.mms_id)
        if one and one.mms_id > after:
            yield one
    else:
        async with aclosing(of_zone(store, zone, after)) as every:
            async for record in every:
                yield record
