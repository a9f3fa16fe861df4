"""Which colours a browser shows: kept by the browser itself, in a cookie."""

from typing import Final

from litestar import Response, get

from gateway.frontends.ui.parameters import Text
from gateway.frontends.ui.render import LOOK_COOKIE, LOOKS

YEAR_SECONDS: Final = 365 * 24 * 3600


@get("/look")
async def look(to: Text = "auto", back: Text = "/") -> Response[None]:
    """Choose, and go back to where one was."""
    chosen = to if to in LOOKS else "auto"
    cookie = f"{LOOK_COOKIE}={chosen}; Path=/; SameSite=Lax; Max-Age={YEAR_SECONDS if chosen != 'auto' else 0}"
    headers = {"location": own_path(back), "set-cookie": cookie, "cache-control": "no-store"}
    return Response(None, status_code=303, headers=headers)


def own_path(path: str) -> str:
    """The path if it is one of this site, else `/`: nobody is to be sent elsewhere by a link to here."""
    is_own = path.startswith("/") and path[1:2] not in ("/", "\\") and path.isprintable() and path.isascii()
    return path if is_own else "/"


handlers = (look,)
