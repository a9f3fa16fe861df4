"""Forms on a zone's page that publish a set: what has changed of it, or all of it again."""

from typing import Final

from litestar import Response, post

from gateway.desk import publishing
from gateway.errors import Unusable
from gateway.frontends.ui import forms
from gateway.frontends.ui.parameters import Segment, SetKey, TheDesk
from gateway.frontends.ui.publishing_section import KINDS
from gateway.frontends.ui.records import gone_to
from gateway.frontends.ui.render import PageRequest, link

RUN_SECONDS: Final = 2.0
"""How long the page waits for the end of a run: small sets are done by then, and of others one sees how they go on."""


@post("/zones/{zone:str}/publish")
async def publish(request: PageRequest, desk: TheDesk, zone: Segment, set_: SetKey = "") -> Response[None]:
    """Begin a run. Raises `NotFound`, `Unusable`, `Conflict` where one goes on for long."""
    given = (await forms.fields(request)).get("kind", "")
    kind = next((kind for kind in KINDS if kind == given), None)
    if kind is None:
        raise Unusable(f"a set is published by one of {', '.join(KINDS)}")
    run = await publishing.run(desk, zone, set_, kind, seconds=RUN_SECONDS)
    return gone_to(link(f"/zones/{zone}", done="published" if run.ended_at else "publishing"))


handlers = (publish,)
