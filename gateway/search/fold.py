"""Text in the form in which it is compared."""

from unicodedata import normalize


def folded(text: str) -> str:
    """Without regard to case, and to whether an accent is a character of its own or part of its letter."""
    return text.lower() if text.isascii() else normalize("NFC", normalize("NFC", text).casefold())
