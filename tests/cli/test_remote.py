"""Which running gateway `gateway tail`, `wait` and `reset` ask, and whom they believe."""

import http.server
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import which

import pytest

from .gateways import Gateway, run, serving, words
from .test_tail import ON, TOKEN, asked, port_of, web

__all__ = ["web"]


class TestWhichGateway:
    def test_that_of_the_environment(self, web: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("GATEWAY_URL", web.running.http + "/")
        assert run("reset", "xyz").exit_code == 0

    def test_that_of_the_settings(self, web: Gateway) -> None:
        port = port_of(web.running.http)
        assert run("reset", "xyz", *web.options, "--set", f"http.port={port}").exit_code == 0

    def test_none_that_could_be_known(self, web: Gateway) -> None:
        assert "http.port is 0" in words(run("reset", "xyz", *web.options))
        assert "http.enabled is false" in words(run("reset", "xyz", "--set", "http.enabled=false"))

    def test_no_proxy_is_asked(self, web: Gateway, monkeypatch: pytest.MonkeyPatch, deaf_port: int) -> None:
        monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{deaf_port}")
        assert asked(web, "reset", "xyz").exit_code == 0

    @pytest.mark.parametrize("url", ["nonsense", "ftp://127.0.0.1", "http://", "127.0.0.1:8550"])
    def test_an_address_that_is_none_exits_2(self, url: str) -> None:
        ended = run("reset", "xyz", "--url", url)
        assert ended.exit_code == 2
        assert "--url" in ended.stderr

    def test_one_that_is_none_exits_3(self) -> None:
        with something_else() as url:
            for command in (["tail"], ["wait"], ["wait", "--after", "1"]):
                ended = run(*command, "--url", url)
                assert ended.exit_code == 3, ended
                assert ended.stderr.startswith(f"gateway: {url} answers as no gateway does")
            assert run("reset", "xyz", "--url", url).exit_code == 1


class TestToken:
    def test_is_wanted(self, store: str, monkeypatch: pytest.MonkeyPatch) -> None:
        with serving(store, *ON, f"http.token={TOKEN}") as web:
            refused = asked(web, "reset", "xyz")
            assert refused.exit_code == 2
            assert "the token is needed" in refused.stderr
            assert asked(web, "reset", "xyz", "--token", TOKEN).exit_code == 0
            port = port_of(web.running.http)
            assert run("reset", "xyz", *web.options, "--set", f"http.port={port}").exit_code == 0
            monkeypatch.setenv("GATEWAY_TOKEN", TOKEN)
            assert asked(web, "reset", "xyz").exit_code == 0


class TestTls:
    def test_that_of_the_settings_is_trusted_whatever_it_calls_itself(self, store: str, folder: Path) -> None:
        if which("openssl") is None:
            pytest.skip("openssl, which makes the certificate, is not installed")
        made = "req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -days 2 -subj /CN=gateway.example"
        subprocess.run(["openssl", *made.split()], check=True, capture_output=True)
        with serving(store, *ON, "http.tls_cert=cert.pem", "http.tls_key=key.pem") as web:
            port = port_of(web.running.http)
            assert run("reset", "xyz", *web.options, "--set", f"http.port={port}").exit_code == 0
            for url in (web.running.http, web.running.http.replace("https", "HTTPS")):
                strange = run("reset", "xyz", "--url", url)
                assert strange.exit_code == 3, url
                assert "certificate" in strange.stderr


class Other(http.server.BaseHTTPRequestHandler):
    """Answers everything, and is no gateway."""

    def do_GET(self) -> None:
        """Some page."""
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"<h1>It works!</h1>\nretry: 1000\n\ndata: it works\n\n")

    def log_message(self, *_: object) -> None:
        """Nothing."""


@contextmanager
def something_else() -> Iterator[str]:
    """The URL of another server."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Other) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()
