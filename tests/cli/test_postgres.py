"""Commands on a PostgreSQL store, beside a gateway that serves it."""

import json
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import trio

from gateway import app
from gateway.cli.store.check import Looking
from gateway.cli.store.places import within
from gateway.config import load
from gateway.errors import StoreError, failing
from gateway.stores.base import Store
from gateway.stores.postgres import backup, rows
from tests.stores.nouns import receipt, submission
from tests.stores.postgres_server import PASSWORD, SHARED, own_server

from .databases import new_database
from .gateways import HOST, MARC, Gateway, process, run, serving, words
from .test_watch import export, line, rest, watching

FIRST = "9910000000015867"


@pytest.fixture
def store() -> str:
    """URL of a database without tables."""
    return SHARED.new_url()


@pytest.fixture
def gateway(store: str) -> Iterator[Gateway]:
    """A gateway on it."""
    with serving(store) as running:
        yield running


class TestWatch:
    def test_tells_of_an_export(self, gateway: Gateway):
        with watching(gateway, "--zone", "xyz", "--once") as (started, _):
            export(gateway, "cjk")
            told = rest(started.stdout).splitlines()
            assert started.wait() == 0
        assert told[1].endswith("  submission 1: added")
        assert f"ok    filed: Added as a new record. MMS ID {FIRST}." in told
        assert told[-2].startswith("ok    answered: after ")

    def test_waits_for_the_gateway_to_make_the_tables(self, store):
        ports = ("--set", f"store.url={store}", "--set", f"hosts.{HOST}.connexion=0")
        with process("doctor", "--watch", "--zone", "xyz", "--once", *ports) as started:
            waits = "Waiting for the gateway to start: there is no store in the database "
            assert line(started.stdout).startswith(waits)
            with serving(store) as gateway:
                export(gateway, "cjk")
                assert " submission 1: added\n" in rest(started.stdout)
                assert started.wait() == 0

    def test_tells_too_of_what_is_seen_after_a_higher_number_of_another_zone(self, gateway: Gateway, store):
        """Two gateways file at once in two zones: the one that drew the lower number commits last."""
        file = (
            "INSERT INTO attempt (zone, seq, id, at, raw, body, words) "
            "VALUES (%s, nextval('attempt_seq'), %s, %s, %s, %s, %s) RETURNING seq"
        )
        late = rows.attempt_row(submission("late"), receipt("network"))
        with psycopg.connect(store) as other, watching(gateway, "--json") as (started, _):
            assert other.execute(file, late).fetchone() == (1,)
            export(gateway, "cjk")
            assert json.loads(line(started.stdout))["seq"] == 2
            other.commit()
            assert json.loads(line(started.stdout))["seq"] == 1

    def test_goes_on_when_the_server_was_restarted(self):
        with (
            own_server() as server,
            serving(server.url()) as gateway,
            watching(gateway, "--once") as (started, _),
        ):
            server.stop()
            assert line(started.stderr).endswith("; asking again for 60 s")
            server.start()
            export(gateway, "cjk")
            assert " submission 1: added\n" in rest(started.stdout)
            assert started.wait() == 0

    def test_begun_while_the_server_is_restarted(self):
        with own_server() as server, serving(server.url()) as gateway:
            export(gateway, "minimal")
            server.stop()
            with process("doctor", "--watch", "--once", *gateway.options) as started:
                said = line(started.stderr)
                assert " cannot be reached: " in said
                assert said.endswith("; asking again for 60 s")
                server.start()
                while not line(started.stdout).startswith("Waiting for exports"):
                    pass
                export(gateway, "cjk")
                assert ": added\n" in rest(started.stdout)  # its number is not the next one: the server drew some more
                assert started.wait() == 0


def test_a_store_that_cannot_be_read_at_the_start_is_told_by_itself(store):
    """It comes out of the tasks that a store and a gateway have beside each other, in a group or in several."""
    with serving(store):
        pass
    with psycopg.connect(store, autocommit=True) as connection:
        connection.execute("DROP TABLE pending_link")
    ports = [f"hosts.{key}.connexion=0" for key in load().hosts]
    settings = load(overrides=[f"store.url={store}", "http.enabled=false", *ports])

    async def begin() -> None:
        async with app.running(settings):
            pass

    with pytest.raises(BaseExceptionGroup):
        trio.run(begin)
    assert str(failing(lambda: trio.run(begin))).startswith("the store cannot be read: ")


class TestCheck:
    def test_what_the_database_cannot_read_is_a_fault(self, gateway: Gateway, store):
        with psycopg.connect(store, autocommit=True) as connection:
            connection.execute("DROP TABLE record_version")
        export(gateway, "cjk")
        result = run("store", "check", *gateway.options, "--json")
        assert (result.exit_code, json.loads(result.stdout)["code"]) == (1, "unreadable_store")

    def test_that_the_server_is_gone_is_none(self):
        looking = Looking(load(), repair=False, as_json=False)

        async def look(opened: Store) -> None:
            server.stop()
            await looking.look(opened, None)

        with own_server() as server:
            with serving(server.url()):
                pass
            with pytest.raises(StoreError, match=r"reached: .*\. Run it again\. So far: no faults; 0 zones,"):
                trio.run(within, server.url(), "read", look)
        assert looking.faults == 0


def test_submissions_beside_the_gateway(gateway: Gateway):
    export(gateway, "cjk")
    export(gateway, "refused-no-245")
    listing = run("submissions", "list", "--json", *gateway.options)
    told = [json.loads(one) for one in listing.stdout.splitlines()]
    assert [(one["seq"], one["outcome"], one["mms_id"]) for one in told] == [(2, "refused", ""), (1, "created", FIRST)]
    assert run("submissions", "show", "1", "--raw", *gateway.options).stdout_bytes == (MARC / "cjk.mrc").read_bytes()
    report = run("submissions", "show", "2", *gateway.options)
    assert (report.exit_code, report.stdout.splitlines()[0]) == (0, "Submission 2: refused: required")


class TestDoctor:
    def test_before_the_first_start(self, store):
        [check] = [one for one in self.checks(store) if one["check"] == "store"]
        assert check["status"] == "ok"
        assert check["says"].endswith(" can be reached; gateway serve makes the tables")

    def test_beside_the_gateway(self, gateway: Gateway, store):
        [check] = [one for one in self.checks(store) if one["check"] == "store"]
        assert (check["status"], check["says"].endswith(" is readable")) == ("ok", True)

    @staticmethod
    def checks(store: str) -> list[dict]:
        result = run("doctor", "--json", "--set", f"store.url={store}")
        return [json.loads(one) for one in result.stdout.splitlines()]


class TestBackup:
    @pytest.fixture(autouse=True)
    def programs(self) -> None:
        """Skips where PostgreSQL's own are not installed."""
        if not all(map(shutil.which, (backup.PROGRAM, "pg_restore"))):
            pytest.skip("pg_dump and pg_restore are not in PATH")

    @pytest.fixture
    def store(self) -> str:
        """URL of a database without tables."""
        return new_database()

    def test_beside_the_gateway_is_a_store_when_it_is_restored(self, gateway: Gateway, store, folder: Path):
        export(gateway, "cjk")
        export(gateway, "refused-no-245")
        result = run("store", "backup", "my copy.dump", *gateway.options)
        export(gateway, "minimal")
        size = (folder / "my copy.dump").stat().st_size
        done, line_to_type = result.stdout.splitlines()
        assert done.endswith(f": {size:,} bytes, on the disk")
        assert PASSWORD not in result.stdout
        typed = shlex.split(line_to_type.removeprefix("to go back to it: "))
        other = new_database()
        restored = [word if "USER" not in word else f"--dbname={other}" for word in typed]
        subprocess.run(restored, check=True)
        check = run("store", "check", other)
        assert (check.exit_code, check.stderr) == (
            0,
            "no faults; 1 zones, 1 records in 1 versions, 2 submissions\n",
        )
        with serving(other) as again:
            sent = run("send", *again.options, MARC / "minimal.mrc")
            assert sent.exit_code == 0  # its MMS ID is not the next one: the gateway had leased some more
            assert FIRST not in sent.stdout

    def test_of_a_url_with_the_other_name_of_the_scheme(self, gateway: Gateway, store, folder: Path):
        other_name = store.replace("postgresql:", "postgres:")
        assert run("store", "backup", "copy.dump", "--set", f"store.url={other_name}").exit_code == 0

    def test_takes_nothing_of_others_in_the_same_database(self, gateway: Gateway, store, folder: Path):
        with psycopg.connect(store, autocommit=True) as connection:
            connection.execute("CREATE TABLE payroll (name text)")
        run("store", "backup", "copy.dump", *gateway.options)
        listed = subprocess.run(["pg_restore", "--list", "copy.dump"], check=True, capture_output=True, text=True)
        assert " attempt_seq " in listed.stdout
        assert " payroll " not in listed.stdout

    def test_does_not_overwrite_unless_it_is_told_to(self, gateway: Gateway, folder: Path):
        (folder / "copy.dump").write_text("something")
        said = words(run("store", "backup", "copy.dump", *gateway.options))
        assert said == "copy.dump is there already; give another name, or --force to replace it"
        assert run("store", "backup", "copy.dump", "--force", *gateway.options).exit_code == 0
        assert [one.name for one in folder.iterdir()] == ["copy.dump"]

    @pytest.mark.parametrize(
        ("file", "said"),
        [
            (".", ". is a folder; give the name of a file"),
            ("nowhere/copy.dump", "the folder nowhere does not exist"),
        ],
    )
    def test_where_it_cannot_be_written(self, gateway: Gateway, folder: Path, file, said):
        assert words(run("store", "backup", file, *gateway.options)) == said
        assert list(folder.iterdir()) == []

    def test_of_no_store(self, store, folder: Path):
        said = words(run("store", "backup", "copy.dump", "--set", f"store.url={store}"))
        assert said.endswith(" yet; gateway serve makes it")
        assert list(folder.iterdir()) == []

    def test_what_the_program_would_not_do_is_told_without_the_password(self, gateway: Gateway, store, folder: Path):
        with psycopg.connect(store, autocommit=True) as connection:
            connection.execute("DROP TABLE pending_link")
        said = words(run("store", "backup", "copy.dump", *gateway.options))
        assert " cannot be copied: pg_dump: error: no matching tables were found" in said
        assert PASSWORD not in said
        assert list(folder.iterdir()) == []

    def test_without_the_program(self, gateway: Gateway, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setenv("PATH", "")
        said = words(run("store", "backup", "copy.dump", *gateway.options))
        assert said.startswith("pg_dump is not in PATH; it comes with PostgreSQL")
