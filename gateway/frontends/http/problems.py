"""How an error is told: RFC 9457 problem details to programs, a page to people who look at one.

One table says which error has which status. The words are the error's own.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

import msgspec
import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException
from litestar.exceptions.http_exceptions import RequestEntityTooLarge

from gateway import errors

PROBLEM: Final = "application/problem+json"


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    """What went wrong with a request (RFC 9457)."""

    title: str
    """The status in words."""
    status: int
    """HTTP status."""
    detail: str = ""
    """What was wrong with this request, and what to do."""
    faults: tuple[tuple[str, str], ...] = ()
    """Field and what is wrong with it, where single fields are at fault."""
    type: str = "about:blank"


class Refused(Exception):
    """The request cannot be done; told as it stands."""

    def __init__(self, status: int, detail: str, faults: tuple[tuple[str, str], ...] = ()) -> None:
        super().__init__(detail)
        self.problem = Problem(HTTPStatus(status).phrase, int(status), detail, faults)


def problem(request: Request[Any, Any, Any], error: Exception) -> Problem:  # Any: Litestar's own
    """What to tell of an error; of one that nobody foresaw nothing but that it is logged."""
    if isinstance(error, RequestEntityTooLarge):
        limit = request.route_handler.resolve_request_max_body_size() or 0
        return Problem(HTTPStatus(413).phrase, 413, f"the body is longer than {limit:,} bytes, which is the most here")
    return plain(error)


def plain(error: Exception) -> Problem:
    """The same, whatever the request was."""
    if isinstance(error, Refused):
        return error.problem
    if isinstance(error, HTTPException):
        faults = tuple(_faults(error)) if isinstance(error, ValidationException) else ()
        detail = str(error.detail) if not faults else "the request has faults"
        return Problem(HTTPStatus(error.status_code).phrase, error.status_code, detail, faults)
    if isinstance(error, errors.GatewayError):
        status = next((STATUSES[kind] for kind in type(error).__mro__ if kind in STATUSES), 500)
        return Problem(HTTPStatus(status).phrase, status, str(error), tuple(getattr(error, "faults", ())))
    return Problem("Internal Server Error", 500, "the gateway's own fault; its log tells more")


def _faults(error: ValidationException) -> list[tuple[str, str]]:
    extra = error.extra if isinstance(error.extra, list) else []
    return [(str(one.get("key", "")), str(one.get("message", ""))) for one in extra if isinstance(one, Mapping)]


def told(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:  # Any: Litestar's own
    """The response to a request that failed."""
    what = problem(request, error)
    if what.status >= 500:
        log_of(error, what, request.url.path)
    headers = dict(error.headers or {}) if isinstance(error, HTTPException) else {}
    return Response(msgspec.json.encode(what), status_code=what.status, media_type=PROBLEM, headers=headers)


def log_of(error: Exception, what: Problem, path: str) -> None:
    """Say in the log that a request failed for no fault of its own."""
    log = structlog.get_logger("gateway.http").bind(path=path, status=what.status)
    if isinstance(error, errors.GatewayError):
        log.warning("http.failed", error=what.detail)
    elif not isinstance(error, Refused):
        log.error("http.crashed", error=repr(error), exc_info=error)


STATUSES: Final[dict[type[Exception], int]] = {
    errors.NotFound: 404,
    errors.Unusable: 400,
    errors.Conflict: 409,
    errors.ImportTimedOut: 503,
    errors.OutcomeUnknown: 503,
    errors.Unreachable: 503,
    errors.StoreError: 500,
    errors.SettingsError: 400,
}
"""The nearest class counts; what is not here is an internal error."""
