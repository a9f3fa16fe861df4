"""What the user of the plugin can choose: by flag, by the environment, by ini, by fixtures of their own."""

import re
from collections.abc import Mapping

import httpx
import msgspec
import pytest

from tests.cli.gateways import process
from tests.testing.suites import EXAMPLE, EXPORTS_ONCE, Suite, by_test

PASS = """
def test_export(connexion_gateway): pass
def test_further(connexion_gateway): pass
"""
NOBODY = "http://127.0.0.1:1"
EXPORTS_ASSUMED = """
from gateway.testing import replies

def test_documented(connexion_gateway, exporter, sample):
    send(connexion_gateway, exporter, sample)

def test_assumed(connexion_gateway, exporter, sample):
    connexion_gateway.script(replies.locked())
    send(connexion_gateway, exporter, sample)
"""
WITH_SETTINGS = """
from gateway.testing import replies

def test_in_the_network_zone(connexion_gateway_factory, exporter, sample):
    network = connexion_gateway_factory(kind="network")
    member = connexion_gateway_factory(network=network, profile="through")
    send(member, exporter, sample)
    [attempt] = member.attempts
    assert attempt.mms_id == network.store.records()[0].mms_id == "9910000000015816"
    assert attempt.stored == network.store.record(attempt.mms_id)
    assert [held.linked_to for held in member.store] == [attempt.mms_id]

def test_words(connexion_gateway, exporter, sample):
    connexion_gateway.script(replies.locked(hit="99"))
    assert send(connexion_gateway, exporter, sample) == b"Later, please: 99\\0"
"""
THROUGH = """
[hosts.mine]
connexion = 5500

[profiles.through]
use_network_zone = true
"""
FAULT_BEFORE_THE_LOGON = """
from gateway.testing import faults

def test_export(connexion_gateway, exporter, sample):
    connexion_gateway.connections(faults.busy())
    assert b"too many connections" in send(connexion_gateway, exporter, sample)
"""
TELLS_ADDRESS = """
def test_address(connexion_gateway):
    assert (connexion_gateway.url, connexion_gateway.host, connexion_gateway.port) == ({url!r}, "gateway.test", 15500)
    assert connexion_gateway.z3950_port in {z3950}
"""
OWN_FIXTURES = """
import pytest

@pytest.fixture(scope="session")
def connexion_gateway_url():
    return {url!r}

@pytest.fixture(scope="session")
def connexion_gateway_address():
    return "gateway.test:15500"
"""
OWN_ADDRESS_IS_NO_TEXT = """
import pytest

@pytest.fixture(scope="session")
def connexion_gateway_address():
    return 5500
"""


@pytest.mark.parametrize(("ini", "arguments"), [("", ["--documented-only"]), ("connexion_documented_only = true", [])])
def test_documented_only_fails_what_rests_on_assumptions(suite: Suite, ini: str, arguments: list[str]) -> None:
    suite.settings(ini)
    printed = suite.fails(EXPORTS_ASSUMED, *arguments, passed=1)
    assert "its answers rest on what is only assumed of Alma (--documented-only):" in printed
    assert re.search(r"#2 refused: locked, .*: The reply locked: .*\(assumed: .*words are ours\)", printed)


def test_settings_are_those_of_the_ini_and_of_its_file_but_for_hosts_and_zones(suite: Suite) -> None:
    (suite.folder / "profiles.toml").write_text(THROUGH, "utf-8")
    (suite.folder / "gateway.toml").write_text("[mistake]\n", "utf-8")  # of the working folder: it is not read
    suite.settings(
        "connexion_config = profiles.toml",
        "connexion_settings =",
        "  replies.locked=Later, please: {hit}",
        "  limits.idle_seconds=5",
    )
    suite.run(EXPORTS_ONCE + WITH_SETTINGS + EXPORTS_ASSUMED).assert_outcomes(passed=4)


def test_gateway_that_runs_elsewhere_is_shared_and_its_host_has_no_faults(suite: Suite, url: str) -> None:
    suite.settings(f"connexion_url = {url}")
    printed = suite.fails(FAULT_BEFORE_THE_LOGON)
    assert "is shared with other tests, which its faults would disturb" in printed
    assert "--gateway-own-hosts" in printed


@pytest.mark.parametrize(("ini", "arguments"), [("", ["--gateway-own-hosts"]), ("connexion_own_hosts = true", [])])
def test_gateway_that_runs_elsewhere_may_give_each_test_a_host(
    suite: Suite, url: str, ini: str, arguments: list[str]
) -> None:
    suite.settings(f"connexion_url = {url}", ini)
    suite.run(EXPORTS_ONCE + FAULT_BEFORE_THE_LOGON, *arguments).assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("arguments", "environ", "ini", "own"),
    [
        ([], {}, ["connexion_url = URL", "connexion_address = gateway.test:15500"], ""),
        ([], {"GATEWAY_URL": "URL"}, [f"connexion_url = {NOBODY}", "connexion_address = gateway.test:15500"], ""),
        (
            ["--gateway-url", "URL", "--gateway-connexion", "gateway.test:15500"],
            {"GATEWAY_URL": NOBODY},
            [f"connexion_url = {NOBODY}", "connexion_address = elsewhere:1"],
            "",
        ),
        ([], {"GATEWAY_URL": NOBODY}, [], OWN_FIXTURES),
    ],
    ids=["ini", "environment before ini", "flag before both", "fixture before all"],
)
def test_which_gateway_is_asked_and_where_it_takes_exports(
    suite: Suite, url: str, arguments: list[str], environ: Mapping[str, str], ini: list[str], own: str
) -> None:
    suite.settings(*(line.replace("URL", url) for line in ini))
    suite.conftest(own.format(url=url))
    given = {name: value.replace("URL", url) for name, value in environ.items()}
    first, *_ = httpx.get(f"{url}/api/v1/hosts").json()["hosts"]
    ports = [int(at.rpartition(":")[2]) for at in first["z3950"]]
    told = suite.run(
        TELLS_ADDRESS.format(url=url, z3950=ports), *(word.replace("URL", url) for word in arguments), environ=given
    )
    told.assert_outcomes(passed=1)
    if not own:
        told.stdout.fnmatch_lines([f"connexion_gateway: {url}"])


def test_token_is_given_where_one_is_wanted(suite: Suite) -> None:
    token = "t" * 20
    settings = ["store.url=memory:", "http.port=0", f"http.token={token}", "hosts.i-share-xyz.connexion=0"]
    settings += ["hosts.i-share-network.connexion=0", "hosts.sandbox02-na.connexion=0"]
    with process("serve", *(word for value in settings for word in ("--set", value))) as started:
        assert started.stdout is not None
        url = msgspec.json.decode(started.stdout.readline())["http"]
        suite.settings(f"connexion_url = {url}")
        suite.run(EXAMPLE, environ={"GATEWAY_TOKEN": token}).assert_outcomes(passed=1)
        suite.run(EXAMPLE, "--gateway-token", token, environ={"GATEWAY_TOKEN": "x"}).assert_outcomes(passed=1)
        result = suite.run(EXAMPLE)
        result.assert_outcomes(errors=1)
        assert "token" in result.stdout.str()
        assert token not in result.stdout.str()
        started.terminate()
        started.communicate()


def test_token_is_in_no_traceback(suite: Suite) -> None:
    token = "t" * 20
    suite.conftest(OWN_ADDRESS_IS_NO_TEXT)
    result = suite.run(PASS, "--tb=long", "--showlocals", "--full-trace", environ={"GATEWAY_TOKEN": token})
    result.assert_outcomes(errors=2)
    assert "options" in result.stdout.str()
    assert token not in result.stdout.str()


@pytest.mark.parametrize(
    ("ini", "arguments", "words"),
    [
        (
            "",
            ["--gateway-url", "127.0.0.1:8550"],
            "--gateway-url: '127.0.0.1:8550' is no address such as http://127.0.0.1:8550",
        ),
        ("", ["--gateway-url", "http://[::1"], "--gateway-url: 'http://[::1' is no address such as"),
        ("", ["--gateway-url", "http://127.0.0.1:x"], "--gateway-url: 'http://127.0.0.1:x' is no address such as"),
        ("", ["--gateway-url", NOBODY], f"the gateway at {NOBODY} does not answer: "),
        ("", ["--gateway-connexion", "5500"], "--gateway-connexion: '5500' is no HOST:PORT such as 127.0.0.1:5500"),
        ("connexion_settings = limits.idle_secs=5", [], "limits.idle_secs"),
    ],
    ids=["URL", "brackets", "port", "nobody", "address", "setting"],
)
def test_wrong_option_is_told_once_without_what_is_inside(
    suite: Suite, ini: str, arguments: list[str], words: str
) -> None:
    suite.settings(ini)
    result = suite.run(PASS, *arguments)
    result.assert_outcomes(errors=1)
    (printed,) = by_test(result.stdout.str()).values()
    assert printed.startswith(f"\nconnexion_gateway: {words}")
    assert ".py" not in printed.partition("= short test summary")[0]
    result.stdout.fnmatch_lines(["!* there is no gateway to test with !*"])


def test_options_are_documented_where_pytest_tells_of_its_own(suite: Suite) -> None:
    printed = suite.run("", "--help").stdout.str()
    for option in (
        "--gateway-url",
        "--gateway-connexion",
        "--gateway-token",
        "--gateway-own-hosts",
        "--documented-only",
    ):
        assert option in printed
    for ini in ("connexion_url", "connexion_address", "connexion_own_hosts", "connexion_settings", "connexion_config"):
        assert f"  {ini} " in printed
