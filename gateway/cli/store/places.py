"""Stores by their URL: how to name one without its password, and how to work in it."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Final, TypeVar
from urllib.parse import urlsplit

from gateway.errors import NoStoreYet, Outdated, StoreError, StoreInUse
from gateway.stores import open_store, scheme_of
from gateway.stores.base import Purpose, Retention, Store

T = TypeVar("T")

KEEP_ALL: Final = Retention(keep=10**9)
"""For commands that fill a store: what is too much is for the gateway to expire that serves it."""
SECRETS: Final = ("password=", "sslpassword=")
"""Parameters of a database's URL that nobody is shown."""


def location(url: str) -> str:
    """The URL by the first name of its scheme: `postgresql:`, where it may be written `postgres:`."""
    return f"{scheme_of(url)}:{url.partition(':')[2]}"


def file_of(url: str) -> Path | None:
    """The file of an SQLite store; None for others."""
    return Path(url.partition(":")[2]) if scheme_of(url) == "sqlite" else None


def shown_url(url: str) -> str:
    """The URL without a password that stands in it; of one that is not written as it should be, the scheme alone."""
    if scheme_of(url) != "postgresql":
        return url
    try:
        parts = urlsplit(url)
    except ValueError:
        return "postgresql:…"
    userinfo, at, hosts = parts.netloc.rpartition("@")
    if not at and "@" in url:  # a password with a character that ends the place where passwords stand
        return "postgresql:…"
    user = userinfo.partition(":")[0]
    query = "&".join(part for part in parts.query.split("&") if not part.startswith(SECRETS))
    return f"{parts.scheme}://{f'{user}@' if user else ''}{hosts}{parts.path}{f'?{query}' if query else ''}"


def check_reachable(url: str) -> None:
    """Raise `StoreError` for the one kind of store that only its own gateway reaches."""
    if scheme_of(url) == "memory":
        raise StoreError(
            "a memory: store is reached by nobody but the gateway that serves it, and is gone when that ends; "
            "it can be neither copied nor filled from outside (gateway serve --set store.url=sqlite:FILE keeps one)"
        )


async def within(
    url: str, purpose: Purpose, work: Callable[[Store], Awaitable[T]], retention: Retention | None = None
) -> T:
    """Open the store for what `work` does in it; what that returns or raises. Raises `StoreError` if it cannot be.

    A store may keep a nursery open: what is raised within it would come out in a group, and Ctrl-C may be raised in any
    task of it. Both are raised here as they are.
    """
    try:
        async with open_store(url, purpose=purpose, retention=retention) as store:
            try:
                result = await work(store)
            except (Exception, KeyboardInterrupt) as error:
                failure: BaseException = error
            else:
                return result
    except BaseExceptionGroup as group:
        if group.subgroup(KeyboardInterrupt):
            raise KeyboardInterrupt from None
        raise
    raise failure


async def make(url: str) -> None:
    """See that there is a store of the present schema, as a gateway does that begins to serve it.

    Raises `StoreError` as `check_whole`.
    """
    await check_whole(url)
    with suppress(StoreInUse):
        async with open_store(url, purpose="serve", retention=KEEP_ALL):
            pass


async def check_whole(url: str) -> None:
    """Raise `StoreError` for a store that is a copy which was cut off; one that is not there yet is none."""
    from gateway.stores import moving

    if scheme_of(url) == "memory":
        return
    with suppress(NoStoreYet, Outdated):
        await within(url, "read", lambda store: moving.check_whole(store, shown_url(url)))
