"""`gateway doctor --watch`: follows a set-up while somebody tries it, and tells of each export what is right and wrong.

Reads the store beside the running gateway, changes nothing.
"""

from collections.abc import Awaitable, Callable, Iterator
from typing import Final, NamedTuple, TypeVar

import click
import trio
from msgspec.structs import asdict

from gateway.addresses import reached_at, why_not_live
from gateway.cli.checking import Check, echo
from gateway.cli.output import echo_json, echo_text, local_time
from gateway.cli.reading import read_store, zones_with
from gateway.cli.ready import EXIT_TIMED_OUT
from gateway.cli.report import known
from gateway.config import Settings
from gateway.desk.attempts import looked_beside, shown
from gateway.errors import NoStoreYet, Outdated, StoreError, Unreachable
from gateway.importer.beside import Recent, attempts_before
from gateway.importer.report import ended
from gateway.importer.steps import steps
from gateway.model import Attempt, Zone, unfiled_zone
from gateway.stores import open_store
from gateway.stores.base import Store

T = TypeVar("T")

POLL_SECONDS: Final = 0.25
"""Between two looks into the store: soon enough for somebody who waits, and next to nothing for the gateway."""
ANSWERED_SECONDS: Final = 5.0
"""How long an attempt is held back until it is known what became of its answer; that to a failed logon waits 2 s."""
AGAIN_SECONDS: Final = 60.0
"""How long a store is asked again that cannot be read, such as a database that is restarted meanwhile."""
EXIT_NOT_FILED: Final = 1
START_IT: Final = "start it: gateway serve; if it runs, type the address and port that it printed"
NOTHING_ARRIVED: Final = (
    "Host Name: the name or address alone; https:// before it or / behind it may corrupt the export's settings.",
    "Port: the one above.",
    "Permanent Connection: unchecked.",
    "Options > Batch > Perform local actions in batch: Bibliographic Record Export unchecked; else nothing is sent.",
    "Connexion on another computer: start the gateway with --lan, and let its port through the firewall.",
    "Connexion's gateway connections file may be corrupt: delete the destination and create it anew.",
)
"""Where to look when there is no attempt to explain. Source: spec, "Nothing arrived?"."""


class Wanted(NamedTuple):
    """What the command line asks for."""

    zone: Zone | None
    """None for all."""
    once: bool
    timeout: float
    """Seconds; infinite where it is to go on."""
    as_json: bool


def watch(settings: Settings, wanted: Wanted) -> int:
    """Follow until it is stopped, has waited long enough, or has seen the one export asked for; the exit code."""
    watching = Watching(settings, wanted)
    for check in trio.run(_not_answering, settings, watching.zones):
        echo(check, err=wanted.as_json)
    try:
        timed_out = trio.run(watching.wait_for_store) or read_store(settings, watching.follow)
    except KeyboardInterrupt:
        return 0
    last = watching.last
    if not timed_out:
        return 0 if last and last.receipt.outcome.filed else EXIT_NOT_FILED
    click.echo(f"{'no more' if last else 'nothing'} arrived within {wanted.timeout:g} s", err=True)
    for place in () if last else NOTHING_ARRIVED:
        click.echo(f"  {place}", err=True)
    return EXIT_TIMED_OUT


class Watching:
    """One run of it."""

    def __init__(self, settings: Settings, wanted: Wanted) -> None:
        self.zones = [wanted.zone] if wanted.zone else list(settings.model_zones().values())
        """Those that are said to be waited for."""
        self.last: Attempt | None = None
        """The one that was told of last."""
        self._settings = settings
        self._wanted = wanted
        self._known = known(settings)
        self._recent = Recent()
        self._left = wanted.timeout
        self._from_the_first = False
        """Whether whatever is in the store has arrived since it began to wait."""
        self._seen = dict.fromkeys((*settings.zones, *map(unfiled_zone, settings.hosts)), 0)
        """By zone, the number of the attempt that was seen last: they come in their order within a zone alone."""

    async def wait_for_store(self) -> bool:
        """Wait until the gateway has made the store; whether the wait was over before."""
        why = await self._why_not_served(min(AGAIN_SECONDS, self._left))
        if why is None:
            return False
        click.echo(f"Waiting for the gateway to start: {why}", err=self._wanted.as_json)
        self._from_the_first = isinstance(why, NoStoreYet)
        began = trio.current_time()
        with trio.move_on_after(self._left):
            while why:
                await trio.sleep(POLL_SECONDS)
                why = await self._why_not_served(AGAIN_SECONDS)
        self._left = max(0.0, self._left - (trio.current_time() - began))
        return why is not None

    async def follow(self, store: Store) -> bool:
        """Tell of what arrives from here on; whether the wait was over before that was asked for."""
        if not self._from_the_first:
            await self._asked(lambda: self._begin(store))
        for line in _announced(self._settings, self.zones):
            click.echo(line, err=self._wanted.as_json)
        with trio.move_on_after(self._left):
            while True:
                for attempt in await self._asked(lambda: self._arrived(store)):
                    again_after = self._recent.again_after(attempt)
                    if self._concerns(attempt):
                        self.last = await self._answered(store, attempt)
                        await self._tell(store, self.last, again_after)
                        if self._wanted.once:
                            return False
                await trio.sleep(POLL_SECONDS)
        return True

    async def _begin(self, store: Store) -> None:
        """Pass over what is there; what came in the last minute may come again."""
        await self._learn(store)
        recent: list[Attempt] = []
        for zone in self._seen:
            for newest in await store.attempts(zone=zone, limit=1):
                self._seen[zone] = newest.seq
                recent += newest, *await attempts_before(store, newest, zone=zone)
        for attempt in sorted(recent, key=_number):
            self._recent.again_after(attempt)

    async def _arrived(self, store: Store) -> list[Attempt]:
        """What came since this was last asked, by number. What it raises loses nothing."""
        await self._learn(store)
        found = [attempt for zone, seen in self._seen.items() for attempt in await _since(store, zone, seen)]
        found.sort(key=_number)
        self._seen.update((attempt.receipt.zone, attempt.seq) for attempt in found)
        return found

    async def _learn(self, store: Store) -> None:
        """Know the zones that are made at run time: what comes to them is told as well."""
        zones = (await zones_with(store, self._settings)).by_key
        self._known = self._known._replace(zones=zones)
        for key in zones:
            self._seen.setdefault(key, 0)

    async def _why_not_served(self, seconds: float) -> NoStoreYet | Outdated | None:
        """Why the store cannot be read before the gateway has been started; None where it can.

        While its server does not answer it is asked again, for so many seconds. Raises `StoreError`.
        """
        url = self._settings.store.url
        return await self._asked(lambda: _why_not_served(url), temporary=Unreachable, seconds=seconds)

    async def _asked(
        self,
        ask: Callable[[], Awaitable[T]],
        *,
        temporary: type[StoreError] = StoreError,
        seconds: float = AGAIN_SECONDS,
    ) -> T:
        """What the store answers. While it cannot be read it is asked again; raises `StoreError` in the end."""
        until: float | None = None
        while True:
            try:
                return await ask()
            except temporary as error:
                if until is None:
                    until = trio.current_time() + seconds
                    click.echo(f"gateway: {error}; asking again for {seconds:g} s", err=True)
                elif trio.current_time() >= until:
                    raise
            await trio.sleep(POLL_SECONDS)

    def _concerns(self, attempt: Attempt) -> bool:
        """Whether it was meant for the zone, as far as that can be seen: it came to its host, or with its logon ID."""
        zone, submission = self._wanted.zone, attempt.submission
        if zone is None:
            return True
        return submission.host == zone.host or submission.logon_id.strip().casefold() == zone.code.casefold()

    async def _answered(self, store: Store, attempt: Attempt) -> Attempt:
        """The attempt once it is known what became of its answer, or after a while."""
        if not self._known.replies.text(attempt.receipt):
            return attempt
        seq = attempt.seq
        with trio.move_on_after(ANSWERED_SECONDS):
            while attempt.delivered is None:
                await trio.sleep(POLL_SECONDS)
                kept = await self._asked(lambda: store.attempt(seq))
                attempt = kept or attempt
        return attempt

    async def _tell(self, store: Store, attempt: Attempt, again_after: float | None) -> None:
        beside = await self._asked(lambda: looked_beside(store, attempt, self._known, again_after))
        found = steps(attempt, self._known, beside)
        if self._wanted.as_json:
            told = {"steps": [step._asdict() for step in found]}
            echo_json(asdict(shown(attempt, self._known, beside)) | told)
            return
        at = local_time(attempt.submission.at)
        echo_text(f"\n{at}  submission {attempt.seq}: {ended(attempt)}")
        for step in found:
            echo(Check(*step))
        echo_text(f"The whole report: gateway submissions show {attempt.seq}")


async def _why_not_served(url: str) -> NoStoreYet | Outdated | None:
    """Why the store cannot be read before the gateway has been started; None where it can."""
    try:
        async with open_store(url, purpose="read"):
            return None
    except (NoStoreYet, Outdated) as error:
        return error


async def _not_answering(settings: Settings, zones: list[Zone]) -> list[Check]:
    """The hosts of these zones at which no gateway answers, or another host does."""
    found = []
    for key in dict.fromkeys(zone.host for zone in zones):
        host = settings.hosts[key]
        if not host.connexion:
            continue  # any free port: only gateway serve knows which
        why = await why_not_live(reached_at(host.address), host.connexion, key)
        if why is not None:
            says = f"no gateway answers for it at {reached_at(host.address)} port {host.connexion}: {why}"
            found.append(Check(f"host {key}", "fail", says, START_IT))
    return found


def _announced(settings: Settings, zones: list[Zone]) -> Iterator[str]:
    """What it waits for, and what to type into Connexion for that."""
    yield "Type into Connexion: Tools > Options > Export > Create > OCLC Gateway Export"
    for zone in zones:
        host = settings.hosts[zone.host]
        port = host.connexion or "the one that gateway serve printed"
        where = f"Host Name {reached_at(host.address)}, Port {port}"
        yield f"  {zone.key}: {where}, Logon ID {zone.code}, and its password"
    yield f"Waiting for exports to {', '.join(zone.key for zone in zones)}; Ctrl-C ends it."


def _number(attempt: Attempt) -> int:
    return attempt.seq


async def _since(store: Store, zone: str, seq: int) -> list[Attempt]:
    """What came to the zone after that number, newest first."""
    found: list[Attempt] = []
    page = await store.attempts(zone=zone, limit=1)
    while page and page[-1].seq > seq:
        found += page
        page = await store.attempts(zone=zone, before=page[-1].seq)
    return found + [attempt for attempt in page if attempt.seq > seq]
