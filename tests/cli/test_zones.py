"""`gateway zones`: what to type for each, and how records come in."""

import json
from pathlib import Path

import pytest

from .gateways import MARC, run, serving, words

LABELS = [
    *("Use network zone", "Target Format", "Normalization: Correct the data using"),
    *("Validation: Check the data using", "Serial Match Method", "Non Serial Match Method", "Merge Method"),
    "Do not override/merge a record with lower brief version",
    "Do not override/merge record with an older version",
    "Management Tags: Synchronize with External Catalog",
]
"""In the order of Alma's page."""


def shown(*arguments: str) -> list[str]:
    result = run("zones", *arguments)
    assert (result.exit_code, result.stderr) == (0, "")
    return result.stdout.splitlines()


def test_one_zone():
    head, *lines = shown("xyz")
    assert head == "xyz"
    assert lines[:8] == [
        "  Logon ID             01CARLI_XYZ",
        "  Kind                 institution",
        "  Host                 i-share-xyz (i-share-xyz.alma.exlibrisgroup.com)",
        "  Reached at           127.0.0.1, port 5500",
        "  Network              network (01CARLI_NETWORK)",
        "  MMS IDs end with     5867",
        "  Made                 in the settings",
        "  Integration profile  carli-iz (CARLI, institution zone)",
    ]
    assert [line.strip().partition("  ")[0] for line in lines[8:]] == LABELS
    assert [line.rpartition("  ")[2] for line in lines[8:] if "Merge Method" in line] == [
        "Overlay all fields but local"
    ]


def test_all_zones_in_the_order_of_the_settings():
    lines = shown()
    heads = [line for line in lines if line and not line.startswith(" ")]
    assert heads == ["xyz", "network", "sandbox-abc", "network-sandbox"]
    assert lines.count("") == 3


def test_in_json():
    found = [json.loads(line) for line in shown("--json")]
    assert [one["zone"] for one in found] == ["xyz", "network", "sandbox-abc", "network-sandbox"]
    network = found[1]
    assert list(network["profile"]) == LABELS
    assert network | {"profile": {}} == {
        "zone": "network",
        "code": "01CARLI_NETWORK",
        "kind": "network",
        "host": "i-share-network",
        "host_names": ["i-share-network.alma.exlibrisgroup.com"],
        "address": "127.0.0.2",
        "port": 5500,
        "network": None,
        "mms_suffix": "5816",
        "profiles": ["carli-nz"],
        "profile": {},
        "made_at": None,
        "left_out": None,
    }


@pytest.mark.parametrize(
    ("profiles", "which"),
    [
        ("[]", "No integration profile"),
        ("['carli-iz', 'csu-nz']", "2 integration profiles (carli-iz, csu-nz)"),
    ],
)
def test_a_zone_without_exactly_one_profile(store, profiles, which):
    """What it says is what an export is answered."""
    chosen = f"zones.xyz.profiles={profiles}"
    answer = "No integration profile found for institution 01CARLI_XYZ"
    assert shown("xyz", "--set", chosen)[-1] == f'  {which}: exports are answered "{answer}"'
    [one] = [json.loads(line) for line in shown("xyz", "--json", "--set", chosen)]
    assert one["profile"] is None
    with serving(store, chosen) as gateway:
        assert run("send", *gateway.options, MARC / "cjk.mrc").stdout == f"{answer}\n"


def test_an_answer_of_ones_own():
    own = ("--set", "zones.xyz.profiles=[]", "--set", "replies.none_named=Nothing for {institution}.")
    assert shown("xyz", *own)[-1].endswith('exports are answered "Nothing for 01CARLI_XYZ."')


def test_places_that_are_chosen_at_the_start():
    lines = shown("xyz", "--set", "hosts.i-share-xyz.address=0.0.0.0", "--set", "hosts.i-share-xyz.connexion=0")
    assert "  Reached at           127.0.0.1, any free port, which gateway serve says" in lines


def test_a_merge_method_of_ones_own(folder: Path):
    (folder / "gateway.toml").write_text(
        '[profiles.carli-iz]\nmerge_method = "ours"\n[merge_methods.ours]\ntitle = "Overlay all but our notes"\n'
    )
    [line] = [line for line in shown("xyz") if "Merge Method" in line]
    assert line.endswith("  Overlay all but our notes")


def test_no_password_is_shown():
    assert "secret" not in "\n".join(shown() + shown("--json"))


def test_an_unknown_zone():
    result = run("zones", "netwrk")
    assert result.exit_code == 2
    assert "there is no zone 'netwrk'; did you mean network?" in result.stderr


@pytest.mark.parametrize("command", [("zones",), ("config", "check"), ("replies",), ("records", "check", "x.mrc")])
def test_a_profile_that_cannot_be_used(folder: Path, command):
    (folder / "x.mrc").write_bytes((MARC / "cjk.mrc").read_bytes())
    result = run(*command, "--set", "profiles.csu-nz.merge_method=overlay-all-but-local")
    assert type(result.exception).__name__ == "SettingsError"
    assert words(result) == (
        "profiles.csu-nz.merge_method (--set profiles.csu-nz.merge_method): "
        '"overlay-all-but-local" is no merge method; did you mean "overlay-all-fields-but-local"?'
    )


def test_no_store_is_made(folder: Path):
    run("zones")
    assert list(folder.iterdir()) == []
