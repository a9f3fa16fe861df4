"""The same over a store that lasts."""

from tests.api.gateways import FIRST, RECORD, api, seeded


async def test_all_is_there_after_a_restart(tmp_path):
    at = f"store.url=sqlite:{tmp_path / 'gateway.db'}"
    async with seeded(at) as one:
        before = await one.get("/submissions/2")
        await one.post(f"{RECORD}/revert", version=1)
    async with api(at) as one:
        assert await one.get("/submissions/2") == before
        assert (await one.get(RECORD))["version"] == 3
        assert (await one.get("/zones/new"))["code"] == "01CARLI_NEW"
        assert (await one.get("/submissions/wait", after=1, mms=FIRST))["seq"] == 2
        assert (await one.get(f"/submissions/{before['id']}"))["seq"] == 2
