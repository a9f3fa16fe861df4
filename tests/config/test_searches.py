"""Settings of Z39.50: ports of hosts, WMS, registry IDs and their keys."""

import pytest

from gateway import config
from tests.config.files import LIBRARY, problems, write

KEY, SECRET = "a-key-that-nobody-guesses", "a-secret-that-nobody-guesses"
INSTITUTION = f'registry_id = "12345"\nwskey = "{KEY}"\nwskey_secret = "{SECRET}"\n'


class TestPorts:
    @pytest.mark.parametrize(
        ("changes", "ports"),
        [
            (["hosts.i-share-xyz.connexion=5500"], (1921,)),
            (["hosts.i-share-xyz.connexion=0"], (0,)),
            (["hosts.i-share-xyz.z3950=[]"], ()),
            (["hosts.i-share-xyz.z3950=[1921, 210]", "hosts.i-share-xyz.connexion=0"], (1921, 210)),
        ],
    )
    def test_left_out_they_are_almas_or_any(self, changes: list[str], ports: tuple[int, ...]) -> None:
        assert config.load(overrides=changes).hosts["i-share-xyz"].z3950_ports == ports

    @pytest.mark.parametrize("value", ["[1921, 70000]", "1921", '["1921"]', "[-1]"])
    def test_are_a_list_of_ports(self, value: str) -> None:
        (line,) = problems(overrides=[f"hosts.i-share-xyz.z3950={value}"])
        assert line.startswith(
            "hosts.i-share-xyz.z3950 (--set hosts.i-share-xyz.z3950): must be a list of ports, whole numbers from 0 "
            "(any free one) to 65535, such as [1921, 210], is "
        )

    @pytest.mark.parametrize(
        ("changes", "key", "other"),
        [
            (["hosts.i-share-xyz.z3950=[1921, 1921]"], "hosts.i-share-xyz.z3950", "hosts.i-share-xyz"),
            (["hosts.i-share-xyz.z3950=[5500]"], "hosts.i-share-xyz.z3950", "hosts.i-share-xyz"),
            (["hosts.i-share-xyz.z3950=[1921]", "wms.ports=[1921]"], "wms.ports", "hosts.i-share-xyz"),
            (["wms.ports=[5500]"], "wms.ports", "hosts.i-share-xyz"),
        ],
    )
    def test_in_each_others_way_are_refused(self, changes: list[str], key: str, other: str) -> None:
        (line,) = problems(overrides=changes)
        assert line.startswith(f"{key} (--set {key}): {other} (")
        assert line.endswith("already; give one of them another address or port, or port 0")

    def test_that_nobody_chose_are_in_nobodys_way(self) -> None:
        settings = config.load(
            overrides=["hosts.i-share-network.address=127.0.0.1", "hosts.i-share-network.connexion=1"]
        )
        assert settings.hosts["i-share-network"].z3950_ports == (1921,)

    def test_address_of_wms_is_an_address(self) -> None:
        (line,) = problems(overrides=["wms.address=127.0.0.1:210"])
        assert line.startswith("wms.address (--set wms.address): ")


class TestInstitutions:
    def test_key_and_secret_are_hidden(self) -> None:
        write(LIBRARY + INSTITUTION)
        settings = config.load()
        shown = config.toml(settings)
        assert 'registry_id = "12345"' in shown
        assert f'wskey = "{config.MASK}"' in shown
        for text in (KEY, SECRET):
            assert text not in shown
            assert text not in repr(settings)
            assert text in settings.secrets()

    @pytest.mark.parametrize(
        ("text", "line"),
        [
            (f'wskey = "{KEY}"\n', "zones.main.wskey (gateway.toml, line 10): wants wskey_secret beside it"),
            (f'wskey_secret = "{KEY}"\n', "zones.main.wskey_secret (gateway.toml, line 10): wants wskey beside it"),
            (
                f'wskey = "{KEY}"\nwskey_secret = "{SECRET}"\n',
                "zones.main.wskey (gateway.toml, line 10): wants registry_id beside it: the institution whose database "
                "it opens",
            ),
            (
                'registry_id = "12a"\n',
                'zones.main.registry_id (gateway.toml, line 10): must be digits in quotes, such as "12345", is "12a"',
            ),
            (
                INSTITUTION.replace(KEY, "short"),
                "zones.main.wskey (gateway.toml, line 11): must have at least 16 characters, all of them ASCII and "
                "none a space",
            ),
            (
                INSTITUTION.replace(f'"{KEY}"', "5"),
                "zones.main.wskey (gateway.toml, line 11): must be text in quotes, is a number",
            ),
        ],
    )
    def test_what_is_missing_is_told(self, text: str, line: str) -> None:
        found = problems(LIBRARY + text)
        assert found == [line]
        assert KEY not in str(found)

    def test_an_institution_is_one_zone(self) -> None:
        (line,) = problems(overrides=["zones.xyz.registry_id=12345", "zones.network.registry_id=12345"])
        assert line == (
            "zones.network.registry_id (--set zones.network.registry_id): is also that of zones.xyz; an institution is "
            "one zone"
        )
