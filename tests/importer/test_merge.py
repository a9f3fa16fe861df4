"""How an incoming record changes the stored one it matches."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.importer.decide import same, stamp
from gateway.importer.merge import METHODS, Method, Rule, is_local, merge
from gateway.importer.normalize import normalize
from gateway.marc.record import Field, Record
from tests.importer.desk import NOON
from tests.marc.mnemonic import LEADER, mrk, sample, shown

OVERLAY = METHODS["overlay-all-fields-but-local"]


def overlaid(before: str, incoming: str) -> str:
    return shown(merge(mrk(before), mrk(incoming), OVERLAY))


def canonical(text: str) -> str:
    return shown(mrk(text))


def test_overlay_all_fields_but_local() -> None:
    before = r"""
        =LDR  00000cam\a2200000Ia\4500
        =001  9910000000015867
        =005  20260301120000.0
        =008  881004s1987\\\\enk
        =020  \\$a9786990001067
        =035  \\$a(OCoLC)1999000066
        =035  9\$a(XYZ)b10000017
        =099  \\$aHARBOR 686
        =245  12$aA walkers atlas
        =500  \\$aOn thick paper.
        =500  \\$aSigned by the author.$9LOCAL
        =590  \\$aCopy 2 lacks the maps.
        =650  \0$aFens.
        =690  \\$aSmall press books.$9local
        =910  \\$aShelf-ready
        =949  \\$aDA670$lHARBOR
        =994  \\$a02$bXYZ
    """
    incoming = r"""
        =LDR  00000cas\a2200000\i\4500
        =001  on1999000066
        =003  OCoLC
        =005  20260302142125.0
        =008  881004s1987\\\\enk
        =035  \\$a(OCoLC)1999000066
        =035  \\$a(OCoLC)on1999000066
        =245  12$aA walker's atlas
        =500  \\$aOn thin paper.
        =650  \0$aWalking.
        =910  \\$aTheirs
        =994  \\$aC0$bXYZ
    """
    after = r"""
        =LDR  00000cas\a2200000\i\4500
        =001  9910000000015867
        =003  OCoLC
        =005  20260302142125.0
        =008  881004s1987\\\\enk
        =035  \\$a(OCoLC)1999000066
        =035  9\$a(XYZ)b10000017
        =035  \\$a(OCoLC)on1999000066
        =245  12$aA walker's atlas
        =500  \\$aSigned by the author.$9LOCAL
        =500  \\$aOn thin paper.
        =650  \0$aWalking.
        =690  \\$aSmall press books.$9local
        =910  \\$aShelf-ready
        =949  \\$aDA670$lHARBOR
        =994  \\$a02$bXYZ
    """
    assert overlaid(before, incoming) == canonical(after)


TRANSCRIPTS = {
    "001 stays and no other comes": ("=001  99", "=001  ocn5", "=001  99"),
    "9XX stay, theirs are not taken": (
        "=900  ours\n=999  ours",
        "=900  theirs\n=910  theirs",
        "=900  ours\n=999  ours",
    ),
    "9XX that only they have is not taken": ("=245  00$aTides", "=245  00$aTides\n=994  \\\\$aC0", "=245  00$aTides"),
    "035 of any other indicators goes": (
        "=035  \\\\$aone\n=035  99$atwo\n=035  \\9$athree\n=035  1\\$afour",
        "=035  \\\\$afive",
        "=035  \\\\$afive",
    ),
    "035 with 9 and blank stays beside theirs": ("=035  9\\$aone", "=035  9\\$atwo", "=035  9\\$aone\n=035  9\\$atwo"),
    "identical 035 with 9 and blank stands once": ("=035  9\\$aone", "=035  9\\$aone", "=035  9\\$aone"),
    "local field stays whatever its tag": (
        "=245  00$aOurs$9LOCAL\n=500  \\\\$aOurs",
        "=245  00$aTheirs\n=500  \\\\$aTheirs",
        "=245  00$aOurs$9LOCAL\n=245  00$aTheirs\n=500  \\\\$aTheirs",
    ),
    "local in any case": (
        "=500  \\\\$aone$9Local\n=500  \\\\$atwo$9lOCAL\n=500  \\\\$athree$9LOCALLY\n=500  \\\\$afour$9LOCAL$9x",
        "=245  00$aTides",
        "=245  00$aTides\n=500  \\\\$aone$9Local\n=500  \\\\$atwo$9lOCAL\n=500  \\\\$afour$9LOCAL$9x",
    ),
    "$9 of another value, LOCAL in another subfield": (
        "=500  \\\\$aone$9XYZ\n=500  \\\\$5LOCAL\n=500  \\\\$aLOCAL",
        "=245  00$aTides",
        "=245  00$aTides",
    ),
    "local field that they send too stands once": (
        "=500  \\\\$aone$9LOCAL",
        "=500  \\\\$aone$9LOCAL\n=500  \\\\$atwo",
        "=500  \\\\$aone$9LOCAL\n=500  \\\\$atwo",
    ),
    "local field of theirs is taken": ("=245  00$aTides", "=500  \\\\$aone$9LOCAL", "=500  \\\\$aone$9LOCAL"),
    "what only they have comes, what only we have goes": ("=100  1\\$aOurs", "=700  1\\$aTheirs", "=700  1\\$aTheirs"),
    "the same twice in theirs comes twice": (
        "=245  00$aTides",
        "=650  \\0$aSea\n=650  \\0$aSea",
        "=650  \\0$aSea\n=650  \\0$aSea",
    ),
    "order of theirs is kept, ours stand before a higher tag": (
        "=500  \\\\$aours$9LOCAL\n=949  \\\\$aours",
        "=650  \\0$aone\n=245  00$atwo\n=600  \\0$athree",
        "=500  \\\\$aours$9LOCAL\n=650  \\0$aone\n=245  00$atwo\n=600  \\0$athree\n=949  \\\\$aours",
    ),
}
"""What it shows -> stored, incoming, result."""


@pytest.mark.parametrize("what", TRANSCRIPTS)
def test_transcript(what: str) -> None:
    before, incoming, after = TRANSCRIPTS[what]
    assert overlaid(before, incoming) == canonical(after)


def test_leader_is_theirs() -> None:
    before = mrk("=LDR  00000cas\\a2200000\\i\\4500\n=245  00$aTides")
    incoming = mrk("=LDR  00000nam\\a2200000Ka\\4500\n=245  00$aTides")
    assert merge(before, incoming, OVERLAY).leader == incoming.leader


def test_neither_record_changes() -> None:
    before, incoming = mrk("=001  99\n=500  \\\\$a1$9LOCAL"), mrk("=001  ocn5\n=500  \\\\$a2")
    merge(before, incoming, OVERLAY)
    assert (before, incoming) == (mrk("=001  99\n=500  \\\\$a1$9LOCAL"), mrk("=001  ocn5\n=500  \\\\$a2"))


@pytest.mark.parametrize("text", ["=001  LOCAL", "=500  \\\\", "=500  \\\\$9", "=500  \\\\$9 LOCAL"])
def test_field_that_is_not_local(text: str) -> None:
    (field,) = mrk(text).fields
    assert not is_local(field)


@pytest.mark.parametrize("name", ["monograph", "serial", "local-fields", "cjk", "hebrew", "longest", "former-numbers"])
def test_record_merged_with_itself_is_the_same(name: str) -> None:
    exported = normalize(Record.parse(sample(name)))
    stored = stamp(exported, "9910000000015867", NOON)
    assert same(merge(stored, exported, OVERLAY), stored)


@pytest.mark.parametrize(
    "text",
    [
        "=245  00$aTides\n=500  \\\\$aOne\n=500  \\\\$aTwo$9LOCAL\n=500  \\\\$aThree",
        "=035  \\\\$a(OCoLC)5\n=035  9\\$a(XYZ)7\n=245  00$aTides",
    ],
    ids=["local field behind others of its tag", "035 with 9 behind another"],
)
def test_record_with_kept_fields_among_others_merged_with_itself_is_the_same(text: str) -> None:
    assert same(merge(mrk(text), mrk(text), OVERLAY), mrk(text))


TAGS = ("001", "003", "035", "245", "500", "590", "650", "900", "999")
FIELD = st.builds(
    lambda tag, indicators, value, local: Field(
        tag, value if tag < "010" else indicators + b"\x1fa" + value + (b"\x1f9LOCAL" if local else b"")
    ),
    st.sampled_from(TAGS),
    st.sampled_from([b"  ", b"9 ", b"99", b" 0"]),
    st.sampled_from([b"one", b"two"]),
    st.booleans(),
)
RECORD = st.builds(lambda fields: Record(LEADER, fields), st.lists(FIELD, max_size=8))
IN_TAG_ORDER = st.builds(
    lambda fields: Record(LEADER, sorted(fields, key=lambda field: field.tag)), st.lists(FIELD, max_size=8)
)
RULE = st.builds(
    Rule,
    st.sampled_from(["001", "035", "XXX", "5XX", "9XX", "XX0"]),
    st.booleans(),
    st.booleans(),
    st.sampled_from(["XX", "9 ", "X0"]),
)
METHOD = st.builds(lambda rules: Method("any", tuple(rules)), st.lists(RULE, max_size=4)) | st.just(OVERLAY)


def decided(field: Field, method: Method) -> tuple[bool, bool]:
    """(kept of the stored record, taken from the incoming one), read off the table."""
    for rule in method.rules:
        tag_fits = all(p in ("X", c) for p, c in zip(rule.tags, field.tag, strict=True))
        indicators = field.body[:2].decode()
        if tag_fits and (field.control or all(p in ("X", c) for p, c in zip(rule.indicators, indicators, strict=True))):
            return rule.keep, rule.take
    return False, True


class TestProperties:
    @given(RECORD, RECORD, METHOD)
    def test_no_stored_field_that_is_kept_is_lost_nor_an_incoming_one_that_is_taken(
        self, stored: Record, incoming: Record, method: Method
    ) -> None:
        merged = Counter(merge(stored, incoming, method).fields)
        kept = Counter(f for f in stored.fields if is_local(f) or decided(f, method)[0])
        taken = Counter(f for f in incoming.fields if decided(f, method)[1])
        assert kept <= merged
        assert {*taken} <= {*merged}
        assert merged == kept + Counter({field: n for field, n in taken.items() if field not in kept})

    @given(RECORD, RECORD, METHOD)
    def test_kept_and_taken_fields_stay_in_their_own_order(
        self, stored: Record, incoming: Record, method: Method
    ) -> None:
        merged = [*merge(stored, incoming, method).fields]
        kept = [field for field in stored.fields if is_local(field) or decided(field, method)[0]]
        if not {*kept} & {*incoming.fields}:
            assert [field for field in merged if field in kept] == kept
            assert [field for field in merged if field not in kept] == [
                field for field in incoming.fields if decided(field, method)[1]
            ]

    @given(IN_TAG_ORDER, IN_TAG_ORDER, METHOD)
    def test_records_in_tag_order_give_one_in_tag_order(self, stored: Record, incoming: Record, method: Method) -> None:
        tags = [field.tag for field in merge(stored, incoming, method).fields]
        assert tags == sorted(tags)

    @given(RECORD, RECORD, METHOD)
    def test_the_same_export_again_adds_and_takes_nothing(
        self, stored: Record, incoming: Record, method: Method
    ) -> None:
        once = merge(stored, incoming, method)
        assert Counter(merge(once, incoming, method).fields) == Counter(once.fields)

    @given(IN_TAG_ORDER, IN_TAG_ORDER, METHOD)
    def test_the_same_export_of_a_record_in_tag_order_changes_nothing(
        self, stored: Record, incoming: Record, method: Method
    ) -> None:
        once = merge(stored, incoming, method)
        assert merge(once, incoming, method) == once
