"""Statements that go to a PostgreSQL server together: what is answered, in which form, and what remains of an error."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone

import psycopg
import pytest
import trio

from gateway.stores.postgres import binary
from gateway.stores.postgres.address import Address
from gateway.stores.postgres.batch import Batch, Statement
from gateway.stores.postgres.binary import BIGINT, BYTEA, INTEGER, TEXT, TEXTS, Kind
from gateway.stores.postgres.session import Session
from tests.stores.nouns import PATIENCE, soon
from tests.stores.postgres_server import SHARED, somebody_waits_for_a_lock

EVEN_MORE = 8 << 20
"""Bytes: far more than a socket takes at once."""

echo = Statement("echo", "SELECT $1, 1::int4", (TEXT,))
length = Statement("length", "SELECT length($1)", (BYTEA,))
divide = Statement("divide", "SELECT 1 / $1", (INTEGER,))
lock = Statement("lock", "SELECT pg_advisory_lock($1)", (BIGINT,))
begin = Statement("begin", "BEGIN")
commit = Statement("commit", "COMMIT")


@pytest.fixture
def session() -> Iterator[Session]:
    """A connection to the server that the tests share."""
    session = Session(Address(SHARED.new_url()))
    try:
        session.connect()
        yield session
    finally:
        session.close()


class TestAnswers:
    async def test_come_to_each_statement_in_its_place(self, session: Session) -> None:
        batch = Batch(session)
        answers = [batch.add(echo, text) for text in ("", "a", "Ω 漢字 🌊")]
        begun, ended = batch.add(begin), batch.add(commit)
        assert answers[0].rows == []
        await batch.run()
        assert [answer.rows for answer in answers] == [[("", 1)], [("a", 1)], [("Ω 漢字 🌊", 1)]]
        assert (begun.tag, ended.tag) == (b"BEGIN", b"COMMIT")

    async def test_to_nothing_are_none(self, session: Session) -> None:
        await Batch(session).run()
        assert session.connected

    async def test_may_be_long_as_may_be_what_is_asked(self, session: Session) -> None:
        batch = Batch(session)
        sent = [batch.add(length, bytes(EVEN_MORE)) for _ in range(3)]
        repeated = Statement("repeated", "SELECT repeat($1, $2) FROM generate_series(1, 3)", (TEXT, INTEGER))
        got = [batch.add(repeated, "x", EVEN_MORE) for _ in range(2)]
        sent += [batch.add(length, bytes(EVEN_MORE)) for _ in range(3)]
        with trio.fail_after(PATIENCE):
            await batch.run()
        assert [answer.rows for answer in sent] == [[(EVEN_MORE,)]] * 6
        assert [[len(row[0]) for row in answer.rows] for answer in got] == [[EVEN_MORE] * 3] * 2

    async def test_do_not_keep_others_from_running(self, session: Session) -> None:
        key = 4711
        with psycopg.connect(SHARED.server().url(SHARED.database)) as other:
            other.execute("SELECT pg_advisory_lock(%s)", (key,))
            batch = Batch(session)
            batch.add(lock, key)
            async with trio.open_nursery() as nursery:
                nursery.start_soon(batch.run)
                await soon(somebody_waits_for_a_lock)
                other.execute("SELECT pg_advisory_unlock(%s)", (key,))


class TestErrors:
    async def test_first_one_is_raised_and_nothing_after_it_is_done(self, session: Session) -> None:
        session.connection.execute("CREATE TABLE there (name text)")
        insert = Statement("insert", "INSERT INTO there VALUES ($1)", (TEXT,))
        batch = Batch(session)
        batch.add(insert, "before")
        batch.add(divide, 0)
        batch.add(insert, "after")
        batch.add(echo, "\0")
        with pytest.raises(psycopg.errors.DivisionByZero) as caught:
            await batch.run()
        assert caught.value.diag.severity_nonlocalized == "ERROR"
        assert session.connection.execute("SELECT name FROM there").fetchall() == []

    async def test_leave_the_connection_as_it_was(self, session: Session) -> None:
        for _ in range(3):
            batch = Batch(session)
            batch.add(divide, 0)
            with pytest.raises(psycopg.errors.DivisionByZero):
                await batch.run()
            batch = Batch(session)
            answers = batch.add(divide, 1), batch.add(echo, "a")
            await batch.run()
            assert [answer.rows for answer in answers] == [[(1,)], [("a", 1)]]

    async def test_statement_that_cannot_be_prepared_is_no_obstacle_to_others(self, session: Session) -> None:
        batch = Batch(session)
        batch.add(echo, "a")
        batch.add(Statement("nowhere", "SELECT * FROM nowhere"))
        batch.add(length, b"")
        with pytest.raises(psycopg.errors.UndefinedTable):
            await batch.run()
        batch = Batch(session)
        answers = batch.add(length, b"ab"), batch.add(echo, "b")
        await batch.run()
        assert [answer.rows for answer in answers] == [[(2,)], [("b", 1)]]

    @pytest.mark.parametrize("text", ["\ud800", "a\udfff"])
    async def test_half_a_character_is_the_database_s_to_refuse(self, session: Session, text: str) -> None:
        with pytest.raises(psycopg.DataError):
            Batch(session).add(echo, text)
        with pytest.raises(psycopg.DataError):
            Batch(session).add(Statement("texts", "SELECT $1", (TEXTS,)), ["a", text])

    async def test_lost_connection_is_closed(self, session: Session) -> None:
        session.interrupt()
        batch = Batch(session)
        batch.add(echo, "a")
        with pytest.raises(psycopg.OperationalError):
            await batch.run()
        assert not session.connected
        session.connect()
        batch = Batch(session)
        answer = batch.add(echo, "a")
        await batch.run()
        assert answer.rows == [("a", 1)]

    async def test_cancelled_wait_closes_the_connection(self, session: Session) -> None:
        key = 4712
        with psycopg.connect(SHARED.server().url(SHARED.database)) as other:
            other.execute("SELECT pg_advisory_lock(%s)", (key,))
            batch = Batch(session)
            batch.add(lock, key)
            async with trio.open_nursery() as nursery:
                nursery.start_soon(batch.run)
                await soon(somebody_waits_for_a_lock)
                nursery.cancel_scope.cancel()
        assert not session.connected


class TestBinary:
    """The server reads what is meant."""

    @pytest.mark.parametrize(
        ("name", "value", "read"),
        [
            ("BIGINT", -(2**63), "-9223372036854775808"),
            ("INTEGER", 2**31 - 1, "2147483647"),
            ("TEXT", "Ω\\'\n", "Ω\\'\n"),
            ("BYTEA", b"\0\xff", "\\x00ff"),
            ("BOOLEAN", True, "true"),
            ("DOUBLE", 0.1, "0.1"),
            ("TIMESTAMPTZ", datetime(2026, 3, 1, 12, 0, 0, 1, tzinfo=UTC), "2026-03-01 12:00:00.000001+00"),
            ("TIMESTAMPTZ", datetime(1969, 12, 31, tzinfo=timezone(timedelta(hours=-1))), "1969-12-31 01:00:00+00"),
            ("BIGINTS", [1, -1], "{1,-1}"),
            ("BIGINTS", [], "{}"),
            ("INTEGERS", range(3), "{0,1,2}"),
            ("TEXTS", ["", "a,b", "NULL"], '{"","a,b","NULL"}'),
            ("BYTEAS", [b"", b"\0"], '{"\\\\x","\\\\x00"}'),
            ("BOOLEANS", [True, False], "{t,f}"),
            ("DOUBLES", [2**-40, 1e300], "{9.094947017729282e-13,1e+300}"),
            ("TIMESTAMPTZS", [datetime(2000, 1, 1, tzinfo=UTC)], '{"2000-01-01 00:00:00+00"}'),
        ],
    )
    async def test_value(self, session: Session, name: str, value: object, read: str) -> None:
        kind = getattr(binary, name)
        assert isinstance(kind, Kind)
        session.connection.execute("SET timezone = 'UTC'")
        batch = Batch(session)
        answer = batch.add(Statement("read", "SELECT $1::text", (kind,)), value)
        await batch.run()
        assert answer.rows == [(read,)]

    async def test_what_is_returned(self, session: Session) -> None:
        batch = Batch(session)
        query = "SELECT $1, (-1)::int4, (-2)::int8, '\\x00ff'::bytea"
        answer = batch.add(Statement("return", query, (TEXT,)), "Ω")
        await batch.run()
        assert answer.rows == [("Ω", -1, -2, b"\0\xff")]
