"""The pytest plugin: a zone of its own for each test, of a gateway that starts when the first test asks for it.

Nothing heavy is imported until then, so that it costs those nothing who collect or run other tests.
"""

import gc
import os
import sys
import warnings
from collections.abc import Generator, Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Protocol

import pytest

if TYPE_CHECKING:
    from gateway.model import ZoneKind
    from gateway.testing.native import TrioGateway
    from gateway.testing.session import Options, Session
    from gateway.testing.zone import Gateway

TOKEN = "GATEWAY_TOKEN"  # noqa: S105 - a variable's name
GATEWAYS = pytest.StashKey[list["Gateway"]]()
"""Those of a test, in the order in which they were made."""
TEXTS = {
    "url": (
        "connexion_url",
        "URL",
        "use the gateway that runs there, such as a container, in place of one in a thread",
    ),
    "connexion": (
        "connexion_address",
        "HOST:PORT",
        "where that gateway takes exports, if that is not where it says, as behind a mapped port",
    ),
}
"""Option -> its ini name, what it is, and help."""
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


class MakeGateway(Protocol):
    """Makes a further zone for the test, in `connexion_gateway_factory`."""

    def __call__(
        self,
        *,
        kind: "ZoneKind" = "institution",
        network: "Gateway | None" = None,
        profile: str | None = None,
        mms_suffix: str | None = None,
        code: str | None = None,
    ) -> "Gateway":
        """A zone of this kind, empty; an institution may belong to a `network`.

        `profile` is the key of an integration profile, else that of its kind; `mms_suffix` the last four digits of its
        MMS IDs; `code` its logon ID, which no other zone at its host may have. Raises `NotDone`.
        """


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add what is the user's choice."""
    group = parser.getgroup("connexion_gateway", "a gateway to export to (connexion_gateway)")
    for name, (ini, what, words) in TEXTS.items():
        group.addoption(f"--gateway-{name}", metavar=what, help=f"{words} [{ini}]")
        parser.addini(ini, words, default="")
    group.addoption(
        "--gateway-token", metavar="TOKEN", help=f"where that gateway wants one [{TOKEN} in the environment]"
    )
    for destination, (option, ini, words) in SWITCHES.items():
        group.addoption(option, dest=destination, action="store_true", default=None, help=f"{words} [{ini}]")
        parser.addini(ini, words, type="bool", default=False)
    parser.addini("connexion_settings", "settings of the gateway in a thread, a KEY=VALUE a line", type="linelist")
    parser.addini("connexion_config", "a TOML file of settings of the gateway in a thread", default="")


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
            made.sections.append(("connexion_gateway: what came", report.came(gateway)))
            if steps := report.script(gateway):
                made.sections.append(("connexion_gateway: the script", steps))
    return made


def pytest_assertrepr_compare(op: str, left: object, right: object) -> list[str] | None:
    """Two records that should be the same: field by field what is not."""
    marc = sys.modules.get("gateway.testing.marc")
    if op != "==" or marc is None or not (isinstance(left, marc.Marc) or isinstance(right, marc.Marc)):
        return None
    found: list[str] | None = marc.compared(left, right)
    return found


@pytest.fixture(scope="session")
def _connexion_gateway_session(request: pytest.FixtureRequest) -> "Iterator[Session]":
    with _undisturbed():
        from gateway.testing.session import Session

        session = Session(_options(request.config))
    yield session
    session.close()


@pytest.fixture
def connexion_gateway_factory(
    request: pytest.FixtureRequest, _connexion_gateway_session: "Session"
) -> Iterator[MakeGateway]:
    """Makes zones for the test, each deleted after it: `connexion_gateway_factory(kind="network")`."""
    made = request.node.stash.setdefault(GATEWAYS, [])

    def make(
        *,
        kind: "ZoneKind" = "institution",
        network: "Gateway | None" = None,
        profile: str | None = None,
        mms_suffix: str | None = None,
        code: str | None = None,
    ) -> "Gateway":
        gateway = _connexion_gateway_session.make(
            kind=kind,
            network=network.zone if network else None,
            profiles=None if profile is None else (profile,),
            mms_suffix=mms_suffix,
            code=code,
        )
        made.append(gateway)
        return gateway

    yield make
    del request.node.stash[GATEWAYS]
    with ExitStack() as closing:  # the last one first: a network zone goes after its members
        for gateway in made:
            closing.callback(gateway.close)


@pytest.fixture
def connexion_gateway(connexion_gateway_factory: MakeGateway) -> "Gateway":
    """An institution's zone of the test's own in a gateway, empty, with a logon ID that no other test has."""
    return connexion_gateway_factory()


@pytest.fixture
def connexion_gateway_trio(connexion_gateway: "Gateway") -> "TrioGateway":
    """`connexion_gateway` for a test that runs under trio: the same with `await`."""
    from gateway.testing.native import TrioGateway

    return TrioGateway(connexion_gateway)


@contextmanager
def _undisturbed() -> Iterator[None]:
    """For imports: a library's warning is no failure of the test, and to collect garbage is a tenth of the time."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        if collecting:
            gc.enable()


def _options(config: pytest.Config) -> "Options":
    from gateway.testing.session import Options

    url = _text(config, "url")
    return Options(
        url=url,
        token=config.getoption("gateway_token") or os.environ.get(TOKEN, ""),
        address=_address(_text(config, "connexion")),
        own_hosts=not url or _switched(config, "gateway_own_hosts"),
        settings=config.getini("connexion_settings"),
        file=config.rootpath / file if (file := config.getini("connexion_config")) else None,
    )


def _text(config: pytest.Config, name: str) -> str:
    return config.getoption(f"gateway_{name}") or str(config.getini(TEXTS[name][0]))


def _switched(config: pytest.Config, destination: str) -> bool:
    return bool(config.getoption(destination) or config.getini(SWITCHES[destination][1]))


def _address(text: str) -> tuple[str, int] | None:
    if not text:
        return None
    host, _, port = text.rpartition(":")
    if not (host and port.isascii() and port.isdigit()):
        raise pytest.UsageError(f"--gateway-connexion: {text!r} is no HOST:PORT such as 127.0.0.1:5500")
    return host.strip("[]"), int(port)
