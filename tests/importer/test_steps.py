"""An attempt as the steps of a set-up: what is right before the obstacle, what is known behind it."""

import pytest
from msgspec.structs import replace

from gateway.importer.replies import Replies
from gateway.importer.report import Known
from gateway.importer.steps import STEPS, Step, steps
from gateway.model import Attempt, Host, Logon, Outcome, Reason
from tests.importer.desk import ACCOUNTS, OBSERVED, PROFILES, Desk
from tests.importer.exports import TIDES, tides
from tests.marc.mnemonic import raw, sample

KNOWN = Known(
    {account.zone.host: Host(account.zone.host) for account in ACCOUNTS},
    {account.zone.key: account.zone for account in ACCOUNTS},
    PROFILES,
    {},
    Replies(),
)


async def last(desk: Desk) -> Attempt:
    (*_, attempt) = await desk.attempts()
    return attempt


def told(attempt: Attempt) -> list[str]:
    """Steps and their status, such as `ok logon`."""
    return [f"{step.status} {step.step}" for step in steps(attempt, KNOWN)]


UP_TO_THE_LOGON = ["ok connected", "ok destination", "ok transfer", "ok format"]
THE_RECORD = ["ok structure", "ok character set", "ok contents"]


async def test_all_is_right(desk: Desk) -> None:
    await desk.export(raw(TIDES))
    assert told(await last(desk)) == [
        *UP_TO_THE_LOGON,
        *("ok logon", "ok profile"),
        *THE_RECORD,
        *("ok match", "ok filed", "ok answered"),
    ]


async def test_what_stood_there_is_replaced(desk: Desk) -> None:
    await desk.export(raw(TIDES))
    await desk.export(raw(TIDES.replace("Tides.", "Sea.")))
    found = steps(await last(desk), KNOWN)
    assert Step("match", "ok", "OCLC number 999000025: 9910000000015867") in found
    assert Step("overlay", "ok", "nothing speaks against it") in found


async def test_behind_a_failed_logon_only_the_record_is_told_of(desk: Desk) -> None:
    await desk.export(raw(TIDES), "01carli_xyz")
    assert told(await last(desk)) == [*UP_TO_THE_LOGON, "fail logon", *THE_RECORD]


async def test_behind_a_failed_logon_the_record_may_be_wrong_too(desk: Desk) -> None:
    await desk.export(sample("refused-marc8"), "01carli_xyz", "?")
    assert told(await last(desk)) == [
        *UP_TO_THE_LOGON,
        *("fail logon", "fail logon", "ok structure", "fail character set", "ok contents"),
    ]


async def test_behind_a_damaged_record_nothing_is_known(desk: Desk) -> None:
    await desk.export(sample("broken-directory-length"))
    assert told(await last(desk)) == [*UP_TO_THE_LOGON, "ok logon", "ok profile", "fail structure"]


async def test_an_obstacle_in_the_zone_comes_after_the_match(desk: Desk) -> None:
    for numbers in ("$a(OCoLC)1", "$a(OCoLC)2", "$a(OCoLC)1$z(OCoLC)2"):
        await desk.export(tides(numbers))
    assert told(await last(desk)) == [*UP_TO_THE_LOGON, "ok logon", "ok profile", *THE_RECORD, "fail match"]


async def test_faults_of_a_filed_record_warn_without_the_words_of_its_outcome(desk: Desk) -> None:
    await desk.export(raw(TIDES), observed=replace(OBSERVED, telnet=True, earlier=1))
    attempt = replace(await last(desk), seconds=12.0, delivered=False)
    warnings = [step for step in steps(attempt, KNOWN) if step.status == "warn"]
    assert [step.step for step in warnings] == ["connected", "destination", "answered", "answered"]
    assert warnings[1].says.startswith("The client opened with Telnet: ")
    assert "ok filed" in told(attempt)


async def test_telnet_without_a_logon_is_what_failed(desk: Desk) -> None:
    logon = Logon()
    await desk.importer.accept(desk.submission(raw(TIDES), logon), logon, replace(OBSERVED, items="", telnet=True))
    assert told(await last(desk)) == [
        *("ok connected", "fail destination", "ok transfer", "ok format", "fail logon"),
        *THE_RECORD,
    ]


async def test_another_guess_at_the_destination_is_only_a_warning(desk: Desk) -> None:
    await desk.importer.accept(desk.submission(raw(TIDES), None), None, replace(OBSERVED, items="", lengths=""))
    assert told(await last(desk))[:3] == ["ok connected", "warn destination", "ok transfer"]


@pytest.mark.parametrize(
    ("outcome", "reason", "steps"),
    [
        (Outcome.FOREIGN, Reason.TLS, ["fail connected"]),
        (Outcome.FOREIGN, Reason.TELNET, ["ok connected", "fail destination"]),
        (Outcome.MALFORMED, Reason.INCOMPLETE, ["ok connected", "ok destination", "fail transfer"]),
        (Outcome.FOREIGN, Reason.NOT_MARC, ["ok connected", "ok destination", "ok transfer", "fail format"]),
    ],
)
async def test_what_brought_no_record_ends_there(
    desk: Desk, outcome: Outcome, reason: Reason, steps: list[str]
) -> None:
    await desk.importer.turn_away(desk.submission(b"", None), outcome, reason, OBSERVED)
    assert told(await last(desk)) == steps


async def test_of_the_network_zone_tells_what_to_do_next_in_alma(desk: Desk) -> None:
    await desk.export(raw(TIDES), "01CARLI_NETWORK", "network-secret", host="i-share-network")
    found = {step.step: step for step in steps(await last(desk), KNOWN)}
    assert found["network zone"].status == "ok"
    assert "add inventory" in found["network zone"].says


def test_are_in_the_order_of_the_work() -> None:
    assert list(STEPS) == [
        *("connected", "destination", "transfer", "format", "logon", "profile", "structure", "character set"),
        *("contents", "match", "overlay", "filed", "network zone", "answered"),
    ]
