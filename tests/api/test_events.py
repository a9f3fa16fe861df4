"""What arrives is told of as it arrives, each once, also to those who were cut off."""

from contextlib import AsyncExitStack

import pytest

from gateway.desk import cursors
from gateway.desk.cursors import Place
from gateway.frontends.http import listener
from gateway.model import Logon
from tests.api.following import following
from tests.api.gateways import api
from tests.server.running import PATIENCE, ask, message

FROM_THE_BEGINNING = cursors.written(Place(0, {}))
WRONG = Logon(logon_id=b"01CARLI_XYZ", password=b"wrong")
NOBODY = Logon(logon_id=b"01CARLI_NOBODY", password=b"wrong")


async def test_an_export_is_told_of_as_it_is_listed():
    async with api() as one, following(one) as events:
        assert (b"content-type", b"text/event-stream; charset=utf-8") in events.head.headers
        assert (b"cache-control", b"no-store") in events.head.headers
        await one.exports("monograph")
        event = await events.event()
        assert event.content["outcome"] == "created"
        [listed] = (await one.get("/submissions"))["submissions"]
        known = {name: value for name, value in listed.items() if name not in ("seconds", "delivered")}
        assert known.items() <= event.content.items()


async def test_who_comes_back_misses_nothing_and_is_told_nothing_twice():
    async with api() as one:
        async with following(one) as events:
            await one.exports("monograph")
            first = await events.event()
        await one.exports("serial")
        await one.exports("minimal")
        for query, last in (("", first.id), (f"?since={first.id}", "")):
            async with following(one, query, last=last) as events:
                assert [(await events.event()).content["seq"] for _ in range(2)] == [2, 3]


async def test_only_those_of_a_zone():
    async with api() as one, following(one, f"?zone=xyz&since={FROM_THE_BEGINNING}") as events:
        await one.exports("monograph", NOBODY)
        await one.exports("monograph", WRONG)
        await one.exports("monograph")
        assert [(await events.event()).content["outcome"] for _ in range(2)] == ["logon_failed", "created"]


async def test_those_that_reached_no_zone_of_a_host():
    async with api() as one, following(one, "?zone=@i-share-xyz") as events:
        await one.exports("monograph", NOBODY)
        assert (await events.event()).content["zone"] == "@i-share-xyz"


async def test_title_with_what_looks_like_the_end_of_a_line_is_one_event():
    title = "Lines\u2028and\x85lines"
    async with api() as one, following(one) as events:
        await ask(one.port, message(1, title=title))
        [listed] = (await one.get("/submissions"))["submissions"]
        assert (await events.event()).content["title"] == listed["title"]


async def test_stream_ends_when_the_gateway_stops(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(listener, "CLOSE_SECONDS", PATIENCE)
    async with AsyncExitStack() as stack:
        async with api() as one:
            events = await stack.enter_async_context(following(one))
        await events.ends()
