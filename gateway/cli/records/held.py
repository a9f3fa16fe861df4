"""What the commands about stored records share: which record is meant, and what of it is asked in vain."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from gateway.cli.reading import zones_with
from gateway.config import Settings
from gateway.errors import NotFound

if TYPE_CHECKING:
    from gateway.desk.records import Found
    from gateway.stores.base import Store


async def zones_meant(store: "Store", settings: Settings, zone: str | None) -> list[str]:
    """The zone; where none is given, all of the settings and those made at run time."""
    return [zone] if zone else (await zones_with(store, settings)).keys


async def find(store: "Store", settings: Settings, zone: str | None, mms_id: str, number: int | None = None) -> "Found":
    """The record with this MMS ID, in any zone where none is given, in that version; raises as `asked`."""
    from gateway.desk import records

    with asked():
        return await records.find(store, await zones_meant(store, settings, zone), mms_id, number)


@contextmanager
def asked() -> Iterator[None]:
    """What was asked about is not so where it is not there; a usage error where several zones hold it."""
    from gateway.desk.records import SeveralHold

    try:
        yield
    except NotFound as error:
        raise click.ClickException(str(error)) from error
    except SeveralHold as error:
        zones = ", ".join(error.zones)
        raise click.UsageError(f"several zones hold a record {error.mms_id}; choose by --zone: {zones}") from error
