"""What the import changes in a record before it is matched: named rules, in the order that a profile names them.

Source: spec, "The integration profile" and "OCLC numbers, 001, 019, 035".
"""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Final, NamedTuple

from gateway.marc.identifiers import OCLC_SOURCE, bare_oclc_key, oclc_key
from gateway.marc.record import Field, Record
from gateway.marc.selector import Selector, selector
from gateway.model import Basis

Normalization = Callable[[Record], Record]

REMOVE: Final = "remove "
"""Before the fields that a rule takes out, as in `remove 029`."""


def control_number_to_035(record: Record, *, extraneous: bool = True) -> Record:
    """001 and 003 become 035 $a `(003)001`, prefix and zeros kept, the filling space not; nothing without a 003.

    Without `extraneous` it is left out where a 035 with the same OCLC number stands already.
    """
    number, source = record.control_value("001").strip(), record.control_value("003").strip()
    if not (number and source):
        return record
    value = f"({source}){number}"
    present = [present for field in record.get("035") for present in field.values("a")]
    if value in present:
        return record
    if not extraneous and oclc_key(value) and oclc_key(value) in map(oclc_key, present):
        return record
    return record.adding(Field("035", b"  \x1fa" + value.encode()))


def cancelled_numbers_to_035(record: Record) -> Record:
    """019 $a is copied to 035 $z `(OCoLC)number`, each number once, in a 035 of its own [assumed]; the 019 stays."""
    present = {oclc_key(value) for field in record.get("035") for value in field.values("z")}
    numbers: list[str] = []
    for field in record.get("019"):
        for value in field.values("a"):
            key = bare_oclc_key(value)
            if key and key not in present:
                present.add(key)
                numbers.append(value.strip())
    if not numbers:
        return record
    body = "".join(f"\x1fz({OCLC_SOURCE}){number}" for number in numbers)
    return record.adding(Field("035", b"  " + body.encode()))


def clear_empty_fields(record: Record) -> Record:
    """Subfields without a value go, and so do fields that have none left; a field that says something, be it before
    its first subfield where no text belongs, is kept whole but for those.
    """
    return Record(record.leader, [cleared for field in record.fields if (cleared := _cleared(field)) is not None])


def remove_fields(record: Record, *, which: Selector) -> Record:
    """The record without the fields that are meant."""
    return Record(record.leader, [field for field in record.fields if not which.fits(field)])


class Rule(NamedTuple):
    """A rule of the table."""

    change: Normalization
    title: str
    """What people call it."""
    basis: Basis


RULES: Final[dict[str, Rule]] = {
    "001-to-035": Rule(
        control_number_to_035, "001 and 003 to 035 $a", Basis("doc", "Ex Libris; seen in records of TCNJ and Harvard")
    ),
    "019a-to-035z": Rule(cancelled_numbers_to_035, "Marc21 Bib Copy 019a to 035z", Basis("doc", "CARLI")),
    "clear-empty-fields": Rule(clear_empty_fields, "Clear empty fields", Basis("doc", "Ex Libris")),
}
"""By name. `remove SELECTOR` is a rule too."""


def normalization(names: Iterable[str], *, extraneous_035: bool) -> Normalization:
    """The rules of these names, one after the other. Raises `ValueError` for a name that is none."""
    rules = [rule(name, extraneous_035=extraneous_035) for name in names]

    def normalize(record: Record) -> Record:
        for change in rules:
            record = change(record)
        return record

    return normalize


def words(name: str) -> str:
    """What people call a rule."""
    return RULES[name].title if name in RULES else f"Remove {name.removeprefix(REMOVE)}"


def rule(name: str, *, extraneous_035: bool = True) -> Normalization:
    """The rule of this name. Raises `ValueError` where there is none."""
    if name.startswith(REMOVE):
        return partial(remove_fields, which=selector(name.removeprefix(REMOVE)))
    if name not in RULES:
        raise ValueError(f"{name!r} is no rule; there are {', '.join(RULES)}, and remove with fields, as remove 029")
    change = RULES[name].change
    return partial(change, extraneous=extraneous_035) if change is control_number_to_035 else change


def _cleared(field: Field) -> Field | None:
    if field.control:
        return field if field.body.strip() else None
    head, *subfields = field.body.split(b"\x1f")
    kept = [subfield for subfield in subfields if subfield[1:].strip()]
    if not kept and not head[2:].strip():
        return None
    return field if len(kept) == len(subfields) else Field(field.tag, b"\x1f".join((head, *kept)))
