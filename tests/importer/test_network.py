"""An institution's export into its network zone: the network's record, the institution's linked one, and what is left
when the gateway is cut off between the two.
"""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import trio
from msgspec.structs import replace
from structlog.typing import EventDict
from trio.testing import MockClock

from gateway.errors import ImportTimedOut, StoreError
from gateway.importer import report
from gateway.importer.accept import IMPORT_SECONDS
from gateway.importer.network import LINK_SECONDS
from gateway.importer.profile import ORDINARY
from gateway.marc.record import Record
from gateway.model import Flag, Identifier, Profile
from gateway.stores import open_store
from gateway.stores.base import Plan, Store, T
from tests.importer.desk import PROFILES, Desk, answered, said
from tests.importer.exports import TIDES, tides
from tests.marc.mnemonic import raw

THROUGH = {**PROFILES, "carli-iz": Profile(use_network_zone=True)}
"""The institution's profile uses the network zone."""
THEIRS, OURS = "9910000000015816", "9910000000015867"
LINKED = rf"=035  \\$a(EXLNZ-01CARLI_NETWORK){THEIRS}"


@pytest.fixture(params=["memory", "sqlite"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    """An empty store of either kind."""
    url = "memory:" if request.param == "memory" else f"sqlite:{tmp_path / 'gateway.db'}"
    async with open_store(url) as store:
        yield store


@pytest.fixture
def desk(store: Store) -> Desk:
    """An institution whose exports go through the network zone."""
    return Desk(store, profiles=THROUGH)


async def to_the_network(desk: Desk, text: str) -> None:
    """Export to the network zone itself."""
    await desk.export(raw(text), "01CARLI_NETWORK", "network-secret", host="i-share-network")


class TestExport:
    async def test_adds_a_record_to_the_network_and_one_of_the_institution_that_is_linked_to_it(
        self, desk: Desk
    ) -> None:
        receipt = await desk.export(raw(TIDES))
        assert answered(receipt) == f"The record has been processed successfully.\nMMS ID: {THEIRS}"
        assert (receipt.zone, receipt.facts.network, receipt.facts.linked) == ("xyz", "network", OURS)
        (theirs,) = await desk.filed("network")
        (ours,) = await desk.filed("xyz")
        assert LINKED in ours
        assert LINKED not in theirs
        assert without(ours, "001", "005", LINKED) == without(theirs, "001", "005")
        (stored,) = await desk.store.records("xyz")
        assert (stored.mms_id, stored.linked_to, stored.made_by) == (OURS, THEIRS, "link")
        assert await desk.store.find("xyz", [Identifier("network", THEIRS)]) == [stored]

    async def test_is_kept_as_the_institution_s_attempt_once(self, desk: Desk) -> None:
        await desk.export(raw(TIDES))
        (attempt,) = await desk.attempts()
        assert said(attempt.receipt) == f"created {THEIRS}"
        assert attempt.receipt.zone == "xyz"
        assert await desk.store.pending() == []

    async def test_merges_in_the_network_and_brings_the_linked_record_up_to_date(self, desk: Desk) -> None:
        await desk.export(raw(TIDES))
        receipt = await desk.export(raw(TIDES.replace("a record", "a diary")))
        assert said(receipt) == f"merged {THEIRS}"
        for zone in ("network", "xyz"):
            (filed,) = await desk.filed(zone)
            assert "$ba diary" in filed
        assert [version.made_by for version in await desk.store.versions("xyz", OURS)] == ["link", "link"]

    async def test_again_changes_nothing_in_either_zone(self, desk: Desk) -> None:
        await desk.export(raw(TIDES))
        assert said(await desk.export(raw(TIDES))) == f"unchanged {THEIRS}"
        for zone, mms_id in (("network", THEIRS), ("xyz", OURS)):
            assert len(await desk.store.versions(zone, mms_id)) == 1

    async def test_links_the_institution_s_own_record_and_keeps_its_local_extensions(self, store: Store) -> None:
        alone = Desk(store)
        await alone.export(raw(f"{TIDES}    =590  \\\\$aOurs\n    =500  \\\\$aSigned.$9LOCAL"))
        desk = Desk(store, profiles=THROUGH)
        desk.submission(b"", None)  # the number of the one before
        assert said(await desk.export(raw(TIDES))) == f"created {THEIRS}"
        (ours,) = await desk.filed("xyz")
        assert LINKED in ours
        assert "$aSigned.$9LOCAL" in ours
        assert "$aOurs" not in ours
        assert len(await store.versions("xyz", OURS)) == 2

    @pytest.mark.parametrize(("flag", "why"), [(Flag.LOCKED, "locked"), (Flag.CZ_LINKED, "cz_linked")])
    async def test_leaves_the_institution_s_record_alone_where_it_must_not_be_changed(
        self, store: Store, flag: Flag, why: str
    ) -> None:
        await Desk(store).export(raw(f"{TIDES}    =590  \\\\$aOurs"))
        (before,) = await store.records("xyz")
        kept = replace(before, flags=frozenset({flag}))
        await store.transact("xyz", lambda transaction: transaction.put(kept), seconds=5)
        desk = Desk(store, profiles=THROUGH)
        desk.submission(b"", None)  # the number of the one before
        receipt = await desk.export(raw(TIDES))
        assert said(receipt) == f"created {THEIRS}"
        assert (receipt.facts.linked, receipt.facts.not_linked, receipt.facts.in_the_way) == ("", why, (OURS,))
        assert await store.records("xyz") == [kept]
        assert await store.pending() == []

    async def test_links_none_of_several(self, store: Store) -> None:
        alone = Desk(store)
        for number in ("$a(OCoLC)5", "$a(OCoLC)6"):
            await alone.export(tides(number))
        desk = Desk(store, profiles=THROUGH)
        for _ in range(2):
            desk.submission(b"", None)  # the numbers of those before
        receipt = await desk.export(tides("$a(OCoLC)5$a(OCoLC)6"))
        assert said(receipt) == f"created {THEIRS}"
        assert (receipt.facts.not_linked, len(receipt.facts.in_the_way)) == ("several_matches", 2)
        assert len(await store.records("xyz")) == 2

    async def test_meets_the_guards_of_the_network(self, desk: Desk) -> None:
        await to_the_network(desk, TIDES)
        (theirs,) = await desk.store.records("network")
        locked = replace(theirs, flags=frozenset({Flag.LOCKED}))
        await desk.store.transact("network", lambda transaction: transaction.put(locked), seconds=5)
        receipt = await desk.export(raw(TIDES.replace("a record", "a diary")))
        assert said(receipt) == "refused locked"
        assert f"{THEIRS} is open in the Metadata Editor" in answered(receipt)
        assert await desk.filed("xyz") == []
        assert [said(attempt.receipt) for attempt in await desk.attempts("xyz")] == ["refused locked"]

    async def test_to_the_network_itself_leaves_the_institution_alone(self, desk: Desk) -> None:
        await desk.export(raw(TIDES))
        (before,) = await desk.filed("xyz")
        await to_the_network(desk, TIDES.replace("a record", "a diary"))
        assert await desk.filed("xyz") == [before]


def without(text: str, *beginnings: str) -> list[str]:
    """The lines of a record but for those of these tags, or these lines."""
    return [line for line in text.splitlines() if line[1:4] not in beginnings and line not in beginnings]


class CutOff:
    """A store that goes away when an institution's half is to be done; all else is as in the store behind it."""

    def __init__(self, store: Store, zone: str = "xyz") -> None:
        self._store = store
        self._zone = zone

    async def transact(self, zone: str, plan: Plan[T], *, seconds: float) -> T:
        """As the store behind it, but not in that zone."""
        if zone == self._zone:
            raise StoreError("the disk is full")
        return await self._store.transact(zone, plan, seconds=seconds)

    def __getattr__(self, name: str) -> object:
        return getattr(self._store, name)


class Slow(CutOff):
    """A store of which each transaction takes so many seconds, and whose listings never end."""

    def __init__(self, store: Store, takes: float) -> None:
        super().__init__(store, zone="")
        self._takes = takes

    async def transact(self, zone: str, plan: Plan[T], *, seconds: float) -> T:
        """As the store behind it, if that is so soon enough."""
        await trio.sleep(min(seconds, self._takes))
        if seconds < self._takes:
            raise ImportTimedOut("the store was not done in time")
        return await super().transact(zone, plan, seconds=seconds)

    async def record(self, zone: str, mms_id: str) -> None:
        """Say nothing."""
        await trio.sleep_forever()


@pytest.mark.parametrize(
    ("takes", "what"), [(2.9, f"created {THEIRS}"), (4.0, f"error {THEIRS} link_pending"), (8.9, "link_pending")]
)
async def test_slow_store_is_answered_for_while_the_client_waits(
    takes: float, what: str, autojump_clock: MockClock
) -> None:
    async with open_store("memory:") as store:
        desk = Desk(Slow(store, takes), profiles=THROUGH)  # type: ignore[arg-type]  # it is one but for its times
        began = trio.current_time()
        assert said(await desk.export(raw(TIDES))).endswith(what)
        assert trio.current_time() - began <= IMPORT_SECONDS + LINK_SECONDS
        await Desk(store, profiles=THROUGH).importer.finish_pending()
        assert len(await store.records("xyz")) == len(await store.attempts()) == 1
        assert await store.pending() == []


class TestCutOff:
    """The store fails, or the gateway is killed, after the network's half."""

    @pytest.fixture
    async def cut_off(self, store: Store) -> Store:
        """A store in which the first half of an export is done."""
        desk = Desk(CutOff(store), profiles=THROUGH)  # type: ignore[arg-type]  # it is one but for its own transact
        receipt = await desk.export(raw(TIDES))
        assert said(receipt) == f"error {THEIRS} link_pending"
        assert f"Not finished: the record is in the Network Zone (MMS ID {THEIRS})" in answered(receipt)
        return store

    async def test_leaves_the_network_s_record_and_what_is_still_to_be_done(self, cut_off: Store) -> None:
        assert [record.mms_id for record in await cut_off.records("network")] == [THEIRS]
        assert await cut_off.records("xyz") == []
        assert await cut_off.attempts() == []
        (pending,) = await cut_off.pending()
        assert (pending.network, pending.submission.id) == ("network", "export-1")

    async def test_is_finished_at_the_next_start_and_reported(self, cut_off: Store, logged: list[EventDict]) -> None:
        desk = Desk(cut_off, profiles=THROUGH)
        await desk.importer.finish_pending()
        (ours,) = await desk.filed("xyz")
        assert LINKED in ours
        (attempt,) = await desk.attempts("xyz")
        assert said(attempt.receipt) == f"created {THEIRS}"
        assert (attempt.receipt.facts.resumed, attempt.receipt.facts.linked) == (True, OURS)
        assert await cut_off.pending() == []
        assert logged[-1]["event"] == "import.created"
        assert "started again" in " ".join(diagnosis.says for diagnosis in report.diagnoses(attempt))

    async def test_is_finished_once_however_often_the_gateway_starts(self, cut_off: Store) -> None:
        (pending,) = await cut_off.pending()
        for _ in range(2):
            await Desk(cut_off, profiles=THROUGH).importer.finish_pending()
            # as if it had been killed before the last step
            await cut_off.transact("network", lambda transaction: transaction.pend(pending), seconds=5)
        await Desk(cut_off, profiles=THROUGH).importer.finish_pending()
        assert len(await cut_off.attempts()) == 1
        assert len(await cut_off.versions("xyz", OURS)) == 1
        assert await cut_off.pending() == []

    async def test_stays_to_be_done_while_the_store_fails(self, cut_off: Store) -> None:
        await Desk(CutOff(cut_off), profiles=THROUGH).importer.finish_pending()  # type: ignore[arg-type]
        assert len(await cut_off.pending()) == 1

    async def test_is_kept_as_an_attempt_where_the_zone_is_no_more(self, cut_off: Store) -> None:
        desk = Desk(cut_off, accounts=(), profiles=THROUGH)
        await desk.importer.finish_pending()
        (attempt,) = await cut_off.attempts()
        assert (said(attempt.receipt), attempt.receipt.facts.linked) == (f"created {THEIRS}", "")
        assert await cut_off.pending() == []

    async def test_export_again_finishes_what_it_exports_anew(self, cut_off: Store) -> None:
        desk = Desk(cut_off, profiles=THROUGH)
        desk.submission(b"", None)  # the first one's number is taken
        assert said(await desk.export(raw(TIDES))) == f"unchanged {THEIRS}"
        assert len(await cut_off.records("xyz")) == 1
        await desk.importer.finish_pending()
        assert len(await cut_off.versions("xyz", OURS)) == 1


def padded(size: int) -> bytes:
    """A record of some 90,000 bytes and `size` more."""
    fillers = "".join(f"    =500  \\\\$a{'x' * 9_000}\n" for _ in range(10))
    return raw(f"{TIDES}{fillers}    =500  \\\\$a{'y' * size}")


async def test_a_record_that_is_too_long_to_be_linked_is_in_the_network_all_the_same(store: Store) -> None:
    normalized = ORDINARY.normalize(Record.parse(padded(1_000))).serialize()
    desk = Desk(store, profiles=THROUGH)
    receipt = await desk.export(padded(1_000 + 99_999 - len(normalized)))
    assert said(receipt) == f"created {THEIRS}"
    assert await store.records("xyz") == []
    (attempt,) = await desk.attempts("xyz")
    assert (attempt.receipt.facts.linked, attempt.receipt.facts.not_linked) == ("", "too_long")
    assert await store.pending() == []
