"""Records of what other libraries lent: nobody harvests them."""

from msgspec.structs import replace

from gateway.circulation.lending import Arrived
from gateway.circulation.lending.shelf import BORROWED, SHARING
from gateway.stores.base import Store
from tests.circulation.counter import Counter, fill
from tests.publishing.zone import MAIN, ZONE, Room, a_set, holding, item, tides, told

ARRIVED = Arrived(patron="jane", item="RS-B1", external_id="RS-1", title="Tides")


async def test_what_another_library_lent_is_not_published(store: Store) -> None:
    await fill(store)
    counter = Counter(store)
    own = ["91", "92"]
    room = Room(store, a_set("lazy", at_once=True), a_set("daily"), a_set("tides", at_once=True, query="title:tides"))
    await room.put(*map(tides, own))
    _, lent = await counter.lender.accept(ZONE, ARRIVED)
    await room.publisher.run(ZONE, "daily", "run")
    assert await store.record(ZONE, lent.mms_id)
    for key in ("daily", "lazy", "tides"):
        assert told(await room.harvest([key])) == own
    await counter.out(request="RS-1")
    assert await counter.back("RS-B1") == "gone"
    assert told(await room.harvest(["lazy"])) == own


async def test_a_record_with_a_holding_of_its_own_is_published_whatever_else_it_has(store: Store) -> None:
    room = Room(store)
    await room.put(tides("1"))
    lent = replace(holding("12", "1"), library=SHARING, location=BORROWED)
    await room.shelve(MAIN, lent, item("b1", lent))
    assert await room.harvest() == []
    await room.shelve(holding("11", "1"))
    assert told(await room.harvest()) == ["1"]
