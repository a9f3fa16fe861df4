"""`gateway store migrate`: everything of a store into another one, of whatever kind."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Final

import click

from gateway.cli.options import Options
from gateway.cli.progress import Bar, bar
from gateway.cli.store.places import KEEP_ALL, check_reachable, file_of, shown_url, within
from gateway.errors import StoreError

if TYPE_CHECKING:
    from gateway.stores.base import Store
    from gateway.stores.moving import Copied, Tell

TWICE: Final = 2
"""Everything is gone through so often: to copy it, and to compare it."""


@click.command()
@click.argument("source", metavar="FROM")
@click.argument("target", metavar="TO")
@click.option("--resume", is_flag=True, help="Go on with a copy that was cut off.")
@click.pass_obj
def migrate(options: Options, source: str, target: str, resume: bool) -> None:
    """Copy everything from one store into another.

    FROM and TO are URLs, such as sqlite:gateway-data/gateway.db and postgresql://USER@HOST/DATABASE. Records with all
    versions, flags and links, submissions in their order, what is still to be linked, zones that were made at run time,
    webhooks, holdings, patrons with their loans and requests, what zones publish, NCIP exchanges, and the counters of
    MMS IDs; in the end both stores are compared. TO must be empty. Stop the gateway that serves FROM first.
    """
    import trio

    from gateway.stores.moving import Copied

    options.settings()  # names what is wrong with -c and --set
    for url in (source, target):
        check_reachable(url)
    files = file_of(source), file_of(target)
    if source == target or (files[0] and files[1] and files[0].resolve() == files[1].resolve()):
        raise click.UsageError("FROM and TO are the same store")
    moving = _Moving(source, target, Copied(), resume=resume)
    try:
        trio.run(within, source, "read", moving.into_target)
    except KeyboardInterrupt:
        click.echo(f"gateway: cut off. {moving.so_far()}", err=True)
        raise click.Abort from None
    click.echo(f"copied {_words(moving.copied)}; both stores hold the same")
    click.echo(f'to serve the copy, write under [store] in gateway.toml: url = "{shown_url(target)}"')


class _Moving:
    """One store, and the other that it goes into."""

    def __init__(self, source: str, target: str, copied: "Copied", *, resume: bool) -> None:
        self._source = source
        self._target = target
        self._resume = resume
        self.copied = copied

    async def into_target(self, source: "Store") -> None:
        """Copy it, once the target is open too."""
        await within(self._target, "serve", lambda target: self._copy(source, target), KEEP_ALL)

    async def _copy(self, source: "Store", target: "Store") -> None:
        from gateway.stores import moving

        await moving.check_whole(source, shown_url(self._source))
        if not self._resume:
            await moving.check_whole(target, shown_url(self._target))
            if await _holds_anything(target):
                raise StoreError(f"{shown_url(self._target)} is not empty; give an empty store")
            await moving.mark(target)
        self._warn_of_gateway()
        counts = await source.counts()
        with bar(TWICE * sum(held.records + held.attempts for held in counts.values())) as progress:
            if self._resume:
                await self._step(lambda _: moving.check_beginning(source, target), progress)
                await moving.mark(target)
            await self._step(lambda tell: moving.copy(source, target, self.copied, tell), progress)
            await self._step(lambda tell: moving.compare(source, target, tell), progress)
            await moving.unmark(target)

    async def _step(self, step: "Callable[[Tell], Awaitable[None]]", progress: Bar) -> None:
        from gateway.stores.moving import Differs

        try:
            await step(progress)
        except Differs as error:
            raise StoreError(
                f"{error}. Either TO is no unfinished copy of FROM, or FROM has been changed meanwhile: stop the "
                "gateway that serves it, and begin again with an empty TO"
            ) from error
        except StoreError as error:
            raise StoreError(f"{error}. {self.so_far()}") from error

    def _warn_of_gateway(self) -> None:
        from gateway.stores.sqlite.connections import is_served

        file = file_of(self._source)
        if file is not None and is_served(file):
            click.echo(
                f"gateway: a gateway serves {self._source}; what arrives there from now on is not in the copy", err=True
            )

    def so_far(self) -> str:
        """What is in the target, and how to go on."""
        return (
            f"So far {_words(self.copied)} are in {shown_url(self._target)}, which cannot be served as it is. "
            "The same command with --resume goes on"
        )


async def _holds_anything(store: "Store") -> bool:
    made = await store.zones() or await store.webhooks() or await store.shelved() or await store.lending_zones()
    others = await store.publishing_zones() or await store.exchanges(limit=1)
    return bool(await store.counts() or await store.pending() or made or others)


def _words(copied: "Copied") -> str:
    links = f", {copied.links:,} links still to be made" if copied.links else ""
    zones = f", {copied.zones:,} zones made at run time" if copied.zones else ""
    webhooks = f", {copied.webhooks:,} webhooks" if copied.webhooks else ""
    held = f", {copied.holdings:,} holdings with {copied.items:,} items" if copied.holdings else ""
    lent = "".join(f", {count:,} {kind}" for kind, count in copied.lent.items())
    published = f", {copied.published:,} published" if copied.published else ""
    exchanges = f", {copied.exchanges:,} NCIP exchanges" if copied.exchanges else ""
    records = f"{copied.records:,} records in {copied.versions:,} versions"
    return f"{records}, {copied.attempts:,} submissions{links}{zones}{webhooks}{held}{lent}{published}{exchanges}"
