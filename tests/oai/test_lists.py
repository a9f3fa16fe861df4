"""Lists of records and headers: pages and where they go on, dates, sets, what changes meanwhile."""

from pathlib import Path

import pytest
from lxml import etree

from gateway.frontends.oai.listing import PIECE
from gateway.marc.forms import marcxml
from gateway.marc.record import Record
from gateway.stores import open_store
from gateway.stores.base import Store
from tests.oai.repository import CODE, Answered, Repository, ids
from tests.publishing.zone import MAIN, ZONE, a_set, holding, tides
from tests.stores.conftest import KINDS
from tests.stores.nouns import record

Schema = etree.XMLSchema | None
HEADERS = "verb=ListIdentifiers&metadataPrefix=marc21"
RECORDS = "verb=ListRecords&metadataPrefix=marc21"
FIVE = ids(1, 2, 3, 4, 5)


def told(pages: list[Answered]) -> list[list[str]]:
    return [page.records for page in pages]


def shown(pages: list[Answered]) -> list[str]:
    return [mms_id for page in pages for mms_id in page.records]


async def filled(repository: Repository, mms_ids: list[str]) -> None:
    await repository.put(*[tides(mms_id) for mms_id in mms_ids])


class TestPages:
    @pytest.mark.parametrize("query", [HEADERS, RECORDS])
    @pytest.mark.parametrize(
        ("page", "sizes"), [(1, [1, 1, 1, 1, 1]), (2, [2, 2, 1]), (4, [4, 1]), (5, [5]), (100, [5])]
    )
    async def test_are_all_of_a_list(
        self, store: Store, schema: Schema, query: str, page: int, sizes: list[int]
    ) -> None:
        repository = Repository(store, schema, page=page)
        await filled(repository, FIVE)
        pages = await repository.list(query)
        assert [len(page.records) for page in pages] == sizes
        assert shown(pages) == FIVE

    @pytest.mark.parametrize(("dialect", "last"), [("alma", None), ("strict", "")])
    async def test_the_last_has_no_token_or_an_empty_one(
        self, store: Store, schema: Schema, dialect: str, last: str | None
    ) -> None:
        repository = Repository(store, schema, page=2, dialect=dialect)
        await filled(repository, FIVE)
        tokens = [page.token for page in await repository.list()]
        assert tokens == [f"all@all@@marc21@{FIVE[1]}", f"all@all@@marc21@{FIVE[3]}", last]

    @pytest.mark.parametrize("dialect", ["alma", "strict"])
    async def test_a_list_of_one_page_has_no_token(self, store: Store, schema: Schema, dialect: str) -> None:
        repository = Repository(store, schema, dialect=dialect)
        await filled(repository, FIVE)
        assert [page.token for page in await repository.list()] == [None]

    async def test_go_on_where_the_token_says(self, store: Store, schema: Schema) -> None:
        repository = Repository(store, schema, page=2)
        await filled(repository, FIVE)
        token = f"all@all@@marc21@{FIVE[2]}"
        answer = await repository.ask(f"verb=ListRecords&resumptionToken={token}")
        assert answer.records == FIVE[3:]
        assert answer.repeated == {"verb": "ListRecords", "resumptionToken": token}

    async def test_that_are_long_come_in_pieces(self, store: Store, schema: Schema) -> None:
        repository = Repository(store, schema, page=2 * PIECE + 50)
        many = ids(*range(3 * PIECE))
        await filled(repository, many)
        pages = await repository.list()
        assert [len(page.records) for page in pages] == [2 * PIECE + 50, PIECE - 50]
        assert shown(pages) == many

    async def test_in_pieces_end_where_the_list_ends(self, store: Store, schema: Schema) -> None:
        repository = Repository(store, schema, page=900, dialect="strict")
        many = ids(*range(2 * PIECE))
        await filled(repository, many)
        assert told(await repository.list()) == [many]

    @pytest.mark.parametrize(
        "token",
        ["1", "all@all@@marc21@", "all@all@Nobody@marc21@1", "all@all@@unimarc@1", "2026-02-30@all@@marc21@1"],
    )
    async def test_of_a_token_that_was_never_given_are_refused(self, store: Store, schema: Schema, token: str) -> None:
        repository = Repository(store, schema, a_set())
        answer = await repository.ask(f"verb=ListRecords&resumptionToken={token}")
        assert answer.error == "badResumptionToken"


class TestDates:
    @pytest.fixture
    async def repository(self, store: Store, schema: Schema) -> Repository:
        """The first three of 1 March, the others of the day after; published at noon."""
        repository = Repository(store, schema, page=2)
        for begin, end in ((0, 3), (3, 5)):
            await filled(repository, FIVE[begin:end])
            await repository.list()
            repository.later(24 * 3600)
        return repository

    @pytest.mark.parametrize(
        ("dates", "records"),
        [
            ("from=2026-03-01", FIVE),
            ("until=2026-03-02", FIVE),
            ("from=2026-03-01T12:00:00Z", FIVE),
            ("from=2026-03-01T12:00:01Z", FIVE[3:]),
            ("from=2026-03-02", FIVE[3:]),
            ("until=2026-03-01", FIVE[:3]),
            ("until=2026-03-01T12:00:00Z", FIVE[:3]),
            ("from=2026-03-02&until=2026-03-02", FIVE[3:]),
            ("from=2026-03-01T12:00:00Z&until=2026-03-01T12:00:00Z", FIVE[:3]),
        ],
    )
    async def test_are_the_first_and_the_last_second(
        self, repository: Repository, dates: str, records: list[str]
    ) -> None:
        pages = await repository.list(f"{RECORDS}&{dates}")
        assert shown(pages) == records

    @pytest.mark.parametrize(
        "dates", ["from=2026-03-04", "until=2026-02-28", "from=2026-03-01T12:00:01Z&until=2026-03-02T11:59:59Z"]
    )
    async def test_of_no_record(self, repository: Repository, dates: str) -> None:
        answer = await repository.ask(f"{RECORDS}&{dates}")
        assert answer.error == "noRecordsMatch"
        assert answer.repeated["verb"] == "ListRecords"

    async def test_stand_in_the_token(self, repository: Repository) -> None:
        first = await repository.ask(f"{RECORDS}&from=2026-03-01&until=2026-03-01")
        assert first.token == f"2026-03-01@2026-03-01@@marc21@{FIVE[1]}"

    async def test_are_those_of_what_is_published(self, repository: Repository) -> None:
        await repository.put(tides(FIVE[0], stamp="20260303120000.0", version=2))
        assert (await repository.ask(f"{HEADERS}&from=2026-03-03")).error == "noRecordsMatch"
        await repository.put(tides(FIVE[0], "High tides", version=3))
        answer = await repository.ask(f"{HEADERS}&from=2026-03-03")
        assert answer.records == FIVE[:1]
        assert answer.texts("//oai:datestamp") == ["2026-03-03T12:00:00Z"]


class TestSets:
    async def test_are_harvested_by_name(self, store: Store, schema: Schema) -> None:
        repository = Repository(store, schema, a_set("Physical", content="physical"), a_set("Whole"), page=2)
        await filled(repository, FIVE)
        await repository.shelve(MAIN, holding("22", FIVE[1]), holding("23", FIVE[4]))
        for key in ("Physical", "Whole"):
            await repository.publisher.run(ZONE, key, "run")
        assert told(await repository.list(f"{RECORDS}&set=Physical")) == [[FIVE[1], FIVE[4]]]
        assert told(await repository.list(RECORDS)) == [FIVE[:2], FIVE[2:4], FIVE[4:]]
        [first, *_] = await repository.list(f"{HEADERS}&set=Whole")
        assert first.texts("//oai:header[2]/oai:setSpec") == ["Physical", "Whole"]
        assert first.token == f"all@all@Whole@marc21@{FIVE[1]}"

    async def test_what_left_a_set_is_deleted_there(self, store: Store, schema: Schema) -> None:
        repository = Repository(store, schema, a_set("Physical", content="physical"), a_set("Whole"))
        await filled(repository, FIVE)
        await repository.shelve(MAIN, holding("22", FIVE[1]), holding("23", FIVE[4]))
        for key in ("Physical", "Whole"):
            await repository.publisher.run(ZONE, key, "run")
        await store.rearrange(ZONE, lambda stacks: stacks.remove_holding("22"))
        repository.later()
        await repository.publisher.run(ZONE, "Physical", "run")
        answer = await repository.ask(f"{RECORDS}&set=Physical")
        assert answer.records == [f"-{FIVE[1]}", FIVE[4]]
        assert answer.texts("//oai:header[@status]/oai:setSpec") == ["Physical", "Whole"]
        assert answer.texts("//oai:header/oai:identifier")[0] == f"oai:alma.{CODE}:{FIVE[1]}"
        assert FIVE[1] in (await repository.ask(RECORDS)).records

    @pytest.mark.parametrize("query", [HEADERS, RECORDS])
    @pytest.mark.parametrize("at_once", [True, False])
    async def test_who_harvests_one_is_told_what_left_it_and_who_harvests_all_that_it_changed(
        self, store: Store, schema: Schema, query: str, at_once: bool
    ) -> None:
        sets = (a_set("Rivers", query="title:rivers", at_once=at_once), a_set("Whole", at_once=at_once))
        repository = Repository(store, schema, *sets, page=2)

        async def run() -> None:
            for key in () if at_once else ("Rivers", "Whole"):
                await repository.publisher.run(ZONE, key, "run")

        await repository.put(*[tides(mms_id, "Rivers") for mms_id in FIVE])
        await run()
        assert shown(await repository.list(f"{query}&set=Rivers")) == FIVE
        repository.later()
        since = "from=2026-03-01T12:00:01Z"
        await repository.put(*[tides(mms_id, "Lakes", version=2) for mms_id in FIVE[1:4]])
        await run()
        gone = [f"-{mms_id}" for mms_id in FIVE[1:4]]
        pages = await repository.list(f"{query}&set=Rivers&{since}")
        assert told(pages) == [gone[:2], gone[2:]]
        assert [page.texts("(//oai:header)[1]/oai:setSpec") for page in pages] == [["Rivers", "Whole"]] * 2
        assert shown(await repository.list(f"{query}&set=Rivers")) == [FIVE[0], *gone, FIVE[4]]
        pages = await repository.list(f"{query}&{since}")
        assert shown(pages) == shown(await repository.list(f"{query}&{since}&set=Whole")) == FIVE[1:4]
        assert [page.texts("(//oai:header)[1]/oai:setSpec") for page in pages] == [["Whole"]] * 2
        one = await repository.ask(f"verb=GetRecord&metadataPrefix=marc21&identifier=oai:alma.{CODE}:{FIVE[1]}")
        assert (one.records, one.texts("//oai:setSpec")) == ([FIVE[1]], ["Whole"])
        repository.later()
        await repository.put(tides(FIVE[1], "Rivers again", version=3))
        await run()
        assert shown(await repository.list(f"{query}&set=Rivers&from=2026-03-01T12:00:02Z")) == [FIVE[1]]

    async def test_what_is_gone_is_in_the_set_that_is_harvested(self, store: Store, schema: Schema) -> None:
        repository = Repository(store, schema, a_set("A"), a_set("B"))
        await filled(repository, FIVE[:1])
        for key in ("A", "B"):
            await repository.publisher.run(ZONE, key, "run")
        await store.remove_record(ZONE, FIVE[0])
        for key in ("A", "B"):
            await repository.publisher.run(ZONE, key, "run")
        assert (await repository.ask(f"{HEADERS}&set=B")).texts("//oai:setSpec") == ["B"]
        assert (await repository.ask(HEADERS)).texts("//oai:setSpec") == []

    async def test_that_there_are_not(self, store: Store, schema: Schema) -> None:
        answer = await Repository(store, schema, a_set()).ask(f"{RECORDS}&set=Nobody")
        assert answer.error == "noRecordsMatch"
        assert answer.words == "No Publishing profile exists for given set and metadataPrefix"

    async def test_that_have_not_been_run_are_empty(self, store: Store, schema: Schema) -> None:
        repository = Repository(store, schema, a_set())
        await filled(repository, FIVE)
        assert (await repository.ask(RECORDS)).error == "noRecordsMatch"


class TestFormats:
    @pytest.mark.parametrize("prefix", ["oai_dc", "oai_qdc", "mods"])
    async def test_are_those_that_are_asked_for(self, store: Store, schema: Schema, prefix: str) -> None:
        repository = Repository(store, schema, page=2)
        await filled(repository, FIVE)
        await store.remove_record(ZONE, FIVE[0])
        pages = await repository.list(f"verb=ListRecords&metadataPrefix={prefix}")
        assert shown(pages) == FIVE[1:]
        assert all(len(page.texts("//oai:metadata/*")) == len(page.records) for page in pages)

    async def test_that_there_are_not(self, store: Store, schema: Schema) -> None:
        for query in ("verb=ListRecords&metadataPrefix=unimarc", "verb=ListIdentifiers&metadataPrefix=unimarc"):
            assert (await Repository(store, schema).ask(query)).error == "cannotDisseminateFormat"


class TestChangesMeanwhile:
    async def test_leave_out_nothing_and_show_nothing_twice(self, store: Store, schema: Schema) -> None:
        repository = Repository(store, schema, page=2)
        await filled(repository, FIVE)
        first = await repository.ask(RECORDS)
        assert first.records == FIVE[:2]
        repository.later()
        before, behind = ids(0, 9)
        await repository.put(tides(before), tides(behind), tides(FIVE[0], "Changed", version=2))
        await repository.put(tides(FIVE[3], "Changed", version=2))
        await store.remove_record(ZONE, FIVE[4])
        rest = [first]
        while rest[-1].token:
            rest.append(await repository.ask(f"verb=ListRecords&resumptionToken={rest[-1].token}"))
        assert shown(rest) == [*FIVE[:4], f"-{FIVE[4]}", behind]
        assert "Changed" in "".join(rest[1].tree.itertext())
        repository.later()
        changed = await repository.list(f"{HEADERS}&from=2026-03-01T12:00:01Z")
        assert shown(changed) == [before, FIVE[0], FIVE[3], f"-{FIVE[4]}", behind]

    async def test_what_was_shown_and_is_gone_is_told_as_deleted(self, store: Store, schema: Schema) -> None:
        repository = Repository(store, schema)
        await filled(repository, FIVE)
        await repository.list()
        repository.later()
        await store.remove_record(ZONE, FIVE[2])
        answer = await repository.ask(f"{RECORDS}&from=2026-03-01T12:00:01Z")
        assert answer.records == [f"-{FIVE[2]}"]

    @pytest.mark.parametrize("at_once", [True, False])
    async def test_who_asks_from_the_first_answer_on_may_be_told_twice_and_lacks_nothing(
        self, store: Store, schema: Schema, at_once: bool
    ) -> None:
        """Each page a second later than the one before; records behind and before it change meanwhile."""
        repository = Repository(store, schema, a_set(at_once=at_once), page=2)
        await filled(repository, FIVE)
        titles: dict[str, str] = {}
        since, version = "", 1
        for _ in range(3):
            if not at_once:
                await repository.publisher.run(ZONE, "ReShare", "run")
            pages = [await repository.ask(f"verb=ListRecords&metadataPrefix=oai_dc{since}")]
            while pages[-1].token:
                repository.later()
                version += 1
                await repository.put(*[tides(FIVE[at], f"Tides {version}", version=version) for at in (0, 4)])
                pages.append(await repository.ask(f"verb=ListRecords&resumptionToken={pages[-1].token}"))
            for page in pages:
                titles |= dict(zip(page.records, page.texts("//*[local-name()='title']"), strict=True))
            since = f"&from={pages[0].texts('//oai:responseDate')[0]}"
        assert titles == {**dict.fromkeys(FIVE, "Tides"), **dict.fromkeys([FIVE[0], FIVE[4]], f"Tides {version}")}

    async def test_that_leave_nothing_of_the_dates_end_the_list(self, store: Store, schema: Schema) -> None:
        repository = Repository(store, schema, page=4)
        await filled(repository, FIVE)
        first = await repository.ask(f"{RECORDS}&until=2026-03-01T12:00:00Z")
        repository.later()
        await repository.put(tides(FIVE[4], "Changed", version=2))
        await repository.list()
        answer = await repository.ask(f"verb=ListRecords&resumptionToken={first.token}")
        assert answer.error == "noRecordsMatch"


@pytest.mark.parametrize("kind", KINDS)
async def test_each_store_is_harvested(kind: str, tmp_path: Path, schema: Schema) -> None:
    async with open_store(KINDS[kind](tmp_path)) as store:
        repository = Repository(store, schema, a_set(at_once=True), a_set("Whole"), page=2)
        await filled(repository, FIVE)
        assert shown(await repository.list(f"{RECORDS}&set=ReShare")) == FIVE
        repository.later()
        await store.remove_record(ZONE, FIVE[1])
        await repository.put(tides(FIVE[3], "Changed", version=2))
        pages = await repository.list(f"{RECORDS}&set=ReShare&from=2026-03-01T12:00:01Z")
        assert shown(pages) == [f"-{FIVE[1]}", FIVE[3]]
        assert shown(await repository.list(HEADERS)) == [FIVE[0], f"-{FIVE[1]}", *FIVE[2:]]


@pytest.mark.parametrize("prefix", ["marc21", "oai_dc", "oai_qdc", "mods"])
async def test_real_records_make_valid_pages(store: Store, schema: Schema, conformance: Path, prefix: str) -> None:
    repository = Repository(store, schema, page=400)
    raws = (conformance / "marc" / "uva_2000_utf8.mrc").read_bytes().split(b"\x1d")[:-1]
    mms_ids = ids(*range(len(raws)))
    sound = {
        mms_id: raw
        for mms_id, raw in zip(mms_ids, [raw + b"\x1d" for raw in raws], strict=True)
        if not marcxml.objection(Record.parse(raw))
    }
    assert len(sound) > 1_900
    await repository.put(*[record(mms_id, marc=raw) for mms_id, raw in sound.items()])
    assert shown(await repository.list(f"verb=ListRecords&metadataPrefix={prefix}")) == [*sound]
