"""A library and ReShare: records from Connexion are harvested, looked up, lent and returned, each by its own protocol.

The steps are those of ReShare's "Alma integrations"; docs/reshare.md has them for people.
"""

from pathlib import Path

from tests.ncip.messages import DESIRED, LOAN, authentication, book, item, record, request, user
from tests.ncip.messages import reshare as message
from tests.scenarios.reshare import SET, Harvested, as_day, exchanges, joined
from tests.z3950.library import MMS_IDS

LANTERN, JOURNAL, POEMS = MMS_IDS["lantern"], MMS_IDS["journal"], MMS_IDS["poems"]
BOOK, OTHER, BORROWED = "31111200048340", "31111200048357", "BUOY-1"
SHELVES = (
    "mms_id,library,library_name,location,location_name,call_number,item_part,barcode,policy\n"
    f"{LANTERN},STALEY,Staley Library,stacks,Book Stacks,PE1408,.G585 2013,{BOOK},Book1\n"
    f"{POEMS},STALEY,Staley Library,stacks,Book Stacks,PR9199,.O9 2005,{OTHER},Book1\n"
)
PARTNERS, BEN = "RESHARE-PARTNERS", "21111200000025"
"""Who stands for the libraries that borrow, and somebody who does so himself."""
PIN = "lighthouse-4711"
PATRONS = f"barcode,name,group,pin\n{PARTNERS},Partner libraries,partner,\n{BEN},Ben Harbour,undergrad,{PIN}\n"
PROFILE = {
    "content": "physical",
    "enrichment": [
        {"tag": "852", "of": "holding", "subfields": {"b": "library", "c": "location", "h": "shelf_mark"}},
        {"tag": "952", "of": "item", "subfields": {"p": "barcode", "x": "available", "d": "due"}},
    ],
    "every_hours": 24,
}
STANDS = f"Staley Library, Book Stacks, PE1408 .G585 2013: {BOOK}"
UNCHANGED = Harvested(POEMS, [SET], ["852 $b STALEY $c stacks $h PR9199 .O9 2005", f"952 $p {OTHER} $x available"])


async def test_library_lends(tmp_path: Path) -> None:
    async with joined(tmp_path) as (library, reshare):
        # The catalogue. The journal has no holding: it is no physical title.
        await library.exports("lantern", "journal", "poems")
        await library.loads(SHELVES, PATRONS)
        assert await library.publishes(**PROFILE) == {"new": 2}
        last_harvest = await reshare.now()
        assert await reshare.harvests() == [the_book("available"), UNCHANGED]

        # A patron of another library wants the book; the auto-responder finds that it can be had.
        assert await reshare.sees(LANTERN) == [f"{STANDS} available"]
        assert await reshare.sees(JOURNAL) == []

        # It is set aside, and lent to the partners.
        assert (await reshare.does(message("LookupUser", user(PARTNERS), DESIRED)))[-1] == status("OK")
        asked = message("RequestItem", user(PARTNERS), record(LANTERN), request("RS-1"), LOAN)
        assert (await reshare.does(asked))[:2] == [is_request("RS-1"), is_item(BOOK)]
        asked = message("CheckOutItem", user(PARTNERS), item(BOOK), request("RS-1"))
        *lent, date = await reshare.does(asked)
        assert lent == [is_item(BOOK), is_user(PARTNERS)]
        due = date.removeprefix("DateDue ")
        assert await reshare.sees(LANTERN) == [f"{STANDS} unavailable until {as_day(due)}"]

        # The next run of the profile tells the harvester.
        assert await library.runs() == {"changed": 1, "unchanged": 1}
        assert the_book(f"unavailable $d {due[:19]}Z") in await reshare.harvests(last_harvest)

        # It comes back.
        assert await reshare.does(message("CheckInItem", item(BOOK))) == [is_item(BOOK), is_user(PARTNERS)]
        assert await reshare.sees(LANTERN) == [f"{STANDS} available"]
        assert await library.runs() == {"changed": 1, "unchanged": 1}
        assert await reshare.harvests() == [the_book("available"), UNCHANGED]
        again = await reshare.asks(message("CheckInItem", item(BOOK)))
        assert again.problem == f"Item Not Checked Out //CheckInItem/ItemId {BOOK}"

    assert await kept(library.store) == [
        f"xyz LookupUser {PARTNERS}",
        f"xyz RequestItem {PARTNERS} RS-1 {LANTERN}",
        f"xyz CheckOutItem {PARTNERS} {BOOK} RS-1",
        f"xyz CheckInItem {BOOK}",
        f"xyz CheckInItem {BOOK}: Item Not Checked Out",
    ]


async def test_library_borrows(tmp_path: Path) -> None:
    async with joined(tmp_path) as (library, reshare):
        await library.exports("lantern")
        await library.loads(SHELVES.partition(POEMS)[0], PATRONS)
        assert await library.publishes(**PROFILE) == {"new": 1}

        # Ben logs on to ReShare with barcode and PIN; once he mistypes it.
        wrong = await reshare.asks(message("LookupUser", authentication(BEN, f"{PIN}-wrong")))
        assert wrong.problem == f"User Authentication Failed //LookupUser/UserId {BEN}"
        assert (await reshare.does(message("LookupUser", authentication(BEN, PIN), DESIRED)))[-1] == status("OK")

        # What he asked for has come, and waits for him on the hold shelf: for the staff to see, and no other library.
        come = book("A history of buoys", "Seamark, Ida", "STALEY")
        asked = message("AcceptItem", request("RS-2"), user(BEN), item(BORROWED), come)
        assert await reshare.does(asked) == [is_request("RS-2"), is_item(BORROWED)]
        brief, *others = [mms_id for mms_id, title in (await library.catalogue()).items() if "buoys" in title]
        assert not others
        assert await reshare.sees(brief) == []
        assert await library.runs() == {"unchanged": 1}

        # He has it.
        *lent, date = await reshare.does(message("CheckOutItem", user(BEN), item(BORROWED)))
        assert lent == [is_item(BORROWED), is_user(BEN)]
        assert await library.lends() == {BORROWED: as_day(date.removeprefix("DateDue "))}
        assert await reshare.sees(brief) == []

        # It goes back, and nothing of it stays.
        assert await reshare.does(message("CheckInItem", item(BORROWED))) == [is_item(BORROWED), is_user(BEN)]
        assert [*await library.catalogue()] == [LANTERN]

    assert await kept(library.store) == [
        f"xyz LookupUser {BEN}: User Authentication Failed",
        f"xyz LookupUser {BEN}",
        f"xyz AcceptItem {BEN} {BORROWED} RS-2",
        f"xyz CheckOutItem {BEN} {BORROWED}",
        f"xyz CheckInItem {BORROWED}",
    ]


async def kept(store: Path) -> list[str]:
    """Of each exchange that was kept what people see first. No PIN is in any of them, nor anywhere in the store."""
    found = await exchanges(store)
    for one in found:
        assert b"NCIPMessage" in one.asked
        assert one.asked.count(b"AuthenticationInputData>***</") == one.asked.count(b"<ns1:AuthenticationInputData>")
    assert [file.name for file in store.parent.iterdir() if PIN.encode() in file.read_bytes()] == []
    return [f"{one.zone} {one.service} {one.subject}{one.problem and f': {one.problem}'}" for one in found]


def the_book(availability: str) -> Harvested:
    """As it is harvested while its item is so."""
    added = ["852 $b STALEY $c stacks $h PE1408 .G585 2013", f"952 $p {BOOK} $x {availability}"]
    return Harvested(LANTERN, [SET], added)


def is_item(barcode: str) -> str:
    return f"ItemId/ItemIdentifierValue {barcode}"


def is_user(barcode: str) -> str:
    return f"UserId/UserIdentifierValue {barcode}"


def is_request(number: str) -> str:
    return f"RequestId/RequestIdentifierValue {number}"


def status(word: str) -> str:
    """What ReShare goes by when it asks whether somebody may borrow."""
    return f"UserOptionalFields/UserPrivilege/UserPrivilegeStatus/UserPrivilegeStatusType {word}"
