"""A capture and the fixture: what was recorded is sent again, with the fixture's logon."""

import re
from pathlib import Path

import pytest

from gateway.testing import captures
from gateway.testing.native import TrioGateway
from gateway.testing.zone import Gateway
from tests.connexion.captured import OK, client, recorded, server, written
from tests.connexion.transcript import BROWSER, DESKTOP
from tests.testing.sending import connected, rest
from tests.testing.suites import SAMPLE, Suite

SAID = [*client(DESKTOP + SAMPLE[:50], SAMPLE[50:]), *server(OK), *client(BROWSER + SAMPLE), *server(OK)]


def captured(folder: Path) -> Path:
    """A file with two exports of the sample, on one connection."""
    file = folder / "alma.jsonl"
    file.write_bytes(written(recorded(SAID)))
    return file


def test_messages_are_sent_with_the_logon_of_the_fixture(connexion_gateway: Gateway, tmp_path: Path) -> None:
    [session] = captures.read(captured(tmp_path))
    with connected(connexion_gateway) as connection:
        for message in session.messages:
            for _, some in captures.pieces(message, connexion_gateway.logon):
                connection.sendall(some)
            assert rest(connection).startswith(b"The record has been processed successfully.")
    assert [attempt.outcome for attempt in connexion_gateway.attempts] == ["created", "unchanged"]
    assert [attempt.record for attempt in connexion_gateway.attempts] == [SAMPLE, SAMPLE]


async def test_logon_is_the_same_under_trio(connexion_gateway: Gateway, connexion_gateway_trio: TrioGateway) -> None:
    assert connexion_gateway_trio.logon == connexion_gateway.logon


@pytest.mark.long
def test_the_test_of_the_page_on_capture_passes(suite: Suite) -> None:
    text = (Path(__file__).resolve().parents[2] / "docs" / "capture.md").read_text("utf-8")
    [source] = re.findall(r"```python title=\S+\n(.*?)```", text, re.DOTALL)
    captured(suite.folder)
    suite.run(source).assert_outcomes(passed=1)
