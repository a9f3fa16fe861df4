"""Records for tests: in mnemonic form, field by field in bytes, and from files.

    =245  10$aTitle /$cBy.      tag, two spaces, indicators, subfields; `\\` is a blank
    =001  ocn123                a control field

The line `=LDR` may be left out, and is left out by `shown`, where the leader is `LEADER`.
"""

from collections.abc import Iterator
from inspect import cleandoc
from pathlib import Path

from gateway.marc.record import Field, Record

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "marc"
LEADER = b"00000nam a2200000 i 4500"


def mrk(text: str) -> Record:
    """The record that `text` shows, length and base address in its leader as they should be."""
    leader, fields = LEADER, []
    for line in cleandoc(text).splitlines():
        tag, value = line[1:4], line[6:]
        if tag == "LDR":
            leader = value.replace("\\", " ").encode()
        elif tag.startswith("00"):
            fields.append(Field(tag, value.replace("\\", " ").encode()))
        else:
            indicators = value[:2].replace("\\", " ")
            fields.append(Field(tag, (indicators + value[2:].replace("$", "\x1f")).encode()))
    return Record.parse(Record(leader, fields).serialize())


def raw(text: str) -> bytes:
    """ISO 2709 of the record that `text` shows."""
    return mrk(text).serialize()


def shown(record: Record) -> str:
    """The record in mnemonic form."""
    leader = b"00000" + record.leader[5:12] + b"00000" + record.leader[17:]
    lines = [] if leader == LEADER else ["=LDR  " + leader.decode().replace(" ", "\\")]
    for field in record.fields:
        text = field.body.decode()
        if field.control:
            lines.append(f"={field.tag}  " + text.replace(" ", "\\"))
        else:
            lines.append(f"={field.tag}  " + text[:2].replace(" ", "\\") + text[2:].replace("\x1f", "$"))
    return "\n".join(lines)


def structure(*entries: tuple[bytes, bytes], bodies: bytes, leader: bytes = LEADER, base: int | None = None) -> bytes:
    """A record with this directory, (tag, length and start) each, over these bytes, whatever they hold."""
    directory = b"".join(tag + place for tag, place in entries)
    start = 24 + len(directory) + 1 if base is None else base
    length = 24 + len(directory) + 1 + len(bodies) + 1
    head = b"%05d%b%05d%b" % (length, leader[5:12], start, leader[17:])
    return head + directory + b"\x1e" + bodies + b"\x1d"


def sample(name: str) -> bytes:
    """The record in `fixtures/marc/NAME.mrc`."""
    return (FIXTURES / f"{name}.mrc").read_bytes()


def records_in(path: Path) -> Iterator[bytes]:
    """The records of a file, each as long as it says."""
    rest = path.read_bytes()
    while rest:
        size = int(rest[:5])
        yield rest[:size]
        rest = rest[size:].lstrip(b"\r\n")
