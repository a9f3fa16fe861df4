"""Ports that are chosen before somebody listens there."""

import socket
import sys
from typing import Final

_held: Final[list[socket.socket]] = []


def free_port() -> int:
    """One that nobody else is given as long as this process lives.

    It is held by a socket that does not listen. As both let the address be used again, a server that asks for this very
    port gets it, also a second time. Other systems than Linux do not allow that: there it is one that is free now.
    """
    held = socket.socket()
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, True)
    held.bind(("", 0))
    port = int(held.getsockname()[1])
    if sys.platform == "linux":
        _held.append(held)
    else:
        held.close()
    return port
