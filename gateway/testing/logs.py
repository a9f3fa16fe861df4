"""What the gateway logs goes to the standard library's logging, where pytest collects it, and not to standard output.

Only where structlog is not configured by whoever is tested: then their configuration is for the gateway too. Loggers of
others do as they would without this.
"""

import logging
from typing import Any, Final

import structlog

NAMES: Final = "gateway."
"""How the names of the gateway's loggers begin."""
_TOLD_ELSEWHERE: Final = ("event", "exc_info", "level")


class _Lines:
    """One of the gateway's loggers."""

    def __init__(self, name: str) -> None:
        self.log: Final = logging.getLogger(name)


class _Factory:
    """Makes the gateway's loggers, and has others made as ever."""

    def __init__(self, others: Any) -> None:  # Any: structlog wraps what a factory makes
        self._others = others

    def __call__(self, *names: Any) -> Any:
        ours = bool(names) and isinstance(names[0], str) and names[0].startswith(NAMES)
        return _Lines(names[0]) if ours else self._others(*names)


def _to_logging(logger: Any, method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """Of the gateway's lines nothing is left for those who come after."""
    if not isinstance(logger, _Lines):
        return event
    words = [f"{key}={value!r}" for key, value in event.items() if key not in _TOLD_ELSEWHERE]
    level = logging.getLevelNamesMapping().get(method.upper(), logging.ERROR)
    logger.log.log(level, "%s", " ".join([str(event.get("event", "")), *words]), exc_info=event.get("exc_info"))
    raise structlog.DropEvent


def lead() -> None:
    """Lead the gateway's lines there, unless structlog is configured."""
    if structlog.is_configured():
        return
    as_ever = structlog.get_config()
    structlog.configure(
        processors=[_to_logging, *as_ever["processors"]],
        logger_factory=_Factory(as_ever["logger_factory"]),
        cache_logger_on_first_use=False,
    )


def leave() -> None:
    """Leave structlog as it was."""
    if isinstance(structlog.get_config()["logger_factory"], _Factory):
        structlog.reset_defaults()
