"""`gateway holdings load` and `list`: files of holdings into a store, and what it holds."""

import json
from pathlib import Path

import pytest

from tests.stores.sqlite_file import schema

from .gateways import MARC, Gateway, run, words

FIRST, SECOND = (f"991000000{number:03}5867" for number in (1, 2))
HEAD = (
    "mms_id,library,library_name,location,location_name,call_number,item_part,"
    "barcode,description,policy,process type,due"
)
ITEMS = f"""{HEAD}
{FIRST},MAIN,Main Library,stacks,Book Stacks,PE1408,.G585 2013,31111200048340,v.1,Book1,,
{FIRST},MAIN,Main Library,stacks,Book Stacks,PE1408,.G585 2013,31111200048341,v.2,Book1,Loan,2026-12-31
{SECOND},MAIN,Main Library,desk,,,,,,,,
"""


@pytest.fixture
def options(store: str) -> tuple[str, str]:
    """What makes a command use a store with two records."""
    options = "--set", f"store.url={store}"
    assert run("records", "import", MARC / "cjk.mrc", MARC / "former-numbers.mrc", *options).exit_code == 0
    return options


@pytest.fixture
def file(folder: Path) -> Path:
    """A file of holdings."""
    path = folder / "items.csv"
    path.write_text(ITEMS, "utf-8")
    return path


def listed(*arguments: str) -> list[dict]:
    """What is listed."""
    return [json.loads(line) for line in run("holdings", "list", "--json", *arguments).stdout.splitlines()]


def table(text: str) -> list[list[str]]:
    """The cells of each row, which are divided by two blanks at least."""
    return [[cell.strip() for cell in line.split("  ") if cell.strip()] for line in text.splitlines()]


class TestLoad:
    def test_makes_what_the_file_says_once(self, options, file):
        made = "3 lines for zone xyz: 1 library, 2 holdings and 2 items were made; 0 holdings and 0 items were changed"
        result = run("holdings", "load", file, *options)
        assert (result.exit_code, result.stdout) == (0, "")
        assert result.stderr == f"{made}; 0 lines refused\n"
        assert len(listed(*options)) == 2
        again = "3 lines for zone xyz: 0 holdings and 0 items were made; 0 holdings and 0 items were changed"
        assert run("holdings", "load", file, *options).stderr == f"{again}; 0 lines refused\n"

    def test_dry_run_does_nothing(self, options, file):
        result = run("holdings", "load", file, "--dry-run", *options)
        assert "2 holdings and 2 items would be made" in result.stderr
        assert listed(*options) == []

    def test_in_json(self, options, file):
        result = run("holdings", "load", file, "--json", *options)
        told = json.loads(result.stdout)
        assert (told["zone"], told["lines"], told["libraries"]) == ("xyz", 3, ["MAIN"])
        assert (told["holdings_made"], told["items_made"], told["faults"]) == (2, 2, [])

    def test_of_standard_input(self, options):
        result = run("holdings", "load", "-", *options, given=ITEMS.encode())
        assert result.exit_code == 0
        assert len(listed(*options)) == 2

    def test_line_that_cannot_be_loaded_is_told(self, options, file):
        file.write_text(f"{ITEMS}99,MAIN,,stacks,,,,,,,,\n", "utf-8")
        result = run("holdings", "load", file, *options)
        assert result.exit_code == 1
        assert result.stdout == "line 5: mms_id '99' is of no record of zone xyz\n"
        assert result.stderr.endswith("; 1 line refused\n")
        assert len(listed(*options)) == 2

    def test_file_with_faults_is_not_loaded(self, options, file):
        file.write_text(f"{ITEMS}{FIRST},MAIN,,,,,,,,,Lent,\n", "utf-8")
        result = run("holdings", "load", file, *options)
        assert "line 5: process_type is 'Lent', must be one of ACQ" in words(result)
        assert result.exit_code != 0
        assert listed(*options) == []

    def test_into_another_zone(self, options, file):
        result = run("holdings", "load", file, "--zone", "network", *options)
        assert result.exit_code == 1
        assert "of no record of zone network" in result.stdout

    def test_zone_that_is_mistyped_is_told(self, options, file):
        result = run("holdings", "load", file, "--zone", "xyzz", *options)
        assert result.exit_code == 2
        assert "did you mean xyz?" in words(result)

    def test_beside_a_gateway(self, gateway: Gateway, file):
        for name in ("cjk", "former-numbers"):
            assert run("send", *gateway.options, MARC / f"{name}.mrc").exit_code == 0
        assert run("holdings", "load", file, *gateway.options).exit_code == 0
        assert len(listed(*gateway.options)) == 2

    def test_store_in_memory_is_its_gateway_s_alone(self, file):
        result = run("holdings", "load", file, "--set", "store.url=memory:")
        assert result.exit_code != 0
        assert "reached by nobody but the gateway that serves it" in words(result)


class TestList:
    @pytest.fixture
    def filled(self, options, file) -> tuple[str, str]:
        """The store with the holdings of the file."""
        run("holdings", "load", file, *options)
        return options

    def test_of_nothing_says_so(self, options):
        result = run("holdings", "list", *options)
        assert (result.exit_code, result.stdout, result.stderr) == (0, "", "no holdings\n")
        assert run("holdings", "list", "--items", *options).stderr == "no items\n"

    def test_has_a_row_for_each_holding(self, filled):
        heading, first, second = table(run("holdings", "list", *filled).stdout)
        assert heading == ["Zone", "MMS ID", "Holding", "Library", "Location", "Call number", "Items", "Available"]
        assert first[:2] == ["xyz", FIRST]
        assert first[3:] == ["Main Library", "Book Stacks", "PE1408 .G585 2013", "2", "1"]
        assert second[3:] == ["Main Library", "desk", "0", "0"]

    def test_has_a_row_for_each_item(self, filled):
        _, first, second = table(run("holdings", "list", FIRST, "--items", *filled).stdout)
        at = ["Book Stacks", "PE1408 .G585 2013"]
        assert first == ["xyz", FIRST, "31111200048340", *at, "v.1", "Book1", "Item in place"]
        assert second[:8] == ["xyz", FIRST, "31111200048341", *at, "v.2", "Book1", "Loan"]

    def test_of_one_record(self, filled):
        assert [one["mms_id"] for one in listed(SECOND, *filled)] == [SECOND]
        assert [one["barcode"] for one in listed(FIRST, "--items", *filled)] == ["31111200048340", "31111200048341"]
        assert listed("99", *filled) == []

    def test_of_one_zone(self, filled):
        assert listed("--zone", "network", *filled) == []
        assert len(listed("--zone", "xyz", *filled)) == 2

    def test_of_so_many(self, filled):
        result = run("holdings", "list", "--limit", "1", *filled)
        assert len(result.stdout.splitlines()) == 2
        assert result.stderr == "there are more: --limit 0 lists all\n"
        assert run("holdings", "list", "--limit", "2", *filled).stderr == ""
        assert len(listed("--limit", "0", *filled)) == 2

    def test_of_more_than_a_page(self, options, file):
        lines = [f"{mms_id},M,,s{number},,,,,,,," for mms_id in (FIRST, SECOND) for number in range(70)]
        file.write_text("\n".join([HEAD, *lines]), "utf-8")
        assert run("holdings", "load", file, *options).exit_code == 0
        found = listed("--limit", "0", *options)
        assert len({one["id"] for one in found}) == len(found) == 140


def test_store_check_looks_at_them(options, file, folder):
    run("holdings", "load", file, *options)
    assert run("store", "check", *options).stderr.endswith(", 2 holdings\n")
    schema(folder / "gateway.db", "DELETE FROM library")
    result = run("store", "check", *options)
    assert result.exit_code == 1
    assert "stands at a library or a location that the zone does not have" in result.stdout


def test_store_migrate_takes_them_along(options, file, folder):
    run("holdings", "load", file, *options)
    target = f"sqlite:{folder / 'other.db'}"
    result = run("store", "migrate", options[1].removeprefix("store.url="), target)
    assert result.exit_code == 0, words(result)
    assert "2 holdings with 2 items" in result.stdout
    assert listed("--set", f"store.url={target}") == listed(*options)
