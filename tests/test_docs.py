"""The documents name what there is, and their commands run."""

import os
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import NamedTuple

import click
import pytest

from gateway import config
from gateway.cli import root
from gateway.importer.profile import Prepared
from gateway.model import Outcome, Reason
from gateway.rulebook import rulebook
from tests.ports import free_port

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = sorted(
    [ROOT / "README.md", ROOT / "CHANGELOG.md", *ROOT.glob("docs/*.md"), ROOT / "benchmarks" / "README.md"]
)
HOSTS = [key.upper().replace("-", "_") for key in config.load().hosts]
"""As variables of the environment have them."""
SCRIPT_SECONDS = 300
"""For a page's commands: many times what they take, for machines that are busy."""
READY_SECONDS = 120
"""For a gateway to begin; the same."""
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


class Command(NamedTuple):
    """A line of a console block."""

    typed: str
    """Without prompt and comment."""
    exits: int
    """With what the comment says, as in `# exit 1: …`, or else 0."""

    @property
    def checked(self) -> str:
        """The same for a script that ends where a command exits otherwise."""
        return f"status=0; {self.typed} || status=$?; [ $status = {self.exits} ]"


def console(text: str) -> list[list[Command]]:
    """The commands of each console block."""
    found = []
    for block in re.findall(r"```console\n(.*?)```", text, re.DOTALL):
        lines = [line[2:].partition("  #") for line in block.splitlines() if line.startswith("$ ")]
        exits = [re.match(r" exit (\d+)", comment) for _, _, comment in lines]
        found.append(
            [Command(typed, int(code[1]) if code else 0) for (typed, _, _), code in zip(lines, exits, strict=True)]
        )
    return found


def written(text: str, language: str) -> list[str]:
    """The blocks of a language."""
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


def on_free_ports() -> dict[str, str]:
    """Settings of the environment by which a gateway takes no port that another test may have."""
    hosts = {f"GATEWAY_HOSTS__{host}__CONNEXION": str(free_port()) for host in HOSTS}
    return {"GATEWAY_HTTP__PORT": str(free_port()), **hosts}


def patient(line: str) -> str:
    """The same, but that a gateway is waited for as long as it takes on a machine that is busy."""
    return re.sub(r"\b(gateway ready --wait) \d+", rf"\1 {READY_SECONDS}", line)


def run(script: list[str], folder: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run these commands in a folder, with this gateway in the path and no settings but these; they end well."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("GATEWAY_")} | settings
    environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    command = ["bash", "-c", "\n".join(map(patient, script))]
    done = subprocess.run(
        command, cwd=folder, env=environ, capture_output=True, text=True, timeout=SCRIPT_SECONDS, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done


@pytest.mark.long
@pytest.mark.skipif(os.name == "nt", reason="the README's commands are written for a Unix shell")
def test_the_commands_of_the_readme_run(tmp_path: Path) -> None:
    """In the README's order, in a folder with the fixtures, on free ports."""
    (tmp_path / "fixtures").symlink_to(ROOT / "fixtures")
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".venv" / "bin").symlink_to(Path(sys.executable).parent)
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    (in_ci,) = [block for block in console(text) if any(command.typed.endswith("&") for command in block)]
    others = [command for block in console(text) if block is not in_ci for command in block]
    ran = [one for one in others if "gateway " in one.typed and not re.search(r"serve|tail", one.typed)]
    assert len(ran) > 8
    script = ["set -e", "gateway serve 2> log > ready.json &", "gateway ready --wait 20"]
    script += [command.checked for command in ran]
    script += ["kill $!", "wait $!"]
    script += [in_ci[0].typed, *(command.checked for command in in_ci[1:]), "kill $!", "wait $!"]
    process = run(["trap 'kill $(jobs -p) 2> kill || true' EXIT", *script], tmp_path, **on_free_ports())
    assert "MMS ID: 9910000000015867" in process.stdout
    assert (tmp_path / "zone.mrc").stat().st_size > 0
    shown = [line for block in written(text, "text") for line in block.splitlines() if line.startswith(("- =", "+ ="))]
    assert shown
    assert set(shown) <= set(process.stdout.splitlines())


@pytest.mark.long
def test_the_commands_of_the_page_on_stores_run(tmp_path: Path) -> None:
    """On an SQLite store; those that name a database, or serve, are tested elsewhere."""
    text = (ROOT / "docs" / "stores.md").read_text(encoding="utf-8")
    typed = [command for block in console(text) for command in block]
    ran = [one for one in typed if not re.search(r"postgres|serve$|doctor$|--citus$", one.typed)]
    assert len(ran) > 8
    monograph = ROOT / "fixtures" / "marc" / "monograph.mrc"
    script = ["set -e", f"gateway records import {monograph}", *(command.checked for command in ran)]
    process = run(script, tmp_path)
    assert "1 record into zone sandbox-abc: 1 created" in process.stderr


def test_environment_variables_in_the_documents_are_those_that_are_read() -> None:
    told = {name for file in DOCUMENTS for name in re.findall(r"\bGATEWAY_[A-Z_]+\b", file.read_text(encoding="utf-8"))}
    sources = [ROOT / "Makefile", *(ROOT / "gateway").rglob("*.py"), *(ROOT / "tests").rglob("conftest.py")]
    read = {name for file in sources for name in re.findall(r"\bGATEWAY_[A-Z_]+\b", file.read_text(encoding="utf-8"))}
    settings = {name for name in told if "__" in name}
    assert {"GATEWAY_TEST_CITUS_URL", "GATEWAY_CRASH_SEED"} <= told
    assert told - settings - read == set()


def test_every_library_has_its_reason() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    text = (ROOT / "docs" / "libraries.md").read_text(encoding="utf-8")
    extras = project["project"]["optional-dependencies"]
    wanted = [*project["project"]["dependencies"], *chain(*extras.values()), *project["build-system"]["requires"]]
    names = {re.match(r"[\w-]+", one)[0] for one in wanted}
    assert {name for name in names if name not in text} == set()
    assert {extra for extra in extras if f"extra `{extra}`" not in text} == set()


def test_the_first_screen_of_the_readme_names_the_two_commands() -> None:
    first = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()[:32]
    assert any("make run" in line for line in first)
    assert any("make test" in line for line in first)
    assert all(shlex.split(line[2:]) for line in first if line.startswith("$ "))


def profile(file: Path, zone: str) -> Prepared:
    """What decides in a zone by a settings file; raises where the file cannot be used."""
    settings = config.load(file)
    found = rulebook(settings).profiles.of(settings.model_zones()[zone])
    assert isinstance(found, Prepared)
    return found


def test_settings_in_the_page_on_alma_can_be_pasted_where_it_says(tmp_path: Path) -> None:
    alone, at_the_end, in_the_zone = written((ROOT / "docs" / "alma.md").read_text(encoding="utf-8"), "toml")
    file = tmp_path / "gateway.toml"
    file.write_text(alone, encoding="utf-8")
    assert profile(file, "xyz").settings.brief_levels == "off"
    before, line, after = config.example_text().partition('profiles = ["carli-iz"]')
    assert before.rpartition("[")[2].startswith("zones.xyz]")
    assert line
    file.write_text(f"{before}{in_the_zone}{after}\n{at_the_end}", encoding="utf-8")
    assert profile(file, "xyz").key == "ours"
    assert profile(file, "xyz").merger.title == "Keep our notes"
    assert profile(file, "network").key == "carli-nz"


def test_the_page_on_fidelity_lists_all_that_is_assumed() -> None:
    page = (ROOT / "docs" / "fidelity.md").read_text(encoding="utf-8")
    told, _, listed = page.partition("\n## All that is assumed\n")
    rows = [line.strip("| ").split(" | ") for line in told.splitlines() if line.startswith("|")]
    for behaviour, evidence, source in (row for row in rows if len(row) == 3):
        known, _, also = source.partition("Assumed: ")
        assert "assumed" not in known
        for remark in filter(None, also.split(". ")):
            assert f"- {remark}\n" in listed
        if evidence == "assumed" and not known.startswith("Import Failed is documented"):
            assert re.search(rf"^- (The answer to )?{re.escape(behaviour)}$", listed, re.MULTILINE)


def test_the_page_on_fidelity_is_made_of_the_tables() -> None:
    build = [sys.executable, str(ROOT / "docs" / "build.py"), "--check"]
    made = subprocess.run(build, cwd=ROOT, capture_output=True, text=True, timeout=SCRIPT_SECONDS, check=False)
    assert made.returncode == 0, made.stderr
