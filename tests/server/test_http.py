"""Page and API of a running gateway: who gets in, over what, and what machines that watch it are told."""

import ssl
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from shutil import which

import httpx
import pytest
import trio
from prometheus_client.parser import text_string_to_metric_families

from gateway import app, config
from gateway.errors import SettingsError
from gateway.listeners import listening
from tests.server.running import HOST, PATIENCE, WRONG, ask, http_client, message, overrides
from tests.stores.postgres_server import own_server

TOKEN = "open-sesame-47110815"
BROWSER = {"Accept": "text/html,application/xhtml+xml"}


@asynccontextmanager
async def gateway(*more: str, **client: object) -> AsyncIterator[tuple[httpx.AsyncClient, app.Running]]:
    """With these settings, and a client of its page and API."""
    settings = config.load(overrides=overrides("http.enabled=true", "http.port=0", *more))
    with trio.fail_after(PATIENCE):
        async with app.running(settings) as running, http_client(running.http, **client) as asking:
            yield asking, running


def port_of(running: app.Running) -> int:
    return running.connexion[HOST].port


class TestReady:
    async def test_when_listeners_and_store_answer(self) -> None:
        async with gateway() as (client, running):
            assert running.ready()["http"] == running.http
            assert (await client.get("/livez")).text == "ok\n"
            answer = await client.get("/readyz")
            assert (answer.status_code, answer.json()) == (200, {"ready": True, "faults": {}})

    async def test_not_without_a_listener(self) -> None:
        settings = config.load(overrides=overrides("http.enabled=true", "http.port=0"))
        with trio.fail_after(PATIENCE):
            async with listening(settings) as places:
                lost = places.hosts[0].listeners.pop()
                lost.socket.close()
                async with app.serving(settings, places), http_client(places.web.url) as client:  # type: ignore[union-attr]
                    answer = await client.get("/readyz")
        assert answer.status_code == 503
        assert list(answer.json()["faults"]) == [HOST]

    async def test_not_without_a_port_of_z3950(self) -> None:
        settings = config.load(overrides=overrides("http.enabled=true", "http.port=0", "wms.ports=[0]"))
        with trio.fail_after(PATIENCE):
            async with listening(settings) as places:
                for one in (places.z3950[0], places.wms[0]):
                    one.listeners.pop().socket.close()
                async with app.serving(settings, places), httpx.AsyncClient(base_url=places.web.url) as client:  # type: ignore[union-attr]
                    answer = await client.get("/readyz")
        assert answer.status_code == 503
        assert answer.json()["faults"] == {
            f"Z39.50 {HOST} port {places.z3950[0].bound.port}": "nothing listens there",
            f"WMS port {places.wms[0].bound.port}": "nothing listens there",
        }

    async def test_says_of_each_port_that_it_does_not_answer(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("gateway.frontends.http.health.READY_SECONDS", 0.05)
        settings = config.load(overrides=overrides("http.enabled=true", "http.port=0"))
        with trio.fail_after(PATIENCE):
            async with listening(settings) as places:
                deaf = [places.hosts[0].listeners.pop(), places.z3950[0].listeners.pop()]  # nobody accepts there
                async with app.serving(settings, places), httpx.AsyncClient(base_url=places.web.url) as client:  # type: ignore[union-attr]
                    faults = (await client.get("/readyz")).json()["faults"]
                for listener in deaf:
                    await listener.aclose()
        assert faults[HOST] == "no answer within 0.05 s"
        assert faults[f"Z39.50 {HOST} port {places.z3950[0].bound.port}"] == "no answer within 0.05 s"

    async def test_not_without_the_store(self) -> None:
        with own_server() as server:
            async with gateway(f"store.url={server.url()}") as (client, _):
                assert (await client.get("/readyz")).status_code == 200
                server.stop()
                answer = await client.get("/readyz")
                assert answer.status_code == 503
                assert answer.json()["ready"] is False
                assert list(answer.json()["faults"]) == ["store"]
                assert str(server.folder) not in answer.text
                assert (await client.get("/livez")).status_code == 200
                asked = await client.get("/api/v1/submissions")
                assert asked.status_code == 503
                assert asked.headers["content-type"] == "application/problem+json"
                server.start()
                while (await client.get("/readyz")).status_code != 200:
                    pass
                assert (await client.get("/api/v1/submissions")).status_code == 200


class TestMetrics:
    async def test_count_exports_and_replies(self) -> None:
        async with gateway() as (client, running):
            for number in (1, 2):
                await ask(port_of(running), message(number))
            await ask(port_of(running), message(3, WRONG))
            answer = await client.get("/metrics")
            assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
            told = {family.name: family for family in text_string_to_metric_families(answer.text)}
            assert all(family.documentation for family in told.values())
            counted = {
                (sample.labels["zone"], sample.labels["outcome"]): sample.value
                for sample in told["gateway_attempts"].samples
            }
            assert counted == {("xyz", "created"): 2, ("xyz", "logon_failed"): 1}
            seconds = {sample.name: sample.value for sample in told["gateway_answer_seconds"].samples}
            assert seconds["gateway_answer_seconds_count"] == 3
            assert seconds["gateway_answer_seconds_sum"] > 0

    async def test_count_who_follows(self) -> None:
        async def following(client: httpx.AsyncClient) -> float:
            families = text_string_to_metric_families((await client.get("/metrics")).text)
            return next(family for family in families if family.name == "gateway_streams").samples[0].value

        async with gateway() as (client, _):
            assert await following(client) == 0
            async with await trio.open_tcp_stream("127.0.0.1", client.base_url.port or 0) as stream:
                await stream.send_all(b"GET /api/v1/events HTTP/1.0\r\nHost: localhost\r\n\r\n")
                received = b""
                while b"retry: 1000" not in received:
                    received += await stream.receive_some()
                assert await following(client) == 1
            while await following(client):
                pass


class TestToken:
    @pytest.mark.parametrize("path", ["/livez", "/readyz", "/sign-in", "/static/style.css"])
    async def test_is_not_wanted_for(self, path: str) -> None:
        async with gateway(f"http.token={TOKEN}") as (client, _):
            assert (await client.get(path)).status_code in (200, 404)

    @pytest.mark.parametrize("path", ["/", "/metrics", "/api/v1/submissions", "/api/v1/openapi.json", "/nowhere"])
    async def test_is_wanted_for(self, path: str) -> None:
        async with gateway(f"http.token={TOKEN}") as (client, _):
            assert (await client.get(path)).status_code == 401
            answer = await client.get(path, headers={"Authorization": f"Bearer {TOKEN}"})
            assert answer.status_code == (404 if path == "/nowhere" else 200)

    async def test_is_shown_once_by_who_looks_at_pages(self) -> None:
        async with gateway(f"http.token={TOKEN}", headers=BROWSER, follow_redirects=True) as (client, _):
            form = await client.get("/submissions?q=a")
            assert form.url.path == "/sign-in"
            hidden = form.text.partition('name="csrf" value="')[2].partition('"')[0]
            page = await client.post("/sign-in", data={"token": TOKEN, "csrf": hidden, "next": "/"})
            assert (page.status_code, page.url.path) == (200, "/")
            assert (await client.get("/api/v1/submissions")).status_code == 200


class TestPaths:
    async def test_that_lead_nowhere_are_a_page_to_people_and_a_problem_to_programs(self) -> None:
        async with gateway() as (client, _):
            page = await client.get("/nowhere", headers=BROWSER)
            assert page.status_code == 404
            assert page.headers["content-type"].startswith("text/html")
            for path, headers in (("/nowhere", {}), ("/api/v1/nowhere", {}), ("/api/v1/nowhere", BROWSER)):
                problem = await client.get(path, headers=headers)
                assert problem.status_code == 404
                assert problem.headers["content-type"] == "application/problem+json"
                assert problem.json()["title"] == "Not Found"


@pytest.fixture(scope="session")
def pem(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a certificate for this computer, its key, another key, and the key with a passphrase."""
    if which("openssl") is None:
        pytest.skip("openssl, which makes the certificate, is not installed")
    folder = tmp_path_factory.mktemp("pem")
    names = "subjectAltName=DNS:localhost,IP:127.0.0.1"
    for command in (
        "genpkey -algorithm EC -pkeyopt ec_paramgen_curve:prime256v1 -out key.pem",
        "genpkey -algorithm EC -pkeyopt ec_paramgen_curve:prime256v1 -out other.pem",
        "pkey -in key.pem -aes256 -passout pass:secret -out locked.pem",
        f"req -x509 -new -key key.pem -out cert.pem -days 2 -subj /CN=localhost -addext {names}",
    ):
        subprocess.run(["openssl", *command.split()], cwd=folder, check=True, capture_output=True)
    return folder


class TestTls:
    async def test_serves_the_page_with_the_certificate(self, pem: Path) -> None:
        files = f"http.tls_cert={pem / 'cert.pem'}", f"http.tls_key={pem / 'key.pem'}"
        trusting = ssl.create_default_context(cafile=str(pem / "cert.pem"))
        async with gateway(*files, verify=trusting, headers=BROWSER) as (client, running):
            assert running.http.startswith("https://127.0.0.1:")
            answer = await client.get("/")
            assert answer.status_code == 200
            assert "; Secure" in answer.headers["set-cookie"]
            assert (await client.get("/readyz")).status_code == 200
            with pytest.raises(httpx.TransportError):
                await client.get(running.http.replace("https:", "http:"))
            assert (await client.get("/livez")).status_code == 200

    @pytest.mark.parametrize(
        ("cert", "key", "why"),
        [
            ("cert.pem", "other.pem", "the key is not that of the certificate"),
            ("key.pem", "cert.pem", "one of the two is no PEM file of its kind"),
            ("cert.pem", "locked.pem", "the key wants a passphrase; write one without: openssl pkey"),
        ],
    )
    async def test_with_files_that_do_not_fit_does_not_start(self, pem: Path, cert: str, key: str, why: str) -> None:
        with pytest.raises(ExceptionGroup) as raised:
            async with gateway(f"http.tls_cert={pem / cert}", f"http.tls_key={pem / key}"):
                pass
        (told,) = leaves(raised.value)
        assert isinstance(told, SettingsError)
        assert str(told).startswith(f"http.tls_cert and http.tls_key cannot be used: {why}")


def leaves(error: BaseException) -> list[BaseException]:
    """The errors of a group, of its groups too."""
    if isinstance(error, BaseExceptionGroup):
        return [leaf for one in error.exceptions for leaf in leaves(one)]
    return [error]
