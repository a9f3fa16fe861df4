"""`stores.publishing.Publishing` of the SQLite store."""

from abc import abstractmethod
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Final

import msgspec

from gateway.model import Inventory, PublishingProfile, PublishingRun, Repository
from gateway.stores.base import PAGE_ROWS, T
from gateway.stores.publishing import ROWS_OF_A_TURN, RUNS_KEPT, Published, Unpublished, Unpublishing, page, span
from gateway.stores.sqlite import published as sql
from gateway.stores.sqlite import unpublished
from gateway.stores.sqlite.index import SqliteSource
from gateway.stores.sqlite.reader import Reader
from gateway.stores.sqlite.rows import Execute, to_json, to_microseconds
from gateway.stores.sqlite.writer import Writer

MADE_AT_RUN_TIME: Final = ("repository", "publishing_profile")
"""Tables that a reset leaves as they are."""

_repository_of = msgspec.json.Decoder(Repository).decode
_profile_of = msgspec.json.Decoder(PublishingProfile).decode
_run_of = msgspec.json.Decoder(PublishingRun).decode


class SqlitePublishing(Unpublishing):
    """Part of the store. The SQL for what sets publish is in `published`."""

    _harvested: Reader
    """For pages of what is published: who harvests keeps nobody else waiting."""

    @abstractmethod
    async def _read(self, query: Callable[[Execute], T]) -> T: ...

    @abstractmethod
    def _writing(self) -> Writer: ...

    @property
    @abstractmethod
    def _writes(self) -> bool: ...

    async def inventory(self, zone: str, mms_ids: Collection[str]) -> dict[str, Inventory]:
        """The contract's, as all below."""
        wanted = [*mms_ids]
        return dict(await self._read(lambda execute: SqliteSource(execute, zone).inventory(wanted)))

    async def unpublished(self, zone: str, *, after: str = "", limit: int = PAGE_ROWS) -> list[Unpublished]:
        if not self._writes:
            return await self._read(lambda execute: unpublished.all_unpublished(execute, zone, after, limit))
        while await self._read(lambda execute: unpublished.is_waiting(execute, zone)):
            await self._writing().work(lambda execute: unpublished.bring_some(execute, zone))
        return await self._read(lambda execute: unpublished.unpublished(execute, zone, after, limit))

    async def unpublished_by(self, zone: str) -> str | None:
        return await self._read(lambda execute: unpublished.unpublished_by(execute, zone))

    async def _set_unpublished_by(self, zone: str, by: str) -> None:
        await self._writing().work(lambda execute: unpublished.set_unpublished_by(execute, zone, by), brief=True)

    async def _some_unpublished(self, zone: str, after: str) -> list[str]:
        return await self._writing().work(lambda execute: sql.unpublish(execute, zone, after, ROWS_OF_A_TURN))

    async def publish(
        self,
        zone: str,
        set_: str,
        published: Sequence[Published],
        done: Collection[Unpublished] = (),
        *,
        seen: Collection[Unpublished] = (),
        read: Mapping[str, Inventory] | None = None,
    ) -> Collection[str]:
        return await self._writing().work(lambda execute: sql.publish(execute, zone, set_, published, done, seen, read))

    async def published(
        self,
        zone: str,
        sets: Sequence[str],
        *,
        after: str = "",
        since: int | None = None,
        until: int | None = None,
        limit: int = PAGE_ROWS,
    ) -> list[Published]:
        wanted = span(since, until)
        return await self._harvested.read(
            lambda execute: page(sql.SqliteSets(execute, zone), sets, wanted, after, limit)
        )

    async def published_as(self, zone: str, set_: str, mms_ids: Collection[str]) -> dict[str, Published]:
        wanted = [*mms_ids]
        found = await self._read(lambda execute: sql.SqliteSets(execute, zone).published(set_, wanted))
        return {one.mms_id: one for one in found}

    async def published_in(self, zone: str, mms_ids: Collection[str]) -> dict[str, list[str]]:
        return await self._read(lambda execute: sql.published_in(execute, zone, mms_ids))

    async def published_counts(self, zone: str) -> dict[str, tuple[int, int]]:
        return await self._read(lambda execute: sql.counts(execute, zone))

    async def earliest_published(self, zone: str) -> int | None:
        return await self._read(lambda execute: sql.earliest(execute, zone))

    async def withdraw(self, zone: str, set_: str) -> None:
        while await self._writing().work(lambda execute: sql.withdraw(execute, zone, set_, ROWS_OF_A_TURN)):
            pass

    async def repository(self, zone: str) -> Repository | None:
        return await self._read(lambda execute: repository(execute, zone))

    async def keep_repository(self, repository: Repository) -> None:
        row = repository.zone, to_json(repository)
        query = "INSERT OR REPLACE INTO repository VALUES (?, ?)"
        await self._writing().work(lambda execute: execute(query, row).get, brief=True)

    async def publishing_profiles(self, zone: str) -> list[PublishingProfile]:
        return await self._read(lambda execute: profiles(execute, zone))

    async def keep_publishing_profile(self, profile: PublishingProfile) -> None:
        row = profile.zone, profile.key, msgspec.json.encode(profile)  # `to_json` would bring subfields into its order
        query = "INSERT OR REPLACE INTO publishing_profile VALUES (?, ?, ?)"
        await self._writing().work(lambda execute: execute(query, row).get, brief=True)

    async def remove_publishing_profile(self, zone: str, key: str) -> bool:
        there = {one.key for one in await self.publishing_profiles(zone)}
        if key not in there:
            return False
        await self.withdraw(zone, key)
        return await self._writing().work(lambda execute: remove_profile(execute, zone, key))

    async def publishing_runs(self, zone: str, set_: str) -> list[PublishingRun]:
        return await self._read(lambda execute: runs(execute, zone, set_))

    async def keep_publishing_run(self, zone: str, set_: str, run: PublishingRun) -> None:
        await self._writing().work(lambda execute: keep_run(execute, zone, set_, run), brief=True)

    async def publishing_zones(self) -> list[str]:
        return await self._read(zones)


def repository(execute: Execute, zone: str) -> Repository | None:
    """That of a zone, made at run time."""
    body = execute("SELECT body FROM repository WHERE zone = ?", (zone,)).get
    return _repository_of(body) if body else None


def profiles(execute: Execute, zone: str) -> list[PublishingProfile]:
    """Those of a zone, made at run time."""
    query = "SELECT body FROM publishing_profile WHERE zone = ? ORDER BY key"
    return [_profile_of(body) for (body,) in execute(query, (zone,))]


def remove_profile(execute: Execute, zone: str, key: str) -> bool:
    """Forget it with its runs and what is published in it; whether there was one."""
    if execute("DELETE FROM publishing_profile WHERE zone = ? AND key = ? RETURNING key", (zone, key)).get is None:
        return False
    for table in ("published", "publishing_run"):
        execute(f"DELETE FROM {table} WHERE zone = ? AND set_key = ?", (zone, key))  # noqa: S608 - names of its own
    return True


def runs(execute: Execute, zone: str, set_: str) -> list[PublishingRun]:
    """Those of a set, newest first."""
    query = "SELECT body FROM publishing_run WHERE zone = ? AND set_key = ? ORDER BY began_at DESC"
    return [_run_of(body) for (body,) in execute(query, (zone, set_))]


def keep_run(execute: Execute, zone: str, set_: str, run: PublishingRun) -> None:
    """Keep it, and no more than so many."""
    row = zone, set_, to_microseconds(run.began_at), to_json(run)
    execute("INSERT OR REPLACE INTO publishing_run VALUES (?, ?, ?, ?)", row)
    which = "zone = ?1 AND set_key = ?2"
    oldest = f"SELECT began_at FROM publishing_run WHERE {which} ORDER BY began_at DESC LIMIT 1 OFFSET ?3"  # noqa: S608
    execute(f"DELETE FROM publishing_run WHERE {which} AND began_at <= ({oldest})", (zone, set_, RUNS_KEPT))  # noqa: S608


def zones(execute: Execute) -> list[str]:
    """Those of which anything is kept, but what is unpublished."""
    tables = (*MADE_AT_RUN_TIME, "publishing_run", "published")
    query = " UNION ".join(f"SELECT zone FROM {table}" for table in tables)  # noqa: S608 - names of its own
    return [zone for (zone,) in execute(f"{query} ORDER BY zone")]


def forget(execute: Execute, zone: str) -> None:
    """Forget what was made at run time in a zone that is no more."""
    for table in MADE_AT_RUN_TIME:
        execute(f"DELETE FROM {table} WHERE zone = ?", (zone,))  # noqa: S608 - names of its own
