"""How an incoming record changes the stored one it matches: methods tag by tag, and what holds for all of them."""

import pytest

from gateway.importer.decide import same, stamp
from gateway.importer.merge import LINKED, METHODS, Merger, is_local, merger, title_of
from gateway.importer.profile import ORDINARY
from gateway.marc.record import Record
from gateway.model import MergeMethod
from tests.importer.desk import NOON
from tests.marc.mnemonic import mrk, sample, shown

MERGERS = {key: merger(key, method) for key, method in METHODS.items()}
OVERLAY = MERGERS["overlay-all-fields-but-local"]


def merged(before: str, incoming: str, method: Merger = OVERLAY) -> str:
    return shown(method.merge(mrk(before), mrk(incoming)))


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
    assert merged(before, incoming) == canonical(after)


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
    "local field that they send twice stands once": (
        "=500  \\\\$aone$9LOCAL",
        "=500  \\\\$aone$9LOCAL\n=500  \\\\$aone$9LOCAL",
        "=500  \\\\$aone$9LOCAL",
    ),
    "local field of theirs is taken": ("=245  00$aTides", "=500  \\\\$aone$9LOCAL", "=500  \\\\$aone$9LOCAL"),
    "local 9XX of theirs is not taken": (
        "=245  00$aTides",
        "=245  00$aTides\n=949  \\\\$aone$9LOCAL",
        "=245  00$aTides",
    ),
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
    "ours stand with theirs of the same tag, wherever that is": (
        "=500  \\\\$aours$9LOCAL",
        "=650  \\0$aone\n=500  \\\\$atwo\n=245  00$athree",
        "=650  \\0$aone\n=500  \\\\$aours$9LOCAL\n=500  \\\\$atwo\n=245  00$athree",
    ),
    "ours follow the one that they followed, though tags are in no order": (
        "=700  1\\$aours$9LOCAL\n=500  \\\\$aone\n=500  \\\\$aours$9LOCAL\n=500  \\\\$atwo",
        "=500  \\\\$aone\n=500  \\\\$atwo\n=245  00$athree",
        "=500  \\\\$aone\n=500  \\\\$aours$9LOCAL\n=500  \\\\$atwo\n=245  00$athree\n=700  1\\$aours$9LOCAL",
    ),
    "ours stay in their order, though theirs have changed places": (
        "=500  \\\\$aone\n=500  \\\\$aours$9LOCAL\n=500  \\\\$atwo\n=500  \\\\$amore$9LOCAL",
        "=500  \\\\$atwo\n=500  \\\\$aone",
        "=500  \\\\$atwo\n=500  \\\\$aone\n=500  \\\\$aours$9LOCAL\n=500  \\\\$amore$9LOCAL",
    ),
}
"""What it shows -> stored, incoming, result of the overlay."""


@pytest.mark.parametrize("what", TRANSCRIPTS)
def test_transcript(what: str) -> None:
    before, incoming, after = TRANSCRIPTS[what]
    assert merged(before, incoming) == canonical(after)


PLAIN, WITH_5 = r"\\$a{}", r"\\$a{}$5XYZ"

FATES = {
    ("overlay-all-fields-but-local", PLAIN): {"Ours": "001 9XX"},
    ("overlay-all-fields-but-local", WITH_5): {"Ours": "001 9XX"},
    ("conditional-subject-headings", PLAIN): {"Ours": "001 035 9XX", "Ours Theirs": "65X 7XX"},
    ("conditional-subject-headings", WITH_5): {"Ours": "001 035 9XX", "Ours Theirs": "65X 7XX"},
    ("keep-only-old-value", PLAIN): {"Ours": "XXX"},
    ("keep-only-old-value", WITH_5): {"Ours": "XXX"},
    ("replace-245-and-035-if-exist", PLAIN): {"Ours": "001", "Ours Theirs": "245"},
    ("replace-245-and-035-if-exist", WITH_5): {"Ours": "001", "Ours Theirs": "245"},
    ("consortium-nz-overlay", PLAIN): {
        "Ours": "001 541 561 562 563 583 584 585",
        "Ours Theirs": "009 035 09X 59X 69X 9XX",
    },
    ("consortium-nz-overlay", WITH_5): {
        "Ours": "001 541 561 562 563 583 584 585 246 500 501 506 526 540 655 700 710 711 730 740",
        "Ours Theirs": "009 035 09X 59X 69X 9XX",
    },
    ("replace-all", PLAIN): {"Ours": "001"},
    ("replace-all", WITH_5): {"Ours": "001"},
}
"""Method and kind of field -> what is left of two such fields, one of each record, by tag. Of all other tags it is
`Theirs`. Source: spec, "Merging", and WRLC's text of the consortial rule."""
TAGS = [f"{number:03}" for number in range(1, 1_000)]


def named(tags: str) -> set[str]:
    """The tags that a list such as `001 9XX` names."""
    return {tag for tag in TAGS for one in tags.split() if all(p in ("X", c) for p, c in zip(one, tag, strict=True))}


@pytest.mark.parametrize(("method", "form"), FATES)
def test_method_keeps_and_takes_the_tags_that_it_says(method: str, form: str) -> None:
    def one_of_each_tag(whose: str) -> Record:
        return mrk("\n".join(f"={tag}  {whose if tag < '010' else form.format(whose)}" for tag in TAGS))

    after = MERGERS[method].merge(one_of_each_tag("Ours"), one_of_each_tag("Theirs"))
    found: dict[str, set[str]] = {}
    for tag in TAGS:
        values = [field.text if field.control else field.values("a")[0] for field in after.get(tag)]
        found.setdefault(" ".join(values), set()).add(tag)
    expected = {fate: named(tags) for fate, tags in FATES[method, form].items()}
    rest = {*TAGS}.difference(*expected.values())
    assert found == ({**expected, "Theirs": rest} if rest else expected)


def test_every_method_has_its_fates() -> None:
    assert {method for method, _ in FATES} == {*METHODS}


METHODS_OF_035 = ("overlay-all-fields-but-local", "replace-245-and-035-if-exist", "consortium-nz-overlay")
SYSTEM_NUMBERS = {
    r"9\$a(XYZ){}": ("Ours Theirs", "Ours Theirs", "Ours Theirs"),
    r"99$a(XYZ){}": ("Theirs", "Ours Theirs", "Ours Theirs"),
    r"\9$a(XYZ){}": ("Theirs", "Theirs", "Ours Theirs"),
    r"1\$a(XYZ){}": ("Theirs", "Theirs", "Ours Theirs"),
    r"\\$a(XYZ){}": ("Theirs", "Theirs", "Ours Theirs"),
    r"\\$a{}": ("Theirs", "Theirs", "Ours Theirs"),
    r"\\$a(OCoLC){}": ("Theirs", "Ours Theirs", "Theirs"),
    r"\\$z(OCoLC){}": ("Theirs", "Ours Theirs", "Theirs"),
    r"9\$a(OCoLC){}": ("Ours Theirs", "Ours Theirs", "Theirs"),
    r"\\$a(OCoLC-M){}": ("Theirs", "Theirs", "Ours Theirs"),
    r"\\$aRB(OCoLC){}": ("Theirs", "Theirs", "Ours Theirs"),
    r"\\$z(XYZ){}": ("Theirs", "Theirs", "Ours Theirs"),
}
"""035 -> what is left of two such, one of each record, by each of `METHODS_OF_035`."""


@pytest.mark.parametrize("form", SYSTEM_NUMBERS)
def test_methods_that_tell_035s_apart(form: str) -> None:
    before, incoming = (mrk(f"=035  {form.format(whose)}") for whose in ("Ours", "Theirs"))
    found = []
    for method in METHODS_OF_035:
        after = MERGERS[method].merge(before, incoming)
        found.append(" ".join(field.values("az")[0].rpartition(")")[2] for field in after.fields))
    assert tuple(found) == SYSTEM_NUMBERS[form]


@pytest.mark.parametrize("key", METHODS)
def test_leader_is_theirs_but_where_only_the_old_value_is_kept(key: str) -> None:
    before = mrk("=LDR  00000cas\\a2200000\\i\\4500\n=245  00$aTides")
    incoming = mrk("=LDR  00000nam\\a2200000Ka\\4500\n=245  00$aTides")
    expected = before if key == "keep-only-old-value" else incoming
    assert MERGERS[key].merge(before, incoming).leader == expected.leader


@pytest.mark.parametrize("key", METHODS)
def test_local_extension_stays_by_every_method(key: str) -> None:
    local = "=035  \\\\$a(OCoLC)5$9LOCAL\n=245  00$aOurs$9Local\n=949  \\\\$aOurs$9local"
    after = merged(local, "=245  00$aTheirs\n=949  \\\\$aTheirs", MERGERS[key]).splitlines()
    assert [line for line in after if "$9" in line] == local.splitlines()


@pytest.mark.parametrize("key", METHODS)
def test_neither_record_changes(key: str) -> None:
    before, incoming = mrk("=001  99\n=500  \\\\$a1$9LOCAL"), mrk("=001  ocn5\n=500  \\\\$a2")
    MERGERS[key].merge(before, incoming)
    assert (before, incoming) == (mrk("=001  99\n=500  \\\\$a1$9LOCAL"), mrk("=001  ocn5\n=500  \\\\$a2"))


@pytest.mark.parametrize("text", ["=001  LOCAL", "=500  \\\\", "=500  \\\\$9", "=500  \\\\$9 LOCAL"])
def test_field_that_is_not_local(text: str) -> None:
    (field,) = mrk(text).fields
    assert not is_local(field)


class TestOwnMethod:
    def test_keeps_and_takes_by_its_selectors(self) -> None:
        ours = merger(
            "ours",
            MergeMethod(title="Keep our notes", keep=("001", "500 $5", "65X"), leave_out=("001", "65X", "9XX !$5")),
        )
        before = r"""
            =001  99
            =245  00$aOurs
            =500  \\$aOurs
            =500  \\$aOurs$5XYZ
            =650  \0$aOurs
            =949  \\$aOurs$5XYZ
        """
        incoming = r"""
            =001  ocn5
            =245  00$aTheirs
            =500  \\$aTheirs$5ABC
            =650  \0$aTheirs
            =949  \\$aTheirs
            =949  \\$aTheirs$5ABC
        """
        after = r"""
            =001  99
            =245  00$aTheirs
            =500  \\$aOurs$5XYZ
            =500  \\$aTheirs$5ABC
            =650  \0$aOurs
            =949  \\$aTheirs$5ABC
        """
        assert merged(before, incoming, ours) == canonical(after)

    def test_may_keep_our_leader(self) -> None:
        before, incoming = mrk("=LDR  00000cas\\a2200000\\i\\4500\n=245  00$aOurs"), mrk("=245  00$aTheirs")
        after = merger("ours", MergeMethod(title="", leader="stored")).merge(before, incoming)
        assert (after.leader[6:8], after.title) == (b"as", "Theirs")

    def test_without_selectors_replaces_all_but_001(self) -> None:
        assert merged(
            "=001  99\n=949  \\\\$aOurs", "=001  ocn5\n=949  \\\\$aTheirs", merger("", MergeMethod(title=""))
        ) == (canonical("=001  99\n=949  \\\\$aTheirs"))

    @pytest.mark.parametrize("method", [MergeMethod(title="", keep=("9xx",)), MergeMethod(title="", leave_out=("5",))])
    def test_with_a_selector_that_is_none_is_told(self, method: MergeMethod) -> None:
        with pytest.raises(ValueError, match="names no fields"):
            merger("ours", method)


class TestTitles:
    @pytest.mark.parametrize(
        ("key", "title"),
        [
            ("overlay-all-fields-but-local", "Overlay all fields but local"),
            ("link", LINKED.title),
            ("ours", "Keep our notes"),
            ("gone", "gone"),
        ],
    )
    def test_is_that_of_the_method_whosever_it_is(self, key: str, title: str) -> None:
        assert title_of(key, {"ours": MergeMethod(title="Keep our notes")}) == title

    def test_differ(self) -> None:
        assert len({method.title for method in METHODS.values()}) == len(METHODS)


@pytest.mark.parametrize("name", ["monograph", "serial", "local-fields", "cjk", "hebrew", "longest", "former-numbers"])
@pytest.mark.parametrize("key", METHODS)
def test_record_merged_with_itself_is_the_same(key: str, name: str) -> None:
    exported = ORDINARY.normalize(Record.parse(sample(name)))
    stored = stamp(exported, "9910000000015867", NOON)
    assert same(MERGERS[key].merge(stored, exported), stored)


@pytest.mark.parametrize(
    "text",
    [
        "=245  00$aTides\n=500  \\\\$aOne\n=500  \\\\$aTwo$9LOCAL\n=500  \\\\$aThree",
        "=035  \\\\$a(OCoLC)5\n=035  9\\$a(XYZ)7\n=245  00$aTides",
        "=700  1\\$aOne$9LOCAL\n=500  \\\\$aTwo\n=500  \\\\$aThree$9LOCAL\n=245  00$aTides",
    ],
    ids=["local field behind others of its tag", "035 with 9 behind another", "tags in no order"],
)
@pytest.mark.parametrize("key", METHODS)
def test_record_with_kept_fields_among_others_merged_with_itself_stays(key: str, text: str) -> None:
    assert merged(text, text, MERGERS[key]) == canonical(text)
