"""A record as SRU shows it: MARCXML with what there is of it on the shelves, Dublin Core, or MODS.

Alma adds a field AVA for each holding where its profile says so [doc]; here it always does, and in MARCXML alone
[assumed].
"""

from collections.abc import Callable, Mapping
from typing import Final

from gateway.circulation.availability import availability
from gateway.frontends.sru.layout import Shown
from gateway.frontends.sru.wire import Diagnostic
from gateway.marc import iso2709
from gateway.marc.forms import marcxml
from gateway.marc.forms.dc import dc
from gateway.marc.forms.mods import mods
from gateway.marc.record import Field, Record
from gateway.model import Holding, Inventory, Item, Library
from gateway.stores.base import Listed

AVAILABILITY_TAG: Final = "AVA"
AVAILABLE: Final = "available"
UNAVAILABLE: Final = "unavailable"
CHECK: Final = "check_holdings"
"""[doc] Of a holding without items, of which nobody knows more [assumed]."""
_TAG: Final = b"<record>"
_NAMED_TAG: Final = f'<record xmlns="{marcxml.NAMESPACE}">'.encode()


def shown(listed: Listed, schema: str, code: str) -> Shown:
    """The record in a schema, or why it is not to be had; `code` is the institution's."""
    if listed.there is None:
        return Shown(listed.mms_id, Diagnostic(65, listed.mms_id, "it was deleted since it was found"))
    try:
        record = Record.parse(listed.there.record.marc)
    except iso2709.Damaged as error:
        return Shown(listed.mms_id, Diagnostic(67, schema, f"it is damaged: {error}"))
    return Shown(listed.mms_id, WAYS[schema](record, listed.there, code))


def availabilities(of: Inventory, code: str) -> list[Field]:
    """A field AVA for each holding."""
    found = []
    for priority, (holding, library) in enumerate(zip(of.holdings, of.libraries, strict=True), 1):
        items = [item for item in of.items if item.holding == holding.id]
        found.append(_availability(of.record.mms_id, code, holding, library, items, priority))
    return found


def _availability(
    mms_id: str, code: str, holding: Holding, library: Library | None, items: list[Item], priority: int
) -> Field:
    """[doc] Which subfield says what; counts only where there are items [seen]."""
    away = sum(not availability(item).now for item in items)
    state = CHECK if not items else UNAVAILABLE if away == len(items) else AVAILABLE
    said = {
        "0": mms_id,
        "8": holding.id,
        "a": code,
        "b": holding.library,
        "c": library.location_name(holding.location) if library else holding.location,
        "d": holding.shelf_mark,
        "e": state,
        "f": str(len(items)) if items else "",
        "g": str(away) if items else "",
        "j": holding.location,
        "k": holding.call_number_type,
        "p": str(priority),
        "q": library.name if library else holding.library,
        "t": " ".join(holding.summary),
    }
    body = "".join([f"\x1f{subfield}{value}" for subfield, value in said.items() if value])
    return Field(AVAILABILITY_TAG, b"  " + body.encode())


def _marcxml(record: Record, of: Inventory, code: str) -> bytes:
    whole = Record(record.leader, (*record.fields, *availabilities(of, code)))
    return marcxml.write(whole).replace(_TAG, _NAMED_TAG, 1).rstrip()


WAYS: Final[Mapping[str, Callable[[Record, Inventory, str], bytes]]] = {
    "marcxml": _marcxml,
    "dc": lambda record, of, code: dc(record),
    "mods": lambda record, of, code: mods(record),
}
"""Schema -> how a record is written in it."""
