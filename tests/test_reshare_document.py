"""docs/reshare.md: its settings can be pasted where it says, its commands run, and show what it says they do."""

import re
import shutil
from pathlib import Path

import pytest

from gateway import config
from tests.ports import free_port
from tests.test_docs import ROOT, console, on_free_ports, run, written

TEXT = (ROOT / "docs" / "reshare.md").read_text(encoding="utf-8")
DUE = re.compile(r"\d{4}-\d\d-\d\d(?=T23:59:00)|\d\d/\d\d/\d{4}")
"""Of a loan: it counts from today."""
BEGUN = "until gateway publish list xyz ReShare | grep -v 'not ended' | grep -q unchanged; do :; done"
"""Waits for the run by itself of a set that never was run: people are not as quick as to be there before it."""


def files() -> dict[str, str]:
    """The blocks that are a file, by its name."""
    return dict(re.findall(r"```\w+ title=(\S+)\n(.*?)```", TEXT, re.DOTALL))


def shown() -> list[str]:
    """What the commands are said to show."""
    blocks = re.findall(r"```console\n(.*?)```", TEXT, re.DOTALL)
    return [line for block in blocks for line in block.splitlines() if not line.startswith("$ ")]


def settings() -> str:
    """The settings that the page leads to."""
    in_repository, at_the_end, in_the_zone = written(TEXT, "toml")
    example = config.example_text()
    before, _, after = example.partition("\n[zones.xyz.oai]\n")
    assert in_the_zone.strip() in before.rpartition("[zones.xyz]")[2]
    changed, count = re.subn(r"^addresses = .*\n", in_repository, after, count=1, flags=re.MULTILINE)
    assert count == 1
    return f"{before}\n[zones.xyz.oai]\n{changed}\n{at_the_end}"


def test_its_settings_are_a_set_with_a_schedule_and_an_allowed_network(tmp_path: Path) -> None:
    file = tmp_path / "gateway.toml"
    file.write_text(settings(), encoding="utf-8")
    loaded = config.load(file)
    assert loaded.zones["xyz"].oai.addresses == ("127.0.0.0/8",)
    assert loaded.zones["xyz"].sets["reshare"].name == "ReShare"
    assert loaded.partners_of("xyz") == ("ReShareIndexData",)


@pytest.mark.long
def test_its_commands_show_what_it_says(tmp_path: Path) -> None:
    if shutil.which("yaz-client") is None:
        pytest.skip("yaz-client is not installed: it is in the package yaz")
    (tmp_path / "fixtures").symlink_to(ROOT / "fixtures")
    for name, content in files().items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    z3950 = str(free_port())
    ports = {**on_free_ports(), "GATEWAY_HOSTS__I_SHARE_XYZ__Z3950": f"[{z3950}]"}
    (example, *typed) = [command for block in console(TEXT) for command in block]
    assert example.typed.endswith("> gateway.toml")
    (tmp_path / "gateway.toml").write_text(settings(), encoding="utf-8")
    script = [one.typed if one.typed.endswith("&") else one.checked for one in typed]
    script = [line.replace("8550", ports["GATEWAY_HTTP__PORT"]).replace("1921", z3950) for line in script]
    (ready,) = [number for number, line in enumerate(script) if "gateway ready" in line]
    script.insert(ready + 1, BEGUN)
    done = run(["set -e", "trap 'kill $(jobs -p) 2> kill || true' EXIT", *script, "wait $!"], tmp_path, **ports)
    lines = [DUE.sub("", line).rstrip() for line in done.stdout.splitlines()]
    expected = [DUE.sub("", line).rstrip() for line in shown()]
    assert [line for line in lines if line in expected] == expected
