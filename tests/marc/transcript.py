"""What a check says of a record, a line a finding: `WARN 650(2) field 650 has second indicator 9; it may be 0-7`."""

from gateway.marc import rules
from gateway.marc.record import Record
from gateway.model import Group
from tests.marc.mnemonic import mrk


def said(group: Group, text: str) -> list[str]:
    """What the check of `group` says of the record that `text` shows."""
    return said_of(group, mrk(text).serialize())


def said_of(group: Group, raw: bytes) -> list[str]:
    """What it says of these bytes. Each finding's offset is the first byte of the field it names."""
    record = Record.parse(raw)
    lines = []
    for finding in rules.CHECKS[group](raw, record):
        assert rules.RULES[finding.code].group == group
        if finding.occurrence:
            assert finding.offset is not None
            body = record.get(finding.field[:3])[finding.occurrence - 1].body
            assert raw[finding.offset :].startswith(body + b"\x1e")
        place = f"{finding.field}({finding.occurrence})" if finding.occurrence else finding.field
        lines.append(f"{finding.severity.name} {place} {rules.words(finding)}")
    return lines
