"""A gateway with a few records that were exported to it, and the clients of Z39.50 that read them back."""

import re
import shutil
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import NamedTuple

import httpx
import pytest
import trio

from gateway import app, config
from gateway.frontends.connexion import wire as connexion
from gateway.listeners import Running
from gateway.marc.record import Field, Record
from gateway.model import BibRecord, Identifier, Logon
from tests.server.running import HOST, LOGON, PATIENCE, ask, http_client, overrides

DATABASE = "01CARLI_XYZ"
NETWORK = Logon(logon_id=b"01CARLI_NETWORK", password=b"network-secret")
WSKEY = "a-key-of-80-characters-in-real-life"
WSKEY_SECRET = "its-secret-is-shorter"
OTHER_KEY = "the-key-of-another-institution"
WMS = (
    *("wms.ports=[0]", "zones.xyz.registry_id=12345", f"zones.xyz.wskey={WSKEY}"),
    *(f"zones.xyz.wskey_secret={WSKEY_SECRET}", "zones.network.registry_id=67890", f"zones.network.wskey={OTHER_KEY}"),
    *(f"zones.network.wskey_secret={WSKEY_SECRET}", "wms.requests=1000"),
)
"""Settings of a gateway that has WMS too, and does not count how often it is asked."""
WMS_DATABASE = "Z39WMS~12345"
LOGGED_ON = f"auth {WSKEY}/{WSKEY_SECRET}"
"""As yaz-client has it, before it opens."""


def marc(oclc: int, fixed: str, *fields: str, kind: str = "am") -> bytes:
    """A record; `fixed` is 008/06-14 and a language, a field `245 10 $a Title`."""
    made = [
        Field("001", b"ocn%09d" % oclc),
        Field("003", b"OCoLC"),
        Field("005", b"20260301120000.0"),
        Field("008", f"260301{fixed[:9]}xxu           000 0 {fixed[9:]} d".encode()),
    ]
    for line in fields:
        tag, indicators, value = line[:3], line[4:6].replace("_", " "), line[7:]
        made.append(Field(tag, indicators.encode() + re.sub(r" ?\$(\w) ", "\x1f\\1", value).encode()))
    return Record(b"00000n%b a2200000 i 4500" % kind.encode(), made).serialize()


RECORDS: Mapping[str, bytes] = {
    "lantern": marc(
        1001,
        "s1999    eng",
        "020 __ $a 9786990001012",
        "100 1_ $a Quillfeather, Orsolya",
        "245 14 $a The lantern keepers : $b a history",
        "500 __ $a With a harbor ledger",
        "590 __ $a Gift of the ferrymen",
        "650 _0 $a Lighthouses $x History",
        "856 40 $u https://example.org/lantern",
    ),
    "journal": marc(
        1002,
        "c20019999fre",
        "022 0_ $a 0317-8471",
        "222 _0 $a Harbor journal",
        "245 00 $a Harbor journal",
        "650 _0 $a Harbors",
        "710 2_ $a Springhaven Press",
        kind="as",
    ),
    "poems": marc(
        1003,
        "s2005    eng",
        "024 3_ $a 4006381333931",
        "100 1_ $a Overhill, Zoë",
        "245 10 $a Keepers of the lantern",
        "650 _0 $a Lantern slides",
    ),
    "chart": marc(
        1004,
        "s1950    ger",
        "110 2_ $a Springhaven Press. $b Charts",
        "245 10 $a Harbor chart of Ærø 海燈集",
        "651 _0 $a Ærø (Denmark)",
        "773 08 $w (XyZ)77",
        kind="em",
    ),
}
"""By a name of our own, in the order in which they are exported."""
DAMAGED = BibRecord(
    mms_id="9910000000015867",
    version=1,
    marc=b"00042nam a22 no record",
    title="Grafische Sammlung Ærø",
    identifiers=frozenset({Identifier("oclc", "1001"), Identifier("isbn", "9786990001012")}),
    originating_system="",
    originating_version="",
    at=datetime(2026, 11, 22, tzinfo=UTC),
    submission="",
)
"""A record whose bytes cannot be read, as no import leaves one."""
MMS_IDS = {name: f"99{1_000_000_001 + place}5867" for place, name in enumerate(RECORDS)}
SHELF = (
    "mms_id,library,library_name,location,location_name,call_number,item_part,copy_number,barcode,policy\n"
    f"{MMS_IDS['lantern']},STALEY,Staley Library,stacks,Book Stacks,PE1408,.G585 2013,1,31111200048340,Book1\n"
)
"""The holding and the item of the sample session of "I-Share via Z39.50"."""


class Library(NamedTuple):
    """A running gateway."""

    running: Running
    client: httpx.AsyncClient

    @property
    def at(self) -> str:
        """Where the host is searched."""
        return str(self.running.z3950[HOST][0])

    @property
    def wms(self) -> str:
        """Where WMS is."""
        return str(self.running.wms[0])

    async def exports(self, record: bytes, logon: Logon = LOGON, host: str = HOST) -> None:
        """Export a record as Connexion does; it is taken."""
        bound = self.running.connexion[host]
        if host == HOST:
            reply = await ask(bound.port, connexion.compose(logon, record))
        else:
            stream = await trio.open_tcp_stream(bound.address, bound.port)
            async with stream:
                await stream.send_all(connexion.compose(logon, record))
                reply = (await stream.receive_some()).decode()
        assert reply.startswith("The record has been processed successfully"), reply

    async def shelves(self, table: str, zone: str = "xyz") -> None:
        """Load holdings and items from CSV."""
        response = await self.client.post(
            f"/api/v1/zones/{zone}/holdings", content=table.encode(), headers={"content-type": "text/csv"}
        )
        assert response.is_success, response.text

    async def asks(self, method: str, path: str, **body: object) -> None:
        """Change something over the API."""
        response = await self.client.request(method, f"/api/v1{path}", json=body or None)
        assert response.is_success, response.text

    async def yaz(self, *commands: str, open_: bool = True) -> str:
        """What yaz-client prints; it has opened the database unless told otherwise."""
        opened = [f"open {self.at}/{DATABASE}"] if open_ else []
        return await said("yaz-client", [*opened, *commands, "quit"])

    async def unified(self, *commands: str, auth: str = LOGGED_ON) -> str:
        """The same for WMS."""
        return await self.yaz(auth, f"open {self.wms}/{WMS_DATABASE}", *commands, open_=False)


async def said(program: str, commands: Sequence[str]) -> str:
    """What a client prints that is given these lines."""
    path = shutil.which(program)
    if path is None:
        pytest.skip(f"{program} is not installed: it is in the package yaz")
    text = "\n".join([*commands, ""])
    with trio.fail_after(PATIENCE):
        done = await trio.run_process([path], stdin=text.encode(), capture_stdout=True, capture_stderr=True)
    return done.stdout.decode()


@asynccontextmanager
async def library(*more: str, records: Mapping[str, bytes] = RECORDS, shelf: str = SHELF) -> AsyncIterator[Library]:
    """A gateway with these settings, to which these records were exported, and this shelf."""
    settings = config.load(overrides=overrides("http.enabled=true", "http.port=0", *more))
    with trio.fail_after(PATIENCE * 4):
        async with http_client() as client, app.running(settings) as running:
            client.base_url = httpx.URL(running.http)
            one = Library(running, client)
            for record in records.values():
                await one.exports(record)
            if shelf and records:
                await one.shelves(shelf)
            yield one


def hits(printed: str) -> list[int]:
    """How many records each search has found."""
    return [int(number) for number in re.findall(r"Number of hits: (\d+)", printed)]


def titles(printed: str) -> list[str]:
    """The names of the records that were shown, in their order."""
    by_mms_id = {mms_id: name for name, mms_id in MMS_IDS.items()}
    return [by_mms_id[found] for found in re.findall(r"^001 (\d+)$", printed, re.MULTILINE)]
