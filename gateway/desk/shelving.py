"""Files of holdings into a zone: each line finds its record and its holding, or makes that, and puts its item there.

A file that is loaded twice changes nothing the second time.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import trio
from msgspec import Struct
from msgspec.structs import replace

from gateway.circulation import files, rules
from gateway.circulation.entries import WHICH_HOLDING, WHICH_RECORD, Entry, new_holding, said_of_holding
from gateway.circulation.files import File
from gateway.circulation.ids import free_id
from gateway.circulation.lines import Line
from gateway.desk.holdings import keep_item, put_checked
from gateway.desk.seeking import NUMBERS
from gateway.errors import NotFound, Unfit
from gateway.model import Holding, Identifier, Item, Library, Location, Zone
from gateway.stores.base import Stacks, Store

LINES_AT_ONCE: Final = 200
"""Lines of one transaction: a fraction of a second, for which exports may wait."""
FAULTS_TOLD: Final = 1_000
"""Most lines that could not be loaded of which it is said why, the first ones."""


class LineFault(Struct, frozen=True):
    """A line that was not loaded."""

    line: int
    """Of the file, from 1."""
    field: str
    says: str
    """What is wrong, in words that go on from the field's name."""


class Loaded(Struct, frozen=True):
    """What became of a file of holdings."""

    zone: str
    lines: int
    """How many the file has."""
    libraries: tuple[str, ...]
    """Codes of those that were made."""
    holdings_made: int
    holdings_changed: int
    items_made: int
    items_changed: int
    refused: int
    """Lines that were not loaded."""
    faults: tuple[LineFault, ...]
    """Why: of each at most one, of the first 1,000."""

    @property
    def changed(self) -> bool:
        """Whether anything was made or changed."""
        counts = self.holdings_made, self.holdings_changed, self.items_made, self.items_changed
        return bool(self.libraries or any(counts))


class _DryRun(Exception):
    """What undoes all that a plan did."""


@dataclass
class _Tally:
    """What lines came to, so far."""

    lines: int = 0
    libraries: list[str] = field(default_factory=list)
    holdings: set[str] = field(default_factory=set)
    """IDs of those that were made."""
    changed: set[str] = field(default_factory=set)
    """The same of those that were changed."""
    items_made: int = 0
    items_changed: int = 0
    faults: list[LineFault] = field(default_factory=list)

    def add(self, other: "_Tally") -> None:
        """Those of some more lines."""
        self.lines += other.lines
        self.libraries += other.libraries
        self.holdings |= other.holdings
        self.changed |= other.changed - self.holdings
        self.items_made += other.items_made
        self.items_changed += other.items_changed
        self.faults += other.faults

    def told(self, zone: str) -> Loaded:
        """For those who asked."""
        changed = len(self.changed - self.holdings)
        return Loaded(
            zone,
            self.lines,
            tuple(sorted(set(self.libraries))),
            len(self.holdings),
            changed,
            self.items_made,
            self.items_changed,
            len(self.faults),
            tuple(self.faults[:FAULTS_TOLD]),
        )


class _Placed(NamedTuple):
    """A line, and the record that it means."""

    line: Line[Entry]
    mms_id: str


async def read(name: str, content: bytes, zone: str) -> File:
    """A file, read in a thread. Raises `Unusable` with all that is wrong in it."""
    return await trio.to_thread.run_sync(files.read, name, content, zone)


async def load(
    store: Store, zone: Zone, file: File, *, dry_run: bool = False, tell: Callable[[int], None] = lambda done: None
) -> Loaded:
    """Load all lines that can be; others are told with their reason. With `dry_run` nothing is kept.

    Each `LINES_AT_ONCE` lines are kept together; who is cut off loads the file again. `tell` is told of so many more.
    Raises `StoreError`.
    """
    tally = _Tally()
    batches = [file.lines[start : start + LINES_AT_ONCE] for start in range(0, len(file.lines), LINES_AT_ONCE)]
    for number, batch in enumerate(batches or [()]):
        placed, faults = await _places(store, zone.key, batch)
        libraries = file.libraries if number == 0 or dry_run else ()
        there = len(await store.libraries(zone.key))
        done = await _rearranged(store, _Plan(zone, libraries, placed, there), dry_run=dry_run)
        done.lines = len(batch)
        done.faults = sorted(done.faults + faults, key=lambda fault: fault.line)
        tally.add(done)
        tell(len(batch))
    return tally.told(zone.key)


async def _rearranged(store: Store, plan: "_Plan", *, dry_run: bool) -> _Tally:
    tallies: list[_Tally] = []

    def run(stacks: Stacks) -> None:
        tallies.append(plan.run(stacks))
        if dry_run:
            raise _DryRun

    with suppress(_DryRun):
        await store.rearrange(plan.zone.key, run)
    return tallies[-1]


async def _places(store: Store, zone: str, lines: Sequence[Line[Entry]]) -> tuple[list[_Placed], list[LineFault]]:
    """The lines with their records, and what is wrong with the others."""
    placed: list[_Placed] = []
    faults: list[LineFault] = []
    known: dict[tuple[str, str], str] = {}
    for line in lines:
        named, text = next((name, text) for name in WHICH_RECORD if (text := getattr(line.entry, name)))
        try:
            if (named, text) not in known:
                known[named, text] = await _record(store, zone, named, text)
            placed.append(_Placed(line, known[named, text]))
        except NotFound as error:
            faults.append(LineFault(line.number, named, str(error)))
    return placed, faults


async def _record(store: Store, zone: str, named: str, text: str) -> str:
    """MMS ID of the record that is named so. Raises `NotFound`, in words that go on from the name."""
    if named == "mms_id":
        if await store.record(zone, text) is None:
            raise NotFound(f"{rules.shown(text)} is of no record of zone {zone}")
        return text
    number = NUMBERS[named]
    key = number.key(text)
    if not key:
        raise NotFound(f"{rules.shown(text)} {number.fault}")
    found = await store.find(zone, [Identifier(kind, key) for kind in number.kinds])
    if len(found) != 1:
        many = f"{len(found)} records" if found else "no record"
        raise NotFound(f"{rules.shown(text)} is of {many} of zone {zone}")
    return found[0].mms_id


class _Plan:
    """What some lines want of a zone's stacks; it may be run more than once."""

    def __init__(self, zone: Zone, libraries: Sequence[Library], lines: Sequence[_Placed], there: int) -> None:
        """`there`: how many libraries the zone has."""
        self.zone = zone
        self._libraries = libraries
        self._lines = lines
        self._there = there

    def run(self, stacks: Stacks) -> _Tally:
        """Do it; what came of it."""
        tally = _Tally()
        for library in self._libraries:
            self._add_library(stacks, library, tally)
        room: dict[str, int] = {}
        for (number, entry), mms_id in self._lines:
            try:
                self._line(stacks, mms_id, entry, room, tally)
            except Unfit as error:
                tally.faults.append(LineFault(number, *error.faults[0]))
            except NotFound as error:
                tally.faults.append(LineFault(number, "mms_id", f"is of a record that has just gone: {error}"))
        return tally

    def _line(self, stacks: Stacks, mms_id: str, entry: Entry, room: dict[str, int], tally: _Tally) -> None:
        """Do what one line says, or nothing of it. `room`: by holding, how many items it has. Raises `Unfit`."""
        present = next((one for one in stacks.holdings(mms_id) if entry.is_of(one)), None)
        holding = self._holding(stacks, present, mms_id, entry)
        library = self._library(entry)
        item, before = self._item(stacks, holding, entry, room) if entry.barcode else (None, None)
        self._add_library(stacks, library, tally)
        if holding != present:
            put_checked(stacks, holding)
            (tally.changed if present else tally.holdings).add(holding.id)
        if item is not None and item != before:
            keep_item(stacks, item)
            tally.items_made += before is None
            tally.items_changed += before is not None

    def _holding(self, stacks: Stacks, present: Holding | None, mms_id: str, entry: Entry) -> Holding:
        """The line's holding as it is to be."""
        if present is None:
            there = len(stacks.holdings(mms_id))
            if there >= rules.HOLDINGS_OF_RECORD:
                raise Unfit([("mms_id", f"is of a record with {there:,} holdings, the most there can be")])
            which = [getattr(entry, name) for name in WHICH_HOLDING]
            id_ = free_id(stacks, mms_id, which, self.zone.mms_suffix)
            holding = new_holding(self.zone.key, id_, mms_id, entry)
        else:
            holding = replace(present, **said_of_holding(entry))
        _check(rules.holding_faults(holding))
        return holding

    def _library(self, entry: Entry) -> Library:
        """What the line says of its library. Raises `Unfit`."""
        location = Location(entry.location, entry.location_name)
        library = Library(
            zone=self.zone.key, code=entry.library, name=entry.library_name or entry.library, locations=(location,)
        )
        named = [
            *_renamed(rules.location_faults(location), "location"),
            *_renamed(rules.library_faults(library), "library"),
        ]
        _check([fault for fault in named if not fault[0].startswith("locations.")])
        return library

    def _item(self, stacks: Stacks, holding: Holding, entry: Entry, room: dict[str, int]) -> tuple[Item, Item | None]:
        """The line's item, and what is there of it."""
        item = entry.item(holding)
        _check(rules.item_faults(item))
        before = stacks.item(item.barcode)
        if before is not None and before.mms_id != item.mms_id:
            whose = f"{rules.shown(item.barcode)} is that of an item of another record, {before.mms_id}"
            raise Unfit([("barcode", f"{whose}; give this one another, or delete that item first")])
        if before is None or before.holding != holding.id:
            if holding.id not in room:
                room[holding.id] = len(stacks.items(holding.id))
            if room[holding.id] >= rules.ITEMS_OF_HOLDING:
                raise Unfit([("barcode", f"is one too many: a holding has at most {rules.ITEMS_OF_HOLDING:,} items")])
            room[holding.id] += 1
        return item, before

    def _add_library(self, stacks: Stacks, said: Library, tally: _Tally) -> None:
        """Make the library and its locations where they are not there, and give them the names that are said."""
        present = stacks.library(said.code)
        merged = _merged(present, said)
        if merged == present:
            return
        if present is None and self._there + len(tally.libraries) >= rules.LIBRARIES_OF_ZONE:
            raise Unfit([("library", f"is one too many: a zone has at most {rules.LIBRARIES_OF_ZONE:,} libraries")])
        if len(merged.locations) > rules.LOCATIONS_OF_LIBRARY:
            words = f"is one too many: a library has at most {rules.LOCATIONS_OF_LIBRARY:,} locations"
            raise Unfit([("location", words)])
        stacks.put_library(merged)
        if present is None:
            tally.libraries.append(said.code)


def _merged(present: Library | None, said: Library) -> Library:
    """What is there of a library, and what is said of it; a name that is only its code is none."""
    locations = {one.code: one for one in (present.locations if present else ())}
    for location in said.locations:
        before = locations.get(location.code)
        locations[location.code] = Location(location.code, location.name or (before.name if before else ""))
    name = present.name if present and said.name == said.code else said.name
    return replace(said, name=name, locations=tuple(locations[code] for code in sorted(locations)))


def _renamed(faults: Sequence[rules.Fault], noun: str) -> Iterator[rules.Fault]:
    """Faults of a noun by the names that a line's fields have: its code by the noun's name alone."""
    for name, words in faults:
        yield {"code": noun, "name": f"{noun}_name"}.get(name, name), words


def _check(faults: "Sequence[rules.Fault] | Iterator[rules.Fault]") -> None:
    found = [*faults]
    if found:
        raise Unfit(found)
