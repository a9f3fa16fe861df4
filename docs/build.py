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

from gateway.importer import behaviours
from gateway.importer.behaviours import ERRORS, INTEGRATION, Behaviour
from gateway.importer.evidence import CLOSED, on_one_line
from gateway.importer.guards import BRIEF_LEVELS, Levels
from gateway.importer.match import METHODS as MATCH_METHODS
from gateway.importer.merge import BASES
from gateway.importer.merge import METHODS as MERGE_METHODS
from gateway.importer.normalize import RULES as NORMALIZATION
from gateway.importer.profile import words
from gateway.importer.replies import CHANGES, OUR_WORDS, REPLIES, VERSION
from gateway.importer.replies import key as reply_key
from gateway.model import Basis, MergeMethod, Profile

PAGE = Path(__file__).parent / "fidelity.md"
SETTINGS = PAGE.parents[1] / "config.example.toml"

INTRODUCTION = """\
# How each behaviour is known

OCLC and Ex Libris publish no specification of this interface. Every behaviour bears its evidence: **doc**, a vendor or
consortium says so in public; **seen**, public code that real clients were mended against, or real records, show it;
**assumed**, nothing is published and this is the plausible choice. Where something is published, but not all of it, the
rest stands behind "Assumed". All that is assumed stands together in [the list at the end](#all-that-is-assumed); what
sites will differ in is a setting.

Of each export the gateway tells what of its own answer is assumed: on its page, in `gateway submissions show`, and as
`assumed` in JSON. What holds of every answer and every record alike (the order of work, the lines of a reply, how MMS
IDs are counted, 001, 003, 005 and Leader/09 of what is filed), and what only says where a field stands, it leaves to
this page.

How clients read the zones back has its evidence where it is told: [Z39.50](z3950.md), [SRU](sru.md), [OAI-PMH](oai.md),
[publishing](publishing.md), [NCIP](ncip.md) and [lending](lending.md).

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
    after: str = ""
    """What follows the table."""


def known(behaviour: Behaviour, *also_assumed: Behaviour) -> Row:
    """One of the gateway's own tables, on which an answer can rest."""
    return Row(*behaviour, tuple(one.words for one in also_assumed))


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

PROFILES = msgspec.convert(tomllib.loads(SETTINGS.read_text(encoding="utf-8"))["profiles"], dict[str, Profile])
"""The built-in ones."""


def spelled(levels: Levels) -> str:
    """A table of brief levels on one line; # is a blank."""
    named = [f"{' '.join(values.replace(' ', '#'))} {level:02}" for level, values in levels.by_level.items()]
    return " · ".join([*named, f"others {levels.other:02}"])


def merging(key: str, method: MergeMethod) -> Row:
    """A merge method, and what is assumed of it though it is documented."""
    whose = "the stored one stays" if method.leader == "stored" else "the incoming one"
    kept, left = (" ".join(f"`{one}`" for one in selectors) for selectors in (method.keep, method.leave_out))
    led = BASES[key].evidence != "assumed" and method.leader == "incoming"
    also = (behaviours.READINGS.get(key), behaviours.CHOICES.get(("carli-nz", key)), behaviours.LEADER if led else None)
    return known(
        Behaviour(f"`{key}`: {method.title}: keeps {kept}; leaves out {left}; Leader: {whose}", BASES[key]),
        *filter(None, also),
    )


def answers() -> Iterator[Row]:
    """The replies; those that are the same stand once, with all ends that have it."""
    found: dict[tuple[str, Basis], dict[str, None]] = {}
    for end, reply in REPLIES.items():
        found.setdefault((reply.text, Basis(reply.evidence, reply.source)), {})[f"`{reply_key(end)}`"] = None
    for (text, basis), ends in found.items():
        layout = basis.evidence == "doc" and "{mms_id}" in text
        shown = "`" + on_one_line(text).replace(" / ", "` / `") + "`" if text else CLOSED
        yield Row(f"{' · '.join(ends)}: {shown}", basis, (MMS_ID_LINE,) if layout else ())


MMS_ID_LINE = "The MMS ID stands in the reply on a line of its own, `MMS ID: 99…`"
VERSIONS = "\n".join(
    [
        f"The table has version {VERSION}: `gateway replies` and `GET /api/v1/replies` tell it. It rises when a reason",
        "code, a key, a text, or words with which texts are filled in, change; a text of the settings is none of the",
        "table's.",
        "",
        "| version | what is new |",
        "|---|---|",
        *(f"| {version} | {changed} |" for version, changed in CHANGES.items()),
    ]
)

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
        *map(known, (behaviours.SEPARATORS, behaviours.TELNET, behaviours.TAIL)),
        *map(known, (behaviours.LATEST_LOGON, behaviours.GOODBYE, behaviours.FIRST_BYTES)),
        doc(
            "Port 5500; a messaging timeout of 10 s", "Ex Libris; Record Manager's settings", behaviours.GIVEN_UP.words
        ),
    ),
)
ZONES = Section(
    "Zones and logons",
    (
        doc("A zone is found by host and logon ID: one ID means other zones on other hosts", f"{INTEGRATION}; CSU"),
        *map(known, (behaviours.CORRESPOND, behaviours.OTHER_HOST, behaviours.CASE, behaviours.NEARLY)),
        known(behaviours.TO_NETWORK),
        assumed(
            "An export to the network zone leaves the institution's zone untouched",
            "inventory or a link is added in Alma afterwards",
        ),
        known(behaviours.USE_NETWORK, behaviours.NETWORK_PROFILE),
        *map(known, (behaviours.NETWORK_MMS_ID, behaviours.LINKED, behaviours.NOT_LINKED)),
        doc("An MMS ID is 99, a number, and the institution's four digits", "CARLI; Ex Libris"),
        assumed("The number counts from 1000000001 in each zone", "so that runs can be repeated"),
    ),
)
ORDER = Section(
    "Order of work and validation",
    (
        assumed("Logon, structure, validation, normalization, match, guards, merge, store, reply", "the natural order"),
        *map(known, (behaviours.ONE_PROFILE, behaviours.BIBLIOGRAPHIC)),
        doc(
            "Very many fields 029 are warned of: they have kept Alma from making a 035",
            "Orbis Cascade, CSU",
            behaviours.MANY_029.words,
        ),
        *map(known, (behaviours.UTF_8, behaviours.PLAIN_ASCII, behaviours.STRUCTURE, behaviours.CHOSEN)),
        known(behaviours.TOO_LONG),
    ),
)
GUARDS = Section(
    "Match and guards",
    (
        *map(known, (behaviours.SEVERAL, behaviours.SERIALS, behaviours.FULLER)),
        known(behaviours.OLDER, behaviours.NO_005),
        *map(known, (behaviours.IGNORED_SYSTEM, behaviours.COMMUNITY_ZONE, behaviours.LOCKED)),
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
            behaviours.CHOICES["csu-nz", PROFILES["csu-nz"].merge_method].words,
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
        known(behaviours.NOT_CHANGED),
        *(merging(key, method) for key, method in MERGE_METHODS.items()),
    ),
)
ANSWERS = Section(
    "Replies",
    tuple(answers()),
    VERSIONS,
)
SECTIONS = (WIRE, ZONES, ORDER, GUARDS, MERGING, ANSWERS)


def page() -> str:
    """The whole page."""
    return "\n".join(
        [
            INTRODUCTION,
            *("\n".join([f"## {section.title}", *table(section.rows), "", *after(section)]) for section in SECTIONS),
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
            if row.basis.source == OUR_WORDS:
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


def after(section: Section) -> tuple[str, ...]:
    """What follows its table."""
    return (section.after, "") if section.after else ()


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
