"""Where records live. A store is a module of this folder and a line in `STORES`."""

from contextlib import AbstractAsyncContextManager
from importlib import import_module
from typing import Final, Protocol, cast

from gateway.errors import StoreError
from gateway.stores.base import Purpose, Retention, Store

STORES: Final = {
    "memory": "gateway.stores.memory",
    "sqlite": "gateway.stores.sqlite",
    "postgresql": "gateway.stores.postgres",
}
"""URL scheme -> module, imported when a URL names it."""
ALSO: Final = {"postgres": "postgresql"}
"""Other names of a scheme."""
SEVERAL_SERVE: Final = frozenset({"postgresql"})
"""Those that several gateways may serve at once."""
EXTRAS: Final = {"postgresql": "postgres"}
"""URL scheme -> extra that brings what its module imports."""


def scheme_of(url: str) -> str:
    """The kind of store by the first name of its scheme, such as `sqlite`; of none, what stands in its place."""
    scheme = url.partition(":")[0]
    return ALSO.get(scheme, scheme)


class _Module(Protocol):
    def open_store(
        self, location: str, *, purpose: Purpose, retention: Retention
    ) -> AbstractAsyncContextManager[Store]: ...


def open_store(
    url: str, *, purpose: Purpose = "serve", retention: Retention | None = None
) -> AbstractAsyncContextManager[Store]:
    """The store at `url`, open within the context. Raises `StoreInUse` where another gateway serves it, else
    `StoreError`. Attempts expire by `retention` in a store that is served, and in no other.
    """
    scheme = scheme_of(url)
    _, colon, location = url.partition(":")
    if not colon or scheme not in STORES:
        raise StoreError(f"no store is called {scheme!r}; there are: {', '.join(f'{name}:' for name in STORES)}")
    return module_of(scheme).open_store(location, purpose=purpose, retention=retention or Retention())


def module_of(scheme: str) -> _Module:
    """The module of a store of `STORES`. Raises `StoreError` where its extra is not installed."""
    try:
        return cast("_Module", import_module(STORES[scheme]))
    except ImportError as error:
        if scheme not in EXTRAS:
            raise
        raise StoreError(
            f"{scheme}: needs what is not installed ({error}); "
            f"install it: pip install 'connexion-gateway[{EXTRAS[scheme]}]'"
        ) from error
