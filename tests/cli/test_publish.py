"""`gateway publish run`, `republish` and `list`: sets of a store, without a gateway."""

import json

import pytest
import structlog
import trio

from gateway.cli.store.places import within
from gateway.model import PublishingProfile

from .gateways import MARC, run

FIRST, SECOND = (f"991000000{number:03}5867" for number in (1, 2))


@pytest.fixture
def options(store: str) -> tuple[str, ...]:
    """What makes a command use a store with two records, and two sets."""
    options = (
        *("--set", f"store.url={store}"),
        *("--set", "zones.xyz.sets.reshare.name=ReShare"),
        *("--set", f'zones.xyz.sets.one.mms_ids=["{FIRST}"]', "--set", "zones.xyz.sets.one.every_hours=0"),
    )
    assert run("records", "import", MARC / "cjk.mrc", MARC / "former-numbers.mrc", *options).exit_code == 0
    return options


def listed(*arguments: str) -> list[dict]:
    """What is listed."""
    return [json.loads(line) for line in run("publish", "list", "--json", *arguments).stdout.splitlines()]


def test_all_sets_of_a_zone_are_published_and_then_nothing_has_changed(options):
    result = run("publish", "run", "xyz", *options)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == (
        "ReShare: 2 new, 0 changed, 0 deleted, 0 unchanged\none: 1 new, 0 changed, 0 deleted, 0 unchanged\n"
    )
    again = run("publish", "run", "xyz", "ReShare", *options)
    assert again.stdout == "ReShare: 0 new, 0 changed, 0 deleted, 2 unchanged\n"


def test_all_of_a_set_is_published_again(options):
    run("publish", "run", "xyz", "one", *options)
    result = run("publish", "republish", "xyz", "one", *options)
    counts = "0 new, 0 changed, 0 deleted, 1 unchanged"
    assert (result.exit_code, result.stdout) == (0, f"one: {counts}; all of its records have a new time\n")


def test_standard_output_has_the_runs_alone(options):
    structlog.reset_defaults()
    result = run("publish", "run", "xyz", "--json", *options)
    assert [json.loads(line)["set"] for line in result.stdout.splitlines()] == ["ReShare", "one"]


def test_what_was_published_is_listed(options):
    run("publish", "run", "xyz", "ReShare", *options)
    run("publish", "republish", "xyz", "ReShare", *options)
    found = {(one["profile"]["zone"], one["profile"]["key"]): one for one in listed(*options)}
    assert [*found] == [
        ("xyz", "ReShare"),
        ("xyz", "one"),
        ("network", ""),
        ("sandbox-abc", ""),
        ("network-sandbox", ""),
    ]
    assert (found["xyz", "ReShare"]["published"], found["xyz", "one"]["published"]) == (2, 0)
    runs = listed("xyz", "ReShare", *options)
    assert [one["run"]["kind"] for one in runs] == ["republish", "run"]
    table = run("publish", "list", "xyz", *options).stdout.splitlines()
    assert table[0].split()[:5] == ["Zone", "Set", "Records", "Deleted", "Published"]
    assert "every 24 h" in table[1]
    assert "by hand" in table[2]


def test_run_that_does_not_come_to_its_end_is_told_and_exits_1(options, store):
    later_words = PublishingProfile(zone="xyz", key="newer", name="newer", query="colour:red")
    trio.run(within, store, "change", lambda opened: opened.keep_publishing_profile(later_words))
    result = run("publish", "run", "xyz", "newer", *options)
    assert result.exit_code == 1
    assert "0 unchanged; ended early: " in result.stdout


def test_set_that_is_not_there_and_zone_that_is_not(options):
    result = run("publish", "run", "xyz", "Reshare", *options)
    assert result.exit_code == 1
    assert "zone xyz publishes no set 'Reshare'; it has ReShare, one" in str(result.exception)
    assert "did you mean xyz?" in run("publish", "run", "xyzz", *options).stderr


def test_search_that_cannot_be_made_is_told_before_anything_is_done(options):
    wrong = ("--set", "zones.xyz.sets.one.query=titel:x", "--set", "zones.xyz.sets.one.mms_ids=[]")
    result = run("publish", "run", "xyz", *options, *wrong)
    assert "zones.xyz.sets.one.query (--set zones.xyz.sets.one.query): cannot be searched for" in str(result.exception)
    checked = run("config", "check", *options, *wrong)
    assert "zones.xyz.sets.one.query" in str(checked.exception)
