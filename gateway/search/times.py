"""Times as people write them, in the time of this computer's clock."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Final

WRITTEN: Final = "2026-11-22, 2026-11-22T14:30, 14:30 (of today), today, yesterday"
"""How a time may be written, for people."""
_DAYS_AGO: Final = {"today": 0, "yesterday": 1}


def moment(text: str, now: datetime) -> datetime:
    """The time that is meant, UTC: a day's beginning, where it is a day. Raises `ValueError`.

    Where no offset from UTC is written, it is a time of this computer's clock, which shows `now`.
    """
    try:
        found = _written(text.lower(), now)
        return found.astimezone(UTC)  # one without an offset is taken for local time
    except (OverflowError, OSError) as error:  # what comes before year 1, or behind what the system's clock can say
        raise ValueError(f"{text} is no time that this computer knows") from error


def _written(text: str, now: datetime) -> datetime:
    today = now.astimezone().date()
    if text in _DAYS_AGO:
        return datetime.combine(today - timedelta(days=_DAYS_AGO[text]), time())
    if ":" in text and "-" not in text.partition(":")[0]:
        return datetime.combine(today, time.fromisoformat(text))
    return datetime.fromisoformat(text.upper()) if ":" in text else datetime.combine(date.fromisoformat(text), time())
