"""Plays a scenario against a gateway of its own: real importer, store and server, bytes over a real connection.

The files stand here and not among the fixtures, for nothing that users have can play them. What was so is told in the
scenario's own words, that a test may compare two transcripts. A step names all that is other after it than before: a
zone that it does not name must be as it was.
"""

from collections.abc import AsyncIterator, Collection, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

import trio

from gateway import config
from gateway.errors import SettingsError
from gateway.frontends.base import CHUNK_BYTES, GONE, Admission
from gateway.frontends.connexion import wire
from gateway.frontends.connexion.server import Server
from gateway.importer.accept import Importer
from gateway.importer.decide import found_by
from gateway.importer.logon import Logons
from gateway.importer.mms import mms_id
from gateway.importer.report import diagnoses, findings
from gateway.marc.record import Record
from gateway.model import Attempt, BibRecord, Flag
from gateway.rulebook import rulebook, zones_of
from gateway.stores import open_store
from gateway.stores.base import Store, Transaction
from tests.marc.mnemonic import mrk, shown
from tests.scenarios.blocks import Line, Unreadable
from tests.scenarios.reading import ABOUT, TIME, UNKEPT, Export, Held, Scenario, Stored
from tests.server.running import PATIENCE

NOW: Final = datetime(2026, 3, 2, 12, tzinfo=UTC)
"""When each import of a scenario takes place."""
NOW_IN_005: Final = "20260302120000.0"
EARLIER: Final = NOW - timedelta(days=1)
"""When the records were stored with which a scenario begins."""
ALWAYS_TOLD: Final = ("flags", "linked to")
"""What is told of a record that has it, whether the scenario says so or not."""

Zones = Mapping[str, Mapping[str, BibRecord]]
"""Zone -> MMS ID -> the record's newest version."""


class Played(NamedTuple):
    """A step: what the scenario says of it, and what was so."""

    line: Line
    written: list[str]
    happened: list[str]


async def play(scenario: Scenario, url: str) -> list[Played]:
    """Every step, in an empty store at `url`. Raises `Unreadable` where the scenario names what there is not."""
    settings = _settings(scenario)
    hosts = {step.host for step in scenario.steps if isinstance(step, Export)}
    played: list[Played] = []
    kept: set[str] = set()
    with trio.fail_after(PATIENCE):
        async with open_store(url) as store, _gateway(settings, store, hosts) as ports:
            for step in scenario.steps:
                if isinstance(step, Stored):
                    played.append(await _put(step, settings, store))
                    continue
                before = await _zones(settings, store)
                answer = await _ask(ports[step.host], step)
                attempts = [one for one in await store.attempts() if one.submission.id not in kept]
                kept.update(one.submission.id for one in attempts)
                played.append(_told(step, answer, attempts, before, await _zones(settings, store)))
    return played


def _settings(scenario: Scenario) -> config.Settings:
    overrides = [text for _, text in scenario.settings]
    try:
        settings = config.load(overrides=["limits.failed_logon_seconds=0", *overrides])
        rulebook(settings)
    except SettingsError as error:
        keys = {text.partition("=")[0]: line for line, text in scenario.settings}
        place = next((line.place for key, line in keys.items() if key in str(error)), scenario.name)
        raise Unreadable(f"{place}: {error}") from None
    for step in scenario.steps:
        if isinstance(step, Export) and step.host not in settings.hosts:
            raise step.line.unreadable(f"there is no such host; there are {', '.join(settings.hosts)}")
        for line, zone in _named(step):
            if zone not in settings.zones:
                raise line.unreadable(f"there is no such zone; there are {', '.join(settings.zones)}")
    return settings


def _named(step: Stored | Export) -> list[tuple[Line, str]]:
    """The zones that a step names."""
    if isinstance(step, Stored):
        return [(step.line, step.zone)]
    return [(line, zone) for zone, (line, _) in step.zones.items()]


@asynccontextmanager
async def _gateway(settings: config.Settings, store: Store, hosts: Collection[str]) -> AsyncIterator[dict[str, int]]:
    """What `gateway.app` makes of the settings, its clock stopped at `NOW`; gives the port of each of `hosts`."""
    rules = rulebook(settings)
    limits = settings.limits
    logons = Logons(zones_of(settings), longest_delay=limits.failed_logon_seconds)
    importer = Importer(store, logons, rules.profiles, import_seconds=limits.import_seconds, now=lambda: NOW)
    admission = Admission(in_all=limits.connections, per_peer=limits.connections_per_peer)
    ports = {}
    async with trio.open_nursery() as nursery:
        for key, host in settings.model_hosts().items():
            if key in hosts:
                listeners = await trio.open_tcp_listeners(0, host="127.0.0.1")
                server = Server(host, importer, admission, replies=rules.replies, message_bytes=limits.message_bytes)
                nursery.start_soon(server.accept, listeners, nursery)
                ports[key] = listeners[0].socket.getsockname()[1]
        yield ports
        nursery.cancel_scope.cancel()


async def _put(stored: Stored, settings: config.Settings, store: Store) -> Played:
    """The zone keeps the record under its next MMS ID, which must be the one that is written."""
    held, suffix = stored.record, settings.zones[stored.zone].mms_suffix
    record = mrk(held.fields)
    linked_to = held.about.get("linked to", "")

    def plan(transaction: Transaction) -> str:
        given = mms_id(transaction.next_ordinal(), suffix)
        transaction.put(
            BibRecord(
                mms_id=given,
                version=1,
                marc=record.serialize(),
                title=record.title,
                identifiers=found_by(record, linked_to),
                originating_system=held.about.get("originating system", ""),
                originating_version=held.about.get("originating version", ""),
                at=EARLIER,
                submission="",
                flags=frozenset(map(Flag, filter(None, held.about.get("flags", "").split(", ")))),
                management_tag=held.about.get("management tag", ""),
                linked_to=linked_to,
            )
        )
        return given

    given = await store.transact(stored.zone, plan, seconds=PATIENCE)
    return Played(stored.line, [f"=001  {held.mms_id}"], [f"=001  {given}"])


async def _zones(settings: config.Settings, store: Store) -> Zones:
    return {zone: {record.mms_id: record for record in await store.records(zone)} for zone in settings.zones}


async def _ask(port: int, export: Export) -> bytes:
    """Send; and all that is answered, the client having ended its side once it had its reply."""
    async with await trio.open_tcp_stream("127.0.0.1", port) as stream:
        with suppress(*GONE):
            await stream.send_all(export.message)
            if export.hangs_up:
                await stream.send_eof()
        answer = await _received(stream, until=wire.NUL)
        if wire.NUL in answer:
            with suppress(*GONE):
                await stream.send_eof()
            answer += await _received(stream)
        return answer


async def _received(stream: trio.SocketStream, until: bytes | None = None) -> bytes:
    """What comes up to and with `until`, or to the end of the connection."""
    received = b""
    with suppress(*GONE):
        while (until is None or until not in received) and (chunk := await stream.receive_some(CHUNK_BYTES)):
            received += chunk
    return received


def _told(export: Export, answer: bytes, attempts: list[Attempt], before: Zones, after: Zones) -> Played:
    """The same lines of what is written and of what happened, as long as all is well."""
    assert export.reply is not None, "a scenario without a reply is unreadable"
    written, happened = _lines(export.reply), _lines(answer)
    written.append(f"outcome: {export.outcome}")
    happened.append("outcome: " + (", ".join(map(_outcome, attempts)) or UNKEPT))
    if export.diagnosis:
        written += [f"diagnosis: {export.diagnosis}", f"names {export.names}"]
        happened += [line for attempt in attempts for line in _diagnosis(attempt, export.names)]
    if export.findings is not None:
        written += export.findings
        happened += [line for attempt in attempts for line in _findings(attempt)]
    for zone, (_, records) in export.zones.items():
        if records is not None:
            said = {record.mms_id: tuple(record.about) for record in records}
            written += [f"{zone} holds:", *(line for record in records for line in _held(record))]
            happened += [f"{zone} holds:", *_found(after[zone].values(), said)]
    for zone, now in after.items():
        _, records = export.zones.get(zone, (None, None))
        if records is None and now != before[zone]:
            changed = [record for record in now.values() if record != before[zone].get(record.mms_id)]
            happened += [f"{zone} is not as it was:", *_found(changed, dict.fromkeys(now, ABOUT))]
    return Played(export.line, written, happened)


def _lines(reply: bytes) -> list[str]:
    """Each line of a reply as Python writes it, so that no two replies look the same."""
    return [repr(line) for line in reply.split(b"\n")]


def _outcome(attempt: Attempt) -> str:
    receipt = attempt.receipt
    return " ".join(str(part) for part in (receipt.outcome, receipt.reason) if part)


def _diagnosis(attempt: Attempt, names: str) -> Iterator[str]:
    """The one that says the most."""
    diagnosis = diagnoses(attempt)[0]
    words = f"{diagnosis.says} {diagnosis.fix}"
    yield f"diagnosis: {diagnosis.code}"
    yield f"names {names}" if names in words else words


def _findings(attempt: Attempt) -> list[str]:
    return [f"{one.severity} {one.code} {one.field}".strip() for one in findings(attempt)]


def _held(record: Held) -> Iterator[str]:
    yield f"{record.mms_id} version {record.version}"
    yield from (f"{key}: {record.about[key]}" for key in ABOUT if key in record.about)
    yield from shown(mrk(record.fields.replace(TIME, NOW_IN_005))).splitlines()


def _found(records: Iterable[BibRecord], said: Mapping[str, Collection[str]]) -> Iterator[str]:
    """`said` is what to tell of which record beside what is always told."""
    for record in records:
        yield f"{record.mms_id} version {record.version}"
        about = {
            "flags": ", ".join(sorted(record.flags)),
            "linked to": record.linked_to,
            "management tag": record.management_tag,
            "originating system": record.originating_system,
            "originating version": record.originating_version,
        }
        for key, value in about.items():
            if key in said.get(record.mms_id, ()) or (key in ALWAYS_TOLD and value):
                yield f"{key}: {value}"
        yield from shown(Record.parse(record.marc)).splitlines()
