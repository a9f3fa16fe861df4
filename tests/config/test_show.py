"""The settings in force, shown."""

import tomllib

import msgspec

from gateway import config
from gateway.config.tree import FAMILIES, REPLIES, SECTIONS
from gateway.model import MergeMethod, Profile
from tests.config.files import KEYS, LIBRARY, PASSWORD, example_text, write


class TestShow:
    def test_toml_tells_each_value_and_its_place(self) -> None:
        write(LIBRARY + '[log]\nlevel = "debug"\n')
        text = config.toml(config.load(overrides=['hosts.library.names=["a", "b\\"c\\\\"]']))
        assert 'level = "debug"  # gateway.toml, line 11\n' in text
        assert 'format = "auto"  # built-in settings\n' in text
        assert 'names = ["a", "b\\"c\\\\"]  # --set hosts.library.names\n' in text
        assert 'password = "********"  # gateway.toml, line 9\n' in text
        assert "\nnetwork = " not in text

    def test_toml_reads_back_to_the_same_values(self) -> None:
        write(example_text(uncommented=True))
        settings = config.load(overrides=[f"zones.xyz.password={config.MASK}", "store.url=sqlite:a\x7f\t\u2028é😀.db"])
        again = tomllib.loads(config.toml(settings))
        assert again["store"]["url"] == "sqlite:a\x7f\t\u2028é😀.db"
        assert again["limits"] == msgspec.to_builtins(settings.limits)
        assert msgspec.convert(again["profiles"], dict[str, Profile]) == settings.profiles
        assert msgspec.convert(again["merge_methods"], dict[str, MergeMethod]) == settings.merge_methods
        assert again["replies"] == settings.replies
        assert [*again] == [*SECTIONS, *FAMILIES, REPLIES]
        assert again["zones"]["xyz"] == {
            **tomllib.loads(example_text(uncommented=True))["zones"]["xyz"],
            **dict.fromkeys(("password", "wskey", "wskey_secret"), config.MASK),
        }

    def test_replies_are_readable(self) -> None:
        write('[replies]\nlocked = "Échec 😀\\nverrouillé"\n')
        assert config.toml(config.load()).endswith(
            '\n[replies]\nlocked = "Échec 😀\\nverrouillé"  # gateway.toml, line 2\n'
        )

    def test_a_password_from_elsewhere_shows_from_where(self) -> None:
        write(LIBRARY.replace(f'password = "{PASSWORD}"', 'password_env = "PW"'))
        shown = {entry.key: entry for entry in config.entries(config.load(environ={"PW": PASSWORD}))}
        assert shown["zones.main.password_env"] == config.Entry("zones.main.password_env", "PW", "gateway.toml, line 9")
        assert "zones.main.password" not in shown

    def test_entries_are_every_setting_in_the_examples_order(self) -> None:
        entries = [entry.key for entry in config.entries(config.load())]
        assert [key for key in entries if key in KEYS] == KEYS
        # What the example leaves to be understood: defaults of profiles, and those of all zones but the first.
        others = [key for key in entries if key not in KEYS and not key.startswith("profiles.")]
        assert {key.rpartition(".")[0] for key in others} == {
            *("zones.network", "zones.network.oai"),
            *("zones.sandbox-abc", "zones.sandbox-abc.oai"),
            *("zones.network-sandbox", "zones.network-sandbox.oai"),
        }
        assert {key.rpartition(".")[2] for key in others} == {
            *("profiles", "partners"),
            *("active", "addresses", "page", "dialect"),
        }
        assert len([key for key in entries if key in KEYS]) == len(KEYS)

    def test_a_zone_shows_the_profile_that_it_has_by_its_kind(self) -> None:
        write(LIBRARY)
        shown = {entry.key: entry for entry in config.entries(config.load())}
        assert shown["zones.main.profiles"] == config.Entry("zones.main.profiles", ("carli-iz",), "built-in settings")
