"""A client's first words, by which one learns whether a server of Z39.50 answers. It searches nothing."""

from typing import Final

import trio

from gateway.frontends.base import CHUNK_BYTES, GONE
from gateway.frontends.z3950 import wire
from gateway.frontends.z3950.apdus import Close, CloseReason, encode
from gateway.frontends.z3950.apdus.init import InitRequest, InitResponse, Option, Version

MESSAGE_OCTETS: Final = 65_536
"""Largest answer that is asked for; none comes."""
INIT: Final = encode(
    InitRequest(
        Version.V2 | Version.V3,
        Option.SEARCH | Option.PRESENT,
        MESSAGE_OCTETS,
        MESSAGE_OCTETS,
        implementation_name="connexion-gateway",
    )
)
NO_SERVER: Final = "something answers there that is no server of Z39.50"


async def why_not_answered(stream: trio.abc.Stream) -> str | None:
    """Send an Init on a new connection; None where it is answered, with whatever, else why not, in words for people.

    One that has no room for a session more answers, too: those who ask may have taken the last themselves.
    """
    connection = wire.Connection("responses")
    try:
        await stream.send_all(INIT)
        while (event := connection.next_event()) is None:
            connection.receive(await stream.receive_some(CHUNK_BYTES))
    except wire.ProtocolError:
        return NO_SERVER
    except GONE:
        return "closed without an answer"
    match event:
        case InitResponse() | Close(reason=CloseReason.RESOURCES):
            return None
        case Close():
            return f"it turns clients away: {event.diagnostic or event.reason.name.lower()}"
        case wire.Closed():
            return "closed without an answer"
        case _:
            return NO_SERVER
