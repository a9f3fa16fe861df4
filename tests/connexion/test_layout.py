"""How the bytes of a message were laid out, and in which pieces they came: all of them, and of a password nothing."""

from collections.abc import Iterable, Iterator

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gateway.frontends.connexion import wire
from gateway.frontends.connexion.layout import RUNS_BEFORE, Arrivals, Layout
from gateway.frontends.connexion.readings import LengthForm
from gateway.frontends.connexion.vectors import events
from gateway.model import PIECES, Logon, Transcript

from .test_properties import ENDINGS, cuts, limits, pieces, streams
from .test_vectors import VECTORS
from .transcript import BROWSER, DESKTOP, END, ONE, THREE, TWO, WHOLE, cut, record

SERVED = DESKTOP + ONE
Heard = tuple[wire.Event | wire.Malformed, Layout]


def layouts(chunks: Iterable[bytes], connection: wire.Connection | None = None) -> Iterator[Heard]:
    """Each event that ends a message, or the connection, with how what it ends was laid out."""
    connection = connection or wire.Connection()
    for chunk in (*chunks, END):
        connection.receive(chunk)
        for event in events(connection):
            if not isinstance(event, wire.Telnet):
                yield event, connection.layout
            if isinstance(event, wire.Probe | wire.Goodbye | wire.Closed):
                return


def told(sent: bytes) -> list[str]:
    """The runs of all that came, each in a word or two; messages are divided by a bar."""
    heard = [" ".join(_told(layout)) for _, layout in layouts([sent])]
    return " | ".join(filter(None, heard)).split(" ") if any(heard) else []


def _told(layout: Layout) -> Iterator[str]:
    for laid, octets in layout:
        note = f":{laid.note}" if laid.note else ""
        yield f"{laid.kind}{octets or ''}{note}"


@pytest.mark.parametrize(
    ("sent", "runs"),
    {
        "desktop": (SERVED, "A13:desktop P8:desktop record26"),
        "browser": (BROWSER + ONE, "A14:browser P8:browser record26"),
        "NUL-behind": (SERVED + b"\0", "A13:desktop P8:desktop record26 separators1:00"),
        "spaces": (b"  U@ P0" + ONE, "separators2:2020 U2:desktop separators1:20 P2:browser record26"),
        "no-items": (b"\r\n" + ONE, "separators2:0d0a record26"),
        "between": (ONE + b"\0" + TWO, "record26 separators1:00 | record42"),
        "telnet": (b"\xff\xfd\x18\r\n" + ONE, "telnet3:fffd18 answer:fffc18 separators2:0d0a record26"),
        "telnet-words": (b"\xff\xfa\x18\0vt100\xff\xf0" + ONE, "telnet11 record26"),
        "tail": (ONE[:-1] + b".rest\x1d" + TWO, "record26 | tail5 record42"),
        "tail-and-the-end": (ONE[:-1] + b".rest", "record26 | tail4"),
        "short": (DESKTOP + b"00080" + ONE[5:] + TWO + THREE, "A13:desktop P8:desktop record26 | record42 | record44"),
        "request": (b"GET /?password=x HTTP/1.1\r\n\r\n", "request29"),
        "tls": (b"\x16\x03\x01..", "tls5"),
        "xml": (DESKTOP + b"  <xml/>", "A13:desktop P8:desktop separators2:2020 xml6"),
        "no-length": (b"U?abcde", "hidden1 unread6:length"),
        "no-item": (DESKTOP + b"what", "hidden21 unread4:item"),
        "no-record": (DESKTOP + b"000x", "hidden24 unread1:record"),
        "no-telnet": (b"\xff\x05", "hidden1 unread1:telnet"),
        "cut-off": (DESKTOP + TWO[:30], "A13:desktop P8:desktop record30"),
        "cut-off-in-an-item": (DESKTOP[:5], "hidden5"),
        "probe": (b"\r\n", "separators2:0d0a"),
    }.values(),
)
def test_runs(sent: bytes, runs: str):
    assert told(sent) == runs.split(" ")


@pytest.mark.parametrize("step", [WHOLE, 1, 7])
@pytest.mark.parametrize("name", VECTORS)
def test_runs_of_a_vector_cover_it(name: str, step: int):
    sent = VECTORS[name].sent
    connection = wire.Connection()
    covers(sent, layouts(cut(sent, step), connection), every=step == WHOLE)


def covers(sent: bytes, heard: Iterable[Heard], *, every: bool) -> None:
    """Each run stands where its bytes stand; behind what is no message, bytes that came later are in none."""
    at = 0
    for event, layout in heard:
        for laid, octets in layout:
            some = sent[at : at + octets]
            assert len(some) == octets
            at += octets
            match laid.kind:
                case "separators":
                    assert some.strip(b"\0\r\n ") == b""
                    assert some.startswith(bytes.fromhex(laid.note))
                case "U" | "A" | "P":
                    assert some.startswith(laid.kind.encode())
                    assert laid.size == (octets > 2)
                case "record":
                    assert isinstance(event, wire.Record | wire.Malformed)
                    assert some == event.raw
                case "telnet":
                    assert some.startswith(b"\xff")
                    assert laid.note in ("", some.hex())
                case "answer":
                    assert octets == 0
                case kind:
                    assert kind in ("tail", "request", "tls", "xml", "hidden", "unread", "more")
        at += event.size if isinstance(event, wire.Goodbye) else 0
    assert at == len(sent) or not every


@settings(max_examples=400, deadline=None)
@given(sent=streams, at=cuts, limit=limits, end=st.sampled_from(ENDINGS))
@example(sent=b"\xff\xfd\x03\0" * 20 + SERVED, at=[], limit=wire.MESSAGE_BYTES, end=ENDINGS[0])
@example(sent=b"A0      00000" + bytes(87) + b"\x1d\0", at=[], limit=100, end=ENDINGS[0])
def test_runs_cover_any_bytes_however_they_are_split(sent, at, limit, end):
    connection = wire.Connection(message_bytes=limit)
    arrivals = Arrivals()
    received, covered = 0, 0
    over = False
    for number, chunk in enumerate([*pieces(sent, at), END] if sent else [END]):
        if connection.state is wire.State.CLOSED:
            break
        received += len(chunk)
        arrivals.add(number, len(chunk))
        if chunk:
            connection.receive(chunk)
        else:
            end(connection)
        for event in events(connection):
            if isinstance(event, wire.Telnet) or over:
                continue
            over = isinstance(event, wire.Probe | wire.Goodbye | wire.Closed)
            covered += sum(octets for _, octets in connection.layout)
            covered += event.size if isinstance(event, wire.Goodbye) else 0
            kept = arrivals.take(connection.layout, -1.0)
            assert sum(size for _, size in kept.pieces) == sum(laid.counted for laid in kept.runs)
            assert all(size > 0 for _, size in kept.pieces)
            assert [*kept.pieces] == sorted(kept.pieces, key=lambda piece: piece[0])
            if not isinstance(event, wire.Record | wire.Closed):
                over = True
    assert covered == received


def kept(sent: bytes, times: Iterable[float], step: int = WHOLE, began: float = 0.0) -> list[Transcript]:
    """The transcripts of all messages, of which each piece comes at one of `times`."""
    connection, arrivals = wire.Connection(), Arrivals()
    found = []
    for at, chunk in zip(times, cut(sent, step), strict=False):
        arrivals.add(at, len(chunk))
        connection.receive(chunk)
        found += [arrivals.take(connection.layout, began) for _ in events(connection)]
    return found


class TestArrivals:
    def test_all_at_once_needs_no_word(self) -> None:
        assert [one.pieces for one in kept(SERVED, [0.0])] == [()]

    def test_item_counts_when_all_of_it_has_come(self) -> None:
        (one,) = kept(SERVED, [0.0, 0.1, 0.2, 0.3, 0.4, 0.5], step=9)
        assert one.pieces == ((0.0, 1), (0.1, 2), (0.2, 1 + 6), (0.3, 9), (0.4, 9), (0.5, 2))
        assert sum(size for _, size in one.pieces) == 2 + 2 + len(ONE)

    def test_message_that_came_with_the_one_before(self) -> None:
        first, second = kept(SERVED + TWO, [5.0], began=7.5)
        assert (first.pieces, second.pieces) == (((-2.5, 30),), ((-2.5, 42),))

    def test_message_that_came_partly_with_the_one_before(self) -> None:
        first, second = kept(ONE + TWO, [0.0, 1.0, 1.5], step=30)
        assert (first.pieces, second.pieces) == ((), ((0.0, 4), (1.0, 30), (1.5, 8)))

    def test_very_many_pieces_are_summed(self) -> None:
        whole = record(b"x" * 40)
        (one,) = kept(whole, range(100), step=1)
        assert one.pieces[:PIECES] == tuple((at, 1) for at in range(PIECES))
        assert one.pieces[PIECES:] == ((len(whole) - 1, len(whole) - PIECES),)


def test_much_before_a_message_is_summed() -> None:
    connection = wire.Connection()
    ((_, layout), *_) = layouts([b"\xff\xfd\x18\0" * 1000 + ONE], connection)
    assert len(layout) == RUNS_BEFORE + 2
    assert [laid.kind for laid, _ in layout[-2:]] == ["more", "record"]
    assert sum(octets for _, octets in layout) == 4000 + len(ONE)


@pytest.mark.parametrize("form", ["desktop", "browser"])
@given(passwords=st.lists(st.text("QZqz", min_size=1, max_size=180), min_size=2, max_size=2), step=st.integers(0, 40))
def test_nothing_tells_what_a_password_is_or_how_long(form: LengthForm, passwords: list[str], step: int):
    sent = [wire.compose(Logon(logon_id=b"01CARLI_XYZ", password=one.encode()), TWO, form) for one in passwords]
    one, other = (kept(message, [0.0] * len(message), step) for message in sent)
    assert [transcript.runs for transcript in one] == [transcript.runs for transcript in other]
    counted = [sum(size for _, size in transcript.pieces) for transcript in (*one, *other)]
    assert {*counted} <= {0, 2 + 2 + len(TWO)}


@pytest.mark.parametrize("form", ["desktop", "browser"])
@pytest.mark.parametrize("raw", [ONE, record(b"x" * 900)], ids=["short", "long"])
def test_nothing_tells_how_long_a_password_is_that_comes_byte_by_byte(form: LengthForm, raw: bytes):
    sent = [wire.compose(Logon(b"q" * size, b"z", b"Q" * size), raw, form) for size in (1, 8, 191)]
    found = [kept(message, range(len(message)), 1)[0] for message in sent]
    assert len({tuple(size for _, size in one.pieces) for one in found}) == 1


def test_what_is_kept_of_an_ordinary_message_is_small() -> None:
    (one,) = kept(SERVED + b"\0", [0.0])
    assert len(msgspec.json.encode(one)) < 150
