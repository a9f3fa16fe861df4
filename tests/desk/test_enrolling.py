"""Files of patrons into a zone: who is made, who is changed, and what becomes of their PINs."""

from collections.abc import AsyncIterator

import pytest
import trio

from gateway.desk import enrolling, passwords, patrons
from gateway.desk.enrolling import PatronsLoaded
from gateway.errors import Unusable
from gateway.model import Patron
from gateway.stores import open_store
from gateway.stores.base import Store

HEAD = "barcode,name,group,pin"


@pytest.fixture
async def store() -> AsyncIterator[Store]:
    """A store in memory."""
    async with open_store("memory:") as store:
        yield store


async def load(store: Store, text: str, *, dry_run: bool = False) -> tuple[int, int]:
    """How many patrons of a file were made, and how many changed."""
    lines = await enrolling.read("a.csv", text.encode())
    told = await enrolling.load(store, "xyz", lines, dry_run=dry_run)
    assert told == PatronsLoaded("xyz", len(lines), told.made, told.changed)
    return told.made, told.changed


async def the_patron(store: Store, barcode: str = "7") -> Patron:
    """Whoever has this barcode."""
    lent = await store.lent("xyz", barcode)
    assert lent is not None
    return lent.patron


async def test_lines_make_and_change_patrons_once(store: Store) -> None:
    assert await load(store, f"{HEAD}\n7,Doe,staff,\n8,Roe,staff,\n") == (2, 0)
    assert await load(store, f"{HEAD}\n7,Doe,staff,\n8,Roe,faculty,\n9,Poe,,\n") == (1, 1)
    assert await load(store, f"{HEAD}\n7,Doe,staff,\n8,Roe,faculty,\n9,Poe,,\n") == (0, 0)
    assert [one.group for one in (await patrons.listed(store, "xyz")).patrons] == ["staff", "faculty", ""]


async def test_pin_is_kept_as_its_hash(store: Store) -> None:
    assert await load(store, f"{HEAD}\n7,Doe,,4711\n") == (1, 0)
    kept = (await the_patron(store)).pin
    assert kept.startswith("$argon2id$")
    assert passwords.opens(kept, "4711")
    assert await load(store, f"{HEAD}\n7,Doe,,4711\n") == (0, 0)
    assert await load(store, f"{HEAD}\n7,Doe,,\n") == (0, 0)
    assert (await the_patron(store)).pin == kept
    assert await load(store, f"{HEAD}\n7,Doe,,0815\n") == (0, 1)
    assert not passwords.opens((await the_patron(store)).pin, "4711")


async def test_pin_may_be_given_as_its_hash(store: Store) -> None:
    kept = passwords.hash_of("4711")
    await load(store, f'{HEAD}\n7,Doe,,"{kept}"\n')
    assert (await the_patron(store)).pin == kept


@pytest.mark.parametrize(
    ("pin", "words"),
    [
        ("1" * 101, "pin has 101 characters; at most 100 can be kept"),
        ("47\t11", "pin has a character that nobody sees, U+0009"),
        ("$argon2id$v=19$odd", "pin is a damaged hash; make it anew with: gateway config hash-password"),
    ],
)
async def test_pin_that_cannot_be_is_not_told(store: Store, pin: str, words: str) -> None:
    with pytest.raises(Unusable) as caught:
        await load(store, f"{HEAD}\n7,Doe,,\n8,Roe,,{pin}\n")
    assert str(caught.value) == f"a.csv, line 3: {words}"


async def test_so_many_pins_are_worked_out(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(enrolling, "PINS", 1)
    hash_ = "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHQ$cmFuZG9tIGRpZ2VzdCB0aGF0IGlzIDMyIGJ5dGVzIQ"
    assert await load(store, f'{HEAD}\n7,Doe,,"{hash_}"\n8,Roe,,\n9,Poe,,1\n') == (3, 0)
    with pytest.raises(Unusable, match=r"^a\.csv has 2 PINs in clear; at most 1 are worked out"):
        await load(store, f"{HEAD}\n7,Doe,,1\n8,Roe,,2\n")


async def test_dry_run_keeps_nothing(store: Store) -> None:
    assert await load(store, f"{HEAD}\n7,Doe,,4711\n", dry_run=True) == (1, 0)
    assert (await patrons.listed(store, "xyz")).patrons == ()


async def test_file_longer_than_a_transaction_is_loaded_whole(store: Store) -> None:
    lines = [f"{number:04},Doe,," for number in range(enrolling.LINES_AT_ONCE + 1)]
    told: list[int] = []
    read = await enrolling.read("a.csv", "\n".join([HEAD, *lines]).encode())
    with trio.fail_after(30):
        done = await enrolling.load(store, "xyz", read, tell=told.append)
    assert (done.made, told) == (enrolling.LINES_AT_ONCE + 1, [enrolling.LINES_AT_ONCE, 1])
