"""The fixture for tests that run under trio: what asks the gateway is awaited, and holds up no other task of the test.

It is asked in threads of trio's; a question that is cancelled goes on there and its answer is dropped.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Any, Final, TypeVar

import trio

from gateway.desk.records import RecordShown
from gateway.model import ConnectionStep, Logon, ReplyStep
from gateway.testing.attempt import Attempt
from gateway.testing.marc import Given, Marc
from gateway.testing.zone import WAIT_SECONDS, Gateway

__tracebackhide__ = True

T = TypeVar("T")


async def _beside(ask: Callable[..., T], *given: Any, **named: Any) -> T:  # Any: whatever `ask` takes
    return await trio.to_thread.run_sync(partial(ask, *given, **named), abandon_on_cancel=True)


class TrioHeld:
    """The records of a zone."""

    def __init__(self, gateway: Gateway) -> None:
        self._store = gateway.store

    async def records(self) -> list[RecordShown]:
        """As `Held.records`."""
        return await _beside(self._store.records)

    async def record(self, mms_id: str, version: int | None = None) -> Marc:
        """As `Held.record`."""
        return await _beside(self._store.record, mms_id, version)

    async def find(self, **asked: str | int) -> list[RecordShown]:
        """As `Held.find`."""
        return await _beside(self._store.find, **asked)


class TrioGateway:
    """A `Gateway` whose methods are awaited; attempts that it gives have all of theirs at hand."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self.host: Final = gateway.host
        self.port: Final = gateway.port
        self.z3950_port: Final = gateway.z3950_port
        self.logon_id: Final = gateway.logon_id
        self.password: Final = gateway.password
        self.zone: Final = gateway.zone
        self.url: Final = gateway.url
        self.store: Final = TrioHeld(gateway)

    def __repr__(self) -> str:
        return repr(self._gateway)

    @property
    def logon(self) -> Logon:
        """As `Gateway.logon`."""
        return self._gateway.logon

    async def attempts(self) -> list[Attempt]:
        """As `Gateway.attempts`."""
        return await _beside(lambda: [attempt.load() for attempt in self._gateway.attempts])

    async def wait_for(
        self,
        *,
        oclc: str | int = "",
        title: str = "",
        mms: str = "",
        outcome: str | Sequence[str] = (),
        reason: str | Sequence[str] = (),
        timeout: float = WAIT_SECONDS,  # noqa: ASYNC109 - in vain, it is told what came near
    ) -> Attempt:
        """As `Gateway.wait_for`."""
        wait = partial(self._gateway.wait_for, oclc=oclc, title=title, mms=mms, outcome=outcome, reason=reason)
        return await _beside(lambda: wait(timeout=timeout).load())

    async def assert_nothing_else(self, within: float = 0.0) -> None:
        """As `Gateway.assert_nothing_else`."""
        await _beside(self._gateway.assert_nothing_else, within)

    async def script(self, *steps: ReplyStep, may_be_left: bool = False) -> None:
        """As `Gateway.script`."""
        await _beside(self._gateway.script, *steps, may_be_left=may_be_left)

    async def connections(self, *steps: ConnectionStep, may_be_left: bool = False) -> None:
        """As `Gateway.connections`."""
        await _beside(self._gateway.connections, *steps, may_be_left=may_be_left)

    async def put(self, record: "Given | str") -> str:
        """As `Gateway.put`."""
        return await _beside(self._gateway.put, record)

    async def flag(
        self, mms_id: str, *, locked: bool = False, cz_linked: bool = False, suppressed: bool = False
    ) -> None:
        """As `Gateway.flag`."""
        await _beside(self._gateway.flag, mms_id, locked=locked, cz_linked=cz_linked, suppressed=suppressed)

    async def freeze(self, at: datetime) -> None:
        """As `Gateway.freeze`."""
        await _beside(self._gateway.freeze, at)

    async def unfreeze(self) -> None:
        """As `Gateway.unfreeze`."""
        await _beside(self._gateway.unfreeze)

    async def reset(self) -> None:
        """As `Gateway.reset`."""
        await _beside(self._gateway.reset)
