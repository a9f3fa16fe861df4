"""The page on NCIP names what there is, and its example works."""

import re
import tomllib
from pathlib import Path

from gateway.circulation.exchange_advice import CASES
from gateway.circulation.exchanges import KEPT_BYTES
from gateway.config import NcipSettings
from gateway.config.tree import DEFAULT_PARTNERS
from gateway.frontends.ncip import problems
from gateway.frontends.ncip.layout import Service
from gateway.frontends.ncip.problems import REFUSALS, REFUSALS_OF, Kind
from gateway.frontends.ncip.reading import DEPTH, ELEMENTS, MESSAGE_BYTES
from gateway.stores.lending import EXCHANGES_KEPT
from tests.ncip.window import Window

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "ncip.md").read_text(encoding="utf-8")


def rows(heading: str) -> dict[str, list[str]]:
    """The table below a heading, by its first column, without head."""
    _, _, below = PAGE.partition(f"\n## {heading}\n")
    lines = [
        line.strip("| ").split(" | ") for line in below.partition("\n## ")[0].splitlines() if line.startswith("| ")
    ]
    return {first: others for first, *others in lines[1:]}


def test_has_every_service() -> None:
    assert [*rows("Services")] == [f"`{service}`" for service in Service]


def test_has_every_problem_with_its_evidence() -> None:
    told = {kind: evidence.partition(";")[0] for kind, (_, evidence) in rows("Problems").items()}
    own = [one for one in vars(problems).values() if isinstance(one, Kind)]
    known: dict[str, set[str]] = {case.problem: set() for case in CASES.values()}
    for kind in (*own, *REFUSALS.values(), *REFUSALS_OF.values()):
        known[kind.words].add(kind.basis.evidence)
    assert set(told) == set(known)
    assert {kind for kind, evidence in told.items() if evidence not in known[kind]} == set()


def test_has_the_limits() -> None:
    assert f"{MESSAGE_BYTES:,} bytes, {ELEMENTS:,} elements, {DEPTH} within each other" in PAGE
    assert f"newest {EXCHANGES_KEPT:,} exchanges are kept: message and answer ({KEPT_BYTES:,} bytes of each)" in PAGE


def test_has_the_settings() -> None:
    partners, checked = (tomllib.loads(block) for block in re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL))
    assert partners["zones"]["xyz"]["partners"][0] == DEFAULT_PARTNERS[0]
    assert tuple(checked["ncip"]["profile_checked"]) == NcipSettings().profile_checked


async def test_example_is_answered(window: Window) -> None:
    [message] = re.findall(r"```xml\n(.*?)```", PAGE, re.DOTALL)
    answered = await window.ask(message.replace("21111200000017", "jane").encode())
    assert (answered.service, answered.problem) == ("LookupUserResponse", "")
