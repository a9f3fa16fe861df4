"""Bodies and answers that are no JSON: what the API's description says of them."""

from typing import Any, Final

from gateway.frontends.api.forms import TYPES

BYTES: Final[dict[str, Any]] = {"schema": {}}  # Any: JSON
"""Content that is what its media type says."""
FORM: Final = {
    "schema": {
        "type": "object",
        "required": ["file"],
        "properties": {"file": {"type": "string", "contentMediaType": "application/octet-stream"}},
    }
}
TABLES: Final[dict[str, Any]] = {
    "required": True,
    "content": {
        "text/csv": {"schema": {"type": "string"}},
        "application/toml": {"schema": {"type": "string"}},
        "multipart/form-data": FORM,
    },
}
"""A file with a line or a table for each of what it is of."""
BODIES: Final[dict[str, Any]] = {
    "uploadRecords": {
        "required": True,
        "content": {
            "text/plain": {"schema": {"type": "string"}},
            "application/marc": BYTES,
            "application/marcxml+xml": BYTES,
            "application/x-ndjson": BYTES,
            "multipart/form-data": FORM,
        },
    },
    "loadHoldings": TABLES,
    "loadPatrons": TABLES,
}
"""By operation, its body."""
_FORMS: Final = {kind: BYTES for kind in TYPES.values() if kind != "application/json"}
FURTHER: Final[dict[str, Any]] = {"getRecord": _FORMS, "getVersion": _FORMS}
"""By operation, further media types of its answer."""
