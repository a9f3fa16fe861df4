"""What the gateway in a thread logs goes to the standard library's logging, where pytest collects it; and what a
library logs of the fixtures' own questions goes nowhere.

How structlog is configured is the business of whoever is tested: it is neither read nor changed here.
"""

import logging
import threading
from contextvars import ContextVar
from types import TracebackType
from typing import Any, Final

import structlog

SERVING: Final = ContextVar("serving", default=False)
"""Whether this is the gateway's thread, a task of it, or a thread that works for one."""
_ASKERS: Final = ("httpx", "httpcore.connection", "httpcore.http11")
"""Loggers of the library that asks; what they log of others, such as of the one who is tested, stays."""
_TOLD_ELSEWHERE: Final = ("event", "exc_info")
_AS_EVER: Final = structlog.get_logger
_BOUND: Final = structlog.make_filtering_bound_logger(logging.NOTSET)


def lead() -> None:
    """From now on have the loggers that are made where it is `SERVING` log there.

    Every module of the gateway asks `structlog.get_logger` for its loggers when it works, and by that name; for others
    the function does as ever.
    """
    structlog.get_logger = _logger


def leave() -> None:
    """Leave structlog as it was."""
    if structlog.get_logger is _logger:
        structlog.get_logger = _AS_EVER


def _logger(*names: Any, **values: Any) -> Any:  # Any: structlog's own
    if not SERVING.get():
        return _AS_EVER(*names, **values)
    return structlog.wrap_logger(
        logging.getLogger(names[0]),
        processors=[_spelled],
        wrapper_class=_BOUND,
        context_class=dict,
        cache_logger_on_first_use=False,
        **values,
    )


def _spelled(_: object, __: str, event: structlog.typing.EventDict) -> tuple[tuple[str, ...], dict[str, Any]]:
    """What a logger of the standard library is called with."""
    words = [f"{key}={value!r}" for key, value in event.items() if key not in _TOLD_ELSEWHERE]
    return ("%s", " ".join([str(event.get("event", "")), *words])), {"exc_info": event.get("exc_info")}


class Unheard(logging.Filter):
    """A context in which the asking library's lines are dropped, for the thread that is in it alone."""

    def __init__(self) -> None:
        super().__init__()
        self._within = threading.local()
        for name in _ASKERS:
            logging.getLogger(name).addFilter(self)

    def remove(self) -> None:
        """Drop none any more."""
        for name in _ASKERS:
            logging.getLogger(name).removeFilter(self)

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether a line is to be heard."""
        return not getattr(self._within, "now", False)

    def __enter__(self) -> None:
        self._within.now = True

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._within.now = False
