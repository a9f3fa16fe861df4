"""A holding's own fields, as its record has them."""

from typing import Final

from gateway.marc.record import Field
from gateway.model import Holding

OF_852: Final = (
    *(("b", "library"), ("c", "location"), ("k", "prefix"), ("h", "call_number"), ("i", "item_part")),
    *(("m", "suffix"), ("t", "copy_number"), ("z", "public_note")),
)
"""Subfields of 852 in their order, and where a holding has them; one that is empty is left out."""


def field_852(holding: Holding) -> Field:
    """Where it is: the whole field, as Alma copies it into records that are searched for."""
    parts = [(code, getattr(holding, name)) for code, name in OF_852]
    return _field("852", f"{holding.call_number_type or ' '} ", [(code, text) for code, text in parts if text])


def fields_866(holding: Holding) -> list[Field]:
    """Its textual holdings."""
    return [_field("866", "  ", [("a", text)]) for text in holding.summary]


def _field(tag: str, indicators: str, subfields: list[tuple[str, str]]) -> Field:
    return Field(tag, (indicators + "".join(f"\x1f{code}{text}" for code, text in subfields)).encode())
