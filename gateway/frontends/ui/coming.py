"""Rows that come into a listing while its page is open, as events; `page.js` counts them."""

from collections.abc import Callable, Iterable

from gateway.desk import glancing
from gateway.desk.glancing import Glance, R
from gateway.frontends.http.events import event
from gateway.frontends.ui.render import link


def following(path: str, listed: Iterable[R], **asked: str) -> str:
    """Where a page is told of what comes behind the rows that it lists, newest first, and is as asked."""
    return link(path, **asked, since=glancing.cursor_of(row.seq for row in listed))


def told(glance: Glance[R], shows: Callable[[R], bool], row: Callable[[R], str], *, more: str) -> bytes:
    """The rows of a glance that a page shows; where others came besides, it says `more`."""
    rows = [row(one) for one in glance.fresh if shows(one)]
    come = event("".join(rows), id_=glance.cursor, name="rows") if rows else f"id: {glance.cursor}\n\n".encode()
    return come + event(more, name="flood") if glance.flood else come
