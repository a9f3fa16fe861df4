"""The standard's own ASN.1, compiled by asn1tools: what holds the codec to Z39.50 and not to itself.

The text belongs to the standard and is not part of this project; Debian's package libyaz-dev brings it.
`GATEWAY_Z3950_ASN1` may name another folder that has `z3950v3.asn` and `charneg-3.asn`.
"""

import os
import re
from functools import cache
from pathlib import Path
from typing import Any

import asn1tools
import pytest
from asn1tools.codecs import ber as asn1tools_ber

FOLDER = Path(os.environ.get("GATEWAY_Z3950_ASN1", "/usr/share/yaz/z39.50"))
FILES = {"z3950v3.asn": ("Z39-50-APDU", "DiagnosticFormatDiag1", "RecordSyntax-opac"), "charneg-3.asn": ("",)}
"""In which file which modules stand; of the last file the only one."""

EXTERNAL = """
External ::= [UNIVERSAL 8] IMPLICIT SEQUENCE {
    direct-reference OBJECT IDENTIFIER OPTIONAL,
    indirect-reference INTEGER OPTIONAL,
    data-value-descriptor ObjectDescriptor OPTIONAL,
    encoding CHOICE {
        single-ASN1-type [0] ANY,
        octet-aligned [1] IMPLICIT OCTET STRING,
        arbitrary [2] IMPLICIT BIT STRING } }
SutrsRecord ::= InternationalString
LanguageCode ::= GeneralString
"""
"""EXTERNAL as X.690 has it, which asn1tools lacks, and two types of one line each from modules that are not read."""


def _modules() -> str:
    """All modules as one, so that none need import from another."""
    bodies = []
    for file, starts in FILES.items():
        text = re.sub("--.*", "", (FOLDER / file).read_text("latin-1"))
        for start in starts:
            body = text[text.index("BEGIN", text.index(start)) + len("BEGIN") :]
            bodies.append(body[: re.search(r"^END\b", body, re.MULTILINE).start()])
    text = "\n".join(bodies)
    text = re.sub(r"^\s*(EXPORTS|IMPORTS)\b[^;]*;", "", text, flags=re.MULTILINE)
    text = re.sub(r"\bEXTERNAL\b", "External", text)
    text = re.sub(r"(\n\s*groupId[^\n]*,)(\s*groupId[^\n]*,)", r"\1", text)  # one of two lines that are the same
    return f"Standard DEFINITIONS ::= BEGIN\n{text}\n{EXTERNAL}\nEND\n"


@cache
def _compiled() -> asn1tools.compiler.Specification:
    return asn1tools.compile_string(_modules(), "ber")


class Standard:
    """Reads and writes by the standard's text."""

    def decode(self, octets: bytes, kind: str = "PDU") -> Any:
        """A value as asn1tools shows it; raises its `DecodeError`."""
        return _compiled().decode(kind, octets, check_constraints=False)

    def encode(self, value: Any, kind: str = "PDU") -> bytes:
        """A value's octets."""
        return bytes(_compiled().encode(kind, value))

    def again(self, octets: bytes, kind: str = "PDU") -> bytes:
        """What the standard makes of octets, written once more."""
        return self.encode(self.decode(octets, kind), kind)


@pytest.fixture
def standard(monkeypatch: pytest.MonkeyPatch) -> Standard:
    """The standard, with BOOLEAN TRUE as 1: asn1tools writes 255, and both are right."""
    if not all((FOLDER / file).is_file() for file in FILES):
        pytest.skip(f"{FOLDER} has no ASN.1 of Z39.50: install libyaz-dev, or name its folder in GATEWAY_Z3950_ASN1")

    def encode_content(self: Any, data: bool, values: Any = None) -> bytes:
        return bytes((1 if data else 0,))

    monkeypatch.setattr(asn1tools_ber.Boolean, "encode_content", encode_content)
    return Standard()
