"""A gateway in a process of its own: imports one record so many times at once, and prints the MMS IDs it answered.

python -m tests.stores.exporting URL TIMES
"""

import json
import sys

import trio

from benchmarks.title import template
from gateway import logs
from gateway.config import load
from gateway.importer.accept import Importer
from gateway.importer.logon import Account, Logons
from gateway.model import Facts, Logon, Outcome, Submission, new_submission_id
from gateway.rulebook import rulebook
from gateway.stores import open_store
from tests.stores.nouns import NOON

CODE, PASSWORD = b"01CARLI_XYZ", b"xyz-secret"
"""The logon of the zone xyz in the built-in settings."""


async def main(url: str, times: int) -> None:
    """Import the same record through the importer of the built-in settings."""
    logs.configure(level="error")
    settings = load()
    zones = settings.model_zones()
    accounts = [Account(zones[key], zone.password.reveal()) for key, zone in settings.zones.items()]
    answers = []
    async with open_store(url) as store:
        importer = Importer(store, Logons(accounts, longest_delay=0), rulebook(settings).profiles)

        async def export() -> None:
            submission = Submission(
                new_submission_id(), NOON, zones["xyz"].host, "192.0.2.7", CODE.decode(), template()
            )
            receipt = await importer.accept(submission, Logon(None, CODE, PASSWORD, "AP", "desktop"), Facts())
            assert receipt.outcome in (Outcome.CREATED, Outcome.UNCHANGED), receipt
            answers.append(receipt.mms_id)

        async with trio.open_nursery() as nursery:
            for _ in range(times):
                nursery.start_soon(export)
    print(json.dumps(answers))


if __name__ == "__main__":
    trio.run(main, sys.argv[1], int(sys.argv[2]))
