"""What the benchmark of OAI-PMH harvests: a set of so many records, published as a run would have left it.

python -m benchmarks.oai_corpus sqlite:gateway.db 1000000
"""

import time
from collections.abc import Iterator
from typing import Final

import click
import trio

from benchmarks.servers import ZONE
from benchmarks.title import NINES, template
from gateway.marc.forms import marcxml
from gateway.marc.record import Record
from gateway.model import PublishingProfile
from gateway.stores import open_store
from gateway.stores.base import Published, Store

SET: Final = "BENCH"
ROWS: Final = 1_000
"""Records that are put into the store at once, some 3 MB."""
DIGEST: Final = bytes(16)


def mms_id(number: int) -> str:
    """Of a record: they rise with the numbers."""
    return f"99{number:09}0015867"


def published(numbers: range) -> Iterator[Published]:
    """These records, as they stand in the set."""
    written = marcxml.write(Record.parse(template())).rstrip().removeprefix(b"<record>")
    form = f'<record xmlns="{marcxml.NAMESPACE}">'.encode() + written
    now = int(time.time())
    for number in numbers:
        yield Published(mms_id(number), now, DIGEST, form.replace(NINES, b"%09d" % number))


async def fill(store: Store, records: int) -> None:
    """Publish so many."""
    await store.keep_publishing_profile(PublishingProfile(zone=ZONE, key=SET, name=SET, every_hours=0))
    for begin in range(0, records, ROWS):
        await store.publish(ZONE, SET, [*published(range(begin, min(begin + ROWS, records)))])


async def filled(url: str, records: int) -> None:
    """The same, in the store at this URL."""
    async with open_store(url) as store:
        await fill(store, records)


@click.command()
@click.argument("url")
@click.argument("records", type=click.IntRange(1))
def main(url: str, records: int) -> None:
    """Publish RECORDS in the store at URL."""
    trio.run(filled, url, records)


if __name__ == "__main__":
    main()
