"""The database server that tests of several workers share with those of other folders."""

from tests.stores.postgres_server import SHARED


def pytest_sessionfinish() -> None:
    """Stop it, if this process was the last that used it."""
    SHARED.close()
