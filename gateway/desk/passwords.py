"""Passwords of zones that are made at run time: made, judged, hashed. None is kept or logged in clear."""

import secrets
from base64 import b64decode
from typing import Final

import argon2
import trio

from gateway.importer.logon import HASH_PREFIX

MEMORY_KIB: Final = 19 * 1024
"""19 MiB with two passes and one lane: the least that OWASP's Password Storage Cheat Sheet gives for argon2id; more
would make a classroom that logs on at once wait."""
PASSES: Final = 2
LANES: Final = 1
MOST_MEMORY_KIB: Final = 256 * 1024
"""Most that a hash somebody gives may want, for each logon is verified with it."""
MOST_PASSES: Final = 16
MOST_LANES: Final = 16
"""The same of its passes and lanes."""
KIB_PER_LANE: Final = 8
SALT_BYTES: Final = 8
DIGEST_BYTES: Final = 12
"""The least that argon2 computes with (RFC 9106, 3.1), and the least that the settings take."""
PASSWORD_BYTES: Final = 191
"""Longest password in UTF-8 bytes: the desktop client's length octet holds no more (0xFF - 0x40)."""
GROUPS: Final = 4
"""Of a password that is made; two syllables each, together 50 bits."""
CONSONANTS: Final = "bdfghjkmnprstvz"
VOWELS: Final = "aeiou"
"""Letters that are not taken for others when a password is copied by hand."""


def made() -> str:
    """A password that people can read and type, such as `kuzo-mira-tefa-bodi`."""
    return "-".join(_syllable() + _syllable() for _ in range(GROUPS))


def fault(text: str) -> str:
    """What is wrong with a password, or with a hash of one, in words that go on from its name; empty if nothing is."""
    if not text:
        return "is empty; a zone needs a password"
    if text.startswith(HASH_PREFIX):
        return hash_fault(text)
    if "\n" in text or "\r" in text:
        return "has more than one line; a password is one line"
    length = len(text.encode())
    return f"is {length} bytes long; Connexion can send at most {PASSWORD_BYTES}" if length > PASSWORD_BYTES else ""


async def hashed(text: str, limiter: trio.CapacityLimiter) -> str:
    """The argon2id hash of a password without `fault`, worked out beside the event loop; of a hash itself."""
    if text.startswith(HASH_PREFIX):
        return text
    return await trio.to_thread.run_sync(hash_of, text, limiter=limiter)


def hash_of(password: str) -> str:
    """Its argon2id hash, some 25 ms later."""
    return argon2.PasswordHasher(time_cost=PASSES, memory_cost=MEMORY_KIB, parallelism=LANES).hash(password)


def opens(hash_: str, password: str) -> bool:
    """Whether it is the password of this hash, some 25 ms later."""
    try:
        return argon2.PasswordHasher().verify(hash_, password)
    except (argon2.exceptions.VerificationError, argon2.exceptions.InvalidHashError):
        return False


def hash_fault(text: str) -> str:
    """What is wrong with a hash, by its shape: to verify with one that wants much takes long."""
    damaged = "is a damaged hash; make it anew with: gateway config hash-password"
    try:
        wanted = argon2.extract_parameters(text)
        salt, digest = [b64decode(part + "=" * (-len(part) % 4), validate=True) for part in text.split("$")[4:]]
    except ValueError:
        return damaged
    if wanted.type is not argon2.Type.ID:
        return "is a hash of another kind than argon2id; make one with: gateway config hash-password"
    if wanted.memory_cost > MOST_MEMORY_KIB or wanted.time_cost > MOST_PASSES or wanted.parallelism > MOST_LANES:
        return f"wants more than {MOST_MEMORY_KIB // 1024} MiB, {MOST_PASSES} passes or {MOST_LANES} lanes to verify"
    whole = min(wanted.time_cost, wanted.parallelism) >= 1 and wanted.memory_cost >= KIB_PER_LANE * wanted.parallelism
    sound = (
        len(salt) >= SALT_BYTES and len(digest) >= DIGEST_BYTES and wanted.version == argon2.low_level.ARGON2_VERSION
    )
    return "" if whole and sound else damaged


def _syllable() -> str:
    return secrets.choice(CONSONANTS) + secrets.choice(VOWELS)
