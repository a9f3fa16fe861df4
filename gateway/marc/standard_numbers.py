"""ISBN and ISSN in the one form that compares, held against their check digits. Source: ISO 2108 and ISO 3297."""

import re
from operator import mul
from typing import Final

_END = r"(?![^ (:;,])"
"""Behind a number stands nothing, or a qualifier such as `(pbk.)`, or the punctuation before a price."""
_ISBN: Final = re.compile(rf" *((?:97(?:8|9(?!-?0))-?)?[0-9](?:-?[0-9]){{8}}-?[0-9Xx]){_END}")
"""An EAN of 979-0 is a printed music's ISMN."""
_ISSN: Final = re.compile(rf" *([0-9]{{4}})-?([0-9]{{3}}[0-9Xx]){_END}")


def isbn13(text: str) -> str:
    """The ISBN at the beginning of `text`, a 020 $a, as 13 digits; empty when there is no valid one.

    It may have 10 or 13 digits, hyphens, an `x` in lower case, and a qualifier behind it as in `0123456789 (pbk.)`.
    The ISBN of 10 digits and the one of 13 that means the same book come out the same.
    """
    match = _ISBN.match(text)
    if not match:
        return ""
    number = match[1].replace("-", "").upper()
    if len(number) == 13:
        return number if number[12] == _check_13(number[:12]) else ""
    if number[9] != _check_weighted(number[:9]):
        return ""
    body = f"978{number[:9]}"
    return body + _check_13(body)


def issn(text: str) -> str:
    """The ISSN at the beginning of `text`, a 022 $a, written `1234-567X`; empty when there is no valid one.

    An `x` comes out in upper case; a qualifier may stand behind it.
    """
    match = _ISSN.match(text)
    if not match:
        return ""
    number = f"{match[1]}{match[2]}".upper()
    return f"{number[:4]}-{number[4:]}" if number[7] == _check_weighted(number[:7]) else ""


def _check_weighted(digits: str) -> str:
    """Check digit of an ISBN of 10 digits and of an ISSN: weights that fall to 2, modulo 11, X for 10."""
    weights = range(len(digits) + 1, 1, -1)
    return "0X987654321"[sum(map(mul, weights, map(int, digits))) % 11]


def _check_13(digits: str) -> str:
    """Check digit of an EAN: weights 1 and 3 by turns, modulo 10."""
    return str(-sum(map(int, digits[::2] + digits[1::2] * 3)) % 10)
