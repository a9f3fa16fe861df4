"""The verbs that are no lists, who may ask, and Alma's own errors."""

import re
from ipaddress import ip_address
from urllib.parse import quote

import pytest
import trio
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from structlog.testing import capture_logs

from gateway.errors import NotFound, StoreError
from gateway.frontends.http.views import Asked
from gateway.frontends.oai.layout import IDENTIFIERS
from gateway.frontends.oai.server import Oai
from gateway.model import Repository as Said
from gateway.publishing import Publisher
from gateway.stores import open_store
from gateway.stores.base import Store
from tests.oai.repository import CODE, HOSTS, OTHER_HOST, PATH, URL, ZONES, Answered, Repository, ids
from tests.publishing.zone import AT_852, MAIN, ZONE, a_set, holding, tides

Schema = etree.XMLSchema | None
_REPOSITORY = r"[a-zA-Z][a-zA-Z0-9\-]*(\.[a-zA-Z][a-zA-Z0-9\-]*)+"
OF_IDENTIFIERS = {
    "scheme": "oai",
    "repositoryIdentifier": _REPOSITORY,
    "delimiter": ":",
    "sampleIdentifier": rf"oai:{_REPOSITORY}:[a-zA-Z0-9\-_.!~*'();/?:@&=+$,%]+",
}
"""Elements of what a repository says of its identifiers, in their order, and what its schema lets stand there."""
ONE, TWO = ids(1, 2)


class TestIdentify:
    async def test_says_what_the_repository_is(self, store: Store, schema: Schema) -> None:
        repository = Repository(store, schema)
        await repository.put(tides(ONE))
        await repository.ask("verb=ListRecords&metadataPrefix=marc21")
        repository.later(3_600)
        answer = await repository.ask("verb=Identify")
        assert answer.repeated == {"verb": "Identify"}
        told = {etree.QName(one).localname: one.text for one in answer.tree.find("{*}Identify")}
        assert told == {
            "repositoryName": CODE,
            "baseURL": URL,
            "protocolVersion": "2.0",
            "adminEmail": "nobody@gateway.invalid",
            "earliestDatestamp": "2026-03-01T12:00:00Z",
            "deletedRecord": "transient",
            "granularity": "YYYY-MM-DDThh:mm:ssZ",
            "description": None,
        }
        assert answer.texts("//oai:responseDate") == ["2026-03-01T13:00:00Z"]
        assert answer.tree.findtext(".//{*}repositoryIdentifier") == f"alma.{CODE}"

    @pytest.mark.parametrize(
        ("code", "described"),
        [
            ("CARLI", True),
            ("carli-1", True),
            ("Carli.XYZ", True),
            (CODE, False),
            ("CARLI_XYZ", False),
            ("CARLI.1", False),
            ("CARLI.", False),
            ("-CARLI", False),
            ("C\xc4RLI", False),
        ],
    )
    async def test_says_of_identifiers_what_their_schema_allows(
        self, store: Store, schema: Schema, code: str, described: bool
    ) -> None:
        repository = Repository(store, schema, dialect="strict")
        repository.called(code)
        answer = await repository.ask("verb=Identify")
        told = {etree.QName(one).localname: one.text for one in answer.tree.iterfind(f".//{{{IDENTIFIERS}}}*/*")}
        assert [*told] == ([*OF_IDENTIFIERS] if described else [])
        assert [name for name, text in told.items() if not re.fullmatch(OF_IDENTIFIERS[name], text)] == []
        await repository.put(tides(ONE))
        headers = await repository.ask("verb=ListIdentifiers&metadataPrefix=marc21")
        assert headers.texts("//oai:identifier") == [f"oai:alma.{code}:{ONE}"]
        assert bool(re.fullmatch(OF_IDENTIFIERS["sampleIdentifier"], f"oai:alma.{code}:{ONE}")) == described

    async def test_a_code_with_what_xml_has_for_itself_is_told_as_it_is(self, store: Store, schema: Schema) -> None:
        repository = Repository(store, schema)
        repository.called("A&B<C")
        await repository.put(tides(ONE))
        identifier = f"oai:alma.A&B<C:{ONE}"
        for query in (
            "verb=ListRecords&metadataPrefix=oai_dc",
            f"verb=GetRecord&metadataPrefix=oai_dc&identifier={quote(identifier)}",
        ):
            assert (await repository.ask(query)).texts("//oai:identifier") == [identifier]


class TestFormats:
    async def test_are_those_of_the_repository(self, store: Store, schema: Schema) -> None:
        answer = await Repository(store, schema).ask("verb=ListMetadataFormats")
        assert answer.texts("//oai:metadataPrefix") == ["marc21", "oai_dc", "oai_qdc", "mods"]
        assert answer.texts("//oai:metadataNamespace")[0] == "http://www.loc.gov/MARC21/slim"
        answer = await Repository(store, schema, prefixes=("oai_dc",)).ask("verb=ListMetadataFormats")
        assert answer.texts("//oai:metadataPrefix") == ["oai_dc"]

    async def test_are_those_of_each_record(self, store: Store, schema: Schema) -> None:
        repository = Repository(store, schema)
        await repository.put(tides(ONE))
        answer = await repository.ask(f"verb=ListMetadataFormats&identifier=oai:alma.{CODE}:{ONE}")
        assert len(answer.texts("//oai:metadataPrefix")) == 4
        answer = await repository.ask(f"verb=ListMetadataFormats&identifier=oai:alma.{CODE}:{TWO}")
        assert answer.error == "idDoesNotExist"


class TestSets:
    async def test_are_the_profiles(self, store: Store, schema: Schema) -> None:
        answer = await Repository(store, schema, a_set("ReShare"), a_set("EDS")).ask("verb=ListSets")
        assert answer.texts("//oai:setSpec") == ["EDS", "ReShare"]
        assert answer.texts("//oai:setName") == ["EDS", "ReShare"]

    async def test_are_none_where_a_zone_publishes_everything(self, store: Store, schema: Schema) -> None:
        repository = Repository(store, schema)
        await repository.put(tides(ONE))
        for query in ("verb=ListSets", "verb=ListRecords&metadataPrefix=marc21&set=ReShare"):
            answer = await repository.ask(query)
            assert (answer.error, answer.words) == ("noSetHierarchy", "The repository does not support sets")

    async def test_are_not_given_in_pages(self, store: Store, schema: Schema) -> None:
        answer = await Repository(store, schema, a_set()).ask("verb=ListSets&resumptionToken=1")
        assert answer.error == "badResumptionToken"


class TestOneRecord:
    @pytest.mark.parametrize(
        ("prefix", "root"), [("marc21", "record"), ("oai_dc", "dc"), ("oai_qdc", "qualifieddc"), ("mods", "mods")]
    )
    async def test_in_each_format(self, store: Store, schema: Schema, prefix: str, root: str) -> None:
        repository = Repository(store, schema)
        await repository.put(tides(ONE, "Tides & <waves>"))
        asked = f"oai:alma.{CODE}:{ONE}"
        answer = await repository.ask(f"verb=GetRecord&identifier={asked}&metadataPrefix={prefix}")
        assert answer.repeated == {"verb": "GetRecord", "identifier": asked, "metadataPrefix": prefix}
        assert answer.texts("//oai:header/oai:identifier") == [asked]
        [element] = answer.tree.find(".//{*}metadata")
        assert etree.QName(element).localname == root
        assert "Tides & <waves>" in "".join(element.itertext())
        assert element.get("{http://www.w3.org/2001/XMLSchema-instance}schemaLocation")

    async def test_with_every_set_of_it(self, store: Store, schema: Schema) -> None:
        repository = Repository(store, schema, a_set("B"), a_set("A"), a_set("C", mms_ids=(TWO,)))
        await repository.put(tides(ONE), tides(TWO))
        for key in ("A", "B", "C"):
            await repository.publisher.run(ZONE, key, "run")
        answer = await repository.ask(f"verb=GetRecord&identifier=oai:alma.{CODE}:{TWO}&metadataPrefix=marc21")
        assert answer.texts("//oai:setSpec") == ["A", "B", "C"]

    async def test_with_its_holdings(self, store: Store, schema: Schema) -> None:
        repository = Repository(store, schema, a_set(enrichment=(AT_852,)))
        await repository.put(tides(ONE))
        await repository.shelve(MAIN, holding("22", ONE))
        await repository.publisher.run(ZONE, "ReShare", "run")
        answer = await repository.ask(f"verb=GetRecord&identifier=oai:alma.{CODE}:{ONE}&metadataPrefix=marc21")
        assert answer.texts("//*[@tag='852']/*[@code='b']") == ["MAIN"]

    async def test_that_is_deleted(self, store: Store, schema: Schema) -> None:
        repository = Repository(store, schema)
        await repository.put(tides(ONE))
        await repository.ask("verb=ListRecords&metadataPrefix=marc21")
        await store.remove_record(ZONE, ONE)
        answer = await repository.ask(f"verb=GetRecord&identifier=oai:alma.{CODE}:{ONE}&metadataPrefix=marc21")
        assert answer.records == [f"-{ONE}"]
        assert answer.texts("//oai:metadata") == []

    @pytest.mark.parametrize(
        "identifier",
        [
            f"oai:alma.{CODE}:{TWO}",
            f"oai:alma.01CARLI_ABC:{ONE}",
            f"oai:alma.{CODE}:",
            f"oai:alma.{CODE}:x",
            f"oai:alma.{CODE}:%D9%A1",
            ONE,
            "invalid%22id",
            "%F0%9F%8C%8A",
        ],
    )
    async def test_that_was_never_there(self, store: Store, schema: Schema, identifier: str) -> None:
        repository = Repository(store, schema)
        await repository.put(tides(ONE))
        answer = await repository.ask(f"verb=GetRecord&identifier={identifier}&metadataPrefix=marc21")
        assert answer.error == "idDoesNotExist"

    async def test_in_a_format_that_there_is_not(self, store: Store, schema: Schema) -> None:
        repository = Repository(store, schema)
        await repository.put(tides(ONE))
        answer = await repository.ask(f"verb=GetRecord&identifier=oai:alma.{CODE}:{ONE}&metadataPrefix=unimarc")
        assert answer.error == "cannotDisseminateFormat"
        assert answer.words == "there is no unimarc; there are marc21, oai_dc, oai_qdc, mods"


class TestAsking:
    async def test_by_post_is_by_the_body(self, store: Store, schema: Schema) -> None:
        answer = await Repository(store, schema, a_set()).ask("verb=Identify", body=b"verb=ListSets")
        assert answer.texts("//oai:setSpec") == ["ReShare"]

    @pytest.mark.parametrize(
        ("query", "error"),
        [
            ("", "badVerb"),
            ("verb=x%00%3C", "badVerb"),
            ("verb=ListRecords", "badArgument"),
            ("verb=Identify&x=%3Cy%3E", "badArgument"),
            ("verb=GetRecord&metadataPrefix=marc21&identifier=%00", "badArgument"),
            ("verb=GetRecord&metadataPrefix=marc21&identifier=%ff", "badArgument"),
            ("verb=ListRecords&metadataPrefix=marc21&from=2026-02-30", "badArgument"),
            ("&".join(["verb=Identify"] * 101), "badArgument"),
        ],
    )
    async def test_wrongly_repeats_no_arguments(self, store: Store, schema: Schema, query: str, error: str) -> None:
        answer = await Repository(store, schema).ask(query)
        assert (answer.error, answer.repeated) == (error, {})

    async def test_a_code_that_stands_at_several_hosts_is_that_of_the_host(self, store: Store, schema: Schema) -> None:
        repository = Repository(store, schema, a_set())
        assert (await repository.ask("verb=ListSets")).error == ""
        assert (await repository.ask("verb=ListSets", hosts=[OTHER_HOST])).error == "noSetHierarchy"

    async def test_a_code_that_stands_at_another_host_alone_is_no_institution(
        self, store: Store, schema: Schema
    ) -> None:
        answer = await Repository(store, schema).ask("verb=Identify", hosts=["elsewhere"])
        assert answer.words == "OAI Repository definition doesnt exist for this Institution"

    async def test_what_is_behind_the_path_is_no_matter(self, store: Store, schema: Schema) -> None:
        assert (await Repository(store, schema).ask("verb=Identify", path=f"{PATH}/oai")).error == ""


class TestAlmasErrors:
    @pytest.mark.parametrize(
        ("path", "words"),
        [
            ("oai", "Problem with url - institution code is missing"),
            ("oai/request", "Problem with url - institution code is missing"),
            ("oai/01NOBODY/request", "OAI Repository definition doesnt exist for this Institution"),
        ],
    )
    async def test_of_the_path(self, store: Store, schema: Schema, path: str, words: str) -> None:
        answer = await Repository(store, schema).ask("verb=Identify", path=path)
        assert (answer.status, answer.words) == (200, words)

    async def test_of_a_repository_that_is_not_active(self, store: Store, schema: Schema) -> None:
        answer = await Repository(store, schema, active=False).ask("verb=Identify")
        assert answer.words == "OAI Repository is not active for this Institution"

    async def test_of_an_address_that_may_not(self, store: Store, schema: Schema) -> None:
        repository = Repository(store, schema, addresses=("192.0.2.0/24", "2001:db8::/32"))
        for address, status in (("192.0.2.9", 200), ("2001:db8::1", 200), ("127.0.0.1", 403), ("::1", 403)):
            answer = await repository.ask("verb=Identify", address=address)
            assert answer.status == status
        assert answer.tree.findtext(".//error_code") == "21"
        assert "Unauthorized access to the OAI services \N{EN DASH} please contact" in "".join(answer.tree.itertext())

    @pytest.mark.parametrize(
        ("network", "within", "outside"),
        [
            ("::ffff:192.0.2.0/120", "192.0.2.9", "192.0.3.9"),
            ("::ffff:192.0.2.9", "192.0.2.9", "192.0.2.8"),
            ("::/0", "2001:db8::1", "192.0.2.9"),
            ("0.0.0.0/0", "192.0.2.9", "2001:db8::1"),
        ],
    )
    async def test_of_an_address_that_was_written_otherwise(
        self, store: Store, schema: Schema, network: str, within: str, outside: str
    ) -> None:
        repository = Repository(store, schema, addresses=(network,))
        asked = [await repository.ask("verb=Identify", address=address) for address in (within, outside)]
        assert [answer.status for answer in asked] == [200, 403]


class Down(Publisher):
    """Its store does not answer."""

    async def repository(self, zone: str) -> Said:
        raise StoreError(f"zone {zone} cannot be read")


async def test_when_the_store_does_not_answer_harvesters_are_to_come_back(store: Store) -> None:
    oai = Oai(Down(store, {}), ZONES)
    with capture_logs() as logs:
        answer = await oai.answer(Asked("GET", PATH, HOSTS, b"verb=Identify", b"", "", ip_address("127.0.0.1"), URL))
    assert (answer.status, dict(answer.headers)) == (503, {b"retry-after": b"10"})
    assert [(line["event"], line["error"]) for line in logs] == [("oai.failed", "zone xyz cannot be read")]


async def test_another_path_leads_nowhere(store: Store, schema: Schema) -> None:
    with pytest.raises(NotFound, match=f"OAI-PMH is at oai/{CODE}/request"):
        await Repository(store, schema).ask("verb=Identify", path=f"oai/{CODE}/other")


@settings(max_examples=50)
@given(st.binary() | st.text("verb=ListRcodsmtaPfix&%@0129-TZ").map(str.encode))
def test_whatever_is_asked_the_answer_is_valid(schema: Schema, query: bytes) -> None:
    async def answered() -> bytes:
        async with open_store("memory:") as store:
            asked = Asked("POST", PATH, HOSTS, b"", query, "", ip_address("127.0.0.1"), URL)
            answer = await Oai(Publisher(store, {}), ZONES).answer(asked)
        assert isinstance(answer.body, bytes)
        return answer.body

    Answered(trio.run(answered), schema)
