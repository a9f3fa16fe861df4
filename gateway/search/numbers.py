"""Numbers as people type them."""

from gateway.marc.identifiers import bare_oclc_key, oclc_key


def oclc_number(text: str) -> str:
    """The digits of an OCLC number in any spelling, such as `ocm00001234` and `(OCoLC)1234`; empty where it is none."""
    small = text.strip().lower()
    return bare_oclc_key(small) or oclc_key(small.replace("(ocolc)", "(OCoLC)", 1))
