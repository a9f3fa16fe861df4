"""`gateway records export`: the records of zones into files. Reads the store, changes nothing."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

import click

from gateway.cli.options import Options
from gateway.cli.output import counted, shown
from gateway.cli.progress import Bar, bar
from gateway.cli.reading import check_zone, default_zone, read_store, zones_with
from gateway.cli.target import STANDARD_OUTPUT, writing
from gateway.config import Settings
from gateway.marc.forms import FORMS, ISO_2709, by_name
from gateway.marc.iso2709 import Damaged
from gateway.marc.record import Record
from gateway.model import BibRecord

if TYPE_CHECKING:
    from gateway.stores.base import Store

EXIT_LEFT_OUT: Final = 1
"""A record could not be written in the form that was asked for."""

Write = Callable[[bytes], object]


@dataclass
class Written:
    """What went into a file."""

    zone: str
    file: str
    records: int = 0
    left_out: int = 0
    """Records that cannot be read."""
    objections: int = 0
    """Records of which the form's own rules do not allow something."""
    first: str = ""
    """Which was the first of them, and what."""


@click.command()
@click.option("--zone", metavar="ZONE", help="Zone whose records.  [the first institution]")
@click.option("--all", "whole", is_flag=True, help="Every zone, a file each; -o names their folder.")
@click.option(
    "--format",
    "form",
    type=click.Choice([ISO_2709, *FORMS]),
    help="mrc: ISO 2709; mrk: for MarcEdit; xml: MARCXML; jsonl: MARC-in-JSON.  [as FILE ends, else mrc]",
)
@click.option("-o", "--output", metavar="FILE", type=click.Path(allow_dash=True), help="Where to.")
@click.option("--json", "as_json", is_flag=True, help="Say how many as a JSON object.")
@click.pass_obj
def export(
    options: Options, zone: str | None, whole: bool, form: str | None, output: str | None, as_json: bool
) -> None:
    """Write all records of a zone, or of every zone.

    They come by MMS ID, to a file or to standard output; how many they are is said on standard error.

    Exits 1 when a record is left out, because it cannot be read.
    """
    settings = options.settings()
    check_zone(settings, zone)
    if whole:
        folder = _folder(zone, output)
        written = read_store(settings, lambda store: _export_all(store, settings, folder, form or ISO_2709))
    else:
        _check_file(output, form)
        key, file = zone or default_zone(settings), output or STANDARD_OUTPUT
        chosen = form or by_name(file) or ISO_2709
        written = [read_store(settings, lambda store: _export_one(store, key, file, chosen))]
    for one in written:
        _tell(one, with_file=whole, as_json=as_json)
    if any(one.left_out for one in written):
        sys.exit(EXIT_LEFT_OUT)


def _folder(zone: str | None, output: str | None) -> Path:
    if zone is not None:
        raise click.UsageError("give one of --zone and --all")
    if output in (None, STANDARD_OUTPUT):
        raise click.UsageError("--all writes a file for each zone: give -o FOLDER")
    folder = Path(str(output))
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise click.UsageError(f"the folder {folder} cannot be made: {error.strerror}") from error
    return folder


def _check_file(output: str | None, form: str | None) -> None:
    if output is not None and output != STANDARD_OUTPUT and Path(output).is_dir():
        raise click.UsageError(f"{output} is a folder; give the name of a file, or --all")
    if output is None and form in (None, ISO_2709) and sys.stdout.isatty():
        raise click.UsageError("a terminal cannot show ISO 2709: give -o FILE, or -o - to see it all the same")


async def _export_all(store: "Store", settings: Settings, folder: Path, form: str) -> list[Written]:
    """The zones of the settings and those made at run time, after them others of which the store has records."""
    zones = await zones_with(store, settings)
    held = {zone: counts.records for zone, counts in (await store.counts()).items() if counts.records}
    return [
        await _export(store, zone, str(folder / f"{quote(zone, safe='')}.{form}"), form, held.get(zone, 0))
        for zone in dict.fromkeys((*zones.keys, *held))
    ]


async def _export_one(store: "Store", zone: str, file: str, form: str) -> Written:
    held = (await store.counts()).get(zone)
    return await _export(store, zone, file, form, held.records if held else 0)


async def _export(store: "Store", zone: str, file: str, form: str, held: int) -> Written:
    """Write the zone's records, of which there are `held`."""
    written = Written(zone, file)
    with _open(file) as write, bar(held) as progress:
        if form == ISO_2709:
            await _as_kept(store, written, write, progress)
        else:
            await _in_form(store, form, written, write, progress)
    return written


@contextmanager
def _open(file: str) -> Iterator[Write]:
    """Of the file; on a terminal nothing is written that would steer it."""
    with writing(file) as stream:
        if file == STANDARD_OUTPUT and sys.stdout.isatty():
            yield lambda content: stream.write(shown(content.decode("utf-8", "replace")).encode())
        else:
            yield stream.write


async def _as_kept(store: "Store", written: Written, write: Write, progress: Bar) -> None:
    """The bytes of each record, whatever they are."""
    from gateway.desk.seeking import of_zone

    async for record in of_zone(store, written.zone):
        write(record.marc)
        written.records += 1
        progress(1)


async def _in_form(store: "Store", name: str, written: Written, write: Write, progress: Bar) -> None:
    from gateway.desk.seeking import of_zone

    form = FORMS[name]
    write(form.head)
    async for record in of_zone(store, written.zone):
        parsed = _parsed(record, written, progress)
        if parsed is not None:
            write(form.write(parsed))
            written.records += 1
            objection = form.objection(parsed)
            if objection:
                written.objections += 1
                written.first = written.first or f"{record.mms_id}, {objection}"
        progress(1)
    write(form.foot)


def _parsed(record: BibRecord, written: Written, progress: Bar) -> Record | None:
    try:
        return Record.parse(record.marc)
    except Damaged as error:
        written.left_out += 1
        progress.echo(f"{record.mms_id} of zone {written.zone} is left out, it cannot be read: {error}", err=True)
        return None


def _tell(written: Written, *, with_file: bool, as_json: bool) -> None:
    import msgspec

    if as_json:
        counts = {"records": written.records, "left_out": written.left_out, "objections": written.objections}
        told = {"zone": written.zone} | counts | ({"file": written.file} if with_file else {})
        click.echo(msgspec.json.encode(told), err=True)
        return
    where = f" in {written.file}" if with_file else ""
    click.echo(f"{counted(written.records, 'record')} of zone {written.zone}{where}", err=True)
    if written.objections:
        click.echo(
            f"{written.objections:,} of them hold what the form's own schema does not allow; it is written all the "
            f"same (the first: {written.first})",
            err=True,
        )
