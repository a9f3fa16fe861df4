"""What the user of the plugin can choose, by flag and by ini."""

import re

import msgspec
import pytest

from tests.cli.gateways import process
from tests.testing.suites import EXAMPLE, EXPORTS_ONCE, Suite

PASSES = "def test_export(connexion_gateway): pass"
EXPORTS_ASSUMED = """
from gateway.testing import replies

def test_documented(connexion_gateway, exporter, sample):
    send(connexion_gateway, exporter, sample)

def test_assumed(connexion_gateway, exporter, sample):
    connexion_gateway.script(replies.locked())
    send(connexion_gateway, exporter, sample)
"""
IN_THE_NETWORK_ZONE = """
def test_export(connexion_gateway_factory, exporter, sample):
    network = connexion_gateway_factory(kind="network")
    member = connexion_gateway_factory(network=network, profile="through")
    send(member, exporter, sample)
    [attempt] = member.attempts
    assert attempt.mms_id == network.store.records()[0].mms_id == "9910000000015816"
    assert attempt.stored == network.store.record(attempt.mms_id)
    assert [held.linked_to for held in member.store] == [attempt.mms_id]
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


@pytest.mark.parametrize(("ini", "arguments"), [("", ["--documented-only"]), ("connexion_documented_only = true", [])])
def test_documented_only_fails_what_rests_on_assumptions(suite: Suite, ini: str, arguments: list[str]) -> None:
    suite.settings(ini)
    printed = suite.fails(EXPORTS_ASSUMED, *arguments, passed=1)
    assert "its answers rest on what is only assumed of Alma (--documented-only):" in printed
    assert re.search(r"#2 refused: locked, .*: The reply locked: .*\(assumed: .*words are ours\)", printed)


def test_assumptions_pass_where_nobody_minds(suite: Suite) -> None:
    suite.run(EXPORTS_ONCE + EXPORTS_ASSUMED).assert_outcomes(passed=2)


def test_settings_of_the_ini_are_those_of_the_gateway(suite: Suite) -> None:
    suite.settings("connexion_settings =", "  replies.locked=Later, please: {hit}", "  limits.idle_seconds=5")
    suite.run(
        EXPORTS_ONCE
        + """
from gateway.testing import replies

def test_export(connexion_gateway, exporter, sample):
    connexion_gateway.script(replies.locked(hit="99"))
    assert send(connexion_gateway, exporter, sample) == b"Later, please: 99\\0"
"""
    ).assert_outcomes(passed=1)


def test_settings_of_a_file_are_those_of_the_gateway_but_for_hosts_and_zones(suite: Suite) -> None:
    (suite.pytester.path / "profiles.toml").write_text(THROUGH, "utf-8")
    suite.settings("connexion_config = profiles.toml")
    suite.run(EXPORTS_ONCE + IN_THE_NETWORK_ZONE).assert_outcomes(passed=1)


def test_settings_file_of_the_working_folder_is_not_read(suite: Suite) -> None:
    (suite.pytester.path / "gateway.toml").write_text("[mistake]\n", "utf-8")
    suite.run(PASSES).assert_outcomes(passed=1)


def test_wrong_setting_is_told_with_its_place(suite: Suite) -> None:
    suite.settings("connexion_settings = limits.idle_secs=5")
    result = suite.run(PASSES)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*limits.idle_secs*idle_seconds*"])


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


def test_address_may_be_another_than_the_gateway_says(suite: Suite, url: str) -> None:
    told = """
def test_address(connexion_gateway):
    assert (connexion_gateway.host, connexion_gateway.port) == ("gateway.test", 15500)
"""
    suite.settings("connexion_address = gateway.test:15500")
    suite.run(told, "--gateway-url", url).assert_outcomes(passed=1)
    suite.settings("connexion_address = elsewhere:1")
    suite.run(told, "--gateway-url", url, "--gateway-connexion", "gateway.test:15500").assert_outcomes(passed=1)


@pytest.mark.parametrize("in_environment", [True, False])
def test_token_is_given_where_one_is_wanted(
    suite: Suite, monkeypatch: pytest.MonkeyPatch, in_environment: bool
) -> None:
    token = "t" * 20
    settings = ["store.url=memory:", "http.port=0", f"http.token={token}", "hosts.i-share-xyz.connexion=0"]
    settings += ["hosts.i-share-network.connexion=0", "hosts.sandbox02-na.connexion=0"]
    with process("serve", *(word for value in settings for word in ("--set", value))) as started:
        assert started.stdout is not None
        url = msgspec.json.decode(started.stdout.readline())["http"]
        if in_environment:
            monkeypatch.setenv("GATEWAY_TOKEN", token)
        given = [] if in_environment else ["--gateway-token", token]
        suite.run(EXAMPLE, "--gateway-url", url, *given).assert_outcomes(passed=1)
        monkeypatch.delenv("GATEWAY_TOKEN", raising=False)
        result = suite.run(EXAMPLE, "--gateway-url", url)
        result.assert_outcomes(errors=1)
        assert "token" in result.stdout.str()
        assert token not in result.stdout.str()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--gateway-url", "127.0.0.1:8550"], "'127.0.0.1:8550' is no address such as http://127.0.0.1:8550"),
        (["--gateway-url", "http://127.0.0.1:1"], "the gateway at http://127.0.0.1:1 does not answer"),
        (["--gateway-connexion", "5500"], "'5500' is no HOST:PORT such as 127.0.0.1:5500"),
    ],
)
def test_wrong_option_is_told(suite: Suite, arguments: list[str], words: str) -> None:
    result = suite.run(PASSES, *arguments)
    result.assert_outcomes(errors=1)
    assert words in result.stdout.str()


def test_options_are_documented_where_pytest_tells_of_its_own(suite: Suite) -> None:
    result = suite.pytester.runpytest_subprocess("--help")
    printed = result.stdout.str()
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
