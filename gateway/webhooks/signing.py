"""Signatures as Standard Webhooks 1.0.0 has them, and the secrets that they are made with.

No secret is kept: a webhook's own is worked out of the root, which is a setting, whenever something is signed.
"""

import hmac
from base64 import b64encode
from typing import Final

from gateway.model import Webhook

PREFIX: Final = "whsec_"
"""Begins a secret where it is shown, so that people see what it is for (Standard Webhooks, "Signature scheme")."""
CONTENT_TYPE: Final = "application/json"


class Root:
    """What all secrets are worked out of. Prints none."""

    def __init__(self, text: str) -> None:
        """`text` is the setting `webhooks.secret`; empty where nothing can be signed."""
        self._text = text

    def __bool__(self) -> bool:
        return bool(self._text)

    def __repr__(self) -> str:
        return "<Root>"

    def secret(self, webhook: Webhook) -> bytes:
        """That of a webhook, 32 bytes; one that is made anew under the same key has another."""
        place = f"{webhook.zone}\n{webhook.key}\n{webhook.made_at.isoformat()}"
        return hmac.digest(self._text.encode(), b"webhook\n" + place.encode(), "sha256")


def shown(secret: bytes) -> str:
    """The secret as receivers are given it."""
    return PREFIX + b64encode(secret).decode()


def headers(secret: bytes, message: str, at: int, body: bytes) -> dict[str, str]:
    """What goes with a body: the message's ID, without a full stop; the time, in seconds of Unix; the signature."""
    signature = hmac.digest(secret, f"{message}.{at}.".encode() + body, "sha256")
    return {
        "content-type": CONTENT_TYPE,
        "webhook-id": message,
        "webhook-timestamp": str(at),
        "webhook-signature": f"v1,{b64encode(signature).decode()}",
    }
