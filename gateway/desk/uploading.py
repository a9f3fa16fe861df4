"""Records that somebody hands over: into a zone, by its integration profile or as they are."""

from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from msgspec import Struct

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
    """In the order of the file."""


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
    record. Raises `Unusable` where the form cannot be told, or the zone has not one profile; `StoreError`.
    """
    if form not in ("", ISO_2709, *FORMS):
        raise Unusable(f"{form!r} is none of the forms {', '.join((ISO_2709, *FORMS))}")
    way = AS_IS if as_is else by_profile(zone, profiles)
    load = way.load(Loader(store, zone, now, seconds=seconds))
    records: list[UploadedRecord] = []
    for batch in batches(read(name or UPLOADED, form or None, [content]), way):
        records += await file_batch(load, batch)
    filed = sum(record.outcome.filed for record in records)
    return Uploaded(zone.key, filed, len(records) - filed, tuple(records))


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
    return [_unreadable(one) if one.raw is None else _told(one.number, next(loaded)) for one in batch]


def _told(number: int, loaded: Loaded) -> UploadedRecord:
    receipt = loaded.receipt
    says = "" if receipt.outcome.filed else diagnose(loaded.submission, receipt)[0].says
    return UploadedRecord(
        number, receipt.outcome, receipt.reason, receipt.mms_id, receipt.oclc_numbers, receipt.title, says
    )


def _unreadable(incoming: Incoming) -> UploadedRecord:
    """Of what could not be filed at all."""
    return UploadedRecord(incoming.number, Outcome.REFUSED, incoming.reason, "", (), "", incoming.says)
