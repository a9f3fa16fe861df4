"""The nouns that rooms pass to each other. Holds no behaviour beyond what a noun knows of itself, and no credential."""

import time
from datetime import datetime
from enum import StrEnum
from random import getrandbits
from typing import Literal, NamedTuple

from msgspec import Struct

ZoneKind = Literal["institution", "network"]

ChosenGroup = Literal["required", "fixed-fields", "fields", "indicators", "subfields", "standard-numbers", "linkage"]
"""Groups of findings of which an integration profile chooses those that refuse."""
Group = Literal["structure", "charset", "size", "format", "oclc-number"] | ChosenGroup
"""What a finding is about. Of the first four, what is wrong always refuses; without an OCLC number nothing is wrong."""

MatchMethod = Literal["unique-oclc-identifier", "other-system-identifier", "isbn", "issn"]
BriefLevels = Literal["carli", "csu", "off"]
OlderVersion = Literal["consider-originating-system", "ignore-originating-system", "disabled"]
Synchronization = Literal["publish-bibliographic-records", "publish-holdings-only", "do-not-publish"]


Evidence = Literal["doc", "seen", "assumed"]
"""A vendor or consortium says so in public; public code or records show it; nothing is published, it is our choice."""


class Basis(NamedTuple):
    """How a behaviour of Alma is known."""

    evidence: Evidence
    source: str
    """Who says or shows it, or why it is assumed so."""


class Host(Struct, frozen=True):
    """An emulated Alma host: an address of its own, because TCP carries no host name (spec: zones and hosts)."""

    key: str
    """Name in the settings, such as `i-share-xyz`."""
    names: tuple[str, ...] = ()
    """The names that real Alma has for it; shown to people, never resolved."""


class Zone(Struct, frozen=True):
    """An institution's or a consortium's catalogue, reached by (host, logon ID)."""

    key: str
    """Name in the settings and in the store, such as `xyz`."""
    host: str
    kind: ZoneKind
    code: str
    """Institution code, which is also the logon ID, such as `01CARLI_XYZ`."""
    mms_suffix: str
    """The institution's four digits at the end of each MMS ID."""
    network: str | None = None
    """Key of the network zone that an institution belongs to."""
    profiles: tuple[str, ...] = ()
    """Keys of its integration profiles; unless there is exactly one, no record comes in."""


class Profile(Struct, frozen=True, kw_only=True):
    """An OCLC Connexion integration profile: how records come into a zone.

    The defaults are those of CARLI's institutions. Source: spec, "The integration profile".
    """

    title: str = "OCLC Connexion"
    """What people call it."""
    target_format: Literal["marc21-bibliographic"] = "marc21-bibliographic"
    normalization: tuple[str, ...] = ("001-to-035", "019a-to-035z")
    """Rules in their order (`importer.normalize`); `remove 029` takes fields out."""
    extraneous_035: bool = True
    """Whether the 035 made of 001 stands beside one that has the same OCLC number already."""
    refuse: tuple[ChosenGroup, ...] = ("required",)
    """Which findings keep a record out; those of structure, character set, size and format always do."""
    serial_match: MatchMethod = "unique-oclc-identifier"
    """For Leader/07 b, i and s."""
    non_serial_match: MatchMethod = "unique-oclc-identifier"
    match_cancelled: bool = True
    """Whether OCLC numbers in 035 $z count in a match, on both sides."""
    merge_method: str = "overlay-all-fields-but-local"
    """One of `importer.merge`, or a site's own."""
    brief_levels: BriefLevels = "carli"
    """By which table a fuller stored record is protected from a briefer one."""
    older_version: OlderVersion = "consider-originating-system"
    """Whether a later stored version is protected from an earlier one."""
    synchronize: Synchronization = "publish-bibliographic-records"
    """Kept on the record as its management tag."""
    use_network_zone: bool = False
    """Match, guard and merge in the institution's network zone, and link a record of the institution to it."""


class MergeMethod(Struct, frozen=True, kw_only=True):
    """Which fields a merge keeps and takes, by selectors (`marc.selector`) such as `035 9#` and `500 $5`."""

    title: str
    """What people call it."""
    keep: tuple[str, ...] = ("001",)
    """Fields of the stored record that stay; the others go."""
    leave_out: tuple[str, ...] = ("001",)
    """Incoming fields that are not taken; the others are."""
    leader: Literal["incoming", "stored"] = "incoming"
    """Whose Leader the merged record has."""


def unfiled_zone(host: str) -> str:
    """The store's zone for attempts at `host` that reached none; `@` stands in no zone key of the settings."""
    return f"@{host}"


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


class Severity(StrEnum):
    """What a finding does: `refuse` ends the import; the others are shown."""

    REFUSE = "refuse"
    WARN = "warn"
    INFO = "info"


class Finding(Struct, frozen=True, omit_defaults=True):
    """One thing that is wrong or odd in a record. Its words are derived when read (`marc.rules.words`)."""

    code: str
    severity: Severity
    field: str = ""
    """Tag, or `Leader/09` and the like; empty when it concerns the whole record."""
    occurrence: int = 0
    """Which of the fields of that tag, from 1; 0 when it does not matter."""
    offset: int | None = None
    """Byte in the record as it arrived, from 0."""
    detail: str = ""
    """The value or figure at fault, short and printable."""


IdentifierKind = Literal["oclc", "oclc_cancelled", "system", "isbn", "issn", "network"]


class Identifier(NamedTuple):
    """A number by which a record can be found within its zone."""

    kind: IdentifierKind
    """OCLC number in 035 $a, or in 035 $z; 035 $a of another system; ISBN; ISSN; MMS ID of the network's record."""
    value: str


class Hit(Struct, frozen=True):
    """A stored record that an incoming one matches."""

    mms_id: str
    title: str


class Facts(Struct, frozen=True, omit_defaults=True):
    """What was observed of an attempt: the matter from which a diagnosis is derived when somebody reads it."""

    items: str = ""
    """Tags of the logon items in the order they came, such as `AP`."""
    lengths: str = ""
    """Length form of the items: `desktop`, `browser`, `mixed`, or empty without items."""
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


class Flag(StrEnum):
    """What keeps Alma from replacing a record; here a tester sets it."""

    LOCKED = "locked"
    """Open in the Metadata Editor."""
    CZ_LINKED = "cz_linked"
    """Linked to the Community Zone."""


class BibRecord(Struct, frozen=True):
    """A bibliographic record in a zone, one version of it."""

    mms_id: str
    version: int
    """From 1, without gaps."""
    marc: bytes
    """ISO 2709, UTF-8."""
    title: str
    identifiers: frozenset[Identifier]
    originating_system: str
    """003 of the import that wrote this version, before it was removed; may be empty."""
    originating_version: str
    """005 of that import, before it was replaced; may be empty."""
    at: datetime
    """When this version was written, UTC."""
    submission: str
    """ID of the submission that wrote this version; empty where a person did."""
    made_by: str = "create"
    """How this version came about: `create`, `link`, `revert`, or the key of a merge method."""
    flags: frozenset[Flag] = frozenset()
    management_tag: str = ""
    """Whether Alma would synchronize it with an external catalogue: `Profile.synchronize` of its last import."""
    linked_to: str = ""
    """MMS ID of the network zone's record that it is linked to."""


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
