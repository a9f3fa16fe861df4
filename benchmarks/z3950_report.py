"""What searching by Z39.50 costs, server by server, and whether that reaches the bars."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from benchmarks.bars import Check, Sample, verdict
from benchmarks.report import check_row, table
from benchmarks.z3950_peers import ZEBRA

GATEWAY: Final = "gateway, SQLite"
CLIENTS: Final = 4
OPAC_AT_LEAST: Final = 3_000.0
"""Searches with present of 10 OPAC records a second, on one core."""
KEYWORD_MS_UNDER: Final = 50.0
"""At p99, with `KEYWORD_TITLES`."""
KEYWORD_TITLES: Final = 1_000_000
WORK_NAMES: Final = {
    "usmarc": "search, present 10 USMARC",
    "anew": "search anew, present 10 USMARC",
    "opac": "search, present 10 OPAC",
    "connect": "connect, search, present 1",
    "keyword": "keyword search",
}


@dataclass
class Measured:
    """Everything that one run measured."""

    samples: dict[tuple[str, str], list[Sample]] = field(default_factory=dict)
    """By what was done and the server, round by round."""
    not_run: dict[str, str] = field(default_factory=dict)
    """By server, why it did not take part."""


def checks(measured: Measured, titles: int) -> list[Check]:
    """Every bar."""
    return [
        _by_zebra("usmarc", measured),
        _by_zebra("connect", measured),
        _opac(measured),
        _keyword(measured, titles),
        _bad(measured),
    ]


def _by_zebra(work: str, measured: Measured) -> Check:
    what, bar = f"rate of {WORK_NAMES[work]}, by {ZEBRA}'s", "at least 1.0"
    if (work, ZEBRA) not in measured.samples:
        return Check(what, bar, "", "not judged", measured.not_run.get(ZEBRA, "it was not measured"))
    rounds = zip(measured.samples[work, GATEWAY], measured.samples[work, ZEBRA], strict=True)
    ratio = statistics.median(ours.result.rate / (theirs.result.rate or 1.0) for ours, theirs in rounds)
    return Check(what, bar, f"{ratio:.2f}", verdict(ratio >= 1.0))


def _opac(measured: Measured) -> Check:
    """Where more than a core was used, what falls to one of them."""
    rates = [one.result.rate / max(one.busy or 1.0, 1.0) for one in measured.samples["opac", GATEWAY]]
    rate = statistics.median(rates)
    what = f"{WORK_NAMES['opac']}, on one core"
    return Check(what, f"at least {OPAC_AT_LEAST:,.0f}/s", f"{rate:,.0f}/s", verdict(rate >= OPAC_AT_LEAST))


def _keyword(measured: Measured, titles: int) -> Check:
    p99 = statistics.median(one.result.p99_ms for one in measured.samples["keyword", GATEWAY])
    few = f"only {titles:,} titles were there" if titles < KEYWORD_TITLES else ""
    judged = "not judged" if few else verdict(p99 < KEYWORD_MS_UNDER)
    what = f"p99 of a {WORK_NAMES['keyword']}, {KEYWORD_TITLES:,} titles"
    return Check(what, f"under {KEYWORD_MS_UNDER:.0f} ms", f"{p99:.1f} ms", judged, few)


def _bad(measured: Measured) -> Check:
    bad = sum(one.result.bad for (_, server), some in measured.samples.items() if server == GATEWAY for one in some)
    return Check("bad answers of the gateway", "none", str(bad), verdict(bad == 0))


def text(measured: Measured, titles: int, about: Sequence[tuple[str, str]]) -> str:
    """The whole report; `about` is what it was measured on."""
    parts = [
        "# Z39.50",
        f"Measured on {datetime.now(UTC):%d %B %Y}, {CLIENTS} clients, {titles:,} titles. Medians of the rounds, in "
        "which the servers\ntake turns. A core is one processor's time; the servers of Index Data have a process for "
        "each connection.\nMost searches are for one of a thousand words: the gateway, which remembers what it found "
        "until something changes,\nhas found most of them before. Of those made anew, each for one of two words, none "
        "is made twice.",
        table(("machine", ""), about),
        "## Bars",
        table(("what", "bar", "measured", "verdict"), [check_row(one) for one in checks(measured, titles)]),
        "## Rates",
        table(
            ("what", "server", "a second", "p50", "p99", "cores", "a second and core"),
            [_row(work, server, some) for (work, server), some in measured.samples.items()],
        ),
    ]
    if measured.not_run:
        parts += ["## Not measured", table(("server", "reason"), [*measured.not_run.items()])]
    return "\n\n".join(parts) + "\n"


def _row(work: str, server: str, some: Sequence[Sample]) -> tuple[str, ...]:
    rate, p50, p99 = (
        statistics.median(getattr(one.result, name) for one in some) for name in ("rate", "p50_ms", "p99_ms")
    )
    busy = [one.busy for one in some if one.busy is not None]
    cores = statistics.median(busy) if busy else 0.0
    used = (f"{cores:.2f}", f"{rate / cores:,.0f}") if cores else ("unknown", "unknown")
    return WORK_NAMES[work], server, f"{rate:,.0f}", f"{p50:.2f} ms", f"{p99:.2f} ms", *used
