"""NCIP over HTTP, with the gateway's own listener and store, as other systems reach it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
import trio
from lxml import etree

from gateway import app, config
from gateway.model import Patron
from gateway.stores import open_store
from gateway.stores.base import Stacks
from tests.circulation.counter import fill
from tests.ncip.messages import first, illiad_check_in, item, profile_of_first, reshare, unique, user
from tests.server.running import HOST, PATIENCE, http_client, overrides

PATH = "/view/NCIPServlet"
BORROWERS = 12


@asynccontextmanager
async def reached(folder: Path, *more: str) -> AsyncIterator[httpx.AsyncClient]:
    """A gateway whose store has a small library that lends."""
    store = f"sqlite:{folder / 'gateway.db'}"
    async with open_store(store) as opened:
        await fill(opened)

        def enrol(stacks: Stacks) -> None:
            for number in range(BORROWERS):
                stacks.put_patron(Patron(zone="xyz", barcode=f"p{number}", name="Doe, Jane"))

        await opened.rearrange("xyz", enrol)
    settings = config.load(overrides=overrides("http.enabled=true", "http.port=0", f"store.url={store}", *more))
    with trio.fail_after(PATIENCE):
        async with (
            app.running(settings) as running,
            http_client(running.http) as client,
        ):
            yield client


def told(response: httpx.Response) -> str:
    """The problem; empty where it went well."""
    root = etree.fromstring(response.content)
    [kind] = root.xpath("//*[local-name()='ProblemType' or local-name()='ProcessingErrorType']") or [None]
    return "" if kind is None else (kind.text or kind.findtext("Value"))


class TestOverHttp:
    async def test_is_asked_as_alma_is(self, tmp_path: Path) -> None:
        lookup = reshare("LookupUser", user("jane"))
        asked_first = first("LookupUser", unique("User", "jane"), header=profile_of_first())
        async with reached(tmp_path) as client:
            posts = {
                "reshare": client.post(PATH, content=lookup, headers={"content-type": "application/xml"}),
                "by another name": client.post(PATH, content=lookup, headers={"host": "alma.example.org"}),
                "first edition": client.post(f"{PATH}/v1", content=asked_first),
                "slash": client.post(f"{PATH}/", content=lookup),
                "host": client.post(f"/hosts/{HOST}{PATH}", content=lookup),
                "illiad": client.post(
                    PATH, content=illiad_check_in("11", "jane").replace(b"ILLiad", b"ReShareIndexData")
                ),
                "nobody": client.post(PATH, content=reshare("LookupUser", user("nobody"))),
                "browser": client.get(PATH),
            }
            answers = {name: await post for name, post in posts.items()}
        assert {name: (one.status_code, told(one)) for name, one in answers.items()} == {
            "reshare": (200, ""),
            "by another name": (200, ""),
            "first edition": (200, ""),
            "slash": (200, ""),
            "host": (200, ""),
            "illiad": (200, "Item Not Checked Out"),
            "nobody": (200, "Unknown User"),
            "browser": (200, "Service is not known"),
        }
        assert {one.headers["content-type"] for one in answers.values()} == {"text/xml;charset=UTF-8"}

    async def test_one_item_is_lent_once(self, tmp_path: Path) -> None:
        problems: list[str] = []

        async def borrow(client: httpx.AsyncClient, number: int) -> None:
            problems.append(
                told(await client.post(PATH, content=reshare("CheckOutItem", user(f"p{number}"), item("11"))))
            )

        async with reached(tmp_path) as client, trio.open_nursery() as nursery:
            for number in range(BORROWERS):
                nursery.start_soon(borrow, client, number)
        assert sorted(problems) == ["", *["Resource Cannot Be Provided"] * (BORROWERS - 1)]

    async def test_settings_say_who_is_let_in(self, tmp_path: Path) -> None:
        more = ('zones.xyz.partners=["ILLiad"]', 'ncip.profile_checked=["LookupUser"]')
        async with reached(tmp_path, *more) as client:
            answers = [
                await client.post(PATH, content=message)
                for message in (
                    reshare("LookupUser", user("jane")),
                    reshare("LookupUser", user("jane"), profile="ILLiad"),
                    reshare("CheckInItem", item("11"), profile=""),
                )
            ]
        assert [told(one) for one in answers] == ["Unknown partner", "", "Item Not Checked Out"]

    @pytest.mark.parametrize(
        ("more", "headers", "status"),
        [(["http.read_only=true"], {}, 403), ([], {"origin": "http://elsewhere.example"}, 403)],
        ids=["read-only", "page-of-another-site"],
    )
    async def test_is_not_let_in(self, tmp_path: Path, more: list[str], headers: dict[str, str], status: int) -> None:
        async with reached(tmp_path, *more) as client:
            answer = await client.post(PATH, content=reshare("CheckInItem", item("11")), headers=headers)
        assert answer.status_code == status

    @pytest.mark.parametrize("method", ["GET", "HEAD"])
    async def test_is_asked_nothing_but_by_post(self, tmp_path: Path, method: str) -> None:
        message = reshare("CheckOutItem", user("jane"), item("11"))
        async with reached(tmp_path, "http.read_only=true") as client:
            answer = await client.request(method, PATH, content=message)
            loans = (await client.get("/api/v1/zones/xyz/loans")).json()["loans"]
        assert (answer.status_code, loans) == (200, [])
