"""An institution's exports into its network zone: two transactions, for none spans zones.

The first files the record in the network zone and remembers what is still to be done, the second links a record of the
institution and keeps the attempt. Cut off between them, the second is done at the next start, or later by a gateway
that runs on. Source: spec, "Zones".
"""

from collections.abc import Callable
from datetime import datetime
from typing import Final

import structlog
import trio
from msgspec.structs import replace

from gateway.errors import StoreError
from gateway.importer import links
from gateway.importer.decide import Case, decide
from gateway.importer.profile import ORDINARY, Prepared, Profiles
from gateway.marc.iso2709 import TooLong
from gateway.model import Outcome, PendingLink, Reason, Receipt, Submission, Zone
from gateway.stores.base import Store, Transaction

LINK_SECONDS: Final = 0.5
"""For a link whose record is filed, when the import's own time is nearly up, or that is made later."""
SETTLE_SECONDS: Final = 0.25
"""For forgetting that it was to be made: the client waits, and it may as well be done later."""


class NetworkExports:
    """The way of an export whose profile uses the network zone."""

    def __init__(self, store: Store, profiles: Profiles, now: Callable[[Zone], datetime]) -> None:
        self._store = store
        self._profiles = profiles
        self._now = now
        self._under_way: set[str] = set()
        self.unfinished = False
        """Whether a link of this gateway's own could not be made."""
        self._log: structlog.stdlib.BoundLogger = structlog.get_logger("gateway.importer").bind()

    async def decide(self, submission: Submission, case: Case, network: Zone, until: float) -> Receipt:
        """Decide on the record in the network zone, and link the institution's. Keeps the attempt if it was filed.

        Raises what `Store.transact` and `decide` raise; then nothing has happened.
        """

        def plan(transaction: Transaction) -> PendingLink:
            decided = decide(transaction, case._replace(zone=network))
            facts = replace(decided.facts, network=network.key)
            link = PendingLink(network.key, submission, replace(decided, zone=case.zone.key, facts=facts))
            if decided.outcome.filed:
                transaction.pend(link)
            return link

        self._under_way.add(submission.id)
        try:
            link = await self._store.transact(network.key, plan, seconds=_left(until))
            if not link.receipt.outcome.filed:
                return link.receipt
            return await self._finish(link, max(until, trio.current_time() + LINK_SECONDS))
        finally:
            self._under_way.discard(submission.id)

    async def finish_pending(self) -> list[tuple[Submission, Receipt]]:
        """Do what could not be done: every pending link, whose attempt is then kept. Returns those it could do.

        Links of exports that are under way in this gateway are left to these. Several gateways may do this at once:
        each attempt is kept by one of them, which alone returns it.
        """
        done = []
        for link in await self._store.pending():
            if link.submission.id in self._under_way:
                continue
            decided = replace(link.receipt, facts=replace(link.receipt.facts, resumed=True))
            receipt = await self._finish(replace(link, receipt=decided), trio.current_time() + LINK_SECONDS)
            if receipt.outcome.filed and receipt is not decided:  # which it is where the attempt was kept already
                done.append((link.submission, receipt))
        return done

    async def _finish(self, link: PendingLink, until: float) -> Receipt:
        """Link, keep the attempt, and forget that this was to be done. Where the store will not, it stays pending."""
        try:
            receipt = await self._link(link, until)
        except Exception as error:
            if not isinstance(error, StoreError):
                self._log.exception("import.crashed", submission=link.submission.id)
            self._log.error("import.link_pending", submission=link.submission.id, error=str(error))
            self.unfinished = True
            return replace(link.receipt, outcome=Outcome.ERROR, reason=Reason.LINK_PENDING)
        try:
            await self._store.transact(
                link.network, lambda transaction: transaction.settle(link.submission.id), seconds=SETTLE_SECONDS
            )
        except StoreError as error:  # the next try finds the attempt kept, and only forgets
            self.unfinished = True
            self._log.warning("import.link_not_settled", submission=link.submission.id, error=str(error))
        return receipt

    async def _link(self, link: PendingLink, until: float) -> Receipt:
        submission, receipt = link.submission, link.receipt
        zone, network = self._profiles.zone(receipt.zone), self._profiles.zone(link.network)
        # Not `Store.record`: what only reads may take as long as it likes.
        theirs = await self._store.transact(
            link.network, lambda transaction: transaction.get(receipt.mms_id), seconds=_left(until)
        )

        def keep(transaction: Transaction, **known: object) -> Receipt:
            kept = replace(receipt, facts=replace(receipt.facts, **known))
            transaction.file(submission, kept)
            return kept

        def plan(transaction: Transaction) -> Receipt:
            if transaction.filed(submission.id):
                return receipt
            if zone is None or network is None or theirs is None:  # the settings have changed since
                return keep(transaction, not_linked="settings")
            profile = self._profiles.of(zone)
            settings = (profile if isinstance(profile, Prepared) else ORDINARY).settings
            made = links.make(transaction, links.Link(zone, network, settings, theirs, self._now(zone), submission.id))
            return keep(
                transaction,
                linked=made.mms_id,
                not_linked=made.obstacle.value if made.obstacle else "",
                in_the_way=made.in_the_way,
            )

        try:
            kept = await self._store.transact(receipt.zone, plan, seconds=_left(until))
        except TooLong:
            kept = await self._store.transact(
                receipt.zone,
                lambda transaction: keep(transaction, not_linked=Reason.TOO_LONG.value),
                seconds=_left(until),
            )
        if kept.facts.not_linked:
            self._log.warning(
                "import.not_linked", submission=submission.id, zone=receipt.zone, why=kept.facts.not_linked
            )
        return kept


def _left(until: float) -> float:
    return max(0.0, until - trio.current_time())
