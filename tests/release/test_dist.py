"""Source distribution and wheel: what is in them, and that a gateway installed from them works."""

import os
import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

import pytest
from packaging.metadata import Metadata

from gateway import __version__
from tests import test_ci_document as ci
from tests.ports import free_port
from tests.release.installed import ROOT, Installed, browser, clean_environ

COLLECT_SECONDS = 600
"""For pytest to read every test."""
SCRIPT_SECONDS = 300
"""For what a page has its reader type."""
WANTED = (
    "gateway/cli/report.html",
    "gateway/config.example.toml",
    "gateway/desk/lessons/texts/*.toml",
    "gateway/frontends/api/examples.json",
    "gateway/frontends/ui/static/*.css",
    "gateway/frontends/ui/static/*.js",
    "gateway/frontends/ui/static/vendor/*.js",
    "gateway/frontends/ui/templates/*.html",
    "gateway/frontends/ui/templates/*.svg",
    "gateway/marc/bibliographic.txt",
    "gateway/marc/views/languages.txt",
    "gateway/py.typed",
    "gateway/stores/postgres/schema/*.sql",
    "gateway/stores/sqlite/schema/*.sql",
)
"""What the gateway reads at run time and is no module."""
OUTSIDE = (
    "tests",
    "fixtures",
    "docs",
    "benchmarks",
    "deploy",
    ".ci",
    "Makefile",
    "README.md",
    "CHANGELOG.md",
    "LICENSE",
)
"""What only the source distribution has beside the package."""


@pytest.fixture(scope="session")
def in_wheel(wheel: Path) -> Mapping[PurePosixPath, bytes]:
    """The wheel's files."""
    with zipfile.ZipFile(wheel) as archive:
        return {PurePosixPath(name): archive.read(name) for name in archive.namelist()}


@pytest.fixture(scope="session")
def unpacked(sdist: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The source distribution's folder."""
    folder = tmp_path_factory.mktemp("sdist")
    with tarfile.open(sdist) as archive:
        archive.extractall(folder, filter="data")
    return folder / f"connexion_gateway-{__version__}"


def below(folder: Path) -> list[PurePosixPath]:
    """Its files, from where it lies."""
    return [PurePosixPath(path.relative_to(folder.parent).as_posix()) for path in folder.rglob("*") if path.is_file()]


def test_the_wheel_has_what_the_gateway_reads(in_wheel: Mapping[PurePosixPath, bytes]) -> None:
    assert [pattern for pattern in WANTED if not any(path.match(pattern) for path in in_wheel)] == []


def test_the_wheel_is_the_package_of_the_source_distribution(
    in_wheel: Mapping[PurePosixPath, bytes], unpacked: Path
) -> None:
    """Neither less nor more, such as tests."""
    about = f"connexion_gateway-{__version__}.dist-info"
    packaged = {path for path in in_wheel if path.parts[0] != about}
    assert packaged == {*below(unpacked / "gateway"), PurePosixPath("gateway/config.example.toml")}
    example = (unpacked / "config.example.toml").read_bytes()
    assert in_wheel[PurePosixPath("gateway/config.example.toml")] == example
    assert PurePosixPath(about, "licenses", "LICENSE") in in_wheel


def test_metadata_is_what_an_index_takes(in_wheel: Mapping[PurePosixPath, bytes], unpacked: Path) -> None:
    raw = in_wheel[PurePosixPath(f"connexion_gateway-{__version__}.dist-info", "METADATA")]
    metadata = Metadata.from_email(raw, validate=True)
    assert (metadata.name, str(metadata.version)) == ("connexion-gateway", __version__)
    assert metadata.license_expression == "Apache-2.0"
    assert metadata.description_content_type == "text/markdown"
    assert metadata.description == (unpacked / "README.md").read_text(encoding="utf-8")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert len(metadata.requires_dist or []) == len(project["dependencies"]) + sum(
        map(len, project["optional-dependencies"].values())
    )


def test_the_source_distribution_is_complete(unpacked: Path) -> None:
    assert [name for name in OUTSIDE if not (unpacked / name).exists()] == []
    for folder in ("deploy", ".ci"):  # what .gitignore names is left out, be it by mistake
        assert sorted(below(unpacked / folder)) == sorted(path for path in below(ROOT / folder) if path.name != ".env")
    left_out = {"__pycache__", ".git", ".venv", "gateway-data", "dist"}
    assert [path for path in below(unpacked) if left_out & {*path.parts}] == []


def test_the_tests_of_the_source_distribution_are_found(unpacked: Path) -> None:
    command = [sys.executable, "-B", "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", "-n", "0"]
    ended = subprocess.run(
        command,
        cwd=unpacked,
        env=clean_environ() | {"PYTHONPATH": str(unpacked)},
        capture_output=True,
        text=True,
        timeout=COLLECT_SECONDS,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "tests/test_rooms.py::" in ended.stdout


def test_the_wheel_installed_alone_serves(installed: Installed) -> None:
    assert installed.run("--version").stdout == f"gateway, version {__version__}\n"
    checked = installed.run("config", "check")
    assert checked.stdout.startswith("ok\n"), checked.stderr
    ports = {f"GATEWAY_HOSTS__{host}__CONNEXION": str(free_port()) for host in ("I_SHARE_XYZ", "I_SHARE_NETWORK")}
    ports |= {"GATEWAY_HOSTS__SANDBOX02_NA__CONNEXION": str(free_port()), "GATEWAY_HTTP__PORT": str(free_port())}
    with installed.serving("serve", environ=ports) as served:
        assert installed.run("ready", **ports).stdout == "ready\n"
        sent = installed.run("send", ROOT / "fixtures" / "marc" / "monograph.mrc", **ports)
        assert "MMS ID: 9910000000015867" in sent.stdout, sent.stderr
        with browser(str(served.ready["http"])) as page:
            assert page.get("/", follow_redirects=True).status_code == 200
            assert page.get("/lessons").status_code == 200
            assert page.get("/api/v1/openapi.json").json()["info"]["version"]
        assert served.ends() == 0
    listed = installed.run("records", "list", "--json")
    assert "9910000000015867" in listed.stdout


@pytest.fixture
def typing(installed_for_tests: Installed) -> dict[str, str]:
    """The environment of somebody who has activated it."""
    programs = Path(installed_for_tests.command[0]).parent
    return installed_for_tests.environ | {"PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"}


def test_the_plugin_of_the_wheel_is_found_by_a_pytest_that_has_no_other(typing: dict[str, str], tmp_path: Path) -> None:
    ci.write_tests(tmp_path)
    ended = bash(["python -m pytest"], tmp_path, typing)
    assert re.search("^plugins: .*connexion-gateway-", ended.stdout, re.MULTILINE)
    assert f" {ci.PASSED} passed" in ended.stdout


def test_the_commands_of_the_page_on_ci_run_with_the_wheel(typing: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "fixtures").symlink_to(ROOT / "fixtures")
    http, connexion = str(free_port()), str(free_port())
    ports = {"GATEWAY_HTTP__PORT": http, "GATEWAY_HOSTS__I_SHARE_XYZ__CONNEXION": connexion}
    ended = bash(ci.commands(http, connexion), tmp_path, typing | ports)
    assert "MMS ID: 9910000000015867" in ended.stdout


def bash(script: list[str], folder: Path, environ: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    """What it has printed; it ends well."""
    ended = subprocess.run(
        ["bash", "-c", "\n".join(script)],
        cwd=folder,
        env=environ,
        capture_output=True,
        text=True,
        timeout=SCRIPT_SECONDS,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended
