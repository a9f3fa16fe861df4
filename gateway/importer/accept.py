"""The order of work: logon, validate, normalize, match, guard, merge or create, store.

The first obstacle ends it and nothing is half done. Source: spec, "The order of work".
"""

import math
from datetime import UTC, datetime
from typing import Final, Protocol

import structlog
import trio
from msgspec.structs import replace

from gateway.errors import ImportTimedOut, OutcomeUnknown, StoreError, Unreachable
from gateway.importer.decide import Case, Examined, Now, decide, examine, too_long
from gateway.importer.diagnose import diagnose
from gateway.importer.logon import Denied, Logons
from gateway.importer.network import NetworkExports
from gateway.importer.profile import ORDINARY, Profiles
from gateway.importer.replies import END_OF
from gateway.importer.scripts import ACCEPT, Scripts
from gateway.marc.iso2709 import TooLong
from gateway.model import (
    Delivery,
    Facts,
    Logon,
    Outcome,
    Reason,
    Receipt,
    ReplyStep,
    Scripted,
    Submission,
    Zone,
    unfiled_zone,
)
from gateway.stores.base import Store, Transaction

IMPORT_SECONDS: Final = 9.0
"""After that an import that has not begun is given up: Record Manager waits 10 s for its answer [doc]."""
AFTERWARDS_SECONDS: Final = 0.5
"""For keeping an attempt whose import the store would not do, still within those 10 s; or that never got so far."""

FINISH_SECONDS: Final = 10.0
"""Between two tries of what was only half done, because the store failed."""


class Audience(Protocol):
    """Who is told of every attempt. It must be quick, and raise nothing."""

    def kept(self, receipt: Receipt) -> None:
        """An attempt is durable, or the log has why it is not."""

    def noted(self, delivery: Delivery) -> None:
        """It is known what became of a reply."""


class _Nobody:
    def kept(self, receipt: Receipt) -> None:
        """Not heard."""

    def noted(self, delivery: Delivery) -> None:
        """Not heard."""


NOBODY: Final = _Nobody()


class Importer:
    """What stands behind every way in. It knows neither the client's protocol nor how the store keeps its promise."""

    def __init__(
        self,
        store: Store,
        logons: Logons,
        profiles: Profiles,
        *,
        import_seconds: float = IMPORT_SECONDS,
        now: Now | None = None,
        audience: Audience = NOBODY,
        scripts: Scripts | None = None,
    ) -> None:
        self._store = store
        self._logons = logons
        self._profiles = profiles
        self._import_seconds = import_seconds
        self._now = now or _utc_now
        self._audience = audience
        self._scripts = scripts or Scripts()
        self._network = NetworkExports(store, profiles, self.time_of)
        self._log: structlog.stdlib.BoundLogger = structlog.get_logger("gateway.importer").bind()

    @property
    def profiles(self) -> Profiles:
        """Which profile decides for a zone."""
        return self._profiles

    async def accept(self, submission: Submission, logon: Logon | None, observed: Facts) -> Receipt:
        """Import the submission; returns what became of it after that is durable. Raises nothing but `trio.Cancelled`.

        A failed logon is kept at once and returned a little later (`Logons.delay`).
        """
        until = trio.current_time() + self._import_seconds
        verdict = await self._logons.verify(submission.host, submission.peer, logon, until=until)
        if isinstance(verdict, Denied):
            receipt = await self._deny(submission, verdict, observed)
            if receipt.outcome is Outcome.LOGON_FAILED:
                await trio.sleep(self._logons.delay(submission.peer, logon))
            return receipt
        scripted = self._scripts.take(verdict.key)
        if scripted is not None:
            observed = replace(observed, scripted=scripted)
        if scripted is None or scripted.step.reply == ACCEPT:
            receipt = await self._import(submission, verdict, observed, until)
        else:
            receipt = await self._instead(submission, verdict, observed, scripted, until)
        self._tell(submission, receipt)
        return receipt

    async def accept_for(self, zone: Zone, submission: Submission, observed: Facts) -> Receipt:
        """Import for a zone that needs no logon, as when the page exports in place of a client; else as `accept`."""
        receipt = await self._import(submission, zone, observed, trio.current_time() + self._import_seconds)
        self._tell(submission, receipt)
        return receipt

    async def turn_away(self, submission: Submission, outcome: Outcome, reason: Reason, observed: Facts) -> Receipt:
        """Keep an attempt that brought no record that could be read."""
        submission = replace(submission, logon_id=self._logons.shown(submission.logon_id))
        receipt = Receipt(unfiled_zone(submission.host), outcome, reason, facts=observed)
        await self._kept(submission, receipt)
        self._tell(submission, receipt)
        return receipt

    def note(self, delivery: Delivery) -> None:
        """Add to an attempt what became of its reply."""
        self._store.note(delivery)
        self._audience.noted(delivery)

    async def finish_pending(self) -> None:
        """Finish the imports of which an earlier gateway, or this one, could do only half.

        Raises `StoreError` where the store cannot say which.
        """
        self._network.unfinished = False
        for submission, receipt in await self._network.finish_pending():
            self._tell(submission, receipt)

    async def keep_finishing(self) -> None:
        """Try again, until cancelled, what this gateway could do only half of."""
        while True:
            await trio.sleep(FINISH_SECONDS)
            if self._network.unfinished:
                try:
                    await self.finish_pending()
                except StoreError as error:
                    self._network.unfinished = True
                    self._log.error("store.failed", error=str(error))

    def script_over(self, zone: str, step: ReplyStep) -> trio.Event:
        """Set as soon as the zone is without the script of this step."""
        return self._scripts.over(zone, step)

    def time_of(self, zone: Zone) -> datetime:
        """What time it is in a zone, UTC."""
        return self._scripts.times.get(zone.key) or self._now()

    async def _instead(
        self, submission: Submission, zone: Zone, observed: Facts, scripted: Scripted, until: float
    ) -> Receipt:
        """End as the zone's script says; nothing is filed."""
        outcome, reason = END_OF[scripted.step.reply]
        receipt = self._described(submission).receipt(
            zone.key, outcome, reason, replace(observed, institution=zone.code)
        )
        return await self._kept(self._at_its_time(submission, zone), receipt, until)

    def _at_its_time(self, submission: Submission, zone: Zone) -> Submission:
        """The submission; of a zone whose clock stands still with that time."""
        at = self._scripts.times.get(zone.key)
        return submission if at is None else replace(submission, at=at)

    async def _import(self, submission: Submission, zone: Zone, observed: Facts, until: float) -> Receipt:
        submission = self._at_its_time(submission, zone)
        profile = self._profiles.of(zone)
        if isinstance(profile, Reason):
            observed = replace(observed, institution=zone.code)
            receipt = self._described(submission).receipt(zone.key, Outcome.NO_PROFILE, profile, observed)
            return await self._kept(submission, receipt, until)
        observed = replace(observed, profile=profile.key, to_network=zone.kind == "network")
        examined = Examined()
        try:
            examined = examine(submission.raw, profile)
            case = Case(zone, profile, examined, observed, self.time_of(zone), submission.id)
            network = self._profiles.network(zone, profile)
            if network is None:
                return await self._decide(submission, case, until)
            receipt = await self._network.decide(submission, case, network, until)
            if receipt.outcome is not Outcome.REFUSED:
                return receipt
            return await self._kept(submission, receipt, until)
        except TooLong as error:
            examined = replace(examined, findings=(*examined.findings, too_long(error)))
            receipt = examined.receipt(zone.key, Outcome.REFUSED, Reason.TOO_LONG, observed)
            return await self._kept(submission, receipt, until)
        except ImportTimedOut:
            receipt = examined.receipt(zone.key, Outcome.TIMED_OUT, Reason.STORE_SLOW, observed)
        except OutcomeUnknown as error:  # the store has the attempt too if it has the record
            self._log.error("store.failed", submission=submission.id, zone=zone.key, error=str(error))
            return examined.receipt(zone.key, Outcome.ERROR, Reason.OUTCOME_UNKNOWN, observed)
        except Unreachable as error:  # nor could the attempt be kept, and the client has waited long
            self._log.error("store.failed", submission=submission.id, zone=zone.key, error=str(error))
            return examined.receipt(zone.key, Outcome.ERROR, Reason.STORE_FAILED, observed)
        except StoreError as error:
            self._log.error("store.failed", submission=submission.id, zone=zone.key, error=str(error))
            receipt = examined.receipt(zone.key, Outcome.ERROR, Reason.STORE_FAILED, observed)
        except Exception:
            self._log.exception("import.crashed", submission=submission.id, zone=zone.key)
            receipt = examined.receipt(zone.key, Outcome.ERROR, Reason.INTERNAL, observed)
        return await self._kept(submission, receipt)

    async def _decide(self, submission: Submission, case: Case, until: float) -> Receipt:
        """Record and attempt in one transaction."""

        def plan(transaction: Transaction) -> Receipt:
            receipt = decide(transaction, case)
            transaction.file(submission, receipt)
            return receipt

        return await self._store.transact(case.zone.key, plan, seconds=max(0.0, until - trio.current_time()))

    async def _deny(self, submission: Submission, denied: Denied, observed: Facts) -> Receipt:
        """Keep a failed logon under the zone it named, with what the record is, so that people know it again."""
        submission = replace(submission, logon_id=self._logons.shown(submission.logon_id))
        zone = denied.zone.key if denied.zone else unfiled_zone(submission.host)
        examined = self._described(submission)
        outcome = Outcome.TIMED_OUT if denied.reason is Reason.LOGON_SLOW else Outcome.LOGON_FAILED
        facts = replace(
            observed,
            logon_hint=denied.hint,
            logon_hint_for=denied.hint_for,
            logon_also=denied.also,
            logon_also_for=denied.also_for,
        )
        receipt = await self._kept(submission, examined.receipt(zone, outcome, denied.reason, facts))
        self._tell(submission, receipt)
        return receipt

    def _described(self, submission: Submission) -> Examined:
        """What the record is, without judging it."""
        try:
            return replace(examine(submission.raw, ORDINARY), findings=())
        except Exception:
            self._log.exception("import.crashed", submission=submission.id)
            return Examined()

    async def _kept(self, submission: Submission, receipt: Receipt, until: float = -math.inf) -> Receipt:
        """The receipt, its attempt kept alone, which must begin by `until`; where that fails, the log has it."""
        seconds = max(AFTERWARDS_SECONDS, until - trio.current_time())
        try:
            await self._store.transact(
                receipt.zone, lambda transaction: transaction.file(submission, receipt), seconds=seconds
            )
        except StoreError as error:
            self._log.error("store.failed", submission=submission.id, zone=receipt.zone, error=str(error))
        except Exception:
            self._log.exception("import.crashed", submission=submission.id, zone=receipt.zone)
        return receipt

    def _tell(self, submission: Submission, receipt: Receipt) -> None:
        """One line of log for each attempt. It comes after the commit, so nothing here may spoil the answer."""
        self._audience.kept(receipt)
        outcome = receipt.outcome
        tell = self._log.info
        why = {}
        if not outcome.filed:
            tell = self._log.warning
            try:
                first, *_ = diagnose(submission, receipt)
            except Exception:
                self._log.exception("import.crashed", submission=submission.id)
                return
            why = {"diagnosis": f"{first.says} {first.fix}".strip()}
        tell(
            f"import.{outcome.value}",
            submission=submission.id,
            host=submission.host,
            peer=submission.peer,
            zone=receipt.zone,
            logon_id=submission.logon_id,
            reason=receipt.reason and receipt.reason.value,
            mms_id=receipt.mms_id,
            oclc=receipt.oclc_numbers,
            title=receipt.title,
            **why,
        )


def _utc_now() -> datetime:
    return datetime.now(UTC)
