"""Two thousand real records over the wire, from either kind of client."""

from pathlib import Path

import pytest
import trio

from gateway import app, config
from gateway.frontends.connexion.client import Destination, sending
from gateway.frontends.connexion.readings import LengthForm
from gateway.marc.splitting import split_records
from gateway.stores import open_store
from tests.server.running import HOST, LOGON, overrides

PATIENCE = 600.0


async def export(port: int, records: list[bytes], form: LengthForm) -> list[str]:
    """The MMS ID that each record was answered with; every one is filed."""
    answered = []
    destination = Destination(address="127.0.0.1", port=port, logon=LOGON, form=form, retries=0, keep_open=True)
    async with sending(destination) as sender:
        for record in records:
            sent = await sender.send(record)
            assert sent.filed, sent
            answered.append(sent.mms_id)
    return answered


@pytest.mark.long
async def test_the_load_corpus_is_filed_in_both_forms_and_the_second_time_changes_nothing(
    tmp_path: Path, conformance: Path
) -> None:
    records = split_records((conformance / "marc" / "uva_2000_utf8.mrc").read_bytes())
    url = f"sqlite:{tmp_path / 'gateway.db'}"
    with trio.fail_after(PATIENCE):
        async with app.running(config.load(overrides=overrides(f"store.url={url}"))) as running:
            port = running.connexion[HOST].port
            desktop = await export(port, records, "desktop")
            browser = await export(port, records, "browser")
        async with open_store(url, purpose="read") as store:
            first = [len(await store.versions("xyz", mms_id)) for mms_id in desktop]
    assert len(records) == 2_000
    again = [(one, versions) for one, other, versions in zip(desktop, browser, first, strict=True) if one == other]
    assert len(again) == 1_836  # the others bear no OCLC number and are created anew
    assert sum(versions == 1 for _, versions in again) == 1_832  # two pairs share one, and overlay each other
