"""What can go wrong, by whose fault it is. A library's error becomes one of these in the room it comes from.

Never carries a credential or a whole record: an error's words may be logged and shown.
"""


class GatewayError(Exception):
    """Root of every error the gateway raises on purpose; its text is meant for people."""


class SettingsError(GatewayError):
    """The settings cannot be used. Names the key, where it stands and the fix. The command exits 2."""


class StoreError(GatewayError):
    """The store could not do it; what was asked for has certainly not happened, but where it is `OutcomeUnknown`."""


class StoreInUse(StoreError):
    """Another gateway serves this store."""


class NoStoreYet(StoreError):
    """There is no store there yet; to serve it makes it."""


class Outdated(StoreError):
    """The store has the schema of an older gateway; to serve it brings it up to date."""


class ImportTimedOut(StoreError):
    """No writer had begun, or the writer was stopped before its commit: the import has certainly not happened."""


class OutcomeUnknown(StoreError):
    """The store was lost while it committed, and could not be asked in time: it may have happened, or not."""
