"""What the checker axe finds on a page: WCAG 2.2 AA, and what is good practice beside it."""

from typing import Any, Final

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

ALL_RULES: Final = {
    "type": "tag",
    "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
}
RULES_OF_COLOURS: Final = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
"""Those that can find something else in the dark."""
LOOKED_AT: Final = {"include": [["html"]], "exclude": [["tbody tr:nth-child(n + 26)"]]}
"""Of a long table the first rows, which are as the others."""


def findings(tab: Page) -> list[str]:
    """What is wrong in the light and in the dark, a rule and an element each; the tab is light and still afterwards."""
    tab.wait_for_load_state()
    tab.evaluate(AXE_SCRIPT)
    tab.emulate_media(color_scheme="dark", reduced_motion="reduce")
    dark = _violations(tab, RULES_OF_COLOURS)
    tab.emulate_media(color_scheme="light")
    return [f"in the dark: {one}" for one in dark] + _violations(tab, ALL_RULES)


def _violations(tab: Page, rules: dict[str, Any]) -> list[str]:  # Any: axe's options
    options = {"runOnly": rules, "resultTypes": ["violations"], "preload": False}
    found = tab.evaluate("([part, options]) => axe.run(part, options)", [LOOKED_AT, options])["violations"]
    return [f"{rule['id']}: {node['html']}: {node['failureSummary']}" for rule in found for node in rule["nodes"]]
