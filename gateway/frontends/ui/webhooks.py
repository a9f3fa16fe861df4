"""Forms on a zone's page for its webhooks: one more, one tried out, one less."""

from typing import Final

from litestar import Response, post

from gateway.desk import webhooks
from gateway.desk.webhooks import WebhookWanted
from gateway.errors import Unfit
from gateway.frontends.ui import forms
from gateway.frontends.ui.parameters import Segment, TheDesk
from gateway.frontends.ui.records import gone_to
from gateway.frontends.ui.render import PageRequest, link
from gateway.frontends.ui.webhook_section import Filled, Happened
from gateway.frontends.ui.zones import shown
from gateway.model import Outcome

WEBHOOKS: Final = "/zones/{zone:str}/webhooks"


@post(WEBHOOKS, status_code=200)
async def make(request: PageRequest, desk: TheDesk, zone: Segment) -> Response[str]:
    """Make one, and show its secret this once; the form once more, with what is wrong, where it cannot be."""
    given = await forms.fields(request)
    ticked = tuple([outcome for outcome in Outcome if outcome.value in given])
    filled = Filled(given.get("url", "").strip(), given.get("key", "").strip(), ticked)
    wanted = WebhookWanted(url=filled.url, key=filled.key or None, outcomes=ticked)
    try:
        made = await webhooks.make(desk, zone, wanted)
    except Unfit as error:
        return await shown(request, desk, zone, webhooks=Happened(filled=filled, wrong=dict(error.faults)), status=400)
    return await shown(request, desk, zone, webhooks=Happened(made=made))


@post(f"{WEBHOOKS}/{{key:str}}/test", status_code=200)
async def try_out(request: PageRequest, desk: TheDesk, zone: Segment, key: Segment) -> Response[str]:
    """Send a sample, and show what was answered."""
    await forms.fields(request)
    tried = await webhooks.try_out(desk, zone, key)
    return await shown(request, desk, zone, webhooks=Happened(tried=tried, tried_key=key))


@post(f"{WEBHOOKS}/{{key:str}}/delete")
async def delete(request: PageRequest, desk: TheDesk, zone: Segment, key: Segment) -> Response[None]:
    """Tell it nothing any more."""
    await forms.fields(request)
    await webhooks.delete(desk, zone, key)
    return gone_to(link(f"/zones/{zone}", done="webhook"))


handlers = (make, try_out, delete)
