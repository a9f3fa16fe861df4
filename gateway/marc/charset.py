"""Which characters a record is in: what Leader/09 says, held against its bytes. Source: spec, "Validation", charset."""

from gateway.marc.iso2709 import field_start
from gateway.marc.record import Record, printable
from gateway.model import Finding, Severity

UNICODE = b"a"
"""Leader/09 of a record in UTF-8; blank means MARC-8."""


def check(raw: bytes, record: Record) -> list[Finding]:
    """Findings `notUtf8`, `marc8` (both refuse), `charsetNotStated` (warns). `raw` is what `record` was read from."""
    if record.leader[9:10] == UNICODE:
        try:
            raw.decode("utf-8")
        except UnicodeDecodeError as error:
            return [_finding("notUtf8", raw, record, error.start)]
        return []
    if raw.isascii():
        stated = printable(record.leader[9:10].decode())
        return [Finding("charsetNotStated", Severity.WARN, "Leader/09", offset=9, detail=stated)]
    first = next(i for i, byte in enumerate(raw) if byte > 0x7F)
    return [_finding("marc8", raw, record, first)]


def _finding(code: str, raw: bytes, record: Record, offset: int) -> Finding:
    """Name the field in whose bytes `offset` lies. Its place is sought where the directory puts it."""
    seen: dict[str, int] = {}
    for i, field in enumerate(record.fields):
        seen[field.tag] = seen.get(field.tag, 0) + 1
        start = field_start(raw, i)
        if start <= offset < start + len(field.body):
            detail = f"byte {raw[offset]:02X}"
            return Finding(code, Severity.REFUSE, field.tag, seen[field.tag], offset, detail)
    return Finding(code, Severity.REFUSE, offset=offset, detail=f"byte {raw[offset]:02X}")
