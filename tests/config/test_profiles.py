"""Profiles and merge methods: those built in, those that zones name, and what must hold between them."""

import pytest

from gateway import config
from gateway.model import MergeMethod, Profile
from tests.config.files import LIBRARY, problems, write

NETWORK = """
[zones.net]
host = "library"
kind = "network"
code = "01LIB_NETWORK"
mms_suffix = "1235"
password = "y"
"""
"""A second zone, in lines 11 to 16 of a file that begins with LIBRARY."""


class TestBuiltIn:
    def test_network_zones_keep_what_belongs_to_members(self) -> None:
        assert config.load().profiles["carli-nz"] == Profile(
            title="CARLI, network zone", merge_method="consortium-nz-overlay"
        )

    def test_csu_takes_fields_out(self) -> None:
        assert config.load().profiles["csu-nz"] == Profile(
            title="CSU, network zone",
            normalization=(
                *("001-to-035", "019a-to-035z"),
                *("remove 029", "remove 936", "remove 938", "remove 948", "remove 984"),
            ),
            merge_method="consortium-nz-overlay",
            brief_levels="csu",
        )

    def test_there_are_three_profiles_and_no_merge_methods(self) -> None:
        settings = config.load()
        assert [*settings.profiles] == ["carli-iz", "carli-nz", "csu-nz"]
        assert settings.merge_methods == {}


class TestMergeMethods:
    def test_of_a_sites_own(self) -> None:
        write('[merge_methods.notes]\ntitle = "Notes"\nkeep = ["001", "500 $5"]\nleader = "stored"\n')
        assert config.load().merge_methods == {
            "notes": MergeMethod(title="Notes", keep=("001", "500 $5"), leader="stored")
        }

    def test_without_a_title(self) -> None:
        assert problems("[merge_methods.notes]\n") == [
            'merge_methods.notes.title (gateway.toml, line 1): is missing; write title = "…"'
        ]

    def test_a_name_that_only_the_gateway_knows_is_left_to_it(self) -> None:
        settings = config.load(overrides=["profiles.carli-iz.merge_method=no-such-method"])
        assert settings.profiles["carli-iz"].merge_method == "no-such-method"


class TestProfilesOfAZone:
    def test_by_its_kind_where_it_names_none(self) -> None:
        write(LIBRARY + NETWORK)
        settings = config.load()
        assert {key: zone.profiles for key, zone in settings.model_zones().items()} == {
            "main": ("carli-iz",),
            "net": ("carli-nz",),
        }
        assert settings.where("zones.main.profiles") == "built-in settings"

    @pytest.mark.parametrize("names", [[], ["csu-nz"], ["carli-iz", "csu-nz"], ["carli-iz", "carli-iz"]])
    def test_none_or_several_are_allowed(self, names: list[str]) -> None:
        write(f"{LIBRARY}profiles = {names}\n")
        assert config.load().model_zones()["main"].profiles == tuple(names)

    def test_one_of_its_own(self) -> None:
        write(f'{LIBRARY}profiles = ["mine"]\n[profiles.mine]\nbrief_levels = "off"\n')
        settings = config.load()
        assert settings.profiles[settings.model_zones()["main"].profiles[0]] == Profile(brief_levels="off")

    @pytest.mark.parametrize(
        ("names", "words"),
        [
            ('["carl-iz"]', 'there is no profile "carl-iz"; did you mean "carli-iz"?'),
            ('["CARLI_NZ"]', 'there is no profile "CARLI_NZ"; did you mean "carli-nz"?'),
            ('["x"]', 'there is no profile "x"; there are carli-iz, carli-nz and csu-nz'),
        ],
    )
    def test_that_do_not_exist(self, names: str, words: str) -> None:
        assert problems(f"{LIBRARY}profiles = {names}\n") == [f"zones.main.profiles (gateway.toml, line 10): {words}"]

    def test_each_that_does_not_exist_is_told(self) -> None:
        found = problems(f'{LIBRARY}profiles = ["x", "carli-iz", "y"]\n')
        assert [line.partition(";")[0] for line in found] == [
            'zones.main.profiles (gateway.toml, line 10): there is no profile "x"',
            'zones.main.profiles (gateway.toml, line 10): there is no profile "y"',
        ]

    @pytest.mark.parametrize(
        ("profiles", "keys"),
        [
            ("profiles = 5", ["profiles"]),
            ("[profiles]\ncarli-iz = 5", ["profiles.carli-iz"]),
            ("[profiles.carli-iz]\nuse_network_zone = 5", ["profiles.carli-iz.use_network_zone"]),
            (
                "[profiles]\ncarli-iz = 5\ncarli-nz = 5\ncsu-nz = 5",
                ["profiles.carli-iz", "profiles.carli-nz", "profiles.csu-nz"],
            ),
        ],
    )
    def test_what_is_wrong_with_profiles_is_told_once(self, profiles: str, keys: list[str]) -> None:
        text = f'{profiles}\n{LIBRARY}profiles = ["carli-iz"]\n'
        assert [line.partition(" (")[0] for line in problems(text)] == keys

    def test_where_there_are_none_to_choose_from(self) -> None:
        text = f'[profiles]\ncarli-iz = 5\ncarli-nz = 5\ncsu-nz = 5\n{LIBRARY}profiles = ["x"]\n'
        assert problems(text)[-1] == (
            'zones.main.profiles (gateway.toml, line 14): there is no profile "x"; add [profiles.NAME]'
        )


class TestUseOfTheNetworkZone:
    """`use_network_zone` needs an institution that has a network."""

    MINE = "[profiles.mine]\nuse_network_zone = true\n"

    def test_an_institution_with_a_network(self) -> None:
        library = f'{LIBRARY}network = "net"\nprofiles = ["mine"]\n'
        write(library + NETWORK + self.MINE)
        settings = config.load()
        assert settings.profiles["mine"].use_network_zone
        assert settings.model_zones()["main"].network == "net"

    def test_an_institution_without_one(self) -> None:
        assert problems(f'{LIBRARY}profiles = ["mine"]\n{self.MINE}') == [
            'zones.main.network (gateway.toml, line 4): is missing, and profile "mine" has use_network_zone = true '
            "(gateway.toml, line 12); name the network zone it belongs to, or write false there"
        ]

    def test_a_network(self) -> None:
        assert problems(f'{LIBRARY}{NETWORK}profiles = ["mine"]\n{self.MINE}') == [
            'zones.net.profiles (gateway.toml, line 17): profile "mine" has use_network_zone = true '
            "(gateway.toml, line 19), but this is a network zone itself; name another profile here, "
            "or write false there"
        ]

    def test_a_network_by_its_kind(self) -> None:
        key = "profiles.carli-nz.use_network_zone"
        assert problems(LIBRARY + NETWORK, overrides=[f"{key}=true"]) == [
            'zones.net.profiles (gateway.toml, line 11): profile "carli-nz" has use_network_zone = true '
            f"(--set {key}), but this is a network zone itself; name another profile here, or write false there"
        ]

    @pytest.mark.parametrize("names", ["[]", '["mine", "carli-iz"]'])
    def test_zones_into_which_no_record_comes(self, names: str) -> None:
        write(f"{LIBRARY}profiles = {names}\n{self.MINE}")
        assert config.load().zones["main"].network is None

    @pytest.mark.parametrize(("key", "value"), [("kind", '"x"'), ("network", "5"), ("profiles", "5")])
    def test_what_is_wrong_with_the_zone_is_told_first(self, key: str, value: str) -> None:
        lines = [line for line in LIBRARY.splitlines() if not line.startswith(f"{key} =")]
        text = "\n".join([*lines, f"{key} = {value}", self.MINE.replace("mine", "carli-iz")])
        assert [line.partition(" (")[0] for line in problems(text)] == [f"zones.main.{key}"]
