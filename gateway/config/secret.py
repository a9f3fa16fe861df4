"""A password that no repr, log line or traceback shows, and what makes one usable.

Checks the shape of a hash and never computes one: verifying a logon is the importer's work.
"""

import re

MASK = "********"
"""Stands wherever a password would be shown; of one length, so that it does not tell the password's."""

PASSWORD_BYTES = 191
"""Longest password in UTF-8 bytes: the desktop client's length octet holds no more (0xFF - 0x40)."""

ARGON2_KIB_PER_LANE = 8
"""Least memory a lane, in KiB, that argon2 computes with (RFC 9106, 3.1)."""

_PHC = re.compile(
    r"\$argon2id\$v=19\$m=([1-9][0-9]{0,9}),t=([1-9][0-9]{0,9}),p=([1-9][0-9]{0,2})"
    r"\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{16,171})"
)
"""A PHC string; salt of 8 to 64 bytes and hash of 12 to 128, in base64 without padding."""


class Secret:
    """Text for those who must compare it; to everybody else a mask. msgspec refuses to encode it."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The password, or its hash where `hashed`."""
        return self._text

    @property
    def hashed(self) -> bool:
        """Whether it is a PHC string of argon2id, not the password itself."""
        return self._text.startswith("$argon2id$")

    def __repr__(self) -> str:
        return f"Secret({MASK})"

    def __str__(self) -> str:
        return MASK

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._text == other._text

    def __hash__(self) -> int:
        return hash(self._text)


def password_fault(text: str) -> str | None:
    """What is wrong with a password or a hash of one, in words that go on from its key; None if nothing is."""
    if not text:
        return "is empty; a zone needs a password"
    if text.startswith("$argon2"):
        return None if _is_hash(text) else "is a damaged hash; make it anew with: gateway config hash-password"
    if "\n" in text or "\r" in text:
        return "has more than one line; a password is one line"
    try:
        length = len(text.encode())
    except UnicodeEncodeError:
        return "is not UTF-8 text"
    if length > PASSWORD_BYTES:
        return f"is {length} bytes long; Connexion can send at most {PASSWORD_BYTES}"
    return None


def _is_hash(text: str) -> bool:
    match = _PHC.fullmatch(text)
    if match is None:
        return False
    memory, lanes = int(match[1]), int(match[3])
    in_base64 = all(len(part) % 4 != 1 for part in (match[4], match[5]))
    return in_base64 and memory >= ARGON2_KIB_PER_LANE * lanes
