"""Messages of other systems of one store into another, under the numbers by which people know them."""

from typing import Final

from gateway.stores.moving.copied import Both, Differs

EXCHANGES_AT_ONCE: Final = 200
"""Of one transaction: mostly some 800 kB, with the longest messages 3 MB."""


async def copy_exchanges(both: Both) -> None:
    """Those of all zones together, oldest first."""
    after = 0
    while page := await both.source.whole_exchanges(after=after, limit=EXCHANGES_AT_ONCE):
        present = await both.target.whole_exchanges(after=after, limit=len(page))
        for ours, theirs in zip(page, present, strict=False):
            if ours != theirs:
                raise Differs(f"the exchange {theirs.seq} of the target is not the source's {ours.seq}")
        missing = page[len(present) :]
        if missing and (copied := both.lacking(f"the exchange {missing[0].seq}")):
            await both.target.put_exchanges(missing)
            copied.exchanges += len(missing)
        after = page[-1].seq
    for more in await both.target.whole_exchanges(after=after, limit=1):
        raise Differs(f"the target has an exchange {more.seq}, the source has none")
