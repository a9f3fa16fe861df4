"""What programs are shown under `/view/`, and who is not."""

from collections.abc import AsyncGenerator

import pytest
from structlog.testing import capture_logs

from gateway.errors import NotFound, StoreError
from gateway.frontends.http.views import VIEW_BYTES, Answer, Asked, place, zone_at
from gateway.model import Zone

from .site import TOKEN, connected, rest, serving


async def told(asked: Asked) -> Answer:
    """What was asked, in lines."""
    lines = (
        asked.method,
        asked.path,
        ",".join(asked.hosts),
        asked.query,
        asked.body,
        asked.content_type,
        asked.address,
    )
    return Answer("text/plain;charset=UTF-8", "\n".join(map(str, lines)).encode())


async def url(asked: Asked) -> Answer:
    """As it was asked."""
    return Answer("text/plain", asked.url.encode())


async def pieces(_: Asked) -> Answer:
    """Not whole."""

    async def body() -> AsyncGenerator[bytes]:
        for piece in (b"one ", b"two ", b"three"):
            yield piece

    return Answer("text/plain", body(), status=202, headers=[(b"retry-after", b"7")])


async def broken(asked: Asked) -> Answer:
    """Fails, as the query says."""
    raise {b"store": StoreError("the disk is full"), b"lost": NotFound("no such thing")}.get(
        asked.query, ValueError("as it happens")
    )


VIEWS = {"oai": told, "url": url, "pieces": pieces, "broken": broken, "NCIPServlet": told}


class TestPlaces:
    @pytest.mark.parametrize(
        ("path", "host", "rest_"),
        [
            ("/view/oai/01CARLI_XYZ/request", "", "oai/01CARLI_XYZ/request"),
            ("/view/NCIPServlet", "", "NCIPServlet"),
            ("/hosts/xyz/view/sru/01CARLI_XYZ", "xyz", "sru/01CARLI_XYZ"),
        ],
    )
    def test_of_views(self, path: str, host: str, rest_: str) -> None:
        assert place(path) == (host, rest_)

    @pytest.mark.parametrize(
        "path", ["/", "/view", "/views/oai", "/hosts//view/oai", "/hosts/a/b/view/oai", "/x/view/"]
    )
    def test_of_others(self, path: str) -> None:
        assert place(path) is None


class TestZones:
    @staticmethod
    def zone(key: str, host: str, code: str) -> Zone:
        return Zone(key=key, host=host, kind="institution", code=code, mms_suffix="5867")

    def test_are_found_by_code_then_host(self) -> None:
        zones = {zone.key: zone for zone in (self.zone("a", "one", "01A"), self.zone("b", "two", "01A"))}
        assert zone_at(zones, "01A", ["one", "two"]) is zones["a"]
        assert zone_at(zones, "01A", ["two", "one"]) is zones["b"]
        assert zone_at(zones, "01A", ["elsewhere", "two"]) is zones["b"]
        assert zone_at(zones, "01A", ["elsewhere"]) is None
        assert zone_at(zones, "01B", ["one", "two"]) is None


class TestAsking:
    async def test_by_get(self) -> None:
        async with serving(views=VIEWS) as client:
            answer = await client.get("/view/oai/01%20A?verb=Identify&b=%26")
            assert answer.text == "GET\noai/01 A\nxyz,una\nb'verb=Identify&b=%26'\nb''\n\n127.0.0.1"
            assert answer.headers["content-type"] == "text/plain;charset=UTF-8"
            assert answer.headers["content-length"] == str(len(answer.content))

    async def test_by_post(self) -> None:
        async with serving(views=VIEWS) as client:
            answer = await client.post("/view/NCIPServlet", content=b"<x/>" * 20_000, headers={"Content-Type": "a/b"})
            lines = answer.text.split("\n")
            assert lines[0] == "POST"
            assert len(lines[4]) == len("b''") + 80_000
            assert lines[5] == "a/b"

    async def test_by_head(self) -> None:
        async with serving(views=VIEWS) as client:
            for path, status in (("/view/oai", 200), ("/view/pieces", 202)):
                answer = await client.head(path)
                assert (answer.status_code, answer.content) == (status, b"")

    async def test_by_other_methods_is_told_which_there_are(self) -> None:
        async with serving(views=VIEWS) as client:
            for method, status in (("OPTIONS", 204), ("PUT", 405), ("DELETE", 405)):
                answer = await client.request(method, "/view/oai")
                assert (answer.status_code, answer.headers["allow"]) == (status, "GET, HEAD, OPTIONS, POST")

    @pytest.mark.parametrize(
        ("path", "host", "named"),
        [
            ("/view/oai", "xyz.alma.example", "xyz,una"),
            ("/view/oai", "UNA.ALMA.EXAMPLE:8550", "una,xyz"),
            ("/view/oai", "other.example", "xyz,una"),
            ("/hosts/una/view/oai", "xyz.alma.example", "una"),
        ],
    )
    async def test_names_a_host(self, path: str, host: str, named: str) -> None:
        async with serving(views=VIEWS) as client:
            assert (await client.get(path, headers={"Host": host})).text.split("\n")[2] == named

    async def test_tells_the_url_that_was_asked(self) -> None:
        async with serving(views=VIEWS) as client:
            asked = "/hosts/una/view/url/01%20A"
            answer = await client.get(f"{asked}?verb=Identify", headers={"Host": "una.alma.example:81"})
            assert answer.text == f"http://una.alma.example:81{asked}"
            async with connected(client) as stream:
                await stream.send_all(b"GET /view/url HTTP/1.0\r\n\r\n")
                assert (await rest(stream)).endswith(f"{client.base_url}/view/url".replace("//view", "/view").encode())

    async def test_is_answered_in_pieces(self) -> None:
        async with serving(views=VIEWS) as client:
            answer = await client.get("/view/pieces")
            assert (answer.status_code, answer.text) == (202, "one two three")
            assert answer.headers["retry-after"] == "7"
            assert "content-length" not in answer.headers


class TestFaults:
    async def test_of_the_path(self) -> None:
        async with serving(views=VIEWS) as client:
            for path, words in (
                ("/view/", "there is no view "),
                ("/view/nowhere", "there is no view nowhere"),
                ("/hosts/nowhere/view/oai", "there is no host nowhere; there are xyz, una"),
            ):
                answer = await client.get(path)
                assert answer.status_code == 404
                assert answer.headers["content-type"] == "application/problem+json"
                assert words in answer.json()["detail"]

    async def test_of_a_body_that_is_too_long(self) -> None:
        async with serving(views=VIEWS) as client:
            assert (await client.post("/view/oai", content=b"x" * VIEW_BYTES)).status_code == 200
            answer = await client.post("/view/oai", content=b"x" * (VIEW_BYTES + 1))
            assert answer.status_code == 413
            assert "1,000,000 bytes" in answer.json()["detail"]

    async def test_of_a_body_that_is_cut_off(self) -> None:
        async with serving(views=VIEWS) as client, connected(client) as stream:
            await stream.send_all(b"POST /view/oai HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nhalf")
            await stream.send_eof()
            assert (await rest(stream)).startswith(b"HTTP/1.1 400")

    @pytest.mark.parametrize(
        ("query", "status", "words", "logged"),
        [
            ("lost", 404, "no such thing", []),
            ("store", 500, "the disk is full", ["http.failed"]),
            ("", 500, "the gateway's own fault; its log tells more", ["http.crashed"]),
        ],
    )
    async def test_of_a_view_are_told(self, query: str, status: int, words: str, logged: list[str]) -> None:
        with capture_logs() as logs:
            async with serving(views=VIEWS) as client:
                answer = await client.get(f"/view/broken?{query}")
                assert (answer.status_code, answer.json()["detail"]) == (status, words)
                assert (await client.get("/view/oai")).status_code == 200
        assert [line["event"] for line in logs] == logged


class TestGuarding:
    async def test_needs_neither_token_nor_name_and_gives_no_cookie(self) -> None:
        async with serving(views=VIEWS, token=TOKEN) as client:
            for headers in ({}, {"Host": "alma.example"}, {"Authorization": "Bearer wrong", "Accept": "text/html"}):
                for path in ("/view/oai", "/hosts/xyz/view/oai"):
                    answer = await client.get(path, headers=headers)
                    assert answer.status_code == 200
                    assert "set-cookie" not in answer.headers
                    assert answer.headers["cache-control"] == "no-store"
                    assert answer.headers["x-content-type-options"] == "nosniff"

    @pytest.mark.parametrize(
        "headers",
        [
            {"Origin": "http://evil.example"},
            {"Origin": "http://evil.example", "Host": "evil.example"},
            {"Sec-Fetch-Site": "same-origin", "Host": "evil.example"},
            {"Sec-Fetch-Site": "cross-site"},
            {"Origin": "null"},
        ],
    )
    @pytest.mark.parametrize("token", ["", TOKEN])
    async def test_a_page_of_another_site_sends_nothing(self, headers: dict[str, str], token: str) -> None:
        async with serving(views=VIEWS, token=token) as client:
            assert (await client.post("/view/NCIPServlet", headers=headers)).status_code == 403
            assert (await client.post("/view/NCIPServlet")).status_code == 200

    async def test_read_only_refuses_what_changes_something(self) -> None:
        async with serving(views=VIEWS, read_only=True) as client:
            for path in ("/view/NCIPServlet", "/view/NCIPServlet/v1", "/hosts/xyz/view/NCIPServlet"):
                answer = await client.post(path)
                assert answer.status_code == 403
                assert "http.read_only" in answer.json()["detail"]
            assert (await client.post("/view/oai")).status_code == 200
