"""What is assumed of an answer, in the words that tests hold against; and what such tests share."""

import re
from collections.abc import Mapping

from gateway.importer import report
from gateway.importer.beside import Beside, replaced
from gateway.importer.evidence import assumed
from gateway.importer.known import Known
from gateway.importer.replies import Replies
from gateway.model import Attempt, MergeMethod, Profile, Receipt, Submission
from tests.importer.desk import ACCOUNTS, NOON, PROFILES, Desk
from tests.importer.exports import TIDES
from tests.marc.mnemonic import raw


def known(
    profiles: Mapping[str, Profile] = PROFILES,
    own_methods: Mapping[str, MergeMethod] = {},
    replies: Mapping[str, str] = {},
) -> Known:
    """What the settings say."""
    zones = {account.zone.key: account.zone for account in ACCOUNTS}
    return Known({}, zones, profiles, own_methods, Replies(replies))


async def grounds(desk: Desk, about: Known | None = None) -> list[str]:
    """What is assumed of the latest answer, of a reply its key alone."""
    about = about or known()
    *_, attempt = await desk.attempts()
    beside = Beside(replaced=await replaced(desk.store, attempt))
    found = report.findings(attempt, about)
    return [re.sub("(The reply .*?): .*", r"\1", one.words) for one in assumed(attempt, about, found, beside)]


def attempt(receipt: Receipt) -> Attempt:
    """An attempt that ended so."""
    return Attempt(1, Submission("export-1", NOON, "i-share-xyz", "192.0.2.7", "01CARLI_XYZ", raw(TIDES)), receipt)


def briefer(text: str) -> bytes:
    """The record with Leader/17 3."""
    return raw("=LDR  00000nam\\a22000003i\\4500\n" + "\n".join(line.strip() for line in text.strip().splitlines()))
