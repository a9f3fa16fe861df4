"""The bare trio loop that the gateway is measured against: reads a message, answers, waits for the client to close.

Reads only what this benchmark's generator sends: a logon prefix of known length, a record that states its length, NUL.
Looks nothing up and keeps nothing, so its rate is the most that a trio server on this machine could reach.
"""

from functools import partial

import click
import trio

from benchmarks.load import LOGON_ID, PASSWORD, logon

REPLY = b"The record has been processed successfully.\nMMS ID: 991000000000105867\0"
RECORD_LENGTH_DIGITS = 5


async def answer(stream: trio.SocketStream, prefix: int) -> None:
    """Serve one connection until its client closes it."""
    received = bytearray()
    try:
        async for chunk in stream:
            received += chunk
            while end := message_end(received, prefix):
                del received[:end]
                await stream.send_all(REPLY)
    except trio.BrokenResourceError:
        return


def message_end(received: bytearray, prefix: int) -> int:
    """Bytes of the first message in `received`, with its NUL; 0 while it is incomplete."""
    stated = received[prefix : prefix + RECORD_LENGTH_DIGITS]
    if len(stated) < RECORD_LENGTH_DIGITS:
        return 0
    end = prefix + int(stated) + 1
    return end if len(received) >= end else 0


async def serve(prefix: int) -> None:
    """Listen on a free port of 127.0.0.1, print it, serve."""
    listeners = await trio.open_tcp_listeners(0, host="127.0.0.1")
    click.echo(listeners[0].socket.getsockname()[1])
    await trio.serve_listeners(partial(answer, prefix=prefix), listeners)


@click.command()
@click.option("--prefix", type=click.IntRange(0), default=len(logon(LOGON_ID, PASSWORD)), show_default=True)
def main(prefix: int) -> None:
    """Answer every export; PREFIX is the length of the logon items in bytes."""
    trio.run(serve, prefix)


if __name__ == "__main__":
    main()
