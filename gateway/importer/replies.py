"""What Connexion is answered: one table with its evidence. [doc] marks words that a vendor or consortium has published.

Source: spec, "Replies". The answer to a failed logon never says which of the two was wrong.
"""

from collections.abc import Sequence
from typing import Final, Literal, NamedTuple

from gateway.marc import rules
from gateway.marc.record import printable
from gateway.model import Outcome, Reason, Receipt, Severity

VERSION: Final = 1
"""Rises when a text or a reason code changes."""

LISTED: Final = 5
"""Most records or numbers that a reply names: more do not help, and a reply is 2,000 bytes at most."""
TITLE_CHARACTERS: Final = 60
"""Most of a title that a reply repeats: enough to know the record by."""

Evidence = Literal["doc", "assumed"]


class Reply(NamedTuple):
    """A text, and how its words are known. What stands in braces is given by `values`."""

    text: str
    evidence: Evidence


_PROCESSED = Reply("The record has been processed successfully.\nMMS ID: {mms_id}", "doc")
_LOGON_FAILED = Reply("Logon Failed--the Logon ID and/or password is/are not valid", "doc")


def _failed(reason: str) -> Reply:
    """Alma's first line [doc] over words of our own [assumed]."""
    return Reply(f"Import Failed\n{reason}", "assumed")


REPLIES: Final[dict[tuple[Outcome, Reason | None], Reply]] = {
    (Outcome.CREATED, None): _PROCESSED,
    (Outcome.MERGED, None): _PROCESSED,
    (Outcome.UNCHANGED, None): _PROCESSED,
    (Outcome.LOGON_FAILED, Reason.NO_LOGON): _LOGON_FAILED,
    (Outcome.LOGON_FAILED, Reason.UNKNOWN_LOGON): _LOGON_FAILED,
    (Outcome.LOGON_FAILED, Reason.WRONG_PASSWORD): _LOGON_FAILED,
    (Outcome.REFUSED, Reason.STRUCTURE): _failed(
        "Not imported: the record arrived damaged{after}: {finding}. "
        "Export again; if it repeats, send this report to your systems librarian."
    ),
    (Outcome.REFUSED, Reason.CHARSET): _failed(
        "Not imported: {finding}. Alma needs UTF-8: Tools > Options > Export > Record Characteristics > UTF-8 Unicode."
    ),
    (Outcome.REFUSED, Reason.REQUIRED): _failed("Not imported: {finding}."),
    (Outcome.REFUSED, Reason.NOT_BIBLIOGRAPHIC): _failed(
        "Not imported: {finding}; this connection takes bibliographic records only."
    ),
    (Outcome.REFUSED, Reason.SEVERAL_MATCHES): _failed(
        "Not imported: OCLC number {number} matches {count} records: {hits}. "
        "Merge them or correct their 035, then export again."
    ),
    (Outcome.REFUSED, Reason.TOO_LONG): _failed("Not imported: {finding}. Shorten the record, then export again."),
    (Outcome.MALFORMED, Reason.MALFORMED): _failed(
        "Not imported: what arrived is no OCLC Gateway Export (byte {offset} cannot be read)."
    ),
    (Outcome.MALFORMED, Reason.INCOMPLETE): _failed("Not imported: {arrived} bytes arrived. Export again."),
    (Outcome.MALFORMED, Reason.MESSAGE_TOO_LONG): _failed(
        "Not imported: the message is longer than a record can be ({offset} bytes arrived without an end)."
    ),
    (Outcome.FOREIGN, Reason.NOT_MARC): _failed(
        "Not imported: the record is XML, Alma needs MARC 21. "
        "Tools > Options > Export > Record Characteristics > MARC 21."
    ),
    (Outcome.FOREIGN, Reason.HTTP): Reply(
        "This is the port for OCLC Gateway Export, not for a browser. Export a record to it from Connexion.", "assumed"
    ),
    (Outcome.FOREIGN, Reason.TLS): Reply("", "assumed"),
    (Outcome.FOREIGN, Reason.TELNET): Reply("", "assumed"),
    (Outcome.BUSY, None): _failed("Not imported: too many connections are open at once. Export again in a moment."),
    (Outcome.TIMED_OUT, Reason.LOGON_SLOW): _failed(
        "Not imported: too many logons are being checked at once. Nothing was changed. Export again in a moment."
    ),
    (Outcome.TIMED_OUT, Reason.STORE_SLOW): _failed(
        "Not imported: the gateway's store did not answer in time. Nothing was changed. Export again."
    ),
    (Outcome.ERROR, Reason.STORE_FAILED): _failed(
        "Not imported: the gateway's store could not write. Nothing was changed. Tell whoever runs the gateway."
    ),
    (Outcome.ERROR, Reason.INTERNAL): _failed(
        "Not imported: the gateway made a mistake of its own. Nothing was changed. Tell whoever runs the gateway."
    ),
}
"""By outcome and reason. An empty text: the connection is closed without one."""

BUSY: Final = REPLIES[Outcome.BUSY, None].text
"""To a connection too many."""
CRASHED: Final = "Import Failed\nThe gateway made a mistake of its own; the outcome is unknown. Export again."
"""To a connection that a mistake of the gateway's own ends, perhaps after its record was filed [assumed]."""


def _listed(words: Sequence[str]) -> str:
    """The first few of a list, and how many more there are."""
    more = len(words) - LISTED
    return ", ".join(words[:LISTED]) + (f" and {more} more" if more > 0 else "")


def _cut(title: str) -> str:
    """A title of a length that people read, on one line."""
    return printable(title if len(title) <= TITLE_CHARACTERS else f"{title[: TITLE_CHARACTERS - 1]}…")


def text(receipt: Receipt) -> str:
    """The reply to an attempt."""
    return REPLIES[receipt.outcome, receipt.reason].text.format_map(values(receipt))


def values(receipt: Receipt) -> dict[str, object]:
    """What may stand in braces in a text about an attempt."""
    refusing = [finding for finding in receipt.findings if finding.severity is Severity.REFUSE]
    first = next(iter(refusing), None)
    facts = receipt.facts
    return {
        "mms_id": receipt.mms_id,
        "finding": rules.words(first) if first else "",
        "after": f" after field {first.field}" if first and first.field else "",
        "number": _listed(facts.matched),
        "count": len(facts.hits),
        "hits": _listed([f"{hit.mms_id} ({_cut(hit.title)})" for hit in facts.hits]),
        "offset": facts.offset,
        "arrived": f"{facts.arrived} of {facts.expected}" if facts.expected else f"only {facts.arrived}",
    }
