"""What Connexion is answered: one table with its evidence. [doc] marks words that a vendor or consortium has published.

Source: spec, "Replies". The answer to a failed logon never says which of the two was wrong: it has one text.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from string import Formatter
from typing import Final, Literal, NamedTuple

from gateway.importer.behaviours import ERRORS
from gateway.importer.match import METHODS
from gateway.marc import rules
from gateway.marc.record import one_line
from gateway.model import Evidence, Facts, Finding, Outcome, Reason, Receipt, Severity

CHANGES: Final[dict[int, str]] = {
    1: "The first table.",
    2: (
        "New: `none_named` `several_named` `rules` `lower_brief_level` `older_version` `cz_linked` `locked` "
        "`link_pending` `logon_slow`. Other words: `structure` `charset` `not_bibliographic` `several_matches` "
        "`malformed`."
    ),
    3: ("New: `outcome_unknown`; `crashed`, which had no key and other words before. Other words: `link_pending`."),
}
"""What is new in each version of the table, by key."""
VERSION: Final = max(CHANGES)
"""Rises when a reason code, a key, a text, or words with which texts are filled in, change."""

LISTED: Final = 5
"""Most numbers, and records with their titles, that a reply names: a reply is 2,000 bytes at most."""
MMS_IDS: Final = 25
"""Most records that it names at all, those behind the first few by MMS ID alone."""
TITLE_CHARACTERS: Final = 60
"""Most of a title that a reply repeats: enough to know the record by."""

COUNTS: Final = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
"""Small numbers as people write them."""
CHARACTERS: Final = {
    "marc8": "the characters are MARC-8",
    "notUtf8": "the characters are not UTF-8, though Leader/09 says so",
}
"""What the characters are, by the finding that refuses them."""
OUR_WORDS: Final = "Import Failed is documented, the reason's words are ours"
"""Why the words of most replies are assumed."""


class Reply(NamedTuple):
    """A text, and how its words are known. What stands in braces is given by `values`."""

    text: str
    evidence: Evidence
    source: str
    """Who has published them, or why there are none."""


End = tuple[Outcome, Reason | None]
"""How an attempt ended, and why."""
Which = Literal[0, 1]
STORED: Final = 0
INCOMING: Final = 1
"""Places in `Facts.compared` and `Facts.levels`."""

_PROCESSED = Reply("The record has been processed successfully.\nMMS ID: {mms_id}", "doc", ERRORS)
_LOGON_FAILED = Reply("Logon Failed--the Logon ID and/or password is/are not valid", "doc", ERRORS)
_NO_PROFILE = Reply("No integration profile found for institution {institution}", "doc", ERRORS)


def _failed(reason: str) -> Reply:
    """Alma's first line [doc] over words of our own [assumed]."""
    return Reply(f"Import Failed\n{reason}", "assumed", OUR_WORDS)


def _not_known(why: str) -> Reply:
    """Of a record that may have been filed."""
    return _failed(f"Not known whether it was imported: {why}. Export again; the same record is not filed twice.")


REPLIES: Final[dict[End, Reply]] = {
    (Outcome.CREATED, None): _PROCESSED,
    (Outcome.MERGED, None): _PROCESSED,
    (Outcome.UNCHANGED, None): _PROCESSED,
    (Outcome.LOGON_FAILED, Reason.NO_LOGON): _LOGON_FAILED,
    (Outcome.LOGON_FAILED, Reason.UNKNOWN_LOGON): _LOGON_FAILED,
    (Outcome.LOGON_FAILED, Reason.WRONG_PASSWORD): _LOGON_FAILED,
    (Outcome.NO_PROFILE, Reason.NONE_NAMED): _NO_PROFILE,
    (Outcome.NO_PROFILE, Reason.SEVERAL_NAMED): _NO_PROFILE,
    (Outcome.REFUSED, Reason.STRUCTURE): _failed(
        "Not imported: the record arrived damaged{after}. "
        "Export again; if it repeats, send this report to your systems librarian."
    ),
    (Outcome.REFUSED, Reason.CHARSET): _failed(
        "Not imported: {characters}, Alma needs UTF-8. "
        "Tools > Options > Export > Record Characteristics > UTF-8 Unicode."
    ),
    (Outcome.REFUSED, Reason.REQUIRED): _failed("Not imported: {finding}."),
    (Outcome.REFUSED, Reason.NOT_BIBLIOGRAPHIC): _failed(
        "Not imported: this is {detail}; this connection takes bibliographic records only."
    ),
    (Outcome.REFUSED, Reason.RULES): _failed("Not imported: {finding}."),
    (Outcome.REFUSED, Reason.SEVERAL_MATCHES): _failed(
        "Not imported: {number} {matches} {count} records: {hits}. "
        "Merge them or correct their {fields}, then export again."
    ),
    (Outcome.REFUSED, Reason.LOWER_BRIEF_LEVEL): _failed(
        "Not imported: the stored record {hit} is fuller (ELvl {stored_level}, brief level {stored_brief}) "
        "than yours (ELvl {incoming_level}, level {incoming_brief})."
    ),
    (Outcome.REFUSED, Reason.OLDER_VERSION): _failed(
        "Not imported: {hit} already holds a later OCLC version (005 {stored_version}) than yours ({incoming_version})."
    ),
    (Outcome.REFUSED, Reason.CZ_LINKED): _failed(
        "Not imported: {hit} is linked to the Community Zone; Connexion cannot replace it."
    ),
    (Outcome.REFUSED, Reason.LOCKED): _failed(
        "Not imported: {hit} is open in the Metadata Editor. Release it and export again."
    ),
    (Outcome.REFUSED, Reason.TOO_LONG): _failed("Not imported: {finding}. Shorten the record, then export again."),
    (Outcome.MALFORMED, Reason.MALFORMED): _failed("Not imported: what arrived is no OCLC Gateway Export."),
    (Outcome.MALFORMED, Reason.INCOMPLETE): _failed("Not imported: {arrived} bytes arrived. Export again."),
    (Outcome.MALFORMED, Reason.MESSAGE_TOO_LONG): _failed(
        "Not imported: the message is longer than a record can be ({offset} bytes arrived without an end)."
    ),
    (Outcome.FOREIGN, Reason.NOT_MARC): _failed(
        "Not imported: the record is XML, Alma needs MARC 21. "
        "Tools > Options > Export > Record Characteristics > MARC 21."
    ),
    (Outcome.FOREIGN, Reason.HTTP): Reply(
        "This is the port for OCLC Gateway Export, not for a browser. Export a record to it from Connexion.",
        "assumed",
        "a browser shows a line of text",
    ),
    (Outcome.FOREIGN, Reason.TLS): Reply("", "assumed", "such a client reads no plain text"),
    (Outcome.FOREIGN, Reason.TELNET): Reply("", "assumed", "its commands were declined, and nothing else came"),
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
    (Outcome.ERROR, Reason.OUTCOME_UNKNOWN): _not_known("the gateway's store was lost while it wrote"),
    (Outcome.ERROR, Reason.LINK_PENDING): _failed(
        "Not finished: the record is in the Network Zone (MMS ID {mms_id}), its link to your institution is not made "
        "yet. The gateway makes it as soon as it can."
    ),
    (Outcome.ERROR, Reason.INTERNAL): _failed(
        "Not imported: the gateway made a mistake of its own. Nothing was changed. Tell whoever runs the gateway."
    ),
    (Outcome.ERROR, Reason.CRASHED): _not_known("the gateway made a mistake of its own"),
}
"""By outcome and reason. An empty text: the connection is closed without one.

`BUSY` is answered to a connection too many, `CRASHED` to one that a mistake of the gateway's own ends, perhaps after
its record was filed; neither is an attempt that is kept.
"""
_BUSY: Final = Receipt("", Outcome.BUSY)
_CRASHED: Final = Receipt("", Outcome.ERROR, Reason.CRASHED)


def hit_count(facts: Facts) -> int:
    """How many stored records match; earlier gateways kept all of them and no number."""
    return facts.hit_count or len(facts.hits)


def _hits(facts: Facts) -> str:
    """Stored records, the first few with their titles."""
    titled = [f"{hit.mms_id} ({_cut(hit.title)})" for hit in facts.hits[:LISTED]]
    return listed([*titled, *(hit.mms_id for hit in facts.hits[LISTED:])], MMS_IDS, of=hit_count(facts))


def listed(words: Sequence[str], most: int = LISTED, *, of: int = 0) -> str:
    """The first few of a list, and how many more there are; `of` is how many in all where `words` are not all."""
    more = max(of, len(words)) - min(most, len(words))
    return ", ".join(words[:most]) + (f" and {more} more" if more > 0 else "")


def _cut(title: str) -> str:
    """A title of a length that people read, on one line."""
    title = one_line(title)
    return title if len(title) <= TITLE_CHARACTERS else f"{title[: TITLE_CHARACTERS - 1]}…"


def key(end: End) -> str:
    """How settings name an entry: by reason, or by outcome where that has none.

    By outcome for a failed logon too: texts by its reasons would tell which of the two was wrong.
    """
    outcome, reason = end
    return (outcome if outcome is Outcome.LOGON_FAILED else reason or outcome).value


KEYS: Final = tuple(dict.fromkeys(map(key, REPLIES)))
"""Of all entries."""
END_OF: Final[dict[str, End]] = {
    **{key(end): end for end in reversed(REPLIES) if not end[0].filed},
    Outcome.LOGON_FAILED.value: (Outcome.LOGON_FAILED, Reason.WRONG_PASSWORD),
}
"""How an attempt ends that is answered by the entry of this key; of several the first. Without those that were filed.

Of failed logons a wrong password alone reaches a zone.
"""


class Replies:
    """The table, with the texts that a site has put in place of its own."""

    def __init__(self, own: Mapping[str, str] | None = None) -> None:
        """`own`: text by key, each without a `fault`."""
        own = own or {}
        self._texts = {end: own.get(key(end), reply.text) for end, reply in REPLIES.items()}

    def text(self, receipt: Receipt) -> str:
        """The reply to an attempt, as far as its words went out: a script may keep some back."""
        scripted = receipt.facts.scripted
        words = self.words(receipt)
        if scripted is None:
            return words
        return words.encode()[: scripted.step.cut].decode(errors="ignore") if scripted.step.send == "reply" else ""

    def words(self, receipt: Receipt) -> str:
        """The whole reply to an attempt."""
        scripted = receipt.facts.scripted
        if scripted and scripted.step.text is not None:
            return scripted.step.text
        return self._texts[receipt.outcome, receipt.reason].format_map(Values(receipt))

    def unfilled(self, end: End) -> str:
        """The text of an entry, with what stands in braces as it is."""
        return self._texts[end]

    @property
    def busy(self) -> str:
        """To a connection too many."""
        return self.text(_BUSY)

    @property
    def crashed(self) -> str:
        """To a connection that a mistake of the gateway's own ends."""
        return self.text(_CRASHED)


def fault(text: str) -> str:
    """What is wrong with a text of a site's own; empty where nothing is."""
    try:
        names = [(name, spec, conversion) for _, name, spec, conversion in Formatter().parse(text) if name is not None]
    except ValueError:
        return "has a brace that belongs to no name; write {{ or }} for one that is to be shown"
    for name, spec, conversion in names:
        if name not in PLACES:
            return f"has {{{name}}}, which there is not; there are {', '.join(sorted(PLACES))}"
        if spec or conversion:
            return f"has more than a name in {{{name}}}; write {{{name}}} alone"
    return ""


class Values(Mapping[str, str]):
    """What may stand in braces in a text about an attempt, each made when it is asked for.

    Each is on one line, and empty where the attempt has no such value; where a script answered, it or a stand-in says.
    """

    def __init__(self, receipt: Receipt) -> None:
        scripted = receipt.facts.scripted
        self._receipt = receipt
        self._given = scripted.step.values if scripted else {}
        self._stand_ins = STAND_INS if scripted and not receipt.outcome.filed else {}

    def __getitem__(self, name: str) -> str:
        found = self._given.get(name) or PLACES[name](self._receipt) or self._stand_ins.get(name, "")
        return one_line(found)

    def __iter__(self) -> Iterator[str]:
        return iter(PLACES)

    def __len__(self) -> int:
        return len(PLACES)


def _numbered(facts: Facts) -> str:
    """The numbers that stored records bear too, and what they are, such as `OCLC number 123`."""
    if not (facts.match_method and facts.matched):
        return ""
    plural = "s" if len(facts.matched) > 1 else ""
    return f"{METHODS[facts.match_method].number}{plural} {listed(facts.matched)}"


def _level(encoding_level: str) -> str:
    return "blank" if encoding_level == " " else encoding_level


def _first_words(receipt: Receipt) -> str:
    first = _first(receipt)
    return rules.words(first) if first else ""


def _characters(receipt: Receipt) -> str:
    first = _first(receipt)
    return CHARACTERS.get(first.code, rules.words(first)) if first else ""


def _after(receipt: Receipt) -> str:
    first = _first(receipt)
    return f" after field {first.field}" if first and first.field else ""


def _first(receipt: Receipt) -> Finding | None:
    """The first finding that refuses."""
    return next((finding for finding in receipt.findings if finding.severity is Severity.REFUSE), None)


def _fields(facts: Facts) -> str:
    return METHODS[facts.match_method].fields if facts.match_method else ""


def _count(facts: Facts) -> str:
    count = hit_count(facts)
    if not (count or facts.match_method):
        return ""
    return COUNTS[count] if count < len(COUNTS) else str(count)


def _matches(facts: Facts) -> str:
    if not facts.matched:
        return ""
    return "match" if len(facts.matched) > 1 else "matches"


def _compared(facts: Facts, which: Which) -> str:
    return facts.compared[which] if facts.compared else ""


def _brief(facts: Facts, which: Which) -> str:
    return f"{facts.levels[which]:02}" if facts.levels else ""


def _version(facts: Facts, which: Which) -> str:
    """The day of a 005; its time too where both are of one day."""
    version, other = _compared(facts, which), _compared(facts, INCOMING if which == STORED else STORED)
    if not version[:8].isdigit():
        return ""
    day = f"{version[:4]}-{version[4:6]}-{version[6:8]}"
    return f"{day} {version[8:10]}:{version[10:12]}:{version[12:]}" if version[:8] == other[:8] else day


def _arrived(facts: Facts) -> str:
    if facts.arrived is None:
        return ""
    return f"{facts.arrived} of {facts.expected}" if facts.expected else f"only {facts.arrived}"


PLACES: Final[dict[str, Callable[[Receipt], str]]] = {
    "mms_id": lambda receipt: receipt.mms_id,
    "institution": lambda receipt: receipt.facts.institution,
    "finding": _first_words,
    "detail": lambda receipt: first.detail if (first := _first(receipt)) else "",
    "characters": _characters,
    "after": _after,
    "number": lambda receipt: _numbered(receipt.facts),
    "matches": lambda receipt: _matches(receipt.facts),
    "fields": lambda receipt: _fields(receipt.facts),
    "count": lambda receipt: _count(receipt.facts),
    "hit": lambda receipt: receipt.facts.hits[0].mms_id if receipt.facts.hits else "",
    "hits": lambda receipt: _hits(receipt.facts),
    "stored_level": lambda receipt: _level(_compared(receipt.facts, STORED)),
    "stored_brief": lambda receipt: _brief(receipt.facts, STORED),
    "incoming_level": lambda receipt: _level(_compared(receipt.facts, INCOMING)),
    "incoming_brief": lambda receipt: _brief(receipt.facts, INCOMING),
    "stored_version": lambda receipt: _version(receipt.facts, STORED),
    "incoming_version": lambda receipt: _version(receipt.facts, INCOMING),
    "offset": lambda receipt: "" if receipt.facts.offset is None else str(receipt.facts.offset),
    "arrived": lambda receipt: _arrived(receipt.facts),
}
"""The names that may stand in braces, and what stands there then."""

STAND_INS: Final[dict[str, str]] = {
    "mms_id": "9900000000000000",
    "finding": "field 245 is missing",
    "detail": "an authority record",
    "characters": CHARACTERS["marc8"],
    "number": "OCLC number 1",
    "matches": "matches",
    "fields": METHODS["unique-oclc-identifier"].fields,
    "count": COUNTS[2],
    "hit": "9900000000000000",
    "hits": "9900000000000000 (A title), 9900000000010000 (Another title)",
    "stored_level": "blank",
    "stored_brief": "10",
    "incoming_level": "M",
    "incoming_brief": "07",
    "stored_version": "2026-03-02",
    "incoming_version": "2026-03-01",
    "offset": "101000",
    "arrived": "1000 of 2000",
}
"""What stands in braces where a script answered in place of the gateway, and the attempt has no such value."""
