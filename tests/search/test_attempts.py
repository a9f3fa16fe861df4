"""Which attempts are wanted, and what of one that is not is otherwise."""

from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from gateway.model import Attempt, Outcome, Reason, Receipt, Submission
from gateway.search.attempts import Wanted, conditions
from gateway.search.box import parse
from tests.marc.mnemonic import raw

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
RIVERS = raw(
    r"""
    =008  100304c20109999iluqr\p\\\\\\\0\\\a0eng\c
    =035  \\$a(OCoLC)1234567
    =245  10$aGreat rivers :$ba café guide /$cWren.
    =246  3\$aÀ la rivière
    =590  \\$aCopy 2 lacks the maps.
"""
)
ATTEMPT = Attempt(
    7,
    Submission("0190-id", NOON, "i-share-xyz", "127.0.0.1", "01CARLI_XYZ", RIVERS),
    Receipt(
        "xyz",
        Outcome.REFUSED,
        Reason.LOCKED,
        mms_id="9910000000015867",
        oclc_numbers=("1234567",),
        title="Great rivers : a café guide",
    ),
)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "rivers",
        "RIVERS great",
        '"a café"',
        '"a cafe\u0301"',
        "1234567",
        "345",
        "ocm01234567",
        "9910000000015867",
        "01carli",
        "0190-id",
        "title:CAFÉ title:great",
        "oclc:1234567",
        "mms:9910000000015867",
        "zone:abc zone:xyz",
        "host:i-share-xyz",
        "logon:carli",
        "outcome:refused outcome:created",
        "reason:locked",
        "245:rivers",
        '245:"rivers : a café guide"',
        "24X:riviÈre",
        "XXX:maps",
        "008:2010",
        "after:2026-03-01T12:00Z before:2026-03-01T12:01Z",
        "title:rivers outcome:refused zone:xyz 590:maps",
    ],
)
def test_is_wanted(text: str):
    assert parse(text, NOON).matches(ATTEMPT)


@pytest.mark.parametrize(
    ("text", "otherwise"),
    [
        ("lakes", "lakes stands in neither title, numbers nor logon ID"),
        ("title:lakes", "title is Great rivers : a café guide, without lakes"),
        ("oclc:7", "OCLC number is 1234567, not 7"),
        ("mms:99", "MMS ID is 9910000000015867, not 99"),
        ("zone:abc", "zone is xyz, not abc"),
        ("host:b", "host is i-share-xyz, not b"),
        ("logon:abc", "logon ID is 01CARLI_XYZ, without abc"),
        ("outcome:created outcome:merged", "outcome is refused, not created or merged"),
        ("reason:charset", "reason is locked, not charset"),
        ("246:rivers", "no 246 has rivers"),
        ("590:great", "no 590 has great"),
        ("245:10", "no 245 has 10"),
    ],
)
def test_is_not_wanted(text: str, otherwise: str):
    wanted = parse(text, NOON)
    assert not wanted.matches(ATTEMPT)
    assert [condition.miss(ATTEMPT) for condition in conditions(wanted)] == [otherwise]


def test_time_is_from_the_first_to_before_the_last():
    moment = timedelta(microseconds=1)
    assert Wanted(since=NOON).matches(ATTEMPT)
    assert not Wanted(since=NOON + moment).matches(ATTEMPT)
    assert not Wanted(until=NOON).matches(ATTEMPT)
    assert Wanted(until=NOON + moment).matches(ATTEMPT)
    for wanted in (Wanted(since=NOON + moment), Wanted(until=NOON)):
        [condition] = conditions(wanted)
        assert condition.miss(ATTEMPT).startswith("it arrived ")


def test_what_brought_no_record_has_no_fields():
    for none in (b"", b"GET / HTTP/1.1 rivers", RIVERS[:-1]):
        attempt = replace(ATTEMPT, submission=replace(ATTEMPT.submission, raw=none))
        assert not Wanted(fields=(("245", "rivers"),)).matches(attempt)


def test_of_an_attempt_without_them_it_is_said_that_there_are_none():
    attempt = replace(ATTEMPT, receipt=Receipt("@i-share-xyz", Outcome.FOREIGN))
    asked = parse("title:rivers oclc:1 reason:locked", NOON)
    assert [condition.miss(attempt) for condition in conditions(asked)] == [
        "reason is none, not locked",
        "OCLC number is none, not 1",
        "title is none, without rivers",
    ]
