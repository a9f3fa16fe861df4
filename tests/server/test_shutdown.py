"""The end of a gateway: nothing new, nothing cut off, nobody kept waiting."""

from pathlib import Path

import apsw
import pytest
import trio

from gateway import app, config
from gateway.errors import SettingsError
from tests.server.running import HOST, PATIENCE, Client, message, overrides


async def end_of(running_until: trio.Event, task_status: trio.TaskStatus[int], *more: str) -> None:
    """Serve until the event, then end as on SIGTERM."""
    settings = config.load(overrides=overrides(*more))
    async with app.running(settings) as running:
        task_status.started(running.connexion[HOST].port)
        await running_until.wait()


async def begin(client: Client, message: bytes) -> None:
    """Send what a message begins with. It has been read then, for the Telnet command before it is answered."""
    await client.send(b"\xff\xfd\x18" + message)
    assert await client.stream.receive_some() == b"\xff\xfc\x18"


async def test_idle_connections_are_let_go_at_once_and_a_message_under_way_is_still_answered() -> None:
    stop = trio.Event()

    async def serve(task_status: trio.TaskStatus[int] = trio.TASK_STATUS_IGNORED) -> None:
        await end_of(stop, task_status)

    with trio.fail_after(PATIENCE):
        async with trio.open_nursery() as nursery:
            port = await nursery.start(serve)
            async with Client(port) as idle, Client(port) as busy:
                assert (await idle.asks(message(1))).startswith("The record")
                half = message(2)
                await begin(busy, half[:40])
                await busy.send(half[40:80])
                stop.set()
                assert await idle.rest() == b""
                await busy.send(half[80:])
                assert (await busy.rest()).startswith(b"The record has been processed")
            with pytest.raises(OSError, match="connect"):
                await trio.open_tcp_stream("127.0.0.1", port)


async def test_what_cannot_be_read_is_still_answered_while_the_gateway_ends(tmp_path: Path) -> None:
    """Another process writes just then, so that keeping the attempt takes a while."""
    stop = trio.Event()
    store = tmp_path / "gateway.db"

    async def serve(task_status: trio.TaskStatus[int] = trio.TASK_STATUS_IGNORED) -> None:
        await end_of(stop, task_status, f"store.url=sqlite:{store}")

    with trio.fail_after(PATIENCE):
        async with trio.open_nursery() as nursery:
            port = await nursery.start(serve)
            other = apsw.Connection(str(store))
            other.set_busy_timeout(int(PATIENCE * 1000))
            other.execute("BEGIN IMMEDIATE")
            async with Client(port) as client:
                await begin(client, b"U?abcde")
                stop.set()
                assert (await client.rest()).startswith(b"Import Failed\nNot imported: what arrived is no OCLC")
            other.close()


async def test_a_message_that_does_not_end_is_not_waited_for_longer_than_the_settings_say() -> None:
    stop = trio.Event()

    async def serve(task_status: trio.TaskStatus[int] = trio.TASK_STATUS_IGNORED) -> None:
        await end_of(stop, task_status, "limits.shutdown_seconds=0.1")

    with trio.fail_after(PATIENCE):
        async with trio.open_nursery() as nursery:
            port = await nursery.start(serve)
            async with Client(port) as client:
                await begin(client, message(1)[:40])
                stop.set()
                assert await client.rest() == b""


async def test_an_address_that_this_computer_lacks_is_replaced_for_the_built_in_hosts_and_said_so() -> None:
    settings = config.load(overrides=overrides("hosts.i-share-network.address=192.0.2.1"))
    async with app.running(settings) as running:
        bound = running.connexion["i-share-network"]
        assert bound.address == "127.0.0.1"
        assert bound.instead_of == "192.0.2.1:0"


async def test_an_address_that_this_computer_lacks_is_an_error_for_hosts_of_ones_own(tmp_path: Path) -> None:
    file = tmp_path / "gateway.toml"
    file.write_text('[hosts.mine]\naddress = "192.0.2.1"\nconnexion = 0\n')
    settings = config.load(file, overrides=["store.url=memory:"])
    with pytest.raises(
        SettingsError, match=r"hosts\.mine\.address .*gateway\.toml, line 2.*192\.0\.2\.1 is no address"
    ):
        async with app.running(settings):
            pass


async def test_a_taken_port_is_an_error_that_names_the_setting_and_a_way_out() -> None:
    async with app.running(config.load(overrides=overrides())) as running:
        port = running.connexion[HOST].port
        settings = config.load(overrides=overrides(f"hosts.{HOST}.connexion={port}"))
        with pytest.raises(SettingsError, match=rf"hosts\.{HOST}\.connexion .*--set.*in use.*connexion={port + 1}"):
            async with app.running(settings):
                pass
