"""`gateway holdings …`: what libraries have of records on their shelves, in from files, and listed."""

import sys
from typing import TYPE_CHECKING, Final

import click

from gateway.cli.files import named_content
from gateway.cli.options import Options
from gateway.cli.output import ROWS, counted, echo_json, echo_more, echo_table, local_time, shown_in_line
from gateway.cli.progress import bar
from gateway.cli.reading import check_zone, default_zone, read_store
from gateway.cli.store.places import check_reachable, make, within
from gateway.errors import SettingsError, Unusable

if TYPE_CHECKING:
    from gateway.desk.shelves import HoldingShown, ItemShown
    from gateway.desk.shelving import Loaded
    from gateway.stores.base import Store

EXIT_REFUSED: Final = 1
"""A line was not loaded."""
HEADINGS: Final = ("Zone", "MMS ID", "Holding", "Library", "Location", "Call number", "Items", "Available")
ITEM_HEADINGS: Final = (
    "Zone",
    "MMS ID",
    "Barcode",
    "Location",
    "Call number",
    "Description",
    "Policy",
    "Status",
    "Due",
)


@click.group()
def holdings() -> None:
    """Libraries, holdings and items of records."""


@holdings.command()
@click.argument("file", metavar="FILE", type=click.Path(exists=True, dir_okay=False, allow_dash=True))
@click.option("--zone", metavar="ZONE", help="Zone of the records.  [the first institution]")
@click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
@click.option("--json", "as_json", is_flag=True, help="What was done as one JSON object.")
@click.pass_obj
def load(options: Options, file: str, zone: str | None, dry_run: bool, as_json: bool) -> None:
    """Load holdings and items from a FILE, CSV or TOML (- is standard input).

    Each line names its record by mms_id, oclc, isbn or issn, a library, a location, and mostly an item by its barcode.
    What is not there is made; loaded twice, a file changes nothing. Works beside a running gateway.

    Exits 1 when a line could not be loaded; a file with faults of its own is not loaded at all, and exits 2.
    """
    import trio

    from gateway.desk import shelving

    settings = options.settings()
    zones = check_zone(settings, zone)
    key = zone or default_zone(settings)
    url = settings.store.url
    name, content = named_content(file)
    check_reachable(url)

    async def load_in(store: "Store") -> "Loaded":
        with bar(len(read.lines)) as progress:
            return await shelving.load(store, zones[key], read, dry_run=dry_run, tell=progress)

    async def run() -> "Loaded":
        if not dry_run:
            await make(url)
        return await within(url, "change", load_in)

    try:
        read = trio.run(shelving.read, name, content, key)
    except Unusable as error:
        raise SettingsError(f"{error}") from error
    loaded = trio.run(run)
    if as_json:
        echo_json(loaded)
    else:
        tell(loaded, done="would be" if dry_run else "were")
    if loaded.refused:
        sys.exit(EXIT_REFUSED)


@holdings.command("list")
@click.argument("mms_id", metavar="[MMS]", required=False)
@click.option("--zone", metavar="ZONE", help="Only this zone's.  [all zones]")
@click.option("--items", is_flag=True, help="A row for each item, and whether one can have it.")
@click.option("--limit", metavar="N", type=click.IntRange(0), default=ROWS, help=f"Holdings; 0 = all.  [{ROWS}]")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@click.pass_obj
def list_(options: Options, mms_id: str | None, zone: str | None, items: bool, limit: int, as_json: bool) -> None:
    """List holdings, of the record MMS or of all, by zone and MMS ID."""
    settings = options.settings()
    check_zone(settings, zone)
    listing = _Listing(mms_id, zone, limit, items=items)
    read_store(settings, listing.read)
    found: list[HoldingShown] | list[ItemShown] = listing.items if items else listing.holdings
    if as_json:
        for one in found:
            echo_json(one)
    elif not found:
        click.echo("no items" if items else "no holdings", err=True)
    elif items:
        by_id = {(one.zone, one.id): one for one in listing.holdings}
        echo_table(ITEM_HEADINGS, [_item_row(by_id[one.zone, one.holding], one) for one in listing.items])
    else:
        echo_table(HEADINGS, [_row(one) for one in listing.holdings])
    if listing.more:
        echo_more()


class _Listing:
    """Holdings of a store as they are read."""

    def __init__(self, mms_id: str | None, zone: str | None, limit: int, *, items: bool) -> None:
        self._mms_id = mms_id
        self._zone = zone
        self._limit = limit
        self._with_items = items
        self.holdings: list[HoldingShown] = []
        self.items: list[ItemShown] = []
        self.more = False

    async def read(self, store: "Store") -> None:
        """Read what is asked, at most so many holdings."""
        for zone in [self._zone] if self._zone else await store.shelved():
            if self._mms_id is not None:
                await self._add(store, zone, [self._mms_id])
            else:
                await self._all(store, zone)

    async def _all(self, store: "Store", zone: str) -> None:
        from gateway.stores.base import ShelfPlace

        after: ShelfPlace | None = None
        while page := await store.holdings(zone, after=after):
            # A page may end within a record's holdings: these are read whole, and not again with the next page.
            await self._add(store, zone, sorted({one.mms_id for one in page} - {after.mms_id if after else ""}))
            if self.more:
                return
            after = ShelfPlace(page[-1].mms_id, page[-1].id)

    async def _add(self, store: "Store", zone: str, mms_ids: list[str]) -> None:
        from gateway.desk.shelves import item_shown, shown_all

        shelves = await store.shelves(zone, mms_ids)
        found = shown_all(shelves, await store.libraries(zone))
        room = self._limit - len(self.holdings) if self._limit else len(found)
        self.more = self.more or len(found) > room
        self.holdings += found[:room]
        if self._with_items:
            ids = {one.id for one in found[:room]}
            self.items += [item_shown(item) for item in shelves.items if item.holding in ids]


def tell(loaded: "Loaded", *, done: str = "were") -> None:
    """What became of a file, for people: lines that were not loaded, then counts."""
    for fault in loaded.faults:
        click.echo(shown_in_line(f"line {fault.line}: {fault.field} {fault.says}"))
    libraries = f"{counted(len(loaded.libraries), 'library', 'libraries')}, " if loaded.libraries else ""
    made = f"{libraries}{_of_both(loaded.holdings_made, loaded.items_made)} {done} made"
    changed = f"{_of_both(loaded.holdings_changed, loaded.items_changed)} {done} changed"
    refused = f"{counted(loaded.refused, 'line')} refused"
    click.echo(f"{counted(loaded.lines, 'line')} for zone {loaded.zone}: {made}; {changed}; {refused}", err=True)


def _of_both(holdings: int, items: int) -> str:
    return f"{counted(holdings, 'holding')} and {counted(items, 'item')}"


def _row(one: "HoldingShown") -> tuple[str, ...]:
    place = one.library_name, one.location_name, f"{one.call_number} {one.item_part}".strip()
    return one.zone, one.mms_id, one.id, *place, f"{one.items:,}", f"{one.available:,}"


def _item_row(holding: "HoldingShown", one: "ItemShown") -> tuple[str, ...]:
    place = holding.location_name, f"{holding.call_number} {holding.item_part}".strip()
    due = local_time(one.due_at) if one.due_at else ""
    return one.zone, one.mms_id, one.barcode, *place, one.description, one.policy, one.says, due
