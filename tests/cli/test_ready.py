"""`gateway ready`: exit codes 0, 3 and 4."""

import sys
import threading
from functools import partial

import pytest
import trio
from trio.testing import MockClock

from gateway.addresses import why_not_live, why_not_searched
from gateway.cli.ready import RESERVED_PORTS
from gateway.frontends.z3950.apdus import Close, CloseReason, encode
from gateway.frontends.z3950.apdus.control import ReportStatus, ResourceReportResponse
from gateway.frontends.z3950.apdus.init import InitResponse

from .gateways import HOST, OTHER_HOST, Gateway, run, serving

OWN_ADDRESS = "127.4.7.1"
"""One of this computer at which nobody else listens, whatever the port."""


def test_ready(gateway: Gateway):
    result = run("ready", *gateway.options)
    assert (result.exit_code, result.stdout, result.stderr) == (0, "ready\n", "")


def test_ready_at_given_addresses(gateway: Gateway):
    result = run("ready", *(str(bound) for bound in gateway.running.connexion.values()))
    assert result.exit_code == 0


def test_another_host_is_not_the_one_of_the_settings(gateway: Gateway):
    result = run("ready", *gateway.exchanged)
    assert result.exit_code == 3
    assert (
        f"not ready: {gateway.address}:{gateway.port}: another host of the gateway answers there ({HOST}): it was "
        "started with --lan or with other settings; use the address and port that it printed\n"
    ) in result.stderr
    assert f"({OTHER_HOST})" in result.stderr


def test_says_which_is_not(gateway: Gateway, deaf_port):
    result = run("ready", f"{gateway.address}:{gateway.port}", f"127.0.0.1:{deaf_port}")
    assert result.exit_code == 3
    assert (result.stdout, result.stderr) == ("", f"not ready: 127.0.0.1:{deaf_port}: nothing listens there\n")


def test_ports_of_z3950_that_are_chosen_are_asked(gateway: Gateway, deaf_port):
    port = gateway.running.z3950[HOST][0].port
    assert run("ready", *gateway.options, "--set", f"hosts.{HOST}.z3950=[{port}]").exit_code == 0
    for setting, name in (
        (f"hosts.{HOST}.z3950=[{port}, {deaf_port}]", f"Z39.50 {HOST}"),
        (f"wms.ports=[{deaf_port}]", "WMS"),
    ):
        result = run("ready", *gateway.options, "--set", setting)
        assert result.exit_code == 3
        assert result.stderr == f"not ready: 127.0.0.1:{deaf_port} ({name}): nothing listens there\n"


def test_a_port_of_z3950_that_wants_an_administrator_may_be_silent(gateway: Gateway):
    assert run("ready", *gateway.options, "--set", f"hosts.{HOST}.z3950=[0, {RESERVED_PORTS - 1}]").exit_code == 0


def test_wait_ends(deaf_port, monkeypatch):
    """By a clock that stands still, so that no question is cut short."""
    monkeypatch.setattr(trio, "run", partial(trio.run, clock=MockClock()))
    result = run("ready", "--wait", "0.05", f"127.0.0.1:{deaf_port}")
    assert result.exit_code == 4
    assert result.stderr == f"not ready: 127.0.0.1:{deaf_port}: nothing listens there\n"


@pytest.mark.skipif(sys.platform == "darwin", reason="macOS has no loopback address but 127.0.0.1")
def test_waits_until_it_is_ready(store, deaf_port):
    """The gateway takes the port while the command is asking."""
    results = []
    place = f"{OWN_ADDRESS}:{deaf_port}"
    waiting = threading.Thread(target=lambda: results.append(run("ready", "--wait", "120", place)))
    waiting.start()
    with serving(store, f"hosts.{HOST}.address={OWN_ADDRESS}", f"hosts.{HOST}.connexion={deaf_port}"):
        waiting.join()
    assert results[0].exit_code == 0


def test_ipv6_in_brackets(deaf_port):
    result = run("ready", f"[::1]:{deaf_port}")
    assert result.exit_code == 3
    assert f"not ready: [::1]:{deaf_port}: " in result.stderr


@pytest.mark.parametrize("listener", ["127.0.0.1", ":5500", "127.0.0.1:x", "127.0.0.1:0", "127.0.0.1:65536", "h:1_0"])
def test_what_is_no_listener(listener):
    result = run("ready", listener)
    assert result.exit_code == 2
    assert "is not ADDRESS:PORT, such as 127.0.0.1:5500" in result.stderr


def test_a_port_that_is_chosen_at_the_start():
    result = run("ready", "--set", f"hosts.{HOST}.connexion=0")
    assert result.exit_code == 2
    assert "hosts.i-share-xyz.connexion = 0 is any free port; give the ADDRESS:PORT" in " ".join(result.stderr.split())


async def answer(stream: trio.SocketStream, *, words: bytes) -> None:
    await stream.receive_some()
    await stream.send_all(words)


WELL = b"HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\n"
ANOTHER = "another host of the gateway answers there (b): it was started with --lan or with other settings; "


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (b"HTTP/1.1 200 OK\r\n\r\n", None),
        (WELL + b"ok\n", None),
        (WELL + b"ok a\n", None),
        (WELL + b"ok a", None),
        (WELL + b"<p>Welcome to b</p>\n", None),
        (WELL + b"ok b\n", ANOTHER + "use the address and port that it printed"),
        (b"HTTP/1.1 503 Busy\r\n\r\n", "something answers there that is no gateway"),
        (b"SSH-2.0-OpenSSH\r\n", "something answers there that is no gateway"),
        (b"HTTP/1.0 20", "something answers there that is no gateway"),
        (b"", "closed without an answer"),
    ],
)
async def test_what_answers(words, said, nursery):
    [listener] = await trio.open_tcp_listeners(0, host="127.0.0.1")
    nursery.start_soon(trio.serve_listeners, partial(answer, words=words), [listener])
    assert await why_not_live("127.0.0.1", listener.socket.getsockname()[1], "a") == said


@pytest.mark.parametrize("words", [WELL + b"ok a\n", b"SSH-2.0-OpenSSH\r\n"])
async def test_the_end_of_the_connection_is_not_waited_for(words, nursery):
    async def answer_and_stay(stream: trio.SocketStream) -> None:
        for octet in words:
            await stream.send_all(bytes([octet]))
        await trio.sleep_forever()

    [listener] = await trio.open_tcp_listeners(0, host="127.0.0.1")
    nursery.start_soon(trio.serve_listeners, answer_and_stay, [listener])
    said = await why_not_live("127.0.0.1", listener.socket.getsockname()[1], seconds=60)
    assert said == (None if words.startswith(WELL) else "something answers there that is no gateway")


async def test_what_does_not_answer():
    [listener] = await trio.open_tcp_listeners(0, host="127.0.0.1")
    async with listener:
        assert (
            await why_not_live("127.0.0.1", listener.socket.getsockname()[1], seconds=0.05) == "no answer within 0.05 s"
        )


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (encode(InitResponse(0b111, 0, 65_536, 65_536, True)), None),
        (encode(InitResponse(0b111, 0, 65_536, 65_536, False)), None),
        (encode(Close(CloseReason.RESOURCES, "too many sessions")), None),
        (encode(Close(CloseReason.SYSTEM_PROBLEM, "no disk")), "it turns clients away: no disk"),
        (encode(Close(CloseReason.SHUTDOWN)), "it turns clients away: shutdown"),
        (encode(ResourceReportResponse(ReportStatus.FAILURE_1)), "something answers there that is no server of Z39.50"),
        (b"SSH-2.0-OpenSSH\r\n", "something answers there that is no server of Z39.50"),
        (b"", "closed without an answer"),
    ],
)
async def test_what_answers_where_one_would_search(words, said, nursery):
    [listener] = await trio.open_tcp_listeners(0, host="127.0.0.1")
    nursery.start_soon(trio.serve_listeners, partial(answer, words=words), [listener])
    assert await why_not_searched("127.0.0.1", listener.socket.getsockname()[1]) == said


async def test_where_nobody_answers_a_search():
    [listener] = await trio.open_tcp_listeners(0, host="127.0.0.1")
    async with listener:
        said = await why_not_searched("127.0.0.1", listener.socket.getsockname()[1], seconds=0.05)
    assert said == "no answer within 0.05 s"
