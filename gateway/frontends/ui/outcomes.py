"""How outcomes and severities look: an icon and a class of colour beside their words: no colour says it alone."""

from typing import Final, NamedTuple

from gateway.model import Outcome, Severity


class Look(NamedTuple):
    """What stands beside the words."""

    icon: str
    """Of `templates/_icons.svg`."""
    tone: str
    """Class of `style.css`: `good`, `same`, `warn` or `bad`."""


OUTCOMES: Final[dict[Outcome, Look]] = {
    Outcome.CREATED: Look("plus", "good"),
    Outcome.MERGED: Look("merge", "good"),
    Outcome.UNCHANGED: Look("equals", "same"),
    Outcome.REFUSED: Look("cross", "bad"),
    Outcome.LOGON_FAILED: Look("key", "warn"),
    Outcome.NO_PROFILE: Look("question", "warn"),
    Outcome.MALFORMED: Look("broken", "bad"),
    Outcome.FOREIGN: Look("plug", "warn"),
    Outcome.BUSY: Look("pause", "warn"),
    Outcome.TIMED_OUT: Look("clock", "warn"),
    Outcome.ERROR: Look("alert", "bad"),
}
SEVERITIES: Final[dict[Severity, Look]] = {
    Severity.REFUSE: Look("cross", "bad"),
    Severity.WARN: Look("alert", "warn"),
    Severity.INFO: Look("note", "same"),
}
