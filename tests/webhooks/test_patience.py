"""What becomes of a webhook after a try, and when the next one is."""

from datetime import timedelta

import pytest

from gateway.model import Webhook
from gateway.webhooks.patience import BACK_OFF, RETRY_AFTER_SECONDS, Answer, after, retry_after
from tests.webhooks.made import NOON, webhook

TAKEN = Answer(204, "", 0.1)
REFUSED = Answer(500, "answered 500 Internal Server Error", 0.1)
SILENT = Answer(None, "does not answer within 15 s", 15.0)
GONE = Answer(410, "answered 410 Gone", 0.1)
LATER = NOON + timedelta(hours=1)


def failed(times: int, seq: int = 7) -> Webhook:
    """A webhook whose attempt of this number was sent so often in vain."""
    one = webhook(told=6)
    for _ in range(times):
        one = after(one, seq, REFUSED, NOON)
    return one


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_taken(status):
    one = after(failed(2), 7, Answer(status, "", 0.1), LATER)
    assert (one.told, one.delivered, one.given_up) == (7, 1, 0)
    assert (one.failures, one.next_at, one.fault, one.failing_since, one.last_at) == (0, None, "", None, LATER)


@pytest.mark.parametrize("status", [100, 199, 301, 302, 307, 400, 401, 404, 429, 500, 503, 600])
def test_not_taken(status):
    one = after(webhook(told=6), 7, Answer(status, f"answered {status}", 0.1), NOON)
    assert (one.told, one.delivered, one.failures, one.fault) == (6, 0, 1, f"answered {status}")
    assert one.next_at == NOON + timedelta(seconds=BACK_OFF[0])
    assert one.failing_since == NOON


def test_it_is_tried_ever_more_rarely_and_then_given_up():
    one, waits = webhook(told=6), []
    for _ in BACK_OFF:
        one = after(one, 7, SILENT, NOON)
        assert one.next_at
        waits.append((one.next_at - NOON).total_seconds())
    assert tuple(waits) == BACK_OFF
    assert list(BACK_OFF) == sorted(BACK_OFF)
    one = after(one, 7, SILENT, LATER)
    assert (one.told, one.given_up, one.delivered, one.failures, one.next_at) == (7, 1, 0, 0, None)
    assert one.fault == SILENT.fault
    assert one.failing_since == NOON


def test_next_attempt_has_all_its_tries_though_the_one_before_went_meanwhile():
    one = after(failed(3, seq=7), 9, REFUSED, NOON)
    assert (one.failures, one.tried) == (1, 9)
    assert one.next_at == NOON + timedelta(seconds=BACK_OFF[0])


def test_receiver_that_is_gone_is_told_nothing_any_more():
    one = after(webhook(told=6), 7, GONE, NOON)
    assert (one.told, one.stopped_at, one.next_at, one.given_up) == (6, NOON, None, 0)


@pytest.mark.parametrize(
    ("asked", "waits"),
    [(0, BACK_OFF[0]), (1, BACK_OFF[0]), (60, 60), (RETRY_AFTER_SECONDS * 9, RETRY_AFTER_SECONDS)],
)
def test_receiver_can_put_off_the_next_try_within_bounds(asked, waits):
    one = after(webhook(), 1, Answer(503, "answered 503 Service Unavailable", 0.1, retry_after=asked), NOON)
    assert one.next_at == NOON + timedelta(seconds=waits)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("", 0),
        ("120", 120),
        (" 120 ", 120),
        ("-5", 0),
        ("1.5", 0),
        ("1_0", 0),
        ("٣", 0),
        ("9" * 5_000, RETRY_AFTER_SECONDS),
        ("999999", RETRY_AFTER_SECONDS),
        ("Sun, 22 Nov 2026 12:02:00 GMT", 119.876544),
        ("Sun, 22 Nov 2026 12:02:00", 119.876544),
        ("Sun, 22 Nov 2026 11:00:00 GMT", 0),
        ("Sun, 22 Nov 9999 11:00:00 GMT", RETRY_AFTER_SECONDS),
        ("tomorrow", 0),
        ("Sun, 99 Nov 2026 11:00:00 GMT", 0),
    ],
)
def test_retry_after(header, seconds):
    assert retry_after(header, NOON) == pytest.approx(seconds)
