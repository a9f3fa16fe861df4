"""`gateway serve --workers N`: where it is refused, and how what workers log is passed on."""

import io
import os
import sys
from collections.abc import Iterable

import pytest
import trio

from gateway import config
from gateway.cli.serve import no_workers
from gateway.cli.workers.relay import LINE_BYTES, relay

from .gateways import run, words


class TestRefused:
    @pytest.mark.parametrize(
        ("url", "why"),
        [
            ("memory:", "what memory: keeps is seen by one process alone"),
            ("sqlite:gateway.db", "one process at a time may serve an SQLite file"),
        ],
    )
    def test_on_a_store_of_one_process(self, url: str, why: str) -> None:
        if sys.platform == "win32":
            pytest.skip("on Windows for another reason")
        said = words(run("serve", "--workers", "4", "--set", f"store.url={url}"))
        assert said.startswith(f"--workers 4: {why}, and that is the store (store.url, --set store.url).")
        assert "--set store.url=postgresql://" in said

    def test_on_windows(self) -> None:
        settings = config.load(overrides=["store.url=postgresql://localhost/gateway"])
        assert no_workers(settings, "win32") == "on Windows processes cannot share a port; leave it out"
        assert no_workers(settings, "linux") == ""

    @pytest.mark.parametrize("number", ["0", "-1", "65", "two"])
    def test_a_number_that_cannot_be(self, number: str) -> None:
        assert run("serve", "--workers", number).exit_code == 2


class Torn(trio.abc.ReceiveStream):
    """A pipe whose reader finds these pieces."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = iter(pieces)

    async def receive_some(self, max_bytes: int | None = None) -> bytes:
        """The next."""
        await trio.lowlevel.checkpoint()
        return next(self._pieces, b"")

    async def aclose(self) -> None:
        """Nothing is open."""
        await trio.lowlevel.checkpoint()


class Writes(io.BytesIO):
    """What was written at a time."""

    def __init__(self) -> None:
        super().__init__()
        self.writes: list[bytes] = []

    def write(self, some: bytes) -> int:  # type: ignore[override]
        """Keep it."""
        self.writes.append(some)
        return len(some)


class TestRelay:
    @pytest.mark.parametrize(
        ("pieces", "written"),
        [
            ([b"one\ntwo\n"], [b"one\ntwo\n"]),
            ([b"o", b"ne\ntw", b"o\n"], [b"one\n", b"two\n"]),
            ([b"one\nkilled in the mid"], [b"one\n", b"killed in the mid\n"]),
            ([b"x" * LINE_BYTES, b"yz\n"], [b"x" * LINE_BYTES + b"yz\n"]),
            ([b"x" * LINE_BYTES, b"y", b"z\n"], [b"x" * LINE_BYTES + b"y\n", b"z\n"]),
            ([], []),
        ],
    )
    async def test_writes_whole_lines(
        self, pieces: list[bytes], written: list[bytes], autojump_clock: trio.testing.MockClock
    ) -> None:
        out = Writes()
        await relay(Torn(pieces), out)
        assert [some for some in out.writes if some] == written

    async def test_goes_on_where_nobody_reads(self, autojump_clock: trio.testing.MockClock) -> None:
        read, write = os.pipe()
        os.close(read)
        with io.FileIO(write, "wb") as out:
            pieces = iter([b"one\n", b"two\n"])
            await relay(Torn(pieces), out)
        assert list(pieces) == []
