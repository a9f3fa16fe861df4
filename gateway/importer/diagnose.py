"""Why an attempt ended as it did, in plain words, and which entry of Connexion's menus to change.

Derived from what the attempt left, when somebody reads it. For the operator: a client is never told as much.
"""

from typing import Final, NamedTuple

from gateway.importer import replies
from gateway.model import Diagnosis, Outcome, Reason, Receipt, Submission

DESTINATION: Final = "Tools > Options > Export > your destination"
CHARACTERISTICS: Final = "Tools > Options > Export > Record Characteristics"


class Words(NamedTuple):
    """What to say and what to change; what stands in braces is given by `_values`."""

    says: str
    fix: str


LOGON_HINTS: Final[dict[str, Words]] = {
    "case": Words(
        "Logon ID {logon_id} differs from {points_to} only in capitals.", f"Retype it at {DESTINATION} > Logon ID."
    ),
    "case_and_white_space": Words(
        "Logon ID '{logon_id}' differs from {points_to} only in capitals and spaces.",
        f"Retype it at {DESTINATION} > Logon ID.",
    ),
    "white_space": Words(
        "Logon ID '{logon_id}' differs from {points_to} only by spaces.", f"Retype it at {DESTINATION} > Logon ID."
    ),
    "other_host": Words(
        "Logon ID {logon_id} belongs to the host {points_to}, not to {host}.",
        f"Correct Host Name, or Logon ID, at {DESTINATION}: they must correspond to each other.",
    ),
    "swapped": Words(
        "The logon ID stands where the password should.", f"Exchange Logon ID and Password at {DESTINATION}."
    ),
    "user_id_sent": Words(
        "A user ID was sent instead of the logon ID.",
        f"At {DESTINATION} turn Send Local System Login ID and Password on and Send User ID off.",
    ),
    "no_password": Words("The logon ID is right, but no password was sent.", f"Type it at {DESTINATION} > Password."),
    "password_case": Words(
        "The password differs from the right one only in capitals.", f"Retype it at {DESTINATION} > Password."
    ),
    "password_white_space": Words(
        "The password differs from the right one only by spaces.", f"Retype it at {DESTINATION} > Password."
    ),
    "other_password": Words(
        "The password is that of {points_to}, not of {logon_id}.", f"Retype it at {DESTINATION} > Password."
    ),
}
"""By the near miss that `importer.logon` found."""

REASONS: Final[dict[Reason, Words]] = {
    Reason.NO_LOGON: Words(
        "No logon ID was sent.", f"Turn Send Local System Login ID and Password on at {DESTINATION}."
    ),
    Reason.UNKNOWN_LOGON: Words(
        "No zone of the host {host} has the logon ID {logon_id}.",
        f"Compare Host Name and Logon ID at {DESTINATION} with your library's instructions.",
    ),
    Reason.WRONG_PASSWORD: Words(
        "The logon ID is right, the password is not.", f"Retype it at {DESTINATION} > Password."
    ),
    Reason.CHARSET: Words(
        "Alma cannot read the characters: {finding}.",
        f"Choose UTF-8 Unicode at {CHARACTERISTICS}, for both kinds of records.",
    ),
    Reason.STRUCTURE: Words(
        "The record arrived damaged{after}: {finding}.",
        "Export it again; if it repeats, send this report to your systems librarian.",
    ),
    Reason.REQUIRED: Words("Alma does not take it as it is: {finding}.", "Correct the record in Connexion."),
    Reason.NOT_BIBLIOGRAPHIC: Words(
        "Alma does not take it here: {finding}.", "Export bibliographic records only to this destination."
    ),
    Reason.SEVERAL_MATCHES: Words(
        "OCLC number {number} matches {count} records: {hits}.",
        "Merge them, or correct their 035, then export again.",
    ),
    Reason.TOO_LONG: Words("The record is too long: {finding}.", "Shorten it in Connexion."),
    Reason.INCOMPLETE: Words(
        "The transfer stopped in the middle: {arrived} bytes arrived.",
        "Export again; if it repeats, a firewall may cut long transfers, or the record states a wrong length.",
    ),
    Reason.MALFORMED: Words(
        "What arrived is not what OCLC Gateway Export sends.",
        "Create the destination anew at Tools > Options > Export > Create > OCLC Gateway Export.",
    ),
    Reason.MESSAGE_TOO_LONG: Words(
        "More arrived than a record can hold, without an end.",
        "Create the destination anew at Tools > Options > Export > Create > OCLC Gateway Export.",
    ),
    Reason.NOT_MARC: Words("The record is XML (Dublin Core or MARCXML).", f"Choose MARC 21 at {CHARACTERISTICS}."),
    Reason.HTTP: Words(
        "A browser or a health check asked for {first_bytes}.",
        "This port is for Connexion; nothing needs to change there.",
    ),
    Reason.TLS: Words(
        "The client tried an encrypted connection (TLS).",
        "Gateway Export is not encrypted: turn TLS off in the client.",
    ),
    Reason.TELNET: Words(
        "The client opened with Telnet negotiation and then sent no record.",
        "The destination is plain TCP/IP with Telnet on. Create another: Tools > Options > Export > Create > "
        "OCLC Gateway Export.",
    ),
    Reason.LOGON_SLOW: Words(
        "Too many logons were being checked at once.", "Export again in a moment; somebody may be trying passwords."
    ),
    Reason.STORE_SLOW: Words(
        "The gateway's store did not answer in time.", "Export again; tell whoever runs the gateway."
    ),
    Reason.STORE_FAILED: Words(
        "The gateway's store could not write.", "Tell whoever runs the gateway: is the disk full?"
    ),
    Reason.INTERNAL: Words(
        "The gateway made a mistake of its own.", "Tell whoever runs the gateway: its log says more."
    ),
}
"""By reason, where no near miss says more."""

FILED: Final[dict[Outcome, str]] = {
    Outcome.CREATED: "Added as a new record.",
    Outcome.MERGED: "Replaced the record that has the same OCLC number.",
    Outcome.UNCHANGED: "Replaced, no difference: the zone holds this record already.",
}


def diagnose(submission: Submission, receipt: Receipt) -> Diagnosis:
    """What to tell the operator of an attempt."""
    if receipt.outcome.filed:
        if receipt.facts.telnet:
            telnet = REASONS[Reason.TELNET]
            return Diagnosis(
                Reason.TELNET.value, f"{FILED[receipt.outcome]} The client opened with Telnet.", telnet.fix
            )
        return Diagnosis(receipt.outcome.value, FILED[receipt.outcome])
    facts = receipt.facts
    assert receipt.reason is not None, "an attempt that was not filed has a reason"
    code = facts.logon_hint or receipt.reason.value
    words = LOGON_HINTS[facts.logon_hint] if facts.logon_hint else REASONS[receipt.reason]
    return Diagnosis(code, words.says.format_map(_values(submission, receipt)), words.fix)


def _values(submission: Submission, receipt: Receipt) -> dict[str, object]:
    return {
        **replies.values(receipt),
        "logon_id": submission.logon_id or "that was sent (not shown: it is like none of this gateway's)",
        "host": submission.host,
        "points_to": receipt.facts.logon_hint_for,
        "first_bytes": receipt.facts.first_bytes,
    }
