"""`gateway records import`: the records of files into a zone, without logon and wire."""

import os
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import click

from gateway.cli.options import Options
from gateway.cli.output import counted, log_to_standard_error, shown_in_line
from gateway.cli.progress import Bar, bar
from gateway.cli.reading import CHANGE_SECONDS, check_zone, default_zone
from gateway.cli.records.incoming import STANDARD_INPUT, form_of, read
from gateway.cli.store.places import check_reachable, make, within
from gateway.config import Settings
from gateway.errors import StoreError, Unusable
from gateway.marc.forms import FORMS, ISO_2709
from gateway.model import Outcome, Zone

if TYPE_CHECKING:
    from gateway.desk.uploading import UploadedRecord, Way
    from gateway.stores.base import Store

EXIT_REFUSED: Final = 1
"""A record was not filed."""
FILED: Final = tuple(outcome for outcome in Outcome if outcome.filed)

Forms = Sequence[tuple[str, str | None]]
"""Files in their order, each with its form as far as that is known."""


@click.command("import")
@click.argument("files", metavar="FILE…", nargs=-1, required=True, type=click.Path(exists=True, allow_dash=True))
@click.option("--zone", metavar="ZONE", help="Zone that they go into.  [the first institution]")
@click.option(
    "--format",
    "form",
    type=click.Choice([ISO_2709, *FORMS]),
    help="mrc: ISO 2709; mrk: MarcEdit's; xml: MARCXML; jsonl: MARC-in-JSON.  [what FILE begins with]",
)
@click.option("--as-is", is_flag=True, help="Keep each as a new record: no profile, no match, no submission.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a record.")
@click.pass_obj
def import_(
    options: Options, files: Sequence[str], zone: str | None, form: str | None, as_is: bool, as_json: bool
) -> None:
    """File the records of FILEs (- is standard input) into a zone.

    By its integration profile, as if each had been exported to it; each is among its submissions then, with import as
    the client. With --as-is for a zone that is to begin with these records. Works beside a running gateway. What is not
    filed is named, and why.

    Exits 1 when one was not filed.
    """
    import trio

    settings = options.settings()
    zones = check_zone(settings, zone)
    key = zone or default_zone(settings)
    way = _way(settings, zones, key, as_is=as_is)
    forms = [(file, form_of(file, form)) for file in files]
    url = settings.store.url
    check_reachable(url)
    importing = _Importing(zones[key], way, as_json=as_json)

    async def run() -> None:
        await make(url)
        await within(url, "change", lambda store: importing.run(store, forms))

    log_to_standard_error()
    try:
        trio.run(run)
    except KeyboardInterrupt:
        click.echo(f"gateway: cut off. So far: {importing.summary()}", err=True)
        raise click.Abort from None
    except StoreError as error:
        if importing.records:
            raise StoreError(f"{error}. So far: {importing.summary()}") from error
        raise
    importing.tell_summary()
    if importing.not_filed:
        sys.exit(EXIT_REFUSED)


def _way(settings: Settings, zones: Mapping[str, Zone], key: str, *, as_is: bool) -> "Way":
    """Raises a usage error where the zone has no profile, or several."""
    from gateway.desk import uploading
    from gateway.rulebook import rulebook

    if as_is:
        return uploading.AS_IS
    try:
        return uploading.by_profile(zones[key], rulebook(settings, zones).profiles)
    except Unusable as error:
        raise click.UsageError(f"{error}; --as-is needs none") from error


class _Importing:
    """One run over the files."""

    def __init__(self, zone: Zone, way: "Way", *, as_json: bool) -> None:
        self._zone = zone
        self._way = way
        self._as_json = as_json
        self._outcomes: Counter[Outcome] = Counter()
        self._progress = Bar()

    @property
    def records(self) -> int:
        """How many have been dealt with."""
        return self._outcomes.total()

    @property
    def not_filed(self) -> int:
        """How many of these are not in the zone."""
        return sum(count for outcome, count in self._outcomes.items() if not outcome.filed)

    async def run(self, store: "Store", forms: Forms) -> None:
        """File the records of all files."""
        from gateway.desk import uploading
        from gateway.importer.loading import Loader

        load = self._way.load(Loader(store, self._zone, _now, seconds=CHANGE_SECONDS))
        with bar(_bytes(forms)) as self._progress:
            for file, form in forms:
                for batch in uploading.batches(read(file, form, self._progress), self._way):
                    for record in await uploading.file_batch(load, batch):
                        self._tell(file, record)

    def _tell(self, file: str, record: "UploadedRecord") -> None:
        import msgspec

        self._outcomes[record.outcome] += 1
        if self._as_json:
            self._progress.echo(msgspec.json.encode({"file": file, **msgspec.structs.asdict(record)}))
        elif not record.outcome.filed:
            title = f" ({record.title})" if record.title else ""
            self._progress.echo(shown_in_line(f"{file} record {record.record}{title}: {record.outcome}: {record.says}"))

    def summary(self) -> str:
        """How many came to what."""
        filed = ", ".join(f"{self._outcomes[outcome]:,} {outcome}" for outcome in FILED)
        return f"{counted(self.records, 'record')} into zone {self._zone.key}: {filed}, {self.not_filed:,} refused"

    def tell_summary(self) -> None:
        """The same, where it does not disturb the records."""
        import msgspec

        if not self._as_json:
            click.echo(self.summary(), err=True)
            return
        counts = {str(outcome): self._outcomes[outcome] for outcome in FILED} | {"refused": self.not_filed}
        click.echo(msgspec.json.encode({"zone": self._zone.key, "records": self.records, **counts}), err=True)


def _now() -> datetime:
    return datetime.now(UTC)


def _bytes(forms: Forms) -> int:
    """Of all files together; 0 where nobody can tell."""
    files = [file for file, _ in forms]
    return 0 if STANDARD_INPUT in files else sum(os.stat(file).st_size for file in files)
