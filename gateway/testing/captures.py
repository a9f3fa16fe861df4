"""What `gateway capture` has recorded, in a test: read it, send its messages to a server, hear what the gateway reads.

    [session, *_] = captures.read(Path("alma.jsonl"))
    for message in session.messages:
        for seconds, some in captures.pieces(message, connexion_gateway.logon):
            connection.sendall(some)

No file has a credential; the messages are composed with the logon that is given: the fixture's, or a `Logon` of your
own.
"""

from gateway.frontends.connexion.captures import Message, Reply, Session, read
from gateway.frontends.connexion.vectors import feed, pieces
from gateway.model import Logon

__all__ = ["Logon", "Message", "Reply", "Session", "feed", "pieces", "read"]
