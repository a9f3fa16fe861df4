"""`gateway store …`: what is wrong in a store, a copy of it beside a running gateway, all of it into another."""

import json
import os
import re
import signal
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import apsw
import pytest
import trio
from msgspec.structs import replace

from gateway.cli.store.check import Looking
from gateway.cli.store.places import shown_url, within
from gateway.config import load
from gateway.errors import StoreError
from gateway.stores import open_store
from gateway.stores.base import Store
from tests.marc.mnemonic import mrk
from tests.stores.damage import blank_pages, damage_index
from tests.stores.nouns import PATIENCE, exchange, put, record, webhook
from tests.stores.sqlite_file import made_by_schema, schema

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
            "  gateway store check --repair mends it.",
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
        assert list(fault) == ["code", "zone", "mms_id", "says", "fix", "mended"]
        assert (fault["code"], fault["zone"], fault["mms_id"]) == ("versions", "xyz", FIRST)
        assert json.loads(result.stderr) == {
            "faults": 1,
            "mended": 0,
            "zones": 2,
            "records": 4,
            "versions": 4,
            "attempts": 6,
            "holdings": 0,
        }

    def test_of_a_file_that_sqlite_finds_damaged(self, filled):
        damage_index(file_of(filled))
        result = run("store", "check", *at(filled))
        assert result.exit_code == 1
        first, fix, *_ = result.stdout.splitlines()
        assert first == "the store: SQLite finds the file damaged: wrong # of entries in index attempt_by_zone"
        assert fix.startswith("  Stop the gateway and keep a copy of the file.")

    def test_of_a_file_of_which_a_page_is_gone(self, filled):
        """Of nearly all its pages nothing is left: it is told, and the command ends."""
        blank_pages(file_of(filled))
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


class TestRepair:
    """A store of which somebody has emptied the network zone's index, and set back the counter of the zone xyz."""

    @pytest.fixture
    def damaged(self, filled: str) -> str:
        schema(file_of(filled), "DELETE FROM identifier WHERE zone = 'network' AND kind = 'oclc'")
        schema(file_of(filled), "UPDATE zone SET ordinal = 1 WHERE zone = 'xyz'")
        return filled

    SAID = (
        "9910000000015816 of zone network: it is not found by oclc 1999000033, which it bears, so a match misses it",
        "  Mended.",
        "9910000000035867 of zone xyz: its number lies beyond the zone's counter, which is at 1: "
        "it will be given again to another record",
        "  Mended.",
    )

    def test_mends_what_it_finds_and_says_so(self, damaged):
        result = run("store", "check", "--repair", *at(damaged))
        assert (result.exit_code, result.stdout.splitlines()) == (0, [*self.SAID])
        assert result.stderr == "2 faults, all mended; 2 zones, 4 records in 5 versions, 6 submissions\n"
        assert run("store", "check", *at(damaged)).exit_code == 0

    def test_beside_a_running_gateway(self, damaged):
        with serving(damaged) as gateway:
            assert run("store", "check", "--repair", *gateway.options).exit_code == 0
            assert "MMS ID: 9910000000045867" in run("send", *gateway.options, MARC / "minimal.mrc").stdout
            network = run("send", *gateway.options, "--zone", "network", MARC / "cjk.mrc")
            assert "MMS ID: 9910000000015816" in network.stdout
        assert run("store", "check", *at(damaged)).exit_code == 0

    def test_of_a_store_that_an_early_gateway_made(self, tmp_path: Path):
        """It was found by OCLC numbers alone."""
        marc = mrk(f"=001  {FIRST}\n=020  \\\\$a9786990001036\n=035  \\\\$a(OCoLC)7\n=245  10$aTides").serialize()
        early = f"sqlite:{tmp_path / 'early' / 'gateway.db'}"
        made_by_schema(
            1,
            file_of(early),
            "INSERT INTO zone VALUES ('xyz', 1)",
            f"INSERT INTO record VALUES ('xyz', '{FIRST}', 1, X'{marc.hex()}', 'Tides', "
            """CAST('[["oclc","7"]]' AS BLOB), '', '', 0, '')""",
            f"INSERT INTO identifier VALUES ('xyz', '7', 'oclc', '{FIRST}')",
        )
        assert words(run("store", "check", "--repair", early)).endswith("gateway serve brings an older one up to date")
        with serving(early) as gateway:
            result = run("store", "check", "--repair", early)
            assert (result.exit_code, result.stdout.splitlines()) == (
                0,
                [
                    f"{FIRST} of zone xyz: it is kept under other numbers than it bears: without isbn 9786990001036",
                    "  Mended.",
                ],
            )
            assert [one["mms_id"] for one in listed("records", "list", "--isbn", "9786990001036", *at(early))] == [
                FIRST
            ]
            assert "MMS ID: 9910000000025867" in run("send", *gateway.options, MARC / "minimal.mrc").stdout

    def test_what_it_cannot_mend_is_left_and_told(self, damaged):
        schema(file_of(damaged), "DELETE FROM record_version")
        result = run("store", "check", "--repair", *at(damaged), "--json")
        assert result.exit_code == 1
        told = [json.loads(line) for line in result.stdout.splitlines()]
        assert [(one["code"], one["mended"]) for one in told] == [
            *(("not_indexed", True), ("versions", False), ("counter", True)),
        ]
        assert json.loads(result.stderr)["mended"] == 2

    def test_nothing_is_mended_in_a_damaged_file(self, damaged):
        damage_index(file_of(damaged))
        result = run("store", "check", "--repair", *at(damaged))
        assert result.exit_code == 1
        assert "Mended" not in result.stdout
        assert result.stderr.splitlines()[0] == (
            "gateway: nothing is mended in a damaged file; to write to it may damage more"
        )

    def test_that_its_turn_does_not_come_is_no_fault(self, damaged):
        looking = Looking(load(), repair=True, as_json=False, seconds=0.1)

        async def look(store: Store) -> None:
            await looking.look(store, None)

        with closing(apsw.Connection(str(file_of(damaged)))) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(StoreError, match=r"; nothing .*\. Run it again\. So far: no faults; 2 zones, "):
                trio.run(within, damaged, "change", look)
        assert run("store", "check", "--repair", *at(damaged)).exit_code == 0

    def test_of_no_store(self):
        assert "there is no store nowhere.db yet" in words(run("store", "check", "--repair", "sqlite:nowhere.db"))
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

    def test_to_standard_output(self, filled, folder: Path):
        result = run("store", "backup", "-", *at(filled))
        assert result.exit_code == 2
        assert "give the name of a file: a copy is one only when all of it is on the disk" in result.stderr
        assert not (folder / "-").exists()


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
        assert words(result) == "sqlite:new.db is not empty; give an empty store"
        again = run("store", "migrate", filled, "sqlite:new.db", "--resume")
        assert "is not as the source has it. Either TO is no unfinished copy of FROM, or" in words(again)
        assert listed("records", "list", *at("sqlite:new.db")) == before

    def test_a_webhook_goes_along_and_makes_a_target_one_that_is_not_empty(self, store):
        async def keep(opened: Store) -> None:
            assert await opened.swap_webhook(None, webhook("ci"))

        trio.run(within, store, "serve", keep)
        result = run("store", "migrate", store, "sqlite:new.db")
        copied = "copied 0 records in 0 versions, 0 submissions, 1 webhooks; both stores hold the same"
        assert result.stdout.splitlines()[0] == copied
        again = run("store", "migrate", store, "sqlite:new.db")
        assert words(again) == "sqlite:new.db is not empty; give an empty store"

    def test_an_exchange_goes_along_and_makes_a_target_one_that_is_not_empty(self, store):
        async def keep(opened: Store) -> None:
            await opened.put_exchanges([replace(exchange(), seq=3)])

        trio.run(within, store, "serve", keep)
        result = run("store", "migrate", store, "sqlite:new.db")
        copied = "copied 0 records in 0 versions, 0 submissions, 1 NCIP exchanges; both stores hold the same"
        assert result.stdout.splitlines()[0] == copied
        again = run("store", "migrate", store, "sqlite:new.db")
        assert words(again) == "sqlite:new.db is not empty; give an empty store"

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

    @pytest.mark.parametrize("again", ["{store}", "sqlite:gateway.db", "sqlite:./gateway.db"])
    def test_the_same_store_twice(self, filled, again):
        result = run("store", "migrate", filled, again.format(store=filled))
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
            "0 submissions are in sqlite:new.db, which cannot be served as it is. "
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
        ("store", "index", "--anew"),
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


@pytest.fixture
def large(store: str) -> str:
    """A store of 80 MB, whose records cannot be read."""

    async def fill() -> None:
        async with open_store(store) as open_one:
            for batch in range(20):
                many = (record(f"{batch:03}{number:03}", marc=b"x" * 20_000) for number in range(200))
                await put(open_one, *many)

    trio.run(fill)
    return store


def test_a_check_that_is_cut_off_says_how_far_it_came(large):
    with process("store", "check", large) as started:
        assert started.stdout is not None
        assert started.stderr is not None
        assert b" of zone xyz: " in started.stdout.readline()
        started.send_signal(signal.SIGINT)
        started.stdout.read()
        assert re.fullmatch(rb"gateway: cut off\. So far: [\d,]+ faults?; .*\nAborted!\n", started.stderr.read())
        assert started.wait() == 1


def test_ctrl_c_in_a_task_of_the_store_is_raised_as_it_is(store):
    """The writer of an SQLite store runs plans."""

    def plan(_: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        trio.run(within, store, "serve", lambda open_one: open_one.transact("xyz", plan, seconds=PATIENCE))


HELD_UP = """
import trio

from gateway.cli import main
from gateway.stores import moving


async def compare(*_):
    await trio.sleep_forever()


moving.compare = compare
main()
"""
"""The gateway, but that a migration comes no further than to where it would prove that all was copied."""


class TestMigrationThatIsCutOff:
    @pytest.fixture
    def told(self, large: str) -> str:
        """What it said; it was stopped when it had written its first line, at the latest before its proof."""
        with serving(large), process("store", "migrate", large, "sqlite:new.db", script=HELD_UP) as started:
            assert started.stderr is not None
            assert started.stderr.readline().startswith(b"gateway: a gateway serves ")
            started.send_signal(signal.SIGINT)
            said = started.stderr.read().decode()
            assert started.wait() == 1
        return said

    def test_says_how_far_it_came_and_goes_on(self, large, told):
        assert re.fullmatch(
            r"gateway: cut off\. So far [\d,]+ records in [\d,]+ versions, 0 submissions are in sqlite:new\.db, which "
            r"cannot be served as it is\. The same command with --resume goes on\nAborted!\n",
            told,
        )
        result = run("store", "migrate", large, "sqlite:new.db", "--resume")
        assert (result.exit_code, result.stderr) == (0, "")
        assert file_of("sqlite:new.db").stat().st_size > 4_000 * 20_000
        with serving("sqlite:new.db") as gateway:
            send(gateway, MARC / "cjk.mrc")

    def test_leaves_a_copy_that_nobody_takes_for_a_whole_one(self, large, told):
        assert "So far " in told
        refused = (
            "sqlite:new.db is a copy that was cut off, and not all is in it: "
            "gateway store migrate FROM TO --resume goes on"
        )
        serve = command("serve", *at("sqlite:new.db"))
        served = subprocess.run(serve, capture_output=True, text=True, env=environment(), timeout=60)
        assert (served.returncode, served.stdout, served.stderr) == (2, "", f"gateway: {refused}\n")
        assert words(run("records", "import", MARC / "cjk.mrc", *at("sqlite:new.db"))) == refused
        assert words(run("store", "migrate", large, "sqlite:new.db")) == refused
        assert words(run("store", "migrate", "sqlite:new.db", "sqlite:third.db")) == refused
        check = run("store", "check", "sqlite:new.db", "--json")
        assert json.loads(check.stdout.splitlines()[0])["code"] == "unfinished_copy"
