"""A record as it is shown: MARC 21 with an 852 for each holding, MARCXML, or what stands in its place.

Source: spec, z3950.md, "Alma's side".
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Final

from gateway.circulation.availability import availability
from gateway.marc import iso2709
from gateway.marc.forms import marcxml
from gateway.marc.record import Field, Record
from gateway.model import BibRecord, Holding, Item

HOLDING_TAG: Final = "852"
ITEM_TAG: Final = "876"
STUB_TAGS: Final = ("001", "035", "245")
"""What is left of a record that cannot be delivered [doc]."""
STUB_LEADER: Final = b"00000nam a2200000   4500"
STUB_NUMBERS: Final = 100
"""Most 035 of a stub: it must fit into a record itself."""
LOCATION_SUBFIELDS: Final[Sequence[tuple[bytes, Callable[[Holding], str]]]] = (
    (b"b", lambda holding: holding.library),
    (b"c", lambda holding: holding.location),
    (b"k", lambda holding: holding.prefix),
    (b"h", lambda holding: holding.call_number),
    (b"i", lambda holding: holding.item_part),
    (b"m", lambda holding: holding.suffix),
    (b"t", lambda holding: holding.copy_number),
    (b"z", lambda holding: holding.public_note),
)
"""Of an 852, in the order of MARC 21."""
_RECORD_TAG: Final = b"<record>"
_NAMED_RECORD_TAG: Final = f'<record xmlns="{marcxml.NAMESPACE}">'.encode()


def location_field(holding: Holding) -> Field:
    """The 852 of a holding, whole."""
    subfields = [(code, value_of(holding)) for code, value_of in LOCATION_SUBFIELDS]
    return Field(HOLDING_TAG, b"%-1b " % holding.call_number_type.encode() + _joined(subfields))


def item_field(item: Item) -> Field:
    """An item in an 876, as holdings within a bibliographic record have it: status and barcode."""
    subfields = [(b"3", item.description), (b"j", availability(item).words), (b"p", item.barcode)]
    return Field(ITEM_TAG, b"  " + _joined([*subfields, (b"t", item.copy_id)]))


def _joined(subfields: Iterable[tuple[bytes, str]]) -> bytes:
    return b"".join([b"\x1f" + code + value.encode() for code, value in subfields if value])


def readable(record: BibRecord, kept: Callable[[Field], bool]) -> Record:
    """The fields of a record that are `kept`. One that cannot be read is its stub."""
    try:
        whole = Record.parse(record.marc)
    except iso2709.Damaged:
        return stub(record)
    return Record(whole.leader, filter(kept, whole.fields))


def adding(record: Record, added: Iterable[Field]) -> Record:
    """The record with these fields, each behind those of its tag and of lower ones."""
    fields = [*record.fields]
    for field in added:
        place = next((at for at, present in enumerate(fields) if present.tag > field.tag), len(fields))
        fields.insert(place, field)
    return Record(record.leader, fields)


def usmarc(record: Record) -> bytes:
    """ISO 2709 in UTF-8. Raises `TooLong`."""
    return Record(_unicode(record.leader), record.fields).serialize()


def xml(record: Record) -> bytes:
    """MARCXML, one record with its name space."""
    return marcxml.write(record).replace(_RECORD_TAG, _NAMED_RECORD_TAG, 1)


def stub(record: BibRecord, whole: Record | None = None) -> Record:
    """001, 035 and 245 alone; where the record cannot be read, of what is known of it."""
    if whole is not None:
        fields = [field for tag in STUB_TAGS for field in whole.get(tag)[:STUB_NUMBERS] if _fits(field)]
        return Record(_unicode(whole.leader), fields)
    numbers = sorted(one.value for one in record.identifiers if one.kind == "oclc")
    known = [Field("001", record.mms_id.encode())]
    known += [Field("035", b"  \x1fa(OCoLC)" + number.encode()) for number in numbers[:STUB_NUMBERS]]
    known.append(Field("245", b"00\x1fa" + record.title.encode()[: iso2709.FIELD_BYTES - 10]))
    return Record(STUB_LEADER, known)


def _fits(field: Field) -> bool:
    return len(field.body) < iso2709.FIELD_BYTES


def _unicode(leader: bytes) -> bytes:
    """Leader/09 says UTF-8, which all records here are in."""
    return leader[:9] + b"a" + leader[10:]
