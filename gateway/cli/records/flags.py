"""`gateway records flag`: what keeps Alma from replacing a record, set by hand."""

from typing import TYPE_CHECKING

import click

from gateway.cli.options import Options
from gateway.cli.reading import CHANGE_SECONDS, change_store, check_zone
from gateway.cli.records.held import absent, find, flags
from gateway.config import Settings
from gateway.model import BibRecord, Flag

if TYPE_CHECKING:
    from gateway.stores.base import Store


@click.command()
@click.argument("mms_id", metavar="MMS")
@click.option("--locked", is_flag=True, help="Open in the Metadata Editor.")
@click.option("--cz-linked", is_flag=True, help="Linked to the Community Zone.")
@click.option("--clear", is_flag=True, help="Neither.")
@click.option("--zone", metavar="ZONE", help="Zone that holds it.  [any]")
@click.pass_obj
def flag(options: Options, mms_id: str, locked: bool, cz_linked: bool, clear: bool, zone: str | None) -> None:
    """Keep exports from replacing a record.

    Gives it these flags and no others. Works beside a running gateway.
    """
    if clear is (locked or cz_linked):
        raise click.UsageError("give --locked, --cz-linked or both; or --clear alone")
    settings = options.settings()
    check_zone(settings, zone)
    wanted = {Flag.LOCKED: locked, Flag.CZ_LINKED: cz_linked}
    chosen = frozenset(one for one, given in wanted.items() if given)
    key, flagged = change_store(settings, lambda store: _flag(store, settings, zone, mms_id, chosen))
    click.echo(f"{mms_id} of zone {key}: {flags(flagged) or 'no flags'}")


async def _flag(
    store: "Store", settings: Settings, zone: str | None, mms_id: str, chosen: frozenset[Flag]
) -> tuple[str, BibRecord]:
    """The zone that holds it, and the record as it is now."""
    from gateway.importer import edit

    found = await find(store, settings, zone, mms_id)
    flagged = await store.transact(
        found.zone, lambda transaction: edit.flag(transaction, mms_id, chosen), seconds=CHANGE_SECONDS
    )
    if flagged is None:
        raise absent(mms_id)
    return found.zone, flagged
