"""A zone of the built-in settings, and stores that hold titles of the benchmark in it."""

from benchmarks.load import LOGON_ID
from benchmarks.mould import Mould
from benchmarks.servers import ZONE as KEY
from gateway.config import load
from gateway.importer.profile import Prepared
from gateway.rulebook import rulebook
from gateway.stores.base import Store

PATIENCE = 20.0
"""Seconds that a transaction of a test may take: far more than it does."""
SETTINGS = load()
ZONE = SETTINGS.model_zones()[KEY]


def profile() -> Prepared:
    """The zone's."""
    found = rulebook(SETTINGS).profiles.of(ZONE)
    assert isinstance(found, Prepared)
    return found


PROFILE = profile()


def mould() -> Mould:
    """Of that zone."""
    return Mould(ZONE, PROFILE, logon_id=LOGON_ID)


async def fill(store: Store, titles: range) -> None:
    """Keep the titles that come so many-th."""
    await store.transact(ZONE.key, mould().filling(titles), seconds=PATIENCE)
