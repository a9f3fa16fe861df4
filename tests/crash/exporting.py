"""Clients that export at once, and a ledger of what they were told, against which a store is held."""

import itertools
import random
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Literal

import trio

from gateway.frontends.connexion.client import Destination, Sent, sending
from gateway.importer.replies import REPLIES
from gateway.model import Attempt, BibRecord, Logon, Outcome, Reason
from gateway.stores.base import Store
from tests.server.running import record

LOGON = Logon(logon_id=b"01CARLI_XYZ", password=b"xyz-secret")
ZONE = "xyz"
PATIENCE = 300.0
"""Seconds after which a test gives up: many times what it takes, for machines that are busy."""
Answer = Literal["filed", "not filed"]
CLIENTS = 16
HOT = 12
"""Titles that are exported again and again, also by several clients at once."""
MADE = (Outcome.CREATED, Outcome.MERGED)
"""How an attempt ends that has written a version."""
PERHAPS = tuple(
    REPLIES[Outcome.ERROR, reason].text.partition("{")[0] for reason in (Reason.OUTCOME_UNKNOWN, Reason.LINK_PENDING)
)
"""How replies begin that leave open what becomes of the record."""


@dataclass
class Told:
    """What clients were told of one text, which no other export has."""

    number: int
    """The OCLC number."""
    filed: list[str] = field(default_factory=list)
    """MMS IDs of the answers that say so."""
    failed: list[str] = field(default_factory=list)
    """Answers that say that nothing has happened."""
    unknown: int = 0
    """How often nothing was answered, or that it is not known."""


class Ledger:
    """What was exported so far, and with what answer."""

    def __init__(self, chance: random.Random) -> None:
        self.told: dict[str, Told] = {}
        """By title."""
        self._chance = chance
        self._numbers = itertools.count(HOT + 1)

    def new(self) -> str:
        """The title of the next export: of a new record, or a new text of one that was exported before."""
        number = self._chance.randint(1, HOT) if self._chance.random() < 0.4 else next(self._numbers)
        title = f"Export {len(self.told) + 1} of {number}"
        self.told[title] = Told(number)
        return title

    def unanswered(self) -> list[str]:
        """Those of which nobody knows what became of them."""
        return [title for title, told in self.told.items() if told.unknown and not told.filed]

    def put_down(self, title: str, sent: Sent) -> None:
        """Take down an answer."""
        told = self.told[title]
        if sent.filed:
            told.filed.append(sent.mms_id)
        elif sent.reply and not sent.reply.startswith(PERHAPS):
            told.failed.append(sent.reply)
        elif sent.reached:
            told.unknown += 1

    async def differences(self, store: Store, zone: str = ZONE) -> list[str]:
        """Where the store is not as clients were told; `zone` has the records."""
        attempts: dict[str, list[Attempt]] = {}
        async for attempt in every_attempt(store):
            attempts.setdefault(attempt.receipt.title, []).append(attempt)
        versions: Counter[str] = Counter()
        of_number: Counter[str] = Counter()
        mms_ids: dict[str, str] = {}
        async for newest in every_record(store, zone):
            of_number.update({value for kind, value in newest.identifiers if kind == "oclc"})
            for version in await store.versions(zone, newest.mms_id):
                versions[version.title] += 1
                mms_ids[version.title] = newest.mms_id
        found = [f"the OCLC number {number} is in {count} records" for number, count in of_number.items() if count > 1]
        found += [f"{title!r} was never exported" for title in {*attempts, *versions} - {*self.told}]
        for title, told in self.told.items():
            kept = [attempt.receipt for attempt in attempts.get(title, ()) if attempt.receipt.outcome.filed]
            made = sum(receipt.outcome in MADE for receipt in kept)
            if not len(told.filed) <= len(kept) <= len(told.filed) + told.unknown:
                found.append(f"{title!r} was filed {len(kept)} times: {told}")
            if versions[title] != made:
                found.append(f"{title!r} made {versions[title]} versions in {made} attempts: {told}")
            if not {*told.filed} <= {receipt.mms_id for receipt in kept} <= {mms_ids.get(title)}:
                found.append(f"{title!r} is in {mms_ids.get(title)}: {told}, {kept}")
        return found


class Load:
    """Clients of one gateway, which export one record after the other until they are stopped or it is gone."""

    def __init__(self, ledger: Ledger, port: int) -> None:
        self.ledger = ledger
        self.answers: Counter[Answer] = Counter()
        self.refusals: set[str] = set()
        """What was answered to those that were not filed."""
        self.slowest = 0.0
        """Seconds from the beginning of an export to its answer."""
        self.stopped = False
        self._answered = trio.Event()
        self._destination = Destination(address="127.0.0.1", port=port, logon=LOGON, timeout=PATIENCE, retries=0)

    async def run(self, clients: int = CLIENTS) -> None:
        """Until they are stopped, or the gateway is gone."""
        async with trio.open_nursery() as nursery:
            for _ in range(clients):
                nursery.start_soon(self._client)

    async def export(self, title: str) -> Sent:
        """Export the record with this title, and take down the answer."""
        told = self.ledger.told[title]
        async with sending(self._destination) as sender:
            sent = await sender.send(record(told.number, title))
        self.ledger.put_down(title, sent)
        if sent.reply:
            self.slowest = max(self.slowest, sent.seconds)
            self.answers["filed" if sent.filed else "not filed"] += 1
            if not sent.filed:
                self.refusals.add(sent.reply)
            self._answered.set()
            self._answered = trio.Event()
        return sent

    async def more(self, count: int, *answers: Answer) -> None:
        """Wait until so many more clients have been answered so."""
        enough = count + sum(self.answers[answer] for answer in answers)
        with trio.fail_after(PATIENCE):
            while sum(self.answers[answer] for answer in answers) < enough:
                await self._answered.wait()

    async def _client(self) -> None:
        while not self.stopped and (await self.export(self.ledger.new())).reached:
            pass


async def every_attempt(store: Store) -> AsyncIterator[Attempt]:
    """What was kept, newest first."""
    before = None
    while page := await store.attempts(before=before):
        for attempt in page:
            yield attempt
        before = page[-1].seq


async def every_record(store: Store, zone: str) -> AsyncIterator[BibRecord]:
    """The zone's records."""
    after = ""
    while page := await store.records(zone, after=after):
        for found in page:
            yield found
        after = page[-1].mms_id
