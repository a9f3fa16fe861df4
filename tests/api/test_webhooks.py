"""Webhooks over the API: who makes one is told its secret once, and is told of exports; how it goes can be asked."""

from base64 import b64decode
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import trio
from structlog.testing import capture_logs

from gateway.model import Logon
from tests.api.asked import DESCRIPTION
from tests.api.gateways import NOBODY, SECRET, Api, api, seeded
from tests.api.schema import objections
from tests.webhooks.receiver import Reply, receiving

HOOKS = "/zones/xyz/webhooks"
SIGNED = f"webhooks.secret={SECRET}"
HOSTILE = '"><script>alert(1)</script>'


async def shown(one: Api, is_so: Callable[[dict[str, Any]], bool], key: str = "ci") -> dict[str, Any]:
    """The webhook once this is so of it."""
    while True:
        told: dict[str, Any] = await one.get(f"{HOOKS}/{key}")
        if is_so(told):
            return told


async def test_program_is_told_of_each_export_and_can_see_who_tells_it():
    async with api(SIGNED) as one, receiving() as receiver:
        made = await one.post(HOOKS, 201, key="ci", url=receiver.url)
        reply = await one.exports("monograph")
        told = await receiver.next()
        assert told.is_signed(made["secret"])
        assert told.headers["content-type"] == "application/json"
        assert told.headers["user-agent"].startswith("connexion-gateway/")
        attempt = await one.get("/submissions/1")
        assert told.id == attempt["id"]
        assert told.content["type"] == "export.created"
        assert told.content["timestamp"] == attempt["at"]
        assert told.content["data"]["reply"] == reply
        same = {name: attempt[name] for name in told.content["data"] if name != "words"}
        assert told.content["data"] == same | {"words": "added"}


async def test_what_it_is_told_is_as_the_description_says():
    told = DESCRIPTION["webhooks"]["export"]["post"]["requestBody"]["content"]["application/json"]
    assert objections(told["example"], told["schema"], DESCRIPTION) == []
    async with api(SIGNED) as one, receiving() as receiver:
        await one.post(HOOKS, 201, key="ci", url=receiver.url)
        await one.exports("refused-no-245")
        assert objections((await receiver.next()).content, told["schema"], DESCRIPTION) == []
        await one.post(f"{HOOKS}/ci/test")
        assert objections((await receiver.next()).content, told["schema"], DESCRIPTION) == []


async def test_it_is_told_of_what_it_asks_for():
    async with api(SIGNED) as one, receiving() as receiver:
        await one.post(HOOKS, 201, key="ci", url=receiver.url, outcomes=["logon_failed", "merged"])
        for name in ("local-fields", "revised-local-fields", "refused-no-245"):
            await one.exports(name)
        await one.exports("monograph", Logon(logon_id=b"01CARLI_XYZ", password=b"not the password"))
        assert [(await receiver.next()).content["type"] for _ in range(2)] == ["export.merged", "export.logon_failed"]
        found = await shown(one, lambda told: told["delivered"] == 2)
        assert found["outcomes"] == ["merged", "logon_failed"]
        assert len(receiver.told) == 2


async def test_it_is_told_of_records_that_are_handed_over_too():
    async with api(SIGNED) as one, receiving() as receiver:
        await one.post(HOOKS, 201, key="ci", url=receiver.url)
        records = (Path(__file__).parents[2] / "fixtures" / "marc" / "minimal.mrk").read_bytes()
        await one.asks("POST", "/zones/xyz/records", content=records, headers={"content-type": "text/plain"})
        assert (await receiver.next()).content["data"]["peer"] == "import"


async def test_secret_is_told_once_and_kept_nowhere(tmp_path: Path):
    with capture_logs() as logs:
        async with api(SIGNED, f"store.url=sqlite:{tmp_path / 'gateway.db'}") as one, receiving() as receiver:
            answer = await one.asks("POST", HOOKS, 201, json={"key": "ci", "url": receiver.url})
            assert answer.headers["location"] == "/api/v1/zones/xyz/webhooks/ci"
            assert answer.headers["cache-control"] == "no-store"
            secret = answer.json()["secret"].removeprefix("whsec_")
            await one.exports("monograph")
            await shown(one, lambda told: told["delivered"] == 1)
            for path in (HOOKS, f"{HOOKS}/ci", "/settings"):
                text = (await one.asks("GET", path)).text
                assert secret not in text
                assert SECRET not in text
    assert not any(word in str(logs) for word in (secret, SECRET, "whsec_", "key=47110815"))
    kept = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert b"/exports?key=47110815" in kept
    assert not any(word in kept for word in (secret.encode(), b64decode(secret), SECRET.encode()))


async def test_webhook_that_is_made_anew_has_another_secret():
    async with api(SIGNED) as one:
        first = (await one.post(HOOKS, 201, key="ci", url=NOBODY))["secret"]
        await one.asks("DELETE", f"{HOOKS}/ci", 204)
        assert (await one.post(HOOKS, 201, key="ci", url=NOBODY))["secret"] != first


async def test_without_a_secret_in_the_settings_none_is_made():
    async with api() as one:
        told = await one.problem("POST", HOOKS, 409, json={"url": NOBODY})
        assert "set webhooks.secret" in told["detail"]
        assert "GATEWAY_WEBHOOKS__SECRET" in told["detail"]
        assert (await one.get(HOOKS)) == {"webhooks": []}


async def test_names_are_made_where_none_is_given():
    async with api(SIGNED) as one:
        for expected in ("webhook-1", "webhook-2"):
            assert (await one.post(HOOKS, 201, url=NOBODY))["webhook"]["key"] == expected
        await one.asks("DELETE", f"{HOOKS}/webhook-1", 204)
        assert (await one.post(HOOKS, 201, url=NOBODY))["webhook"]["key"] == "webhook-1"
        assert [told["key"] for told in (await one.get(HOOKS))["webhooks"]] == ["webhook-1", "webhook-2"]
        assert (await one.get("/zones/network/webhooks")) == {"webhooks": []}


@pytest.mark.parametrize(
    ("wanted", "field", "words"),
    [
        ({"url": "ftp://ci.example.org"}, "url", "must begin with http:// or https://"),
        ({"url": "http://me:hunter2@ci.example.org"}, "url", "has a user name or a password in it"),
        ({"url": ""}, "url", "is empty"),
        ({"url": HOSTILE}, "url", "must begin with http:// or https://"),
        ({"url": NOBODY, "key": "CI"}, "key", "must be of small letters"),
        ({"url": NOBODY, "key": "x" * 65}, "key", "has 65 characters; at most 64"),
        ({"url": NOBODY, "key": "ci"}, "key", "there is a webhook ci already"),
        ({"url": NOBODY, "outcomes": []}, "outcomes", "names none"),
    ],
)
async def test_what_cannot_be_is_told_by_its_field(wanted, field, words):
    async with seeded() as one:
        told = await one.problem("POST", HOOKS, 400, json=wanted)
        [[name, why]] = told["faults"]
        assert name == field
        assert why.startswith(words)
        assert "hunter2" not in str(told)


@pytest.mark.parametrize("wanted", [{}, {"url": NOBODY, "outcomes": ["gone"]}, {"url": NOBODY, "more": 1}, {"url": 1}])
async def test_body_that_is_none_is_told(wanted):
    async with api(SIGNED) as one:
        await one.problem("POST", HOOKS, 400, json=wanted)


async def test_zone_has_so_many_and_no_more():
    async with api(SIGNED) as one:
        for _ in range(10):
            await one.post(HOOKS, 201, url=NOBODY)
        told = await one.problem("POST", HOOKS, 409, json={"url": NOBODY})
        assert told["detail"] == "zone xyz has 10 webhooks, the most there can be; delete one first"
        await one.post("/zones/network/webhooks", 201, url=NOBODY)


async def test_what_is_not_there_is_told():
    async with seeded() as one:
        for path in ("/zones/nowhere/webhooks", f"{HOOKS}/cj", "/zones/nowhere/webhooks/ci"):
            await one.problem("GET", path, 404)
        assert "there are ci" in (await one.problem("DELETE", f"{HOOKS}/cj", 404))["detail"]
        await one.problem("POST", f"{HOOKS}/cj/test", 404)
        await one.problem("POST", "/zones/nowhere/webhooks", 404, json={"url": NOBODY})


async def test_failing_webhook_says_what_is_wrong_and_how_many_wait():
    refusal = Reply(500, headers=(("retry-after", "600"),))
    async with api(SIGNED) as one, receiving(refusal) as receiver:
        await one.post(HOOKS, 201, key="ci", url=receiver.url)
        await one.exports("monograph")
        await one.exports("serial")
        told = await shown(one, lambda told: told["state"] == "failing")
        assert told["fault"] == "answered 500 Internal Server Error"
        assert (told["told"], told["delivered"], told["failures"]) == (0, 0, 1)
        assert told["waits"] == 2
        assert told["failing_since"] == told["last_at"] < told["next_at"]
        assert told["next_at"] > datetime.now(UTC).isoformat()[:19]


async def test_receiver_that_is_gone_stops_it():
    async with api(SIGNED) as one, receiving(Reply(410)) as receiver:
        await one.post(HOOKS, 201, key="ci", url=receiver.url)
        await one.exports("monograph")
        told = await shown(one, lambda told: told["state"] == "stopped")
        assert told["fault"] == "answered 410 Gone: it wants to be told nothing any more"
        assert told["waits"] == 1


async def test_webhook_is_tried_out():
    async with api(SIGNED) as one, receiving(Reply(200, body=b"thanks"), Reply(403, body=b"who are you?")) as receiver:
        secret = (await one.post(HOOKS, 201, key="ci", url=receiver.url))["secret"]
        told = await one.post(f"{HOOKS}/ci/test")
        assert told.pop("seconds") < 30
        assert told == {"taken": True, "status": 200, "fault": "", "answer": "thanks"}
        sent = await receiver.next()
        assert sent.is_signed(secret)
        assert sent.content["type"] == "webhook.test"
        assert sent.content["data"].items() >= {"zone": "xyz", "seq": 0, "logon_id": "01CARLI_XYZ"}.items()
        assert sent.id == sent.content["data"]["id"]
        told = await one.post(f"{HOOKS}/ci/test")
        assert (told["taken"], told["fault"], told["answer"]) == (False, "answered 403 Forbidden", "who are you?")
        assert (await one.get(f"{HOOKS}/ci"))["state"] == "waiting"


async def test_receiver_that_is_not_there_is_told_of_a_test():
    async with seeded() as one:
        told = await one.post(f"{HOOKS}/ci/test")
        assert (told["taken"], told["status"]) == (False, None)
        assert told["fault"].startswith("cannot be reached: ")


async def test_webhook_that_is_deleted_is_told_nothing_any_more():
    async with api(SIGNED) as one, receiving() as receiver:
        await one.post(HOOKS, 201, key="ci", url=receiver.url)
        await one.asks("DELETE", f"{HOOKS}/ci", 204)
        await one.exports("monograph")
        await one.post(HOOKS, 201, key="next", url=receiver.url)
        await one.exports("serial")
        assert (await receiver.next()).content["data"]["title"].startswith("Journal of imaginary harbors")


async def test_zone_that_is_deleted_takes_its_webhooks_along():
    async with api(SIGNED) as one:
        for _ in range(2):
            await one.post("/zones", 201, key="new", code="01CARLI_NEW")
            assert (await one.get("/zones/new/webhooks")) == {"webhooks": []}
            await one.post("/zones/new/webhooks", 201, url=NOBODY)
            await one.asks("DELETE", "/zones/new", 204)


async def test_read_only_gateway_changes_none(tmp_path: Path):
    store = f"store.url=sqlite:{tmp_path / 'gateway.db'}"
    async with api(SIGNED, store) as one:
        await one.post(HOOKS, 201, key="ci", url=NOBODY)
    async with api(SIGNED, store, "http.read_only=true") as one:
        assert [told["key"] for told in (await one.get(HOOKS))["webhooks"]] == ["ci"]
        await one.problem("POST", HOOKS, 403, json={"url": NOBODY})
        await one.problem("POST", f"{HOOKS}/ci/test", 403)
        await one.problem("DELETE", f"{HOOKS}/ci", 403)


async def test_after_a_restart_it_goes_on_by_the_same_secret(tmp_path: Path):
    store = f"store.url=sqlite:{tmp_path / 'gateway.db'}"
    async with receiving() as receiver:
        async with api(SIGNED, store) as one:
            secret = (await one.post(HOOKS, 201, key="ci", url=receiver.url))["secret"]
            receiver.silent = True
            await one.exports("monograph")
            await receiver.next()
        receiver.silent = False
        async with api(store) as one:
            assert (await one.get(f"{HOOKS}/ci"))["state"] == "unsigned"
            await one.exports("serial")
        async with api(SIGNED, store) as one:
            again, next_ = await receiver.next(), await receiver.next()
            await shown(one, lambda told: told["delivered"] == 2 and told["state"] == "waiting")
        assert [one.content["data"]["seq"] for one in (again, next_)] == [1, 2]
        assert again.is_signed(secret)
        assert again.id == receiver.told[0].id


async def test_exports_do_not_wait_for_it():
    async with api(SIGNED) as one, receiving() as receiver:
        receiver.silent = True
        await one.post(HOOKS, 201, key="ci", url=receiver.url)
        await one.exports("monograph")
        await receiver.next()
        with trio.fail_after(10):
            assert "successfully" in await one.exports("serial")
