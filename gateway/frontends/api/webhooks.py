"""Webhooks: programs that are told of exports to a zone."""

from typing import Final

from litestar import Response, delete, get, post
from litestar.params import JSONBody
from msgspec import Struct

from gateway.desk import webhooks
from gateway.desk.webhooks import Tried, WebhookMade, WebhookShown, WebhookWanted
from gateway.frontends.api.parameters import TheDesk, WebhookKey, ZoneKey
from gateway.frontends.api.places import ROOT

TAGS = ["webhooks"]
WEBHOOKS: Final = "/zones/{zone:str}/webhooks"
WEBHOOK: Final = f"{WEBHOOKS}/{{webhook:str}}"


class WebhookList(Struct, frozen=True):
    """The webhooks of a zone."""

    webhooks: tuple[WebhookShown, ...]
    """By rising key."""


@get(WEBHOOKS, operation_id="listWebhooks", tags=TAGS)
async def list_webhooks(desk: TheDesk, zone: ZoneKey) -> WebhookList:
    """List the programs that are told of exports to a zone, and how that goes."""
    return WebhookList(await webhooks.listed(desk, zone))


@post(WEBHOOKS, operation_id="makeWebhook", tags=TAGS)
async def make_webhook(desk: TheDesk, zone: ZoneKey, data: JSONBody[WebhookWanted]) -> Response[WebhookMade]:
    """Have a program be told of the exports that come to a zone from now on.

    Each is posted to it, signed as Standard Webhooks has it. The secret to verify that is told in this answer and never
    again. Without `webhooks.secret` in the settings there is nothing to sign with: 409.
    """
    made = await webhooks.make(desk, zone, data)
    location = f"{ROOT}/zones/{zone}/webhooks/{made.webhook.key}"
    return Response(made, headers={"location": location, "cache-control": "no-store"})


@get(WEBHOOK, operation_id="getWebhook", tags=TAGS)
async def get_webhook(desk: TheDesk, zone: ZoneKey, webhook: WebhookKey) -> WebhookShown:
    """Tell of one webhook how it goes."""
    return await webhooks.one(desk, zone, webhook)


@delete(WEBHOOK, operation_id="deleteWebhook", tags=TAGS)
async def delete_webhook(desk: TheDesk, zone: ZoneKey, webhook: WebhookKey) -> None:
    """Tell a program nothing any more."""
    await webhooks.delete(desk, zone, webhook)


@post(f"{WEBHOOK}/test", operation_id="testWebhook", tags=TAGS, status_code=200)
async def try_webhook(desk: TheDesk, zone: ZoneKey, webhook: WebhookKey) -> Tried:
    """Send a sample now, of the type `webhook.test`, and tell what the receiver answered.

    It is not sent again, and counts for nothing.
    """
    return await webhooks.try_out(desk, zone, webhook)
