"""What the commands share that ask a running gateway over its API: which gateway, and what becomes of a refusal."""

import ssl
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from gateway.cli.options import Options
from gateway.errors import SettingsError

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
EXIT_NOT_READY: Final = 3


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

    Who cannot reach it exits with 3, a refusal with 1; either says why. Without `url` it is the one of the settings.
    """
    import httpx

    trusted: ssl.SSLContext | bool = True
    if url is None:
        url, token, trusted = _of_settings(options, token)
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    timeout = httpx.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS)
    try:
        with httpx.Client(base_url=f"{url.rstrip('/')}{API}", headers=headers, timeout=timeout, verify=trusted) as made:
            yield made
    except httpx.HTTPStatusError as error:
        error.response.read()
        click.echo(f"gateway: {refusal(error.response)}", err=True)
        sys.exit(EXIT_NOT_SO)
    except httpx.TransportError as error:
        click.echo(f"gateway: {url} does not answer: {error}; start it (gateway serve), or name it: --url", err=True)
        sys.exit(EXIT_NOT_READY)
    except (httpx.InvalidURL, ValueError) as error:
        raise click.BadParameter(f"{url!r} is no address: {error}", param_hint="--url") from error


def refusal(response: "httpx.Response") -> str:
    """Why the gateway did not do it, in its own words."""
    try:
        found = response.json()
        faults = [f"{name}: {words}" for name, words in found.get("faults", ())]
        return "; ".join([found.get("detail") or found["title"], *faults])
    except (ValueError, KeyError, TypeError, AttributeError):
        return f"{response.url} answered {response.status_code}, as no gateway does"


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
    trusted = ssl.create_default_context(cafile=http.tls_cert) if http.tls_cert else True
    return url, token or http.token.reveal(), trusted
