"""The container without a daemon: the Dockerfile's steps in their order, then what the image would run."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from shutil import which

import pytest

from gateway import config
from tests.crash.test_read_only import BOUND
from tests.ports import free_port
from tests.release.dockerfile import Image
from tests.release.examples import GITHUB, GITLAB, SETTINGS, example_commands
from tests.release.installed import ENDS_SECONDS, ROOT, Installed, browser, clean_environ

TOKEN = "open-sesame-47110815"
RECORD = ROOT / "fixtures" / "marc" / "monograph.mrc"
STAND_IN = """
import os

class DockerContainer:
    # Runs already, where the environment says.
    def __init__(self, image): ...
    def with_env(self, name, value): return self
    def with_exposed_ports(self, *ports): return self
    def waiting_for(self, strategy): return self
    def __enter__(self): return self
    def __exit__(self, *error): ...
    def get_container_host_ip(self): return "127.0.0.1"
    def get_exposed_port(self, port): return int(os.environ[f"PORT_{port}"])

class HttpWaitStrategy:
    def __init__(self, port, path): ...
"""
"""What the recipe uses of testcontainers."""
USE = f"""
import subprocess, sys

def test_an_export_arrives(connexion_gateway):
    gateway = connexion_gateway
    to = ["--host", gateway.host, "--port", str(gateway.port), "--logon-id", gateway.logon_id]
    sent = [sys.executable, "-m", "gateway", "send", *to, "--password", gateway.password, {str(RECORD)!r}]
    subprocess.run(sent, check=True)
    assert gateway.wait_for(oclc="1999000017").outcome == "created"
"""
"""A test of somebody who follows it."""


@pytest.fixture
def container(image: Image) -> Installed:
    """What `docker run` and `docker exec` start, for whom permissions hold: its root file system is read-only."""
    (name,) = image.exec_form("ENTRYPOINT")
    program = which(name, path=image.environ["PATH"])
    assert program is not None
    store = config.load(SETTINGS, environ={"GATEWAY_HTTP__TOKEN": TOKEN}).store.url
    moved = {"HOME": "/", "GATEWAY_STORE__URL": image.below(store)}
    return Installed((*BOUND, program), image.working_folder, image.environ | moved)


@pytest.fixture
def ports() -> dict[int, int]:
    """Where each port of the container is here."""
    return {port: free_port() for port in (5500, 5501, 5502, 8550)}


@pytest.fixture
def given(ports: dict[int, int]) -> dict[str, str]:
    """What `docker run -e` gives it, and that it is to stay on this computer."""
    here = {"GATEWAY_HTTP__TOKEN": TOKEN, "GATEWAY_HTTP__ADDRESS": "127.0.0.1", "GATEWAY_HTTP__PORT": str(ports[8550])}
    for host, port in (("I_SHARE_XYZ", 5500), ("I_SHARE_NETWORK", 5501), ("SANDBOX02_NA", 5502)):
        here |= {f"GATEWAY_HOSTS__{host}__ADDRESS": "127.0.0.1", f"GATEWAY_HOSTS__{host}__CONNEXION": str(ports[port])}
        here[f"GATEWAY_HOSTS__{host}__Z3950"] = "[0]"
    return here


def files(image: Image) -> Iterator[Path]:
    """All but those of the volume."""
    volume = image.below(image.written["VOLUME"])
    return (path for path in image.root.rglob("*") if not path.is_relative_to(volume))


def test_a_token_is_all_that_it_needs(
    image: Image, container: Installed, ports: dict[int, int], given: dict[str, str]
) -> None:
    before = sorted(files(image))
    (_, *healthy) = image.exec_form("HEALTHCHECK")
    assert container.run(*healthy, **given).returncode == 3
    with container.serving(*image.exec_form("CMD"), environ=given) as served:
        assert container.run(*healthy, **given).stdout == "ready\n"
        with browser(f"http://127.0.0.1:{ports[8550]}", TOKEN) as page:
            assert page.get("/").status_code == 200
            made = page.post("/api/v1/zones", json={"key": "ci", "code": "01CI"}).json()
        to = ("--host", "127.0.0.1", "--port", str(ports[5500]), "--logon-id", "01CI", "--password-env", "SECRET")
        sent = container.run("send", *to, RECORD, **given, SECRET=made["password"])
        assert "processed successfully" in sent.stdout, sent.stderr
        assert served.ends() == 0
    with container.serving(*image.exec_form("CMD"), environ=given) as served:
        kept = container.run("records", "list", "--zone", "ci", "--json", **given)
        assert '"submission":' in kept.stdout
        assert served.ends() == 0
    assert sorted(files(image)) == before


@pytest.mark.parametrize("example", [GITHUB, GITLAB], ids=lambda path: path.name)
def test_the_commands_of_the_examples_run(
    example: Path, image: Image, container: Installed, ports: dict[int, int], given: dict[str, str]
) -> None:
    memory = given | {"GATEWAY_STORE__URL": "memory:"}
    reached = {"GATEWAY_URL": f"http://127.0.0.1:{ports[8550]}", "GATEWAY_TOKEN": TOKEN}
    with container.serving(*image.exec_form("CMD"), environ=memory):
        for command in example_commands(example):
            subprocess.run(["bash", "-e", "-c", command], env=image.environ | reached, check=True, timeout=ENDS_SECONDS)
        with browser(reached["GATEWAY_URL"], TOKEN) as page:
            assert page.get("/api/v1/zones/ci").json()["code"] == "01CI"


def test_the_recipe_for_testcontainers_runs(
    image: Image, container: Installed, ports: dict[int, int], given: dict[str, str], tmp_path: Path
) -> None:
    """But for what starts the container."""
    page = (ROOT / "docs" / "container.md").read_text(encoding="utf-8")
    (recipe,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    token = re.search(r'^TOKEN = "(.*)"$', recipe, re.MULTILINE)[1]
    (tmp_path / "conftest.py").write_text(recipe)
    (tmp_path / "test_use.py").write_text(USE)
    core = tmp_path / "testcontainers" / "core"
    core.mkdir(parents=True)
    for module in ("container", "wait_strategies"):
        (core / f"{module}.py").write_text(STAND_IN)
    at = {f"PORT_{port}": str(here) for port, here in ports.items()} | {"PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"}
    memory = {"GATEWAY_STORE__URL": "memory:", "GATEWAY_HTTP__TOKEN": token}
    with container.serving(*image.exec_form("CMD"), environ=given | memory):
        subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(tmp_path)],
            cwd=tmp_path,
            env=clean_environ() | at,
            check=True,
            timeout=ENDS_SECONDS,
        )


def test_nothing_can_be_written_but_in_the_volume(image: Image, container: Installed, given: dict[str, str]) -> None:
    elsewhere = given | {"GATEWAY_STORE__URL": f"sqlite:{image.working_folder}/gateway.db"}
    ended = container.run(*image.exec_form("CMD"), **elsewhere)
    assert ended.returncode == 2
    assert f"the folder {image.working_folder} is read-only" in ended.stderr


def test_without_a_token_it_says_which_variable_is_missing(image: Image, container: Installed) -> None:
    ended = container.run(*image.exec_form("CMD"))
    assert ended.returncode == 2
    assert "http.token is empty; set a token, here or as GATEWAY_HTTP__TOKEN in the environment" in ended.stderr


def test_it_has_the_driver_of_postgresql_and_nothing_to_install_with(image: Image) -> None:
    programs = Path(image.environ["PATH"].partition(":")[0])
    subprocess.run([programs / "python", "-c", "import psycopg"], check=True, timeout=ENDS_SECONDS)
    assert not list(programs.glob("pip*"))
