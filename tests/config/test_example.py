"""`config.example.toml` and the structs tell the same, and are in force where nothing else is."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from msgspec import NODEFAULT, structs

import gateway
from gateway import config
from gateway.config.tree import DEFAULT_PROFILES, FAMILIES, REPLIES, SECTIONS
from gateway.model import Host, MergeMethod, Profile, Zone
from tests.config.files import LIBRARY, PASSWORD, example, example_text, write


class TestExample:
    """`config.example.toml` and the structs tell the same."""

    @pytest.mark.parametrize("section", SECTIONS)
    def test_defaults_of_a_section_are_the_examples(self, section: str) -> None:
        defaults = {name: getattr(SECTIONS[section](), name) for name in SECTIONS[section].__struct_fields__}
        plain = {
            name: value.reveal() if isinstance(value, config.Secret) else value
            for name, value in defaults.items()
            if value != {}  # a family within it, of which there is nothing
        }
        assert msgspec.json.decode(msgspec.json.encode(plain)) == example()[section]

    def test_has_every_table_and_no_other(self) -> None:
        tables = [*SECTIONS, *FAMILIES, REPLIES]
        assert [*example(uncommented=True)] == tables
        assert [field.name for field in structs.fields(config.Settings)] == [*tables, "origins"]

    def test_what_it_shows_in_comments_is_right(self) -> None:
        write(example_text(uncommented=True))
        settings = config.load()
        assert settings.merge_methods == {
            "keep-our-notes": MergeMethod(
                title="Overlay all fields but our notes",
                keep=("001", "9XX", "500 $5"),
                leave_out=("001", "9XX"),
            )
        }
        assert settings.replies == {"older_version": "Import Failed\nThe record in Alma is newer."}

    @pytest.mark.parametrize("family", FAMILIES)
    def test_first_of_a_family_shows_every_key(self, family: str) -> None:
        first = next(iter(example(uncommented=True)[family].values()))
        assert isinstance(first, dict)
        others = {"password_file", "password_env"}  # instead of password: only a comment can show them
        shown = {field.name for field in structs.fields(FAMILIES[family])} - others
        assert set(first) == shown
        assert family != "zones" or all(name in config.example_text() for name in others)

    @pytest.mark.parametrize("family", ["hosts", "zones"])
    def test_defaults_of_hosts_and_zones_are_the_examples(self, family: str) -> None:
        first = next(iter(example()[family].values()))
        assert isinstance(first, dict)
        for field in structs.fields(FAMILIES[family]):
            if field.default not in (NODEFAULT, None, ()):
                assert first[field.name] == msgspec.json.decode(msgspec.json.encode(field.default))

    def test_defaults_of_a_profile_are_the_first_ones(self) -> None:
        first = config.load().profiles["carli-iz"]
        assert first == Profile(title=first.title)

    def test_the_profile_that_a_zone_names_is_its_kinds(self) -> None:
        zones = config.load().zones.values()
        assert [zone.profiles for zone in zones if zone.profiles is not None] == [DEFAULT_PROFILES["institution"]]

    @pytest.mark.parametrize("struct", [*SECTIONS.values(), config.HostSettings, config.ZoneSettings])
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
            profiles=("carli-iz",),
        )

    def test_zones_with_example_passwords_are_known(self) -> None:
        changed = config.load(overrides=[f"zones.xyz.password={PASSWORD}"])
        assert config.example_password_zones(config.load()) == ("xyz", "network", "sandbox-abc", "network-sandbox")
        assert config.example_password_zones(changed) == ("network", "sandbox-abc", "network-sandbox")

    def test_example_passwords_are_found_under_another_name_and_from_elsewhere(self) -> None:
        write(LIBRARY.replace(f'password = "{PASSWORD}"', 'password_env = "PW"'))
        assert config.example_password_zones(config.load(environ={"PW": "xyz-secret"})) == ("main",)
        assert config.example_password_zones(config.load(environ={"PW": PASSWORD})) == ()
