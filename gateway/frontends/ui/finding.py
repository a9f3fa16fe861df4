"""Where a number leads that is put into the search box alone: to the record that has it."""

from gateway.desk.desk import Desk
from gateway.frontends.ui.render import link
from gateway.model import Identifier
from gateway.search.numbers import oclc_number

MMS_DIGITS = range(8, 20)
"""How many digits an MMS ID has (Ex Libris Knowledge Center, "MMS ID": 8 to 19)."""
MMS_PREFIX = "99"
"""How the MMS IDs of bibliographic records begin."""


async def records_of(desk: Desk, text: str) -> str:
    """The page of the record with this number, or of several; empty where it is no number, or no zone has one.

    `text` is an MMS ID or an OCLC number in any spelling and nothing else.
    """
    text = text.strip()
    if _is_mms_id(text):
        zones = [zone for zone in desk.zones.by_key if await desk.store.record(zone, text)]
        if zones:
            return link(f"/zones/{zones[0]}/records/{text}" if len(zones) == 1 else f"/records/{text}")
    number = oclc_number(text)
    if not number:
        return ""
    held = [
        (zone, record.mms_id)
        for zone in desk.zones.by_key
        for record in await desk.store.find(zone, [Identifier("oclc", number)])
    ]
    if len(held) == 1:
        [(zone, mms_id)] = held
        return link(f"/zones/{zone}/records/{mms_id}")
    return link("/records", oclc=number) if held else ""


def _is_mms_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) in MMS_DIGITS and text.startswith(MMS_PREFIX)
