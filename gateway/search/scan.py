"""The terms of an index around a term, each with the number of records that have it: for a reader who looks around.

Terms are shown as they are compared, folded; records do not keep how each was spelled.
"""

from typing import Final, NamedTuple

from gateway.search.folding import words
from gateway.search.indexes import HEADED, TEXTS, codes_asked
from gateway.search.numbering import Numbers, size, union, without
from gateway.search.query import Index, Structure
from gateway.search.tokens import LAST, NEXT, WHOLE, WORD, asked_forms, compact
from gateway.search.volumes import Volume

SCANNED_TERMS: Final = 100
"""Most terms on either side: some screenfuls."""
SPARE: Final = 20
"""Terms that are read beyond those that are asked for: some may be of records that are gone."""


class Scanned(NamedTuple):
    """A term of an index."""

    term: str
    records: int


def scan(
    volume: Volume,
    index: Index,
    text: str,
    *,
    before: int,
    after: int,
    structure: Structure = Structure.WORDS,
    local: bool = True,
    suppressed: bool = True,
) -> tuple[list[Scanned], list[Scanned]]:
    """Terms before `text`, and terms from it on, both rising; fewer where the index ends, and beyond `SCANNED_TERMS`.

    Words where `structure` asks for them, else headings; of indexes without words, numbers, codes and years. The term
    itself, where a record has it, is the first of the second list. `suppressed`: records that are suppressed from
    discovery have terms, too.
    """
    kind = WORD if index in TEXTS and (structure is Structure.WORDS or index not in HEADED) else WHOLE
    start = _start(index, text, kind)
    before, after = min(before, SCANNED_TERMS), min(after, SCANNED_TERMS)
    unfound = volume.dead if suppressed else volume.hidden
    below: dict[str, Numbers] = {}
    above: dict[str, Numbers] = {}
    for code in codes_asked(index, local):
        head = f"{code}{kind}"
        _join(below, len(head), _living(volume, unfound, head, head + start, before, descending=True))
        _join(above, len(head), _living(volume, unfound, head + start, head + LAST, after, descending=False))
    return _counted(below)[-before:] if before else [], _counted(above)[:after]


def _start(index: Index, text: str, kind: str) -> str:
    """What stands behind the kind of key of the term."""
    if index not in TEXTS:
        return next(iter(asked_forms(index, text)), compact(text))
    return " ".join(words(text)[: 1 if kind == WORD else None])


def _living(
    volume: Volume, unfound: Numbers, first: str, last: str, most: int, *, descending: bool
) -> list[tuple[str, Numbers]]:
    """The first keys of a range that other numbers have, too."""
    found: list[tuple[str, Numbers]] = []
    at_once = most + SPARE
    while len(found) < most:
        some = volume.between(first, last, at_once, descending=descending)
        living = ((key, without(numbers, unfound)) for key, numbers in some)
        found += [(key, numbers) for key, numbers in living if numbers]
        if len(some) < at_once:
            break
        first, last = (first, some[-1][0]) if descending else (some[-1][0] + NEXT, last)
    return found[:most]


def _join(terms: dict[str, Numbers], head: int, found: list[tuple[str, Numbers]]) -> None:
    for key, numbers in found:
        term = key[head:]
        terms[term] = union((terms[term], numbers)) if term in terms else numbers


def _counted(terms: dict[str, Numbers]) -> list[Scanned]:
    return [Scanned(term, size(numbers)) for term, numbers in sorted(terms.items())]
