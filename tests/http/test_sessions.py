"""Cookies that prove themselves."""

import pytest

from gateway.frontends.http.sessions import COOKIE, Session, Sessions, cookie_in

from .site import TOKEN


def sent(session: Session, port: int = 0) -> str:
    """The header `Cookie` of a browser that has it."""
    return f"{COOKIE}-{port}={session.cookie}"


def test_without_a_token_everybody_is_signed_in() -> None:
    assert Sessions("").of("").signed_in


def test_a_visitor_is_not_signed_in() -> None:
    sessions = Sessions(TOKEN)
    visitor = sessions.of("")
    assert (visitor.signed_in, visitor.fresh) == (False, True)
    again = sessions.of(sent(visitor))
    assert (again.signed_in, again.fresh) == (False, False)


def test_who_has_shown_the_token_is_known_at_every_gateway_that_has_it() -> None:
    cookie = sent(Sessions(TOKEN).new(signed_in=True))
    assert Sessions(TOKEN).of(cookie).signed_in
    assert not Sessions(TOKEN + "x").of(cookie).signed_in


@pytest.mark.parametrize("cookie", ["", ".", "..", "s.1.2.3", "s", "s.x.y.z", "é", "s." * 9])
def test_what_is_no_cookie_of_ours_makes_a_new_one(cookie: str) -> None:
    found = Sessions(TOKEN).of(f"{COOKIE}-0={cookie}")
    assert (found.signed_in, found.fresh) == (False, True)


def test_a_visitor_cannot_make_himself_signed_in() -> None:
    sessions = Sessions(TOKEN)
    cookie = sessions.of("").cookie
    assert not sessions.of(f"{COOKIE}-0=s{cookie[1:]}").signed_in


def test_an_old_cookie_is_good_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    sessions = Sessions(TOKEN)
    session = sessions.new(signed_in=True)
    made = int(session.cookie.split(".")[1])
    monkeypatch.setattr("time.time", lambda: made + 7 * 24 * 3600 + 1)
    assert not sessions.of(sent(session)).signed_in


def test_a_form_is_known_by_what_only_its_session_was_given() -> None:
    sessions = Sessions("")
    one, other = sessions.of(""), sessions.of("")
    assert sessions.is_csrf(one, one.csrf)
    assert not sessions.is_csrf(one, other.csrf)
    assert not sessions.is_csrf(one, "")


def test_the_token_is_known() -> None:
    assert Sessions(TOKEN).is_token(TOKEN)
    assert not Sessions(TOKEN).is_token("")
    assert not Sessions("").is_token("")
    assert not Sessions(TOKEN).is_token("ä")


def test_who_has_signed_out_is_known_no_more() -> None:
    sessions = Sessions(TOKEN)
    session = sessions.new(signed_in=True)
    sessions.end(session)
    assert not sessions.of(sent(session)).signed_in


def test_gateways_of_one_address_have_cookies_of_their_own() -> None:
    one, other = Sessions("", port=8550), Sessions("", port=8551)
    both = f"{sent(one.new(signed_in=True), 8550)}; {sent(other.new(signed_in=True), 8551)}"
    assert not one.of(both).fresh
    assert not other.of(both).fresh


@pytest.mark.parametrize("others", ['ui={"theme":"dark"}', "a b c", '"', "=;=;;", 'a="' + '\\"' * 15_000 + '"'])
def test_cookies_of_other_programs_are_no_matter(others: str) -> None:
    assert cookie_in(f"{others}; {COOKIE}-0=mine; x=y", f"{COOKIE}-0") == "mine"
