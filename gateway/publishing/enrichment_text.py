"""Enrichment as one writes it in the settings: `852 holding: b=library`; with indicators, `852 8# holding: b=library`.

A `#` is a blank, as in the settings' other fields.
"""

import re
from typing import Final

from gateway.model import Enrichment
from gateway.publishing.enrichment import faults

FORM: Final = "write it as 852 holding: b=library, c=location, h=shelf_mark"
BLANK: Final = "#"
_FIELD: Final = re.compile(r"(?P<tag>\S+)(?:\s+(?P<indicators>\S{2}))?\s+(?P<of>holding|item)\s*:\s*(?P<subfields>.*)")
_SUBFIELD: Final = re.compile(r"\s*(?P<code>[^=,\s]+)\s*=\s*(?P<fact>\w+)\s*")


def read(text: str) -> Enrichment:
    """The field that is meant. Raises `ValueError`, which says what is wrong with the text."""
    field = _FIELD.fullmatch(text.strip())
    if not field:
        raise ValueError(f"{text!r} is no field with its subfields; {FORM}")
    pairs = [_SUBFIELD.fullmatch(part) for part in field["subfields"].split(",")]
    subfields = {pair["code"]: pair["fact"] for pair in pairs if pair}
    if len(subfields) < len(pairs):
        raise ValueError(f"{text!r} has a subfield that cannot be read, or one twice; {FORM}")
    indicators = (field["indicators"] or BLANK * 2).replace(BLANK, " ")
    made = Enrichment(
        tag=field["tag"],
        of="item" if field["of"] == "item" else "holding",
        indicators=indicators,
        subfields=subfields,
    )
    if wrong := [*faults(made)]:
        raise ValueError(f"{text!r}: {'; '.join(wrong)}")
    return made


def written(one: Enrichment) -> str:
    """The same as text."""
    indicators = "" if one.indicators.isspace() else f" {one.indicators.replace(' ', BLANK)}"
    subfields = ", ".join([f"{code}={fact}" for code, fact in one.subfields.items()])
    return f"{one.tag}{indicators} {one.of}: {subfields}"
