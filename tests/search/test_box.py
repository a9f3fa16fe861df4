"""The words of a search box: what they ask, what of them is no question, and how a question is written."""

import os
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gateway.errors import BadQuery
from gateway.model import Outcome, Reason
from gateway.search.attempts import Wanted
from gateway.search.box import EXAMPLES, parse, written
from gateway.search.terms import TEXT_CHARACTERS

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
def chicago(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A computer six hours behind UTC, and five in summer."""
    if not hasattr(time, "tzset"):
        pytest.skip("this system's clock cannot be told its time zone")
    before = os.environ.get("TZ")
    monkeypatch.setenv("TZ", "America/Chicago")
    time.tzset()
    yield
    if before is None:
        monkeypatch.delenv("TZ")
    else:
        monkeypatch.setenv("TZ", before)
    time.tzset()


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("", Wanted()),
        ("rivers", Wanted(anywhere=("rivers",))),
        ("great rivers", Wanted(anywhere=("great", "rivers"))),
        ('"great rivers"', Wanted(anywhere=("great rivers",))),
        ("“great rivers”", Wanted(anywhere=("great rivers",))),
        ('"title:rivers"', Wanted(anywhere=("title:rivers",))),
        ('5" maps', Wanted(anywhere=('5"', "maps"))),
        ("Rivers: a history", Wanted(anywhere=("Rivers:", "a", "history"))),
        ("14:30", Wanted(anywhere=("14:30",))),
        ("9910000000015867", Wanted(anywhere=("9910000000015867",))),
        ("ocm01234567", Wanted(anywhere=("1234567",))),
        ("(OCoLC)1234567", Wanted(anywhere=("1234567",))),
        ("title:rivers title:great", Wanted(title=("rivers", "great"))),
        ('TITLE:"great rivers"', Wanted(title=("great rivers",))),
        ("title:rivers: a history", Wanted(title=("rivers:",), anywhere=("a", "history"))),
        ("oclc:1234567", Wanted(oclc="1234567")),
        ("oclc:ocm01234567", Wanted(oclc="1234567")),
        ("oclc:OCN123456789", Wanted(oclc="123456789")),
        ("oclc:(ocolc)on1234567890", Wanted(oclc="1234567890")),
        ("mms:9910000000015867", Wanted(mms="9910000000015867")),
        ("zone:xyz zone:abc", Wanted(zones=("xyz", "abc"))),
        ("zone:@i-share-xyz", Wanted(zones=("@i-share-xyz",))),
        ("host:i-share-xyz", Wanted(hosts=("i-share-xyz",))),
        ("logon:01carli", Wanted(logon_id="01carli")),
        ("outcome:refused outcome:refused", Wanted(outcomes=(Outcome.REFUSED,))),
        ("outcome:Logon-Failed", Wanted(outcomes=(Outcome.LOGON_FAILED,))),
        ('reason:"several matches"', Wanted(reasons=(Reason.SEVERAL_MATCHES,))),
        ("245:rivers 24x:maps", Wanted(fields=(("245", "rivers"), ("24X", "maps")))),
        ("after:2026-11-22T14:30+01:00", Wanted(since=datetime(2026, 11, 22, 13, 30, tzinfo=UTC))),
        (
            "before:2026-11-22T14:30Z before:2026-11-23T00:00Z",
            Wanted(until=datetime(2026, 11, 22, 14, 30, tzinfo=UTC)),
        ),
    ],
)
def test_asks(text: str, asked: Wanted):
    assert parse(text, NOW) == asked


@pytest.mark.usefixtures("chicago")
@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2026-11-22", datetime(2026, 11, 22, 6, tzinfo=UTC)),
        ("2026-07-01", datetime(2026, 7, 1, 5, tzinfo=UTC)),
        ("2026-11-22T14:30", datetime(2026, 11, 22, 20, 30, tzinfo=UTC)),
        ('"2026-11-22 14:30:05"', datetime(2026, 11, 22, 20, 30, 5, tzinfo=UTC)),
        ("14:30", datetime(2026, 11, 22, 20, 30, tzinfo=UTC)),
        ("today", datetime(2026, 11, 22, 6, tzinfo=UTC)),
        ("Yesterday", datetime(2026, 11, 21, 6, tzinfo=UTC)),
    ],
)
def test_times_are_those_of_this_computer(written: str, meant: datetime):
    assert parse(f"after:{written}", NOW) == Wanted(since=meant)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("titel:rivers", "titel: is no word of a search; did you mean title? To look for it as it is, quote it"),
        (
            "http://example",
            f"http: is no word of a search; there are {', '.join(EXAMPLES)}. To look for it as it is, quote it",
        ),
        ('titel:"a b"', "titel: is no word of a search; did you mean title? To look for it as it is, quote it"),
        ("title:", "title: asks nothing; write title:rivers"),
        ('outcome:""', "outcome: asks nothing; write outcome:refused"),
        ("24x:", "24x: asks nothing; write 24x:rivers"),
        ("outcome:refuse", "outcome:refuse is no outcome; did you mean refused?"),
        ("reason:Lockd", "reason:Lockd is no reason; did you mean locked?"),
        ("oclc:RB123", "oclc:RB123 is no OCLC number; write its digits, such as oclc:1234567"),
        ("mms:99x", "mms:99x is no MMS ID; write all its digits, such as mms:9910000000015867"),
        ("oclc:1 oclc:2", "oclc:2 cannot be, for oclc:1 is asked too; leave one out"),
        ("logon:a logon:b", "logon:b cannot be, for logon:a is asked too; leave one out"),
        (
            "before:soon",
            "before:soon is no time; write 2026-11-22, 2026-11-22T14:30, 14:30 (of today), today, yesterday",
        ),
        ("-rivers", "-rivers: what is not wanted cannot be asked. To look for it as it is, quote it"),
        ("!title:rivers", "!title:rivers: what is not wanted cannot be asked. To look for it as it is, quote it"),
        ('title:"rivers', 'a quote is not closed: "rivers'),
        ("x" * (TEXT_CHARACTERS + 1), "the search has 1,001 characters; it may have 1,000"),
    ],
)
def test_names_the_word_that_means_nothing(text: str, says: str):
    with pytest.raises(BadQuery) as raised:
        parse(text, NOW)
    assert str(raised.value) == says


@pytest.mark.parametrize("word", EXAMPLES.values())
def test_examples_mean_something(word: str):
    assert parse(word, NOW) != Wanted()


WORDS = st.one_of(
    st.sampled_from([*EXAMPLES.values(), "title:", "24X:", "245:", "after:", "before:0001-01-01", '"', "“", "-", "x:"]),
    st.text(max_size=20),
    st.text(alphabet='abc:"0129X- T+', max_size=20),
)


@given(st.lists(WORDS).map(" ".join))
@example("after:0001-01-01")
@example("before:9999-12-31T23:59:59-12:00")
@example("\udc80 \x00 \u202e")
def test_any_text_asks_something_that_can_be_written_or_is_told_to_be_wrong(text: str):
    asked = Wanted()
    with suppress(BadQuery):
        asked = parse(text, NOW)
    assert parse(written(asked), NOW) == asked
