"""How behaviours are known that have no table of their own: those on which the answer to an export can rest.

Tables of their own have match methods (`match`), brief levels (`guards`), merge methods (`merge`), normalization
rules (`normalize`) and replies (`replies`). `evidence` says which of all these took part in an answer; docs/build.py
makes docs/fidelity.md of them.
"""

from typing import Final, NamedTuple

from gateway.importer.merge import METHODS as MERGE_METHODS
from gateway.marc.fields import MOST_029
from gateway.model import Basis, OlderVersion, Reason


class Behaviour(NamedTuple):
    """Something that the gateway does, and how it is known that Alma does so."""

    words: str
    """A statement, without a full stop."""
    basis: Basis


def doc(words: str, source: str) -> Behaviour:
    """What a vendor or consortium says."""
    return Behaviour(words, Basis("doc", source))


def assumed(words: str, why: str) -> Behaviour:
    """What nobody has published."""
    return Behaviour(words, Basis("assumed", why))


ERRORS: Final = "CARLI, OCLC Gateway Export Errors"
INTEGRATION: Final = "CARLI, OCLC Gateway Export Integration"
ONLINE_HELP: Final = "Ex Libris, Importing Records from OCLC Connexion / Record Manager"
UNPUBLISHED: Final = "Alma's validation is not published"

# On the wire
SEPARATORS: Final = assumed(
    "NUL, CR, LF and spaces before the first message of a connection are passed over", "they are none of a message"
)
TELNET: Final = assumed(
    "Telnet commands before a message are declined and passed over", "a client that asks waits for an answer"
)
TAIL: Final = assumed(
    "What follows a damaged record, up to its 1D, is left out", "else it would be taken for another message"
)
LATEST_LOGON: Final = assumed(
    "A record without logon items uses the connection's latest logon", "Permanent Connection sends on"
)
GOODBYE: Final = assumed(
    "Up to 64 unreadable bytes and the end after a reply are a goodbye", "Notify Host Before Disconnect"
)
FIRST_BYTES: Final = assumed("HTTP, TLS, Telnet and XML are known by their first bytes", "no message begins so")
GIVEN_UP: Final = assumed(
    "An import that has not begun after 9 s is given up, and the client is told so", "Record Manager waits for 10 s"
)

# Zones and logons
CORRESPOND: Final = doc("Host name and logon ID must correspond to each other", INTEGRATION)
OTHER_HOST: Final = assumed(
    "A logon that is right on another host is refused", "host name and logon ID must correspond"
)
CASE: Final = doc("Settings may be case sensitive", INTEGRATION)
NEARLY: Final = assumed("A logon that differs in case or white space is refused", "settings may be case sensitive")
TO_NETWORK: Final = doc("An export to the network zone lands in the network zone", INTEGRATION)
USE_NETWORK: Final = doc("With Use network zone the institution's export is filed in the network zone", ONLINE_HELP)
NETWORK_PROFILE: Final = assumed(
    "With Use network zone the institution's profile decides in the network zone: match, guards, merge method",
    "it is the profile of the logon",
)
NETWORK_MMS_ID: Final = assumed(
    "With Use network zone the MMS ID given is the network record's", "it is the record that was matched and merged"
)
LINKED: Final = assumed(
    "The institution's linked record becomes a copy of the network's with 035 $a (EXLNZ-CODE)99…; of its own "
    "fields only those with $9 LOCAL stay: other 09X, 59X, 9XX go, though Overlay all fields but local "
    "keeps 9XX",
    "what Alma keeps in such a record is not published; such 035s are seen in libraries' records",
)
NOT_LINKED: Final = assumed(
    "A record of the institution that is locked or linked to the Community Zone is not linked, nor is one of "
    "several that match; the attempt says so",
    "what no export may change, or none can choose, a link does not either",
)

# Validation
ONE_PROFILE: Final = doc("A zone with no profile, or several, takes no record", ERRORS)
BIBLIOGRAPHIC: Final = doc("Only bibliographic records are taken (target format)", INTEGRATION)
UTF_8: Final = doc(
    "MARC-8, and bytes that are not UTF-8, are refused", "CARLI: other settings may fail conversion to XML"
)
PLAIN_ASCII: Final = assumed("A Leader/09 other than a over plain ASCII is taken", "nothing is lost")
STRUCTURE: Final = assumed("Damaged structure, and anything but one 245, is refused", UNPUBLISHED)
CHOSEN: Final = assumed(
    "Findings of other than structure, characters, format and 245 refuse only where the profile says so", UNPUBLISHED
)
MANY_029: Final = assumed(f"More than {MOST_029} fields 029 are very many", "how many are too many is not published")
TOO_LONG: Final = assumed(
    "A record that the import makes longer than MARC 21 allows is refused", "it could not be given out"
)

# Match and guards
SEVERAL: Final = doc("Two or more matches are refused, and named", ERRORS)
SERIALS: Final = assumed("Serials are Leader/07 b, i and s", "how Alma divides them is not published")
FULLER: Final = doc("A stored record with a higher brief level is not replaced; equal passes", "CARLI, Brief Levels")
OLDER: Final = doc(
    "An incoming 005 older than that of the last import from the same 003 is refused; equal and none pass", ONLINE_HELP
)
NO_005: Final = assumed("A 005 that is no date and time cannot be compared, and passes", "nothing is published")
IGNORED_SYSTEM: Final = assumed("Ignore Originating System compares without the 003", "the setting's name")
COMMUNITY_ZONE: Final = doc("A record linked to the Community Zone is passed over", ONLINE_HELP)
LOCKED: Final = doc("A record open in the Metadata Editor is not changed", "Harvard, Connexion Exports to Alma")
OLDER_VERSION: Final[dict[OlderVersion, tuple[Behaviour, ...]]] = {
    "consider-originating-system": (OLDER,),
    "ignore-originating-system": (IGNORED_SYSTEM,),
    "disabled": (),
}
"""What the guard rests on, by its setting."""

# Merging
LEADER: Final = assumed("The Leader of a merged record is the incoming one's", "what is published tells of fields")
READINGS: Final[dict[str, Behaviour]] = {
    "conditional-subject-headings": assumed(
        "By Conditional subject headings 035 and 9XX, which stay, are not added to",
        "Ex Libris does not say that they are",
    ),
}
"""What is our reading of a merge method that is documented, by its key."""
NOT_CHANGED: Final = assumed(
    "Where a merge would change nothing but 001, 003, 005 and 994, nothing is changed: same MMS ID, no new version",
    "so that a retry does no harm",
)
CHOICES: Final[dict[tuple[str, str], Behaviour]] = {
    ("carli-nz", "consortium-nz-overlay"): assumed(
        "CARLI's merge method for its network zone is WRLC's of like name", "CARLI publishes its name"
    ),
    ("csu-nz", "consortium-nz-overlay"): assumed(
        f"CSU's merge method is {MERGE_METHODS['consortium-nz-overlay'].title}", "CSU does not publish it in full"
    ),
}
"""What is assumed of built-in profiles, by their key and that of their merge method."""

BY_REASON: Final[dict[Reason, tuple[Behaviour, ...]]] = {
    Reason.STRUCTURE: (STRUCTURE,),
    Reason.CHARSET: (UTF_8,),
    Reason.REQUIRED: (STRUCTURE,),
    Reason.NOT_BIBLIOGRAPHIC: (BIBLIOGRAPHIC,),
    Reason.RULES: (CHOSEN,),
    Reason.SEVERAL_MATCHES: (SEVERAL,),
    Reason.LOWER_BRIEF_LEVEL: (FULLER,),
    Reason.CZ_LINKED: (COMMUNITY_ZONE,),
    Reason.LOCKED: (LOCKED,),
    Reason.UNKNOWN_LOGON: (CORRESPOND,),
    Reason.NONE_NAMED: (ONE_PROFILE,),
    Reason.SEVERAL_NAMED: (ONE_PROFILE,),
    Reason.HTTP: (FIRST_BYTES,),
    Reason.TLS: (FIRST_BYTES,),
    Reason.TELNET: (FIRST_BYTES,),
    Reason.NOT_MARC: (FIRST_BYTES,),
    Reason.LOGON_SLOW: (GIVEN_UP,),
    Reason.STORE_SLOW: (GIVEN_UP,),
}
"""What is behind a reason; for one that is not here `evidence` looks further, or the words alone are."""
