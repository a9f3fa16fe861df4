"""A whole harvest by those who harvest in earnest, Sickle and oaipmh-scythe, in both dialects: is it complete?

Meanwhile titles come and change, and in the middle the gateway is ended and started again. Each page is held against
the schemas of a folder, where one is named.
"""

import contextlib
import socket
from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from time import perf_counter
from typing import Any, Final

import trio

from benchmarks.koha import free_port
from benchmarks.load import GOOD_REPLY, LOGON_ID, PASSWORD, logon
from benchmarks.mould import Mould, scattered
from benchmarks.servers import HOST, HOSTS, ZONE, python, running
from benchmarks.title import revised, template, titled
from gateway.config import load
from gateway.importer.profile import Prepared
from gateway.rulebook import rulebook
from gateway.stores import open_store

CLIENTS: Final = ("sickle", "scythe")
DIALECTS: Final = ("alma", "strict")
FILLED_AT_ONCE: Final = 500
FILL_SECONDS: Final = 120.0
CHANGED: Final = 50
"""Titles that come, and that are changed, while a harvest goes on."""
REPLY_SECONDS: Final = 30.0
READY_TRIES: Final = 600
PATH: Final = f"/view/oai/{LOGON_ID}/request"
OAI: Final = "{http://www.openarchives.org/OAI/2.0/}"
FIRST_NEW: Final = 700_000_000
"""Number of the first title that comes later."""


@dataclass(frozen=True)
class Harvested:
    """What came of one."""

    records: int
    missing: int
    """Titles that were there from the beginning and did not come."""
    twice: int
    invalid: int
    """Pages that the schema does not allow; -1 where none was held against it."""
    seconds: float

    @property
    def good(self) -> bool:
        """Whether it is complete, with nothing twice and no page that is not valid."""
        return not self.missing and not self.twice and self.invalid <= 0


async def filled(url: str, titles: int) -> list[str]:
    """Fill the zone `ZONE` of a new store with titles as imports would leave them; their MMS IDs."""
    settings = load()
    zone = settings.model_zones()[ZONE]
    profile = rulebook(settings).profiles.of(zone)
    assert isinstance(profile, Prepared)
    mould = Mould(zone, profile, logon_id=LOGON_ID)
    async with open_store(url) as store:
        for first in range(1, titles + 1, FILLED_AT_ONCE):
            some = range(first, min(first + FILLED_AT_ONCE, titles + 1))
            await store.transact(ZONE, mould.filling(some), seconds=FILL_SECONDS)
        found: list[str] = []
        while page := await store.records(ZONE, after=found[-1] if found else "", limit=1_000):
            found += [record.mms_id for record in page]
    return found


class Gateway:
    """One on a store, that can be ended and started again at the same ports."""

    def __init__(self, folder: Path, dialect: str) -> None:
        self._folder = folder
        self._dialect = dialect
        self._stack = contextlib.ExitStack()
        self.http, self.connexion = free_port(), free_port()

    @property
    def url(self) -> str:
        """Of the repository."""
        return f"http://127.0.0.1:{self.http}{PATH}"

    def start(self) -> None:
        """Start it, and wait until it answers."""
        chosen = {
            "store.url": f"sqlite:{self._folder / 'gateway.db'}",
            "http.port": self.http,
            f"zones.{ZONE}.oai.dialect": self._dialect,
            **dict.fromkeys([f"hosts.{host}.connexion" for host in HOSTS], 0),
            f"hosts.{HOST}.connexion": self.connexion,
            f"hosts.{HOST}.address": "127.0.0.1",
        }
        command = python("gateway", "serve")
        for key, value in chosen.items():
            command += ["--set", f"{key}={value}"]
        log = self._folder / "gateway.log"
        self._stack.enter_context(running(command, self._folder, log))
        for port in (self.http, self.connexion):
            _wait_for(port)

    def end(self) -> None:
        """End it in good order."""
        self._stack.close()

    def restart(self) -> None:
        """Both."""
        self.end()
        self.start()

    def exports(self, record: bytes) -> None:
        """Send it a record, as Connexion does."""
        with socket.create_connection(("127.0.0.1", self.connexion), REPLY_SECONDS) as connection:
            connection.sendall(logon(LOGON_ID, PASSWORD) + record)
            reply = b""
            while not reply.endswith(b"\0"):
                some = connection.recv(65_536)
                if not some:
                    break
                reply += some
        if GOOD_REPLY not in reply.decode("utf-8", "replace").lower():
            raise SystemExit(f"an export failed: {reply!r}")


def harvested(gateway: Gateway, client: str, titles: list[str], number: int, schema: Any = None) -> Harvested:
    """Harvest all, while things happen; the `number` of the harvest tells its titles apart."""
    began = perf_counter()
    seen: dict[str, int] = {}
    invalid = 0 if schema is not None else -1
    happens: dict[int, Callable[[], None]] = {
        len(titles) // 4: lambda: _changes(gateway, number),
        len(titles) // 2: gateway.restart,
    }
    for page in PAGES[client](gateway.url):
        invalid += schema is not None and not schema.validate(page)
        for header in page.iter(f"{OAI}header"):
            mms_id = (header.findtext(f"{OAI}identifier") or "").rpartition(":")[2]
            seen[mms_id] = seen.get(mms_id, 0) + 1
        for at in [at for at in happens if at <= len(seen)]:
            happens.pop(at)()
    missing = sum(mms_id not in seen for mms_id in titles)
    twice = sum(times > 1 for times in seen.values())
    return Harvested(len(seen), missing, twice, invalid, perf_counter() - began)


def _changes(gateway: Gateway, number: int) -> None:
    """Some titles come, and others are changed."""
    for place in range(1, CHANGED + 1):
        gateway.exports(titled(template(), FIRST_NEW + number * CHANGED + place))
        gateway.exports(revised(titled(template(), scattered(place * 7)), number + 1))


def by_sickle(url: str) -> Iterator[Any]:
    """Each page."""
    sickle: Any = import_module("sickle")  # Any: a library of the tests
    iterator = import_module("sickle.iterator").OAIResponseIterator
    for page in sickle.Sickle(url, iterator=iterator).ListRecords(metadataPrefix="marc21"):
        yield page.xml


def by_scythe(url: str) -> Iterator[Any]:
    """Each page."""
    scythe: Any = import_module("oaipmh_scythe")  # Any: a library of the tests
    iterator = import_module("oaipmh_scythe.iterator").OAIResponseIterator
    with scythe.Scythe(url, iterator=iterator) as client:
        for page in client.list_records(metadata_prefix="marc21"):
            yield page.xml


PAGES: Final[Mapping[str, Callable[[str], Iterator[Any]]]] = {"sickle": by_sickle, "scythe": by_scythe}


def harvests(folder: Path, titles: int, schema: Any = None) -> Generator[tuple[str, str, Harvested]]:
    """Each client in each dialect, and what came of it."""
    there = trio.run(filled, f"sqlite:{folder / 'gateway.db'}", titles)
    number = 0
    for dialect in DIALECTS:
        gateway = Gateway(folder, dialect)
        for client in CLIENTS:
            gateway.start()
            try:
                yield client, dialect, harvested(gateway, client, there, number, schema)
            finally:
                gateway.end()
            number += 1


def _wait_for(port: int) -> None:
    for _ in range(READY_TRIES):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), REPLY_SECONDS):
            return
        trio.run(trio.sleep, 0.1)
    raise SystemExit(f"no gateway at port {port}")
