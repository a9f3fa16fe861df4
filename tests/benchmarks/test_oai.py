"""The benchmark of OAI-PMH: its corpus, its clients before a real gateway, its bars."""

from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
import trio

from benchmarks.bars import Sample
from benchmarks.oai import MEMORY, RECORDS, SQLITE, Measured, checks, text
from benchmarks.oai_corpus import fill, published
from benchmarks.oai_harvest import Harvested, harvests
from benchmarks.oai_load import LONGEST_SECONDS, BadAnswer, Client, Load, look_at, token_of
from benchmarks.oai_process import FEW, OAI_REPO, of_gateway
from benchmarks.result import Result
from gateway.stores import open_store
from tests.oai.test_harvesters import serving

FIGURES = Result(clients=4, exports=10, good=10, bad=0, seconds=1.0, rate=400.0, p50_ms=1.0, p99_ms=5.0, max_ms=9.0)
WHOLE = Harvested(records=9, missing=0, twice=0, invalid=0, seconds=1.0)


def measured(**changes: object) -> Measured:
    """What reaches every bar, but for these."""
    pages = {"rate": 2_000.0, "first_ms": 1.0, "last_ms": 1.1}
    good = Measured(
        RECORDS,
        in_process={MEMORY: [pages], SQLITE: [pages], OAI_REPO: [{"rate": 100.0}]},
        http=[Sample(FIGURES, 0.9)],
        resident=[90.0, 91.0],
        harvests=[("sickle", "alma", WHOLE)],
    )
    return replace(good, **changes)


def test_no_two_records_are_alike() -> None:
    first, second = published(range(2))
    assert first.mms_id < second.mms_id
    assert first.form != second.form


async def test_pages_are_prepared_within_a_process() -> None:
    found = await of_gateway("memory:", FEW, 0.01)
    assert all(value > 0 for value in found.values())


async def test_a_client_harvests_a_gateway_from_the_beginning_to_the_end_and_again(tmp_path: Path) -> None:
    path = tmp_path / "gateway.db"
    async with open_store(f"sqlite:{path}") as store:
        await fill(store, 250)
    async with serving(path) as gateway:
        port = int(gateway.http.rpartition(":")[2])
        client = Client(Load(port, gateway.url.removeprefix(gateway.http), LONGEST_SECONDS, 1, most=5))
        tally = await trio.to_thread.run_sync(client.run)
    assert (tally.good, tally.bad) == (5, 0), tally.last_bad


@pytest.mark.long
async def test_a_harvest_is_held_against_what_was_there(tmp_path: Path) -> None:
    def first() -> tuple[str, str, Harvested]:
        with closing(harvests(tmp_path, 220)) as found:
            return next(found)

    client, dialect, found = await trio.to_thread.run_sync(first)
    assert (client, dialect, found.good, found.missing) == ("sickle", "alma", True, 0)


def test_the_token_of_an_answer_is_read() -> None:
    assert token_of(b"<resumptionToken>a@b</resumptionToken></ListRecords>") == "a@b"
    assert token_of(b"</record></ListRecords>") == ""


@pytest.mark.parametrize("body", [b"<error/>", b"no XML"])
def test_what_is_no_page_is_a_bad_answer(body: bytes) -> None:
    with pytest.raises(BadAnswer):
        look_at(body)


def test_every_bar_is_reached_or_told() -> None:
    assert {check.verdict for check in checks(measured())} == {"pass"}
    assert "oai-repo" in text(measured(), [])


@pytest.mark.parametrize(
    ("changes", "below"),
    [
        ({"in_process": {SQLITE: [{"rate": 1.0, "first_ms": 1.0, "last_ms": 1.3}]}}, 2),
        ({"http": [Sample(replace(FIGURES, bad=1), 4.0)]}, 2),
        ({"resident": [90.0, 120.0]}, 1),
        ({"harvests": [("sickle", "alma", replace(WHOLE, missing=1))]}, 1),
        ({"harvests": [("sickle", "alma", replace(WHOLE, invalid=1))]}, 1),
    ],
)
def test_what_does_not_reach_a_bar_is_below(changes: dict[str, object], below: int) -> None:
    assert [check.verdict for check in checks(measured(**changes))].count("below") == below


def test_a_small_run_judges_no_far_page() -> None:
    assert [check.verdict for check in checks(measured(records=RECORDS - 1))].count("not judged") == 1
