"""The writers of a gateway: they take the plans that wait, zone by zone, and commit them in groups.

A zone's groups of one gateway follow each other, those of several zones or gateways go on at once. Everything here runs
in trio's thread; only connections are made in others. A job is queued, in a group, or answered; whatever becomes of
the database, it is answered when its time is up, and never against the truth.
"""

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from functools import partial
from itertools import product
from typing import Any, Final, cast

import psycopg
import trio

from gateway.errors import ImportTimedOut, OutcomeUnknown, StoreError, Unreachable
from gateway.model import Delivery
from gateway.stores.base import Counts, Plan, T
from gateway.stores.postgres.address import Address
from gateway.stores.postgres.expiry import Expiry
from gateway.stores.postgres.group import AGAIN, Ending, Filed, Group
from gateway.stores.postgres.job import Job
from gateway.stores.postgres.leases import STALE, Ordinals
from gateway.stores.postgres.rows import Held, plain
from gateway.stores.postgres.session import Session

WRITERS: Final = 3
"""Groups at once, each of another zone, and connections of a gateway that write: a zone seldom has to wait, and ten
gateways are still far below the hundred connections that a server allows unless told otherwise."""
GROUP_JOBS: Final = 64
"""Most plans in one commit: each takes a few of the server's locks, of which it has some six thousand."""
GOOD_GROUP: Final = 16
"""Plans worth a commit while more are on their way: what one more costs is then mostly its own."""
GATHER_TURNS: Final = 4
"""How often others have a turn before a smaller group is taken: what has arrived by then comes along. A tenth more
exports a second with four workers, whose groups are small."""
TRIES: Final = 8
"""How often a plan is run alone that fails for a reason which may pass, but for a lock, which is waited for; and how
often notes are tried, whatever the reason, also that the database cannot be reached."""
LOCK_NOT_HAD: Final = "55P03"
RECONNECT_SECONDS: Final = 0.1
"""Between two tries to reach a database that cannot be reached: a restart is over soon."""
LOOK_SECONDS: Final = 0.1
"""Between two looks for what has had its time."""
NOTE_SECONDS: Final = 0.2
"""How long what became of a reply waits for a group to ride along with."""
NOTES: Final = 10_000
"""Most attempts whose replies are still to be told of, the newest: more than clients can be connected."""
STOPPED: Final = "the gateway was stopped before this was done"
CLOSE_SECONDS: Final = 2.0
"""At the end: for notes, and for leased ordinals to be given back. After that connections are cut."""


class _Zone:
    """What waits to be done in one zone."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.queue: deque[Job[Any]] = deque()  # Any: each job's own result type
        self.notes: dict[int, Delivery] = {}
        self.notes_tried = 0
        """How often notes could not be written since some were, or were given up."""
        self.ordinals = Ordinals(name)
        self.scheduled = False
        """A writer has it, or will."""

    @property
    def waiting(self) -> bool:
        """Whether there is anything to be done."""
        return bool(self.queue or self.notes)

    def take(self) -> list[Job[Any]]:
        """The next group's jobs."""
        if self.queue and self.queue[0].alone:
            return [self.queue.popleft()]
        taken: list[Job[Any]] = []
        while self.queue and len(taken) < GROUP_JOBS and not self.queue[0].alone:
            taken.append(self.queue.popleft())
        return taken


async def _gather(zone: _Zone) -> None:
    """Wait for those who are about to queue a plan, and for nothing else."""
    for _ in range(GATHER_TURNS):
        if len(zone.queue) >= GOOD_GROUP:
            return
        await trio.lowlevel.checkpoint()


class Writers:
    """Those of one store."""

    def __init__(self, address: Address, expiry: Expiry | None) -> None:
        """`expiry` is told of what was filed."""
        self._sessions = [Session(address) for _ in range(WRITERS)]
        self._expiry = expiry
        self._zones: dict[str, _Zone] = {}
        self._ready: deque[_Zone] = deque()
        self._idle = self._sessions[::-1]
        """The last one was used last: one zone alone needs one connection."""
        self._nursery: trio.Nursery | None = None
        self._limiter = trio.CapacityLimiter(WRITERS + 1)
        self._groups: dict[Session, Group] = {}
        """Those that are with the database, or were when it was lost."""
        self._numbers: dict[str, Filed] = {}
        """By submission, attempts filed here whose replies are still to be told of."""
        self._noted = trio.Event()
        self._rested = trio.Event()
        """Some writer has nothing more to do."""
        self._closing = False
        self._unreachable: StoreError | None = None
        """Why the database cannot be reached just now."""

    @property
    def first(self) -> Session:
        """One of their connections, to open the store with."""
        return self._idle[-1]

    async def transact(self, name: str, plan: Plan[T], *, seconds: float) -> T:
        """Queue the plan and wait for what becomes of it."""
        await trio.lowlevel.checkpoint_if_cancelled()
        job = Job(plan, trio.lowlevel.current_task(), trio.current_time() + seconds)
        zone = self._zone(name)
        zone.queue.append(job)
        self._schedule(zone)

        def withdraw(_: object) -> trio.lowlevel.Abort:
            if job not in zone.queue:
                return trio.lowlevel.Abort.FAILED
            zone.queue.remove(job)
            job.answered = True
            return trio.lowlevel.Abort.SUCCEEDED

        await trio.lowlevel.wait_task_rescheduled(withdraw)
        if job.error is not None:
            raise job.error
        return cast("T", job.result)

    def note(self, delivery: Delivery) -> None:
        """Keep it for the zone's next group, if the attempt is one of this gateway's."""
        filed = self._numbers.pop(plain(delivery.submission), None)
        if filed is not None:
            self._zone(filed.zone).notes[filed.seq] = delivery
            self._noted.set()

    def without_leased(self, name: str, held: Held) -> Counts:
        """The zone's counts without the ordinals that were leased here and not used."""
        counts, epoch = held
        if name not in self._zones:
            return counts
        return counts._replace(ordinal=self._zones[name].ordinals.drawn(counts.ordinal, epoch))

    def forget_leased(self, name: str, epoch: int) -> None:
        """The zone was reset, and has this epoch now."""
        if name in self._zones:
            self._zones[name].ordinals.forget(epoch)

    def start(self, nursery: trio.Nursery) -> None:
        """Write from now on until the nursery is cancelled."""
        self._nursery = nursery
        nursery.start_soon(self._watch_time)
        nursery.start_soon(self._write_lonely_notes)

    async def finish(self) -> None:
        """Write what was noted and give back what was leased, if that is soon done; queue nothing more."""
        for zone in self._zones.values():
            self._schedule(zone)
        self._closing = True
        with trio.move_on_after(CLOSE_SECONDS, shield=True):
            while len(self._idle) < WRITERS:
                await self._rested.wait()
            await self._give_back()
        for session in self._sessions:
            session.interrupt()

    def close(self) -> None:
        """After that: answer whoever still waits, and end the connections."""
        for zone in self._zones.values():
            self._answer(zone.queue, StoreError(STOPPED))
        for session in self._sessions:
            session.close()

    async def _give_back(self) -> None:
        connected = [session for session in self._sessions if session.connected]
        with suppress(psycopg.Error):
            for session, zone in product(connected[:1], self._zones.values()):
                await zone.ordinals.give_back(session)

    def _zone(self, name: str) -> _Zone:
        return self._zones.setdefault(name, _Zone(name))

    def _schedule(self, zone: _Zone) -> None:
        if zone.waiting and not zone.scheduled and not self._closing:
            zone.scheduled = True
            self._ready.append(zone)
            self._dispatch()

    def _dispatch(self) -> None:
        if self._ready and self._idle and self._nursery is not None:
            self._nursery.start_soon(self._write, self._idle.pop())

    async def _write(self, session: Session) -> None:
        """Write one zone's group after the other while there are any."""
        try:
            while self._ready:
                await self._write_next(session, self._ready.popleft())
        finally:
            self._idle.append(session)
            self._rested.set()
            self._rested = trio.Event()

    async def _write_next(self, session: Session, zone: _Zone) -> None:
        try:
            if await self._connected(session, partial(bool, zone.queue)):
                await self._write_group(session, zone)
            else:
                notes, zone.notes = zone.notes, {}
                self._note_again(zone, notes)
        finally:
            zone.scheduled = False
            self._schedule(zone)

    async def _connected(self, session: Session, wanted: Callable[[], bool]) -> bool:
        """Connect, for as long as anybody waits for it; whether there is a connection."""
        while not session.connected:
            try:
                await trio.to_thread.run_sync(session.connect, limiter=self._limiter)
            except StoreError as error:
                self._unreachable = error
                await trio.sleep(RECONNECT_SECONDS)
                if not wanted():
                    return False
        self._unreachable = None
        return True

    async def _write_group(self, session: Session, zone: _Zone) -> None:
        await _gather(zone)
        jobs = zone.take()
        alone = any(job.alone for job in jobs)
        notes: dict[int, Delivery] = {}
        if not alone:  # else the job might fail for what is not its own
            notes, zone.notes = zone.notes, {}
        group = Group(zone.name, jobs, zone.ordinals, notes, careful=alone)
        self._groups[session] = group
        failure: BaseException = StoreError(STOPPED)
        try:
            with trio.CancelScope(shield=True):
                ending = await group.commit(session)
            if ending is Ending.UNKNOWN:
                failure = OutcomeUnknown("the gateway was stopped before it was known whether this was done")
                ending = await self._find_out(session, group)
            self._end(zone, group, ending)
        except BaseException as error:
            if not isinstance(error, trio.Cancelled):
                failure = error
            if group.committing:  # they may be some record's
                zone.ordinals.use(group.drawn)
            self._answer(jobs, failure)
            raise
        finally:
            del self._groups[session]

    def _end(self, zone: _Zone, group: Group, ending: Ending) -> None:
        """Answer the group's jobs, or queue them again."""
        match ending:
            case Ending.COMMITTED:
                zone.ordinals.use(group.drawn)
                zone.notes_tried = 0 if group.notes else zone.notes_tried
                self._remember(group.filed)
                self._answer(group.jobs)
            case Ending.UNKNOWN:  # everybody has been told so; and what is noted may be noted twice
                zone.ordinals.use(group.drawn)
                self._note_again(zone, group.notes)
            case Ending.LOST:
                self._again(zone, group)
            case Ending.REFUSED:
                self._refuse(zone, group)

    def _refuse(self, zone: _Zone, group: Group) -> None:
        """Run each job alone, so that one harms no other; and what was alone perhaps once more."""
        assert group.error is not None
        code = group.error.sqlstate if isinstance(group.error, psycopg.Error) else None
        if code == STALE:
            zone.ordinals.forget(zone.ordinals.epoch + 1)
            self._again(zone, group)
            return
        for job in group.jobs:
            job.tries += job.alone and code != LOCK_NOT_HAD
            if job.alone and (code not in AGAIN or job.tries >= TRIES):
                self._answer([job], self._sessions[0].failure("the store could not write", group.error))
            job.alone = True
        self._again(zone, group, with_notes=code in AGAIN)
        if code == LOCK_NOT_HAD and len(group.jobs) == 1:
            zone.queue.rotate(-1)  # the others need not wait for it

    def _again(self, zone: _Zone, group: Group, *, with_notes: bool = True) -> None:
        """Queue what is not answered; and, for some tries, the notes, which a server may go on refusing for ever."""
        zone.queue.extendleft(job for job in reversed(group.jobs) if not job.answered)
        if with_notes:
            self._note_again(zone, group.notes)
        elif group.notes:
            zone.notes_tried = 0
        self._give_up_overdue(zone)

    def _note_again(self, zone: _Zone, notes: Mapping[int, Delivery]) -> None:
        """Keep notes that could not be written, unless that has been tried too often."""
        if not notes:
            return
        zone.notes_tried = (zone.notes_tried + 1) % TRIES
        if zone.notes_tried:
            zone.notes = {**notes, **zone.notes}

    async def _find_out(self, session: Session, group: Group) -> Ending:
        """Whether a group was committed whose connection was lost meanwhile; for as long as anybody waits for it."""

        def wanted() -> bool:
            return not all(job.answered for job in group.jobs)

        while wanted() and await self._connected(session, wanted):
            try:
                happened = await group.happened(session)
            except psycopg.Error:
                await trio.sleep(RECONNECT_SECONDS)
            else:
                return Ending.COMMITTED if happened else Ending.LOST
        return Ending.UNKNOWN

    def _remember(self, filed: Iterable[Filed]) -> None:
        newest = 0
        for attempt in filed:
            self._numbers[attempt.submission] = attempt
            newest = max(newest, attempt.seq)
        while len(self._numbers) > NOTES:
            del self._numbers[next(iter(self._numbers))]
        if newest and self._expiry is not None:
            self._expiry.filed(newest)

    def _answer(self, jobs: Iterable[Job[Any]], failure: BaseException | None = None) -> None:
        for job in jobs:
            if not job.answered:
                job.answered = True
                job.error = failure or job.error
                trio.lowlevel.reschedule(job.task)

    async def _watch_time(self) -> None:
        """Answer those whose time is up, and see that nothing waits for a server that says nothing."""
        while True:
            await trio.sleep(LOOK_SECONDS)
            for zone in self._zones.values():
                self._give_up_overdue(zone)
            now = trio.current_time()
            for session, group in self._groups.items():
                overdue = [job for job in group.jobs if job.deadline <= now and not job.answered]
                if overdue and group.committing:
                    self._answer(overdue, OutcomeUnknown("the store did not say in time whether this was done"))
                if overdue and (not group.committing or all(job.answered for job in group.jobs)):
                    session.interrupt()

    def _give_up_overdue(self, zone: _Zone) -> None:
        now = trio.current_time()
        overdue = [job for job in zone.queue if job.deadline <= now]
        for job in overdue:
            zone.queue.remove(job)
        if overdue and self._unreachable is not None:
            self._answer(overdue, Unreachable(f"{self._unreachable}; nothing has happened"))
        elif overdue:
            self._answer(overdue, ImportTimedOut("the store was not done in time; nothing has happened"))

    async def _write_lonely_notes(self) -> None:
        """See that what is noted does not wait for an export that may never come."""
        while True:
            await self._noted.wait()
            self._noted = trio.Event()
            await trio.sleep(NOTE_SECONDS)
            for zone in self._zones.values():
                self._schedule(zone)
