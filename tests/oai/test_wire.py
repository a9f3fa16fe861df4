"""What requests ask for, and what is wrong with them."""

import re
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.frontends.oai import dates, layout, tokens
from gateway.frontends.oai.wire import ARGUMENT_CHARACTERS, ARGUMENTS, MISSING, Code, Refused, Request, Verb, request


def asked(text: str) -> Request:
    """By arguments as in a URL, but not percent-encoded."""
    return request([(name, value) for name, _, value in (one.partition("=") for one in text.split("&") if one)])


def refused(text: str) -> tuple[Code, str]:
    with pytest.raises(Refused) as caught:
        asked(text)
    return caught.value.code, caught.value.words


class TestRequests:
    @pytest.mark.parametrize(
        ("text", "verb", "arguments"),
        [
            ("verb=Identify", Verb.IDENTIFY, {}),
            ("verb=ListSets", Verb.LIST_SETS, {}),
            ("verb=ListSets&resumptionToken=x", Verb.LIST_SETS, {"resumptionToken": "x"}),
            ("verb=ListMetadataFormats", Verb.LIST_METADATA_FORMATS, {}),
            ("identifier=oai:a&verb=ListMetadataFormats", Verb.LIST_METADATA_FORMATS, {"identifier": "oai:a"}),
            (
                "verb=GetRecord&identifier=oai:a&metadataPrefix=marc21",
                Verb.GET_RECORD,
                {"identifier": "oai:a", "metadataPrefix": "marc21"},
            ),
            (
                "verb=ListRecords&metadataPrefix=oai_dc&from=2026-01-01&until=2026-01-01&set=a:b.c",
                Verb.LIST_RECORDS,
                {"metadataPrefix": "oai_dc", "from": "2026-01-01", "until": "2026-01-01", "set": "a:b.c"},
            ),
            (
                "verb=ListIdentifiers&metadataPrefix=mods&from=2026-01-01T00:00:00Z",
                Verb.LIST_IDENTIFIERS,
                {"metadataPrefix": "mods", "from": "2026-01-01T00:00:00Z"},
            ),
            ("verb=ListRecords&resumptionToken=a@b", Verb.LIST_RECORDS, {"resumptionToken": "a@b"}),
        ],
    )
    def test_that_keep_the_rules(self, text: str, verb: Verb, arguments: dict[str, str]) -> None:
        assert asked(text) == (verb, arguments)

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("", "there is no verb"),
            ("verb=", " is no verb"),
            ("verb=identify", "identify is no verb"),
            ("verb=Identify&verb=Identify", "there are several verbs"),
            ("Verb=Identify", "there is no verb"),
        ],
    )
    def test_without_a_verb(self, text: str, words: str) -> None:
        code, said = refused(text)
        assert code is Code.BAD_VERB
        assert said.startswith(words)
        assert "Identify, ListMetadataFormats, ListSets" in said

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("verb=Identify&set=a", "Identify has no argument set"),
            ("verb=Identify&resumptionToken=a", "Identify has no argument resumptionToken"),
            ("verb=ListRecords", MISSING),
            ("verb=ListRecords&set=a", MISSING),
            ("verb=GetRecord&identifier=a", MISSING),
            ("verb=GetRecord&metadataPrefix=marc21", MISSING),
            ("verb=ListRecords&metadataPrefix=a&metadataPrefix=a", "metadataPrefix is given twice"),
            ("verb=ListRecords&metadataPrefix=a&resumptionToken=b", "resumptionToken stands alone"),
            ("verb=ListRecords&metadataPrefix=a b", "metadataPrefix is not a name"),
            ("verb=ListRecords&metadataPrefix=a&set=Full set", "set is not a setSpec"),
            ("verb=ListRecords&metadataPrefix=a&set=a::b", "set is not a setSpec"),
            ("verb=ListRecords&metadataPrefix=a&set=", "set is empty"),
            ("verb=ListRecords&metadataPrefix=a&from=1.1.2026", "from is not a date"),
            ("verb=ListRecords&metadataPrefix=a&from=2026-01-01T00:00:00", "from is not a date"),
            ("verb=ListRecords&metadataPrefix=a&from=2026-01-01T00:00:00.000Z", "from is not a date"),
            ("verb=ListRecords&metadataPrefix=a&until=٢٠٢٦-01-01", "until is not a date"),
            ("verb=ListRecords&metadataPrefix=a&from=2026-01-02&until=2026-01-01", "from is later than until"),
            ("verb=ListRecords&metadataPrefix=a&from=2026-01-02&until=2026-01-02T00:00:00Z", "of two granularities"),
            ("verb=ListMetadataFormats&identifier=a\0b", "identifier is empty, too long, or no text"),
            (f"verb=ListMetadataFormats&identifier={'a' * (ARGUMENT_CHARACTERS + 1)}", "too long"),
        ],
    )
    def test_with_other_arguments_than_the_verb_has(self, text: str, words: str) -> None:
        code, said = refused(text)
        assert code is Code.BAD_ARGUMENT
        assert words in said

    @given(st.lists(st.tuples(st.sampled_from(["verb", "set", "from", "until", "identifier"]) | st.text(), st.text())))
    def test_of_any_kind_are_read_or_refused(self, arguments: list[tuple[str, str]]) -> None:
        with suppress(Refused):
            request(arguments)

    def test_each_verb_has_its_arguments(self) -> None:
        assert set(ARGUMENTS) == set(Verb)


class TestTokens:
    @pytest.mark.parametrize(
        ("place", "token"),
        [
            (tokens.Place("", "", "slsp", "marc21", "9910000000015867"), "all@all@slsp@marc21@9910000000015867"),
            (tokens.Place("", "", "", "oai_dc", "991"), "all@all@@oai_dc@991"),
            (tokens.Place("2026-01-01", "", "a", "mods", "99"), "2026-01-01@all@a@mods@99"),
            (
                tokens.Place("2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z", "all", "marc21", "1"),
                "2026-01-01T00:00:00Z@2026-01-02T00:00:00Z@all@marc21@1",
            ),
        ],
    )
    def test_say_where_a_list_goes_on(self, place: tokens.Place, token: str) -> None:
        assert place.token == token
        assert tokens.read(token) == place

    @pytest.mark.parametrize(
        "token",
        [
            "",
            "1",
            "all@all@a@marc21",
            "all@all@a@marc21@",
            "all@all@a@marc21@x",
            "all@all@a@marc21@1@2",
            "all@all@a@@1",
            "all@all@a b@marc21@1",
            "yesterday@all@a@marc21@1",
            "2026-01-02@2026-01-01@a@marc21@1",
            "all@all@a@marc21@" + "9" * 33,
            "all@all@a@marc21@\N{ARABIC-INDIC DIGIT ONE}",
        ],
    )
    def test_that_were_never_given_are_refused(self, token: str) -> None:
        with pytest.raises(Refused) as caught:
            tokens.read(token)
        assert caught.value.code is Code.BAD_RESUMPTION_TOKEN

    @given(st.text(alphabet="al@0129-TZ:xé\0"))
    def test_of_any_kind_are_read_or_refused(self, token: str) -> None:
        with suppress(Refused):
            assert tokens.read(token).token == token


class TestDates:
    def test_of_a_second(self) -> None:
        assert dates.first("2026-11-22T15:30:00Z") == dates.last("2026-11-22T15:30:00Z") == 1_795_361_400

    def test_of_a_day_are_its_first_and_its_last_second(self) -> None:
        begin, end = dates.first("2026-11-22"), dates.last("2026-11-22")
        assert (begin, end) == (1_795_305_600, 1_795_391_999)

    def test_that_are_not_given(self) -> None:
        assert (dates.first(""), dates.last("")) == (None, None)

    @pytest.mark.parametrize("text", ["2026-02-30", "2026-13-01", "2026-01-01T24:30:00Z", "0000-01-01"])
    def test_that_are_in_no_calendar_are_refused(self, text: str) -> None:
        with pytest.raises(Refused, match=text):
            dates.first(text)

    @given(st.datetimes(min_value=datetime(1900, 1, 1), max_value=datetime(9999, 1, 1)))
    def test_are_written_as_they_are_read(self, moment: datetime) -> None:
        text = moment.replace(microsecond=0).isoformat() + "Z"
        at = dates.first(text)
        assert at is not None
        assert dates.written(at) == text
        assert at == int(moment.replace(tzinfo=UTC, microsecond=0).timestamp())


@given(st.text())
def test_whatever_is_written_is_well_formed(value: str) -> None:
    assert not re.search('[<>"\0]', layout.text(value))
    assert layout.NOT_IN_XML.search(layout.text(value)) is None
