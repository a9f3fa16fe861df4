"""The settings in force with their places, and what Connexion is answered."""

from typing import Final, NamedTuple

from litestar import Response, get

from gateway.desk.desk import Desk
from gateway.frontends.ui.parameters import TheDesk
from gateway.frontends.ui.render import PageRequest, page
from gateway.importer import report
from gateway.importer.replies import REPLIES, key
from gateway.model import Evidence, Outcome

WHOSE: Final[dict[Evidence, str]] = {
    "doc": "published by a vendor or consortium",
    "seen": "seen in public code or records",
    "assumed": "ours",
}
YOURS: Final = "yours: of the settings"


class Setting(NamedTuple):
    """A setting as it is shown."""

    key: str
    words: str
    origin: str


class Reply(NamedTuple):
    """What is answered where an attempt ends so."""

    outcome: Outcome
    words: str
    """Outcome and reason."""
    key: str
    """How the settings name it."""
    text: str
    """Empty: none is sent."""
    evidence: str
    """Whose words they are."""


@get("/settings")
async def settings(request: PageRequest, desk: TheDesk) -> Response[str]:
    """Both tables."""
    return page(
        request,
        "settings.html",
        settings=[Setting(one.key, _words(one.value), one.origin) for one in desk.settings],
        replies=_replies(desk),
    )


def _replies(desk: Desk) -> list[Reply]:
    in_force = desk.known().replies
    shown = []
    for end, reply in REPLIES.items():
        outcome, reason = end
        words = report.end_words(outcome, reason)
        text = in_force.unfilled(end)
        evidence = WHOSE[reply.evidence] if text == reply.text else YOURS
        shown.append(Reply(outcome, words, key(end), text, evidence))
    return shown


def _words(value: str | bool | int | float | tuple[str | int, ...]) -> str:
    """A value as the settings have it, without quotes."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)


handlers = (settings,)
