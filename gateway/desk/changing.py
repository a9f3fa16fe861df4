"""What people change in the records of zones: earlier versions brought back, flags, local fields; what they delete."""

import re
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Final

from gateway.desk.records import Held, absent, find
from gateway.errors import Unusable
from gateway.importer import edit
from gateway.marc.iso2709 import FIELD_BYTES, TooLong
from gateway.marc.record import Field, printable
from gateway.model import BibRecord, Flag
from gateway.stores.base import Store, Transaction

CHANGE_SECONDS: Final = 10.0
"""How long a change waits for its turn beside a gateway that imports: many times what a group of imports takes."""
LOCAL_TAGS: Final = "590, 690 and 900 to 999"
TAG_SHOWN: Final = 20
"""Characters of a wrong tag that are shown."""
_LOCAL_TAG: Final = re.compile("590|690|9[0-9][0-9]")
_SUBFIELD: Final = re.compile(r"[$‡ǂ]([a-z0-9])")
"""As people and Connexion write the delimiter, and a code."""


async def revert(store: Store, zones: Iterable[str], mms_id: str, version: int, now: datetime) -> Held:
    """Bring back an earlier version as the next one; the newest is left as it is.

    Returns what the zone holds then. Raises `NotFound`, `Conflict`, `StoreError`.
    """
    found = await find(store, zones, mms_id, version)
    earlier = found.record
    if earlier.version == found.newest.version:
        return Held(found.zone, earlier)
    return await _change(store, found.zone, mms_id, lambda transaction: edit.revert(transaction, mms_id, earlier, now))


async def flag(store: Store, zones: Iterable[str], mms_id: str, flags: Iterable[Flag]) -> Held:
    """Give the record these flags and no others. Raises `NotFound`, `Conflict`, `StoreError`."""
    found = await find(store, zones, mms_id)
    chosen = frozenset(flags)
    return await _change(store, found.zone, mms_id, lambda transaction: edit.flag(transaction, mms_id, chosen))


async def add_field(store: Store, zones: Iterable[str], mms_id: str, tag: str, text: str, now: datetime) -> Held:
    """Add a local field, of one of `LOCAL_TAGS`, with this text in $a, as the record's next version.

    Text that begins with a subfield code, as in `$a Gift of the Friends $5 XYZ`, is made of these subfields. Raises
    `Unusable` for another tag, for no text and for a record that would be too long; `NotFound`, `Conflict`,
    `StoreError`.
    """
    field = local_field(tag, text)
    found = await find(store, zones, mms_id)
    try:
        return await _change(
            store, found.zone, mms_id, lambda transaction: edit.add_field(transaction, mms_id, field, now)
        )
    except TooLong as error:
        raise Unusable(f"the field is too long: {error}") from error


async def remove(store: Store, zones: Iterable[str], mms_id: str) -> str:
    """Forget the record with all its versions; the zone that held it. Raises `NotFound`, `Conflict`, `StoreError`."""
    found = await find(store, zones, mms_id)
    if not await store.remove_record(found.zone, mms_id):
        raise absent(mms_id)
    return found.zone


def local_field(tag: str, text: str) -> Field:
    """The field that is meant, with blank indicators. Raises `Unusable`."""
    if not _LOCAL_TAG.fullmatch(tag):
        raise Unusable(f"{tag[:TAG_SHOWN]!r} is no tag of a local field; they are {LOCAL_TAGS}")
    raw = text.encode("utf-8", "replace")
    if len(raw) > FIELD_BYTES:
        raise Unusable(f"the field is too long: its text has {len(raw):,} bytes; MARC 21 allows {FIELD_BYTES:,}")
    clean = printable(raw.decode("utf-8")).strip()
    before, *parts = _SUBFIELD.split(clean) if _SUBFIELD.match(clean) else ("", "a", clean)
    subfields = [(code, value.strip()) for code, value in zip(parts[::2], parts[1::2], strict=True)]
    if before or not all(value for _, value in subfields):
        raise Unusable(f"field {tag} needs text, in each of its subfields")
    return Field(tag, "".join(["  ", *(f"\x1f{code}{value}" for code, value in subfields)]).encode())


async def _change(store: Store, zone: str, mms_id: str, plan: Callable[[Transaction], BibRecord | None]) -> Held:
    changed = await store.transact(zone, plan, seconds=CHANGE_SECONDS)
    if changed is None:
        raise absent(mms_id)
    return Held(zone, changed)
