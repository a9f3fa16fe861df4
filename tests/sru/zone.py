"""A zone with a few records in a store in memory, searched by SRU without a network."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from ipaddress import ip_address
from typing import Final
from urllib.parse import quote, urlencode
from xml.etree import ElementTree

from gateway.frontends.http.views import Asked
from gateway.frontends.sru.layout import (
    CONTENT_TYPE,
    DIAGNOSTIC_NAMESPACE,
    DIAGNOSTIC_URI,
    EXPLAIN_NAMESPACE,
    NAMESPACE,
)
from gateway.frontends.sru.server import Sru
from gateway.marc.forms import marcxml
from gateway.marc.record import Record
from gateway.model import BaseStatus, BibRecord, Holding, Item, Library, Location, ProcessType, Zone
from gateway.stores import open_store
from gateway.stores.base import Stacks, Store
from tests.marc.mnemonic import mrk
from tests.stores import nouns

CODE: Final = "01CARLI_XYZ"
ZONES: Final = {
    "xyz": Zone("xyz", "i-share-xyz", "institution", CODE, "5867"),
    "network": Zone("network", "i-share-network", "network", "01CARLI_NETWORK", "5867"),
}
HOSTS: Final = ("i-share-xyz", "i-share-network")
PATH: Final = f"sru/{CODE}"
URL: Final = f"https://xyz.alma.example/view/{PATH}"
SRU: Final = f"{{{NAMESPACE}}}"
DIAGNOSTIC: Final = f"{{{DIAGNOSTIC_NAMESPACE}}}"
EXPLAIN: Final = f"{{{EXPLAIN_NAMESPACE}}}"
MARC: Final = f"{{{marcxml.NAMESPACE}}}"

RECORDS: Final[Mapping[str, Record]] = {
    "lantern": mrk(r"""
        =001  9910000000015867
        =008  260301s1999\\\\xxu\\\\\\\\\\\000\0\eng\d
        =020  \\$a9786990001012
        =035  \\$a(OCoLC)1001
        =100  1\$aQuillfeather, Orsolya
        =245  14$aThe lantern keepers :$ba history
        =500  \\$aWith a harbor ledger & <map>
        =650  \0$aLighthouses$xHistory
    """),
    "journal": mrk(r"""
        =LDR  00000nas\a2200000\i\4500
        =001  9910000000025867
        =008  260301c20019999xxu\\\\\\\\\\\000\0\fre\d
        =022  0\$a0317-8471
        =035  \\$a(OCoLC)1002
        =245  00$aHarbor journal
        =650  \0$aHarbors
        =710  2\$aSpringhaven Press
    """),
    "poems": mrk(r"""
        =001  9910000000035867
        =008  260301s2005\\\\xxu\\\\\\\\\\\000\0\eng\d
        =024  3\$a4006381333931
        =035  \\$a(OCoLC)1003
        =100  1\$aOverhill, Zoë
        =245  10$aKeepers of the lantern
        =650  \0$aLantern slides
    """),
    "chart": mrk(r"""
        =001  9910000000045867
        =008  260301s1950\\\\xxu\\\\\\\\\\\000\0\ger\d
        =035  \\$a(XyZ)77
        =110  2\$aSpringhaven Press.$bCharts
        =245  10$aHarbor chart of Ærø 海燈集
    """),
}
"""By a name of our own, in the order in which they are written."""
MMS_IDS: Final = {name: record.control_value("001") for name, record in RECORDS.items()}
NAMES: Final = {mms_id: name for name, mms_id in MMS_IDS.items()}
STALEY: Final = Library(
    zone="xyz", code="STALEY", name="Staley Library", locations=(Location("stacks", "Book Stacks"),)
)


class Answered:
    """What came, read as XML."""

    def __init__(self, body: bytes) -> None:
        self.tree = ElementTree.fromstring(body)

    @property
    def total(self) -> int:
        """How many records were found."""
        return int(self.tree.findtext(f"{SRU}numberOfRecords") or "-1")

    @property
    def following(self) -> int:
        """Where the next records are; 0 where there are none."""
        return int(self.tree.findtext(f"{SRU}nextRecordPosition") or "0")

    @property
    def names(self) -> list[str]:
        """Of the records, in their order."""
        identifiers = self.tree.iter(f"{SRU}recordIdentifier")
        return [NAMES.get(one.text or "", one.text or "") for one in identifiers]

    @property
    def records(self) -> list[ElementTree.Element]:
        """Each with what SRU says of it."""
        return [*self.tree.iter(f"{SRU}record")]

    @property
    def diagnostic(self) -> tuple[int, str, str]:
        """Number, details and message of the first; 0 where there is none."""
        found = next(self.tree.iter(f"{DIAGNOSTIC}diagnostic"), None)
        if found is None:
            return 0, "", ""
        uri, details, message = (found.findtext(f"{DIAGNOSTIC}{name}") or "" for name in ("uri", "details", "message"))
        return int(uri.removeprefix(DIAGNOSTIC_URI)), details, message


class Served:
    """A store with its SRU servers."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.sru = Sru(store, ZONES)

    async def asks(
        self, query: bytes, *, method: str = "GET", body: bytes = b"", path: str = PATH, hosts: Sequence[str] = HOSTS
    ) -> Answered:
        """Ask with just these octets; every answer is of the one kind and status."""
        asked = Asked(method, path, hosts, query, body, "", ip_address("192.0.2.7"), URL)
        answer = await self.sru.answer(asked)
        assert (answer.content_type, answer.status) == (CONTENT_TYPE, 200)
        assert isinstance(answer.body, bytes)
        return Answered(answer.body)

    async def search(self, query: str, **more: str | int) -> Answered:
        """Search, with these further parameters."""
        given = {"version": "1.2", "operation": "searchRetrieve", "query": query, **more}
        return await self.asks(urlencode(given, quote_via=quote).encode())

    async def write(self, *records: Record) -> None:
        """Keep them, each by the MMS ID in its 001."""
        await nouns.put(self.store, *map(kept, records))

    async def shelve(self, name: str, holding: str, *items: Item) -> None:
        """Give a record a holding with these items."""
        made = Holding(
            zone="xyz", id=holding, mms_id=MMS_IDS[name], library="STALEY", location="stacks",
            call_number_type="0", call_number="PE1408", item_part=".G585 2013",
        )  # fmt: skip

        def plan(stacks: Stacks) -> None:
            stacks.put_library(STALEY)
            stacks.put_holding(made)
            for item in items:
                stacks.put_item(item)

        await self.store.rearrange("xyz", plan)


def kept(record: Record) -> BibRecord:
    """As a store has it."""
    return nouns.record(record.control_value("001"), title=record.title, marc=record.serialize())


def item(barcode: str, name: str, holding: str, *, lent: bool = False) -> Item:
    """One on the shelf, or on loan."""
    status, kind = (BaseStatus.NOT_IN_PLACE, ProcessType.LOAN) if lent else (BaseStatus.IN_PLACE, None)
    return Item(
        zone="xyz", barcode=barcode, holding=holding, mms_id=MMS_IDS[name], base_status=status, process_type=kind
    )


@asynccontextmanager
async def served(records: Sequence[Record] = tuple(RECORDS.values()), *, url: str = "memory:") -> AsyncIterator[Served]:
    """With these records in it."""
    async with open_store(url) as store:
        one = Served(store)
        await one.write(*records)
        yield one
