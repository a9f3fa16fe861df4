"""`gateway serve` as a process: how it begins, what it refuses, how it ends."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from gateway import __version__
from gateway.addresses import lan_address, reached_at
from gateway.frontends.base import is_loopback, loopback_only

from .gateways import HOST, MARC, Gateway, command, environment, on_terminal, process, run

FREE_PORTS = (
    *(word for key in (HOST, "i-share-network", "sandbox02-na") for word in ("--set", f"hosts.{key}.connexion=0")),
    *("--set", "http.port=0"),
)
MEMORY = ("--set", "store.url=memory:")
ENDS_IN_SECONDS = 30.0
TOKEN = "open-sesame-47110815"


def refused(*arguments: str) -> str:
    """What `serve` says when it exits 2."""
    ended = subprocess.run(
        command("serve", *arguments), capture_output=True, timeout=ENDS_IN_SECONDS, env=environment(), check=False
    )
    assert (ended.returncode, ended.stdout) == (2, b""), ended.stderr
    return ended.stderr.decode()


def ended_by(started: subprocess.Popen[bytes], number: int) -> int:
    started.send_signal(number)
    return started.wait(ENDS_IN_SECONDS)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM that a process can catch")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_ready_line_an_export_and_the_end(folder: Path, number):
    with process("serve", *FREE_PORTS) as started:
        assert started.stdout is not None
        line = json.loads(started.stdout.readline())
        assert list(line) == ["ready", "version", "hosts", "http"]
        assert httpx.get(f"{line['http']}/readyz").json() == {"ready": True, "faults": {}}
        assert (line["ready"], line["version"]) == (True, __version__)
        assert list(line["hosts"]) == [HOST, "i-share-network", "sandbox02-na"]
        address, _, port = line["hosts"][HOST]["connexion"].rpartition(":")
        sent = run("send", "--zone", "xyz", "--host", address, "--port", port, MARC / "cjk.mrc")
        assert sent.exit_code == 0
        assert ended_by(started, number) == 0
        assert started.stdout.read() == b""
    listed = run("records", "list", "--json")
    assert json.loads(listed.stdout)["zone"] == "xyz"


def test_one_store_is_served_once(gateway: Gateway, store):
    words = refused(*FREE_PORTS, "--set", f"store.url={store}")
    assert words.startswith("gateway: another gateway serves the store ")
    assert "--set store.url=sqlite:FILE" in words
    assert words.count("\n") == 1


def test_a_port_in_use():
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        at = ("--set", f"hosts.{HOST}.connexion={port}", "--set", f"hosts.{HOST}.address=127.0.0.1")
        words = refused(*FREE_PORTS, *MEMORY, *at)
    assert words.startswith(
        f"gateway: hosts.{HOST}.connexion (--set hosts.{HOST}.connexion): 127.0.0.1:{port} is in use"
    )
    assert words.count("\n") == 1


def test_a_port_of_the_page_in_use():
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        words = refused(*FREE_PORTS, *MEMORY, "--set", f"http.port={port}")
    assert words.startswith(f"gateway: http.port (--set http.port): 127.0.0.1:{port} is in use")
    assert f"--set http.port={port + 1}" in words
    assert words.count("\n") == 1


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (["http.address=0.0.0.0"], r"http\.address \(--set http\.address\): .*http\.token is empty; set a token"),
        ([f"http.token={TOKEN}", "http.address=192.0.2.1"], r"http\.address .*192\.0\.2\.1 is no address of this"),
        (["http.address=nowhere.invalid", f"http.token={TOKEN}"], r"http\.address .* is no address or name of this"),
        (["http.tls_cert={cert}", "http.tls_key={cert}"], r"http\.tls_cert and http\.tls_key cannot be used: "),
        (["http.tls_cert={cert}"], r"http\.tls_cert \(--set http\.tls_cert\): wants http\.tls_key beside it"),
    ],
)
def test_a_page_that_cannot_be_served(more: list[str], words: str, tmp_path: Path):
    cert = tmp_path / "cert.pem"
    cert.write_text("no certificate")
    chosen = (word for value in more for word in ("--set", value.format(cert=cert)))
    said = refused(*FREE_PORTS, *MEMORY, *chosen)
    assert re.match(f"gateway: {words}", said), said
    assert said.count("\n") == 1
    assert TOKEN not in said


def test_lan_refuses_example_passwords():
    words = refused("--lan", *FREE_PORTS, *MEMORY)
    assert words.startswith("gateway: these passwords stand in config.example.toml, where anybody can read them:\n")
    assert "--set zones.xyz.password=" in words


def test_settings_that_cannot_be_used():
    assert refused("--set", "limits.conections=5").startswith("gateway: limits.conections (--set limits.conections): ")


def test_on_a_terminal_it_says_what_to_type():
    with on_terminal("serve", *FREE_PORTS) as (started, terminal):
        said = b""
        while b"Ctrl-C" not in said:
            said += os.read(terminal, 65_536)
        assert ended_by(started, signal.SIGINT) == 0
    text = said.decode()
    assert "Type into Connexion: Tools > Options > Export > Create > OCLC Gateway Export" in text
    assert "01CARLI_XYZ" in text
    assert "Only this computer can export to it; gateway serve --lan" in text
    assert re.search(r"What arrives: http://127\.0\.0\.1:[1-9]\d*\b", text)


def test_without_a_page_it_says_where_else_to_look():
    with on_terminal("serve", *FREE_PORTS, "--set", "http.enabled=false") as (started, terminal):
        said = b""
        while b"Ctrl-C" not in said:
            said += os.read(terminal, 65_536)
        assert ended_by(started, signal.SIGINT) == 0
    assert "gateway submissions list" in said.decode()
    with process("serve", *FREE_PORTS, "--set", "http.enabled=false") as started:
        assert started.stdout is not None
        assert list(json.loads(started.stdout.readline())) == ["ready", "version", "hosts"]


def test_a_second_signal_does_not_wait_for_what_is_in_flight():
    """A client within a message keeps the gateway for up to ten seconds; who asks twice does not wait for it."""
    if sys.platform == "win32":
        pytest.skip("Windows has no SIGTERM that a process can catch")
    with process("serve", *FREE_PORTS, *MEMORY, "--set", "limits.shutdown_seconds=600") as started:
        assert started.stdout is not None
        address, _, port = json.loads(started.stdout.readline())["hosts"][HOST]["connexion"].rpartition(":")
        with socket.create_connection((address, int(port))) as client:
            begin_message(client)
            started.send_signal(signal.SIGTERM)
            refuses_connections(address, int(port))
            assert ended_by(started, signal.SIGTERM) == 0


def begin_message(client: socket.socket) -> None:
    """Send a message's beginning, and wait until it has been read: the Telnet option before it is answered."""
    client.sendall(b"\xff\xfd\x03AK01CARLI_XYZ")
    assert client.recv(3) == b"\xff\xfc\x03"


def refuses_connections(address: str, port: int) -> None:
    """Return when the listener is closed."""
    while True:
        try:
            socket.create_connection((address, port)).close()
        except OSError:
            return


def test_addresses():
    assert reached_at("0.0.0.0") == "127.0.0.1"
    assert reached_at("::") == "::1"
    assert reached_at("127.0.0.2") == "127.0.0.2"
    assert reached_at("my-computer") == "my-computer"
    assert loopback_only("localhost")
    assert loopback_only("127.0.0.3")
    assert not loopback_only("0.0.0.0")
    assert not loopback_only("my-computer")
    lan = lan_address()
    assert lan is None or not is_loopback(lan)
