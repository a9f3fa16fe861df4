"""What is said of keys that there are not, and of values that cannot be."""

import contextlib
from pathlib import Path

import hypothesis
import pytest
from hypothesis import strategies as st
from msgspec import structs

from gateway import config
from gateway.config.tree import FAMILIES
from gateway.errors import SettingsError
from tests.config.files import KEYS, LIBRARY, PASSWORD, problems


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
            ("[host.mine]\n", 'host (gateway.toml, line 1): there is no such setting; did you mean "hosts"?'),
            ("\n[limit]\n", 'limit (gateway.toml, line 2): there is no such setting; did you mean "limits"?'),
            (
                "connections = 5\n",
                "connections (gateway.toml, line 1): there is no such setting; did you mean limits.connections?",
            ),
            (
                "[hosts.a]\nport = 5500\n",
                "hosts.a.port (gateway.toml, line 2): there is no such setting; known here: names, address, "
                "connexion, z3950",
            ),
            (
                '[hosts.a]\nprofile = ["carli-iz"]\n',
                "hosts.a.profile (gateway.toml, line 2): there is no such setting; did you mean zones.NAME.profiles?",
            ),
            (
                "[hosts.a]\nuse_network_zone = true\n",
                "hosts.a.use_network_zone (gateway.toml, line 2): there is no such setting; "
                "did you mean profiles.NAME.use_network_zone?",
            ),
            (
                '[profiles.a]\nmerge_metod = "replace-all"\n',
                'profiles.a.merge_metod (gateway.toml, line 2): there is no such setting; did you mean "merge_method"?',
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
            (
                "profiles.carli-i.extraneous_035=false",
                "profiles.carli-i (--set profiles.carli-i.extraneous_035): "
                'there is no such profile; did you mean "carli-iz"?',
            ),
            (
                "merge_methods.mine.leader=stored",
                "merge_methods.mine (--set merge_methods.mine.leader): "
                "there is no such merge method; a new one needs title too",
            ),
        ],
    )
    def test_a_flag_for_a_misspelt_name_makes_no_new_one(self, override: str, line: str) -> None:
        assert problems(overrides=[override]) == [line]

    def test_a_flag_can_make_what_resembles_no_other(self) -> None:
        settings = config.load(overrides=["hosts.faulty.connexion=0", "profiles.lenient.refuse=[]"])
        assert settings.hosts["faulty"].connexion == 0
        assert settings.profiles["lenient"].refuse == ()

    def test_a_flag_can_make_what_a_zone_names(self) -> None:
        settings = config.load(overrides=["profiles.csu-iz.brief_levels=csu", 'zones.xyz.profiles=["csu-iz"]'])
        assert settings.profiles["csu-iz"].brief_levels == "csu"


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
                'is "a.example.org"; write ["a.example.org"]',
            ),
            (
                "[hosts.a]\nnames = '[\"a.example.org\"]'\n",
                'hosts.a.names (gateway.toml, line 2): must be a list of texts, such as ["alma.example.org"], '
                'is "[\\"a.example.org\\"]"; leave the quotes out',
            ),
            (
                '[hosts.a]\nnames = [\n  "a", 5,\n]\n',
                "hosts.a.names (gateway.toml, line 2): must be a list of texts, "
                'such as ["alma.example.org"], is a list with 5 in it',
            ),
            (
                "[hosts.a]\nnames = [{ a = 5 }]\n",
                "hosts.a.names (gateway.toml, line 2): must be a list of texts, "
                'such as ["alma.example.org"], is a list with a table in it',
            ),
            (
                '[profiles.a]\nrefuse = ["required", "feilds"]\n',
                'profiles.a.refuse (gateway.toml, line 2): must be a list of "required", "fixed-fields", "fields", '
                '"indicators", "subfields", "standard-numbers" or "linkage", is a list with "feilds" in it; '
                'did you mean "fields"?',
            ),
            (
                "[profiles.a]\nnormalization = [1]\n",
                "profiles.a.normalization (gateway.toml, line 2): must be a list of texts, is a list with 1 in it",
            ),
            (
                '[profiles.a]\nnormalization = "remove 029, remove 936"\n',
                "profiles.a.normalization (gateway.toml, line 2): must be a list of texts, "
                'is "remove 029, remove 936"; write ["remove 029", "remove 936"]',
            ),
            (
                '[profiles.a]\nuse_network_zone = "true"\n',
                'profiles.a.use_network_zone (gateway.toml, line 2): must be true or false, is "true"; '
                "leave the quotes out",
            ),
            (
                "[profiles.a]\nuse_network_zone = 1\n",
                "profiles.a.use_network_zone (gateway.toml, line 2): must be true or false, is 1",
            ),
            (
                "[profiles.a]\ntitle = true\n",
                "profiles.a.title (gateway.toml, line 2): must be text in quotes, is true",
            ),
            (
                '[profiles.a]\ntarget_format = "marc21-authority"\n',
                'profiles.a.target_format (gateway.toml, line 2): must be "marc21-bibliographic", '
                'is "marc21-authority"',
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

    @pytest.mark.parametrize(
        ("key", "text", "words"),
        [
            ("zones.xyz.profiles", "csu-nz", '["csu-nz"]'),
            ("zones.xyz.profiles", "[csu-nz, carli-nz]", '["csu-nz", "carli-nz"]'),
            ("zones.xyz.profiles", "", "[]"),
        ],
    )
    def test_a_list_without_brackets_or_quotes_in_a_flag(self, key: str, text: str, words: str) -> None:
        assert problems(overrides=[f"{key}={text}"]) == [
            f'{key} (--set {key}): must be a list of texts, such as ["carli-iz"], is "{text}"; '
            f"write {words}, in a shell within '…'"
        ]

    @pytest.mark.parametrize(("text", "hint"), [("True", "; write true"), ("FALSE", "; write false"), ("yes", "")])
    def test_true_and_false_in_a_flag(self, text: str, hint: str) -> None:
        assert problems(overrides=[f"profiles.carli-iz.match_cancelled={text}"]) == [
            "profiles.carli-iz.match_cancelled (--set profiles.carli-iz.match_cancelled): "
            f'must be true or false, is "{text}"{hint}'
        ]

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
    def test_names_in_a_family(self, family: str, key: str, better: str) -> None:
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
    @hypothesis.given(
        key=st.sampled_from([*KEYS, "merge_methods.a.keep", "replies.locked"]) | st.text(), text=st.text()
    )
    def test_no_text_raises_anything_but_a_settings_error(self, key: str, text: str) -> None:
        with contextlib.suppress(SettingsError):
            config.load(overrides=[f"{key}={text}"])

    @hypothesis.settings(deadline=None)
    @hypothesis.given(raw=st.binary() | st.text(alphabet='[]."=#\\\n zoneshx5').map(str.encode))
    def test_no_file_raises_anything_but_a_settings_error(self, raw: bytes) -> None:
        Path("any.toml").write_bytes(raw)
        with contextlib.suppress(SettingsError):
            config.load(Path("any.toml"))
