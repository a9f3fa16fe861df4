"""Hosts, zones and the store: what must hold across their keys."""

import pytest

from gateway import config
from tests.config.files import LIBRARY, PASSWORD, problems, write


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
    @pytest.mark.parametrize(
        "url",
        [
            *("memory:", "sqlite:gateway.db", "sqlite:/var/gateway.db", "sqlite:C:\\data\\g.db"),
            *("postgresql://u:p@h/db", "postgres://h/db", "postgresql:///db?host=/tmp/socket"),
        ],
    )
    def test_urls(self, url: str) -> None:
        assert config.load(overrides=[f"store.url={url}"]).store.url == url

    @pytest.mark.parametrize(
        ("url", "words"),
        [
            ("", 'must be "memory:", "sqlite:FILE" or'),
            ("gateway.db", 'must be "memory:", "sqlite:FILE" or'),
            ("memory", 'must be "memory:", "sqlite:FILE" or'),
            ("sqlite:", "write memory:"),
            ("sqlite::memory:", "write memory:"),
            ("sqlite:///gateway.db", "with no // before FILE"),
            (f"postgresql:u:{PASSWORD}@h/db", "must have // behind its scheme"),
            (f"postgresql+psycopg://u:{PASSWORD}@h/db", "with nothing between postgresql and ://"),
            (f"postgresql://u:{PASSWORD}@x@h/db", "write @ as %40"),
            (f"mysql://u:{PASSWORD}@h/db", "mysql: is none of these"),
            (f"{PASSWORD}:x", 'must be "memory:", "sqlite:FILE" or'),
        ],
    )
    def test_other_urls(self, url: str, words: str) -> None:
        (line,) = problems(overrides=[f"store.url={url}"])
        assert line.startswith("store.url (--set store.url): ")
        assert words in line
