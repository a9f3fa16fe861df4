"""`gateway records list` and `show`: what zones hold. They read the store and change nothing."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Final, NamedTuple

import click

from gateway.cli.options import Options
from gateway.cli.output import ROWS, echo_bytes, echo_json, echo_more, echo_table, echo_text, local_time
from gateway.cli.reading import check_zone, read_store
from gateway.cli.records.held import find, zones_meant
from gateway.config import Settings
from gateway.marc.record import Record
from gateway.marc.views import mnemonic
from gateway.stores.base import PAGE_ROWS

if TYPE_CHECKING:
    from gateway.desk.records import Found, RecordShown
    from gateway.desk.seeking import Sought
    from gateway.stores.base import Store

MANAGEMENT_TAG: Final = "Management tag"
HEADINGS: Final = ("Zone", "MMS ID", "Version", "Time", "Title", "OCLC", "Flags", "Linked to", MANAGEMENT_TAG)
ALWAYS: Final = 6
"""So many columns stand there in any case, flags and link where a record has any, the management tag where not all have
the same: it is long, and would take the room of titles and MMS IDs only to say the profile's default."""
NUMBERS: Final = ("oclc", "isbn", "issn")
"""Options of which one may be given."""


class Shown(NamedTuple):
    """A version to show."""

    found: "Found"
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
    wanted = _wanted({kind: number for kind, number in numbers.items() if number is not None})
    rows: list[tuple[str, ...]] = []

    def take(record: "RecordShown") -> None:
        if as_json:
            echo_json(record)
        else:
            rows.append(row(record))

    async def list_all(store: "Store") -> bool:
        return await _take(store, await zones_meant(store, settings, zone), wanted, limit, take)

    more = read_store(settings, list_all)
    if rows:
        echo_rows(rows)
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
    found = read_store(settings, lambda store: find(store, settings, zone, mms_id, version))
    SHOW[form](Shown(found, settings))


def row(record: "RecordShown") -> tuple[str, ...]:
    """What a table tells of a record."""
    from gateway.desk.records import flags, management_tag

    about = flags(record), record.linked_to, management_tag(record)
    named = record.zone, record.mms_id, str(record.version), local_time(record.at), record.title
    return *named, ", ".join(record.oclc_numbers), *about


def echo_rows(rows: list[tuple[str, ...]]) -> None:
    """A table of such rows; at least one."""
    told = [i for i in range(len(HEADINGS)) if i < ALWAYS or _tells(i, {row[i] for row in rows})]
    echo_table([HEADINGS[i] for i in told], [[row[i] for i in told] for row in rows])


def _tells(column: int, cells: set[str]) -> bool:
    """Whether such cells of a column are worth their room."""
    return len(cells) > 1 or (HEADINGS[column] != MANAGEMENT_TAG and cells != {""})


def _wanted(numbers: dict[str, str]) -> "Sought":
    """What is sought, by the option that says so; all records where none does."""
    from gateway.desk import seeking

    if len(numbers) > 1:
        raise click.UsageError(f"give one of {' and '.join(f'--{name}' for name in NUMBERS if name in numbers)}")
    for option, text in numbers.items():
        number = seeking.NUMBERS[option]
        if not number.key(text):
            raise click.BadParameter(number.fault, param_hint=f"--{option}")
    return seeking.sought(**numbers)


async def _take(
    store: "Store", zones: list[str], wanted: "Sought", limit: int, take: Callable[["RecordShown"], None]
) -> bool:
    """Hand on the first of them, at most `limit` or all where it is 0; whether there are more."""
    from gateway.desk import seeking

    after: str | None = ""
    taken = 0
    while after is not None and (not limit or taken < limit):
        rows = min(PAGE_ROWS, limit - taken) if limit else PAGE_ROWS
        page = await seeking.listed(store, zones, wanted, after=after, limit=rows)
        for record in page.records:
            take(record)
        taken += len(page.records)
        after = page.after
    return after is not None


def _show_text(shown: Shown) -> None:
    from gateway.desk.records import as_text

    echo_text(as_text(shown.found, shown.settings.merge_methods))


def _show_json(shown: Shown) -> None:
    from gateway.desk.records import whole

    echo_json(whole(shown.found))


SHOW: Final[dict[str, Callable[[Shown], None]]] = {
    "text": _show_text,
    "mrk": lambda shown: echo_text(mnemonic(Record.parse(shown.found.record.marc))),
    "json": _show_json,
    "mrc": lambda shown: echo_bytes(shown.found.record.marc),
}
"""By `--format`."""
