"""`gateway records delete`: a record and its past, thrown away."""

from typing import TYPE_CHECKING

import click

from gateway.cli.options import Options
from gateway.cli.reading import change_store, check_zone
from gateway.cli.records.held import asked, zones_meant

if TYPE_CHECKING:
    from gateway.stores.base import Store


@click.command()
@click.argument("mms_id", metavar="MMS")
@click.option("--zone", metavar="ZONE", help="Zone that holds it.  [any]")
@click.pass_obj
def delete(options: Options, mms_id: str, zone: str | None) -> None:
    """Throw a record away, with all its versions and holdings.

    What arrived stays among the submissions; no other record gets this MMS ID. Works beside a running gateway.
    """
    from gateway.desk import changing

    settings = options.settings()
    check_zone(settings, zone)

    async def change(store: "Store") -> str:
        zones = await zones_meant(store, settings, zone)
        with asked():
            return await changing.remove(store, zones, mms_id)

    click.echo(f"{mms_id} of zone {change_store(settings, change)} was deleted")
