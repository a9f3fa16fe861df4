"""What a failing test carries: what came, how it came over the wire, and which steps of its scripts were used."""

from collections.abc import Iterator
from typing import Final

from gateway.testing.attempt import Attempt, summary
from gateway.testing.zone import Gateway

ATTEMPTS: Final = 20
"""Most attempts that are told of, the last ones."""
TRANSCRIPTS: Final = 3
"""Of how many of them also how they came."""
LINES: Final = 40
"""Most lines of one transcript: an export has some ten."""


def came(gateway: Gateway) -> str:
    """All of it, for people; where the gateway cannot be asked any more, that."""
    try:
        return "\n".join(_told(gateway))
    except Exception as error:  # whatever it is: pytest could not go on
        return f"cannot be told: {error!r}"


def script(gateway: Gateway) -> str:
    """The steps of its scripts; empty where it has none."""
    try:
        return "\n".join(gateway.used())
    except Exception as error:  # the same
        return f"cannot be told: {error!r}"


def left(gateway: Gateway) -> str:
    """Why a test fails whose script was not used up; empty where that is no reason."""
    steps = gateway.left()
    return (
        "\n".join(["the script was not used up: fewer exports or connections came than it has steps for", *steps])
        if steps
        else ""
    )


def assumed(gateway: Gateway) -> str:
    """Why a test fails that may rest on nothing that is only assumed; empty where it does not."""
    lines = [
        f"  {summary(attempt)}: {one.behaviour} (assumed: {one.source})"
        for attempt in gateway.seen()
        for one in attempt.assumed
    ]
    return "\n".join(["its answers rest on what is only assumed of Alma (--documented-only):", *lines]) if lines else ""


def _told(gateway: Gateway) -> Iterator[str]:
    yield f"to {gateway.host}:{gateway.port} as {gateway.logon_id}"
    attempts = gateway.seen()
    if not attempts:
        yield "nothing: no record, and no failed try at sending one"
    if len(attempts) > ATTEMPTS:
        yield f"and {len(attempts) - ATTEMPTS} earlier"
    for attempt in attempts[-ATTEMPTS:]:
        yield from _attempt(attempt)
    for attempt in attempts[-TRANSCRIPTS:]:
        yield ""
        yield f"over the wire, #{attempt.seq} (seconds, direction, what; <- from the client, -> to it)"
        lines = attempt.transcript.split("\n")
        yield from lines[:LINES]
        if len(lines) > LINES:
            yield f"  and {len(lines) - LINES} runs more"


def _attempt(attempt: Attempt) -> Iterator[str]:
    yield summary(attempt)
    yield from (f"  {line}" for line in attempt.diagnosis.split("\n"))
