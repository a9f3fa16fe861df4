"""Scripts and clocks over the API: given, told of, used, ended; and what cannot be one, with its step and field."""

from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
import trio
from structlog.testing import capture_logs

from gateway import app, config
from gateway.listeners import Running, listening
from tests.api.gateways import MARC, RECORD, Api, api
from tests.server.running import HOST, PATIENCE, Client, http_client, message, overrides

ZONE = "/zones/xyz/script"
AT_HOST = f"/hosts/{HOST}/script"
NOON = "2026-03-01T12:00:00Z"


async def give(one: Api, path: str, *steps: dict[str, object]) -> dict[str, Any]:
    """What is answered to a script of these steps."""
    told: dict[str, Any] = (await one.asks("PUT", path, json={"steps": steps})).json()
    return told


async def faults(one: Api, path: str, *steps: object) -> list[list[str]]:
    """What is wrong with these steps."""
    found: list[list[str]] = (await one.problem("PUT", path, 400, json={"steps": steps}))["faults"]
    return found


@asynccontextmanager
async def of_two_workers():
    """A client of a gateway that is one of two workers."""
    settings = config.load(overrides=overrides("http.enabled=true", "http.port=0"))
    with trio.fail_after(PATIENCE):
        async with (
            http_client() as client,
            listening(settings) as places,
            app.serving(settings, places, workers=2),
        ):
            running = Running.at(places)
            client.base_url = httpx.URL(running.http)
            yield Api(client, running.connexion[HOST].port)


class TestOfAZone:
    async def test_is_taken_in_its_order_and_then_the_gateway_decides(self) -> None:
        async with api() as one:
            await give(one, ZONE, {"reply": "logon_failed"}, {"reply": "locked", "times": 2})
            answers = [await one.exports("monograph") for _ in range(4)]
            assert "Logon Failed" in answers[0]
            assert "open in the Metadata Editor" in answers[1]
            assert answers[1] == answers[2]
            assert "MMS ID: 9910000000015867" in answers[3]
            attempts = (await one.get("/submissions", zone="xyz"))["submissions"]
            assert [attempt["words"] for attempt in reversed(attempts)] == [
                "logon failed: wrong password (script)",
                *["refused: locked (script)"] * 2,
                "added",
            ]

    async def test_tells_how_far_it_has_come(self) -> None:
        async with api() as one:
            assert await one.get(ZONE) == {"steps": [], "used": 0, "left": 0}
            given = await give(one, ZONE, {"reply": "locked"}, {"times": 3, "then": "close"})
            assert given == await one.get(ZONE)
            assert (given["used"], given["left"]) == (0, 4)
            await one.exports("monograph")
            told = await one.get(ZONE)
            assert (told["used"], told["left"]) == (1, 3)
            assert told["steps"] == [
                {
                    "number": 1,
                    "words": "answered as locked, nothing filed",
                    "used": 1,
                    "left": 0,
                    "step": {"reply": "locked"},
                },
                {
                    "number": 2,
                    "words": "answered as the gateway decides, then the connection is closed (3 times)",
                    "used": 0,
                    "left": 3,
                    "step": {"then": "close", "times": 3},
                },
            ]

    async def test_ends_and_tells_what_was_left(self) -> None:
        async with api() as one:
            await give(one, ZONE, {"reply": "locked", "times": 2})
            await one.exports("monograph")
            with capture_logs() as logs:
                told = (await one.asks("DELETE", ZONE)).json()
            assert (told["used"], told["left"]) == (1, 1)
            assert [line for line in logs if line["event"] == "script.not_used_up"] == [
                {"event": "script.not_used_up", "zone": "xyz", "left": 1, "log_level": "warning"}
            ]
            assert (await one.asks("DELETE", ZONE)).json() == await one.get(ZONE)
            assert "successfully" in await one.exports("monograph")

    async def test_takes_the_place_of_an_earlier_one(self) -> None:
        async with api() as one:
            await give(one, ZONE, {"reply": "locked"})
            await give(one, ZONE, {"reply": "busy"})
            assert "too many connections" in await one.exports("monograph")
            assert "successfully" in await one.exports("monograph")

    async def test_is_taken_where_the_logon_was_right_alone(self) -> None:
        async with api() as one:
            await give(one, ZONE, {"reply": "locked"})
            async with Client(one.port) as client:
                assert "Logon Failed" in await client.asks((MARC / "monograph.mrc").read_bytes())
            assert (await one.get(ZONE))["left"] == 1

    async def test_is_of_no_other_zone(self) -> None:
        async with api() as one:
            await give(one, "/zones/network/script", {"reply": "locked"})
            assert "successfully" in await one.exports("monograph")
            assert (await one.get("/zones/network/script"))["left"] == 1

    async def test_attempt_tells_which_step_it_was_and_what_was_sent(self) -> None:
        async with api() as one:
            await give(one, ZONE, {"text": "Try again later", "nul": False, "then": "close"})
            async with Client(one.port) as client:
                await client.send(message(7))
                assert await client.rest() == b"Try again later"
            told = await one.get("/submissions/1")
            assert told["outcome"] == "created"
            assert told["reply"] == "Try again later"
            assert told["facts"]["scripted"]["number"] == 1
            assert [diagnosis["code"] for diagnosis in told["also"]] == ["scripted"]
            runs = (await one.get("/submissions/1/transcript"))["runs"]
            assert [run["kind"] for run in runs if run["direction"] == "sent"] == ["reply", "parting"]

    async def test_reset_forgets_it_and_says_so(self) -> None:
        async with api() as one:
            await give(one, ZONE, {"reply": "locked"})
            with capture_logs() as logs:
                await one.asks("POST", "/zones/xyz/reset", 204)
            assert "script.not_used_up" in [line["event"] for line in logs]
            assert (await one.get(ZONE))["steps"] == []
            assert "successfully" in await one.exports("monograph")

    async def test_ends_with_its_zone(self) -> None:
        async with api() as one:
            await one.post("/zones", 201, key="abc", code="01CARLI_ABC")
            await give(one, "/zones/abc/script", {"reply": "locked"})
            await one.asks("DELETE", "/zones/abc", 204)
            await one.problem("GET", "/zones/abc/script", 404)
            await one.post("/zones", 201, key="abc", code="01CARLI_ABC")
            assert (await one.get("/zones/abc/script"))["steps"] == []

    async def test_that_is_left_when_the_gateway_stops_is_told_of(self) -> None:
        with capture_logs() as logs:
            async with api() as one:
                await give(one, ZONE, {"reply": "locked", "times": 2})
                await give(one, "/zones/network/script", {"reply": "locked"})
                await give(one, AT_HOST, {"do": "accept"}, {"do": "busy"})
                await one.exports("monograph")
        left = {line["zone"]: line["left"] for line in logs if line["event"] == "script.not_used_up"}
        assert left == {"xyz": 1, "network": 1, f"@{HOST}": 1}


class TestOfAHost:
    async def test_is_taken_by_whoever_connects(self) -> None:
        async with api() as one:
            given = await give(one, AT_HOST, {"do": "busy"}, {"do": "close"}, {"do": "accept"})
            assert [step["words"] for step in given["steps"]] == [
                "answered that the gateway is busy",
                "closed at once",
                "served as ever",
            ]
            async with Client(one.port) as client:
                assert "too many connections" in await client.reply()
            async with Client(one.port) as client:
                assert await client.rest() == b""
            assert "successfully" in await one.exports("monograph")
            told = await one.get(AT_HOST)
            assert (told["used"], told["left"]) == (3, 0)

    async def test_ends_and_tells_what_was_left(self) -> None:
        async with api() as one:
            await give(one, AT_HOST, {"do": "close", "times": 2})
            assert (await one.asks("DELETE", AT_HOST)).json()["left"] == 2
            assert await one.get(AT_HOST) == {"steps": [], "used": 0, "left": 0}
            assert "successfully" in await one.exports("monograph")


REPLY_FAULTS = [
    ({"reply": "lockd"}, "reply", "did you mean locked?"),
    ({"reply": "created"}, "reply", "created says that the record was filed, which is the gateway's to say"),
    ({"text": "é" * 1_001}, "text", "has more than 2,000 bytes"),
    ({"text": "a\0b"}, "text", "has a NUL"),
    ({"values": {"hitt": "1"}}, "values", "did you mean hit?"),
    ({"send": "garbage"}, "garbage", "or instead a seed"),
    ({"send": "garbage", "garbage": "0g"}, "garbage", "is no hexadecimal"),
    ({"garbage": "00ff"}, "send", 'must be "garbage"'),
    ({"cut": -1}, "cut", "must be 0 or more"),
    ({"late_seconds": 600.5}, "late_seconds", "must be from 0 to 600"),
    ({"piece_bytes": 0}, "piece_bytes", "must be 1 or more"),
    ({"pause_seconds": -1}, "pause_seconds", "must be from 0 to 600"),
    ({"times": 0}, "times", "must be from 1 to 1,000,000"),
    ({"then": "sing"}, "then", "Invalid enum value 'sing'"),
    ({"late_seconds": "long"}, "late_seconds", "Expected `float`, got `str`"),
]
CONNECTION_FAULTS = [
    ({"do": "accept", "seconds": 1}, "seconds", "can be of refuse and stop_reading alone"),
    ({"do": "refuse", "times": 2}, "times", "must be 1 of refuse"),
    ({"do": "refuse", "late_seconds": 1}, "late_seconds", "cannot be of refuse"),
    ({"do": "stop_reading", "seconds": 0}, "seconds", "must be above 0"),
    ({"do": "sing"}, "do", "Invalid enum value 'sing'"),
]


class TestFaults:
    async def test_are_told_with_step_and_field(self) -> None:
        async with api() as one:
            for wrong, field, words in REPLY_FAULTS:
                [[place, said]] = await faults(one, ZONE, {"reply": "locked"}, wrong)
                assert place == f"steps.2.{field}"
                assert words in said
            for wrong, field, words in CONNECTION_FAULTS:
                [[place, said]] = await faults(one, AT_HOST, {"do": "busy"}, wrong)
                assert place == f"steps.2.{field}"
                assert words in said
            assert (await one.get(ZONE))["steps"] == (await one.get(AT_HOST))["steps"] == []

    async def test_are_told_all_at_once(self) -> None:
        async with api() as one:
            found = await faults(one, ZONE, {"reply": "lockd", "times": 0}, {"cut": -1})
            assert {place for place, _ in found} == {"steps.1.reply", "steps.1.times", "steps.2.cut"}

    async def test_leave_the_script_that_is_in_force(self) -> None:
        async with api() as one:
            await give(one, ZONE, {"reply": "locked"})
            await faults(one, ZONE, {"reply": "lockd"})
            assert (await one.get(ZONE))["left"] == 1

    async def test_of_a_script_that_is_too_long(self) -> None:
        async with api() as one:
            assert await faults(one, ZONE, *[{}] * 1_001) == [["steps", "are 1,001; a script has at most 1,000"]]

    async def test_may_be_as_long_as_its_limits_say(self) -> None:
        async with api() as one:
            steps = [{"text": "x" * 800}] * 1_000
            assert (await one.asks("PUT", ZONE, json={"steps": steps})).json()["left"] == 1_000

    @pytest.mark.parametrize(
        ("body", "fault"),
        [
            ({"steps": 3}, ["steps", "Expected `array`, got `int`"]),
            ({"stepz": []}, ["body", "Object contains unknown field `stepz`"]),
            ({"steps": [{"replyy": "locked"}]}, ["steps.1", "Object contains unknown field `replyy`"]),
            (None, ["body", "is missing"]),
        ],
    )
    async def test_of_a_body_that_is_no_script(self, body: object, fault: list[str]) -> None:
        async with api() as one:
            sent = {} if body is None else {"json": body}
            assert (await one.problem("PUT", ZONE, 400, **sent))["faults"] == [fault]

    async def test_of_a_zone_or_host_that_is_not_there(self) -> None:
        async with api() as one:
            for path, body, words in (
                ("/zones/xy/script", {"steps": []}, "did you mean xyz?"),
                ("/hosts/i-share-xy/script", {"steps": []}, "did you mean i-share-xyz?"),
                ("/zones/xy/clock", {"at": NOON}, "did you mean xyz?"),
            ):
                assert words in (await one.problem("PUT", path, 404, json=body))["detail"]
                assert words in (await one.problem("DELETE", path, 404))["detail"]

    async def test_of_a_gateway_with_several_workers(self) -> None:
        async with of_two_workers() as one:
            for path, body in (
                (ZONE, {"steps": [{}]}),
                (AT_HOST, {"steps": [{}]}),
                ("/zones/xyz/clock", {"at": NOON}),
            ):
                told = await one.problem("PUT", path, 409, json=body)
                assert "several workers take exports" in told["detail"]
            told = await one.problem("POST", "/hosts", 409, json={"key": "own"})
            assert "start one (--workers 1)" in told["detail"]


class TestClock:
    async def test_that_stands_still_is_that_of_attempts_and_versions(self) -> None:
        async with api() as one:
            await one.asks("PUT", "/zones/xyz/clock", 204, json={"at": "2026-03-01T14:00:00+02:00"})
            await one.exports("monograph")
            await give(one, ZONE, {"reply": "locked"})
            await one.exports("monograph")
            attempts = (await one.get("/submissions", zone="xyz"))["submissions"]
            assert [attempt["at"] for attempt in attempts] == [NOON] * 2
            assert (await one.get(RECORD))["at"] == NOON

    async def test_that_goes_on(self) -> None:
        async with api() as one:
            for end in (("DELETE", "/zones/xyz/clock"), ("POST", "/zones/xyz/reset")):
                await one.asks("PUT", "/zones/xyz/clock", 204, json={"at": NOON})
                await one.asks(*end, 204)
                await one.exports("monograph")
                [attempt, *_] = (await one.get("/submissions", zone="xyz"))["submissions"]
                assert attempt["at"] != NOON

    @pytest.mark.parametrize(
        ("at", "words"),
        [
            ("2026-03-01T12:00:00", "must say its time zone"),
            ("noon", "RFC3339"),
            ("0001-01-01T00:00:00+14:00", "no time that there is in UTC"),
        ],
    )
    async def test_time_that_is_none(self, at: str, words: str) -> None:
        async with api() as one:
            [[field, said]] = (await one.problem("PUT", "/zones/xyz/clock", 400, json={"at": at}))["faults"]
            assert field == "at"
            assert words in said
