"""`gateway patrons load` and `list`: files of patrons into a store, and who is in it."""

import json
from pathlib import Path

import pytest

from .gateways import Gateway, run, words

PATRONS = (
    "barcode,name,group,pin,expires,blocks\n"
    '20001,"Rivers, Ada",faculty,1701,,\n'
    '20002,"Harbour, Ben",undergrad,,2027-06-30,Owes a fine|Lost a key\n'
)
ITEM = "31111200048397"
"""The item of the demo set that is on loan, and the barcode of who has it."""
BORROWER = "21111200000017"


@pytest.fixture
def options(store: str) -> tuple[str, str]:
    """What makes a command use a store that is not there yet."""
    return "--set", f"store.url={store}"


@pytest.fixture
def file(folder: Path) -> Path:
    """A file of patrons."""
    path = folder / "patrons.csv"
    path.write_text(PATRONS, "utf-8")
    return path


def listed(*arguments: str) -> list[dict]:
    """What is listed."""
    return [json.loads(line) for line in run("patrons", "list", "--json", *arguments).stdout.splitlines()]


def table(text: str) -> list[list[str]]:
    """The cells of each row, which are divided by two blanks at least."""
    return [[cell.strip() for cell in line.split("  ") if cell.strip()] for line in text.splitlines()]


class TestLoad:
    def test_makes_what_the_file_says_once(self, options, file):
        result = run("patrons", "load", file, *options)
        assert (result.exit_code, result.stdout) == (0, ""), words(result)
        assert result.stderr == "2 lines for zone xyz: 2 patrons were made, 0 changed\n"
        again = run("patrons", "load", file, "--json", *options)
        assert json.loads(again.stdout) == {"zone": "xyz", "lines": 2, "made": 0, "changed": 0}

    def test_dry_run_does_nothing(self, options, file):
        assert run("patrons", "load", file, *options).exit_code == 0
        file.write_text(f"{PATRONS}20003,Quay,,,,\n", "utf-8")
        result = run("patrons", "load", file, "--dry-run", *options)
        assert result.stderr == "3 lines for zone xyz: 1 patron would be made, 0 changed\n"
        assert len(listed(*options)) == 2

    def test_of_standard_input_into_another_zone(self, options):
        result = run("patrons", "load", "-", "--zone", "network", *options, given=PATRONS.encode())
        assert result.exit_code == 0, words(result)
        assert {one["zone"] for one in listed(*options)} == {"network"}

    def test_file_with_faults_is_not_loaded(self, options, file):
        file.write_text(f"{PATRONS},Quay,,4711-secret,,\n", "utf-8")
        result = run("patrons", "load", file, *options)
        assert result.exit_code != 0
        assert "line 4: barcode is missing" in words(result)
        assert "4711-secret" not in words(result)

    def test_beside_a_gateway(self, gateway: Gateway, file):
        assert run("patrons", "load", file, *gateway.options).exit_code == 0
        assert len(listed(*gateway.options)) == 2

    def test_store_in_memory_is_its_gateway_s_alone(self, file):
        assert run("patrons", "load", file, "--set", "store.url=memory:").exit_code != 0


class TestList:
    def test_of_nobody_says_so(self, options):
        run("demo", "load", "--zone", "network", *options)
        for which in ([], ["9"]):
            result = run("patrons", "list", *which, "--zone", "xyz", *options)
            assert (result.exit_code, result.stdout, result.stderr) == (0, "", "no patrons\n")

    def test_has_a_row_for_each(self, options, file):
        run("patrons", "load", file, *options)
        heading, first, second = table(run("patrons", "list", *options).stdout)
        assert heading == ["Zone", "Barcode", "Name", "Group", "PIN", "Expires", "Blocks"]
        assert first == ["xyz", "20001", "Rivers, Ada", "faculty", "yes"]
        assert second[:4] == ["xyz", "20002", "Harbour, Ben", "undergrad"]
        assert second[-1] == "Owes a fine; Lost a key"

    def test_of_so_many(self, options, file):
        run("patrons", "load", file, *options)
        result = run("patrons", "list", "--limit", "1", *options)
        assert len(result.stdout.splitlines()) == 2
        assert result.stderr == "there are more: --limit 0 lists all\n"
        assert len(listed("--limit", "0", *options)) == 2

    def test_of_more_than_a_page(self, options, file):
        file.write_text("\n".join(["barcode,name", *(f"{number:04},Doe" for number in range(150))]), "utf-8")
        assert run("patrons", "load", file, *options).exit_code == 0
        assert len({one["barcode"] for one in listed("--limit", "0", *options)}) == 150

    def test_of_one_has_what_is_lent(self, options):
        run("demo", "load", *options)
        [one] = listed(BORROWER, *options)
        assert [loan["item"] for loan in one["loans"]] == [ITEM]
        assert "pin" not in one["patron"]
        _, _, heading, row = [row for row in table(run("patrons", "list", BORROWER, *options).stdout) if row]
        assert heading == ["Zone", "Barcode", "Name", "Has", "MMS ID", "Item", "Since", "Due"]
        assert (row[:4], row[5]) == (["xyz", BORROWER, "Rivers, Ada", "loan"], ITEM)
