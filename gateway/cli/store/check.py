"""`gateway store check`: what is wrong in a store. Reads it; changes nothing but what it is told to mend."""

import sys
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from gateway.cli.options import Options
from gateway.cli.output import shown
from gateway.cli.progress import Bar, bar
from gateway.cli.reading import CHANGE_SECONDS, zones_with
from gateway.cli.store.places import file_of, within
from gateway.config import Settings
from gateway.errors import StoreError, Unreadable

if TYPE_CHECKING:
    from gateway.importer.faults import Fault
    from gateway.stores.base import Store

EXIT_FAULTS: Final = 1
"""Something is wrong in the store."""


@click.command()
@click.argument("url", metavar="[URL]", required=False)
@click.option("--repair", is_flag=True, help="Mend by what records are found, and counters of MMS IDs.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a fault.")
@click.pass_obj
def check(options: Options, url: str | None, repair: bool, as_json: bool) -> None:
    """Look for faults in a store.

    In that of the settings, or the one at URL. Each record and its versions, what records are found by, MMS IDs,
    submissions, and SQLite's file itself; of each fault it says what to do. Works beside a running gateway.

    With --repair it mends what it can without a guess: no version, flag or submission is changed. Stores of early
    gateways are thus brought to be found by all numbers that records bear.

    Exits 1 when it finds one that it has not mended.
    """
    import trio

    settings = options.settings()
    looking = Looking(settings, repair=repair, as_json=as_json)
    where = url or settings.store.url
    try:
        trio.run(within, where, "change" if repair else "read", lambda store: looking.look(store, file_of(where)))
    except KeyboardInterrupt:
        click.echo(f"gateway: cut off. So far: {looking.summary()}", err=True)
        raise click.Abort from None
    looking.tell_summary()
    if looking.faults > looking.mended:
        sys.exit(EXIT_FAULTS)


class Looking:
    """Faults are told as they are found."""

    def __init__(self, settings: Settings, *, repair: bool, as_json: bool, seconds: float = CHANGE_SECONDS) -> None:
        """`seconds` is how long a transaction that mends waits for its turn."""
        from gateway.importer.checking import Looked

        self._settings = settings
        self._looked = Looked()
        self._repair = repair
        self._seconds = seconds
        self._as_json = as_json
        self.faults = 0
        self.mended = 0
        """Of these."""

    async def look(self, store: "Store", file: Path | None) -> None:
        """Look through a store, and through the file if it is in one.

        What it holds and cannot be read is a fault. Raises `StoreError` where that is not known: its server does not
        answer, or what mends does not get its turn.
        """
        import trio

        from gateway.importer.checking import Check
        from gateway.importer.faults import fault
        from gateway.importer.mending import Mender
        from gateway.stores.moving import is_unfinished

        try:
            if file is not None:
                for line in await trio.to_thread.run_sync(_damage, file, abandon_on_cancel=True):
                    self._tell(fault("damaged_file", detail=line), False, Bar())
            mender = Mender(store, seconds=self._seconds) if self._repair else None
            if mender and self.faults:
                click.echo("gateway: nothing is mended in a damaged file; to write to it may damage more", err=True)
                mender = None
            if await is_unfinished(store):
                self._tell(fault("unfinished_copy"), False, Bar())
            counts = await store.counts()
            with bar(sum(held.records + held.attempts for held in counts.values())) as progress:
                now = datetime.now(UTC)
                found = partial(self._tell, progress=progress)
                zones = (await zones_with(store, self._settings)).by_key
                await Check(store, zones, now, self._looked, found=found, tell=progress, mender=mender).run()
        except Unreadable as error:
            self._tell(fault("unreadable_store", detail=error), False, Bar())
        except StoreError as error:
            raise StoreError(f"{error}. Run it again. So far: {self.summary()}") from error

    def _tell(self, fault: "Fault", mended: bool, progress: Bar) -> None:
        import msgspec

        self.faults += 1
        self.mended += mended
        if self._as_json:
            progress.echo(msgspec.json.encode(fault._asdict() | {"mended": mended}))
            return
        of = " of ".join(filter(None, (fault.mms_id, f"zone {fault.zone}" if fault.zone else "")))
        progress.echo(shown(f"{of or 'the store'}: {fault.says}\n  {'Mended.' if mended else fault.fix}"))

    def summary(self) -> str:
        """How much was found, and in how much."""
        faults, looked = self.faults, self._looked
        found = f"{faults:,} fault{'' if faults == 1 else 's'}" if faults else "no faults"
        if self.mended:
            found += f", {'all' if self.mended == faults else f'{self.mended:,}'} mended"
        held = f", {looked.holdings:,} holdings" if looked.holdings else ""
        return (
            f"{found}; {looked.zones:,} zones, {looked.records:,} records in {looked.versions:,} versions, "
            f"{looked.attempts:,} submissions{held}"
        )

    def tell_summary(self) -> None:
        """The same, where it does not disturb the faults."""
        import msgspec

        if not self._as_json:
            click.echo(self.summary(), err=True)
            return
        click.echo(msgspec.json.encode({"faults": self.faults, "mended": self.mended, **vars(self._looked)}), err=True)


def _damage(file: Path) -> list[str]:
    """What SQLite finds wrong in a file. Raises `Unreadable`."""
    from gateway.stores.sqlite.backup import damage

    try:
        return damage(file)
    except StoreError as error:
        raise Unreadable(f"{error}") from error
