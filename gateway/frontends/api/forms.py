"""In which form a record is given: what the query says, else what the `Accept` header wants most (RFC 9110, 12.5.1)."""

from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any, Final, Literal, NamedTuple

from litestar import Request, Response

from gateway.desk import records
from gateway.desk.records import Form, Found
from gateway.desk.threads import beside
from gateway.frontends.http.problems import Refused
from gateway.model import MergeMethod

Shape = Literal["json", "marc-json", "mrc", "mrk", "xml", "text"]
"""`json` is the record whole, with what is known of it; `text` the same for people; the others are the MARC alone."""
TYPES: Final[dict[Shape, str]] = {
    "json": "application/json",
    "mrc": "application/marc",
    "xml": "application/marcxml+xml",
    "marc-json": "application/marc+json",
    "mrk": "text/plain",
    "text": "text/plain",
}
"""What is said of each in the answer, and asked by `Accept`; the first of those that are wanted alike is given."""
BY_TYPE: Final[tuple[tuple[str, Shape], ...]] = (
    *[(kind, shape) for shape, kind in TYPES.items() if shape != "text"],
    ("application/xml", "xml"),
    ("text/xml", "xml"),
)
"""The same the other way, and further types that are understood."""
FILES: Final[dict[Shape, Form]] = {"marc-json": "json", "mrc": "mrc", "mrk": "mrk", "xml": "xml", "text": "text"}


class _Range(NamedTuple):
    """A part of an `Accept` header."""

    media_type: str
    """`*/*` and `text/*` are any, and any text."""
    quality: float
    """0 = not wanted, 1 = wanted most."""

    def means(self, media_type: str) -> bool:
        """Whether this type is one of these."""
        kind = media_type.partition("/")[0]
        return self.media_type in (media_type, f"{kind}/*", "*/*")


async def given(
    request: Request[Any, Any, Any],  # Any: Litestar's own
    found: Found,
    shape: Shape | None,
    own_methods: Mapping[str, MergeMethod],
) -> Response[Any]:
    """A version of a record in the form that is asked; `own_methods` are a site's.

    Raises `Refused` with 406 where `Accept` wants none of them.
    """
    chosen = shape or accepted(request.headers.get("accept", "*/*"))
    headers = {"vary": "accept"}
    if chosen == "json":
        return Response(await beside(records.whole, found), headers=headers)
    body = await beside(records.written, found, FILES[chosen], own_methods)
    return Response(body, media_type=TYPES[chosen], headers=headers)


def accepted(header: str) -> Shape:
    """What an `Accept` header wants most. Raises `Refused` with 406 where it wants nothing that there is."""
    ranges = [*_ranges(header)] or [_Range("*/*", 1.0)]
    quality, best = max([(_quality(ranges, kind), shape) for kind, shape in BY_TYPE], key=lambda one: one[0])
    if not quality:
        there = ", ".join(dict.fromkeys(TYPES.values()))
        raise Refused(HTTPStatus.NOT_ACCEPTABLE, f"a record is given as {there}; or say ?format=")
    return best


def _quality(ranges: list[_Range], media_type: str) -> float:
    """By the narrowest range that means it; 0 where none does."""
    meaning = [one for one in ranges if one.means(media_type)]
    return max(meaning, key=lambda one: -one.media_type.count("*")).quality if meaning else 0.0


def _ranges(header: str) -> Iterator[_Range]:
    for part in header.split(","):
        media_type, *parameters = [text.strip().lower() for text in part.split(";")]
        weights = [value for name, _, value in (text.partition("=") for text in parameters) if name.strip() == "q"]
        if media_type:
            yield _Range(media_type, _weight(weights[0]) if weights else 1.0)


def _weight(text: str) -> float:
    """0 to 1; what is no number counts as nothing said."""
    try:
        return min(max(float(text), 0.0), 1.0)
    except ValueError:
        return 1.0
