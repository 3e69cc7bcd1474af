"""What the console asks of people at the desk: keys, clicks and seconds of their everyday acts, by a script's hands.

A script does not think, read or reach for the mouse: the seconds are the pages', the keys and clicks are people's.
"""

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from playwright.sync_api import Page, sync_playwright

from ivr.settings import load_settings
from ivr.store import open_store
from ivr.testing import free_port
from ivr.testing.browser import CHROMIUM, FLAGS, LONG, Pages, RunningConsole
from ivr.testing.console import SeededConsole, build_home
from ivr.testing.hands import Hands
from tests.bench.desk_acts import ACTS, WHOLE, Desk, begin_whole
from tests.bench.table import SHORT, Row

TIMES = 3
MOST = {"keys": 12, "mouse": 5}
"""Of a whole ticket: keys by keys, clicks by mouse."""


def desk(scale: float) -> Iterator[Row]:
    """Twenty acts, each begun anew; then one whole ticket by keys and one by mouse."""
    times = TIMES if scale >= SHORT else 1
    with _running() as running, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS), timeout=2 * LONG)

        def measure(begin: Callable[[Desk], tuple[Page, Callable[[Hands], None]]]) -> tuple[Hands, list[float]]:
            took = []
            for _ in range(times):
                pages = Pages(running=running, browser=browser)
                page, do = begin(Desk(running=running, pages=pages))
                hands = Hands(page=page)
                began = time.monotonic()
                do(hands)
                took.append(time.monotonic() - began)
                pages.close()
            return hands, took

        for act in ACTS:
            hands, took = measure(lambda made, act=act: (act.begin(made), act.do))
            yield Row(name=f"desk: {act.name}", value=median(took), unit="s", note=_note(hands, took))
        for by in WHOLE:
            hands, took = measure(lambda made, by=by: begin_whole(made, by))
            count = hands.keys if by == "keys" else hands.clicks
            yield Row(
                name=f"desk: a whole ticket by {by}",
                value=count,
                unit="keys" if by == "keys" else "clicks",
                aim=f"≤ {MOST[by]}",
                met=count <= MOST[by],
                note=f"{median(took):.2f} s; {_note(hands, took)}",
            )
        browser.close()


def _note(hands: Hands, took: list[float]) -> str:
    times = ", ".join(f"{seconds:.2f}" for seconds in took)
    return f"keys {hands.keys}, clicks {hands.clicks}; {times} s"


@contextmanager
def _running() -> Iterator[RunningConsole]:
    """A console and a hub on a seeded home of its own."""
    with ExitStack() as stack:
        now = datetime.now(UTC)
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tdb-", dir="/tmp")))
        home = build_home(folder, reports=True, now=now)
        ports = free_port(), free_port()
        settings = load_settings(home=home, console_port=ports[0], hub_port=ports[1])
        store = open_store(settings)
        stack.callback(store.close)
        seeded = SeededConsole(settings=settings, store=store, now=now)
        running = RunningConsole(seeded=seeded, console_port=ports[0], hub_port=ports[1])
        for name, port in zip(("console", "watch"), ports, strict=True):
            running.start(name, port)
            stack.callback(running.stop, name)
        yield running
