"""`stores.publishing.Publishing` of the store in a PostgreSQL database."""

from abc import abstractmethod
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Final

import msgspec

from gateway.model import Inventory, PublishingProfile, PublishingRun, Repository
from gateway.stores.base import PAGE_ROWS, T
from gateway.stores.postgres import index, unpublished
from gateway.stores.postgres import published as sql
from gateway.stores.postgres.readers import Reading
from gateway.stores.postgres.session import Connection
from gateway.stores.publishing import ROWS_OF_A_TURN, RUNS_KEPT, Published, Unpublished, Unpublishing, span

MADE_AT_RUN_TIME: Final = ("repository", "publishing_profile")
"""Tables that a reset leaves as they are."""

_to_json = msgspec.json.Encoder(order="deterministic").encode
_repository_of = msgspec.json.Decoder(Repository).decode
_profile_of = msgspec.json.Decoder(PublishingProfile).decode
_run_of = msgspec.json.Decoder(PublishingRun).decode


class PostgresPublishing(Unpublishing):
    """Part of the store. The SQL for what sets publish is in `published`."""

    _read: Reading

    @abstractmethod
    async def _write(self, change: Callable[[Connection], T]) -> T:
        """Change. Raises `StoreError` also where the store was opened to read."""

    @property
    @abstractmethod
    def _writes(self) -> bool: ...

    async def inventory(self, zone: str, mms_ids: Collection[str]) -> dict[str, Inventory]:
        """The contract's, as all below."""
        wanted = [*mms_ids]
        return await self._read(
            lambda connection: index.read(connection, zone, lambda source: dict(source.inventory(wanted)))
        )

    async def unpublished(self, zone: str, *, after: str = "", limit: int = PAGE_ROWS) -> list[Unpublished]:
        if not self._writes:
            return await self._read(lambda connection: unpublished.all_unpublished(connection, zone, after, limit))
        while await self._read(lambda connection: unpublished.is_waiting(connection, zone)):
            await self._write(lambda connection: unpublished.bring_some(connection, zone))
        return await self._read(lambda connection: unpublished.unpublished(connection, zone, after, limit))

    async def unpublished_by(self, zone: str) -> str | None:
        return await self._read(lambda connection: unpublished.unpublished_by(connection, zone))

    async def _set_unpublished_by(self, zone: str, by: str) -> None:
        await self._write(lambda connection: unpublished.set_unpublished_by(connection, zone, by))

    async def _some_unpublished(self, zone: str, after: str) -> list[str]:
        return await self._write(lambda connection: sql.unpublish(connection, zone, after, ROWS_OF_A_TURN))

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
        return await self._write(lambda connection: sql.publish(connection, zone, set_, published, done, seen, read))

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
        return await self._read(lambda connection: sql.read_page(connection, zone, sets, wanted, after, limit))

    async def published_as(self, zone: str, set_: str, mms_ids: Collection[str]) -> dict[str, Published]:
        wanted = [*mms_ids]
        found = await self._read(lambda connection: sql.PostgresSets(connection, zone).published(set_, wanted))
        return {one.mms_id: one for one in found}

    async def published_in(self, zone: str, mms_ids: Collection[str]) -> dict[str, list[str]]:
        return await self._read(lambda connection: sql.published_in(connection, zone, mms_ids))

    async def published_counts(self, zone: str) -> dict[str, tuple[int, int]]:
        return await self._read(lambda connection: sql.counts(connection, zone))

    async def earliest_published(self, zone: str) -> int | None:
        return await self._read(lambda connection: sql.earliest(connection, zone))

    async def withdraw(self, zone: str, set_: str) -> None:
        while await self._write(lambda connection: sql.withdraw(connection, zone, set_, ROWS_OF_A_TURN)):
            pass

    async def repository(self, zone: str) -> Repository | None:
        return await self._read(lambda connection: repository(connection, zone))

    async def keep_repository(self, repository: Repository) -> None:
        row = repository.zone, _to_json(repository).decode()
        query = "INSERT INTO repository VALUES ($1, $2) ON CONFLICT (zone) DO UPDATE SET body = excluded.body"
        await self._write(lambda connection: connection.execute(query, row))

    async def publishing_profiles(self, zone: str) -> list[PublishingProfile]:
        return await self._read(lambda connection: profiles(connection, zone))

    async def keep_publishing_profile(self, profile: PublishingProfile) -> None:
        row = profile.zone, profile.key, msgspec.json.encode(profile).decode()  # `_to_json` would reorder subfields
        query = """
        INSERT INTO publishing_profile VALUES ($1, $2, $3) ON CONFLICT (zone, key) DO UPDATE SET body = excluded.body
        """
        await self._write(lambda connection: connection.execute(query, row))

    async def remove_publishing_profile(self, zone: str, key: str) -> bool:
        if key not in {one.key for one in await self.publishing_profiles(zone)}:
            return False
        await self.withdraw(zone, key)
        await self._write(lambda connection: remove_profile(connection, zone, key))
        return True

    async def publishing_runs(self, zone: str, set_: str) -> list[PublishingRun]:
        return await self._read(lambda connection: runs(connection, zone, set_))

    async def keep_publishing_run(self, zone: str, set_: str, run: PublishingRun) -> None:
        await self._write(lambda connection: keep_run(connection, zone, set_, run))

    async def publishing_zones(self) -> list[str]:
        return await self._read(zones)


def repository(connection: Connection, zone: str) -> Repository | None:
    """That of a zone, made at run time."""
    row = connection.execute("SELECT body FROM repository WHERE zone = $1", (zone,)).fetchone()
    return _repository_of(row[0]) if row else None


def profiles(connection: Connection, zone: str) -> list[PublishingProfile]:
    """Those of a zone, made at run time."""
    rows = connection.execute("SELECT body FROM publishing_profile WHERE zone = $1 ORDER BY key", (zone,))
    return [_profile_of(body) for (body,) in rows]


def remove_profile(connection: Connection, zone: str, key: str) -> None:
    """Forget it with its runs and what is published in it."""
    with connection.transaction():
        connection.execute("DELETE FROM publishing_profile WHERE zone = $1 AND key = $2", (zone, key))
        for table in ("published", "publishing_run"):
            connection.execute(f"DELETE FROM {table} WHERE zone = $1 AND set_key = $2", (zone, key))  # noqa: S608


def runs(connection: Connection, zone: str, set_: str) -> list[PublishingRun]:
    """Those of a set, newest first."""
    query = "SELECT body FROM publishing_run WHERE zone = $1 AND set_key = $2 ORDER BY began_at DESC"
    return [_run_of(body) for (body,) in connection.execute(query, (zone, set_))]


def keep_run(connection: Connection, zone: str, set_: str, run: PublishingRun) -> None:
    """Keep it, and no more than so many."""
    keep = """
    INSERT INTO publishing_run VALUES ($1, $2, $3, $4)
    ON CONFLICT (zone, set_key, began_at) DO UPDATE SET body = excluded.body
    """
    forget = """
    DELETE FROM publishing_run WHERE zone = $1 AND set_key = $2 AND began_at <= (
        SELECT began_at FROM publishing_run WHERE zone = $1 AND set_key = $2 ORDER BY began_at DESC LIMIT 1 OFFSET $3
    )
    """
    with connection.transaction():
        connection.execute(keep, (zone, set_, run.began_at, _to_json(run).decode()))
        connection.execute(forget, (zone, set_, RUNS_KEPT))


def zones(connection: Connection) -> list[str]:
    """Those of which anything is kept, but what is unpublished."""
    tables = (*MADE_AT_RUN_TIME, "publishing_run", "published")
    query = " UNION ".join(f"SELECT zone FROM {table}" for table in tables)  # noqa: S608 - names of its own
    return sorted(zone for (zone,) in connection.execute(query))


def forget(connection: Connection, zone: str) -> None:
    """Forget what was made at run time in a zone that is no more."""
    for table in MADE_AT_RUN_TIME:
        connection.execute(f"DELETE FROM {table} WHERE zone = $1", (zone,))  # noqa: S608 - names of its own
