"""Titles as an import keeps them, without the work of importing each: for stores that are to be full when measured.

One title is imported for real, in memory; the others are its copies, with numbers of their own.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final, NamedTuple

from msgspec.structs import replace

from benchmarks.title import NUMBERS, check_digit, template, titled
from gateway.importer.decide import Case, decide, examine
from gateway.importer.mms import mms_id
from gateway.importer.profile import Prepared
from gateway.model import BibRecord, Facts, Identifier, Receipt, Submission, Zone, new_submission_id
from gateway.stores.base import Plan, Transaction
from gateway.stores.transacting import Changes

PEER: Final = "127.0.0.1"
STRIDE: Final = 387_420_489
"""From the number of one title to that of the next, modulo `NUMBERS`, to which it is prime: no number comes twice, and
each falls anywhere among those before it, as those of a library's purchases do. An index feels that."""


def scattered(ordinal: int) -> int:
    """The number of the title that comes `ordinal`-th."""
    return ordinal * STRIDE % NUMBERS


def observed() -> Facts:
    """What the front end sees of an export."""
    return Facts(items="AP", lengths="desktop")


class Kept(NamedTuple):
    """A record, and the attempt that made it."""

    record: BibRecord
    submission: Submission
    receipt: Receipt


class _Nothing(Changes):
    """The transaction of an empty zone."""

    def holders(self, _: Iterable[Identifier]) -> list[str]:
        """None."""
        return []

    def get(self, _: str) -> BibRecord | None:
        """None."""
        return None

    def filed(self, _: str) -> bool:
        """No."""
        return False


class Mould:
    """What an import into one zone makes of a title that is new there."""

    def __init__(self, zone: Zone, profile: Prepared, *, logon_id: str) -> None:
        self._zone = zone
        self._raw = template()
        self._submission = Submission("", datetime.now(UTC), zone.host, PEER, logon_id, b"")
        self.observed = replace(observed(), profile=profile.key, to_network=zone.kind == "network")
        """What is known of an import before it is decided on."""
        transaction = _Nothing(0)
        examined = examine(self._raw, profile)
        self._receipt = decide(transaction, Case(zone, profile, examined, self.observed, self._submission.at, ""))
        (self._record,) = transaction.records

    def cast(self, ordinal: int, number: int) -> Kept:
        """The zone's `ordinal`-th record, which is the title of that number."""
        key, made = str(number), mms_id(ordinal, self._zone.mms_suffix)
        digits = f"{number:09}"
        submission = replace(self._submission, id=new_submission_id(), raw=titled(self._raw, number))
        title = titled(self._record.title.encode(), number).decode()
        marc = self._record.marc.replace(self._record.mms_id.encode(), made.encode(), 1)
        record = replace(
            self._record,
            mms_id=made,
            marc=titled(marc, number),
            title=title,
            identifiers=frozenset(
                (
                    Identifier("oclc", key),
                    Identifier("system", f"(YBP){digits}"),
                    Identifier("isbn", f"978{digits}{check_digit(digits.encode()).decode()}"),
                )
            ),
            submission=submission.id,
        )
        facts = replace(self._receipt.facts, keys=(key,))
        receipt = replace(self._receipt, mms_id=made, oclc_numbers=(key,), title=title, facts=facts)
        return Kept(record, submission, receipt)

    def filling(self, titles: range) -> Plan[None]:
        """A plan that keeps the titles which come so many-th, each with its attempt."""

        def plan(transaction: Transaction) -> None:
            for place in titles:
                kept = self.cast(transaction.next_ordinal(), scattered(place))
                transaction.put(kept.record)
                transaction.file(kept.submission, kept.receipt)

        return plan
