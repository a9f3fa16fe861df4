"""What of a connection's logons must not stand in a capture, also where an item's length was miscounted. Sans-IO.

A value that was read too long has swallowed what followed it, and a credential may be in it that nobody knows of: so a
value in which an item could begin is a secret in each of its parts.
"""

import re
from collections.abc import Iterator
from itertools import chain
from typing import Final

from gateway.frontends.connexion import wire
from gateway.frontends.connexion.readings import Item, LengthForm, read
from gateway.model import Logon

SECRETS: Final = 100
"""Passwords and user IDs that are known of one connection. A client has one of each; behind so many nothing is kept."""
LOGON_ID_BYTES: Final = 40
"""Longest logon ID. Alma's have some 20 bytes; one that is read too long has 80 or more (`A8…` as `A80…`), and in it
what should follow it."""
PIECE_BYTES: Final = 5
"""Of a value that may have other items in it, as many in a row count as a secret: which of them are one is not known.
Fewer stand in nearly every record."""
PIECES: Final = 2000
"""Such pieces that are known of one connection: those of ten logon IDs that are as long as they can be."""
_BEGINS: Final = {
    "desktop": re.compile(rb"[UAP][@-\xff]"),
    "browser": re.compile(rb"[UAP][0-9]"),
    "mixed": re.compile(rb"[UAP][0-9@-\xff]"),
}
"""Where an item could begin in a value that was read too long. In many a logon ID a letter follows one of these: so,
where lengths are like Desktop's, it counts only if an item is missing or empty."""


class Credentials:
    """Those of one connection so far."""

    def __init__(self, *, mask_logon_id: bool) -> None:
        self._mask_logon_id = mask_logon_id
        self._secrets: set[bytes] = set()
        self._pieces: set[bytes] = set()
        self._knows_password = False

    @property
    def too_many(self) -> bool:
        """Whether there are more than can be looked for."""
        return len(self._secrets) > SECRETS or len(self._pieces) > PIECES

    def learn(self, logon: Logon) -> None:
        """Remember what of a message's logon must not be told, now and later."""
        masked = (logon.user_id, logon.password, logon.logon_id if self._mask_logon_id else None)
        self._secrets.update(filter(None, masked))
        values = [value for value in (logon.user_id, logon.logon_id, logon.password) if value is not None]
        usual = b"" not in values and bool(logon.password or self._knows_password)
        self._knows_password |= usual
        for value in values:
            begins = not (usual and logon.lengths == "desktop") and _BEGINS[logon.lengths].search(value)
            if begins or endings(value):
                self._pieces.update(_pieces(value))

    def stand_in(self, some: bytes) -> bool:
        """Whether one of them is in some bytes."""
        return any(secret in some for secret in chain(self._secrets, self._pieces))


def has_swallowed(logon: Logon) -> bool:
    """Whether a value seems to have been read too long, with other items in it: then its parts are secrets too."""
    values = [value for value in (logon.user_id, logon.logon_id, logon.password) if value]
    logon_id = logon.logon_id or b""
    within = logon.lengths != "desktop" and "browser" in endings(logon_id)
    return within or len(logon_id) > LOGON_ID_BYTES or any(wire.NUL in value for value in values)


def _pieces(value: bytes) -> Iterator[bytes]:
    """All runs of `PIECE_BYTES` in a value."""
    return (value[start : start + PIECE_BYTES] for start in range(len(value) - PIECE_BYTES + 1))


def endings(value: bytes) -> set[LengthForm]:
    """Forms of the items that the value could end with."""
    ends = [value[start:] for start in range(len(value))]
    found = [one.items for end in ends for one in read(end, len(end)).alive if _ends_with_item(one.items, len(end))]
    return {item.form for items in found for item in items}


def _ends_with_item(items: tuple[Item, ...], size: int) -> bool:
    return bool(items) and items[-1].start + items[-1].length == size
