"""What the gateway has done since it was started, what it holds, and the settings in force."""

from litestar import get
from msgspec import Struct

from gateway.desk.desk import Setting
from gateway.desk.statistics import Happened
from gateway.frontends.api.parameters import TheDesk


class ZoneCounts(Struct, frozen=True):
    """How much a zone holds."""

    records: int
    versions: int
    """Of all its records, their newest ones too."""
    attempts: int


class Statistics(Struct, frozen=True):
    """What has happened, and what there is."""

    happened: Happened
    """Since the gateway, or this worker of it, was started."""
    zones: dict[str, ZoneCounts]
    """By key, now; those that hold nothing are left out. `@` and a host: attempts that reached no zone."""


class SettingList(Struct, frozen=True):
    """The settings in force."""

    settings: tuple[Setting, ...]


@get("/statistics", operation_id="getStatistics", tags=["gateway"])
async def statistics(desk: TheDesk) -> Statistics:
    """Tell what has happened since the start, and how much each zone holds."""
    counts = await desk.store.counts()
    held = {key: ZoneCounts(count.records, count.versions, count.attempts) for key, count in sorted(counts.items())}
    return Statistics(desk.statistics.happened(), held)


@get("/settings", operation_id="listSettings", tags=["gateway"])
async def settings(desk: TheDesk) -> SettingList:
    """List the settings in force and where each was set; passwords and the token are not shown."""
    return SettingList(tuple(desk.settings))
