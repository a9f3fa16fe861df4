"""Which stored records an incoming one is taken for."""

import pytest

from gateway.importer.match import unique_oclc_identifier
from gateway.marc.identifiers import identifiers
from gateway.model import BibRecord
from gateway.stores.base import Store, Transaction
from tests.importer.desk import NOON
from tests.marc.mnemonic import mrk

ZONE = "xyz"


async def shelve(store: Store, **stored: str) -> None:
    """Put records with these 035 into the store; their names are their MMS IDs."""

    def plan(transaction: Transaction) -> None:
        for mms_id, value in stored.items():
            record = mrk(f"=035  9\\{value}")
            transaction.put(BibRecord(mms_id, 1, record.serialize(), "", identifiers(record), "", "", NOON, "s"))

    await store.transact(ZONE, plan, seconds=1)


async def matches(store: Store, value: str) -> list[str]:
    found_by = identifiers(mrk(f"=035  9\\{value}"))
    return await store.transact(ZONE, lambda transaction: unique_oclc_identifier(transaction, found_by), seconds=1)


@pytest.mark.parametrize(
    "incoming",
    [
        "$a(OCoLC)123",
        "$a(OCoLC)ocn000000123",
        "$a(OCoLC) 123",
        "$z(OCoLC)123",
        "$a(OCoLC)999$z(OCoLC)123",
        "$a(DLC)5$a(OCoLC)123",
    ],
)
@pytest.mark.parametrize("stored", ["$a(OCoLC)123", "$a(OCoLC)ocm00000123 ", "$z(OCoLC)123", "$a(OCoLC)5$z(OCoLC)0123"])
async def test_one_number_in_common_suffices_whether_valid_or_cancelled(
    store: Store, stored: str, incoming: str
) -> None:
    await shelve(store, A=stored)
    assert await matches(store, incoming) == ["A"]


@pytest.mark.parametrize(
    "incoming",
    ["$a(OCoLC)124", "$a(OCoLC)1230", "$a(OCoLC-M)123", "$aRB(OCoLC)123", "$a(DLC)123", "$b(OCoLC)123", "$a123"],
)
async def test_other_numbers_match_nothing(store: Store, incoming: str) -> None:
    await shelve(store, A="$a(OCoLC)123")
    assert await matches(store, incoming) == []


async def test_every_holder_of_any_of_the_numbers_is_named_once_by_rising_mms_id(store: Store) -> None:
    await shelve(store, C="$a(OCoLC)1", A="$a(OCoLC)2", B="$z(OCoLC)1$a(OCoLC)2", D="$a(OCoLC)3")
    assert await matches(store, "$a(OCoLC)1$z(OCoLC)2") == ["A", "B", "C"]


async def test_nothing_matches_a_record_without_numbers(store: Store) -> None:
    await shelve(store, A="$a(DLC)5", B="$a(OCoLC)5")
    assert await matches(store, "$a(DLC)5") == []
