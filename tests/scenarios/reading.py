r"""Reads scenarios: what zones hold, what is exported to them, what is answered, and what they hold then.

    # Brief level: a fuller stored record is not replaced by a briefer one (spec, "Guards").

    settings:
      profiles.carli-iz.brief_levels = "csu"

    stored in xyz:
      flags: locked
      =001  9910000000015867
      =245  10$aTides.

    export to i-share-xyz as 01CARLI_XYZ with xyz-secret:
      =LDR  00000nam\a22000003i\4500
      =245  10$aTides.

    reply:
      Import Failed
      Not imported: …
    outcome: refused lower_brief_level
    xyz untouched

What a line at the margin may be is in `blocks.HEADS`; what may stand below it, indented by two spaces, is said where it
is read, in `READERS`. A file begins with a comment, `#`, that says what it is about; blank lines and further comments
may stand anywhere. After each export stand its reply and its outcome, and each zone that is other than before it.

A record is in mnemonic form (`tests.marc.mnemonic`): `\` is a blank; a =LDR that is left out is that of a full-level
book in UTF-8; the two lengths in it are 00000. `{9000 times x}` is what it says. In what a zone holds, `{time}` is the
time of the import. Quoted text, as in `change: "caf#" to "caf\xe9"`, is UTF-8 with the escapes \n \r \0 \" \\ and \xNN.
"""

import re
import tomllib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Final

from gateway.frontends.connexion import wire
from gateway.frontends.connexion.readings import LengthForm
from gateway.model import Flag, Logon
from tests.marc.mnemonic import raw
from tests.scenarios.blocks import VALUE, Block, Line, Unreadable, blocks

ABOUT: Final = ("flags", "linked to", "management tag", "originating system", "originating version")
"""What may be said of a stored record, above its fields, as `flags: locked, cz_linked`."""
TIME: Final = "{time}"
HANGS_UP: Final = "then: the client hangs up"
"""The last line of a message at whose end the client ends its side of the connection."""
UNKEPT: Final = "not kept"
"""Outcome of what leaves no attempt behind, such as a health check."""

_FORMS: Final[dict[str, LengthForm]] = {"desktop": "desktop", "browser": "browser"}
_FIELD = re.compile(r"=(?:LDR  .{24}|00[0-9]  .+|(?!00)[0-9]{3}  [^$]{2}\$.*)")
_RECORD = re.compile(r"([0-9]+) version ([1-9][0-9]*)")
_TIMES = re.compile(r"\{([0-9]+) times (.+?)\}")
_ESCAPE = re.compile(rb'\\(x[0-9a-f]{2}|[nr0"\\])')
_ESCAPES = {b"n": b"\n", b"r": b"\r", b"0": b"\0", b'"': b'"', b"\\": b"\\"}


@dataclass(frozen=True)
class Held:
    """A record of a zone: as it is put there, or as it must be found there."""

    mms_id: str
    version: int
    about: dict[str, str]
    """What is said of it, by `ABOUT`."""
    fields: str
    """In mnemonic form."""


@dataclass(frozen=True)
class Stored:
    """A record that a zone holds before what follows."""

    line: Line
    zone: str
    record: Held


@dataclass
class Export:
    """What is sent, and what must come of it."""

    line: Line
    host: str
    message: bytes
    hangs_up: bool
    """The client ends its side after the last byte, without waiting for the reply."""
    reply: bytes | None = None
    outcome: str = ""
    diagnosis: str = ""
    names: str = ""
    """What the words of the diagnosis name."""
    findings: list[str] | None = None
    zones: dict[str, tuple[Line, list[Held] | None]] = field(default_factory=dict)
    """What a zone holds after it; None where that is what it held before. So is each zone that is not named."""
    told: set[str] = field(default_factory=set)
    """What has been said of it already."""


@dataclass
class Scenario:
    """A file."""

    name: str
    settings: list[tuple[Line, str]] = field(default_factory=list)
    """Each as `--set` takes it."""
    steps: list[Stored | Export] = field(default_factory=list)


def read(path: Path) -> Scenario:
    """The scenario in a file. Raises `Unreadable`."""
    return parse(path.read_text(encoding="utf-8"), f"{path.parent.name}/{path.name}")


def parse(text: str, name: str) -> Scenario:
    """The scenario that `text` tells; `name` is for errors. Raises `Unreadable`."""
    scenario = Scenario(name)
    for block in blocks(text, name):
        READERS[block.kind](scenario, block)
    exports = [step for step in scenario.steps if isinstance(step, Export)]
    if not exports:
        raise Unreadable(f"{name}: nothing is exported, so nothing is shown")
    for export in exports:
        if export.reply is None:
            raise export.line.unreadable("what is answered is missing; write reply:, reply bytes: or no reply")
        if not export.outcome:
            raise export.line.unreadable(f"the outcome is missing; write outcome: and its name, or {UNKEPT}")
    return scenario


def _settings(scenario: Scenario, block: Block) -> None:
    """`key = value` as in config.example.toml, the key with its table."""
    if scenario.steps or scenario.settings:
        raise block.head.unreadable("stands once, and first")
    for line in block.body:
        key, _, written = map(str.strip, line.text.partition("="))
        try:
            value = tomllib.loads(f"value = {written}")["value"]
        except tomllib.TOMLDecodeError:
            raise line.unreadable("is not key = value") from None
        scenario.settings.append((line, f"{key}={value if isinstance(value, str) else written}"))


def _stored(scenario: Scenario, block: Block) -> None:
    """Lines of `ABOUT`, then a record, whose 001 is the MMS ID: the next one of the zone."""
    about, fields = _record(block.head, block.body)
    mms_id = next((line.text[6:] for line in fields if line.text.startswith("=001  ")), "")
    if not mms_id:
        raise block.head.unreadable("its record has no 001, which is the MMS ID")
    scenario.steps.append(Stored(block.head, block.said["zone"], Held(mms_id, 1, about, _mnemonic(fields))))


def _export(scenario: Scenario, block: Block) -> None:
    """Options `form: browser` and `user id: …`; then as in `_send`, mostly a record alone."""
    options, rest = _options(block.body, ("form", "user id"))
    form = options.get("form", "desktop")
    if form not in _FORMS:
        raise block.head.unreadable(f"there is no form {form}; there are {', '.join(_FORMS)}")
    user_id = options["user id"].encode() if "user id" in options else None
    logon = Logon(user_id, _value(block.said["logon"]), _value(block.said["password"]))
    parts, hangs_up = _parts(rest)
    scenario.steps.append(Export(block.head, block.said["host"], wire.compose(logon, parts, _FORMS[form]), hangs_up))


def _send(scenario: Scenario, block: Block) -> None:
    """Parts of a message in their order: a record, `text: "…"`, `bytes: 41 4b`; behind any, `change: "…" to "…"`, which
    replaces what stands in it once and mends no length; at the end perhaps `HANGS_UP`.
    """
    scenario.steps.append(Export(block.head, block.said["host"], *_parts(block.body)))


def _reply(scenario: Scenario, block: Block) -> None:
    """The text, line by line; the NUL behind it is understood."""
    _latest(scenario, block, "reply").reply = "\n".join(_texts(block)).encode() + wire.NUL


def _reply_bytes(scenario: Scenario, block: Block) -> None:
    """All that is answered until the connection ends, in parts as in `_send`."""
    _latest(scenario, block, "reply").reply, _ = _parts(block.body)


def _no_reply(scenario: Scenario, block: Block) -> None:
    _latest(scenario, block, "reply").reply = b""


def _outcome(scenario: Scenario, block: Block) -> None:
    """Outcome and reason; or `UNKEPT`."""
    _latest(scenario, block, "outcome").outcome = block.said["outcome"]


def _diagnosis(scenario: Scenario, block: Block) -> None:
    """Its code, and perhaps a word that must stand in what it says."""
    export = _latest(scenario, block, "diagnosis")
    export.diagnosis, export.names = block.said["code"], block.said["names"]


def _findings(scenario: Scenario, block: Block) -> None:
    """All findings in their order, as `warn undefinedField 248`."""
    _latest(scenario, block, "findings").findings = _texts(block)


def _holds(scenario: Scenario, block: Block) -> None:
    """`nothing`; or records by rising MMS ID: `9910000000015867 version 2`, lines of `ABOUT`, fields.

    What is not said of a record is not looked at, but for flags and link: it has none that are not said.
    """
    records: list[Held] = []
    if _texts(block) != ["nothing"]:
        starts = [at for at, line in enumerate(block.body) if _RECORD.fullmatch(line.text)]
        if starts[:1] != [0]:
            raise block.body[0].unreadable("a record begins with its MMS ID and version, as 9910000000015867 version 1")
        for start, end in zip(starts, [*starts[1:], len(block.body)], strict=True):
            mms_id, _, version = block.body[start].text.split()
            about, fields = _record(block.body[start], block.body[start + 1 : end])
            records.append(Held(mms_id, int(version), about, _mnemonic(fields, timed=True)))
    zone = block.said["zone"]
    _latest(scenario, block, zone).zones[zone] = block.head, records


def _untouched(scenario: Scenario, block: Block) -> None:
    zone = block.said["zone"]
    _latest(scenario, block, zone).zones[zone] = block.head, None


READERS: Final[dict[str, Callable[[Scenario, Block], None]]] = {
    "settings": _settings,
    "stored": _stored,
    "export": _export,
    "send": _send,
    "reply": _reply,
    "reply bytes": _reply_bytes,
    "no reply": _no_reply,
    "outcome": _outcome,
    "diagnosis": _diagnosis,
    "findings": _findings,
    "holds": _holds,
    "untouched": _untouched,
}
"""By kind of block."""


def _latest(scenario: Scenario, block: Block, what: str) -> Export:
    """The export that the block tells something of, which it may tell once."""
    export = scenario.steps[-1] if scenario.steps else None
    if not isinstance(export, Export):
        raise block.head.unreadable("follows no export")
    if what in export.told:
        raise block.head.unreadable("has been told already")
    export.told.add(what)
    return export


def _texts(block: Block) -> list[str]:
    return [line.text for line in block.body]


def _parts(body: list[Line]) -> tuple[bytes, bool]:
    """The bytes that the lines stand for, and whether the client hangs up behind them."""
    parts = [b""]
    for is_record, group in groupby(body, lambda line: line.text.startswith("=")):
        lines = list(group)
        if is_record:
            parts.append(raw(_mnemonic(lines)))
            continue
        for line in lines:
            if line.text == HANGS_UP and line is body[-1]:
                return b"".join(parts), True
            if change := re.fullmatch(rf"change: ({VALUE}) to ({VALUE})", line.text):
                parts[-1] = _changed(parts[-1], _value(change[1]), _value(change[2]), line)
            elif text := re.fullmatch(rf"text: ({VALUE})", line.text):
                parts.append(_value(text[1]))
            elif octets := re.fullmatch(r"bytes: ([0-9a-f]{2}(?: [0-9a-f]{2})*)", line.text):
                parts.append(bytes.fromhex(octets[1]))
            else:
                raise line.unreadable("is no part of a message")
    return b"".join(parts), False


def _changed(part: bytes, old: bytes, new: bytes, line: Line) -> bytes:
    if part.count(old) != 1:
        raise line.unreadable(f"what is to be changed stands there {part.count(old)} times, not once")
    return part.replace(old, new)


def _options(body: list[Line], known: Iterable[str]) -> tuple[dict[str, str], list[Line]]:
    """The lines at the beginning that are `option: value`, and the others."""
    options: dict[str, str] = {}
    for at, line in enumerate(body):
        name, _, value = line.text.partition(":")
        if name not in known:
            return options, body[at:]
        if name in options:
            raise line.unreadable("has been told already")
        options[name] = value.strip()
    return options, []


def _record(head: Line, body: list[Line]) -> tuple[dict[str, str], list[Line]]:
    about, fields = _options(body, ABOUT)
    if not fields:
        raise head.unreadable("has no fields below it")
    for flag in filter(None, about.get("flags", "").split(", ")):
        if flag not in [*Flag]:
            raise head.unreadable(f"there is no flag {flag}; there are {', '.join(Flag)}")
    return about, fields


def _mnemonic(fields: list[Line], *, timed: bool = False) -> str:
    return "\n".join([_field(line, timed=timed) for line in fields])


def _field(line: Line, *, timed: bool) -> str:
    if not _FIELD.fullmatch(line.text):
        raise line.unreadable("is no field in mnemonic form")
    if line.text.startswith("=LDR") and not line.text[6:11] == line.text[18:23] == "00000":
        raise line.unreadable("both lengths in the Leader are written 00000")
    text = _repeated(line.text)
    if "{" in (text.replace(TIME, "") if timed else text):
        raise line.unreadable(f"what stands in braces is no {{N times x}}{f', and no {TIME}' if timed else ''}")
    return text


def _repeated(text: str) -> str:
    return _TIMES.sub(lambda times: int(times[1]) * times[2], text)


def _value(written: str) -> bytes:
    """The bytes of a word, or of quoted text."""
    text = _repeated(written).encode()
    if not text.startswith(b'"'):
        return text
    return _ESCAPE.sub(lambda escape: _ESCAPES.get(escape[1]) or bytes.fromhex(escape[1][1:].decode()), text[1:-1])
