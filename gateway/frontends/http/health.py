"""For machines that watch the gateway: whether it lives, whether all of it answers, what it has done."""

from collections.abc import Iterator
from typing import Final

import structlog
import trio
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import SkipValidation
from litestar.types import Scope
from msgspec import Struct
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric, SummaryMetricFamily
from prometheus_client.registry import Collector

from gateway.desk.desk import Desk
from gateway.errors import StoreError
from gateway.frontends.http.events import Streams
from gateway.frontends.http.given import given

READY_SECONDS: Final = 3.0
"""For listeners and store to answer: a probe that waits longer counts as failed nearly everywhere."""
NO_ANSWER: Final = f"did not answer within {READY_SECONDS:g} s"
FAILS: Final = "does not answer as it should; the log says why"
"""Nobody needs a token to ask, so it is not said where the store is."""
METRICS: Final = "text/plain; version=0.0.4; charset=utf-8"


class Ready(Struct, frozen=True):
    """Whether every listener answers, and the store."""

    ready: bool
    faults: dict[str, str]
    """What is not ready, and why: `store`, or a listener as `desk.Desk.missing` names it."""


@get("/livez", include_in_schema=False, media_type="text/plain")
async def livez() -> str:
    """It lives, or would not answer."""
    return "ok\n"


@get("/readyz", include_in_schema=False)
async def readyz(desk: NamedDependency[SkipValidation[Desk]]) -> Response[Ready]:
    """200 when every listener answers, and the store, else 503 with what does not."""
    faults: dict[str, str] = {}
    async with trio.open_nursery() as nursery:
        nursery.start_soon(_ask_listeners, desk, faults)
        nursery.start_soon(_ask_store, desk, faults)
    return Response(Ready(not faults, faults), status_code=503 if faults else 200)


async def _ask_listeners(desk: Desk, faults: dict[str, str]) -> None:
    faults.update(await desk.missing(READY_SECONDS))


async def _ask_store(desk: Desk, faults: dict[str, str]) -> None:
    with trio.move_on_after(READY_SECONDS) as asking:
        try:
            await desk.store.zones()
        except StoreError as error:
            structlog.get_logger("gateway.http").warning("http.not_ready", error=str(error))
            faults["store"] = FAILS
    if asking.cancelled_caught:
        faults["store"] = NO_ANSWER


@get("/metrics", include_in_schema=False, media_type=METRICS)
async def metrics(scope: Scope) -> bytes:
    """What has happened since the start, for Prometheus."""
    return generate_latest(given(scope).metrics)


def registry(desk: Desk, streams: Streams) -> CollectorRegistry:
    """What Prometheus is told of a gateway: worked out when it asks."""
    made = CollectorRegistry(auto_describe=False)
    made.register(_Told(desk, streams))
    return made


class _Told(Collector):
    def __init__(self, desk: Desk, streams: Streams) -> None:
        self._desk = desk
        self._streams = streams

    def collect(self) -> Iterator[Metric]:
        """Each with its help."""
        happened = self._desk.statistics.happened()
        attempts = CounterMetricFamily(
            "gateway_attempts", "Exports that were kept, by zone and outcome.", labels=("zone", "outcome")
        )
        for zone, outcomes in happened.attempts.items():
            for outcome, count in outcomes.items():
                attempts.add_metric((zone, outcome.value), count)
        yield attempts
        yield SummaryMetricFamily(
            "gateway_answer_seconds",
            "From an export's first byte to its reply.",
            count_value=happened.answered,
            sum_value=happened.answer_seconds,
        )
        yield CounterMetricFamily(
            "gateway_replies_not_delivered", "Replies whose client had gone.", value=happened.not_delivered
        )
        followers, waits = self._streams.followers, self._streams.waits
        yield GaugeMetricFamily("gateway_streams", "Who follows what arrives, such as open pages.", followers)
        yield GaugeMetricFamily("gateway_waits", "Requests that wait for an export.", waits)
