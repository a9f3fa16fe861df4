"""`gateway records history`, `diff` and `revert`: what a record was before, what changed, and the way back."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, NamedTuple

import click

from gateway.cli.options import Options
from gateway.cli.output import echo_json, echo_table, local_time, shown
from gateway.cli.reading import CHANGE_SECONDS, change_store, check_zone, read_store
from gateway.cli.records.held import Found, Held, absent, as_object, came_about, find, flags, origin
from gateway.config import Settings
from gateway.marc.record import Field, Record
from gateway.marc.views import mnemonic
from gateway.model import BibRecord

if TYPE_CHECKING:
    from gateway.importer.changes import Change
    from gateway.stores.base import Store

SIGNS: Final = {"same": " ", "removed": "-", "added": "+"}
"""Before a field, by the kind of its change."""
COLOURS: Final = {"removed": "red", "added": "green"}


class Pair(NamedTuple):
    """Two versions that are held against each other."""

    before: BibRecord
    after: BibRecord


@click.command()
@click.argument("mms_id", metavar="MMS")
@click.option("--zone", metavar="ZONE", help="Zone that holds it.  [any]")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a version.")
@click.pass_obj
def history(options: Options, mms_id: str, zone: str | None, as_json: bool) -> None:
    """List a record's versions, newest first."""
    settings = options.settings()
    check_zone(settings, zone)
    found = read_store(settings, lambda store: find(store, settings, zone, mms_id))
    own_methods = settings.merge_methods
    rows = []
    for record in reversed(found.versions):
        how = came_about(record, own_methods)
        if as_json:
            echo_json(as_object(Held(found.zone, record)) | {"how": how})
        else:
            rows.append(
                (str(record.version), local_time(record.at), how, origin(record), record.submission, flags(record))
            )
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
    settings = options.settings()
    check_zone(settings, zone)
    found = read_store(settings, lambda store: find(store, settings, zone, mms_id))
    pair = _pair(found, first, second)
    if not as_json:
        click.echo(f"--- {_heading(pair.before, settings)}")
        click.echo(f"+++ {_heading(pair.after, settings)}")
    for change in _changes(pair, settings):
        if change.kind == "same" and not whole:
            continue
        if as_json:
            echo_json(_object(pair, change))
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
    settings = options.settings()
    check_zone(settings, zone)
    key, made = change_store(settings, lambda store: _revert(store, settings, zone, mms_id, version))
    if made.version == version:
        click.echo(f"{mms_id} of zone {key} is at version {version}; nothing was changed")
    else:
        click.echo(f"{mms_id} of zone {key} is now at version {made.version}, with the fields of version {version}")


def _pair(found: Found, first: int | None, second: int | None) -> Pair:
    """The versions that are meant."""
    if first is not None and second is not None:
        return Pair(found.version(first), found.version(second))
    after = found.newest if first is None else found.version(first)
    if after.version == 1:
        raise click.ClickException(f"{found.mms_id} has no version before the first; there is nothing to compare")
    return Pair(found.version(after.version - 1), after)


def _changes(pair: Pair, settings: Settings) -> "Iterator[Change]":
    from gateway.importer.changes import changes

    before, after = pair
    made_by = after.made_by if after.version == before.version + 1 else ""
    return changes(Record.parse(before.marc), Record.parse(after.marc), made_by, settings.merge_methods)


def _heading(record: BibRecord, settings: Settings) -> str:
    return shown(f"version {record.version}, {local_time(record.at)}: {came_about(record, settings.merge_methods)}")


def _line(change: "Change") -> str:
    why = f"  ({change.why})" if change.why else ""
    return f"{SIGNS[change.kind]} {_mnemonic(change.field)}{why}"


def _object(pair: Pair, change: "Change") -> dict[str, object]:
    return {
        "from": pair.before.version,
        "to": pair.after.version,
        "change": change.kind,
        "tag": change.field.tag,
        "mrk": _mnemonic(change.field),
        "why": change.why,
    }


def _mnemonic(field: Field) -> str:
    """A field, or the Leader, as it stands in a record in mnemonic form."""
    if field.tag == "LDR":
        return mnemonic(Record(field.body, ()))
    return mnemonic(Record(b"", [field])).partition("\n")[2]


async def _revert(
    store: "Store", settings: Settings, zone: str | None, mms_id: str, version: int
) -> tuple[str, BibRecord]:
    """The zone that holds it, and the version that it is at now."""
    from gateway.importer import edit

    found = await find(store, settings, zone, mms_id)
    earlier = found.version(version)
    if earlier.version == found.newest.version:
        return found.zone, earlier
    made = await store.transact(
        found.zone,
        lambda transaction: edit.revert(transaction, mms_id, earlier, datetime.now(UTC)),
        seconds=CHANGE_SECONDS,
    )
    if made is None:
        raise absent(mms_id)
    return found.zone, made
