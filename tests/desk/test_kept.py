"""Who watches is told of an attempt when it is durable, whatever became of it."""

from collections.abc import AsyncIterator

import pytest
import trio
from trio.abc import Clock

from gateway.desk.watching import POLL_SECONDS, Watch
from gateway.importer.accept import Importer
from gateway.importer.logon import Logons
from gateway.importer.profile import Profiles, prepare
from gateway.importer.zones import Zones
from gateway.model import Delivery, Facts, Logon, Outcome, Reason, Receipt
from gateway.stores import open_store
from gateway.stores.base import Store
from tests.importer.desk import ACCOUNTS, OBSERVED, PROFILES, Desk
from tests.importer.exports import tides


class Office:
    """An importer that wakes a watch with each attempt."""

    def __init__(self, store: Store) -> None:
        zones = Zones(ACCOUNTS)
        profiles = Profiles(zones.by_key, {key: prepare(key, profile, {}) for key, profile in PROFILES.items()})
        self.watch = Watch(store, lambda: [*zones.by_key, "@i-share-xyz"])
        self.importer = Importer(store, Logons(zones, longest_delay=0.0), profiles, audience=self)
        self.desk = Desk(store)

    def kept(self, receipt: Receipt) -> None:
        self.watch.wake()

    def noted(self, delivery: Delivery) -> None:
        """Not heard."""

    async def export(self, record: bytes, password: str = "xyz-secret") -> Outcome:
        logon = Logon(None, b"01CARLI_XYZ", password.encode(), "AP", "desktop")
        return (await self.importer.accept(self.desk.submission(record, logon), logon, OBSERVED)).outcome


@pytest.fixture
async def office() -> AsyncIterator[Office]:
    async with open_store("memory:") as store:
        yield Office(store)


async def test_of_each_attempt(office: Office, nursery: trio.Nursery, autojump_clock: Clock):
    nursery.start_soon(office.watch.run)
    async with office.watch.follow() as arriving:
        for record, password, outcome in (
            (tides("$a(OCoLC)1"), "xyz-secret", Outcome.CREATED),
            (tides("$a(OCoLC)1"), "wrong", Outcome.LOGON_FAILED),
            (b"no record", "xyz-secret", Outcome.REFUSED),
        ):
            assert await office.export(record, password) == outcome
            [arrival] = await arriving.__anext__()
            assert arrival.line.outcome == outcome
        submission = office.desk.submission(b"GET /", None)
        await office.importer.turn_away(submission, Outcome.FOREIGN, Reason.HTTP, Facts())
        [arrival] = await arriving.__anext__()
        assert (arrival.line.zone, arrival.line.outcome) == ("@i-share-xyz", Outcome.FOREIGN)
    assert trio.current_time() < POLL_SECONDS
