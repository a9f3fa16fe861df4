"""`gateway records import`: the records of files into a zone, without logon and wire."""

import os
import sys
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, NamedTuple

import click

from gateway.cli.options import Options
from gateway.cli.output import shown_in_line
from gateway.cli.progress import Bar, bar
from gateway.cli.reading import CHANGE_SECONDS, check_zone, default_zone
from gateway.cli.records.incoming import STANDARD_INPUT, Incoming, form_of, read
from gateway.cli.store.places import check_reachable, make, within
from gateway.config import Settings
from gateway.errors import StoreError
from gateway.marc.forms import FORMS, ISO_2709
from gateway.model import Outcome, Reason, Zone

if TYPE_CHECKING:
    from gateway.importer.loading import Loaded, Loader
    from gateway.stores.base import Store

EXIT_REFUSED: Final = 1
"""A record was not filed."""
FILED: Final = tuple(outcome for outcome in Outcome if outcome.filed)

Load = Callable[[Sequence[bytes]], Awaitable["list[Loaded]"]]
"""Files some records, in one transaction if it can."""
Forms = Sequence[tuple[str, str | None]]
"""Files in their order, each with its form as far as that is known."""


class Way(NamedTuple):
    """How records come in."""

    load: "Callable[[Loader], Load]"
    together: int
    """How many at once."""


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
    check_zone(settings, zone)
    key = zone or default_zone(settings)
    way = _as_is() if as_is else _by_profile(settings, key)
    forms = [(file, form_of(file, form)) for file in files]
    url = settings.store.url
    check_reachable(url)
    importing = _Importing(settings.model_zones()[key], way, as_json=as_json)

    async def run() -> None:
        await make(url)
        await within(url, "change", lambda store: importing.run(store, forms))

    _log_to_standard_error()
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


def _as_is() -> Way:
    from gateway.importer.loading import RECORDS_AT_ONCE

    return Way(lambda loader: loader.as_is, RECORDS_AT_ONCE)


def _by_profile(settings: Settings, key: str) -> Way:
    """As the zone's profile says. Raises a usage error where none does, or several."""
    from gateway.importer.loading import RECORDS_AT_ONCE
    from gateway.rulebook import rulebook

    profiles = rulebook(settings).profiles
    zone = settings.model_zones()[key]
    profile = profiles.of(zone)
    if isinstance(profile, Reason):
        which = "no integration profile" if profile is Reason.NONE_NAMED else "several integration profiles"
        raise click.UsageError(f"zone {key} has {which}, so no record comes in; --as-is needs none")
    network = profiles.network(zone, profile)
    if network is None:
        return Way(lambda loader: lambda raws: loader.by_profile(raws, profile), RECORDS_AT_ONCE)
    return Way(lambda loader: lambda raws: loader.through_network(raws, profile, network, profiles), 1)


def _log_to_standard_error() -> None:
    """structlog's own default writes where the command does, and all there is."""
    import logging

    import structlog

    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )


class _Importing:
    """One run over the files."""

    def __init__(self, zone: Zone, way: Way, *, as_json: bool) -> None:
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
        from gateway.importer.loading import Loader

        load = self._way.load(Loader(store, self._zone, _now, seconds=CHANGE_SECONDS))
        with bar(_bytes(forms)) as self._progress:
            for batch in self._batches(forms):
                await self._file(load, batch)

    def _batches(self, forms: Forms) -> Iterator[list[Incoming]]:
        """The records of all files in their order, as many at once as may be."""
        from gateway.importer.loading import BYTES_AT_ONCE

        batch: list[Incoming] = []
        size = 0
        for file, form in forms:
            for incoming in read(file, form, self._progress):
                batch.append(incoming)
                size += len(incoming.raw or b"")
                if len(batch) == self._way.together or size >= BYTES_AT_ONCE:
                    yield batch
                    batch, size = [], 0
        if batch:
            yield batch

    async def _file(self, load: Load, batch: Sequence[Incoming]) -> None:
        raws = [incoming.raw for incoming in batch if incoming.raw is not None]
        loaded = iter(await load(raws) if raws else ())
        for incoming in batch:
            if incoming.raw is None:
                self._tell(incoming, _unreadable(incoming))
            else:
                self._tell(incoming, _told(next(loaded)))

    def _tell(self, incoming: Incoming, told: dict[str, object]) -> None:
        import msgspec

        outcome = Outcome(str(told["outcome"]))
        self._outcomes[outcome] += 1
        if self._as_json:
            self._progress.echo(msgspec.json.encode({"file": incoming.file, "record": incoming.number, **told}))
        elif not outcome.filed:
            title = f" ({told['title']})" if told["title"] else ""
            self._progress.echo(
                shown_in_line(f"{incoming.file} record {incoming.number}{title}: {told['outcome']}: {told['says']}")
            )

    def summary(self) -> str:
        """How many came to what."""
        filed = ", ".join(f"{self._outcomes[outcome]:,} {outcome}" for outcome in FILED)
        return f"{self.records:,} records into zone {self._zone.key}: {filed}, {self.not_filed:,} refused"

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


def _told(loaded: "Loaded") -> dict[str, object]:
    """What became of a record, for programs."""
    from gateway.importer.diagnose import diagnose

    receipt = loaded.receipt
    return {
        "outcome": receipt.outcome,
        "reason": receipt.reason,
        "mms_id": receipt.mms_id,
        "oclc_numbers": receipt.oclc_numbers,
        "title": receipt.title,
        "says": "" if receipt.outcome.filed else diagnose(loaded.submission, receipt)[0].says,
    }


def _unreadable(incoming: Incoming) -> dict[str, object]:
    """The same of what could not be filed at all."""
    return {
        "outcome": Outcome.REFUSED,
        "reason": incoming.reason,
        "mms_id": "",
        "oclc_numbers": (),
        "title": "",
        "says": incoming.says,
    }
