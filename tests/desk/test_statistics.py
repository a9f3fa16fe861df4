"""What has happened is counted as it happens."""

from datetime import UTC, datetime

import pytest

from gateway.desk.statistics import Statistics
from gateway.model import Delivery, Outcome, Receipt


def test_nothing_has_happened_yet() -> None:
    happened = Statistics().happened()
    assert happened.attempts == {}
    assert (happened.answered, happened.not_delivered, happened.answer_seconds) == (0, 0, 0.0)
    assert abs((datetime.now(UTC) - happened.since).total_seconds()) < 60


def test_attempts_by_zone_and_outcome() -> None:
    statistics = Statistics()
    for zone, outcome in (("xyz", Outcome.CREATED), ("xyz", Outcome.CREATED), ("abc", Outcome.REFUSED)):
        statistics.kept(Receipt(zone, outcome, None))
    happened = statistics.happened()
    assert happened.attempts == {"abc": {Outcome.REFUSED: 1}, "xyz": {Outcome.CREATED: 2}}
    statistics.kept(Receipt("xyz", Outcome.MERGED, None))
    assert happened.attempts["xyz"] == {Outcome.CREATED: 2}, "what was told does not change"


def test_replies() -> None:
    statistics = Statistics()
    for seconds, delivered in ((0.5, True), (0.25, False)):
        statistics.noted(Delivery("submission", seconds=seconds, delivered=delivered))
    happened = statistics.happened()
    assert (happened.answered, happened.not_delivered) == (2, 1)
    assert happened.answer_seconds == pytest.approx(0.75)
