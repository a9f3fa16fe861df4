"""One zone's records in a store in memory."""

from bisect import bisect_left, insort
from collections.abc import Iterable
from dataclasses import dataclass, field

from gateway.model import BibRecord, Identifier
from gateway.stores.transacting import Changes, out_of_turn


@dataclass
class Shelf:
    """Records with their versions, and by what they are found."""

    versions: dict[str, list[BibRecord]] = field(default_factory=dict)
    order: list[str] = field(default_factory=list)
    """MMS IDs, rising."""
    index: dict[Identifier, set[str]] = field(default_factory=dict)
    ordinal: int = 0

    def holders(self, identifiers: Iterable[Identifier]) -> list[str]:
        """MMS IDs, rising."""
        return sorted(set().union(*(self.index.get(identifier, ()) for identifier in identifiers)))

    def get(self, mms_id: str) -> BibRecord | None:
        """The newest version."""
        versions = self.versions.get(mms_id)
        return versions[-1] if versions else None

    def check(self, records: Iterable[BibRecord]) -> None:
        """Raise `StoreError` where one of them is neither new nor its record's newest or next version."""
        newest: dict[str, int] = {}
        for record in records:
            present = newest.get(record.mms_id) or len(self.versions.get(record.mms_id, ()))
            if not max(1, present) <= record.version <= present + 1:
                raise out_of_turn(record)
            newest[record.mms_id] = record.version

    def is_rewritten(self, record: BibRecord) -> bool:
        """Whether this is a new version, or the newest one with other MARC, or suppressed as it was not."""
        newest = self.get(record.mms_id)
        return (
            newest is None
            or (newest.version, newest.marc) != (record.version, record.marc)
            or newest.is_suppressed is not record.is_suppressed
        )

    def take(self, changes: Changes) -> None:
        """Keep what a plan put; the newest version alone is indexed."""
        self.ordinal = changes.ordinal
        for record in changes.records:
            if record.mms_id not in self.versions:
                insort(self.order, record.mms_id)
            versions = self.versions.setdefault(record.mms_id, [])
            before = versions[-1].identifiers if versions else frozenset()
            for identifier in before - record.identifiers:
                self.index[identifier].discard(record.mms_id)
            for identifier in record.identifiers - before:
                self.index.setdefault(identifier, set()).add(record.mms_id)
            versions[record.version - 1 :] = [record]

    def remove(self, mms_id: str) -> bool:
        """Keep a record no longer; whether there was one."""
        versions = self.versions.pop(mms_id, None)
        if versions is None:
            return False
        del self.order[bisect_left(self.order, mms_id)]
        for identifier in versions[-1].identifiers:
            self.index[identifier].discard(mms_id)
        return True
