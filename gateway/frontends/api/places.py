"""Where the API is."""

from typing import Final

ROOT: Final = "/api/v1"
DESCRIPTION: Final = "/openapi.json"
"""Below `ROOT`."""
