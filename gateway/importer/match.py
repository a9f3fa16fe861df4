"""Which stored records an incoming one is taken for. Source: spec, "Matching"."""

from collections.abc import Iterable

from gateway.model import Identifier
from gateway.stores.base import Transaction


def unique_oclc_identifier(transaction: Transaction, found_by: Iterable[Identifier]) -> list[str]:
    """MMS IDs of the records that share an OCLC number with the incoming one: 035 $a and $z on both sides [doc]."""
    numbers = {number for _, number in found_by}
    return transaction.holders(Identifier(kind, number) for number in numbers for kind in ("oclc", "oclc_cancelled"))
