"""Webhooks: programs that are told over HTTP of exports to a zone. Which there are, new ones, and how it goes."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final, Literal

import structlog
from msgspec import Struct

from gateway.desk import telling, zones
from gateway.desk.desk import Desk
from gateway.errors import Conflict, NotFound, Unfit
from gateway.importer.fitting import KEY, KEY_CHARACTERS, hint
from gateway.model import Outcome, Webhook, new_submission_id
from gateway.webhooks import address

PER_ZONE: Final = 10
"""Most webhooks of a zone: each makes a request of every export."""
COUNTED: Final = 100
"""Attempts that are looked at to say how many wait: each is read with its record."""
ANSWER_CHARACTERS: Final = 500
"""Most that is told of what a receiver said to a test."""
OUTCOMES: Final = (Outcome.CREATED, Outcome.MERGED, Outcome.REFUSED)
"""Of which it is told where nothing is said."""
UNSIGNED: Final = (
    "what webhooks are sent is signed, and there is no secret to sign with: set webhooks.secret, in gateway.toml or as "
    "GATEWAY_WEBHOOKS__SECRET in the environment (python3 -c 'import secrets; print(secrets.token_urlsafe(24))' makes "
    "one), and start the gateway anew"
)

State = Literal["waiting", "delivering", "failing", "stopped", "unsigned"]
"""`waiting` for exports; `failing`, and tried again at `next_at`; `stopped`, for the receiver said that it is gone
(410); `unsigned`, for the settings have no secret to sign with."""


class WebhookWanted(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A webhook that is to be made."""

    url: str
    """To which each export is posted: http or https, without a password in it."""
    key: str | None = None
    """Its name in the zone: small letters, digits and hyphens; null = one is made."""
    outcomes: tuple[Outcome, ...] = OUTCOMES
    """It is told of exports that ended so."""


class WebhookShown(Struct, frozen=True):
    """A webhook, without its secret, and how it goes."""

    zone: str
    key: str
    """Its name in the zone."""
    url: str
    outcomes: tuple[Outcome, ...]
    """It is told of exports that ended so."""
    made_at: datetime
    state: State
    """`failing`: see `fault` and `next_at`. `stopped`: the receiver said that it is gone (410). `unsigned`: nothing is
    sent, for the settings have no `webhooks.secret`."""
    told: int
    """It was told of all exports to the zone up to this number, or they were given up."""
    delivered: int
    """How many messages were taken."""
    given_up: int
    """How many were not, however often they were sent."""
    waits: int
    """How many are still to be delivered, as far as they are among the next 100 exports."""
    failures: int
    """Tries in a row that failed, of the message that is next."""
    failing_since: datetime | None
    """When the first of the tries failed since which none was taken, UTC."""
    next_at: datetime | None
    """When it is tried again, UTC; null = at once."""
    fault: str
    """What the receiver did wrong last, in words that go on from it; empty where it took the last message."""
    last_at: datetime | None
    """When something was last sent, UTC."""


class WebhookMade(Struct, frozen=True):
    """A webhook that was made."""

    webhook: WebhookShown
    secret: str
    """What its receiver verifies signatures with: it is told now and never again."""

    def __repr__(self) -> str:
        return f"<WebhookMade {self.webhook.key}>"


class Tried(Struct, frozen=True):
    """What a receiver said to a test."""

    taken: bool
    """Whether it answered with a status from 200 to 299."""
    status: int | None
    """HTTP status; null where there was no answer."""
    fault: str
    """What it did wrong, in words that go on from it; empty where it took the message."""
    answer: str
    """The beginning of what it said."""
    seconds: float


async def listed(desk: Desk, zone: str) -> tuple[WebhookShown, ...]:
    """Those of a zone, by rising key. Raises `NotFound`, `StoreError`."""
    await zones.one(desk.store, desk.zones, zone)
    return tuple([await _shown(desk, webhook) for webhook in await _of_zone(desk, zone)])


async def one(desk: Desk, zone: str, key: str) -> WebhookShown:
    """One of them. Raises `NotFound`, `StoreError`."""
    return await _shown(desk, await _there(desk, zone, key))


async def make(desk: Desk, zone: str, wanted: WebhookWanted) -> WebhookMade:
    """Have a program be told of the exports that come from now on.

    Raises `NotFound`, `Conflict` where nothing can be signed or the zone has as many as it may, `Unfit` with what is
    wrong in which field, `StoreError`.
    """
    if not desk.deliverer.signs:
        raise Conflict(UNSIGNED)
    async with desk.zones.changing:  # or the zone might be deleted between its webhooks and this one
        await zones.one(desk.store, desk.zones, zone)
        there = [webhook.key for webhook in await _of_zone(desk, zone)]
        if len(there) >= PER_ZONE:
            raise Conflict(f"zone {zone} has {len(there)} webhooks, the most there can be; delete one first")
        key = _free_key(there) if wanted.key is None else wanted.key
        if faults := [*_faults(key, wanted, there)]:
            raise Unfit(faults)
        newest = await desk.store.attempts(zone=zone, limit=1)
        made = Webhook(
            zone=zone,
            key=key,
            url=wanted.url,
            outcomes=tuple([outcome for outcome in Outcome if outcome in wanted.outcomes]),
            made_at=datetime.now(UTC),
            told=newest[0].seq if newest else 0,
        )
        if not await desk.store.swap_webhook(None, made):
            raise Unfit([("key", _taken(key))])
    desk.deliverer.wake()
    _log().info("webhooks.made", zone=zone, webhook=key, host=address.host(made.url))
    return WebhookMade(await _shown(desk, made), desk.deliverer.secret(made))


async def delete(desk: Desk, zone: str, key: str) -> None:
    """Tell it nothing any more; what is being sent may still arrive. Raises `NotFound`, `StoreError`."""
    while not await desk.store.swap_webhook(await _there(desk, zone, key), None):
        pass  # it has come further meanwhile
    desk.deliverer.wake()
    _log().info("webhooks.deleted", zone=zone, webhook=key)


async def try_out(desk: Desk, zone: str, key: str) -> Tried:
    """Send a message of the type `telling.TEST` now, signed as all are. It is not sent again, and counts for nothing.

    Raises `NotFound`, `Conflict` where nothing can be signed, `StoreError`.
    """
    webhook = await _there(desk, zone, key)
    if not desk.deliverer.signs:
        raise Conflict(UNSIGNED)
    message, now = new_submission_id(), datetime.now(UTC)
    sample = telling.sample(zone, desk.zones.by_key.get(zone), message, now)
    answer = await desk.deliverer.try_out(webhook, message, sample)
    _log().info("webhooks.tried", zone=zone, webhook=key, host=address.host(webhook.url), status=answer.status)
    said = answer.body.decode("utf-8", "replace")[:ANSWER_CHARACTERS]
    return Tried(answer.taken, answer.status, answer.fault, said, round(answer.seconds, 3))


async def _of_zone(desk: Desk, zone: str) -> list[Webhook]:
    return [webhook for webhook in await desk.store.webhooks() if webhook.zone == zone]


async def _there(desk: Desk, zone: str, key: str) -> Webhook:
    await zones.one(desk.store, desk.zones, zone)
    there = {webhook.key: webhook for webhook in await _of_zone(desk, zone)}
    if key not in there:
        raise NotFound(f"zone {zone} has no webhook {key!r}; {hint(key, there)}")
    return there[key]


async def _shown(desk: Desk, webhook: Webhook) -> WebhookShown:
    state = _state(desk, webhook)
    return WebhookShown(
        zone=webhook.zone,
        key=webhook.key,
        url=webhook.url,
        outcomes=webhook.outcomes,
        made_at=webhook.made_at,
        state=state,
        told=webhook.told,
        delivered=webhook.delivered,
        given_up=webhook.given_up,
        waits=0 if state == "waiting" else await _waiting(desk, webhook),
        failures=webhook.failures,
        failing_since=webhook.failing_since,
        next_at=webhook.next_at,
        fault=webhook.fault,
        last_at=webhook.last_at,
    )


def _state(desk: Desk, webhook: Webhook) -> State:
    if webhook.stopped_at is not None:
        return "stopped"
    if not desk.deliverer.signs:
        return "unsigned"
    if webhook.failing_since is not None:
        return "failing"
    is_held = webhook.sending_until is not None and webhook.sending_until > datetime.now(UTC)
    return "delivering" if is_held else "waiting"


async def _waiting(desk: Desk, webhook: Webhook) -> int:
    behind = await desk.store.newer({webhook.zone: webhook.told}, limit=COUNTED)
    return sum(attempt.receipt.outcome in webhook.outcomes for attempt in behind)


def _free_key(there: list[str]) -> str:
    """Such as `webhook-1`."""
    return next(key for number in range(1, PER_ZONE + 2) if (key := f"webhook-{number}") not in there)


def _faults(key: str, wanted: WebhookWanted, there: list[str]) -> Iterator[tuple[str, str]]:
    if not KEY.fullmatch(key):
        yield "key", "must be of small letters, digits and hyphens, with no hyphen first"
    elif len(key) > KEY_CHARACTERS:
        yield "key", f"has {len(key)} characters; at most {KEY_CHARACTERS} can be kept"
    elif key in there:
        yield "key", _taken(key)
    if wrong := address.fault(wanted.url):
        yield "url", wrong
    if not wanted.outcomes:
        yield "outcomes", "names none; without it, it is told of exports that were created, merged or refused"


def _taken(key: str) -> str:
    return f"there is a webhook {key} already"


def _log() -> structlog.stdlib.BoundLogger:
    log: structlog.stdlib.BoundLogger = structlog.get_logger("gateway.desk")
    return log
