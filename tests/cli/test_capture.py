"""`gateway capture` as a process of its own, between `gateway send` and a gateway."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from gateway.cli.capture import announced
from gateway.frontends.connexion import captures
from gateway.frontends.connexion.capture import Place
from gateway.frontends.connexion.captures import NotKept

from .gateways import MARC, Gateway, process, run, words

LOGON = ("--logon-id", "01CARLI_XYZ", "--password", "xyz-secret")
CJK = MARC / "cjk.mrc"
SECONDS = 30
"""Until a process that should end is given up."""

unix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")


@contextmanager
def capturing(port: int, file: Path, *options: str) -> Iterator[tuple[subprocess.Popen[bytes], dict[str, str]]]:
    """A capture in front of that port, which listens, and its ready line."""
    upstream = f"127.0.0.1:{port}"
    arguments = ("capture", "--upstream", upstream, "--listen", "127.0.0.1:0", "-o", str(file), *options)
    with process(*arguments) as started:
        assert started.stdout is not None
        line = started.stdout.readline()
        assert line, started.stderr and started.stderr.read()
        yield started, json.loads(line)


def place(ready: dict[str, str]) -> tuple[str, ...]:
    """Options that make `gateway send` send there."""
    address, _, port = ready["listen"].rpartition(":")
    return ("--host", address, "--port", port)


def ended(started: subprocess.Popen[bytes], how: int = signal.SIGINT) -> str:
    """What it said until it had ended by that signal."""
    started.send_signal(how)
    _, said = started.communicate(timeout=SECONDS)
    return said.decode()


@unix
def test_exports_are_recorded_until_ctrl_c(gateway: Gateway, folder: Path) -> None:
    file = folder / "alma.jsonl"
    with capturing(gateway.port, file) as (started, ready):
        assert ready == {
            "ready": True,
            "listen": ready["listen"],
            "upstream": f"127.0.0.1:{gateway.port}",
            "file": str(file),
        }
        sent = [run("send", *place(ready), *LOGON, "--form", form, CJK) for form in ("desktop", "browser")]
        said = ended(started)
    assert started.returncode == 0
    assert [result.exit_code for result in sent] == [0, 0]
    sessions = captures.read(file)
    assert [session.replies[0].text for session in sessions] == [result.stdout.rstrip("\n") for result in sent]
    assert [session.messages[0].parts[-1].content for session in sessions] == [CJK.read_bytes()] * 2
    assert b"xyz-secret" not in file.read_bytes()
    assert said.splitlines() == [
        f"What clients send to {ready['listen']} is passed on to {ready['upstream']}, and recorded in {file}.",
        "Recorded: records, replies, logon IDs, clients' addresses, times.",
        "Masked: passwords and user IDs, and how long they are.",
        "Of what cannot be read, only a rough number of bytes is kept.",
        "To stop: Ctrl-C.",
        f"2 connections, 2 messages, 2 replies in {file}",
    ]


@unix
def test_logon_ids_are_masked_if_wanted(gateway: Gateway, folder: Path) -> None:
    file = folder / "alma.jsonl"
    with capturing(gateway.port, file, "--mask-logon-id") as (started, ready):
        assert run("send", *place(ready), *LOGON, CJK).exit_code == 0
        said = ended(started)
    assert b"01CARLI_XYZ" not in file.read_bytes()
    assert "Masked: passwords, user IDs and logon IDs" in said


@unix
def test_a_capture_that_is_killed_leaves_what_it_has_and_no_credential(gateway: Gateway, folder: Path) -> None:
    file = folder / "alma.jsonl"
    with capturing(gateway.port, file) as (started, ready):
        filed = run("send", *place(ready), *LOGON, CJK)
        with socket.create_connection(("127.0.0.1", int(place(ready)[3]))) as client:
            client.sendall(b"AK01CARLI_XYZPJxyz-secret00026cam")
            ended(started, signal.SIGKILL)
    assert b"secret" not in file.read_bytes()
    session, *_ = captures.read(file)
    assert session.replies[0].text == filed.stdout.rstrip("\n")
    assert run("replay", file, *gateway.options).exit_code == 0


@unix
def test_a_second_capture_into_the_file_is_put_behind_the_first(gateway: Gateway, folder: Path) -> None:
    file = folder / "alma.jsonl"
    for options in ((), ("--append",)):
        with capturing(gateway.port, file, *options) as (started, ready):
            run("send", *place(ready), *LOGON, CJK)
            ended(started, signal.SIGTERM)
    assert [len(session.messages) for session in captures.read(file)] == [1, 1]


@unix
def test_what_is_no_export_is_told_and_not_kept(gateway: Gateway, folder: Path) -> None:
    file = folder / "alma.jsonl"
    with capturing(gateway.port, file) as (started, ready):
        with socket.create_connection(("127.0.0.1", int(place(ready)[3]))) as client:
            client.sendall(b"GET /xyz-secret HTTP/1.0\r\n\r\n")
            while client.recv(65_536):
                pass
        said = ended(started)
    assert "connection 1, client, at most 256 bytes: not kept, for it is HTTP" in said
    [session] = captures.read(file)
    assert [event.what for event in session.events if isinstance(event, NotKept)] == ["http", "reply"]


@unix
def test_where_no_server_is_it_says_so(folder: Path, deaf_port: int) -> None:
    file = folder / "alma.jsonl"
    with capturing(deaf_port, file) as (started, ready):
        assert run("send", *place(ready), *LOGON, "--retries", "0", CJK).exit_code == 1
        said = ended(started)
    assert f"connection 1 is closed: cannot connect to 127.0.0.1:{deaf_port}: nothing listens there" in said
    assert started.returncode == 0


@unix
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="wants a file that cannot be written")
def test_a_full_disk_ends_the_recording_with_1_and_no_export(gateway: Gateway) -> None:
    with capturing(gateway.port, Path("/dev/full"), "--append") as (started, ready):
        assert run("send", *place(ready), *LOGON, CJK).exit_code == 0
        said = ended(started)
    assert started.returncode == 1
    assert "nothing more is recorded: /dev/full cannot be written: No space left on device" in said


@pytest.mark.parametrize(("address", "said"), [("127.0.0.1", False), ("::1", False), ("0.0.0.0", True), ("::", True)])
def test_that_other_computers_can_reach_it_is_said(folder: Path, address: str, said: bool) -> None:
    lines = announced(Place(address, 5500), Place("alma.example", 5500), folder / "alma.jsonl", mask_logon_id=False)
    assert any(line.startswith("Other computers can reach it") for line in lines) == said


def test_it_listens_on_loopback_unless_told_otherwise() -> None:
    assert "--listen HOST:PORT For clients. [127.0.0.1:5500]" in " ".join(run("capture", "--help").stdout.split())


def test_a_port_that_is_taken(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        listen = f"127.0.0.1:{taken.getsockname()[1]}"
        result = run("capture", "--upstream", "alma.example:1", "--listen", listen, "-o", "new")
    assert words(result) == f"cannot listen on {listen}: Address already in use"
    assert os.listdir(folder) == []


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--upstream", "alma.example"), "'alma.example' is no HOST:PORT, such as 127.0.0.1:5500"),
        (("--upstream", "https://alma.example:5500"), "is no HOST:PORT"),
        (("--upstream", "alma.example:65536"), "is no HOST:PORT"),
        (("--upstream", "alma.example:55O0"), "is no HOST:PORT"),
        (("--upstream", ":5500"), "is no HOST:PORT"),
        (("--upstream", "localhost:5500"), "--upstream localhost:5500 is where it listens itself"),
        (("--upstream", "alma.example:1", "--listen", "127.0.0.1:0", "-o", "there"), "there is there already"),
        (("--upstream", "alma.example:1", "--listen", "127.0.0.1:0", "-o", "no/there"), "no/there cannot be written"),
        ((), "Missing option '--upstream'"),
    ],
)
def test_usage(folder: Path, arguments: tuple[str, ...], says: str) -> None:
    (folder / "there").write_text("mine")
    result = run("capture", *arguments, *(() if "-o" in arguments else ("-o", "new")))
    assert result.exit_code == 2 or type(result.exception).__name__ == "Unusable"
    assert says in " ".join(words(result).split())
    assert (folder / "there").read_text() == "mine"
    assert os.listdir(folder) == ["there"]
