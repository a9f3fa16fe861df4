"""What a person may change in the records of a zone."""

from datetime import UTC, datetime
from typing import Annotated

from litestar import delete, post, put
from litestar.params import JSONBody
from msgspec import Meta, Struct

from gateway.desk import changing, records
from gateway.desk.records import RecordShown
from gateway.frontends.api import asked
from gateway.frontends.api.parameters import MOST_NUMBER, MmsId, TheDesk, ZoneKey
from gateway.frontends.api.records import RECORD, TAGS
from gateway.marc.iso2709 import FIELD_BYTES
from gateway.model import Flag


class RevertWanted(Struct, frozen=True, forbid_unknown_fields=True):
    """Which version is to be brought back."""

    version: Annotated[int, Meta(ge=1, le=MOST_NUMBER)]


class FlagsWanted(Struct, frozen=True, forbid_unknown_fields=True):
    """The flags that a record is to have."""

    flags: tuple[Flag, ...]
    """These and no others; none clears them."""


class FieldWanted(Struct, frozen=True, forbid_unknown_fields=True):
    """A local field that is to be added."""

    tag: str
    """590, 690, or 900 to 999."""
    text: Annotated[str, Meta(max_length=FIELD_BYTES)]
    """What $a holds; further subfields as people write them: `Gift of the Friends $5 XYZ`."""


@post(f"{RECORD}/revert", operation_id="revertRecord", tags=TAGS, status_code=200)
async def revert_record(desk: TheDesk, zone: ZoneKey, mms: MmsId, data: JSONBody[RevertWanted]) -> RecordShown:
    """Bring back an earlier version of a record as its next one."""
    where = await asked.record_zones(desk, zone)
    return records.shown(await changing.revert(desk.store, where, mms, data.version, datetime.now(UTC)))


@put(f"{RECORD}/flags", operation_id="flagRecord", tags=TAGS)
async def flag_record(desk: TheDesk, zone: ZoneKey, mms: MmsId, data: JSONBody[FlagsWanted]) -> RecordShown:
    """Have a record be as if it were open in the Metadata Editor, linked to the Community Zone, suppressed from
    discovery, or none of these.
    """
    where = await asked.record_zones(desk, zone)
    return records.shown(await changing.flag(desk.store, where, mms, data.flags))


@post(f"{RECORD}/fields", operation_id="addField", tags=TAGS)
async def add_field(desk: TheDesk, zone: ZoneKey, mms: MmsId, data: JSONBody[FieldWanted]) -> RecordShown:
    """Add a local field to a record, as its next version."""
    where = await asked.record_zones(desk, zone)
    held = await changing.add_field(desk.store, where, mms, data.tag, data.text, datetime.now(UTC))
    return records.shown(held)


@delete(RECORD, operation_id="deleteRecord", tags=TAGS)
async def delete_record(desk: TheDesk, zone: ZoneKey, mms: MmsId) -> None:
    """Forget a record with all its versions and holdings."""
    await changing.remove(desk.store, await asked.record_zones(desk, zone), mms)
