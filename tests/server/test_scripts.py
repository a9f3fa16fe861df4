"""Scripts of zones: which reply an export gets, what is filed, what its attempt tells, and how steps are counted."""

import re

import pytest
import trio

from gateway.frontends.connexion import wire
from gateway.importer.replies import END_OF, REPLIES
from gateway.importer.scripts import ACCEPT, VALUES_BYTES, Script, Scripts
from gateway.model import Logon, ReplyStep
from tests.api.gateways import Api, api
from tests.server.raw import FILED, Raw, ask, attempts, counts, records, script
from tests.server.running import LOGON, WRONG, message

WITHOUT_TEXT = [key for key, end in END_OF.items() if not REPLIES[end].text]
"""Replies of the table that are none: the connection ends without one."""
WITHOUT_TITLE = wire.compose(LOGON, b"00040nam a2200037 a 4500001000200000\x1e1\x1e\x1d")
"""A record that is refused."""
CLIENTS = 20
"""That export at once."""


def without_values(text: str) -> str:
    """A pattern of the text with any words in its braces; what field something came after may be left out."""
    pattern = re.escape(text).replace(re.escape("{after}"), ".*")
    return re.sub(r"\\\{\w+\\\}", r"[^{}]*[^{}\\s][^{}]*", pattern)


async def zone_with_logon(one: Api, key: str) -> Logon:
    """A further zone, made now."""
    code = f"01CARLI_{key.upper()}"
    made = await one.post("/zones", 201, key=key, code=code)
    return Logon(logon_id=code.encode(), password=made["password"].encode())


@pytest.mark.parametrize("key", sorted(END_OF.keys() - WITHOUT_TEXT))
async def test_each_reply_of_the_table_is_sent_whole_and_nothing_is_filed(key: str) -> None:
    async with api() as one:
        await script(one, {"reply": key})
        reply = (await ask(one.port, message(1)))[:-1].decode()
        assert re.fullmatch(without_values(REPLIES[END_OF[key]].text), reply)
        [attempt] = await attempts(one)
        assert (attempt["outcome"], attempt["reason"]) == END_OF[key]
        assert (attempt["reply"], attempt["delivered"]) == (reply, True)
        assert attempt["facts"]["scripted"] == {"number": 1, "step": {"reply": key}}
        assert attempt["diagnosis"]["code"] == "scripted"
        assert attempt["oclc_numbers"] == ["1"]
        assert await records(one) == 0


@pytest.mark.parametrize("key", WITHOUT_TEXT)
async def test_of_a_reply_without_a_text_nothing_is_sent(key: str) -> None:
    async with api() as one, Raw(one.port) as client:
        await script(one, {"reply": key, "then": "close"})
        client.send(message(1))
        assert await client.rest() == (b"", "closed")
        [attempt] = await attempts(one)
        assert (attempt["outcome"], attempt["reason"]) == END_OF[key]
        assert (attempt["reply"], attempt["delivered"]) == ("", False)


async def test_values_stand_in_the_braces() -> None:
    async with api() as one:
        await script(one, {"reply": "locked", "values": {"hit": "9912345678905867"}})
        assert await ask(one.port, message(1)) == (
            b"Import Failed\nNot imported: 9912345678905867 is open in the Metadata Editor. "
            b"Release it and export again.\0"
        )


async def test_values_leave_room_for_the_text() -> None:
    async with api() as one:
        await script(one, {"reply": "locked", "values": {"hit": "9" * VALUES_BYTES}})
        reply = (await ask(one.port, message(1)))[:-1].decode()
        assert reply.endswith("export again.")
        assert [attempt["reply"] for attempt in await attempts(one)] == [reply]
        steps = [{"reply": "locked", "values": {"hit": "9" * VALUES_BYTES, "hits": "9"}}]
        told = await one.problem("PUT", "/zones/xyz/script", 400, json={"steps": steps})
        assert told["faults"] == [["steps.1.values", "have more than 1,000 bytes together"]]


async def test_a_sites_own_words_are_used() -> None:
    async with api("replies.locked=Locked: {hit}") as one:
        await script(one, {"reply": "locked", "values": {"hit": "99"}})
        assert await ask(one.port, message(1)) == b"Locked: 99\0"


async def test_other_words_change_nothing_of_what_is_filed() -> None:
    async with api() as one:
        await script(one, {"text": "Bien reçu"}, {"text": ""}, {"reply": "locked", "text": "Nope {hit}"})
        assert await ask(one.port, message(1)) == "Bien reçu\0".encode()
        assert await ask(one.port, message(2)) == b"\0"
        assert await ask(one.port, message(3)) == b"Nope {hit}\0"
        told = await attempts(one)
        assert [attempt["outcome"] for attempt in told] == ["created", "created", "refused"]
        assert [attempt["reply"] for attempt in told] == ["Bien reçu", "", "Nope {hit}"]
        assert await records(one) == 2


async def test_a_record_that_is_refused_is_refused_in_other_words_too() -> None:
    async with api() as one:
        await script(one, {"text": "All is well"})
        assert await ask(one.port, WITHOUT_TITLE) == b"All is well\0"
        [attempt] = await attempts(one)
        assert (attempt["outcome"], attempt["reason"]) == ("refused", "required")
        assert [attempt["diagnosis"]["code"], *(also["code"] for also in attempt["also"])] == ["required", "scripted"]
        assert await records(one) == 0


async def test_who_gets_no_reply_exports_again_and_it_is_the_same_record() -> None:
    async with api() as one:
        await script(one, {"send": "nothing"})
        async with Raw(one.port) as client:
            client.send(message(1))
            [attempt] = await attempts(one)
            assert client.waits
        assert (attempt["outcome"], attempt["reply"], attempt["delivered"]) == ("created", "", False)
        assert await ask(one.port, message(1)) == FILED
        assert [attempt["outcome"] for attempt in await attempts(one)] == ["created", "unchanged"]
        assert await records(one) == 1


async def test_steps_are_taken_in_order_each_so_often_and_then_it_goes_on_as_ever() -> None:
    async with api() as one, Raw(one.port) as client:
        await script(one, {"text": "one"}, {"text": "two", "times": 2}, {"reply": "busy"})
        assert await counts(one, "/zones/xyz") == [(0, 1), (0, 2), (0, 1)]
        assert await client.asks(message(1)) == b"one\0"
        assert await client.asks(message(2)) == b"two\0"
        assert await counts(one, "/zones/xyz") == [(1, 0), (1, 1), (0, 1)]
        assert await client.asks(message(3)) == b"two\0"
        assert (await client.asks(message(4))).startswith(b"Import Failed\nNot imported: too many connections")
        assert (await client.asks(message(1))) == FILED
        told = await one.get("/zones/xyz/script")
        assert (told["used"], told["left"]) == (4, 0)
        scripted = [attempt["facts"].get("scripted") for attempt in await attempts(one)]
        assert [step and step["number"] for step in scripted] == [1, 2, 2, 3, None]


async def test_steps_are_taken_once_each_by_clients_that_export_at_once() -> None:
    async with api() as one:
        replies = []
        await script(one, *({"text": f"number {number}"} for number in range(CLIENTS)))

        async def export(number: int) -> None:
            replies.append(await ask(one.port, message(number)))

        async with trio.open_nursery() as nursery:
            for number in range(CLIENTS):
                nursery.start_soon(export, 1 + number)
        assert sorted(replies) == sorted(b"number %d\0" % number for number in range(CLIENTS))
        assert await counts(one, "/zones/xyz") == [(1, 0)] * CLIENTS
        assert await records(one) == CLIENTS


async def test_zones_do_not_disturb_each_other() -> None:
    async with api() as one:
        logon = await zone_with_logon(one, "other")
        await script(one, {"text": "xyz 1"}, {"text": "xyz 2"})
        await script(one, {"text": "other 1"}, {"text": "other 2"}, zone="other")
        async with Raw(one.port) as client:
            assert await client.asks(message(1)) == b"xyz 1\0"
            assert await client.asks(message(1, logon)) == b"other 1\0"
            assert await client.asks(message(2, logon)) == b"other 2\0"
        assert await counts(one, "/zones/xyz") == [(1, 0), (0, 1)]
        assert await counts(one, "/zones/other") == [(1, 0), (1, 0)]
        assert (await records(one), await records(one, "other")) == (1, 2)


async def test_a_wrong_password_takes_no_step() -> None:
    async with api() as one:
        await script(one, {"text": "right"})
        assert (await ask(one.port, message(1, WRONG))).startswith(b"Logon Failed")
        assert await counts(one, "/zones/xyz") == [(0, 1)]
        assert await ask(one.port, message(1)) == b"right\0"


async def test_a_script_ends_when_it_is_taken_away_or_another_is_given() -> None:
    async with api() as one:
        await script(one, {"reply": "locked", "times": 9})
        await script(one, {"text": "of the second"}, {"reply": ACCEPT})
        assert await ask(one.port, message(1)) == b"of the second\0"
        assert (await one.client.delete("/api/v1/zones/xyz/script")).json()["left"] == 1
        assert await ask(one.port, message(1)) == FILED
        assert (await one.get("/zones/xyz/script"))["steps"] == []


def test_a_script_that_another_took_the_place_of_is_over() -> None:
    """Also for an export that took its step before, and is answered after."""
    scripts = Scripts()
    scripts.by_zone["xyz"] = Script([ReplyStep(text="one")])
    taken = scripts.take("xyz")
    assert taken is not None
    assert not scripts.over("xyz", taken.step).is_set()
    scripts.by_zone["xyz"] = Script([ReplyStep(text="two")])
    assert scripts.over("xyz", taken.step).is_set()


@pytest.mark.parametrize("garbage", ["zz", "0", " "])
async def test_garbage_that_says_no_byte_is_refused(garbage: str) -> None:
    async with api() as one:
        steps = [{"send": "garbage", "garbage": garbage}]
        told = await one.problem("PUT", "/zones/xyz/script", 400, json={"steps": steps})
        assert told["faults"] == [["steps.1.garbage", "is no hexadecimal, such as 00ff17"]]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [("DELETE", "script", None), ("PUT", "script", {"steps": [{"reply": "locked"}]}), ("POST", "reset", None)],
    ids=["ended", "replaced", "reset"],
)
async def test_nobody_waits_for_a_script_that_is_over(method: str, path: str, body: object) -> None:
    async with api() as one, Raw(one.port) as client:
        await script(one, {"late_seconds": 600})
        client.send(message(1))
        while (await one.get("/zones/xyz/script"))["left"]:
            assert client.waits
        await one.client.request(method, f"/api/v1/zones/xyz/{path}", json=body)
        assert await client.exactly(len(FILED)) == FILED
