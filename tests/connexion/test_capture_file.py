"""The file of a capture: what reads it, what it refuses, and its messages as vectors for a parser."""

import re
from pathlib import Path
from typing import get_args

import msgspec
import pytest

from gateway.errors import Unusable
from gateway.frontends.connexion import captures, wire
from gateway.frontends.connexion.captures import FORMAT, End, Message, NotKept, Part, Reply, encode, parse
from gateway.frontends.connexion.vectors import STAND_IN, composed, feed, pieces
from gateway.model import Logon

from .captured import HEADER, OK, OPENED, client, recorded, server, written
from .transcript import BROWSER, DESKTOP, ONE, TWO, cut, lines

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "capture.md").read_text(encoding="utf-8")
OTHER = Logon(logon_id=b"01ABC", password=b"another word")
FILE = written(recorded([*client(DESKTOP + TWO), *server(OK), *client(BROWSER + ONE), *server(b"No\0")]))


def test_a_file_is_read_as_it_was_written(tmp_path: Path) -> None:
    (tmp_path / "capture").write_bytes(FILE)
    [session] = captures.read(tmp_path / "capture")
    assert (session.number, session.client, session.upstream) == (1, "127.0.0.1", "127.0.0.1:5501")
    assert [type(event) for event in session.events] == [Message, Reply, Message, Reply, End, End]
    assert [reply.content for reply in session.replies] == [OK[:-1], b"No"]
    assert session.kept


@pytest.mark.parametrize("end", range(FILE.index(b"\n") + 1, len(FILE), 37))
def test_the_file_of_a_capture_that_was_killed_is_read_as_far_as_it_goes(end: int) -> None:
    whole = FILE[:end].count(b"\n") - 2
    events = [event for session in parse(FILE[:end], "capture") for event in session.events]
    assert len(events) == max(0, whole)


def test_a_second_capture_in_the_file_has_connections_of_its_own() -> None:
    assert [len(session.events) for session in parse(FILE[:-20] + b"\n" + FILE, "capture")] == [5, 6]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "capture is no capture: it has no line"),
        (b"01374cam a22", "capture is no capture"),
        (b"hello\n", "capture line 1 is no line of a capture"),
        (encode(OPENED), "capture line 1: a capture begins with a line whose event is capture"),
        (encode(HEADER) + encode(Reply(1, 0.0, "")), "capture line 2: connection 1 has not been opened before"),
        (encode(HEADER) + b"\xff\n" + encode(OPENED), "capture line 2 is no line of a capture"),
        (
            encode(msgspec.structs.replace(HEADER, format=2)),
            "capture line 1: the capture has format 2; this gateway reads 1",
        ),
        (written([Message(1, -1.0, ())]), "capture line 3 is no line of a capture"),
        (written([Message(1, 0.0, (Part("separators", text=" ", size=10**9),))]), "capture line 3 is no line"),
    ],
)
def test_what_is_no_capture_is_refused_with_its_line(content: bytes, says: str) -> None:
    with pytest.raises(Unusable, match=re.escape(says)):
        parse(content, "capture")


def test_lines_of_this_format_are_as_documented() -> None:
    """A program that reads this format relies on them: whoever changes one gives the format another number."""
    lines = [line.decode() for line in FILE.splitlines()]
    assert FORMAT == 1
    assert lines[0] == (
        '{"event":"capture","format":1,"at":"2026-03-01T00:00:00Z","listen":"127.0.0.1:5500",'
        '"upstream":"127.0.0.1:5501","logon_ids":"kept"}'
    )
    assert lines[1] == '{"event":"connection","connection":1,"at":"2026-03-01T00:00:00Z","client":"127.0.0.1"}'
    assert lines[2].startswith(
        '{"event":"message","connection":1,"after":1.0,"parts":[{"kind":"A","form":"desktop","text":"01CARLI_XYZ"},'
        '{"kind":"P","form":"desktop"},{"kind":"record","text":"00042cam'
    )
    assert lines[5] == '{"event":"reply","connection":1,"after":1.0,"text":"No"}'
    assert lines[6] == '{"event":"end","connection":1,"side":"client","how":"closed","after":1.0}'
    assert encode(NotKept(1, "client", "http", 256)) == (
        b'{"event":"not_kept","connection":1,"side":"client","what":"http","up_to":256}\n'
    )


@pytest.mark.parametrize(
    ("sent", "logon", "now"),
    [
        (DESKTOP + TWO, OTHER, b"AE01ABCPLanother word" + TWO),
        (BROWSER + TWO, OTHER, b"A501ABCP12another word" + TWO),
        (b"PFsecret  AK01CARLI_XYZ" + TWO + b"\0\r\n", OTHER, b"PLanother word  AE01ABC" + TWO + b"\0\r\n"),
        (b"U@AK01CARLI_XYZP@" + TWO, OTHER, b"U@AE01ABCP@" + TWO),
        (b"UK100-123-456" + DESKTOP + TWO, OTHER, b"UK" + STAND_IN + b"AE01ABCPLanother word" + TWO),
        (b"U701CARLIP6secret" + TWO, OTHER, b"U501ABCP12another word" + TWO),
        (b"UAx" + DESKTOP + TWO, Logon(b"me", b"01ABC", b"w"), b"UBmeAE01ABCPAw" + TWO),
        (b"\xff\xfb\x18" + DESKTOP + TWO, OTHER, b"\xff\xfb\x18AE01ABCPLanother word" + TWO),
        (b"\r\n" * 20 + TWO, OTHER, b"\r\n\r\n\r\n\r\n" + b"\n" * 32 + TWO),
    ],
)
def test_a_message_is_composed_with_another_logon(sent: bytes, logon: Logon, now: bytes) -> None:
    message = recorded(client(sent))[0]
    assert isinstance(message, Message)
    assert b"".join(composed(message.parts, logon)) == now
    assert pieces(message, logon) == [(0.0, now)]


def test_a_message_comes_in_the_pieces_in_which_it_came() -> None:
    message = recorded(client(b"\r\n", b"A", b"K01CARLI", b"_XYZ", b"P", b"Fsecret", TWO, b"\0"))[0]
    assert isinstance(message, Message)
    assert pieces(message, OTHER) == [
        *((0.0, b"\r\n"), (1.0, b"A"), (0.0, b"E01ABC"), (1.0, b"P"), (0.0, b"Lanother word"), (1.0, TWO))
    ]


def test_the_page_on_capture_names_all_that_stands_in_a_file() -> None:
    words = {event.__struct_config__.tag for event in get_args(captures.Line)}
    words |= {field for event in get_args(captures.Line) for field in event.__struct_fields__}
    words |= {*Part.__struct_fields__, *get_args(captures.What), *get_args(captures.How), *get_args(captures.Side)}
    assert {word for word in words if f"`{word}`" not in PAGE} == set()


def test_the_test_of_the_page_on_capture_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("alma.jsonl").write_bytes(FILE)
    [code] = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    found: dict[str, object] = {}
    exec(code, found)
    assert found["replies"] == [OK[:-1], b"No"]
    assert found["event"] == wire.Closed()


def test_a_value_that_no_length_can_say_is_refused() -> None:
    message = recorded(client(DESKTOP + TWO))[0]
    assert isinstance(message, Message)
    with pytest.raises(ValueError, match="item P is 192 bytes long"):
        composed(message.parts, Logon(password=b"x" * 192))


@pytest.mark.parametrize("step", [1, 7, 1000])
def test_a_session_is_a_vector_for_the_wire(step: int) -> None:
    said = [*client(*cut(DESKTOP + TWO, step)), *server(OK), *client(*cut(BROWSER + ONE + b"\r\n", step))]
    [session] = parse(written(recorded(said)), "capture")
    assert list(lines(feed(session, OTHER))) == [
        *("logon A=01ABC P=another word", "record two", "logon A=01ABC P=another word", "record one", "closed")
    ]


def test_a_session_is_a_vector_up_to_what_is_not_kept() -> None:
    said = [*client(DESKTOP + TWO), *server(OK), *client(b"?" * 100), *server(b"?\0")]
    [session] = parse(written(recorded(said)), "capture")
    assert list(lines(feed(session, OTHER))) == ["logon A=01ABC P=another word", "record two"]
    assert (len(session.messages), len(session.replies), session.kept) == (1, 1, False)


def test_feed_gives_what_the_wire_cannot_read() -> None:
    """As where an item that was filled is sent empty, and what is left is no message."""
    message = Message(1, 0.0, (Part("P", "desktop"), Part("record", text="?" * 100)))
    [session] = parse(written([message, End(1, "client", "closed", 0.0)]), "capture")
    [error, closed] = feed(session, Logon(password=b"w"))
    assert isinstance(error, wire.Malformed)
    assert closed == wire.Closed()
