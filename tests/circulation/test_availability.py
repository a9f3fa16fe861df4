"""Which items can be had, for every base status and process type."""

from datetime import UTC, datetime

import pytest

from gateway.circulation.availability import BASE_STATUS, BASE_STATUS_CODES, PROCESS_TYPES, availability
from gateway.model import BaseStatus, Item, ProcessType

DUE = datetime(2026, 12, 31, tzinfo=UTC)
AVAILABLE = {(BaseStatus.IN_PLACE, None), (BaseStatus.IN_PLACE, ProcessType.REQUESTED)}


def item(base: BaseStatus, process: ProcessType | None) -> Item:
    """One that is due, whatever is done with it."""
    return Item(
        zone="xyz",
        barcode="1",
        holding="2",
        mms_id="3",
        policy="Book1",
        base_status=base,
        process_type=process,
        due_at=DUE,
    )


@pytest.mark.parametrize("base", BaseStatus)
@pytest.mark.parametrize("process", [None, *ProcessType])
def test_what_is_told_of_an_item(base: BaseStatus, process: ProcessType | None) -> None:
    told = availability(item(base, process))
    assert told.now is ((base, process) in AVAILABLE)
    assert told.words == (PROCESS_TYPES[process] if process else BASE_STATUS[base])
    assert told.due_at == (DUE if process is ProcessType.LOAN else None)
    assert told.policy == "Book1"


def test_every_status_has_its_words_and_code() -> None:
    assert {*BASE_STATUS} == {*BASE_STATUS_CODES} == {*BaseStatus}
    assert {*PROCESS_TYPES} == {*ProcessType}
    assert len({*PROCESS_TYPES.values()}) == len(ProcessType)
