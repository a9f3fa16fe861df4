"""`gateway store check`: what is wrong in a store. Reads it, changes nothing."""

import sys
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from gateway.cli.options import Options
from gateway.cli.output import shown
from gateway.cli.progress import Bar, bar
from gateway.cli.store.places import file_of, within
from gateway.config import Settings
from gateway.errors import StoreError

if TYPE_CHECKING:
    from gateway.importer.checking import Looked
    from gateway.importer.faults import Fault
    from gateway.stores.base import Store

EXIT_FAULTS: Final = 1
"""Something is wrong in the store."""


@click.command()
@click.argument("url", metavar="[URL]", required=False)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a fault.")
@click.pass_obj
def check(options: Options, url: str | None, as_json: bool) -> None:
    """Look for faults in a store.

    In that of the settings, or the one at URL. Each record and its versions, what records are found by, MMS IDs,
    submissions, and SQLite's file itself; of each fault it says what to do. Works beside a running gateway.

    Exits 1 when it finds one.
    """
    import trio

    settings = options.settings()
    looking = _Looking(settings, as_json=as_json)
    where = url or settings.store.url
    looked = trio.run(within, where, "read", lambda store: looking.look(store, file_of(where)))
    _tell_summary(looking.faults, looked, as_json=as_json)
    if looking.faults:
        sys.exit(EXIT_FAULTS)


class _Looking:
    """Faults are told as they are found."""

    def __init__(self, settings: Settings, *, as_json: bool) -> None:
        self._zones = settings.model_zones()
        self._as_json = as_json
        self.faults = 0

    async def look(self, store: "Store", file: Path | None) -> "Looked":
        """Look through a store, and through the file if it is in one."""
        import trio

        from gateway.importer.checking import Check, Looked
        from gateway.importer.faults import fault
        from gateway.stores.sqlite.backup import damage

        looked = Looked()
        try:
            if file is not None:
                for line in await trio.to_thread.run_sync(damage, file, abandon_on_cancel=True):
                    self._tell(fault("damaged_file", detail=line), Bar())
            counts = await store.counts()
            with bar(sum(held.records + held.attempts for held in counts.values())) as progress:
                now = datetime.now(UTC)
                found = partial(self._tell, progress=progress)
                await Check(store, self._zones, now, looked, found=found, tell=progress).run()
        except StoreError as error:
            self._tell(fault("unreadable_store", detail=error), Bar())
        return looked

    def _tell(self, fault: "Fault", progress: Bar) -> None:
        import msgspec

        self.faults += 1
        if self._as_json:
            progress.echo(msgspec.json.encode(fault._asdict()))
            return
        of = " of ".join(filter(None, (fault.mms_id, f"zone {fault.zone}" if fault.zone else "")))
        progress.echo(shown(f"{of or 'the store'}: {fault.says}\n  {fault.fix}"))


def _tell_summary(faults: int, looked: "Looked", *, as_json: bool) -> None:
    import msgspec

    if as_json:
        click.echo(msgspec.json.encode({"faults": faults, **vars(looked)}), err=True)
        return
    found = f"{faults:,} fault{'' if faults == 1 else 's'}" if faults else "no faults"
    click.echo(
        f"{found}; {looked.zones:,} zones, {looked.records:,} records in {looked.versions:,} versions, "
        f"{looked.attempts:,} submissions",
        err=True,
    )
