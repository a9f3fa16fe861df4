"""The words of a search box: what is asked by `title:rivers outcome:refused`, and how such a question is written."""

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from enum import StrEnum
from typing import Final, TypeVar

from msgspec.structs import replace

from gateway.errors import BadQuery
from gateway.model import Outcome, Reason
from gateway.search.attempts import Wanted
from gateway.search.numbers import oclc_number
from gateway.search.terms import AS_IT_IS, Term, no_word, suggestion, terms
from gateway.search.times import WRITTEN, moment

E = TypeVar("E", bound=StrEnum)

EXAMPLES: Final = {
    "title": "title:rivers",
    "oclc": "oclc:1234567",
    "mms": "mms:9910000000015867",
    "zone": "zone:xyz",
    "host": "host:i-share-xyz",
    "logon": "logon:01CARLI_XYZ",
    "outcome": "outcome:refused",
    "reason": "reason:locked",
    "before": "before:2026-11-22",
    "after": "after:14:30",
}
"""Each word that may stand before a colon, as it is used; a tag such as `245:rivers` or `24X:rivers` may, too."""
NOT: Final = ("-", "!")
"""In other searches these leave out what has the word behind them."""
_TAG: Final = re.compile(r"[0-9X]{3}", re.IGNORECASE)


def parse(text: str, now: datetime) -> Wanted:
    """What is asked in a search box; `now` is what the clock shows, for times of today.

    Before a colon stands one of `EXAMPLES` or a tag, behind it a word, or several in quotes; what has no colon is
    looked for anywhere. All must hold, but of several zones, hosts, outcomes and reasons one. Raises `BadQuery`, which
    names the word that means nothing.
    """
    wanted = Wanted()
    for term in terms(text):
        wanted = _taking(wanted, term, now)
    return wanted


def written(wanted: Wanted) -> str:
    """A text that asks the same."""
    return " ".join(map(str, _terms(wanted)))


def _taking(wanted: Wanted, term: Term, now: datetime) -> Wanted:
    name = term.key.lower()
    is_tag = _TAG.fullmatch(name)
    if name not in _READ and not is_tag:
        return _taking_anywhere(wanted, term)
    if not term.value:
        raise BadQuery(f"{term.key}: asks nothing; write {EXAMPLES.get(name, f'{term.key}:rivers')}")
    if is_tag:
        return replace(wanted, fields=(*wanted.fields, (name.upper(), term.value)))
    return _READ[name](wanted, term.value, now)


def _taking_anywhere(wanted: Wanted, term: Term) -> Wanted:
    key, value, is_phrase = term
    if key and (value or is_phrase):
        raise no_word(key, EXAMPLES)
    if value.startswith(NOT) and len(value) > 1 and not is_phrase:
        raise BadQuery(f"{value}: what is not wanted cannot be asked. {AS_IT_IS}")
    if not is_phrase:
        value = f"{key}:" if key else oclc_number(value) or value
    return replace(wanted, anywhere=(*wanted.anywhere, value)) if value else wanted


def _outcome(wanted: Wanted, value: str, now: datetime) -> Wanted:
    return replace(wanted, outcomes=_with(wanted.outcomes, _member(Outcome, "outcome", value)))


def _reason(wanted: Wanted, value: str, now: datetime) -> Wanted:
    return replace(wanted, reasons=_with(wanted.reasons, _member(Reason, "reason", value)))


def _with(known: tuple[E, ...], one: E) -> tuple[E, ...]:
    return tuple(dict.fromkeys((*known, one)))


def _member(kind: type[E], key: str, value: str) -> E:
    name = value.lower().replace("-", "_").replace(" ", "_")
    try:
        return kind(name)
    except ValueError:
        raise BadQuery(f"{key}:{value} is no {key}; {suggestion(name, kind)}") from None


def _oclc(wanted: Wanted, value: str, now: datetime) -> Wanted:
    number = oclc_number(value)
    if not number:
        raise BadQuery(f"oclc:{value} is no OCLC number; write its digits, such as {EXAMPLES['oclc']}")
    return replace(wanted, oclc=_once("oclc", wanted.oclc, number))


def _mms(wanted: Wanted, value: str, now: datetime) -> Wanted:
    if not (value.isascii() and value.isdigit()):
        raise BadQuery(f"mms:{value} is no MMS ID; write all its digits, such as {EXAMPLES['mms']}")
    return replace(wanted, mms=_once("mms", wanted.mms, value))


def _logon(wanted: Wanted, value: str, now: datetime) -> Wanted:
    return replace(wanted, logon_id=_once("logon", wanted.logon_id, value))


def _once(key: str, present: str, value: str) -> str:
    if present not in ("", value):
        raise BadQuery(f"{key}:{value} cannot be, for {key}:{present} is asked too; leave one out")
    return value


def _after(wanted: Wanted, value: str, now: datetime) -> Wanted:
    at = _moment("after", value, now)
    return replace(wanted, since=max(at, wanted.since or at))


def _before(wanted: Wanted, value: str, now: datetime) -> Wanted:
    at = _moment("before", value, now)
    return replace(wanted, until=min(at, wanted.until or at))


def _moment(key: str, value: str, now: datetime) -> datetime:
    try:
        return moment(value, now)
    except ValueError:
        raise BadQuery(f"{key}:{value} is no time; write {WRITTEN}") from None


_READ: Final[dict[str, Callable[[Wanted, str, datetime], Wanted]]] = {
    "title": lambda wanted, value, now: replace(wanted, title=(*wanted.title, value)),
    "oclc": _oclc,
    "mms": _mms,
    "zone": lambda wanted, value, now: replace(wanted, zones=(*wanted.zones, value)),
    "host": lambda wanted, value, now: replace(wanted, hosts=(*wanted.hosts, value)),
    "logon": _logon,
    "outcome": _outcome,
    "reason": _reason,
    "before": _before,
    "after": _after,
}
"""What becomes of a question when one of these words is added to it."""


def _terms(wanted: Wanted) -> Iterator[Term]:
    asked = {
        "title": wanted.title,
        "oclc": (wanted.oclc,),
        "mms": (wanted.mms,),
        "zone": wanted.zones,
        "host": wanted.hosts,
        "logon": (wanted.logon_id,),
        "outcome": wanted.outcomes,
        "reason": wanted.reasons,
        "before": (wanted.until.isoformat() if wanted.until else "",),
        "after": (wanted.since.isoformat() if wanted.since else "",),
        "": wanted.anywhere,
    }
    for key, values in asked.items():
        yield from (Term(key, value, False) for value in values if value)
    yield from (Term(tag, part, False) for tag, part in wanted.fields)
