"""Libraries of zones, holdings of records, items of holdings; and files of them."""

from urllib.parse import quote

from litestar import Response, delete, get, post, put
from litestar.params import JSONBody
from msgspec import Struct

from gateway.desk import holdings, shelving, zones
from gateway.desk.desk import Desk
from gateway.desk.shelves import HoldingShown, HoldingWanted, ItemShown, ItemWanted, LibraryWanted, NewItem
from gateway.desk.shelving import Loaded
from gateway.frontends.api.parameters import (
    AnyRequest,
    Barcode,
    DryRun,
    HoldingId,
    LibraryCode,
    MmsId,
    ShelfFileName,
    TheDesk,
    UnusedLibrary,
    ZoneKey,
)
from gateway.frontends.api.places import ROOT
from gateway.frontends.api.records import RECORD, the_record
from gateway.frontends.api.uploads import sent_file
from gateway.frontends.http.site import BODY_BYTES
from gateway.model import Library

TAGS = ["holdings"]
LIBRARIES = "/zones/{zone:str}/libraries"
LIBRARY = f"{LIBRARIES}/{{library:str}}"
HOLDINGS = "/zones/{zone:str}/holdings"
HOLDING = f"{HOLDINGS}/{{holding:str}}"
ITEM = "/zones/{zone:str}/items/{barcode:str}"


class LibraryList(Struct, frozen=True):
    """The libraries of a zone."""

    libraries: tuple[Library, ...]
    """By rising code."""


class HoldingList(Struct, frozen=True):
    """The holdings of a record."""

    holdings: tuple[HoldingShown, ...]
    """By library, location and call number."""


class ItemList(Struct, frozen=True):
    """The items of a holding."""

    items: tuple[ItemShown, ...]
    """By rising barcode."""


@get(LIBRARIES, operation_id="listLibraries", tags=TAGS)
async def list_libraries(desk: TheDesk, zone: ZoneKey) -> LibraryList:
    """List the libraries of a zone with their locations."""
    return LibraryList(tuple(await desk.store.libraries(await _zone(desk, zone))))


@put(LIBRARY, operation_id="putLibrary", tags=TAGS)
async def put_library(desk: TheDesk, zone: ZoneKey, library: LibraryCode, data: JSONBody[LibraryWanted]) -> Library:
    """Make a library, or change its name and its locations.

    A location at which there are holdings cannot be left out: 409.
    """
    return await holdings.put_library(desk.store, await _zone(desk, zone), library, data)


@delete(LIBRARY, operation_id="deleteLibrary", tags=TAGS)
async def delete_library(desk: TheDesk, zone: ZoneKey, library: UnusedLibrary) -> None:
    """Forget a library; one that has holdings stays: 409."""
    await holdings.remove_library(desk.store, await _zone(desk, zone), library)


@get(f"{RECORD}/holdings", operation_id="listHoldings", tags=TAGS)
async def list_holdings(desk: TheDesk, zone: ZoneKey, mms: MmsId) -> HoldingList:
    """List the holdings of a record, and how many items each has."""
    found = await the_record(desk, zone, mms)
    return HoldingList(tuple(await holdings.of_record(desk.store, found.zone, found.mms_id)))


@post(f"{RECORD}/holdings", operation_id="makeHolding", tags=TAGS)
async def make_holding(
    desk: TheDesk, zone: ZoneKey, mms: MmsId, data: JSONBody[HoldingWanted]
) -> Response[HoldingShown]:
    """Make a holding of a record, at a library and a location that the zone has."""
    suffix = (await zones.one(desk.store, desk.zones, zone)).mms_suffix
    made = await holdings.make(desk.store, zone, mms, suffix, data)
    return Response(made, headers={"location": f"{ROOT}/zones/{zone}/holdings/{made.id}"})


@post(
    HOLDINGS,
    operation_id="loadHoldings",
    tags=TAGS,
    status_code=200,
    request_max_body_size=BODY_BYTES,
)
async def load_holdings(
    request: AnyRequest, desk: TheDesk, zone: ZoneKey, name: ShelfFileName = None, dry_run: DryRun = False
) -> Loaded:
    """Load a file of holdings and items, CSV or TOML.

    Each line names its record; its library, its location and its holding are made where they are not there, its item is
    made or changed by its barcode. The body is the file, or a form with one file. Where the file has faults of its own
    nothing is loaded: 400, with line and field of each.
    """
    where = await zones.in_force(desk.zones, zone)
    file = await sent_file(request)
    read = await shelving.read(name or file.name or "the upload", file.content, where.key)
    return await shelving.load(desk.store, where, read, dry_run=dry_run)


@get(HOLDING, operation_id="getHolding", tags=TAGS)
async def get_holding(desk: TheDesk, zone: ZoneKey, holding: HoldingId) -> HoldingShown:
    """Tell of one holding."""
    return await holdings.one(desk.store, await _zone(desk, zone), holding)


@put(HOLDING, operation_id="putHolding", tags=TAGS)
async def put_holding(desk: TheDesk, zone: ZoneKey, holding: HoldingId, data: JSONBody[HoldingWanted]) -> HoldingShown:
    """Have a holding be so; what is left out is as in a new one."""
    return await holdings.change(desk.store, await _zone(desk, zone), holding, data)


@delete(HOLDING, operation_id="deleteHolding", tags=TAGS)
async def delete_holding(desk: TheDesk, zone: ZoneKey, holding: HoldingId) -> None:
    """Forget a holding with its items."""
    await holdings.remove(desk.store, await _zone(desk, zone), holding)


@get(f"{HOLDING}/items", operation_id="listItems", tags=TAGS)
async def list_items(desk: TheDesk, zone: ZoneKey, holding: HoldingId) -> ItemList:
    """List the items of a holding, and whether one can have them now."""
    return ItemList(tuple(await holdings.items(desk.store, await _zone(desk, zone), holding)))


@post(f"{HOLDING}/items", operation_id="makeItem", tags=TAGS)
async def make_item(desk: TheDesk, zone: ZoneKey, holding: HoldingId, data: JSONBody[NewItem]) -> Response[ItemShown]:
    """Make an item of a holding."""
    made = await holdings.make_item(desk.store, await _zone(desk, zone), holding, data)
    return Response(made, headers={"location": f"{ROOT}/zones/{zone}/items/{quote(made.barcode, safe='')}"})


@get(ITEM, operation_id="getItem", tags=TAGS)
async def get_item(desk: TheDesk, zone: ZoneKey, barcode: Barcode) -> ItemShown:
    """Tell of the item with this barcode, and whether one can have it now."""
    return await holdings.item(desk.store, await _zone(desk, zone), barcode)


@put(ITEM, operation_id="putItem", tags=TAGS)
async def put_item(desk: TheDesk, zone: ZoneKey, barcode: Barcode, data: JSONBody[ItemWanted]) -> ItemShown:
    """Have an item be so; what is left out is as in a new one."""
    return await holdings.change_item(desk.store, await _zone(desk, zone), barcode, data)


@delete(ITEM, operation_id="deleteItem", tags=TAGS)
async def delete_item(desk: TheDesk, zone: ZoneKey, barcode: Barcode) -> None:
    """Forget an item."""
    await holdings.remove_item(desk.store, await _zone(desk, zone), barcode)


async def _zone(desk: Desk, key: str) -> str:
    """The key of a zone that there is. Raises `NotFound`."""
    return (await zones.one(desk.store, desk.zones, key)).key
