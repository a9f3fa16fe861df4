"""A record under labels, as a catalogue shows it to readers. Which label shows what is the table `LABELS`.

What it shows is arranged for readers: punctuation stays, coded fields are left out. `Labelled.left_out` says which.
"""

from functools import cache
from typing import Final, NamedTuple

from gateway.marc.identifiers import oclc_key
from gateway.marc.places import Place, by_tag
from gateway.marc.record import Field, Record
from gateway.marc.views import languages
from gateway.marc.views.fieldwise import DELIMITER, Value, link_of
from gateway.marc.views.scripts import Speaker
from gateway.marc.views.vernacular import side_by_side, standings
from gateway.marc.views.visible import text_of, visible


class Label(NamedTuple):
    """A label and what stands under it."""

    title: str
    shows: str
    """Tags, X for any figure, each with the subfields that are shown of it: `100abcdq 70Xabcdt`."""


LABELS: Final[tuple[Label, ...]] = (
    Label("Title", "245abcfghknps"),
    Label("Uniform title", "130adfgklmnoprst 240adfgklmnoprs"),
    Label("Other title", "210ab 222ab 242abcnpy 246abfginp 247abfgnpx 730adfgiklmnoprst 740anp"),
    Label("Author", "100abcdefgklnpqtu4 110abcdefgklnptu 111acdefgjklnpqtu"),
    Label("Contributor", "700abcdefgiklmnopqrstu 710abcdefgiklmnoprstu 711acdefgijklnpqstu 720ae"),
    Label("Edition", "250ab3 251a 254a"),
    Label("Scale", "255abcdefg"),
    Label("Published", "260abcefg3 264abc3 257a"),
    Label("Numbering", "362az"),
    Label("Frequency", "310ab 321ab"),
    Label("Physical description", "300abcefg3 306a 340abcdefhijkmno3 344abcdefgh 346ab 347abcdef"),
    Label("Content, media, carrier", "336a3 337a3 338a3"),
    Label("Series", "490avxlyz3 440anpvx 80Xabcdefgklmnopqrstuvx3 81Xabcdefgklmnopqrstuvx3 83Xabcdefgklmnopqrstuvx3"),
    Label("Contents", "505agrtu"),
    Label("Summary", "520abcu3"),
    Label("Language", "546ab3"),
    Label("Notes", "5XXabcdefghijklmnopqrstuvwxyz3"),
    Label("Subjects", "6XXabcdefghjklmnopqrstuvxyz3"),
    Label("Genre", "655abcvxyz3"),
    Label("Related", "76Xabcdghikmnoprstuwxyz 77Xabcdghikmnoprstuwxyz 78Xabcdghikmnoprstuwxyz"),
    Label("Online", "856uyz3"),
    Label("ISBN", "020aqcz"),
    Label("ISSN", "022alyz"),
    Label("Publisher number", "024aqcdz 028abq 027az 030az"),
    Label("OCLC number", "035az"),
    Label("System number", "010az 015az 016az 019a"),
    Label("Call number", "050ab 060ab 070ab 080abx 082ab 084ab 086az 09Xabcdef"),
    Label("Local notes", "59Xabcdefghijklmnopqrstuvwxyz3"),
    Label("Control number", "001"),
)
"""In the order in which they are shown. Of two that fit a tag, the one with fewer X decides."""
SUBDIVISIONS: Final = frozenset("vxyz")
"""Subfields of a subject heading (6XX) with a dash before them."""
DASH: Final = " -- "
CANCELLED: Final = {"010": "z", "015": "z", "016": "z", "020": "z", "022": "yz", "024": "z", "027": "z", "030": "z"}
"""Tag -> subfields with numbers that are cancelled or wrong, which is said behind them."""
OCLC_NUMBER: Final = "OCLC number"
SYSTEM_NUMBER: Final = "System number"
"""Of a 035 with no OCLC number in it."""
LANGUAGE: Final = "Language"


class Entry(NamedTuple):
    """A field, as it is read under a label."""

    value: Value
    place: Place | None
    """Where it stands in the record; None for what is worked out from coded fields."""
    graphic: bool
    """Whether it is the field in another script (an 880); it stands before the field that it belongs to."""


class Section(NamedTuple):
    """A label and the fields under it, in record order."""

    title: str
    entries: tuple[Entry, ...]


class Labelled(NamedTuple):
    """A record for readers."""

    sections: tuple[Section, ...]
    """Those that have an entry."""
    left_out: tuple[str, ...]
    """Tags of fields that no label shows, each once, in record order."""


def labelled(record: Record) -> Labelled:
    """The labelled display of a record, whatever its fields hold."""
    speaker, made, occurrences = Speaker(record), standings(record), _occurrences(record)
    found: dict[str, list[Entry]] = {label.title: [] for label in LABELS}
    spoken = ", ".join([language.name for language in languages.of_record(record)])
    if spoken:
        found[LANGUAGE].append(Entry(Value(visible(spoken)), None, False))
    left_out: set[int] = set()
    for entry in side_by_side(made):
        field, standing = record.fields[entry], made[entry]
        title, text = _read(standing.tag, field)
        if text:
            value = Value(visible(text), *speaker.of(standing.tag, text, link_of(field)))
            found[title].append(Entry(value, Place(field.tag, occurrences[entry], entry), standing.graphic))
        else:
            left_out.add(entry)
    return Labelled(
        tuple([Section(title, tuple(entries)) for title, entries in found.items() if entries]),
        tuple(dict.fromkeys([record.fields[entry].tag for entry in sorted(left_out)])),
    )


def _read(tag: str, field: Field) -> tuple[str, str]:
    """The label of a field and its text; no text where it is left out."""
    shows = _shows()
    title, codes = shows.get(tag) or shows.get(f"{tag[:2]}X") or shows.get(f"{tag[:1]}XX") or ("", "")
    if field.control:
        return title, text_of(field.body) if title else ""
    subfields = [(part[:1], part[1:]) for part in map(text_of, field.body.split(DELIMITER)[1:])]
    if title == OCLC_NUMBER:
        return _system_number(subfields)
    text = ""
    for code, value in subfields:
        if code and code in codes:
            between = DASH if tag.startswith("6") and code in SUBDIVISIONS else " "
            text += f"{between if text else ''}{value}{' (cancelled)' if code in CANCELLED.get(tag, '') else ''}"
    return title, text


def _system_number(subfields: list[tuple[str, str]]) -> tuple[str, str]:
    """Of a 035: OCLC numbers without what stands around them, or else all of it."""
    numbers = [(oclc_key(value), code) for code, value in subfields if code in {"a", "z"}]
    shown = [f"{key}{' (cancelled)' if code == 'z' else ''}" for key, code in numbers if key]
    if shown:
        return OCLC_NUMBER, " ".join(shown)
    return SYSTEM_NUMBER, " ".join([value for code, value in subfields if code in {"a", "z"}])


@cache
def _shows() -> dict[str, tuple[str, str]]:
    """Tag, X in it for any figure -> label, subfields that are shown."""
    return {part[:3]: (label.title, part[3:]) for label in LABELS for part in label.shows.split()}


def _occurrences(record: Record) -> dict[int, int]:
    """Which of the record's fields -> which of its tag it is, from 1."""
    return {entry: nth for entries in by_tag(record).values() for nth, entry in enumerate(entries, 1)}
