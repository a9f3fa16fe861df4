"""`gateway store …`: what is wrong in a store, a copy of it beside a running gateway, all of it into another."""

import json
import os
import re
import shlex
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import trio

from gateway.cli.store.backup import dump_line
from gateway.cli.store.places import shown_url
from gateway.stores import open_store
from tests.stores.damage import damage_index
from tests.stores.nouns import put, record
from tests.stores.sqlite_file import schema

from .gateways import MARC, Gateway, command, environment, process, run, serving, words

FIRST, SECOND = "9910000000015867", "9910000000025867"
GOOD = (MARC / "cjk.mrc", MARC / "former-numbers.mrc", MARC / "hebrew.mrc")


def at(store: str) -> tuple[str, str]:
    """What makes a command use that store."""
    return "--set", f"store.url={store}"


def listed(*arguments: str) -> list[dict]:
    """What a listing says, without the numbers of submissions: they are given anew in each store."""
    result = run(*arguments, "--json", "--limit", "0")
    assert result.exit_code == 0
    return [json.loads(line) | {"seq": 0} for line in result.stdout.splitlines()]


@pytest.fixture
def filled(store: str) -> str:
    """A store with three records, one of them in two versions, and some submissions; no gateway serves it any more."""
    with serving(store) as gateway:
        send(gateway, *GOOD, MARC / "refused-no-245.mrc")
        revised = Path("revised.mrc")
        revised.write_bytes((MARC / "cjk.mrc").read_bytes().replace(b"268 pages", b"269 pages"))
        send(gateway, revised)
        send(gateway, MARC / "cjk.mrc", "--zone", "network")
    return store


def send(gateway: Gateway, *files: str | Path) -> None:
    run("send", *gateway.options, *files)


def file_of(store: str) -> Path:
    """The store's file."""
    return Path(store.removeprefix("sqlite:"))


class TestCheck:
    SOUND = "no faults; 2 zones, 4 records in 5 versions, 6 submissions\n"

    def test_of_a_sound_store(self, filled):
        result = run("store", "check", *at(filled))
        assert (result.exit_code, result.stdout, result.stderr) == (0, "", self.SOUND)

    def test_of_the_store_at_a_url(self, filled):
        result = run("store", "check", filled)
        assert (result.exit_code, result.stdout, result.stderr) == (0, "", self.SOUND)

    def test_beside_a_running_gateway(self, gateway: Gateway):
        send(gateway, *GOOD)
        result = run("store", "check", *gateway.options)
        assert (result.exit_code, result.stderr) == (0, "no faults; 1 zones, 3 records in 3 versions, 3 submissions\n")

    def test_of_an_empty_store(self, gateway: Gateway):
        result = run("store", "check", *gateway.options)
        assert (result.exit_code, result.stderr) == (0, "no faults; 0 zones, 0 records in 0 versions, 0 submissions\n")

    def test_names_each_fault_with_zone_and_mms_id_and_what_to_do(self, filled):
        schema(file_of(filled), f"UPDATE record SET marc = X'3030' WHERE mms_id = '{SECOND}'")
        schema(file_of(filled), "DELETE FROM identifier WHERE zone = 'network' AND kind = 'oclc'")
        result = run("store", "check", *at(filled))
        assert result.exit_code == 1
        assert result.stdout.splitlines() == [
            "9910000000015816 of zone network: it is not found by oclc 1999000033, which it bears, "
            "so a match misses it",
            "  gateway store migrate makes a store with a new index.",
            f"{SECOND} of zone xyz: it cannot be read: recordLength at byte 0: 2 bytes are too few for a record",
            "  If it has an earlier version that can, bring that back: gateway records revert "
            f"{SECOND} VERSION --zone xyz. Put back a backup from before, if there is one.",
        ]
        assert result.stderr == "2 faults; 2 zones, 4 records in 5 versions, 6 submissions\n"

    def test_in_json(self, filled):
        schema(file_of(filled), "DELETE FROM record_version")
        result = run("store", "check", *at(filled), "--json")
        assert result.exit_code == 1
        [fault] = [json.loads(line) for line in result.stdout.splitlines()]
        assert list(fault) == ["code", "zone", "mms_id", "says", "fix"]
        assert (fault["code"], fault["zone"], fault["mms_id"]) == ("versions", "xyz", FIRST)
        assert json.loads(result.stderr) == {"faults": 1, "zones": 2, "records": 4, "versions": 4, "attempts": 6}

    def test_of_a_file_that_sqlite_finds_damaged(self, filled):
        damage_index(file_of(filled))
        result = run("store", "check", *at(filled))
        assert result.exit_code == 1
        first, fix, *_ = result.stdout.splitlines()
        assert first == "the store: SQLite finds the file damaged: wrong # of entries in index attempt_by_zone"
        assert fix.startswith("  Stop the gateway and keep a copy of the file.")

    def test_of_a_file_of_which_a_page_is_gone(self, filled):
        """Of all its pages but the first few nothing is left: it is told, and the command ends."""
        content = file_of(filled).read_bytes()
        file_of(filled).write_bytes(content[: 4096 * 4] + b"\0" * (len(content) - 4096 * 4))
        result = run("store", "check", *at(filled))
        assert (result.exit_code, result.exception.__class__) in ((1, SystemExit),)
        assert "the store: SQLite finds the file damaged: " in result.stdout
        assert "the store: it cannot be read any further: the store cannot be read: " in result.stdout

    @pytest.mark.parametrize(
        ("url", "said"),
        [
            ("sqlite:nowhere.db", "there is no store nowhere.db yet; gateway serve makes it"),
            ("memory:", "a memory: store can be read only by the gateway that serves it"),
            ("oracle:x", "no store is called 'oracle'; there are: "),
        ],
    )
    def test_of_no_store(self, url, said):
        result = run("store", "check", url)
        assert result.stdout == ""
        assert said in words(result)
        assert list(Path().iterdir()) == []


class TestBackup:
    def test_beside_a_running_gateway(self, gateway: Gateway):
        send(gateway, *GOOD)
        result = run("store", "backup", "copy.db", *gateway.options)
        assert (result.exit_code, result.stderr) == (0, "")
        assert result.stdout.startswith(f"copy.db is a copy of {file_of(gateway.options[1].partition('=')[2])}: ")
        assert result.stdout.endswith(" bytes, checked and on the disk\n")
        send(gateway, MARC / "minimal.mrc")
        assert [one["mms_id"] for one in listed("records", "list", *at("sqlite:copy.db"))] == [
            *(FIRST, SECOND, "9910000000035867"),
        ]
        assert len(listed("records", "list", *gateway.options)) == 4

    def test_is_served_like_any_store(self, filled):
        run("store", "backup", "copy.db", *at(filled))
        with serving("sqlite:copy.db") as gateway:
            assert listed("records", "list", *gateway.options) == listed("records", "list", *at(filled))
            send(gateway, MARC / "minimal.mrc")
            assert len(listed("records", "list", *gateway.options)) == 5
        assert run("store", "check", "sqlite:copy.db").exit_code == 0

    def test_does_not_overwrite_unless_it_is_told_to(self, filled, folder: Path):
        (folder / "copy.db").write_text("something")
        result = run("store", "backup", "copy.db", *at(filled))
        assert words(result) == "copy.db is there already; give another name, or --force to replace it"
        assert (folder / "copy.db").read_text() == "something"
        assert run("store", "backup", "copy.db", "--force", *at(filled)).exit_code == 0
        assert run("store", "check", "sqlite:copy.db").exit_code == 0

    def test_never_takes_the_store_s_own_place(self, filled):
        result = run("store", "backup", file_of(filled), "--force", *at(filled))
        assert words(result).endswith("gateway.db is the store itself; give another name")
        assert run("store", "check", *at(filled)).exit_code == 0

    def test_of_a_memory_store(self):
        result = run("store", "backup", "copy.db", *at("memory:"))
        assert words(result).startswith("a memory: store is reached by nobody but the gateway that serves it")

    def test_of_postgresql_names_the_line_to_type(self):
        result = run("store", "backup", "my copy.dump", *at("postgresql://ann:s3cret@db.example/alma?sslmode=require"))
        said = words(result)
        assert "s3cret" not in said + result.stdout
        line = shlex.split(said.splitlines()[-1])
        assert line == [
            *("pg_dump", "--format=custom", "--file=my copy.dump", "postgresql://ann@db.example/alma?sslmode=require"),
        ]


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("sqlite:a.db", "sqlite:a.db"),
        ("postgresql://db.example/alma", "postgresql://db.example/alma"),
        ("postgresql://ann@db.example:5433/alma", "postgresql://ann@db.example:5433/alma"),
        ("postgres://ann:s3cret@db.example/alma", "postgres://ann@db.example/alma"),
        ("postgresql://:s3cret@db.example/alma", "postgresql://db.example/alma"),
        ("postgresql://ann:s3cr@t@db.example/alma", "postgresql://ann@db.example/alma"),
        ("postgresql://ann:s3/cret@db.example/alma", "postgresql:…"),
        ("postgresql://ann:s3?cret@db.example/alma", "postgresql:…"),
        ("postgresql://ann:s3#cret@db.example/alma", "postgresql:…"),
        ("postgresql://ann:[s3cret@db.example/alma", "postgresql:…"),
        (
            "postgresql://ann:s3cret@a:1,b:2/alma?target_session_attrs=any",
            "postgresql://ann@a:1,b:2/alma?target_session_attrs=any",
        ),
        ("postgresql:///alma?host=/run&user=ann&password=s3cret", "postgresql:///alma?host=/run&user=ann"),
        ("postgresql://h/alma?sslpassword=s3cret&sslmode=require", "postgresql://h/alma?sslmode=require"),
    ],
)
def test_url_is_shown_without_its_password(url, shown):
    assert shown_url(url) == shown
    assert "s3" not in dump_line(url, Path("x"))


class TestMigrate:
    def test_everything_is_in_the_other_store(self, filled):
        result = run("store", "migrate", filled, "sqlite:new.db")
        assert (result.exit_code, result.stderr) == (0, "")
        assert result.stdout.splitlines() == [
            "copied 4 records in 5 versions, 6 submissions; both stores hold the same",
            'to serve the copy, write under [store] in gateway.toml: url = "sqlite:new.db"',
        ]
        for listing in (("records", "list"), ("submissions", "list")):
            assert listed(*listing, *at("sqlite:new.db")) == listed(*listing, *at(filled))
        history = ("records", "history", FIRST, "--json")
        assert run(*history, *at("sqlite:new.db")).stdout == run(*history, *at(filled)).stdout
        assert run("store", "check", "sqlite:new.db").exit_code == 0

    def test_the_copy_goes_on_with_the_next_mms_id(self, filled):
        run("store", "migrate", filled, "sqlite:new.db")
        with serving("sqlite:new.db") as gateway:
            result = run("send", *gateway.options, MARC / "minimal.mrc")
        assert "MMS ID: 9910000000045867" in result.stdout

    def test_a_target_that_is_not_empty_is_refused(self, filled):
        with serving("sqlite:new.db") as gateway:
            send(gateway, MARC / "minimal.mrc")
        before = listed("records", "list", *at("sqlite:new.db"))
        result = run("store", "migrate", filled, "sqlite:new.db")
        assert words(result) == (
            "sqlite:new.db is not empty. Give an empty store; or --resume, "
            f"if what it holds is a copy of {filled} that was cut off"
        )
        again = run("store", "migrate", filled, "sqlite:new.db", "--resume")
        assert "is not as the source has it. Either TO is no unfinished copy of FROM, or" in words(again)
        assert listed("records", "list", *at("sqlite:new.db")) == before

    def test_an_empty_store_that_is_there_is_filled(self, filled):
        with serving("sqlite:new.db"):
            pass
        assert run("store", "migrate", filled, "sqlite:new.db").exit_code == 0

    def test_what_is_there_already_is_not_copied_again(self, filled):
        run("store", "migrate", filled, "sqlite:new.db")
        result = run("store", "migrate", filled, "sqlite:new.db", "--resume")
        assert result.stdout.splitlines()[0] == (
            "copied 0 records in 0 versions, 0 submissions; both stores hold the same"
        )

    def test_a_gateway_that_serves_the_source_is_told_of(self, gateway: Gateway, store):
        send(gateway, *GOOD)
        result = run("store", "migrate", store, "sqlite:new.db")
        assert result.exit_code == 0
        assert result.stderr == (
            f"gateway: a gateway serves {store}; what arrives there from now on is not in the copy\n"
        )

    def test_a_gateway_that_serves_the_target_keeps_it(self, filled, tmp_path: Path):
        with serving(f"sqlite:{tmp_path / 'new.db'}") as gateway:
            result = run("store", "migrate", filled, f"sqlite:{tmp_path / 'new.db'}")
            assert words(result).startswith("another gateway serves the store ")
            assert listed("records", "list", *gateway.options) == []

    @pytest.mark.parametrize("urls", [("memory:", "sqlite:new.db"), ("sqlite:old.db", "memory:")])
    def test_memory_is_neither_source_nor_target(self, urls):
        said = words(run("store", "migrate", *urls))
        assert said.startswith("a memory: store is reached by nobody but the gateway that serves it")
        assert "it can be neither copied nor filled from outside" in said
        assert list(Path().iterdir()) == []

    def test_the_same_store_twice(self, filled):
        result = run("store", "migrate", filled, filled)
        assert result.exit_code == 2
        assert "FROM and TO are the same store" in result.stderr

    def test_a_source_that_is_not_there_makes_no_target(self):
        said = words(run("store", "migrate", "sqlite:old.db", "sqlite:new.db"))
        assert said == "there is no store old.db yet; gateway serve makes it"
        assert list(Path().iterdir()) == []

    def test_a_record_that_cannot_be_copied_ends_it_and_says_how_far_it_came(self, filled):
        schema(file_of(filled), "DELETE FROM record_version")
        said = words(run("store", "migrate", filled, "sqlite:new.db"))
        assert said == (
            f"version 2 of the record {FIRST} is neither its newest nor its next. So far 1 records in 1 versions, "
            "0 submissions are in sqlite:new.db, which must not be served as it is. "
            "The same command with --resume goes on"
        )


@contextmanager
def with_errors_on_terminal(*arguments: str) -> Iterator[int]:
    """A command whose standard error is a terminal; our end of that. The command has ended at the end."""
    pty = pytest.importorskip("pty")
    ours, theirs = pty.openpty()
    try:
        with subprocess.Popen(
            command(*arguments), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=theirs, env=environment()
        ) as started:
            os.close(theirs)
            yield ours
            started.communicate()
            assert started.returncode == 0
    finally:
        os.close(ours)


def read_all(terminal: int) -> str:
    """What a command writes there until it ends."""
    content = b""
    while True:
        try:
            piece = os.read(terminal, 65_536)
        except OSError:  # Linux: the other end is closed
            return content.decode()
        if not piece:
            return content.decode()
        content += piece


@pytest.mark.parametrize(
    "arguments",
    [
        ("store", "check"),
        ("store", "backup", "copy.db"),
        ("store", "migrate", "{store}", "sqlite:new.db"),
        ("records", "export", "-o", "out.xml"),
        ("records", "import", str(MARC / "minimal.mrc")),
    ],
    ids=lambda arguments: " ".join(arguments[:2]),
)
def test_a_bar_shows_how_far_it_is_on_a_terminal(filled, arguments):
    typed = [argument.replace("{store}", filled) for argument in arguments]
    with with_errors_on_terminal(*typed, *at(filled)) as terminal:
        assert "100%" in read_all(terminal)


def test_a_migration_that_is_cut_off_says_how_far_it_came_and_goes_on(store):
    """Stopped when it has written its first line, and has many megabytes before it."""

    async def fill() -> None:
        async with open_store(store) as open_one:
            for batch in range(20):
                many = (record(f"{batch:03}{number:03}", marc=b"x" * 20_000) for number in range(200))
                await put(open_one, *many)

    trio.run(fill)
    with serving(store), process("store", "migrate", store, "sqlite:new.db") as started:
        assert started.stderr is not None
        assert started.stderr.readline().startswith(b"gateway: a gateway serves ")
        started.send_signal(signal.SIGINT)
        told = started.stderr.read().decode()
        assert started.wait() == 1
    assert re.fullmatch(
        r"gateway: cut off\. So far [\d,]+ records in [\d,]+ versions, 0 submissions are in sqlite:new\.db, which must "
        r"not be served as it is\. The same command with --resume goes on\nAborted!\n",
        told,
    )
    result = run("store", "migrate", store, "sqlite:new.db", "--resume")
    assert (result.exit_code, result.stderr) == (0, "")
    assert file_of("sqlite:new.db").stat().st_size > 4_000 * 20_000
