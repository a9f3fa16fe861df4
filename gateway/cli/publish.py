"""`gateway publish …`: sets for harvesters, published by hand, and listed."""

import sys
from typing import TYPE_CHECKING, Final

import click

from gateway.cli.options import Options
from gateway.cli.output import echo_json, echo_table, local_time, log_to_standard_error
from gateway.cli.reading import change_store, check_zone, read_store, zones_with
from gateway.cli.store.places import check_reachable

if TYPE_CHECKING:
    from gateway.model import PublishingProfile, PublishingRun, RunKind
    from gateway.stores.base import Store

EXIT_FAILED: Final = 1
"""A run did not come to its end."""
EVERYTHING: Final = "(all records)"
"""What the set is called that has no name."""
HEADINGS: Final = ("Zone", "Set", "Records", "Deleted", "Published", "Last run", "What it came to")
RUN_HEADINGS: Final = ("Began", "Ended", "Kind", "What it came to")


@click.group()
def publish() -> None:
    """Sets of records for harvesters."""


@publish.command()
@click.argument("zone", metavar="ZONE")
@click.argument("key", metavar="[SET]", required=False)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a run.")
@click.pass_obj
def run(options: Options, zone: str, key: str | None, as_json: bool) -> None:
    """Publish what has changed in a SET of a ZONE, or in all of its sets.

    Works beside a running gateway. Exits 1 when a run did not come to its end.
    """
    _run(options, zone, key, "run", as_json=as_json)


@publish.command()
@click.argument("zone", metavar="ZONE")
@click.argument("key", metavar="[SET]", required=False)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a run.")
@click.pass_obj
def republish(options: Options, zone: str, key: str | None, as_json: bool) -> None:
    """Publish all records of a SET of a ZONE again, or of all of its sets.

    Who harvests what has changed is given every record then. Works beside a running gateway. Exits 1 when a run did not
    come to its end.
    """
    _run(options, zone, key, "republish", as_json=as_json)


@publish.command("list")
@click.argument("zone", metavar="[ZONE]", required=False)
@click.argument("key", metavar="[SET]", required=False)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@click.pass_obj
def list_(options: Options, zone: str | None, key: str | None, as_json: bool) -> None:
    """List the sets of a ZONE, or of all zones, or the runs of a SET."""
    from gateway.published import published
    from gateway.publishing import Publisher

    settings = options.settings()
    check_zone(settings, zone, named="ZONE")
    said = published(settings)
    found: list[tuple[PublishingProfile, tuple[int, int], list[PublishingRun]]] = []

    async def read(store: "Store") -> None:
        publisher = Publisher(store, said)
        for one in [zone] if zone else (await zones_with(store, settings)).keys:
            counts = await store.published_counts(one)
            for profile in [await publisher.profile(one, key)] if key else await publisher.profiles(one):
                runs = await store.publishing_runs(one, profile.key)
                found.append((profile, counts.get(profile.key, (0, 0)), runs))

    read_store(settings, read)
    if key is not None:
        [(profile, _, runs)] = found
        _echo_runs(profile, runs, as_json=as_json)
    elif as_json:
        for profile, (in_all, deleted), runs in found:
            echo_json({"profile": profile, "published": in_all, "deleted": deleted, "runs": runs[:1]})
    else:
        echo_table(HEADINGS, [_row(*one) for one in found])


def _run(options: Options, zone: str, key: str | None, kind: "RunKind", *, as_json: bool) -> None:
    from gateway.published import published
    from gateway.publishing import Publisher

    settings = options.settings()
    check_zone(settings, zone, named="ZONE")
    check_reachable(settings.store.url)
    log_to_standard_error()
    said = published(settings)
    failed = False

    async def change(store: "Store") -> None:
        nonlocal failed
        publisher = Publisher(store, said)
        for profile in [await publisher.profile(zone, key)] if key else await publisher.profiles(zone):
            ended = await publisher.run(zone, profile.key, kind)
            failed = failed or bool(ended.fault)
            if as_json:
                echo_json({"zone": zone, "set": profile.key, "run": ended})
            else:
                click.echo(f"{profile.key or EVERYTHING}: {_came_to(ended)}")

    change_store(settings, change)
    if failed:
        sys.exit(EXIT_FAILED)


def _echo_runs(profile: "PublishingProfile", runs: "list[PublishingRun]", *, as_json: bool) -> None:
    if as_json:
        for one in runs:
            echo_json({"zone": profile.zone, "set": profile.key, "run": one})
    elif not runs:
        click.echo("no runs", err=True)
    else:
        echo_table(RUN_HEADINGS, [(*_times(one), one.kind, _came_to(one)) for one in runs])


def _times(run: "PublishingRun") -> tuple[str, str]:
    return local_time(run.began_at), local_time(run.ended_at) if run.ended_at else ""


def _row(profile: "PublishingProfile", counts: tuple[int, int], runs: "list[PublishingRun]") -> tuple[str, ...]:
    in_all, deleted = counts
    when = "at once" if profile.at_once else f"every {profile.every_hours} h" if profile.every_hours else "by hand"
    last = (local_time(runs[0].began_at), _came_to(runs[0])) if runs else ("", "")
    return profile.zone, profile.key or EVERYTHING, f"{in_all - deleted:,}", f"{deleted:,}", when, *last


def _came_to(run: "PublishingRun") -> str:
    """What a run has done so far, in words."""
    counts = f"{run.new:,} new, {run.changed:,} changed, {run.deleted:,} deleted, {run.unchanged:,} unchanged"
    if run.kind == "republish":
        counts += "; all of its records have a new time"
    if run.fault:
        return f"{counts}; ended early: {run.fault}"
    return counts if run.ended_at else f"{counts}; not ended"
