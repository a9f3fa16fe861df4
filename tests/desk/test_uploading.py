"""Records that somebody hands over: each comes to what an export of it would, or is a new record."""

import time
from collections.abc import AsyncIterator

import pytest
import trio

from gateway.desk import uploading
from gateway.desk.uploading import LISTED, UNREADABLE
from gateway.errors import Unusable
from gateway.importer.profile import Profiles, prepare
from gateway.marc.forms import FORMS, ISO_2709
from gateway.marc.record import Record
from gateway.model import Profile, Zone
from gateway.stores import open_store
from gateway.stores.base import Store
from tests.importer.desk import NETWORK, NOON, PROFILES, XYZ
from tests.importer.exports import tides

RAW = [tides("$a(OCoLC)1", "Rivers"), tides("$a(OCoLC)2", "Lakes"), tides("$a(OCoLC)1", "Great rivers")]
DAMAGED = RAW[0].replace(b"\x1e\x1d", b"\x1ejunk\x1d")


@pytest.fixture
async def store() -> AsyncIterator[Store]:
    async with open_store("memory:") as store:
        yield store


def profiles(**named: Profile) -> Profiles:
    prepared = {key: prepare(key, profile, {}) for key, profile in {**PROFILES, **named}.items()}
    return Profiles({"xyz": XYZ, "network": NETWORK}, prepared)


async def upload(
    store: Store, content: bytes, *, zone: Zone = XYZ, rules: Profiles | None = None, **how: str | bool
) -> list[str]:
    """What becomes of each record, in a line."""
    done = await uploading.upload(store, zone, rules or profiles(), content, now=lambda: NOON, **how)  # type: ignore
    assert (done.zone, done.filed + done.refused) == (zone.key, len(done.records))
    assert all(bool(one.held_by) == bool(one.mms_id) for one in done.records)
    return [f"{one.record} {one.outcome} {one.mms_id or one.reason} {one.title}".strip() for one in done.records]


@pytest.mark.parametrize("form", [ISO_2709, *FORMS])
@pytest.mark.parametrize("is_named", [True, False])
async def test_each_is_decided_on_as_an_export_would_be(store: Store, form: str, is_named: bool):
    way = FORMS.get(form)
    content = b"".join(RAW)
    if way:
        content = way.head + b"".join(way.write(Record.parse(raw)) for raw in RAW) + way.foot
    assert await upload(store, content, form=form if is_named else "") == [
        "1 created 9910000000015867 Rivers",
        "2 created 9910000000025867 Lakes",
        "3 merged 9910000000015867 Great rivers",
    ]
    assert [attempt.submission.peer for attempt in await store.attempts()] == ["import"] * 3


async def test_as_they_are_each_is_a_new_record(store: Store):
    assert await upload(store, b"\r\n".join(RAW), as_is=True) == [
        "1 created 9910000000015867 Rivers",
        "2 created 9910000000025867 Lakes",
        "3 created 9910000000035867 Great rivers",
    ]
    assert await store.attempts() == []


async def test_what_cannot_be_filed_is_told_in_its_place(store: Store):
    done = await uploading.upload(store, XYZ, profiles(), RAW[0] + DAMAGED + RAW[1], now=lambda: NOON)
    assert [(one.record, one.outcome.value, one.reason) for one in done.records] == [
        (1, "created", None),
        (2, "refused", "structure"),
        (3, "created", None),
    ]
    assert (done.filed, done.refused) == (2, 1)
    assert done.records[1].says
    assert done.records[0].says == ""
    [broken] = await upload(store, b'{"leader": 7}', form="jsonl")
    assert broken == "1 refused structure"


async def test_through_the_network_zone(store: Store):
    """The number is of the network zone's record."""
    rules = profiles(**{"carli-iz": Profile(use_network_zone=True)})
    done = await uploading.upload(store, XYZ, rules, RAW[1], now=lambda: NOON)
    assert [(one.mms_id, one.held_by) for one in done.records] == [("9910000000015816", "network")]
    assert await store.record("network", "9910000000015816") is not None
    assert await store.record("xyz", "9910000000015816") is None


async def test_through_the_network_zone_records_are_linked(store: Store):
    rules = profiles(**{"carli-iz": Profile(use_network_zone=True)})
    assert await upload(store, RAW[0], rules=rules) == ["1 created 9910000000015816 Rivers"]
    assert [record.linked_to for record in await store.records("xyz")] == ["9910000000015816"]


@pytest.mark.parametrize(
    ("content", "how", "says"),
    [
        (b"Dear all", {}, "the upload shows none of the forms mrc, mrk, xml, jsonl"),
        (b"Dear all", {"name": "letter.txt"}, "letter.txt shows none of the forms mrc, mrk, xml, jsonl"),
        (b"\xff\xfe=\0L\0D\0R\0", {}, "the upload is text in UTF-16; save it as UTF-8"),
        (b"=LDR", {"form": "pdf"}, "'pdf' is none of the forms mrc, mrk, xml, jsonl"),
    ],
)
async def test_what_is_no_file_of_records(store: Store, content: bytes, how: dict[str, str], says: str):
    with pytest.raises(Unusable) as raised:
        await upload(store, content, **how)
    assert str(raised.value) == says


async def test_nothing_at_all(store: Store):
    assert await upload(store, b" \n") == []


@pytest.mark.parametrize(
    ("keys", "which"), [((), "no integration profile"), (("carli-iz", "carli-nz"), "several integration profiles")]
)
async def test_a_zone_that_has_not_one_profile(store: Store, keys: tuple[str, ...], which: str):
    zone = Zone("xyz", "i-share-xyz", "institution", "01CARLI_XYZ", "5867", None, keys)
    with pytest.raises(Unusable, match=f"zone xyz has {which}, so no record comes in"):
        await upload(store, RAW[0], zone=zone)
    assert await upload(store, RAW[0], zone=zone, as_is=True) == ["1 created 9910000000015867 Rivers"]


class LongestStep(trio.abc.Instrument):
    """How long trio's thread worked at most before another task had its turn, in seconds of its processor."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._begun = time.thread_time()

    def before_task_step(self, task: trio.lowlevel.Task) -> None:
        self._begun = time.thread_time()

    def after_task_step(self, task: trio.lowlevel.Task) -> None:
        self.seconds = max(self.seconds, time.thread_time() - self._begun)


STEP_SECONDS = 1.0
"""Of many that such a file takes. A transaction of the memory store is among them, a garbage collection may be."""
LEADER = b"=LDR  00000nam a2200000 i 4500\n"
NO_FILE = {
    "lines": ("jsonl", b"{}\n" * 5_000_000, "is no file of records of this form"),
    "records": ("xml", b"<collection>" + b"<record/>" * 1_500_000, "is no file of records of this form"),
    "blank leaders": ("mrk", b"=LDR  \n\n" * 1_500_000, "is no file of records of this form"),
    "lengths": ("mrc", b"00024\x1d" * 1_000_000, "is no file of records of this form"),
    "fields": ("mrk", LEADER + b"=900  \\\\$a\n" * 1_000_000, ""),
    "subfields": ("mrk", LEADER + b"=900  \\\\" + b"$a" * 5_000_000, ""),
    "text": ("jsonl", b"x" * 16_000_000, ""),
    "elements": ("xml", b"<x/>" * 3_000_000, ""),
    "depth": ("xml", b"<x>" * 4_000_000, ""),
    "ends": ("mrc", b"\x1d" * 1_000_000, ""),
}
"""What keeps a reader busy: by what there are many of, the form, the file, and what is said where it is given up."""


@pytest.mark.parametrize("many", NO_FILE)
async def test_nobody_waits_for_a_file_that_is_none(store: Store, many: str):
    form, content, given_up = NO_FILE[many]
    longest = LongestStep()
    trio.lowlevel.add_instrument(longest)
    if given_up:
        with pytest.raises(Unusable, match=given_up):
            await upload(store, content, form=form)
    else:
        [one] = await upload(store, content, form=form)
        assert one.startswith("1 refused")
    assert longest.seconds < STEP_SECONDS
    assert len(await store.attempts(limit=2_000)) <= UNREADABLE


async def test_a_file_that_is_given_up_says_what_was_filed(store: Store):
    content = FORMS["jsonl"].write(Record.parse(RAW[0])) + b"{}\n" * (2 * UNREADABLE)
    with pytest.raises(Unusable) as raised:
        await upload(store, content, name="mine.jsonl")
    assert str(raised.value) == (
        "mine.jsonl is no file of records of this form, or damaged: 1,099 of its first 1,100 records cannot be read, "
        "and it was read no further; filed before that, and still there: 1. "
        'The first that cannot be read is record 2: line 2: "fields" is no list of objects'
    )
    assert [attempt.receipt.title for attempt in await store.attempts()] == ["Rivers"]


async def test_of_many_records_those_that_were_refused_are_listed_before_others(store: Store):
    content = RAW[0] * LISTED + b"".join([DAMAGED, RAW[1], DAMAGED])
    done = await uploading.upload(store, XYZ, profiles(), content, as_is=True, now=lambda: NOON)
    assert (done.filed, done.refused, len(done.records)) == (LISTED + 1, 2, LISTED)
    numbers = [one.record for one in done.records]
    assert numbers == [*range(1, LISTED - 1), LISTED + 1, LISTED + 3]


@pytest.mark.parametrize("form", FORMS)
async def test_a_record_that_is_too_long_is_no_damaged_one(store: Store, form: str):
    long = Record(Record.parse(RAW[0]).leader, Record.parse(RAW[0]).fields * 3_000)
    way = FORMS[form]
    assert await upload(store, way.head + way.write(long) + way.foot, form=form) == ["1 refused too_long"]
