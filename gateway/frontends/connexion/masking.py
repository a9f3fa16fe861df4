"""What of a connection may stand in a capture: bytes of both sides in, lines out. Sans-IO: no clock, no file, no log.

Every line that comes out is masked already. What cannot be read as a message may hold a password, and so may all that
comes behind it: of these the capture has a rough number of bytes. A record in which a password of the connection
stands is not kept either, nor one that did not come whole, for it may have run into the next message; and of what the
server says only that which holds none.
"""

from collections.abc import Iterator
from typing import Final, NamedTuple, get_args

from gateway.frontends.connexion import wire
from gateway.frontends.connexion.captures import (
    SEPARATORS,
    End,
    How,
    Line,
    Message,
    NotKept,
    Part,
    Reply,
    Side,
    What,
    kept,
)
from gateway.frontends.connexion.credentials import Credentials, endings, has_swallowed
from gateway.frontends.connexion.layout import NEGOTIATION_BYTES, Layout, Span
from gateway.frontends.connexion.pieces import Arrival, Arrivals, message_pieces, reply_pieces, rounded, up_to
from gateway.frontends.connexion.readings import LengthForm, read
from gateway.frontends.connexion.vectors import composed
from gateway.model import Logon, Reason

REPLY_BYTES: Final = 65_536
"""Most that is kept of what the server says before its NUL, or while a message is under way: the gateway's own replies
end at 2,000."""
AT_REST: Final = (wire.State.FIRST, wire.State.BETWEEN)
"""Where no byte of the client waits to be read."""
WHAT: Final[dict[Reason, What]] = {
    Reason.HTTP: "http",
    Reason.TLS: "tls",
    Reason.NOT_MARC: "not_marc",
    Reason.MALFORMED: "malformed",
    Reason.INCOMPLETE: "incomplete",
    Reason.MESSAGE_TOO_LONG: "message_too_long",
}
"""What the wire says of bytes that are no message."""
_FORMS: Final[dict[str, LengthForm]] = {form: form for form in get_args(LengthForm)}


class _Said(NamedTuple):
    """Something of the server's that waits until the client's message has been read."""

    content: bytes
    ended: bool
    arrivals: list[Arrival]


class _Ended(NamedTuple):
    """The server's end, which waits likewise."""

    how: How
    at: float
    why: str


class Recorder:
    """One connection. Times are seconds on one clock; they may begin anywhere."""

    def __init__(self, connection: int, at: float, *, mask_logon_id: bool = False) -> None:
        self._number = connection
        self._wire = wire.Connection()
        self._now = at  # when the event before ended
        self._sent = Arrivals()
        self._client_ended = False
        self._credentials = Credentials(mask_logon_id=mask_logon_id)
        self._dark: What | None = None
        self._lost = 0
        self._said = bytearray()
        self._heard = Arrivals()
        self._waiting: list[_Said | _Ended] = []
        self._unsaid = 0
        self.messages = 0
        """Messages so far that came whole."""
        self.replies = 0
        """Replies so far, kept or not."""

    @property
    def idle(self) -> bool:
        """Whether nothing is under way: neither a message nor the reply to one."""
        return (self._client_ended or self._wire.state in AT_REST) and self.replies >= self.messages

    def sent(self, chunk: bytes, at: float) -> list[Line]:
        """The client has sent this. What may be written now."""
        if self._dark:
            self._lost += len(chunk)
            return []
        self._sent.add(at, len(chunk))
        self._wire.receive(chunk)
        return [*self._read(), *self._release()]

    def answered(self, chunk: bytes, at: float) -> list[Line]:
        """The server has sent this. What may be written now."""
        self.replies += chunk.count(wire.NUL)
        if self._dark:
            self._unsaid += len(chunk)
            return []
        self._heard.add(at, len(chunk))
        *whole, rest = chunk.split(wire.NUL)
        for words in whole:
            self._say(bytes(self._said) + words, ended=True)
            self._said.clear()
        self._said += rest
        if self._overflows():
            return self._lose("unsafe")
        return self._release()

    def ended(self, side: Side, how: How, at: float, why: str = "") -> list[Line]:
        """A side has ended, once. What may be written now."""
        if side == "client":
            return self._end_of_client(how, at, why)
        if self._said:
            self._say(bytes(self._said), ended=False)
            self._said.clear()
        self._waiting.append(_Ended(how, at, why))
        return self._release()

    def _end_of_client(self, how: How, at: float, why: str) -> list[Line]:
        lines: list[Line] = []
        parts: tuple[Part, ...] = ()
        self._client_ended = True
        if not self._dark:
            self._wire.receive(b"")
            lines = self._read()
        if not self._dark:
            parts = self._parts(self._wire.layout)
        lines += self._counted()
        lines.append(End(self._number, "client", how, self._after(at), why, parts))
        return [*lines, *self._release()]

    def _read(self) -> list[Line]:
        """The lines of all that can be read of the client's bytes."""
        lines: list[Line] = []
        while not self._dark:
            try:
                event = self._wire.next_event()
            except wire.Malformed as error:
                return [*lines, *self._lose(WHAT[error.reason])]
            match event:
                case wire.Record(raw, logon):
                    self.messages += 1
                    lines += self._message(raw, logon)
                case wire.Foreign(kind):
                    lines += self._lose(WHAT[kind])
                case wire.Goodbye():
                    lines += self._lose("goodbye")
                case wire.Closed() | wire.Probe() | None:
                    return lines
        return lines

    def _message(self, raw: bytes, logon: Logon | None) -> list[Line]:
        logon = logon or Logon()
        self._credentials.learn(logon)
        layout = self._wire.layout
        if has_swallowed(logon) or not self._is_safe(raw):
            return self._lose("unsafe")
        parts = self._parts(layout, raw, logon)
        if _is_ambiguous(parts, logon):
            return self._lose("unsafe")
        before = self._release(between=True)
        arrivals = self._sent.take(sum(octets for _, octets in layout))
        after = self._after(arrivals[0].at)
        self._now = arrivals[-1].at
        return [*before, Message(self._number, after, parts, message_pieces(parts, layout, arrivals))]

    def _is_safe(self, raw: bytes) -> bool:
        """Whether a record is one from end to end, so that no other message can be within it, and holds no secret."""
        if self._credentials.too_many or self._credentials.stand_in(raw):
            return False
        reading = read(raw, len(raw)).decide()
        return reading is not None and reading.sound

    def _parts(self, layout: Layout, raw: bytes = b"", logon: Logon | None = None) -> tuple[Part, ...]:
        """What was sent, masked."""
        logon_id = logon.logon_id if logon else None
        if logon_id is not None and (self._credentials.stand_in(logon_id) or endings(logon_id)):
            logon_id = None
        return tuple(_part(span, raw, logon_id) for span in layout if span[0].kind != "answer")

    def _say(self, content: bytes, *, ended: bool) -> None:
        self._waiting.append(_Said(content, ended, self._heard.take(len(content) + ended)))

    def _overflows(self) -> bool:
        waiting = sum(len(said.content) + 1 for said in self._waiting if isinstance(said, _Said))
        return waiting + len(self._said) > REPLY_BYTES

    def _release(self, *, between: bool = False) -> list[Line]:
        """What the server has said, once it is known that it repeats no secret."""
        if self._dark:
            return self._lost_replies()
        if not (between or self._client_ended or self._wire.state in AT_REST):
            return []
        waiting, self._waiting = self._waiting, []
        return [self._reply(said) if isinstance(said, _Said) else self._server_end(said) for said in waiting]

    def _reply(self, said: _Said) -> Reply:
        withheld = self._credentials.stand_in(said.content)
        text, base64 = (None, None) if withheld else kept(said.content)
        after = self._after(said.arrivals[0].at)
        self._now = said.arrivals[-1].at
        return Reply(self._number, after, text, base64, withheld, reply_pieces(said.arrivals), said.ended)

    def _server_end(self, ended: _Ended) -> End:
        return End(self._number, "server", ended.how, self._after(ended.at), ended.why)

    def _lose(self, what: What) -> list[Line]:
        """From here on nothing of the connection is kept but rough numbers of bytes."""
        self._dark = what
        self._lost += self._sent.lose()
        return self._lost_replies()

    def _lost_replies(self) -> list[Line]:
        lines: list[Line] = []
        for said in self._waiting:
            if isinstance(said, _Ended):
                lines += [*self._counted(), self._server_end(said)]
            else:
                self._unsaid += len(said.content) + said.ended
        self._unsaid += len(self._said)
        self._said.clear()
        self._waiting.clear()
        return lines

    def _counted(self) -> Iterator[NotKept]:
        """What has been lost so far, by either side."""
        if self._dark and self._lost:
            yield NotKept(self._number, "client", self._dark, up_to(self._lost))
        if self._unsaid:
            yield NotKept(self._number, "server", "reply", up_to(self._unsaid))
        self._lost = self._unsaid = 0

    def _after(self, at: float) -> float:
        """Seconds since the event before, which this one follows."""
        after = max(0.0, rounded(at - self._now))
        self._now = max(at, self._now)
        return after


def _part(span: Span, raw: bytes, logon_id: bytes | None) -> Part:
    """A part as it may be written; `logon_id` None where that is masked."""
    laid, octets = span
    match laid.kind:
        case "U" | "A" | "P":
            shown = kept(logon_id) if laid.kind == "A" and laid.size and logon_id is not None else (None, None)
            return Part(laid.kind, _FORMS[laid.note], laid.size == 0, *shown)
        case "record":
            return Part("record", "", False, *kept(raw))
        case "separators":
            return Part("separators", text=bytes.fromhex(laid.note).decode(), size=min(octets, SEPARATORS))
        case "telnet" if octets <= NEGOTIATION_BYTES:
            return Part("telnet", base64=bytes.fromhex(laid.note))
        case _:
            return Part(laid.kind, up_to=up_to(octets))


def _is_ambiguous(parts: tuple[Part, ...], logon: Logon) -> bool:
    """Whether the message could be read in another way that is as good: then what is taken for the password may not be
    all of it.
    """
    items = [at for at, part in enumerate(parts) if part.item]
    if not items:
        return False
    end = next(at for at, part in enumerate(parts) if part.kind == "record") + 1
    message = b"".join(composed(parts[items[0] : end], logon))
    alive = read(message, len(message)).alive
    return sum(one.plausible and len({item.form for item in one.items}) == 1 for one in alive) > 1
