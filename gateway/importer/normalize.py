"""What the import changes in a record before it is matched. Source: spec, "OCLC numbers, 001, 019, 035"."""

from gateway.marc.identifiers import OCLC_SOURCE, bare_oclc_key, oclc_key
from gateway.marc.record import Field, Record


def normalize(record: Record, *, extraneous_035: bool = True) -> Record:
    """CARLI's rule "Marc21 Bib Copy 019a to 035z", and 001 and 003 kept as a 035.

    Without `extraneous_035` the latter is left out where a 035 with the same number stands already.
    """
    return cancelled_numbers_to_035(control_number_to_035(record, extraneous=extraneous_035))


def control_number_to_035(record: Record, *, extraneous: bool = True) -> Record:
    """001 and 003 become 035 $a `(003)001`, prefix and zeros kept, the filling space not; nothing without a 003."""
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
    """019 $a is copied to 035 $z `(OCoLC)number`, each number once, in a 035 of its own (assumed); the 019 stays."""
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
