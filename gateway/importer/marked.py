"""A field held against the one that it replaced: both as people read them, with what differs marked."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Final, NamedTuple

from gateway.importer.changes import in_place, met
from gateway.marc.places import Place
from gateway.marc.record import Field
from gateway.marc.views.fieldwise import DELIMITER, link_of, speech
from gateway.marc.views.scripts import Direction, Speaker
from gateway.marc.views.visible import COMBINING, Line, Run, joined, plain, text_of, visible

_BY_CHARACTER: Final = "\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff"
_WORDS: Final = re.compile(f"[{_BY_CHARACTER}]|(?:[^\\W_{_BY_CHARACTER}]|[{COMBINING}])+|.", re.DOTALL)
"""Words; of Chinese, Japanese and Korean each character is one; and each other character by itself."""
_Marked = tuple[Run, bool]
"""A run, and whether it has changed."""

FIRST, SECOND, STRAY, CONTROL, CODE, VALUE = "first", "second", "stray", "control", "code", "value"


class Token(NamedTuple):
    """The smallest piece of a field that is the same or another."""

    role: str
    """What of the field it is."""
    code: str
    """Of the subfield it is in."""
    run: Run


class Piece(NamedTuple):
    """Part of a field that is the same in the other one, or is not."""

    line: Line
    changed: bool


class MarkedSubfield(NamedTuple):
    """A subfield."""

    code: Piece
    """Without a run where nothing stands behind the delimiter."""
    value: tuple[Piece, ...]
    lang: str
    """For the attribute `lang`; empty where nobody can tell."""
    dir: Direction


class Side(NamedTuple):
    """A field of one of the two versions."""

    tag: str
    """`LDR` for the Leader."""
    place: Place | None
    """Where it stands in its record; None for the Leader."""
    stands_for: str
    """Its tag; of an 880 the tag of the field that it is in another script."""
    indicators: tuple[Piece, ...]
    """Two, or fewer where the field has fewer; none of a control field."""
    value: tuple[Piece, ...]
    """Of a control field and the Leader; of another field text before the first subfield delimiter."""
    subfields: tuple[MarkedSubfield, ...]


def tokens(field: Field) -> list[Token]:
    """The tokens of a field; joined they are the field, but for the subfield delimiters."""
    if field.control or field.tag == "LDR":
        return [Token(CONTROL, "", run) for char in text_of(field.body) for run in visible(char)]
    head, *parts = map(text_of, field.body.split(DELIMITER))
    made = [Token(role, "", run) for role, char in zip((FIRST, SECOND), head, strict=False) for run in visible(char)]
    made += [Token(STRAY, "", run) for run in _words(head[2:])]
    for part in parts:
        code = part[:1]
        made.append(Token(CODE, code, visible(code)[0] if code else Run("")))
        made += [Token(VALUE, code, run) for run in _words(part[1:])]
    return made


def changed(old: Sequence[Token], new: Sequence[Token]) -> tuple[set[int], set[int]]:
    """Which tokens of two fields, from 0, are not in the other; of control fields of one length by their position."""
    if len(old) == len(new) and all(token.role == CONTROL for token in (*old, *new)):
        odd = {at for at, (one, other) in enumerate(zip(old, new, strict=True)) if one != other}
        return odd, odd
    begin, end = 0, 0
    shorter = min(len(old), len(new))
    while begin < shorter and old[begin] == new[begin]:
        begin += 1
    while end < shorter - begin and old[-1 - end] == new[-1 - end]:
        end += 1
    both = met(old[begin : len(old) - end], new[begin : len(new) - end])
    kept = in_place(both)
    return (
        {*range(begin, len(old) - end)} - {begin + at for at in kept},
        {*range(begin, len(new) - end)} - {begin + both[at] for at in kept},
    )


def side(
    field: Field, made: Sequence[Token], odd: Iterable[int], place: Place | None, stands_for: str, speaker: Speaker
) -> Side:
    """A field as it is shown; `made` are its `tokens` and `odd` those that have changed."""
    marks = {*odd}
    by_role: dict[str, list[_Marked]] = defaultdict(list)
    subfields: list[tuple[Piece, list[_Marked]]] = []
    for at, token in enumerate(made):
        if token.role == CODE:
            subfields.append((Piece((token.run,) if token.run.text else (), at in marks), []))
        else:
            (subfields[-1][1] if token.role == VALUE else by_role[token.role]).append((token.run, at in marks))
    link = link_of(field)
    return Side(
        field.tag,
        place,
        stands_for,
        (*_pieces(by_role[FIRST]), *_pieces(by_role[SECOND])),
        (*_pieces(by_role[CONTROL]), *_pieces(by_role[STRAY])),
        tuple([_subfield(code, value, stands_for, link, speaker) for code, value in subfields]),
    )


def _subfield(code: Piece, value: list[_Marked], tag: str, link: str, speaker: Speaker) -> MarkedSubfield:
    text = "".join([run.text for run, _ in value])
    return MarkedSubfield(code, _pieces(value), *speech(joined(code.line), text, speaker, tag, link))


def _pieces(marked: Iterable[_Marked]) -> tuple[Piece, ...]:
    """What follows one of its kind is one piece with it."""
    groups = groupby(marked, itemgetter(1))
    return tuple([Piece(tuple(_in_one(run for run, _ in group)), is_odd) for is_odd, group in groups])


def _in_one(runs: Iterable[Run]) -> Iterator[Run]:
    """The runs, plain ones that follow each other as one."""
    for is_plain, group in groupby(runs, _is_plain):
        if is_plain:
            yield plain("".join([run.text for run in group]))
        else:
            yield from group


def _is_plain(run: Run) -> bool:
    return run.kind == "text"


def _words(text: str) -> Iterable[Run]:
    for run in visible(text):
        if run.kind == "text":
            yield from map(plain, _WORDS.findall(run.text))
        else:
            yield run
