"""A scenario as lines: which may stand at the margin, and what stands below each. Knows no record and no gateway."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, NamedTuple

VALUE: Final = r'(?:"(?:[^"\\]|\\.)*"|[^\s":]\S*?)'
"""A word, or text in quotes."""
HEADS: Final = {
    "settings": r"settings:",
    "stored": r"stored in (?P<zone>[a-z0-9-]+):",
    "export": rf"export to (?P<host>[a-z0-9-]+) as (?P<logon>{VALUE}) with (?P<password>{VALUE}):",
    "send": r"send to (?P<host>[a-z0-9-]+):",
    "reply": r"reply:",
    "reply bytes": r"reply bytes:",
    "no reply": r"no reply",
    "outcome": r"outcome: (?P<outcome>[a-z_ ]+)",
    "diagnosis": r"diagnosis: (?P<code>[a-z_]+)(?:, naming (?P<names>\S+))?",
    "findings": r"findings:",
    "holds": r"(?P<zone>[a-z0-9-]+) holds:",
    "untouched": r"(?P<zone>[a-z0-9-]+) untouched",
}
"""Every line that may stand at the margin. One that ends in a colon has lines below it, any other has none."""


class Unreadable(Exception):
    """The scenario is wrong as it is written; the text names file and line."""


class Line(NamedTuple):
    """A line of a scenario without its indentation."""

    place: str
    """File and line."""
    text: str

    def unreadable(self, why: str) -> Unreadable:
        """Why it cannot stand there."""
        return Unreadable(f"{self.place}: {why}: {self.text}")


@dataclass
class Block:
    """A line at the margin, and the lines below it."""

    head: Line
    kind: str
    """One of `HEADS`."""
    said: dict[str, str]
    """The parts of the head; an optional one that is left out is empty."""
    body: list[Line] = field(default_factory=list)


def blocks(text: str, name: str) -> Iterator[Block]:
    """The blocks of a scenario; `name` is for errors. Raises `Unreadable`."""
    if not text.startswith("# "):
        raise Unreadable(f"{name}, line 1: a scenario begins with a comment that says what it is about")
    block = None
    for number, written in enumerate(text.splitlines(), start=1):
        line = Line(f"{name}, line {number}", written)
        if not written.strip() or written.startswith("#"):
            continue
        if not written.startswith("  "):
            if block is not None:
                yield _whole(block)
            block = _headed(line)
        elif block is None or not block.head.text.endswith(":"):
            raise line.unreadable("belongs to no line above it")
        else:
            block.body.append(line._replace(text=written[2:]))
    if block is not None:
        yield _whole(block)


def _headed(line: Line) -> Block:
    for kind, pattern in HEADS.items():
        if match := re.fullmatch(pattern, line.text):
            return Block(line, kind, match.groupdict(default=""))
    raise line.unreadable("nothing of this name may stand here")


def _whole(block: Block) -> Block:
    if block.head.text.endswith(":") and not block.body:
        raise block.head.unreadable("has nothing below it")
    return block
