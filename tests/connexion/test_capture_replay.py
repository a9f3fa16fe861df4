"""A capture sent again: the bytes that a server gets, in which pieces and when, and what is made of its replies."""

from collections.abc import Sequence
from datetime import timedelta

import msgspec
import pytest
import trio

from gateway.frontends.connexion.captures import End, Line, Session, parse
from gateway.frontends.connexion.client import Destination
from gateway.frontends.connexion.replay import Answered, Unreached, alike, exactly, replay
from gateway.model import Logon
from tests.server.running import PATIENCE

from .captured import OK, client, recorded, server, written
from .test_capture import playing, received, reset
from .transcript import BROWSER, DESKTOP, ONE, TWO

LOGON = Logon(logon_id=b"01ABC", password=b"w")
NOW = b"AE01ABCPAw"
"""Its items."""


def sessions(*lines: Line) -> list[Session]:
    return parse(written(lines), "capture")


def destination(port: int) -> Destination:
    return Destination(address="127.0.0.1", port=port, logon=LOGON)


async def replayed(
    found: Sequence[Session], *replies: bytes, sizes: Sequence[int]
) -> tuple[list[Answered], list[bytes]]:
    """What is told when a server gives these replies, each when so many bytes have come; and what came."""
    told: list[Answered] = []
    came: list[bytes] = []
    with trio.fail_after(PATIENCE):
        async with playing() as upstream, trio.open_nursery() as nursery:
            nursery.start_soon(replay, found, destination(upstream.port), told.append)
            stream = await upstream.taken()
            for size, reply in zip(sizes, replies, strict=True):
                came.append(await received(stream, size))
                await stream.send_all(reply)
            came.append(await stream.receive_some())
            await stream.aclose()
    return told, came


async def test_messages_are_sent_again_each_after_the_reply_to_the_one_before() -> None:
    said = [*client(DESKTOP + TWO), *server(OK), *client(b"\r\n"), *client(DESKTOP + ONE), *server(b"No\0")]
    again = [NOW + TWO, b"\r\n" + NOW + ONE]
    told, came = await replayed(sessions(*recorded(said)), OK, b"Yes\0", sizes=[*map(len, again)])
    assert came == [*again, b""]
    assert told == [
        Answered(1, 1, OK[:-1], OK[:-1], compared=True, same=True),
        Answered(1, 2, b"No", b"Yes", compared=True, same=False),
    ]


async def test_messages_that_were_sent_at_once_are_sent_at_once() -> None:
    said = [*client(DESKTOP + TWO + BROWSER + ONE), *server(OK + b"No\0")]
    again = NOW + TWO + b"A501ABCP1w" + ONE
    told, came = await replayed(sessions(*recorded(said)), OK + b"No\0", sizes=[len(again)])
    assert came == [again, b""]
    assert [answered.same for answered in told] == [True, True]


async def test_an_end_before_the_reply_comes_before_it_again() -> None:
    lines = [recorded([*client(TWO), *server(OK)])[number] for number in (0, 2, 1, 3)]
    told: list[Answered] = []
    with trio.fail_after(PATIENCE):
        async with playing() as upstream, trio.open_nursery() as nursery:
            nursery.start_soon(replay, sessions(*lines), destination(upstream.port), told.append)
            stream = await upstream.taken()
            await received(stream, len(TWO))
            assert await stream.receive_some() == b""
            await stream.send_all(OK)
            await stream.aclose()
    assert [answered.same for answered in told] == [True]


async def test_a_message_comes_in_its_pieces_with_their_pauses_if_wanted() -> None:
    pauses = sessions(*_quicker(recorded([*client(DESKTOP, TWO), *server(OK), *client(ONE), *server(OK)])))
    times: list[float] = []
    with trio.fail_after(PATIENCE):
        async with playing() as upstream, trio.open_nursery() as nursery:

            async def send() -> None:
                told: list[Answered] = []
                await replay(pauses, destination(upstream.port), told.append, timing=True)
                assert [answered.same for answered in told] == [True, True]

            began = trio.current_time()
            nursery.start_soon(send)
            stream = await upstream.taken()
            for some in (NOW, TWO, ONE):
                assert await received(stream, len(some)) == some
                times.append(trio.current_time() - began)
                await stream.send_all(b"" if some == NOW else OK)
            assert await stream.receive_some() == b""
            times.append(trio.current_time() - began)
            await stream.aclose()
    assert all(time >= least for time, least in zip(times, (0.04, 0.09, 0.14, 0.19), strict=True))


def _quicker(lines: Sequence[Line]) -> list[Line]:
    """With a twentieth of a second in place of each."""
    raw = written(lines).splitlines(keepends=True)[2:]
    return [msgspec.json.decode(line.replace(b":1.0", b":0.05").replace(b"[1.0", b"[0.05"), type=Line) for line in raw]


async def test_with_its_pauses_a_session_begins_as_long_after_the_one_before() -> None:
    [first] = sessions(*_quicker(recorded(client(TWO))[:1]))
    second = first._replace(number=2, at=first.at + timedelta(seconds=0.1))
    told: list[Answered] = []
    with trio.fail_after(PATIENCE):
        async with playing() as upstream, trio.open_nursery() as nursery:

            async def send() -> None:
                await replay([first, second], destination(upstream.port), told.append, timing=True)

            began = trio.current_time()
            nursery.start_soon(send)
            for _ in range(2):
                await received(await upstream.taken(), len(TWO))
            assert trio.current_time() - began >= 0.14
    assert [(one.connection, one.compared) for one in told] == [(1, False), (2, False)]


@pytest.mark.parametrize(
    ("reply", "error"),
    [(b"No", "no NUL behind it"), (b"", "the connection was closed without a reply")],
)
async def test_a_reply_that_does_not_end_or_does_not_come_differs(reply: bytes, error: str) -> None:
    found = sessions(*recorded([*client(TWO), *server(b"No\0"), *client(TWO), *server(b"No\0")]))
    told: list[Answered] = []
    with trio.fail_after(PATIENCE):
        async with playing() as upstream, trio.open_nursery() as nursery:
            nursery.start_soon(replay, found, destination(upstream.port), told.append)
            stream = await upstream.taken()
            await received(stream, len(TWO))
            await stream.send_all(reply)
            await stream.aclose()
    assert (told[0].same, told[0].error) == (False, error)


async def test_a_reset_differs_from_a_reply_and_ends_the_session() -> None:
    found = sessions(*recorded([*client(TWO), *server(OK), *client(TWO), *server(OK)]))
    told: list[Answered] = []
    with trio.fail_after(PATIENCE):
        async with playing() as upstream, trio.open_nursery() as nursery:
            nursery.start_soon(replay, found, destination(upstream.port), told.append)
            stream = await upstream.taken()
            await received(stream, len(TWO))
            reset(stream)
    assert [(one.message, one.same, one.reply) for one in told] == [(1, False, None)]


@pytest.mark.parametrize(("reply", "same"), [(b"", True), (OK, False)])
async def test_where_the_server_had_ended_without_a_reply_none_is_expected(reply: bytes, same: bool) -> None:
    found = sessions(*recorded(client(TWO)))
    told, _ = await replayed(found, reply, sizes=[len(TWO)])
    assert [(one.recorded, one.compared, one.same) for one in told] == [(None, True, same)]


async def test_sessions_without_a_message_are_left_out() -> None:
    found = sessions(*recorded([])) + sessions(End(1, "server", "unreachable", 0.0, "nothing listens there"))
    with trio.fail_after(PATIENCE):
        await replay(found, destination(1), lambda _: None)


async def test_who_cannot_be_reached_is_named() -> None:
    async with playing() as upstream:
        port = upstream.port
    with pytest.raises(Unreached, match=f"cannot connect to 127.0.0.1 port {port}: nothing listens there"):
        await replay(sessions(*recorded(client(TWO))), destination(port), lambda _: None)


@pytest.mark.parametrize(
    ("recorded", "reply", "same"),
    [
        (b"MMS ID: 9910000000015867", b"MMS ID: 9910000000025867", True),
        (b"MMS ID: 12", b"MMS ID: 3", True),
        (b"Several match: 9910000000015867 (A), 991", b"Several match: 9910000000025867 (A), 991", True),
        (b"Several match: 9910000000015867 (A)", b"Several match: 9910000000025867 (B)", False),
        (b"field 991", b"field 992", False),
        (b"MMS ID: 12", b"MMS ID: ", False),
    ],
)
def test_mms_ids_make_no_difference_unless_that_is_wanted(recorded: bytes, reply: bytes, same: bool) -> None:
    assert alike(recorded, reply) == same
    assert not exactly(recorded, reply)
    assert exactly(recorded, recorded)
