"""How a record that is published looks in each format, whatever was added to it."""

import pytest
from lxml import etree

from gateway.frontends.oai.formats import FORMATS
from gateway.marc.iso2709 import RECORD_BYTES
from gateway.model import Enrichment, Inventory
from gateway.publishing.forms import form, own
from tests.publishing.zone import AT_852, MAIN, holding, item, tides

HERE = holding("11", "1")
BARCODES = Enrichment(tag="952", of="item", subfields={"p": "barcode"})
TWO_CHARACTERS = Enrichment(tag="952", of="holding", subfields={"lb": "library", "lc": "location"})
MORE_THAN_FIT = RECORD_BYTES // 24


def published(*enrichment: Enrichment, items: int = 1) -> bytes:
    """A form of a record with one holding."""
    barcodes = [item(f"{number:09}", HERE) for number in range(items)]
    return form(Inventory(tides("1"), (HERE,), barcodes, (MAIN,)), enrichment)


@pytest.mark.parametrize("prefix", FORMATS)
@pytest.mark.parametrize(
    "kept", [published(AT_852), published(TWO_CHARACTERS), published(AT_852, BARCODES, items=MORE_THAN_FIT)]
)
def test_each_format_shows_the_record(prefix: str, kept: bytes) -> None:
    shown = etree.fromstring(b"".join(FORMATS[prefix].write(kept)))
    assert "Tides" in "".join(shown.itertext())


def test_what_was_added_is_told_from_the_record_itself() -> None:
    assert own(published(AT_852, TWO_CHARACTERS)) == own(published()) == published()
