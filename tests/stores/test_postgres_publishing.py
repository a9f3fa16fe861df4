"""What the PostgreSQL store reads for a page of what is published: no more than it needs, wherever that page is."""

import pytest

from gateway.stores.postgres import published, unpublished
from gateway.stores.postgres.address import Address
from gateway.stores.postgres.migrations import migrate
from gateway.stores.postgres.session import Session
from gateway.stores.publishing import FEW, NEAR
from tests.stores.plans import rows_read
from tests.stores.postgres_server import SHARED

ROWS = 20_000
"""Of the set `one`; the set `two` has each tenth of them, and three of that set are deleted."""
PAGE = 10
EVERYTHING = 0, ROWS
LATE = f"{ROWS - 100:06}"


@pytest.fixture(scope="module", params=["new", "known"])
def url(request: pytest.FixtureRequest) -> str:
    """The URL of a store of which the planner knows what it holds, or does not. Nobody writes into it."""
    url = SHARED.new_url()
    session = Session(Address(url))
    session.connect()
    migrate(session.connection, Address(url))
    for set_key, step in (("one", 1), ("two", 10)):
        form = f"CASE WHEN '{set_key}' = 'two' AND n <= 30 THEN '' ELSE 'x' END::bytea"
        fill(session, "published", f"'{set_key}', to_char(n, 'FM000000'), n, '', {form}", step)
    fill(session, "unpublished", "to_char(n, 'FM000000'), n")
    fill(session, "index_change", "n, n::text")
    if request.param == "known":
        session.connection.execute("ANALYZE published, unpublished, index_change")
    session.close()
    return url


def fill(session: Session, table: str, columns: str, step: int = 1) -> None:
    """Rows of a table of the zone, for each number that is a multiple of the step."""
    numbers = f"generate_series({step}, {ROWS}, {step}) AS n"
    session.connection.execute(f"INSERT INTO {table} SELECT 'xyz', {columns} FROM {numbers}".encode())


@pytest.mark.parametrize("after", ["", "010000", LATE])
def test_of_a_page(url: str, after: str) -> None:
    assert rows_read(url, published.FIRST, "xyz", "one", after, PAGE) == {PAGE}
    near = rows_read(url, published.NEAR_ID, "xyz", "one", *EVERYTHING, after, PAGE)
    assert near <= {PAGE, NEAR * PAGE}


def test_of_a_time(url: str) -> None:
    assert rows_read(url, published.BY_TIME, "xyz", "one", 500, 504, "", PAGE) == {5}
    assert rows_read(url, published.BY_TIME, "xyz", "one", *EVERYTHING, LATE, PAGE) == {FEW}
    assert rows_read(url, published.BY_ID, "xyz", "one", *EVERYTHING, LATE, PAGE) == {PAGE}


def test_of_records(url: str) -> None:
    some = ["000010", "000020", "019990"]
    assert rows_read(url, published.THESE, "xyz", "one", some) == {3}
    assert rows_read(url, published.SHOWN, "xyz", ["one", "two"], some) == {6}


def test_of_what_is_unpublished(url: str) -> None:
    query = f"{unpublished.UNPUBLISHED} ORDER BY mms_id LIMIT $3"
    assert rows_read(url, query, "xyz", LATE, PAGE) == {PAGE}
    assert rows_read(url, unpublished.NEXT, "xyz", ROWS - 100, ROWS, PAGE) == {PAGE}


def test_of_the_names_of_sets(url: str) -> None:
    (read,) = rows_read(url, published.SETS, "xyz")
    assert read <= 10
