"""Repositories and sets: what a zone is harvested by."""

import pytest

from gateway import config
from gateway.errors import SettingsError
from gateway.model import Enrichment, PublishingProfile, Repository
from gateway.published import published
from tests.config.files import LIBRARY, example_text, problems, write

SET = f"{LIBRARY}\n[zones.main.sets.daily]\n"


def faults(text: str) -> list[str]:
    """What is said of these settings, which can be read."""
    write(text)
    with pytest.raises(SettingsError) as caught:
        published(config.load())
    return str(caught.value).splitlines()


def test_zone_of_which_nothing_is_said_publishes_everything() -> None:
    write(LIBRARY)
    assert published(config.load())["main"].repository == Repository(zone="main")
    assert published(config.load())["main"].profiles == ()


def test_what_the_example_shows() -> None:
    write(example_text(uncommented=True))
    [profile] = published(config.load())["xyz"].profiles
    assert profile == PublishingProfile(
        zone="xyz",
        key="ReShare",
        name="ReShare",
        query="lang:eng",
        content="physical",
        enrichment=(
            Enrichment(tag="852", of="holding", subfields={"b": "library", "c": "location", "h": "shelf_mark"}),
            Enrichment(tag="952", of="item", subfields={"p": "barcode", "x": "available"}),
        ),
    )


def test_set_is_called_by_its_key_unless_it_has_a_name() -> None:
    write(f'{SET}[zones.main.sets.weekly]\nname = "Weekly_1"\n')
    assert [one.key for one in published(config.load())["main"].profiles] == ["daily", "Weekly_1"]


def test_environment_makes_a_set() -> None:
    environ = {"GATEWAY_ZONES__XYZ__SETS__FOR_RESHARE__QUERY": "lang:eng", "GATEWAY_ZONES__XYZ__OAI__PAGE": "900"}
    found = published(config.load(environ=environ))["xyz"]
    assert [(one.key, one.query) for one in found.profiles] == [("for-reshare", "lang:eng")]
    assert found.repository == Repository(zone="xyz", page=900)


def test_are_shown_behind_their_zone() -> None:
    write(f'{SET}query = "lang:eng"\n')
    shown = [entry.key for entry in config.entries(config.load()) if entry.key.startswith("zones.main.")]
    assert shown[-11:-7] == [f"zones.main.oai.{name}" for name in ("active", "addresses", "page", "dialect")]
    assert shown[-7] == "zones.main.sets.daily.name"


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('name = "Re Share"', "for harvesters take no other; no space, is"),
        ("every_hours = -1", "must be a whole number of hours from 0 to 8,784, is -1"),
        ('content = "electronic"', 'must be "all" or "physical", is "electronic"'),
        ('mms_ids = ["x"]', "must be a list of MMS IDs"),
        ("enrichment = [852]", "must be a list of texts"),
        ("querry = 1", 'there is no such setting; did you mean "query"?'),
    ],
)
def test_values_that_cannot_be(line: str, words: str) -> None:
    [told] = problems(f"{SET}{line}\n")
    assert told.startswith("zones.main.sets.daily.")
    assert words in told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            f'{SET}query = "titel:x"\n',
            "zones.main.sets.daily.query (gateway.toml, line 12): cannot be searched for: ",
        ),
        (
            f'{SET}query = "x"\nmms_ids = ["1"]\n',
            "zones.main.sets.daily.mms_ids (gateway.toml, line 13): stands beside query",
        ),
        (
            f'{SET}enrichment = ["852 holding: b=libary"]\n',
            "zones.main.sets.daily.enrichment (gateway.toml, line 12): '852 holding: b=libary': a holding tells no",
        ),
        (
            f'{SET}[zones.main.sets.other]\nname = "daily"\n',
            "zones.main.sets.other.name (gateway.toml, line 13): 'daily' is another set's of the zone, too",
        ),
        (
            f'{LIBRARY}[zones.main.oai]\naddresses = ["192.0.2.1/24"]\n',
            "zones.main.oai.addresses (gateway.toml, line 11): has '192.0.2.1/24' in it, which is no network",
        ),
    ],
)
def test_what_does_not_go_together(text: str, told: str) -> None:
    [line] = faults(text)
    assert line.startswith(told)


def test_table_that_is_none() -> None:
    [told] = problems(f"{LIBRARY}oai = 1\n")
    assert told == "zones.main.oai (gateway.toml, line 10): must be a table, [zones.main.oai], is a number"
