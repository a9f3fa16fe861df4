"""A record that would do harm on a page that did not take care, and what no page may hold then."""

import re

from lxml import html

from gateway.marc.record import Field, Record

SCRIPT = "<script>alert(1)</script>"
LONG = 9_000
"""Bytes of its longest field."""
CHARACTERS = "\x00\x07\x1b[31m\x7f\x85\u2028\u202e\u2066\u200f\ufeff\u00ad"
"""Controls, ends of lines, what turns text about, what is not seen."""
FORBIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
"""What a page sends to nobody."""


def hostile(*, filed: bool = False) -> bytes:
    """ISO 2709, sound but for its content; `filed`: only so far that a zone takes it."""
    fields = [
        ("001", b"ocn999000666"),
        ("003", b"OCoLC"),
        ("005", b"20260301120000.0"),
        ("006", b"<script>"),
        ("007", b'"><img src=x>'),
        ("008", b"260301s2026    xxu           000 0 eng d"),
        ("035", b"  \x1fa(OCoLC)999000666"),
        ("100", f'1 \x1fa"><img src=x onerror=alert(1)>{CHARACTERS}'.encode()),
        ("245", f"00\x1fa{SCRIPT} \u202egnp.exe\x1fb'; drop --\x1f<b>".encode()),
        ("500", b"<>\x1f\x1fa&amp;\x1f&lt;b\x1fa" + CHARACTERS.encode()),
        ("500", b"  \x1fa\xff\xfe\x80 not UTF-8 \xed\xa0\x80"),
        ("520", b"  \x1fa" + b"<i>" * (LONG // 3)),
        ("520", b"  \x1fa" + b"x" * LONG),
        ("880", f"10\x1f6245-01/(2/r\x1fa{SCRIPT}\u05d0\u202e".encode()),
        ("999", b""),
        ("9<b", b"  \x1fax"),
    ]
    taken = [Field(tag, body) for tag, body in fields if not filed or (tag.isalnum() and b"\xff" not in body)]
    return Record(b"00000nam a2200000   4500", taken).serialize()


def assert_harmless(source: str) -> None:
    """No script, element or attribute of the record's own, and no character that does something."""
    assert FORBIDDEN.search(source) is None
    source.encode()  # no half characters
    tree = html.document_fromstring(source)
    assert {script.get("src", "")[:8] for script in tree.xpath("//script")} == {"/static/"}
    assert tree.xpath("//img | //b | //i | //*[@onerror] | //*[@style] | //style") == []
