"""`gateway send` against a gateway."""

import json
import os
from pathlib import Path

import pytest

from gateway import addresses
from gateway.cli.destination import Wanted, target
from gateway.config import load
from gateway.frontends.connexion import client
from gateway.marc.record import Record

from .gateways import HOST, MARC, OTHER_HOST, Gateway, is_good, on_terminal, run, serving, words

FILES = sorted(MARC.glob("*.mrc"))
GOOD = [file for file in FILES if is_good(file)]
BAD = [file for file in FILES if not is_good(file)]
KEYS = ["file", "record", "filed", "reply", "mms_id", "oclc_numbers", "title", "seconds", "tries", "error"]
LOGON = ("--logon-id", "01CARLI_XYZ", "--password", "xyz-secret")


def sent(result) -> list[dict]:
    return [json.loads(line) for line in result.stdout.splitlines()]


@pytest.mark.parametrize("form", ["desktop", "browser"])
@pytest.mark.parametrize("keep_open", [(), ("--keep-open",)])
def test_good_records_are_filed_and_bad_ones_are_not(gateway: Gateway, form, keep_open):
    result = run("send", *gateway.options, "--form", form, *keep_open, "--json", *FILES)
    assert result.exit_code == 1
    found = sent(result)
    assert [Path(one["file"]) for one in found] == FILES
    assert {one["file"]: one["filed"] for one in found} == {str(file): is_good(file) for file in FILES}
    assert all(one["tries"] == 1 and not one["error"] for one in found)
    assert all(one["reply"].startswith("Import Failed\n") for one in found if not one["filed"])
    listed = run("submissions", "list", *gateway.options, "--json", "--limit", "0")
    assert len(listed.stdout.splitlines()) == len(FILES)
    assert "xyz-secret" not in listed.stdout


def test_all_filed_exits_0(gateway: Gateway):
    result = run("send", *gateway.options, *GOOD)
    assert result.exit_code == 0
    assert result.stdout == f"{len(GOOD)} filed, 0 not filed\n"


def test_a_line_for_each_refusal(gateway: Gateway):
    result = run("send", *gateway.options, *BAD, GOOD[0])
    assert result.exit_code == 1
    *lines, summary = result.stdout.splitlines()
    assert [line.partition(":")[0] for line in lines] == [str(file) for file in BAD]
    no_title = MARC / "refused-no-245.mrc"
    assert f"{no_title}: Import Failed. Not imported: there is no title field (245)." in lines
    assert summary == f"1 filed, {len(BAD)} not filed"


def test_json_keys(gateway: Gateway):
    result = run("send", *gateway.options, "--json", MARC / "former-numbers.mrc")
    [one] = sent(result)
    assert list(one) == KEYS
    assert one["record"] == 1
    assert one["mms_id"].startswith("99")
    assert one["mms_id"].endswith("5867")
    assert one["mms_id"] in one["reply"]
    assert one["oclc_numbers"]
    assert one["title"]
    assert one["seconds"] > 0


def test_one_record_prints_the_reply(gateway: Gateway):
    filed = run("send", *gateway.options, MARC / "cjk.mrc")
    assert (filed.exit_code, filed.stdout.splitlines()[0]) == (0, "The record has been processed successfully.")
    refused = run("send", *gateway.options, MARC / "refused-authority.mrc")
    assert (refused.exit_code, refused.stdout.splitlines()[0]) == (1, "Import Failed")


def test_records_of_a_file_are_numbered(gateway: Gateway, folder: Path):
    file = folder / "several.mrc"
    file.write_bytes(b"\r\n".join((MARC / f"{name}.mrc").read_bytes() for name in ("cjk", "refused-no-245", "serial")))
    result = run("send", *gateway.options, file)
    assert result.stdout.splitlines()[0].startswith(f"{file} record 2: Import Failed. ")
    assert result.stdout.splitlines()[1:] == ["2 filed, 1 not filed"]


def test_standard_input(gateway: Gateway):
    result = run("send", *gateway.options, "--json", "-", given=(MARC / "cjk.mrc").read_bytes())
    assert result.exit_code == 0
    assert sent(result)[0]["file"] == "-"


def test_the_zone_of_ones_choice(gateway: Gateway):
    result = run("send", *gateway.options, "--zone", "network", "--json", MARC / "cjk.mrc")
    assert result.stderr == ""
    assert sent(result)[0]["mms_id"].endswith("5816")


def test_the_default_zone_is_named(gateway: Gateway):
    result = run("send", *gateway.options, MARC / "cjk.mrc")
    assert result.stderr == f"to {gateway.address}:{gateway.port} as 01CARLI_XYZ (zone xyz)\n"


def test_without_a_zone_nothing_of_the_settings_is_used(gateway: Gateway):
    where = ("--host", gateway.address, "--port", str(gateway.port))
    result = run("send", *where, *LOGON, MARC / "cjk.mrc")
    assert (result.exit_code, result.stderr) == (0, "")


@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_password_from_a_file(gateway: Gateway, folder: Path, end):
    (folder / "password").write_bytes(f"xyz-secret{end}".encode())
    options = ("--logon-id", "01CARLI_XYZ", "--password-file", folder / "password")
    assert run("send", *gateway.options, *options, MARC / "cjk.mrc").exit_code == 0


def test_password_from_the_environment(gateway: Gateway, monkeypatch):
    monkeypatch.setenv("SECRET_OF_XYZ", "xyz-secret")
    assert run("send", *gateway.options, "--password-env", "SECRET_OF_XYZ", MARC / "cjk.mrc").exit_code == 0


def test_a_wrong_logon_is_refused(gateway: Gateway):
    result = run("send", *gateway.options, "--logon-id", "01carli_xyz", "--password", "x", MARC / "cjk.mrc")
    assert result.exit_code == 1
    assert result.stdout == "Logon Failed--the Logon ID and/or password is/are not valid\n"


def test_a_hash_cannot_be_sent(store):
    from argon2 import PasswordHasher

    phc = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash("my own")
    with serving(store, f"zones.xyz.password={phc}") as gateway:
        refused = run("send", *gateway.options, MARC / "cjk.mrc")
        assert refused.exit_code == 2
        assert "the settings hold the password of zone xyz as a hash only; give it with --password" in refused.stderr
        assert run("send", *gateway.options, "--password", "my own", MARC / "cjk.mrc").exit_code == 0


def test_set_005_makes_a_record_older_or_newer(gateway: Gateway):
    result = run("send", *gateway.options, "--set-005", "20250102030405.6", MARC / "cjk.mrc")
    assert result.exit_code == 0
    raw = run("submissions", "show", "1", "--raw", *gateway.options).stdout_bytes
    assert [field.text for field in Record.parse(raw).get("005")] == ["20250102030405.6"]
    arrived = Record.parse((MARC / "cjk.mrc").read_bytes())
    assert [field.tag for field in Record.parse(raw).fields] == [field.tag for field in arrived.fields]


def test_a_record_that_cannot_be_read_keeps_its_005(gateway: Gateway):
    file = MARC / "broken-directory-length.mrc"
    result = run("send", *gateway.options, "--set-005", "20250102030405.6", file)
    assert result.exit_code == 1
    assert f"{file}: goes with its 005 as it is; directory at byte 24" in result.stderr
    assert run("submissions", "show", "1", "--raw", *gateway.options).stdout_bytes == file.read_bytes()


def test_nobody_there_exits_3(deaf_port):
    where = ("--host", "127.0.0.1", "--port", str(deaf_port), "--retries", "1")
    result = run("send", *where, *LOGON, *GOOD)
    assert result.exit_code == 3
    assert result.stdout == f"0 filed, 0 not filed, {len(GOOD)} not sent\n"
    assert result.stderr == f"gateway: cannot connect to 127.0.0.1 port {deaf_port}: nothing listens there\n"


def test_nobody_there_in_json(deaf_port):
    options = ("--set", f"hosts.{HOST}.connexion={deaf_port}", "--retries", "0", "--json")
    result = run("send", *options, *GOOD)
    assert result.exit_code == 3
    [one] = sent(result)
    assert (one["filed"], one["tries"]) == (False, 1)
    assert one["error"] == f"cannot connect to 127.0.0.1 port {deaf_port}: nothing listens there"
    assert "if it runs elsewhere, give the address and port that gateway serve named" in result.stderr


def test_another_host_at_the_place_of_the_settings_is_sent_nothing(gateway: Gateway):
    result = run("send", *gateway.exchanged, "--zone", "network", *GOOD)
    place = f"{gateway.address}:{gateway.port}"
    assert result.exit_code == 3
    assert result.stdout == f"0 filed, 0 not filed, {len(GOOD)} not sent\n"
    assert result.stderr == (
        f"gateway: {place} is the host {HOST}, not {OTHER_HOST}, perhaps because of --lan; "
        "if it runs elsewhere, give the address and port that gateway serve named, with --host and --port\n"
    )
    assert run("submissions", "list", *gateway.options).stderr == "nothing has arrived\n"


def test_another_host_in_json(gateway: Gateway):
    result = run("send", *gateway.exchanged, "--json", *GOOD)
    [one] = sent(result)
    assert (result.exit_code, one["filed"], one["tries"]) == (3, False, 0)
    assert f" is the host {OTHER_HOST}, not {HOST}" in one["error"]


def test_where_the_command_line_says_where_to_any_host_will_do(gateway: Gateway):
    place = ("--host", gateway.address, "--port", str(gateway.port))
    assert run("send", *gateway.exchanged, *place, MARC / "cjk.mrc").exit_code == 0


def test_what_is_asked_costs_one_connection(gateway: Gateway, monkeypatch):
    asked = []

    async def ask(address: str, port: int) -> addresses.Answer:
        asked.append((address, port))
        return addresses.Answer("nothing that names a host")

    monkeypatch.setattr(addresses, "ask", ask)
    assert run("send", *gateway.options, *GOOD).exit_code == 0
    assert asked == [(gateway.address, gateway.port)]


def test_defaults_are_those_of_the_sender():
    where, host = target(load(), Wanted("network", *[None] * 7, "desktop", False, None, None, None))
    assert host == OTHER_HOST
    assert (where.retries, where.delay, where.timeout) == (
        client.RETRIES,
        client.DELAY_SECONDS,
        client.TIMEOUT_SECONDS,
    )
    said = " ".join(run("send", "--help").stdout.split())
    for help_, default in (("without a reply.", where.retries), ("two tries.", where.delay), ("try.", where.timeout)):
        assert f"{help_} [{default:g}]" in said


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--zone", "netwrk"), "there is no zone 'netwrk'; did you mean network?"),
        (("--zone", "q"), "there is no zone 'q'; there are xyz, network, sandbox-abc and network-sandbox"),
        (("--host", "https://alma.example"), "a name or an address alone, without https:// and without /"),
        (("--host", "alma.example/"), "a name or an address alone"),
        (("--host", ""), "a name or an address alone"),
        (("--set", f"hosts.{HOST}.connexion=0"), "the port of zone xyz is any free one (0 in the settings); give the"),
        (("--logon-id", "01CARLI_ABC"), "--logon-id wants --password, --password-env or --password-file too"),
        (("--password", "a", "--password-env", "B"), "give one of --password, --password-env and --password-file"),
        (("--password-env", "NOT_SET"), "there is no environment variable NOT_SET"),
        (("--password", "x" * 192), "item P is 192 bytes long; the protocol carries at most 191"),
        (("--set-005", "2025-01-02"), "must be 14 digits, a full stop and a digit"),
        (("--timeout", "nan"), "'nan' is not a number of seconds"),
        (("--timeout", "0"), "must be above 0"),
        (("--delay", "-1"), "'-1' is not a number of seconds"),
        (("--retries", "-1"), "--retries"),
        (("no-such-file.mrc",), "no-such-file.mrc"),
        (("-c", "no-such-settings.toml"), "no-such-settings.toml"),
    ],
)
def test_usage(options, said):
    result = run("send", *options, MARC / "cjk.mrc")
    assert result.exit_code == 2 or type(result.exception).__name__ == "SettingsError"
    assert said in " ".join(words(result).split())


def test_an_empty_file_is_no_success(folder: Path):
    (folder / "empty.mrc").write_bytes(b"\n")
    result = run("send", "empty.mrc")
    assert result.exit_code == 2
    assert "empty.mrc is empty" in result.stderr


def test_on_a_terminal_a_progress_bar_beside_the_refusals(gateway: Gateway):
    with on_terminal("send", *gateway.options, *map(str, FILES)) as (started, terminal):
        said = b""
        while b" not filed\r\n" not in said:
            said += os.read(terminal, 65_536)
        assert started.wait(30) == 1
    text = said.decode()
    assert f"{len(FILES)}/{len(FILES)}" in text
    assert f"{MARC / 'refused-no-245.mrc'}: Import Failed. Not imported: there is no title field (245)." in text
    assert f"{len(GOOD)} filed, {len(BAD)} not filed" in text
