"""No credential is written anywhere: not to the log at any level, not to the store, not into a traceback."""

import signal
import subprocess
import sys
from pathlib import Path

import msgspec
import trio

from gateway.desk.transcript import transcript
from gateway.model import Logon
from gateway.stores import open_store
from tests.server.running import HOST, LOGON, PATIENCE, Client, message, overrides, record

PASSWORD = "Gr33n-Ridinghood"
TYPED_WRONG = "Blu3-Wolf"
AUTHORIZATION = "100-123-456"
SECRETS = (PASSWORD, TYPED_WRONG, AUTHORIZATION, LOGON.password.decode())


async def attempts(port: int) -> None:
    """Every kind of attempt that carries a credential."""
    right = Logon(logon_id=b"01CARLI_XYZ", password=PASSWORD.encode())
    wrong = Logon(logon_id=b"01CARLI_XYZ", password=TYPED_WRONG.encode())
    swapped = Logon(logon_id=PASSWORD.encode(), password=b"01CARLI_XYZ")
    with_user = Logon(user_id=AUTHORIZATION.encode(), logon_id=b"01CARLI_XYZ", password=PASSWORD.encode())
    whole = message(1, right)
    for sent in (
        whole,
        message(2, wrong),
        message(3, swapped),
        message(4, with_user),
        whole[:-20],
        whole[:20],
        f"A1101CARLI_XYZP{len(PASSWORD)}{PASSWORD}".encode() + record(5),
        f"A1101CARLI_XYZP{len(PASSWORD)}{PASSWORD}".encode() + b"no record",
        f"Username: 01CARLI_XYZ Password: {PASSWORD}".encode(),
        f"GET /?password={PASSWORD} HTTP/1.1\r\nAuthorization: {PASSWORD}\r\n\r\n".encode(),
        message(6, right)[:30] + b"<?xml version='1.0'?>",
        f"P{len(PASSWORD)}{PASSWORD}A9{TYPED_WRONG}".encode() + record(7),
        b"\xff\xfa\x27" + PASSWORD.encode() + b"\xff\xf0\xff\xfd\x18" + whole,
        f"AK01CARLI_XYZ{PASSWORD}".encode(),
    ):
        async with Client(port) as client:
            await client.send(sent)
            await client.stream.send_eof()
            await client.rest()


async def transcripts(url: str) -> list[str]:
    """Those of all attempts, and what they are made of."""
    async with open_store(url, purpose="read") as store:
        return [f"{transcript(one, 'reply')} {one.receipt.facts}" for one in await store.attempts()]


async def test_nothing_that_is_written_holds_a_password(tmp_path: Path) -> None:
    url = f"sqlite:{tmp_path / 'store' / 'gateway.db'}"
    settings = overrides(
        f"store.url={url}",
        f"zones.xyz.password={PASSWORD}",
        "log.level=debug",
    )
    arguments = [word for setting in settings for word in ("--set", setting)]
    with (tmp_path / "out").open("wb") as out, (tmp_path / "err").open("wb") as err:
        process = subprocess.Popen(
            [sys.executable, "-m", "gateway", "serve", *arguments], stdout=subprocess.PIPE, stderr=err
        )
        assert process.stdout is not None
        ready = process.stdout.readline()
        out.write(ready)
        port = int(msgspec.json.decode(ready)["hosts"][HOST]["connexion"].rpartition(":")[2])
        try:
            with trio.fail_after(PATIENCE):
                await attempts(port)
        finally:
            process.send_signal(signal.SIGTERM)
            out.write(process.stdout.read())
            assert process.wait(PATIENCE) == 0
            process.stdout.close()
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert {path.name for path in written} >= {"out", "err", "gateway.db"}
    assert b"import.created" in (tmp_path / "err").read_bytes()
    for path in written:
        content = path.read_bytes()
        for secret in SECRETS:
            assert secret.encode() not in content, f"{secret} in {path.name}"
    told = await transcripts(url)
    assert len(told) > 10
    for secret in SECRETS:
        assert not [one for one in told if secret in one or secret.encode().hex() in one]
