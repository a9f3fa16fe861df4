"""Builds docs/fidelity.md: each behaviour with its evidence and source, from the gateway's own tables where it has one.

python docs/build.py           writes the page where it differs
python docs/build.py --check   writes nothing; exits 1 where it differs
"""

import sys
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec

from gateway.importer.guards import BRIEF_LEVELS, Levels
from gateway.importer.match import METHODS as MATCH_METHODS
from gateway.importer.merge import BASES
from gateway.importer.merge import METHODS as MERGE_METHODS
from gateway.importer.normalize import RULES as NORMALIZATION
from gateway.importer.profile import words
from gateway.importer.replies import REPLIES
from gateway.importer.replies import key as reply_key
from gateway.marc.fields import MOST_029
from gateway.model import Basis, Evidence, MergeMethod, Profile, Reason

PAGE = Path(__file__).parent / "fidelity.md"
SETTINGS = PAGE.parents[1] / "config.example.toml"

INTRODUCTION = """\
# How each behaviour is known

OCLC and Ex Libris publish no specification of this interface. Every behaviour bears its evidence: **doc**, a vendor or
consortium says so in public; **seen**, public code that real clients were mended against, or real records, show it;
**assumed**, nothing is published and this is the plausible choice. Where something is published, but not all of it, the
rest stands behind "Assumed". All that is assumed stands together in [the list at the end](#all-that-is-assumed); what
sites will differ in is a setting.

This page is made of the gateway's tables by `docs/build.py`; do not edit it.
"""


class Row(NamedTuple):
    """A behaviour and how it is known."""

    behaviour: str
    basis: Basis
    also_assumed: tuple[str, ...] = ()
    """What of it nobody has published, though the rest is known; each to be understood alone."""


class Section(NamedTuple):
    """Behaviours of one kind."""

    title: str
    rows: tuple[Row, ...]


def doc(behaviour: str, source: str, *also_assumed: str) -> Row:
    """What a vendor or consortium says."""
    return Row(behaviour, Basis("doc", source), also_assumed)


def seen(behaviour: str, source: str) -> Row:
    """What public code or records show."""
    return Row(behaviour, Basis("seen", source))


def assumed(behaviour: str, why: str) -> Row:
    """What nobody has published."""
    return Row(behaviour, Basis("assumed", why))


SERVERS = "Koha connexion_import_daemon.pl, FOLIO edge-connexion"
ERRORS = "CARLI, OCLC Gateway Export Errors"
INTEGRATION = "CARLI, OCLC Gateway Export Integration"
ONLINE_HELP = "Ex Libris, Importing Records from OCLC Connexion / Record Manager"

PROFILES = msgspec.convert(tomllib.loads(SETTINGS.read_text(encoding="utf-8"))["profiles"], dict[str, Profile])
"""The built-in ones."""


def spelled(levels: Levels) -> str:
    """A table of brief levels on one line; # is a blank."""
    named = [f"{' '.join(values.replace(' ', '#'))} {level:02}" for level, values in levels.by_level.items()]
    return " · ".join([*named, f"others {levels.other:02}"])


LEADER = "The Leader of a merged record is the incoming one's"
OF_METHODS = {
    "overlay-all-fields-but-local": (LEADER,),
    "conditional-subject-headings": (
        "By Conditional subject headings 035 and 9XX, which stay, are not added to",
        LEADER,
    ),
    "replace-245-and-035-if-exist": (LEADER,),
    "consortium-nz-overlay": ("CARLI's merge method for its network zone is WRLC's of like name", LEADER),
}
"""What is assumed of merge methods that are documented."""


def merging(key: str, method: MergeMethod) -> Row:
    """A merge method; what its basis says behind a semicolon stands in `OF_METHODS` at more length."""
    whose = "the stored one stays" if method.leader == "stored" else "the incoming one"
    kept, left = (" ".join(f"`{one}`" for one in selectors) for selectors in (method.keep, method.leave_out))
    evidence, source = BASES[key]
    return Row(
        f"`{key}`: {method.title}: keeps {kept}; leaves out {left}; Leader: {whose}",
        Basis(evidence, source.partition(";")[0]),
        OF_METHODS.get(key, ()),
    )


def answers() -> Iterator[Row]:
    """The replies; those that are the same stand once, with all ends that have it."""
    found: dict[tuple[str, Basis], dict[str, None]] = {}
    for end, reply in REPLIES.items():
        basis = Basis(reply.evidence, OTHER_WORDS.get(end[1]) or WORDS[reply.evidence])
        found.setdefault((reply.text, basis), {})[f"`{reply_key(end)}`"] = None
    for (text, basis), ends in found.items():
        layout = basis.evidence == "doc" and "{mms_id}" in text
        yield Row(f"{' · '.join(ends)}: {quoted(text)}", basis, (MMS_ID_LINE,) if layout else ())


def quoted(text: str) -> str:
    """A reply on one line."""
    return f"`{text}`".replace("\n", "` / `") if text else "(closed without one)"


WORDS: dict[Evidence, str] = {
    "doc": ERRORS,
    "assumed": "Import Failed is documented, the reason's words are ours",
}
"""Sources of replies."""
OTHER_WORDS: dict[Reason | None, str] = {
    Reason.HTTP: "a browser shows a line of text",
    Reason.TLS: "such a client reads no plain text",
    Reason.TELNET: "its commands were declined, and nothing else came",
}
"""Of those that do not begin with Import Failed."""
MMS_ID_LINE = "The MMS ID stands in the reply on a line of its own, `MMS ID: 99…`"

WIRE = Section(
    "On the wire",
    (
        seen("Logon items U, A and P with one-byte or decimal lengths that count bytes, in any order", SERVERS),
        seen("The logon ID is item A, else item U", SERVERS),
        seen("A message is complete when its record's declared length has arrived", "FOLIO edge-connexion"),
        seen("A reply is text and one NUL, sent before anything is closed", f"{SERVERS}, Evergreen"),
        assumed(
            "Lines of a reply are separated by LF, and it has at most 2,000 bytes of UTF-8", "Connexion shows lines"
        ),
        assumed("Of several readings of decimal lengths the one whose record ends first counts", "see protocol.md"),
        assumed("A record without logon items uses the connection's latest logon", "Permanent Connection sends on"),
        assumed("Up to 64 unreadable bytes and the end after a reply are a goodbye", "Notify Host Before Disconnect"),
        assumed("HTTP, TLS, Telnet and XML are known by their first bytes", "no message begins so"),
        doc(
            "Port 5500; a messaging timeout of 10 s",
            "Ex Libris; Record Manager's settings",
            "An import that has not begun after 9 s is given up, and the client is told so",
        ),
    ),
)
ZONES = Section(
    "Zones and logons",
    (
        doc("A zone is found by host and logon ID: one ID means other zones on other hosts", f"{INTEGRATION}; CSU"),
        doc("Host name and logon ID must correspond to each other", INTEGRATION),
        assumed("A logon that is right on another host is refused", "follows from the above"),
        doc("Settings may be case sensitive", INTEGRATION),
        assumed("A logon that differs in case or white space is refused", "follows from the above"),
        doc("An export to the network zone lands in the network zone", INTEGRATION),
        assumed(
            "An export to the network zone leaves the institution's zone untouched",
            "inventory or a link is added in Alma afterwards",
        ),
        doc(
            "With Use network zone the institution's export is filed in the network zone",
            ONLINE_HELP,
            "With Use network zone the institution's profile decides in the network zone: match, guards, merge method",
        ),
        assumed(
            "With Use network zone the MMS ID given is the network record's",
            "it is the record that was matched and merged",
        ),
        assumed(
            "The institution's linked record becomes a copy of the network's with 035 $a (EXLNZ-CODE)99…; of its own "
            "fields only those with $9 LOCAL stay: other 09X, 59X, 9XX go, though Overlay all fields but local "
            "keeps 9XX",
            "what Alma keeps in such a record is not published; such 035s are seen in libraries' records",
        ),
        assumed(
            "A record of the institution that is locked or linked to the Community Zone is not linked, nor is one of "
            "several that match; the attempt says so",
            "what no export may change, or none can choose, a link does not either",
        ),
        doc("An MMS ID is 99, a number, and the institution's four digits", "CARLI; Ex Libris"),
        assumed("The number counts from 1000000001 in each zone", "so that runs can be repeated"),
    ),
)
ORDER = Section(
    "Order of work and validation",
    (
        assumed("Logon, structure, validation, normalization, match, guards, merge, store, reply", "the natural order"),
        doc("A zone with no profile, or several, takes no record", ERRORS),
        doc("Only bibliographic records are taken (target format)", INTEGRATION),
        doc(
            "Very many fields 029 are warned of: they have kept Alma from making a 035",
            "Orbis Cascade, CSU",
            f"More than {MOST_029} fields 029 are very many",
        ),
        doc("MARC-8, and bytes that are not UTF-8, are refused", "CARLI: other settings may fail conversion to XML"),
        assumed("A Leader/09 other than a over plain ASCII is taken", "nothing is lost"),
        assumed("Damaged structure, and anything but one 245, is refused", "Alma's validation is not published"),
        assumed("All other findings refuse only where the profile says so", "Alma's validation is not published"),
        assumed("A record that the import makes longer than MARC 21 allows is refused", "it could not be given out"),
    ),
)
GUARDS = Section(
    "Match and guards",
    (
        doc("Two or more matches are refused, and named", ERRORS),
        assumed("Serials are Leader/07 b, i and s", "how Alma divides them is not published"),
        doc("A stored record with a higher brief level is not replaced; equal passes", "CARLI, Brief Levels"),
        doc(
            "An incoming 005 older than that of the last import from the same 003 is refused; equal and none pass",
            ONLINE_HELP,
            "A 005 that is no date and time cannot be compared, and passes",
        ),
        assumed("Ignore Originating System compares without the 003", "the setting's name"),
        doc("A record linked to the Community Zone is passed over", ONLINE_HELP),
        doc("A record open in the Metadata Editor is not changed", "Harvard, Connexion Exports to Alma"),
        assumed("The order: brief level, older version, Community Zone, lock", "nothing is published"),
        *(Row(f"Brief levels `{key}`: {spelled(levels)}", levels.basis) for key, levels in BRIEF_LEVELS.items()),
        *(Row(f"Match method {one.title}: {one.compares}", one.basis) for one in MATCH_METHODS.values()),
    ),
)
MERGING = Section(
    "Normalization and merging",
    (
        *(Row(f"Normalization `{key}`: {rule.title}", rule.basis) for key, rule in NORMALIZATION.items()),
        assumed("A field of which Clear empty fields leaves no subfield goes", "its name"),
        doc(
            "CSU's profile removes 029 936 938 948 984, and has brief levels of its own",
            "CSU",
            f"CSU's merge method is {MERGE_METHODS[PROFILES['csu-nz'].merge_method].title}",
        ),
        assumed("019 $a comes into a 035 $z of its own", "one field for all of them"),
        doc("$9 LOCAL fields are never overlaid", "Ex Libris"),
        doc("001 becomes the MMS ID", ERRORS),
        assumed("003 is taken out, 005 is the time of import in UTC", "nothing is published"),
        assumed("Leader/09 is a in every stored record", "all are kept in UTF-8"),
        assumed(
            "Where a stored and an incoming field are both kept, identical ones stand once",
            "two would say no more than one",
        ),
        doc("A second export differs in 005 and 994 only", "OCLC, Export specifications"),
        assumed(
            "Where nothing else differs it changes nothing: same MMS ID, no new version", "so that a retry does no harm"
        ),
        *(merging(key, method) for key, method in MERGE_METHODS.items()),
    ),
)
ANSWERS = Section(
    "Replies",
    tuple(answers()),
)
SECTIONS = (WIRE, ZONES, ORDER, GUARDS, MERGING, ANSWERS)


def page() -> str:
    """The whole page."""
    return "\n".join(
        [
            INTRODUCTION,
            *("\n".join([f"## {section.title}", *table(section.rows), ""]) for section in SECTIONS),
            "## Settings of an integration profile",
            "Their names are Alma's [doc: CARLI]; the values are those of the built-in profiles.",
            "",
            *settings(),
            "",
            "## All that is assumed",
            *(f"- {behaviour}" for behaviour in all_assumed()),
            "",
        ]
    )


def all_assumed() -> Iterator[str]:
    """Everything that nobody has published, once; the reasons in replies not one by one."""
    found: list[str] = []
    for section in SECTIONS:
        for row in section.rows:
            if row.basis.source == WORDS["assumed"]:
                found.append(
                    "The reason's words in every reply that begins with Import Failed, also where the gateway made a "
                    "mistake of its own"
                )
            elif row.basis.evidence == "assumed":
                found.append(f"The answer to {row.behaviour}" if section is ANSWERS else row.behaviour)
            found += row.also_assumed
    yield from dict.fromkeys(found)


def table(rows: Iterable[Row]) -> Iterator[str]:
    """Rows in Markdown."""
    yield from ("| behaviour | evidence | source, or why |", "|---|---|---|")
    for row in rows:
        source = ". Assumed: ".join(filter(None, (row.basis.source, ". ".join(row.also_assumed))))
        yield f"| {row.behaviour} | {row.basis.evidence} | {source} |"


def settings() -> Iterator[str]:
    """The built-in profiles beside each other."""
    yield f"| setting | {' | '.join(f'`{key}`' for key in PROFILES)} |"
    yield "|---" * (len(PROFILES) + 1) + "|"
    values = [words(profile, {}) for profile in PROFILES.values()]
    for name in values[0]:
        yield f"| {name} | {' | '.join(value[name] for value in values)} |"


def main() -> None:
    """Write, or check."""
    made = page()
    if PAGE.exists() and PAGE.read_text(encoding="utf-8") == made:
        return
    if "--check" in sys.argv[1:]:
        sys.exit("docs/fidelity.md differs from the tables; run python docs/build.py")
    PAGE.write_text(made, encoding="utf-8")


if __name__ == "__main__":
    main()
