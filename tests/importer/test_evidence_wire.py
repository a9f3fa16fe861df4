"""What an answer rests on that depends on how the message came, or on a script that answered it."""

from collections.abc import Sequence

import pytest

from gateway.importer import behaviours
from gateway.importer.scripts import Script
from gateway.model import Facts, Laid, Logon, Outcome, Reason, ReplyStep, Transcript
from tests.importer.desk import Desk
from tests.importer.exports import TIDES
from tests.importer.grounds import grounds
from tests.marc.mnemonic import raw


def wire(*runs: Laid, **facts: object) -> Facts:
    """What the wire observed of a message that was laid out so."""
    return Facts(transcript=Transcript(runs), **facts)  # type: ignore[arg-type]  # whichever of its fields


ITEM, RECORD = Laid("A", 1, "desktop"), Laid("record", 714)
NUL = Laid("separators", 1, "00")


class TestWire:
    @pytest.mark.parametrize(
        ("observed", "told"),
        [
            (wire(ITEM, RECORD, items="A"), []),
            (wire(NUL, ITEM, RECORD, items="A"), [behaviours.SEPARATORS]),
            (wire(ITEM, NUL, RECORD, NUL, items="A"), []),
            (wire(NUL, ITEM, RECORD, items="A", earlier=1), []),
            (wire(Laid("telnet", 3, "fffd18"), NUL, ITEM, items="A"), [behaviours.SEPARATORS]),
            (wire(Laid("telnet", 3, "fffd18"), ITEM, items="A", telnet=True), [behaviours.TELNET]),
            (wire(Laid("tail", 9), ITEM, RECORD, items="A", earlier=1), [behaviours.TAIL]),
            (wire(RECORD, earlier=1), [behaviours.LATEST_LOGON]),
            (Facts(exported_by="page"), []),
        ],
    )
    async def test_of_a_message_that_was_read(
        self, desk: Desk, observed: Facts, told: Sequence[behaviours.Behaviour]
    ) -> None:
        await desk.export(raw(TIDES), observed=observed)
        assert await grounds(desk) == [one.words for one in told]

    @pytest.mark.parametrize(
        ("outcome", "reason", "observed", "told"),
        [
            (Outcome.MALFORMED, Reason.MALFORMED, Facts(offset=8), []),
            (Outcome.MALFORMED, Reason.MALFORMED, Facts(offset=8, earlier=1), [behaviours.GOODBYE]),
            (Outcome.MALFORMED, Reason.INCOMPLETE, Facts(arrived=8, earlier=1), []),
            (Outcome.FOREIGN, Reason.TLS, Facts(), [behaviours.FIRST_BYTES]),
            (Outcome.FOREIGN, Reason.TELNET, Facts(telnet=True), [behaviours.FIRST_BYTES]),
            (Outcome.FOREIGN, Reason.NOT_MARC, Facts(telnet=True), [behaviours.TELNET, behaviours.FIRST_BYTES]),
        ],
    )
    async def test_of_one_that_was_not(
        self, desk: Desk, outcome: Outcome, reason: Reason, observed: Facts, told: Sequence[behaviours.Behaviour]
    ) -> None:
        submission = desk.submission(b"00714cam", Logon(logon_id=b"01CARLI_XYZ"))
        await desk.importer.turn_away(submission, outcome, reason, observed)
        assert await grounds(desk) == [*[one.words for one in told], f"The reply {reason}"]


def through(desk: Desk, *steps: ReplyStep) -> None:
    """Give the zone xyz this script."""
    desk.scripts.by_zone["xyz"] = Script(steps)


class TestScripts:
    @pytest.mark.parametrize(
        ("step", "told"),
        [
            (ReplyStep(reply="locked"), ["The reply locked"]),
            (ReplyStep(reply="structure"), ["The reply structure"]),
            (ReplyStep(reply="store_slow"), ["The reply store_slow"]),
            (ReplyStep(reply="logon_failed"), []),
            (ReplyStep(reply="locked", text="In use."), []),
            (ReplyStep(reply="locked", send="nothing"), []),
            (ReplyStep(reply="locked", send="garbage", garbage="00"), []),
            (ReplyStep(late_seconds=1), []),
        ],
    )
    async def test_a_step_rests_on_its_words_alone(self, desk: Desk, step: ReplyStep, told: list[str]) -> None:
        through(desk, step)
        await desk.export(raw(TIDES))
        assert await grounds(desk) == told

    async def test_one_that_leaves_it_to_the_gateway_rests_on_what_decided(self, desk: Desk) -> None:
        through(desk, ReplyStep(text="In use."), ReplyStep(text="In use."))
        await desk.export(raw(TIDES))
        await desk.export(raw(TIDES))
        assert await grounds(desk) == [behaviours.NOT_CHANGED.words]

    async def test_how_the_message_was_read_stays(self, desk: Desk) -> None:
        through(desk, ReplyStep(reply="locked"))
        await desk.export(raw(TIDES), observed=wire(NUL, ITEM, RECORD, items="A"))
        assert await grounds(desk) == [behaviours.SEPARATORS.words, "The reply locked"]
