"""The API as fixtures ask it: a gateway that hangs holds them up once, and no failure tells the token."""

import copy
import shutil
import ssl
import subprocess
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from gateway.config import Secret
from gateway.testing import client
from gateway.testing.client import Client, NotDone
from gateway.testing.zone import Gateway

TOKEN = "t" * 20
SHORT_SECONDS = 0.05
LONG_SECONDS = 60.0


class Hanging(ThreadingHTTPServer):
    """Takes every request; answers it while it is awake. No zone can be deleted there."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.awake = threading.Event()
        self.asked: list[str] = []
        self._came = threading.Condition()

    def ask(self, path: str) -> None:
        """Keep what was asked."""
        with self._came:
            self.asked.append(path)
            self._came.notify_all()

    def was_asked(self, times: int) -> bool:
        """Wait until it was, so often: who asks may give up before."""
        with self._came:
            return self._came.wait_for(lambda: len(self.asked) >= times, LONG_SECONDS)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Answer(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Hanging

    def do_GET(self) -> None:
        self.server.ask(self.path)
        if self.server.awake.wait(LONG_SECONDS):
            self._say(200, b"{}")

    def do_DELETE(self) -> None:
        self.server.ask(self.path)
        self._say(500 if "/zones/" in self.path else 200, b"")

    def _say(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("content-length", str(len(body)))
        with suppress(ConnectionError):  # whoever asked may have left long ago
            self.end_headers()
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Print nothing."""


@pytest.fixture
def hanging() -> Iterator[Hanging]:
    with Hanging() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.awake.set()
        server.shutdown()
        thread.join()


@contextmanager
def asking(url: str) -> Iterator[Client]:
    one = Client(url, Secret(TOKEN))
    try:
        yield one
    finally:
        one.close()


@pytest.fixture
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SPARE_SECONDS", "AWAKE_SECONDS"):
        monkeypatch.setattr(client, name, SHORT_SECONDS)


@pytest.mark.usefixtures("_soon")
def test_one_that_hangs_is_not_asked_again_for_a_while(hanging: Hanging, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "DOWN_SECONDS", LONG_SECONDS)
    with asking(hanging.url) as one:
        with pytest.raises(NotDone, match="does not answer: timed out"):
            one.waited("/submissions/wait", dict, 0.0, {})
        assert hanging.was_asked(1)
        for said in ("timed out", "it hangs", "it hangs"):
            with pytest.raises(NotDone, match=f"does not answer: {said}"):
                one.get("/zones", dict)
        assert hanging.was_asked(2)
        assert hanging.asked == ["/api/v1/submissions/wait?timeout=0.0", "/livez"]


@pytest.mark.usefixtures("_soon")
def test_one_that_is_awake_again_is_asked_as_ever(hanging: Hanging, monkeypatch: pytest.MonkeyPatch) -> None:
    with asking(hanging.url) as one:
        with pytest.raises(NotDone, match="timed out"):
            one.waited("/submissions/wait", dict, 0.0, {})
        assert hanging.was_asked(1)
        hanging.awake.set()
        monkeypatch.setattr(client, "AWAKE_SECONDS", LONG_SECONDS)
        assert [one.get("/zones", dict) for _ in range(2)] == [{}, {}]
        assert hanging.asked[1:] == ["/livez", "/api/v1/zones", "/api/v1/zones"]


def test_host_of_a_test_goes_also_where_its_zone_stays(hanging: Hanging, connexion_gateway: Gateway) -> None:
    there = copy.copy(connexion_gateway)
    with asking(hanging.url) as there._client, pytest.raises(NotDone, match="refuses DELETE /api/v1/zones/"):
        there.close()
    assert [path.split("/")[3] for path in hanging.asked] == ["zones", "hosts"]


@pytest.mark.skipif(not shutil.which("openssl"), reason="openssl, which makes the certificate, is not installed")
def test_over_tls_it_must_be_trusted(hanging: Hanging, tmp_path: Path) -> None:
    made = "req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -days 2 -subj /CN=gateway.example"
    subprocess.run(["openssl", *made.split()], cwd=tmp_path, check=True, capture_output=True)
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")
    hanging.awake.set()
    hanging.socket = tls.wrap_socket(hanging.socket, server_side=True)
    for scheme in ("https", "HTTPS"):
        with asking(hanging.url.replace("http", scheme)) as one, pytest.raises(NotDone, match="certificate"):
            one.get("/zones", dict)
    assert hanging.asked == []


@pytest.mark.usefixtures("_soon")
def test_no_failure_has_the_token_in_its_frames(hanging: Hanging) -> None:
    with asking(hanging.url) as one, pytest.raises(NotDone) as hung:
        one.waited("/submissions/wait", dict, 0.0, {})
    with asking("http://127.0.0.1:1") as one, pytest.raises(NotDone) as refused:
        one.get("/zones", dict)
    for failed in (hung, refused):
        told = "".join(traceback.TracebackException.from_exception(failed.value, capture_locals=True).format())
        assert "does not answer" in told
        assert TOKEN not in told
