"""Records as text in files: what is written is read back as it was, and what cannot be read is named."""

import json
import re
from collections.abc import Iterable
from inspect import cleandoc
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.marc.forms import BEGINNINGS, ENDINGS, FORMS, by_beginning, by_name
from gateway.marc.forms.marcxml import ENDED, NAMESPACE, objection
from gateway.marc.forms.parts import LINE_BYTES, Unreadable
from gateway.marc.iso2709 import Damaged
from gateway.marc.record import Field, Record
from tests.marc.mnemonic import FIXTURES, mrk, records_in

CORPORA = ("uva_2000_utf8", "blacklight_30_utf8", "yaz_nonlatin_utf8", "traject_misc_utf8")
NAMES = [*FORMS]
LEADER = b"00000nam a2200000 i 4500"
SEA = mrk(r"""
    =LDR  00000nam\a2200000\i\4500
    =001  ocm99000132\
    =008  990412s1931\\\\xx
    =245  10$aSea & <tide> :$b"a tale" /$cZoë.
    =880  10$6245-01$a海
""")
NO_TEXT = "field 500 has an indicator or a subfield that is no text"
NOT_TWO = "field 500 has not two indicators"
MARK = "\N{REPLACEMENT CHARACTER}"


def written(name: str, records: Iterable[Record]) -> bytes:
    """A file of these records."""
    form = FORMS[name]
    return form.head + b"".join(map(form.write, records)) + form.foot


def read(name: str, content: bytes | str, size: int = 1 << 20) -> list[Record | Unreadable]:
    """What is in a file that comes in pieces of `size`."""
    raw = content.encode() if isinstance(content, str) else content
    return [*FORMS[name].read(raw[start : start + size] for start in range(0, len(raw), size))]


def again(name: str, *records: Record) -> list[Record | Unreadable]:
    """The records when they have been written and read, their lengths as they were made."""
    return read(name, written(name, records))


def whole(record: Record) -> Record:
    """The record with the lengths in its Leader as they should be."""
    return Record.parse(record.serialize())


def with_field(body: str | bytes, tag: str = "500") -> Record:
    """A record with that field alone."""
    return whole(Record(LEADER, [Field(tag, body.encode() if isinstance(body, str) else body)]))


def unread(name: str, content: bytes | str) -> list[str]:
    """What is said of the records that cannot be read; the others in between are those of `SEA`."""
    found = read(name, content)
    assert all(isinstance(one, Unreadable) or one == SEA for one in found)
    return [str(one) for one in found if isinstance(one, Unreadable)]


class TestWritten:
    def test_in_mnemonic_form(self) -> None:
        one = cleandoc(r"""
            =LDR  00159nam\a2200073\i\4500
            =001  ocm99000132\
            =008  990412s1931\\\\xx
            =245  10$aSea & <tide> :$b"a tale" /$cZoë.
            =880  10$6245-01$a海
        """)
        assert written("mrk", [SEA, SEA]).decode() == f"{one}\n\n{one}\n\n"

    def test_in_marcxml(self) -> None:
        assert (
            written("xml", [SEA]).decode()
            == cleandoc("""
            <?xml version="1.0" encoding="UTF-8"?>
            <collection xmlns="http://www.loc.gov/MARC21/slim">
            <record>
              <leader>00159nam a2200073 i 4500</leader>
              <controlfield tag="001">ocm99000132 </controlfield>
              <controlfield tag="008">990412s1931    xx</controlfield>
              <datafield tag="245" ind1="1" ind2="0">
                <subfield code="a">Sea &amp; &lt;tide&gt; :</subfield>
                <subfield code="b">"a tale" /</subfield>
                <subfield code="c">Zoë.</subfield>
              </datafield>
              <datafield tag="880" ind1="1" ind2="0">
                <subfield code="6">245-01</subfield>
                <subfield code="a">海</subfield>
              </datafield>
            </record>
            </collection>
        """)
            + "\n"
        )

    def test_in_json(self) -> None:
        line = written("jsonl", [SEA]).decode()
        assert line.endswith("}\n")
        assert json.loads(line) == {
            "leader": "00159nam a2200073 i 4500",
            "fields": [
                {"001": "ocm99000132 "},
                {"008": "990412s1931    xx"},
                {
                    "245": {
                        "ind1": "1",
                        "ind2": "0",
                        "subfields": [{"a": "Sea & <tide> :"}, {"b": '"a tale" /'}, {"c": "Zoë."}],
                    }
                },
                {"880": {"ind1": "1", "ind2": "0", "subfields": [{"6": "245-01"}, {"a": "海"}]}},
            ],
        }

    @pytest.mark.parametrize("name", NAMES)
    def test_of_no_record_is_a_file_without_any(self, name: str) -> None:
        assert read(name, written(name, [])) == []


TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x1d\x1e\x1f"), max_size=12)
IN_XML = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff") | st.sampled_from("\t\n\r\x85"),
    max_size=12,
)
TAGS = st.from_regex(r"\A(0[1-9A-Z]|[1-9A-Z][0-9A-Z])[0-9A-Z]\Z").filter(lambda tag: tag != "LDR")


def fields(text: st.SearchStrategy[str]) -> st.SearchStrategy[Field]:
    """Fields as strange as they may be, of this text; each has its two indicators."""
    control = st.builds(lambda tag, body: Field(tag, body.encode()), st.from_regex(r"\A00[0-9A-Z]\Z"), text)
    indicators = st.sampled_from(["10", "  ", "9 ", "\\$", "{}", "?L", "é0"])
    subfields = st.lists(st.sampled_from(["", "?", "$", "\\", "é"]) | text.map(lambda value: f"a{value}") | text)
    data = st.builds(
        lambda tag, head, stray, parts: Field(tag, "\x1f".join((head + stray, *parts)).encode()),
        TAGS,
        indicators,
        st.just("") | text,
        subfields,
    )
    return control | data


def records(text: st.SearchStrategy[str]) -> st.SearchStrategy[Record]:
    """Records of such fields."""
    return st.lists(fields(text), max_size=5).map(lambda made: whole(Record(LEADER, made)))


class TestReadBack:
    """Whatever a record holds, it comes back byte for byte."""

    @given(st.lists(records(TEXT), max_size=3), st.integers(1, 40))
    @pytest.mark.parametrize("name", ["mrk", "jsonl"])
    def test_whatever_it_holds_and_however_the_file_comes(self, name: str, made: list[Record], size: int) -> None:
        assert [*map(whole_again, read(name, written(name, made), size))] == made

    @given(st.lists(records(IN_XML), max_size=3), st.integers(1, 40))
    def test_whatever_xml_can_hold(self, made: list[Record], size: int) -> None:
        assert [*map(whole_again, read("xml", written("xml", made), size))] == made

    @given(records(TEXT))
    def test_as_well_formed_xml_whatever_it_holds(self, record: Record) -> None:
        found = ElementTree.fromstring(written("xml", [record]))
        assert len(found[0]) == 1 + len(record.fields)
        assert len(again("xml", record)) == 1

    @pytest.mark.parametrize("name", NAMES)
    @pytest.mark.parametrize("file", sorted(FIXTURES.glob("*.mrc")), ids=lambda file: file.stem)
    def test_fixtures(self, name: str, file: Path) -> None:
        try:
            record = Record.parse(file.read_bytes())
        except Damaged:
            return
        if (file.stem.startswith("refused-") and "utf8" in file.stem) or file.stem == "refused-marc8":
            assert MARK.encode() in written(name, [record])
            return
        [found] = again(name, record)
        assert isinstance(found, Record)
        assert found.fields == record.fields
        if file.stem != "unordered":  # its Leader lacks the two zeros at its end
            assert found.serialize() == whole(record).serialize()

    @pytest.mark.parametrize("name", NAMES)
    @pytest.mark.parametrize("corpus", CORPORA)
    def test_real_records(self, conformance: Path, corpus: str, name: str) -> None:
        made = [Record.parse(raw) for raw in records_in(conformance / "marc" / f"{corpus}.mrc")]
        found = read(name, written(name, made), 65_536)
        assert [*map(whole_again, found)] == [*map(whole, made)]

    @pytest.mark.parametrize("name", NAMES)
    @pytest.mark.parametrize(
        "body",
        ["10", "10stray", "10stray\x1faSea", "10\x1f?Sea", "10\x1f?\x1f?", "10\x1f", "10\x1f\x1faSea\x1f", "10\x1féa"],
    )
    def test_odd_fields(self, name: str, body: str) -> None:
        assert [*map(whole_again, again(name, with_field(body)))] == [with_field(body)]

    @pytest.mark.parametrize("name", NAMES)
    @pytest.mark.parametrize(
        "text", ["$", "\\", "{", "}", "{dollar}", "{with exercises}", "{x", "a=b", "\r", "\n", "\t"]
    )
    @pytest.mark.parametrize(("tag", "before"), [("500", "  \x1fa"), ("500", "  "), ("001", "")])
    def test_characters_that_mean_something(self, name: str, text: str, tag: str, before: str) -> None:
        record = with_field(before + text, tag)
        assert [*map(whole_again, again(name, record))] == [record]


def whole_again(found: Record | Unreadable) -> Record | Unreadable:
    """The same; a record with lengths as they should be."""
    return whole(found) if isinstance(found, Record) else found


class TestLost:
    """What a form cannot say: it is said as well as may be."""

    @pytest.mark.parametrize("name", NAMES)
    @pytest.mark.parametrize(("body", "becomes"), [("", "  "), ("1", "1 "), ("\x1faSea", "  \x1faSea")])
    def test_missing_indicators_become_blanks(self, name: str, body: str, becomes: str) -> None:
        [found] = again(name, with_field(body))
        assert isinstance(found, Record)
        assert found.fields == (Field("500", becomes.removesuffix("\x1f").encode()),)

    @pytest.mark.parametrize("name", NAMES)
    def test_bytes_that_are_not_utf8_become_the_replacement_character(self, name: str) -> None:
        [found] = again(name, with_field(b"10\x1fa\xe9t\xe9"))
        assert isinstance(found, Record)
        assert found.fields == with_field(f"10\x1fa{MARK}t{MARK}").fields

    @pytest.mark.parametrize("control", ["\0", "\x08", "\x0b", "\x1b", "\ufffe", "\uffff"])
    def test_characters_that_xml_has_not_become_the_replacement_character(self, control: str) -> None:
        [found] = again("xml", with_field(f"10\x1fa33{control}1"))
        assert isinstance(found, Record)
        assert found.fields == with_field(f"10\x1fa33{MARK}1").fields


class TestSchema:
    """MARCXML is valid by the Library of Congress's schema, unless `objection` says what is not."""

    def test_of_real_records_is_kept_but_where_a_record_breaks_it(self, conformance: Path) -> None:
        allowed = patterns(conformance / "xsd" / "MARC21slim.xsd")
        objections = []
        for corpus in CORPORA:
            for raw in records_in(conformance / "marc" / f"{corpus}.mrc"):
                record = Record.parse(raw)
                found = faults(ElementTree.fromstring(written("xml", [record]))[0], allowed)
                assert bool(found) is bool(objection(record))
                objections += [objection(record)] if objection(record) else []
        assert objections == ["an indicator of field 949"] * 3

    def test_of_real_records_is_kept_by_lxml_s_word(self, conformance: Path) -> None:
        etree = pytest.importorskip("lxml.etree", reason="lxml is not installed; the schema's own patterns are tested")
        schema = etree.XMLSchema(file=str(conformance / "xsd" / "MARC21slim.xsd"))
        for corpus in CORPORA:
            made = [Record.parse(raw) for raw in records_in(conformance / "marc" / f"{corpus}.mrc")]
            sound = [record for record in made if not objection(record)]
            assert len(made) - len(sound) == (3 if corpus == "uva_2000_utf8" else 0)
            schema.assertValid(etree.fromstring(written("xml", sound)))

    @given(records(IN_XML))
    def test_says_of_any_record_whether_it_is_kept(self, conformance: Path, record: Record) -> None:
        allowed = patterns(conformance / "xsd" / "MARC21slim.xsd")
        element = ElementTree.fromstring(written("xml", [record]))[0]
        assert bool(objection(record)) is bool(faults(element, allowed))

    @pytest.mark.parametrize(
        ("record", "words"),
        [
            (SEA, ""),
            (with_field("10stray"), ""),
            (with_field("10"), ""),
            (with_field("1L\x1faSea"), "an indicator of field 500"),
            (with_field("10\x1f"), "a subfield code of field 500"),
            (with_field("10\x1f@Sea"), "a subfield code of field 500"),
            (with_field("10\x1faSea", "010"), ""),
            (with_field("10\x1faSea", "aB1"), "the tag aB1"),
            (with_field("", "000"), "the tag 000"),
            (whole(Record(LEADER[:-2] + b"  ", ())), "its Leader"),
            (whole(Record(LEADER, [Field("245", b"10\x1faSea"), Field("008", b"")])), "field 008 behind data fields"),
        ],
    )
    def test_objection(self, record: Record, words: str) -> None:
        assert objection(record) == words


def patterns(schema: Path) -> dict[str, re.Pattern[str]]:
    """What the schema allows, by the name of its type."""
    xsd = "{http://www.w3.org/2001/XMLSchema}"
    kinds = ElementTree.parse(schema).iter(f"{xsd}simpleType")
    found = {str(kind.get("name")): kind.find(f".//{xsd}pattern") for kind in kinds}
    return {name: re.compile(str(one.get("value")), re.ASCII) for name, one in found.items() if one is not None}


def faults(record: ElementTree.Element, allowed: dict[str, re.Pattern[str]]) -> list[str]:
    """Where an element breaks the schema: the order of its parts, and what stands in them."""
    order = ["leader", "controlfield", "datafield"]
    places = [order.index(child.tag.removeprefix(f"{{{NAMESPACE}}}")) for child in record]
    found = ["order"] * (places != sorted(places) or places.count(0) != 1)
    values = [("leaderDataType", record[0].text)]
    for child, place in zip(record, places, strict=True):
        if place == 1:
            values.append(("controltagDataType", child.get("tag")))
        elif place == 2:
            values.append(("tagDataType", child.get("tag")))
            values += [("indicatorDataType", child.get(name)) for name in ("ind1", "ind2")]
            values += [("subfieldcodeDataType", subfield.get("code")) for subfield in child]
            found += ["empty"] * (len(child) == 0)
    return found + [kind for kind, value in values if not allowed[kind].fullmatch(value or "")]


class TestReadOfOthers:
    """What other programs write, and people."""

    def test_mnemonic_form_with_other_blanks_and_ends_of_lines(self) -> None:
        theirs = written("mrk", [SEA, SEA]).decode().replace("\\", " ").replace("\n", "\r\n")
        assert read("mrk", "\ufeff" + theirs) == [SEA, SEA]

    def test_mnemonic_form_without_blank_lines_between_records(self) -> None:
        theirs = written("mrk", [SEA, SEA]).decode().replace("\n\n", "\n").rstrip()
        assert read("mrk", theirs) == [SEA, SEA]

    def test_mnemonics_of_invisible_characters(self) -> None:
        [found] = read("mrk", "=LDR  00000nam a2200000 i 4500\n=500  \\\\$aa{joiner}b{NONJOIN}c{esc}{0A}{bsol}")
        assert isinstance(found, Record)
        assert found.fields == with_field("  \x1faa\u200db\u200cc\x1b\n\\").fields

    @pytest.mark.parametrize(
        ("head", "foot"),
        [
            ("<collection>", "</collection>"),
            ("", ""),
            (f'<marc:collection xmlns:marc="{NAMESPACE}">', "</marc:collection>"),
            ('<collection xmlns="info:lc/xmlns/marcxchange-v1">', "</collection>"),
            (
                '<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><record><header/><metadata>',
                "</metadata></record></OAI-PMH>",
            ),
        ],
    )
    def test_marcxml_in_other_wrappings(self, head: str, foot: str) -> None:
        body = FORMS["xml"].write(SEA).decode()
        if "marc:" in head:
            body = re.sub(r"<(/?)", r"<\1marc:", body)
        elif "OAI" in head:
            body = body.replace("<record>", f'<record xmlns="{NAMESPACE}">')
        assert read("xml", head + body + foot) == [SEA]

    def test_marcxml_in_another_encoding(self) -> None:
        theirs = written("xml", [SEA]).decode().replace("UTF-8", "UTF-16")
        assert read("xml", theirs.encode("utf-16")) == [SEA]

    def test_json_with_blank_lines_and_the_keys_in_another_order(self) -> None:
        theirs = json.loads(written("jsonl", [SEA]))
        line = json.dumps({"fields": theirs["fields"], "leader": theirs["leader"]})
        assert read("jsonl", f"\ufeff{line}\r\n\r\n{line}") == [SEA, SEA]

    @pytest.mark.parametrize("name", NAMES)
    def test_leader_that_leaves_the_usual_blank(self, name: str) -> None:
        content = written(name, [SEA]).decode().replace("00159nam", "     nam").replace("a2200073", "a       ")
        content = content.replace("00159nam", "     nam").replace(r"a2200073\i\4500", r"a       \i\    ")
        [found] = read(name, content.replace(" i 4500", " i     "))
        assert isinstance(found, Record)
        assert whole(found) == SEA

    @pytest.mark.parametrize("name", NAMES)
    def test_leader_says_unicode_where_the_text_is(self, name: str) -> None:
        ascii_alone = Record(b"00000nam  2200000 i 4500", [Field("245", b"10\x1faSea")])
        content = written(name, [ascii_alone])
        assert [*map(whole_again, read(name, content))] == [whole(ascii_alone)]
        [found] = read(name, content.decode().replace("Sea", "Zoë"))
        assert isinstance(found, Record)
        assert found.leader[9:10] == b"a"


class TestUnreadable:
    """It is named by its line, and the other records are read all the same."""

    @pytest.mark.parametrize(
        ("lines", "said"),
        [
            ("=500  10$aSea", "line 8: the record has no Leader"),
            ("=LDR  00000nam", "line 8: the Leader has 8 characters; it needs 24"),
            ("=LDR  00000nam a2200000 é 4500", "line 8: the Leader holds characters that are not ASCII"),
            ("{LDR}\n500  10$aSea", "line 9: a line begins with =, a tag and two spaces"),
            ("{LDR}\nSea", "line 9: a line begins with =, a tag and two spaces"),
            ("{LDR}\n=5  10$aSea", "line 9: a line begins with =, a tag and two spaces"),
            ("{LDR}\n=5é0  10$aSea", "line 9: '5é0' is no tag: three letters or digits"),
            ("{LDR}\n=500  1$aSea", "line 9: field 500 has not two indicators"),
            ("{LDR}\n=500  $aSea", "line 9: field 500 has not two indicators"),
            (
                "{LDR}\n=500  10$aS{eacute}a",
                "line 9: {eacute} is no mnemonic of text in UTF-8; "
                "save the file as UTF-8, and write {lcub} for a brace",
            ),
            ("{LDR}\n=500  10$a{1E}", "line 9: field 500 holds a MARC delimiter as text"),
            ("{LDR}\n=001  {1E}", "line 9: field 001 holds a MARC delimiter as text"),
        ],
    )
    def test_in_mnemonic_form(self, lines: str, said: str) -> None:
        one = written("mrk", [SEA]).decode()
        broken = lines.replace("{LDR}", "=LDR  00000nam a2200000 i 4500")
        assert unread("mrk", f"{one}\n{broken}\n\n{one}") == [said]

    def test_in_mnemonic_form_that_is_not_utf8(self) -> None:
        one = written("mrk", [SEA])
        broken = one.replace("Zoë".encode(), "Zoë".encode("latin-1"))
        said = ["line 10: the text is not UTF-8 (byte 41 of the line is EB)"]
        assert unread("mrk", one + broken + one) == said

    @pytest.mark.parametrize(
        ("record", "said"),
        [
            ("", "the record has no Leader"),
            ("<leader>nam</leader>", "the Leader has 3 characters; it needs 24"),
            ('{LDR}<datafield tag="50" ind1="1" ind2="0"/>', "'50' is no tag: three letters or digits"),
            ('{LDR}<datafield ind1="1" ind2="0"/>', "'' is no tag: three letters or digits"),
            ('{LDR}<datafield tag="500" ind1="1"/>', "field 500 has not two indicators"),
            ('{LDR}<datafield tag="500" ind1="12" ind2="0"/>', "field 500 has not two indicators"),
            ('{LDR}<datafield tag="001" ind1="1" ind2="0"/>', "field 001 is a control field; it has no subfields"),
            (
                '{LDR}<controlfield tag="500">Sea</controlfield>',
                "field 500 is no control field; it has indicators and subfields",
            ),
            (
                '{LDR}<datafield tag="500" ind1="1" ind2="0"><subfield code="ab">Sea</subfield></datafield>',
                "field 500 has a subfield code of more than one character",
            ),
        ],
    )
    def test_in_marcxml(self, record: str, said: str) -> None:
        one = FORMS["xml"].write(SEA).decode()
        broken = record.replace("{LDR}", "<leader>00000nam a2200000 i 4500</leader>")
        content = f"<collection>\n{one}<record>{broken}</record>\n{one}</collection>"
        assert unread("xml", content) == [f"line 16: {said}"]

    @pytest.mark.parametrize(
        ("content", "said"),
        [
            ("<collection>", f"line 1: the file is no well-formed XML: no element found{ENDED}"),
            ("<collection>\n<record></collection>", f"line 2: the file is no well-formed XML: mismatched tag{ENDED}"),
            ("<collection>&eacute;</collection>", f"line 1: the file is no well-formed XML: undefined entity{ENDED}"),
            ("<html></html>", "line 1: the file is no MARCXML; its first element is html"),
            (
                '<!DOCTYPE a [<!ENTITY b "c">]><collection/>',
                "line 1: the file has a document type declaration, which MARCXML does not need and which is not read",
            ),
        ],
    )
    def test_what_is_no_marcxml(self, content: str, said: str) -> None:
        assert unread("xml", content) == [said]

    def test_marcxml_is_read_as_far_as_it_is_whole(self) -> None:
        content = written("xml", [SEA, SEA])
        found = read("xml", content[: content.rindex(b"</record>")], 100)
        assert found[0] == SEA
        assert found[1:] == [Unreadable(30, f"the file is no well-formed XML: no element found{ENDED}")]

    @pytest.mark.parametrize(
        ("line", "said"),
        [
            ("Sea", "the line is not JSON; each holds one record, whole"),
            ("{", "the line is not JSON; each holds one record, whole"),
            ("[" * 100_000, "the line is not JSON; each holds one record, whole"),
            ("[]", "the line is no JSON object"),
            ("{}", '"fields" is no list of objects'),
            ('{"fields": {}}', '"fields" is no list of objects'),
            ('{"fields": [1]}', '"fields" is no list of objects'),
            ('{"fields": []}', "the record has no Leader"),
            ('{"leader": 1, "fields": []}', '"leader" is no text'),
            ('{LDR"fields": [{"500": 1}]}', "field 500 is neither text nor an object"),
            ('{LDR"fields": [{"500": "Sea"}]}', "field 500 is no control field; it has indicators and subfields"),
            ('{LDR"fields": [{"500": {}}]}', 'field 500 has no list "subfields" of objects'),
            (
                '{LDR"fields": [{"500": {"subfields": [{"a": "Sea"}]}}]}',
                NO_TEXT,
            ),
            ('{LDR"fields": [{"500": {"ind1": "1", "ind2": "0", "subfields": [{"a": 1}]}}]}', NO_TEXT),
            (
                '{LDR"fields": [{"500": {"ind1": "1", "ind2": "", "subfields": []}}]}',
                "field 500 has not two indicators",
            ),
            (r'{LDR"fields": [{"001": "\ud800"}]}', "field 001 holds half a character"),
            (r'{LDR"fields": [{"001": "\u001e"}]}', "field 001 holds a MARC delimiter as text"),
        ],
    )
    def test_in_json(self, line: str, said: str) -> None:
        one = written("jsonl", [SEA]).decode()
        broken = line.replace("{LDR", '{"leader": "00000nam a2200000 i 4500", ')
        assert unread("jsonl", f"{one}\n{broken}\n{one}") == [f"line 3: {said}"]

    @pytest.mark.parametrize("name", NAMES)
    def test_what_is_too_long_is_passed_over_without_being_kept(self, name: str) -> None:
        long = with_field("10\x1faSea")
        content = FORMS[name].write(long).replace(b"Sea", b"x" * (LINE_BYTES + 1))
        file = FORMS[name].head + FORMS[name].write(SEA) + content + FORMS[name].write(SEA) + FORMS[name].foot
        found = read(name, file, 65_536)
        assert [found[0], found[2]] == [SEA, SEA]
        assert len(found) == 3
        assert re.search(r"longer than (4,000,000|the 99,999) (bytes|characters)", str(found[1]))

    def test_mnemonic_form_whose_records_are_not_divided(self) -> None:
        line = b"=500  10$a" + b"x" * 9_000 + b"\n"
        found = read("mrk", b"=LDR  00000nam a2200000 i 4500\n" + line * 500 + b"\n" + written("mrk", [SEA]))
        assert found[1:] == [SEA]
        assert found[0] == Unreadable(
            13,
            "the record would be longer than the 99,999 bytes that MARC 21 allows; blank lines divide records",
            too_long=True,
        )

    @pytest.mark.parametrize("name", NAMES)
    def test_record_that_goes_on_is_not_kept(self, name: str) -> None:
        """Its fields are empty, so that it is long by their number alone."""
        endless = Record(LEADER, [Field("500", b"  ")] * 7_000)
        file = FORMS[name].head + FORMS[name].write(endless) + FORMS[name].write(SEA) + FORMS[name].foot
        found = read(name, file)
        assert found[1:] == [SEA]
        assert isinstance(found[0], Unreadable)
        assert found[0].too_long
        assert "longer than the 99,999 bytes that MARC 21 allows" in found[0].why

    @pytest.mark.parametrize("name", NAMES)
    def test_longest_record_is_read_however_its_text_is_spelled(self, name: str) -> None:
        for field in (Field("500", b"  " + b"\x1fa" * 4_998), Field("500", b"  \x1fa" + b"$" * 9_994)):
            longest = whole(Record(LEADER, [field] * 9))
            assert [type(one) for one in again(name, longest)] == [Record]

    @pytest.mark.parametrize(
        ("content", "said"),
        [
            (b"<collection>" + b"<x/>" * 200_000, "there are more than 100,000 elements up to the end of a record"),
            (b"<a>" * 200_000, "there are more than 100,000 elements up to the end of a record"),
            (b"<a><record>" + b"<x/>" * 200_000, "there are more than 100,000 elements up to the end of a record"),
            (b"<a " + b"b='c' " * 400_000, "a tag or a comment is longer than 1,000,000 bytes"),
            (b"<a><!--" + b"x" * 2_000_000, "a tag or a comment is longer than 1,000,000 bytes"),
        ],
        ids=["flat", "nested", "record", "tag", "comment"],
    )
    def test_marcxml_that_never_comes_to_a_record(self, content: bytes, said: str) -> None:
        assert unread("xml", content) == [f"line 1: {said}{ENDED}"]

    @given(st.binary(max_size=60) | st.text(max_size=60).map(str.encode), st.integers(1, 20))
    @pytest.mark.parametrize("name", NAMES)
    def test_nothing_is_raised_whatever_the_file_holds(self, name: str, content: bytes, size: int) -> None:
        read(name, content, size)
        read(name, FORMS[name].head + FORMS[name].write(SEA) + content, size)


class TestWhichForm:
    def test_by_the_end_of_a_name(self) -> None:
        assert [by_name(f"zone.{end}") for end in ENDINGS] == [*ENDINGS.values()]
        assert [by_name(name) for name in ("a.MRC", "/x.y/a.b.Xml", "zone", "mrc", "-", "a.txt", "")] == [
            *("mrc", "xml", None, None, None, None, None),
        ]

    def test_by_the_beginning_of_a_file(self) -> None:
        for name, form in FORMS.items():
            content = form.head + form.write(SEA)
            assert by_beginning(content) == name
            assert by_beginning(b"\xef\xbb\xbf\r\n " + content) == name
        assert {*BEGINNINGS.values()} == {*FORMS}
        assert by_beginning(SEA.serialize()) == "mrc"
        assert by_beginning("<?xml ".encode("utf-16")) == "xml"
        assert by_beginning("=LDR  ".encode("utf-16")) is None
        assert [by_beginning(content) for content in (b"", b"  ", b"1234", b"PK\3\4", b"Sea")] == [None] * 5


def test_records_are_read_as_they_come() -> None:
    """The first is there before the second has been read."""
    for name, form in FORMS.items():
        taken = 0

        def pieces(content: list[bytes]) -> Iterable[bytes]:
            nonlocal taken
            for piece in content:
                taken += 1
                yield piece

        reading = iter(form.read(pieces([form.head, *[form.write(SEA)] * 100, form.foot])))
        assert next(reading) == SEA
        assert taken <= 4, name
        places = [taken for _ in reading]
        assert len(places) == 99
        assert all(later - earlier <= 1 for earlier, later in pairwise(places[:-1]))
