"""Zones that are made while the gateway runs: what may be, what they are told, what becomes of them."""

import re
from collections.abc import AsyncIterator
from typing import NamedTuple

import argon2
import msgspec
import pytest
import trio

from gateway.config import DEFAULT_PROFILES, load, password_fault
from gateway.desk import passwords
from gateway.desk import zones as desk
from gateway.desk.zones import SUFFIXES, ZoneWanted, free_suffix
from gateway.errors import Conflict, NotFound, Unfit
from gateway.importer.logon import Denied, Logons
from gateway.importer.report import Known
from gateway.importer.zones import Account, Zones
from gateway.model import Logon, Reason, Zone
from gateway.rulebook import rulebook, zones_of
from gateway.stores import open_store
from gateway.stores.base import Store
from tests.importer.test_logon import hashed
from tests.stores.nouns import file, put, record

PEER = "192.0.2.7"
SECRET = hashed("tuna-salad")
"""The least work that argon2 does."""
ONE = ZoneWanted(key="test-1", code="01TEST_1", password=SECRET)


class Room(NamedTuple):
    """A gateway's desk, and who is let in."""

    store: Store
    zones: Zones
    logons: Logons

    async def opened(self, code: str, password: str, host: str = "i-share-xyz") -> Zone | Reason:
        """The zone that this logon opens, or why it opens none."""
        verdict = await self.logons.verify(host, PEER, Logon(None, code.encode(), password.encode()))
        return verdict.reason if isinstance(verdict, Denied) else verdict


async def another(store: Store) -> Room:
    """A gateway with the built-in settings on this store."""
    zones = zones_of(load())
    await zones.begin(store)
    return Room(store, zones, Logons(zones, longest_delay=0))


@pytest.fixture
async def room() -> AsyncIterator[Room]:
    """The only one on an empty memory store."""
    async with open_store("memory:") as store:
        yield await another(store)


async def faults(room: Room, wanted: ZoneWanted) -> dict[str, str]:
    """What is wrong with it, by field."""
    with pytest.raises(Unfit) as caught:
        await desk.make(room.store, room.zones, wanted)
    assert room.zones.made == {}
    return dict(caught.value.faults)


class TestMake:
    async def test_with_what_is_usual(self, room: Room) -> None:
        made = await desk.make(room.store, room.zones, ZoneWanted(key="test-1", code="01TEST_1"))
        zone = made.zone
        assert (zone.host, zone.kind, zone.profiles, zone.network) == (
            "i-share-xyz",
            "institution",
            ("carli-iz",),
            None,
        )
        assert zone.host_names == ("i-share-xyz.alma.exlibrisgroup.com",)
        assert zone.mms_suffix.isdigit()
        assert zone.made_at is not None
        assert (zone.left_out, zone.records, zone.attempts) == ("", None, None)
        assert made.password is not None
        assert await room.opened("01TEST_1", made.password) == room.zones.by_key["test-1"]

    async def test_a_network_is_at_the_first_host_that_has_one(self, room: Room) -> None:
        wanted = ZoneWanted(key="test-network", code="01TEST_NETWORK", kind="network", password=SECRET)
        made = await desk.make(room.store, room.zones, wanted)
        assert (made.zone.host, made.zone.profiles) == ("i-share-network", ("carli-nz",))

    async def test_with_everything_said(self, room: Room) -> None:
        wanted = ZoneWanted(
            key="test-1",
            code="01CARLI_XYZ",
            host="sandbox02-na",
            network="network-sandbox",
            mms_suffix="5867",
            profiles=(),
            password="tuna-salad",
        )
        made = await desk.make(room.store, room.zones, wanted)
        assert made.password is None
        assert await room.opened("01CARLI_XYZ", "tuna-salad", "sandbox02-na") == Zone(
            "test-1", "sandbox02-na", "institution", "01CARLI_XYZ", "5867", "network-sandbox", ()
        )

    async def test_the_password_is_kept_as_a_hash_alone_and_no_text_shows_it(self, room: Room) -> None:
        wanted = ZoneWanted(key="test-1", code="01TEST_1", password="tuna-salad")
        given = await desk.make(room.store, room.zones, wanted)
        made = await desk.make(room.store, room.zones, ZoneWanted(key="test-2", code="01TEST_2"))
        kept = await room.store.zones()
        assert [argon2.extract_parameters(one.secret) for one in kept] == [
            argon2.Parameters(argon2.Type.ID, 19, 16, 32, 2, 19 * 1024, 1)
        ] * 2
        shown = f"{wanted!r} {given!r} {made!r} {kept!r} {room.zones.accounts!r}"
        assert "tuna-salad" not in shown
        assert made.password is not None
        assert made.password not in shown

    async def test_a_hash_is_kept_as_it_is(self, room: Room) -> None:
        await desk.make(room.store, room.zones, ONE)
        assert [one.secret for one in await room.store.zones()] == [SECRET]
        assert isinstance(await room.opened("01TEST_1", "tuna-salad"), Zone)

    async def test_a_near_miss_of_its_logon_id_is_told(self, room: Room) -> None:
        await desk.make(room.store, room.zones, ONE)
        logon = Logon(None, b"01test_1", b"tuna-salad")
        assert await room.logons.verify("i-share-xyz", PEER, logon) == Denied(
            Reason.UNKNOWN_LOGON, None, "case", "01TEST_1"
        )

    async def test_two_hundred_that_are_made_at_once_are_told_apart(self, room: Room) -> None:
        async with trio.open_nursery() as nursery:
            for number in range(200):
                wanted = ZoneWanted(key=f"t-{number}", code=f"01T_{number}", password=SECRET)
                nursery.start_soon(desk.make, room.store, room.zones, wanted)
        assert len({zone.mms_suffix for zone in room.zones.by_key.values()}) == 204
        assert await room.opened("01T_137", "tuna-salad") == room.zones.by_key["t-137"]

    async def test_digits_of_a_code_are_the_same_in_every_gateway(self, room: Room) -> None:
        first = await desk.make(room.store, room.zones, ONE)
        async with open_store("memory:") as store:
            other = await another(store)
            await desk.make(store, other.zones, ZoneWanted(key="before", code="01TEST_0", password=SECRET))
            second = await desk.make(store, other.zones, ONE)
        assert first.zone.mms_suffix == second.zone.mms_suffix

    async def test_what_is_wrong_is_told_field_by_field(self, room: Room) -> None:
        wanted = ZoneWanted(
            key="My Zone",
            code=" 01TEST_1",
            host="i-share",
            network="xyz",
            mms_suffix="58",
            profiles=("carli",),
            password="",
        )
        assert await faults(room, wanted) == {
            "key": "must be of small letters, digits and hyphens, with no hyphen first",
            "host": "there is no host 'i-share'; did you mean i-share-xyz?",
            "code": "' 01TEST_1' has white space at an end; take it out",
            "network": "zone 'xyz' is an institution's; there are network, network-sandbox",
            "mms_suffix": "must be exactly four digits, such as 5867",
            "profiles": "there is no profile 'carli'; did you mean carli-nz?",
            "password": "is empty; a zone needs a password",
        }

    async def test_a_key_or_a_code_that_is_taken(self, room: Room) -> None:
        wanted = ZoneWanted(key="xyz", code="01CARLI_XYZ", password=SECRET)
        found = await faults(room, wanted)
        assert found["key"] == "there is a zone xyz already"
        assert found["code"].startswith("'01CARLI_XYZ' is also the code of zone xyz on host i-share-xyz;")

    async def test_what_another_gateway_has_made_a_moment_ago_is_taken(self, room: Room) -> None:
        other = await another(room.store)
        await desk.make(other.store, other.zones, ONE)
        with pytest.raises(Unfit) as caught:
            await desk.make(room.store, room.zones, ONE)
        assert [field for field, _ in caught.value.faults] == ["key", "code"]
        assert str(caught.value).startswith("key: there is a zone test-1 already\ncode: ")

    def test_from_json_an_unknown_field_is_an_error(self) -> None:
        with pytest.raises(msgspec.ValidationError, match="sufix"):
            msgspec.json.decode(b'{"key": "a", "code": "b", "sufix": "1"}', type=ZoneWanted)


class TestListed:
    async def test_are_the_settings_and_then_the_made_by_key(self, room: Room) -> None:
        other = await another(room.store)
        for key in ("b", "a"):
            wanted = ZoneWanted(key=key, code=f"01TEST_{key}", password=SECRET)
            await desk.make(other.store, other.zones, wanted)
        found = await desk.listed(room.store, room.zones)
        assert [zone.key for zone in found] == ["xyz", "network", "sandbox-abc", "network-sandbox", "a", "b"]
        assert [zone.made_at is None for zone in found] == [True] * 4 + [False] * 2

    async def test_with_what_they_hold(self, room: Room) -> None:
        await desk.make(room.store, room.zones, ONE)
        await put(room.store, record("A"), record("B"), zone="test-1")
        await file(room.store, "first", zone="test-1")
        found = {
            zone.key: (zone.records, zone.attempts) for zone in await desk.listed(room.store, room.zones, counted=True)
        }
        assert found["test-1"] == (2, 1)
        assert found["xyz"] == (0, 0)
        one = await desk.one(room.store, room.zones, "test-1", counted=True)
        assert (one.records, one.attempts) == (2, 1)

    async def test_of_one_that_is_left_out_is_said_why(self, room: Room) -> None:
        await desk.make(room.store, room.zones, ONE)
        settings = load(overrides=["zones.xyz.code=01TEST_1"])
        zones = zones_of(settings)
        await zones.begin(room.store)
        *_, last = await desk.listed(room.store, zones)
        assert last.key == "test-1"
        assert last.left_out.startswith("code: '01TEST_1' is also the code of zone xyz on host i-share-xyz;")
        await desk.delete(room.store, zones, "test-1")
        assert await room.store.zones() == []

    async def test_one_that_is_not_there(self, room: Room) -> None:
        with pytest.raises(NotFound, match="there is no zone 'netwrok'; did you mean network"):
            await desk.one(room.store, room.zones, "netwrok")


class TestNewPassword:
    async def test_takes_the_place_of_the_old_one_though_that_is_remembered(self, room: Room) -> None:
        await desk.make(room.store, room.zones, ONE)
        assert isinstance(await room.opened("01TEST_1", "tuna-salad"), Zone)
        before = room.zones.made["test-1"].at
        changed = await desk.new_password(room.store, room.zones, "test-1")
        assert await room.opened("01TEST_1", "tuna-salad") is Reason.WRONG_PASSWORD
        assert changed.password is not None
        assert isinstance(await room.opened("01TEST_1", changed.password), Zone)
        assert changed.zone.made_at == before

    async def test_may_be_given(self, room: Room) -> None:
        await desk.make(room.store, room.zones, ONE)
        changed = await desk.new_password(room.store, room.zones, "test-1", hashed("pea-soup"))
        assert changed.password is None
        assert isinstance(await room.opened("01TEST_1", "pea-soup"), Zone)

    async def test_is_refused_where_it_is_none(self, room: Room) -> None:
        await desk.make(room.store, room.zones, ONE)
        with pytest.raises(Unfit, match="password: is 192 bytes long; Connexion can send at most 191"):
            await desk.new_password(room.store, room.zones, "test-1", "p" * 192)


class TestReset:
    @pytest.mark.parametrize("key", ["test-1", "xyz"])
    async def test_empties_any_zone_and_no_other(self, room: Room, key: str) -> None:
        await desk.make(room.store, room.zones, ONE)
        for zone in ("test-1", "xyz"):
            await put(room.store, record("A"), zone=zone)
        await desk.reset(room.store, room.zones, key)
        assert await room.store.records(key) == []
        assert [*await room.store.counts()] == [{"test-1": "xyz", "xyz": "test-1"}[key]]

    async def test_of_none(self, room: Room) -> None:
        with pytest.raises(NotFound):
            await desk.reset(room.store, room.zones, "@i-share-xyz")


class TestDelete:
    async def test_refuses_the_next_logon_though_it_is_remembered(self, room: Room) -> None:
        await desk.make(room.store, room.zones, ONE)
        assert isinstance(await room.opened("01TEST_1", "tuna-salad"), Zone)
        await put(room.store, record("A"), zone="test-1")
        await desk.delete(room.store, room.zones, "test-1")
        assert await room.opened("01TEST_1", "tuna-salad") is Reason.UNKNOWN_LOGON
        assert await room.store.counts() == {}
        with pytest.raises(NotFound):
            await desk.delete(room.store, room.zones, "test-1")
        await desk.make(room.store, room.zones, ONE)

    @pytest.mark.parametrize("change", [desk.delete, desk.new_password])
    async def test_one_of_the_settings_is_changed_there(self, room: Room, change) -> None:  # type: ignore[no-untyped-def]
        await put(room.store, record("A"))
        with pytest.raises(Conflict, match=r"zone xyz stands in the settings; change (it|its password) there"):
            await change(room.store, room.zones, "xyz")
        assert len(await room.store.records("xyz")) == 1

    async def test_one_that_the_settings_have_since_loses_nothing(self, room: Room) -> None:
        """A zone of that key is the settings', whatever the store keeps."""
        await desk.make(room.store, room.zones, ONE)
        await put(room.store, record("A"), zone="test-1")
        own = ["host=i-share-xyz", "kind=institution", "code=01TEST_1", "mms_suffix=0001", "password=p"]
        settings = load(overrides=[f"zones.test-1.{value}" for value in own])
        zones = zones_of(settings)
        await zones.begin(room.store)
        with pytest.raises(Conflict):
            await desk.delete(room.store, zones, "test-1")
        assert len(await room.store.records("test-1")) == 1

    async def test_a_network_to_which_others_belong_is_left(self, room: Room) -> None:
        network = ZoneWanted(key="test-network", code="01TEST_NETWORK", kind="network", password=SECRET)
        await desk.make(room.store, room.zones, network)
        member = ZoneWanted(key="test-1", code="01TEST_1", network="test-network", password=SECRET)
        await desk.make(room.store, room.zones, member)
        with pytest.raises(Conflict, match="zone test-network is the network zone of test-1; delete these first"):
            await desk.delete(room.store, room.zones, "test-network")
        await desk.delete(room.store, room.zones, "test-1")
        await desk.delete(room.store, room.zones, "test-network")
        assert room.zones.made == {}


class TestProfileWords:
    @pytest.fixture
    def known(self, room: Room) -> Known:
        """What the settings say."""
        settings = load()
        return Known({}, room.zones.by_key, settings.profiles, {}, rulebook(settings).replies)

    async def test_are_those_of_its_one_profile(self, room: Room, known: Known) -> None:
        await desk.make(room.store, room.zones, ONE)
        found = desk.profile_words(room.zones, "test-1", known)
        assert found is not None
        assert found["Merge Method"] == "Overlay all fields but local"

    async def test_are_none_without_one(self, room: Room, known: Known) -> None:
        wanted = ZoneWanted(key="test-1", code="01TEST_1", profiles=(), password=SECRET)
        await desk.make(room.store, room.zones, wanted)
        assert desk.profile_words(room.zones, "test-1", known) is None
        with pytest.raises(NotFound):
            desk.profile_words(room.zones, "none", known)


class TestFreeSuffix:
    def test_is_found_as_long_as_there_is_one(self) -> None:
        taken = [number for number in range(SUFFIXES) if number != 4711]
        accounts = [Account(Zone(f"z{n}", "h", "institution", f"01Z_{n}", f"{n:04}"), SECRET) for n in taken]
        assert free_suffix(Zones(accounts), "01TEST_1") == "4711"

    def test_is_to_be_given_where_there_is_none(self) -> None:
        every = range(SUFFIXES)
        accounts = [Account(Zone(f"z{n}", "h", "institution", f"01Z_{n}", f"{n:04}"), SECRET) for n in every]
        with pytest.raises(Unfit, match="mms_suffix: is to be given"):
            free_suffix(Zones(accounts), "01TEST_1")


class TestPasswords:
    def test_that_are_made_can_be_read_and_are_never_the_same(self) -> None:
        made = {passwords.made() for _ in range(1_000)}
        assert len(made) == 1_000
        consonant, vowel = f"[{passwords.CONSONANTS}]", f"[{passwords.VOWELS}]"
        group = f"({consonant}{vowel}){{2}}"
        for one in made:
            assert re.fullmatch(f"{group}(-{group}){{3}}", one)
            assert passwords.fault(one) == ""

    @pytest.mark.parametrize(
        ("text", "wrong"),
        [
            ("", "is empty"),
            ("two\nlines", "has more than one line"),
            ("ä" * 96, "is 192 bytes long"),
            ("$argon2id$v=19$m=19456,t=2,p=1$c2FsdA", "is a damaged hash"),
            (SECRET[:-1] + "!", "is a damaged hash"),
            (SECRET[: SECRET.rindex("$") + 2], "is a damaged hash"),
            (SECRET.replace("m=8", "m=1"), "is a damaged hash"),
            (SECRET.replace("v=19", "v=18"), "is a damaged hash"),
            (SECRET.replace("m=8", f"m={2**21}"), "wants more than 256 MiB"),
            (SECRET.replace("t=1", "t=1000"), "wants more than 256 MiB, 16 passes"),
            (SECRET.replace("argon2id", "argon2d"), "is a hash of another kind"),
        ],
    )
    def test_that_cannot_be(self, text: str, wrong: str) -> None:
        assert passwords.fault(text).startswith(wrong)

    @pytest.mark.parametrize("text", ["p", "ä" * 95, "with spaces ", SECRET], ids=["short", "long", "spaces", "hash"])
    def test_that_can_be(self, text: str) -> None:
        assert passwords.fault(text) == ""

    @pytest.mark.parametrize(
        "text",
        ["", "two\nlines", "p" * 191, "p" * 192, SECRET, SECRET[:-1], SECRET.replace("m=8", "m=7")],
        ids=["none", "lines", "longest", "too long", "hash", "cut hash", "too little memory"],
    )
    def test_are_those_that_the_settings_take(self, text: str) -> None:
        assert bool(passwords.fault(text)) == bool(password_fault(text))


def test_the_usual_profiles_are_the_settings() -> None:
    assert zones_of(load()).usual == DEFAULT_PROFILES
