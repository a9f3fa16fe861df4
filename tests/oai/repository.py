"""A zone's repository, asked without a network, and what it answers."""

from collections.abc import Mapping, Sequence
from ipaddress import ip_address
from typing import Any
from urllib.parse import quote

from lxml import etree

from gateway.frontends.http.views import Asked
from gateway.frontends.oai.layout import CONTENT_TYPE, NAMESPACE
from gateway.frontends.oai.server import Oai
from gateway.model import PublishingProfile, Zone
from gateway.model import Repository as Said
from gateway.publishing import ZonePublishing
from gateway.stores.base import Store
from tests.publishing.zone import ZONE, Room

CODE = "01CARLI_XYZ"
OTHER_HOST = "sandbox"
ZONES = {
    ZONE: Zone(ZONE, "i-share-xyz", "institution", CODE, "5867"),
    "twin": Zone("twin", OTHER_HOST, "institution", CODE, "5867"),
}
HOSTS = ("i-share-xyz", OTHER_HOST)
PATH = f"oai/{CODE}/request"
URL = f"https://xyz.alma.example/view/{PATH}"
OAI = {"oai": NAMESPACE}


class Answered:
    """What came, read as XML."""

    def __init__(self, body: bytes, schema: etree.XMLSchema | None, status: int = 200) -> None:
        self.status = status
        self.body = body
        self.tree = etree.fromstring(body)
        if schema is not None and status == 200:
            schema.assertValid(self.tree)

    def texts(self, path: str) -> list[str]:
        """At this XPath, in which `oai:` is the protocol's name space."""
        found = self.tree.xpath(path, namespaces=OAI)
        return [one if isinstance(one, str) else one.text or "" for one in found]

    @property
    def error(self) -> str:
        """Code of the error; empty where there is none."""
        return "".join(self.texts("//oai:error/@code"))

    @property
    def words(self) -> str:
        """Of the error."""
        return "".join(self.texts("//oai:error"))

    @property
    def records(self) -> list[str]:
        """MMS IDs of records or headers; one that is deleted has a minus."""
        found = []
        for header in self.tree.iterfind(f".//{{{NAMESPACE}}}header"):
            mms_id = header.findtext(f"{{{NAMESPACE}}}identifier").rpartition(":")[2]
            found.append(f"-{mms_id}" if header.get("status") == "deleted" else mms_id)
        return found

    @property
    def token(self) -> str | None:
        """The resumptionToken; None where there is no such element."""
        return next(iter(self.texts("//oai:resumptionToken")), None)

    @property
    def repeated(self) -> dict[str, str]:
        """The arguments that the answer repeats."""
        return dict(self.tree.find(f"{{{NAMESPACE}}}request").attrib)


class Repository(Room):
    """That of a zone, with these profiles; a profile that is not published at once is run by the test."""

    def __init__(
        self,
        store: Store,
        schema: etree.XMLSchema | None,
        *profiles: PublishingProfile,
        **facts: Any,
    ) -> None:
        """`facts`: of the repository, such as its page."""
        said: Mapping[str, ZonePublishing] = {
            ZONE: ZonePublishing(profiles=profiles, repository=Said(zone=ZONE, **facts))
        }
        super().__init__(store, settings=said)
        self.schema = schema
        self.path = PATH
        self.oai = Oai(self.publisher, ZONES, clock=lambda: self.at.timestamp())

    def called(self, code: str) -> None:
        """Have the zone's institution code be another."""
        self.path = f"oai/{code}/request"
        zone = Zone(ZONE, HOSTS[0], "institution", code, "5867")
        self.oai = Oai(self.publisher, {ZONE: zone}, clock=lambda: self.at.timestamp())

    async def ask(
        self,
        query: str,
        *,
        body: bytes = b"",
        path: str = "",
        hosts: Sequence[str] = HOSTS,
        address: str = "192.0.2.7",
    ) -> Answered:
        """By these arguments; with a body by POST. The answer is a valid one."""
        method = "POST" if body else "GET"
        answer = await self.oai.answer(
            Asked(method, path or self.path, hosts, query.encode(), body, "", ip_address(address), URL)
        )
        assert answer.content_type == CONTENT_TYPE
        whole = answer.body
        if not isinstance(whole, bytes):
            whole = b"".join([piece async for piece in whole])
        return Answered(whole, self.schema, answer.status)

    async def list(self, query: str = "verb=ListRecords&metadataPrefix=marc21") -> list[Answered]:
        """All pages of a list, one after another."""
        verb = query.partition("&")[0]
        pages = [await self.ask(query)]
        while pages[-1].token:
            pages.append(await self.ask(f"{verb}&resumptionToken={quote(pages[-1].token, safe='')}"))
        return pages


def ids(*numbers: int) -> list[str]:
    """MMS IDs."""
    return [f"99{number:06}5867" for number in numbers]
