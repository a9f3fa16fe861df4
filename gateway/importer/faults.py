"""What can be wrong in a store, and what to do about it: words alone, for a librarian to check.

Which of them hold, `importer.checking` finds.
"""

from typing import Final, NamedTuple

from gateway.marc.record import printable


class Words(NamedTuple):
    """What is wrong and what to do; what stands in braces is known of the fault."""

    says: str
    fix: str


BACKUP: Final = "Put back a backup from before, if there is one."
REPAIR: Final = "gateway store check --repair mends it."
FAULTS: Final[dict[str, Words]] = {
    "damaged_file": Words(
        "SQLite finds the file damaged: {detail}",
        f"Stop the gateway and keep a copy of the file. {BACKUP} What can still be read goes into a new store by "
        "gateway records export --all and gateway records import --as-is.",
    ),
    "unreadable_store": Words("it cannot be read any further: {detail}", BACKUP),
    "unfinished_copy": Words(
        "it is a copy that was cut off, and not all is in it", "gateway store migrate FROM TO --resume goes on with it."
    ),
    "versions": Words(
        "its versions should be 1, 2 and so on to {newest}; there are {detail}",
        f"The newest is as it was, but gateway store migrate stops at the record. {BACKUP}",
    ),
    "unreadable_record": Words(
        "it cannot be read: {detail}",
        "If it has an earlier version that can, bring that back: gateway records revert {mms_id} VERSION --zone {zone}."
        f" {BACKUP}",
    ),
    "unreadable_version": Words(
        "its version {version} cannot be read: {detail}",
        f"That version can be neither shown nor brought back; the others are as they were. {BACKUP}",
    ),
    "control_number": Words(
        "its version {version} has {detail} in 001, not its MMS ID",
        "The next version that an export or gateway records revert makes has the right 001.",
    ),
    "identifiers": Words("it is kept under other numbers than it bears: {detail}", REPAIR),
    "not_indexed": Words("it is not found by {detail}, which it bears, so a match misses it", REPAIR),
    "wrongly_indexed": Words(
        "it is found by {detail}, which it does not bear, so a match takes it for another", REPAIR
    ),
    "leads_nowhere": Words(
        "there is no such record, but {detail} leads to it, so a match counts one too many",
        "gateway store migrate makes a store with a new index.",
    ),
    "not_searchable": Words(
        "searches do not find {detail}", f"gateway store index --anew makes the index of each zone anew. {REPAIR}"
    ),
    "order": Words("it stands there twice, or not where it belongs; what follows was not looked at", BACKUP),
    "mms_id": Words("no zone gives such an MMS ID", "See where it came from: gateway records history {mms_id}."),
    "same_number": Words(
        "its number is that of {detail}, only the end differs",
        "The zone's counter has been set back: no record is lost by that, but see what else is said of the zone.",
    ),
    "counter": Words(
        "its number lies beyond the zone's counter, which is at {detail}: it will be given again to another record",
        f"Let nobody export to the zone. {REPAIR} Where it does not, for so large a gap: {BACKUP} Else take the "
        "records into a new store by gateway records export and gateway records import --as-is.",
    ),
    "no_network_record": Words(
        "it is linked to {detail} in the network zone, where there is no such record",
        f"Export the record again. {BACKUP}",
    ),
    "no_record": Words(
        "submission {detail} was filed as this record, which is not there", f"Export the record again. {BACKUP}"
    ),
    "no_record_of_holding": Words(
        "holding {detail} is of this record, which is not there",
        "The API takes it away: DELETE /api/v1/zones/{zone}/holdings/{detail}. Until then gateway store migrate stops.",
    ),
    "no_location": Words(
        "holding {detail} stands at a library or a location that the zone does not have",
        "Make it, by a file for gateway holdings load or over the API: PUT /api/v1/zones/{zone}/libraries/….",
    ),
    "same_id": Words(
        "submissions {detail} have the same ID", "Only who looks one up by its ID is misled; they expire like others."
    ),
    "pending_link": Words(
        "an export of zone {detail} is only half done: that zone's record is still to be linked to it",
        "A gateway does it when it starts, and tries again while it runs: see the log of gateway serve.",
    ),
}
"""By code, for people who have no more than the gateway's commands."""


class Fault(NamedTuple):
    """Something that is wrong."""

    code: str
    """One of `FAULTS`."""
    zone: str
    """Empty where it is not a zone's."""
    mms_id: str
    """Empty where it is no record's."""
    says: str
    fix: str


def fault(code: str, zone: str = "", mms_id: str = "", **known: object) -> Fault:
    """A fault in words; its values are made printable."""
    values = {name: printable(str(value)) for name, value in known.items()}
    filled = {"zone": zone, "mms_id": mms_id} | values
    words = FAULTS[code]
    return Fault(code, zone, mms_id, words.says.format_map(filled), words.fix.format_map(filled))
