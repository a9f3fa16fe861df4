"""Zones that are made while gateways serve: over real connections, also where several share a database."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import trio

from gateway import config
from gateway.desk import zones as desk
from gateway.desk.zones import ZoneWanted
from gateway.importer.zones import Zones
from gateway.model import Logon
from gateway.rulebook import zones_of
from gateway.stores import open_store
from gateway.stores.base import Store
from tests.importer.test_logon import hashed
from tests.server.running import PATIENCE, ask, gateway, message
from tests.stores.postgres_server import SHARED

LOGON = Logon(logon_id=b"01TEST_1", password=b"tuna-salad")
WANTED = ZoneWanted(key="test-1", code="01TEST_1", mms_suffix="7001", password=hashed("tuna-salad"))
FIRST = "The record has been processed successfully.\nMMS ID: 9910000000017001"
SECOND = "The record has been processed successfully.\nMMS ID: 9910000000027001"
FAILED = "Logon Failed--the Logon ID and/or password is/are not valid"


@pytest.fixture
def url() -> str:
    """The URL of an empty store on the database server that tests share."""
    return SHARED.new_url()


@asynccontextmanager
async def two_gateways(url: str) -> AsyncIterator[tuple[int, int, Store, Zones]]:
    """Ports of two gateways on this store, and the desk of a third."""
    async with gateway(f"store.url={url}") as one, gateway(f"store.url={url}") as other, desk_at(url) as (store, zones):
        yield one, other, store, zones


@asynccontextmanager
async def desk_at(url: str) -> AsyncIterator[tuple[Store, Zones]]:
    """A gateway's desk on this store, beside those that serve it."""
    async with open_store(url) as store:
        zones = zones_of(config.load())
        await zones.begin(store)
        yield store, zones


async def test_an_export_to_a_zone_made_a_moment_ago_is_filed(url: str) -> None:
    async with gateway(f"store.url={url}") as port, desk_at(url) as (store, zones):
        assert await ask(port, message(1, LOGON)) == FAILED
        await desk.make(store, zones, WANTED)
        assert await ask(port, message(1, LOGON)) == FIRST
        [attempt] = await store.attempts(zone="test-1")
        assert (attempt.receipt.mms_id, attempt.submission.logon_id) == ("9910000000017001", "01TEST_1")


async def test_it_is_there_at_all_gateways_of_the_database_at_once(url: str) -> None:
    async with two_gateways(url) as (one, other, store, zones):
        await desk.make(store, zones, WANTED)
        assert await ask(one, message(1, LOGON)) == FIRST
        assert await ask(other, message(2, LOGON)) == SECOND
        assert len(await store.records("test-1")) == 2


async def test_it_is_there_after_the_gateways_have_ended(url: str) -> None:
    async with desk_at(url) as (store, zones):
        await desk.make(store, zones, WANTED)
    async with gateway(f"store.url={url}") as port:
        assert await ask(port, message(1, LOGON)) == FIRST


async def test_a_reset_begins_its_mms_ids_anew_and_leaves_the_other_zones(url: str) -> None:
    async with two_gateways(url) as (one, other, store, zones):
        await desk.make(store, zones, WANTED)
        await ask(one, message(9))
        for number in (1, 2):
            await ask(one, message(number, LOGON))
        await desk.reset(store, zones, "test-1")
        assert await ask(other, message(3, LOGON)) == FIRST
        assert await ask(one, message(4, LOGON)) == SECOND
        assert len(await store.records("xyz")) == 1
        assert len(await store.attempts(zone="test-1")) == 2


async def test_after_its_deletion_every_gateway_refuses_what_it_remembered(url: str) -> None:
    async with two_gateways(url) as (one, other, store, zones):
        await desk.make(store, zones, WANTED)
        for port in (one, other):
            assert (await ask(port, message(1, LOGON))).startswith("The record")
        await desk.delete(store, zones, "test-1")
        with trio.fail_after(PATIENCE):
            for port in (one, other):
                while await ask(port, message(1, LOGON)) != FAILED:
                    pass


async def test_a_network_zone_and_its_institution_take_exports_of_both(url: str) -> None:
    through = "profiles.carli-iz.use_network_zone=true"
    async with gateway(f"store.url={url}", through) as port, desk_at(url) as (store, zones):
        network = ZoneWanted(key="test-network", code="01TEST_NETWORK", kind="network", mms_suffix="7002", password="p")
        await desk.make(store, zones, network)
        member = ZoneWanted(
            key="test-1", code="01TEST_1", network="test-network", mms_suffix="7001", password=hashed("tuna-salad")
        )
        await desk.make(store, zones, member)
        assert (await ask(port, message(1, LOGON))).endswith("MMS ID: 9910000000017002")
        [linked] = await store.records("test-1")
        assert linked.linked_to == "9910000000017002"
