"""`gateway store prepare --citus`: on a server without Citus, and on one that has a stand-in for it."""

import psycopg
import pytest

from gateway.stores.postgres.citus import STATEMENTS
from gateway.stores.postgres.migrations import TABLES
from tests.stores.postgres_server import PASSWORD

from .databases import new_database
from .gateways import MARC, run, serving, words


def stand_in(url: str, version: str = "12.1-1") -> None:
    """What of Citus the command asks for; the tables stay where they are."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO pg_extension SELECT 99999, 'citus', extowner, extnamespace, true, %s, NULL, NULL "
            "FROM pg_extension LIMIT 1",
            (version,),
        )
        connection.execute("CREATE TABLE pg_dist_partition (logicalrel regclass PRIMARY KEY, like_table text)")
        connection.execute("""
            CREATE FUNCTION create_distributed_table(name regclass, column_name text, colocate_with text DEFAULT '')
            RETURNS void LANGUAGE sql AS 'INSERT INTO pg_dist_partition VALUES (name, colocate_with)'
        """)


@pytest.fixture
def url() -> str:
    """The URL of an empty database of its own."""
    return new_database()


def distributed(url: str) -> list[tuple[str, str]]:
    """Tables in the order in which they were distributed, each with the one that it lies beside."""
    with psycopg.connect(url) as connection:
        return connection.execute("SELECT logicalrel::text, like_table FROM pg_dist_partition").fetchall()


def test_the_statements_can_be_printed_without_a_database():
    result = run("store", "prepare", "--citus", "--print")
    assert result.exit_code == 0
    first, second, *_ = result.stdout.splitlines()
    assert first == "SELECT create_distributed_table('zone', 'zone');"
    assert second == "SELECT create_distributed_table('record', 'zone', colocate_with => 'zone');"
    assert result.stdout.splitlines() == [*STATEMENTS.values()]
    assert [*STATEMENTS] == [*TABLES]


@pytest.mark.parametrize("scheme", ["postgresql", "postgres"])
def test_makes_the_tables_and_distributes_them(url, scheme):
    stand_in(url)
    result = run("store", "prepare", "--citus", url.replace("postgresql", scheme))
    assert (result.exit_code, result.stdout.splitlines()) == (0, [f"{table}: distributed by zone" for table in TABLES])
    assert distributed(url) == [("zone", ""), *((table, "zone") for table in TABLES[1:])]


def test_a_store_that_holds_records_is_distributed_too(url):
    stand_in(url)
    with serving(url) as gateway:
        run("send", *gateway.options, MARC / "cjk.mrc")
        assert run("store", "prepare", "--citus", *gateway.options).exit_code == 0
    assert len(distributed(url)) == len(TABLES)
    assert run("store", "check", url).exit_code == 0


def test_what_is_distributed_already_stays_as_it_is(url):
    stand_in(url)
    run("store", "prepare", "--citus", url)
    result = run("store", "prepare", "--citus", url)
    assert result.exit_code == 0
    assert result.stdout.endswith(" are distributed already; nothing was to be done\n")
    assert PASSWORD not in result.stdout


def test_goes_on_where_it_was_cut_off(url):
    stand_in(url)
    run("store", "prepare", "--citus", url)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("DELETE FROM pg_dist_partition WHERE logicalrel::text IN ('attempt', 'delivery')")
    result = run("store", "prepare", "--citus", url)
    assert result.stdout.splitlines() == ["attempt: distributed by zone", "delivery: distributed by zone"]


def test_without_the_extension_says_what_to_install_and_makes_nothing(url):
    result = run("store", "prepare", "--citus", url)
    said = words(result)
    assert said.startswith(f"the database {psycopg.conninfo.conninfo_to_dict(url)['dbname']} at ")
    assert (
        " has no extension citus. Install Citus 9.2 or newer on every server (docs.citusdata.com), with citus in "
        "shared_preload_libraries; then CREATE EXTENSION citus in this database"
    ) in said
    assert PASSWORD not in said
    assert "there is no store " in words(run("store", "check", url))


@pytest.mark.parametrize("version", ["9.1-1", "8.3-1", "unknown"])
def test_a_citus_that_is_too_old_is_named(url, version):
    stand_in(url, version)
    assert f" has Citus {version}, which is too old. Install Citus 9.2 or newer" in words(
        run("store", "prepare", "--citus", url)
    )
    assert distributed(url) == []


def test_what_citus_would_not_do_is_told(url):
    stand_in(url)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("DROP TABLE pg_dist_partition")
    said = words(run("store", "prepare", "--citus", url))
    assert said.endswith(' cannot be distributed by Citus: relation "pg_dist_partition" does not exist')


@pytest.mark.parametrize("kind", ["sqlite:gateway.db", "memory:"])
def test_another_kind_of_store(kind):
    said = words(run("store", "prepare", "--citus", kind))
    assert said == f"{kind} is no PostgreSQL store; Citus is an extension of PostgreSQL alone"


def test_a_server_that_cannot_be_reached():
    said = words(run("store", "prepare", "--citus", "postgresql://ann:s3cret@127.0.0.1:1/alma"))
    assert said.startswith("the database alma at 127.0.0.1 cannot be distributed by Citus: ")
    assert "s3cret" not in said


def test_for_what_must_be_said():
    result = run("store", "prepare")
    assert result.exit_code == 2
    assert "Missing option '--citus'" in result.stderr
