"""Pages out of templates. Everything is escaped; what a template names and nobody gave is an error.

`page` gives a whole page, `fragment` a part of one for a stream of events. Each filter and each name that every
template has stands in `_environment` and `page`.
"""

from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar import Request, Response
from litestar.datastructures import State
from markupsafe import Markup, escape

from gateway.frontends.http.given import given
from gateway.frontends.http.guard import session_of
from gateway.frontends.http.sessions import cookie_in
from gateway.frontends.ui import outcomes, static
from gateway.importer import report
from gateway.marc.views.visible import Run, visible
from gateway.search.box import EXAMPLES
from gateway.search.terms import TEXT_CHARACTERS

TEMPLATES: Final = Path(__file__).with_name("templates")
HTML: Final = "text/html"
LOOK_COOKIE: Final = "gateway-look"
LOOKS: Final = {"auto": "As the computer", "light": "Light", "dark": "Dark"}
"""Choices of colours, by what the cookie holds."""

PageRequest = Request[object, object, State]


def page(request: PageRequest, template: str, *, status: int = 200, **values: object) -> Response[str]:
    """A whole page. `values` are the template's own; beside them it has those that are given here."""
    own = given(request.scope)
    session = session_of(request.scope)
    shared: dict[str, object] = {
        "csrf_token": session.csrf,
        "signed_in": session.signed_in,
        "by_token": own.sessions.by_token,
        "read_only": own.desk.read_only,
        "version": own.desk.version,
        "look": look_of(request),
        "here": here(request),
        "path": request.url.path,
        "q": "",
        "mistake": "",
    }
    text = _environment().get_template(template).render(shared | values)
    return Response(text, status_code=status, media_type=HTML, headers={"cache-control": "no-store"})


def fragment(template: str, **values: object) -> str:
    """A part of a page, which knows of no request."""
    return _environment().get_template(template).render(values)


def macro(template: str, name: str) -> Any:  # Any: what Jinja gives
    """A macro of a template, for who calls it often."""
    return getattr(_environment().get_template(template).module, name)


def look_of(request: PageRequest) -> str:
    """Which colours this browser has chosen."""
    chosen = cookie_in(request.headers.get("cookie", ""), LOOK_COOKIE)
    return chosen if chosen in LOOKS else "auto"


def here(request: PageRequest) -> str:
    """Path and query of what is being looked at."""
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")


def link(path: str, **asked: object) -> str:
    """A path of this site with a query of what is asked; what is empty asks nothing."""
    query = urlencode({key: value for key, value in asked.items() if value not in (None, "")})
    return quote(path, safe="/") + (f"?{query}" if query else "")


def time(at: datetime, *, seconds: bool = True) -> Markup:
    """A time by this computer's clock, such as `2026-11-22 14:02:33`; programs find it in UTC."""
    local = at.astimezone()
    clock = f"{local:%H:%M:%S}" if seconds else f"{local:%H:%M}"
    exact = f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}"[:-3] + "Z"
    return Markup('<time datetime="{}" title="{}"><span class="day">{}</span> {}</time>').format(
        exact, f"{local:%Y-%m-%d %H:%M:%S %z}", f"{local:%Y-%m-%d}", clock
    )


def marked(text: str) -> Markup:
    """Text of a record: harmless, and what would not be seen in it is marked (`marc.views.visible`)."""
    return Markup("").join([_run(run) for run in visible(text)])


def runs(line: tuple[Run, ...]) -> Markup:
    """The same of a line that is in runs already."""
    return Markup("").join([_run(run) for run in line])


def _run(run: Run) -> Markup:
    if run.kind == "text":
        return escape(run.shown)
    title = f"{run.name} {run.code}".strip()
    return Markup('<span class="mark mark-{}" title="{}">{}</span>').format(run.kind, title, run.shown)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters.update(time=time, marked=marked, runs=runs)
    environment.globals.update(
        static=static.url,
        favicon=static.favicon,
        link=link,
        LOOKS=LOOKS,
        SEARCH_CHARACTERS=TEXT_CHARACTERS,
        SEARCH_EXAMPLES=[*EXAMPLES.values()],
        OUTCOME_LOOKS=outcomes.OUTCOMES,
        OUTCOME_WORDS=report.OUTCOMES,
        SEVERITY_LOOKS=outcomes.SEVERITIES,
        SEVERITY_WORDS=report.SEVERITIES,
    )
    return environment
