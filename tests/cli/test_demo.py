"""`gateway demo load`: the demo set, and that it has what its document says."""

import json
from pathlib import Path

import pytest

from gateway.circulation import patron_files
from gateway.circulation.availability import PROCESS_TYPES
from gateway.circulation.files import read
from gateway.desk import demo
from gateway.desk.lessons.lesson import RESERVED as OF_LESSONS
from gateway.marc.forms import mrk
from gateway.marc.identifiers import identifiers, oclc_numbers
from gateway.marc.record import Record
from gateway.model import BaseStatus, ProcessType

from .gateways import Gateway, run, words

FOLDER = Path(demo.__file__).parent
RECORDS = [record for record in mrk.read([(FOLDER / "records.mrk").read_bytes()]) if isinstance(record, Record)]
LINES = read("holdings.toml", (FOLDER / "holdings.toml").read_bytes(), "xyz").lines
SEED = "31111200048340"


@pytest.fixture
def options(store: str) -> tuple[str, str]:
    """What makes a command use a store that is not there yet."""
    return "--set", f"store.url={store}"


def listed(*arguments: str) -> list[dict]:
    """What is listed, all of it."""
    result = run(*arguments, "--json", "--limit", "0")
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_loads_records_and_holdings(options):
    result = run("demo", "load", *options)
    assert result.exit_code == 0, words(result)
    assert result.stderr.splitlines() == [
        "18 records of the demo set in zone xyz, 18 of them new",
        "20 lines for zone xyz: 2 libraries, 18 holdings and 20 items were made; "
        "0 holdings and 0 items were changed; 0 lines refused",
        "3 lines for zone xyz: 3 patrons were made, 0 changed",
    ]
    assert len(listed("records", "list", *options)) == 18
    assert len(listed("holdings", "list", "--items", *options)) == 20


def test_again_it_changes_nothing(options):
    run("demo", "load", *options)
    before = listed("holdings", "list", "--items", *options)
    result = run("demo", "load", "--json", *options)
    told = json.loads(result.stdout)
    assert (told["records"], told["made"]) == (18, 0)
    assert (told["shelves"]["holdings_made"], told["shelves"]["items_changed"]) == (0, 0)
    assert (told["patrons"]["made"], told["patrons"]["changed"]) == (0, 0)
    assert listed("holdings", "list", "--items", *options) == before


def test_again_it_makes_what_is_missing(options):
    run("demo", "load", *options)
    run("records", "delete", listed("records", "list", *options)[0]["mms_id"], *options)
    told = json.loads(run("demo", "load", "--json", *options).stdout)
    assert (told["made"], told["shelves"]["holdings_made"], told["shelves"]["items_made"]) == (1, 1, 1)


def test_barcode_of_another_record_is_told(options, tmp_path):
    run("demo", "load", *options)
    first, second = [one["mms_id"] for one in listed("records", "list", *options)][:2]
    taken = tmp_path / "taken.csv"
    run("records", "delete", first, *options)
    taken.write_text(f"mms_id,library,location,barcode\n{second},MAIN,stacks,{SEED}\n", "utf-8")
    assert run("holdings", "load", taken, *options).exit_code == 0
    result = run("demo", "load", *options)
    assert result.exit_code == 1
    assert f"barcode '{SEED}' is that of an item of another record, {second}" in result.stdout


def test_into_another_zone(options):
    run("demo", "load", "--zone", "network", *options)
    assert {one["zone"] for one in listed("holdings", "list", *options)} == {"network"}


def test_beside_a_gateway(gateway: Gateway):
    assert run("demo", "load", *gateway.options).exit_code == 0
    assert run("demo", "load", *gateway.options).exit_code == 0
    assert len(listed("holdings", "list", *gateway.options)) == 18


def test_store_in_memory_is_its_gateway_s_alone():
    assert run("demo", "load", "--set", "store.url=memory:").exit_code != 0


def test_has_the_item_of_the_consortium_s_example(options):
    """What CARLI shows of it over Z39.50."""
    run("demo", "load", *options)
    items = listed("holdings", "list", "--items", *options)
    [item] = [one for one in items if one["barcode"] == SEED]
    [holding] = [one for one in listed("holdings", "list", *options) if one["id"] == item["holding"]]
    assert (holding["encoding_level"], holding["receipt_status"], holding["retention"]) == ("4", "0", "8")
    assert (holding["completeness"], holding["date_of_report"]) == ("1", "000000")
    assert (holding["library_name"], holding["location_name"]) == ("Staley Library", "Book Stacks")
    assert (holding["call_number"], holding["item_part"], holding["copy_number"]) == ("PE1408", ".G585 2013", "1")
    assert (item["enumeration"], item["chronology"], item["policy"]) == ("", "", "Book1")
    assert item["available"] is True


def test_has_patrons_one_of_them_blocked_and_one_with_the_item_on_loan(options):
    run("demo", "load", *options)
    patrons = listed("patrons", "list", *options)
    assert [(bool(one["blocks"]), one["has_pin"]) for one in patrons] == [(False, True), (False, True), (True, True)]
    assert {one["barcode"] for one in patrons} >= {demo.BORROWER}
    [lent] = [one for one in listed("holdings", "list", "--items", *options) if one["barcode"] == demo.LENT]
    [whole] = json.loads("[" + run("patrons", "list", demo.BORROWER, "--json", *options).stdout + "]")
    [loan] = whole["loans"]
    assert (loan["item"], loan["due_at"]) == (demo.LENT, lent["due_at"])


def test_page_names_the_patrons_and_their_pins():
    page = (Path(__file__).resolve().parents[2] / "docs" / "lending.md").read_text("utf-8")
    for _, one in patron_files.read(demo.PATRONS, (FOLDER / demo.PATRONS).read_bytes()):
        assert f"| {one.barcode} | {one.name} | `{one.group}` | {one.pin} |" in page


def test_has_an_item_of_each_status():
    entries = [line.entry for line in LINES]
    assert {*ProcessType} <= {entry.process_type for entry in entries}
    assert {(entry.base_status, entry.process_type) for entry in entries} >= {
        (None, None),
        (BaseStatus.NOT_IN_PLACE, None),
    }


def test_each_record_says_what_its_item_is():
    notes = {oclc_numbers(identifiers(one))[0]: one.get("500")[0].values("a")[0] for one in RECORDS}
    told = {line.entry.process_type: notes[line.entry.oclc] for line in LINES}
    for process_type, word in PROCESS_TYPES.items():
        assert f"process type {word}." in told[process_type]


def test_records_are_sound_and_known_by_numbers_of_their_own(folder):
    numbers = [int(number) for one in RECORDS for number in oclc_numbers(identifiers(one))]
    assert len({*numbers}) == len(RECORDS) == 18
    assert all(number in demo.RESERVED for number in numbers)
    assert not {*demo.RESERVED} & {*OF_LESSONS}
    assert {line.entry.oclc for line in LINES} <= {f"{number}" for number in numbers}
    (folder / "demo.mrc").write_bytes(b"".join(one.serialize() for one in RECORDS))
    result = run("records", "check", "--json", "demo.mrc")
    assert result.exit_code == 0
    assert [line for line in result.stdout.splitlines() if json.loads(line)["findings"]] == []
