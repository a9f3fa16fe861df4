"""`gateway store index`: what searches read, brought up to date before somebody waits for it."""

from typing import TYPE_CHECKING, Final

import click

from gateway.cli.options import Options
from gateway.cli.progress import bar
from gateway.cli.store.places import KEEP_ALL, check_reachable, make, shown_url, within
from gateway.errors import NoStoreYet, Outdated
from gateway.stores import scheme_of

if TYPE_CHECKING:
    from gateway.stores.base import Store

WAITED_FOR: Final = 5_000
"""Records that a gateway which starts indexes before it takes exports: fewer are a matter of a second or two for who
searches first, or are indexed when nobody exports."""


@click.command()
@click.argument("url", metavar="[URL]", required=False)
@click.option("--anew", is_flag=True, help="Make all of it anew, as if nothing had been indexed.")
@click.pass_obj
def index(options: Options, url: str | None, anew: bool) -> None:
    """Index the records of a store, so that the next search of each zone is quick.

    Of that of the settings, or the one at URL; beside a running gateway too. It need not be run: who searches finds
    every record, and waits for those that are not indexed. Cut off, it goes on where it was when it is run again.
    """
    import trio

    where = url or options.settings().store.url
    check_reachable(where)
    trio.run(make, where)
    indexed = trio.run(within, where, "change", lambda store: _index(store, anew=anew))
    click.echo(f"{indexed:,} records of {shown_url(where)} were indexed; all of it is up to date")


async def is_behind(url: str) -> bool:
    """Whether a gateway that starts had a long way to go before it can search; or an older one made the store, and that
    is not known. Raises `StoreError`.
    """
    if scheme_of(url) == "memory":
        return False
    try:
        return sum((await within(url, "read", lambda store: store.unindexed())).values()) >= WAITED_FOR
    except NoStoreYet:
        return False
    except Outdated:
        return True


async def index_first(url: str) -> None:
    """Index what waits before the store is served, unless it is little. Raises `StoreError`."""
    await within(url, "serve", lambda store: _index(store, least=WAITED_FOR), KEEP_ALL)


async def _index(store: "Store", *, anew: bool = False, least: int = 1) -> int:
    """Index all zones if so many records wait; how many did."""
    zones = {zone: counts.records for zone, counts in (await store.counts()).items()}
    behind = zones if anew else await store.unindexed()
    in_all = sum(behind.values())
    if in_all < least:
        return 0
    if least > 1:
        click.echo(f"gateway: {in_all:,} records are indexed first, so that they can be searched", err=True)
    with bar(in_all) as progress:
        for zone in zones | behind:  # the others too: they may be worn
            told = 0

            def tell(done: int, of: int) -> None:
                nonlocal told
                progress(done - told)
                told = done

            await store.index_records(zone, tell, anew=anew)
    return in_all
