"""One rich record through every merge method: what the spec's words make of it, field by field.

The transcripts are worked out from spec, "Merging", and WRLC's text of its consortial rule. `Ours` stands in the stored
record, `Theirs` in the incoming one, `Both` in both.
"""

from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from gateway.importer.decide import Case, decide, examine
from gateway.importer.merge import METHODS, merger
from gateway.importer.profile import prepare
from gateway.marc.identifiers import identifiers
from gateway.marc.record import Record
from gateway.model import BibRecord, Facts, MergeMethod, Profile, Receipt
from gateway.stores import open_store
from gateway.stores.base import Store
from tests.importer.desk import NOON, XYZ, said
from tests.marc.mnemonic import mrk, shown

STORED = r"""
    =LDR  00000cam\a2200000\i\4500
    =001  9910000000015867
    =005  20260201120000.0
    =008  870101s1987\\\\enk\\\\\\\\\\\000\0\eng\\
    =009  Ours
    =020  \\$aOurs
    =035  9\$a(XYZ)ours
    =035  99$a(XYZ)ours
    =035  \\$a(OCoLC)5
    =035  \\$z(OCoLC)6
    =035  \\$a(DLC)ours
    =035  9\$a(OCoLC)7
    =099  \\$aOurs
    =245  10$aOurs
    =246  3\$aOurs
    =246  3\$aOurs$5XYZ
    =500  \\$aOurs
    =500  \\$aOurs$5XYZ
    =500  \\$aOurs$9LOCAL
    =520  \\$aOurs$9local
    =541  \\$aOurs
    =561  \\$aOurs
    =583  \\$aOurs
    =590  \\$aOurs
    =600  10$aOurs
    =650  \0$aOurs
    =650  \0$aBoth
    =655  \7$aOurs
    =655  \7$aOurs$5XYZ
    =690  \\$aOurs
    =690  \\$aBoth
    =700  1\$aOurs
    =700  1\$aOurs$5XYZ
    =700  1\$aBoth$5XYZ
    =710  2\$aOurs
    =710  2\$aOurs$5XYZ
    =730  0\$aOurs
    =730  0\$aOurs$5XYZ
    =740  0\$aOurs
    =740  0\$aOurs$5XYZ
    =830  \0$aOurs$9Local
    =856  40$uOurs$5XYZ
    =949  \\$aOurs
    =994  \\$aBoth
"""

INCOMING = r"""
    =LDR  00000cas\a2200000\i\4500
    =001  on0000000005
    =003  OCoLC
    =005  20260301120000.0
    =008  880101d19881999enkar\p\\\\\\\0\\\a0eng\\
    =009  Theirs
    =020  \\$aTheirs
    =035  9\$a(XYZ)theirs
    =035  99$a(XYZ)theirs
    =035  \\$a(OCoLC)5
    =035  \\$z(OCoLC)8
    =035  \\$a(DLC)theirs
    =035  9\$a(OCoLC)9
    =099  \\$aTheirs
    =245  10$aTheirs
    =246  3\$aTheirs
    =246  3\$aTheirs$5ABC
    =500  \\$aTheirs
    =500  \\$aTheirs$5ABC
    =500  \\$aTheirs$9LOCAL
    =520  \\$aTheirs
    =541  \\$aTheirs
    =561  \\$aTheirs
    =583  \\$aTheirs
    =590  \\$aTheirs
    =600  10$aTheirs
    =650  \0$aBoth
    =650  \0$aTheirs
    =655  \7$aTheirs
    =655  \7$aTheirs$5ABC
    =690  \\$aBoth
    =690  \\$aTheirs
    =700  1\$aTheirs
    =700  1\$aTheirs$5ABC
    =700  1\$aBoth$5XYZ
    =710  2\$aTheirs
    =710  2\$aTheirs$5ABC
    =730  0\$aTheirs
    =730  0\$aTheirs$5ABC
    =740  0\$aTheirs
    =740  0\$aTheirs$5ABC
    =830  \0$aTheirs
    =856  40$uTheirs$5ABC
    =938  \\$aTheirs
    =949  \\$aTheirs
    =994  \\$aBoth
"""

MERGED = {
    # 001 and 9XX are ours alone; of our 035s those with 9 and blank stay.
    "overlay-all-fields-but-local": r"""
        =LDR  00000cas\a2200000\i\4500
        =001  9910000000015867
        =003  OCoLC
        =005  20260301120000.0
        =008  880101d19881999enkar\p\\\\\\\0\\\a0eng\\
        =009  Theirs
        =020  \\$aTheirs
        =035  9\$a(XYZ)ours
        =035  9\$a(XYZ)theirs
        =035  99$a(XYZ)theirs
        =035  \\$a(OCoLC)5
        =035  9\$a(OCoLC)7
        =035  \\$z(OCoLC)8
        =035  \\$a(DLC)theirs
        =035  9\$a(OCoLC)9
        =099  \\$aTheirs
        =245  10$aTheirs
        =246  3\$aTheirs
        =246  3\$aTheirs$5ABC
        =500  \\$aOurs$9LOCAL
        =500  \\$aTheirs
        =500  \\$aTheirs$5ABC
        =500  \\$aTheirs$9LOCAL
        =520  \\$aOurs$9local
        =520  \\$aTheirs
        =541  \\$aTheirs
        =561  \\$aTheirs
        =583  \\$aTheirs
        =590  \\$aTheirs
        =600  10$aTheirs
        =650  \0$aBoth
        =650  \0$aTheirs
        =655  \7$aTheirs
        =655  \7$aTheirs$5ABC
        =690  \\$aBoth
        =690  \\$aTheirs
        =700  1\$aTheirs
        =700  1\$aTheirs$5ABC
        =700  1\$aBoth$5XYZ
        =710  2\$aTheirs
        =710  2\$aTheirs$5ABC
        =730  0\$aTheirs
        =730  0\$aTheirs$5ABC
        =740  0\$aTheirs
        =740  0\$aTheirs$5ABC
        =830  \0$aOurs$9Local
        =830  \0$aTheirs
        =856  40$uTheirs$5ABC
        =949  \\$aOurs
        =994  \\$aBoth
    """,
    # 001, 035 and 9XX are ours alone; 65X and 7XX are everybody's; 600 and 690 are theirs, as is the rest.
    "conditional-subject-headings": r"""
        =LDR  00000cas\a2200000\i\4500
        =001  9910000000015867
        =003  OCoLC
        =005  20260301120000.0
        =008  880101d19881999enkar\p\\\\\\\0\\\a0eng\\
        =009  Theirs
        =020  \\$aTheirs
        =035  9\$a(XYZ)ours
        =035  99$a(XYZ)ours
        =035  \\$a(OCoLC)5
        =035  \\$z(OCoLC)6
        =035  \\$a(DLC)ours
        =035  9\$a(OCoLC)7
        =099  \\$aTheirs
        =245  10$aTheirs
        =246  3\$aTheirs
        =246  3\$aTheirs$5ABC
        =500  \\$aOurs$9LOCAL
        =500  \\$aTheirs
        =500  \\$aTheirs$5ABC
        =500  \\$aTheirs$9LOCAL
        =520  \\$aOurs$9local
        =520  \\$aTheirs
        =541  \\$aTheirs
        =561  \\$aTheirs
        =583  \\$aTheirs
        =590  \\$aTheirs
        =600  10$aTheirs
        =650  \0$aOurs
        =650  \0$aBoth
        =650  \0$aTheirs
        =655  \7$aOurs
        =655  \7$aOurs$5XYZ
        =655  \7$aTheirs
        =655  \7$aTheirs$5ABC
        =690  \\$aBoth
        =690  \\$aTheirs
        =700  1\$aOurs
        =700  1\$aOurs$5XYZ
        =700  1\$aTheirs
        =700  1\$aTheirs$5ABC
        =700  1\$aBoth$5XYZ
        =710  2\$aOurs
        =710  2\$aOurs$5XYZ
        =710  2\$aTheirs
        =710  2\$aTheirs$5ABC
        =730  0\$aOurs
        =730  0\$aOurs$5XYZ
        =730  0\$aTheirs
        =730  0\$aTheirs$5ABC
        =740  0\$aOurs
        =740  0\$aOurs$5XYZ
        =740  0\$aTheirs
        =740  0\$aTheirs$5ABC
        =830  \0$aOurs$9Local
        =830  \0$aTheirs
        =856  40$uTheirs$5ABC
        =949  \\$aOurs
        =994  \\$aBoth
    """,
    "keep-only-old-value": STORED,
    # 245 is everybody's; of our 035s only the one of another system, with no first indicator 9, goes; the rest, 9XX
    # too, is theirs.
    "replace-245-and-035-if-exist": r"""
        =LDR  00000cas\a2200000\i\4500
        =001  9910000000015867
        =003  OCoLC
        =005  20260301120000.0
        =008  880101d19881999enkar\p\\\\\\\0\\\a0eng\\
        =009  Theirs
        =020  \\$aTheirs
        =035  9\$a(XYZ)ours
        =035  99$a(XYZ)ours
        =035  9\$a(XYZ)theirs
        =035  99$a(XYZ)theirs
        =035  \\$a(OCoLC)5
        =035  \\$z(OCoLC)6
        =035  9\$a(OCoLC)7
        =035  \\$z(OCoLC)8
        =035  \\$a(DLC)theirs
        =035  9\$a(OCoLC)9
        =099  \\$aTheirs
        =245  10$aOurs
        =245  10$aTheirs
        =246  3\$aTheirs
        =246  3\$aTheirs$5ABC
        =500  \\$aOurs$9LOCAL
        =500  \\$aTheirs
        =500  \\$aTheirs$5ABC
        =500  \\$aTheirs$9LOCAL
        =520  \\$aOurs$9local
        =520  \\$aTheirs
        =541  \\$aTheirs
        =561  \\$aTheirs
        =583  \\$aTheirs
        =590  \\$aTheirs
        =600  10$aTheirs
        =650  \0$aBoth
        =650  \0$aTheirs
        =655  \7$aTheirs
        =655  \7$aTheirs$5ABC
        =690  \\$aBoth
        =690  \\$aTheirs
        =700  1\$aTheirs
        =700  1\$aTheirs$5ABC
        =700  1\$aBoth$5XYZ
        =710  2\$aTheirs
        =710  2\$aTheirs$5ABC
        =730  0\$aTheirs
        =730  0\$aTheirs$5ABC
        =740  0\$aTheirs
        =740  0\$aTheirs$5ABC
        =830  \0$aOurs$9Local
        =830  \0$aTheirs
        =856  40$uTheirs$5ABC
        =938  \\$aTheirs
        =949  \\$aTheirs
        =994  \\$aBoth
    """,
    # 246 and the listed 5XX, 655 and 7XX with $5 are ours alone, as are 541, 561 and 583; 009, 035 of other systems,
    # 09X, 59X, 69X and 9XX are everybody's; 035 of OCLC, 856 with $5 and the rest are theirs.
    "consortium-nz-overlay": r"""
        =LDR  00000cas\a2200000\i\4500
        =001  9910000000015867
        =003  OCoLC
        =005  20260301120000.0
        =008  880101d19881999enkar\p\\\\\\\0\\\a0eng\\
        =009  Ours
        =009  Theirs
        =020  \\$aTheirs
        =035  9\$a(XYZ)ours
        =035  99$a(XYZ)ours
        =035  9\$a(XYZ)theirs
        =035  99$a(XYZ)theirs
        =035  \\$a(OCoLC)5
        =035  \\$a(DLC)ours
        =035  \\$z(OCoLC)8
        =035  \\$a(DLC)theirs
        =035  9\$a(OCoLC)9
        =099  \\$aOurs
        =099  \\$aTheirs
        =245  10$aTheirs
        =246  3\$aOurs$5XYZ
        =246  3\$aTheirs
        =500  \\$aOurs$5XYZ
        =500  \\$aOurs$9LOCAL
        =500  \\$aTheirs
        =500  \\$aTheirs$9LOCAL
        =520  \\$aOurs$9local
        =520  \\$aTheirs
        =541  \\$aOurs
        =561  \\$aOurs
        =583  \\$aOurs
        =590  \\$aOurs
        =590  \\$aTheirs
        =600  10$aTheirs
        =650  \0$aBoth
        =650  \0$aTheirs
        =655  \7$aOurs$5XYZ
        =655  \7$aTheirs
        =690  \\$aOurs
        =690  \\$aBoth
        =690  \\$aTheirs
        =700  1\$aOurs$5XYZ
        =700  1\$aBoth$5XYZ
        =700  1\$aTheirs
        =710  2\$aOurs$5XYZ
        =710  2\$aTheirs
        =730  0\$aOurs$5XYZ
        =730  0\$aTheirs
        =740  0\$aOurs$5XYZ
        =740  0\$aTheirs
        =830  \0$aOurs$9Local
        =830  \0$aTheirs
        =856  40$uTheirs$5ABC
        =938  \\$aTheirs
        =949  \\$aOurs
        =949  \\$aTheirs
        =994  \\$aBoth
    """,
    # Everything but 001 is theirs; our local extensions stay in every method.
    "replace-all": r"""
        =LDR  00000cas\a2200000\i\4500
        =001  9910000000015867
        =003  OCoLC
        =005  20260301120000.0
        =008  880101d19881999enkar\p\\\\\\\0\\\a0eng\\
        =009  Theirs
        =020  \\$aTheirs
        =035  9\$a(XYZ)theirs
        =035  99$a(XYZ)theirs
        =035  \\$a(OCoLC)5
        =035  \\$z(OCoLC)8
        =035  \\$a(DLC)theirs
        =035  9\$a(OCoLC)9
        =099  \\$aTheirs
        =245  10$aTheirs
        =246  3\$aTheirs
        =246  3\$aTheirs$5ABC
        =500  \\$aOurs$9LOCAL
        =500  \\$aTheirs
        =500  \\$aTheirs$5ABC
        =500  \\$aTheirs$9LOCAL
        =520  \\$aOurs$9local
        =520  \\$aTheirs
        =541  \\$aTheirs
        =561  \\$aTheirs
        =583  \\$aTheirs
        =590  \\$aTheirs
        =600  10$aTheirs
        =650  \0$aBoth
        =650  \0$aTheirs
        =655  \7$aTheirs
        =655  \7$aTheirs$5ABC
        =690  \\$aBoth
        =690  \\$aTheirs
        =700  1\$aTheirs
        =700  1\$aTheirs$5ABC
        =700  1\$aBoth$5XYZ
        =710  2\$aTheirs
        =710  2\$aTheirs$5ABC
        =730  0\$aTheirs
        =730  0\$aTheirs$5ABC
        =740  0\$aTheirs
        =740  0\$aTheirs$5ABC
        =830  \0$aOurs$9Local
        =830  \0$aTheirs
        =856  40$uTheirs$5ABC
        =938  \\$aTheirs
        =949  \\$aTheirs
        =994  \\$aBoth
    """,
}
"""Method -> what it makes of `STORED` and `INCOMING`."""

LATER = NOON + timedelta(hours=1)


@pytest.fixture(params=["memory", "sqlite"])
async def any_store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    """An empty store of each kind."""
    url = {"memory": "memory:", "sqlite": f"sqlite:{tmp_path}/store.db"}[request.param]
    async with open_store(url) as store:
        yield store


async def export(store: Store, method: str, own_methods: Mapping[str, MergeMethod] = {}) -> Receipt:
    """Send the incoming record through the importer's plan, by a profile that changes nothing of it beforehand."""
    profile = prepare("p", Profile(normalization=(), merge_method=method), own_methods)
    examined = examine(mrk(INCOMING).serialize(), profile)
    case = Case(XYZ, profile, examined, Facts(), LATER, "export")
    return await store.transact("xyz", lambda transaction: decide(transaction, case), seconds=5)


async def shelve(store: Store) -> BibRecord:
    """Put the stored record where it belongs."""
    record = mrk(STORED)
    stored = BibRecord(
        mms_id="9910000000015867",
        version=1,
        marc=record.serialize(),
        title="Ours",
        identifiers=identifiers(record),
        originating_system="OCoLC",
        originating_version="20260201115500.0",
        at=NOON,
        submission="before",
    )
    await store.transact("xyz", lambda transaction: transaction.put(stored), seconds=5)
    return stored


def test_every_method_has_its_transcript() -> None:
    assert {*MERGED} == {*METHODS}


@pytest.mark.parametrize("method", MERGED)
def test_merged_record_has_the_fields_that_the_rule_says(method: str) -> None:
    merged = merger(method, METHODS[method]).merge(mrk(STORED), mrk(INCOMING))
    assert shown(merged) == shown(mrk(MERGED[method]))


@pytest.mark.parametrize("method", [method for method in MERGED if method != "keep-only-old-value"])
async def test_stored_record_is_what_the_rule_says_with_the_stamp_of_the_import(any_store: Store, method: str) -> None:
    before = await shelve(any_store)
    assert said(await export(any_store, method)) == "merged 9910000000015867"
    first, second = await any_store.versions("xyz", "9910000000015867")
    assert first == before
    merged = shown(mrk(MERGED[method]))
    stamped = merged.replace("=003  OCoLC\n", "").replace("=005  20260301120000.0", "=005  20260301130000.0")
    assert shown(Record.parse(second.marc)) == stamped
    assert (second.version, second.at, second.submission, second.made_by) == (2, LATER, "export", method)
    assert (second.originating_system, second.originating_version) == ("OCoLC", "20260301120000.0")
    assert second.title == ("Ours" if method == "replace-245-and-035-if-exist" else "Theirs")
    assert second.identifiers == identifiers(mrk(MERGED[method]))
    assert await any_store.find("xyz", identifiers(mrk(MERGED[method]))) == [second]


async def test_stored_record_stays_as_it_is_where_only_the_old_value_is_kept(any_store: Store) -> None:
    before = await shelve(any_store)
    assert said(await export(any_store, "keep-only-old-value")) == "unchanged 9910000000015867"
    (after,) = await any_store.versions("xyz", "9910000000015867")
    assert shown(Record.parse(after.marc)) == shown(mrk(STORED))
    assert (after.version, after.at, after.submission, after.made_by) == (1, NOON, "before", "create")
    assert after.identifiers == before.identifiers


@pytest.mark.parametrize("method", MERGED)
async def test_same_export_once_more_changes_nothing(any_store: Store, method: str) -> None:
    await shelve(any_store)
    await export(any_store, method)
    once = await any_store.versions("xyz", "9910000000015867")
    assert said(await export(any_store, method)) == "unchanged 9910000000015867"
    assert await any_store.versions("xyz", "9910000000015867") == once


@pytest.mark.parametrize("keep", [(), ("001",)])
@pytest.mark.parametrize("leave_out", [(), ("001",)])
async def test_site_s_own_method_never_changes_001_whatever_it_says(
    any_store: Store, keep: tuple[str, ...], leave_out: tuple[str, ...]
) -> None:
    own = {"ours": MergeMethod(title="Ours", keep=keep, leave_out=leave_out)}
    await shelve(any_store)
    assert said(await export(any_store, "ours", own)) == "merged 9910000000015867"
    assert said(await export(any_store, "ours", own)) == "unchanged 9910000000015867"
    _, second = await any_store.versions("xyz", "9910000000015867")
    stamped = shown(mrk(MERGED["replace-all"])).replace("=003  OCoLC\n", "").replace("0301120000.0", "0301130000.0")
    assert shown(Record.parse(second.marc)) == stamped
    assert second.made_by == "ours"
