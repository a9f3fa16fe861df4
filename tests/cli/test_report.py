"""Reports of whatever arrives: none fails, none does anything to a terminal or a browser."""

import unicodedata

import trio
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.cli.report import as_html, known
from gateway.config import load
from gateway.desk.attempts import read_beside
from gateway.desk.reporting import as_text
from gateway.importer.beside import Repetitions
from gateway.importer.report import report
from gateway.importer.steps import steps
from gateway.marc.record import TURNS
from gateway.model import Attempt, Logon, Outcome, Reason
from gateway.stores import open_store
from tests.importer.desk import OBSERVED, Desk
from tests.marc.mutations import mutated

KNOWN = known(load())
LOGONS = st.sampled_from(["01CARLI_XYZ", "01carli_xyz", "01CARLI_XYZ\r\n", "01CARLI_NETWORK", "<b>", ""])


def steers(text: str) -> set[str]:
    """Control characters other than the line feed, and what turns a line about."""
    turns = {*map(chr, TURNS)}
    return {character for character in text if unicodedata.category(character) == "Cc" or character in turns} - {"\n"}


def settled(newest_first: list[Attempt]) -> list[tuple[Attempt, float | None]]:
    """What a listing tells of each."""
    repetitions = Repetitions()
    return [*repetitions.settled(newest_first), *repetitions.settled([])]


@settings(max_examples=60)
@given(st.lists(st.tuples(mutated() | st.binary(max_size=200), LOGONS), min_size=1, max_size=4))
def test_whatever_arrives_can_be_reported(exports: list[tuple[bytes, str]]) -> None:
    async def main() -> None:
        async with open_store("memory:") as store:
            desk = Desk(store)
            for record, logon_id in exports:
                await desk.export(record, logon_id)
                submission = desk.submission(record, Logon(logon_id=logon_id.encode()))
                await desk.importer.turn_away(submission, Outcome.MALFORMED, Reason.INCOMPLETE, OBSERVED)
            listed = {one.seq: seconds for one, seconds in settled(await store.attempts())}
            for attempt in await desk.attempts():
                beside = await read_beside(store, attempt, KNOWN)
                assert listed[attempt.seq] == beside.again_after
                told = report(attempt, KNOWN, beside)
                text, page = as_text(told), as_html(told)
                assert text.startswith(f"Submission {attempt.seq}: ")
                assert not steers(text)
                assert not steers(page)
                assert page.count("<b>") == 0
                assert {step.status for step in steps(attempt, KNOWN, beside)} <= {"ok", "warn", "fail"}
                assert steps(attempt, KNOWN, beside)[0].step == "connected"

    trio.run(main)
