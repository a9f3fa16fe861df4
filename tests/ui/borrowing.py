"""A small library that lends, in a gateway that is looked at: a record with two items, and patrons."""

from typing import Any

from tests.web import Browser

MMS_ID = "9910000000015867"
RECORD = f"/zones/xyz/records/{MMS_ID}"
TITLE = "The lantern keepers of Harrow Quay"
"""How the record's begins."""
FIRST, SECOND = "31111200048340", "31111200048357"
"""Barcodes of its items."""
ADA, BEN, CARLA = "21111200000017", "21111200000025", "21111200000033"
PATRONS = f"""barcode,name,group,email,pin,expires,blocks
{ADA},"Rivers, Ada",faculty,ada.rivers@example.org,,2096-06-30,
{BEN},"Harbour, Ben",undergrad,,,,Owes a fine|Lost a key
{CARLA},"Quay, Carla",undergrad,,,2026-01-31,
d 4/4,"Shore, Dan",,,,,
"""
DAN = "d 4/4"
"""Who may borrow: all but Ben, who is blocked, and Carla, who has expired."""
ITEMS = f"mms_id,library,location,barcode\n{MMS_ID},MAIN,stacks,{FIRST}\n{MMS_ID},MAIN,stacks,{SECOND}\n"


async def fill(browser: Browser) -> None:
    """Export the record, and load items and patrons."""
    await browser.exports("monograph")
    for what, content in (("holdings", ITEMS), ("patrons", PATRONS)):
        answer = await browser.client.post(f"/api/v1/zones/xyz/{what}", content=content)
        assert answer.is_success, answer.text


async def change(browser: Browser, path: str, **body: Any) -> Any:
    """What the API answers to this below the zone."""
    answer = await browser.client.post(f"/api/v1/zones/xyz/{path}", json=body)
    assert answer.is_success, answer.text
    return answer.json()
