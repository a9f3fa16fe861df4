"""`gateway records flag`: what keeps Alma from replacing a record, or others from finding it, set by hand."""

from typing import TYPE_CHECKING

import click

from gateway.cli.options import Options
from gateway.cli.reading import change_store, check_zone
from gateway.cli.records.held import asked, zones_meant
from gateway.model import Flag

if TYPE_CHECKING:
    from gateway.desk.records import Held
    from gateway.stores.base import Store


@click.command()
@click.argument("mms_id", metavar="MMS")
@click.option("--locked", is_flag=True, help="Open in the Metadata Editor.")
@click.option("--cz-linked", is_flag=True, help="Linked to the Community Zone.")
@click.option("--suppressed", is_flag=True, help="Suppressed from discovery: not found by Z39.50.")
@click.option("--clear", is_flag=True, help="None of them.")
@click.option("--zone", metavar="ZONE", help="Zone that holds it.  [any]")
@click.pass_obj
def flag(
    options: Options, mms_id: str, locked: bool, cz_linked: bool, suppressed: bool, clear: bool, zone: str | None
) -> None:
    """Keep exports from replacing a record, or others from finding it.

    Gives it these flags and no others. Works beside a running gateway.
    """
    from gateway.desk import changing
    from gateway.desk.records import flags

    if clear is (locked or cz_linked or suppressed):
        raise click.UsageError("give --locked, --cz-linked, --suppressed or several; or --clear alone")
    settings = options.settings()
    check_zone(settings, zone)
    wanted = {Flag.LOCKED: locked, Flag.CZ_LINKED: cz_linked, Flag.SUPPRESSED: suppressed}
    chosen = [one for one, given in wanted.items() if given]

    async def change(store: "Store") -> "Held":
        zones = await zones_meant(store, settings, zone)
        with asked():
            return await changing.flag(store, zones, mms_id, chosen)

    key, flagged = change_store(settings, change)
    click.echo(f"{mms_id} of zone {key}: {flags(flagged) or 'no flags'}")
