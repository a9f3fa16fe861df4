"""One browser for all tests of a worker; a window for each test."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.browser.filled import Filled, filled
from tests.browser.visiting import ARGUMENTS, BROWSERS, MILLISECONDS, Site, browser_program, visiting, window


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """The computer's own, without a display."""
    program = browser_program()
    if program is None:
        pytest.skip(f"there is no browser: none of {', '.join(BROWSERS)}")
    expect.set_options(timeout=MILLISECONDS)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=ARGUMENTS, timeout=MILLISECONDS)
        yield started
        started.close()


@pytest.fixture
def site(browser: Browser) -> Iterator[Site]:
    """An empty gateway, and a window on it."""
    with visiting(browser) as one:
        yield one


@pytest.fixture(scope="package")
def full() -> Iterator[Filled]:
    """A gateway with something for every page to show; tests that use it change nothing."""
    with filled() as one:
        yield one


@pytest.fixture
def library(browser: Browser, full: Filled) -> Iterator[Site]:
    """A window on that gateway."""
    with window(browser, full.gateway) as one:
        yield one
