"""What the PostgreSQL store promises of its database: schema, URL, what it refuses to open, what a page costs."""

import re
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any, get_args

import psycopg
import pytest
import trio
from msgspec.structs import replace

from gateway.errors import StoreError
from gateway.model import Delivery, Flag
from gateway.search.attempts import Wanted
from gateway.search.query import Among
from gateway.stores import open_store
from gateway.stores.base import Purpose, Store, Transaction
from gateway.stores.postgres import index, prepare_citus, rows, search
from gateway.stores.postgres.address import Address
from gateway.stores.postgres.group import Ending, Group
from gateway.stores.postgres.leases import Ordinals
from gateway.stores.postgres.migrations import TABLES
from gateway.stores.postgres.session import Session
from tests.stores.nouns import (
    NOON,
    PATIENCE,
    file,
    link,
    mms_ids,
    names,
    oclc,
    pend,
    put,
    receipt,
    record,
    soon,
    submission,
    webhook,
)
from tests.stores.plans import rows_read
from tests.stores.postgres_server import PASSWORD, SHARED, Server

ROOT = Path(__file__).resolve().parents[2]
SCHEMA = ROOT / "gateway" / "stores" / "postgres" / "schema"
PURPOSES = get_args(Purpose)


@pytest.fixture
def url() -> str:
    """The URL of an empty schema."""
    return SHARED.new_url()


@pytest.fixture
def server(url: str) -> Server:
    """Whose it is."""
    return SHARED.server()


def run(url: str, *statements: str) -> list[tuple[Any, ...]]:
    """Run statements in the store's schema; the last one's rows."""
    rows: list[tuple[Any, ...]] = []
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in statements:
            answer = connection.execute(statement.encode())
            rows = answer.fetchall() if answer.description else []
    return rows


def tables(url: str) -> list[str]:
    """What there is in the schema by name: tables, their indexes, views."""
    query = "SELECT relname FROM pg_class WHERE relnamespace = current_schema()::regnamespace"
    return [name for (name,) in run(url, query)]


class TestDatabase:
    async def test_keeps_everything_for_the_next_gateway(self, url: str) -> None:
        def plan(transaction: Transaction) -> int:
            transaction.put(record("A", oclc("2"), version=2))
            transaction.file(submission("a"), receipt())
            return transaction.next_ordinal()

        linked = replace(record("B"), flags=frozenset(Flag), linked_to="N", management_tag="do-not-publish")
        async with open_store(url) as store:
            await put(store, record("A", oclc("1")), record("B"))
            await put(store, linked)
            await pend(store, link("a"))
            assert await store.transact("xyz", plan, seconds=PATIENCE) == 1
            kept = await store.attempts()
        async with open_store(url) as store:
            assert await store.records("xyz") == [record("A", oclc("2"), version=2), linked]
            assert [version.version for version in await store.versions("xyz", "A")] == [1, 2]
            assert mms_ids(await store.find("xyz", oclc("2"))) == ["A"]
            assert await store.attempts() == kept
            assert await store.pending() == [link("a")]
            assert await store.transact("xyz", lambda t: t.next_ordinal(), seconds=PATIENCE) == 2
            await file(store, "b")
            assert names(await store.attempts()) == ["b", "a"]

    async def test_has_the_zone_first_in_every_key(self, url: str) -> None:
        async with open_store(url):
            pass
        keys = run(
            url,
            "SELECT indrelid::regclass::text, attname FROM pg_index JOIN pg_class ON pg_class.oid = indrelid "
            "JOIN pg_attribute ON attrelid = indrelid AND attnum = indkey[0] "
            "WHERE relnamespace = current_schema()::regnamespace AND indisunique",
        )
        assert {table for table, _ in keys} == {*TABLES}
        assert {first for _, first in keys} == {"zone"}
        foreign = "SELECT 1 FROM pg_constraint WHERE contype = 'f' AND connamespace = current_schema()::regnamespace"
        assert run(url, foreign) == []

    async def test_confirms_what_is_on_the_disk_whatever_is_set(self, url: str) -> None:
        for given in ("off", "local"):
            session = Session(Address(url.replace("search_path", f"synchronous_commit%3D{given}%20-csearch_path")))
            try:
                session.connect()
                assert session.connection.execute("SHOW synchronous_commit").fetchone() == ("on",)
            finally:
                session.close()

    @pytest.mark.parametrize("encoding", ["UTF8", "SQL_ASCII"])
    async def test_keeps_every_character_whatever_else_is_spoken(self, server: Server, encoding: str) -> None:
        database = f"{encoding}_{SHARED.database}".lower()
        server.run(
            f"CREATE DATABASE {database} ENCODING '{encoding}' LOCALE 'C' TEMPLATE template0",
            f"ALTER DATABASE {database} SET client_encoding = 'LATIN1'",
        )
        async with open_store(server.url(database)) as store:
            await put(store, record("A", oclc("Ω 漢字 🌊"), title="Ω 漢字 🌊"))
            assert await store.find("xyz", oclc("Ω 漢字 🌊")) == [record("A", oclc("Ω 漢字 🌊"), title="Ω 漢字 🌊")]

    async def test_may_be_called_postgres_too(self, url: str) -> None:
        async with open_store(url.replace("postgresql:", "postgres:")) as store:
            await put(store, record("A"))

    async def test_is_asked_for_nothing_by_a_reader_that_cannot_write(self, url: str) -> None:
        async with open_store(url):
            pass
        async with open_store(url, purpose="read") as reader:
            with pytest.raises(StoreError, match="opened to read, not to write"):
                await put(reader, record("A"))
            reader.note(Delivery("a", 0.25, delivered=True))

    @pytest.mark.usefixtures("locks_waited_for")
    async def test_may_be_set_to_another_isolation(self, url: str) -> None:
        strict = url.replace("-csearch_path", "-cdefault_transaction_isolation%3Dserializable%20-csearch_path")
        assert strict != url
        told: list[bool] = []

        async def swap(store: Store) -> None:
            told.append(await store.swap_webhook(webhook("ci"), webhook("ci", told=7)))

        async def waits() -> bool:
            query = "SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE NOT granted"
            query += " AND datname = current_database() AND locktype = 'transactionid'"
            ((count,),) = await trio.to_thread.run_sync(run, url, query)
            return bool(count)

        async with open_store(strict) as store:
            assert await store.swap_webhook(None, webhook("ci"))
            async with trio.open_nursery() as nursery:
                with psycopg.connect(url) as rival:
                    rival.execute("UPDATE webhook SET mark = 1")
                    nursery.start_soon(swap, store)
                    await soon(waits)
            assert told == [False]


class TestMigrations:
    async def test_are_applied_once_each_though_gateways_start_at_once(self, url: str) -> None:
        async def serve() -> None:
            async with open_store(url) as store:
                assert await store.records("xyz") == []

        async with trio.open_nursery() as nursery:
            for _ in range(6):
                nursery.start_soon(serve)
        steps = sorted(SCHEMA.glob("*.sql"))
        assert [int(step.name[:4]) for step in steps] == [*range(1, len(steps) + 1)]
        assert run(url, "SELECT version FROM gateway_schema ORDER BY version") == [
            (number,) for number in range(1, len(steps) + 1)
        ]

    @pytest.mark.parametrize("purpose", ["change", "read"])
    async def test_are_applied_only_to_serve(self, url: str, purpose: Purpose) -> None:
        with pytest.raises(StoreError, match=r"^there is no store in the database .* yet; gateway serve makes it$"):
            async with open_store(url, purpose=purpose):
                pass
        assert tables(url) == []

    @pytest.mark.parametrize("purpose", PURPOSES)
    async def test_of_a_newer_gateway_are_left_alone(self, url: str, purpose: Purpose) -> None:
        async with open_store(url):
            pass
        run(url, "INSERT INTO gateway_schema VALUES (9999)")
        with pytest.raises(StoreError, match=r"was made by a newer gateway: it has schema 9999, this one knows \d+$"):
            async with open_store(url, purpose=purpose):
                pass

    @pytest.mark.parametrize("purpose", ["change", "read"])
    async def test_of_an_older_gateway_are_named(self, url: str, purpose: Purpose) -> None:
        async with open_store(url):
            pass
        run(url, "UPDATE gateway_schema SET version = -1")
        with pytest.raises(StoreError, match=r"has schema -1, not \d+; gateway serve brings an older one up to date$"):
            async with open_store(url, purpose=purpose):
                pass

    @pytest.mark.parametrize("purpose", PURPOSES)
    async def test_spare_the_tables_of_another_program(self, url: str, purpose: Purpose) -> None:
        run(url, "CREATE TABLE record (title text)")
        with pytest.raises(StoreError, match="is no store of the gateway, and has a table record already"):
            async with open_store(url, purpose=purpose):
                pass
        assert tables(url) == ["record"]

    async def test_bring_the_store_of_an_older_gateway_up_to_date(self, url: str) -> None:
        async with open_store(url) as store:
            await file(store, "a")
            for mms_id, at in (("B", NOON), ("C", NOON + timedelta(days=1)), ("A", NOON)):
                await put(store, replace(record(mms_id, title="Tides \0"), at=at))
        later = f"DROP TABLE {', '.join(TABLES[TABLES.index('webhook') :])}"
        run(url, later, "DROP SEQUENCE index_place, exchange_seq", "DELETE FROM gateway_schema WHERE version > 2")
        async with open_store(url) as store:
            assert await store.unindexed() == {"xyz": 3}
            found = await store.find_records("xyz", Among(("A", "B", "C")))
            assert await store.found_records("xyz", found.result.numbers(), found.epoch) == ["C", "B", "A"]
            assert names(await store.attempts()) == ["a"]
            assert await store.webhooks() == []
            assert await store.swap_webhook(None, webhook("ci"))
            assert await store.webhooks() == [webhook("ci")]
            assert await store.shelved() == []
            assert await store.lending_zones() == []
            assert [one.mms_id for one in await store.unpublished("xyz")] == ["A", "B", "C"]
            assert await store.publishing_zones() == []

    async def test_that_fail_leave_nothing(self, url: str) -> None:
        run(url, "CREATE VIEW attempt_by_seq AS SELECT 1")
        with pytest.raises(StoreError, match=r"cannot be brought up to date: relation .* already exists"):
            async with open_store(url):
                pass
        assert tables(url) == ["attempt_by_seq"]


class TestWhatCannotBeOpened:
    """The password is in none of the words."""

    @staticmethod
    async def words(url: str) -> str:
        """Why the store there cannot be opened, served or read."""
        said = set()
        for purpose in PURPOSES:
            with pytest.raises(StoreError) as caught:
                async with open_store(url, purpose=purpose):
                    pass
            assert PASSWORD not in str(caught.value)
            assert PASSWORD[:6] not in str(caught.value)
            said.add(str(caught.value))
        (words,) = said
        return words

    async def test_database_that_is_not_there(self, server: Server) -> None:
        words = await self.words(server.url("nowhere"))
        assert words.startswith(f"the database nowhere at {server.folder} cannot be reached: ")
        assert 'database "nowhere" does not exist' in words
        assert "\n" not in words

    async def test_server_that_is_not_there(self, tmp_path: Path) -> None:
        url = f"postgresql://gateway:{PASSWORD}@/store?host={tmp_path}"
        assert f"the database store at {tmp_path} cannot be reached: " in await self.words(url)

    async def test_password_that_is_wrong(self, server: Server) -> None:
        server.run("DROP ROLE IF EXISTS locked", "CREATE ROLE locked LOGIN PASSWORD 'another'")
        words = await self.words(server.url(user="locked"))
        assert 'password authentication failed for user "locked"' in words

    async def test_password_that_is_the_user_s_name(self, server: Server) -> None:
        url = server.url("nowhere", user=PASSWORD)
        assert "********" in await self.words(url)

    async def test_user_who_may_make_nothing(self, server: Server) -> None:
        server.run("DROP ROLE IF EXISTS reader", "CREATE ROLE reader LOGIN")
        schema = SHARED.new_url()
        url = schema.replace("//gateway:", "//reader:")
        with pytest.raises(StoreError, match="has no schema of the search path"):
            async with open_store(url):
                pass

    async def test_schema_that_is_not_there(self, server: Server) -> None:
        words = await self.words(server.url(SHARED.database, "missing"))
        assert words.endswith("has no schema of the search path; make it: CREATE SCHEMA …")

    async def test_database_that_lacks_characters(self, server: Server) -> None:
        database = f"latin_{SHARED.database}"
        server.run(f"CREATE DATABASE {database} ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0")
        words = await self.words(server.url(database))
        assert f"the database {database} at {server.folder} has the encoding LATIN1, which lacks characters" in words

    @pytest.mark.parametrize(
        "url",
        [
            f"postgresql://u:{PASSWORD}@h:port:5432:x/db?nothing=known",
            f"postgresql://u:{PASSWORD}%zz@h/db",
            f"postgresql://u:{PASSWORD}@ss@h/db",
            f"postgresql://u:{PASSWORD[:7]}/{PASSWORD[7:]}@h/db",
            f"postgresql:u:{PASSWORD}@h/db",
            f"postgresql://u:{PASSWORD}",
            f"postgresql://u:{PASSWORD}/db",
            f"postgresql://[u:{PASSWORD}]/db",
            f"postgresql://u:{PASSWORD}\ud800@h/db",
            "postgresql:",
        ],
    )
    async def test_url_that_is_none(self, url: str) -> None:
        assert (await self.words(url)).startswith(
            "the store's URL is not one of PostgreSQL, such as postgresql://USER:"
        )

    def test_without_psycopg_the_extra_is_named(self) -> None:
        program = (
            "import sys, trio; sys.modules['psycopg'] = None\n"
            "from gateway.stores import open_store\n"
            "open_store('postgresql://h/db')"
        )
        done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True)
        assert "gateway.errors.StoreError: postgresql: needs what is not installed" in done.stderr
        assert "pip install 'connexion-gateway[postgres]'" in done.stderr


class TestEnding:
    """Only what the server says of a statement proves that a COMMIT was in vain."""

    @pytest.mark.parametrize(
        ("committing", "error", "ending"),
        [
            (True, psycopg.OperationalError("cannot exit pipeline mode while busy"), Ending.UNKNOWN),
            (True, psycopg.ProgrammingError("the last operation didn't produce records"), Ending.UNKNOWN),
            (False, psycopg.OperationalError("the connection is closed"), Ending.LOST),
            (False, psycopg.DataError("cannot contain NUL"), Ending.REFUSED),
        ],
    )
    def test_by_what_was_raised(self, url: str, committing: bool, error: psycopg.Error, ending: Ending) -> None:
        group = Group("xyz", [], Ordinals("xyz"), {})
        group.committing = committing
        with psycopg.connect(url) as connection:
            assert group._ending(connection, error) is ending
            assert connection.closed is (ending is not Ending.REFUSED)

    @pytest.mark.parametrize("committing", [True, False])
    def test_by_what_the_server_says(self, url: str, committing: bool) -> None:
        group = Group("xyz", [], Ordinals("xyz"), {})
        group.committing = committing
        with psycopg.connect(url) as connection, pytest.raises(psycopg.Error) as caught:
            connection.execute("SELECT 1 / 0")
        assert group._ending(connection, caught.value) is Ending.REFUSED


class TestPlans:
    """So many rows are read as are returned, and no more, wherever the page is and whatever the zone holds."""

    ROWS = 30_000

    @pytest.fixture(params=["new", "known"])
    async def filled(self, request: pytest.FixtureRequest, url: str) -> str:
        """The URL of a store with so many attempts, records and identifiers; the planner knows of them, or does not."""
        async with open_store(url):
            pass
        run(
            url,
            "INSERT INTO attempt SELECT CASE WHEN n % 3 = 0 AND n < 20000 THEN 'xyz' ELSE 'network' END, n, n::text, "
            f"now(), '', '{{}}' FROM generate_series(1, {self.ROWS}) AS n",
            "INSERT INTO delivery SELECT zone, seq, 0.25, true FROM attempt",
            "INSERT INTO record SELECT 'xyz', to_char(n, 'FM000000'), 1, '', '{}' "
            f"FROM generate_series(1, {self.ROWS}) AS n",
            f"INSERT INTO identifier SELECT 'xyz', 'oclc:' || n, n::text FROM generate_series(1, {self.ROWS}) AS n",
            "INSERT INTO posting SELECT 'xyz', to_char(n / 3, 'FM000000'), n % 3, '' "
            f"FROM generate_series(1, {self.ROWS}) AS n",
            f"INSERT INTO document SELECT 'xyz', n, n::text, '', '', '', '' FROM generate_series(1, {self.ROWS}) AS n",
            f"INSERT INTO index_change SELECT 'xyz', n, n::text FROM generate_series(1, {self.ROWS}) AS n",
        )
        if request.param == "known":
            run(url, "ANALYZE attempt, delivery, record, identifier, posting, document, index_change")
        return url

    @pytest.mark.parametrize("zone", [None, "xyz"])
    async def test_of_attempts(self, filled: str, zone: str | None) -> None:
        for before in (None, self.ROWS // 2, self.ROWS - 10 * 999 * 2, 1_000):
            query, given = rows.attempts_query(zone, before, 10)
            assert rows_read(filled, query, *given) == {20}  # with what became of their replies

    async def test_of_what_is_newer(self, filled: str) -> None:
        zones = ["xyz", "network", *(f"t{number}" for number in range(50))]
        nothing = [self.ROWS] * len(zones)
        assert rows_read(filled, rows.NEWER, zones, nothing, 10) == {0}
        assert rows_read(filled, rows.NEWER, ["xyz", "network"], [19_992, self.ROWS - 2], 10) == {4}

    async def test_of_a_search_reads_no_attempt_twice(self, filled: str) -> None:
        run(filled, "UPDATE attempt SET words = 'tides' || seq WHERE seq > 29000")
        wanted = Wanted(title=("tides29999",))
        query, given = search.seqs_query(wanted, None, 29_001, 30_001, 100)
        assert rows_read(filled, query, *given) == {1_000}

    async def test_of_records(self, filled: str) -> None:
        for after in ("", "010000", "029000"):
            query, given = rows.records_query("xyz", after, 10)
            assert rows_read(filled, query, *given) == {10}

    async def test_of_what_an_import_asks(self, filled: str) -> None:
        assert rows_read(filled, rows.HOLDERS.sql, ["oclc:7", "oclc:29999"], "xyz") == {2}
        assert rows_read(filled, rows.NEWEST.sql, ["000007", "029999"], "xyz") == {2}
        assert rows_read(filled, rows.FILED.sql, ["9", "18000"], "xyz") == {2}

    async def test_of_what_a_search_of_records_asks(self, filled: str) -> None:
        for query, key in ((index.RISING, "000007"), (index.FALLING, "009000")):
            for block in (-1, 1):
                end = "009999" if query is index.RISING else ""
                assert rows_read(filled, query, "xyz", key, block, end) == {index.PAGE}
        assert rows_read(filled, index.RISING, "xyz", "000007", -1, "000009") == {6}
        assert rows_read(filled, index.POSTINGS, "xyz", ["000007", "009000"]) == {6}
        assert rows_read(filled, index.DOCUMENTS, "xyz", [7, 29_999]) == {2}
        assert rows_read(filled, index.NUMBERS, "xyz", ["7", "29999"]) == {2}
        assert rows_read(filled, index.WRITTEN, "xyz", ["000007", "029999"]) == {2}
        assert rows_read(filled, index.CHANGES, "xyz", 10_000, 10) == {10}


class TestCitus:
    def test_statements_distribute_every_table_by_zone_beside_the_first(self) -> None:
        assert prepare_citus() == (
            "SELECT create_distributed_table('zone', 'zone');\n"
            "SELECT create_distributed_table('record', 'zone', colocate_with => 'zone');\n"
            "SELECT create_distributed_table('record_version', 'zone', colocate_with => 'zone');\n"
            "SELECT create_distributed_table('identifier', 'zone', colocate_with => 'zone');\n"
            "SELECT create_distributed_table('attempt', 'zone', colocate_with => 'zone');\n"
            "SELECT create_distributed_table('delivery', 'zone', colocate_with => 'zone');\n"
            "SELECT create_distributed_table('pending_link', 'zone', colocate_with => 'zone');\n"
            "SELECT create_distributed_table('kept_zone', 'zone', colocate_with => 'zone');\n"
            "SELECT create_distributed_table('removed', 'zone', colocate_with => 'zone');\n"
            "SELECT create_distributed_table('webhook', 'zone', colocate_with => 'zone');\n"
            "SELECT create_distributed_table('library', 'zone', colocate_with => 'zone');\n"
            "SELECT create_distributed_table('holding', 'zone', colocate_with => 'zone');\n"
            "SELECT create_distributed_table('item', 'zone', colocate_with => 'zone');\n"
            "SELECT create_distributed_table('index_state', 'zone', colocate_with => 'zone');\n"
            "SELECT create_distributed_table('index_change', 'zone', colocate_with => 'zone');\n"
            "SELECT create_distributed_table('posting', 'zone', colocate_with => 'zone');\n"
            "SELECT create_distributed_table('document', 'zone', colocate_with => 'zone');\n"
            "SELECT create_distributed_table('patron', 'zone', colocate_with => 'zone');\n"
            "SELECT create_distributed_table('loan', 'zone', colocate_with => 'zone');\n"
            "SELECT create_distributed_table('request', 'zone', colocate_with => 'zone');\n"
            "SELECT create_distributed_table('exchange', 'zone', colocate_with => 'zone');\n"
            "SELECT create_distributed_table('unpublished', 'zone', colocate_with => 'zone');\n"
            "SELECT create_distributed_table('unpublished_state', 'zone', colocate_with => 'zone');\n"
            "SELECT create_distributed_table('published', 'zone', colocate_with => 'zone');\n"
            "SELECT create_distributed_table('repository', 'zone', colocate_with => 'zone');\n"
            "SELECT create_distributed_table('publishing_profile', 'zone', colocate_with => 'zone');\n"
            "SELECT create_distributed_table('publishing_run', 'zone', colocate_with => 'zone');\n"
        )

    def test_every_table_that_is_made_is_distributed(self) -> None:
        statements = "".join(step.read_text("utf-8") for step in SCHEMA.glob("*.sql"))
        made = {*re.findall(r"CREATE TABLE (\w+)", statements)}
        assert made == {*TABLES}
