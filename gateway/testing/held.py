"""What a zone holds, as a test sees it: asked anew each time."""

from collections.abc import Iterator
from typing import Final

from msgspec import Struct

from gateway.desk.records import RecordShown
from gateway.testing.client import Client, NotDone, Parameters
from gateway.testing.marc import Marc

__tracebackhide__ = True
PAGE_ROWS: Final = 1_000
"""Records of one answer: as many as the API gives."""


class _Page(Struct):
    records: tuple[RecordShown, ...]
    after: str | None


class Held:
    """The records of a zone."""

    def __init__(self, client: Client, zone: str) -> None:
        self._client = client
        self._zone = zone

    def __len__(self) -> int:
        return len(self.records())

    def __contains__(self, mms_id: object) -> bool:
        return isinstance(mms_id, str) and bool(mms_id) and bool(self._found({"mms": mms_id}))

    def __iter__(self) -> Iterator[RecordShown]:
        return iter(self.records())

    def records(self) -> list[RecordShown]:
        """All of them, by MMS ID."""
        return self._found({})

    def record(self, mms_id: str, version: int | None = None) -> Marc:
        """The MARC of one, as it is now, or of an earlier version. Raises `NotDone` where there is none."""
        path = f"/zones/{self._zone}/records/{mms_id}"
        return Marc(self._client.raw(path if version is None else f"{path}/versions/{version}", {"format": "mrc"}))

    def find(self, *, oclc: str | int = "", isbn: str = "", issn: str = "", title: str = "") -> list[RecordShown]:
        """Those for which all holds that is given: a number in any spelling, a part of the title."""
        asked = {"oclc": str(oclc), "isbn": isbn, "issn": issn, "title": title}
        if not any(asked.values()):
            raise NotDone("find what? Give oclc, isbn, issn or title; records() are all there are")
        return self._found({name: value for name, value in asked.items() if value})

    def _found(self, asked: Parameters) -> list[RecordShown]:
        found: list[RecordShown] = []
        page: Parameters = {}
        while True:
            parameters: Parameters = {"zone": self._zone, "limit": PAGE_ROWS, **asked, **page}
            told = self._client.get("/records", _Page, parameters)
            found += told.records
            if told.after is None:
                return found
            page = {"after": told.after}
