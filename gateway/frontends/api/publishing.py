"""What zones publish for harvesters: the repository, sets, and runs."""

from typing import Final

from litestar import delete, get, post, put
from litestar.params import JSONBody
from msgspec import Struct

from gateway.desk import publishing
from gateway.desk.publishing import RepositoryShown, RepositoryWanted, SetShown, SetWanted
from gateway.frontends.api.parameters import WAIT_SECONDS, MadeSet, SetKey, TheDesk, Timeout, ZoneKey
from gateway.model import PublishingRun, RunKind

TAGS = ["publishing"]
REPOSITORY: Final = "/zones/{zone:str}/repository"
SETS: Final = "/zones/{zone:str}/sets"
SET: Final = f"{SETS}/{{key:str}}"


class SetList(Struct, frozen=True):
    """The sets of a zone."""

    sets: tuple[SetShown, ...]
    """By rising key."""


class RunWanted(Struct, frozen=True, forbid_unknown_fields=True):
    """A run that is to begin."""

    kind: RunKind = "run"
    """`run` publishes what has changed, `republish` everything again."""


class RunList(Struct, frozen=True):
    """The runs of a set."""

    runs: tuple[PublishingRun, ...]
    """Newest first."""


@get(REPOSITORY, operation_id="getRepository", tags=TAGS)
async def get_repository(desk: TheDesk, zone: ZoneKey) -> RepositoryShown:
    """Tell how a zone is harvested by OAI-PMH."""
    return await publishing.repository(desk, zone)


@put(REPOSITORY, operation_id="putRepository", tags=TAGS)
async def put_repository(desk: TheDesk, zone: ZoneKey, data: JSONBody[RepositoryWanted]) -> RepositoryShown:
    """Have a zone be harvested so, whatever the settings say; what is left out is as where nobody says anything."""
    return await publishing.put_repository(desk, zone, data)


@get(SETS, operation_id="listSets", tags=TAGS)
async def list_sets(desk: TheDesk, zone: ZoneKey) -> SetList:
    """List the sets that a zone publishes, and how that went.

    A zone that was given none has one without a key: all records, published at once.
    """
    return SetList(await publishing.listed(desk, zone))


@get(SET, operation_id="getSet", tags=TAGS)
async def get_set(desk: TheDesk, zone: ZoneKey, key: SetKey) -> SetShown:
    """Tell of one set."""
    return await publishing.one(desk, zone, key)


@put(SET, operation_id="putSet", tags=TAGS)
async def put_set(desk: TheDesk, zone: ZoneKey, key: SetKey, data: JSONBody[SetWanted]) -> SetShown:
    """Make a set, or change it, also one of the settings; what is left out is as in a new one.

    It is published anew with its next run: the first begins soon, unless `every_hours` is 0.
    """
    return await publishing.put(desk, zone, key, data)


@delete(SET, operation_id="deleteSet", tags=TAGS)
async def delete_set(desk: TheDesk, zone: ZoneKey, key: MadeSet) -> None:
    """Forget a set that was made at run time, with all that is published in it. One of the settings stays: 409."""
    await publishing.remove(desk, zone, key)


@get(f"{SET}/runs", operation_id="listRuns", tags=TAGS)
async def list_runs(desk: TheDesk, zone: ZoneKey, key: SetKey) -> RunList:
    """List the runs of a set, the newest 100."""
    return RunList(await publishing.runs(desk, zone, key))


@post(f"{SET}/runs", operation_id="runSet", tags=TAGS, status_code=200)
async def run_set(
    desk: TheDesk, zone: ZoneKey, key: SetKey, data: JSONBody[RunWanted], seconds: Timeout = WAIT_SECONDS
) -> PublishingRun:
    """Publish a set now; the run as it is when it has ended, or when `timeout` is over.

    It goes on then: see the list of runs. Where one goes on already, as the first of a set that was just made, it
    begins when that has ended: it has all that was there when it was asked for. 409 where the other lasts for longer
    than `timeout`.
    """
    return await publishing.run(desk, zone, key, data.kind, seconds=seconds)
