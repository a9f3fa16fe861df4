"""`gateway records …`: the records that zones hold. Reads the store, changes nothing."""

import sys
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import TYPE_CHECKING, Final, NamedTuple

import click

from gateway.cli.options import Options
from gateway.cli.output import ROWS, echo_bytes, echo_json, echo_more, echo_table, echo_text, local_time
from gateway.cli.reading import check_zone, default_zone, read_store
from gateway.marc import identifiers
from gateway.marc.record import Record, to_pymarc
from gateway.marc.views import mnemonic
from gateway.model import BibRecord, Identifier

if TYPE_CHECKING:
    from gateway.stores.base import Store


class Held(NamedTuple):
    """A record, and the zone that holds it."""

    zone: str
    record: BibRecord


class Shown(NamedTuple):
    """A version to show, and what stands beside it."""

    zone: str
    record: BibRecord
    versions: int
    """How many there are."""


@click.group()
def records() -> None:
    """Records that zones hold."""


@records.command("list")
@click.option("--zone", metavar="ZONE", help="Only this zone's.  [all zones]")
@click.option("--oclc", metavar="N", help="Only those with this OCLC number, in 035 $a or $z.")
@click.option("--limit", metavar="N", type=click.IntRange(0), default=ROWS, help=f"How many; 0 = all.  [{ROWS}]")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@click.pass_obj
def list_(options: Options, zone: str | None, oclc: str | None, limit: int, as_json: bool) -> None:
    """List records by zone and MMS ID."""
    settings = options.settings()
    check_zone(settings, zone)
    zones = [zone] if zone else list(settings.zones)
    number = None if oclc is None else _oclc_key(oclc)
    rows: list[tuple[str, ...]] = []

    def take(held: Held) -> None:
        if as_json:
            echo_json(as_object(held))
        else:
            rows.append(_row(held))

    more = read_store(settings, lambda store: _take(_held(store, zones, number), limit, take))
    if rows:
        echo_table(("Zone", "MMS ID", "Version", "Time", "Title", "OCLC"), rows)
    elif not as_json:
        click.echo("no records", err=True)
    if more:
        echo_more()


@records.command()
@click.argument("mms_id", metavar="MMS")
@click.option("--zone", metavar="ZONE", help="Zone that holds it.  [any]")
@click.option("--version", type=click.IntRange(1), metavar="N", help="An earlier version.  [the newest]")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "mrk", "json", "mrc"]),
    default="text",
    help="text: all that is known; mrk: the record for MarcEdit; json: both for programs; mrc: the record's bytes.",
)
@click.pass_obj
def show(options: Options, mms_id: str, zone: str | None, version: int | None, form: str) -> None:
    """Show one record."""
    settings = options.settings()
    check_zone(settings, zone)
    zones = [zone] if zone else list(settings.zones)
    found = read_store(settings, lambda store: _versions(store, zones, mms_id))
    if not found:
        raise click.ClickException(f"no record has the MMS ID {mms_id}")
    if len(found) > 1:
        raise click.UsageError(f"several zones hold a record {mms_id}; choose by --zone: {', '.join(found)}")
    [(key, versions)] = found.items()
    if version is not None and version > len(versions):
        raise click.ClickException(f"{mms_id} has no version {version}; its newest is {len(versions)}")
    SHOW[form](Shown(key, versions[(version or 0) - 1], len(versions)))


@records.command()
@click.option("--zone", metavar="ZONE", help="Zone whose records.  [the first institution]")
@click.option("-o", "--output", metavar="FILE", type=click.Path(dir_okay=False, allow_dash=True), help="Where to.")
@click.option("--json", "as_json", is_flag=True, help="Say how many as a JSON object.")
@click.pass_obj
def export(options: Options, zone: str | None, output: str | None, as_json: bool) -> None:
    """Write all records of a zone in ISO 2709.

    They come by MMS ID, to a file or to standard output; how many they are is said on standard error.
    """
    settings = options.settings()
    check_zone(settings, zone)
    if output is None and sys.stdout.isatty():
        raise click.UsageError("a terminal cannot show ISO 2709: give -o FILE, or -o - to see it all the same")
    key = zone or default_zone(settings)
    with click.open_file(output or "-", "wb", atomic=output not in (None, "-")) as stream:
        count = read_store(settings, lambda store: _write(store, key, stream.write))
        stream.flush()
    if as_json:
        import msgspec

        click.echo(msgspec.json.encode({"zone": key, "records": count}), err=True)
    else:
        click.echo(f"{count} records of zone {key}", err=True)


def as_object(held: Held) -> dict[str, object]:
    """A record for programs, without its MARC: the keys of `gateway records list --json`, in their order."""
    zone, record = held
    return {
        "zone": zone,
        "mms_id": record.mms_id,
        "version": record.version,
        "at": record.at,
        "title": record.title,
        "oclc_numbers": identifiers.oclc_numbers(record.identifiers),
        "originating_system": record.originating_system,
        "originating_version": record.originating_version,
        "submission": record.submission,
    }


def _row(held: Held) -> tuple[str, ...]:
    zone, record = held
    numbers = ", ".join(identifiers.oclc_numbers(record.identifiers))
    return zone, record.mms_id, str(record.version), local_time(record.at), record.title, numbers


def _oclc_key(number: str) -> str:
    key = identifiers.oclc_key(number) or identifiers.bare_oclc_key(number)
    if not key:
        raise click.BadParameter("is no OCLC number; write its digits, such as 1000001", param_hint="--oclc")
    return key


async def _take(found: AsyncGenerator[Held], limit: int, take: Callable[[Held], None]) -> bool:
    """Hand on the first of them, at most `limit` or all where it is 0; whether there are more."""
    taken = 0
    async with aclosing(found):
        async for held in found:
            if limit and taken == limit:
                return True
            take(held)
            taken += 1
    return False


async def _held(store: "Store", zones: list[str], number: str | None) -> AsyncGenerator[Held]:
    """The records of zone after zone by MMS ID; with an OCLC number those that bear it."""
    for zone in zones:
        if number is not None:
            wanted = (Identifier("oclc", number), Identifier("oclc_cancelled", number))
            for record in await store.find(zone, wanted):
                yield Held(zone, record)
            continue
        async with aclosing(_all(store, zone)) as records_of_zone:
            async for record in records_of_zone:
                yield Held(zone, record)


async def _versions(store: "Store", zones: list[str], mms_id: str) -> dict[str, list[BibRecord]]:
    """Every version of it, by zone."""
    found = {zone: await store.versions(zone, mms_id) for zone in zones}
    return {zone: versions for zone, versions in found.items() if versions}


async def _write(store: "Store", zone: str, write: Callable[[bytes], object]) -> int:
    count = 0
    async for record in _all(store, zone):
        write(record.marc)
        count += 1
    return count


async def _all(store: "Store", zone: str) -> AsyncGenerator[BibRecord]:
    """A zone's records by MMS ID, page by page."""
    after = ""
    while page := await store.records(zone, after=after):
        for record in page:
            yield record
        after = page[-1].mms_id


def _show_text(shown: Shown) -> None:
    zone, record, versions = shown
    labelled = {
        "MMS ID": record.mms_id,
        "Zone": zone,
        "Version": f"{record.version} of {versions}, {local_time(record.at)}",
        "Title": record.title,
        "OCLC number": ", ".join(identifiers.oclc_numbers(record.identifiers)),
        "From": " ".join((record.originating_system, record.originating_version)).strip(),
        "Submission": record.submission,
    }
    lines = [f"{label:13}{value}" for label, value in labelled.items() if value]
    echo_text("\n".join((*lines, "", mnemonic(Record.parse(record.marc)))))


def _show_json(shown: Shown) -> None:
    marc = to_pymarc(Record.parse(shown.record.marc)).as_dict()
    echo_json({**as_object(Held(shown.zone, shown.record)), "versions": shown.versions, "marc": marc})


SHOW: Final[dict[str, Callable[[Shown], None]]] = {
    "text": _show_text,
    "mrk": lambda shown: echo_text(mnemonic(Record.parse(shown.record.marc))),
    "json": _show_json,
    "mrc": lambda shown: echo_bytes(shown.record.marc),
}
"""By `--format`."""
