"""The pytest plugin: a zone of its own for each test, of a gateway that starts when the first test asks for it.

Nothing heavy is imported until then, so that it costs those nothing who collect or run other tests.
"""

import gc
import os
import sys
import warnings
from collections.abc import Generator, Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from gateway.testing.factory import MakeGateway
    from gateway.testing.native import TrioGateway
    from gateway.testing.session import Session
    from gateway.testing.zone import Gateway

URL = "GATEWAY_URL"
TOKEN = "GATEWAY_TOKEN"  # noqa: S105 - a variable's name
"""In the environment, as for the commands."""
GATEWAYS = pytest.StashKey[list["Gateway"]]()
"""Those of a test, in the order in which they were made."""
SWITCHES = {
    "gateway_own_hosts": (
        "--gateway-own-hosts",
        "connexion_own_hosts",
        "with --gateway-url: a port of its own for each test, where every free port of that gateway can be reached",
    ),
    "documented_only": (
        "--documented-only",
        "connexion_documented_only",
        "fail tests that got an answer resting on what is only assumed of Alma",
    ),
}
"""Destination -> option, its ini name, and help."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add what is the user's choice."""
    group = parser.getgroup("connexion_gateway", "a gateway to export to (connexion_gateway)")
    url = "use the gateway that runs there, such as a container, in place of one in a thread"
    group.addoption("--gateway-url", metavar="URL", help=f"{url} [{URL} in the environment; connexion_url]")
    parser.addini("connexion_url", url, default="")
    group.addoption(
        "--gateway-token", metavar="TOKEN", help=f"where that gateway wants one [{TOKEN} in the environment]"
    )
    address = "where that gateway takes exports, if that is not where it says, as behind a mapped port"
    group.addoption("--gateway-connexion", metavar="HOST:PORT", help=f"{address} [connexion_address]")
    parser.addini("connexion_address", address, default="")
    for destination, (option, ini, words) in SWITCHES.items():
        group.addoption(option, dest=destination, action="store_true", default=None, help=f"{words} [{ini}]")
        parser.addini(ini, words, type="bool", default=False)
    parser.addini("connexion_settings", "settings of the gateway in a thread, a KEY=VALUE a line", type="linelist")
    parser.addini("connexion_config", "a TOML file of settings of the gateway in a thread", default="")


def pytest_report_header(config: pytest.Config) -> str | None:
    """Where tests export to, if that is not a gateway of their own: one forgets a variable of the environment."""
    return f"connexion_gateway: {url}" if (url := _url(config)) else None


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """A test that passed fails where its script was not used up, and where it may rest on nothing that is assumed."""
    result = yield
    gateways = item.stash.get(GATEWAYS, [])
    if gateways:
        from gateway.testing import report

        reasons = [report.left(gateway) for gateway in gateways]
        if _switched(item.config, "documented_only"):
            reasons += [report.assumed(gateway) for gateway in gateways]
        if any(reasons):
            pytest.fail("\n".join(filter(None, reasons)), pytrace=False)
    return result


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A test that failed carries what came."""
    made = yield
    gateways = item.stash.get(GATEWAYS, [])
    if made.failed and gateways:
        from gateway.testing import report

        for gateway in gateways:
            _carry(made, "connexion_gateway: what came", report.came(gateway))
            if steps := report.script(gateway):
                _carry(made, "connexion_gateway: the script", steps)
    return made


def _carry(made: pytest.TestReport, title: str, words: str) -> None:
    """With the failure where that has sections of its own, for these are what JUnit XML holds of a test."""
    add = getattr(made.longrepr, "addsection", None)
    if add is not None:
        add(title, words)
    else:
        made.sections.append((title, words))


def pytest_assertrepr_compare(op: str, left: object, right: object) -> list[str] | None:
    """Two records that should be the same: field by field what is not."""
    marc = sys.modules.get("gateway.testing.marc")
    if op != "==" or marc is None or not (isinstance(left, marc.Marc) or isinstance(right, marc.Marc)):
        return None
    found: list[str] | None = marc.compared(left, right)
    return found


@pytest.fixture(scope="session")
def connexion_gateway_url(pytestconfig: pytest.Config) -> str:
    """Page of a gateway that runs already; empty: one in a thread. For a conftest.py to say otherwise."""
    return _url(pytestconfig)


@pytest.fixture(scope="session")
def connexion_gateway_token(pytestconfig: pytest.Config) -> str:
    """Its token; empty where it wants none. For a conftest.py to say otherwise."""
    return str(pytestconfig.getoption("gateway_token") or os.environ.get(TOKEN, ""))


@pytest.fixture(scope="session")
def connexion_gateway_address(pytestconfig: pytest.Config) -> str:
    """`HOST:PORT` where it takes exports; empty: where it says. For a conftest.py to say otherwise."""
    return str(pytestconfig.getoption("gateway_connexion") or pytestconfig.getini("connexion_address"))


@pytest.fixture(scope="session")
def _connexion_gateway_session(
    request: pytest.FixtureRequest,
    connexion_gateway_url: str,
    connexion_gateway_address: str,
) -> "Iterator[Session]":
    with _undisturbed(request.config):
        from gateway.config import Secret
        from gateway.errors import GatewayError
        from gateway.testing.session import Options, Session

        config = request.config
        options = Options(
            url=connexion_gateway_url,
            token=Secret(request.getfixturevalue("connexion_gateway_token")),  # never a name here: -l shows those
            address=connexion_gateway_address,
            own_hosts=_switched(config, "gateway_own_hosts"),
            settings=config.getini("connexion_settings"),
            file=config.rootpath / file if (file := config.getini("connexion_config")) else None,
        )
        try:
            session = Session(options)
        except GatewayError as error:
            request.session.shouldfail = "there is no gateway to test with"
            raise pytest.fail.Exception(f"connexion_gateway: {error}", pytrace=False) from None
    yield session
    session.close()


@pytest.fixture
def connexion_gateway_factory(
    request: pytest.FixtureRequest, _connexion_gateway_session: "Session"
) -> "Iterator[MakeGateway]":
    """Makes zones for the test, each deleted after it: `connexion_gateway_factory(kind="network")`."""
    from gateway.testing.factory import MakeGateway

    make = MakeGateway(_connexion_gateway_session)
    request.node.stash[GATEWAYS] = make.made
    yield make
    del request.node.stash[GATEWAYS]
    with ExitStack() as closing:  # the last one first: a network zone goes after its members
        for gateway in make.made:
            closing.callback(gateway.close)


@pytest.fixture
def connexion_gateway(connexion_gateway_factory: "MakeGateway") -> "Gateway":
    """An institution's zone of the test's own in a gateway, empty, with a logon ID that no other test has."""
    return connexion_gateway_factory()


@pytest.fixture
def connexion_gateway_trio(connexion_gateway: "Gateway") -> "TrioGateway":
    """`connexion_gateway` for a test that runs under trio: the same with `await`."""
    from gateway.testing.native import TrioGateway

    return TrioGateway(connexion_gateway)


@contextmanager
def _undisturbed(config: pytest.Config) -> Iterator[None]:
    """For imports: a library's warning is no failure of the test; to collect garbage is a tenth of the time, and to
    rewrite the assertions of a plugin's package, as pytest does, a third.
    """
    collecting = gc.isenabled()
    rewriting: Any = config.pluginmanager.rewrite_hook  # Any: pytest keeps its type to itself
    place = sys.meta_path.index(rewriting) if rewriting in sys.meta_path else None
    gc.disable()
    if place is not None:
        del sys.meta_path[place]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        if place is not None:
            sys.meta_path.insert(place, rewriting)
        if collecting:
            gc.enable()


def _url(config: pytest.Config) -> str:
    return str(config.getoption("gateway_url") or os.environ.get(URL) or config.getini("connexion_url"))


def _switched(config: pytest.Config, destination: str) -> bool:
    return bool(config.getoption(destination) or config.getini(SWITCHES[destination][1]))
