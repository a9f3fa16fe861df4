"""Where a zone's password may stand, what it may be, and that nobody sees it."""

from collections.abc import Mapping
from pathlib import Path

import msgspec
import pytest

from gateway import config
from tests.config.files import LIBRARY, PASSWORD, problems, write

HASH = "$argon2id$v=19$m=19456,t=2,p=1$Xw7tzWZPt3P5749Spwl3zg$Q2L+asdqr39BwxI88G3vbTFr/RXGpd/EG7rX07EsQJg"


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
