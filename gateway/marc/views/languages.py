"""The languages of a record, as MARC 21 codes them, and what BCP 47 calls them. Their table is `languages.txt`."""

from functools import cache
from importlib.resources import files
from typing import Final, NamedTuple

from gateway.marc.record import Record

FILE: Final = "languages.txt"
CODE_CHARACTERS: Final = 3
OF_THE_TEXT: Final = "adegj"
"""Subfields of 041 with languages in which something of the resource is written or spoken."""


class Language(NamedTuple):
    """A language by its code in MARC 21."""

    code: str
    tag: str
    """By BCP 47."""
    name: str


def language(code: str) -> Language | None:
    """The language of a code; None for a code that names none."""
    return languages().get(code)


@cache
def languages() -> dict[str, Language]:
    """All of the table, by code."""
    text = files(__package__).joinpath(FILE).read_text("utf-8")
    lines = (line for line in text.splitlines() if line and not line.startswith("#"))
    return {line[:CODE_CHARACTERS]: Language(*line.split(maxsplit=2)) for line in lines}


def of_record(record: Record) -> tuple[Language, ...]:
    """What 008/35-37 and 041 say that the resource is in, each once; several codes may stand in one subfield."""
    codes = [record.control_value("008")[35:38]]
    for field in record.get("041"):
        if field.indicators[1:] != "7":  # with 7, $2 says which other list the codes are of
            for value in field.values(OF_THE_TEXT):
                codes += [value[at : at + CODE_CHARACTERS] for at in range(0, len(value), CODE_CHARACTERS)]
    return tuple(filter(None, map(language, dict.fromkeys(codes))))


def of_cataloguing(record: Record) -> str:
    """Tag of the language that 040 $b names, in which notes are written; empty where it names none."""
    field = record.first("040")
    found = language("".join(field.values("b")[:1])) if field else None
    return found.tag if found else ""
