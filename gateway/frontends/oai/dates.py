"""Datestamps: seconds since 1970, UTC, as the store has them, and the text that the protocol has for them."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final

from gateway.frontends.oai.wire import Code, Refused

GRANULARITY: Final = "YYYY-MM-DDThh:mm:ssZ"
STAMPS_KEPT: Final = 4_096
"""Datestamps whose text is remembered, some 1 MB: records are published a hundred in the same second."""
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_DAY: Final = len("2026-11-22")


@lru_cache(maxsize=STAMPS_KEPT)
def written(at: int) -> str:
    """The text."""
    return f"{_EPOCH + timedelta(seconds=at):%Y-%m-%dT%H:%M:%SZ}"


def first(text: str) -> int | None:
    """The first second that is meant by a date of the right form; None for an empty one. Raises `Refused`."""
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text).replace(tzinfo=UTC)
    except ValueError as error:
        raise Refused(Code.BAD_ARGUMENT, f"there is no {text}") from error
    return int((moment - _EPOCH).total_seconds())


def last(text: str) -> int | None:
    """The last second that is meant: of a day its end. Raises `Refused`."""
    at = first(text)
    return at + 24 * 3600 - 1 if at is not None and len(text) == _DAY else at
