"""Reports of whatever arrives: none fails, none does anything to a terminal or a browser."""

import unicodedata

import trio
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.cli.report import as_html, as_text, known
from gateway.config import load
from gateway.importer.report import report
from gateway.importer.steps import steps
from gateway.model import Logon, Outcome, Reason
from gateway.stores import open_store
from tests.importer.desk import OBSERVED, Desk
from tests.marc.mutations import mutated

KNOWN = known(load())
LOGONS = st.sampled_from(["01CARLI_XYZ", "01carli_xyz", "01CARLI_XYZ\r\n", "01CARLI_NETWORK", "<b>", ""])


def steers(text: str) -> set[str]:
    """Control characters other than the line feed."""
    return {character for character in text if unicodedata.category(character) == "Cc"} - {"\n"}


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
            for attempt in await desk.attempts():
                told = report(attempt, KNOWN)
                text, page = as_text(told), as_html(told)
                assert text.startswith(f"Submission {attempt.seq}: ")
                assert not steers(text)
                assert not steers(page)
                assert page.count("<b>") == 0
                assert {step.status for step in steps(attempt, KNOWN)} <= {"ok", "warn", "fail"}
                assert steps(attempt, KNOWN)[0].step == "connected"

    trio.run(main)
