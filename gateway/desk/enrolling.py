"""Files of patrons into a zone: each line makes its patron, or has him be what it says.

A file that is loaded twice changes nothing the second time.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import Final

import trio
from msgspec import Struct
from msgspec.structs import replace

from gateway.circulation import patron_files
from gateway.circulation.lines import Faults, Line
from gateway.circulation.patrons import PatronEntry
from gateway.desk import passwords
from gateway.desk.patrons import faults_of_pin
from gateway.errors import Unusable
from gateway.importer.logon import HASH_PREFIX
from gateway.importer.zones import HASHED_AT_ONCE
from gateway.model import Patron
from gateway.stores.base import Stacks, Store

LINES_AT_ONCE: Final = 200
"""Lines of one transaction: a fraction of a second, for which exports may wait."""
PINS: Final = 10_000
"""Most PINs in clear of a file: two minutes, for each takes some 25 ms of a processor."""


class PatronsLoaded(Struct, frozen=True):
    """What became of a file of patrons."""

    zone: str
    lines: int
    """How many the file has."""
    made: int
    changed: int


class _DryRun(Exception):
    """What undoes all that a plan did."""


async def read(name: str, content: bytes) -> tuple[Line[PatronEntry], ...]:
    """A file, read in a thread. Raises `Unusable` with all that is wrong in it."""
    return await trio.to_thread.run_sync(_read, name, content)


async def load(
    store: Store,
    zone: str,
    lines: Sequence[Line[PatronEntry]],
    *,
    dry_run: bool = False,
    tell: Callable[[int], None] = lambda done: None,
    hashing: trio.CapacityLimiter | None = None,
) -> PatronsLoaded:
    """Load all lines. With `dry_run` nothing is kept. `hashing` limits the threads that work PINs out.

    Each `LINES_AT_ONCE` lines are kept together; who is cut off loads the file again. `tell` is told of so many more.
    Raises `StoreError`.
    """
    limiter = hashing or trio.CapacityLimiter(HASHED_AT_ONCE)
    made = changed = 0
    for start in range(0, len(lines), LINES_AT_ONCE):
        batch = [line.entry for line in lines[start : start + LINES_AT_ONCE]]
        pins = await _hashed(store, zone, [entry for entry in batch if entry.pin], limiter)
        more = await _put(store, zone, [entry.patron(zone, pins.get(entry.barcode, "")) for entry in batch], dry_run)
        made, changed = made + more[0], changed + more[1]
        tell(len(batch))
    return PatronsLoaded(zone, len(lines), made, changed)


async def _put(store: Store, zone: str, patrons: Sequence[Patron], dry_run: bool) -> tuple[int, int]:
    """Keep them; how many were made, and how many changed. One without a PIN keeps the one that there is."""
    counts: list[tuple[int, int]] = []

    def plan(stacks: Stacks) -> None:
        made = changed = 0
        for patron in patrons:
            present = stacks.patron(patron.barcode)
            wanted = replace(patron, pin=patron.pin or present.pin) if present else patron
            if wanted != present:
                stacks.put_patron(wanted)
                made += present is None
                changed += present is not None
        counts.append((made, changed))
        if dry_run:
            raise _DryRun

    with suppress(_DryRun):
        await store.rearrange(zone, plan)
    return counts[-1]


async def _hashed(
    store: Store, zone: str, entries: Sequence[PatronEntry], limiter: trio.CapacityLimiter
) -> Mapping[str, str]:
    """Hashes of their PINs by barcode; that which is kept already, where it is of the same PIN."""
    if not entries:
        return {}
    barcodes = [entry.barcode for entry in entries]
    kept = await store.rearrange(zone, partial(_pins, barcodes))
    found: dict[str, str] = {}

    async def work(entry: PatronEntry) -> None:
        before = kept[entry.barcode]
        run = partial(trio.to_thread.run_sync, limiter=limiter)
        if before and not entry.pin.startswith(HASH_PREFIX) and await run(passwords.opens, before, entry.pin):
            found[entry.barcode] = before
        else:
            found[entry.barcode] = await passwords.hashed(entry.pin, limiter)

    async with trio.open_nursery() as nursery:
        for entry in entries:
            nursery.start_soon(work, entry)
    return found


def _pins(barcodes: Sequence[str], stacks: Stacks) -> dict[str, str]:
    """What is kept of the PINs of these patrons; empty of those who are not there."""
    return {barcode: patron.pin if (patron := stacks.patron(barcode)) else "" for barcode in barcodes}


def _read(name: str, content: bytes) -> tuple[Line[PatronEntry], ...]:
    lines = patron_files.read(name, content)
    faults = Faults(name)
    for number, entry in lines:
        for words in faults_of_pin(entry.pin):
            faults.add(number, "pin", words)
    faults.raise_any()
    clear = sum(bool(entry.pin) and not entry.pin.startswith(HASH_PREFIX) for _, entry in lines)
    if clear > PINS:
        raise Unusable(f"{name} has {clear:,} PINs in clear; at most {PINS:,} are worked out: split it, or give hashes")
    return lines
