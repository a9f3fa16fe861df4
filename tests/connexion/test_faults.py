"""How a reply goes out by a step: the size of each piece, and when it is sent, by a clock that waits for nothing."""

import pytest
import trio

from gateway.frontends.connexion.faults import deliver, octets
from gateway.model import ReplyStep

WORDS = "0123456789"
WHOLE = b"0123456789\0"
EACH = [WHOLE[at : at + 1] for at in range(len(WHOLE))]

SENT: list[tuple[ReplyStep, list[tuple[float, bytes]]]] = [
    (ReplyStep(), [(0, WHOLE)]),
    (ReplyStep(late_seconds=2.5), [(2.5, WHOLE)]),
    (ReplyStep(piece_bytes=4, pause_seconds=0.25), [(0, b"0123"), (0.25, b"4567"), (0.5, b"89\0")]),
    (ReplyStep(piece_bytes=4, pause_seconds=0), [(0, b"0123"), (0, b"4567"), (0, b"89\0")]),
    (ReplyStep(piece_bytes=1, pause_seconds=0), [(0, one) for one in EACH]),
    (ReplyStep(piece_bytes=1, pause_seconds=0.01), [(0.01 * number, one) for number, one in enumerate(EACH)]),
    (ReplyStep(piece_bytes=len(WHOLE), pause_seconds=9), [(0, WHOLE)]),
    (ReplyStep(piece_bytes=len(WHOLE) + 1, pause_seconds=9), [(0, WHOLE)]),
    (ReplyStep(late_seconds=1, piece_bytes=5, pause_seconds=2, cut=7), [(1, b"01234"), (3, b"56")]),
    (ReplyStep(piece_bytes=5, pause_seconds=2, nul=False), [(0, b"01234"), (2, b"56789")]),
    (ReplyStep(send="garbage", garbage="00ff17", piece_bytes=2, pause_seconds=1), [(0, b"\x00\xff"), (1, b"\x17")]),
    (ReplyStep(send="nothing", late_seconds=3, piece_bytes=1), []),
    (ReplyStep(cut=0, piece_bytes=1), []),
]
"""Of each step, what is sent and how many seconds after the beginning."""


class Client:
    """Takes what is sent, and remembers when."""

    def __init__(self) -> None:
        self.received: list[tuple[float, bytes]] = []
        self._began = trio.current_time()

    async def take(self, some: bytes) -> None:
        """One piece."""
        self.received.append((trio.current_time() - self._began, some))

    @property
    def pieces(self) -> list[bytes]:
        """Without their times."""
        return [piece for _, piece in self.received]

    @property
    def times(self) -> list[float]:
        """Without the pieces."""
        return [time for time, _ in self.received]


@pytest.mark.parametrize(("step", "sent"), SENT)
async def test_each_piece_has_its_size_and_its_time(autojump_clock, step, sent):
    client = Client()
    await deliver(client.take, octets(WORDS, step), step, trio.Event())
    assert client.pieces == [piece for _, piece in sent]
    assert client.times == pytest.approx([time for time, _ in sent])


async def test_who_waits_longest_waits_to_the_end(autojump_clock):
    began = trio.current_time()
    await deliver(Client().take, b"", ReplyStep(send="nothing", late_seconds=600), trio.Event())
    assert trio.current_time() - began == pytest.approx(600)


async def test_when_the_gateway_stops_what_is_left_is_sent_at_once_in_its_pieces(autojump_clock):
    client, closing = Client(), trio.Event()
    step = ReplyStep(late_seconds=1, piece_bytes=4, pause_seconds=60)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(deliver, client.take, octets(WORDS, step), step, closing)
        await trio.sleep(11)
        assert client.pieces == [b"0123"]
        closing.set()
    assert client.pieces == [b"0123", b"4567", b"89\0"]
    assert client.times == pytest.approx([1, 11, 11])
