"""PINs: whose they are, that they are verified beside the event loop once, and that none is kept or told."""

import traceback
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import argon2
import pytest
import trio
from msgspec.structs import replace
from trio.testing import MockClock

from gateway.circulation.lending import Refused, pins
from gateway.circulation.lending.pins import MOST_WAITING, WRONG_SECONDS, Pins
from tests.circulation.counter import PATRONS, Counter, hash_of, refused

PIN = "pin ☂ 4711"
WRONG = "Hunter2-Zx9"
JANE = replace(PATRONS[0], pin=hash_of(PIN))
FAST = 1_000.0
"""Seconds of the test's clock in one: what sleeps wakes soon."""
CHANGED = replace(JANE, pin=hash_of("other"))


class Counting:
    """How often a hash was verified."""

    def __init__(self) -> None:
        self.verified = 0
        self._hasher = argon2.PasswordHasher()

    def verify(self, secret: str, pin: bytes) -> bool:
        self.verified += 1
        return self._hasher.verify(secret, pin)


@pytest.fixture
def hasher(monkeypatch: pytest.MonkeyPatch) -> Counting:
    """The one that `Pins` made in the test have."""
    hasher = Counting()
    monkeypatch.setattr(argon2, "PasswordHasher", lambda: hasher)
    return hasher


class TestUser:
    @pytest.fixture
    async def counter(self, counter: Counter) -> Counter:
        """Jane has a PIN."""
        await counter.store.rearrange("xyz", lambda stacks: stacks.put_patron(JANE))
        return counter

    async def test_is_shown_with_the_right_pin_or_unasked(self, counter: Counter) -> None:
        for pin in (PIN, None):
            assert (await counter.lender.user("xyz", "jane", pin)).patron == JANE

    async def test_is_shown_though_he_may_not_borrow(self, counter: Counter) -> None:
        assert (await counter.lender.user("xyz", "blocked")).patron.blocks == ("owes 12.00",)

    @pytest.mark.parametrize(
        ("barcode", "pin", "why"),
        [
            ("jane", "4711", "authentication-failed patron jane"),
            ("jane", "", "authentication-failed patron jane"),
            ("jane", "\ud800", "authentication-failed patron jane"),
            ("max", "", "authentication-failed patron max"),
            ("max", PIN, "authentication-failed patron max"),
            ("nobody", PIN, "unknown-user patron nobody"),
            ("", None, "unknown-user patron"),
        ],
    )
    async def test_is_not_shown(self, counter: Counter, barcode: str, pin: str | None, why: str) -> None:
        assert await refused(counter.lender.user("xyz", barcode, pin)) == why

    async def test_is_another_in_another_zone(self, counter: Counter) -> None:
        assert await refused(counter.lender.user("abc", "jane", PIN)) == "unknown-user patron jane"

    async def test_s_wrong_pin_is_told_nowhere(self, counter: Counter) -> None:
        with pytest.raises(Refused) as caught:
            await counter.lender.user("xyz", "jane", WRONG)
        assert WRONG not in "".join(traceback.format_exception(caught.value)) + repr(vars(caught.value))


class TestRemembered:
    async def test_are_good_ones(self, hasher: Counting) -> None:
        pins = Pins()
        assert [await pins.is_right(JANE, PIN) for _ in range(3)] == [True, True, True]
        assert hasher.verified == 1

    async def test_are_no_bad_ones(self, hasher: Counting) -> None:
        pins = Pins(wrong_seconds=0)
        assert [await pins.is_right(JANE, "0") for _ in range(2)] == [False, False]
        assert hasher.verified == 2

    async def test_are_not_those_of_another_hash_patron_or_zone(self, hasher: Counting) -> None:
        pins = Pins(wrong_seconds=0)
        assert await pins.is_right(JANE, PIN)
        assert not await pins.is_right(CHANGED, PIN)
        assert await pins.is_right(replace(JANE, barcode="max"), PIN)
        assert await pins.is_right(replace(JANE, zone="abc"), PIN)
        assert hasher.verified == 4

    async def test_are_so_many(self, hasher: Counting, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(pins, "VERIFIED_KEPT", 2)
        kept = Pins()
        for barcode in ("a", "b", "c", "a"):
            assert await kept.is_right(replace(JANE, barcode=barcode), PIN)
        assert hasher.verified == 4
        assert await kept.is_right(replace(JANE, barcode="c"), PIN)
        assert hasher.verified == 4


class TestVerified:
    async def test_with_a_damaged_hash_never(self) -> None:
        for damaged in ("$argon2id$", "4711", JANE.pin[:-5]):
            assert not await Pins(wrong_seconds=0).is_right(replace(JANE, pin=damaged), "4711")

    async def test_one_at_a_time_of_a_patron(self, hasher: Counting) -> None:
        pins = Pins(wrong_seconds=0)
        verdicts: list[bool] = []

        async def guess(number: int) -> None:
            verdicts.append(await pins.is_right(JANE, f"{number:04}", f"192.0.2.{number % 2}"))

        async with trio.open_nursery() as nursery:
            for number in range(5):
                nursery.start_soon(guess, number)
        assert verdicts == [False] * 5
        assert hasher.verified == 5
        assert not pins._turns
        assert not pins._lines


class TestWrong:
    """The clock stands still until a test moves it."""

    @staticmethod
    @asynccontextmanager
    async def guessing(pins: Pins, *guesses: str) -> AsyncIterator[list[float]]:
        """Somebody who was wrong before tries these at once; when each was answered."""
        answered: list[float] = []
        assert not await pins.is_right(JANE, "0", "192.0.2.9")

        async def guess(pin: str) -> None:
            assert not await pins.is_right(JANE, pin, "192.0.2.9")
            answered.append(trio.current_time())

        async with trio.open_nursery() as nursery:
            for pin in guesses:
                nursery.start_soon(guess, pin)
            yield answered

    async def test_are_answered_one_after_another(self, hasher: Counting, mock_clock: MockClock) -> None:
        pins, began = Pins(), trio.current_time()
        async with self.guessing(pins, "1", "2", "3") as answered:
            for nth in (1, 2, 3):
                while len(answered) < nth:
                    assert hasher.verified <= 1 + nth
                    mock_clock.jump(WRONG_SECONDS / 4)
                    await trio.testing.wait_all_tasks_blocked()
        assert [at - began >= nth * WRONG_SECONDS for nth, at in enumerate(answered, 1)] == [True] * 3

    async def test_hold_up_the_next_though_who_showed_them_has_hung_up(
        self, hasher: Counting, mock_clock: MockClock
    ) -> None:
        pins = Pins()
        async with trio.open_nursery() as nursery, self.guessing(pins):
            hung_up = trio.CancelScope()

            async def guess() -> None:
                with hung_up:
                    await pins.is_right(JANE, "1", "192.0.2.9")

            nursery.start_soon(guess)
            while not any(line.wrong for line in pins._lines.values()):
                await trio.lowlevel.checkpoint()
            hung_up.cancel()
            nursery.start_soon(pins.is_right, JANE, "2", "192.0.2.9")
            await trio.testing.wait_all_tasks_blocked()
            assert [line.turn.statistics().tasks_waiting for line in pins._lines.values()] == [1]
            mock_clock.rate = FAST

    async def test_hold_up_nobody_elsewhere(self, hasher: Counting, mock_clock: MockClock) -> None:
        pins = Pins()
        async with self.guessing(pins, "1", "2") as answered:
            assert await pins.is_right(JANE, PIN, "192.0.2.7")
            assert not answered
            mock_clock.rate = FAST

    async def test_hold_up_nobody_whose_pin_was_right_once(self, hasher: Counting, mock_clock: MockClock) -> None:
        pins = Pins()
        assert await pins.is_right(JANE, PIN, "192.0.2.9")
        async with self.guessing(pins, "1", "2") as answered:
            assert await pins.is_right(JANE, PIN, "192.0.2.9")
            assert not answered
            mock_clock.rate = FAST

    async def test_hold_up_a_right_one_for_a_turn(self, hasher: Counting, mock_clock: MockClock) -> None:
        pins = Pins()
        async with self.guessing(pins, "1") as answered:
            while hasher.verified < 2:
                await trio.lowlevel.checkpoint()
            mock_clock.rate = FAST
            assert await pins.is_right(JANE, PIN, "192.0.2.9")
            assert len(answered) == 1

    async def test_that_are_too_many_are_not_looked_at(self, hasher: Counting, mock_clock: MockClock) -> None:
        pins = Pins()
        async with self.guessing(pins, *map(str, range(1 + MOST_WAITING))):
            while not any(line.wrong for line in pins._lines.values()):
                await trio.lowlevel.checkpoint()
            with pytest.raises(Refused, match="too many PINs of patron 'jane' at once"):
                await pins.is_right(JANE, PIN, "192.0.2.9")
            assert await pins.is_right(JANE, PIN, "192.0.2.7")
            mock_clock.rate = FAST
        assert await pins.is_right(JANE, PIN, "192.0.2.9")

    async def test_that_came_at_once_are_not_looked_at_where_they_are_too_many(
        self, hasher: Counting, mock_clock: MockClock
    ) -> None:
        pins = Pins()
        mock_clock.rate = FAST
        refused = 0

        async def guess(pin: str) -> None:
            nonlocal refused
            try:
                assert not await pins.is_right(JANE, pin)
            except Refused:
                refused += 1

        async with trio.open_nursery() as nursery:
            for number in range(50):
                nursery.start_soon(guess, str(number))
        assert (hasher.verified, refused) == (1 + MOST_WAITING, 49 - MOST_WAITING)

    async def test_are_not_those_that_are_right_however_many_come_at_once(self, hasher: Counting) -> None:
        pins = Pins()
        answers: list[bool] = []

        async def ask() -> None:
            answers.append(await pins.is_right(JANE, PIN))

        async with trio.open_nursery() as nursery:
            for _ in range(50):
                nursery.start_soon(ask)
        assert (answers, hasher.verified) == ([True] * 50, 1)
