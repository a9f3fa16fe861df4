"""The example of the documentation, as a user writes it: alone, side by side, in and out of event loops, elsewhere."""

import httpx
import pytest

from tests.testing.suites import EXAMPLE, MANY, Suite

pytestmark = pytest.mark.long

IN_ASYNCIO = """
import asyncio

async def export(gateway, sample):
    reader, writer = await asyncio.open_connection(gateway.host, gateway.port)
    items = ((b"A", gateway.logon_id.encode()), (b"P", gateway.password.encode()))
    writer.write(b"".join(tag + bytes([0x40 + len(value)]) + value for tag, value in items) + sample)
    reply = await reader.readuntil(b"\\0")
    attempt = gateway.wait_for(oclc="1234567")
    writer.close()
    await writer.wait_closed()
    return attempt

def test_asyncio(connexion_gateway, sample):
    assert asyncio.run(export(connexion_gateway, sample)).outcome == "created"
"""
IN_TRIO = """
import pytest
import trio

@pytest.mark.trio
async def test_trio(connexion_gateway, connexion_gateway_trio, exporter, sample):
    gateway = connexion_gateway_trio
    async with trio.open_nursery() as nursery:
        nursery.start_soon(trio.to_thread.run_sync, exporter.send, sample, gateway.host, gateway.port,
                           gateway.logon_id, gateway.password)
        attempt = await gateway.wait_for(oclc="1234567")
    assert (attempt.record, attempt.outcome) == (sample, "created")
    await gateway.assert_nothing_else()
"""


@pytest.mark.parametrize("arguments", [("-n", "4"), ("-p", "no:trio"), ("-p", "no:xdist", "-p", "no:anyio")])
def test_example_passes(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]) -> None:
    for name in ("GATEWAY_URL", "GATEWAY_TOKEN", "PYTEST_ADDOPTS"):
        monkeypatch.delenv(name, raising=False)
    Suite(pytester.path).write(EXAMPLE + MANY.format(8))
    pytester.runpytest_subprocess(*arguments).assert_outcomes(passed=9)


def test_example_passes_beside_asyncio_and_where_every_async_test_is_trio_s(suite: Suite) -> None:
    suite.settings("trio_mode = true")
    suite.run(EXAMPLE + IN_TRIO + IN_ASYNCIO).assert_outcomes(passed=3)


@pytest.mark.parametrize("arguments", [(), ("-n", "4")])
def test_example_passes_with_a_gateway_that_runs_elsewhere_and_leaves_nothing_there(
    suite: Suite, url: str, arguments: tuple[str, ...]
) -> None:
    before = [zone["key"] for zone in httpx.get(f"{url}/api/v1/zones").json()["zones"]]
    suite.run(EXAMPLE + MANY.format(8), "--gateway-url", url, *arguments).assert_outcomes(passed=9)
    assert [zone["key"] for zone in httpx.get(f"{url}/api/v1/zones").json()["zones"]] == before
