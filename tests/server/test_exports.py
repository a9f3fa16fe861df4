"""Exports over real sockets: what a client sends, what it gets, and when."""

from contextlib import suppress
from pathlib import Path

import pytest
import structlog
import trio

from gateway import app, config
from gateway.importer.diagnose import diagnose
from gateway.model import Logon
from gateway.stores import open_store
from gateway.stores.memory import MemoryStore
from tests.server.running import HOST, PATIENCE, WRONG, Client, ask, gateway, message, overrides, record

PROCESSED = "The record has been processed successfully.\nMMS ID: 9910000000015867"
LOGON_FAILED = "Logon Failed--the Logon ID and/or password is/are not valid"


async def test_an_export_is_answered_with_its_mms_id() -> None:
    async with gateway() as port:
        assert await ask(port, message(1)) == PROCESSED


async def test_the_same_record_again_keeps_its_mms_id_and_another_gets_the_next() -> None:
    async with gateway() as port:
        assert await ask(port, message(1)) == PROCESSED
        assert await ask(port, message(1)) == PROCESSED
        assert (await ask(port, message(2))).endswith("9910000000025867")


async def test_the_connection_stays_open_for_more_and_a_good_logon_holds() -> None:
    async with gateway() as port, Client(port) as client:
        assert (await client.asks(message(1))).endswith("15867")
        assert (await client.asks(message(2) + b"\0")).endswith("25867")
        assert (await client.asks(b"\r\n" + record(3))).endswith("35867")


async def test_replies_come_in_the_order_of_the_records() -> None:
    async with gateway() as port, Client(port) as client:
        await client.send(message(1) + message(2) + message(1))
        await client.stream.send_eof()
        replies = (await client.rest()).decode().split("\0")
        assert [reply.rpartition("\n")[2] for reply in replies] == [
            "MMS ID: 9910000000015867",
            "MMS ID: 9910000000025867",
            "MMS ID: 9910000000015867",
            "",
        ]


async def test_a_wrong_logon_on_an_open_connection_does_not_profit_from_the_good_one_before() -> None:
    async with gateway() as port, Client(port) as client:
        assert (await client.asks(message(1))).startswith("The record")
        assert await client.asks(message(2, WRONG)) == LOGON_FAILED
        assert await client.asks(record(3)) == LOGON_FAILED


async def test_a_record_without_a_logon_is_refused() -> None:
    async with gateway() as port:
        assert await ask(port, record(1)) == LOGON_FAILED


async def test_a_half_closed_client_still_gets_its_reply() -> None:
    async with gateway() as port, Client(port) as client:
        await client.send(message(1))
        await client.stream.send_eof()
        assert (await client.rest()).decode() == PROCESSED + "\0"


async def test_a_message_may_come_byte_by_byte() -> None:
    async with gateway() as port, Client(port) as client:
        for byte in message(1):
            await client.send(bytes((byte,)))
        assert await client.reply() == PROCESSED


async def test_a_damaged_record_is_refused_and_the_next_one_taken() -> None:
    async with gateway() as port, Client(port) as client:
        damaged = message(1).replace(b"22", b"33", 1)
        assert (await client.asks(damaged)).startswith("Import Failed\nNot imported: the record arrived damaged")
        assert (await client.asks(message(2))).startswith("The record")


async def test_what_cannot_be_read_is_answered_and_then_the_connection_ends() -> None:
    async with gateway() as port, Client(port) as client:
        await client.send(b"U?abcde")
        assert (await client.rest()).startswith(b"Import Failed\nNot imported: what arrived is no OCLC Gateway Export")


async def test_a_message_that_stops_in_the_middle_is_answered_when_patience_ends() -> None:
    async with gateway("limits.message_seconds=0.3") as port, Client(port) as client:
        whole = message(1)
        await client.send(whole[:-9])
        expected = f"Import Failed\nNot imported: {len(whole) - 9} of {len(whole)} bytes arrived. Export again.\0"
        assert (await client.rest()).decode() == expected


async def test_who_sends_nothing_is_let_go() -> None:
    async with gateway("limits.first_byte_seconds=0.1") as port, Client(port) as client:
        assert await client.rest() == b""


async def test_who_sends_nothing_more_is_let_go() -> None:
    async with gateway("limits.idle_seconds=0.1") as port, Client(port) as client:
        assert (await client.asks(message(1))).startswith("The record")
        assert await client.rest() == b""


async def test_a_health_check_is_answered_and_not_kept() -> None:
    async with gateway() as port:
        for path in ("/livez", "/admin/health"):
            async with Client(port) as client:
                await client.send(f"GET {path} HTTP/1.1\r\nHost: gateway\r\n\r\n".encode())
                answer = await client.rest()
                assert answer.startswith(b"HTTP/1.0 200 OK\r\n")
                assert answer.endswith(b"\r\n\r\nok i-share-xyz\n")


async def test_a_browser_is_told_what_port_this_is() -> None:
    async with gateway() as port, Client(port) as client:
        await client.send(b"GET / HTTP/1.1\r\nHost: gateway\r\n\r\n")
        answer = await client.rest()
        assert answer.startswith(b"HTTP/1.0 400 Bad Request\r\n")
        assert b"port for OCLC Gateway Export" in answer


async def test_tls_is_closed_without_a_word() -> None:
    async with gateway() as port, Client(port) as client:
        await client.send(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03")
        assert await client.rest() == b""


async def test_telnet_is_declined_and_the_export_behind_it_taken() -> None:
    async with gateway() as port, Client(port) as client:
        await client.send(b"\xff\xfd\x18\xff\xfb\x20")
        declined = b""
        while len(declined) < 6:
            declined += await client.stream.receive_some()
        assert declined == b"\xff\xfc\x18\xff\xfe\x20"
        assert await client.asks(message(1)) == PROCESSED


async def keep_sending(client: Client, some: bytes, *, every: float) -> None:
    """Send the same again and again, as often as that, until the gateway is gone."""
    with suppress(trio.BrokenResourceError):  # it had closed just before the next was sent
        while True:
            await client.send(some)
            with trio.move_on_after(every):
                while await client.stream.receive_some():
                    pass
                return


async def test_telnet_commands_win_no_time() -> None:
    async with gateway("limits.first_byte_seconds=0.6") as port, Client(port) as client:
        await keep_sending(client, b"\xff\xf1", every=0.05)


async def send_without_reading(client: Client, some: bytes) -> None:
    while True:
        await client.send(some)


async def test_who_does_not_read_its_replies_is_let_go() -> None:
    long = "Filed. " * 250
    settings = ("limits.message_seconds=0.3", f"replies.created={long}", f"replies.unchanged={long}")
    async with gateway(*settings) as port, Client(port) as client:
        with pytest.raises(trio.BrokenResourceError):
            await send_without_reading(client, b"".join(map(message, range(1, 200))))


async def test_a_telnet_client_that_exports_is_filed_and_its_attempt_says_so(tmp_path: Path) -> None:
    url = f"sqlite:{tmp_path / 'gateway.db'}"
    async with gateway(f"store.url={url}") as port, Client(port) as client:
        await client.send(b"\xff\xf1")
        assert await client.asks(message(1)) == PROCESSED
        async with open_store(url, purpose="read") as store:
            (attempt,) = await store.attempts()
    assert diagnose(attempt.submission, attempt.receipt)[0].code == "telnet"


async def test_xml_is_refused_with_the_setting_to_change() -> None:
    async with gateway() as port, Client(port) as client:
        await client.send(b'AK01CARLI_XYZPJxyz-secret<?xml version="1.0"?><dc/>')
        assert b"Record Characteristics > MARC 21" in await client.rest()


async def test_one_connection_too_many_is_told_so_and_disturbs_no_other() -> None:
    async with gateway("limits.connections=1") as port, Client(port) as first:
        assert (await first.asks(message(1))).startswith("The record")
        async with Client(port) as second:
            await second.send(message(2))
            assert (await second.rest()).startswith(b"Import Failed\nNot imported: too many connections")
        assert (await first.asks(message(3))).startswith("The record")


async def test_what_goes_wrong_in_one_connection_is_logged_and_ends_it_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(self: MemoryStore, delivery: object) -> None:
        raise RuntimeError("a mistake of the gateway's own")

    async with gateway() as port, Client(port) as other:
        await other.send(message(1)[:50])
        with structlog.testing.capture_logs() as log, monkeypatch.context() as patch:
            patch.setattr(MemoryStore, "note", broken)
            async with Client(port) as client:
                await client.send(message(2))
                assert b"a mistake of its own" in await client.rest()
        assert [event["event"] for event in log] == ["import.created", "connexion.crashed"]
        assert log[1]["exc_info"]
        assert (await other.asks(message(1)[50:])).startswith("The record")


async def test_each_host_has_its_own_zones() -> None:
    settings = config.load(overrides=overrides())
    network = Logon(logon_id=b"01CARLI_NETWORK", password=b"network-secret")
    with trio.fail_after(PATIENCE):
        async with app.running(settings) as running:
            here, there = (running.connexion[host].port for host in (HOST, "i-share-network"))
            assert await ask_at(running, "i-share-network", message(1, network)) == (
                "The record has been processed successfully.\nMMS ID: 9910000000015816"
            )
            assert await ask(here, message(1, network)) == LOGON_FAILED
            assert here != there


async def ask_at(running: app.Running, host: str, some: bytes) -> str:
    """Ask another host than `HOST`, at its own address."""
    bound = running.connexion[host]
    async with await trio.open_tcp_stream(bound.address, bound.port) as stream:
        await stream.send_all(some)
        return (await stream.receive_some()).rstrip(b"\0").decode()
