"""Every scenario, on every store."""

from collections.abc import Callable
from difflib import ndiff
from pathlib import Path

import pytest
import trio

from tests.scenarios.reading import read
from tests.scenarios.running import play
from tests.stores.conftest import URLS

FOLDER = Path(__file__).parent
SCENARIOS = sorted(path.relative_to(FOLDER).with_suffix("").as_posix() for path in FOLDER.glob("*/*.txt"))


@pytest.mark.parametrize("location", URLS.values(), ids=URLS)
@pytest.mark.parametrize("name", SCENARIOS)
def test_scenario(name: str, location: Callable[[Path], str], tmp_path: Path) -> None:
    scenario = read(FOLDER / f"{name}.txt")
    for line, written, happened in trio.run(play, scenario, location(tmp_path)):
        if happened != written:
            difference = "\n".join(ndiff(written, happened))
            pytest.fail(f"{line.place}: {line.text}\n(- as it is written, + as it was)\n{difference}", pytrace=False)
