"""What the gateway itself sends, for the API's description: the messages to webhooks."""

from typing import Any, Final

from gateway.desk.telling import WebhookMessage

KIND: Final = WebhookMessage
NAME: Final = "exportTold"
"""Of the request in the description, and of its example."""
HEADERS: Final = {
    "webhook-id": "The message's ID: the same however often it is sent.",
    "webhook-timestamp": "When this try was made, in seconds of Unix.",
    "webhook-signature": "`v1,` and the base64 of HMAC-SHA256 over ID, full stop, timestamp, full stop, body.",
}
WORDS: Final = (
    "Posted to a webhook for each export to its zone that ended as is asked: at least once, in the order of their "
    "numbers, and again until it is taken. Signed as Standard Webhooks 1.0.0 has it."
)
ANSWERS: Final = {
    "2XX": "Taken.",
    "410": "The receiver is gone: nothing is sent to it any more.",
    "default": "Not taken: it is sent again later, at the earliest after `Retry-After`.",
}


def requests(reference: str, example: object) -> dict[str, Any]:  # Any: JSON
    """The part `webhooks` of the description; `reference` is to the schema of `KIND`."""
    header = {"in": "header", "required": True, "schema": {"type": "string"}}
    told = {
        "operationId": NAME,
        "tags": ["webhooks"],
        "summary": "Tell of an export",
        "description": WORDS,
        "parameters": [{"name": name, "description": words} | header for name, words in HEADERS.items()],
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": {"$ref": reference}, "example": example}},
        },
        "responses": {status: {"description": words} for status, words in ANSWERS.items()},
    }
    return {"export": {"post": told}}
