"""`gateway records list` and `show`: what zones hold. They read the store and change nothing."""

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import TYPE_CHECKING, Final, NamedTuple

import click

from gateway.cli.options import Options
from gateway.cli.output import ROWS, echo_bytes, echo_json, echo_more, echo_table, echo_text, local_time
from gateway.cli.reading import check_zone, read_store
from gateway.cli.records.held import Held, as_object, came_about, find, flags, management_tag, origin
from gateway.config import Settings
from gateway.marc import identifiers
from gateway.marc.record import Record, to_pymarc
from gateway.marc.standard_numbers import isbn13, issn
from gateway.marc.views import mnemonic
from gateway.model import BibRecord, Identifier, IdentifierKind

if TYPE_CHECKING:
    from gateway.stores.base import Store

LABEL_COLUMNS: Final = 16
MANAGEMENT_TAG: Final = "Management tag"
HEADINGS: Final = ("Zone", "MMS ID", "Version", "Time", "Title", "OCLC", "Flags", "Linked to", MANAGEMENT_TAG)
ALWAYS: Final = 6
"""So many columns stand there in any case, flags and link where a record has any, the management tag where not all have
the same: it is long, and would take the room of titles and MMS IDs only to say the profile's default."""


class Number(NamedTuple):
    """A number that people look for."""

    kinds: tuple[IdentifierKind, ...]
    """Identifiers that are such a number."""
    key: Callable[[str], str]
    """What compares of the number as people write it; empty where it is none."""
    fault: str
    """What to say then."""


NUMBERS: Final = {
    "oclc": Number(
        ("oclc", "oclc_cancelled"),
        lambda text: identifiers.oclc_key(text) or identifiers.bare_oclc_key(text),
        "is no OCLC number; write its digits, such as 1000001",
    ),
    "isbn": Number(("isbn",), isbn13, "is no ISBN; write all 10 or 13 digits, the check digit too"),
    "issn": Number(("issn",), issn, "is no ISSN; write all 8 digits, the check digit too"),
}
"""By option."""


class Shown(NamedTuple):
    """A version to show, and what stands beside it."""

    zone: str
    record: BibRecord
    versions: int
    """How many there are."""
    settings: Settings


@click.command("list")
@click.option("--zone", metavar="ZONE", help="Only this zone's.  [all zones]")
@click.option("--oclc", metavar="N", help="Only those with this OCLC number, in 035 $a or $z.")
@click.option("--isbn", metavar="N", help="Only those with this ISBN, in 020 $a; of 10 digits or of 13.")
@click.option("--issn", metavar="N", help="Only those with this ISSN, in 022 $a.")
@click.option("--limit", metavar="N", type=click.IntRange(0), default=ROWS, help=f"How many; 0 = all.  [{ROWS}]")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@click.pass_obj
def list_(options: Options, /, zone: str | None, limit: int, as_json: bool, **numbers: str | None) -> None:
    """List records by zone and MMS ID."""
    settings = options.settings()
    check_zone(settings, zone)
    zones = [zone] if zone else list(settings.zones)
    wanted = _wanted({kind: number for kind, number in numbers.items() if number is not None})
    rows: list[tuple[str, ...]] = []

    def take(held: Held) -> None:
        if as_json:
            echo_json(as_object(held))
        else:
            rows.append(_row(held))

    more = read_store(settings, lambda store: _take(_held(store, zones, wanted), limit, take))
    if rows:
        _echo_rows(rows)
    elif not as_json:
        click.echo("no records", err=True)
    if more:
        echo_more()


@click.command()
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
    found = read_store(settings, lambda store: find(store, settings, zone, mms_id))
    record = found.newest if version is None else found.version(version)
    SHOW[form](Shown(found.zone, record, len(found.versions), settings))


def _row(held: Held) -> tuple[str, ...]:
    zone, record = held
    numbers = ", ".join(identifiers.oclc_numbers(record.identifiers))
    about = flags(record), record.linked_to, management_tag(record)
    return zone, record.mms_id, str(record.version), local_time(record.at), record.title, numbers, *about


def _echo_rows(rows: list[tuple[str, ...]]) -> None:
    told = [i for i in range(len(HEADINGS)) if i < ALWAYS or _tells(i, {row[i] for row in rows})]
    echo_table([HEADINGS[i] for i in told], [[row[i] for i in told] for row in rows])


def _tells(column: int, cells: set[str]) -> bool:
    """Whether such cells of a column are worth their room."""
    return len(cells) > 1 or (HEADINGS[column] != MANAGEMENT_TAG and cells != {""})


def _wanted(numbers: dict[str, str]) -> tuple[Identifier, ...] | None:
    """What is sought, by the option that says so; None where all records are meant."""
    if len(numbers) > 1:
        raise click.UsageError(f"give one of {' and '.join(f'--{name}' for name in NUMBERS if name in numbers)}")
    for option, text in numbers.items():
        number = NUMBERS[option]
        key = number.key(text)
        if not key:
            raise click.BadParameter(number.fault, param_hint=f"--{option}")
        return tuple(Identifier(kind, key) for kind in number.kinds)
    return None


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


async def _held(store: "Store", zones: list[str], wanted: tuple[Identifier, ...] | None) -> AsyncGenerator[Held]:
    """The records of zone after zone by MMS ID; those that bear one of `wanted` if that is given."""
    for zone in zones:
        if wanted is not None:
            for record in await store.find(zone, wanted):
                yield Held(zone, record)
            continue
        async with aclosing(every(store, zone)) as records_of_zone:
            async for record in records_of_zone:
                yield Held(zone, record)


async def every(store: "Store", zone: str) -> AsyncGenerator[BibRecord]:
    """A zone's records by MMS ID, page by page."""
    after = ""
    while page := await store.records(zone, after=after):
        for record in page:
            yield record
        after = page[-1].mms_id


def _show_text(shown: Shown) -> None:
    record = shown.record
    labelled = {
        "MMS ID": record.mms_id,
        "Zone": shown.zone,
        "Version": f"{record.version} of {shown.versions}, {local_time(record.at)}",
        "Came about": came_about(record, shown.settings.merge_methods),
        "Title": record.title,
        "OCLC number": ", ".join(identifiers.oclc_numbers(record.identifiers)),
        "From": origin(record),
        "Submission": record.submission,
        "Flags": flags(record),
        "Linked to": f"{record.linked_to} in the Network Zone" if record.linked_to else "",
        MANAGEMENT_TAG: management_tag(record),
    }
    lines = [f"{label:{LABEL_COLUMNS}}{value}" for label, value in labelled.items() if value]
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
