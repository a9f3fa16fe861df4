"""Signing in with the token, and out. Without a token nobody need."""

from http import HTTPStatus
from typing import Any, Final

from litestar import Response, get, post

from gateway.frontends.http.given import given
from gateway.frontends.http.guard import session_of
from gateway.frontends.ui import forms
from gateway.frontends.ui.look import own_path
from gateway.frontends.ui.render import PageRequest, page

WRONG: Final = "This is not the token of this gateway. It is http.token of its settings."


@get("/sign-in")
async def ask(request: PageRequest) -> Response[str]:
    """The form."""
    return _form(request, request.query_params.get("next", "/"))


@post("/sign-in")
async def enter(request: PageRequest) -> Response[Any]:  # Any: a page, or nothing
    """Let in who shows the token."""
    fields = await forms.fields(request)
    sessions = given(request.scope).sessions
    back = own_path(fields.get("next", "/"))
    if sessions.by_token and not sessions.is_token(fields.get("token", "").strip()):
        await sessions.wrong.wait()
        return _form(request, back, WRONG, HTTPStatus.FORBIDDEN)
    cookie = sessions.header(sessions.new(signed_in=True))
    return _gone_to(back, cookie)


@post("/sign-out")
async def leave(request: PageRequest) -> Response[None]:
    """Forget that this browser showed the token."""
    await forms.fields(request)
    sessions = given(request.scope).sessions
    sessions.end(session_of(request.scope))
    cookie = sessions.header(sessions.new(signed_in=False))
    return _gone_to("/sign-in", cookie)


def _form(request: PageRequest, back: str, wrong: str = "", status: int = HTTPStatus.OK) -> Response[str]:
    return page(request, "sign_in.html", status=status, back=own_path(back), wrong=wrong)


def _gone_to(path: str, cookie: str) -> Response[None]:
    return Response(
        None, status_code=303, headers={"location": path, "set-cookie": cookie, "cache-control": "no-store"}
    )


handlers = (ask, enter, leave)
