"""Scripted answers and faults: what a script says is done with a connection or a reply, byte by byte, over trio.

Source: `model.scripts`, whose steps are carried out here to the letter.
"""

import math
from collections.abc import Awaitable, Callable, Iterator

import trio

from gateway.frontends.connexion import wire
from gateway.frontends.sockets import Stream
from gateway.importer.scripts import garbage
from gateway.model import ConnectionStep, ReplyStep

Send = Callable[[bytes], Awaitable[None]]
"""Sends bytes on a connection."""


def octets(words: str, step: ReplyStep) -> bytes:
    """The bytes that go out for a reply; none where nothing does, as for an entry of the table that has no text."""
    if step.send == "garbage":
        return garbage(step)
    if step.send == "nothing" or (not words and step.text is None):
        return b""
    whole = wire.reply(words)
    return (whole if step.nul else whole.removesuffix(wire.NUL))[: step.cut]


async def deliver(send: Send, sent: bytes, step: ReplyStep, over: trio.Event) -> None:
    """Send the bytes late, and in pieces, as the step says; at once when the script is over. Raises as `send`."""
    await _linger(step.late_seconds, over)
    for number, piece in enumerate(_pieces(sent, step.piece_bytes)):
        if number:
            await _linger(step.pause_seconds, over)
        await send(piece)


async def part(stream: Stream, step: ReplyStep, seconds: float, over: trio.Event) -> bool:
    """Do what follows the reply; whether the connection goes on. `seconds` is how long one lasts that is not read."""
    match step.then:
        case "wait":
            return True
        case "close":
            await stream.part()
        case "reset":
            stream.reset()
        case "stop_reading":
            await _linger(seconds, over)
    return False


async def meet(stream: Stream, step: ConnectionStep, busy: str, done: trio.Event) -> bool:
    """Do with a connection what a host's script says; whether it is then to be served as ever.

    `done` ends what goes on without an end: the script has been changed, or the gateway stops.
    """
    await _linger(step.late_seconds, done)
    match step.do:
        case "accept" | "refuse":  # who is refused never gets here
            return True
        case "busy":
            await stream.send(wire.reply(busy))
            await stream.part()
        case "close":
            await stream.part()  # what had come would reset a connection that is closed
        case "reset":
            stream.reset()
        case "stop_reading":
            await _linger(math.inf if step.seconds is None else step.seconds, done)
    return False


def _pieces(sent: bytes, size: int | None) -> Iterator[bytes]:
    if sent:
        yield from (sent[at : at + (size or len(sent))] for at in range(0, len(sent), size or len(sent)))


async def _linger(seconds: float, done: trio.Event) -> None:
    if seconds:
        with trio.move_on_after(seconds):
            await done.wait()
