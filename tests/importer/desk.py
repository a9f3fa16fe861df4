"""A gateway without a wire: who exports which record at which host, and what becomes of it."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from itertools import count
from unicodedata import category

from gateway.importer.accept import IMPORT_SECONDS, Importer
from gateway.importer.logon import Logons
from gateway.importer.profile import Profiles, prepare
from gateway.importer.replies import Replies
from gateway.importer.zones import Account, Zones
from gateway.marc.record import Record
from gateway.model import Attempt, Facts, Logon, MergeMethod, Profile, Receipt, Submission, Zone
from gateway.stores.base import Store
from tests.marc.mnemonic import shown

PROFILES = {
    "carli-iz": Profile(title="CARLI, institution zone"),
    "carli-nz": Profile(title="CARLI, network zone", merge_method="consortium-nz-overlay"),
}
IZ, NZ = ("carli-iz",), ("carli-nz",)

XYZ = Zone("xyz", "i-share-xyz", "institution", "01CARLI_XYZ", "5867", "network", IZ)
NETWORK = Zone("network", "i-share-network", "network", "01CARLI_NETWORK", "5816", None, NZ)
ABC = Zone("sandbox-abc", "sandbox02-na", "institution", "01CARLI_ABC", "5900", "network-sandbox", IZ)
NETWORK_SANDBOX = Zone("network-sandbox", "sandbox02-na", "network", "01CARLI_NETWORK", "5901", None, NZ)

ACCOUNTS = (
    Account(XYZ, "xyz-secret"),
    Account(NETWORK, "network-secret"),
    Account(ABC, "abc-secret"),
    Account(NETWORK_SANDBOX, "network-sandbox-secret"),
)
SECRETS = tuple(account.secret for account in ACCOUNTS)

OBSERVED = Facts(items="AP", lengths="desktop")
"""What the wire sees of an ordinary export."""
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Desk:
    """A cataloguer's desk before a store, and a clock that moves on a minute with every look at it."""

    def __init__(
        self,
        store: Store,
        *,
        accounts: Iterable[Account] = ACCOUNTS,
        profiles: Mapping[str, Profile] = PROFILES,
        own_methods: Mapping[str, MergeMethod] = {},
        longest_delay: float = 0.0,
        import_seconds: float = IMPORT_SECONDS,
    ) -> None:
        self.store = store
        zones = Zones(accounts)
        prepared = {key: prepare(key, profile, own_methods) for key, profile in profiles.items()}
        self.importer = Importer(
            store,
            Logons(zones, longest_delay=longest_delay),
            Profiles(zones.by_key, prepared),
            import_seconds=import_seconds,
            now=self.now,
            scripts=zones.scripts,
        )
        self.scripts = zones.scripts
        self._minutes = count()
        self._exports = count(1)

    def now(self) -> datetime:
        """The time; each call is a minute later than the one before."""
        return NOON + timedelta(minutes=next(self._minutes))

    def submission(
        self, record: bytes, logon: Logon | None, host: str = "i-share-xyz", peer: str = "192.0.2.7"
    ) -> Submission:
        """The desk's next submission; they are numbered `export-1` and so on."""
        claimed = logon.claimed.decode("utf-8", "backslashreplace") if logon else ""
        return Submission(f"export-{next(self._exports)}", self.now(), host, peer, claimed, record)

    async def export(
        self,
        record: bytes,
        logon_id: str = "01CARLI_XYZ",
        password: str = "xyz-secret",
        *,
        host: str = "i-share-xyz",
        peer: str = "192.0.2.7",
        user_id: str | None = None,
        observed: Facts = OBSERVED,
    ) -> Receipt:
        """Export a record with this logon."""
        logon = Logon(user_id.encode() if user_id else None, logon_id.encode(), password.encode(), "AP", "desktop")
        return await self.importer.accept(self.submission(record, logon, host, peer), logon, observed)

    async def attempts(self, zone: str | None = None) -> list[Attempt]:
        """What the store has kept, oldest first."""
        return [*reversed(await self.store.attempts(zone=zone))]

    async def filed(self, zone: str = "xyz") -> list[str]:
        """The zone's records in mnemonic form, newest version of each."""
        return [shown(Record.parse(record.marc)) for record in await self.store.records(zone)]


def said(receipt: Receipt) -> str:
    """A receipt in a line: its outcome, its MMS ID, its reason, as far as it has them."""
    return " ".join(str(part) for part in (receipt.outcome, receipt.mms_id, receipt.reason) if part)


def is_one_line(text: str) -> bool:
    """Whether nothing in it breaks a line or steers a terminal; what a script needs may stand there."""
    return not {*map(category, text)} & {"Cc", "Zl", "Zp"}


def answered(receipt: Receipt) -> str:
    """What the client reads."""
    return Replies().text(receipt)
