"""Links to further pages of a listing."""

from typing import Any
from urllib.parse import urlencode

from litestar import Request


def following(request: Request[Any, Any, Any], name: str, value: object) -> str | None:  # Any: Litestar's own
    """Path and query of the same request with this place as parameter; None where there is no further page."""
    if value is None:
        return None
    asked = [(key, one) for key, one in request.query_params.multi_items() if key != name]
    return f"{request.url.path}?{urlencode([*asked, (name, value)])}"
