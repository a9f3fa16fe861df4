"""Answers of OAI-PMH as XML: bytes that are put together, for most of a page is records that are ready.

Whatever is put in comes out well-formed, but records, which are elements already.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

CONTENT_TYPE: Final = "text/xml;charset=UTF-8"
NAMESPACE: Final = "http://www.openarchives.org/OAI/2.0/"
HEAD: Final = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    f'<OAI-PMH xmlns="{NAMESPACE}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
    f'xsi:schemaLocation="{NAMESPACE} http://www.openarchives.org/OAI/2.0/OAI-PMH.xsd">\n'
)
FOOT: Final = b"\n</OAI-PMH>\n"
IDENTIFIERS: Final = "http://www.openarchives.org/OAI/2.0/oai-identifier"
"""Name space of what `Identify` says of identifiers."""
REPOSITORY: Final = re.compile(r"[A-Za-z][A-Za-z0-9-]*(\.[A-Za-z][A-Za-z0-9-]*)+")
"""What repositories are called by that name space's schema (OAI identifier format, 2.1): as domains are, of words that
begin with a letter."""
NOT_IN_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""A character that no XML document has."""
HEADER_ENDS_KEPT: Final = 256
"""Ends of headers that are remembered, each 12 kB at most: a hundred records are published in the same second, mostly
for the same sets."""

_ESCAPES: Final = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\r": "&#13;", "\n": "&#10;", "\t": "&#9;"}
)

Part = bytes | memoryview
"""Of an answer. A page is joined from its parts once: for each copy of so much the system has to give the process
memory anew, which takes longer than all else that is done for the page here."""


class Identity(NamedTuple):
    """What `Identify` says."""

    name: str
    url: str
    email: str
    earliest: str
    """Datestamp."""
    granularity: str
    repository: str
    """Between the first two colons of identifiers. Empty: nothing is said of these."""


class Format(NamedTuple):
    """A metadataPrefix, and what it stands for."""

    prefix: str
    schema: str
    """Its address."""
    namespace: str


def text(value: str) -> str:
    """Of an element or an attribute."""
    return NOT_IN_XML.sub("\N{REPLACEMENT CHARACTER}", value).translate(_ESCAPES)


def begin(date: str, url: str, arguments: Mapping[str, str]) -> bytes:
    """Everything before what is answered; behind that stands `FOOT`. `arguments` are repeated, the verb among them."""
    repeated = "".join([f' {name}="{text(value)}"' for name, value in arguments.items()])
    return f"{HEAD}<responseDate>{date}</responseDate>\n<request{repeated}>{text(url)}</request>\n".encode()


def error(code: str, words: str) -> bytes:
    """What is wrong."""
    return f'<error code="{code}">{text(words)}</error>'.encode()


def identify(of: Identity) -> bytes:
    """The answer of `Identify`."""
    described = ""
    if of.repository:
        repository = text(of.repository)
        described = (
            f'<description><oai-identifier xmlns="{IDENTIFIERS}" '
            f'xsi:schemaLocation="{IDENTIFIERS} http://www.openarchives.org/OAI/2.0/oai-identifier.xsd">'
            f"<scheme>oai</scheme><repositoryIdentifier>{repository}</repositoryIdentifier><delimiter>:</delimiter>"
            f"<sampleIdentifier>oai:{repository}:9910000000001234</sampleIdentifier></oai-identifier></description>"
        )
    return (
        f"<Identify><repositoryName>{text(of.name)}</repositoryName><baseURL>{text(of.url)}</baseURL>"
        f"<protocolVersion>2.0</protocolVersion><adminEmail>{text(of.email)}</adminEmail>"
        f"<earliestDatestamp>{of.earliest}</earliestDatestamp><deletedRecord>transient</deletedRecord>"
        f"<granularity>{of.granularity}</granularity>{described}</Identify>"
    ).encode()


def formats(listed: Iterable[Format]) -> bytes:
    """The answer of `ListMetadataFormats`."""
    elements = [
        f"<metadataFormat><metadataPrefix>{one.prefix}</metadataPrefix><schema>{one.schema}</schema>"
        f"<metadataNamespace>{one.namespace}</metadataNamespace></metadataFormat>"
        for one in listed
    ]
    return f"<ListMetadataFormats>{''.join(elements)}</ListMetadataFormats>".encode()


def sets(listed: Iterable[tuple[str, str]]) -> bytes:
    """The answer of `ListSets`: setSpec and setName of each."""
    elements = [f"<set><setSpec>{text(spec)}</setSpec><setName>{text(name)}</setName></set>" for spec, name in listed]
    return f"<ListSets>{''.join(elements)}</ListSets>".encode()


def header(identifier: str, date: str, set_specs: Sequence[str], *, deleted: bool) -> str:
    """Of a record. What it is given holds nothing that has a meaning in XML."""
    status = ' status="deleted"' if deleted else ""
    return f"<header{status}><identifier>{identifier}</identifier>{_header_end(date, (*set_specs,))}"


@lru_cache(maxsize=HEADER_ENDS_KEPT)
def _header_end(date: str, set_specs: tuple[str, ...]) -> str:
    of_sets = "".join([f"<setSpec>{spec}</setSpec>" for spec in set_specs])
    return f"<datestamp>{date}</datestamp>{of_sets}</header>"


def record(head: str, metadata: Sequence[Part]) -> Sequence[Part]:
    """One with its header; `metadata` are the parts of an element, none of a record that is deleted."""
    if not metadata:
        return (f"<record>{head}</record>\n".encode(),)
    return f"<record>{head}<metadata>".encode(), *metadata, b"</metadata></record>\n"


def token(value: str) -> bytes:
    """Where the list goes on; empty at its end."""
    return f"<resumptionToken>{text(value)}</resumptionToken>".encode()
