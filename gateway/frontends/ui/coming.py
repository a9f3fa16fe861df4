"""Rows that come into a listing while its page is open, as events; `page.js` counts them."""

from collections.abc import Callable, Iterable

from gateway.desk import glancing
from gateway.desk.glancing import Glance, R, Row
from gateway.frontends.http.events import event
from gateway.frontends.ui.render import link


def following(path: str, there: Iterable[Row], **asked: str) -> str:
    """Where a page is told of what comes behind these rows, and is as asked.

    `there`: those that it lists, and where it leaves some out, the newest of all, as they were before it listed them:
    or what it leaves out would be a flood to it.
    """
    return link(path, **asked, since=glancing.cursor_of(sorted({row.seq for row in there}, reverse=True)))


def told(glance: Glance[R], shows: Callable[[R], bool], row: Callable[[R], str], *, more: str) -> bytes:
    """The rows of a glance that a page shows; where others came besides, it says `more`."""
    rows = [row(one) for one in glance.fresh if shows(one)]
    come = event("".join(rows), id_=glance.cursor, name="rows") if rows else f"id: {glance.cursor}\n\n".encode()
    return come + event(more, name="flood") if glance.flood else come
