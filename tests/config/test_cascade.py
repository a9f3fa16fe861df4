"""Flag, environment, file and built-in settings, laid over each other."""

import os
from pathlib import Path

import pytest

from gateway import config
from gateway.model import MergeMethod, Profile
from tests.config.files import LIBRARY, write


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

    def test_a_file_with_hosts_and_zones_keeps_the_builtin_profiles(self) -> None:
        write(LIBRARY)
        assert config.load().profiles == config.load(Path(os.devnull)).profiles

    def test_a_file_changes_single_keys_of_a_builtin_profile_and_keeps_all_hosts(self) -> None:
        write("[profiles.csu-nz]\nsynchronize = 'do-not-publish'\n[profiles.mine]\nextraneous_035 = false\n")
        settings = config.load()
        assert settings.builtin_hosts
        assert [*settings.profiles] == ["carli-iz", "carli-nz", "csu-nz", "mine"]
        assert settings.profiles["csu-nz"].synchronize == "do-not-publish"
        assert settings.profiles["csu-nz"].brief_levels == "csu"
        assert settings.profiles["mine"] == Profile(extraneous_035=False)
        assert settings.where("profiles.csu-nz.synchronize") == "gateway.toml, line 2"
        assert settings.where("profiles.csu-nz.brief_levels") == "built-in settings"

    def test_a_list_replaces_a_list(self) -> None:
        write('[profiles.csu-nz]\nnormalization = ["remove 029"]\n')
        assert config.load().profiles["csu-nz"].normalization == ("remove 029",)

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

    def test_environment_and_flags_change_profiles(self) -> None:
        settings = config.load(
            environ={
                "GATEWAY_PROFILES__CARLI_IZ__USE_NETWORK_ZONE": "true",
                "GATEWAY_PROFILES__CARLI_IZ__REFUSE": '["required", "fields"]',
                "GATEWAY_MERGE_METHODS__KEEP_NOTES__TITLE": "Keep notes",
                "GATEWAY_REPLIES__OLDER_VERSION": "Import Failed\nolder",
            },
            overrides=[
                "profiles.carli-iz.extraneous_035=false",
                "profiles.carli-iz.title=true",
                'zones.network.profiles=["csu-nz"]',
                'merge_methods.keep-notes.keep=["001", "500 $5"]',
            ],
        )
        assert settings.profiles["carli-iz"] == Profile(
            title="true", use_network_zone=True, refuse=("required", "fields"), extraneous_035=False
        )
        assert settings.merge_methods == {"keep-notes": MergeMethod(title="Keep notes", keep=("001", "500 $5"))}
        assert settings.replies == {"older_version": "Import Failed\nolder"}
        assert settings.model_zones()["network"].profiles == ("csu-nz",)
        assert settings.where("zones.network.profiles") == "--set zones.network.profiles"
        assert (
            settings.where("profiles.carli-iz.use_network_zone")
            == "environment variable GATEWAY_PROFILES__CARLI_IZ__USE_NETWORK_ZONE"
        )

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
