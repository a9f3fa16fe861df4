"""Errors for people who look at a page; programs are told as everywhere (`http.problems`)."""

from typing import Any, Final

from litestar import Response
from litestar.exceptions import HTTPException

from gateway.frontends.http.guard import API
from gateway.frontends.http.problems import problem, told
from gateway.frontends.ui.render import PageRequest, page

HEADINGS: Final = {
    400: "That cannot be done so",
    401: "Sign in first",
    403: "That is not allowed",
    404: "Not there",
    409: "That does not go with what is there",
    413: "Too much at once",
    429: "Too many tries",
    500: "The gateway's own fault",
    503: "Not just now",
}
"""What a page of an error is called, by its HTTP status."""


def shown(request: PageRequest, error: Exception) -> Response[Any]:  # Any: Litestar's own
    """A page for who asks for one, else problem details."""
    plain = told(request, error)
    if "text/html" not in request.headers.get("accept", "") or request.url.path.startswith(API):
        return plain
    what = problem(request, error)
    heading = HEADINGS.get(what.status, what.title)
    response = page(request, "fault.html", status=what.status, heading=heading, what=what)
    response.headers.update(error.headers or {} if isinstance(error, HTTPException) else {})
    return response
