"""Runs of publishing profiles: one at a time of each, noted in the store as they go on."""

from contextlib import aclosing
from typing import Final

import structlog
import trio
from msgspec.structs import replace

from gateway.errors import Conflict, StoreError, Unusable
from gateway.model import PublishingProfile, PublishingRun, RunKind
from gateway.publishing.batch import Means, Told
from gateway.publishing.walk import walk

NOTE_SECONDS: Final = 5.0
"""Between two notes of how far a run has come: people watch it, and others see by it that it goes on."""

CRASHED: Final = "the gateway's own fault; its log tells more"
"""What is told of a run that ended so."""

Place = tuple[str, str]
"""Zone and key of a profile."""


class Runs:
    """Of all zones, in this process."""

    def __init__(self, means: Means) -> None:
        self._means = means
        self._going: dict[Place, tuple[trio.CancelScope, trio.Event]] = {}
        """What ends each that is under way, and what tells that it has ended."""

    def goes_on(self, zone: str, key: str) -> bool:
        """Whether a run of the set is under way here."""
        return (zone, key) in self._going

    async def stop(self, zone: str, key: str) -> None:
        """End the run of the set that is under way here, if one is, as if it were cut off."""
        if going := self._going.get((zone, key)):
            scope, ended = going
            scope.cancel()
            await ended.wait()

    async def ended(self, zone: str, key: str) -> None:
        """Wait for the end of the run of the set that is under way here, if one is."""
        if going := self._going.get((zone, key)):
            await going[1].wait()

    async def run(
        self,
        profile: PublishingProfile,
        kind: RunKind,
        *,
        task_status: trio.TaskStatus[PublishingRun] = trio.TASK_STATUS_IGNORED,
    ) -> PublishingRun:
        """Publish the set to its end; what ended that early is told by its `fault`. One that was stopped has no end.

        It has started, with what it is then, when it is noted. Until then it raises `Conflict` where a run of it is
        under way here, and `StoreError`.
        """
        place = profile.zone, profile.key
        if place in self._going:
            raise Conflict(f"a run of {_called(profile)} goes on; wait for its end")
        run = PublishingRun(kind=kind, began_at=self._means.now())
        scope, ended = self._going[place] = trio.CancelScope(), trio.Event()
        try:
            with scope:
                with trio.CancelScope(shield=True):  # to be stopped before it has started would be nobody's to tell
                    await self._note(profile, run)
                task_status.started(run)
                run = await self._walked(profile, run)
                run = await self._note_end(profile, run)
        finally:
            del self._going[place]
            ended.set()
        _log_end(profile, run)
        return run

    async def _walked(self, profile: PublishingProfile, run: PublishingRun) -> PublishingRun:
        noted = trio.current_time()
        try:
            steps = walk(self._means, profile, again=run.kind == "republish")
            async with aclosing(steps):
                async for told in steps:
                    run = _counted(run, told)
                    if trio.current_time() > noted + NOTE_SECONDS:
                        await self._note(profile, run)
                        noted = trio.current_time()
        except (StoreError, Unusable) as error:
            run = replace(run, fault=str(error))
        except Exception as error:  # or a record that nobody foresaw would end the gateway
            _log(profile).error("publishing.run_crashed", exc_info=error)
            run = replace(run, fault=CRASHED)
        return replace(run, ended_at=self._means.now())

    async def _note_end(self, profile: PublishingProfile, run: PublishingRun) -> PublishingRun:
        try:
            await self._note(profile, run)
        except StoreError as error:
            return replace(run, fault=run.fault or str(error))
        return run

    async def _note(self, profile: PublishingProfile, run: PublishingRun) -> None:
        await self._means.store.keep_publishing_run(profile.zone, profile.key, run)


def _counted(run: PublishingRun, told: Told) -> PublishingRun:
    return replace(run, **{name: getattr(run, name) + count for name, count in told._asdict().items()})


def _called(profile: PublishingProfile) -> str:
    return f"the set {profile.key} of zone {profile.zone}" if profile.key else f"zone {profile.zone}"


def _log_end(profile: PublishingProfile, run: PublishingRun) -> None:
    counts = {"new": run.new, "changed": run.changed, "deleted": run.deleted, "unchanged": run.unchanged}
    log = _log(profile).bind(kind=run.kind, **counts)
    if run.fault:
        log.warning("publishing.run_failed", error=run.fault)
    elif run.ended_at is None:
        log.info("publishing.run_stopped")
    else:
        log.info("publishing.run_ended")


def _log(profile: PublishingProfile) -> structlog.stdlib.BoundLogger:
    log: structlog.stdlib.BoundLogger = structlog.get_logger("gateway.publishing")
    return log.bind(zone=profile.zone, set=profile.key)
