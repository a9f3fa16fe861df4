"""The wire transcript of an attempt: what stands where, when it came, what it is; all of it, and no password."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import get_args

import msgspec
import pytest
from msgspec.structs import replace

from gateway.desk import transcript_words as words
from gateway.desk.transcript import HIDDEN_VALUE, Run, transcript
from gateway.frontends.connexion import wire
from gateway.frontends.connexion.faults import octets
from gateway.frontends.connexion.layout import Arrivals
from gateway.frontends.connexion.vectors import events
from gateway.model import (
    Attempt,
    Facts,
    Laid,
    Logon,
    Outcome,
    Reason,
    Receipt,
    ReplyStep,
    Scripted,
    Submission,
    Transcript,
)
from tests.connexion.test_vectors import VECTORS
from tests.connexion.transcript import BROWSER, DESKTOP, END, ONE, TWO, WHOLE, cut, record

ROOT = Path(__file__).resolve().parents[2]
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
REPLY = "Import Failed\nNot imported: …"
SECRETS = ("xyz-secret", "network-secret", "secret", "ALEXANDRIA2026", "pässwörd", "correct-horse", "100-123-456")


def attempts(chunks: Iterable[bytes], times: Iterable[float] | None = None) -> list[Attempt]:
    """The attempts that come of these bytes, with what the listener would keep of each."""
    connection, arrivals = wire.Connection(), Arrivals()
    found = []
    sent = [*chunks]
    for at, chunk in zip([*(times or [0.0] * len(sent)), 0.0], [*sent, END], strict=True):
        if chunk:
            arrivals.add(at, len(chunk))
        connection.receive(chunk)
        for event in events(connection):
            if isinstance(event, wire.Probe | wire.Goodbye | wire.Closed):
                return found
            if not isinstance(event, wire.Telnet):
                found.append(attempt(event, arrivals.take(connection.layout, 0.0)))
    return found


def attempt(event: wire.Record | wire.Foreign | wire.Malformed, kept: Transcript | None) -> Attempt:
    logon = event.logon or Logon()
    facts = Facts(items=logon.tags, lengths=logon.lengths, transcript=kept)
    outcome, reason, raw = Outcome.REFUSED, Reason.STRUCTURE, b""
    match event:
        case wire.Record(raw):
            pass
        case wire.Malformed(reason=reason, offset=offset, raw=raw):
            outcome, facts = Outcome.MALFORMED, replace(facts, offset=offset)
        case wire.Foreign(reason, begins):
            outcome, facts = Outcome.FOREIGN, replace(facts, first_bytes=begins)
    claimed = logon.claimed.decode("utf-8", "backslashreplace")
    submission = Submission("an-id", NOON, "i-share-xyz", "192.0.2.7", claimed, raw)
    return Attempt(1, submission, Receipt("xyz", outcome, reason, facts=facts), 0.25, True)


def of(sent: bytes, reply: str = "") -> tuple[Run, ...]:
    """The transcript of the last attempt."""
    return transcript(attempts([sent])[-1], reply)


def shown(runs: Iterable[Run]) -> list[str]:
    """Each run in a line; what is odd has an exclamation mark, what was sent an arrow."""
    return [f"{'-> ' if run.direction == 'sent' else ''}{run.kind} {run.shown}{' !' * run.odd}" for run in runs]


def follow_each_other(runs: Iterable[Run]) -> None:
    ends = {"received": 0, "sent": 0}
    for run in runs:
        assert run.offset == ends[run.direction]
        assert run.length > 0 or run.kind in ("silence", "parting")
        ends[run.direction] += run.length


LEADER = "00026cam a2200025 i 4500"
ITEMS = ["tag A", "length K", "value 01CARLI_XYZ", "tag P", "length •", "value ••••••••"]


@pytest.mark.parametrize(
    ("sent", "lines"),
    {
        "desktop": (DESKTOP + ONE + b"\0", [*ITEMS, f"record {LEADER}…", "separators 00"]),
        "browser": (BROWSER + ONE, ["tag A", "length 11", *ITEMS[2:], f"record {LEADER}…"]),
        "user-id-alone": (b"UCjoeP0" + ONE, ["tag U", "length C", "value joe", "tag P", "length 0 !", "record …"]),
        "user-id-beside": (
            b"UCjoeAAx" + ONE,
            ["tag U", "length •", "value •••••••• !", "tag A", "length A", "value x"],
        ),
        "no-logon": (b" \r\n" + ONE, ["separators 20 0D 0A", f"record {LEADER}… !"]),
        "not-utf-8": (b"ACj\xe9e" + ONE, ["tag A", "length •", r"value j\xe9e", "record …"]),
        "telnet": (
            b"\xff\xfd\x18\xff\xf6" + DESKTOP + ONE,
            ["telnet FF FD 18 !", "-> answer FF FC 18 !", "telnet FF F6 !", *ITEMS],
        ),
        "damaged": (DESKTOP + ONE[:-1] + b".", [*ITEMS, f"record {LEADER}… !"]),
        "behind-a-damaged-one": (ONE[:-1] + b".rest\x1d" + DESKTOP + TWO, ["tail  !", *ITEMS]),
        "cut-off": (DESKTOP + TWO[:30], [*ITEMS, "record 00042cam a2200037 i 4500… !"]),
        "cut-off-in-the-logon": (DESKTOP[:15], ["hidden "]),
        "malformed": (DESKTOP + b"secret", ["hidden ", "unread  !"]),
        "request": (b"GET /find?password=secret HTTP/1.1\r\n", ["request GET /find !"]),
        "tls": (b"\x16\x03\x01", ["tls  !"]),
        "xml": (DESKTOP + b"<record/>", [*ITEMS, "xml  !"]),
    }.values(),
)
def test_what_came(sent: bytes, lines: list[str]):
    expected = [line.replace("record …", f"record {LEADER}…") for line in lines]
    assert shown(of(sent))[: len(lines)] == expected


@pytest.mark.parametrize("step", [WHOLE, 1, 7])
@pytest.mark.parametrize("name", VECTORS)
def test_runs_of_a_vector_follow_each_other_and_show_no_password(name: str, step: int):
    for one in attempts(cut(VECTORS[name].sent, step)):
        runs = transcript(one, REPLY)
        follow_each_other(runs)
        received = [run for run in runs if run.direction == "received"]
        assert received
        assert all(run.start is not None and run.end is not None for run in received)
        assert [run.length for run in runs if run.kind == "record"] == [len(one.submission.raw)] * bool(
            one.submission.raw
        )
        told = f"{runs} {msgspec.json.encode(one.receipt.facts).decode()}"
        assert not [secret for secret in SECRETS if secret in told]


@pytest.mark.parametrize("name", VECTORS)
def test_runs_of_a_vector_are_as_long_as_their_bytes_but_where_they_are_hidden(name: str):
    connection = wire.Connection()
    connection.receive(VECTORS[name].sent)
    for event in events(connection):
        if not isinstance(event, wire.Record | wire.Foreign | wire.Malformed):
            continue
        one = attempt(event, Arrivals().take(connection.layout, 0.0))
        runs = [run for run in transcript(one, "") if run.direction == "received"]
        if not any("•" in run.shown for run in runs):
            assert sum(run.length for run in runs) == sum(octets for _, octets in connection.layout)


class TestReply:
    def test_comes_last_with_its_nul(self) -> None:
        *_, text, end = of(DESKTOP + ONE, "Logon Failed: é!")
        assert (text.kind, text.offset, text.length, text.start, text.end) == ("reply", 0, 17, None, 0.25)
        assert (end.kind, end.offset, end.length, end.shown) == ("end", 17, 1, "00")

    def test_follows_the_answers_to_telnet(self) -> None:
        sent = [run for run in of(b"\xff\xfd\x18\xff\xfb\x01" + ONE, "ok") if run.direction == "sent"]
        assert [(run.kind, run.offset) for run in sent] == [("answer", 0), ("answer", 3), ("reply", 6), ("end", 8)]
        assert "(WONT terminal type)" in sent[0].says

    def test_to_a_request_has_no_nul(self) -> None:
        *_, last = of(b"GET / HTTP/1.1\r\n", "This is no web server.")
        assert last.kind == "reply"
        assert "HTTP" in last.says

    def test_none_where_the_connection_was_closed_without_one(self) -> None:
        assert [run.direction for run in of(b"\x16\x03\x01", "")] == ["received"]

    def test_client_that_had_gone(self) -> None:
        (one,) = attempts([DESKTOP + ONE])
        *_, text, _ = transcript(Attempt(1, one.submission, one.receipt, 0.25, False), REPLY)
        assert text.odd
        assert "had gone" in text.says


NUL_RUN = ("end", "00", 1)
ANSWER = "Nein: é!"
"""Nine bytes, of which é has the seventh and the eighth."""
CLOSED = RESET = UNREAD = ("parting", "", 0)


class TestScripted:
    """What a script of the zone had sent and done, as `frontends.connexion.faults` does it."""

    def sent(self, step: ReplyStep, text: str = ANSWER, *, delivered: bool = True) -> list[Run]:
        (one,) = attempts([DESKTOP + ONE])
        facts = replace(one.receipt.facts, scripted=Scripted(2, step))
        runs = transcript(Attempt(1, one.submission, replace(one.receipt, facts=facts), 0.25, delivered), text)
        follow_each_other(runs)
        return [run for run in runs if run.direction == "sent"]

    @pytest.mark.parametrize(
        ("step", "runs"),
        {
            "as-ever": (ReplyStep(), [("reply", ANSWER, 9), NUL_RUN]),
            "in-pieces": (ReplyStep(piece_bytes=2, late_seconds=1.0), [("reply", ANSWER, 9), NUL_RUN]),
            "no-nul": (ReplyStep(nul=False), [("reply", ANSWER, 9)]),
            "cut-off": (ReplyStep(cut=4), [("reply", "Nein", 4)]),
            "cut-off-in-a-character": (ReplyStep(cut=7), [("reply", "Nein: ", 7)]),
            "cut-off-before-its-nul": (ReplyStep(cut=9), [("reply", ANSWER, 9)]),
            "cut-off-behind-its-nul": (ReplyStep(cut=10), [("reply", ANSWER, 9), NUL_RUN]),
            "cut-off-at-its-beginning": (ReplyStep(cut=0), [("silence", "", 0)]),
            "nothing": (ReplyStep(send="nothing"), [("silence", "", 0)]),
            "garbage": (ReplyStep(send="garbage", garbage="00ff17"), [("garbage", "00 FF 17", 3)]),
            "garbage-cut-off": (ReplyStep(send="garbage", garbage="00ff17", cut=1), [("garbage", "00", 1)]),
            "closed": (ReplyStep(then="close"), [("reply", ANSWER, 9), NUL_RUN, CLOSED]),
            "reset-without-a-byte": (ReplyStep(send="nothing", then="reset"), [("silence", "", 0), RESET]),
            "read-no-more": (ReplyStep(nul=False, then="stop_reading"), [("reply", ANSWER, 9), UNREAD]),
        }.values(),
    )
    def test_shows_what_went_out(self, step: ReplyStep, runs: list[tuple[str, str, int]]) -> None:
        assert [(run.kind, run.shown, run.length) for run in self.sent(step)] == runs

    def test_is_as_long_as_what_the_front_end_sends(self) -> None:
        for step in (
            *(ReplyStep(cut=size, nul=nul) for size in (None, *range(12)) for nul in (True, False)),
            *(ReplyStep(send="garbage", seed=4, garbage_bytes=90, cut=size) for size in (None, 0, 40, 90, 91)),
            ReplyStep(send="nothing"),
        ):
            assert sum(run.length for run in self.sent(step)) == len(octets(ANSWER, step)), step

    def test_an_entry_without_a_text_is_nothing_and_a_text_without_words_a_nul_alone(self) -> None:
        for step, kind in ((ReplyStep(reply="tls"), "silence"), (ReplyStep(text=""), "end")):
            (run,) = self.sent(step, "")
            assert (run.kind, run.length) == (kind, len(octets("", step)))

    def test_much_garbage_is_shown_by_its_beginning(self) -> None:
        (run,) = self.sent(ReplyStep(send="garbage", seed=1, garbage_bytes=500))
        assert run.length == 500
        assert re.fullmatch(r"([0-9A-F]{2} ){23}[0-9A-F]{2}…", run.shown)

    def test_says_which_step_it_was_and_how_it_went_out(self) -> None:
        reply, _, parting = self.sent(ReplyStep(late_seconds=0.5, piece_bytes=3, then="close"))
        assert reply.says.endswith("By step 2 of the zone's script, 0.5 s late, in pieces of 3 bytes, 0.05 s apart.")
        assert parting.says == "The gateway closed the connection."
        assert (reply.end, parting.end) == (0.25, None)
        assert (parting.evidence, parting.odd) == ("script", False)

    def test_client_that_had_gone(self) -> None:
        assert "had gone" in self.sent(ReplyStep(late_seconds=0.5), delivered=False)[0].says
        assert "had gone" in self.sent(ReplyStep(send="garbage", seed=1), delivered=False)[0].says
        assert "had gone" not in self.sent(ReplyStep(send="nothing"), delivered=False)[0].says

    def test_even_an_answer_to_a_request_ends_in_nul(self) -> None:
        (one,) = attempts([DESKTOP + ONE])
        facts = replace(one.receipt.facts, scripted=Scripted(1, ReplyStep(reply="http")))
        receipt = replace(one.receipt, outcome=Outcome.FOREIGN, reason=Reason.HTTP, facts=facts)
        *_, last = transcript(replace(one, receipt=receipt), REPLY)
        assert last.kind == "end"


class TestTimes:
    def test_all_at_once(self) -> None:
        assert {(run.start, run.end) for run in of(DESKTOP + ONE)} == {(0.0, 0.0)}

    def test_each_run_has_that_of_its_first_and_last_byte(self) -> None:
        (one,) = attempts(cut(DESKTOP + ONE, 9), [0.0, 0.1, 0.2, 0.3, 0.4, 0.5])
        assert [(run.kind, run.start, run.end) for run in transcript(one, "")] == [
            ("tag", 0.0, 0.0),
            ("length", 0.1, 0.1),
            ("value", 0.1, 0.1),
            ("tag", 0.1, 0.1),
            ("length", 0.2, 0.2),
            ("value", 0.2, 0.2),
            ("record", 0.2, 0.5),
        ]

    def test_record_that_came_slowly_is_odd(self) -> None:
        (one,) = attempts(cut(ONE, 13), [0.0, 12.0])
        (run,) = transcript(replace_logon(one), "")
        assert run.odd
        assert "in 2 pieces, within 12.000 s" in run.says

    def test_answer_to_telnet_has_that_of_its_command(self) -> None:
        (one,) = attempts([b"\xff\xfd\x18", DESKTOP + ONE], [-0.5, 0.0])
        telnet, answer, tag, *_ = transcript(one, "")
        assert [(run.start, run.end) for run in (telnet, answer, tag)] == [(-0.5, -0.5), (-0.5, -0.5), (0.0, 0.0)]


def replace_logon(one: Attempt) -> Attempt:
    """The same with the logon of a message before."""
    return replace(one, submission=replace(one.submission, logon_id="01CARLI_XYZ"))


def test_logon_id_that_is_not_kept_is_hidden() -> None:
    (one,) = attempts([b"AFsecretPK01CARLI_XYZ" + ONE])
    one = replace(one, submission=replace(one.submission, logon_id=""))
    runs = transcript(one, "")
    assert [run.shown for run in runs][:6] == ["A", "•", HIDDEN_VALUE, "P", "•", HIDDEN_VALUE]
    assert "wrong field" in runs[2].says


def test_record_that_declares_too_much_says_where_its_end_stands() -> None:
    (one,) = attempts([DESKTOP + b"00050" + ONE[5:] + b"." * 24])[:1]
    (run,) = [run for run in transcript(one, "") if run.kind == "record"]
    assert run.says == "The record. Its first five digits say 50 bytes, but its end, 1D, stands at byte 26."
    assert run.odd


class TestOlderAttempts:
    """Of a store in which nothing was kept of how a message came."""

    def older(self, one: Attempt) -> Attempt:
        return replace(one, receipt=replace(one.receipt, facts=replace(one.receipt.facts, transcript=None)))

    @pytest.mark.parametrize("name", VECTORS)
    def test_have_the_items_the_record_and_the_reply(self, name: str) -> None:
        for one in attempts([VECTORS[name].sent]):
            runs = transcript(self.older(one), REPLY)
            follow_each_other(runs)
            assert "".join(run.shown for run in runs if run.kind == "tag") == one.receipt.facts.items
            assert any(run.kind == "record" for run in runs) == bool(one.submission.raw)
            assert runs[-1].direction == "sent"

    def test_have_no_times_but_the_reply_s(self) -> None:
        (one,) = attempts([DESKTOP + ONE])
        *received, text, end = transcript(self.older(one), REPLY)
        assert {(run.start, run.end) for run in received} == {(None, None)}
        assert (text.end, end.end) == (0.25, 0.25)

    def test_show_of_a_malformed_message_how_much_of_it_was_read(self) -> None:
        (one,) = attempts([DESKTOP + b"what"])
        assert [(run.kind, run.length) for run in transcript(self.older(one), "")] == [("hidden", 21)]


def test_attempt_that_no_client_sent_has_none() -> None:
    (one,) = attempts([DESKTOP + ONE])
    by_page = replace(one.receipt.facts, transcript=None, exported_by="page")
    assert transcript(replace(one, receipt=replace(one.receipt, facts=by_page)), REPLY) == ()


def test_every_run_that_can_be_kept_has_its_words() -> None:
    """Whatever a store gives back, a transcript comes of it."""
    (one,) = attempts([DESKTOP + record(b"x")])
    kinds = [
        *(Laid(kind, 3, "fffd18") for kind in ("separators", "telnet", "answer")),
        *(Laid(kind, 3) for kind in ("record", "tail", "request", "tls", "xml", "hidden", "more")),
        *(Laid(tag, size, form) for tag in ("U", "A", "P") for size in (0, 1) for form in ("desktop", "browser", "")),
        *(Laid("unread", 3, wanted) for wanted in words.UNREAD),
    ]
    for pieces in ((), ((0.0, 1),), ((0.0, 1), (1.0, 500))):
        facts = replace(one.receipt.facts, transcript=Transcript(tuple(kinds), pieces))
        runs = transcript(replace(one, receipt=replace(one.receipt, facts=facts)), REPLY)
        follow_each_other(runs)
        assert all(run.says and "{" not in run.says for run in runs)


def test_sections_are_headings_of_the_page_on_the_protocol() -> None:
    page = (ROOT / "docs" / "protocol.md").read_text("utf-8")
    assert {*get_args(words.Section)} <= {*re.findall(r"^## (.*)$", page, re.MULTILINE)}
