"""A gateway in a process of its own: imports titles at once, and prints each one's number and the MMS ID it answered.

python -m tests.stores.exporting URL NUMBER…
"""

import json
import sys
from collections.abc import Iterable

import trio

from benchmarks.title import template
from gateway import logs
from gateway.config import load
from gateway.importer.accept import Importer
from gateway.importer.logon import Logons
from gateway.model import Facts, Logon, Outcome, Receipt, Submission, new_submission_id
from gateway.rulebook import rulebook, zones_of
from gateway.stores import open_store
from gateway.stores.base import Store
from tests.stores.nouns import NOON, PATIENCE

CODE, PASSWORD = b"01CARLI_XYZ", b"xyz-secret"
"""The logon of the zone xyz in the built-in settings."""


async def exports(store: Store, titles: Iterable[int]) -> list[tuple[int, Receipt]]:
    """Import titles of these numbers at once, through the importer of the built-in settings; the answers to each."""
    settings = load()
    zones = settings.model_zones()
    logons = Logons(zones_of(settings), longest_delay=0)
    importer = Importer(store, logons, rulebook(settings).profiles, import_seconds=PATIENCE)
    record = template()
    answers = []

    async def export(title: int) -> None:
        raw = record.replace(b"9" * 9, b"%09d" % title)
        submission = Submission(new_submission_id(), NOON, zones["xyz"].host, "192.0.2.7", CODE.decode(), raw)
        receipt = await importer.accept(submission, Logon(None, CODE, PASSWORD, "AP", "desktop"), Facts())
        answers.append((title, receipt))

    async with trio.open_nursery() as nursery:
        for title in titles:
            nursery.start_soon(export, title)
    return answers


async def main(url: str, *titles: str) -> None:
    """Do so in the store there."""
    logs.configure(level="error")
    async with open_store(url) as store:
        answers = await exports(store, map(int, titles))
    assert {receipt.outcome for _, receipt in answers} <= {Outcome.CREATED, Outcome.UNCHANGED}, answers
    print(json.dumps([(title, receipt.mms_id) for title, receipt in answers]))


if __name__ == "__main__":
    trio.run(main, *sys.argv[1:])
