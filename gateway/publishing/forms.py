"""A record as it is published: MARCXML with what the profile adds, and by what two of them are told apart."""

from collections.abc import Sequence
from hashlib import blake2b
from typing import Final

from gateway.marc.forms import marcxml
from gateway.marc.record import Record
from gateway.model import Enrichment, Inventory
from gateway.publishing.enrichment import fields

HEAD: Final = f'<record xmlns="{marcxml.NAMESPACE}">'.encode()
FOOT: Final = b"</record>"
DIGEST_BYTES: Final = 16
"""So many records that two of them have one digest are not published in the life of a gateway."""
ADDED: Final = b"\n\n  <datafield"
"""Where what the profile adds begins: nothing else in a form has an empty line before a field."""
_PLAIN_HEAD: Final = b"<record>"
_LEADER: Final = b"<leader>"
_STAMP: Final = b'  <controlfield tag="005">'
_LENGTH: Final = slice(0, 5)
_BASE: Final = slice(12, 17)
"""Of the Leader."""


def form(of: Inventory, enrichment: Sequence[Enrichment]) -> bytes:
    """The element `record` with its name space; added fields stand behind its own [assumed], in the profile's order.

    Raises `iso2709.Damaged`.
    """
    written = marcxml.write(Record.parse(of.record.marc)).rstrip()
    body = written.removeprefix(_PLAIN_HEAD).removesuffix(FOOT)
    added = fields(enrichment, of).encode()
    return b"".join((HEAD, body, b"\n" if added else b"", added, FOOT))


def own(form: bytes) -> bytes:
    """The form without what the profile has added: no longer than a record in MARC can be."""
    body, added, _ = form.partition(ADDED)
    return b"%b\n%b" % (body, FOOT) if added else form


def digest(form: bytes) -> bytes:
    """Equal for two forms that differ in nothing but when they were written.

    005 does not count [doc], nor do the record's length and the base address: of one in XML they say nothing [assumed].
    """
    start, _, rest = form.partition(_LEADER)
    parts = [start, rest[_LENGTH.stop : _BASE.start]]
    rest = rest[_BASE.stop :]
    while (at := rest.find(_STAMP)) >= 0:
        parts.append(rest[:at])
        rest = rest[rest.index(b"\n", at) :]
    return blake2b(b"".join((*parts, rest)), digest_size=DIGEST_BYTES).digest()
