"""Patrons, loans and requests of one store into another."""

from collections.abc import Awaitable, Callable
from typing import Final, Generic, NamedTuple, TypeVar

from gateway.model import Loan, Patron, Request
from gateway.stores.base import Stacks, Store
from gateway.stores.moving.copied import Both, Differs

LENT_AT_ONCE: Final = 500
"""Of one kind in one transaction: some 150 kB."""

N = TypeVar("N", Patron, Loan, Request)


class _Kind(NamedTuple, Generic[N]):
    """How nouns of a kind are called, read and written."""

    name: str
    key: Callable[[N], str]
    page: Callable[[Store, str, str, int], Awaitable[list[N]]]
    """Of a zone, those behind a key; at most so many."""
    put: Callable[[Stacks, N], None]


_PATRONS: Final = _Kind[Patron](
    "patron",
    lambda one: one.barcode,
    lambda store, zone, after, limit: store.patrons(zone, after=after, limit=limit),
    lambda stacks, one: stacks.put_patron(one),
)
_LOANS: Final = _Kind[Loan](
    "loan",
    lambda one: one.item,
    lambda store, zone, after, limit: store.loans(zone, after=after, limit=limit),
    lambda stacks, one: stacks.put_loan(one),
)
_REQUESTS: Final = _Kind[Request](
    "request",
    lambda one: one.id,
    lambda store, zone, after, limit: store.requests(zone, after=after, limit=limit),
    lambda stacks, one: stacks.put_request(one),
)


async def copy_lent(both: Both) -> None:
    """Zone by zone."""
    wanted = await both.source.lending_zones()
    for zone in await both.target.lending_zones():
        if zone not in wanted:
            raise Differs(f"zone {zone!r} of the target has patrons, loans or requests, the source's has none")
    for zone in wanted:
        await _copy(both, zone, _PATRONS)
        await _copy(both, zone, _LOANS)
        await _copy(both, zone, _REQUESTS)


async def _copy(both: Both, zone: str, kind: _Kind[N]) -> None:
    after = ""
    while page := await kind.page(both.source, zone, after, LENT_AT_ONCE):
        present = await kind.page(both.target, zone, after, len(page))
        for ours, theirs in zip(page, present, strict=False):
            if ours != theirs:
                raise Differs(f"the {kind.name} {kind.key(theirs)} of zone {zone!r} is not as the source has it")
        await _write(both, zone, kind, page[len(present) :])
        after = kind.key(page[-1])
    for more in await kind.page(both.target, zone, after, 1):
        raise Differs(f"zone {zone!r} of the target has a {kind.name} {kind.key(more)}, the source's has none")


async def _write(both: Both, zone: str, kind: _Kind[N], nouns: list[N]) -> None:
    def put(stacks: Stacks) -> None:
        for noun in nouns:
            kind.put(stacks, noun)

    if nouns and (copied := both.lacking(f"the {kind.name} {kind.key(nouns[0])} of zone {zone!r}")):
        await both.target.rearrange(zone, put)
        copied.lent[f"{kind.name}s"] += len(nouns)
