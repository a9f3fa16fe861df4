"""What a request finds of the gateway that it came to: one application serves all gateways of a process."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from prometheus_client import CollectorRegistry

from gateway.desk.desk import Desk
from gateway.frontends.http.events import Streams
from gateway.frontends.http.sessions import Sessions

KEY: Final = "gateway.given"
"""Under which a request's scope holds it."""


class Given(NamedTuple):
    """What one gateway has of its own."""

    desk: Desk
    streams: Streams
    sessions: Sessions
    metrics: CollectorRegistry


def given(scope: Mapping[str, Any]) -> Given:  # Any: what ASGI gives
    """Of the gateway that a request came to."""
    found: Given = scope[KEY]
    return found
