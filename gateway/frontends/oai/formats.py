"""The metadata formats of a repository, by prefix, and how a record that is published looks in each."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final, NamedTuple

from gateway.frontends.oai.layout import Format, Part
from gateway.marc.forms import dc, marcxml, mods
from gateway.marc.forms.elements import SCHEMA_INSTANCE
from gateway.marc.record import Record
from gateway.publishing.forms import own

Metadata = Sequence[Part]
"""One element, in parts."""


class Way(NamedTuple):
    """A format, and how an element of it comes of the element `record` of MARCXML that is kept of a record."""

    format: Format
    write: Callable[[bytes], Metadata]
    slow: bool = True
    """Whether that takes more than a moment: then it is done in a thread."""


_MARC_SCHEMA: Final = "http://www.loc.gov/standards/marcxml/schema/MARC21slim.xsd"
_KEPT: Final = f'<record xmlns="{marcxml.NAMESPACE}"'.encode()
_LOCATION: Final = f' xmlns:xsi="{SCHEMA_INSTANCE}" xsi:schemaLocation="{marcxml.NAMESPACE} {_MARC_SCHEMA}"'
_SHOWN: Final = _KEPT + _LOCATION.encode()
_NOT_MARC: Final = re.compile(rb'    <subfield code="[a-z0-9]{2}">[^<]*</subfield>\n')
"""What a profile may add, but MARC has no place for: a subfield with a code of two characters."""


def _as_it_is(form: bytes) -> Metadata:
    """Each element says where its schema is (protocol, 3.3): Alma's too [seen]."""
    return (_SHOWN, memoryview(form)[len(_KEPT) :]) if form.startswith(_KEPT) else (form,)


def _of(write: Callable[[Record], bytes]) -> Callable[[bytes], Metadata]:
    def written(form: bytes) -> Metadata:
        return [write(one) for one in _records(_NOT_MARC.sub(b"", form)) or _records(own(form))]

    return written


def _records(form: bytes) -> list[Record]:
    """That of a form; none where so much was added that no record in MARC could hold it."""
    return [one for one in marcxml.read([form]) if isinstance(one, Record)]


FORMATS: Final[Mapping[str, Way]] = {
    "marc21": Way(Format("marc21", _MARC_SCHEMA, marcxml.NAMESPACE), _as_it_is, slow=False),
    "oai_dc": Way(Format("oai_dc", dc.OAI_DC_SCHEMA, dc.OAI_DC_NAMESPACE), _of(dc.oai_dc)),
    "oai_qdc": Way(Format("oai_qdc", dc.OAI_QDC_SCHEMA, dc.OAI_QDC_NAMESPACE), _of(dc.oai_qdc)),
    "mods": Way(Format("mods", mods.SCHEMA, mods.NAMESPACE), _of(mods.mods)),
}
"""By prefix."""
