"""What workers log, to the supervisor's standard error: line by line, so that no line is torn by another worker's."""

from contextlib import suppress
from typing import BinaryIO, Final

import trio

GATHER_SECONDS: Final = 0.01
"""Between two looks at what a worker has logged: a pipe holds what some hundred exports say."""
LINE_BYTES: Final = 1_000_000
"""Longest line that is kept together; a traceback has some thousands."""


async def relay(logged: trio.abc.ReceiveStream, out: BinaryIO) -> None:
    """Write to `out` whatever lines come, until there are no more. Where nobody reads them they are lost."""
    rest = b""
    async for chunk in logged:
        pending = rest + chunk
        lines, end, rest = pending.rpartition(b"\n")
        if len(rest) > LINE_BYTES:
            lines, end, rest = pending, b"\n", b""
        _write(out, lines + end)
        await trio.sleep(GATHER_SECONDS)
    if rest:
        _write(out, rest + b"\n")


def _write(out: BinaryIO, lines: bytes) -> None:
    with suppress(OSError, ValueError):
        out.write(lines)
        out.flush()
