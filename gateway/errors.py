"""What can go wrong, by whose fault it is. A library's error becomes one of these in the room it comes from.

Never carries a credential or a whole record: an error's words may be logged and shown.
"""

from collections.abc import Callable, Sequence


class GatewayError(Exception):
    """Root of every error the gateway raises on purpose; its text is meant for people."""


class SettingsError(GatewayError):
    """The settings cannot be used. Names the key, where it stands and the fix. The command exits 2."""


class StoreError(GatewayError):
    """The store could not do it; what was asked for has certainly not happened, but where it is `OutcomeUnknown`."""


class Unreachable(StoreError):
    """The server that has the store does not answer now, as while it is restarted."""


class Unreadable(StoreError):
    """The store is there, and something that it holds cannot be read."""


class StoreInUse(StoreError):
    """Another gateway serves this store."""


class NoStoreYet(StoreError):
    """There is no store there yet; to serve it makes it."""


class Outdated(StoreError):
    """The store has the schema of an older gateway; to serve it brings it up to date."""


class ImportTimedOut(StoreError):
    """No writer had begun, or the writer was stopped before its commit: the import has certainly not happened."""


class OutcomeUnknown(StoreError):
    """It may have happened, or not: the store was lost, or said nothing in time, while it committed, and could not be
    asked; or the disk did not say whether it has what was committed; or the gateway was stopped before it was known.
    """


class NotFound(GatewayError):
    """What was asked about is not there; says what, so that people see what they mistyped. HTTP: 404."""


class Unusable(GatewayError):
    """What was given cannot be used; says what is wrong with it and how it is written. HTTP: 400."""


class Unfit(Unusable):
    """Single fields of what was given cannot be used: each is named, with what is wrong with it."""

    def __init__(self, faults: Sequence[tuple[str, str]]) -> None:
        """`faults`: field, and words that go on from its name; at least one."""
        super().__init__("\n".join(f"{field}: {words}" for field, words in faults))
        self.faults = tuple([(field, words) for field, words in faults])


class BadQuery(Unusable):
    """A search has a word that means nothing; names it, and what may have been meant."""


class Conflict(GatewayError):
    """What was asked for does not go with what is there, as a number that several zones know; says why. HTTP: 409."""


def failing(work: Callable[[], object]) -> BaseException | None:
    """Do the work; the `GatewayError` that ended it, if one did. Any other error is raised.

    Tasks that run beside each other wrap what they raise in groups: it is taken out of these, of several the first.
    """
    failure: BaseException | None = None
    try:
        work()
    except* GatewayError as errors:
        failure = errors
    while isinstance(failure, BaseExceptionGroup):
        failure = failure.exceptions[0]
    return failure
