"""Steps of scripts: there is one for each reply that means "not filed", and each fault is what it says."""

import inspect
from collections.abc import Callable
from string import Formatter

import pytest

from gateway.importer.replies import END_OF, REPLIES
from gateway.importer.scripts import connection_faults, reply_faults
from gateway.model import ConnectionStep, ReplyStep
from gateway.testing import faults, replies


def made_here(module: object) -> dict[str, Callable[..., ReplyStep | ConnectionStep]]:
    """The functions of a module, by name."""
    functions = inspect.getmembers(module, inspect.isfunction)
    return {name: made for name, made in functions if made.__module__ == getattr(module, "__name__", "")}


REPLIES_MADE = made_here(replies)
OF_TABLE = sorted(REPLIES_MADE.keys() - {"accept", "text"})
FAULTS_MADE = made_here(faults)


def test_there_is_a_step_for_each_reply_that_means_not_filed() -> None:
    assert sorted(END_OF) == OF_TABLE


@pytest.mark.parametrize("key", OF_TABLE)
def test_step_of_a_reply_takes_the_values_of_its_text(key: str) -> None:
    named = [name for _, name, _, _ in Formatter().parse(REPLIES[END_OF[key]].text) if name]
    values = {name: f"some {name}" for name in dict.fromkeys(named)}
    taken = inspect.signature(REPLIES_MADE[key]).parameters.keys() - {"delivery"}
    assert taken == values.keys()
    assert REPLIES_MADE[key](**values) == ReplyStep(reply=key, values=values)


@pytest.mark.parametrize("key", OF_TABLE)
def test_step_of_a_reply_says_how_it_goes_out(key: str) -> None:
    step = REPLIES_MADE[key](late_seconds=0.5, then="close", times=2)
    assert step == ReplyStep(reply=key, late_seconds=0.5, then="close", times=2)
    assert reply_faults([step]) == []


def test_step_may_leave_it_to_the_gateway_or_say_other_words() -> None:
    assert replies.accept(piece_bytes=3) == ReplyStep(piece_bytes=3)
    assert replies.text("Later", reply="locked", nul=False) == ReplyStep(reply="locked", text="Later", nul=False)


FAULTS: dict[str, tuple[ReplyStep | ConnectionStep, ReplyStep | ConnectionStep]] = {
    "no_reply": (faults.no_reply(), ReplyStep(send="nothing")),
    "no_nul": (faults.no_nul(times=2), ReplyStep(nul=False, times=2)),
    "in_pieces": (faults.in_pieces(3, 0.2), ReplyStep(piece_bytes=3, pause_seconds=0.2)),
    "slow_drip": (faults.slow_drip(), ReplyStep(piece_bytes=1, pause_seconds=0.05)),
    "late": (faults.late(2.5, reply="locked"), ReplyStep(reply="locked", late_seconds=2.5)),
    "garbage": (faults.garbage(seed=7, size=10), ReplyStep(send="garbage", seed=7, garbage_bytes=10)),
    "cut": (faults.cut(10), ReplyStep(cut=10, then="close")),
    "close_before_reply": (faults.close_before_reply(), ReplyStep(send="nothing", then="close")),
    "close_after_reply": (faults.close_after_reply(), ReplyStep(then="close")),
    "reset": (faults.reset(), ReplyStep(send="nothing", then="reset")),
    "stop_reading": (faults.stop_reading(), ReplyStep(then="stop_reading")),
    "served": (faults.served(times=3), ConnectionStep(do="accept", times=3)),
    "refuse": (faults.refuse(1.5), ConnectionStep(do="refuse", seconds=1.5)),
    "busy": (faults.busy(), ConnectionStep(do="busy")),
    "closed": (faults.closed(late_seconds=0.1), ConnectionStep(do="close", late_seconds=0.1)),
    "reset_at_once": (faults.reset_at_once(), ConnectionStep(do="reset")),
    "not_read": (faults.not_read(2), ConnectionStep(do="stop_reading", seconds=2)),
}
"""Name -> the step that it makes, and what that is."""


@pytest.mark.parametrize("name", FAULTS)
def test_fault_is_a_step_that_the_gateway_takes(name: str) -> None:
    made, step = FAULTS[name]
    assert made == step
    assert (reply_faults([made]) if isinstance(made, ReplyStep) else connection_faults([made])) == []


def test_no_fault_is_left_out_here() -> None:
    assert FAULTS.keys() == FAULTS_MADE.keys()


def test_garbage_may_be_given() -> None:
    assert faults.garbage(b"\x00\x1d") == ReplyStep(send="garbage", garbage="001d")
    assert faults.reset(after_reply=True) == ReplyStep(then="reset")


@pytest.mark.parametrize("name", [*REPLIES_MADE, *FAULTS_MADE])
def test_every_step_says_what_it_does(name: str) -> None:
    assert ({**REPLIES_MADE, **FAULTS_MADE}[name].__doc__ or "").endswith(".")
