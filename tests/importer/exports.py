"""What the importer's tests export."""

from tests.marc.mnemonic import raw

TIDES = r"""
    =001  ocn999000025
    =003  OCoLC
    =005  20260302141507.0
    =008  100304c20109999iluqr\p\\\\\\\0\\\a0eng\c
    =035  \\$a(OCoLC)999000025
    =245  10$aNotebook of tides :$ba record /$cWren.
    =650  \0$aTides.
    =994  \\$aC0$bXYZ
"""
FILED = "9910000000015867"
"""The MMS ID of zone xyz's first record."""


def tides(number: str, title: str = "Notebook of tides") -> bytes:
    """A record with these OCLC numbers, each `$a…` or `$z…`."""
    fixed = "=008  100304c20109999iluqr\\p\\\\\\\\\\\\\\0\\\\\\a0eng\\c"
    return raw(f"{fixed}\n=035  \\\\{number}\n=245  00$a{title}" if number else f"{fixed}\n=245  00$a{title}")
