"""What to tell the operator, code by code: what is, and what to change in Connexion's menus.

Words alone, for a librarian to check; which of them hold, `importer.diagnose` finds. Sources: spec, "Diagnosis" and
connexion.md, "Clients and their settings".
"""

from typing import Final, NamedTuple

from gateway.model import Outcome


class Menus(NamedTuple):
    """Where a client has its settings, by the names that stand in braces in the words."""

    destination: str
    create: str
    send_logon: str
    characteristics: str
    deletes: str


CLIENT: Final = Menus(
    destination="Tools > Options > Export > your destination",
    create="Tools > Options > Export > Create > OCLC Gateway Export",
    send_logon="Send Local System Login ID and Password",
    characteristics="Tools > Options > Export > Record Characteristics",
    deletes="Tools > Options > Export > Field Export Options > Fields to Delete - Bibliographic Records",
)
"""Connexion client's [doc]; also where nothing tells which client it was."""
HOSTED: Final = Menus(
    destination="your export settings (Connexion browser: General > Admin > Export Options)",
    create="your export settings (Connexion browser: General > Admin > Export Options > Export to a TCP/IP Connection)",
    send_logon="Send Logon ID",
    characteristics="your export settings (Connexion browser: General > Admin > Export Options)",
    deletes="your export settings (Connexion browser: General > Admin > Export Options > Fields to Delete on Export)",
)
"""Connexion browser's [doc]. Record Manager sends the same lengths, and its menus are others."""


class Words(NamedTuple):
    """What to say and what to change; what stands in braces is given by `diagnose`."""

    says: str
    fix: str = ""


RETYPE_LOGON: Final = "Retype it at {destination} > Logon ID."
RETYPE_PASSWORD: Final = "Retype it at {destination} > Password."  # noqa: S105 - where it is typed, no password

ADVICE: Final[dict[str, Words]] = {
    # The logon: what was nearly right.
    "case": Words("Logon ID {logon_id} differs from {points_to} only in capitals.", RETYPE_LOGON),
    "white_space": Words("Logon ID '{logon_id}' differs from {points_to} only by spaces.", RETYPE_LOGON),
    "case_and_white_space": Words(
        "Logon ID '{logon_id}' differs from {points_to} only in capitals and spaces.", RETYPE_LOGON
    ),
    "other_host": Words(
        "Logon ID {logon_id} belongs to the host {points_to}, not to {host}.",
        "Correct Host Name, or Logon ID, at {destination}: they must correspond to each other.",
    ),
    "swapped": Words(
        "The logon ID stands where the password should.", "Exchange Logon ID and Password at {destination}."
    ),
    "user_id_sent": Words(
        "A user ID was sent instead of the logon ID.",
        "At {destination} turn {send_logon} on and Send User ID off.",
    ),
    "no_password": Words("No password was sent.", "Type it at {destination} > Password."),
    "password_case": Words("The password differs from the right one only in capitals.", RETYPE_PASSWORD),
    "password_white_space": Words("The password differs from the right one only by spaces.", RETYPE_PASSWORD),
    "other_password": Words("The password is that of {points_to}, not the zone's own.", RETYPE_PASSWORD),
    "password_too": Words("The password is not right either.", RETYPE_PASSWORD),
    # The logon: by reason.
    "no_logon": Words("No logon ID was sent.", "Turn {send_logon} on at {destination}."),
    "logon_empty": Words("The logon ID was sent empty.", "Type it at {destination} > Logon ID."),
    "unknown_logon": Words(
        "No zone of the host {host} has the logon ID {logon_id}.",
        "Compare Host Name and Logon ID at {destination} with your library's instructions.",
    ),
    "wrong_password": Words("The logon ID is right, the password is not.", RETYPE_PASSWORD),
    "logon_slow": Words(
        "Too many logons were being checked at once.", "Export again in a moment; somebody may be trying passwords."
    ),
    # The destination.
    "telnet": Words(
        "The client opened with Telnet: the destination is plain TCP/IP with Telnet on, not OCLC Gateway Export.",
        "Create another: {create}.",
    ),
    "plain_tcp_ip": Words(
        "If the destination has no such setting, it is plain TCP/IP, which cannot send a logon ID.",
        "Create another: {create}.",
    ),
    "malformed": Words(
        "What arrived is not what OCLC Gateway Export sends: byte {offset} cannot be read.",
        "Create the destination anew: {create}.",
    ),
    "message_too_long": Words(
        "More arrived than a record can hold, without an end.",
        "Create the destination anew: {create}.",
    ),
    "http": Words(
        "A browser or another program asked for {first_bytes}.",
        "This port is for Connexion; in Connexion nothing needs to change.",
    ),
    "tls": Words(
        "The client tried an encrypted connection (TLS).",
        "Gateway Export is not encrypted: no https:// before the host name, and no TLS at this port.",
    ),
    "permanent_connection": Words(
        "Before it the same connection brought other records ({earlier}): Permanent Connection is on.",
        "Turn Permanent Connection off at {destination}.",
    ),
    # The transfer.
    "incomplete": Words(
        "The transfer stopped in the middle: {arrived} bytes arrived.",
        "Export again; if it stops again, a firewall between Connexion and the gateway may cut long transfers.",
    ),
    "length": Words(
        "The record came to its end, but says that it is longer: {arrived} bytes arrived.",
        "Export another one: if that is filed, this record's length is wrong; take it anew from WorldCat. "
        "If not, send this report to your systems librarian.",
    ),
    "slow_arrival": Words(
        "The export took {arriving} s to arrive: the network is slow, or the client stopped in the middle.",
        "Export again; if it stays so, ask whoever runs the network between Connexion and the gateway whether a "
        "firewall or a wireless connection holds transfers up.",
    ),
    "slow_reply": Words(
        "The answer took {seconds} s; Record Manager waits 10 s for one.",
        "Set Timeout to 90 at {destination}; if answers stay slow, tell whoever runs the gateway.",
    ),
    "client_gone": Words(
        "The client had gone before its answer, so Connexion has not shown it.",
        "Set Timeout to 90 at {destination}, and leave Connexion open until it shows the answer.",
    ),
    "sent_twice": Words(
        "The same record had come {again_after} s before: somebody exported it again, or the client tried again "
        "because the answer came late.",
        "If nobody exported it again, set Timeout to 90 at {destination}.",
    ),
    # The record's form.
    "not_marc": Words("The record is XML (Dublin Core or MARCXML).", "Choose MARC 21 at {characteristics}."),
    "charset": Words(
        "Alma cannot read the characters: {finding}.",
        "Choose UTF-8 Unicode at {characteristics}, for bibliographic and authority records.",
    ),
    "structure": Words(
        "The record arrived damaged{after}: {finding}.",
        "Export it again; if it repeats, send this report to your systems librarian.",
    ),
    "too_long": Words("The record is too long: {finding}.", "Shorten it in Connexion."),
    "not_bibliographic": Words(
        "Alma does not take it here: {finding}.", "Export bibliographic records only to this destination."
    ),
    # What stands in the record.
    "required": Words("Alma does not take it as it is: {finding}.", "Correct the record in Connexion."),
    "rules": Words("The zone's integration profile refuses it: {finding}.", "Correct the record in Connexion."),
    "many_029s": Words(
        "It has very many fields 029: Alma may then make no 035 of the OCLC number, and later exports do not replace "
        "the record.",
        "Enter 029 at {deletes}.",
    ),
    "no_number": Words(
        "It has no {number_name} in {number_fields}, so that it matches nothing: each export of it adds a new record.",
        "Export it as it is in WorldCat, with its number.",
    ),
    # What the zone holds.
    "several_matches": Words(
        "{number} {matches} {count} records: {hits}.",
        "Merge the records, or correct their {fields}, then export again.",
    ),
    "lower_brief_level": Words(
        "The stored record {hit} is fuller (ELvl {stored_level}, brief level {stored_brief}) than the exported one "
        "(ELvl {incoming_level}, level {incoming_brief}).",
        "Export a fuller record, or raise its ELvl in Connexion first.",
    ),
    "older_version": Words(
        "{hit} holds a later version (005 {stored_version}) than the exported one ({incoming_version}).",
        "Export the record anew from WorldCat, not from a save file.",
    ),
    "cz_linked": Words(
        "{hit} is linked to the Community Zone; Alma passes such records over.",
        "Unlink the record in Alma first, or leave it to the Community Zone.",
    ),
    "locked": Words(
        "{hit} is open in the Metadata Editor.", "Save and release it in the Metadata Editor, then export again."
    ),
    # The zone's profile.
    "none_named": Words(
        "The institution {institution} has no OCLC Connexion integration profile.",
        "In Alma add an integration profile; here name one in the settings at zones.{zone}.profiles.",
    ),
    "several_named": Words(
        "The institution {institution} has more than one OCLC Connexion integration profile.",
        "In Alma delete the one that is not used; here name one alone in the settings at zones.{zone}.profiles.",
    ),
    # The gateway.
    "busy": Words(
        "Too many connections were open at once.",
        "Export again in a moment; how many there may be is limits.connections in the settings.",
    ),
    "store_slow": Words("The gateway's store did not answer in time.", "Export again; tell whoever runs the gateway."),
    "store_failed": Words("The gateway's store could not write.", "Tell whoever runs the gateway: is the disk full?"),
    "outcome_unknown": Words(
        "The gateway's store was lost while it wrote: the record may have been imported, or not.",
        "Export again; the same record is not filed twice. Tell whoever runs the gateway: its log says more.",
    ),
    "link_pending": Words(
        "The record is in the Network Zone, but the store failed before the institution's was linked to it.",
        "Tell whoever runs the gateway: it makes the link as soon as its store works again.",
    ),
    "not_linked": Words(
        "It is in the Network Zone ({network}), but no record of the institution is linked to it.",
        "Tell whoever runs the gateway: its log says why.",
    ),
    "internal": Words("The gateway made a mistake of its own.", "Tell whoever runs the gateway: its log says more."),
    "crashed": Words(
        "The gateway made a mistake of its own: the record may have been imported, or not.",
        "Export again; the same record is not filed twice. Tell whoever runs the gateway: its log says more.",
    ),
    # Filed.
    "created": Words("Added as a new record."),
    "merged": Words("Replaced the record that has the same {number_name}."),
    "unchanged": Words("Replaced, no difference: the zone holds this record already."),
    "resumed": Words(
        "Its second half was done later than its first: the gateway linked the institution's record when it tried "
        "again, or was started again. Connexion may have shown no answer, or that it was not finished.",
        "Nothing needs to change; exported again, it would change nothing.",
    ),
    "network_zone": Words(
        "It is in the Network Zone alone: in Alma one would now add inventory, or link the institution's record to it."
    ),
}
"""By code."""

LINKED: Final = " It is in the Network Zone ({network}), and the institution's record {linked} is linked to it."
"""Follows the words of an outcome that filed the record."""
IN_NETWORK: Final = " It was held against the records of the Network Zone ({network})."
"""Follows the words of one that did not, where records were found."""

NOT_LINKED: Final[dict[str, Words]] = {
    "locked": Words(
        "It is in the Network Zone ({network}), but the institution's record {in_the_way} is open in the Metadata "
        "Editor, and was not linked to it.",
        "Save and release it in the Metadata Editor, then export again.",
    ),
    "cz_linked": Words(
        "It is in the Network Zone ({network}), but the institution's record {in_the_way} is linked to the Community "
        "Zone, and was not linked to it.",
        "Unlink that record in Alma first, then export again; or leave it to the Community Zone.",
    ),
    "several_matches": Words(
        "It is in the Network Zone ({network}), but several records of the institution match it ({in_the_way}), and "
        "none was linked to it.",
        "Merge the records, or correct their {number_fields}, then export again.",
    ),
    "too_long": Words(
        "It is in the Network Zone ({network}), but the institution's record would be too long with what comes from "
        "there, and was not linked to it.",
        "Shorten the record in Connexion, then export again.",
    ),
    "settings": Words(
        "It is in the Network Zone ({network}), but the settings name its zone or the institution's no longer, and no "
        "record of the institution is linked to it.",
        "Tell whoever runs the gateway: with both zones in the settings again, another export makes the link.",
    ),
}
"""In place of `not_linked`, by why no record of the institution was (`Facts.not_linked`)."""

KEPT: Final = "Not replaced: the merge method {merge_method} keeps the stored record as it is, whatever is exported."
"""In place of `unchanged`, where the method keeps everything."""
SCRIPTED: Final = "Step {number} of the zone's script: {done}."
"""Of an attempt that a script answered; what is set for a test is nothing to mend."""
NOT_TAKEN: Final = (
    "Not replaced: what is different in the exported record is not taken by the merge method {merge_method}."
)
"""In place of `unchanged`, where what came is not all in the stored record."""

THEN_TOO: Final[dict[Outcome, str]] = {
    Outcome.LOGON_FAILED: "Once the logon is right, the record will be refused too.",
    Outcome.NO_PROFILE: "Once there is one profile, the record will be refused too.",
    Outcome.REFUSED: "Once that is mended, the record will be refused for another reason.",
    Outcome.TIMED_OUT: "Apart from that, the record would be refused.",
    Outcome.ERROR: "Apart from that, the record would be refused.",
}
"""Before the words of what a record would be refused for, had it not been for the outcome."""
