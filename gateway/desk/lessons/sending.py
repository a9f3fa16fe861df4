"""A lesson's export without a client: its record goes to the importer as if Connexion had sent it from here."""

import secrets
from datetime import datetime
from typing import Final, NamedTuple

from gateway.desk.lessons.lesson import Lesson, export_bytes
from gateway.desk.lessons.scene import target
from gateway.importer.accept import Importer
from gateway.model import Facts, Logon, Receipt, Submission, Zone, new_submission_id

PEER: Final = "127.0.0.1"
"""Where an export has its client's address."""
BY_PAGE: Final = Facts(exported_by="page")


class Exported(NamedTuple):
    """What was exported, and what became of it."""

    submission: Submission
    receipt: Receipt


async def export_for_me(importer: Importer, zone: Zone, lesson: Lesson, *, now: datetime) -> Exported:
    """Export the lesson's record in place of a client; the attempt is kept, and says so.

    No logon is needed, for the page knows the zone; only where the lesson is about a wrong one, one is tried. Takes as
    long as an export (`Importer.accept`). Raises `Conflict` where the zone has no network zone to export to.
    """
    there = target(lesson, zone, importer.profiles)
    submission = Submission(new_submission_id(), now, there.host, PEER, there.code, export_bytes(lesson))
    if lesson.export.logon == "right":
        return Exported(submission, await importer.accept_for(there, submission, BY_PAGE))
    wrong = Logon(None, there.code.encode(), secrets.token_hex().encode(), "AP", "desktop")
    return Exported(submission, await importer.accept(submission, wrong, BY_PAGE))
