"""Who is let in, and what a page of another site cannot do."""

import pytest

from gateway.frontends.http.sessions import COOKIE

from .site import TOKEN, serving

BEARER = {"Authorization": f"Bearer {TOKEN}"}


class TestNames:
    @pytest.mark.parametrize(
        "host", ["127.0.0.1", "127.0.0.1:8550", "localhost:8550", "LOCALHOST", "[::1]:8550", "127.3.2.1"]
    )
    async def test_of_this_computer_are_answered(self, host: str) -> None:
        async with serving() as client:
            assert (await client.get("/livez", headers={"Host": host})).status_code == 200

    @pytest.mark.parametrize(
        "host", ["evil.example", "127.0.0.1.evil.example", "", "localhost.evil.example", "[", "192.0.2.1"]
    )
    async def test_of_others_are_not(self, host: str) -> None:
        async with serving() as client:
            answer = await client.get("/livez", headers={"Host": host})
            assert answer.status_code in (400, 421)
            assert "something" not in answer.text

    async def test_of_the_settings_are_answered(self) -> None:
        async with serving(names=["gateway.library.example"]) as client:
            assert (await client.get("/livez", headers={"Host": "gateway.library.example"})).status_code == 200


class TestToken:
    async def test_opens_the_api(self) -> None:
        async with serving(token=TOKEN) as client:
            assert (await client.get("/api/v1/records", headers=BEARER)).text == "something"

    @pytest.mark.parametrize(
        "shown", ["", "Bearer", "Bearer wrong", f"Basic {TOKEN}", f"Bearer {TOKEN}x", "Bearer \xff"]
    )
    async def test_that_is_wrong_opens_nothing(self, shown: str) -> None:
        async with serving(token=TOKEN) as client:
            answer = await client.get("/api/v1/records", headers={b"Authorization": shown.encode("latin-1")})
            assert answer.status_code == 401
            assert answer.headers["www-authenticate"] == "Bearer"
            assert answer.json()["title"] == "Unauthorized"

    @pytest.mark.parametrize("path", ["/livez", "/static/style.css", "/sign-in"])
    async def test_is_not_needed_for(self, path: str) -> None:
        async with serving(token=TOKEN) as client:
            assert (await client.get(path)).status_code == 200

    async def test_is_asked_of_who_looks_at_a_page(self) -> None:
        async with serving(token=TOKEN) as client:
            answer = await client.get("/?q=a%26b", headers={"Accept": "text/html"})
            assert answer.status_code == 303
            assert answer.headers["location"] == "/sign-in?next=%2F%3Fq%3Da%2526b"

    async def test_lets_any_name_be_used(self) -> None:
        async with serving(token=TOKEN) as client:
            answer = await client.get("/api/v1/records", headers={**BEARER, "Host": "gateway.library.example"})
            assert answer.status_code == 200


class TestOrigin:
    @pytest.mark.parametrize(
        "headers",
        [
            {"Origin": "http://evil.example"},
            {"Origin": "null"},
            {"Origin": "http://127.0.0.1:1"},
            {"Origin": "https://127.0.0.1"},
            {"Origin": ""},
            {"Sec-Fetch-Site": "cross-site"},
            {"Sec-Fetch-Site": "same-site"},
        ],
    )
    async def test_of_another_site_changes_nothing_and_follows_nothing(self, headers: dict[str, str]) -> None:
        async with serving() as client:
            assert (await client.post("/records", headers=headers)).status_code == 403
            assert (await client.get("/api/v1/events", headers=headers)).status_code == 403
            assert (await client.get("/api/v1/events/", headers=headers)).status_code == 403
            assert (await client.get("/api/v1/records", headers=headers)).status_code == 200

    async def test_of_our_own_pages_and_of_programs_changes(self) -> None:
        async with serving() as client:
            own = {"Origin": str(client.base_url).rstrip("/"), "Sec-Fetch-Site": "same-origin"}
            assert (await client.post("/records", headers=own)).text == "changed"
            assert (await client.post("/records")).text == "changed"

    async def test_is_no_matter_to_who_shows_the_token(self) -> None:
        async with serving(token=TOKEN) as client:
            answer = await client.post("/records", headers={**BEARER, "Origin": "http://elsewhere.example"})
            assert answer.text == "changed"


class TestReadOnly:
    async def test_changes_nothing(self) -> None:
        async with serving(read_only=True) as client:
            answer = await client.post("/records")
            assert answer.status_code == 403
            assert "http.read_only" in answer.json()["detail"]
            assert (await client.get("/api/v1/records")).status_code == 200

    async def test_lets_people_sign_in(self) -> None:
        async with serving(read_only=True) as client:
            assert (await client.post("/sign-in")).text == "changed"


class TestHeaders:
    async def test_are_those_of_every_answer(self) -> None:
        async with serving() as client:
            for answer in (
                await client.get("/"),
                await client.get("/nowhere"),
                await client.post("/", headers={"Origin": "null"}),
            ):
                assert "default-src 'none'" in answer.headers["content-security-policy"]
                assert answer.headers["x-content-type-options"] == "nosniff"
                assert "server" not in answer.headers

    async def test_a_browser_gets_a_cookie_once(self) -> None:
        async with serving() as client:
            first = await client.get("/")
            assert first.json()["fresh"] is True
            cookie = first.headers["set-cookie"]
            assert cookie.startswith(f"{COOKIE}-0=")
            assert cookie.endswith("; Path=/; HttpOnly; SameSite=Lax; Max-Age=604800")
            second = await client.get("/")
            assert second.json()["fresh"] is False
            assert "set-cookie" not in second.headers

    async def test_a_program_gets_none(self) -> None:
        async with serving() as client:
            assert "set-cookie" not in (await client.get("/api/v1/records")).headers
