"""`gateway records history`, `diff` and `revert`: what a record was before, what changed, and the way back."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import click

from gateway.cli.options import Options
from gateway.cli.output import echo_json, echo_table, local_time, shown
from gateway.cli.reading import change_store, check_zone, read_store
from gateway.cli.records.held import asked, find, zones_meant
from gateway.config import Settings
from gateway.model import BibRecord

if TYPE_CHECKING:
    from gateway.desk.records import Held, Pair, VersionShown
    from gateway.importer.changes import Change
    from gateway.stores.base import Store

SIGNS: Final = {"same": " ", "removed": "-", "added": "+"}
"""Before a field, by the kind of its change."""
COLOURS: Final = {"removed": "red", "added": "green"}


@click.command()
@click.argument("mms_id", metavar="MMS")
@click.option("--zone", metavar="ZONE", help="Zone that holds it.  [any]")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a version.")
@click.pass_obj
def history(options: Options, mms_id: str, zone: str | None, as_json: bool) -> None:
    """List a record's versions, newest first."""
    from gateway.desk import records

    settings = options.settings()
    check_zone(settings, zone)

    async def listed(store: "Store") -> "list[VersionShown]":
        return await records.history(store, await find(store, settings, zone, mms_id), settings.merge_methods)

    rows = []
    for one in read_store(settings, listed):
        if as_json:
            echo_json(one)
        else:
            about = records.origin(one), one.submission, records.flags(one)
            rows.append((str(one.version), local_time(one.at), one.how, *about))
    if rows:
        echo_table(("Version", "Time", "Came about", "From", "Submission", "Flags"), rows)


@click.command()
@click.argument("mms_id", metavar="MMS")
@click.argument("first", metavar="[A]", required=False, type=click.IntRange(1))
@click.argument("second", metavar="[B]", required=False, type=click.IntRange(1))
@click.option("--zone", metavar="ZONE", help="Zone that holds it.  [any]")
@click.option("--all", "whole", is_flag=True, help="Fields that are the same, too.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a field.")
@click.pass_obj
def diff(
    options: Options,
    mms_id: str,
    first: int | None,
    second: int | None,
    zone: str | None,
    whole: bool,
    as_json: bool,
) -> None:
    """Show what changed from version A to B.

    Field by field, and why. With one number: from the version before it; with none: from the last but one to the
    newest.
    """
    from gateway.desk import records

    settings = options.settings()
    check_zone(settings, zone)

    async def compared(store: "Store") -> "Pair":
        found = await find(store, settings, zone, mms_id)
        with asked():
            return await records.pair(store, found, first, second)

    pair = read_store(settings, compared)
    if not as_json:
        click.echo(f"--- {_heading(pair.before, settings)}")
        click.echo(f"+++ {_heading(pair.after, settings)}")
    for change in records.differences(pair, settings.merge_methods):
        if change.kind == "same" and not whole:
            continue
        if as_json:
            echo_json(records.change_shown(pair, change))
        else:
            click.echo(click.style(shown(_line(change)), fg=COLOURS.get(change.kind)))


@click.command()
@click.argument("mms_id", metavar="MMS")
@click.argument("version", type=click.IntRange(1))
@click.option("--zone", metavar="ZONE", help="Zone that holds it.  [any]")
@click.pass_obj
def revert(options: Options, mms_id: str, version: int, zone: str | None) -> None:
    """Bring back an earlier version.

    Makes a next version with its fields; the versions between stay. Works beside a running gateway.
    """
    from gateway.desk import changing

    settings = options.settings()
    check_zone(settings, zone)

    async def change(store: "Store") -> "Held":
        zones = await zones_meant(store, settings, zone)
        with asked():
            return await changing.revert(store, zones, mms_id, version, datetime.now(UTC))

    key, made = change_store(settings, change)
    if made.version == version:
        click.echo(f"{mms_id} of zone {key} is at version {version}; nothing was changed")
    else:
        click.echo(f"{mms_id} of zone {key} is now at version {made.version}, with the fields of version {version}")


def _heading(record: BibRecord, settings: Settings) -> str:
    from gateway.desk.records import came_about

    return shown(f"version {record.version}, {local_time(record.at)}: {came_about(record, settings.merge_methods)}")


def _line(change: "Change") -> str:
    from gateway.desk.records import spelled

    why = f"  ({change.why})" if change.why else ""
    return f"{SIGNS[change.kind]} {spelled(change.field)}{why}"
