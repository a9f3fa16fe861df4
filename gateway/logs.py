"""Logging: structlog to standard error, JSON lines or colours; what libraries log goes the same way.

A record and its numbers may be logged, a credential never: passwords are cut even out of tracebacks.
"""

import logging
import sys
from collections.abc import Callable, Iterable, MutableMapping
from contextlib import suppress
from typing import Any, BinaryIO, Final, TextIO

import msgspec
import structlog

MASK: Final = "********"
_LEVELS: Final = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}
_FREE_TEXT: Final = ("exception", "error", "event")
"""Where words of others stand, such as a traceback; every other value is chosen by the gateway."""

Event = MutableMapping[str, Any]  # structlog's own type


def configure(
    *,
    level: str = "info",
    form: str = "auto",
    secrets: Iterable[str] = (),
    stream: TextIO | None = None,
    terminal: bool | None = None,
    worker: int = 0,
) -> None:
    """Set up logging for the process. `form` is `json`, `console`, or `auto`: console on a terminal.

    `terminal` says whether it is one where `stream` cannot know, as a pipe to another process. A `worker` that has a
    number names it in every line.
    """
    stream = stream or sys.stderr
    terminal = stream.isatty() if terminal is None else terminal
    console = form == "console" or (form == "auto" and terminal)
    structlog.configure(
        processors=[
            *([_naming(worker)] if worker else []),
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            redact(secrets),
            structlog.dev.ConsoleRenderer(colors=terminal) if console else _to_json_line,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(_LEVELS[level]),
        logger_factory=_factory(stream, console=console),
        cache_logger_on_first_use=False,
    )
    logging.captureWarnings(capture=True)
    logging.basicConfig(handlers=[_Libraries()], level=logging.WARNING, force=True)


def _naming(worker: int) -> Callable[[object, str, Event], Event]:
    def processor(_: object, __: str, event: Event) -> Event:
        event["worker"] = worker
        return event

    return processor


def redact(secrets: Iterable[str]) -> Callable[[object, str, Event], Event]:
    """A processor that cuts these out of words that are not the gateway's own."""
    known = sorted({secret for secret in secrets if secret}, key=len, reverse=True)

    def processor(_: object, __: str, event: Event) -> Event:
        for key in _FREE_TEXT:
            text = event.get(key)
            if isinstance(text, str):
                for secret in known:
                    text = text.replace(secret, MASK)
                event[key] = text
        return event

    return processor


def _to_json_line(_: object, __: str, event: Event) -> bytes:
    return msgspec.json.encode(event, enc_hook=repr)


class _Steadfast:
    """A stream that nobody may read any more: what cannot be written is lost, and nothing else is disturbed."""

    def __init__(self, stream: Any) -> None:  # Any: text or bytes
        self._stream = stream

    def write(self, text: Any) -> None:
        with suppress(OSError, ValueError):
            self._stream.write(text)

    def flush(self) -> None:
        with suppress(OSError, ValueError):
            self._stream.flush()


def _factory(stream: TextIO, *, console: bool) -> Callable[..., Any]:  # Any: structlog wraps what it makes
    if console:
        return structlog.WriteLoggerFactory(_Steadfast(stream))  # type: ignore[arg-type]  # write and flush suffice
    binary: BinaryIO = stream.buffer
    return structlog.BytesLoggerFactory(_Steadfast(binary))  # type: ignore[arg-type]


class _Libraries(logging.Handler):
    """What libraries log through the standard library, in the same form."""

    def emit(self, record: logging.LogRecord) -> None:
        structlog.get_logger("gateway.logs").log(
            record.levelno, "library", library=record.name, error=record.getMessage(), exc_info=record.exc_info
        )
