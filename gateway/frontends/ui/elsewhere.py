"""Paths that are no page."""

from litestar import get
from litestar.exceptions import NotFoundException

from gateway.frontends.ui.parameters import Segment
from gateway.frontends.ui.render import PageRequest


@get("/{anything:path}")
async def elsewhere(request: PageRequest, anything: Segment) -> None:
    """Say so, in the way of all pages."""
    raise NotFoundException(f"there is no page {request.url.path}")


handlers = (elsewhere,)
