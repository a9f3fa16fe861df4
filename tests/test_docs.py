"""The documents name what there is, and their commands run."""

import os
import re
import shlex
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from gateway.cli import root
from gateway.model import Outcome, Reason

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = sorted(
    [ROOT / "README.md", ROOT / "CHANGELOG.md", *ROOT.glob("docs/*.md"), ROOT / "benchmarks" / "README.md"]
)
COMMANDS = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")


def commands(group: click.Group, *path: str) -> Iterator[str]:
    """Every command that does something, with its group."""
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, *path, name)
        else:
            yield " ".join((*path, name))


@pytest.mark.parametrize("command", list(commands(root)))
def test_every_command_is_documented(command: str) -> None:
    assert f"`gateway {command}" in COMMANDS


@pytest.mark.parametrize("code", [*Outcome, *Reason])
def test_every_outcome_and_reason_is_documented(code: str) -> None:
    assert f"`{code}`" in COMMANDS


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    for target in re.findall(r"\]\((?!https?://)([^)\s]+)\)", text):
        file, _, anchor = target.partition("#")
        aim = (document.parent / file) if file else document
        assert aim.exists(), target
        if anchor:
            headings = re.findall(r"^#+ (.*)$", aim.read_text(encoding="utf-8"), re.MULTILINE)
            assert anchor in {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}, (
                target
            )


def blocks(text: str) -> list[list[str]]:
    """The commands of each console block, without its prompts and comments."""
    found = re.findall(r"```console\n(.*?)```", text, re.DOTALL)
    return [[line[2:].split("  #")[0] for line in block.splitlines() if line.startswith("$ ")] for block in found]


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


@pytest.mark.skipif(os.name == "nt", reason="the README's commands are written for a Unix shell")
def test_the_commands_of_the_readme_run(tmp_path: Path) -> None:
    """In the README's order, in a folder with the fixtures, on free ports."""
    (tmp_path / "fixtures").symlink_to(ROOT / "fixtures")
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".venv" / "bin").symlink_to(Path(sys.executable).parent)
    ports = {host: str(free_port()) for host in ("I_SHARE_XYZ", "I_SHARE_NETWORK", "SANDBOX02_NA")}
    environ = {
        **{name: value for name, value in os.environ.items() if not name.startswith("GATEWAY_")},
        **{f"GATEWAY_HOSTS__{host}__CONNEXION": port for host, port in ports.items()},
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    }
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    ran = [line for block in blocks(text) for line in block if "gateway " in line and "serve" not in line]
    (in_ci,) = [block for block in blocks(text) if any(line.endswith("&") for line in block)]
    assert len(ran) > 8
    script = ["set -e", "gateway serve 2> log > ready.json &", "gateway ready --wait 20"]
    script += [line for line in ran if line not in in_ci]
    script += ["kill $!", "wait $!"]
    script += [*in_ci[:2], f"{in_ci[2]} || [ $? = 1 ]", "kill $!", "wait $!"]
    process = subprocess.run(
        ["bash", "-c", "\n".join(["trap 'kill $(jobs -p) 2> kill || true' EXIT", *script])],
        cwd=tmp_path,
        env=environ,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert process.returncode == 0, process.stdout + process.stderr
    assert "MMS ID: 9910000000015867" in process.stdout
    assert (tmp_path / "zone.mrc").stat().st_size > 0


def test_the_first_screen_of_the_readme_names_the_two_commands() -> None:
    first = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()[:32]
    assert any("make run" in line for line in first)
    assert any("make test" in line for line in first)
    assert all(shlex.split(line[2:]) for line in first if line.startswith("$ "))


def test_the_page_on_fidelity_is_made_of_the_tables() -> None:
    build = [sys.executable, str(ROOT / "docs" / "build.py"), "--check"]
    made = subprocess.run(build, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert made.returncode == 0, made.stderr
