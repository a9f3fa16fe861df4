"""PINs: whose they are, that they are verified beside the event loop once, and that none is kept or told."""

import traceback

import argon2
import pytest
import trio
from msgspec.structs import replace

from gateway.circulation.lending import Refused, pins
from gateway.circulation.lending.pins import Pins
from tests.circulation.counter import PATRONS, Counter, hash_of, refused

PIN = "pin ☂ 4711"
WRONG = "Hunter2-Zx9"
JANE = replace(PATRONS[0], pin=hash_of(PIN))
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
        pins = Pins()
        assert [await pins.is_right(JANE, "0") for _ in range(2)] == [False, False]
        assert hasher.verified == 2

    async def test_are_not_those_of_another_hash_patron_or_zone(self, hasher: Counting) -> None:
        pins = Pins()
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
            assert not await Pins().is_right(replace(JANE, pin=damaged), "4711")

    async def test_one_at_a_time_of_a_patron(self, hasher: Counting) -> None:
        pins = Pins()
        verdicts: list[bool] = []

        async def guess(number: int) -> None:
            verdicts.append(await pins.is_right(JANE, f"{number:04}"))

        async with trio.open_nursery() as nursery:
            for number in range(5):
                nursery.start_soon(guess, number)
        assert verdicts == [False] * 5
        assert hasher.verified == 5
        assert not pins._turns
