"""Steps of a zone's script: what an export is answered. One function for each reply that means "not filed".

    gateway.script(replies.logon_failed(), replies.locked(late_seconds=0.5), replies.accept())

Nothing is filed by them, whatever the record; `accept` leaves it to the gateway. Words that a reply repeats can be
given (`hit="9910000000015867"`), and how it goes out (`delivery.Delivery`). The texts: `gateway replies`.
"""

from typing import Unpack

from gateway.model import ReplyStep
from gateway.testing.delivery import Delivery, answered


def accept(**delivery: Unpack[Delivery]) -> ReplyStep:
    """The gateway decides as ever."""
    return answered("accept", {}, **delivery)


def text(words: str, *, reply: str = "accept", **delivery: Unpack[Delivery]) -> ReplyStep:
    """These words in place of the gateway's; what becomes of the record is as `reply` says."""
    return ReplyStep(reply=reply, text=words, **delivery)


def logon_failed(**delivery: Unpack[Delivery]) -> ReplyStep:
    """The logon ID or the password is wrong."""
    return answered("logon_failed", {}, **delivery)


def none_named(institution: str = "", **delivery: Unpack[Delivery]) -> ReplyStep:
    """The institution has no integration profile."""
    return answered("none_named", {"institution": institution}, **delivery)


def several_named(institution: str = "", **delivery: Unpack[Delivery]) -> ReplyStep:
    """The institution has several integration profiles."""
    return answered("several_named", {"institution": institution}, **delivery)


def structure(after: str = "", **delivery: Unpack[Delivery]) -> ReplyStep:
    """The record arrived damaged; `after` is such as ` after field 245`."""
    return answered("structure", {"after": after}, **delivery)


def charset(characters: str = "", **delivery: Unpack[Delivery]) -> ReplyStep:
    """The record is not in UTF-8."""
    return answered("charset", {"characters": characters}, **delivery)


def required(finding: str = "", **delivery: Unpack[Delivery]) -> ReplyStep:
    """A field is missing that a record must have."""
    return answered("required", {"finding": finding}, **delivery)


def not_bibliographic(detail: str = "", **delivery: Unpack[Delivery]) -> ReplyStep:
    """The record is of another kind; `detail` is such as `an authority record`."""
    return answered("not_bibliographic", {"detail": detail}, **delivery)


def rules(finding: str = "", **delivery: Unpack[Delivery]) -> ReplyStep:
    """The record breaks a rule of the integration profile."""
    return answered("rules", {"finding": finding}, **delivery)


def several_matches(
    number: str = "",
    matches: str = "",
    count: str = "",
    hits: str = "",
    fields: str = "",
    **delivery: Unpack[Delivery],
) -> ReplyStep:
    """Several stored records match."""
    values = {"number": number, "matches": matches, "count": count, "hits": hits, "fields": fields}
    return answered("several_matches", values, **delivery)


def lower_brief_level(
    hit: str = "",
    stored_level: str = "",
    stored_brief: str = "",
    incoming_level: str = "",
    incoming_brief: str = "",
    **delivery: Unpack[Delivery],
) -> ReplyStep:
    """The stored record is fuller."""
    stored = {"stored_level": stored_level, "stored_brief": stored_brief}
    incoming = {"incoming_level": incoming_level, "incoming_brief": incoming_brief}
    return answered("lower_brief_level", {"hit": hit, **stored, **incoming}, **delivery)


def older_version(
    hit: str = "", stored_version: str = "", incoming_version: str = "", **delivery: Unpack[Delivery]
) -> ReplyStep:
    """The stored record is of a later version."""
    values = {"hit": hit, "stored_version": stored_version, "incoming_version": incoming_version}
    return answered("older_version", values, **delivery)


def cz_linked(hit: str = "", **delivery: Unpack[Delivery]) -> ReplyStep:
    """The stored record is linked to the Community Zone."""
    return answered("cz_linked", {"hit": hit}, **delivery)


def locked(hit: str = "", **delivery: Unpack[Delivery]) -> ReplyStep:
    """The stored record is open in the Metadata Editor."""
    return answered("locked", {"hit": hit}, **delivery)


def too_long(finding: str = "", **delivery: Unpack[Delivery]) -> ReplyStep:
    """The import made the record longer than MARC 21 allows."""
    return answered("too_long", {"finding": finding}, **delivery)


def malformed(**delivery: Unpack[Delivery]) -> ReplyStep:
    """What arrived is no export."""
    return answered("malformed", {}, **delivery)


def incomplete(arrived: str = "", **delivery: Unpack[Delivery]) -> ReplyStep:
    """The record was cut off; `arrived` is such as `1000 of 2000`."""
    return answered("incomplete", {"arrived": arrived}, **delivery)


def message_too_long(offset: str = "", **delivery: Unpack[Delivery]) -> ReplyStep:
    """The message is longer than a record can be."""
    return answered("message_too_long", {"offset": offset}, **delivery)


def not_marc(**delivery: Unpack[Delivery]) -> ReplyStep:
    """The record is XML."""
    return answered("not_marc", {}, **delivery)


def http(**delivery: Unpack[Delivery]) -> ReplyStep:
    """What a browser is answered."""
    return answered("http", {}, **delivery)


def tls(**delivery: Unpack[Delivery]) -> ReplyStep:
    """What a client that speaks TLS is answered: a reply without words."""
    return answered("tls", {}, **delivery)


def telnet(**delivery: Unpack[Delivery]) -> ReplyStep:
    """What a Telnet client is answered: a reply without words."""
    return answered("telnet", {}, **delivery)


def busy(**delivery: Unpack[Delivery]) -> ReplyStep:
    """Too many connections are open; behind a logon here, `faults.busy` before it."""
    return answered("busy", {}, **delivery)


def logon_slow(**delivery: Unpack[Delivery]) -> ReplyStep:
    """The logon could not be checked in time."""
    return answered("logon_slow", {}, **delivery)


def store_slow(**delivery: Unpack[Delivery]) -> ReplyStep:
    """The store did not answer in time."""
    return answered("store_slow", {}, **delivery)


def store_failed(**delivery: Unpack[Delivery]) -> ReplyStep:
    """The store is down."""
    return answered("store_failed", {}, **delivery)


def outcome_unknown(**delivery: Unpack[Delivery]) -> ReplyStep:
    """The store was lost while it wrote: nobody knows whether the record is filed."""
    return answered("outcome_unknown", {}, **delivery)


def link_pending(mms_id: str = "", **delivery: Unpack[Delivery]) -> ReplyStep:
    """The record is in the network zone, and not yet linked to the institution's."""
    return answered("link_pending", {"mms_id": mms_id}, **delivery)


def internal(**delivery: Unpack[Delivery]) -> ReplyStep:
    """The gateway made a mistake; nothing was changed."""
    return answered("internal", {}, **delivery)


def crashed(**delivery: Unpack[Delivery]) -> ReplyStep:
    """The gateway made a mistake; nobody knows whether the record is filed."""
    return answered("crashed", {}, **delivery)
