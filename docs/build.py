"""Builds docs/fidelity.md: each behaviour with its evidence and source, from the gateway's own tables where it has one.

python docs/build.py           writes the page where it differs
python docs/build.py --check   writes nothing; exits 1 where it differs
"""

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from gateway.importer.guards import BRIEF_LEVELS, Levels
from gateway.importer.match import METHODS as MATCH_METHODS
from gateway.importer.merge import BASES
from gateway.importer.merge import METHODS as MERGE_METHODS
from gateway.importer.normalize import RULES as NORMALIZATION
from gateway.importer.profile import words
from gateway.importer.replies import REPLIES
from gateway.model import Basis, Evidence, MergeMethod, Profile

PAGE = Path(__file__).parent / "fidelity.md"

INTRODUCTION = """\
# How each behaviour is known

OCLC and Ex Libris publish no specification of this interface. Every behaviour bears its evidence: **doc**, a vendor or
consortium says so in public; **seen**, public code that real clients were mended against, or real records, show it;
**assumed**, nothing is published and this is the plausible choice. What is assumed stands together in
[the list at the end](#all-that-is-assumed); what sites will differ in is a setting.

This page is made of the gateway's tables by `docs/build.py`; do not edit it.
"""


class Row(NamedTuple):
    """A behaviour and how it is known."""

    behaviour: str
    basis: Basis


class Section(NamedTuple):
    """Behaviours of one kind."""

    title: str
    rows: tuple[Row, ...]


def doc(behaviour: str, source: str) -> Row:
    """What a vendor or consortium says."""
    return Row(behaviour, Basis("doc", source))


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


def spelled(levels: Levels) -> str:
    """A table of brief levels on one line; # is a blank."""
    named = [f"{' '.join(values.replace(' ', '#'))} {level:02}" for level, values in levels.by_level.items()]
    return " · ".join([*named, f"others {levels.other:02}"])


def merging(method: MergeMethod) -> str:
    """A merge method on one line."""
    whose = "the stored one stays" if method.leader == "stored" else "the incoming one"
    kept, left = (" ".join(f"`{one}`" for one in selectors) for selectors in (method.keep, method.leave_out))
    return f"{method.title}: keeps {kept}; leaves out {left}; Leader: {whose}"


def by_text() -> dict[tuple[str, Evidence], list[str]]:
    """Replies that are the same stand once, with all ends that have it."""
    found: dict[tuple[str, Evidence], list[str]] = {}
    for (outcome, reason), reply in REPLIES.items():
        found.setdefault((reply.text, reply.evidence), []).append(f"`{reason or outcome}`")
    return found


def quoted(text: str) -> str:
    """A reply on one line."""
    return f"`{text}`".replace("\n", "` / `") if text else "(closed without one)"


SOURCES: dict[Evidence, str] = {
    "doc": ERRORS,
    "assumed": "Import Failed is documented, the reason's words are ours",
}
"""Of replies."""

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
        doc("Port 5500; a messaging timeout of 10 s", "Ex Libris; Record Manager's settings"),
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
        doc("With Use network zone the institution's export is filed in the network zone", ONLINE_HELP),
        assumed(
            "With Use network zone the MMS ID given is the network record's",
            "it is the record that was matched and merged",
        ),
        assumed(
            "The institution's linked record is a copy with its $9 LOCAL fields and 035 $a (EXLNZ-CODE)99…",
            "such 035s are seen in libraries' records",
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
        doc("MARC-8, and bytes that are not UTF-8, are refused", "CARLI: other settings may fail conversion to XML"),
        assumed("A Leader/09 other than a over plain ASCII is taken", "nothing is lost"),
        assumed("Damaged structure, and anything but one 245, is refused", "Alma's validation is not published"),
        assumed("All other findings refuse only where the profile says so", "Alma's validation is not published"),
    ),
)
GUARDS = Section(
    "Match and guards",
    (
        doc("Two or more matches are refused, each named", ERRORS),
        assumed("Serials are Leader/07 b, i and s", "how Alma divides them is not published"),
        doc("A stored record with a higher brief level is not replaced; equal passes", "CARLI, Brief Levels"),
        doc(
            "An incoming 005 older than that of the last import from the same 003 is refused; equal and none pass",
            ONLINE_HELP,
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
        doc("Fields can be removed: 029 936 938 948 984", "CSU"),
        assumed("019 $a comes into a 035 $z of its own", "one field for all of them"),
        doc("$9 LOCAL fields are never overlaid", "Ex Libris"),
        doc("001 becomes the MMS ID", ERRORS),
        assumed("003 is taken out, 005 is the time of import in UTC", "nothing is published"),
        doc("A second export differs in 005 and 994 only", "OCLC, Export specifications"),
        assumed(
            "Where nothing else differs it changes nothing: same MMS ID, no new version", "so that a retry does no harm"
        ),
        *(Row(f"`{key}`: {merging(method)}", BASES[key]) for key, method in MERGE_METHODS.items()),
    ),
)
ANSWERS = Section(
    "Replies",
    tuple(
        Row(f"{' · '.join(ends)}: {quoted(text)}", Basis(evidence, SOURCES[evidence]))
        for (text, evidence), ends in by_text().items()
    ),
)
SECTIONS = (WIRE, ZONES, ORDER, GUARDS, MERGING, ANSWERS)


def page() -> str:
    """The whole page."""
    return "\n".join(
        [
            INTRODUCTION,
            *("\n".join([f"## {section.title}", *table(section.rows), ""]) for section in SECTIONS),
            "## Settings of an integration profile",
            "Their names are Alma's [doc: CARLI]; the values are those of `carli-iz`.",
            "",
            "| setting | value |",
            "|---|---|",
            *(f"| {name} | {value} |" for name, value in words(Profile(), {}).items()),
            "",
            "## All that is assumed",
            *(f"- {behaviour}" for behaviour in all_assumed()),
            "",
        ]
    )


def all_assumed() -> Iterator[str]:
    """Every behaviour that nobody has published; of replies once, not one by one."""
    for section in SECTIONS:
        if section is not ANSWERS:
            yield from (row.behaviour for row in section.rows if row.basis.evidence == "assumed")
    yield "The reason's words in every reply that begins with Import Failed, and the layout of the MMS ID in the others"


def table(rows: Iterable[Row]) -> Iterator[str]:
    """Rows in Markdown."""
    yield from ("| behaviour | evidence | source, or why |", "|---|---|---|")
    for row in rows:
        yield f"| {row.behaviour} | {row.basis.evidence} | {row.basis.source} |"


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
