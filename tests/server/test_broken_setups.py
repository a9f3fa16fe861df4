"""Set-ups that people get wrong: what the client sends over the wire, and what the attempt is then diagnosed with.

Each goes through a gateway as it is served, and is read back from its store.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import pytest
import trio
from trio.testing import MockClock, wait_all_tasks_blocked

from gateway import app, config
from gateway.cli.report import known
from gateway.desk.attempts import read_beside
from gateway.frontends.connexion import wire
from gateway.importer import report
from gateway.importer.steps import STEPS
from gateway.model import Delivery, Diagnosis, Logon
from gateway.stores import open_store
from gateway.stores.base import Store
from tests.importer.exports import tides
from tests.marc.mnemonic import raw, sample
from tests.server.running import HOST, LOGON, PATIENCE, Client, message, overrides, record

pytestmark = pytest.mark.usefixtures("keeps_every_attempt")

NETWORK = Logon(logon_id=b"01CARLI_NETWORK", password=b"network-secret")
TELNET = b"\xff\xfd\x18\xff\xfb\x20"
XML = b'<?xml version="1.0"?><record><dc:title>A title</dc:title></record>'
MANY_029S = raw("=245  00$aA title\n=035  \\\\$a(OCoLC)1\n" + "\n".join([r"=029  1\$aAU@$b0009"] * 60))


def logon(logon_id: str | None = "01CARLI_XYZ", password: str | None = "xyz-secret", user: str | None = None) -> Logon:
    """Logon items as somebody has typed them."""
    return Logon(*(text if text is None else text.encode() for text in (user, logon_id, password)))


def sent(record: bytes, by: Logon = LOGON) -> bytes:
    """What Connexion sends for a record."""
    return wire.compose(by, record)


def longer(message: bytes, by: int) -> bytes:
    """The message, its record stating that it is so many bytes longer than it is."""
    start = message.index(b"nam a") - 5
    return message[:start] + b"%05d" % (int(message[start : start + 5]) + by) + message[start + 5 :]


class Setup(NamedTuple):
    """A set-up, and what is wrong with it."""

    codes: tuple[str, ...]
    """Of the last attempt's diagnoses, all of them in their order."""
    sends: Sequence[bytes]
    """What comes over each connection, one connection after the other."""
    host: str = HOST
    settings: tuple[str, ...] = ()
    seconds: float | None = None
    """How long the answer took, where that is the fault."""
    delivered: bool = True


SETUPS: dict[str, Setup] = {
    "all is right": Setup(("created",), [message(1)]),
    "all is right, in the network zone": Setup(("created", "network_zone"), [message(1, NETWORK)], "i-share-network"),
    "all is right, into the network zone from the institution": Setup(
        ("created",), [message(1)], settings=("profiles.carli-iz.use_network_zone=true",)
    ),
    # The logon.
    "logon of another host": Setup(("other_host",), [message(1, logon("01CARLI_ABC", "abc-secret"))]),
    "network's logon at the institution's host": Setup(("other_host",), [message(1, NETWORK)]),
    "institution's logon at the network's host": Setup(("other_host",), [message(1)], "i-share-network"),
    "logon in small letters": Setup(("case",), [message(1, logon("01carli_xyz"))]),
    "space before the logon": Setup(("white_space",), [message(1, logon(" 01CARLI_XYZ"))]),
    "line end behind the logon": Setup(("white_space",), [message(1, logon("01CARLI_XYZ\r"))]),
    "small letters and a space": Setup(("case_and_white_space",), [message(1, logon("01carli_xyz "))]),
    "small letters and another host": Setup(("other_host", "case"), [message(1, logon("01carli_abc", "abc-secret"))]),
    "space and another host": Setup(("other_host", "white_space"), [message(1, logon("01CARLI_ABC ", "abc-secret"))]),
    "space and wrong password": Setup(("white_space", "password_too"), [message(1, logon("01CARLI_XYZ ", "?"))]),
    "small letters in logon and another's password": Setup(
        ("case", "other_password"), [message(1, logon("01carli_xyz", "network-secret"))]
    ),
    "small letters and no password": Setup(("case", "no_password"), [message(1, logon("01carli_xyz", None))]),
    "logon of nobody": Setup(("unknown_logon",), [message(1, logon("01CARLI_QQQ"))]),
    "wrong password": Setup(("wrong_password",), [message(1, logon(password="not this"))]),
    "password in capitals": Setup(("password_case",), [message(1, logon(password="XYZ-SECRET"))]),
    "space behind the password": Setup(("password_white_space",), [message(1, logon(password="xyz-secret "))]),
    "password of another zone": Setup(("other_password",), [message(1, logon(password="network-secret"))]),
    "no password": Setup(("no_password",), [message(1, logon(password=None))]),
    "logon and password exchanged": Setup(("swapped",), [message(1, logon("xyz-secret", "01CARLI_XYZ"))]),
    "no logon, or plain TCP/IP without Telnet": Setup(("no_logon", "plain_tcp_ip"), [record(1)]),
    "logon left blank": Setup(("logon_empty",), [message(1, logon("", ""))]),
    "user ID instead of the logon": Setup(("user_id_sent",), [message(1, logon(None, None, user="100-123-456"))]),
    "blank user ID instead of the logon": Setup(("user_id_sent",), [message(1, logon(None, None, user=""))]),
    # The kind of destination.
    "plain TCP/IP with Telnet": Setup(("telnet", "no_logon"), [TELNET + record(1)]),
    "Telnet, and then nothing": Setup(("telnet",), [TELNET]),
    "Telnet before an export that is right": Setup(("telnet",), [TELNET + message(1)]),
    "Telnet and wrong password": Setup(("wrong_password", "telnet"), [TELNET + message(1, logon(password="?"))]),
    "Telnet and user ID only": Setup(
        ("telnet", "user_id_sent"), [TELNET + message(1, logon(None, None, user="100-123-456"))]
    ),
    "Telnet and XML": Setup(("telnet", "not_marc"), [TELNET + XML]),
    "Telnet, no logon and MARC-8": Setup(("telnet", "no_logon", "charset"), [TELNET + sample("refused-marc8")]),
    "TLS": Setup(("tls",), [b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"]),
    "a browser at this port": Setup(("http",), [b"GET / HTTP/1.1\r\nHost: i-share-xyz\r\n\r\n"]),
    "another protocol": Setup(("malformed",), [b"SSH-2.0-OpenSSH_9.7\r\n"]),
    "permanent connection": Setup(("permanent_connection",), [message(1) + message(2)]),
    "permanent connection and the same record twice": Setup(
        ("permanent_connection", "sent_twice"), [message(1) + message(1)]
    ),
    "permanent connection and wrong password": Setup(
        ("wrong_password", "permanent_connection"), [message(1) + message(2, logon(password="?"))]
    ),
    "the same record twice": Setup(("sent_twice",), [message(1), message(1)]),
    "MARC-8 twice": Setup(("charset",), [sent(sample("refused-marc8"))] * 2),
    "the password corrected": Setup(("created",), [message(1, logon(password="?")), message(1)]),
    "the logon corrected": Setup(("created",), [message(1, logon("01carli_xyz")), message(1)]),
    "part of a record twice": Setup(("incomplete",), [message(1)[:-20]] * 2),
    "something else twice": Setup(("malformed",), [b"SSH-2.0-OpenSSH_9.7\r\n"] * 2),
    # The transfer.
    "stops in the middle": Setup(("incomplete",), [message(1)[:-20]]),
    "stops within the logon": Setup(("incomplete",), [message(1)[:9]]),
    "states too great a length": Setup(("length",), [longer(message(1), 40)]),
    "states too small a length": Setup(("structure",), [longer(message(1), -9)]),
    "slow answer": Setup(("slow_reply",), [message(1)], seconds=12.5),
    "answer just in time": Setup(("created",), [message(1)], seconds=10.0),
    "client gone before its answer": Setup(("client_gone",), [message(1)], seconds=0.1, delivered=False),
    "slow answer and client gone": Setup(("slow_reply", "client_gone"), [message(1)], seconds=12.5, delivered=False),
    "wrong password and slow answer": Setup(
        ("wrong_password", "slow_reply"), [message(1, logon(password="?"))], seconds=11.0
    ),
    # The record.
    "MARC-8": Setup(("charset",), [sent(sample("refused-marc8"))]),
    "not UTF-8, though it says so": Setup(("charset",), [sent(sample("refused-not-utf8"))]),
    "wrong password and MARC-8": Setup(
        ("wrong_password", "charset"), [sent(sample("refused-marc8"), logon(password="?"))]
    ),
    "small letters, wrong password and MARC-8": Setup(
        ("case", "password_too", "charset"), [sent(sample("refused-marc8"), logon("01carli_xyz", "?"))]
    ),
    "authority record": Setup(("not_bibliographic",), [sent(sample("refused-authority"))]),
    "authority record and wrong logon": Setup(
        ("case", "not_bibliographic"), [sent(sample("refused-authority"), logon("01carli_xyz"))]
    ),
    "damaged record and wrong password": Setup(
        ("wrong_password", "structure"), [sent(sample("broken-directory-length"), logon(password="?"))]
    ),
    "Dublin Core": Setup(("not_marc",), [sent(XML)]),
    "Dublin Core and no logon": Setup(("not_marc", "no_logon"), [XML]),
    "no title": Setup(("required",), [sent(sample("refused-no-245"))]),
    "too many 029s": Setup(("many_029s",), [sent(MANY_029S)]),
    "too many 029s and wrong password": Setup(("wrong_password", "many_029s"), [sent(MANY_029S, logon(password="?"))]),
    "Telnet and too many 029s": Setup(("telnet", "many_029s"), [TELNET + sent(MANY_029S)]),
    "no OCLC number": Setup(("no_number",), [sent(tides(""))]),
    # The zone.
    "no integration profile": Setup(("none_named",), [message(1)], settings=("zones.xyz.profiles=[]",)),
    "several integration profiles": Setup(
        ("several_named",), [message(1)], settings=('zones.xyz.profiles=["carli-iz", "carli-nz"]',)
    ),
    "no integration profile and MARC-8": Setup(
        ("none_named", "charset"), [sent(sample("refused-marc8"))], settings=("zones.xyz.profiles=[]",)
    ),
    "several matches": Setup(
        ("several_matches",),
        [sent(tides("$a(OCoLC)1")), sent(tides("$a(OCoLC)2")), sent(tides("$a(OCoLC)1$z(OCoLC)2"))],
    ),
    "briefer than what is stored": Setup(
        ("lower_brief_level",), [message(1), message(1).replace(b" a 4500", b"3a 4500")]
    ),
    "older than what is stored": Setup(
        ("older_version", "sent_twice"), [message(1), message(1).replace(b"20260301120000.0", b"20250301120000.0")]
    ),
}
"""Name -> what is sent, and what is to be said of it."""


async def said_of(setup: Setup, folder: Path) -> Sequence[Diagnosis]:
    """Serve, send, read the last attempt back, and diagnose it."""
    url = f"store.url=sqlite:{folder / 'gateway.db'}"
    settings = config.load(overrides=overrides(url, *setup.settings))
    with trio.fail_after(PATIENCE):
        async with app.running(settings) as running:
            bound = running.connexion[setup.host]
            for some in setup.sends:
                async with await trio.open_tcp_stream(bound.address, bound.port) as stream:
                    await stream.send_all(some)
                    await stream.send_eof()
                    while await stream.receive_some():
                        pass
        if setup.seconds is not None:
            async with open_store(settings.store.url) as store:
                (newest,) = await store.attempts(limit=1)
                store.note(Delivery(newest.submission.id, setup.seconds, setup.delivered))
        async with open_store(settings.store.url, purpose="read") as store:
            return await diagnosed(store, settings)


async def diagnosed(store: Store, settings: config.Settings) -> Sequence[Diagnosis]:
    """What is said of the newest attempt."""
    (newest,) = await store.attempts(limit=1)
    about = known(settings)
    return report.diagnoses(newest, known=about, beside=await read_beside(store, newest, about))


@pytest.mark.parametrize("name", SETUPS)
async def test_setup_is_diagnosed(name: str, tmp_path: Path) -> None:
    setup = SETUPS[name]
    found = await said_of(setup, tmp_path)
    assert tuple(diagnosis.code for diagnosis in found) == setup.codes
    for diagnosis in found:
        assert all(text.isprintable() and not {*"{}"} & {*text} for text in (diagnosis.says, diagnosis.fix))


def test_there_are_twenty_broken_ones_at_least() -> None:
    broken = [setup for setup in SETUPS.values() if setup.codes[0] not in STEPS["filed"]]
    assert len(broken) >= 20


async def test_decimal_lengths_are_told_the_other_menus(tmp_path: Path) -> None:
    exported = wire.compose(logon("01carli_xyz"), record(1), "browser")
    (diagnosis,) = await said_of(Setup((), [exported]), tmp_path)
    assert diagnosis.fix == (
        "Retype it at your export settings (Connexion browser: General > Admin > Export Options) > Logon ID."
    )


class TestSlowArrival:
    """How long a message took to arrive is not how long its answer took. The clock is moved on by the test."""

    async def test_is_told_of_a_record_that_came(self, tmp_path: Path, mock_clock: MockClock) -> None:
        assert await self.said(tmp_path, mock_clock, [12.0], message(1)) == ("slow_arrival",)

    async def test_is_not_told_of_one_that_came_in_time(self, tmp_path: Path, mock_clock: MockClock) -> None:
        assert await self.said(tmp_path, mock_clock, [9.0], message(1)) == ("created",)

    async def test_is_counted_from_the_first_byte_to_the_last(self, tmp_path: Path, mock_clock: MockClock) -> None:
        assert await self.said(tmp_path, mock_clock, [6.0, 6.0], message(1)) == ("slow_arrival",)

    async def test_is_told_of_one_that_stopped_in_the_middle(self, tmp_path: Path, mock_clock: MockClock) -> None:
        """And the patience with it is no slow answer."""
        assert await self.said(tmp_path, mock_clock, [31.0], message(1)[:-20]) == ("incomplete", "slow_arrival")

    async def test_is_told_of_each_message_by_itself(self, tmp_path: Path, mock_clock: MockClock) -> None:
        """However long a connection lasts."""
        url = f"store.url=sqlite:{tmp_path / 'gateway.db'}"
        settings = config.load(overrides=overrides(url))
        async with app.running(settings) as running:
            async with Client(running.connexion[HOST].port) as client:
                await client.asks(message(1))
                mock_clock.jump(50.0)
                await client.asks(message(2))
            async with open_store(settings.store.url, purpose="read") as store:
                attempts = await store.attempts()
        assert [attempt.receipt.facts.arriving for attempt in attempts] == [0.0, 0.0]

    async def said(self, folder: Path, clock: MockClock, pauses: list[float], sends: bytes) -> tuple[str, ...]:
        """Codes of the diagnoses of what comes in two halves, with these pauses after the first bytes of it."""
        settings = config.load(overrides=overrides(f"store.url=sqlite:{folder / 'gateway.db'}"))
        async with app.running(settings) as running, Client(running.connexion[HOST].port) as client:
            for place, pause in enumerate(pauses):
                await client.send(sends[place : place + 1])
                await wait_all_tasks_blocked(0.05)
                clock.jump(pause)
            await client.send(sends[len(pauses) :])
            await client.reply()
        async with open_store(settings.store.url, purpose="read") as store:
            return tuple(diagnosis.code for diagnosis in await diagnosed(store, settings))
