"""One export: what came, what became of it, and what was observed on the way."""

import time
from datetime import datetime
from enum import StrEnum
from random import getrandbits
from typing import Final, Literal

from msgspec import Struct

from gateway.model.findings import Finding
from gateway.model.records import Hit
from gateway.model.scripts import Scripted
from gateway.model.transcripts import Transcript
from gateway.model.zones import MatchMethod

REPLY_BYTES: Final = 2_000
"""Longest text of a reply, in UTF-8 bytes: a few screens of Connexion's message window (assumed)."""


class Logon(Struct, frozen=True):
    """The logon items of one message, as sent. The only noun that holds a credential; never stored, and prints none."""

    user_id: bytes | None = None
    logon_id: bytes | None = None
    password: bytes | None = None
    tags: str = ""
    """`U`, `A` and `P` in the order they came."""
    lengths: str = ""
    """Length form of the items: `desktop`, `browser`, `mixed`, or empty without items."""

    def __repr__(self) -> str:
        return f"<Logon {self.tags} {self.lengths}>"

    @property
    def claimed(self) -> bytes:
        """Who is logging on: the local-system logon ID, else the user ID (FOLIO reads the one, Koha the other)."""
        return self.logon_id or self.user_id or b""


class Outcome(StrEnum):
    """How an attempt ended. One vocabulary for logs, listings and programs."""

    CREATED = "created"
    MERGED = "merged"
    UNCHANGED = "unchanged"
    REFUSED = "refused"
    LOGON_FAILED = "logon_failed"
    NO_PROFILE = "no_profile"
    MALFORMED = "malformed"
    FOREIGN = "foreign"
    BUSY = "busy"
    TIMED_OUT = "timed_out"
    ERROR = "error"

    @property
    def filed(self) -> bool:
        """Whether the record is in the zone after it."""
        return self in (Outcome.CREATED, Outcome.MERGED, Outcome.UNCHANGED)


class Reason(StrEnum):
    """Why an attempt was not filed, told apart as far as the operator may know (the reply may say less)."""

    # refused
    STRUCTURE = "structure"
    CHARSET = "charset"
    REQUIRED = "required"
    NOT_BIBLIOGRAPHIC = "not_bibliographic"
    RULES = "rules"
    SEVERAL_MATCHES = "several_matches"
    LOWER_BRIEF_LEVEL = "lower_brief_level"
    OLDER_VERSION = "older_version"
    CZ_LINKED = "cz_linked"
    LOCKED = "locked"
    TOO_LONG = "too_long"
    # logon_failed
    NO_LOGON = "no_logon"
    UNKNOWN_LOGON = "unknown_logon"
    WRONG_PASSWORD = "wrong_password"  # noqa: S105 - a reason's name, no password
    # no_profile
    NONE_NAMED = "none_named"
    SEVERAL_NAMED = "several_named"
    # malformed
    MALFORMED = "malformed"
    INCOMPLETE = "incomplete"
    MESSAGE_TOO_LONG = "message_too_long"
    # foreign
    HTTP = "http"
    TLS = "tls"
    TELNET = "telnet"
    NOT_MARC = "not_marc"
    # timed_out, error
    LOGON_SLOW = "logon_slow"
    STORE_SLOW = "store_slow"
    STORE_FAILED = "store_failed"
    OUTCOME_UNKNOWN = "outcome_unknown"
    LINK_PENDING = "link_pending"
    INTERNAL = "internal"
    CRASHED = "crashed"


class Facts(Struct, frozen=True, omit_defaults=True):
    """What was observed of an attempt: the matter from which a diagnosis is derived when somebody reads it."""

    items: str = ""
    """Tags of the logon items in the order they came, such as `AP`."""
    lengths: str = ""
    """Length form of the items: `desktop`, `browser`, `mixed`, or empty without items."""
    exported_by: str = ""
    """Who exported it where no client did, such as `page`."""
    telnet: bool = False
    """The client opened with Telnet negotiation."""
    offset: int | None = None
    """Byte of the message at which it could not be read on."""
    arrived: int | None = None
    """Bytes of the message that came before it ended too early."""
    expected: int | None = None
    """Bytes the message would have had."""
    first_bytes: str = ""
    """How a message that is no export begins: for HTTP its method and path."""
    logon_hint: str = ""
    """What near miss the logon was (`importer.diagnose`), such as `case`."""
    logon_hint_for: str = ""
    """What the near miss points to: a logon ID or a host."""
    logon_also: str = ""
    """What else would have been wrong with the logon then: a further near miss."""
    logon_also_for: str = ""
    """The logon ID that this points to."""
    earlier: int = 0
    """Records that came over the same connection before it."""
    arriving: float | None = None
    """Seconds from the message's first byte to its last, or to when no more of it was waited for."""
    transcript: Transcript | None = None
    """How the message came over the wire."""
    to_network: bool = False
    """It was exported to a network zone itself."""
    institution: str = ""
    """Code of the institution that has no integration profile, or several."""
    profile: str = ""
    """Key of the integration profile that decided."""
    match_method: MatchMethod | Literal[""] = ""
    merge_method: str = ""
    """Key of the method by which it was merged."""
    keys: tuple[str, ...] = ()
    """Numbers the match looked for."""
    matched: tuple[str, ...] = ()
    """Those of them that stored records bear."""
    hits: tuple[Hit, ...] = ()
    """Stored records it found; of very many the first."""
    hit_count: int = 0
    """How many it found."""
    compared: tuple[str, str] | None = None
    """What kept it from replacing the stored record: that record's value and its own. Leader/17 or 005."""
    levels: tuple[int, int] | None = None
    """Brief levels of these two Leader/17."""
    network: str = ""
    """Key of the network zone in which it was filed for the institution."""
    linked: str = ""
    """MMS ID of the institution's record that was linked to it."""
    not_linked: str = ""
    """Why none was: a `Reason`, or `settings` where they no longer name the zones."""
    in_the_way: tuple[str, ...] = ()
    """MMS IDs of the institution's records for which that holds."""
    resumed: bool = False
    """The link was made later than the network's record, for the gateway was cut off or its store failed."""
    scripted: Scripted | None = None
    """A step of the zone's script answered it."""


class Diagnosis(Struct, frozen=True):
    """Why an attempt ended as it did, in plain words, and what to change."""

    code: str
    says: str
    fix: str = ""
    """Which entry of Connexion's menus to change, or whom to ask; empty when nothing is wrong."""


class Submission(Struct, frozen=True):
    """One record, or one failed try at sending one, as it arrived. Holds no credential."""

    id: str
    at: datetime
    """When its last byte arrived, UTC."""
    host: str
    peer: str
    """The client's address, without port."""
    logon_id: str
    raw: bytes
    """The record as it came, without the logon items; of a message that was cut off, the part that came."""


class Receipt(Struct, frozen=True):
    """What became of a submission."""

    zone: str
    outcome: Outcome
    reason: Reason | None = None
    mms_id: str = ""
    oclc_numbers: tuple[str, ...] = ()
    title: str = ""
    findings: tuple[Finding, ...] = ()
    facts: Facts = Facts()


class Delivery(Struct, frozen=True):
    """What became of a reply."""

    submission: str
    seconds: float
    """From the message's first byte to the reply's last."""
    delivered: bool


class Attempt(Struct, frozen=True):
    """A submission and its receipt as the store keeps them."""

    seq: int
    """Rises within a zone, in the order of commits."""
    submission: Submission
    receipt: Receipt
    seconds: float | None = None
    """None until the reply has gone out."""
    delivered: bool | None = None
    """None until known; False when the client had gone before its reply."""


class PendingLink(Struct, frozen=True):
    """The second half of an export into a network zone, as long as it is not done: the institution's linked record."""

    network: str
    """Key of the network zone, where the first half was done."""
    submission: Submission
    receipt: Receipt
    """What is to be filed with it; its zone is the institution's, its MMS ID the network record's."""


def new_submission_id() -> str:
    """A UUID of version 7 (RFC 9562): unique across gateways, and rising with time, which keeps indexes compact."""
    milliseconds = time.time_ns() // 1_000_000
    time_digits, random = f"{milliseconds:012x}", f"{getrandbits(76):019x}"
    variant = _VARIANT[random[3]]
    return f"{time_digits[:8]}-{time_digits[8:]}-7{random[:3]}-{variant}{random[4:7]}-{random[7:]}"


_VARIANT = {digit: "89ab"[int(digit, 16) & 3] for digit in "0123456789abcdef"}
