"""`gateway config …` as a person or a script uses it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from argon2 import PasswordHasher, extract_parameters
from click.testing import CliRunner, Result

from gateway import config
from gateway.cli.config import config as group
from gateway.cli.options import Options
from gateway.errors import SettingsError

PASSWORD = "Hunter2-Zx9"


@pytest.fixture(autouse=True)
def working_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def run(*arguments: str, options: Options | None = None, given: str | bytes = "") -> Result:
    return CliRunner().invoke(group, arguments, obj=options or Options(), input=given)


def refusal(*arguments: str, options: Options | None = None, given: str | bytes = "") -> str:
    """The words of the SettingsError that the root command turns into exit code 2."""
    result = run(*arguments, options=options, given=given)
    assert isinstance(result.exception, SettingsError)
    assert PASSWORD not in str(result.exception) + result.output
    return str(result.exception)


def test_check_says_what_it_found() -> None:
    file = Path("my.toml")
    file.write_text(
        '[store]\nurl = "memory:"\n[hosts.library]\nconnexion = 0\n[zones.main]\nhost = "library"\n'
        f'kind = "institution"\ncode = "01LIB"\nmms_suffix = "1234"\npassword = "{PASSWORD}"\n'
    )
    result = run("check", options=Options(file))
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "ok",
        "file   my.toml",
        "store  memory:",
        "host   library: 127.0.0.1 port 0",
        "zone   main: 01LIB at library, institution, profile carli-iz",
    ]


@pytest.mark.parametrize(
    ("profiles", "words"),
    [
        ('["csu-nz"]', "profile csu-nz"),
        ("[]", "no profile: no record comes in"),
        ('["carli-iz", "csu-nz"]', "profiles carli-iz, csu-nz: no record comes in"),
    ],
)
def test_check_says_which_profile_a_zone_has(profiles: str, words: str) -> None:
    result = run("check", options=Options(overrides=(f"zones.xyz.profiles={profiles}",)))
    assert f"zone   xyz: 01CARLI_XYZ at i-share-xyz, institution, {words}\n" in result.stdout


def test_check_without_a_file() -> None:
    assert run("check").stdout.startswith("ok\nfile   none: the built-in settings\n")


def test_check_of_settings_that_cannot_be_used() -> None:
    words = refusal("check", options=Options(overrides=("limits.conections=5",)))
    assert words.startswith("limits.conections (--set limits.conections): ")


def test_show_masks_passwords_and_tells_places() -> None:
    result = run("show", options=Options(overrides=(f"zones.xyz.password={PASSWORD}", "log.level=debug")))
    assert result.exit_code == 0
    assert PASSWORD not in result.output
    assert "-secret" not in result.output
    assert 'password = "********"  # --set zones.xyz.password\n' in result.stdout
    assert 'level = "debug"  # --set log.level\n' in result.stdout


def test_show_as_json_is_one_object_a_line() -> None:
    result = run("show", "--json", options=Options(overrides=(f"zones.xyz.password={PASSWORD}",)))
    entries = [json.loads(line) for line in result.stdout.splitlines()]
    assert PASSWORD not in result.output
    assert entries[0] == {
        "key": "store.url",
        "value": "sqlite:gateway-data/gateway.db",
        "origin": "built-in settings",
    }
    assert {"key": "zones.xyz.password", "value": "********", "origin": "--set zones.xyz.password"} in entries
    assert {"key": "zones.network.profiles", "value": ["carli-nz"], "origin": "built-in settings"} in entries
    assert {"key": "profiles.csu-nz.match_cancelled", "value": True, "origin": "built-in settings"} in entries


def test_example_redirected_is_a_settings_file() -> None:
    result = run("example")
    assert result.stdout_bytes == config.example_text().encode()
    Path("gateway.toml").write_bytes(result.stdout_bytes)
    settings = config.load()
    assert not settings.builtin_hosts
    assert settings.zones == config.load(Path(os.devnull)).zones


@pytest.mark.parametrize("ending", ["", "\n", "\r\n", "\nand what follows\n"])
def test_hash_password_reads_one_line(ending: str) -> None:
    result = run("hash-password", given=(PASSWORD + ending).encode())
    assert result.exit_code == 0
    assert PASSWORD not in result.output
    phc = result.stdout.strip()
    PasswordHasher().verify(phc, PASSWORD)
    parameters = extract_parameters(phc)
    assert (parameters.memory_cost, parameters.time_cost, parameters.parallelism) == (19 * 1024, 2, 1)
    loaded = config.load(overrides=[f"zones.xyz.password={phc}"])
    assert loaded.zones["xyz"].password.hashed


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("", "the password is empty"),
        ("\n", "the password is empty"),
        (f"{PASSWORD}{'x' * 181}\n", "the password is 192 bytes long"),
        (b"\xff\xfe\n", "not UTF-8"),
        ("$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ$aGFzaGhhc2g\n", "is a hash already"),
    ],
)
def test_hash_password_refuses(given: str | bytes, words: str) -> None:
    assert words in refusal("hash-password", given=given)


@pytest.mark.skipif(sys.platform == "win32", reason="a pseudo-terminal is Unix's")
def test_hash_password_asks_twice_without_echo_on_a_terminal() -> None:
    command = [sys.executable, "-c", "from gateway.cli.config import config; config()", "hash-password"]
    spawn = f"import pty; pty.spawn({command!r})"
    with subprocess.Popen([sys.executable, "-c", spawn], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as terminal:
        assert terminal.stdin
        assert terminal.stdout
        seen = b""
        for prompt in (b"Password: ", b"confirmation: "):
            while not seen.endswith(prompt):
                more = os.read(terminal.stdout.fileno(), 1024)
                assert more, seen
                seen += more
            terminal.stdin.write(f"{PASSWORD}\n".encode())
            terminal.stdin.flush()
        seen += terminal.stdout.read()
    assert PASSWORD.encode() not in seen
    PasswordHasher().verify(seen.decode().split()[-1], PASSWORD)


def test_nothing_heavy_is_imported_before_a_command_needs_it() -> None:
    command = (
        "import sys, gateway.cli.config; print([name for name in ('argon2', 'rich', 'trio') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", command], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
