"""What deploy/ holds goes together, and is what docs/container.md says."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from gateway import __version__, config
from gateway.config import Settings
from gateway.errors import SettingsError
from gateway.rulebook import rulebook
from tests.release.dockerfile import instructions, settings
from tests.release.examples import (
    COMPOSE,
    DOCKERFILE,
    GITHUB,
    SETTINGS,
    ZONES,
    github_job,
    gitlab_job,
    interpolated,
    read,
    variables,
)
from tests.release.installed import ROOT

TOKEN = {"GATEWAY_HTTP__TOKEN": "open-sesame-47110815"}
STEPS = instructions(DOCKERFILE.read_text(encoding="utf-8"))
PAGE = (ROOT / "docs" / "container.md").read_text(encoding="utf-8")
KILLED_SECONDS = 10
"""When `docker stop` kills unless told otherwise."""


def step(name: str) -> str:
    """What the last such instruction says."""
    return [one.rest for one in STEPS if one.name == name][-1]


def ports(settings: Settings) -> set[str]:
    """All that the settings listen on."""
    hosts = settings.hosts.values()
    found = [
        settings.http.port,
        *(host.connexion for host in hosts),
        *(port for host in hosts for port in host.z3950 or ()),
    ]
    return {*map(str, found)}


def project() -> Any:
    """The project's metadata."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def test_every_stage_is_the_same_slim_python_that_the_project_names() -> None:
    (base,) = {one.rest.partition(" AS ")[0] for one in STEPS if one.name == "FROM"}
    version = re.fullmatch(r"python:(3\.\d+)-slim", base)
    assert version is not None
    assert f"Programming Language :: Python :: {version[1]}" in project()["classifiers"]
    assert "apt-get" not in DOCKERFILE.read_text(encoding="utf-8")


def test_the_image_runs_as_nobody_in_particular_and_ends_when_told() -> None:
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", step("USER"))
    user, group = step("USER").split(":")
    assert any(f"--owner={user} --group={group} {step('VOLUME')} " in one.rest for one in STEPS if one.name == "RUN")
    assert step("STOPSIGNAL") == "SIGTERM"
    assert (step("ENTRYPOINT"), step("CMD")) == ('["gateway"]', '["serve"]')
    assert step("HEALTHCHECK").endswith('CMD ["gateway", "ready"]')


def test_labels_are_the_projects() -> None:
    labels = dict(settings(step("LABEL")))
    assert labels["org.opencontainers.image.version"] == __version__
    assert labels["org.opencontainers.image.licenses"] == project()["license"]
    assert labels["org.opencontainers.image.title"] == project()["name"]


def test_the_settings_of_the_container_want_a_token_and_nothing_else() -> None:
    found = config.load(SETTINGS, environ=TOKEN)
    rulebook(found)
    assert found.zones == {}
    assert ports(found) == {*step("EXPOSE").split()}
    assert found.store.url.startswith(f"sqlite:{step('VOLUME')}/")
    assert found.limits.shutdown_seconds < KILLED_SECONDS
    assert found.limits.connections_per_peer == found.limits.connections
    with pytest.raises(SettingsError, match="GATEWAY_HTTP__TOKEN"):
        config.load(SETTINGS)


def test_a_zone_can_be_made_of_the_environment_alone() -> None:
    (block,) = re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)
    given = dict(re.findall(r"^(GATEWAY_ZONES__\w+)=(\S+)$", block, re.MULTILINE))
    found = config.load(SETTINGS, environ=TOKEN | given)
    assert [zone.code for zone in found.zones.values()] == ["01CARLI_XYZ"]


def test_the_settings_with_zones_are_the_others_and_zones() -> None:
    alone, more = (tomllib.loads(file.read_text(encoding="utf-8")) for file in (SETTINGS, ZONES))
    zones = more.pop("zones")
    assert more == alone
    builtin = config.load().zones
    for key, zone in zones.items():
        assert {name: value for name, value in zone.items() if name != "password_env"}.items() <= {
            name: getattr(builtin[key], name) for name in zone
        }.items()


def composed() -> dict[str, str]:
    """What Compose gives the gateway, where all variables are set."""
    environment = read(COMPOSE)["services"]["gateway"]["environment"]
    return interpolated(environment, {name: f"secret-of-{name}-0815" for name in variables(COMPOSE.read_text())})


def test_compose_gives_the_gateway_what_it_wants() -> None:
    found = config.load(ZONES, environ=composed())
    assert found.store.url == "postgresql://gateway@postgres/gateway"
    assert config.example_password_zones(found) == ()


@pytest.mark.parametrize("name", [name for name in composed() if name not in ("GATEWAY_STORE__URL", "PGPASSWORD")])
def test_a_variable_that_is_missing_is_named(name: str) -> None:
    with pytest.raises(SettingsError, match=rf"\b{name}\b"):
        config.load(ZONES, environ={other: value for other, value in composed().items() if other != name})


def test_compose_keeps_the_gateway_in() -> None:
    gateway = read(COMPOSE)["services"]["gateway"]
    assert {port.rpartition(":")[0] for port in gateway["ports"]} == {
        f"127.0.0.1:{port}" for port in step("EXPOSE").split()
    }
    assert gateway["read_only"] is True
    assert gateway["tmpfs"] == ["/tmp"]
    assert gateway["cap_drop"] == ["ALL"]
    assert gateway["security_opt"] == ["no-new-privileges:true"]
    assert (COMPOSE.parent / gateway["build"]["context"] / gateway["build"]["dockerfile"]).resolve() == DOCKERFILE
    assert gateway["volumes"] == [f"./{ZONES.name}:{step('WORKDIR')}/gateway.toml:ro"]


def test_compose_waits_for_the_database() -> None:
    services = read(COMPOSE)["services"]
    assert services["gateway"]["depends_on"] == {"postgres": {"condition": "service_healthy"}}
    assert services["postgres"]["healthcheck"]["test"][1] == "pg_isready"
    assert "ports" not in services["postgres"]


def test_every_variable_of_compose_has_to_be_set_and_is_told_in_the_page() -> None:
    text = COMPOSE.read_text(encoding="utf-8")
    assert len(re.findall(r"\$\{\w+:\?[^}]+\}", text)) == len([*variables(text)])
    (block,) = re.findall(r"```ini\n(.*?)```", PAGE, re.DOTALL)
    assert {line.partition("=")[0] for line in block.splitlines()} == {*variables(text)}


def test_the_service_of_github_actions_publishes_what_its_steps_use() -> None:
    service = github_job()["services"]["gateway"]
    given = read(GITHUB)["env"]
    assert service["env"]["GATEWAY_HTTP__TOKEN"] == given["GATEWAY_TOKEN"]
    assert config.load(SETTINGS, environ=service["env"]).http.port == int(given["GATEWAY_URL"].rpartition(":")[2])
    assert service["ports"] == ["5500:5500", "8550:8550"]
    assert service["image"].endswith(f"/connexion-gateway:{__version__}")


def test_the_service_of_gitlab_is_reached_by_its_alias() -> None:
    job = gitlab_job()
    (service,) = job["services"]
    assert service["variables"]["GATEWAY_HTTP__TOKEN"] == job["variables"]["GATEWAY_TOKEN"]
    assert job["variables"]["GATEWAY_URL"] == f"http://{service['alias']}:8550"
    assert config.load(SETTINGS, environ=service["variables"]).http.port == 8550
    assert service["name"].endswith(f"/connexion-gateway:{__version__}")


def test_names_of_images_are_those_of_this_version() -> None:
    for text in (PAGE, COMPOSE.read_text(encoding="utf-8"), DOCKERFILE.read_text(encoding="utf-8")):
        assert {*re.findall(r"connexion-gateway:([\w.]+)", text)} == {__version__}


def test_settings_in_the_page_are_settings() -> None:
    told = {*re.findall(r"\b(GATEWAY_(?!ZONES)[A-Z0-9_]+__[A-Z0-9_]+)=([^\s`]+)", PAGE)}
    assert len(told) > 3
    for name, value in told:
        config.load(SETTINGS, environ=TOKEN | {name: value.replace("…", "0" * 16)})


def test_the_python_of_the_page_is_python(tmp_path: Path) -> None:
    (block,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    compile(block, "docs/container.md", "exec")
