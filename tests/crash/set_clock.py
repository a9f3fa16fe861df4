"""The command `gateway` with a clock that is set as a file says, for one that is set while the gateway serves.

python -m tests.crash.set_clock …

The file, which the environment variable `CLOCK_AHEAD` names, holds the seconds that the clock is ahead. Only the clock
that tells the time of day is set; those that tell how long something takes are not.
"""

import datetime
import os
import pkgutil
import sys
import time
from importlib import import_module
from pathlib import Path
from typing import Final

import gateway

AHEAD: Final = "CLOCK_AHEAD"
"""Environment variable: the file."""
_time_ns = time.time_ns


def _now_ns() -> int:
    return _time_ns() + int(Path(os.environ[AHEAD]).read_text()) * 1_000_000_000


class _Datetime(datetime.datetime):
    """The class of the library but for the time."""

    @classmethod
    def now(cls, tz: datetime.tzinfo | None = None) -> datetime.datetime:  # type: ignore[override]
        """By the clock as it is set."""
        return datetime.datetime.fromtimestamp(_now_ns() / 1_000_000_000, tz)


def set_clock() -> None:
    """Give it to every module of the gateway."""
    time.time_ns = _now_ns
    for found in pkgutil.walk_packages(gateway.__path__, "gateway."):
        if not found.name.endswith("__main__"):
            import_module(found.name)
    for name, module in list(sys.modules.items()):
        if name.startswith("gateway.") and getattr(module, "datetime", None) is datetime.datetime:
            module.datetime = _Datetime  # type: ignore[attr-defined]


if __name__ == "__main__":
    set_clock()
    from gateway.cli import main

    main()
