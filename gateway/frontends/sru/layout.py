"""Answers of SRU as XML. Whatever is put in comes out well-formed, but records, which are elements already.

Source: SRU 1.2's schemas of answers and diagnostics; ZeeRex 2.0, in which a server explains itself.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from gateway.frontends.sru.wire import DIAGNOSTICS, MOST_RECORDS, PAGE, SCHEMAS, VERSION, Diagnostic

CONTENT_TYPE: Final = "text/xml;charset=UTF-8"
NAMESPACE: Final = "http://www.loc.gov/zing/srw/"
DIAGNOSTIC_NAMESPACE: Final = "http://www.loc.gov/zing/srw/diagnostic/"
DIAGNOSTIC_SCHEMA: Final = "info:srw/schema/1/diagnostics-v1.1"
EXPLAIN_NAMESPACE: Final = "http://explain.z3950.org/dtd/2.0/"
DIAGNOSTIC_URI: Final = "info:srw/diagnostic/1/"

_HEAD: Final = '<?xml version="1.0" encoding="UTF-8"?>\n'
_NOT_IN_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ESCAPES: Final = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\r": "&#13;"})


class Shown(NamedTuple):
    """A record, or why it is not shown."""

    mms_id: str
    content: bytes | Diagnostic
    """An element."""


class Index(NamedTuple):
    """One that can be searched."""

    context_set: str
    name: str
    title: str
    relations: Sequence[str]
    is_sorted_by: bool


class Server(NamedTuple):
    """Who explains itself."""

    host: str
    port: int
    database: str
    """The path."""
    title: str
    sets: Sequence[tuple[str, str]]
    """Context sets: name and identifier."""
    indexes: Sequence[Index]


def text(value: str) -> str:
    """Of an element or an attribute."""
    return _NOT_IN_XML.sub("\N{REPLACEMENT CHARACTER}", value).translate(_ESCAPES)


def found(total: int, records: Iterable[Shown], *, first: int, following: int, schema: str, as_text: bool) -> bytes:
    """The answer to a search. `first`: position of the first record; `following`: where others follow, 0 for none."""
    shown = [_record(one, position, schema, as_text) for position, one in enumerate(records, first)]
    listed = [b"<records>", *shown, b"</records>"] if shown else []
    goes_on = f"<nextRecordPosition>{following}</nextRecordPosition>" if following else ""
    head = f'{_HEAD}<searchRetrieveResponse xmlns="{NAMESPACE}"><version>{VERSION}</version>'
    counted = f"<numberOfRecords>{total}</numberOfRecords>"
    return b"".join([f"{head}{counted}".encode(), *listed, f"{goes_on}</searchRetrieveResponse>\n".encode()])


def refused(diagnostic: Diagnostic, *, explaining: bool = False) -> bytes:
    """The answer to a request that is not done; `explaining`: to one that asked for no search."""
    name = "explainResponse" if explaining else "searchRetrieveResponse"
    counted = "" if explaining else "<numberOfRecords>0</numberOfRecords>"
    said = f"<diagnostics>{_diagnostic(diagnostic)}</diagnostics>"
    return f'{_HEAD}<{name} xmlns="{NAMESPACE}"><version>{VERSION}</version>{counted}{said}</{name}>\n'.encode()


def explained(server: Server) -> bytes:
    """The answer to `explain`."""
    sets = [f'<set name="{name}" identifier="{identifier}"/>' for name, identifier in server.sets]
    schemas = [f'<schema name="{name}" identifier="{identifier}"/>' for name, identifier in SCHEMAS.items()]
    explain = (
        f'<explain xmlns="{EXPLAIN_NAMESPACE}">'
        f'<serverInfo protocol="SRU" version="{VERSION}" transport="http" method="GET POST">'
        f"<host>{text(server.host)}</host><port>{server.port}</port><database>{text(server.database)}</database>"
        f'</serverInfo><databaseInfo><title lang="en" primary="true">{text(server.title)}</title></databaseInfo>'
        f"<indexInfo>{''.join(sets)}{''.join(map(_index, server.indexes))}</indexInfo>"
        f"<schemaInfo>{''.join(schemas)}</schemaInfo>"
        f'<configInfo><default type="numberOfRecords">{PAGE}</default>'
        f'<setting type="maximumRecords">{MOST_RECORDS}</setting>'
        '<supports type="maskingCharacter">*</supports><supports type="anchoring">^</supports>'
        "</configInfo></explain>"
    )
    return (
        f'{_HEAD}<explainResponse xmlns="{NAMESPACE}"><version>{VERSION}</version><record>'
        f"<recordSchema>{EXPLAIN_NAMESPACE}</recordSchema><recordPacking>xml</recordPacking>"
        f"<recordData>{explain}</recordData></record></explainResponse>\n"
    ).encode()


def _index(index: Index) -> str:
    relations = [f'<supports type="relation">{text(one)}</supports>' for one in index.relations]
    return (
        f'<index search="true" scan="false" sort="{"true" if index.is_sorted_by else "false"}">'
        f'<title lang="en">{text(index.title)}</title>'
        f'<map><name set="{index.context_set}">{text(index.name)}</name></map>'
        f"<configInfo>{''.join(relations)}</configInfo></index>"
    )


def _record(shown: Shown, position: int, schema: str, as_text: bool) -> bytes:
    """[seen] In Alma the MMS ID stands behind the record."""
    content = shown.content
    if isinstance(content, Diagnostic):
        schema, content = DIAGNOSTIC_SCHEMA, _diagnostic(content).encode()
    if as_text:
        content = text(content.decode()).encode()
    packing = "string" if as_text else "xml"
    head = f"<record><recordSchema>{schema}</recordSchema><recordPacking>{packing}</recordPacking><recordData>"
    identifier = f"<recordIdentifier>{text(shown.mms_id)}</recordIdentifier>"
    foot = f"</recordData>{identifier}<recordPosition>{position}</recordPosition></record>"
    return head.encode() + content + foot.encode()


def _diagnostic(of: Diagnostic) -> str:
    details = f"<details>{text(of.details)}</details>" if of.details else ""
    message = DIAGNOSTICS[of.number] + (f": {of.message}" if of.message else "")
    return (
        f'<diagnostic xmlns="{DIAGNOSTIC_NAMESPACE}"><uri>{DIAGNOSTIC_URI}{of.number}</uri>{details}'
        f"<message>{text(message)}</message></diagnostic>"
    )
