"""`gateway demo load`: the demo set into a zone."""

import sys
from typing import TYPE_CHECKING

import click

from gateway.cli.holdings import EXIT_REFUSED, tell
from gateway.cli.options import Options
from gateway.cli.output import echo_json
from gateway.cli.patrons import tell as tell_patrons
from gateway.cli.reading import check_zone, default_zone
from gateway.cli.store.places import check_reachable, make, within

if TYPE_CHECKING:
    from gateway.desk.demo import DemoLoaded


@click.group()
def demo() -> None:
    """Records, items and patrons to try things out with."""


@demo.command()
@click.option("--zone", metavar="ZONE", help="Zone that gets it.  [the first institution]")
@click.option("--json", "as_json", is_flag=True, help="What was done as one JSON object.")
@click.pass_obj
def load(options: Options, zone: str | None, as_json: bool) -> None:
    """Give a zone the demo set.

    Records with an item of each base status and each process type, a journal at two libraries, an electronic book;
    three patrons, one of them blocked. What the zone has of it already stays; its items and patrons are as at first
    again. Works beside a running gateway.
    """
    import trio

    from gateway.desk import demo

    settings = options.settings()
    zones = check_zone(settings, zone)
    key = zone or default_zone(settings)
    url = settings.store.url
    check_reachable(url)

    async def run() -> "DemoLoaded":
        await make(url)
        return await within(url, "change", lambda store: demo.load(store, zones[key]))

    loaded = trio.run(run)
    if as_json:
        echo_json(loaded)
        return
    click.echo(f"{loaded.records:,} records of the demo set in zone {key}, {loaded.made:,} of them new", err=True)
    tell(loaded.shelves)
    tell_patrons(loaded.patrons)
    if loaded.shelves.refused:
        sys.exit(EXIT_REFUSED)
