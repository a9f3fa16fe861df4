"""IDs of holdings that are made here."""

from hashlib import blake2b
from itertools import count
from typing import Final

from gateway.stores.base import Stacks

ID_PREFIX: Final = "22"
"""With which Alma's IDs of holdings begin."""
ID_NUMBERS: Final = 10**12
"""How many there are between that and the institution's four digits."""


def free_id(stacks: Stacks, mms_id: str, what: object, suffix: str) -> str:
    """An ID that no holding of the zone has: for the same record and `what` the same, as long as it is free."""
    seed = blake2b(f"{mms_id}\0{what!r}".encode(errors="surrogatepass"), digest_size=8).digest()
    first = int.from_bytes(seed, "big")
    ids = (f"{ID_PREFIX}{(first + step) % ID_NUMBERS:012}{suffix}" for step in count())
    return next(id_ for id_ in ids if stacks.holding(id_) is None)
