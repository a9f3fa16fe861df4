"""Records that somebody hands over: into a zone, by its integration profile or as they are."""

from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from operator import attrgetter
from typing import Final, NamedTuple

import trio
from msgspec import Struct

from gateway.desk.attempts import held_by
from gateway.desk.changing import CHANGE_SECONDS
from gateway.desk.incoming import Incoming, read
from gateway.errors import Unusable
from gateway.importer.decide import Now
from gateway.importer.diagnose import diagnose
from gateway.importer.loading import BYTES_AT_ONCE, RECORDS_AT_ONCE, Loaded, Loader
from gateway.importer.profile import Profiles
from gateway.marc.forms import FORMS, ISO_2709
from gateway.model import Outcome, Reason, Zone
from gateway.stores.base import Store

UPLOADED: Final = "the upload"
"""What a file without a name is called in errors."""
LISTED: Final = 1_000
"""Most records of an upload that are told of one by one: a page that can still be looked through."""
UNREADABLE: Final = 1_000
"""Damaged records behind which an upload is read no further: it is of another form, or none at all."""
PIECE_BYTES: Final = 256 * 1024
"""Bytes that are divided into lines at once, which nothing can interrupt."""
READING: Final = 1
"""Threads in which uploads are read, one batch of records after the other: a thread contends for the interpreter with
the exports."""

_reading: Final = trio.CapacityLimiter(READING)

Load = Callable[[Sequence[bytes]], Awaitable[list[Loaded]]]
"""Files some records, in one transaction if it can."""


class UploadedRecord(Struct, frozen=True):
    """What became of one record."""

    record: int
    """Its place in the file, from 1."""
    outcome: Outcome
    reason: Reason | None
    """Why it was not filed; null where it was."""
    mms_id: str
    held_by: str
    """Key of the zone whose record has that MMS ID, perhaps the network zone; empty where it was not filed."""
    oclc_numbers: tuple[str, ...]
    title: str
    says: str
    """The same for people; empty where it was filed."""


class Uploaded(Struct, frozen=True):
    """What became of a file."""

    zone: str
    filed: int
    refused: int
    records: tuple[UploadedRecord, ...]
    """At most 1,000, in the order of the file; of more, those that were refused before others."""


class Way(NamedTuple):
    """How records come in."""

    load: Callable[[Loader], Load]
    together: int
    """How many at once."""


AS_IS: Final = Way(lambda loader: loader.as_is, RECORDS_AT_ONCE)


async def upload(
    store: Store,
    zone: Zone,
    profiles: Profiles,
    content: bytes,
    *,
    name: str = "",
    form: str = "",
    as_is: bool = False,
    now: Now,
    seconds: float = CHANGE_SECONDS,
) -> Uploaded:
    """File the records of a file.

    `form` is `mrc`, `mrk`, `xml` or `jsonl`; where it is empty, what the file begins with says it, or its `name`. By
    the zone's profile each is decided on as an export would be, and is among the attempts; `as_is` each is a new
    record. Raises `Unusable` where the form cannot be told, the zone has not one profile, or `UNREADABLE` records are
    damaged: those before them stay filed; `StoreError`.
    """
    if form not in ("", ISO_2709, *FORMS):
        raise Unusable(f"{form!r} is none of the forms {', '.join((ISO_2709, *FORMS))}")
    way = AS_IS if as_is else by_profile(zone, profiles)
    load = way.load(Loader(store, zone, now, seconds=seconds))
    file = name or UPLOADED
    reading = batches(read(file, form or None, _pieces(content)), way)
    tally = _Tally(file)
    while batch := await trio.to_thread.run_sync(next, reading, None, limiter=_reading, abandon_on_cancel=True):
        tally.add(await file_batch(load, batch))
    return Uploaded(zone.key, tally.filed, tally.refused, tally.listed())


def by_profile(zone: Zone, profiles: Profiles) -> Way:
    """As the zone's profile says. Raises `Unusable` where it has none, or several."""
    profile = profiles.of(zone)
    if isinstance(profile, Reason):
        which = "no integration profile" if profile is Reason.NONE_NAMED else "several integration profiles"
        raise Unusable(f"zone {zone.key} has {which}, so no record comes in")
    network = profiles.network(zone, profile)
    if network is None:
        return Way(lambda loader: lambda raws: loader.by_profile(raws, profile), RECORDS_AT_ONCE)
    return Way(lambda loader: lambda raws: loader.through_network(raws, profile, network, profiles), 1)


def batches(incoming: Iterable[Incoming], way: Way) -> Iterator[list[Incoming]]:
    """The records in their order, as many at once as may be."""
    batch: list[Incoming] = []
    size = 0
    for one in incoming:
        batch.append(one)
        size += len(one.raw or b"")
        if len(batch) == way.together or size >= BYTES_AT_ONCE:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


async def file_batch(load: Load, batch: Sequence[Incoming]) -> list[UploadedRecord]:
    """File some records; what became of each, in their order. Raises `StoreError`."""
    raws = [incoming.raw for incoming in batch if incoming.raw is not None]
    loaded = iter(await load(raws) if raws else ())

    def told() -> list[UploadedRecord]:
        return [_unreadable(one) if one.raw is None else _told(one.number, next(loaded)) for one in batch]

    return await trio.to_thread.run_sync(told, limiter=_reading)


class _Tally:
    """What became of the records so far."""

    def __init__(self, file: str) -> None:
        self._file = file
        self.filed = 0
        self.refused = 0
        self._damaged = 0
        self._first_damaged = ""
        self._of_filed: list[UploadedRecord] = []
        self._of_refused: list[UploadedRecord] = []

    def add(self, records: Iterable[UploadedRecord]) -> None:
        """Some more. Raises `Unusable` where too many of all are damaged."""
        for one in records:
            kept = self._of_filed if one.outcome.filed else self._of_refused
            if len(kept) < LISTED:
                kept.append(one)
            self.filed += one.outcome.filed
            self.refused += not one.outcome.filed
            if one.reason is Reason.STRUCTURE:
                self._damaged += 1
                self._first_damaged = self._first_damaged or f"record {one.record}: {one.says}"
        if self._damaged >= UNREADABLE:
            stay = f"filed before that, and still there: {self.filed:,}" if self.filed else "nothing was filed"
            raise Unusable(
                f"{self._file} is no file of records of this form, or damaged: {self._damaged:,} of its first "
                f"{self.filed + self.refused:,} records cannot be read, and it was read no further; {stay}. "
                f"The first that cannot be read is {self._first_damaged}"
            )

    def listed(self) -> tuple[UploadedRecord, ...]:
        """Those that are told of."""
        room = LISTED - len(self._of_refused)
        return tuple(sorted(self._of_refused + self._of_filed[:room], key=attrgetter("record")))


def _pieces(content: bytes) -> Iterator[bytes]:
    return (content[start : start + PIECE_BYTES] for start in range(0, len(content), PIECE_BYTES))


def _told(number: int, loaded: Loaded) -> UploadedRecord:
    receipt = loaded.receipt
    says = "" if receipt.outcome.filed else diagnose(loaded.submission, receipt)[0].says
    return UploadedRecord(
        number,
        receipt.outcome,
        receipt.reason,
        receipt.mms_id,
        held_by(receipt),
        receipt.oclc_numbers,
        receipt.title,
        says,
    )


def _unreadable(incoming: Incoming) -> UploadedRecord:
    """Of what could not be filed at all."""
    return UploadedRecord(incoming.number, Outcome.REFUSED, incoming.reason, "", "", (), "", incoming.says)
