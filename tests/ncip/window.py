"""A small library that answers NCIP, and what it says to a message."""

import os
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import cache
from ipaddress import ip_address
from pathlib import Path
from typing import NamedTuple

from lxml import etree

from gateway.config.tree import PROFILE_CHECKED
from gateway.frontends.http.views import Asked
from gateway.frontends.ncip.server import Ncip
from gateway.model import Exchange, Zone
from tests.circulation.counter import Counter, open_counter
from tests.conftest import CONFORMANCE
from tests.ncip.messages import CODE, PROFILE

ZONES: Mapping[str, Zone] = {
    key: Zone(key=key, host=host, kind="institution", code=code, mms_suffix="5867")
    for key, host, code in (
        ("other", "sandbox", "01CARLI_ABC"),
        ("xyz-there", "sandbox", CODE),
        ("xyz", "i-share-xyz", CODE),
    )
}
HOSTS = ("i-share-xyz", "sandbox")
PARTNERS = (PROFILE, "ILLiad")
SCHEMAS = ("ncip_v2_0.xsd", "ncip_v2_02.xsd")


class Answered(NamedTuple):
    """An answer, name spaces taken off."""

    root: etree._Element
    raw: bytes

    @property
    def service(self) -> str:
        """Name of the response, or of what stands in its place."""
        return self.root[0].tag

    @property
    def problem(self) -> str:
        """Type, element and value; empty where it went well."""
        told = ("ProblemType", "ProblemElement", "ProblemValue")
        return " ".join(filter(None, (self.root.findtext(f".//Problem/{name}") for name in told)))

    @property
    def first_problem(self) -> str:
        """The same of the first edition."""
        told = ("ProcessingErrorType/Value", "ProcessingErrorElement/ElementName")
        told += ("ProcessingErrorElement/ProcessingErrorValue",)
        return " ".join(filter(None, (self.root.findtext(f".//Problem/ProcessingError/{name}") for name in told)))

    @property
    def lines(self) -> list[str]:
        """What is said, behind its header: path and text of each element that has one."""
        return [*_lines(self.root[0], "")]

    def values(self, path: str) -> list[str]:
        """Of each element at this path below the response."""
        return [one.text or "" for one in self.root[0].findall(path)]


def _lines(element: etree._Element, path: str) -> Iterator[str]:
    for child in element:
        at = f"{path}/{child.tag}".lstrip("/")
        if child.tag != "ResponseHeader":
            if len(child):
                yield from _lines(child, at)
            else:
                yield f"{at} {child.text or ''}".rstrip()


@cache
def schemas() -> tuple[etree.XMLSchema, ...]:
    """NCIP's, where the folder of real records is there."""
    folder = os.environ.get(CONFORMANCE)
    return tuple([etree.XMLSchema(file=Path(folder, "xsd", name)) for name in SCHEMAS]) if folder else ()


def answered(raw: bytes, held_against: Iterable[etree.XMLSchema]) -> Answered:
    """An answer that is as each of these schemas has it."""
    root = etree.fromstring(raw)
    for schema in held_against:
        schema.assertValid(root)
    for element in root.iter():
        element.tag = etree.QName(element).localname
    return Answered(root, raw)


class Window:
    """Where other systems ask."""

    def __init__(self, counter: Counter) -> None:
        self.counter = counter
        self.partners: tuple[str, ...] = PARTNERS
        self.ncip = Ncip(
            counter.store,
            counter.lender,
            ZONES,
            partners=lambda zone: self.partners,
            profile_checked=PROFILE_CHECKED,
            clock=lambda: counter.now,
        )

    async def ask(self, message: bytes, *, path: str = "NCIPServlet", hosts: Sequence[str] = HOSTS) -> Answered:
        """What is answered: with HTTP's status 200, and as NCIP's schemas have it."""
        address = ip_address("192.0.2.7")
        asked = Asked(
            "POST", path, hosts, b"", message, "application/xml", address, "http://127.0.0.1/view/NCIPServlet"
        )
        answer = await self.ncip.answer(asked)
        assert (answer.status, answer.content_type) == (200, "text/xml;charset=UTF-8")
        assert isinstance(answer.body, bytes)
        return answered(answer.body, schemas() if path == "NCIPServlet" else ())

    async def ask_first(self, message: bytes) -> Answered:
        """The same in NCIP 1."""
        return await self.ask(message, path="NCIPServlet/v1")

    async def kept(self) -> Exchange:
        """The newest exchange, whole."""
        newest, *_ = await self.counter.store.exchanges()
        found = await self.counter.store.exchange(newest.seq)
        assert found is not None
        return found


@asynccontextmanager
async def open_window() -> AsyncIterator[Window]:
    """At the counter of `tests.circulation`."""
    async with open_counter() as counter:
        yield Window(counter)
