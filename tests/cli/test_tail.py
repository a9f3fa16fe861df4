"""`gateway tail`, `wait` and `reset`: what they ask a running gateway, and what they say."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import Result

from gateway.frontends.connexion import wire
from gateway.model import Logon
from tests.ports import free_port
from tests.server.running import LOGON, record

from .gateways import MARC, Gateway, command, environment, on_terminal, process, run, serving

ON = ("http.enabled=true", "http.port=0")
NOBODY = Logon(logon_id=b"01CARLI_NOBODY", password=b"nothing")
TOKEN = "open-sesame-47110815"


@pytest.fixture
def web(store: str) -> Iterator[Gateway]:
    """A gateway with its API."""
    with serving(store, *ON) as running:
        yield running


def export(gateway: Gateway, name: str = "monograph") -> None:
    """Export a file of `fixtures/marc` to the zone `xyz`."""
    run("send", "--zone", "xyz", *gateway.options, MARC / f"{name}.mrc")


def export_titled(gateway: Gateway, number: int, title: str, logon: Logon = LOGON) -> None:
    """Export a record with this OCLC number and title."""
    with socket.create_connection((gateway.address, gateway.port)) as client:
        client.sendall(wire.compose(logon, record(number, title)))
        assert client.recv(4_096)


@contextmanager
def tailing(url: str, *more: str) -> Iterator[subprocess.Popen[bytes]]:
    """`gateway tail` at this gateway."""
    with process("tail", "--url", url, *more) as started:
        yield started


def told(started: subprocess.Popen[bytes]) -> dict[str, Any]:
    """The next line of `--json`."""
    assert started.stdout is not None
    line = started.stdout.readline()
    assert line, started.stderr and started.stderr.read()
    found: dict[str, Any] = json.loads(line)
    return found


def stopped(started: subprocess.Popen[bytes]) -> bytes:
    """What it said on standard error until Ctrl-C ended it well."""
    started.send_signal(signal.SIGINT)
    assert started.wait(30) == 0
    assert started.stderr is not None
    return started.stderr.read()


def asked(web: Gateway, *arguments: str) -> Result:
    """A command at that gateway."""
    command, *more = arguments
    return run(command, "--url", web.running.http, *more)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for one process")
class TestTail:
    def test_begins_with_the_last_ones_and_goes_on(self, web: Gateway) -> None:
        for name in ("monograph", "serial", "refused-no-245"):
            export(web, name)
        with tailing(web.running.http, "-n", "2", "--json") as tail:
            assert [(one["seq"], one["outcome"]) for one in (told(tail), told(tail))] == [
                (2, "created"),
                (3, "refused"),
            ]
            export(web, "minimal")
            one = told(tail)
            assert (one["seq"], one["zone"], one["outcome"]) == (4, "xyz", "created")
            assert stopped(tail) == b""

    def test_tells_people_in_words(self, web: Gateway) -> None:
        export(web, "refused-no-245")
        export(web, "monograph")
        with tailing(web.running.http) as tail:
            assert tail.stdout is not None
            refused, created = tail.stdout.readline().decode(), tail.stdout.readline().decode()
        assert "  1  xyz  refused: required  " in refused
        assert "  2  xyz  added  The lantern keepers" in created
        assert "OCLC 1999000017 9910000000015867" in created
        assert "\x1b" not in refused + created

    def test_is_coloured_on_a_terminal_which_titles_do_nothing_to(self, web: Gateway) -> None:
        export_titled(web, 1, "\x1b]0;owned\x07\u202eturned about")
        with on_terminal("tail", "--url", web.running.http) as (started, terminal):
            said = b""
            while b"turned about" not in said:
                said += os.read(terminal, 65_536)
            assert stopped(started) == b""
        assert b"\x1b[32madded\x1b[0m" in said
        assert b"\x1b]0;" not in said
        assert "\u202e" not in said.decode()

    def test_a_title_with_what_looks_like_the_end_of_a_line(self, web: Gateway) -> None:
        export(web)
        with tailing(web.running.http, "--json", "-n", "1") as tail:
            told(tail)
            export_titled(web, 7, "Lines\u2028and\x85lines")
            assert told(tail)["oclc_numbers"] == ["7"]

    def test_only_of_a_zone(self, web: Gateway) -> None:
        export_titled(web, 1, "Of nobody", NOBODY)
        export(web, "monograph")
        with tailing(web.running.http, "--json", "--zone", "@i-share-xyz") as tail:
            assert told(tail)["outcome"] == "logon_failed"
            export(web, "serial")
            export_titled(web, 2, "Of nobody", NOBODY)
            assert told(tail)["seq"] == 4
        nowhere = asked(web, "tail", "--zone", "nowhere")
        assert nowhere.exit_code == 1
        assert "nowhere" in nowhere.stderr

    @pytest.mark.parametrize(("store", "seqs"), [("sqlite:gateway.db", [2, 3]), ("memory:", [1, 2])])
    def test_goes_on_when_the_gateway_is_started_anew(self, store: str, seqs: list[int], folder: Path) -> None:
        with ExitStack() as stack:
            at_one_port = ("http.enabled=true", f"http.port={free_port()}")
            with serving(store, *at_one_port) as first:
                export(first, "monograph")
                tail = stack.enter_context(tailing(first.running.http, "--json"))
                assert told(tail)["seq"] == 1
            with serving(store, *at_one_port) as second:
                export(second, "serial")
                export(second, "minimal")
                assert [told(tail)["seq"] for _ in seqs] == seqs
                assert stopped(tail) == b""

    def test_exits_3_where_it_cannot_begin(self, deaf_port: int) -> None:
        ended = run("tail", "--url", f"http://127.0.0.1:{deaf_port}")
        assert ended.exit_code == 3
        assert ended.stderr.startswith(f"gateway: http://127.0.0.1:{deaf_port} does not answer: ")
        assert "start it (gateway serve), or name it: --url" in ended.stderr


class TestWait:
    def test_for_what_has_happened(self, web: Gateway) -> None:
        export(web, "monograph")
        found = asked(web, "wait", "--after", "0", "--oclc", "ocn1999000017", "--outcome", "created", "--json")
        assert (found.exit_code, json.loads(found.stdout)["seq"]) == (0, 1)
        in_words = asked(web, "wait", "--after", "0", "-q", "outcome:created")
        assert (in_words.exit_code, "  1  xyz  added  " in in_words.stdout) == (0, True)

    def test_for_what_is_to_come(self, web: Gateway) -> None:
        export(web, "monograph")
        with process("wait", "--url", web.running.http, "--json") as waits:
            until_somebody_waits(web)
            export(web, "refused-no-245")
            assert waits.wait(30) == 0
            assert told(waits)["seq"] == 2

    def test_in_vain_exits_4_and_says_what_came_near(self, web: Gateway) -> None:
        export(web, "refused-no-245")
        found = asked(web, "wait", "--after", "0", "--zone", "xyz", "--outcome", "created", "--timeout", "0.1")
        assert (found.exit_code, found.stdout) == (4, "")
        assert found.stderr.splitlines() == [
            "nothing came within 0.1 s that is as wanted",
            "  submission 1: zone matches; outcome is refused, not created",
        ]

    def test_not_at_all(self, web: Gateway) -> None:
        assert asked(web, "wait", "--timeout", "0").exit_code == 4

    @pytest.mark.parametrize(
        ("options", "says"),
        [
            (["--oclc", "none"], "oclc: is no OCLC number"),
            (["-q", "titel:x"], "titel"),
        ],
    )
    def test_for_what_means_nothing_exits_2(self, web: Gateway, options: list[str], says: str) -> None:
        found = asked(web, "wait", *options)
        assert found.exit_code == 2
        assert found.stderr.startswith("gateway: ")
        assert says in found.stderr
        assert found.stderr.count("\n") == 1

    def test_at_a_gateway_that_is_stopped_exits_3(self, store: str) -> None:
        with ExitStack() as stack:
            with serving(store, *ON) as running:
                waits = stack.enter_context(process("wait", "--url", running.running.http))
                until_somebody_waits(running)
            assert waits.wait(30) == 3
            assert waits.stderr is not None
            assert b"gateway: the gateway is being stopped" in waits.stderr.read()


class TestReset:
    def test_empties_zones(self, web: Gateway) -> None:
        export(web, "monograph")
        done = asked(web, "reset", "xyz", "network")
        assert (done.exit_code, done.stdout) == (0, "xyz is empty\nnetwork is empty\n")
        assert httpx.get(f"{web.running.http}/api/v1/submissions").json()["submissions"] == []

    def test_asks_on_a_terminal(self, web: Gateway) -> None:
        export(web, "monograph")
        pty = pytest.importorskip("pty")
        for answer, left in (b"n\n", 1), (b"y\n", 0):
            ours, theirs = pty.openpty()
            words = command("reset", "xyz", "--url", web.running.http)
            with subprocess.Popen(words, stdin=theirs, stdout=theirs, stderr=theirs, env=environment()) as asks:
                os.close(theirs)
                said = b""
                while b"[y/N]: " not in said:
                    said += os.read(ours, 65_536)
                assert b"Forget all that xyz holds?" in said
                os.write(ours, answer)
                assert asks.wait(30) == left
            os.close(ours)
            page = httpx.get(f"{web.running.http}/api/v1/submissions").json()
            assert len(page["submissions"]) == left

    def test_a_zone_that_is_not_there(self, web: Gateway) -> None:
        for zone in ("nowhere", "../xyz", "a b?c"):
            refused = asked(web, "reset", "--yes", zone)
            assert (refused.exit_code, refused.stdout) == (1, "")
            assert refused.stderr.startswith("gateway: ")


def port_of(url: str) -> str:
    return url.rpartition(":")[2]


def until_somebody_waits(gateway: Gateway) -> None:
    """Return when a request waits for an attempt."""
    wanted = "gateway_waits 1.0"
    while wanted not in httpx.get(f"{gateway.running.http}/metrics").text:
        pass
