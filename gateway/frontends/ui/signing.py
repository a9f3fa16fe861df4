"""Signing in with the token, and out. Without a token nobody need."""

from http import HTTPStatus
from typing import Any, Final

import trio
from litestar import Response, get, post

from gateway.frontends.http.guard import session_of
from gateway.frontends.http.problems import Refused
from gateway.frontends.http.sessions import Sessions
from gateway.frontends.ui import forms
from gateway.frontends.ui.look import own_path
from gateway.frontends.ui.render import PageRequest, page

WRONG_SECONDS: Final = 1.0
"""Between two wrong tokens, whoever shows them; a token has at least 16 characters, so this is enough."""
MOST_WAITING: Final = 20
"""Wrong ones that wait for their answer; who shows one more is told to come again."""
WRONG: Final = "This is not the token of this gateway. It is http.token of its settings."


class Wrong:
    """Answers wrong tokens one after another, so that they cannot be tried faster by trying many at once."""

    def __init__(self) -> None:
        self._turn = trio.Lock()
        self._waiting = 0

    async def wait(self) -> None:
        """One's turn. Raises `Refused` where too many wait."""
        if self._waiting >= MOST_WAITING:
            raise Refused(HTTPStatus.TOO_MANY_REQUESTS, "too many wrong tokens at once; try again in a while")
        self._waiting += 1
        try:
            async with self._turn:
                await trio.sleep(WRONG_SECONDS)
        finally:
            self._waiting -= 1


@get("/sign-in")
async def ask(request: PageRequest) -> Response[str]:
    """The form."""
    return _form(request, request.query_params.get("next", "/"))


@post("/sign-in")
async def enter(request: PageRequest) -> Response[Any]:  # Any: a page, or nothing
    """Let in who shows the token."""
    given = await forms.fields(request)
    sessions: Sessions = request.app.state.sessions
    back = own_path(given.get("next", "/"))
    if sessions.by_token and not sessions.is_token(given.get("token", "").strip()):
        await _wrong_at(request).wait()
        return _form(request, back, WRONG, HTTPStatus.FORBIDDEN)
    cookie = sessions.header(sessions.new(signed_in=True))
    return _gone_to(back, cookie)


@post("/sign-out")
async def leave(request: PageRequest) -> Response[None]:
    """Forget that this browser showed the token."""
    await forms.fields(request)
    sessions: Sessions = request.app.state.sessions
    sessions.end(session_of(request.scope))
    cookie = sessions.header(sessions.new(signed_in=False))
    return _gone_to("/sign-in", cookie)


def _form(request: PageRequest, back: str, wrong: str = "", status: int = HTTPStatus.OK) -> Response[str]:
    return page(request, "sign_in.html", status=status, back=own_path(back), wrong=wrong)


def _gone_to(path: str, cookie: str) -> Response[None]:
    return Response(
        None, status_code=303, headers={"location": path, "set-cookie": cookie, "cache-control": "no-store"}
    )


def _wrong_at(request: PageRequest) -> Wrong:
    """Of this gateway: a test has several."""
    state = request.app.state
    if not hasattr(state, "wrong_tokens"):
        state.wrong_tokens = Wrong()
    wrong: Wrong = state.wrong_tokens
    return wrong


handlers = (ask, enter, leave)
