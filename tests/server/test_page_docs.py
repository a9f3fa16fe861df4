"""What docs/page.md says of reaching the page holds."""

import re
from pathlib import Path

import pytest
import trio
from prometheus_client.parser import text_string_to_metric_families

from gateway import app, config
from gateway.frontends.http import bodies, connection, listener, site
from tests.server.running import HOST, PATIENCE, ask, http_client, message, overrides

TEXT = (Path(__file__).resolve().parents[2] / "docs" / "page.md").read_text("utf-8")
SETTINGS = re.findall(r"```toml\n(.*?)```", TEXT, re.DOTALL)
ELSEWHERE = overrides("http.enabled=true", "http.port=0")


def test_there_are_settings_to_paste() -> None:
    assert len(SETTINGS) == 3


@pytest.mark.parametrize("pasted", SETTINGS)
def test_settings_can_be_pasted(pasted: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("gateway.toml").write_text(pasted)
    for name in ("cert.pem", "key.pem"):
        Path(name).write_text("there")
    http = config.load(Path("gateway.toml")).http
    assert http.names or http.token.reveal()


def test_read_only_is_a_setting() -> None:
    assert config.load(overrides=[re.search(r"`http\.read_only = true`", TEXT)[0].strip("`")]).http.read_only  # type: ignore[index]


async def test_a_proxy_that_passes_its_name_on_is_served() -> None:
    (names,) = re.findall(r"names = (.*)", TEXT)
    (proxy,) = re.findall(r"server_name (.*);", TEXT)
    settings = config.load(overrides=[*ELSEWHERE, f"http.names={names}"])
    with trio.fail_after(PATIENCE):
        async with app.running(settings) as running, http_client(running.http) as client:
            through = {"Host": proxy, "Origin": f"https://{proxy}", "Sec-Fetch-Site": "same-origin"}
            assert (await client.get("/", headers=through)).status_code == 200
            assert (await client.post("/api/v1/zones/xyz/reset", headers=through)).status_code < 300
            assert (await client.get("/", headers={"Host": "elsewhere.example"})).status_code == 421


async def test_the_metrics_are_those_that_there_are() -> None:
    told = {name for row in re.findall(r"^\| (`gateway_.*?) \|", TEXT, re.MULTILINE) for name in spelled_out(row)}
    with trio.fail_after(PATIENCE):
        async with (
            app.running(config.load(overrides=ELSEWHERE)) as running,
            http_client(running.http) as client,
        ):
            await ask(running.connexion[HOST].port, message(1))
            metrics = (await client.get("/metrics")).text
    assert told == {sample.name for family in text_string_to_metric_families(metrics) for sample in family.samples}


def spelled_out(row: str) -> list[str]:
    """The names of a row, of which further ones may be endings of the first."""
    first, *more = re.findall(r"`(\w+)`", row)
    return [first, *(first.rpartition("_")[0] + ending for ending in more)]


def test_the_limits_are_those_in_force() -> None:
    _, _, limits = TEXT.partition("## What are its limits?\n")
    assert f"{listener.HEADER_BYTES // 1024} KB for the head of a request" in limits
    assert f"{site.BODY_BYTES // 1024**2} MB for its body" in limits
    assert f"{connection.HEAD_SECONDS:g} and {bodies.BODY_SECONDS:g} seconds to come" in limits
    assert f"for {connection.SEND_SECONDS:g} seconds is let go" in limits
