"""What a form of this page sends: read within bounds, and believed only with the mark that the form was given."""

from contextlib import aclosing
from http import HTTPStatus
from typing import Final
from urllib.parse import parse_qsl

from litestar.exceptions import ClientException, SerializationException

from gateway.frontends.http.given import given
from gateway.frontends.http.guard import session_of
from gateway.frontends.http.problems import Refused
from gateway.frontends.ui.render import PageRequest

CSRF_FIELD: Final = "csrf"
"""Name of the field that every form has; `templates/_macros.html` puts it there."""
FORM_BYTES: Final = 64 * 1024
"""Longest form without a file: a field of a record has 9,999 bytes, thrice that when it is percent-encoded."""
FIELDS: Final = 100
"""Most fields of a form; the largest has a dozen."""
URLENCODED: Final = "application/x-www-form-urlencoded"
STALE: Final = (
    "This form was not given to this browser by this gateway, or before the gateway was last started. Go back, load "
    "the page anew and try again; if it happens again, allow cookies for this address."
)


async def fields(request: PageRequest) -> dict[str, str]:
    """The fields of a form without files; of several of one name the last. Raises `Refused`."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != URLENCODED:
        raise Refused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"a form is sent as {URLENCODED}")
    try:
        pairs = parse_qsl(
            (await _body(request)).decode(),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=FIELDS,
        )
    except ValueError:
        raise Refused(
            HTTPStatus.BAD_REQUEST, "the form cannot be read: it is to be UTF-8 and percent-encoded"
        ) from None
    found = dict(pairs)
    check(request, found.pop(CSRF_FIELD, ""))
    return found


def check(request: PageRequest, shown: str) -> None:
    """Raise `Refused` unless this is what the forms of this browser's pages hold."""
    if not given(request.scope).sessions.is_csrf(session_of(request.scope), shown):
        raise Refused(HTTPStatus.FORBIDDEN, STALE)


async def _body(request: PageRequest) -> bytes:
    """All of it, as long as it is not too long."""
    body = b""
    try:
        async with aclosing(request.stream()) as chunks:
            async for chunk in chunks:
                body += chunk
                if len(body) > FORM_BYTES:
                    raise Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"a form has at most {FORM_BYTES:,} bytes")
    except (ClientException, SerializationException):
        raise Refused(HTTPStatus.BAD_REQUEST, "the form did not come whole") from None
    return body
