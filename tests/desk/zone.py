"""A zone with records, as exports leave them."""

from gateway.model import Receipt
from gateway.stores.base import Store
from tests.importer.desk import Desk
from tests.importer.exports import tides


async def filled(store: Store, titles: list[str]) -> list[Receipt]:
    """Export a record of each title, with the OCLC numbers 1, 2 and so on."""
    desk = Desk(store)
    return [await desk.export(tides(f"$a(OCoLC){number}", title)) for number, title in enumerate(titles, 1)]
