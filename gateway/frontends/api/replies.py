"""What Connexion is answered, and how the words are known."""

from typing import Literal

from litestar import get
from msgspec import Struct

from gateway.frontends.api.parameters import TheDesk
from gateway.importer.replies import REPLIES, VERSION, key
from gateway.model import Evidence, Outcome, Reason


class ReplyShown(Struct, frozen=True):
    """A text that is answered."""

    outcome: Outcome
    reason: Reason | None
    key: str
    """How the settings name it, under `[replies]`."""
    text: str
    """In force; what stands in braces is filled in. Empty: the connection is closed without one."""
    evidence: Evidence | Literal["settings"]
    """`doc`: a vendor or consortium has published the words; `assumed`: they are ours; `settings`: they are yours."""


class ReplyList(Struct, frozen=True):
    """All texts."""

    version: int
    """Rises when a reason, a key, a text, or words with which texts are filled in, change; not with a text of yours."""
    replies: tuple[ReplyShown, ...]


@get("/replies", operation_id="listReplies", tags=["replies"])
async def list_replies(desk: TheDesk) -> ReplyList:
    """List what Connexion is answered, by outcome and reason, with the evidence for the words."""
    in_force = desk.known().replies
    shown = []
    for end, reply in REPLIES.items():
        text = in_force.unfilled(end)
        evidence = reply.evidence if text == reply.text else "settings"
        shown.append(ReplyShown(*end, key(end), text, evidence))
    return ReplyList(VERSION, tuple(shown))
