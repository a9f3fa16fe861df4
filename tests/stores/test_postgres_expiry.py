"""When the PostgreSQL store looks for what has expired, and that no look forgets what came meanwhile."""

from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
import trio

from gateway.stores import open_store
from gateway.stores.base import Retention, Store
from gateway.stores.postgres.address import Address
from gateway.stores.postgres.expiry import Expiry
from gateway.stores.postgres.session import Session
from tests.stores.nouns import PATIENCE, file, names
from tests.stores.postgres_server import SHARED

HUNDRED = 100


@pytest.fixture
def url() -> str:
    """The URL of an empty store."""
    return SHARED.new_url()


@pytest.fixture
async def store(url: str) -> AsyncIterator[Store]:
    """The store there, in which nobody but the test lets anything expire."""
    async with open_store(url):
        pass
    async with open_store(url, purpose="change") as store:
        yield store


@pytest.fixture
def session(url: str) -> Iterator[Session]:
    """A connection of the test's own, not made yet."""
    session = Session(Address(url))
    yield session
    session.close()


async def file_hundred(store: Store, expiry: Expiry, hundreds: Iterator[int]) -> None:
    """File so many, of which the expiry is told, and consume its word that a look is due."""
    hundred = next(hundreds)
    await file(store, *(f"{hundred}{number:02}" for number in range(HUNDRED)))
    (newest,) = await store.attempts(limit=1)
    expiry.filed(newest.seq)
    with trio.fail_after(PATIENCE):
        await expiry.due()


async def test_look_that_ends_a_sweep_goes_on_where_more_was_filed_meanwhile(store: Store, session: Session) -> None:
    expiry, hundreds = Expiry(Retention(keep=10)), count(1)
    session.connect()
    await file_hundred(store, expiry, hundreds)
    assert expiry.look(session.connection) == 0.0
    assert len(await store.attempts()) == 10
    await file_hundred(store, expiry, hundreds)
    ends_the_first = expiry.look(session.connection)
    assert ends_the_first == 0.0
    assert len(await store.attempts(limit=1_000)) == 10 + HUNDRED
    assert expiry.look(session.connection) == 0.0
    assert names(await store.attempts()) == [f"2{number:02}" for number in range(99, 89, -1)]
    assert expiry.look(session.connection) is None


async def test_what_is_filed_while_old_ones_are_looked_for_stays(store: Store, session: Session) -> None:
    now, expiry = datetime.now(UTC), Expiry(Retention(age=timedelta(hours=1)))
    session.connect()

    async def files(name: str, at: datetime) -> None:
        await file(store, name, at=at)
        (newest,) = await store.attempts(limit=1)
        expiry.filed(newest.seq)

    class Meanwhile:
        """The connection; when it has said which are young, another one comes."""

        closed = False

        def execute(self, query: str, given: Sequence[object]) -> object:
            said = session.connection.execute(query, given)
            if "WHERE at >=" in query:
                trio.from_thread.run(files, "young", now)
            return said

    await files("old", now - timedelta(hours=2))
    await trio.to_thread.run_sync(expiry.look, Meanwhile())
    assert names(await store.attempts()) == ["young"]


async def test_sweep_in_which_nothing_came_ends(store: Store, session: Session) -> None:
    expiry = Expiry(Retention(keep=10))
    session.connect()
    await file_hundred(store, expiry, count(1))
    assert expiry.look(session.connection) == 0.0
    assert expiry.look(session.connection) is None
    assert len(await store.attempts()) == 10
