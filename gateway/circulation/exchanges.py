"""Messages of other systems, as people see them: what of one is kept, and what to change where one did not do."""

import re
from collections.abc import Sequence
from typing import Final

from gateway.circulation.exchange_advice import CASES, DONE, UNKNOWN, Known, nearly
from gateway.model import Diagnosis, Exchange

KEPT_BYTES: Final = 8_192
"""Of a message, and of its answer: most have some 2 kB. All that are kept are then at most 160 MB."""
VALUE_CHARACTERS: Final = 200
"""Of each value of a message that is kept beside it: barcodes have some 14."""

SECRET: Final = ("AuthenticationInputData", "FromAgencyAuthentication", "FromSystemAuthentication")
"""Elements that hold a PIN or a password."""
CUT_OUT: Final = b"***"
_SECRETS: Final = re.compile(
    rb"""(<(?:[^\s<>/]*:)?(%s)(?![\w.-])(?>"[^"<]*"|'[^'<]*'|[^>])*+(?:(?<!/)>|\Z))"""
    rb"""(?><!--.*?(?:-->|\Z)|<!\[CDATA\[.*?(?:\]\]>|\Z)|(?!</(?:[^\s<>/]*:)?\2\s*>).)*+""" % "|".join(SECRET).encode(),
    re.DOTALL | re.IGNORECASE,
)
"""Such an element up to its end, wherever a remark or quotation marks pretend to one."""


def kept(message: bytes) -> bytes:
    """As much of a message as is kept, without PINs and passwords, be it one that cannot be read.

    Of one in an encoding of two bytes only those are kept that are not zero.
    """
    return _SECRETS.sub(rb"\1" + CUT_OUT, message[:KEPT_BYTES].replace(b"\0", b""))


def cut(value: str) -> str:
    """As much of a value as is kept."""
    return value if len(value) <= VALUE_CHARACTERS else f"{value[: VALUE_CHARACTERS - 1]}…"


def diagnose(exchange: Exchange, known: Known) -> Diagnosis:
    """What to tell people of an exchange, and what to change."""
    if not exchange.problem:
        return Diagnosis("done", DONE.says)
    code, words = next(
        (
            (code, case.words)
            for code, case in CASES.items()
            if case.problem == exchange.problem and case.holds(exchange, known)
        ),
        ("unknown", UNKNOWN),
    )
    values = {
        "service": exchange.service,
        "protocol": exchange.protocol,
        "zone": exchange.zone,
        "value": exchange.value or "(none)",
        "element": exchange.element.rpartition("/")[2],
        "partners": ", ".join(known.partners) or "(there is none)",
        "a_code": _one_of(known.codes),
        "a_partner": _one_of(known.partners),
        "near_code": nearly(exchange.value, known.codes),
        "near_partner": nearly(exchange.value, known.partners),
    }
    return Diagnosis(code, words.says.format(**values), words.fix.format(**values))


def _one_of(choices: Sequence[str]) -> str:
    """What is to be written: the only one there is, or one of several."""
    if not choices:
        return "(there is none)"
    return choices[0] if len(choices) == 1 else f"one of {', '.join(choices)}"
