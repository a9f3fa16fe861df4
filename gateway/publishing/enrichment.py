"""Data enrichment: fields with what a zone has of a record on its shelves, added to the record as it is published.

`FACTS` is all that such a field can tell. The same table serves the settings, the API and the documentation.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final, Literal, NamedTuple

from gateway.circulation.availability import BASE_STATUS, PROCESS_TYPES, availability
from gateway.marc.forms.elements import attribute, text
from gateway.model import Enrichment, Holding, Inventory, Item, Library

FIELDS_OF_PROFILE: Final = 20
"""Most fields of a profile: each is added for every holding or item. Real profiles have two."""
SUBFIELDS_OF_FIELD: Final = 36
"""Most subfields of one: what letters and digits there are."""
BETWEEN: Final = "; "
"""Stands between textual holdings."""

TAG: Final = re.compile(r"0[1-9][0-9]|[1-9][0-9]{2}")
INDICATORS: Final = re.compile(r"[0-9a-z ]{2}")
CODE: Final = re.compile(r"[a-z0-9]{1,2}")
"""Of a subfield. [doc] Alma takes two characters, too, which the schema of MARCXML does not."""


class Place(NamedTuple):
    """A holding and where it is, with one of its items or without."""

    holding: Holding
    library: Library | None
    item: Item | None = None


def _of_holding(name: str) -> Callable[[Place], str]:
    return lambda place: str(getattr(place.holding, name))


def _of_item(tell: Callable[[Item], str]) -> Callable[[Place], str]:
    return lambda place: tell(place.item) if place.item else ""


def _due(item: Item) -> str:
    due: datetime | None = availability(item).due_at
    return f"{due:%Y-%m-%dT%H:%M:%SZ}" if due else ""


class Fact(NamedTuple):
    """Something that a field can tell."""

    says: str
    """For people."""
    tell: Callable[[Place], str]
    """Empty where there is nothing to tell."""


OF_HOLDING: Final[Mapping[str, Fact]] = {
    "library": Fact("code of the library", _of_holding("library")),
    "library_name": Fact(
        "what readers call the library", lambda place: place.library.name if place.library else place.holding.library
    ),
    "location": Fact("code of the location", _of_holding("location")),
    "location_name": Fact(
        "what readers call the location",
        lambda place: place.library.location_name(place.holding.location) if place.library else place.holding.location,
    ),
    "call_number_type": Fact("kind of call number, such as 0 = Library of Congress", _of_holding("call_number_type")),
    "call_number": Fact("852 $h", _of_holding("call_number")),
    "item_part": Fact("852 $i", _of_holding("item_part")),
    "shelf_mark": Fact("852 $h and $i", _of_holding("shelf_mark")),
    "prefix": Fact("852 $k", _of_holding("prefix")),
    "suffix": Fact("852 $m", _of_holding("suffix")),
    "copy_number": Fact("852 $t", _of_holding("copy_number")),
    "public_note": Fact("852 $z", _of_holding("public_note")),
    "summary": Fact("textual holdings, 866 $a", lambda place: BETWEEN.join(place.holding.summary)),
    "holding_id": Fact("ID of the holding", _of_holding("id")),
}
"""What a holding can tell, by name."""
OF_ITEM: Final[Mapping[str, Fact]] = {
    "barcode": Fact("barcode", _of_item(lambda item: item.barcode)),
    "enumeration": Fact("enumeration", _of_item(lambda item: item.enumeration)),
    "chronology": Fact("chronology", _of_item(lambda item: item.chronology)),
    "description": Fact("description", _of_item(lambda item: item.description)),
    "copy_id": Fact("copy ID", _of_item(lambda item: item.copy_id)),
    "policy": Fact("item policy", _of_item(lambda item: item.policy)),
    "base_status": Fact("base status, in Alma's words", _of_item(lambda item: BASE_STATUS[item.base_status])),
    "process_type": Fact(
        "process type, in Alma's words",
        _of_item(lambda item: PROCESS_TYPES[item.process_type] if item.process_type else ""),
    ),
    "available": Fact(
        "`available` or `unavailable`",
        _of_item(lambda item: "available" if availability(item).now else "unavailable"),
    ),
    "due": Fact("when it is due back, UTC, such as 2026-12-31T23:59:00Z", _of_item(_due)),
}
"""What only an item can tell, by name."""
FACTS: Final[Mapping[Literal["holding", "item"], Mapping[str, Fact]]] = {
    "holding": OF_HOLDING,
    "item": {**OF_HOLDING, **OF_ITEM},
}
"""What a field of each kind can tell; of an item also what its holding does."""


def fields(enrichment: Sequence[Enrichment], of: Inventory) -> str:
    """The added fields as elements of MARCXML: field by field, by rising holding and barcode.

    A subfield that has nothing to tell is left out, and a field without subfields.
    """
    if not enrichment or not of.holdings:
        return ""
    holdings = [Place(holding, library) for holding, library in zip(of.holdings, of.libraries, strict=True)]
    by_id = {place.holding.id: place for place in holdings}
    items = [by_id[item.holding]._replace(item=item) for item in of.items if item.holding in by_id]
    places = {"holding": holdings, "item": items}
    return "".join([_field(one, place) for one in enrichment for place in places[one.of]])


def faults(enrichment: Enrichment) -> Iterator[str]:
    """What is wrong with one, in sentences without their full stops."""
    if not TAG.fullmatch(enrichment.tag):
        yield f"the tag {enrichment.tag!r} is none of 010 to 999"
    if not INDICATORS.fullmatch(enrichment.indicators):
        yield f"the indicators {enrichment.indicators!r} are not two digits, small letters or blanks"
    if not enrichment.subfields:
        yield "it has no subfields"
    if len(enrichment.subfields) > SUBFIELDS_OF_FIELD:
        yield f"it has {len(enrichment.subfields)} subfields; at most {SUBFIELDS_OF_FIELD} can be kept"
    known = FACTS[enrichment.of]
    for code, fact in enrichment.subfields.items():
        if not CODE.fullmatch(code):
            yield f"the subfield code {code!r} is not one or two small letters or digits"
        if fact not in known:
            yield f"a {enrichment.of} tells no {fact!r}; it tells {', '.join(known)}"


def _field(one: Enrichment, place: Place) -> str:
    facts = FACTS[one.of]
    told = [(code, facts[fact].tell(place)) for code, fact in one.subfields.items()]
    subfields = "".join(
        [f'    <subfield code="{attribute(code)}">{text(value)}</subfield>\n' for code, value in told if value]
    )
    if not subfields:
        return ""
    first, second = one.indicators[:1], one.indicators[1:]
    return f'  <datafield tag="{one.tag}" ind1="{first}" ind2="{second}">\n{subfields}  </datafield>\n'
