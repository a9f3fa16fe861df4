"""Scripts of zones: taken step by step, ended with what is left, and what is wrong with one."""

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from structlog.testing import capture_logs

from gateway.importer.replies import END_OF, KEYS
from gateway.importer.scripts import (
    GARBAGE_BYTES,
    SECONDS,
    STEPS,
    TIMES,
    Script,
    Scripts,
    connection_faults,
    ended_instead,
    garbage,
    kept_back,
    reply_faults,
)
from gateway.model import REPLY_BYTES, ConnectionStep, Facts, ReplyStep, Scripted

LOCKED, ACCEPT = ReplyStep(reply="locked", times=2), ReplyStep()


class TestScript:
    def test_steps_are_taken_in_their_order_each_so_often(self) -> None:
        script = Script([LOCKED, ACCEPT])
        assert [script.take() for _ in range(5)] == [(1, LOCKED), (1, LOCKED), (2, ACCEPT), None, None]

    def test_tells_what_is_coming_used_and_left(self) -> None:
        script = Script([LOCKED, ACCEPT])
        told = []
        while script.coming:
            told.append((script.coming, script.left, [*script.used]))
            script.take()
        assert told == [(LOCKED, 3, [0, 0]), (LOCKED, 2, [1, 0]), (ACCEPT, 1, [2, 0])]
        assert (script.left, script.used) == (0, [2, 1])

    def test_without_steps_there_is_nothing_to_take(self) -> None:
        script = Script[ReplyStep]([])
        assert (script.coming, script.left, script.take()) == (None, 0, None)

    @pytest.mark.parametrize("taken", range(4))
    def test_a_step_that_is_added_comes_behind_the_others(self, taken: int) -> None:
        script = Script([LOCKED, ACCEPT])
        for _ in range(taken):
            script.take()
        busy = ReplyStep(reply="busy")
        script.add(busy)
        assert script.left == 4 - taken
        assert [script.take() for _ in range(5 - taken)][-2:] == [(3, busy), None]

    def test_two_scripts_of_the_same_steps_are_used_apart(self) -> None:
        steps = [LOCKED]
        one, other = Script(steps), Script(steps)
        one.take()
        assert (one.left, other.left) == (1, 2)


class TestScripts:
    def test_step_is_of_the_zone_alone(self) -> None:
        scripts = Scripts()
        scripts.by_zone["xyz"] = Script([LOCKED])
        assert scripts.take("abc") is None
        assert scripts.take("xyz") == Scripted(1, LOCKED)

    def test_script_that_is_used_up_leaves_the_zone_to_itself(self) -> None:
        scripts = Scripts()
        scripts.by_zone["xyz"] = Script([ACCEPT])
        assert [scripts.take("xyz"), scripts.take("xyz")] == [Scripted(1, ACCEPT), None]
        with capture_logs() as logs:
            scripts.end("xyz")
        assert logs == []

    def test_end_of_one_that_is_not_used_up_is_told_of(self) -> None:
        scripts = Scripts()
        for key in ("xyz", "abc", "new"):
            scripts.by_zone[key] = Script([LOCKED])
        scripts.times["abc"] = datetime(2026, 3, 1, tzinfo=UTC)
        with capture_logs() as logs:
            assert scripts.end("xyz") is not None
            assert scripts.end("xyz") is None
            scripts.forget("abc")
            scripts.close()
        told = [(line["event"], line["log_level"], line["zone"], line["left"]) for line in logs]
        assert told == [("script.not_used_up", "warning", key, 2) for key in ("xyz", "abc", "new")]
        assert (scripts.by_zone, scripts.times) == ({}, {})


def of_replies(*steps: ReplyStep) -> list[tuple[str, str]]:
    return [(fault.field, fault.words) for fault in reply_faults(steps)]


class TestFaultsOfReplies:
    @pytest.mark.parametrize(
        "step",
        [
            *(ReplyStep(reply=key) for key in ("accept", *END_OF)),
            ReplyStep(text="x" * REPLY_BYTES, late_seconds=SECONDS, pause_seconds=SECONDS, times=TIMES),
            ReplyStep(text="", cut=0, piece_bytes=1, nul=False, then="reset"),
            ReplyStep(reply="locked", values={"hit": "9910000000015867"}),
            ReplyStep(send="garbage", garbage="00" * GARBAGE_BYTES),
            ReplyStep(send="garbage", garbage="00 FF 17"),
            ReplyStep(send="garbage", seed=-1, garbage_bytes=GARBAGE_BYTES),
        ],
    )
    def test_none(self, step: ReplyStep) -> None:
        assert of_replies(step) == []

    @pytest.mark.parametrize(
        ("step", "field", "words"),
        [
            (ReplyStep(text="x" * (REPLY_BYTES + 1)), "text", "has more than 2,000 bytes"),
            (ReplyStep(text="é" * (REPLY_BYTES // 2 + 1)), "text", "has more than 2,000 bytes"),
            (ReplyStep(text="a\0"), "text", "has a NUL, which ends a reply; send garbage instead"),
            (ReplyStep(send="garbage", garbage="0"), "garbage", "is no hexadecimal, such as 00ff17"),
            (ReplyStep(send="garbage", garbage="xx"), "garbage", "is no hexadecimal, such as 00ff17"),
            (
                ReplyStep(send="garbage", garbage="00" * (GARBAGE_BYTES + 1)),
                "garbage",
                "has more than 65,536 bytes",
            ),
            (
                ReplyStep(send="garbage"),
                "garbage",
                'is to be given for send = "garbage", or instead a seed by which it is made',
            ),
            (
                ReplyStep(send="garbage", garbage="00", seed=1),
                "garbage",
                'is to be given for send = "garbage", or instead a seed by which it is made',
            ),
            (ReplyStep(garbage="00"), "send", 'must be "garbage" where garbage or a seed is given'),
            (ReplyStep(send="nothing", seed=0), "send", 'must be "garbage" where garbage or a seed is given'),
            (ReplyStep(garbage_bytes=0), "garbage_bytes", "must be from 1 to 65,536"),
            (ReplyStep(cut=-1), "cut", "must be 0 or more"),
            (ReplyStep(late_seconds=-0.1), "late_seconds", "must be from 0 to 600"),
            (ReplyStep(late_seconds=float("nan")), "late_seconds", "must be from 0 to 600"),
            (ReplyStep(piece_bytes=0), "piece_bytes", "must be 1 or more"),
            (ReplyStep(pause_seconds=float("inf")), "pause_seconds", "must be from 0 to 600"),
            (ReplyStep(times=0), "times", "must be from 1 to 1,000,000"),
            (ReplyStep(times=TIMES + 1), "times", "must be from 1 to 1,000,000"),
            (
                ReplyStep(reply="logon_fail"),
                "reply",
                "there is no reply 'logon_fail' (gateway replies lists them); did you mean logon_failed?",
            ),
            (
                ReplyStep(values={"hitt": "1"}),
                "values",
                "there is no 'hitt'; did you mean hit?",
            ),
        ],
    )
    def test_each(self, step: ReplyStep, field: str, words: str) -> None:
        assert of_replies(ACCEPT, step) == [(f"steps.2.{field}", words)]

    @pytest.mark.parametrize("key", sorted({*KEYS} - {*END_OF}))
    def test_that_a_record_was_filed_is_the_gateway_s_to_say(self, key: str) -> None:
        [(field, words)] = of_replies(ReplyStep(reply=key))
        assert field == "steps.1.reply"
        assert words.endswith("write accept")

    def test_all_are_told(self) -> None:
        found = of_replies(ReplyStep(times=0, cut=-1), ReplyStep(reply="x", values={"y": "z"}))
        assert {field for field, _ in found} == {"steps.1.times", "steps.1.cut", "steps.2.reply", "steps.2.values"}

    def test_so_many_steps_and_no_more(self) -> None:
        assert of_replies(*[ACCEPT] * STEPS) == []
        assert of_replies(*[ACCEPT] * (STEPS + 1)) == [("steps", "are 1,001; a script has at most 1,000")]


def of_connections(steps: Sequence[ConnectionStep]) -> list[tuple[str, str]]:
    return [(fault.field, fault.words) for fault in connection_faults(steps)]


class TestFaultsOfConnections:
    @pytest.mark.parametrize(
        "step",
        [
            *(ConnectionStep(do=do) for do in ("accept", "refuse", "busy", "close", "reset", "stop_reading")),
            ConnectionStep(do="refuse", seconds=SECONDS),
            ConnectionStep(do="stop_reading", seconds=0.1, late_seconds=SECONDS, times=TIMES),
        ],
    )
    def test_none(self, step: ConnectionStep) -> None:
        assert of_connections([step]) == []

    @pytest.mark.parametrize(
        ("step", "field", "words"),
        [
            (ConnectionStep(late_seconds=-1), "late_seconds", "must be from 0 to 600"),
            (
                ConnectionStep(do="refuse", late_seconds=1),
                "late_seconds",
                "cannot be of refuse: nobody is accepted who could wait",
            ),
            (ConnectionStep(do="refuse", seconds=0), "seconds", "must be above 0 and at most 600"),
            (ConnectionStep(do="refuse", seconds=601), "seconds", "must be above 0 and at most 600"),
            (ConnectionStep(do="busy", seconds=1), "seconds", "can be of refuse and stop_reading alone"),
            (ConnectionStep(times=0), "times", "must be from 1 to 1,000,000"),
            (ConnectionStep(do="refuse", times=2), "times", "must be 1 of refuse, which lasts some seconds"),
        ],
    )
    def test_each(self, step: ConnectionStep, field: str, words: str) -> None:
        assert of_connections([ConnectionStep(), step]) == [(f"steps.2.{field}", words)]


def test_garbage_of_a_seed_is_always_the_same() -> None:
    step = ReplyStep(send="garbage", seed=7, garbage_bytes=300)
    assert len(garbage(step)) == 300
    assert garbage(step) == garbage(step) != garbage(ReplyStep(send="garbage", seed=8, garbage_bytes=300))


def test_garbage_is_the_bytes_that_are_given() -> None:
    assert garbage(ReplyStep(send="garbage", garbage="00 ff17")) == b"\x00\xff\x17"
    assert garbage(ReplyStep(send="garbage", garbage="00ff17", cut=2)) == b"\x00\xff"


def test_kept_back_is_what_has_not_a_byte_sent() -> None:
    for step, kept in (
        (ReplyStep(send="nothing"), True),
        (ReplyStep(cut=0), True),
        (ReplyStep(cut=1), False),
        (ReplyStep(send="garbage", garbage="00"), False),
    ):
        assert kept_back(Facts(scripted=Scripted(1, step))) is kept
    assert not kept_back(Facts())


def test_ended_instead_is_what_a_script_decided() -> None:
    assert ended_instead(Facts(scripted=Scripted(1, ReplyStep(reply="locked"))))
    assert not ended_instead(Facts(scripted=Scripted(1, ReplyStep(text="No."))))
    assert not ended_instead(Facts())
