"""The console as people meet it: one running console and hub for all files of this folder, one browser a file."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from console.template_helpers import DIST
from ivr.settings import load_settings
from ivr.store import open_store
from ivr.testing import free_port, need
from ivr.testing.browser import AXE, CHROMIUM, FLAGS, LONG, Pages, RunningConsole
from ivr.testing.console import SeededConsole, build_home

expect.set_options(timeout=LONG)


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningConsole]:
    """One console for all tests: they use different reports."""
    need(CHROMIUM.exists(), "Chromium is not installed")
    need((DIST / "app.js").exists() and AXE.exists(), "the browser assets are not built (make web)")
    now = datetime.now(UTC)
    home = build_home(tmp_path_factory.mktemp("browser"), reports=True, now=now)
    ports = free_port(), free_port()
    settings = load_settings(home=home, console_port=ports[0], hub_port=ports[1])
    store = open_store(settings)
    seeded = SeededConsole(settings=settings, store=store, now=now)
    made = RunningConsole(seeded=seeded, console_port=ports[0], hub_port=ports[1])
    try:
        made.start("console", ports[0])
        made.start("watch", ports[1])
        yield made
    finally:
        for name in list(made.processes):
            made.stop(name)
        store.close()


@pytest.fixture(scope="module")
def browser(running: RunningConsole) -> Iterator[Browser]:
    """A browser for one file of tests: kept longer, its event loop would stand in the way of other tests' loops."""
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS), timeout=2 * LONG)
        yield opened
        opened.close()


@pytest.fixture
def open_page(running: RunningConsole, browser: Browser) -> Iterator[Callable[..., Page]]:
    """Opens pages of a signed-in person; afterwards no policy was broken and no script failed."""
    pages = Pages(running=running, browser=browser)
    yield pages.open
    pages.close()
    assert pages.faults == []
