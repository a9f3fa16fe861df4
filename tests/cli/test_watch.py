"""`gateway doctor --watch` beside a running gateway, while somebody tries a set-up."""

import json
import math
import os
import signal
import socket
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import IO

import pytest
import trio
from trio.testing import MockClock, wait_all_tasks_blocked

from gateway.cli.watch import ANSWERED_SECONDS, NOTHING_ARRIVED, POLL_SECONDS, Wanted, Watching
from gateway.config import load
from gateway.errors import StoreError
from gateway.model import Delivery
from gateway.stores import open_store
from gateway.stores.base import PAGE_ROWS
from tests.importer.desk import Desk
from tests.marc.mnemonic import sample

from .gateways import HOST, MARC, ROOT, Gateway, process, run, serving, words


def export(gateway: Gateway, name: str, *options: str) -> None:
    """Export a fixture."""
    run("send", *gateway.options, *options, MARC / f"{name}.mrc")


def line(stream: IO[bytes] | None) -> str:
    assert stream is not None
    return stream.readline().decode().rstrip()


def rest(stream: IO[bytes] | None) -> str:
    assert stream is not None
    return stream.read().decode()


@contextmanager
def watching(gateway: Gateway, *options: str) -> Iterator[tuple[subprocess.Popen[bytes], list[str]]]:
    """The command, which waits by now, and what it has said so far."""
    with process("doctor", "--watch", *options, *gateway.options) as started:
        stream = started.stderr if "--json" in options else started.stdout
        said = [line(stream)]
        while not said[-1].startswith("Waiting for exports"):
            said.append(line(stream))
        yield started, said


def test_says_what_it_waits_for_and_what_to_type(gateway: Gateway):
    with watching(gateway, "--zone", "xyz") as (_, said):
        assert said == [
            "Type into Connexion: Tools > Options > Export > Create > OCLC Gateway Export",
            f"  xyz: Host Name {gateway.address}, Port {gateway.port}, Logon ID 01CARLI_XYZ, and its password",
            "Waiting for exports to xyz; Ctrl-C ends it.",
        ]


def test_tells_of_an_export_what_is_right(gateway: Gateway):
    with watching(gateway, "--zone", "xyz", "--once") as (started, _):
        export(gateway, "cjk")
        told = rest(started.stdout).splitlines()
        assert started.wait() == 0
    assert told[1].endswith("  submission 1: added")
    assert [said.partition(":")[0] for said in told[2:-1]] == [
        f"ok    {step}"
        for step in (
            *("connected", "destination", "transfer", "format", "logon", "profile", "structure", "character set"),
            *("contents", "match", "filed", "answered"),
        )
    ]
    assert "ok    logon: xyz, because the host i-share-xyz has it under the logon ID 01CARLI_XYZ" in told
    assert "ok    filed: Added as a new record. MMS ID 9910000000015867." in told
    assert told[-1] == "The whole report: gateway submissions show 1"


def test_tells_what_is_wrong_with_what_to_change_and_exits_1(gateway: Gateway):
    with watching(gateway, "--once") as (started, _):
        export(gateway, "refused-marc8", "--logon-id", "01carli_xyz", "--password", "xyz-secret")
        told = rest(started.stdout)
        assert started.wait() == 1
    assert (
        "\nfail  logon: Logon ID 01carli_xyz differs from 01CARLI_XYZ only in capitals.\n"
        "      Retype it at Tools > Options > Export > your destination > Logon ID.\n"
        "ok    structure: sound\n"
        "fail  character set: Once the logon is right, the record will be refused too. Alma cannot read"
    ) in told
    assert "profile" not in told
    assert "filed" not in told


def test_goes_on_until_it_is_stopped(gateway: Gateway):
    export(gateway, "minimal")
    with watching(gateway) as (started, said):
        assert said[-1] == "Waiting for exports to xyz, network, sandbox-abc, network-sandbox; Ctrl-C ends it."
        for number, name in enumerate(("cjk", "serial", "refused-no-245"), 2):
            export(gateway, name)
            told = ""
            while not told.startswith("The whole report"):
                told = line(started.stdout)
            assert told == f"The whole report: gateway submissions show {number}"
        if os.name == "nt":
            return
        started.send_signal(signal.SIGINT)
        assert started.wait() == 0
        assert "Traceback" not in rest(started.stderr)


def test_one_object_an_export(gateway: Gateway):
    with watching(gateway, "--once", "--json") as (started, _):
        export(gateway, "refused-no-245")
        [told] = rest(started.stdout).splitlines()
        assert started.wait() == 1
    found = json.loads(told)
    steps = found.pop("steps")
    one = json.loads(run("submissions", "show", "1", "--json", *gateway.options).stdout)
    assert list(found) == list(one)
    assert (found["outcome"], found["delivered"]) == ("refused", True)
    assert {tuple(step) for step in steps} == {("step", "status", "says", "fix")}
    [wrong] = [step for step in steps if step["status"] == "fail"]
    assert (wrong["step"], wrong["fix"]) == ("contents", "Correct the record in Connexion.")


def test_only_what_is_meant_for_the_zone(gateway: Gateway):
    with watching(gateway, "--zone", "network", "--once") as (started, _):
        export(gateway, "cjk")
        export(gateway, "cjk", "--logon-id", "01carli_network", "--password", "network-secret")
        told = rest(started.stdout)
        assert started.wait() == 1
    assert "submission 2: logon failed" in told
    assert "submission 1" not in told


def test_what_has_no_answer_is_told_too(gateway: Gateway):
    with watching(gateway, "--once") as (started, _):
        with socket.create_connection((gateway.address, gateway.port)) as client:
            client.sendall((ROOT / "fixtures" / "connexion" / "tls.bin").read_bytes())
        told = rest(started.stdout)
        assert started.wait() == 1
    assert "\nfail  connected: The client tried an encrypted connection (TLS).\n" in told


def test_nothing_arrives(gateway: Gateway):
    result = run("doctor", "--watch", "--timeout", "0", *gateway.options)
    assert result.exit_code == 4
    assert result.stderr.splitlines() == ["nothing arrived within 0 s", *(f"  {place}" for place in NOTHING_ARRIVED)]


def test_no_gateway_answers(store, deaf_port):
    with serving(store):
        pass
    chosen = (f"store.url={store}", f"hosts.{HOST}.address=127.0.0.1", f"hosts.{HOST}.connexion={deaf_port}")
    options = [word for value in chosen for word in ("--set", value)]
    result = run("doctor", "--watch", "--zone", "xyz", "--timeout", "0", *options)
    assert result.exit_code == 4
    first, fix, *_ = result.stdout.splitlines()
    assert first.startswith(f"fail  host {HOST}: no gateway answers for it at 127.0.0.1 port {deaf_port}: ")
    assert fix == "      start it: gateway serve; if it runs, type the address and port that it printed"


def test_another_host_answers(gateway: Gateway):
    result = run("doctor", "--watch", "--zone", "xyz", "--timeout", "0", *gateway.exchanged)
    assert "another host of the gateway answers there (i-share-network)" in result.stdout


def test_before_the_first_start_waits_for_the_gateway_and_then_for_exports(store, folder: Path):
    ports = [f"hosts.{key}.connexion=0" for key in load().hosts]
    options = [word for value in (f"store.url={store}", *ports) for word in ("--set", value)]
    with process("doctor", "--watch", "--zone", "xyz", "--once", *options) as started:
        assert line(started.stdout) == (
            f"Waiting for the gateway to start: there is no store {folder / 'gateway.db'} yet; gateway serve makes it"
        )
        with serving(store) as gateway:
            export(gateway, "cjk")
            told = rest(started.stdout)
            assert started.wait() == 0
    assert "\nWaiting for exports to xyz; Ctrl-C ends it.\n" in told
    assert " submission 1: added\n" in told


def test_before_the_first_start_the_wait_has_an_end(store):
    ports = [word for key in load().hosts for word in ("--set", f"hosts.{key}.connexion=0")]
    result = run("doctor", "--watch", "--timeout", "0", "--set", f"store.url={store}", *ports)
    assert result.exit_code == 4
    assert result.stdout.startswith("Waiting for the gateway to start: there is no store ")
    assert result.stderr.splitlines()[0] == "nothing arrived within 0 s"


def test_a_store_of_an_older_gateway_is_waited_for_too(store, folder: Path):
    with serving(store):
        pass
    with closing(sqlite3.connect(folder / "gateway.db")) as connection, connection:
        connection.execute("UPDATE schema_version SET version = -version")
    ports = [word for key in load().hosts for word in ("--set", f"hosts.{key}.connexion=0")]
    result = run("doctor", "--watch", "--timeout", "0", "--set", f"store.url={store}", *ports)
    assert result.exit_code == 4
    assert "gateway serve brings an older one up to date" in result.stdout


def test_a_memory_store_cannot_be_watched():
    result = run("doctor", "--watch", "--set", "store.url=memory:", "--timeout", "0")
    assert isinstance(result.exception, StoreError)
    assert words(result) == "a memory: store can be read only by the gateway that serves it"


def test_the_same_record_again_is_told(gateway: Gateway):
    """Also where the first came before it began to wait."""
    export(gateway, "cjk")
    with watching(gateway, "--once") as (started, _):
        export(gateway, "cjk")
        told = rest(started.stdout)
        assert started.wait() == 0
    assert "\nwarn  answered: The same record had come " in told


@pytest.mark.parametrize("option", [("--zone", "xyz"), ("--once",), ("--timeout", "1")])
def test_options_of_watching_alone(option):
    result = run("doctor", *option)
    assert result.exit_code == 2
    assert "--zone, --once and --timeout go with --watch" in result.stderr


def test_a_zone_that_is_none():
    result = run("doctor", "--watch", "--zone", "netwrk")
    assert result.exit_code == 2
    assert "there is no zone 'netwrk'; did you mean network?" in result.stderr


class TestWaiting:
    """Without a wire, and with a clock that jumps on whenever all wait."""

    async def test_everything_that_came_between_two_looks_is_told_in_its_order(
        self, autojump_clock: MockClock, capsys: pytest.CaptureFixture[str]
    ) -> None:
        watching = Watching(load(), Wanted(None, once=False, timeout=60.0, as_json=True))
        async with open_store("memory:") as store, trio.open_nursery() as nursery:
            desk = Desk(store)
            await desk.export(sample("minimal"))
            nursery.start_soon(watching.follow, store)
            await wait_all_tasks_blocked()
            for number in range(PAGE_ROWS + 20):
                receipt = await desk.export(sample("minimal"))
                desk.importer.note(Delivery(f"export-{number + 2}", 0.1, delivered=True))
        assert watching.last is not None
        assert watching.last.receipt == receipt
        told = [json.loads(said)["seq"] for said in capsys.readouterr().out.splitlines()]
        assert told == [*range(2, PAGE_ROWS + 22)]

    async def test_the_wait_for_an_answer_has_an_end(self, autojump_clock: MockClock) -> None:
        watching = Watching(load(), Wanted(None, once=True, timeout=math.inf, as_json=True))
        async with open_store("memory:") as store, trio.open_nursery() as nursery:
            nursery.start_soon(watching.follow, store)
            await wait_all_tasks_blocked()
            await Desk(store).export(sample("minimal"))
        assert trio.current_time() == pytest.approx(ANSWERED_SECONDS + POLL_SECONDS, abs=POLL_SECONDS)
        assert watching.last is not None
        assert watching.last.delivered is None

    async def test_the_wait_for_exports_has_an_end(self, autojump_clock: MockClock) -> None:
        watching = Watching(load(), Wanted(None, once=True, timeout=60.0, as_json=True))
        async with open_store("memory:") as store:
            assert await watching.follow(store)
        assert (trio.current_time(), watching.last) == (60.0, None)
