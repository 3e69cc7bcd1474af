"""Many tabs of one browser: one of them holds the stream, all are live; a connection that stands still is said."""

import json
import re
import urllib.request
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from ivr.testing.asterisk import wait_for
from ivr.testing.browser import LONG, RunningConsole

pytestmark = pytest.mark.browser
TABS = 8
"""More than the connections that a browser opens to one address."""


def streams(running: RunningConsole) -> int:
    """How many streams the hub serves; that of a browser that left counts until something is to be sent to it."""
    with urllib.request.urlopen(f"http://127.0.0.1:{running.hub_port}/healthz", timeout=LONG / 1000) as answer:
        found: int = json.load(answer)["browsers"]
        return found


def one_stream(running: RunningConsole) -> None:
    """Wait until the hub serves a single stream; a second one that stays is a fault."""
    wait_for(lambda: streams(running) == 1, "not exactly one stream")


def test_every_tab_is_live_over_one_stream_also_when_the_leading_one_is_closed(
    open_page: Callable[..., Page], running: RunningConsole
) -> None:
    wait_for(lambda: streams(running) == 0, "streams of earlier pages are still open")
    first = open_page("lan", path="/tickets")
    pages = [first]
    for _ in range(TABS - 1):
        page = first.context.new_page()
        page.goto("/tickets")
        pages.append(page)
    for page in pages:
        expect(page.locator("#live")).to_have_attribute("data-state", "on")
    one_stream(running)
    ulid, _hear = running.seeded.report_now(4400, "hố ga mất nắp trước cổng chợ")
    for page in pages:
        expect(page.locator(f"#t{ulid}")).to_be_visible()
    first.close()
    later, _hear = running.seeded.report_now(4401, "cây đổ chắn ngang đường")
    for page in pages[1:]:
        expect(page.locator("#live")).to_have_attribute("data-state", "on")
        expect(page.locator(f"#t{later}")).to_be_visible()  # another tab took over the stream
    one_stream(running)


def test_where_the_browser_has_no_locks_a_lease_decides(
    open_page: Callable[..., Page], running: RunningConsole
) -> None:
    first = open_page("minh", path="/login")
    first.context.add_init_script("Object.defineProperty(navigator, 'locks', {value: undefined})")
    wait_for(lambda: streams(running) == 0, "streams of earlier pages are still open")
    first.goto("/tickets")
    second = first.context.new_page()
    second.goto("/tickets")
    for page in (first, second):
        expect(page.locator("#live")).to_have_attribute("data-state", "on")
    one_stream(running)
    first.close()
    later, _hear = running.seeded.report_now(4403, "đèn đường tắt cả dãy")
    expect(second.locator(f"#t{later}")).to_be_visible()  # it took over the stream
    one_stream(running)


def test_a_connection_that_stands_still_counts_as_lost(open_page: Callable[..., Page], running: RunningConsole) -> None:
    page = open_page("lan", path="/login")
    page.context.route("**/events", lambda route: None)  # accepted, and never answered
    page.goto("/tickets")
    expect(page.locator("#live")).to_have_attribute("data-state", "wait")
    with page.expect_request(lambda request: "/tickets?tab=new" in request.url, timeout=2 * LONG):
        expect(page.locator("#stale")).to_be_visible()
        expect(page.locator("#live")).to_have_attribute("data-state", "off")


def test_the_title_of_every_tab_says_how_many_new_tickets_wait(
    open_page: Callable[..., Page], running: RunningConsole
) -> None:
    page = open_page("minh", path="/tickets?tab=all")
    count = int(page.locator("#list").get_attribute("data-waiting") or "")
    expect(page).to_have_title(f"({count}) Phiếu phản ánh · 1022")
    expect(page.locator("link[rel=icon]")).to_have_attribute("href", re.compile("^data:image/png"))
    other = page.context.new_page()
    other.goto("/calls")
    expect(other).to_have_title(f"({count}) Cuộc gọi · 1022")
    running.seeded.report_now(4402, "nước máy đục ba hôm nay")
    for tab in (page, other):
        expect(tab).to_have_title(f"({count + 1}) " + ("Cuộc gọi · 1022" if tab is other else "Phiếu phản ánh · 1022"))
