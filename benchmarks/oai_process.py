"""Pages of ListRecords prepared within this process, without HTTP: the gateway's, and those of oai-repo (PyPI).

    python -m benchmarks.oai_process sqlite:gateway.db --records 1000000 --seconds 5
    python -m benchmarks.oai_process oai-repo --seconds 5

Prints a line of JSON. oai-repo has its records in memory as bytes, and makes of them the elements that it wants.
"""

import json
import statistics
from collections.abc import Callable
from datetime import UTC, datetime
from importlib import import_module
from ipaddress import ip_address
from itertools import cycle
from time import perf_counter
from typing import Any, Final

import click
import trio

from benchmarks.oai_corpus import SET, fill, mms_id, published
from benchmarks.oai_load import PAGE, look_at
from benchmarks.servers import ZONE
from gateway.frontends.http.views import Asked
from gateway.frontends.oai.server import Oai
from gateway.model import Zone
from gateway.publishing import Publisher
from gateway.stores import open_store

OAI_REPO: Final = "oai-repo"
CODE: Final = "01CARLI_XYZ"
PATH: Final = f"oai/{CODE}/request"
URL: Final = f"http://127.0.0.1/view/{PATH}"
PAGES: Final = 90
"""Different pages that are asked for in turn."""
FEW: Final = PAGES * PAGE
"""Records in memory."""


def asked(query: str) -> Asked:
    """As the view is told it."""
    return Asked("GET", PATH, ("i-share-xyz",), query.encode(), b"", "", ip_address("127.0.0.1"), URL)


def page_behind(number: int) -> Asked:
    """The page that begins behind this record."""
    return asked(f"verb=ListRecords&resumptionToken=all@all@{SET}@marc21@{mms_id(number)}")


async def of_gateway(url: str, records: int, seconds: float) -> dict[str, float]:
    """Pages a second, and milliseconds of the first page and of the last one, which are asked for in turn."""
    async with open_store(url, purpose="serve") as store:
        if url == "memory:":
            await fill(store, records)
        oai = Oai(Publisher(store, {}), {ZONE: Zone(ZONE, "i-share-xyz", "institution", CODE, "5867")})

        async def taken(what: Asked) -> float:
            at = perf_counter()
            answer = await oai.answer(what)
            ended = perf_counter()
            if not isinstance(answer.body, bytes) or b"<ListRecords>" not in answer.body:
                raise SystemExit(f"no page: {answer}")
            return ended - at

        whole = (await oai.answer(page_behind(0))).body
        look_at(whole if isinstance(whole, bytes) else b"")
        first, last = asked(f"verb=ListRecords&metadataPrefix=marc21&set={SET}"), page_behind(records - PAGE - 1)
        until = perf_counter() + seconds
        ends: list[tuple[float, float]] = []
        while not ends or perf_counter() < until:
            ends.append((await taken(first), await taken(last)))
        pages, count, began = cycle([page_behind(number * PAGE) for number in range(PAGES - 1)]), 0, perf_counter()
        while not count or perf_counter() < began + seconds:
            await taken(next(pages))
            count += 1
        rate = count / (perf_counter() - began)
    medians = [statistics.median(times) * 1000 for times in zip(*ends, strict=True)]
    return {"rate": rate, "first_ms": medians[0], "last_ms": medians[1]}


def of_oai_repo(seconds: float) -> dict[str, float]:
    """Pages a second. Raises `ImportError`."""
    repo: Any = import_module("oai_repo")  # Any: a library that may not be there
    etree: Any = import_module("lxml.etree")
    rows = {f"oai:alma.{CODE}:{row.mms_id}": row for row in published(range(FEW))}
    identifiers = [*rows]
    now = datetime.now(UTC)

    class Records(repo.DataInterface):  # type: ignore[misc]  # of that library
        limit = PAGE

        def get_identify(self) -> Any:
            return repo.Identify("Bench", URL, ["a@b.example"], now, "transient", "YYYY-MM-DDThh:mm:ssZ", [], [])

        def is_valid_identifier(self, identifier: str) -> bool:
            return identifier in rows

        def get_metadata_formats(self, _: str | None = None) -> Any:
            namespace = "http://www.loc.gov/MARC21/slim"
            return [repo.MetadataFormat("marc21", f"{namespace}.xsd", namespace)]

        def get_record_header(self, identifier: str) -> Any:
            return repo.RecordHeader(identifier, now, [SET], False)

        def get_record_metadata(self, identifier: str, _: str) -> Any:
            return etree.fromstring(rows[identifier].form)

        def get_record_abouts(self, _: str) -> list[Any]:
            return []

        def list_identifiers(self, _prefix: str, _from: Any, _until: Any, _set: Any, cursor: int = 0) -> Any:
            return identifiers[cursor : cursor + PAGE], len(identifiers), None

    repository = repo.OAIRepository(Records())
    ask: Callable[[], bytes] = lambda: bytes(repository.process({"verb": "ListRecords", "metadataPrefix": "marc21"}))  # noqa: E731
    look_at(ask())
    count, began = 0, perf_counter()
    while not count or perf_counter() < began + seconds:
        ask()
        count += 1
    return {"rate": count / (perf_counter() - began)}


@click.command()
@click.argument("what")
@click.option("--records", type=click.IntRange(FEW), default=FEW, help="That the store's set has.")
@click.option("--seconds", type=click.FloatRange(0.1, 60), default=5.0)
def main(what: str, records: int, seconds: float) -> None:
    """Measure the gateway on the store at the URL WHAT, or oai-repo."""
    try:
        found = of_oai_repo(seconds) if what == OAI_REPO else trio.run(of_gateway, what, records, seconds)
    except ImportError as error:
        raise click.ClickException(f"not installed: {error}") from error
    print(json.dumps(found))


if __name__ == "__main__":
    main()
