"""The SUTRS record syntax: plain text, lines ended by LF. Source: Z39.50-1995, appendix REC."""

from typing import Final

from gateway.frontends.z3950 import oids
from gateway.frontends.z3950.apdus.external import Encoded, External
from gateway.frontends.z3950.asn1 import TEXT, whole
from gateway.frontends.z3950.ber import Malformed, Reader

ELEMENTS: Final = 1_000
"""Elements of a text: one, or the parts that it was sent in."""

_READ = whole(TEXT)


def external(text: str) -> External:
    """A text as a search or a present brings it."""
    return External(oids.SUTRS, Encoded(TEXT.write(text)))


def sutrs(external: External) -> str:
    """The text that a search or a present has brought; some servers send it octet-aligned. Raises `Malformed`."""
    match external:
        case External(direct_reference=oids.SUTRS, encoding=Encoded(octets)):
            text: str = _READ(Reader(octets, ELEMENTS))
            return text
        case External(direct_reference=oids.SUTRS, encoding=bytes(octets)):
            return octets.decode("utf-8", "replace")
        case _:
            raise Malformed("no SUTRS record", 0)
