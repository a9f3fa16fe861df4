"""The clock is set back while the gateway serves: what came later stays later, and nothing is lost or skipped."""

import json
import random
import subprocess
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import trio

from gateway.marc.record import Record
from gateway.stores import open_store
from tests.cli.gateways import command, environment
from tests.crash.exporting import PATIENCE, ZONE, Ledger, Load, Told, every_attempt
from tests.crash.gateways import Gateway, faults, serving, settings
from tests.crash.set_clock import AHEAD

pytestmark = pytest.mark.long

HOUR, DAY = 3_600, 86_400
WITH_CLOCK = "tests.crash.set_clock"
KEPT_DAYS = "submissions.keep_days=1"
SOME = 120
"""More attempts than the hundred between two looks at which have expired."""


class Clock:
    """The clock of a gateway."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self.set(0)
        self.environment = {AHEAD: str(file)}

    def set(self, ahead: int) -> None:
        """So many seconds ahead of the true time."""
        new = self._file.with_suffix(".new")
        new.write_text(f"{ahead}")
        new.replace(self._file)


@pytest.fixture
def clock(tmp_path: Path) -> Clock:
    """One that tells the true time."""
    return Clock(tmp_path / "ahead")


def listed(url: str, *typed: str) -> list[dict[str, Any]]:
    """What a command prints as JSON, an object a line."""
    ended = subprocess.run(
        command(*typed, "--json", *settings(url)), capture_output=True, env=environment(), check=True
    )
    return [json.loads(line) for line in ended.stdout.splitlines()]


@pytest.fixture
def watch(url: str) -> Iterator[Callable[[], subprocess.Popen[str]]]:
    """Begins to watch the store; what it prints from then on is an object for each export."""
    begun: list[subprocess.Popen[str]] = []

    def begin() -> subprocess.Popen[str]:
        typed = command("doctor", "--watch", "--json", *settings(url))
        watcher = subprocess.Popen(typed, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment())
        begun.append(watcher)
        assert watcher.stderr is not None
        for line in watcher.stderr:
            if line.startswith("Waiting for exports"):
                return watcher
        raise AssertionError("it does not watch")

    yield begin
    for watcher in begun:
        watcher.kill()
        watcher.communicate()


class Cataloguer:
    """Exports one record after the other."""

    def __init__(self, gateway: Gateway, ledger: Ledger) -> None:
        self._load = Load(ledger, gateway.port)
        self._ledger = ledger

    async def export(self, number: int, title: str) -> str:
        """Export a record with this OCLC number; its MMS ID."""
        self._ledger.told[title] = Told(number)
        sent = await self._load.export(title)
        assert sent.filed, sent
        return sent.mms_id

    async def export_some(self, word: str) -> None:
        """Export more records than a gateway lets come between two looks at which attempts have expired."""
        async with trio.open_nursery() as nursery:
            for number in range(SOME):
                nursery.start_soon(self.export, 1_000 + len(self._ledger.told), f"{word} {number}")


async def test_order_numbers_and_versions(
    url: str, tmp_path: Path, clock: Clock, watch: Callable[[], subprocess.Popen[str]]
) -> None:
    ledger = Ledger(random.Random())
    with (
        serving(url, tmp_path / "log", module=WITH_CLOCK, also=clock.environment) as gateway,
        trio.fail_after(PATIENCE),
    ):
        desk = Cataloguer(gateway, ledger)
        watcher = watch()
        first = await desk.export(1, "Tides")
        second = await desk.export(2, "Rivers")
        clock.set(-HOUR)
        third = await desk.export(3, "Locks")
        assert await desk.export(1, "Tides, revised") == first
        assert await desk.export(1, "Tides, revised again") == first
        titles = ["Tides", "Rivers", "Locks", "Tides, revised", "Tides, revised again"]
        assert watcher.stdout is not None
        watched = [json.loads(await trio.to_thread.run_sync(watcher.stdout.readline)) for _ in titles]
        assert [told["title"] for told in watched] == titles
        attempts = listed(url, "submissions", "list")
        assert [attempt["title"] for attempt in reversed(attempts)] == titles
        assert [attempt["outcome"] for attempt in attempts] == ["merged", "merged", "created", "created", "created"]
        times = [datetime.fromisoformat(attempt["at"]) for attempt in reversed(attempts)]
        assert times[1] - times[2] > timedelta(minutes=59)
        assert first < second < third
        async with open_store(url, purpose="read") as store:
            versions = await store.versions(ZONE, first)
            assert [version.title for version in versions] == ["Tides", "Tides, revised", "Tides, revised again"]
            for version in versions:
                stamped = Record.parse(version.marc).control_value("005")
                assert stamped.startswith(f"{version.at:%Y%m%d%H%M%S}")
            assert await ledger.differences(store) == []
        assert faults(url) == ""
        gateway.stop()


async def test_nothing_expires_before_its_time(url: str, tmp_path: Path, clock: Clock) -> None:
    """Not when the clock is set back by more than attempts are kept, and not when it is set right again."""
    ledger = Ledger(random.Random())
    with (
        serving(url, tmp_path / "log", KEPT_DAYS, module=WITH_CLOCK, also=clock.environment) as gateway,
        trio.fail_after(PATIENCE),
    ):
        desk = Cataloguer(gateway, ledger)
        await desk.export_some("true")
        clock.set(-2 * DAY)
        await desk.export_some("set back")
        clock.set(0)
        await desk.export_some("true again")
        async with open_store(url, purpose="read") as store:
            assert await ledger.differences(store) == []

            async def words() -> set[str]:
                return {attempt.receipt.title.rpartition(" ")[0] async for attempt in every_attempt(store)}

            assert await words() == {"true", "set back", "true again"}
            clock.set(2 * DAY)
            await desk.export_some("two days later")
            while await words() != {"two days later"}:
                pass
        gateway.stop()
