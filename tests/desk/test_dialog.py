"""What to type into Connexion, as the page of the documents has it."""

import re
from pathlib import Path

import pytest

from gateway.config import load
from gateway.desk.dialog import BATCH, KNOWN_TO_YOU, MENU, ONLY_HERE, OPTIONS, Dialog, connexion_settings
from gateway.desk.zones import clear_password
from gateway.importer.zones import Account, Zones
from gateway.rulebook import zones_of
from tests.importer.desk import NETWORK, XYZ
from tests.importer.test_logon import hashed

PAGE = (Path(__file__).parents[2] / "docs" / "connexion.md").read_text("utf-8")


def dialog(password: str | None = "xyz-secret", *, only_here: bool = True) -> Dialog:
    return connexion_settings(XYZ, address="127.0.0.1", port=5501, only_here=only_here, password=password)


def values(password: str | None = "xyz-secret") -> dict[str, str]:
    return {typed.label: typed.value for typed in dialog(password).settings}


def test_labels_and_values_are_those_of_the_page() -> None:
    """Host Name, Port and the logon are the zone's own there."""
    client = PAGE.partition("## Connexion client")[2].partition("\n## ")[0]
    told: dict[str, str] = {}
    for labels, cell in re.findall(r"^ +\| (.+?) \| (.+?) \|$", client, re.MULTILINE):
        names = re.split(r" · |, ", labels)
        parts = cell.split(" · ")
        told |= dict(zip(names, parts if len(parts) == len(names) else [cell] * len(names), strict=True))
    del told["setting"]
    assert set(values()) == set(told)
    own = ("Host Name", "Port", "Logon ID", "Password", "Print Results to Default Printer")
    assert {label: value for label, value in values().items() if label not in own} == {
        label: value for label, value in told.items() if label not in own
    }


def test_the_zone_s_own_values_are_to_be_copied() -> None:
    copied = {typed.label: typed.value for typed in dialog().settings if typed.copied}
    assert copied == {"Host Name": "127.0.0.1", "Port": "5501", "Logon ID": "01CARLI_XYZ", "Password": "xyz-secret"}


def test_each_has_its_reason() -> None:
    assert [typed.label for typed in dialog().settings if not typed.why] == []


@pytest.mark.parametrize("menu", [MENU, OPTIONS, BATCH])
def test_menus_are_those_of_the_page(menu: str) -> None:
    words = re.sub(r"\*\*|, ", "", PAGE.replace("Export tab", "Export").replace("> OK", ""))
    assert menu.removeprefix("Tools > Options > ") in words


def test_a_password_that_is_kept_as_a_hash_is_not_shown() -> None:
    assert values(None)["Password"] == KNOWN_TO_YOU
    assert "Password" not in [typed.label for typed in dialog(None).settings if typed.copied]


def test_a_password_is_known_where_the_settings_have_it_in_clear() -> None:
    assert clear_password(zones_of(load()), XYZ) == "xyz-secret"
    assert clear_password(Zones([Account(XYZ, hashed("xyz-secret"))]), XYZ) is None
    assert clear_password(Zones([]), XYZ) is None


def test_who_can_reach_it_is_said() -> None:
    assert dialog().reach == ONLY_HERE
    assert "Other computers reach the gateway too" in dialog(only_here=False).reach


def test_the_destination_has_a_name() -> None:
    assert dialog().name == "Gateway IZ xyz"
    network = connexion_settings(NETWORK, address="127.0.0.2", port=5500, only_here=True, password=None)
    assert network.name == "Gateway NZ network"
