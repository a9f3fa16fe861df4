"""What each run of a message's bytes is, in plain words, where docs/protocol.md tells of it, and how it is known."""

from typing import Final, Literal, NamedTuple

from gateway.model import Evidence, Tag

Section = Literal[
    "A message", "The reply", "The digit trap", "What else reaches the port", "Limits", "The transcript of an attempt"
]
"""A heading of docs/protocol.md."""


class Words(NamedTuple):
    """What is said of some bytes. What stands in braces is filled in."""

    says: str
    section: Section
    evidence: Evidence | Literal["script"]
    """`script`: a script of the zone said so."""
    odd: bool = False
    """It is not as Connexion sends it with the settings that libraries publish, or something went wrong there."""

    def of(self, **values: object) -> "Words":
        """With the values filled in."""
        return self._replace(says=self.says.format(**values))


TAGS: Final[dict[Tag, Words]] = {
    "U": Words("Begins item U: a user ID follows.", "A message", "seen"),
    "A": Words("Begins item A: the logon ID of the local system follows.", "A message", "seen"),
    "P": Words("Begins item P: the password follows.", "A message", "seen"),
}
LENGTHS: Final[dict[str, Words]] = {
    "desktop": Words(
        "Length of the value in one octet: hex {octet:02X} less 40 is {length} bytes. Connexion client writes it so.",
        "A message",
        "seen",
    ),
    "browser": Words(
        "Length of the value in decimal digits: {length} bytes. Connexion browser writes it so.", "A message", "seen"
    ),
}
"""By the length form of an item whose value is shown, or empty."""
HIDDEN_LENGTHS: Final[dict[str, Words]] = {
    "desktop": Words("Length of the value in one octet, as Connexion client writes it. Not kept.", "A message", "seen"),
    "browser": Words(
        "Length of the value in decimal digits, as Connexion browser writes it. Not kept.", "A message", "seen"
    ),
    "": Words("Length of the value. Not kept.", "A message", "seen"),
}
"""The same where the value is not shown."""
LOGON_ID: Final[dict[str, Words]] = {
    "A": Words("The logon ID.", "A message", "seen"),
    "U": Words("The user ID, taken for the logon ID because no item A gives one.", "A message", "seen"),
}
"""By the item that says who is logging on."""
SECRET: Final[dict[Tag, Words]] = {
    "U": Words(
        "The user ID. Not kept: it may be the cataloguer's OCLC authorization. Send User ID should be off.",
        "A message",
        "doc",
        odd=True,
    ),
    "A": Words(
        "Not kept: it is like no logon ID of the settings, so it may be a password in the wrong field.",
        "The transcript of an attempt",
        "assumed",
        odd=True,
    ),
    "P": Words("The password. Neither it nor its length is kept.", "The transcript of an attempt", "assumed"),
}
"""Of values that are not shown."""

SEPARATORS: Final = {
    "before": Words("NUL, CR, LF or spaces before the message: passed over.", "A message", "assumed"),
    "within": Words("Spaces before an item or the record: passed over.", "A message", "seen"),
    "behind": Words("NUL, CR, LF or spaces behind the record: passed over.", "A message", "seen"),
}

WHOLE: Final = Words(
    "The record. Its first five digits say {size:,} bytes, so it is complete, and it ends in 1D.", "A message", "seen"
)
PART: Final = Words(
    "What came of the record: {size:,} of the {declared:,} bytes that its first five digits say.",
    "A message",
    "seen",
    odd=True,
)
BEGINNING: Final = Words("The beginning of a record, {size:,} bytes.", "A message", "seen", odd=True)
TOO_SHORT: Final = Words(
    "The record. Its first five digits say {declared:,} bytes, but its end, 1D, stands at byte {size:,}.",
    "A message",
    "assumed",
    odd=True,
)
UNTERMINATED: Final = Words(
    "The record, {size:,} bytes. 1D does not stand at the end that its first five digits say; what follows, up to the "
    "next 1D, is left out.",
    "A message",
    "assumed",
    odd=True,
)
NO_LOGON: Final = " No logon item stands before it: Send Local System Login ID and Password is off."
IN_PIECES: Final = " It came in {pieces} pieces{more}, within {seconds:.3f} s."

OTHER: Final[dict[str, Words]] = {
    "tail": Words(
        "The rest of a damaged record that came before this message, up to its 1D: left out.",
        "A message",
        "assumed",
        odd=True,
    ),
    "more": Words(
        "More Telnet commands and separators, too many to be told apart.", "What else reaches the port", "assumed", True
    ),
    "tls": Words("A TLS hello. This port speaks no TLS.", "What else reaches the port", "assumed", odd=True),
    "request": Words(
        "An HTTP request, as of a browser or a health check. Its query and headers are not kept.",
        "What else reaches the port",
        "assumed",
        odd=True,
    ),
    "xml": Words(
        "An XML document where the record should stand. Not kept.", "What else reaches the port", "assumed", odd=True
    ),
    "hidden": Words(
        "Read so far, but not kept: a password may stand in it.", "The transcript of an attempt", "assumed"
    ),
}
"""By the kind of run."""
UNREAD: Final[dict[str, Words]] = {
    "item": Words(
        "Here an item (U, A or P, each once), spaces or a record's five digits should begin; this begins none.",
        "A message",
        "seen",
        odd=True,
    ),
    "length": Words(
        "Here the length of an item's value should stand: one octet from 40 to FF, or decimal digits.",
        "A message",
        "seen",
        odd=True,
    ),
    "record": Words(
        "Here a record should go on: five digits with its length, then its status and type.", "A message", "seen", True
    ),
    "telnet": Words("FF begins a Telnet command; this is none.", "What else reaches the port", "assumed", odd=True),
    "": Words("More than the longest message: not read.", "Limits", "assumed", odd=True),
}
"""By what could not be read there."""
NOT_KEPT: Final = " It is not kept, nor what follows: a password may stand in it."

TELNET_VERBS: Final = {0xFB: "WILL", 0xFC: "WONT", 0xFD: "DO", 0xFE: "DONT"}
TELNET_OPTIONS: Final = {
    0: "binary transmission",
    1: "echo",
    3: "suppress go ahead",
    24: "terminal type",
    31: "window size",
    32: "terminal speed",
    36: "environment",
    39: "new environment",
}
"""IANA, Telnet Options."""
TELNET: Final = Words(
    "A Telnet command{verb}: a plain TCP/IP destination with Telnet on, not OCLC Gateway Export.",
    "What else reaches the port",
    "assumed",
    odd=True,
)
TELNET_ANSWER: Final = Words("The gateway declines it{verb}.", "What else reaches the port", "assumed", odd=True)

REPLY: Final = Words("What Connexion shows: UTF-8, lines separated by LF.", "The reply", "seen")
REPLY_HTTP: Final = Words(
    "The body of the HTTP answer 400 to a request; its headers are left out here.",
    "What else reaches the port",
    "assumed",
)
REPLY_END: Final = Words("One NUL ends the reply.", "The reply", "seen")
GARBAGE: Final = Words("Sent in place of a reply.", "The reply", "script")
SILENCE: Final = Words("Not a byte of a reply was sent.", "The reply", "script")
PARTING: Final[dict[str, Words]] = {
    "close": Words("The gateway closed the connection.", "The reply", "script"),
    "reset": Words("The gateway reset the connection: a TCP RST in place of its end.", "The reply", "script"),
    "stop_reading": Words("The gateway read nothing more of the connection.", "The reply", "script"),
}
"""What followed, by `ReplyStep.then`; `wait` is nothing of its own."""
BY_STEP: Final = " By step {number} of the zone's script{how}."
GONE: Final = " The client had gone before it had all of it."
