"""What every store promises of sets: what is published in them, their profiles and their runs."""

import random
from datetime import timedelta

import pytest
from msgspec.structs import replace

from gateway.model import Enrichment, PublishingProfile, PublishingRun, Repository
from gateway.stores.base import Published, Store
from gateway.stores.publishing import FEW, RUNS_KEPT
from tests.stores.nouns import NOON, holding, item, library, made_zone, published, put, record, shelving


def deleted(mms_id: str, at: int = 1) -> Published:
    """A record that was deleted then."""
    return published(mms_id, at, form=b"")


class TestInventory:
    async def test_is_of_the_records_that_are_there(self, store: Store) -> None:
        await put(store, record("A"), record("B"), record("A", version=2))
        await store.rearrange("xyz", shelving(library(), holding("1"), item("11", "1")))
        found = await store.inventory("xyz", ["B", "A", "C"])
        assert {*found} == {"A", "B"}
        assert found["A"].record.version == 2
        assert [one.id for one in found["A"].holdings] == ["1"]
        assert [one.barcode for one in found["A"].items] == ["11"]
        assert found["A"].libraries == (library(),)
        assert found["B"].holdings == ()
        assert await store.inventory("xyz", []) == {}


class TestPublished:
    async def test_come_page_by_page(self, store: Store) -> None:
        await store.publish("xyz", "", [published(mms_id) for mms_id in "EBDAC"])
        assert [one.mms_id for one in await store.published("xyz", [""], limit=2)] == ["A", "B"]
        assert [one.mms_id for one in await store.published("xyz", [""], after="B", limit=2)] == ["C", "D"]
        assert [one.mms_id for one in await store.published("xyz", [""], after="BB")] == ["C", "D", "E"]

    async def test_of_a_time_are_those_that_changed_in_it(self, store: Store) -> None:
        await store.publish("xyz", "", [published("A", 10), published("B", 20), deleted("C", 30), published("D", 20)])

        async def within(since: int | None, until: int | None) -> str:
            found = await store.published("xyz", [""], since=since, until=until)
            return "".join(one.mms_id for one in found)

        assert await within(20, None) == "BCD"
        assert await within(None, 20) == "ABD"
        assert await within(20, 20) == "BD"
        assert await within(21, 29) == ""
        assert await within(30, 10) == ""
        assert await within(-(2**70), 2**70) == "ABCD"
        assert await within(2**70, None) == ""

    async def test_of_a_time_in_which_many_changed(self, store: Store) -> None:
        """Found otherwise than few are."""
        ids = [f"{number:05}" for number in range(FEW + 20)]
        rows = [published(mms_id, 1 if int(mms_id) % 100 == 7 else 5) for mms_id in ids]
        await store.publish("xyz", "", rows)
        found = await store.published("xyz", [""], since=5, after=ids[5], limit=4)
        assert [one.mms_id for one in found] == [ids[6], *ids[8:11]]
        found = await store.published("xyz", [""], since=5, after=ids[-3])
        assert [one.mms_id for one in found] == ids[-2:]
        few = await store.published("xyz", [""], until=4, limit=3, after=ids[7])
        assert [one.mms_id for one in few] == [ids[107], ids[207], ids[307]]

    async def test_of_several_sets_are_told_of_once(self, store: Store) -> None:
        """As in the first that has it, with the latest change of any."""
        await store.publish("xyz", "one", [published("A", 1, form=b"<one/>"), deleted("B", 5), deleted("C", 9)])
        await store.publish(
            "xyz", "two", [published("A", 3, form=b"<two/>"), published("B", 2, form=b"<two/>"), deleted("C", 8)]
        )
        await store.publish("xyz", "not asked for", [published("A", 7), published("D", 7)])
        assert await store.published("xyz", ["one", "two"]) == [
            published("A", 3, form=b"<one/>"),
            published("B", 5, form=b"<two/>"),
            deleted("C", 9),
        ]
        assert await store.published("xyz", ["two", "one"]) == [
            published("A", 3, form=b"<two/>"),
            published("B", 5, form=b"<two/>"),
            deleted("C", 9),
        ]
        assert [one.mms_id for one in await store.published("xyz", ["one", "two"], until=4)] == ["A"]
        assert [one.mms_id for one in await store.published("xyz", ["one", "one"])] == ["A", "B", "C"]

    async def test_of_no_set_and_of_one_that_nobody_knows_are_none(self, store: Store) -> None:
        await store.publish("xyz", "", [published("A")])
        assert await store.published("xyz", []) == []
        assert await store.published("xyz", ["no-such-set"]) == []

    async def test_are_what_a_plain_count_finds(self, store: Store) -> None:
        chance = random.Random(1_729)
        sets = ["a", "b", "ä"]
        kept: dict[str, dict[str, Published]] = {set_: {} for set_ in sets}
        for set_ in sets:
            for number in chance.sample(range(60), 40):
                mms_id, at = f"{number:02}", chance.randrange(10)
                kept[set_][mms_id] = (
                    deleted(mms_id, at) if chance.random() < 0.4 else published(mms_id, at, form=set_.encode())
                )
            await store.publish("xyz", set_, [*kept[set_].values()])
        for _ in range(60):
            some = chance.sample(sets, chance.randint(1, 3))
            after, limit = f"{chance.randrange(60):02}", chance.randint(1, 20)
            since = chance.choice([None, *range(10)])
            until = chance.choice([None, *range(10)])
            found = await store.published("xyz", some, after=after, since=since, until=until, limit=limit)
            expected = []
            for mms_id in sorted({*kept["a"], *kept["b"], *kept["ä"]}):
                of = [kept[set_][mms_id] for set_ in some if mms_id in kept[set_]]
                at = max((one.at for one in of), default=-1)
                if of and mms_id > after and (since is None or at >= since) and (until is None or at <= until):
                    expected.append(next((one for one in of if not one.deleted), of[0])._replace(at=at))
            assert found == expected[:limit]

    async def test_are_looked_up_by_their_record(self, store: Store) -> None:
        await store.publish("xyz", "one", [published("A", 5), deleted("B", 6), published("C", 7)])
        await store.publish("xyz", "two", [published("A", 8)])
        assert await store.published_as("xyz", "one", ["B", "A", "Z"]) == {"A": published("A", 5), "B": deleted("B", 6)}
        assert await store.published_as("xyz", "no-such-set", ["A"]) == {}
        assert await store.published_as("xyz", "one", []) == {}

    async def test_are_in_sets(self, store: Store) -> None:
        await store.publish("xyz", "two", [published("A"), published("B"), deleted("C")])
        await store.publish("xyz", "one", [published("A"), deleted("B"), deleted("C")])
        assert await store.published_in("xyz", ["C", "B", "A", "Z"]) == {"A": ["one", "two"], "B": ["two"]}
        assert await store.published_in("abc", ["A"]) == {}

    async def test_are_counted_by_set(self, store: Store) -> None:
        assert await store.published_counts("xyz") == {}
        await store.publish("xyz", "one", [published("A"), deleted("B"), deleted("C")])
        await store.publish("xyz", "two", [published("A")])
        await store.keep_publishing_run("xyz", "three", PublishingRun(kind="run", began_at=NOON))
        assert await store.published_counts("xyz") == {"one": (3, 2), "two": (1, 0), "three": (0, 0)}

    async def test_are_withdrawn_with_all_of_the_set(self, store: Store) -> None:
        for zone, set_ in (("xyz", "one"), ("xyz", "two"), ("abc", "one")):
            await store.publish(zone, set_, [published("A"), deleted("B")])
        await store.withdraw("xyz", "one")
        await store.withdraw("xyz", "no-such-set")
        assert await store.published_counts("xyz") == {"two": (2, 1)}
        assert await store.published_counts("abc") == {"one": (2, 1)}


def profile(key: str, *, zone: str = "xyz", name: str = "") -> PublishingProfile:
    return PublishingProfile(zone=zone, key=key, name=name or key)


class TestMadeAtRunTime:
    async def test_repository_is_as_it_was_kept(self, store: Store) -> None:
        assert await store.repository("xyz") is None
        full = Repository(
            zone="xyz", active=False, addresses=("192.0.2.0/24",), page=900, dialect="strict", prefixes=("marc21",)
        )
        await store.keep_repository(full)
        await store.keep_repository(Repository(zone="abc"))
        assert await store.repository("xyz") == full
        await store.keep_repository(Repository(zone="xyz"))
        assert await store.repository("xyz") == Repository(zone="xyz")

    async def test_profiles_are_as_they_were_kept(self, store: Store) -> None:
        full = PublishingProfile(
            zone="xyz",
            key="all",
            name="Bücher \U0001f600",
            query="title:tides",
            mms_ids=("A", "B"),
            content="physical",
            enrichment=(
                Enrichment(tag="852", of="holding", subfields={"b": "library"}),
                Enrichment(tag="952", of="item"),
            ),
            every_hours=0,
            at_once=True,
        )
        for one in (profile("b"), full, profile("b", name="other"), profile("a", zone="abc")):
            await store.keep_publishing_profile(one)
        assert await store.publishing_profiles("xyz") == [full, profile("b", name="other")]
        assert await store.publishing_profiles("none") == []

    async def test_subfields_of_a_profile_stay_in_their_order(self, store: Store) -> None:
        """They are published in it, and nothing that sorts them may come between."""
        field = Enrichment(tag="952", of="item", subfields={"p": "barcode", "x": "available", "b": "library"})
        await store.keep_publishing_profile(replace(profile("one"), enrichment=(field,)))
        [kept] = await store.publishing_profiles("xyz")
        assert [*kept.enrichment[0].subfields] == ["p", "x", "b"]

    async def test_profile_goes_with_what_is_published_in_it(self, store: Store) -> None:
        for key in ("one", "two"):
            await store.keep_publishing_profile(profile(key))
            await store.publish("xyz", key, [published("A")])
            await store.keep_publishing_run("xyz", key, PublishingRun(kind="run", began_at=NOON))
        assert await store.remove_publishing_profile("xyz", "one")
        assert [one.key for one in await store.publishing_profiles("xyz")] == ["two"]
        assert await store.published_counts("xyz") == {"two": (1, 0)}
        assert await store.publishing_runs("xyz", "one") == []
        assert not await store.remove_publishing_profile("xyz", "one")

    async def test_profile_that_is_not_there_leaves_a_set_of_that_key(self, store: Store) -> None:
        await store.publish("xyz", "one", [published("A")])
        assert not await store.remove_publishing_profile("xyz", "one")
        assert await store.published_counts("xyz") == {"one": (1, 0)}

    async def test_runs_come_newest_first(self, store: Store) -> None:
        runs = [PublishingRun(kind="run", began_at=NOON + timedelta(microseconds=number)) for number in range(3)]
        for run in (runs[1], runs[2], runs[0]):
            await store.keep_publishing_run("xyz", "one", run)
        ended = replace(runs[1], kind="republish", ended_at=NOON, new=1, changed=2, deleted=3, unchanged=4, fault="ä\0")
        await store.keep_publishing_run("xyz", "one", ended)
        await store.keep_publishing_run("xyz", "two", runs[0])
        assert await store.publishing_runs("xyz", "one") == [runs[2], ended, runs[0]]

    async def test_runs_are_kept_so_many(self, store: Store) -> None:
        for number in range(RUNS_KEPT + 3):
            run = PublishingRun(kind="run", began_at=NOON + timedelta(hours=number))
            await store.keep_publishing_run("xyz", "", run)
        kept = await store.publishing_runs("xyz", "")
        assert len(kept) == RUNS_KEPT
        assert kept[-1].began_at == NOON + timedelta(hours=3)

    async def test_zones_are_those_with_anything_of_it(self, store: Store) -> None:
        await put(store, record("A"), zone="e")
        await store.unpublish("e", "me")
        assert await store.publishing_zones() == []
        await store.publish("d", "", [published("A")])
        await store.keep_publishing_run("c", "", PublishingRun(kind="run", began_at=NOON))
        await store.keep_publishing_profile(profile("one", zone="b"))
        await store.keep_repository(Repository(zone="a"))
        assert await store.publishing_zones() == ["a", "b", "c", "d"]

    @pytest.mark.parametrize("zone", ["t1", "xyz"])
    async def test_stays_when_its_zone_is_reset(self, store: Store, zone: str) -> None:
        await self.filled(store, zone)
        await store.reset(zone)
        assert await store.published_counts(zone) == {}
        assert await store.publishing_runs(zone, "one") == []
        assert await store.publishing_profiles(zone) == [profile("one", zone=zone)]
        assert await store.repository(zone) == Repository(zone=zone)
        assert await store.unpublish(zone, "me")

    async def test_goes_with_its_zone(self, store: Store) -> None:
        await store.keep_zone(made_zone("t1"))
        await self.filled(store, "t1")
        await store.remove_zone("t1")
        assert await store.publishing_zones() == []
        assert await store.publishing_profiles("t1") == []
        assert await store.repository("t1") is None

    @staticmethod
    async def filled(store: Store, zone: str) -> None:
        """A zone with a repository, a set with a run and a record published."""
        await store.keep_repository(Repository(zone=zone))
        await store.keep_publishing_profile(profile("one", zone=zone))
        await store.publish(zone, "one", [published("A")])
        await store.keep_publishing_run(zone, "one", PublishingRun(kind="run", began_at=NOON))
        assert await store.unpublish(zone, "me")
