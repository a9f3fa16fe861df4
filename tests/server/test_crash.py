"""A gateway that is killed at any moment has every record that it said was processed."""

import itertools
import os
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

import msgspec
import pytest

from gateway.stores import open_store
from tests.server.running import HOST, message, overrides

CLIENTS = 8
ANSWERED_BEFORE_THE_KILL = 300


class Load:
    """Clients that export one title after another until the gateway is gone, and remember what they were told."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._numbers = itertools.count(1)
        self.answers: dict[int, str] = {}
        self.enough = threading.Event()
        self._threads = [threading.Thread(target=self._export) for _ in range(CLIENTS)]
        for thread in self._threads:
            thread.start()

    def _export(self) -> None:
        for number in self._numbers:
            try:
                with socket.create_connection(("127.0.0.1", self._port), timeout=20) as sock:
                    sock.sendall(message(number))
                    answer = b""
                    while not answer.endswith(b"\0"):
                        chunk = sock.recv(4096)
                        if not chunk:
                            return
                        answer += chunk
            except OSError:
                return
            self.answers[number] = answer.decode().rstrip("\0").rpartition("MMS ID: ")[2]
            if len(self.answers) >= ANSWERED_BEFORE_THE_KILL:
                self.enough.set()

    def join(self) -> None:
        for thread in self._threads:
            thread.join(30)


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system cannot kill without warning")
async def test_every_answered_record_is_there_once_after_kill_9(tmp_path: Path) -> None:
    store = tmp_path / "gateway.db"
    arguments = [word for setting in overrides(f"store.url=sqlite:{store}") for word in ("--set", setting)]
    with (tmp_path / "err").open("wb") as err:
        process = subprocess.Popen(
            [sys.executable, "-m", "gateway", "serve", *arguments], stdout=subprocess.PIPE, stderr=err
        )
        assert process.stdout is not None
        with process.stdout:
            ready = msgspec.json.decode(process.stdout.readline())
            load = Load(int(ready["hosts"][HOST]["connexion"].rpartition(":")[2]))
            assert load.enough.wait(30)
            os.kill(process.pid, signal.SIGKILL)
            process.wait(20)
        load.join()
    assert len(load.answers) >= ANSWERED_BEFORE_THE_KILL
    async with open_store(f"sqlite:{store}") as reopened:
        kept: dict[str, str] = {}
        after = ""
        while page := await reopened.records("xyz", after=after):
            after = page[-1].mms_id
            for record in page:
                (number,) = {identifier.value for identifier in record.identifiers}
                assert number not in kept, f"OCLC number {number} is there twice"
                kept[number] = record.mms_id
        attempts = {attempt.receipt.mms_id for attempt in await reopened.attempts(limit=100_000)}
    for number, mms_id in load.answers.items():
        assert kept[str(number)] == mms_id
        assert mms_id in attempts
