"""The order of work: logon, validate, normalize, match, merge or create, store.

The first obstacle ends it and nothing is half done. Source: spec, "The order of work".
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

import structlog
import trio
from msgspec.structs import replace

from gateway.errors import ImportTimedOut, StoreError
from gateway.importer.decide import Examined, decide, examine
from gateway.importer.diagnose import diagnose
from gateway.importer.logon import Denied, Logons
from gateway.marc.iso2709 import TooLong
from gateway.model import (
    Delivery,
    Facts,
    Finding,
    Logon,
    Outcome,
    Reason,
    Receipt,
    Severity,
    Submission,
    Zone,
    unfiled_zone,
)
from gateway.stores.base import Store, Transaction

IMPORT_SECONDS: Final = 9.0
"""After that an import that has not begun is given up: Record Manager waits 10 s for its answer [doc]."""
AFTERWARDS_SECONDS: Final = 0.25
"""For keeping an attempt whose import the store would not do, still within those 10 s."""

Now = Callable[[], datetime]


class Importer:
    """What stands behind every way in. It knows neither the client's protocol nor how the store keeps its promise."""

    def __init__(
        self, store: Store, logons: Logons, *, import_seconds: float = IMPORT_SECONDS, now: Now | None = None
    ) -> None:
        self._store = store
        self._logons = logons
        self._import_seconds = import_seconds
        self._now = now or _utc_now
        self._log: structlog.stdlib.BoundLogger = structlog.get_logger("gateway.importer").bind()

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
        receipt = await self._import(submission, verdict, observed, until)
        self._tell(submission, receipt)
        return receipt

    async def turn_away(self, submission: Submission, outcome: Outcome, reason: Reason, observed: Facts) -> Receipt:
        """Keep an attempt that brought no record that could be read."""
        submission = replace(submission, logon_id=self._logons.shown(submission.logon_id))
        receipt = Receipt(unfiled_zone(submission.host), outcome, reason, facts=observed)
        await self._keep(submission, receipt)
        self._tell(submission, receipt)
        return receipt

    def note(self, delivery: Delivery) -> None:
        """Add to an attempt what became of its reply."""
        self._store.note(delivery)

    async def _import(self, submission: Submission, zone: Zone, observed: Facts, until: float) -> Receipt:
        examined = Examined()
        now = self._now()

        def plan(transaction: Transaction) -> Receipt:
            receipt = decide(transaction, zone, examined, observed, now=now, submission=submission.id)
            transaction.file(submission, receipt)
            return receipt

        try:
            examined = examine(submission.raw)
            return await self._store.transact(zone.key, plan, seconds=max(0.0, until - trio.current_time()))
        except TooLong as error:
            too_long = Finding("tooLong", Severity.REFUSE, detail=str(error))
            examined = replace(examined, findings=(*examined.findings, too_long))
            outcome, reason = Outcome.REFUSED, Reason.TOO_LONG
        except ImportTimedOut:
            outcome, reason = Outcome.TIMED_OUT, Reason.STORE_SLOW
        except StoreError as error:
            self._log.error("store.failed", submission=submission.id, zone=zone.key, error=str(error))
            outcome, reason = Outcome.ERROR, Reason.STORE_FAILED
        except Exception:
            self._log.exception("import.crashed", submission=submission.id, zone=zone.key)
            outcome, reason = Outcome.ERROR, Reason.INTERNAL
        receipt = replace(examined.receipt(zone, observed), outcome=outcome, reason=reason)
        await self._keep(submission, receipt)
        return receipt

    async def _deny(self, submission: Submission, denied: Denied, observed: Facts) -> Receipt:
        """Keep a failed logon under the zone it named, with what the record is, so that people know it again."""
        submission = replace(submission, logon_id=self._logons.shown(submission.logon_id))
        zone = denied.zone.key if denied.zone else unfiled_zone(submission.host)
        examined = self._described(submission)
        receipt = Receipt(
            zone,
            Outcome.TIMED_OUT if denied.reason is Reason.LOGON_SLOW else Outcome.LOGON_FAILED,
            denied.reason,
            oclc_numbers=examined.oclc_numbers,
            title=examined.title,
            facts=replace(observed, logon_hint=denied.hint, logon_hint_for=denied.hint_for),
        )
        await self._keep(submission, receipt)
        self._tell(submission, receipt)
        return receipt

    def _described(self, submission: Submission) -> Examined:
        try:
            return examine(submission.raw)
        except Exception:
            self._log.exception("import.crashed", submission=submission.id)
            return Examined()

    async def _keep(self, submission: Submission, receipt: Receipt) -> None:
        """File the attempt alone. Where that fails, the log has it."""
        try:
            await self._store.transact(
                receipt.zone, lambda transaction: transaction.file(submission, receipt), seconds=AFTERWARDS_SECONDS
            )
        except StoreError as error:
            self._log.error("store.failed", submission=submission.id, zone=receipt.zone, error=str(error))
        except Exception:
            self._log.exception("import.crashed", submission=submission.id, zone=receipt.zone)

    def _tell(self, submission: Submission, receipt: Receipt) -> None:
        """One line of log for each attempt. It comes after the commit, so nothing here may spoil the answer."""
        outcome = receipt.outcome
        tell = self._log.info if outcome.filed else self._log.warning
        try:
            diagnosis = diagnose(submission, receipt)
        except Exception:
            self._log.exception("import.crashed", submission=submission.id)
            return
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
            diagnosis=f"{diagnosis.says} {diagnosis.fix}".strip(),
        )


def _utc_now() -> datetime:
    return datetime.now(UTC)
