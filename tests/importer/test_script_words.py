"""What a step of a script does, in words."""

from typing import get_args, get_type_hints

import pytest

from gateway.importer.script_words import (
    CONNECTIONS,
    ENDS,
    connection_words,
    reply_words,
)
from gateway.model import ConnectionStep, ReplyStep


@pytest.mark.parametrize(
    ("step", "words"),
    [
        (ReplyStep(), "answered as the gateway decides"),
        (ReplyStep(reply="locked"), "answered as locked, nothing filed"),
        (ReplyStep(text="No."), 'answered as the gateway decides, in the words "No."'),
        (ReplyStep(text="No.\nMMS ID: 1"), 'answered as the gateway decides, in the words "No. / MMS ID: 1"'),
        (ReplyStep(text=60 * "x"), f'answered as the gateway decides, in the words "{60 * "x"}"'),
        (ReplyStep(text=61 * "x"), f'answered as the gateway decides, in the words "{60 * "x"}…"'),
        (ReplyStep(reply="locked", late_seconds=0.5), "answered as locked, nothing filed, 0.5 s late"),
        (ReplyStep(send="nothing", late_seconds=2), "answered as the gateway decides, 2 s late, not a byte of it sent"),
        (ReplyStep(send="garbage", seed=1), "answered as the gateway decides, garbage sent in its place"),
        (
            ReplyStep(send="garbage", seed=1, garbage_bytes=2_000, cut=1_500, nul=False),
            "answered as the gateway decides, garbage sent in its place, cut off after 1,500 bytes",
        ),
        (
            ReplyStep(nul=False, piece_bytes=1, pause_seconds=0.25),
            "answered as the gateway decides, in pieces of 1 byte, 0.25 s apart, without its NUL",
        ),
        (ReplyStep(then="close"), "answered as the gateway decides, then the connection is closed"),
        (
            ReplyStep(send="nothing", then="reset", times=1_000),
            "answered as the gateway decides, not a byte of it sent, then the connection is reset (1,000 times)",
        ),
        (ReplyStep(then="stop_reading"), "answered as the gateway decides, then nothing more is read"),
    ],
)
def test_words_of_a_reply(step: ReplyStep, words: str) -> None:
    assert reply_words(step) == words


@pytest.mark.parametrize(
    ("step", "words"),
    [
        (ConnectionStep(), "served as ever"),
        (ConnectionStep(late_seconds=1.5), "served as ever, 1.5 s late"),
        (ConnectionStep(do="refuse", seconds=2), "refused: nothing listens, for 2 s"),
        (ConnectionStep(do="busy", times=3), "answered that the gateway is busy (3 times)"),
        (
            ConnectionStep(do="stop_reading", late_seconds=0.1, seconds=5),
            "accepted, and nothing is read, 0.1 s late, for 5 s",
        ),
    ],
)
def test_words_of_a_connection(step: ConnectionStep, words: str) -> None:
    assert connection_words(step) == words


def test_whatever_a_step_can_say_has_its_words() -> None:
    assert {*get_args(get_type_hints(ReplyStep)["then"])} == {"wait", *ENDS}
    assert {*get_args(get_type_hints(ConnectionStep)["do"])} == {*CONNECTIONS}
