"""What a copy has written, and what it raises."""

from collections import Counter
from dataclasses import dataclass, field

from gateway.errors import StoreError
from gateway.stores.base import Store


class Differs(StoreError):
    """The target holds what the source does not, or lacks what it should have by now."""


@dataclass
class Copied:
    """What has been written into the target."""

    records: int = 0
    versions: int = 0
    """Of these records, the newest ones too."""
    attempts: int = 0
    links: int = 0
    zones: int = 0
    """Made at run time."""
    webhooks: int = 0
    holdings: int = 0
    items: int = 0
    lent: Counter[str] = field(default_factory=Counter)
    """Patrons, loans and requests, by these words."""
    published: int = 0
    """Records as they were published, in each set."""
    exchanges: int = 0
    """Messages of other systems."""


@dataclass(frozen=True)
class Both:
    """Two stores, and what is done about what the target lacks of the source."""

    source: Store
    target: Store
    copied: Copied | None
    """What is written is counted here; None = nothing is written."""
    whole: bool
    """Whether to raise `Differs` for it, where nothing is written."""

    def lacking(self, what: str) -> Copied | None:
        """Where to count this, which the target lacks, when it is written; None = it is not to be. Raises `Differs`."""
        if self.copied is None and self.whole:
            raise Differs(f"the target lacks {what}")
        return self.copied
