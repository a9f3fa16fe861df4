"""The zones in force: those of the settings, and those that are made while gateways run."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest
import trio
from structlog.typing import EventDict
from trio.testing import MockClock, wait_all_tasks_blocked

from gateway import config
from gateway.errors import StoreError, Unreachable
from gateway.importer.fitting import CODE_BYTES, KEY, KEY_CHARACTERS, NAMED, Among, faults, hint
from gateway.importer.logon import Denied, Logons
from gateway.importer.zones import APART_SECONDS, LOOK_SECONDS, READ_SECONDS, Zones
from gateway.model import Host, Logon, Profile, Reason, Zone
from gateway.stores.base import KeptZone, Retention, Store
from gateway.stores.memory import MemoryStore
from tests.importer.desk import ACCOUNTS, IZ, NZ, PROFILES
from tests.importer.test_logon import hashed
from tests.stores.nouns import PATIENCE

NINE = datetime(2026, 3, 1, 9, tzinfo=UTC)
PEER = "192.0.2.7"
HOSTS = {key: Host(key) for key in ("i-share-xyz", "i-share-network", "sandbox02-na")}
SECRET = hashed("tuna-salad")
TEST = Zone("test-1", "i-share-xyz", "institution", "01TEST_1", "7001", None, IZ)
TEST_NETWORK = Zone("test-network", "i-share-network", "network", "01TEST_NETWORK", "7002", None, NZ)
IN_NETWORK = Zone("test-2", "i-share-xyz", "institution", "01TEST_2", "7003", "test-network", IZ)


def kept(zone: Zone, *, minute: int = 0, secret: str = SECRET) -> KeptZone:
    """As the store has it."""
    return KeptZone(zone, secret, NINE + timedelta(minutes=minute))


def zones_of_the_settings() -> Zones:
    return Zones(ACCOUNTS, hosts=HOSTS, profiles=PROFILES, usual={"institution": IZ, "network": NZ})


def named(code: str = "01TEST_1", password: str = "tuna-salad") -> Logon:
    return Logon(None, code.encode(), password.encode())


class CountingStore(MemoryStore):
    """Tells how often its zones were read, and fails while it is told to."""

    def __init__(self) -> None:
        super().__init__(Retention())
        self.readings = 0
        self.fails = False

    async def zones(self) -> list[KeptZone]:
        self.readings += 1
        if self.fails:
            raise Unreachable("the database does not answer")
        return await super().zones()


@asynccontextmanager
async def gateway(store: Store) -> AsyncIterator[tuple[Zones, Logons]]:
    """The zones and logons of one of the gateways that share a store."""
    zones = zones_of_the_settings()
    await zones.begin(store)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(zones.keep_reading)
        yield zones, Logons(zones, longest_delay=0)
        nursery.cancel_scope.cancel()


class TestTheZonesInForce:
    def test_are_those_of_the_settings_and_those_that_fit_in(self, logged: list[EventDict]) -> None:
        zones = zones_of_the_settings()
        by_key, accounts = zones.by_key, zones.accounts
        zones.take([kept(TEST)])
        assert [*by_key] == ["xyz", "network", "sandbox-abc", "network-sandbox", "test-1"]
        assert accounts["i-share-xyz", "01TEST_1"].secret == SECRET
        assert [*zones.made] == ["test-1"]
        zones.take([])
        assert [*by_key] == ["xyz", "network", "sandbox-abc", "network-sandbox"]
        assert ("i-share-xyz", "01TEST_1") not in accounts
        assert logged == []

    @pytest.mark.parametrize("order", [(0, 1), (1, 0)])
    def test_an_institution_finds_its_network_whichever_was_made_first(self, order: tuple[int, int]) -> None:
        zones = zones_of_the_settings()
        both = [kept(TEST_NETWORK, minute=order[0]), kept(IN_NETWORK, minute=order[1])]
        zones.take(both)
        assert zones.by_key["test-2"].network == "test-network"
        zones.take(both[1:])
        assert [*zones.left_out] == ["test-2"]

    @pytest.mark.parametrize(
        ("zone", "why"),
        [
            (
                Zone("xyz", "i-share-xyz", "institution", "01TEST_1", "7001"),
                "key: the settings have a zone of this key",
            ),
            (
                Zone("test-1", "i-share-xyz", "institution", "01CARLI_XYZ", "7001"),
                "code: '01CARLI_XYZ' is also the code of zone xyz on host i-share-xyz; a zone is found by its host and "
                "its code, so change one of them",
            ),
            (
                Zone("test-1", "i-share-xzy", "institution", "01TEST_1", "7001"),
                "host: there is no host 'i-share-xzy'; did you mean i-share-xyz?",
            ),
            (
                Zone("test-1", "i-share-xyz", "institution", "01TEST_1", "7001", None, ("ours",)),
                "profiles: there is no profile 'ours'; there are carli-iz, carli-nz",
            ),
            (
                Zone("test-1", "i-share-xyz", "institution", "01TEST_1", "7001", "netwrok"),
                "network: zone 'netwrok' is not there; did you mean network?",
            ),
        ],
    )
    async def test_one_that_does_not_fit_in_is_left_out_and_the_log_says_so_once(
        self, store: Store, logged: list[EventDict], zone: Zone, why: str
    ) -> None:
        zones = zones_of_the_settings()
        before = dict(zones.accounts)
        await zones.begin(store)
        await store.keep_zone(kept(zone))
        for minute in (1, 2):
            await store.keep_zone(kept(zone, minute=minute))
            await zones.read()
        assert zones.accounts == before
        assert [(line["event"], line["zone"], line["why"]) for line in logged] == [("zones.left_out", zone.key, why)]

    def test_of_two_with_one_code_the_first_made_is_in_force(self) -> None:
        zones = zones_of_the_settings()
        other = Zone("another", "i-share-xyz", "institution", "01TEST_1", "7009")
        zones.take([kept(other, minute=1), kept(TEST)])
        assert "test-1" in zones.by_key
        assert [*zones.left_out] == ["another"]


class TestBeside:
    """Two gateways on one store."""

    async def test_what_another_has_made_is_found_at_once(self, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("gateway.importer.zones.LOOK_SECONDS", PATIENCE)
        async with gateway(store) as (_, logons):
            assert isinstance(await logons.verify("i-share-xyz", PEER, named()), Denied)
            await store.keep_zone(kept(TEST))
            assert await logons.verify("i-share-xyz", PEER, named()) == TEST

    async def test_a_password_that_another_has_changed_opens_at_once(
        self, store: Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("gateway.importer.zones.LOOK_SECONDS", PATIENCE)
        await store.keep_zone(kept(TEST))
        async with gateway(store) as (_, logons):
            assert await logons.verify("i-share-xyz", PEER, named()) == TEST
            await store.keep_zone(kept(TEST, secret=hashed("pea-soup")))
            assert await logons.verify("i-share-xyz", PEER, named(password="pea-soup")) == TEST
            assert await logons.verify("i-share-xyz", PEER, named()) == Denied(Reason.WRONG_PASSWORD, TEST)

    async def test_what_another_has_removed_is_refused_soon_though_it_is_remembered(
        self, store: Store, autojump_clock: MockClock
    ) -> None:
        zone_in_clear = kept(TEST, secret="tuna-salad")  # a hash is verified in a thread, which this clock outruns
        await store.keep_zone(zone_in_clear)
        async with gateway(store) as (zones, logons):
            assert await logons.verify("i-share-xyz", PEER, named()) == TEST
            await store.remove_zone("test-1")
            await trio.sleep(READ_SECONDS + 0.01)
            assert "test-1" not in zones.by_key
            assert await logons.verify("i-share-xyz", PEER, named()) == Denied(Reason.UNKNOWN_LOGON)

    async def test_a_flood_of_unknown_logons_costs_the_store_four_readings_a_second(
        self, autojump_clock: MockClock
    ) -> None:
        store = CountingStore()
        async with gateway(store) as (_, logons), trio.open_nursery() as nursery:
            began = trio.current_time()
            for number in range(1_000):
                nursery.start_soon(logons.verify, "i-share-xyz", PEER, named(f"01NONE_{number}"))
            await wait_all_tasks_blocked()
            assert store.readings == 1
        assert store.readings <= 2
        assert trio.current_time() - began <= APART_SECONDS

    async def test_unknown_logons_one_after_another_are_slowed_to_that(self, autojump_clock: MockClock) -> None:
        store = CountingStore()
        async with gateway(store) as (_, logons):
            began = trio.current_time()
            for number in range(9):
                await logons.verify("i-share-xyz", PEER, named(f"01NONE_{number}"))
            assert trio.current_time() - began <= 9 * APART_SECONDS
            assert store.readings <= 1 + 9 + 1  # begin, each of them, and one in between

    async def test_a_store_that_fails_leaves_what_is_known_in_force(
        self, autojump_clock: MockClock, logged: list[EventDict]
    ) -> None:
        store = CountingStore()
        async with gateway(store) as (_, logons):
            store.fails = True
            for _ in range(3):
                assert await logons.verify("i-share-xyz", PEER, named()) == Denied(Reason.UNKNOWN_LOGON)
            assert not isinstance(await logons.verify("i-share-xyz", PEER, named("01CARLI_XYZ", "xyz-secret")), Denied)
            assert [line["event"] for line in logged] == ["zones.not_read"]
            store.fails = False
            await store.keep_zone(kept(TEST, secret="tuna-salad"))
            assert await logons.verify("i-share-xyz", PEER, named()) == TEST

    async def test_a_store_that_hangs_holds_up_unknown_logons_for_a_while_only(self, autojump_clock: MockClock) -> None:
        class Hanging(CountingStore):
            async def zones(self) -> list[KeptZone]:
                if self.fails:
                    await trio.sleep_forever()
                return await super().zones()

        store = Hanging()
        async with gateway(store) as (_, logons):
            store.fails = True
            began = trio.current_time()
            assert isinstance(await logons.verify("i-share-xyz", PEER, named()), Denied)
            assert trio.current_time() - began == pytest.approx(LOOK_SECONDS)
            began = trio.current_time()
            assert isinstance(await logons.verify("i-share-xyz", PEER, named(), until=began + 1), Denied)
            assert trio.current_time() - began == pytest.approx(1)
            assert not isinstance(await logons.verify("i-share-xyz", PEER, named("01CARLI_XYZ", "xyz-secret")), Denied)

    async def test_one_that_cannot_say_which_it_keeps_is_an_error_at_the_start(self) -> None:
        store = CountingStore()
        store.fails = True
        with pytest.raises(StoreError):
            await zones_of_the_settings().begin(store)


NETWORK_USED = {"through": Profile(use_network_zone=True), **PROFILES}
FAULTS = {
    "capitals in the key": ({"key": "XYZ"}, "key"),
    "a reserved key": ({"key": "@i-share-xyz"}, "key"),
    "a long key": ({"key": "k" * 65}, "key"),
    "capitals in a long key": ({"key": "K" * 65}, "key"),
    "no code": ({"code": ""}, "code"),
    "white space behind the code": ({"code": "01TEST_1 "}, "code"),
    "a control character in the code": ({"code": "01TEST\0_1"}, "code"),
    "a long code": ({"code": "x" * (CODE_BYTES + 1)}, "code"),
    "a code that is long in bytes": ({"code": "ä" * (CODE_BYTES // 2 + 1)}, "code"),
    "three digits": ({"mms_suffix": "123"}, "mms_suffix"),
    "digits of another script": ({"mms_suffix": "\uff11\uff12\uff13\uff14"}, "mms_suffix"),
    "an institution as network": ({"network": "xyz"}, "network"),
    "a network in a network": ({"kind": "network", "network": "network"}, "network"),
    "through no network": ({"profiles": ("through",)}, "network"),
    "a network through a network": ({"kind": "network", "profiles": ("through",)}, "profiles"),
}


class TestFaults:
    @pytest.mark.parametrize("how", FAULTS)
    def test_name_the_field(self, how: str) -> None:
        changed, field = FAULTS[how]
        fields = {name: getattr(TEST, name) for name in TEST.__struct_fields__} | changed
        among = zones_of_the_settings().among._replace(profiles=NETWORK_USED)
        assert [fault.field for fault in faults(Zone(**fields), among)] == [field]

    def test_are_all_told(self) -> None:
        wrong = Zone("A B", "nowhere", "institution", "", "1", "none", ("none",))
        found = [fault.field for fault in faults(wrong, Among((), {}, {}, {}))]
        assert found == ["key", "host", "code", "network", "mms_suffix", "profiles"]

    def test_longest_code_and_key_are_none(self) -> None:
        longest = {"code": "x" * CODE_BYTES, "key": "k" * KEY_CHARACTERS}
        fields = {name: getattr(TEST, name) for name in TEST.__struct_fields__} | longest
        assert faults(Zone(**fields), zones_of_the_settings().among) == []

    def test_repeat_no_more_of_a_text_than_tells_it(self) -> None:
        fields = {name: getattr(TEST, name) for name in TEST.__struct_fields__} | {"host": "h" * 10_000}
        [fault] = faults(Zone(**fields), zones_of_the_settings().among)
        assert fault.words.startswith(f"there is no host '{'h' * 60}…'; there are i-share-xyz, ")

    @pytest.mark.parametrize(
        ("known", "words"),
        [
            ([], "there is none"),
            (["xyz"], "did you mean xyz?"),
            (["abc", "def"], "there are abc, def"),
            ([f"{number}" for number in range(NAMED + 1)], f"there are {NAMED + 1}"),
        ],
    )
    def test_hint_at_what_there_is(self, known: list[str], words: str) -> None:
        assert hint("xyy", known) == words

    def test_go_by_the_rules_of_the_settings(self) -> None:
        from gateway.config import checks, reader

        assert reader.NAME.pattern == KEY.pattern
        assert checks.CODE_BYTES == CODE_BYTES
        for key, zone in config.load().model_zones().items():
            others = {name: other for name, other in config.load().model_zones().items() if name != key}
            assert faults(zone, Among(config.load().hosts, config.load().profiles, others, {})) == []
