"""A gateway with something for every page to show, and where the pages are."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, NamedTuple

import httpx

from tests.browser.visiting import Connexion, gateway
from tests.cli.gateways import Gateway
from tests.ncip.messages import item, reshare, user
from tests.server.running import PATIENCE, WRONG
from tests.ui.hostile import hostile
from tests.web import Page

MERGED: Final = "/zones/xyz/records/9910000000015867"
"""A record of two versions, of which the first had a local field that the second has not."""
SMALL: Final = "/zones/xyz/records/9910000000025867"
"""A record of few bytes."""
SIGNED: Final = "webhooks.secret=open-sesame-47110815"
"""Without it there are no webhooks."""
HOSTILE: Final = "/zones/xyz/records/9910000000055867"
"""That of `tests.ui.hostile`."""

HOLDINGS: Final = f"""mms_id,library,library_name,location,call_number,barcode,description,policy,process_type,due
{MERGED[-16:]},MAIN,Main Library,stacks,PE1408,1,v.1,Book1,,
{MERGED[-16:]},MAIN,Main Library,stacks,PE1408,2,v.2,Book1,LOAN,2036-06-30
"""
"""A holding of `MERGED` with an item in its place and one on loan."""
BORROWER: Final = "21111200000017"
PATRONS: Final = f"""barcode,name,group,email,expires,blocks
{BORROWER},"Rivers, Ada",faculty,ada.rivers@example.org,2036-06-30,
21111200000025,"Harbour, Ben",undergrad,,,Owes a fine|Lost a key
21111200000033,"Quay, Carla",undergrad,,2026-01-31,
21111200000041,"Shore, Dan",,,,
"""
"""`BORROWER`, two who may borrow nothing, and one who waits."""
EXCHANGES: Final = (
    reshare("CheckOutItem", user(BORROWER), item("1")),
    reshare("LookupUser", user("nobody")),
    reshare("LookupUser", user(BORROWER), to="01CARLI_xyz"),
    b"no XML",
)
"""The first lends an item of `MERGED` to `BORROWER`; the others come to nothing."""


class Filled(NamedTuple):
    """A gateway, and what one has to know to find its pages."""

    gateway: Gateway
    lesson: str
    """A lesson whose scene is set."""
    judged: str
    """The same after its export."""
    waiting: str
    """Where one looks whether a first export has come; none has."""


@contextmanager
def filled() -> Iterator[Filled]:
    """Some exports that were filed and some that were not, a zone made at run time that has a script and a webhook, a
    lesson half way and at its end.

    1 makes the record `MERGED`, 2 merges into it, 3 makes `SMALL`, 4 is refused, 5 cannot be read, 6 has a wrong
    password, 7 is a web browser's, 8 and 9 are in other scripts, 10 is hostile; that one is stored all the same. The
    first has `HOLDINGS`. Of the zone's `PATRONS` one has an item and another waits; `EXCHANGES` have come, and a set is
    published beside one that is not yet.
    """
    with gateway(SIGNED) as running, httpx.Client(base_url=running.running.http or "", timeout=PATIENCE) as client:
        client.headers["accept"] = "text/html"
        connexion = Connexion(running)
        for name in ("local-fields", "revised-local-fields", "minimal", "refused-no-245", "broken-length-below-24"):
            connexion.exports(name)
        connexion.exports("monograph", WRONG)
        connexion.says(b"GET / HTTP/1.1\r\nHost: gateway\r\n\r\n")
        for name in ("hebrew", "cjk"):
            connexion.exports(name)
        connexion.sends(hostile())
        client.post("/api/v1/zones/xyz/records?as_is=true", content=hostile()).raise_for_status()
        client.post("/api/v1/zones/xyz/holdings", content=HOLDINGS).raise_for_status()
        _lend(client)
        _publish(client)
        posted(client, "/zones/new", "/zones/new", key="class-3", code="01CARLI_CLASS3")
        posted(client, "/zones/class-3", "/zones/class-3/script", reply="locked", then="close")
        posted(client, "/zones/class-3", "/zones/class-3/webhooks", key="ci", url="http://127.0.0.1:9/exports")
        lesson = "/lessons/local-fields"
        staged = posted(client, lesson, f"{lesson}/scene")
        judged = posted(client, staged.path, f"{lesson}/export")
        waiting = Page(client.get("/welcome")).link("Look again")
        yield Filled(running, staged.path, judged.path, waiting)


def _lend(client: httpx.Client) -> None:
    client.post("/api/v1/zones/xyz/patrons", content=PATRONS).raise_for_status()
    for message in EXCHANGES:
        client.post("/view/NCIPServlet", content=message).raise_for_status()
    client.post("/api/v1/zones/xyz/loans/1/renewal", json={}).raise_for_status()
    waits = {"mms_id": MERGED[-16:], "patron": "21111200000041", "pickup": "MAIN", "note": "for a class"}
    client.post("/api/v1/zones/xyz/requests", json=waits).raise_for_status()


def _publish(client: httpx.Client) -> None:
    sets = "/api/v1/zones/xyz/sets"
    added = [{"tag": "852", "of": "holding", "subfields": {"b": "library"}}]
    wanted = {"query": "lang:eng", "content": "physical", "enrichment": added, "every_hours": 0}
    client.put(f"{sets}/ReShare", json=wanted).raise_for_status()
    client.put(f"{sets}/list", json={"mms_ids": [MERGED[-16:]], "every_hours": 0}).raise_for_status()
    client.post(f"{sets}/ReShare/runs", json={"kind": "run"}).raise_for_status()


def posted(client: httpx.Client, path: str, action: str, **given: str) -> Page:
    """What comes in the end of sending a page's form with this action."""
    page = Page(client.get(path))
    answer = client.post(action, data=page.fields(action) | given, follow_redirects=True)
    assert answer.is_success, answer.text
    return Page(answer)
