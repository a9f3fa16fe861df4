"""What a validator of the protocol looks at, in the strict dialect, by GET and by POST: each answer is a valid one."""

import re
from collections.abc import Awaitable, Callable
from urllib.parse import urlencode

import pytest
from lxml import etree

from gateway.stores.base import Store
from tests.oai.repository import CODE, URL, Answered, Repository, ids
from tests.publishing.zone import ZONE, a_set, tides

Ask = Callable[..., Awaitable[Answered]]
FIVE = ids(1, 2, 3, 4, 5)
SECOND = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
GOOD = f"oai:alma.{CODE}:{FIVE[0]}"


@pytest.fixture(params=["GET", "POST"])
async def ask(request: pytest.FixtureRequest, store: Store, schema: etree.XMLSchema | None) -> Ask:
    """A repository with a set of five records, of which one is deleted; asked by arguments in their order."""
    repository = Repository(store, schema, a_set(), page=2, dialect="strict")
    await repository.put(*[tides(mms_id) for mms_id in FIVE])
    await repository.publisher.run(ZONE, "ReShare", "run")
    repository.later()
    await store.remove_record(ZONE, FIVE[1])
    await repository.publisher.run(ZONE, "ReShare", "run")

    async def ask(*arguments: tuple[str, str], **named: str) -> Answered:
        sent = urlencode([*arguments, *[(name.rstrip("_"), value) for name, value in named.items()]])
        if request.param == "POST":
            return await repository.ask("", body=sent.encode() or b"&")
        return await repository.ask(sent)

    return ask


async def test_the_repository_says_what_it_is(ask: Ask) -> None:
    answer = await ask(verb="Identify")
    [date] = answer.texts("//oai:responseDate")
    assert SECOND.fullmatch(date)
    assert answer.texts("//oai:request") == answer.texts("//oai:baseURL") == [URL]
    assert answer.texts("//oai:protocolVersion") == ["2.0"]
    assert SECOND.fullmatch(answer.texts("//oai:earliestDatestamp")[0])
    assert "@" in answer.texts("//oai:adminEmail")[0]


async def test_it_has_dublin_core_and_its_sets(ask: Ask) -> None:
    assert "oai_dc" in (await ask(verb="ListMetadataFormats")).texts("//oai:metadataPrefix")
    [set_] = (await ask(verb="ListSets")).texts("//oai:setSpec")
    answer = await ask(verb="ListIdentifiers", metadataPrefix="oai_dc", set=set_)
    assert answer.texts("//oai:header/oai:setSpec") == [set_, set_]


async def test_a_record_is_found_by_its_identifier_and_by_its_datestamp(ask: Ask) -> None:
    headers = await ask(verb="ListIdentifiers", metadataPrefix="oai_dc")
    identifier, date = headers.texts("//oai:header[1]/oai:identifier | //oai:header[1]/oai:datestamp")
    record = await ask(verb="GetRecord", identifier=identifier, metadataPrefix="oai_dc")
    assert record.texts("//oai:record/oai:header/oai:*") == headers.texts("//oai:header[1]/oai:*")
    earliest = (await ask(verb="Identify")).texts("//oai:earliestDatestamp")[0]
    assert earliest <= date
    for given in (date, date[:10]):
        found = await ask(verb="ListIdentifiers", metadataPrefix="oai_dc", from_=given, until=given)
        assert identifier in found.texts("//oai:identifier")


async def test_a_list_is_whole_and_ends_with_an_empty_token(ask: Ask) -> None:
    pages = [await ask(verb="ListRecords", metadataPrefix="oai_dc")]
    while pages[-1].token:
        again = await ask(verb="ListRecords", resumptionToken=pages[-1].token)
        pages.append(await ask(verb="ListRecords", resumptionToken=pages[-1].token))
        assert again.records == pages[-1].records
    assert [page.records for page in pages] == [[FIVE[0], f"-{FIVE[1]}"], FIVE[2:4], FIVE[4:]]
    assert pages[-1].token == ""


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ([], "badVerb"),
        ([("verb", "junk")], "badVerb"),
        ([("verb", "Identify"), ("verb", "Identify")], "badVerb"),
        ([("verb", "Identify"), ("illegal", "1")], "badArgument"),
        ([("verb", "ListIdentifiers")], "badArgument"),
        ([("verb", "ListRecords")], "badArgument"),
        ([("verb", "GetRecord")], "badArgument"),
        ([("verb", "GetRecord"), ("identifier", GOOD)], "badArgument"),
        ([("verb", "GetRecord"), ("metadataPrefix", "oai_dc")], "badArgument"),
        ([("verb", "GetRecord"), ("identifier", "junk"), ("metadataPrefix", "oai_dc")], "idDoesNotExist"),
        ([("verb", "GetRecord"), ("identifier", 'invalid"id'), ("metadataPrefix", "oai_dc")], "idDoesNotExist"),
        ([("verb", "GetRecord"), ("identifier", GOOD), ("metadataPrefix", "junk")], "cannotDisseminateFormat"),
        ([("verb", "ListMetadataFormats"), ("identifier", "junk")], "idDoesNotExist"),
        ([("verb", "ListRecords"), ("metadataPrefix", "junk")], "cannotDisseminateFormat"),
        ([("verb", "ListIdentifiers"), ("metadataPrefix", "junk")], "cannotDisseminateFormat"),
        ([("verb", "ListRecords"), ("resumptionToken", "junk")], "badResumptionToken"),
        ([("verb", "ListIdentifiers"), ("resumptionToken", "junk")], "badResumptionToken"),
        ([("verb", "ListSets"), ("resumptionToken", "junk")], "badResumptionToken"),
        ([("verb", "ListRecords"), ("resumptionToken", "junk"), ("metadataPrefix", "oai_dc")], "badArgument"),
        ([("verb", "ListRecords"), ("metadataPrefix", "oai_dc"), ("metadataPrefix", "oai_dc")], "badArgument"),
        ([("verb", "ListRecords"), ("metadataPrefix", "oai_dc"), ("from", "junk")], "badArgument"),
        ([("verb", "ListRecords"), ("metadataPrefix", "oai_dc"), ("until", "2026-03-32")], "badArgument"),
        ([("verb", "ListRecords"), ("metadataPrefix", "oai_dc"), ("from", "2026-03-02T12:00:00+01:00")], "badArgument"),
        (
            [("verb", "ListRecords"), ("metadataPrefix", "oai_dc"), ("from", "2026-03-02"), ("until", "2026-03-01")],
            "badArgument",
        ),
        (
            [
                *[("verb", "ListRecords"), ("metadataPrefix", "oai_dc")],
                *[("from", "2026-03-01"), ("until", "2026-03-01T12:00:00Z")],
            ],
            "badArgument",
        ),
        ([("verb", "ListRecords"), ("metadataPrefix", "oai_dc"), ("until", "2025-03-01")], "noRecordsMatch"),
        ([("verb", "ListRecords"), ("metadataPrefix", "oai_dc"), ("from", "2030-01-01T00:00:00Z")], "noRecordsMatch"),
        ([("verb", "ListRecords"), ("metadataPrefix", "oai_dc"), ("set", "really_no_set")], "noRecordsMatch"),
    ],
)
async def test_each_error_has_its_code(ask: Ask, arguments: list[tuple[str, str]], error: str) -> None:
    answer = await ask(*arguments)
    assert answer.error == error
    assert answer.repeated == ({} if error in ("badVerb", "badArgument") else dict(arguments))
