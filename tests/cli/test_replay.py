"""`gateway replay` of a capture's file against a gateway."""

import json
import signal
import socket
from pathlib import Path

import pytest

from tests.connexion.captured import OK, client, recorded, server, written

from .gateways import HOST, MARC, OTHER_HOST, Gateway, run, serving, words
from .test_capture import LOGON, capturing, ended, place, unix

CJK = (MARC / "cjk.mrc").read_bytes()
NO_TITLE = (MARC / "refused-no-245.mrc").read_bytes()
DESKTOP = b"AK01CARLI_XYZPFsecret"
BROWSER = b"A1101CARLI_XYZP6secret"
REFUSED = b"Import Failed\nNot imported: there is no title field (245).\0"
OTHERWISE = b"Import Failed\nThere is no title.\0"


@pytest.fixture
def file(folder: Path) -> Path:
    """Two good exports and a refused one, of a server that had another MMS ID and gives the same replies."""
    said = [*client(DESKTOP, CJK), *server(OK), *client(b"\r\n", BROWSER + CJK), *server(OK)]
    said += [*client(DESKTOP + NO_TITLE), *server(REFUSED)]
    return kept(folder, written(recorded(said)))


def kept(folder: Path, content: bytes) -> Path:
    (folder / "capture.jsonl").write_bytes(content)
    return folder / "capture.jsonl"


@unix
def test_a_capture_of_one_gateway_is_replayed_to_another(gateway: Gateway, folder: Path) -> None:
    records = [MARC / f"{name}.mrc" for name in ("cjk", "serial", "refused-marc8", "former-numbers")]
    with capturing(gateway.port, folder / "capture.jsonl") as (started, ready):
        for form in ("desktop", "browser"):
            run("send", *place(ready), *LOGON, "--keep-open", "--form", form, *records)
        ended(started, signal.SIGINT)
    with serving("memory:", "zones.xyz.password=another word") as other:
        result = run("replay", "capture.jsonl", *other.options)
    assert result.stdout.splitlines()[-1] == f"{2 * len(records)} as recorded, 0 not"
    assert result.exit_code == 0


def test_replies_are_shown_and_compared_without_mms_ids(gateway: Gateway, file: Path) -> None:
    result = run("replay", file, *gateway.options)
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "connection 1, message 1: as recorded",
        "  The record has been processed successfully.",
        "  MMS ID: 9910000000015867",
        "connection 1, message 2: as recorded",
        "  The record has been processed successfully.",
        "  MMS ID: 9910000000015867",
        "connection 1, message 3: as recorded",
        "  Import Failed",
        "  Not imported: there is no title field (245).",
        "3 as recorded, 0 not",
    ]
    assert result.stderr == f"to {gateway.address}:{gateway.port} as 01CARLI_XYZ (zone xyz)\n"


def test_another_mms_id_is_a_difference_only_if_that_is_wanted(gateway: Gateway, folder: Path) -> None:
    said = [*client(DESKTOP + CJK), *server(OK.replace(b"1586", b"7586"))]
    file = kept(folder, written(recorded(said)))
    alike = run("replay", file, *gateway.options)
    assert (alike.exit_code, alike.stdout.splitlines()[0]) == (
        0,
        "connection 1, message 1: as recorded but for MMS IDs",
    )
    exact = run("replay", file, *gateway.options, "--exact")
    assert exact.exit_code == 1
    assert exact.stdout.splitlines() == [
        "connection 1, message 1: differs",
        "  recorded: The record has been processed successfully.",
        "  now:      The record has been processed successfully.",
        "! recorded: MMS ID: 9910000000075867",
        "! now:      MMS ID: 9910000000015867",
        "0 as recorded, 1 not",
    ]


def test_a_reply_that_differs_exits_1_unless_any_will_do(gateway: Gateway, folder: Path) -> None:
    file = kept(folder, written(recorded([*client(DESKTOP + NO_TITLE), *server(OTHERWISE)])))
    result = run("replay", file, *gateway.options)
    assert result.exit_code == 1
    assert result.stdout.splitlines()[0] == "connection 1, message 1: differs"
    assert run("replay", file, *gateway.options, "--no-compare").exit_code == 0


def test_json(gateway: Gateway, file: Path) -> None:
    result = run("replay", file, *gateway.options, "--json")
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert lines[2] == {
        "connection": 1,
        "message": 3,
        "same": True,
        "recorded": REFUSED[:-1].decode(),
        "reply": REFUSED[:-1].decode(),
        "error": "",
    }


def test_what_the_capture_has_not_is_told_and_not_compared(gateway: Gateway, folder: Path) -> None:
    said = [*client(DESKTOP + CJK), *server(b"01CARLI_XYZ and secret: welcome\0"), *client(b"?" * 70), *server(b"?\0")]
    file = kept(folder, written(recorded(said)))
    result = run("replay", file, *gateway.options)
    assert result.exit_code == 0
    assert "connection 1: what came behind 1 messages is not in the capture (malformed)\n" in result.stderr
    assert result.stdout.splitlines()[:3] == [
        "connection 1, message 1: nothing to compare",
        "! recorded: (not in the capture)",
        "! now:      The record has been processed successfully.",
    ]
    line = json.loads(run("replay", file, *gateway.options, "--json").stdout)
    assert (line["same"], line["recorded"]) == (None, None)


def test_a_wrong_logon_is_a_difference(gateway: Gateway, file: Path) -> None:
    result = run("replay", file, *gateway.options, "--password", "x", "--logon-id", "01CARLI_XYZ")
    assert result.exit_code == 1
    assert "! now:      Logon Failed--the Logon ID and/or password is/are not valid" in result.stdout


def test_nobody_there_exits_3(file: Path, deaf_port: int) -> None:
    result = run("replay", file, "--host", "127.0.0.1", "--port", str(deaf_port), *LOGON)
    assert result.exit_code == 3
    assert result.stderr == f"gateway: cannot connect to 127.0.0.1 port {deaf_port}: nothing listens there\n"


def test_another_host_at_the_place_of_the_settings_is_sent_nothing(gateway: Gateway, file: Path) -> None:
    result = run("replay", file, *gateway.exchanged, "--zone", "network")
    assert result.exit_code == 3
    assert f"is the host {HOST}, not {OTHER_HOST}" in result.stderr
    assert run("submissions", "list", *gateway.options).stderr == "nothing has arrived\n"


def test_one_who_listens_and_says_nothing(folder: Path) -> None:
    file = kept(folder, written(recorded([*client(DESKTOP + CJK), *server(OK)])))
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = str(silent.getsockname()[1])
        result = run("replay", file, "--host", "127.0.0.1", "--port", port, *LOGON, "--timeout", "1")
    assert result.exit_code == 1
    assert result.stdout.splitlines()[0] == "connection 1, message 1: differs (no reply within 1 s)"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"01374cam", "is no capture"),
        (written([]), "has no message that could be sent again"),
        (written(recorded(client(b"GET / HTTP/1.0\r\n\r\n"))), "has no message that could be sent again"),
    ],
)
def test_usage(folder: Path, content: bytes, says: str) -> None:
    result = run("replay", kept(folder, content))
    assert type(result.exception).__name__ == "Unusable"
    assert says in words(result)
