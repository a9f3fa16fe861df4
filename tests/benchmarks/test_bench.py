"""The whole benchmark in its shortest form: it must run, count what the stores hold, and write its report.

A peer that does not begin is told of there, and ends nothing.
"""

import subprocess
import tempfile
from pathlib import Path

import pytest

from benchmarks.bars import BARE, SQLITE
from benchmarks.servers import ROOT, python

pytestmark = pytest.mark.long

SHORTEST = ("--quick", "--rounds", "1", "--seconds", "0.2", "--clients", "2")


def test_the_shortest_run_measures_every_server_and_loses_nothing(tmp_path: Path) -> None:
    results = tmp_path / "results.md"
    with tempfile.TemporaryDirectory(prefix="gateway-bench-") as folder:  # not pytest's, which others cannot reach
        Path(folder).chmod(0o711)
        daemon = tmp_path / "daemon.pl"
        daemon.write_text("die 'no port';\n")
        given = ("--folder", folder, "--results", str(results), "--koha", str(daemon))
        command = python("benchmarks", *SHORTEST, *given)
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        left = [path.name for path in Path(folder).iterdir()]

    assert done.returncode == 0, done.stderr
    written = results.read_text(encoding="utf-8")
    assert done.stdout == f"{written}\n"
    assert left == []
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in written.splitlines() if "|" in line]
    measured = {row[0]: row for row in rows if row[1:2] == ["2"]}
    assert {BARE, SQLITE} <= measured.keys()
    verdicts = {row[0]: row[3] for row in rows if len(row) == 4}
    assert "or ended: no port" in written or "needs Perl" in written
    assert verdicts["answered exports lost"] == "pass"
    assert verdicts["answered exports doubled"] == "pass"
    assert verdicts["exports answered badly or not at all"] == "pass"
