"""Writes `gateway/frontends/api/examples.json` anew: `python -m tests.api.capture`."""

from pathlib import Path
from typing import Any, Final

import msgspec
import trio

from gateway.frontends import api as face
from gateway.frontends.api import outgoing
from gateway.frontends.api.examples import Example
from tests.api.asked import BESIDE, BODIES, OPERATIONS, Operation, ask
from tests.api.following import following
from tests.api.gateways import SECRET, Api, api, seeded
from tests.webhooks.receiver import receiving

FILE: Final = Path(face.__file__).with_name("examples.json")
MOST: Final = 2
"""Of a list, so many are shown."""
PORT: Final = 5500


async def captured(operation: Operation) -> Example:
    """What a gateway answers to an operation's example."""
    body = BODIES.get(operation.name)
    async with seeded() as one:
        if operation.name == "followEvents":
            return Example(None, await _event(one))
        if operation.name == "testWebhook":
            return Example(None, await _tried(one))
        response = await ask(one, operation, BESIDE.get(operation.name, {}), body)
        assert response.status_code == operation.status, response.text
        missed = None
        if operation.name == "waitForSubmission":
            late = await one.problem("GET", "/submissions/wait?after=3&zone=xyz&outcome=created&timeout=0.1", 408)
            missed = _short(late)
    if "application/json" in operation.content:
        return Example(body, _short(response.json()), missed)
    return Example(body, response.text or None)


async def _event(one: Any) -> str:
    [since] = [query["since"] for query in OPERATIONS["followEvents"].queries() if "since" in query]
    async with following(one, f"?since={since}") as events:
        event = await events.event()
    return f"id: {event.id}\ndata: {msgspec.json.encode(event.content).decode()}\n\n"


async def _tried(one: Api) -> Any:
    """Of a webhook whose receiver takes what it is sent."""
    async with receiving() as receiver:
        await one.asks("DELETE", "/zones/xyz/webhooks/ci", 204)
        await one.post("/zones/xyz/webhooks", 201, key="ci", url=receiver.url)
        return await one.post("/zones/xyz/webhooks/ci/test")


async def _sent() -> Example:
    """What a webhook is told of an export."""
    async with api(f"webhooks.secret={SECRET}") as one, receiving() as receiver:
        await one.post("/zones/xyz/webhooks", 201, url=receiver.url)
        await one.exports("monograph")
        return Example((await receiver.next()).content)


def _short(value: Any) -> Any:
    """The same with short lists, and the port that exports go to in earnest."""
    match value:
        case {"label": "Port"}:
            return {**value, "value": str(PORT)}
        case dict():
            return {name: PORT if name == "port" else _short(one) for name, one in value.items()}
        case list():
            return [_short(one) for one in value[:MOST]]
        case _:
            return value


async def main() -> None:
    """All of them."""
    found = {name: await captured(operation) for name, operation in OPERATIONS.items()}
    found[outgoing.NAME] = await _sent()
    FILE.write_bytes(msgspec.json.format(msgspec.json.encode(found), indent=1) + b"\n")


if __name__ == "__main__":
    trio.run(main)
