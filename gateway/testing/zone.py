"""A zone of a gateway, as the test has it whose own it is."""

import time
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final, NamedTuple

from msgspec import Struct

from gateway.desk.attempts import AttemptLine, AttemptShown
from gateway.desk.scripts import HostScript, ZoneScript
from gateway.desk.uploading import Uploaded
from gateway.desk.zones import ZoneShown
from gateway.model import ConnectionStep, Flag, Logon, ReplyStep
from gateway.testing.attempt import Attempt, summary
from gateway.testing.client import MOST_WAIT_SECONDS, Client, Parameters
from gateway.testing.held import Held
from gateway.testing.marc import Given, raw_of
from gateway.testing.near import first, near
from gateway.testing.script import Script, steps_of

__tracebackhide__ = True
"""For a test's author the place to look at is the line of the test."""
PAGE_ROWS: Final = 1_000
"""Attempts of one answer: as many as the API gives."""
WAIT_SECONDS: Final = 5.0
"""How long an attempt is waited for where nothing is said."""
TOLD: Final = 20
"""Most attempts that a failure lists."""


class Reached(NamedTuple):
    """Where exports to a zone are taken, and where it is searched."""

    key: str
    """Of the host in the gateway."""
    address: str
    port: int
    own: bool
    """Whether no other zone is there."""
    z3950: int | None
    """Port of Z39.50 at the same address; None where there is none."""


class _Page(Struct):
    submissions: tuple[AttemptLine, ...]
    before: int | None


class Gateway:
    """What the fixture `connexion_gateway` gives. Every method raises `NotDone` where the gateway does not answer."""

    def __init__(self, client: Client, reached: Reached, zone: ZoneShown, password: str) -> None:
        self._client = client
        self._reached = reached
        self._attempts: dict[int, Attempt] = {}
        """Those seen so far, by number."""
        self._looked_at: set[int] = set()
        self._waited_for: set[int] = set()
        self._scripts: dict[str, Script] = {}
        """Scripts in force, by path."""
        self.host: Final = reached.address
        """What an exporter is to be told: the host name."""
        self.port: Final = reached.port
        """And the port."""
        self.z3950_port: Final = reached.z3950
        """Where at `host` the zone is searched by Z39.50, its database being the logon ID; None where it is not. Behind
        mapped ports, the one that the gateway has itself.
        """
        self.logon_id: Final = zone.code
        """And the logon ID, which no other test has."""
        self.password: Final = password
        """And the password."""
        self.zone: Final = zone.key
        """Key of the zone in the gateway."""
        self.url: Final = client.url
        """Page of the gateway: to look around while a debugger stops the test."""
        self.store: Final = Held(client, zone.key)
        """What the zone holds."""

    def __repr__(self) -> str:
        return f"<Gateway {self.host}:{self.port} {self.logon_id}>"

    @property
    def logon(self) -> Logon:
        """Logon ID and password, as `captures.pieces` takes them."""
        return Logon(logon_id=self.logon_id.encode(), password=self.password.encode())

    @property
    def attempts(self) -> list[Attempt]:
        """All attempts so far, oldest first: to this zone, and those that reached none where its host is its own."""
        found = self.seen()
        self._looked_at.update(attempt.seq for attempt in found)
        return found

    def wait_for(
        self,
        *,
        oclc: str | int = "",
        title: str = "",
        mms: str = "",
        outcome: str | Sequence[str] = (),
        reason: str | Sequence[str] = (),
        timeout: float = WAIT_SECONDS,
    ) -> Attempt:
        """The first attempt for which all holds that is given, and that was not waited for before, at once or when it
        comes within so many seconds.

        `oclc` is in any spelling, `title` a part of it. Raises `AssertionError` that lists what came near.
        """
        asked: Parameters = {"oclc": str(oclc), "title": title, "mms": mms}
        asked = {name: value for name, value in asked.items() if value}
        several = {"outcome": _listed(outcome), "reason": _listed(reason)}
        asked |= {name: values for name, values in several.items() if values}
        found = self._wait({**asked, "q": self._where}, timeout, self._waited_for)
        if found is None:
            came = self.seen()
            found = first(asked, came, self._waited_for)  # it may have come at the last moment
            if found is None:
                raise AssertionError("\n".join(near(asked, came, self._waited_for, timeout, self._place)))
        self._waited_for.add(found.seq)
        self._looked_at.add(found.seq)
        return found

    def assert_nothing_else(self, within: float = 0.0) -> None:
        """Nothing came that was neither waited for nor among the `attempts` that were looked at, nor does for so many
        seconds. Raises `AssertionError` that lists it.
        """
        if within:
            self._wait({"q": self._where}, within, self._looked_at)
        others = [attempt for attempt in self.seen() if attempt.seq not in self._looked_at]
        if others:
            lines = [f"  {summary(attempt)}: {attempt.diagnosis}" for attempt in others[:TOLD]]
            raise AssertionError("\n".join([f"{len(others)} more came than were waited for or looked at:", *lines]))

    def script(self, *steps: ReplyStep, may_be_left: bool = False) -> None:
        """Have the next exports answered by these steps (`gateway.testing.replies`, `faults`), each used once.

        The test fails where some are left at its end, or when another script is given; unless they `may_be_left`.
        """
        steps_of(steps, ReplyStep, "connections")
        self._give(Script(self._client, f"/zones/{self.zone}/script", ZoneScript, may_be_left), steps)

    def connections(self, *steps: ConnectionStep, may_be_left: bool = False) -> None:
        """Have these steps done with those who connect next, before they log on; else as `script`.

        Whoever connects takes one. Raises `AssertionError` where others use the host too.
        """
        if not self._reached.own:
            raise AssertionError(
                f"{self.host}:{self.port} is shared with other tests, which its faults would disturb; use the gateway "
                "in a thread, or --gateway-own-hosts where each free port of the gateway can be reached from here"
            )
        steps_of(steps, ConnectionStep, "script")
        self._give(Script(self._client, f"/hosts/{self._reached.key}/script", HostScript, may_be_left), steps)

    def put(self, record: "Given | str") -> str:
        """File a record as it is, without an export or an attempt; its MMS ID.

        A text is in mnemonic form. Raises `AssertionError` where it cannot be filed.
        """
        raw = record.encode() if isinstance(record, str) else raw_of(record)
        if raw is None:
            raise TypeError(f"a record is bytes, a path, a text in mnemonic form or a pymarc.Record, not {record!r}")
        told = self._client.upload(f"/zones/{self.zone}/records", Uploaded, raw, {"as_is": "true"})
        if len(told.records) != 1 or told.refused:
            said = "; ".join(one.says for one in told.records if one.says)
            raise AssertionError(f"one record is put at a time; {told.filed} of {len(told.records)} were filed. {said}")
        return told.records[0].mms_id

    def flag(self, mms_id: str, *, locked: bool = False, cz_linked: bool = False, suppressed: bool = False) -> None:
        """Have a record be as if open in the Metadata Editor, linked to the Community Zone, suppressed from discovery;
        or none of these.
        """
        wanted = {Flag.LOCKED: locked, Flag.CZ_LINKED: cz_linked, Flag.SUPPRESSED: suppressed}
        flags = [flag for flag, given in wanted.items() if given]
        self._client.send("PUT", f"/zones/{self.zone}/records/{mms_id}/flags", {"flags": flags})

    def freeze(self, at: datetime) -> None:
        """Have the zone's clock stand still. Raises ValueError for a time without its time zone."""
        if at.tzinfo is None:
            raise ValueError(f"{at} does not say its time zone; datetime(2026, 3, 1, 12, tzinfo=UTC) does")
        self._client.send("PUT", f"/zones/{self.zone}/clock", {"at": at})

    def unfreeze(self) -> None:
        """Have it go on."""
        self._client.send("DELETE", f"/zones/{self.zone}/clock")

    def reset(self) -> None:
        """Begin anew: without records, attempts, script and clock; the next MMS ID is the first again."""
        self._client.send("POST", f"/zones/{self.zone}/reset")
        self._scripts.pop(f"/zones/{self.zone}/script", None)
        for forgotten in (self._attempts, self._looked_at, self._waited_for):
            forgotten.clear()

    def seen(self) -> list[Attempt]:
        """`attempts`, without counting as a look at them."""
        lines: list[AttemptLine] = []
        page: Parameters = {}
        while True:
            told = self._client.get("/submissions", _Page, {"q": self._where, "limit": PAGE_ROWS, **page})
            lines += told.submissions
            if told.before is None:
                break
            page = {"before": told.before}
        return sorted([self._known(line) for line in lines], key=lambda attempt: attempt.seq)

    def left(self) -> list[str]:
        """What of its scripts was not used up, in words, a line a step."""
        return [words for one in self._scripts.values() for words in one.left]

    def used(self) -> list[str]:
        """The steps of its scripts and how often each was used, in words."""
        return [words for one in self._scripts.values() for words in one.told]

    def close(self) -> None:
        """Forget the zone and all that it holds, and its host if that is its own; the test may have done so itself."""
        try:
            self._client.forget(f"/zones/{self.zone}")
        finally:
            if self._reached.own:
                self._client.forget(f"/hosts/{self._reached.key}")

    @property
    def _where(self) -> str:
        """Words of a search for the attempts that are this test's."""
        unfiled = f' zone:"@{self._reached.key}"' if self._reached.own else ""
        return f"zone:{self.zone}{unfiled}"

    @property
    def _place(self) -> str:
        return f"{self.host}:{self.port} as {self.logon_id}"

    def _known(self, told: AttemptLine | AttemptShown) -> Attempt:
        return self._attempts.setdefault(told.seq, Attempt(self._client, told))

    def _wait(self, asked: Parameters, seconds: float, without: Collection[int]) -> Attempt | None:
        """The first that is so, without those of these numbers."""
        until = time.monotonic() + seconds
        after = 0
        while True:
            left = min(max(until - time.monotonic(), 0.001), MOST_WAIT_SECONDS)
            told = self._client.waited("/submissions/wait", AttemptShown, left, {**asked, "after": after})
            if told is not None and told.seq not in without:
                return self._known(told)
            if told is not None:
                after = told.seq
            elif time.monotonic() >= until:
                return None

    def _give(self, script: Script, steps: Sequence[ReplyStep] | Sequence[ConnectionStep]) -> None:
        before = self._scripts.get(script.path)
        if before is not None and before.left:
            raise AssertionError("\n".join(["the script before was not used up:", *before.left]))
        self._client.change("PUT", script.path, script.kind, {"steps": steps})
        self._scripts[script.path] = script


def _listed(values: str | Sequence[str]) -> list[str]:
    return [str(values)] if isinstance(values, str) else [str(value) for value in values]
