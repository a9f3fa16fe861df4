"""Where the Z39.50 servers listen: the ready line, ports that are taken, ports that want an administrator."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from gateway import app, config
from gateway.errors import SettingsError
from tests.cli.gateways import command, environment, on_terminal
from tests.server.running import HOST, PATIENCE, ask, message, overrides
from tests.server.workers import serving
from tests.stores.postgres_server import SHARED

from .conversation import talking
from .library import DATABASE, WMS, library

UNPRIVILEGED = Path("/proc/sys/net/ipv4/ip_unprivileged_port_start")
"""Where Linux says from which port on everybody may listen."""
PORT = 210


async def test_the_ready_line_has_every_port():
    async with library(*WMS, "hosts.i-share-network.z3950=[]", "hosts.sandbox02-na.z3950=[0, 0]", records={}) as one:
        line = one.running.ready()
        hosts = line["hosts"]
        assert hosts[HOST]["z3950"] == [one.at]
        assert "z3950" not in hosts["i-share-network"]
        assert len(set(hosts["sandbox02-na"]["z3950"])) == 2
        assert line["wms"] == [one.wms]


async def test_every_port_of_a_host_is_answered():
    async with library(f"hosts.{HOST}.z3950=[0, 0]") as one:
        for bound in one.running.z3950[HOST]:
            async with talking(str(bound)) as client:
                assert (await client.search("@attr 1=4 lantern")).result_count == 2


async def test_for_a_port_that_nobody_chose_the_next_free_one_is_taken(monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = other.getsockname()[1]
        monkeypatch.setattr(config.HostSettings, "z3950_ports", (taken,))
        async with app.running(config.load(overrides=overrides())) as running:
            (bound,) = running.z3950[HOST]
            assert bound.port > taken
            assert bound.instead_of == f"127.0.0.1:{taken}"


async def test_a_chosen_port_that_is_taken_is_told():
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = other.getsockname()[1]
        key = f"hosts.{HOST}.z3950"
        with pytest.raises(SettingsError) as caught:
            async with app.running(config.load(overrides=overrides(f"{key}=[{taken}]"))):
                pass
    words = str(caught.value)
    assert words.startswith(f"{key} (--set {key}): 127.0.0.1:{taken} is in use")
    assert f"--set {key}=[{taken + 1}]" in words


async def test_an_address_that_this_computer_lacks_is_replaced_for_the_built_in_hosts():
    async with app.running(config.load(overrides=overrides(f"hosts.{HOST}.address=192.0.2.1"))) as running:
        (bound,) = running.z3950[HOST]
        assert bound.address == "127.0.0.1"
        assert bound.instead_of == "192.0.2.1:0"


@pytest.mark.skipif(sys.platform == "win32", reason="on Windows processes cannot share a port")
async def test_of_several_workers_one_answers_and_finds_what_each_has_filed():
    async with serving(3, SHARED.new_url()) as (gateway, workers):
        for number in range(1, 7):
            await ask(gateway.port, message(number, title=f"Shared {number}"))
        (at,) = gateway.hosts[HOST]["z3950"]
        async with talking(at) as client:
            assert (await client.search("@attr 1=4 shared")).result_count == 6
        os.kill(workers[0], signal.SIGKILL)
        await gateway.event("workers.serves", worker=1)
        async with talking(at) as client:
            assert (await client.search("@attr 1=4 shared")).result_count == 6
        gateway.process.terminate()
        assert await gateway.ended() == 0


@pytest.mark.skipif(not UNPRIVILEGED.exists(), reason="only Linux says which ports want an administrator")
def test_the_gateway_goes_on_without_a_port_that_wants_an_administrator(tmp_path):
    if int(UNPRIVILEGED.read_text()) <= PORT:
        pytest.skip(f"everybody may have port {PORT} here")
    prefix = []
    if os.geteuid() == 0:
        if shutil.which("setpriv") is None:
            pytest.skip("setpriv is not installed: it takes away what an administrator may do")
        prefix = ["setpriv", "--bounding-set", "-net_bind_service"]
    settings = overrides(f"hosts.{HOST}.z3950=[{PORT}, 0]", "http.enabled=true", "http.port=0")
    chosen = [word for value in settings for word in ("--set", value)]
    with subprocess.Popen(
        [*prefix, *command("serve", *chosen)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=tmp_path,
        env=environment(),
    ) as started:
        assert started.stdout is not None
        line = json.loads(started.stdout.readline())
        assert len(line["hosts"][HOST]["z3950"]) == 1
        assert httpx.get(f"{line['http']}/readyz", timeout=PATIENCE).json() == {"ready": True, "faults": {}}
        started.send_signal(signal.SIGTERM)
        _, logged = started.communicate(timeout=PATIENCE)
        assert started.returncode == 0
    assert "z3950.port_missing" in logged.decode()
    assert f"127.0.0.1:{PORT} is reserved for the administrator; done without it" in logged.decode()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no terminals that a test can read")
def test_on_a_terminal_it_says_where_to_search():
    chosen = [word for value in overrides(*WMS) for word in ("--set", value)]
    with on_terminal("serve", *chosen) as (started, terminal):
        said = b""
        while b"Ctrl-C" not in said:
            said += os.read(terminal, 65_536)
        started.send_signal(signal.SIGINT)
        assert started.wait(PATIENCE) == 0
    text = said.decode()
    assert "Search by Z39.50, with the database on the left:" in text
    for database in (DATABASE, "Z39WMS~12345"):
        assert any(line.startswith(f"  {database} ") and " port " in line for line in text.splitlines())
