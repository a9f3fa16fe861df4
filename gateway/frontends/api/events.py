"""What arrives, as it arrives: server-sent events."""

from collections.abc import Sequence

import msgspec
from litestar import get
from litestar.response import Stream

from gateway.desk.watching import Arrival
from gateway.frontends.api import asked
from gateway.frontends.api.parameters import AnyRequest, InZone, Since, TheDesk, TheStreams
from gateway.frontends.http import events


@get("/events", operation_id="followEvents", tags=["submissions"], media_type="text/event-stream")
async def follow(
    request: AnyRequest, desk: TheDesk, streams: TheStreams, zone: InZone = None, since: Since = None
) -> Stream:
    """Follow what arrives, as server-sent events: each is a line of `listSubmissions`, its `id` a cursor.

    Who comes back with that cursor, as browsers do by the header `Last-Event-ID`, is told of all that came meanwhile,
    each once. Without one it begins now.
    """
    return streams.stream(request, _written, zone=await asked.attempts_zone(desk, zone))


def _written(arrivals: Sequence[Arrival]) -> bytes:
    return b"".join([_event(one) for one in arrivals])


def _event(arrival: Arrival) -> bytes:
    return events.event(msgspec.json.encode(arrival.line).decode(), id_=arrival.cursor)
