"""A gateway with its API on free ports within the test, and a client for it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import trio

from gateway import app, config
from gateway.frontends.connexion import wire
from gateway.model import Logon
from tests.server.running import HOST, LOGON, PATIENCE, ask, http_client, overrides

MARC = Path(__file__).resolve().parents[2] / "fixtures" / "marc"
FIRST = "9910000000015867"
"""MMS ID of the first record of the zone xyz."""
SECOND = "9910000000025867"
"""Of the second, where that is made by `seeded`."""
RECORD = f"/zones/xyz/records/{FIRST}"
SECRET = "open-sesame-47110815"
"""Of webhooks."""
NOBODY = "http://127.0.0.1:9/exports"
"""Where no server listens."""

SHELF = (
    "mms_id,library,library_name,location,location_name,call_number,item_part,copy_number,barcode,policy\n"
    f"{FIRST},MAIN,Main Library,stacks,Book Stacks,PE1408,.G585 2013,1,31111200048340,Book1\n"
)
"""A holding with an item."""
LENT, WANTED = "31111200048399", "31111200048407"
"""Barcodes of an item on loan, and of one that somebody waits for."""
LENDING = f"mms_id,library,location,barcode\n{SECOND},BRANCH,stacks,{LENT}\n{SECOND},BRANCH,stacks,{WANTED}\n"
PATRONS = 'barcode,name,group\nP-0001,"Doe, Jane",undergrad\nP-0002,"Roe, Richard",staff\n'


class Api:
    """The API of a running gateway, and the port of its host for exports."""

    def __init__(self, client: httpx.AsyncClient, port: int) -> None:
        self.client = client
        self.port = port

    async def asks(self, method: str, path: str, status: int = 200, **more: Any) -> httpx.Response:
        """Send a request below `/api/v1`; the answer has this status."""
        response = await self.client.request(method, f"/api/v1{path}", **more)
        assert response.status_code == status, f"{response.status_code} {response.text}"
        return response

    async def get(self, path: str, status: int = 200, **more: Any) -> Any:
        """The JSON that is answered; a parameter that is a word of Python is spelled with `_` behind it."""
        query = {name.rstrip("_"): value for name, value in more.items()}
        return (await self.asks("GET", path, status, params=query)).json()

    async def post(self, path: str, status: int = 200, **body: Any) -> Any:
        """The JSON that is answered to this one; None where nothing is."""
        response = await self.asks("POST", path, status, json=body)
        return response.json() if response.content else None

    async def problem(self, method: str, path: str, status: int, **more: Any) -> dict[str, Any]:
        """The problem details that are answered."""
        response = await self.asks(method, path, status, **more)
        assert response.headers["content-type"] == "application/problem+json"
        told: dict[str, Any] = response.json()
        assert told["status"] == status
        return told

    async def exports(self, name: str, logon: Logon = LOGON) -> str:
        """Export a file of `fixtures/marc` as Connexion does; the reply."""
        return await ask(self.port, wire.compose(logon, (MARC / f"{name}.mrc").read_bytes()))


@asynccontextmanager
async def api(*more: str, token: str = "") -> AsyncIterator[Api]:
    """A gateway with these settings, for a client that knows its token and is there until the gateway has ended."""
    settings = config.load(overrides=overrides("http.enabled=true", "http.port=0", f"http.token={token}", *more))
    headers = {"authorization": f"Bearer {token}"} if token else {}
    with trio.fail_after(PATIENCE):
        async with http_client(headers=headers) as client, app.running(settings) as running:
            client.base_url = httpx.URL(running.http)
            yield Api(client, running.connexion[HOST].port)


@asynccontextmanager
async def seeded(*more: str, token: str = "") -> AsyncIterator[Api]:
    """The same after five exports to the zone xyz, with a zone `new` that has a script, a host `tried`, a webhook `ci`,
    an item on the shelf, and the patrons P-0001, who has an item and waits for another (`ILL-17`), and P-0002.

    The examples of the description are of it.

    1 creates the record FIRST, 2 merges into it, 3 creates another, 4 is refused, 5 has a wrong password.
    """
    async with api(f"webhooks.secret={SECRET}", *more, token=token) as one:
        for name in ("local-fields", "revised-local-fields", "serial", "refused-no-245"):
            await one.exports(name)
        await one.exports("monograph", Logon(logon_id=b"01CARLI_XYZ", password=b"not the password"))
        await one.post("/zones", 201, key="new", code="01CARLI_NEW")
        await one.post("/hosts", 201, key="tried")
        steps = [{"reply": "locked"}, {"reply": "accept", "nul": False}]
        await one.asks("PUT", "/zones/new/script", json={"steps": steps})
        await one.post("/zones/xyz/webhooks", 201, key="ci", url=NOBODY)
        for path, file in (("holdings", SHELF), ("holdings", LENDING), ("patrons", PATRONS)):
            await one.asks("POST", f"/zones/xyz/{path}", content=file, headers={"content-type": "text/csv"})
        await one.post("/zones/xyz/loans", 201, item=LENT, patron="P-0001")
        await one.post("/zones/xyz/requests", 201, item=WANTED, patron="P-0001", external_id="ILL-17", pickup="MAIN")
        await one.asks("PUT", "/zones/xyz/libraries/EMPTY", json={"name": "Empty Library"})
        await one.asks("PUT", "/zones/xyz/sets/ReShare", json={"every_hours": 0})
        await one.post("/zones/xyz/sets/ReShare/runs", kind="run")
        yield one
