"""A gateway in a thread of this process: on free ports, in memory, without zones; the tests make theirs."""

import os
import threading
from collections.abc import Sequence
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path
from typing import Final

import trio
from msgspec import structs

from gateway import app, config
from gateway.config import HostSettings
from gateway.errors import GatewayError, failing
from gateway.testing import logs

HOST: Final = "pytest"
"""Key of the host that is there from the beginning; each test has one of its own beside it."""
OWN: Final = ("store.url=memory:", "limits.failed_logon_seconds=0", "limits.shutdown_seconds=1")
"""Settings of a gateway for tests: nothing on disk, no wait for those whose logon fails, and none at its end for
clients that have left half a record there."""
REACHABLE: Final = (
    *("http.enabled=true", "http.address=127.0.0.1", "http.port=0", "http.token=", "http.read_only=false"),
    *("http.tls_cert=", "http.tls_key="),
)
"""Settings that nobody changes: fixtures ask it over HTTP, from this process."""
START_SECONDS: Final = 30.0
"""For it to be ready: many times what it takes, for machines that are busy."""
STOP_SECONDS: Final = 30.0
"""For its end: many times `limits.shutdown_seconds`, after which it leaves what is in flight."""


class NotStopped(GatewayError):
    """The gateway has not ended in time."""


def settings(overrides: Sequence[str] = (), file: Path | None = None) -> config.Settings:
    """Those of a file, under `OWN`, under `overrides` (`KEY=VALUE`), under `REACHABLE`; without their hosts and zones.

    Nothing else is read: no `gateway.toml`, no environment. Raises `SettingsError`.
    """
    read = config.load(file or Path(os.devnull), overrides=(*OWN, *overrides, *REACHABLE))
    return structs.replace(read, hosts={HOST: HostSettings(connexion=0)}, zones={})


class Thread:
    """A gateway that is being served."""

    def __init__(self, with_settings: config.Settings) -> None:
        """Start it, and wait until it is ready. Raises what kept it from that, such as `SettingsError`."""
        self._ready: Future[app.Running] = Future()
        self._token: trio.lowlevel.TrioToken | None = None
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run, args=(with_settings,), name="connexion-gateway", daemon=True)
        self._thread.start()
        self.running: Final = self._ready.result(START_SECONDS)

    def stop(self) -> None:
        """Stop it as a signal would, and wait for its end. Raises what went wrong in it, or `NotStopped`."""
        assert self._token is not None
        with suppress(trio.RunFinishedError):  # it has ended before, and says why
            self._token.run_sync_soon(self._stop.set)
        self._thread.join(STOP_SECONDS)
        if self._thread.is_alive():
            raise NotStopped(f"the gateway has not stopped within {STOP_SECONDS:g} s")
        if self._failure is not None:
            raise self._failure

    def _run(self, with_settings: config.Settings) -> None:
        logs.SERVING.set(True)
        failure: BaseException | None
        try:
            failure = failing(lambda: trio.run(self._serve, with_settings))
        except BaseException as error:  # whoever waits for the thread is told, whatever it was
            failure = error
        if self._ready.done():
            self._failure = failure
        elif failure is not None:
            self._ready.set_exception(failure)

    async def _serve(self, with_settings: config.Settings) -> None:
        self._token = trio.lowlevel.current_trio_token()
        self._stop = trio.Event()
        async with app.running(with_settings) as running:
            self._ready.set_result(running)
            await self._stop.wait()
