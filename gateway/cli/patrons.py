"""`gateway patrons …`: who borrows, in from files, and listed."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

import click

from gateway.cli.files import named_content
from gateway.cli.options import Options
from gateway.cli.output import ROWS, counted, echo_json, echo_more, echo_table, local_time
from gateway.cli.progress import bar
from gateway.cli.reading import check_zone, default_zone, read_store, zones_with
from gateway.cli.store.places import check_reachable, make, within
from gateway.errors import SettingsError, Unusable

if TYPE_CHECKING:
    from gateway.config import Settings
    from gateway.desk.enrolling import PatronsLoaded
    from gateway.desk.patrons import PatronShown, PatronWhole
    from gateway.stores.base import Store

HEADINGS: Final = ("Zone", "Barcode", "Name", "Group", "PIN", "Expires", "Blocks")
LENT_HEADINGS: Final = ("Zone", "Barcode", "Name", "Has", "MMS ID", "Item", "Since", "Due")
YES: Final = "yes"


@click.group()
def patrons() -> None:
    """Who borrows."""


@patrons.command()
@click.argument("file", metavar="FILE", type=click.Path(exists=True, dir_okay=False, allow_dash=True))
@click.option("--zone", metavar="ZONE", help="Zone that they borrow from.  [the first institution]")
@click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
@click.option("--json", "as_json", is_flag=True, help="What was done as one JSON object.")
@click.pass_obj
def load(options: Options, file: str, zone: str | None, dry_run: bool, as_json: bool) -> None:
    """Load patrons from a FILE, CSV or TOML (- is standard input).

    Each line is a patron with a barcode, a name, and mostly a group; PINs are kept as hashes. Loaded twice, a file
    changes nothing. Works beside a running gateway. A file with faults is not loaded at all, and exits 2.
    """
    import trio

    from gateway.desk import enrolling

    settings = options.settings()
    check_zone(settings, zone)
    key = zone or default_zone(settings)
    url = settings.store.url
    name, content = named_content(file)
    check_reachable(url)

    async def load_in(store: "Store") -> "PatronsLoaded":
        with bar(len(lines)) as progress:
            return await enrolling.load(store, key, lines, dry_run=dry_run, tell=progress)

    async def run() -> "PatronsLoaded":
        if not dry_run:
            await make(url)
        return await within(url, "change", load_in)

    try:
        lines = trio.run(enrolling.read, name, content)
    except Unusable as error:
        raise SettingsError(f"{error}") from error
    loaded = trio.run(run)
    if as_json:
        echo_json(loaded)
    else:
        tell(loaded, done="would be" if dry_run else "were")


@patrons.command("list")
@click.argument("barcode", metavar="[BARCODE]", required=False)
@click.option("--zone", metavar="ZONE", help="Only this zone's.  [all zones]")
@click.option("--limit", metavar="N", type=click.IntRange(0), default=ROWS, help=f"Patrons; 0 = all.  [{ROWS}]")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@click.pass_obj
def list_(options: Options, barcode: str | None, zone: str | None, limit: int, as_json: bool) -> None:
    """List patrons, by zone and barcode; of one BARCODE all that is lent and wanted."""
    settings = options.settings()
    check_zone(settings, zone)
    if barcode is None:
        _list_all(settings, zone, limit, as_json=as_json)
    else:
        _list_one(settings, zone, barcode, as_json=as_json)


def tell(loaded: "PatronsLoaded", *, done: str = "were") -> None:
    """What became of a file, for people."""
    counts = f"{counted(loaded.made, 'patron')} {done} made, {loaded.changed:,} changed"
    click.echo(f"{counted(loaded.lines, 'line')} for zone {loaded.zone}: {counts}", err=True)


def _list_all(settings: "Settings", zone: str | None, limit: int, *, as_json: bool) -> None:
    found: list[PatronShown] = []

    async def read(store: "Store") -> bool:
        """Whether there are more."""
        from gateway.desk.patrons import listed

        for key in [zone] if zone else (await zones_with(store, settings)).keys:
            after: str | None = ""
            while after is not None:
                page = await listed(store, key, after=after)
                found.extend(page.patrons)
                if limit and len(found) > limit:
                    return True
                after = page.after
        return False

    more = read_store(settings, read)
    rows = found[:limit] if limit else found
    if as_json:
        for one in rows:
            echo_json(one)
    elif not rows:
        click.echo("no patrons", err=True)
    else:
        echo_table(HEADINGS, map(_row, rows))
    if more:
        echo_more()


def _list_one(settings: "Settings", zone: str | None, barcode: str, *, as_json: bool) -> None:
    async def read(store: "Store") -> "list[PatronWhole]":
        from gateway.desk.patrons import whole

        keys = [zone] if zone else (await zones_with(store, settings)).keys
        return [whole(lent) for key in keys if (lent := await store.lent(key, barcode))]

    found = read_store(settings, read)
    if as_json:
        for one in found:
            echo_json(one)
    elif not found:
        click.echo("no patrons", err=True)
    else:
        echo_table(HEADINGS, [_row(one.patron) for one in found])
        rows = [row for one in found for row in _lent_rows(one)]
        if rows:
            click.echo()
            echo_table(LENT_HEADINGS, rows)


def _row(one: "PatronShown") -> tuple[str, ...]:
    expires = local_time(one.expires_at) if one.expires_at else ""
    return one.zone, one.barcode, one.name, one.group, YES if one.has_pin else "", expires, "; ".join(one.blocks)


def _lent_rows(one: "PatronWhole") -> Iterator[tuple[str, ...]]:
    who = one.patron.zone, one.patron.barcode, one.patron.name
    for loan in one.loans:
        yield *who, "loan", loan.mms_id, loan.item, local_time(loan.lent_at), local_time(loan.due_at)
    for request in one.requests:
        yield *who, request.kind, request.mms_id, request.item, local_time(request.made_at), ""
