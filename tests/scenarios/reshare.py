"""A library and ReShare, which reach each other by the wire alone, each at the addresses that it was told."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import trio
from lxml import etree
from sickle import Sickle

from gateway.frontends.z3950 import oids
from gateway.frontends.z3950.apdus.external import External
from gateway.frontends.z3950.apdus.opac import Circulation, opac
from gateway.marc.forms.marcxml import NAMESPACE
from gateway.model import Exchange
from gateway.stores import open_store
from tests.ncip.window import Answered, answered, schemas
from tests.server.running import PATIENCE
from tests.z3950.conversation import talking
from tests.z3950.library import DATABASE, RECORDS
from tests.z3950.library import Library as Running
from tests.z3950.library import library as running

SET = "ReShare"
ADDED = ("852", "952")
"""Tags of the fields in which ReShare looks for holdings and items."""
COUNTS = ("new", "changed", "deleted", "unchanged")


class Library:
    """What its staff do: in Connexion, and in Alma by files and over the API."""

    def __init__(self, gateway: Running, store: Path) -> None:
        self.gateway = gateway
        self.store = store

    async def exports(self, *names: str) -> None:
        """From Connexion to the institution zone, each as a new record."""
        for name in names:
            await self.gateway.exports(RECORDS[name])

    async def loads(self, shelves: str, patrons: str) -> None:
        """Holdings with items, and patrons, from CSV."""
        for path, table in (("holdings", shelves), ("patrons", patrons)):
            await self._api("POST", f"/zones/xyz/{path}", content=table.encode(), headers={"content-type": "text/csv"})

    async def publishes(self, **profile: Any) -> dict[str, int]:
        """Make the set, by a profile with a schedule: the first run begins by itself. What it comes to."""
        shown = await self._api("PUT", f"/zones/xyz/sets/{SET}", json=profile)
        while not (shown["last_run"] and shown["last_run"]["ended_at"]):
            shown = await self._api("GET", f"/zones/xyz/sets/{SET}")
        return _came_to(shown["last_run"])

    async def runs(self) -> dict[str, int]:
        """Publish what has changed. What that comes to."""
        return _came_to(await self._api("POST", f"/zones/xyz/sets/{SET}/runs", json={"kind": "run"}))

    async def catalogue(self) -> dict[str, str]:
        """Titles by MMS ID."""
        found = await self._api("GET", "/records", params={"zone": "xyz"})
        return {one["mms_id"]: one["title"] for one in found["records"]}

    async def lends(self) -> dict[str, str]:
        """Until which day, by barcode."""
        found = await self._api("GET", "/zones/xyz/loans")
        return {one["item"]: as_day(one["due_at"]) for one in found["loans"]}

    async def _api(self, method: str, path: str, **more: Any) -> Any:
        response = await self.gateway.client.request(method, f"/api/v1{path}", **more)
        assert response.is_success, response.text
        return response.json()


class Harvested(NamedTuple):
    """A record as a harvester has it."""

    mms_id: str
    sets: Sequence[str]
    added: Sequence[str]
    """Its fields of `ADDED`, such as `852 $b STALEY $c stacks`; one that is deleted has none."""


class ReShare:
    """What it does with what it was told: the address for OAI-PMH, the one for NCIP, the one for Z39.50."""

    def __init__(self, gateway: Running) -> None:
        self._gateway = gateway
        self._oai = f"{gateway.running.http}/view/oai/{DATABASE}/request"
        self._ncip = f"{gateway.running.http}/view/NCIPServlet"

    async def now(self) -> str:
        """The repository's time: the next harvest goes on from there."""

        def identify() -> str:
            identified = Sickle(self._oai, timeout=PATIENCE).Identify().xml
            return str(identified.getparent().findtext("{*}responseDate"))

        return await trio.to_thread.run_sync(identify)

    async def harvests(self, since: str = "") -> list[Harvested]:
        """The set, whole or as it has changed since."""
        wanted = {"metadataPrefix": "marc21", "set": SET, **({"from": since} if since else {})}
        sickle = Sickle(self._oai, timeout=PATIENCE)
        records = await trio.to_thread.run_sync(lambda: [*sickle.ListRecords(**wanted)])
        return [
            Harvested(one.header.identifier.rpartition(":")[2], one.header.setSpecs, _added(one.xml)) for one in records
        ]

    async def sees(self, mms_id: str) -> list[str]:
        """What the auto-responder learns of a record's items: by it ReShare decides whether the library lends.

        Nothing where it does not find the record.
        """
        async with talking(self._gateway.at) as client:
            found = await client.search(f"@attr 1=12 {mms_id}")
            assert found.result_count <= 1
            if not found.result_count:
                return []
            [record] = await client.present(1, 1, oids.OPAC)
        assert isinstance(record, External)
        return [
            f"{holding.local_location}, {holding.shelving_location}, {holding.call_number}: {_says(item)}"
            for holding in opac(record).holdings or ()
            for item in holding.circulation
        ]

    async def asks(self, message: bytes) -> Answered:
        """What is answered to a message of NCIP: always with HTTP's status 200, and as its schemas have it."""
        response = await self._gateway.client.post(
            self._ncip, content=message, headers={"content-type": "application/xml"}
        )
        assert response.status_code == 200, response.text
        return answered(response.content, schemas())

    async def does(self, message: bytes) -> list[str]:
        """The same where it goes well: path and text of each element that is answered."""
        told = await self.asks(message)
        assert told.problem == ""
        return told.lines


@asynccontextmanager
async def joined(folder: Path) -> AsyncIterator[tuple[Library, ReShare]]:
    """A library with an empty catalogue that has joined ReShare."""
    store = folder / "gateway.db"
    async with running(f"store.url=sqlite:{store}", records={}) as gateway:
        yield Library(gateway, store), ReShare(gateway)


async def exchanges(store: Path) -> list[Exchange]:
    """All that a gateway has kept, oldest first and whole."""
    async with open_store(f"sqlite:{store}") as opened:
        kept = [await opened.exchange(one.seq) for one in await opened.exchanges()]
    return [one for one in reversed(kept) if one is not None]


def as_day(moment: str) -> str:
    """A moment of NCIP as Z39.50 tells the day."""
    return f"{datetime.fromisoformat(moment):%m/%d/%Y}"


def _came_to(run: dict[str, Any]) -> dict[str, int]:
    """How many records a run that came to its end found to be what."""
    assert run["ended_at"]
    assert not run["fault"]
    return {name: run[name] for name in COUNTS if run[name]}


def _says(item: Circulation) -> str:
    until = f" until {item.availability_date}" if item.availability_date else ""
    return f"{item.item_id} {'available' if item.available_now else 'unavailable'}{until}"


def _added(record: etree._Element) -> list[str]:
    return [
        " ".join([field.get("tag"), *(f"${part.get('code')} {part.text}" for part in field)])
        for field in record.iterfind(f".//{{{NAMESPACE}}}datafield")
        if field.get("tag") in ADDED
    ]
