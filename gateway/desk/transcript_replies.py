"""What a transcript tells of an answer: the reply and its NUL, or what a script of the zone had sent and done."""

from collections.abc import Iterator
from typing import Final, Literal, NamedTuple

from gateway.desk import transcript_words as words
from gateway.desk.transcript_words import Words
from gateway.importer.script_words import sent_words
from gateway.importer.scripts import garbage
from gateway.model import Attempt, Reason, ReplyStep, Scripted

AnswerKind = Literal["reply", "end", "garbage", "silence", "parting"]
"""`end` is the reply's NUL. Of a script: `garbage` in place of a reply, `silence` where nothing was sent, and
`parting`, what was done with the connection then. These two have no bytes."""
SHOWN_BYTES: Final = 24
"""Bytes of garbage that a transcript shows."""


class Sent(NamedTuple):
    """A part of an answer."""

    kind: AnswerKind
    length: int
    """In bytes."""
    shown: str
    told: Words


def answer(attempt: Attempt, text: str) -> Iterator[Sent]:
    """What was sent, and what followed where a script said so; `text` is the whole reply without its NUL.

    To a request there is no NUL. Nothing where the connection was closed without an answer.
    """
    scripted = attempt.receipt.facts.scripted
    if scripted is not None:
        yield from _scripted(attempt, text, scripted)
    elif text:
        http = attempt.receipt.reason is Reason.HTTP
        yield Sent("reply", len(text.encode()), text, _told(words.REPLY_HTTP if http else words.REPLY, attempt))
        if not http:
            yield Sent("end", 1, "00", words.REPLY_END)


def _scripted(attempt: Attempt, text: str, scripted: Scripted) -> Iterator[Sent]:
    """What went out by a step, which is told of with the first of it, and what was done then."""
    how = "".join([f", {one}" for one in sent_words(scripted.step)])
    by_step = words.BY_STEP.format(number=scripted.number, how=how)
    first, *rest = [*_octets(attempt, text, scripted.step)] or [Sent("silence", 0, "", words.SILENCE)]
    yield first._replace(told=first.told._replace(says=first.told.says + by_step))
    yield from rest
    if scripted.step.then in words.PARTING:
        yield Sent("parting", 0, "", words.PARTING[scripted.step.then])


def _octets(attempt: Attempt, text: str, step: ReplyStep) -> Iterator[Sent]:
    """The bytes that went out; none where nothing did."""
    if step.send == "garbage":
        made = garbage(step)
        more = "…" if len(made) > SHOWN_BYTES else ""
        if made:
            shown = made[:SHOWN_BYTES].hex(" ").upper() + more
            yield Sent("garbage", len(made), shown, _told(words.GARBAGE, attempt))
    elif step.send == "reply" and (text or step.text is not None):
        whole = text.encode()
        sent = whole[: step.cut]
        if sent:
            yield Sent("reply", len(sent), sent.decode(errors="ignore"), _told(words.REPLY, attempt))
        if step.nul and (step.cut is None or step.cut > len(whole)):
            yield Sent("end", 1, "00", words.REPLY_END)


def _told(told: Words, attempt: Attempt) -> Words:
    """The words, and whether the client had gone."""
    return told._replace(says=told.says + words.GONE, odd=True) if attempt.delivered is False else told
