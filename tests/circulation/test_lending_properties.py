"""Whatever people do in whatever order: items say what is known of them, and nobody waits for what stands there."""

from collections.abc import Awaitable, Callable
from contextlib import suppress

from hypothesis import given
from hypothesis import strategies as st

from gateway.circulation.lending import Refused, RequestWanted
from gateway.circulation.lending.shelf import HELD, is_free
from gateway.model import Item, Loan, ProcessType, Request
from tests.circulation.counter import Counter, open_counter

ITEMS = ("11", "12", "13", "31")
PATRONS = ("jane", "max", "partner", "visitor")

items = st.sampled_from(ITEMS)
patrons = st.sampled_from(PATRONS)
numbers = st.integers(0, 5)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("request a record"), st.sampled_from(["A", "B"]), patrons),
        st.tuples(st.just("request an item"), items, patrons),
        st.tuples(st.just("recall"), items, patrons),
        st.tuples(st.just("cancel"), numbers, st.just("")),
        st.tuples(st.just("fetch"), numbers, st.sampled_from(["", *ITEMS])),
        st.tuples(st.just("check out"), items, patrons),
        st.tuples(st.just("check in"), items, st.just("")),
        st.tuples(st.just("renew"), items, patrons),
    ),
    max_size=40,
)


async def do(counter: Counter, step: tuple[str, str | int, str]) -> None:
    """A step; one that is refused, too."""
    counter.later()
    what, which, who = step
    _, requests = await things(counter)
    id_ = requests[which % len(requests)].id if isinstance(which, int) and requests else "none"
    item = str(which)
    lender = counter.lender
    ways: dict[str, Callable[[], Awaitable[object]]] = {
        "request a record": lambda: lender.request("xyz", RequestWanted(mms_id=item, patron=who)),
        "request an item": lambda: lender.request("xyz", RequestWanted(item=item, patron=who)),
        "recall": lambda: lender.recall("xyz", item=item, wanted=RequestWanted(patron=who)),
        "cancel": lambda: lender.cancel("xyz", id_=id_),
        "fetch": lambda: lender.check_out("xyz", request=id_, item=who),
        "check out": lambda: lender.check_out("xyz", item=item, patron=who),
        "check in": lambda: lender.check_in("xyz", item=item),
        "renew": lambda: lender.renew("xyz", item=item, patron=who),
    }
    with suppress(Refused):
        await ways[what]()


async def things(counter: Counter) -> tuple[dict[str, Loan], list[Request]]:
    """Loans by item, and requests."""
    store = counter.store
    return {loan.item: loan for loan in await store.loans("xyz")}, await store.requests("xyz")


def faults(item: Item, loans: dict[str, Loan], requests: list[Request]) -> list[str]:
    """What does not go together."""
    loan = loans.get(item.barcode)
    has_it = [one for one in requests if one.item == item.barcode]
    waits = [one for one in requests if one.mms_id == item.mms_id and one.item in ("", item.barcode)]
    if item.policy == "Reserve":
        waits = [one for one in waits if one.patron != "visitor"]
    wrong = {
        "lent without a loan": (item.process_type is ProcessType.LOAN) != (loan is not None),
        "due at another time": item.due_at != (loan.due_at if loan else None),
        "held for nobody": item.process_type in HELD and not has_it,
        "free, and somebody waits": is_free(item) and bool(waits),
    }
    return [f"{item.barcode} is {fault}" for fault, applies in wrong.items() if applies]


@given(steps)
async def test_what_is_known_goes_together(steps: list[tuple[str, str | int, str]]) -> None:
    async with open_counter() as counter:
        for step in steps:
            await do(counter, step)
            loans, requests = await things(counter)
            for barcode in ITEMS:
                item = await counter.store.item("xyz", barcode)
                assert item is not None
                assert faults(item, loans, requests) == [], step
