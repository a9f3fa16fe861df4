"""A .mrc file into its records: by declared length, and without losing a byte of damaged ones."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.marc.splitting import split_records

from .gateways import MARC

GOOD = (MARC / "minimal.mrc").read_bytes()
OTHER = (MARC / "monograph.mrc").read_bytes()
FILES = sorted(MARC.glob("*.mrc"))
BORDERLESS = ("broken-truncated", "broken-length-not-digits")
"""The one has no end by which it could be told from what follows, the other no beginning."""


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_record_alone_is_whole_however_damaged(file):
    raw = file.read_bytes()
    assert split_records(raw) == [raw]
    assert split_records(raw + b"\r\n") == [raw]


@pytest.mark.parametrize("file", [file for file in FILES if file.stem not in BORDERLESS], ids=lambda file: file.stem)
@pytest.mark.parametrize("separator", [b"", b"\r\n", b"\n\n"])
def test_a_record_ends_where_the_next_begins(file, separator):
    raw = file.read_bytes()
    assert split_records(separator.join((raw, GOOD, raw, raw, OTHER)) + separator) == [raw, GOOD, raw, raw, OTHER]


@pytest.mark.parametrize("content", [b"", b"\r\n", b"\n"])
def test_nothing_in_nothing(content):
    assert split_records(content) == []


@pytest.mark.parametrize("content", [b"<record/>", b"12", b"99999", b"00010", b"x" * 30, b"\x1d", b"a\nb"])
def test_what_holds_no_record_goes_whole(content):
    assert split_records(content + b"\n") == [content]


def test_junk_belongs_to_the_record_before_it():
    assert split_records(GOOD + b"junk" + b"\x1a") == [GOOD + b"junk\x1a"]
    assert split_records(GOOD + b"ju\x1dnk\x1d" + OTHER) == [GOOD + b"ju\x1dnk\x1d", OTHER]
    assert split_records(GOOD + b"12") == [GOOD + b"12"]


def test_a_byte_order_mark_costs_one_record():
    assert split_records(b"\xef\xbb\xbf" + GOOD + OTHER) == [b"\xef\xbb\xbf" + GOOD, OTHER]


PIECES = st.sampled_from([GOOD, OTHER, b"\r\n", b"\x1d", b"00026", b"00000", b"99999", b"\x1e", b"junk"]) | st.binary(
    max_size=8
)


@given(st.lists(PIECES, max_size=8).map(b"".join))
def test_no_byte_but_line_ends_is_lost(content):
    records = split_records(content)
    assert all(records)
    assert b"".join(records).translate(None, b"\r\n") == content.translate(None, b"\r\n")
