"""A power cut at any moment: the store opens, nothing in it is wrong, and every import that was answered is there."""

import os
import random
import shutil
import sys
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import pytest
import trio

from gateway import config
from gateway.cli.store.places import check_whole
from gateway.errors import OutcomeUnknown, StoreError
from gateway.importer.accept import Importer
from gateway.importer.logon import Logons
from gateway.model import Facts, Receipt, Submission, new_submission_id
from gateway.rulebook import rulebook, zones_of
from gateway.stores import open_store
from gateway.stores.base import Store
from tests.cli.gateways import run
from tests.crash.exporting import LOGON, ZONE, Ledger, Told
from tests.crash.gateways import HOST
from tests.crash.power import Disk, Log, Remains, Syncing, disk
from tests.server.running import record
from tests.stores.nouns import NOON, PATIENCE, creating, names

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(sys.platform == "win32", reason="files are made and deleted in other ways there"),
]

FILE = "gateway.db"
BURSTS = 24
"""Groups of exports in each of two lives of a gateway."""
MOST_AT_ONCE = 5
FILLING = 8_000
"""Bytes more in each record: enough that SQLite moves its log into the database, and begins it anew, several times."""
CUTS = 16
"""Cuts that are tried in a round."""
NETWORK = ("network", "profiles.carli-iz.use_network_zone=true")
"""The zone that has the records, and settings for it."""
OWN = (ZONE, "profiles.carli-iz.use_network_zone=false")


class Export(NamedTuple):
    """One that was begun."""

    title: str
    number: int
    began: int
    """How many steps the disk had been asked for then."""
    ended: int
    """And when its answer was known."""
    mms_id: str


def importer(store: Store, *overrides: str) -> Importer:
    """The importer of the built-in settings."""
    settings = config.load(overrides=overrides)
    return Importer(store, Logons(zones_of(settings), longest_delay=0), rulebook(settings).profiles)


async def accepted(desk: Importer, number: int, title: str) -> Receipt:
    """What becomes of an export."""
    raw = record(number, title)
    submission = Submission(new_submission_id(), NOON, HOST, "192.0.2.7", "01CARLI_XYZ", raw)
    return await desk.accept(submission, LOGON, Facts())


async def work(url: str, below: Disk, chance: random.Random, setting: str) -> list[Export]:
    """Two gateways, one after the other, and what was exported to them."""
    exports: list[Export] = []
    ledger = Ledger(chance)

    async def export(desk: Importer, title: str) -> None:
        began, number = len(below.log), ledger.told[title].number
        receipt = await accepted(desk, number, f"{title}{'.' * FILLING}")
        assert receipt.outcome.filed, receipt
        exports.append(Export(receipt.title, number, began, len(below.log), receipt.mms_id))

    for _ in range(2):
        async with open_store(url) as store:
            for _ in range(BURSTS):
                async with trio.open_nursery() as nursery:
                    for _ in range(chance.randint(1, MOST_AT_ONCE)):
                        nursery.start_soon(export, importer(store, setting), ledger.new())
    return exports


def known_at(exports: list[Export], step: int) -> Ledger:
    """What had been told when the disk had been asked for so many steps."""
    ledger = Ledger(random.Random())
    for export in exports:
        if export.ended <= step:
            ledger.told[export.title] = Told(export.number, filed=[export.mms_id])
        elif export.began <= step:
            ledger.told[export.title] = Told(export.number, unknown=1)
    return ledger


def steps_to_cut_at(log: Log, exports: list[Export], number: int, chance: random.Random) -> list[int]:
    """Some anywhere, and as many when something had just been answered, rising."""
    answered = [export.ended for export in exports]
    return sorted(chance.choices(range(len(log) + 1), k=number // 2) + chance.choices(answered, k=number // 2))


async def differences(url: str, ledger: Ledger, zone: str, setting: str) -> list[str]:
    """What is not as it was told, when the next gateway has begun: like `gateway serve` it reads before it serves."""
    await check_whole(url)
    async with open_store(url) as store:
        await importer(store, setting).finish_pending()
        pending = [link.submission.id for link in await store.pending()]
        return pending + await ledger.differences(store, zone)


@pytest.mark.parametrize(("zone", "setting"), [OWN, NETWORK], ids=["own", "network"])
def test_what_was_answered_is_there(
    zone: str, setting: str, tmp_path: Path, rounds: int, chance: random.Random
) -> None:
    with disk() as below:
        exports = trio.run(work, f"sqlite:{tmp_path / FILE}", below, chance, setting)
    remains = Remains(below.log)
    for number, step in enumerate(steps_to_cut_at(below.log, exports, rounds * CUTS, chance)):
        folder = tmp_path / f"{number}"
        folder.mkdir()
        remains.go_to(step)
        remains.cut(folder, chance)
        url = f"sqlite:{folder / FILE}"
        assert trio.run(differences, url, known_at(exports, step), zone, setting) == [], step
        checked = run("store", "check", url, "--set", setting)
        assert checked.exit_code == 0, (step, checked.output)
        shutil.rmtree(folder)


def test_a_disk_that_does_not_sync_would_be_found_out(tmp_path: Path, chance: random.Random) -> None:
    """A test of the one above: where nothing is synced, imports are lost."""
    with disk(Syncing.PRETENDED) as below:
        exports = trio.run(work, f"sqlite:{tmp_path / FILE}", below, chance, OWN[1])
    lost: list[str] = []
    remains = Remains(below.log)
    for number, step in enumerate(steps_to_cut_at(below.log, exports, CUTS, chance)):
        folder = tmp_path / f"{number}"
        folder.mkdir()
        remains.go_to(step)
        remains.cut(folder, chance)
        with suppress(StoreError, ExceptionGroup):  # of some there is not even left what can be opened and read
            lost += trio.run(differences, f"sqlite:{folder / FILE}", known_at(exports, step), *OWN)
    assert [words for words in lost if "was filed 0 times" in words]


async def test_folders_that_were_made_are_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are made beside SQLite, which syncs nothing above the folder of its file."""
    fsync, synced = os.fsync, []

    def noted(opened: int) -> None:
        synced.append(os.fstat(opened).st_ino)
        fsync(opened)

    monkeypatch.setattr(os, "fsync", noted)
    folder = tmp_path / "new" / "newer"
    async with open_store(f"sqlite:{folder / FILE}"):
        assert {tmp_path.stat().st_ino, folder.parent.stat().st_ino} <= {*synced}


async def test_what_could_not_be_synced_is_not_denied(tmp_path: Path) -> None:
    """A disk that says that it cannot sync may hold all of it none the less: killed now, the gateway would find it."""
    answered: dict[str, set[str]] = {"done": set(), "unknown": set(), "failed": set()}

    async def export(store: Store, name: str) -> None:
        try:
            await store.transact(ZONE, creating(name), seconds=PATIENCE)
        except OutcomeUnknown:
            answered["unknown"].add(name)
        except StoreError:
            answered["failed"].add(name)
        else:
            answered["done"].add(name)

    async def export_several(store: Store, word: str) -> None:
        async with trio.open_nursery() as nursery:
            for number in range(8):
                nursery.start_soon(export, store, f"{word} {number}")

    with disk() as below:
        async with open_store(f"sqlite:{tmp_path / FILE}") as store:
            await export_several(store, "before")
            below.syncing = Syncing.REFUSED
            await export_several(store, "meanwhile")
            below.syncing = Syncing.DONE
            folder = tmp_path / "left"
            folder.mkdir()
            for file in tmp_path.glob(f"{FILE}*"):
                shutil.copy(file, folder)
            async with open_store(f"sqlite:{folder / FILE}") as left:
                kept = {*names(await left.attempts())}
            assert answered["done"] <= kept <= answered["done"] | answered["unknown"]
            await export_several(store, "after")
            assert {*names(await store.attempts())} == answered["done"]
    assert len(answered["done"]) == 16
    assert answered["failed"] == set()
