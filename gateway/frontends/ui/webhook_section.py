"""The part of a zone's page on its webhooks."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from gateway.desk import webhooks
from gateway.desk.desk import Desk
from gateway.desk.webhooks import OUTCOMES, UNSIGNED, State, Tried, WebhookMade, WebhookShown
from gateway.model import Outcome

CHOICES: Final = (
    *(Outcome.CREATED, Outcome.MERGED, Outcome.UNCHANGED, Outcome.REFUSED),
    *(Outcome.LOGON_FAILED, Outcome.NO_PROFILE, Outcome.ERROR),
)
"""Outcomes that the form offers: the others hardly ever reach a zone. The API takes them too."""
LABELS: Final = {"url": "Address", "key": "Name", "outcomes": "Outcomes"}
"""Of the form's fields, by the names that `desk.webhooks` gives to what is wrong."""


class StateLook(NamedTuple):
    """How the state of a webhook looks."""

    icon: str
    """Of `templates/_icons.svg`."""
    tone: str
    """Class of `style.css`."""
    words: str


STATES: Final[dict[State, StateLook]] = {
    "waiting": StateLook("equals", "same", "waits for exports"),
    "delivering": StateLook("merge", "good", "delivers"),
    "failing": StateLook("alert", "bad", "failing"),
    "stopped": StateLook("cross", "warn", "stopped"),
    "unsigned": StateLook("key", "warn", "sends nothing"),
}


class Filled(NamedTuple):
    """What stands in the form for a new one."""

    url: str = ""
    key: str = ""
    outcomes: tuple[Outcome, ...] = OUTCOMES
    """Those that are ticked."""


class Happened(NamedTuple):
    """What has just been done with webhooks."""

    made: WebhookMade | None = None
    """Its secret is to be shown this once."""
    tried: Tried | None = None
    tried_key: str = ""
    filled: Filled = Filled()
    wrong: Mapping[str, str] = {}
    """What is wrong in which field, where none could be made."""


NOTHING: Final = Happened()


class Section(NamedTuple):
    """All that the template shows."""

    listed: tuple[WebhookShown, ...]
    signed: bool
    unsigned: str
    """Why none can be made where nothing can be signed."""
    happened: Happened
    states: Mapping[State, StateLook] = STATES
    choices: tuple[Outcome, ...] = CHOICES
    labels: Mapping[str, str] = LABELS


async def section(desk: Desk, zone: str, happened: Happened) -> Section:
    """The webhooks of a zone. Raises `NotFound`, `StoreError`."""
    return Section(await webhooks.listed(desk, zone), desk.deliverer.signs, UNSIGNED, happened)
