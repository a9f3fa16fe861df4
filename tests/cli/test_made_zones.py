"""Commands about zones that were made at run time: the store tells of them what the settings do not."""

import json
from pathlib import Path

import pytest
import trio

from gateway.config import load
from gateway.desk import zones as desk
from gateway.desk.zones import ZoneWanted
from gateway.rulebook import zones_of
from gateway.stores import open_store
from gateway.stores.base import Purpose
from tests.importer.test_logon import hashed

from .gateways import MARC, Gateway, run, serving, words
from .test_watch import rest, watching

WANTED = ZoneWanted(key="test-1", code="01TEST_1", mms_suffix="7001", password=hashed("tuna-salad"))
NETWORK = ZoneWanted(
    key="test-network", code="01TEST_NETWORK", kind="network", mms_suffix="7002", password=hashed("pea-soup")
)
MMS = "9910000000017001"


@pytest.fixture
def made(store: str) -> str:
    """The URL of a store that keeps these two zones."""
    make(store, WANTED, NETWORK)
    return store


def make(url: str, *wanted: ZoneWanted, purpose: Purpose = "serve") -> None:
    async def make_all() -> None:
        async with open_store(url, purpose=purpose) as store:
            zones = zones_of(load())
            await zones.begin(store)
            for one in wanted:
                await desk.make(store, zones, one)

    trio.run(make_all)


def on(url: str, *settings: str) -> list[str]:
    """Options that make a command use this store."""
    return [word for value in (f"store.url={url}", *settings) for word in ("--set", value)]


class TestZones:
    def test_are_listed_after_those_of_the_settings(self, made: str) -> None:
        found = [json.loads(line) for line in run("zones", "--json", *on(made)).stdout.splitlines()]
        assert [one["zone"] for one in found] == [
            *("xyz", "network", "sandbox-abc", "network-sandbox"),
            *("test-1", "test-network"),
        ]
        assert [one["made_at"] is None for one in found] == [True] * 4 + [False] * 2
        assert (found[4]["code"], found[4]["mms_suffix"], found[4]["left_out"]) == ("01TEST_1", "7001", None)
        assert found[4]["profile"]["Merge Method"] == "Overlay all fields but local"

    def test_one_is_shown(self, made: str) -> None:
        lines = run("zones", "test-1", *on(made)).stdout.splitlines()
        assert lines[:2] == ["test-1", "  Logon ID             01TEST_1"]
        assert lines[6].startswith("  Made                 at run time, 20")
        assert "tuna-salad" not in "\n".join(lines)
        assert "$argon2" not in "\n".join(lines)

    def test_one_that_is_left_out_is_said_to_be(self, made: str) -> None:
        own = on(made, "zones.xyz.code=01TEST_1")
        lines = run("zones", "test-1", *own).stdout.splitlines()
        assert lines[-1].startswith("  Left out             code: '01TEST_1' is also the code of zone xyz on host ")
        refused = run("records", "list", "--zone", "test-1", *own)
        assert refused.exit_code == 2
        assert "zone 'test-1' was made at run time and is left out: code '01TEST_1' is also the code" in refused.stderr

    def test_a_store_that_cannot_be_read_leaves_those_of_the_settings(self, folder: Path) -> None:
        (folder / "broken.db").write_bytes(b"no database" * 1_000)
        result = run("zones", "--json", *on("sqlite:broken.db"))
        assert result.exit_code == 0
        assert len(result.stdout.splitlines()) == 4
        assert result.stderr.startswith("gateway: zones made at run time are not shown: ")

    def test_a_slip_is_told_with_their_names(self, made: str) -> None:
        for command in (("zones", "tset-1"), ("records", "list", "--zone", "tset-1")):
            result = run(*command, *on(made))
            assert result.exit_code == 2
            assert "there is no zone 'tset-1'; did you mean test-1?" in result.stderr


class TestZoneOption:
    def test_of_send_wants_the_password_as_well(self, made: str) -> None:
        with serving(made) as gateway:
            refused = run("send", "--zone", "test-1", *gateway.options, MARC / "cjk.mrc")
            assert refused.exit_code == 2
            assert "the store holds the password of zone test-1 as a hash only; give it with --password" in (
                refused.stderr
            )
            sent = run("send", "--zone", "test-1", "--password", "tuna-salad", *gateway.options, MARC / "cjk.mrc")
            assert (sent.exit_code, sent.stdout.splitlines()[-1]) == (0, f"MMS ID: {MMS}")
            listed = run("submissions", "list", "--zone", "test-1", "--json", *gateway.options)
            assert [json.loads(line)["mms_id"] for line in listed.stdout.splitlines()] == [MMS]
            report = run("submissions", "show", "1", *gateway.options).stdout
            assert "test-1, because the host i-share-xyz has it under the logon ID 01TEST_1" in " ".join(report.split())

    def test_of_records_import_list_show_and_export(self, made: str, folder: Path) -> None:
        imported = run("records", "import", MARC / "cjk.mrc", "--zone", "test-1", *on(made))
        assert (imported.exit_code, words(imported)) == (0, imported.stderr)
        assert "into zone test-1: 1 created" in imported.stderr
        listed = run("records", "list", "--zone", "test-1", "--json", *on(made))
        assert json.loads(listed.stdout)["mms_id"] == MMS
        assert run("records", "show", MMS, *on(made)).exit_code == 0
        assert MMS in run("records", "list", *on(made)).stdout
        run("records", "export", "--zone", "test-1", "-o", "one.mrc", *on(made))
        assert (folder / "one.mrc").stat().st_size > 0
        run("records", "export", "--all", "-o", "all", *on(made))
        assert (folder / "all" / "test-network.mrc").exists()

    def test_of_records_check(self, made: str) -> None:
        assert run("records", "check", MARC / "cjk.mrc", "--zone", "test-1", *on(made)).exit_code == 0

    def test_of_a_memory_store_is_not_known_to_commands(self) -> None:
        result = run("records", "list", "--zone", "test-1", *on("memory:"))
        assert result.exit_code == 2
        assert "there is no zone 'test-1'; there are xyz, network, sandbox-abc and network-sandbox" in result.stderr


def test_a_watch_tells_of_exports_to_a_zone_that_is_made_meanwhile(gateway: Gateway) -> None:
    with watching(gateway, "--once") as (started, _):
        make(gateway.options[1].partition("=")[2], WANTED, purpose="change")
        run("send", "--zone", "test-1", "--password", "tuna-salad", *gateway.options, MARC / "cjk.mrc")
        told = rest(started.stdout).splitlines()
        assert started.wait() == 0
    assert "ok    logon: test-1, because the host i-share-xyz has it under the logon ID 01TEST_1" in told


def test_a_watch_waits_for_exports_to_one(gateway: Gateway) -> None:
    make(gateway.options[1].partition("=")[2], WANTED, purpose="change")
    with watching(gateway, "--zone", "test-1") as (_, said):
        assert said[1:] == [
            f"  test-1: Host Name {gateway.address}, Port {gateway.port}, Logon ID 01TEST_1, and its password",
            "Waiting for exports to test-1; Ctrl-C ends it.",
        ]
