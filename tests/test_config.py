"""Settings: what is in force, where it comes from, and what is said of settings that cannot be used."""

import contextlib
import os
import shutil
import subprocess
import sys
import tomllib
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path

import hypothesis
import msgspec
import pytest
from hypothesis import strategies as st
from msgspec import NODEFAULT, structs

import gateway
from gateway import config
from gateway.config.tree import FAMILIES, SECTIONS
from gateway.errors import SettingsError
from gateway.model import Host, Zone

PASSWORD = "Hunter2-Zx9"
HASH = "$argon2id$v=19$m=19456,t=2,p=1$Xw7tzWZPt3P5749Spwl3zg$Q2L+asdqr39BwxI88G3vbTFr/RXGpd/EG7rX07EsQJg"

LIBRARY = f"""\
[hosts.library]
connexion = 0

[zones.main]
host = "library"
kind = "institution"
code = "01LIB_MAIN"
mms_suffix = "1234"
password = "{PASSWORD}"
"""
"""A file with one host and one zone, in lines 1 to 9."""


@pytest.fixture(autouse=True)
def working_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Each test works in an empty folder of its own, where `gateway.toml` is the file in force."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(text: str, name: str = "gateway.toml") -> Path:
    path = Path(name)
    path.write_text(text, encoding="utf-8")
    return path


def problems(
    text: str = "", *, file: Path | None = None, environ: Mapping[str, str] = {}, overrides: Sequence[str] = ()
) -> list[str]:
    """The lines of the error that these settings give; `text` is that of gateway.toml."""
    if text:
        write(text)
    with pytest.raises(SettingsError) as caught:
        config.load(file, environ=environ, overrides=overrides)
    everything = "".join(traceback.format_exception(caught.value)) + repr(caught.value)
    assert PASSWORD not in everything
    assert caught.value.__context__ is None
    return str(caught.value).splitlines()


def example() -> dict[str, dict[str, object]]:
    return tomllib.loads(config.example_text())


KEYS = [
    f"{table}.{key}.{name}" if name else f"{table}.{key}"
    for table, entries in example().items()
    for key, value in entries.items()
    for name in (value if isinstance(value, dict) else [""])
]
"""Every key of `config.example.toml`, in its order."""


class TestExample:
    """`config.example.toml` and the structs tell the same."""

    @pytest.mark.parametrize("section", SECTIONS)
    def test_defaults_of_a_section_are_the_examples(self, section: str) -> None:
        assert msgspec.to_builtins(SECTIONS[section]()) == example()[section]

    def test_has_every_table_and_no_other(self) -> None:
        assert [*example()] == [*SECTIONS, *FAMILIES]
        assert [field.name for field in structs.fields(config.Settings)] == [*SECTIONS, *FAMILIES, "origins"]

    @pytest.mark.parametrize("family", FAMILIES)
    def test_first_host_and_zone_show_every_key(self, family: str) -> None:
        first = next(iter(example()[family].values()))
        assert isinstance(first, dict)
        others = {"password_file", "password_env"}  # instead of password: only a comment can show them
        shown = {field.name for field in structs.fields(FAMILIES[family])} - others
        assert set(first) == shown
        assert family == "hosts" or all(name in config.example_text() for name in others)

    @pytest.mark.parametrize("family", FAMILIES)
    def test_defaults_of_hosts_and_zones_are_the_examples(self, family: str) -> None:
        first = next(iter(example()[family].values()))
        assert isinstance(first, dict)
        for field in structs.fields(FAMILIES[family]):
            if field.default not in (NODEFAULT, None, ()):
                assert first[field.name] == field.default

    @pytest.mark.parametrize("struct", [*SECTIONS.values(), *FAMILIES.values()])
    def test_every_key_has_its_words(self, struct: type[msgspec.Struct]) -> None:
        lines = Path(gateway.__path__[0], "config", "tree.py").read_text(encoding="utf-8").splitlines()
        for field in structs.fields(struct):
            at = next(i for i, line in enumerate(lines) if line.startswith(f"    {field.name}: "))
            assert lines[at + 1].startswith('    """')

    def test_is_found_inside_an_installed_package(self, tmp_path: Path) -> None:
        installed = tmp_path / "site" / "gateway"
        shutil.copytree(gateway.__path__[0], installed, ignore=shutil.ignore_patterns("__pycache__"))
        (installed / "config.example.toml").write_text(
            config.example_text().replace("connections = 2000 ", "connections = 2001 "), encoding="utf-8"
        )
        command = "from gateway import config; print(config.load().limits.connections)"
        environ = {**os.environ, "PYTHONPATH": str(installed.parent)}
        run = subprocess.run([sys.executable, "-c", command], env=environ, capture_output=True, text=True, check=True)
        assert run.stdout == "2001\n"


class TestBuiltIn:
    def test_is_in_force_without_a_file(self) -> None:
        settings = config.load()
        assert settings.builtin_hosts
        assert settings.origins.file is None
        assert settings.limits == config.LimitSettings()
        assert {key: host.address for key, host in settings.hosts.items()} == {
            "i-share-xyz": "127.0.0.1",
            "i-share-network": "127.0.0.2",
            "sandbox02-na": "127.0.0.3",
        }
        assert settings.where("hosts.i-share-xyz.connexion") == config.BUILT_IN
        assert settings.where("limits.connections") == config.BUILT_IN

    def test_becomes_the_models_nouns(self) -> None:
        settings = config.load()
        assert settings.model_hosts()["sandbox02-na"] == Host(
            key="sandbox02-na", names=("sandbox02-na.alma.exlibrisgroup.com",)
        )
        assert [*settings.model_zones()] == ["xyz", "network", "sandbox-abc", "network-sandbox"]
        assert settings.model_zones()["sandbox-abc"] == Zone(
            key="sandbox-abc",
            host="sandbox02-na",
            kind="institution",
            code="01CARLI_ABC",
            mms_suffix="5900",
            network="network-sandbox",
        )

    def test_zones_with_example_passwords_are_known(self) -> None:
        changed = config.load(overrides=[f"zones.xyz.password={PASSWORD}"])
        assert config.example_password_zones(config.load()) == ("xyz", "network", "sandbox-abc", "network-sandbox")
        assert config.example_password_zones(changed) == ("network", "sandbox-abc", "network-sandbox")

    def test_example_passwords_are_found_under_another_name_and_from_elsewhere(self) -> None:
        write(LIBRARY.replace(f'password = "{PASSWORD}"', 'password_env = "PW"'))
        assert config.example_password_zones(config.load(environ={"PW": "xyz-secret"})) == ("main",)
        assert config.example_password_zones(config.load(environ={"PW": PASSWORD})) == ()


class TestCascade:
    def test_flag_beats_environment_beats_file_beats_builtin(self) -> None:
        write(
            "[limits]\n"
            "connections_per_peer = 1\n"
            "idle_seconds = 1\n"
            "import_seconds = 1  # a whole number does for a number\n"
        )
        settings = config.load(
            environ={"GATEWAY_LIMITS__IDLE_SECONDS": "2", "GATEWAY_LIMITS__IMPORT_SECONDS": "2.5"},
            overrides=["limits.import_seconds=3"],
        )
        limits = settings.limits
        assert (limits.connections, limits.connections_per_peer) == (2000, 1)
        assert (limits.idle_seconds, limits.import_seconds) == (2.0, 3.0)
        assert settings.where("limits.connections") == "built-in settings"
        assert settings.where("limits.connections_per_peer") == "gateway.toml, line 2"
        assert settings.where("limits.idle_seconds") == "environment variable GATEWAY_LIMITS__IDLE_SECONDS"
        assert settings.where("limits.import_seconds") == "--set limits.import_seconds"

    def test_a_named_file_is_read_and_not_the_default_one(self) -> None:
        write("[limits]\nconnections = 1\n")
        other = write("[limits]\nconnections = 2\n", "other.toml")
        settings = config.load(other)
        assert settings.limits.connections == 2
        assert settings.origins.file == other
        assert settings.where("limits.connections") == "other.toml, line 2"

    def test_the_last_of_equal_flags_counts(self) -> None:
        assert config.load(overrides=["log.level=error", "log.level=debug"]).log.level == "debug"

    def test_a_file_without_hosts_and_zones_keeps_the_builtin_ones(self) -> None:
        write('[log]\nlevel = "debug"\n[hosts]\n# [hosts.mine]\n')
        settings = config.load()
        assert settings.builtin_hosts
        assert "i-share-xyz" in settings.hosts

    def test_a_file_with_hosts_or_zones_replaces_all(self) -> None:
        write(LIBRARY)
        settings = config.load()
        assert not settings.builtin_hosts
        assert [*settings.hosts] == ["library"]
        assert [*settings.zones] == ["main"]
        assert settings.hosts["library"] == config.HostSettings(names=(), address="127.0.0.1", connexion=0)
        assert settings.where("zones.main") == "gateway.toml, line 4"
        assert settings.where("zones.main.code") == "gateway.toml, line 7"

    def test_a_file_with_hosts_alone_replaces_zones_too(self) -> None:
        write("[hosts.mine]\n")
        assert config.load().zones == {}

    def test_environment_and_flags_change_single_builtin_keys(self) -> None:
        settings = config.load(environ={"GATEWAY_HOSTS__SANDBOX02_NA__CONNEXION": "5501"})
        assert settings.builtin_hosts
        assert settings.hosts["sandbox02-na"].connexion == 5501
        assert settings.hosts["sandbox02-na"].address == "127.0.0.3"

    def test_environment_can_add_a_host_and_a_zone(self) -> None:
        settings = config.load(
            environ={
                "GATEWAY_HOSTS__MY_LIBRARY__CONNEXION": "0",
                "GATEWAY_ZONES__MY_ZONE__HOST": "my-library",
                "GATEWAY_ZONES__MY_ZONE__KIND": "institution",
                "GATEWAY_ZONES__MY_ZONE__CODE": "01MINE",
                "GATEWAY_ZONES__MY_ZONE__MMS_SUFFIX": "0123",
                "GATEWAY_ZONES__MY_ZONE__PASSWORD": "0123",
            }
        )
        assert settings.zones["my-zone"].mms_suffix == "0123"
        assert settings.zones["my-zone"].password.reveal() == "0123"
        assert len(settings.zones) == 5

    @pytest.mark.parametrize(
        "name", ["GATEWAY_LOG__LEVEL", "gateway_log__level", "Gateway_Log__Level"], ids=["upper", "lower", "mixed"]
    )
    def test_environment_names_ignore_case(self, name: str) -> None:
        assert config.load(environ={name: "error"}).log.level == "error"

    @pytest.mark.parametrize(
        "name", ["GATEWAY_URL", "GATEWAY_", "GATEWAY", "GATEWAYLOG__LEVEL", "MY_GATEWAY_LOG__LEVEL"]
    )
    def test_other_environment_names_are_no_settings(self, name: str) -> None:
        assert config.load(environ={name: "nonsense"}) == config.load()

    def test_text_is_read_by_the_type_of_its_key(self) -> None:
        settings = config.load(
            overrides=[
                "store.url=memory:",
                "submissions.keep=1_000",
                "limits.idle_seconds=0.5",
                'hosts.sandbox02-na.names=["a.example.org", "b=c"]',
                "zones.xyz.code=01 = X",
                "zones.xyz.password=true",
            ]
        )
        assert settings.store.url == "memory:"
        assert settings.submissions.keep == 1000
        assert settings.limits.idle_seconds == 0.5
        assert settings.hosts["sandbox02-na"].names == ("a.example.org", "b=c")
        assert settings.zones["xyz"].code == "01 = X"
        assert settings.zones["xyz"].password.reveal() == "true"

    def test_zero_is_allowed_where_it_means_something(self) -> None:
        settings = config.load(overrides=["limits.failed_logon_seconds=0", "submissions.keep_days=0"])
        assert settings.limits.failed_logon_seconds == 0.0

    def test_files_of_windows_editors_are_read(self, tmp_path: Path) -> None:
        text = '# “quotes”\r\n[log]\r\nlevel = "debug"\r\n'
        for name, encoding in [("bom.toml", "utf-8-sig"), ("powershell.toml", "utf-16")]:
            file = tmp_path / name
            file.write_bytes(text.encode(encoding))
            settings = config.load(file)
            assert settings.log.level == "debug"
            assert settings.where("log.level") == f"{file}, line 3"


class TestUnreadableFile:
    def test_that_does_not_exist(self) -> None:
        (line,) = problems(file=Path("missing.toml"))
        assert line == "missing.toml: there is no such file; `gateway config example` prints one to begin with"

    def test_that_is_a_folder(self, tmp_path: Path) -> None:
        (line,) = problems(file=tmp_path)
        # Windows answers "Permission denied" for a folder.
        assert line.startswith(f"{tmp_path}: ")

    def test_in_another_encoding(self) -> None:
        Path("gateway.toml").write_bytes('[log]\nlevel = "d\xe9bug"\n'.encode("latin-1"))
        assert problems() == ["gateway.toml: is not UTF-8 text; save it as UTF-8"]

    @pytest.mark.parametrize(
        ("text", "place", "words"),
        [
            ("[log]\nlevel = debug\n", "gateway.toml, line 2, column 9", "text stands in quotes"),
            ('[store]\nurl = "sqlite:C:\\data"\n', "gateway.toml, line 2, column 19", "Windows path in single quotes"),
            ("[log]\n[limits]\n[log]\n", "gateway.toml, line 3, column 5", "the table stands there already"),
            ("[log]\nlevel = 'info'\nlevel = 'info'\n", "gateway.toml, line 3", "the key stands there already"),
            (f"{LIBRARY}password", "gateway.toml", "Expected '='"),
            (f'{LIBRARY}password_env = "{PASSWORD}', "gateway.toml", "is not TOML"),
            (f"[zones.main]\npassword = {PASSWORD}", "gateway.toml, line 2", "text stands in quotes"),
            ("[limits]\nconnections = " + "9" * 5000, "gateway.toml", "is not TOML"),
            ("names = " + "[" * 5000, "gateway.toml", "is not TOML"),
        ],
    )
    def test_that_is_not_toml(self, text: str, place: str, words: str) -> None:
        (line,) = problems(text)
        assert line.startswith(place)
        assert words in line


class TestUnknownKeys:
    @pytest.mark.parametrize(
        ("text", "line"),
        [
            (
                "[limits]\nconections = 5\n",
                'limits.conections (gateway.toml, line 2): there is no such setting; did you mean "connections"?',
            ),
            (
                "[limits]\nidle-seconds = 5\n",
                'limits.idle-seconds (gateway.toml, line 2): there is no such setting; did you mean "idle_seconds"?',
            ),
            ("\n[limit]\n", 'limit (gateway.toml, line 2): there is no such setting; did you mean "limits"?'),
            (
                "connections = 5\n",
                "connections (gateway.toml, line 1): there is no such setting; did you mean limits.connections?",
            ),
            (
                "[hosts.a]\nport = 5500\n",
                "hosts.a.port (gateway.toml, line 2): there is no such setting; known here: names, address, connexion",
            ),
            (
                "limits.deep.deeper = 5\n",
                "limits.deep (gateway.toml, line 1): there is no such setting; known here: connections, "
                "connections_per_peer, message_bytes, first_byte_seconds, message_seconds, idle_seconds, "
                "import_seconds, failed_logon_seconds, shutdown_seconds",
            ),
        ],
    )
    def test_in_a_file(self, text: str, line: str) -> None:
        assert problems(text) == [line]

    def test_a_misspelt_password_key_never_shows_its_value(self) -> None:
        first, second = problems(LIBRARY.replace("password =", "passwrod ="))
        assert first == (
            'zones.main.passwrod (gateway.toml, line 9): there is no such setting; did you mean "password"?'
        )
        assert second == (
            "zones.main.password (gateway.toml, line 4): is missing; "
            'write password = "…", or password_file = "FILE", or password_env = "NAME"'
        )

    def test_in_the_environment(self) -> None:
        assert problems(environ={"GATEWAY_LIMITS__CONECTIONS": "5", "GATEWAY__LOG__LEVEL": "info"}) == [
            '_log (environment variable GATEWAY__LOG__LEVEL): there is no such setting; did you mean "log"?',
            "limits.conections (environment variable GATEWAY_LIMITS__CONECTIONS): "
            'there is no such setting; did you mean "connections"?',
        ]

    def test_in_a_flag(self) -> None:
        assert problems(overrides=["limits.conections=5"]) == [
            'limits.conections (--set limits.conections): there is no such setting; did you mean "connections"?'
        ]

    @pytest.mark.parametrize(
        ("override", "line"),
        [
            (
                "hosts.i-share-xzy.connexion=0",
                "hosts.i-share-xzy (--set hosts.i-share-xzy.connexion): "
                'there is no such host; did you mean "i-share-xyz"?',
            ),
            (
                f"zones.xyy.password={PASSWORD}",
                "zones.xyy (--set zones.xyy.password): there is no such zone; "
                'did you mean "xyz"?; a new one needs host, kind, code and mms_suffix too',
            ),
        ],
    )
    def test_a_flag_for_a_misspelt_host_or_zone_makes_no_new_one(self, override: str, line: str) -> None:
        assert problems(overrides=[override]) == [line]

    def test_a_flag_can_make_a_host_that_resembles_no_other(self) -> None:
        assert config.load(overrides=["hosts.faulty.connexion=0"]).hosts["faulty"].connexion == 0


class TestValues:
    @pytest.mark.parametrize(
        ("text", "line"),
        [
            (
                '[limits]\nconnections = "50"\n',
                "limits.connections (gateway.toml, line 2): must be a whole number from 1 to 1,000,000,000, "
                'is "50"; leave the quotes out',
            ),
            (
                "[limits]\nconnections = true\n",
                "limits.connections (gateway.toml, line 2): must be a whole number from 1 to 1,000,000,000, is true",
            ),
            (
                "[limits]\nconnections = 2.0\n",
                "limits.connections (gateway.toml, line 2): must be a whole number from 1 to 1,000,000,000, is 2.0",
            ),
            (
                "[limits]\nconnections = 0xfffffffffffffffffffff\n",
                "limits.connections (gateway.toml, line 2): must be a whole number from 1 to 1,000,000,000, "
                "is a far larger number",
            ),
            (
                "[limits]\nidle_seconds = true\n",
                "limits.idle_seconds (gateway.toml, line 2): must be a number of seconds above 0, "
                "at most 1,000,000, is true",
            ),
            (
                "[limits]\nidle_seconds = 2001-01-01\n",
                "limits.idle_seconds (gateway.toml, line 2): must be a number of seconds above 0, "
                "at most 1,000,000, is a date or time",
            ),
            (
                "[limits.idle_seconds]\n",
                "limits.idle_seconds (gateway.toml, line 1): must be a number of seconds above 0, "
                "at most 1,000,000, is a table",
            ),
            (
                '[log]\nlevel = "debgu"\n',
                'log.level (gateway.toml, line 2): must be "debug", "info", "warning" or "error", is "debgu"; '
                'did you mean "debug"?',
            ),
            ("[store]\nurl = 5\n", "store.url (gateway.toml, line 2): must be text in quotes, is 5"),
            ("limits = 5\n", "limits (gateway.toml, line 1): must be a table, [limits], is a number"),
            ('zones = "x"\n', "zones (gateway.toml, line 1): must be a table, [zones.NAME], is text"),
            ("[[hosts]]\n", "hosts (gateway.toml, line 1): must be a table, [hosts.NAME], is a list"),
            ("[hosts]\na = 5\n", "hosts.a (gateway.toml, line 2): must be a table, [hosts.a], is a number"),
            (
                '[hosts.a]\nnames = "a.example.org"\n',
                'hosts.a.names (gateway.toml, line 2): must be a list of texts, such as ["alma.example.org"], '
                'is "a.example.org"',
            ),
            (
                "[hosts.a]\nnames = [\n  5,\n]\n",
                "hosts.a.names (gateway.toml, line 2): must be a list of texts, "
                'such as ["alma.example.org"], is a list',
            ),
            (
                "[hosts.a]\nconnexion = 65536\n",
                "hosts.a.connexion (gateway.toml, line 2): must be a port, a whole number from 0 (any free one) "
                "to 65535, is 65536",
            ),
            (
                LIBRARY.replace('"1234"', "1234"),
                'zones.main.mms_suffix (gateway.toml, line 8): must be exactly four digits in quotes, such as "5867", '
                "is 1234",
            ),
            (
                LIBRARY.replace('"institution"', '"Institution"'),
                'zones.main.kind (gateway.toml, line 6): must be "institution" or "network", is "Institution"; '
                'did you mean "institution"?',
            ),
            (
                LIBRARY.replace(f'"{PASSWORD}"', "1234"),
                "zones.main.password (gateway.toml, line 9): must be text in quotes, is a number",
            ),
        ],
    )
    def test_of_a_wrong_kind(self, text: str, line: str) -> None:
        assert problems(text) == [line]

    @pytest.mark.parametrize("key", [field.name for field in structs.fields(config.LimitSettings)])
    def test_limits_are_positive(self, key: str) -> None:
        smallest = ["-1"] if key == "failed_logon_seconds" else ["0", "-1"]
        for value in [*smallest, "nan", "inf"]:
            (line,) = problems(overrides=[f"limits.{key}={value}"])
            assert line.startswith(f"limits.{key} (--set limits.{key}): must be ")

    @pytest.mark.parametrize(
        ("key", "value"), [("keep", 0), ("keep", 10**9 + 1), ("keep_days", -1), ("keep_days", 36_501)]
    )
    def test_retention_has_bounds(self, key: str, value: int) -> None:
        (line,) = problems(f"[submissions]\n{key} = {value}\n")
        assert line.endswith(f"is {value}")

    @pytest.mark.parametrize("suffix", ["123", "12345", "12a4", "", "١٢٣٤", "1234\\n"])
    def test_mms_suffix_is_four_digits(self, suffix: str) -> None:
        (line,) = problems(LIBRARY.replace('"1234"', f'"{suffix}"'))
        assert "must be exactly four digits" in line

    @pytest.mark.parametrize("text", ["many", "", "5 5", "5\nother = 6", "[", "9" * 5000])
    def test_text_that_is_no_number(self, text: str) -> None:
        error = "\n".join(problems(environ={"GATEWAY_LIMITS__CONNECTIONS": text}))
        assert error.startswith(
            "limits.connections (environment variable GATEWAY_LIMITS__CONNECTIONS): "
            'must be a whole number from 1 to 1,000,000,000, is "'
        )
        assert "\n" not in error

    def test_text_that_is_not_utf8(self) -> None:
        assert problems(overrides=["store.url=memory:\udce9"]) == ["store.url (--set store.url): is not UTF-8 text"]
        (line,) = problems(overrides=["zones.xyz.password=\udce9"])
        assert line == "zones.xyz.password (--set zones.xyz.password): is not UTF-8 text"

    def test_a_flag_without_equals_is_not_repeated(self) -> None:
        assert problems(overrides=["log.level=info", f"zones.xyz.password:{PASSWORD}"]) == [
            '--set (number 2): has no "="; write --set KEY=VALUE, as limits.connections=50'
        ]

    def test_two_environment_names_for_one_key(self) -> None:
        assert problems(environ={"GATEWAY_LOG__LEVEL": "info", "gateway_log__level": "error"}) == [
            "log.level (environment variable gateway_log__level): GATEWAY_LOG__LEVEL sets it too; keep one of the two"
        ]

    @pytest.mark.parametrize("key", ["host", "kind", "code", "mms_suffix"])
    def test_a_zone_that_lacks_a_key(self, key: str) -> None:
        text = "\n".join(line for line in LIBRARY.splitlines() if not line.startswith(f"{key} ="))
        (line,) = problems(text)
        assert line.startswith(f"zones.main.{key} (gateway.toml, line 4): is missing; write for example {key} = ")

    @pytest.mark.parametrize(
        ("key", "better"), [("Main", "main"), ("my_zone", "my-zone"), ('"@x"', "x"), ('"a b"', "a-b"), ("-a", "a")]
    )
    @pytest.mark.parametrize("family", FAMILIES)
    def test_names_of_hosts_and_zones(self, family: str, key: str, better: str) -> None:
        assert problems(f"[{family}.{key}]\n") == [
            f"{family}.{key} (gateway.toml, line 1): a name has small letters, digits and hyphens, "
            f"and no hyphen first; write [{family}.{better}]"
        ]

    def test_all_problems_come_in_one_error(self) -> None:
        text = '[limits]\nconections = 5\nidle_seconds = "x"\n[store]\nurl = "x"\n' + LIBRARY.replace(
            '"library"', '"x"'
        )
        found = problems(text, environ={"GATEWAY_LOG__LEVEL": "x"}, overrides=["submissions.keep=x", "x"])
        assert [line.partition(" (")[0] for line in found] == [
            "--set",
            "submissions.keep",
            "log.level",
            "limits.conections",
            "limits.idle_seconds",
            "store.url",
            "zones.main.host",
        ]

    @hypothesis.settings(deadline=None)
    @hypothesis.given(key=st.sampled_from(KEYS) | st.text(), text=st.text())
    def test_no_text_raises_anything_but_a_settings_error(self, key: str, text: str) -> None:
        with contextlib.suppress(SettingsError):
            config.load(overrides=[f"{key}={text}"])

    @hypothesis.settings(deadline=None)
    @hypothesis.given(raw=st.binary() | st.text(alphabet='[]."=#\\\n zoneshx5').map(str.encode))
    def test_no_file_raises_anything_but_a_settings_error(self, raw: bytes) -> None:
        Path("any.toml").write_bytes(raw)
        with contextlib.suppress(SettingsError):
            config.load(Path("any.toml"))


class TestPlaces:
    """A text search finds the line."""

    @pytest.mark.parametrize(
        ("text", "line"),
        [
            ("limits.connections = 0", 1),
            ("\n[ limits ]\n\n  connections=0", 4),
            ('["limits"]\n"connections" = 0', 2),
            ("limits = { idle_seconds = 5, connections = 0 }", 1),
            ("[limits]\n# connections = 5\nconnections = 0", 3),
            ("[log]\n[limits] # with a comment\nconnections = 0", 3),
            ("[log]\nlevel = '''\nconnections = 1'''\n[limits]\nconnections = 0", 5),
            ('[store]\nurl = """memory:"""\n[limits]\nconnections = 0', 4),
            ("# \u2028 ends no line in TOML\r\n[limits]\r\nconnections = 0", 3),
        ],
    )
    def test_of_a_key(self, text: str, line: int) -> None:
        found = [problem for problem in problems(text) if problem.startswith("limits.connections ")]
        assert found == [
            f"limits.connections (gateway.toml, line {line}): must be a whole number from 1 to 1,000,000,000, is 0"
        ]


class TestHostsAndZones:
    def test_a_zone_on_no_host_has_a_suggestion(self) -> None:
        assert problems(LIBRARY.replace('host = "library"', 'host = "libary"')) == [
            'zones.main.host (gateway.toml, line 5): there is no host "libary"; did you mean "library"?'
        ]
        assert problems(LIBRARY.replace('host = "library"', 'host = "x"')) == [
            'zones.main.host (gateway.toml, line 5): there is no host "x"; there are library'
        ]

    def test_a_zone_on_a_builtin_host_that_the_file_replaced(self) -> None:
        text = LIBRARY.replace("[hosts.library]\nconnexion = 0\n", "").replace('"library"', '"i-share-xyz"')
        assert problems(text) == [
            'zones.main.host (gateway.toml, line 3): there is no host "i-share-xyz"; a file that has hosts or zones '
            "replaces all built-in ones, and gateway.toml does; write [hosts.i-share-xyz] into it too "
            "(see: gateway config example)"
        ]

    def test_a_zone_without_any_host(self) -> None:
        text = LIBRARY.replace("[hosts.library]\nconnexion = 0\n", "")
        (line,) = problems(text)
        assert line.endswith("there are no hosts at all; add [hosts.NAME]")

    def test_a_code_twice_on_one_host(self) -> None:
        second = LIBRARY.partition("\n\n")[2].replace("zones.main", "zones.other")
        assert problems(LIBRARY + second) == [
            'zones.other.code (gateway.toml, line 13): "01LIB_MAIN" is also the code of zones.main '
            '(gateway.toml, line 7) on host "library"; a zone is found by its host and its code, so change one of them'
        ]

    def test_a_code_on_two_hosts_is_two_zones(self) -> None:
        assert [zone.code for zone in config.load().zones.values()].count("01CARLI_NETWORK") == 2

    @pytest.mark.parametrize(
        ("code", "words"),
        [
            ("", "is empty"),
            (" 01LIB", '" 01LIB" has white space at an end'),
            ("01LIB\\u00a0", "has white space at an end"),
            ("x" * 192, "is 192 bytes long; Connexion can send at most 191"),
            ("é" * 96, "is 192 bytes long; Connexion can send at most 191"),
        ],
    )
    def test_codes_that_no_client_can_send(self, code: str, words: str) -> None:
        (line,) = problems(LIBRARY.replace("01LIB_MAIN", code))
        assert line.startswith("zones.main.code (gateway.toml, line 7): ")
        assert words in line

    def test_the_longest_code(self) -> None:
        code = "é" * 95 + "x"
        write(LIBRARY.replace("01LIB_MAIN", code))
        assert config.load().zones["main"].code == code

    @pytest.mark.parametrize(
        ("zone", "network", "words"),
        [
            ("xyz", "netwrok", 'there is no zone "netwrok"; did you mean "network"?'),
            ("xyz", "zzz", 'there is no zone "zzz"; of kind "network": network and network-sandbox; or leave'),
            ("xyz", "sandbox-abc", 'zones.sandbox-abc is not of kind "network"; of kind'),
            ("network", "network-sandbox", "a network zone belongs to no other; leave the key out"),
        ],
    )
    def test_networks(self, zone: str, network: str, words: str) -> None:
        (line,) = problems(overrides=[f"zones.{zone}.network={network}"])
        assert line.startswith(f"zones.{zone}.network (--set zones.{zone}.network): {words}")

    def test_a_network_where_there_is_none(self) -> None:
        (line,) = problems(LIBRARY + 'network = "x"\n')
        assert line.endswith('there is no zone "x"; no zone is of kind "network": add one, or leave the key out')

    @pytest.mark.parametrize(
        ("first", "second"),
        [
            ("127.0.0.1", "127.0.0.1"),
            ("0.0.0.0", "127.0.0.1"),
            ("::1", "0:0:0:0:0:0:0:1"),
            ("::", "::1"),
            ("localhost", "LocalHost"),
        ],
    )
    def test_two_listeners_in_one_place(self, first: str, second: str) -> None:
        text = f'[hosts.a]\naddress = "{first}"\n[hosts.b]\nconnexion = 5500\naddress = "{second}"\n'
        assert problems(text) == [
            f"hosts.b.connexion (gateway.toml, line 4): hosts.a (gateway.toml, line 2) listens on {second} port 5500 "
            "already; give one of them another address or port, or port 0"
        ]

    @pytest.mark.parametrize(
        ("first", "second", "port"),
        [
            ("127.0.0.1", "127.0.0.2", 5500),
            ("0.0.0.0", "::1", 5500),
            ("127.0.0.1", "127.0.0.1", 0),
            ("127.0.0.1", "127.0.0.1", 5501),
        ],
    )
    def test_two_listeners_side_by_side(self, first: str, second: str, port: int) -> None:
        write(f'[hosts.a]\naddress = "{first}"\n[hosts.b]\naddress = "{second}"\nconnexion = {port}\n')
        assert len(config.load().hosts) == 2

    @pytest.mark.parametrize(
        ("address", "words"),
        [
            ("", "is empty"),
            ("127.0.0.1:5500", '"127.0.0.1:5500" is not an address alone'),
            ("http://localhost", '"http://localhost" is not an address alone'),
            ("my host", '"my host" is no address; take the white space out'),
        ],
    )
    def test_addresses(self, address: str, words: str) -> None:
        (line,) = problems(f'[hosts.a]\naddress = "{address}"\n')
        assert line.startswith(f"hosts.a.address (gateway.toml, line 2): {words}")


class TestStore:
    @pytest.mark.parametrize("url", ["memory:", "sqlite:gateway.db", "sqlite:/var/gateway.db", "sqlite:C:\\data\\g.db"])
    def test_urls(self, url: str) -> None:
        assert config.load(overrides=[f"store.url={url}"]).store.url == url

    @pytest.mark.parametrize(
        ("url", "words"),
        [
            ("", 'must be "memory:" or "sqlite:FILE"'),
            ("gateway.db", 'must be "memory:" or "sqlite:FILE"'),
            ("memory", 'must be "memory:" or "sqlite:FILE"'),
            ("sqlite:", "write memory:"),
            ("sqlite::memory:", "write memory:"),
            ("sqlite:///gateway.db", "with no // before FILE"),
            (f"postgresql://u:{PASSWORD}@h/db", "PostgreSQL is not available in this version"),
            (f"postgres://u:{PASSWORD}@h/db", "PostgreSQL is not available in this version"),
            (f"mysql://u:{PASSWORD}@h/db", "mysql: is none of these"),
            (f"{PASSWORD}:x", 'must be "memory:" or "sqlite:FILE"'),
        ],
    )
    def test_other_urls(self, url: str, words: str) -> None:
        (line,) = problems(overrides=[f"store.url={url}"])
        assert line.startswith("store.url (--set store.url): ")
        assert words in line


class TestPasswords:
    def loaded(self, line: str, environ: Mapping[str, str] = {}) -> config.Secret:
        write(LIBRARY.replace(f'password = "{PASSWORD}"', line))
        return config.load(environ=environ).zones["main"].password

    def faults(self, line: str, environ: Mapping[str, str] = {}) -> list[str]:
        return problems(LIBRARY.replace(f'password = "{PASSWORD}"', line), environ=environ)

    def test_plain(self) -> None:
        password = self.loaded(f'password = "{PASSWORD}"')
        assert password.reveal() == PASSWORD
        assert not password.hashed

    def test_hashed(self) -> None:
        password = self.loaded(f'password = "{HASH}"')
        assert password.reveal() == HASH
        assert password.hashed

    @pytest.mark.parametrize("ending", ["", "\n", "\r\n"])
    def test_from_a_file_beside_the_settings_file(self, tmp_path: Path, ending: str) -> None:
        folder = tmp_path / "etc"
        folder.mkdir()
        (folder / "secret").write_bytes(f"{PASSWORD}{ending}".encode())
        file = write(LIBRARY.replace(f'password = "{PASSWORD}"', 'password_file = "secret"'), str(folder / "my.toml"))
        settings = config.load(file)
        assert settings.zones["main"].password.reveal() == PASSWORD
        assert settings.where("zones.main.password") == f"{file}, line 9"

    def test_from_a_file_that_a_flag_names(self, tmp_path: Path) -> None:
        folder = tmp_path / "etc"
        folder.mkdir()
        file = write(LIBRARY, str(folder / "my.toml"))
        (tmp_path / "secret").write_text("from the working folder")
        settings = config.load(file, overrides=["zones.main.password_file=secret"])
        assert settings.zones["main"].password.reveal() == "from the working folder"

    def test_from_the_environment(self) -> None:
        assert self.loaded('password_env = "PW"', {"PW": f" {PASSWORD}"}).reveal() == f" {PASSWORD}"

    def test_a_higher_source_replaces_one_of_another_kind(self) -> None:
        write(LIBRARY)
        settings = config.load(
            environ={"GATEWAY_ZONES__MAIN__PASSWORD_ENV": "PW", "PW": "other"}, overrides=["log.level=info"]
        )
        assert settings.zones["main"].password.reveal() == "other"
        assert settings.where("zones.main.password") == "environment variable GATEWAY_ZONES__MAIN__PASSWORD_ENV"

    def test_missing(self) -> None:
        assert self.faults("") == [
            "zones.main.password (gateway.toml, line 4): is missing; "
            'write password = "…", or password_file = "FILE", or password_env = "NAME"'
        ]

    def test_twice(self) -> None:
        assert self.faults(f'password = "{PASSWORD}"\npassword_env = "PW"', {"PW": PASSWORD}) == [
            "zones.main.password_env (gateway.toml, line 10): stands beside password (gateway.toml, line 9); "
            "keep one of the two"
        ]

    @pytest.mark.parametrize(
        ("password", "words"),
        [
            ("", "is empty; a zone needs a password"),
            (PASSWORD + "x" * 181, "is 192 bytes long; Connexion can send at most 191"),
            (f"{PASSWORD}\\nmore", "has more than one line; a password is one line"),
        ],
    )
    def test_that_no_client_can_send(self, password: str, words: str) -> None:
        assert self.faults(f'password = "{password}"') == [f"zones.main.password (gateway.toml, line 9): {words}"]

    @pytest.mark.parametrize("password", ["x" * 191, "é" * 95, "$argon", "$2b$12$abc", " "])
    def test_that_a_client_can_send(self, password: str) -> None:
        assert self.loaded(f'password = "{password}"').reveal() == password

    @pytest.mark.parametrize(
        "damaged",
        [
            "$argon2id$",
            f"$argon2id${PASSWORD}",
            HASH[:-1] + "!",
            HASH + "$",
            HASH.replace("argon2id", "argon2i"),
            HASH.replace("v=19", "v=16"),
            HASH.replace("m=19456", "m=0"),
            HASH.replace("p=1", "p=99999"),
            HASH.replace("p=1", "p=250").replace("m=19456", "m=1999"),
            HASH.replace("m=19456,t=2", "t=2,m=19456"),
            HASH + "A" * 2,
            HASH + "\\n",
        ],
    )
    def test_damaged_hashes(self, damaged: str) -> None:
        assert self.faults(f'password = "{damaged}"') == [
            "zones.main.password (gateway.toml, line 9): is a damaged hash; "
            "make it anew with: gateway config hash-password"
        ]

    def test_a_file_that_does_not_exist(self) -> None:
        assert self.faults('password_file = "secret"') == [
            "zones.main.password_file (gateway.toml, line 9): the file secret does not exist; "
            "put the password there, on one line"
        ]

    @pytest.mark.parametrize(
        ("raw", "words"),
        [
            (b"", "what the file holds is empty; a zone needs a password"),
            (b"\n", "what the file holds is empty; a zone needs a password"),
            (f"{PASSWORD}\n{PASSWORD}\n".encode(), "what the file holds has more than one line"),
            (PASSWORD.encode() + b"\xff", "is not UTF-8 text"),
            (PASSWORD.encode() * 1000, "is longer than 4096 bytes"),
        ],
    )
    def test_files_that_hold_no_password(self, tmp_path: Path, raw: bytes, words: str) -> None:
        (tmp_path / "secret").write_bytes(raw)
        (line,) = self.faults('password_file = "secret"')
        assert line.startswith("zones.main.password_file (gateway.toml, line 9): ")
        assert words in line

    def test_a_folder_for_a_file(self, tmp_path: Path) -> None:
        (line,) = self.faults('password_file = "."')
        assert line.startswith("zones.main.password_file (gateway.toml, line 9): the file . ")

    def test_a_file_name_with_nul(self) -> None:
        (line,) = self.faults('password_file = "a\\u0000b"')
        assert "cannot be read" in line

    def test_a_variable_that_is_not_set(self) -> None:
        assert self.faults('password_env = "PW"') == [
            "zones.main.password_env (gateway.toml, line 9): the environment variable PW is not set; "
            "set it to the password"
        ]

    def test_a_variable_that_is_empty(self) -> None:
        (line,) = self.faults('password_env = "PW"', {"PW": ""})
        assert line.endswith("what the variable holds is empty; a zone needs a password")

    def test_a_password_in_the_place_of_a_variables_name_is_not_repeated(self) -> None:
        (line,) = self.faults(f'password_env = "{PASSWORD}"')
        assert line.endswith(
            "is not the name of an environment variable; write its name here, and the password into it"
        )

    @pytest.mark.parametrize("value", ["5", "true", "[]", "{ a = 5 }"])
    @pytest.mark.parametrize("key", ["password", "password_file", "password_env"])
    def test_of_a_wrong_kind(self, key: str, value: str) -> None:
        found = self.faults(f"{key} = {value}")
        assert found[0].startswith(f"zones.main.{key} (gateway.toml, line 9): must be text in quotes, is ")


class TestSecrecy:
    def test_no_repr_and_no_text_of_settings_shows_a_password(self) -> None:
        write(LIBRARY)
        settings = config.load()
        zone = settings.zones["main"]
        for text in (
            repr(settings),
            str(settings),
            repr(zone),
            repr(zone.password),
            str(zone.password),
            f"{zone.password} {zone.password!r}",
            repr(settings.model_zones()),
            repr(config.entries(settings)),
            config.toml(settings),
        ):
            assert PASSWORD not in text

    def test_msgspec_refuses_to_encode_it(self) -> None:
        with pytest.raises(TypeError):
            msgspec.json.encode(config.load())

    def test_secrets_compare_by_what_they_hide(self) -> None:
        assert config.Secret("a") == config.Secret("a")
        assert config.Secret("a") != config.Secret("b")
        assert config.Secret("a") != "a"
        assert len({config.Secret("a"), config.Secret("a")}) == 1


class TestShow:
    def test_toml_tells_each_value_and_its_place(self) -> None:
        write(LIBRARY + '[log]\nlevel = "debug"\n')
        text = config.toml(config.load(overrides=['hosts.library.names=["a", "b\\"c\\\\"]']))
        assert 'level = "debug"  # gateway.toml, line 11\n' in text
        assert 'format = "auto"  # built-in settings\n' in text
        assert 'names = ["a", "b\\"c\\\\"]  # --set hosts.library.names\n' in text
        assert 'password = "********"  # gateway.toml, line 9\n' in text
        assert "network" not in text

    def test_toml_reads_back_to_the_same_values(self) -> None:
        settings = config.load(overrides=[f"zones.xyz.password={config.MASK}", "store.url=sqlite:a\x7f\t\u2028é.db"])
        again = tomllib.loads(config.toml(settings))
        assert again["store"]["url"] == "sqlite:a\x7f\t\u2028é.db"
        assert again["limits"] == msgspec.to_builtins(settings.limits)
        assert [*again] == [*SECTIONS, *FAMILIES]
        assert again["zones"]["xyz"] == {
            **tomllib.loads(config.example_text())["zones"]["xyz"],
            "password": config.MASK,
        }

    def test_a_password_from_elsewhere_shows_from_where(self) -> None:
        write(LIBRARY.replace(f'password = "{PASSWORD}"', 'password_env = "PW"'))
        shown = {entry.key: entry for entry in config.entries(config.load(environ={"PW": PASSWORD}))}
        assert shown["zones.main.password_env"] == config.Entry("zones.main.password_env", "PW", "gateway.toml, line 9")
        assert "zones.main.password" not in shown

    def test_entries_are_every_setting_in_the_examples_order(self) -> None:
        assert [entry.key for entry in config.entries(config.load())] == KEYS
