"""What the servers of Z39.50 are to find: titles with words of their own, each with a holding and an item, and real
records where a file of them is given. The same for all: ISO 2709 in a file, and a store of the gateway.
"""

import random
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import trio
from msgspec.structs import replace

from benchmarks.load import LOGON_ID, PASSWORD
from benchmarks.mould import PEER, Mould, observed, scattered
from benchmarks.servers import ZONE
from benchmarks.title import template, titled
from gateway.config import load
from gateway.importer.accept import Importer
from gateway.importer.logon import Logons
from gateway.importer.mms import mms_id
from gateway.importer.profile import Prepared
from gateway.marc.iso2709 import RECORD_TERMINATOR
from gateway.model import Library, Location, Logon, Submission, Zone, new_submission_id
from gateway.model.holdings import Holding, Item
from gateway.rulebook import rulebook, zones_of
from gateway.stores import open_store
from gateway.stores.base import Plan, Stacks, Transaction

TITLE: Final = b"River gauging in the northern counties."
"""Of every export of the benchmark; here it gives way to as many bytes of words."""
WORDS: Final = 20_000
"""Words that there are: about as many as stand in the titles of a small library."""
WORDS_OF_A_TITLE: Final = 5
_CONSONANTS, _VOWELS = "bcdfghklmnprstvz", "aeiou"
SEED: Final = 3_950
FILLED_AT_ONCE: Final = 500
"""Titles of one transaction."""
FILL_SECONDS: Final = 60.0
"""Longest wait for such a transaction."""
LIBRARY: Final = Library(zone=ZONE, code="MAIN", name="Main Library", locations=(Location("stacks", "Stacks"),))


def word(rank: int) -> str:
    """The word that is so many-th most frequent, from 0: seven letters, and no other's."""
    letters = []
    for number in range(7):
        among = _VOWELS if number % 2 else _CONSONANTS
        rank, letter = divmod(rank, len(among))
        letters.append(among[letter])
    return "".join(letters)


def drawn(chance: random.Random, among: int = WORDS) -> int:
    """A word by its rank, from 0: as in real text, each is about as frequent as its rank is low."""
    return int(among ** chance.random()) - 1


def worded(record: bytes, number: int) -> bytes:
    """The record with the title of that number."""
    chance = random.Random(SEED + number)
    return record.replace(TITLE, " ".join(word(drawn(chance)) for _ in range(WORDS_OF_A_TITLE)).encode())


def written(file: Path, titles: int, real: Path | None) -> None:
    """Write so many titles, and the real records, for servers that read a file."""
    raw = template()
    with file.open("wb") as records:
        for place in range(1, titles + 1):
            records.write(titled(worded(raw, place), scattered(place)))
        if real is not None:
            records.write(real.read_bytes())


async def filled(url: str, titles: int, real: Path | None) -> None:
    """Fill the zone `ZONE` of a new store with the same, and index it."""
    settings = load()
    zone = settings.model_zones()[ZONE]
    profiles = rulebook(settings).profiles
    profile = profiles.of(zone)
    assert isinstance(profile, Prepared)
    mould = Mould(zone, profile, logon_id=LOGON_ID)
    async with open_store(url) as store:
        await store.rearrange(ZONE, lambda stacks: stacks.put_library(LIBRARY))
        for first in range(1, titles + 1, FILLED_AT_ONCE):
            some = range(first, min(first + FILLED_AT_ONCE, titles + 1))
            await store.transact(ZONE, _titles(mould, some), seconds=FILL_SECONDS)
            await store.rearrange(ZONE, lambda stacks, some=some: _shelve(stacks, zone, some))  # type: ignore[misc]
        if real is not None:
            importer = Importer(store, Logons(zones_of(settings), longest_delay=0.0), profiles)
            for raw in _records(real):
                await _import(importer, zone, raw)
        await store.index_records(ZONE)


def _titles(mould: Mould, some: range) -> Plan[None]:
    def plan(transaction: Transaction) -> None:
        for place in some:
            record = mould.cast(transaction.next_ordinal(), scattered(place)).record
            title = worded(record.title.encode(), place).decode()
            transaction.put(replace(record, marc=worded(record.marc, place), title=title))

    return plan


def _shelve(stacks: Stacks, zone: Zone, some: range) -> None:
    for place in some:
        of, number = mms_id(place, zone.mms_suffix), f"22{place:010}"
        stacks.put_holding(
            Holding(
                zone=ZONE,
                id=number,
                mms_id=of,
                library=LIBRARY.code,
                location=LIBRARY.locations[0].code,
                call_number_type="0",
                call_number="GB1201.72",
                item_part=".H37 2024",
            )
        )
        stacks.put_item(Item(zone=ZONE, barcode=f"3{place:013}", holding=number, mms_id=of, policy="Book1"))


def _records(file: Path) -> Iterator[bytes]:
    for record in file.read_bytes().split(RECORD_TERMINATOR)[:-1]:
        yield record + RECORD_TERMINATOR


async def _import(importer: Importer, zone: Zone, raw: bytes) -> None:
    submission = Submission(new_submission_id(), datetime.now(UTC), zone.host, PEER, LOGON_ID, raw)
    await importer.accept(submission, Logon(None, LOGON_ID.encode(), PASSWORD.encode(), "AP", "desktop"), observed())


if __name__ == "__main__":
    url, titles, *real = sys.argv[1:]
    trio.run(filled, url, int(titles), Path(real[0]) if real else None)
