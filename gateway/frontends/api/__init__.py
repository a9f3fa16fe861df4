"""The API: what programs ask of a gateway, and change in it, over HTTP. Its description: `/api/v1/openapi.json`."""

from litestar import Router
from litestar.exceptions import ValidationException

from gateway.frontends.api.description import described
from gateway.frontends.api.operations import OPERATIONS
from gateway.frontends.api.places import ROOT
from gateway.frontends.api.strict import BODY_BYTES, known_parameters, sound_body, told


def router() -> Router:
    """All of it, at `/api/v1`."""
    return Router(
        ROOT,
        route_handlers=[described, *OPERATIONS],
        guards=[known_parameters, sound_body],
        request_max_body_size=BODY_BYTES,
        exception_handlers={ValidationException: told},
    )
