"""Style, scripts and icons: read once, and kept by browsers for good, for their URLs change with their content."""

from collections.abc import Iterator
from functools import cache
from hashlib import blake2b
from itertools import product
from pathlib import Path
from typing import Final, NamedTuple

from jinja2 import Template
from litestar import Request, Response, get
from litestar.datastructures import State
from litestar.exceptions import NotFoundException

from gateway.frontends.ui.parameters import Segment, Text

FOLDER: Final = Path(__file__).with_name("static")
FAVICON: Final = Path(__file__).with_name("templates") / "favicon.svg"
MEDIA_TYPES: Final = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".txt": "text/plain",
}
"""By the end of a file's name; no other file is given out."""
FOR_GOOD: Final = "public, max-age=31536000, immutable"
"""A year, which browsers take for always."""
ASK_AGAIN: Final = "no-cache"
"""Where the URL does not say which content is meant."""
KINDS: Final = {"gateway": ("#5b6472", "G"), "institution": ("#0f62a8", "IZ"), "network": ("#7a3e9d", "NZ")}
"""What a tab shows, its colour and its letters; dark enough for white letters, light enough for dark tabs."""
STATES: Final = {"": "", "new": "#1f9d55", "failed": "#d92d20"}
"""What happened since somebody last looked at the tab, and the colour of the dot that says so."""


class File(NamedTuple):
    """What is given out under a name."""

    content: bytes
    media_type: str
    mark: str
    """Changes with the content."""


@cache
def files() -> dict[str, File]:
    """All there are, by name below `/static/`."""
    found = {path.relative_to(FOLDER).as_posix(): path for path in FOLDER.rglob("*") if path.suffix in MEDIA_TYPES}
    made = {name: _file(path.read_bytes(), path.suffix) for name, path in found.items()}
    return made | {name: _file(content, ".svg") for name, content in _favicons()}


def url(name: str) -> str:
    """Where a file is; a name that there is not is a mistake of a template."""
    return f"/static/{name}?v={files()[name].mark}"


def favicon(kind: str, state: str = "") -> str:
    """Where the icon of a tab is: of one of `KINDS` in one of `STATES`."""
    return url(_favicon_name(kind, state))


@get("/static/{name:path}", include_in_schema=False)
async def static(request: Request[object, object, State], name: Segment, v: Text = "") -> Response[bytes]:
    """A file; nothing where the browser has it."""
    file = files().get(name.lstrip("/"))
    if file is None:
        raise NotFoundException(f"there is no file {name}")
    tag = f'"{file.mark}"'
    headers = {"etag": tag, "cache-control": FOR_GOOD if v == file.mark else ASK_AGAIN}
    has_it = tag in request.headers.get("if-none-match", "")
    return Response(
        b"" if has_it else file.content,
        status_code=304 if has_it else 200,
        media_type=file.media_type,
        headers=headers,
    )


def _file(content: bytes, suffix: str) -> File:
    return File(content, MEDIA_TYPES[suffix], blake2b(content, digest_size=8).hexdigest())


def _favicon_name(kind: str, state: str) -> str:
    return f"favicon-{kind}{'-' if state else ''}{state}.svg"


def _favicons() -> Iterator[tuple[str, bytes]]:
    template = Template(FAVICON.read_text("utf-8"), autoescape=True)
    for (kind, (colour, letters)), (state, dot) in product(KINDS.items(), STATES.items()):
        yield _favicon_name(kind, state), template.render(colour=colour, letters=letters, dot=dot).encode()


handlers = (static,)
