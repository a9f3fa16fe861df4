"""What the commands share that ask a running gateway over its API: which gateway, and what becomes of a refusal."""

import ssl
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from json import JSONDecodeError
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from gateway.cli.options import Options
from gateway.cli.ready import EXIT_NOT_READY
from gateway.errors import SettingsError
from gateway.marc.record import CONTROLS, TURNS

if TYPE_CHECKING:
    import httpx

F = TypeVar("F", bound=Callable[..., Any])

URL: Final = "GATEWAY_URL"
TOKEN: Final = "GATEWAY_TOKEN"  # noqa: S105 - a variable's name
API: Final = "/api/v1"
CONNECT_SECONDS: Final = 5.0
"""For a gateway to take the connection."""
ANSWER_SECONDS: Final = 30.0
"""For an answer, beside what the question itself waits for."""
EXIT_NOT_SO: Final = 1
EXIT_USAGE: Final = 2
EXITS: Final = {400: EXIT_USAGE, 401: EXIT_USAGE, 503: EXIT_NOT_READY}
"""By HTTP status: what was asked means nothing, the token is none, and a gateway that is stopped, full, or has lost its
store. What is refused for another reason is not so."""
CERTIFICATE_END: Final = "-----END CERTIFICATE-----"


def remote(command: F) -> F:
    """Let a command take `--url` and `--token`, which `client` reads."""
    url = click.option(
        "--url", metavar="URL", envvar=URL, help=f"The running gateway.  [{URL}, or that of the settings]"
    )
    token = click.option(
        "--token", metavar="TOKEN", envvar=TOKEN, help=f"Where it wants one.  [{TOKEN}, or that of the settings]"
    )
    return url(token(command))


@contextmanager
def client(options: Options, url: str | None, token: str | None) -> "Iterator[httpx.Client]":
    """A client of the gateway's API.

    Who cannot reach it exits with 3, a refusal with 1, or 2 where what was asked means nothing; each says why. Without
    `url` it is the one of the settings.
    Proxies of the environment are not asked: they are for the way to the internet.
    """
    import httpx
    from msgspec import MsgspecError

    url, token, trusted = _of_settings(options, token) if url is None else (_checked(url), token, _trusted(url))
    try:
        with httpx.Client(
            base_url=f"{url.rstrip('/')}{API}",
            headers={"Authorization": f"Bearer {token}"} if token else {},
            timeout=httpx.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS),
            verify=trusted,
            trust_env=False,
        ) as made:
            yield made
    except httpx.HTTPStatusError as error:
        error.response.read()
        say(f"gateway: {refusal(error.response)}")
        sys.exit(EXITS.get(error.response.status_code, EXIT_NOT_SO))
    except httpx.TransportError as error:
        say(f"gateway: {url} does not answer: {error}; start it (gateway serve), or name it: --url")
        sys.exit(EXIT_NOT_READY)
    except (JSONDecodeError, MsgspecError, KeyError) as error:
        say(f"gateway: {url} answers as no gateway does: {error!r}")
        sys.exit(EXIT_NOT_READY)


def say(words: str) -> None:
    """On standard error; what others wrote turns nothing about there and does nothing to a terminal."""
    click.echo(words.translate(CONTROLS).translate(TURNS), err=True)


def refusal(response: "httpx.Response") -> str:
    """Why the gateway did not do it, in its own words."""
    try:
        found = response.json()
        faults = [f"{name}: {words}" for name, words in found.get("faults", ())]
        return "; ".join([found.get("detail") or found["title"], *faults])
    except (ValueError, KeyError, TypeError, AttributeError):
        return f"{response.url} answered {response.status_code}, as no gateway does"


def _checked(url: str) -> str:
    import httpx

    try:
        read = httpx.URL(url)
    except httpx.InvalidURL as error:
        raise click.BadParameter(f"{url!r} is no address: {error}", param_hint="--url") from error
    if read.scheme not in ("http", "https") or not read.host:
        raise click.BadParameter(f"{url!r} is no address such as http://127.0.0.1:8550", param_hint="--url")
    return url


def _of_settings(options: Options, token: str | None) -> tuple[str, str, ssl.SSLContext | bool]:
    from gateway.addresses import reached_at
    from gateway.frontends.base import spelled

    http = options.settings().http
    if not http.enabled:
        raise SettingsError("http.enabled is false, so the gateway of these settings has no API; name another: --url")
    if not http.port:
        raise SettingsError("http.port is 0, any free one; give the URL that gateway serve printed: --url")
    scheme = "https" if http.tls_cert else "http"
    url = f"{scheme}://{spelled(reached_at(http.address), http.port)}"
    return url, token or http.token.reveal(), _trusted(url, http.tls_cert)


def _trusted(url: str, certificate: str = "") -> ssl.SSLContext | bool:
    """Whoever has this certificate of the settings, whatever it calls itself; else whom the system trusts.

    Nobody where there is no TLS: to read whom the system trusts takes a while.
    """
    import httpx

    if httpx.URL(url).scheme != "https":
        return False
    if not certificate:
        return ssl.create_default_context()
    try:
        its_own = Path(certificate).read_text("ascii").partition(CERTIFICATE_END)[0] + CERTIFICATE_END
        context = ssl.create_default_context(cadata=its_own)
    except (OSError, ValueError) as error:  # ssl.SSLError is an OSError, and what is not ASCII a ValueError
        raise SettingsError(f"http.tls_cert cannot be used: {error}") from error
    context.check_hostname = False
    context.verify_flags = ssl.VERIFY_X509_PARTIAL_CHAIN
    return context
