"""What docs/webhooks.md gives receivers to verify with does so."""

import os
import re
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import HTTPServer
from pathlib import Path
from typing import Any

import msgspec
import pytest
import trio

from gateway.desk.telling import WebhookMessage
from gateway.webhooks import patience, signing
from gateway.webhooks.rounds import HOLD_SECONDS, SPARE_SECONDS
from gateway.webhooks.sending import Sender
from gateway.webhooks.signing import Root
from tests.webhooks.made import webhook

TEXT = (Path(__file__).resolve().parents[2] / "docs" / "webhooks.md").read_text("utf-8")
ROOT = Root("open-sesame-47110815")
KEY = ROOT.secret(webhook())
SECRET = signing.shown(KEY)
BODY = '{"type":"export.created","data":{"seq":1,"title":"Flüsse"}}'.encode()


def block(language: str, holding: str = "") -> str:
    """The one block of this language that holds this."""
    [found] = [text for text in re.findall(rf"```{language}\n(.*?)```", TEXT, re.DOTALL) if holding in text]
    return str(found)


def headers(body: bytes = BODY, at: float | None = None) -> dict[str, str]:
    return signing.headers(KEY, "0199-abc", int(time.time() if at is None else at), body)


def receiver() -> dict[str, Any]:
    """What the script in Python defines, without its last line, which serves."""
    script, _, last = block("python").strip().rpartition("\n")
    assert last.startswith("HTTPServer((")
    names: dict[str, Any] = {}
    exec(script, names)
    return names


def test_in_python():
    verified = receiver()["verified"]
    assert verified(SECRET, headers(), BODY)
    assert not verified(SECRET, headers(), BODY + b" ")
    assert not verified(SECRET, headers(at=time.time() - 600), BODY)
    assert not verified("whsec_" + "A" * 43 + "=", headers(), BODY)


@contextmanager
def served(handler: Any) -> Iterator[str]:
    """The URL at which this handles requests."""
    server = HTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/exports"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


async def test_receiver_in_python(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    monkeypatch.setenv("SECRET", SECRET)
    sender = Sender("test")
    with served(receiver()["Receiver"]) as url, trio.fail_after(30):
        assert (await sender.send(url, headers(), BODY)).status == 204
        assert (await sender.send(url, headers(b"{}"), BODY)).status == 403
        await sender.aclose()
    assert "export.created 1 Flüsse" in capsys.readouterr().out


@pytest.mark.skipif(not shutil.which("node"), reason="there is no Node.js")
@pytest.mark.parametrize(("body", "expected"), [(BODY, "true"), (BODY + b" ", "false")])
def test_in_javascript(tmp_path: Path, body: bytes, expected: str):
    given = msgspec.json.encode([SECRET, headers(), body.decode()]).decode()
    script = tmp_path / "verify.mjs"
    script.write_text(f"{block('javascript')}\nconsole.log(verified(...{given}));\n", "utf-8")
    run = subprocess.run(["node", script], capture_output=True, text=True, timeout=60, check=True)
    assert run.stdout.strip() == expected


@pytest.mark.skipif(os.name == "nt" or not shutil.which("openssl"), reason="it is written for a Unix shell and OpenSSL")
def test_in_a_shell(tmp_path: Path):
    (tmp_path / "body.json").write_bytes(BODY)
    told = headers()
    environ = os.environ | {"SECRET": SECRET, "ID": told["webhook-id"], "TIMESTAMP": told["webhook-timestamp"]}
    command = ["sh", "-c", block("sh", "openssl")]
    run = subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, text=True, timeout=60, check=True)
    assert run.stdout.strip() == told["webhook-signature"]


def test_body_that_is_shown_is_one():
    message = msgspec.json.decode(block("json"), type=WebhookMessage)
    assert message.type == f"export.{message.data.outcome}"


def test_times_are_those_of_the_gateway():
    told = {"5 s": 5, "30 s": 30, "2 min": 120, "10 min": 600, "1 h": 3600, "4 h": 14400, "8 h": 28800}
    assert "after 5 s, 30 s, 2 min, 10 min, 1 h, 4 h and 8 h," in TEXT
    assert tuple(told.values()) == patience.BACK_OFF
    assert f"within {patience.SEND_SECONDS:g} s" in TEXT
    assert f"for up to {HOLD_SECONDS:g} s" in TEXT
    assert f"within {SPARE_SECONDS:g} s" in TEXT
    assert patience.RETRY_AFTER_SECONDS == 24 * 3600
    assert patience.SAVE_SECONDS == 0.5
